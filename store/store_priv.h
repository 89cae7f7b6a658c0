/*
 * store_priv: what the files of the writer share.  Nobody else includes it.
 *
 *	ingest.c   an event's way: ends, link, rules, records
 *	addr.c     addresses: found and made; addr_key.c, addr_row.c
 *	bind.c     an event's ends, found or made
 *	hold.c     which MAC holds which IP: what makes an asset
 *	holder.c   which of those that have an IP is meant
 *	proxy.c    who answers ARP for others
 *	place.c    which places cannot hear each other
 *	unit.c     what is behind an address; chassis.c modules and slots
 *	proof.c    what proves that two devices are one
 *	replaced.c what shows that one stands in the place of another
 *	role.c     what an address is in the plant, and why
 *	asked.c    how many devices it asks
 *	safety.c   which facts say that it is part of a safety system
 *	asset.c    assets: made, joined, split, written
 *	fact.c     what is known of them; differ.c what they said before
 *	placeholder.c  what says nothing
 *	link.c     who talks to whom; conversation.c which one it is
 *	behave.c   what they do: the baseline's rows
 *	written.c  which values they write
 *	baseline.c learned(), first(), usual
 *	point.c    the last value of each point
 *	record.c   services, states, transfers, violations and the like
 *	change.c   what changed about a device; rhythm.c who fell silent
 *	awake.c    whether anybody could be heard; unasked.c who asks the silent
 *	alert.c    alerts and the outbox
 *	health.c   counters
 *	said.c     what people declared of assets
 *	sqlfunc.c  all of that as SQL functions for rules
 */
#ifndef OTUS_STORE_STORE_PRIV_H
#define OTUS_STORE_STORE_PRIV_H

#include <sqlite3.h>

#include "base/clock.h"
#include "base/hash.h"
#include "event/event.h"
#include "limits.h"
#include "rules/rules.h"
#include "store/cache.h"
#include "store/frame.h"
#include "store/db.h"
#include "store/model.h"
#include "store/store.h"

/* One prepared statement an operation; all of them stand in stmt.def. */
enum stmt {
#define STMT(name, sql) ST_##name,
#include "store/stmt.def"
#undef STMT
	ST_COUNT
};

/* --- addresses ------------------------------------------------------------ */

#define ADDR_KEY_WORDS   5
#define ADDR_VLANS_MAX   8
#define ADDR_PLACES_MAX  8
#define ADDR_PLACES_MANY UINT8_MAX /* more than are kept: everywhere */
/* kind, carrier, transport, port, sub; the longest is a CIP path */
#define ADDR_KEY_TEXT 256

/* Roles begin at so many devices asked. */
#define SERVERS_MANY 3
#define SERVERS_MOST 8

/* Devices by their numbers: asset's, or an address's (asked.c). */
struct asked {
	uint32_t server[SERVERS_MOST], managed[SERVERS_MANY];
	uint8_t server_n, managed_n;
	bool known; /* else the table has to be asked */
};

struct addr {
	struct cache_row row;
	uint64_t key[ADDR_KEY_WORDS];
	int64_t id, asset, carrier, sole;
	int64_t stored_asset; /* as the table has it */
	uint64_t first, last;
	uint64_t heard, pause, silent; /* rhythm.c */
	uint64_t taken; /* an IP that goes back and forth: when, by which */
	int64_t taken_frame;
	uint32_t links;
	uint32_t points; /* it has, and 1; 0: not counted yet */
	uint32_t ips, firm_ips;
	uint32_t roles;
	uint32_t servers; /* devices in asked, as the table has it */
	struct asked asked;
	uint16_t flags, port;
	uint8_t kind, how, slot, holders, current, transport;
	/* What record_transport() found the last time; over 0: nothing. */
	struct {
		uint16_t port, proto;
		uint8_t over;
	} service;
	uint8_t heard_at; /* the clock of awake.c; 0: not known */
	bool new_asset;   /* its asset's row has yet to be written */
	bool stored;
	bool has_mac;
	uint8_t mac[6];
	uint8_t ipver, vlan_n;
	struct ev_ip ip; /* of a sub: its carrier's, as mac is */
	struct ev_sub sub;
	uint16_t vlan[ADDR_VLANS_MAX];
	uint8_t place_n;
	uint32_t place[ADDR_PLACES_MAX]; /* place.c */
};

/* --- links ---------------------------------------------------------------- */

#define LINK_KEY_WORDS 3

struct slink {
	struct cache_row row;
	uint64_t key[LINK_KEY_WORDS];
	int64_t id, src, dst;
	uint16_t port, proto;
	uint16_t stored_proto; /* as the table has it, where it is stored */
	bool stored;
	uint8_t transport, flags;
	uint32_t classes, behaviours;
	char label[32];
	uint64_t count[LINK_COUNTERS];
	uint64_t ops[EV_CLASS_COUNT];
	uint64_t first, last;
};

/* --- behaviours ----------------------------------------------------------- */

#define OBJECT_MAX 96
#define VALUE_MAX  96

/* What an operation is about, taken from its protocol's field table. */
struct object {
	char sub[EV_SUB_TEXT];
	char text[OBJECT_MAX]; /* exact: what makes it the same again  */
	char space[EV_NAME_MAX];
	char value[VALUE_MAX]; /* "" when the event has none           */
	int ranges;
	int64_t lo[2], hi[2];
	bool has_number;
	double number;
};

struct behave {
	struct cache_row row;
	int64_t link;
	char op[EV_NAME_MAX];
	struct object o;
	uint32_t code;
	uint8_t cls;
	bool learned, has_range, stored;
	uint64_t count, first, last;
	int64_t frame;
	double min, max;
};

/* --- the event under judgement -------------------------------------------- */

struct judged {
	const struct ev *ev;
	struct addr *src, *dst; /* NULL: the event has no such end  */
	struct addr *client, *server;
	struct addr *subject; /* whom an identity is about        */
	struct addr *front;   /* the subject is behind it         */
	struct slink *link;   /* NULL: none */
	bool talker_new, link_new;
	bool has_object;
	struct object object;
	/* differ.c: worked out, and what: of its key the first, what was said
	 * last, or a change */
	bool fact_known, fact_first, fact_same, fact_changes;
	char fact_old[EV_TEXT_MAX + 1];
};

/* replaced.c: a MAC that sends from an IP which another one holds. */
#define DOUBTS_MAX 16

struct doubt {
	int64_t addr; /* the holder's row; 0: none */
	uint8_t mac[6];
	bool direct; /* no router had passed it on    */
	bool turns;  /* the holder speaks in between  */
	uint64_t since;
};

#define ALERT_GROUP_MAX  512
#define ALERT_FRAMES_MAX (24 * LIMIT_STORE_ALERT_FRAMES)

/* An alert that is open, as far as a repetition needs it. */
struct open_alert {
	int64_t id, uid, told, revision;
	char frames[ALERT_FRAMES_MAX];
};

/* What a rule may be told. */
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_NONE };

#define CHANGE_TEXT (EV_TEXT_MAX + 1)
#define CHANGES_MAX 4 /* that one event shows */

struct change {
	int64_t addr;
	const char *what;
	uint64_t ts_ns, frame;
	uint32_t input;
	uint16_t vlan; /* where it was heard; 0: no tag, or no event */
	bool untold;   /* rules do not hear of it */
	char old[CHANGE_TEXT], value[CHANGE_TEXT];
};

/* What each interface shows (place.c): bits of interfaces, and of pairs. */
struct sight {
	uint64_t seen, whole, near, joined;
	bool changed;
};

/* Where the row of an IP's holder was found the last time. */
#define HELD_SLOTS 256

struct held {
	int64_t first; /* the IP's row; 0: nothing */
	uint8_t mac[6];
	uint8_t slot;
};

/* When anybody was heard last, and from when on without a long pause: at all,
 * and at each interface that place.c tells apart (awake.c). */
#define AWAKE_CLOCKS (1 + LIMIT_LIVE_IFACES_MAX + 1)

struct awake {
	uint64_t heard_ns, since_ns;
};

struct loss {
	uint64_t count;
	char sensor[32];
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *st[ST_COUNT];
	struct rules *rules;
	int lock_fd;
	bool deterministic;
	struct hash_key key;
	struct cache addrs, links, behaves, points;
	uint32_t cache_rows; /* of each; 0: as limits.h has them */
	/* the open transaction */
	bool in_txn;
	bool stale; /* a transaction failed: nothing held is to be trusted */
	uint32_t txn_events;
	uint64_t txn_mono_ns;
	/* rows made so far; the next ones count on */
	int64_t asset_id, addr_id, link_id;
	int64_t addr_max; /* LIMIT_STORE_ADDRESS_MAX; tests set less */
	/* time */
	uint64_t stream_ns;
	uint64_t learn_ns, learn_from;
	bool learn_done, learning;
	struct sight sight;
	struct held held[HELD_SLOTS];
	struct doubt doubt[DOUBTS_MAX];
	uint32_t doubts;   /* so far; the oldest goes */
	struct addr *hand; /* stays in the cache while holders are looked at */
	struct loss dropped, queue_dropped; /* since the last tick */
	struct awake awake[AWAKE_CLOCKS];
	/* rhythm.c: when was looked for the silent, and where; until when
	 * nobody in the cache is due */
	uint64_t looked_ns, quiet_until_ns;
	int64_t rhythm_at;
	/* behind the event at hand: change.c */
	struct change change[CHANGES_MAX];
	uint32_t changes;
	int64_t outbox_rows;
	int64_t outbox_done; /* the last that is committed */
	int64_t lost_events; /* of transactions that failed */
	struct judged now;
	struct said *said;
	uint32_t *input; /* by number: its row (frame.c) */
	size_t ninputs;
};

/* How many rows a cache has room for. */
static inline uint32_t
cache_rows_of(const struct store *s, uint32_t limit)
{
	return s->cache_rows != 0 ? s->cache_rows : limit;
}

/* open.c */
int store_begin(struct store *) MUST_CHECK;
/* Takes back the open transaction and forgets what is not written. */
void store_fail(struct store *);
/* Writes what the caches hold, so that a statement sees all of it. */
int store_flush(struct store *) MUST_CHECK;
int store_meta_set(struct store *, const char *key, int64_t v) MUST_CHECK;

/* frame.c: what is written of a frame, and of that of the event at hand */
int64_t frame_of(const struct store *, uint32_t input, uint64_t frame);
int64_t frame_at_hand(const struct store *);

/* addr_key.c: k is an address of which only the key is filled in */
void addr_key_ip(struct addr *k, uint8_t kind, uint8_t ipver,
    const struct ev_ip *, uint8_t slot);
void addr_key_mac(struct addr *k, uint8_t kind, const uint8_t mac[6]);
void addr_key_sub(struct addr *k, int64_t carrier, uint8_t transport,
    uint16_t port, const struct ev_sub *);
/* The same from a row; text is its sub as addr_text() has it. */
void addr_key_row(struct addr *k, int64_t carrier, uint8_t transport,
    uint16_t port, uint8_t kind, uint32_t num, const char *text);
void addr_key_text(const struct addr *, char buf[ADDR_KEY_TEXT]);

/* addr_row.c: columns as ADDR_COLUMNS of stmt.def has them */
/* Fills an address that has its key. */
void addr_row_load(struct addr *, sqlite3_stmt *);
/* The key of a MAC's or an IP's row; false when it is another's. */
bool addr_row_key(struct addr *k, sqlite3_stmt *);
int addr_row_write(void *store, void *row) MUST_CHECK;

/* addr.c */
int addrs_init(struct store *) MUST_CHECK;
bool addr_ip_is_group(uint8_t ipver, const struct ev_ip *);
bool addr_has_ip(const struct ev_end *);
bool addr_has_mac(const struct ev_end *);
/* The address of one host, as text. */
bool addr_parse_ip(const char *, uint8_t *ret_ver, struct ev_ip *ret);
/*
 * The row with this key; *ret is NULL when there is none.  make: it is made
 * then, without asset (NULL only when STORE_ADDRESS_MAX is reached).
 */
int addr_mac(struct store *, const uint8_t mac[6], bool make,
    struct addr **ret) MUST_CHECK;
/* Asks memory for the rows of these ends at once: all that is done with an
 * event waits for them.  They need not have any. */
#define ADDRS_WARM 2
void addrs_warm(struct store *, const struct ev_end *const end[], size_t n);
int addr_ip(struct store *, uint8_t ipver, const struct ev_ip *, uint8_t slot,
    bool make, struct addr **ret) MUST_CHECK;
int addr_group(struct store *, const struct ev_end *, bool make,
    struct addr **ret) MUST_CHECK;
int addr_sub(struct store *, const struct addr *carrier, uint8_t transport,
    uint16_t port, const struct ev_sub *, bool make,
    struct addr **ret) MUST_CHECK;
int addr_by_id(struct store *, int64_t id, struct addr **ret) MUST_CHECK;
/* Text of the address itself: IP, else MAC, else what is behind. */
void addr_text(const struct addr *, char *buf, size_t size);
void addr_seen(struct store *, struct addr *, uint64_t ts_ns);
void addr_role(struct store *, struct addr *, uint32_t role);
void addr_vlan(struct store *, struct addr *, const struct ev *);
/* Whether others have or had its IP, too. */
static inline bool
addr_is_of_several(const struct addr *a)
{
	return a != NULL && a->kind == ADDR_IP &&
	       (a->slot != 0 || a->holders > 1);
}

/* Takes over the assets that a statement gave to rows (ADDR_COLUMNS). */
int addr_moved(struct store *, sqlite3_stmt *) MUST_CHECK;

/* place.c: an interface and a VLAN, where an event was heard */
uint32_t place_of(const struct ev *);
uint16_t place_vlan(uint32_t place);
/* At most LIMIT_LIVE_IFACES_MAX, which is any other. */
unsigned place_iface(uint32_t place);
/* Whether two of them are known to show different networks. */
bool place_ifaces_are_apart(const struct store *, unsigned i, unsigned j);
/* Whether the address is known to be there. */
bool place_is_known(const struct addr *, uint32_t place);
/* Whether it is known to be at places that are all apart from this one. */
bool place_is_elsewhere(
    const struct store *, const struct addr *, uint32_t place);
bool place_are_apart(
    const struct store *, const struct addr *, const struct addr *);
void place_note(struct store *, struct addr *, uint32_t place);
/* A MAC was heard there: noted, with what it says of the interfaces. */
void place_heard(struct store *, struct addr *mac, uint32_t place);
/* Two talk with each other, and both are heard. */
int place_talk(struct store *, const struct ev *) MUST_CHECK;
int place_start(struct store *) MUST_CHECK;
int place_write(struct store *) MUST_CHECK;

/* hold.c */
enum how { HOW_NONE, HOW_TRAFFIC, HOW_DHCP, HOW_DCP, HOW_ND, HOW_ARP };

/* An address speaks: from now on it is, or belongs to, an asset. */
void hold_heard(struct store *, struct addr *, uint64_t ts_ns);
/* Whether MAC and IP may be bound to each other by this. */
bool hold_may_be_firm(const struct addr *mac, enum how, const struct ev_end *);
/* first is the IP's row with slot 0; *ret the one that speaks. */
int hold_firm(struct store *, struct addr *mac, struct addr *first, enum how,
    const struct ev *, struct addr **ret) MUST_CHECK;
/* holder.c: of one IP, first being its row with slot 0 */
/* The row with this slot; first and what is in hand stay in the cache. */
int hold_row(struct store *, struct addr *first, uint8_t slot,
    struct addr **ret) MUST_CHECK;
/*
 * The row of whose IP it is: the MAC's, if it holds the IP; else of who has it
 * where the event was heard; else where the MAC is.  *ret_here is false when
 * nobody is known to have the IP there; mac may be NULL.
 */
int hold_pick(struct store *, struct addr *first, const uint8_t *mac,
    uint32_t place, struct addr **ret, bool *ret_here) MUST_CHECK;
/* A further row of the IP, for this place; *ret NULL when there are too many. */
int hold_new(struct store *, struct addr *first, uint32_t place,
    struct addr **ret) MUST_CHECK;
int hold_traffic(struct store *, struct addr *mac, struct addr *first,
    bool routed, uint64_t ts_ns) MUST_CHECK;
/* What no router has passed on shows that a is mac's own. */
int hold_own(struct store *, struct addr *mac, const struct addr *a) MUST_CHECK;
/* a sends with its MAC, though another has taken its IP. */
int hold_goes_on(struct store *, struct addr *first, struct addr *a,
    const struct ev *) MUST_CHECK;
/* mac has had the IP of the row a since then; *ret NULL when too many have
 * it. */
int hold_replace(struct store *, struct addr *mac, struct addr *a,
    uint64_t since, struct addr **ret) MUST_CHECK;
/* The same for the MAC of a redundancy protocol. */
void hold_virtual(struct store *, const struct addr *mac, struct addr *a,
    enum how, bool unrouted, uint64_t ts_ns);
/* The row of an IP that mac holds firmly; *ret NULL when it holds none. */
int hold_find(struct store *, struct addr *first, const uint8_t mac[6],
    struct addr **ret) MUST_CHECK;

/* proxy.c */
#define PROXY_IPS 16 /* nobody holds more of his own */

/* Whether the MAC, that got another IP, holds too many to be a device; first
 * and a are in hand. */
int proxy_judge(struct store *, struct addr *mac, struct addr *first,
    struct addr *a) MUST_CHECK;
/* The MAC carries others' packets, though ARP gives it their IPs; a is in hand.
 */
int proxy_found(struct store *, struct addr *mac, struct addr *a) MUST_CHECK;

/* bind.c */
int bind_endpoint(struct store *, const struct ev *, struct addr **ret,
    bool *ret_new) MUST_CHECK;
/* What an event says of one of its ends. */
enum bind_as {
	BIND_HEARD, /* it sent something                          */
	BIND_NAMED, /* something was sent to it                   */
	BIND_KNOWN, /* likewise, but it gets no row if it has none */
};

/* An end of any other event; *ret may be NULL. */
int bind_end(struct store *, const struct ev *, const struct ev_end *,
    enum bind_as, struct addr **ret, bool *ret_new) MUST_CHECK;

/* asset.c */
void asset_make(struct store *, struct addr *);
int asset_write_new(struct store *, struct addr *) MUST_CHECK;
/* from becomes part of to; the older id stays. */
int asset_join(struct store *, int64_t a, int64_t b) MUST_CHECK;
/* The asset is behind this address from now on; NULL: behind none. */
int asset_move(
    struct store *, int64_t asset, const struct addr *front) MUST_CHECK;
/*
 * The addresses of an asset that mac holds, and its own row, but not keep,
 * get an asset of their own.  chassis: the ports and addresses, too, that LLDP
 * and CDP prove to be mac's.
 */
int asset_split(struct store *, struct addr *mac, const struct addr *keep,
    bool chassis) MUST_CHECK;
/* The address becomes an asset again that it was before a join, or a new one,
 * and with it all that its MAC holds. */
int asset_part(struct store *, struct addr *) MUST_CHECK;
/* Chooses the shown facts anew. */
int asset_refresh(struct store *, int64_t asset) MUST_CHECK;
/* Likewise, after this was said, if that can change them; again: not for the
 * first time. */
int asset_said(struct store *, int64_t asset, const char *key,
    const char *value, bool again) MUST_CHECK;
/* What was observed, by its name; ERR_NOTFOUND when unknown. */
int asset_observed(struct store *, const struct addr *, const char *key,
    char *buf, size_t size) MUST_CHECK;
/* The shown value: a person's word, else that. */
int asset_value(struct store *, const struct addr *, const char *key, char *buf,
    size_t size) MUST_CHECK;

/* said.c: what people declared */
int said_open(struct store *, const char *dir) MUST_CHECK;
void said_close(struct store *);
/* Reads it again if it has changed. */
void said_refresh(struct store *);
/* ERR_NOTFOUND: nobody said it. */
int said_value(struct store *, const struct addr *, const char *key, char *buf,
    size_t size) MUST_CHECK;

/* unit.c */
int unit_judge(struct store *) MUST_CHECK;
/* Who says something of himself behind front is a device of his own; a Modbus
 * unit is when another one says something else. */
int unit_said(struct store *, struct addr *front, struct addr *unit,
    const char *key, const char *value) MUST_CHECK;
/* A station behind front is known by what it does: it is a device. */
int unit_spoke(struct store *, struct addr *front, struct addr *station,
    uint32_t role) MUST_CHECK;

/* replaced.c: who says another serial number with another MAC is another. */
int replaced_judge(struct store *) MUST_CHECK;
/* A packet from a's IP, that no router had passed on, came with mac; *ret is
 * who sent it: a, unless that must be another device. */
int replaced_packet(struct store *, struct addr *a, struct addr *mac,
    struct addr **ret) MUST_CHECK;

/* role.c: all of the event under judgement */
/* The address has this role; why, in words. */
int role_because(
    struct store *, struct addr *, uint32_t role, const char *why) MUST_CHECK;
int role_of_fact(struct store *, struct addr *, const char *key,
    const char *value) MUST_CHECK;
int role_of_operation(struct store *) MUST_CHECK;
int role_of_service(struct store *) MUST_CHECK;
int role_of_relation(struct store *, struct addr *, const char *relation,
    const char *peer) MUST_CHECK;

/* safety.c */
bool safety_says(const char *key, const char *value);

/* asked.c */
/* The client asks the server of the event, by SNMP (manages) or a protocol of
 * the process; counts it in its asked, unless it has. */
int asked_count(struct store *, struct addr *client, bool manages) MUST_CHECK;

/* chassis.c */
/* A device behind front, by a route of CIP, has said something of itself. */
int chassis_said(
    struct store *, struct addr *front, const struct addr *module) MUST_CHECK;
/* What leads to modules has told its own serial number. */
int chassis_front(struct store *, struct addr *front) MUST_CHECK;
/* The chassis that the asset is in; 0: none. */
int chassis_of(struct store *, int64_t asset, int64_t *ret) MUST_CHECK;

/* proof.c */
/* The address said this of itself, for the first time. */
int proof_said(struct store *, struct addr *, const char *key) MUST_CHECK;
/* LLDP or CDP: the MAC is a port of that device, or the IP is its. */
int proof_neighbour(struct store *, struct addr *mac, const char *relation,
    const char *peer) MUST_CHECK;

/* An event's fact, taken apart. */
struct fact {
	char key[32], claim[16], via[EV_NAME_MAX];
	char value[EV_TEXT_MAX + 1];
	int confidence;
};

/* fact.c */
int fact_store(struct store *) MUST_CHECK;
/* False when its key is none that is kept. */
bool fact_parse(const struct ev *, struct fact *);
bool fact_is_name(const char *key);
/* A name that ends in a UUID: a program has made it up. */
bool fact_is_generated(const char *name);

/* placeholder.c */
/* Whether the value says nothing, where the key is to be told. */
bool placeholder_is(const char *key, const char *value);

/* differ.c */
/* Works out fact_first, fact_changes and fact_old of the event at hand, which
 * says f of a. */
int differ_find(
    struct store *, const struct addr *a, const struct fact *f) MUST_CHECK;
/* Whether the event's fact takes the place of old, which it gives. */
int differ_changes(
    struct store *, bool *ret, char *old, size_t size) MUST_CHECK;

/* change.c */
/* Told behind the event at hand; NULL when it shows too many. */
struct change *change_note(struct store *, const struct addr *,
    const char *what, const char *old, const char *value);
int change_tell(struct store *) MUST_CHECK;
/* What a device says of itself: kept, and judged by the event. */
int change_said(struct store *, const struct addr *, const char *key,
    const char *old, const char *value) MUST_CHECK;

/* awake.c */
int awake_start(struct store *) MUST_CHECK;
int awake_write(struct store *) MUST_CHECK;
/* Somebody was heard, by the event at hand. */
void awake_heard(struct store *, uint64_t ts_ns);
/* The clock of where the address is. */
const struct awake *awake_of(const struct store *, const struct addr *);

/* rhythm.c */
/* What a restart must not change: read, and written with all else. */
int rhythm_start(struct store *) MUST_CHECK;
int rhythm_write(struct store *) MUST_CHECK;
/* The address came into the cache with what is known of it. */
void rhythm_loaded(struct store *, const struct addr *);
/* The address has sent something. */
void rhythm_heard(struct store *, struct addr *, uint64_t ts_ns);
/* Looks for those that are silent too long. */
int rhythm_tick(struct store *) MUST_CHECK;

/* unasked.c */
/* From when on a device would have asked, or was asked, to be known for it; and
 * who asks was there if he was heard later than this. */
struct unasked {
	uint64_t own_ns, asked_ns, there_ns;
};

/* Whether others asked the device, and they are as silent as it is. */
int unasked_find(struct store *, int64_t asset, const struct unasked *,
    bool *ret) MUST_CHECK;

/* field.c: values of events as text */
size_t field_text(const struct ev *, uint16_t id, char *buf, size_t size);
uint64_t field_uint(const struct ev *, uint16_t id, uint64_t none);
/*
 * The field at *at, which moves to the next one beside it, with its role and
 * name in the protocol's table; NULL at the end.
 */
const struct ev_field *field_next(
    const struct ev *, size_t *at, uint8_t *ret_role, const char **ret_name);
/* The one value in all of the event, in lists or not; NULL: none or several. */
const struct ev_field *field_lone_value(const struct ev *);
size_t field_print(
    const struct ev *, const struct ev_field *, char *buf, size_t size);

/* Whether it tells what its ends are in a plant: no name service does. */
static inline bool
is_of_the_process(const struct ev *e)
{
	const struct ev_proto *p = ev_proto(e->proto);

	return p != NULL && !p->common;
}

/* object.c */
void object_of(const struct ev *, const struct ev_sub *, struct object *ret);
/* The name that the values of what it is about go by, as its protocol's table
 * has it; false where it has none. */
bool object_point(const struct ev *, char *buf, size_t size);
/* That, or "holding registers 100 to 109": for people. */
size_t object_words(
    const struct ev *, const struct object *, char *buf, size_t size);

/* link.c */
enum {
	LINK_OVER_TCP = 1, /* as in transport_name() */
	LINK_OVER_UDP,
	LINK_OVER_ETHERNET,
	LINK_OVER_LLC,
	LINK_OVER_OTHER = 8
};

/* What makes a link the same again. */
struct link_ends {
	int64_t src, dst;
	uint8_t transport;
	uint16_t port, proto;
};

int links_init(struct store *) MUST_CHECK;
/* With *ret, or surely none; else the table has to be asked.  Of an untyped one
 * the typed one that took it over. */
bool link_is_cached(
    struct store *, const struct link_ends *, struct slink **ret) MUST_CHECK;
/* *ret is NULL when there is none. */
int link_find(
    struct store *, const struct link_ends *, struct slink **ret) MUST_CHECK;
/* A link with any protocol between the ends, for what has none. */
int link_find_typed(
    struct store *, const struct link_ends *, struct slink **ret) MUST_CHECK;
int link_find_or_make(struct store *, const struct link_ends *,
    struct addr *client, struct slink **ret, bool *ret_new) MUST_CHECK;
uint8_t transport_parse(const char *);
const char *transport_name(uint8_t);

/* conversation.c */
/* Finds or makes the event's link from now's ends; sets client, server. */
int link_resolve(struct store *) MUST_CHECK;
int link_traffic(struct store *) MUST_CHECK;
void link_seen(struct store *, struct slink *, uint64_t first, uint64_t last);

/* behave.c */
int behaves_init(struct store *) MUST_CHECK;
int behave_find(struct store *, int64_t link, const char *op,
    const struct object *, struct behave **ret) MUST_CHECK;
int behave_store(struct store *) MUST_CHECK;

/* written.c */
int written_store(struct store *) MUST_CHECK;
int written_learned(struct store *, enum answer *ret) MUST_CHECK;
/* "400 to 600": the learned values of a point that gets another one. */
int written_words(struct store *, char *buf, size_t size) MUST_CHECK;

/* baseline.c */
int baseline_start(struct store *) MUST_CHECK;
int baseline_time(struct store *, uint64_t ts_ns) MUST_CHECK;
/* ERR_NOTFOUND: there is no such what. */
int baseline_learned(
    struct store *, const char *what, enum answer *ret) MUST_CHECK;
int baseline_first(
    struct store *, const char *what, enum answer *ret) MUST_CHECK;
/* changed(), and what was there before ("" when nothing). */
int baseline_changed(
    struct store *, enum answer *ret, char *old, size_t size) MUST_CHECK;
int baseline_usual(struct store *, char *buf, size_t size) MUST_CHECK;
int baseline_old(struct store *, char *buf, size_t size) MUST_CHECK;

/* record.c */
int record_store(struct store *) MUST_CHECK;

int record_service_learned(struct store *, enum answer *ret) MUST_CHECK;
int record_transport(struct store *, struct addr *server, uint16_t port,
    uint16_t proto, uint8_t *ret) MUST_CHECK;
int record_state_changes(
    struct store *, bool *ret, char *old, size_t size) MUST_CHECK;

/* point.c */
int point_rows_init(struct store *) MUST_CHECK;
int point_store(struct store *) MUST_CHECK;

/* alert.c */
int alert_hit(void *store, const struct rules_hit *);
/* alert_group.c: the open alert of a group; 1 when there is one, 0 if none. */
int alert_find(struct store *, const char *rule, const char *group,
    struct open_alert *ret) MUST_CHECK;
int alert_trim(struct store *) MUST_CHECK;
int judge(struct store *) MUST_CHECK;

/* outbox.c */
int outbox_begin(struct store *) MUST_CHECK;

/* health.c */
int health_start(struct store *) MUST_CHECK;
int health_tick(struct store *) MUST_CHECK;

/* sqlfunc.c */
int sqlfunc_register(struct store *) MUST_CHECK;

#endif
