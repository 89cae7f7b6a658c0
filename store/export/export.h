/*
 * export: inventory, links and alerts for people and for other programs.
 *
 *	EXPORT_TABLE  for a terminal: as wide as it is, no control characters
 *	EXPORT_JSON   one object a line, keys as in events.md
 *	EXPORT_CSV    RFC 4180 with a header; safe to open in a spreadsheet
 *
 * The database is read in pages, and a page is written out when it has been
 * read: a reader that stops reading holds nothing up but itself.
 */
#ifndef OTUS_STORE_EXPORT_EXPORT_H
#define OTUS_STORE_EXPORT_EXPORT_H

#include <stdio.h>

#include "base/json.h"
#include "store/query.h"

enum export_format { EXPORT_TABLE, EXPORT_JSON, EXPORT_CSV };

/* ERR_IO when out does not take it. */
int export_ghosts(struct query *, const struct query_filter *,
    enum export_format, FILE *out) MUST_CHECK;
int export_assets(struct query *, const struct query_filter *,
    enum export_format, FILE *out) MUST_CHECK;
int export_links(struct query *, const struct query_filter *,
    enum export_format, FILE *out) MUST_CHECK;
int export_alerts(struct query *, const struct query_filter *,
    enum export_format, FILE *out) MUST_CHECK;

/*
 * How well the network is seen, and what to change; EXPORT_TABLE is prose.
 * *ret_good: nothing is to be changed.
 */
int export_doctor(
    struct query *, enum export_format, FILE *out, bool *ret_good) MUST_CHECK;

/* One device and why, by its id, name or an address; several may have those.
 * ERR_NOTFOUND. */
int export_asset(
    struct query *, const char *what, enum export_format, FILE *out) MUST_CHECK;

/* That a ghost has this address, and who asks for it.  ERR_NOTFOUND. */
int export_ghost(struct query *, const char *what, FILE *out) MUST_CHECK;

/* The register and the wire (reconcile.c). */
struct export_reconcile {
	bool all;           /* what is confirmed, too               */
	uint64_t silent_ns; /* not heard: nothing in so long a time */
};
int export_reconcile(struct query *, const struct export_reconcile *,
    enum export_format, FILE *out) MUST_CHECK;

/* For other programs (inventory.c, cyclonedx.c); no table. */
int export_inventory(struct query *, enum export_format, FILE *out) MUST_CHECK;
int export_cyclonedx(struct query *, FILE *out) MUST_CHECK;

/* One row as JSON; the web API's objects, too. */
void export_asset_json(struct json *, const struct query_asset *);
void export_link_json(struct json *, const struct query_link *);
void export_alert_json(struct json *, const struct query_alert *);
void export_ghost_json(struct json *, const struct query_ghost *);
/* Whether the text is in its address, or in who asks for it. */
bool export_ghost_has(const struct query_ghost *, const char *text);

#endif
