/*
 * query_told: which device on the wire is which one that people declared, as
 * readers see it; worked out anew when either side has changed.
 */
#ifndef OTUS_STORE_QUERY_TOLD_H
#define OTUS_STORE_QUERY_TOLD_H

#include "store/declared/register.h"
#include "store/query.h"

struct told_key {
	const struct match_key *key; /* of the register, sorted */
	int64_t asset;
};

/* A row without a device, whose key is that of one that has another row. */
struct told_twin {
	const struct match_key *key; /* NULL: none */
	int32_t row;
};

struct told {
	char dir[4096];
	sqlite3 *db; /* NULL: nothing was ever declared */
	struct declared reg;
	struct match match; /* left: the register's, right: below */
	int64_t *asset;     /* rows, in order: the right parties  */
	size_t nassets;
	struct told_twin *twin;       /* of each of the register's rows */
	sqlite3_stmt *vendor, *known; /* of the sensor's database */
	bool fresh;
	int trouble;        /* why the register was not read; 0: it was */
	int64_t version[2]; /* of the sensor's database, of the register */
	uint64_t mono_ns;
	/* while it is worked out */
	struct told_key *wire;
	size_t nwire, room;
};

struct query;

int told_refresh(struct query *) MUST_CHECK;
void told_done(struct told *);
/* What was declared of the asset at hand: over what was observed. */
void told_fill(struct query *, struct query_asset *);
/* All words of an asset's device in one text, for a search; NULL: none. */
const char *told_text(struct query *, int64_t asset);
/* The declared name of it; NULL: none. */
const char *told_name(struct query *, int64_t asset);
/* The declared role, where it is one of otus' words; NULL: none. */
const char *told_role(struct query *, int64_t asset);

#endif
