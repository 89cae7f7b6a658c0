/*
 * harness: a plant on a table top for the tests of this folder: a protocol,
 * events, and a store that answers what a test tells it to.
 */
#ifndef OTUS_RULES_HARNESS_H
#define OTUS_RULES_HARNESS_H

#include "rules/rules.h"

/* Ids of the protocol that the harness registers as "modbus". */
enum {
	H_PROTO = 1,
	H_FRAMING = EV_PROTO_BASE,
	H_TXN,
	H_UNIT,
	H_FC,
	H_EXCEPTION,
	H_ADDR,
	H_QTY,
	H_VALUES,
	H_AND,
	H_OR,
	H_SUB,
	H_RECORDS,
	H_END
};

/* What learned(), first(), ... answer; WORLD_NULL is NULL. */
#define WORLD_NULL (-1)

struct world {
	sqlite3 *db;
	struct rules *rules;
	/* answers */
	int talker, server, service, link, ports, class, code, operation, range,
	    value;
	int first, changed, answered, in_learning;
	int level; /* of any asset: 0, 1 or unknown */
	const char *src_name, *dst_name, *old, *usual, *learned;
	/* the event, its row of fields, and the subject around it */
	struct ev ev;
	struct ev_field field[64];
	struct rules_subject sub;
	/* what came of the last world_judge() */
	size_t hits;
	char rule[256]; /* ids, each with a space behind it */
	char key[2048], title[2048], soc[2048], ot[2048], check[2048];
	const char *severity;
	/* problems since world_open() */
	size_t problems;
	char problem[512]; /* the last one: "file:line [rule] reason" */
	int (*on_hit)(struct world *); /* NULL: nothing else happens */
};

/* An empty database with store's functions; everything is learned. */
void world_open(struct world *);
void world_close(struct world *);
/* Loads rules: the built-in ones, a directory, or one file's text. */
int world_load(struct world *, const char *dir);
int world_load_text(struct world *, const char *text);
int world_load_text_n(struct world *, const char *text, size_t n);
/* Loads one rule: the condition, on operations, replies included or not. */
int world_load_when(struct world *, const char *when);

/* Starts an event between 10.0.0.5 (asset 1) and 10.0.0.3 (asset 2). */
struct ev *world_event(struct world *, enum ev_kind);
/* A Modbus request, function fc at unit 1. */
struct ev *world_request(
    struct world *, const char *op, uint32_t fc, enum ev_class);
/* Its reply: ends swapped. */
struct ev *world_reply(struct world *, const char *op, uint32_t fc,
    enum ev_class, const char *status);
/* Judges; fills hits and texts; returns what rules_judge() returns. */
int world_judge(struct world *);
/* Judges, and says whether this rule held. */
bool world_fires(struct world *, const char *rule);

#endif
