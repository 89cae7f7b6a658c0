/*
 * source: a list of the database as export.c runs over it, whatever its rows
 * are.
 */
#ifndef OTUS_STORE_EXPORT_SOURCE_H
#define OTUS_STORE_EXPORT_SOURCE_H

#include "store/export/export.h"
#include "store/export/layout.h"

struct source {
	const struct column *column;
	size_t n;
	const char *empty; /* what a table without rows says */
	/* Below a table that has a row of that kind; NULL: nothing. */
	const char *legend;
	bool (*marked)(const void *row);
	/* One page; row() gets each of its rows. */
	int (*page)(struct query *, const struct query_filter *,
	    struct query_page *, int (*row)(void *, const void *), void *arg);
	void (*json)(struct json *, const void *row);
};

/* For columns of all lists. */
/* Name, else IP, else MAC, else what there is. */
void put_end(struct text *, const struct query_end *);
/* What tells it from others with its IP, if there are any. */
void put_at(struct text *, const char *at);
/* With the mark of one that only its MAC tells. */
void asset_put_vendor(struct text *, const struct query_asset *);
void asset_put_vlans(struct text *, const struct query_asset *);
/* What it is called by whoever it is behind; nothing when behind nobody. */
void asset_put_sub(struct text *, const struct query_asset *);
/* The best that it said under a key; NULL: nothing. */
const char *source_fact(const struct query_asset *, const char *key);
/* What it is behind, and its address there. */
void json_way(struct json *, const struct query_sub *);
void json_stamp(struct json *, const char *key, uint64_t ts_ns);
/* NULL and "" as null. */
void json_known(struct json *, const char *key, const char *);
void json_end(struct json *, const char *key, const struct query_end *);

/* Columns of the terminal behind the stream, 0 when there is none. */
unsigned source_width(FILE *);
int source_export(const struct source *, struct query *,
    const struct query_filter *, enum export_format, FILE *out) MUST_CHECK;

#endif
