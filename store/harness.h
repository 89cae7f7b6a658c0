/*
 * harness: a store in a directory of its own, and events to feed it.  For
 * tests and tools; no part of the program.
 */
#ifndef OTUS_STORE_HARNESS_H
#define OTUS_STORE_HARNESS_H

#include <stdio.h>

#include "event/event.h"
#include "store/store.h"

#define SAMPLE_FIELDS 64
#define SAMPLE_SECOND 1000000000ULL
/* 2004-08-26T12:01:21Z: a capture is not of today. */
#define SAMPLE_START (1093521681ULL * SAMPLE_SECOND)

struct host {
	struct ev_end end;
};

/* One event under construction, and what all of them share. */
struct sample {
	struct store *s;
	struct ev ev;
	struct ev_field f[SAMPLE_FIELDS];
	uint64_t ts_ns, frame;
	uint16_t vlan;
	uint32_t iface, input;
	uint16_t flags;  /* or'ed into every event */
	const char *via; /* of identities, when not Modbus' own */
};

void sample_init(struct sample *, struct store *);
void sample_at(struct sample *, uint64_t ts_ns);
void sample_wait(struct sample *, uint64_t ns);

/* 02:00:a:b:c:d and a.b.c.d */
struct host sample_host(uint8_t a, uint8_t b, uint8_t c, uint8_t d);
/* The same IP with another MAC, the last byte of which is m. */
struct host sample_via(struct host, uint8_t m);
struct host sample_ip6(const char *ip, uint8_t m);
struct host sample_mac(uint8_t m);
struct host sample_group(uint8_t a, uint8_t b, uint8_t c, uint8_t d);

/* Starts an event from one to the other; sample_send() ends it. */
struct ev *sample_start(struct sample *, enum ev_kind, const struct host *src,
    const struct host *dst);
int sample_send(struct sample *);

int sample_endpoint(struct sample *, const struct host *, const char *how);
int sample_service(struct sample *, const struct host *client,
    const struct host *server, bool answers);
/* Modbus over TCP, port 502. */
int sample_read(struct sample *, const struct host *client,
    const struct host *server, uint8_t unit, uint16_t addr, uint16_t qty);
int sample_write(struct sample *, const struct host *client,
    const struct host *server, uint8_t unit, uint16_t addr, uint16_t value);
int sample_repeat(struct sample *, const struct host *client,
    const struct host *server, uint8_t unit, uint16_t addr, uint16_t qty,
    uint64_t count);
int sample_reply(struct sample *, const struct host *client,
    const struct host *server, uint8_t unit, const char *status);
int sample_identity(struct sample *, const struct host *server, int unit,
    const char *key, const char *value);
/* What a device says of itself by any protocol; path: a route of CIP behind
 * the host, or NULL. */
int sample_says(struct sample *, uint16_t proto, const struct host *,
    const char *path, const char *key, const char *value);
/* What a device says of where it is. */
int sample_relation(struct sample *, uint16_t proto, const struct host *,
    const char *relation, const char *peer);
/* packets each way, and as many reads and replies. */
int sample_traffic(struct sample *, const struct host *client,
    const struct host *server, uint64_t packets);

/* A fresh directory under $TMPDIR; NULL when there can be none. */
char *harness_dir(char *buf, size_t size);
void harness_remove(const char *dir);

/* A store in a directory of its own, for one test. */
struct rig {
	char dir[64];
	struct store_options opt;
	struct store *s;
	struct sample x;
};

#define RIG_LEARNS UINT64_MAX / 2 /* for ever */

/* rules_dir NULL: the built-in ones. */
void rig_start(struct rig *, uint64_t learn_ns, const char *rules_dir);
/* Closes and opens again, as after a restart. */
void rig_restart(struct rig *);
void rig_stop(struct rig *);
/* Learning ends: waits for it, and ticks. */
void rig_learned(struct rig *);
/* Commits, and asks the database over a connection of its own. */
int64_t rig_int(struct rig *, const char *sql);
/* The same as text; "NULL" for NULL and for no row. */
const char *rig_text(struct rig *, const char *sql, char *buf, size_t size);
/* Commits, and looks for an asset over a connection of its own. */
struct query_asset;
void rig_find(struct rig *, const char *what,
    int (*row)(void *, const struct query_asset *), void *arg);
/* A rule file of its own; rig_stop() removes it. */
const char *rig_rules(struct rig *, const char *text);

/* Everything in a database as text, tables in order of their names. */
void harness_dump(const char *dir, FILE *);

#endif
