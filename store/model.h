/*
 * model: the numbers that the database keeps and that writer and readers
 * have to agree on.  They are stored: append only.
 */
#ifndef OTUS_STORE_MODEL_H
#define OTUS_STORE_MODEL_H

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
};

/* addresses.roles: a set, gathered from what was seen. */
enum role {
	ROLE_SERVER = 1 << 0,   /* answers an OT protocol                  */
	ROLE_CLIENT = 1 << 1,   /* asks by one                             */
	ROLE_ENGINEER = 1 << 2, /* loads programs or firmware              */
	ROLE_GATEWAY = 1 << 3,  /* others are behind it                    */
	ROLE_ROUTER = 1 << 4,   /* its MAC carries other hosts' packets    */
	ROLE_EXTERNAL = 1 << 5, /* public address, not on the local link   */
};

/* links.flags */
enum link_flag {
	LINK_LEARNED = 1 << 0,
	LINK_ANSWERED = 1 << 1,  /* the server was seen to answer           */
	LINK_INITIATOR = 1 << 2, /* src was seen to open it, not guessed     */
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

/* The one word that is shown for a set of roles; NULL when unknown. */
const char *role_name(int64_t roles);
/* Why: what was seen of it; NULL when unknown. */
const char *role_reason(int64_t roles);
/* ISA-95 level that the role suggests; -1 when unknown. */
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
