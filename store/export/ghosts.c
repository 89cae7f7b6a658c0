/*
 * ghosts: columns and JSON of devices that others name and nobody hears.
 */
#include <stdio.h>
#include <string.h>

#include "store/export/source.h"

#define ADDRESS_MAX 320 /* a path behind a name */

static void
put_address(struct text *t, const void *row)
{
	const struct query_ghost *g = row;

	if (g->ip != NULL) {
		text_put(t, g->ip);
	} else if (g->instance >= 0) {
		text_put(t, "BACnet device ");
		text_put_uint(t, (uint64_t)g->instance);
	} else {
		query_put_sub(t, &g->sub);
		text_put(t, " at ");
		text_put(t, g->sub.ip != NULL ? g->sub.ip : "?");
	}
}

/* How it is known, in words; the row has one word a reason. */
static const struct {
	const char *word, *said;
} reasons[] = {
    {"asked", "asked and silent"},
    {"there", "speaks, but not seen here"},
    {"arp", "looked for by ARP"},
    {"table", "in a BACnet broadcast table"},
    {"foreign", "in a BACnet table of foreign devices"},
    {"bound", "in a BACnet binding list"},
    {"sought", "asked for by Who-Is"},
    {"behind", "asked there and silent"},
};

static void
put_why(struct text *t, const void *row)
{
	const struct query_ghost *g = row;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strstr(g->why, reasons[i].word) == NULL) {
			continue;
		}
		/* It is no silence that does not come by here. */
		if (i == 0 && g->there) {
			continue;
		}
		text_put(t, t->n != 0 ? ", " : "");
		text_put(t, reasons[i].said);
	}
}

static void
put_asker(struct text *t, const void *row)
{
	const struct query_ghost *g = row;

	put_end(t, &g->asker);
	if (g->askers > 1) {
		text_put(t, " and ");
		text_put_uint(t, g->askers - 1);
		text_put(t, " more");
	}
}

#define STAMP(member) CELL_STAMP, offsetof(struct query_ghost, member), NULL
#define PUT(function) CELL_PUT, 0, function

static const struct column columns[] = {
    {"address", IN_BOTH, false, 40, 15, PUT(put_address)},
    {"known by", IN_TABLE, false, 48, 12, PUT(put_why)},
    {"why", IN_CSV, false, 0, 0, PUT(put_why)},
    {"asked by", IN_TABLE, false, 40, 12, PUT(put_asker)},
    {"asker", IN_CSV, false, 0, 0, PUT(put_asker)},
    {"first", IN_BOTH, false, 0, 0, STAMP(first)},
    {"last", IN_BOTH, false, 0, 0, STAMP(last)},
};

bool
export_ghost_has(const struct query_ghost *g, const char *text)
{
	char address[ADDRESS_MAX];
	const char *in[] = {address, g->asker.ip, g->asker.name};
	struct text t;

	text_start(&t, address, sizeof(address));
	put_address(&t, g);
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		if (in[i] != NULL && strcasestr(in[i], text) != NULL) {
			return true;
		}
	}
	return false;
}

void
export_ghost_json(struct json *j, const struct query_ghost *g)
{
	char address[ADDRESS_MAX];
	struct text t;

	text_start(&t, address, sizeof(address));
	put_address(&t, g);
	json_object(j);
	json_kstr(j, "address", address);
	json_kstr(j, "ip", g->ip);
	json_key(j, "behind");
	if (g->ip == NULL && g->instance < 0) {
		json_way(j, &g->sub);
	} else {
		json_null(j);
	}
	json_key(j, "instance");
	if (g->instance >= 0) {
		json_uint(j, (uint64_t)g->instance);
	} else {
		json_null(j);
	}
	json_key(j, "why");
	json_array(j);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strstr(g->why, reasons[i].word) != NULL) {
			json_str(j, reasons[i].word);
		}
	}
	json_array_end(j);
	json_kuint(j, "askers", g->askers);
	json_known(j, "asker", g->asker.id);
	json_known(j, "asker_ip", g->asker.ip);
	json_known(j, "asker_name", g->asker.name);
	json_stamp(j, "first", g->first);
	json_stamp(j, "last", g->last);
	json_object_end(j);
}

static void
json(struct json *j, const void *row)
{
	export_ghost_json(j, row);
}

struct taker {
	int (*row)(void *, const void *);
	void *arg;
};

static int
take(void *arg, const struct query_ghost *g)
{
	struct taker *t = arg;

	return t->row(t->arg, g);
}

static int
page(struct query *q, const struct query_filter *f, struct query_page *p,
    int (*row)(void *, const void *), void *arg)
{
	struct taker t = {row, arg};

	return query_ghosts(q, f, p, take, &t);
}

int
export_ghosts(struct query *q, const struct query_filter *f,
    enum export_format format, FILE *out)
{
	static const struct source source = {
	    .column = columns,
	    .n = sizeof(columns) / sizeof(columns[0]),
	    .empty = "Nobody names a device that is not heard.",
	    .page = page,
	    .json = json,
	};

	return source_export(&source, q, f, format, out);
}

/* --- one, for who asks for a device ----------------------------------------- */

struct sought {
	const char *what;
	FILE *out;
	bool found;
};

static int
tell(void *arg, const struct query_ghost *g)
{
	char address[ADDRESS_MAX], why[256], asker[ADDRESS_MAX];
	struct sought *s = arg;
	struct text t;

	text_start(&t, address, sizeof(address));
	put_address(&t, g);
	if (strcasecmp(address, s->what) != 0) {
		return 0;
	}
	s->found = true;
	text_start(&t, why, sizeof(why));
	put_why(&t, g);
	text_start(&t, asker, sizeof(asker));
	put_asker(&t, g);
	(void)fputs(
	    "otus: no such device is heard, but others name it: ", s->out);
	layout_text(address, s->out);
	(void)fprintf(s->out, " (%s%s", why, asker[0] != '\0' ? "; by " : "");
	layout_text(asker, s->out);
	(void)fputs("); otus ghosts lists all\n", s->out);
	return 0;
}

int
export_ghost(struct query *q, const char *what, FILE *out)
{
	struct sought s = {.what = what, .out = out};
	struct query_page page = {0};
	int rc = query_ghosts(q, NULL, &page, tell, &s);

	return rc == 0 && !s.found ? ERR_NOTFOUND : rc;
}
