/*
 * query: what is in the database, for whoever only reads: the commands, the
 * web pages, the benchmark.
 *
 * The connection cannot write.  A list is read in pages: each call runs one
 * statement to its end, hands every row to a function and is done, so that no
 * read transaction lasts across a wait for a person or a socket (it would
 * keep the log from being cut).  Rows live until that function returns.
 *
 * Lists are in the order of first sight, which a replay reproduces.  A cursor
 * is the last row's number: 0 to begin, and given back by each call, 0 at the
 * end.
 */
#ifndef OTUS_STORE_QUERY_H
#define OTUS_STORE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "event/coverage.h"
#include "event/event.h"
#include "store/model.h"

struct query;

#define QUERY_LIST_MAX  256  /* of one asset's MACs, IPs, VLANs, protocols */
#define QUERY_FACTS_MAX 1024 /* of one asset                               */
#define QUERY_ROLES_MAX 16
#define QUERY_SUBS_MAX  16 /* ways to one asset behind others            */
#define QUERY_WORDS_MAX 32 /* that people declare of one                 */

/*
 * ERR_NOENT: there is no database in dir.  ERR_UNSUPPORTED: its schema is
 * another than this program's (a newer otus wrote it, or none has opened it
 * for writing since an update).
 */
int query_open(const char *dir, struct query **ret) MUST_CHECK;
void query_close(struct query *); /* accepts NULL */
/* Changes whenever something was committed: a cheap "is there news?". */
int query_version(struct query *, int64_t *ret) MUST_CHECK;

/* Which rows; what is NULL or 0 does not restrict. */
struct query_filter {
	const char *text;     /* part of a name, address, vendor, title ... */
	const char *role;     /* assets: as role_name() has it              */
	const char *proto;    /* assets, links                              */
	const char *state;    /* alerts: open, acknowledged, closed         */
	const char *severity; /* alerts                                     */
	const char *rule;     /* alerts                                     */
	const char *asset;    /* links, alerts: an id, at either end        */
	const char *parent;   /* assets: behind this id                     */
	uint64_t since_ns;    /* last seen after this                       */
	bool newest_first;    /* alerts: the other way round                */
};

struct query_page {
	int64_t after;  /* cursor */
	unsigned limit; /* 0: all */
};

/* An address behind another (events.md, sub); kind "" = none. */
struct query_sub {
	const char *kind; /* unit, addr, bacnet, path                     */
	int64_t num;      /* unit, addr; bacnet: net                      */
	const char *text; /* path; bacnet: mac in hex; "" = none          */
	/* what it is behind; NULL = unknown */
	const char *ip, *mac, *transport;
	uint16_t port;
};

/* What shows a thing. */
struct query_frame {
	uint64_t number;  /* 0: no frame does */
	const char *file; /* base name; NULL: there is but one input, or live */
};

struct query_fact {
	const char *key, *value, *via, *claim, *proto;
	int confidence;
	uint64_t count, first, last;
	struct query_frame frame;
};

/* One of what it is in the plant. */
struct query_role {
	const char *name, *why;
	const char *proto; /* NULL, and frame 0: worked out, not seen at once */
	struct query_frame frame;
	int level;
};

/* What a person said of it, who that was, and when: by the clock. */
struct query_word {
	const char *key, *value, *who, *source;
	uint64_t at;
};

/* What is shown where no person has said otherwise. */
struct query_observed {
	const char *name, *vendor, *model, *firmware, *hardware, *software;
	const char *serial, *role;
	bool vendor_by_mac;
};

#define QUERY_CHANGES_MAX 48

struct query_change {
	uint64_t at;
	struct query_frame frame;
	const char *what; /* new, service, state, or as change.c has it */
	const char *old, *value; /* "" = says nothing */
};

#define QUERY_GROUPS_MAX  16 /* that one asset is in */
#define QUERY_MEMBERS_MAX 16

struct query_member {
	char id[UID_TEXT]; /* "": is not known */
	const char *name;
};

/* An address that several share, so that one can stand in for another. */
struct query_group {
	bool by_turns;       /* an IP; else a protocol's group, by its MAC */
	const char *address; /* the IP; the MAC, and VLAN where it is known  */
	const char *detail;  /* "vrrp group 10, 10.0.0.1, priority 200"     */
	struct query_member holder; /* now, since, shown by frame           */
	uint64_t since;
	struct query_frame frame;
	size_t nmembers;
	struct query_member members[QUERY_MEMBERS_MAX];
};

struct query_asset {
	int64_t row;
	char id[UID_TEXT];
	char parent[UID_TEXT]; /* "" = none */
	/* NULL = unknown; a person's word goes before what was observed */
	const char *name, *vendor, *model, *firmware, *hardware, *software;
	const char *serial, *role;
	bool vendor_by_mac; /* by IEEE's registry, for want of its own word */
	int level;          /* -1 = unknown */
	const char *safety; /* why it is part of a safety system; NULL: no  */
	size_t nroles;      /* the first one is role */
	struct query_role roles[QUERY_ROLES_MAX];
	bool approved;
	size_t nmacs, nips, nvlans, nprotocols, nfacts;
	const char *macs[QUERY_LIST_MAX], *ips[QUERY_LIST_MAX];
	uint16_t vlans[QUERY_LIST_MAX];
	const char
	    *at; /* of its first IP that others have, too: as in query_end */
	const char *protocols[QUERY_LIST_MAX];
	size_t nsubs;
	struct query_sub subs[QUERY_SUBS_MAX];
	/* Who took its addresses when it fell silent; "" = nobody. */
	char replaced_by[UID_TEXT];
	uint64_t first, last;
	struct query_observed observed;
	char declared[24]; /* "d-12": its row in the register; "" = none   */
	bool ambiguous;    /* it has a key of several rows, or they of it  */
	const char *proof, *proof_key; /* what tells that: "MAC", which    */
	size_t nwords;
	struct query_word words[QUERY_WORDS_MAX];
	/* What happened to it, the newest first; only of one asked for. */
	bool has_timeline;
	size_t nchanges;
	struct query_change changes[QUERY_CHANGES_MAX];
	size_t ngroups; /* likewise */
	struct query_group groups[QUERY_GROUPS_MAX];
	struct query_fact facts[QUERY_FACTS_MAX];
};

/* One end of a link or an alert; all "" when there is none. */
struct query_end {
	char id[UID_TEXT]; /* "": a group, or never heard */
	const char *ip, *mac, *name;
	const char *at; /* "VLAN 20", or a MAC: where several have the IP */
};

/* What others name and nobody hears. */
struct query_ghost {
	const char *ip;       /* NULL: behind another, as sub says          */
	struct query_sub sub; /* kind "": an address of its own             */
	int64_t instance;     /* of BACnet, and no address is known; -1     */
	const char *why;      /* words of query_ghost.c, with commas        */
	bool there;      /* it speaks, and what it says is not seen         */
	uint64_t askers; /* how many ask for it; one of them:               */
	struct query_end asker;
	const char *vlans; /* NULL: untagged, or not known; "10,20"         */
	uint64_t first, last;
};

struct query_link {
	int64_t row;
	struct query_end src, dst;
	const char *transport;
	uint16_t port;
	const char *proto; /* NULL: no dissector has claimed it */
	const char *label; /* NULL, or nDPI's opinion           */
	bool initiator;    /* src was seen to open it           */
	bool answered, learned;
	uint64_t count[LINK_COUNTERS];
	uint64_t ops[EV_CLASS_COUNT];
	uint64_t first, last;
};

struct query_alert {
	int64_t row;
	char id[UID_TEXT];
	const char *rule, *severity, *state;
	uint64_t count, first, last;
	struct query_end src, dst;
	const char *title, *soc, *ot, *check;
	const char *attack; /* "T0855, T0836" */
	const char *frames; /* JSON array     */
	const char *files;  /* "a.pcap/b.pcap": of each; "": but one input */
};

struct query_counter {
	const char *sensor, *name;
	uint64_t value;   /* over all runs       */
	uint64_t changed; /* stream time         */
};

/* Each calls row() for one page; what it returns but 0 ends the call. */
int query_assets(struct query *, const struct query_filter *,
    struct query_page *, int (*row)(void *, const struct query_asset *),
    void *arg) MUST_CHECK;
int query_ghosts(struct query *, const struct query_filter *,
    struct query_page *, int (*row)(void *, const struct query_ghost *),
    void *arg) MUST_CHECK;
int query_links(struct query *, const struct query_filter *,
    struct query_page *, int (*row)(void *, const struct query_link *),
    void *arg) MUST_CHECK;
int query_alerts(struct query *, const struct query_filter *,
    struct query_page *, int (*row)(void *, const struct query_alert *),
    void *arg) MUST_CHECK;
int query_counters(struct query *,
    int (*row)(void *, const struct query_counter *), void *arg) MUST_CHECK;

/* One, by its id; ERR_NOTFOUND.  An asset that was joined to another is
 * that other one. */
int query_asset(struct query *, const char *id,
    int (*row)(void *, const struct query_asset *), void *arg) MUST_CHECK;
/* All that have this id, name, asset number or address. */
int query_find(struct query *, const char *what,
    int (*row)(void *, const struct query_asset *), void *arg) MUST_CHECK;
int query_alert(struct query *, const char *id,
    int (*row)(void *, const struct query_alert *), void *arg) MUST_CHECK;

/* How many rows a filter leaves. */
int query_assets_count(
    struct query *, const struct query_filter *, uint64_t *ret) MUST_CHECK;
int query_links_count(
    struct query *, const struct query_filter *, uint64_t *ret) MUST_CHECK;
int query_alerts_count(
    struct query *, const struct query_filter *, uint64_t *ret) MUST_CHECK;

/* What was declared of the key; NULL: nobody has. */
const char *query_declared(const struct query_asset *, const char *key);
/* "unit 3": what an asset is called by whom it is behind. */
struct text;
void query_put_sub(struct text *, const struct query_sub *);

/* In one text each: ports that answer, who logged in, where syslog goes. */
enum query_detail { QUERY_PORTS, QUERY_ACCOUNTS, QUERY_LOGGING };
int query_detail(
    struct query *, int64_t asset, enum query_detail, struct text *) MUST_CHECK;

/* The register: all that people declared, heard or not. */
struct query_declaration {
	char id[24];
	uint64_t made; /* by the clock */
	const char *source;
	int64_t row;    /* of the asset that it is; 0: of none      */
	bool ambiguous; /* as in query_asset                        */
	const char *proof, *proof_key;
	char twin[24]; /* "d-1": the row of the device that has its address;
			* by which proof; "" = none */
	size_t nwords;
	struct query_word words[QUERY_WORDS_MAX];
};
/* 0, or why it cannot be read: then nothing declared is shown. */
int query_register_trouble(struct query *) MUST_CHECK;
int query_register(struct query *,
    int (*row)(void *, const struct query_declaration *), void *arg) MUST_CHECK;

/* What can be said at once. */
struct query_status {
	uint64_t stream_ns;     /* 0: no event yet                    */
	uint64_t learn_from_ns; /* of the first event                 */
	bool learning;
	uint64_t assets, links, behaviours, alerts, alerts_open;
	uint64_t outbox; /* deliveries that wait               */
	uint64_t malformed, gaps;
};
int query_status(struct query *, struct query_status *ret) MUST_CHECK;

/* How well one sensor saw one interface and VLAN; VLANs of an interface one
 * after the other, its untagged frames first. */
struct query_coverage {
	const char *sensor;
	struct coverage c;
};
int query_coverage(struct query *,
    int (*row)(void *, const struct query_coverage *), void *arg) MUST_CHECK;

/* What no sensor at this place can show, in numbers. */
#define QUERY_ROUTED_SHOWN 3
struct query_blind {
	uint64_t heard;    /* devices that have sent something           */
	uint64_t groups;   /* ... to groups only, and nobody asked them  */
	uint64_t gateways; /* devices with others behind them            */
	uint64_t behind;   /* those others                               */
	/* devices with private addresses that routers alone pass on, and
	 * one of them from each of some networks */
	uint64_t routed;
	unsigned shown;
	char example[QUERY_ROUTED_SHOWN][EV_IP_TEXT];
};
int query_blind(struct query *, struct query_blind *ret) MUST_CHECK;
/* Name of the device that has the MAC, else its IP; NULL when unknown.
 * Until the next call. */
int query_station(
    struct query *, const char *mac, char *buf, size_t size) MUST_CHECK;

/* Sums over all links: takes its time with many of them. */
struct query_totals {
	uint64_t packets, bytes;
	uint64_t operations; /* requests, notifications and replies */
	uint64_t replies, errors, unanswered;
	uint64_t ops[EV_CLASS_COUNT];
};
int query_totals(struct query *, struct query_totals *ret) MUST_CHECK;

#endif
