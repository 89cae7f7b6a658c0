/*
 * row: assets, links and alerts alike for those who read lists of them, and
 * one as a JSON object: the very one that the commands print (`otus assets
 * --json` and its sisters), so that a script may use either.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/export/export.h"
#include "web/web_priv.h"

const char *
kind_name(enum kind k)
{
	static const char *const name[KIND_COUNT] = {
	    [KIND_ALERT] = "alert",
	    [KIND_ASSET] = "asset",
	    [KIND_LINK] = "link",
	};

	return name[k];
}

/* --- reading, whatever the kind -------------------------------------------- */

struct reader {
	int (*fn)(void *, const struct row *);
	void *arg;
};

static int
on_asset(void *arg, const struct query_asset *a)
{
	struct row row = {.kind = KIND_ASSET, .row = a->row, .asset = a};
	const struct reader *r = arg;

	return r->fn(r->arg, &row);
}

static int
on_link(void *arg, const struct query_link *l)
{
	struct row row = {.kind = KIND_LINK, .row = l->row, .link = l};
	const struct reader *r = arg;

	return r->fn(r->arg, &row);
}

static int
on_alert(void *arg, const struct query_alert *a)
{
	struct row row = {.kind = KIND_ALERT, .row = a->row, .alert = a};
	const struct reader *r = arg;

	return r->fn(r->arg, &row);
}

int
rows_read(struct query *q, enum kind kind, const struct query_filter *f,
    struct query_page *page, int (*fn)(void *, const struct row *), void *arg)
{
	struct reader r = {.fn = fn, .arg = arg};

	switch (kind) {
	case KIND_ASSET: return query_assets(q, f, page, on_asset, &r);
	case KIND_LINK: return query_links(q, f, page, on_link, &r);
	default: return query_alerts(q, f, page, on_alert, &r);
	}
}

int
rows_count(struct query *q, enum kind kind, const struct query_filter *f,
    uint64_t *ret)
{
	switch (kind) {
	case KIND_ASSET: return query_assets_count(q, f, ret);
	case KIND_LINK: return query_links_count(q, f, ret);
	default: return query_alerts_count(q, f, ret);
	}
}

int
rows_one(struct query *q, enum kind kind, const char *id,
    int (*fn)(void *, const struct row *), void *arg)
{
	struct reader r = {.fn = fn, .arg = arg};

	switch (kind) {
	case KIND_ASSET: return query_asset(q, id, on_asset, &r);
	case KIND_ALERT: return query_alert(q, id, on_alert, &r);
	default: return ERR_NOTFOUND;
	}
}

/* --- writing --------------------------------------------------------------- */

void
json_kstamp(struct json *j, const char *key, uint64_t ns)
{
	char buf[CLOCK_STAMP_MAX];

	json_key(j, key);
	json_ascii(j, buf, clock_stamp(buf, ns));
}

/* Says in an object that is closed already how many facts it lacks. */
static void
left_out(struct json *j, size_t n)
{
	char buf[48];
	int len = snprintf(buf, sizeof(buf), ",\"facts_left_out\":%zu}", n);

	if (j->err == 0) {
		j->used--;
		json_raw(j, buf, (size_t)len);
	}
}

/*
 * With as many facts as there is room for, the first of each key foremost in
 * the store's order.
 */
static bool
asset_json(struct json *j, const struct query_asset *a, unsigned flags)
{
	static struct query_asset part; /* too large for the stack */
	struct json before = *j;
	size_t n = a->nfacts;

	if ((flags & ROW_FACTS) != 0) {
		export_asset_json(j, a);
		if (j->err == 0) {
			return true;
		}
	}
	do {
		n = (flags & ROW_FACTS) != 0 ? n / 2 : 0;
		memcpy(&part, a,
		    offsetof(struct query_asset, facts) +
			n * sizeof(a->facts[0]));
		*j = before;
		part.nfacts = n;
		export_asset_json(j, &part);
		if ((flags & ROW_FACTS) != 0) {
			left_out(j, a->nfacts - n);
		}
	} while (j->err != 0 && n > 0);
	return (flags & ROW_FACTS) == 0;
}

bool
row_json(struct json *j, const struct row *r, unsigned flags)
{
	switch (r->kind) {
	case KIND_ASSET: return asset_json(j, r->asset, flags);
	case KIND_LINK: export_link_json(j, r->link); return true;
	default: export_alert_json(j, r->alert); return true;
	}
}
