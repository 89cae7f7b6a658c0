/*
 * model: the numbers that the database keeps and that writer and readers
 * have to agree on.  They are stored: append only.
 */
#ifndef OTUS_STORE_MODEL_H
#define OTUS_STORE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum addr_kind {
	ADDR_NONE,
	ADDR_MAC,
	ADDR_IP,
	ADDR_GROUP, /* multicast, broadcast: never an asset     */
	ADDR_SUB,   /* behind another, in front of whom it is not seen */
};

/* addresses.flags */
enum addr_flag {
	ADDR_HEARD = 1 << 0,   /* it has sent something                    */
	ADDR_FIRM = 1 << 1,    /* ARP, ND, DHCP or a link-local address: mac
				  and ip are one device's                  */
	ADDR_LEARNED = 1 << 2, /* part of the baseline                     */
	ADDR_ORIGIN = 1 << 3,  /* its asset's id is made of it             */
	ADDR_OWN = 1 << 4,     /* MAC: its asset is proven by the link layer;
				  sub: is a child of its carrier           */
	ADDR_BOUND = 1 << 5,   /* MAC: holds an IP beyond link-local ones  */
	ADDR_VIRTUAL = 1 << 6, /* a redundancy protocol's: whoever is master */
	ADDR_LEASED = 1 << 7,  /* IP: by DHCP, so another may have it next */
	ADDR_SHARED = 1 << 8,  /* IP: went to an earlier MAC and back      */
	ADDR_CLASHED = 1 << 9, /* IP: two had it at the same time          */
	ADDR_NAMED = 1 << 10,  /* IP: its device says so by LLDP or CDP    */
	ADDR_DIRECT = 1 << 11, /* IP: mac sent what no router had passed on */
	ADDR_EMPTY = 1 << 12,  /* sub: who is in front said nobody was there */
	ADDR_FORWARDS = 1 << 13, /* MAC: a router by the TTL of packets alone */
	ADDR_TEAM = 1 << 14,     /* MAC: another port of who holds its IP     */
};

/* addresses.roles: a set, gathered from what was seen (role.c). */
enum role {
	ROLE_SERVER = 1 << 0,   /* answers an OT protocol                  */
	ROLE_CLIENT = 1 << 1,   /* asks by one                             */
	ROLE_ENGINEER = 1 << 2, /* loads programs or firmware              */
	ROLE_GATEWAY = 1 << 3,  /* others are behind it                    */
	ROLE_ROUTER = 1 << 4,   /* its MAC carries other hosts' packets    */
	ROLE_EXTERNAL = 1 << 5, /* public address, not on the local link   */
	ROLE_CHASSIS = 1 << 6,  /* a backplane with modules                */
	ROLE_PLC = 1 << 7,
	ROLE_BUILDING = 1 << 8, /* controller of a building                */
	ROLE_RTU = 1 << 9,
	ROLE_IO = 1 << 10,
	ROLE_DRIVE = 1 << 11,
	ROLE_HMI = 1 << 12,
	ROLE_SCADA = 1 << 13, /* or a front end                          */
	ROLE_BBMD = 1 << 14,
	ROLE_BACNET_ROUTER = 1 << 15,
	ROLE_SWITCH = 1 << 16,
	ROLE_FIREWALL = 1 << 17,
	ROLE_WIRELESS = 1 << 18,
	ROLE_PRINTER = 1 << 19,
	ROLE_CAMERA = 1 << 20,
	ROLE_HOST = 1 << 21, /* a server of IT                          */
	ROLE_WORKSTATION = 1 << 22,
	ROLE_PHONE = 1 << 23,
	ROLE_SAFETY = 1 << 24, /* a mark: part of a safety system         */
	ROLE_WRITER = 1 << 25, /* as client, it writes or controls        */
	ROLE_MANY = 1 << 26,   /* it asks three servers or more           */
	ROLE_MOST = 1 << 27,   /* it asks eight or more                   */
	ROLE_HISTORIAN = 1 << 28,
};

/* For statements: the roles of several addresses as one set. */
#define ROLE_BIT(n) "max(roles & (1 << " #n "))"
#define ALL_ROLES                                                                     \
	ROLE_BIT(0)                                                                   \
	"|" ROLE_BIT(1) "|" ROLE_BIT(2) "|" ROLE_BIT(3) "|" ROLE_BIT(4) "|" ROLE_BIT( \
	    5) "|" ROLE_BIT(6) "|" ROLE_BIT(7) "|" ROLE_BIT(8) "|" ROLE_BIT(9) "|" ROLE_BIT(10) "|" ROLE_BIT(11) "|" ROLE_BIT(12) "|" ROLE_BIT(13) "|" ROLE_BIT(14) "|" ROLE_BIT(15) "|" ROLE_BIT(16) "|" ROLE_BIT(17) "|" ROLE_BIT(18) "|" ROLE_BIT(19) "|" ROLE_BIT(20) "|" ROLE_BIT(21) "|" ROLE_BIT(22) "|" ROLE_BIT(23) "|" ROLE_BIT(24) "|" ROLE_BIT(25) "|" ROLE_BIT(26) "|" ROLE_BIT(27) "|" ROLE_BIT(28)

/* links.flags */
enum link_flag {
	LINK_LEARNED = 1 << 0,
	LINK_ANSWERED = 1 << 1,  /* the server was seen to answer           */
	LINK_INITIATOR = 1 << 2, /* src was seen to open it, not guessed     */
	LINK_ASKED = 1 << 3,     /* counted in its client's servers          */
	LINK_HALF = 1 << 4,      /* one end was not heard, though it spoke   */
	LINK_PLACED = 1 << 5,    /* both ways, and place.c was told          */
	LINK_PROVEN = 1 << 6,    /* its protocol was seen to be this one     */
};

/* The counters of a link, in the order of the table's columns. */
enum link_counter {
	LINK_PACKETS,
	LINK_BYTES,
	LINK_PACKETS_BACK,
	LINK_BYTES_BACK,
	LINK_REPLIES,
	LINK_ERRORS,
	LINK_UNANSWERED,
	LINK_RETRANSMITS,
	LINK_DUPLICATES,
	LINK_RTT_COUNT,
	LINK_RTT_SUM,
	LINK_RTT_MAX,
	LINK_COUNTERS
};

/*
 * For statements: the addresses of asset ?1, and those behind them that are
 * no assets.  The + keeps SQLite from looking up all that have none.
 */
#define OWN_ADDRESSES                                           \
	"(SELECT id FROM addresses WHERE asset = ?1 UNION ALL " \
	"SELECT u.id FROM addresses AS f JOIN addresses AS u "  \
	"ON u.carrier = f.id AND +u.asset = 0 WHERE f.asset = ?1) AS own"

/* For statements: what members say of a redundancy group, as the index on
 * peer and last has it (schema/0007.sql). */
#define OF_GROUP(t) "(" t ".relation IN ('master_of', 'standby_of')) IS TRUE"

/*
 * A set of roles in words.  Each row of the table has a name, a level of
 * Purdue's model (-1 = where it stands does not tell), the roles that it takes
 * and what they mean, for want of a recorded reason.
 */
struct role_word {
	int64_t
	    need; /* all of these roles; one alone has a reason of its own */
	const char *name;
	int level;
	unsigned family; /* of one family only the first word is said    */
	const char *reason;
};

/* The most telling word; NULL when unknown. */
const struct role_word *role_best(int64_t roles);
/* All that apply, the most telling one first; at most max of them. */
size_t role_words(int64_t roles, const struct role_word **list, size_t max);
/* Of the most telling one: NULL and -1 when unknown. */
const char *role_name(int64_t roles);
/* Which of those words it is, in any case of letters; NULL: none. */
const struct role_word *role_known(const char *name);
int role_level(int64_t roles);

/*
 * Stable ids: a prefix and ten characters of base 32, which are 50 bits of a
 * cryptographic hash of the origin, unkeyed so that they are the same in
 * every database.
 */
#define UID_BITS 50
#define UID_TEXT 16
int64_t uid_make(const char *origin, unsigned salt);
void uid_text(char buf[UID_TEXT], char prefix, int64_t uid);
/* The number of a text with that prefix; -1 when it is none. */
int64_t uid_parse(const char *text, char prefix);

#endif
