/*
 * reconcile: the register and the wire, side by side.
 *
 *	confirmed    declared, heard, and nothing that it says contradicts
 *	conflicting  a line for each attribute that does; compare.h says when
 *	not heard    declared, and no packet of it: since it was declared, or
 *	             since the last one
 *	unknown      heard, and not in the register.  Public addresses beyond a
 *	             router are no part of a plant and not listed
 *	ambiguous    several rows and devices share a key: nothing is guessed.
 *	             Also a row that names the address of a device that is
 *	             another row already by a better proof: "double of d-1"
 *
 * Rows are gathered and sorted: a person reads one kind after the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/declared/bag.h"
#include "store/declared/compare.h"
#include "store/export/source.h"

enum state { CONFLICTING, NOT_HEARD, UNKNOWN, AMBIGUOUS, CONFIRMED, STATES };

static const char *const states[STATES] = {
    "conflicting", "not heard", "unknown", "ambiguous", "confirmed"};

/* Texts are the bag's. */
struct line {
	enum state state;
	size_t seq;
	char asset[UID_TEXT], declared[24];
	const char *name, *address, *attribute;
	const char *is_declared, *declared_by, *is_observed, *observed_by;
	uint64_t since;
};

struct gather {
	const struct export_reconcile *opt;
	struct query *q;
	uint64_t now; /* stream time */
	struct bag texts;
	struct line *line;
	size_t n, room;
	size_t count[STATES]; /* devices, not lines */
	size_t external;
};

/* NULL for nothing; and when memory is short: then the line says less. */
static const char *
copy(struct gather *g, const char *s)
{
	return s != NULL && s[0] != '\0' ? bag_keep(&g->texts, s) : NULL;
}

static struct line *
add(struct gather *g, enum state state)
{
	if (g->n == g->room) {
		size_t room = g->room == 0 ? 256 : 2 * g->room;
		struct line *l = realloc(g->line, room * sizeof(*l));

		if (l == NULL) {
			return NULL;
		}
		g->line = l;
		g->room = room;
	}
	g->line[g->n] = (struct line){.state = state, .seq = g->n};
	return &g->line[g->n++];
}

static const char *
address_of(const struct query_asset *a, char *buf, size_t size)
{
	struct text t;

	text_start(&t, buf, size);
	if (a->nsubs != 0) {
		query_put_sub(&t, &a->subs[0]);
	}
	return t.n != 0        ? buf
	       : a->nips != 0  ? a->ips[0]
	       : a->nmacs != 0 ? a->macs[0]
			       : "";
}

static struct line *
add_asset(struct gather *g, enum state state, const struct query_asset *a)
{
	char buf[512];
	struct line *l = add(g, state);

	if (l != NULL) {
		memcpy(l->asset, a->id, sizeof(l->asset));
		memcpy(l->declared, a->declared, sizeof(l->declared));
		l->name = copy(g, a->name);
		l->address = copy(g, address_of(a, buf, sizeof(buf)));
	}
	return l;
}

/* --- what contradicts ----------------------------------------------------- */

static const struct query_word *
word_of(const struct query_word *w, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(w[i].key, key) == 0) {
			return &w[i];
		}
	}
	return NULL;
}

static const char *
list(const char *const *item, size_t n, char *buf, size_t size)
{
	struct text t;

	text_start(&t, buf, size);
	for (size_t i = 0; i < n && i < DECL_LIST_MAX; i++) {
		text_put(&t, i != 0 ? " " : "");
		text_put(&t, item[i]);
	}
	return t.n != 0 ? buf : NULL;
}

static const struct query_fact *
fact(const struct query_asset *a, const char *key)
{
	for (size_t i = 0; i < a->nfacts; i++) {
		if (strcmp(a->facts[i].key, key) == 0 &&
		    a->facts[i].confidence >= 50) {
			return &a->facts[i];
		}
	}
	return NULL;
}

static const char *
fact_value(const struct query_asset *a, const char *key)
{
	const struct query_fact *f = fact(a, key);

	return f != NULL ? f->value : NULL;
}

/* What it is held against; NULL: nothing. */
static const char *
observed(const struct query_asset *a, enum decl_key k, char *buf, size_t size)
{
	const char *v;

	switch (k) {
	case DECL_MAC: return list(a->macs, a->nmacs, buf, size);
	case DECL_IP: return list(a->ips, a->nips, buf, size);
	case DECL_SERIAL: return a->observed.serial;
	case DECL_NAME:
		v = a->observed.name;
		return v != NULL ? v : fact_value(a, "hostname");
	case DECL_HOSTNAME:
		v = fact_value(a, "hostname");
		return v != NULL ? v : a->observed.name;
	case DECL_VENDOR:
		/* Who made the network chip need not have made the device. */
		return a->observed.vendor_by_mac ? NULL : a->observed.vendor;
	case DECL_MODEL:
		v = a->observed.model;
		return v != NULL ? v : fact_value(a, "order_number");
	case DECL_FIRMWARE: return a->observed.firmware;
	case DECL_HARDWARE: return a->observed.hardware;
	case DECL_SOFTWARE: return a->observed.software;
	case DECL_OS: return fact_value(a, "os");
	default: return NULL;
	}
}

/*
 * A device has one firmware, and goes by several names: its vendor as one
 * protocol spells it, its model, or the order number or product code of that.
 */
static const char *const *
other_names(enum decl_key k)
{
	static const char *const name[] = {"name", "hostname", NULL};
	static const char *const vendor[] = {"vendor", NULL};
	static const char *const model[] = {
	    "model", "order_number", "product_code", NULL};
	static const char *const none[] = {NULL};

	switch (k) {
	case DECL_NAME:
	case DECL_HOSTNAME: return name;
	case DECL_VENDOR: return vendor;
	case DECL_MODEL: return model;
	default: return none;
	}
}

static bool
is_said_otherwise(
    const struct query_asset *a, enum decl_key k, const char *declared)
{
	for (const char *const *key = other_names(k); *key != NULL; key++) {
		for (size_t i = 0; i < a->nfacts; i++) {
			const struct query_fact *f = &a->facts[i];

			if (f->confidence >= 50 && strcmp(f->key, *key) == 0 &&
			    decl_agrees(k, declared, f->value)) {
				return true;
			}
		}
	}
	return false;
}

/* "self, modbus read_device_id" */
static const char *
said_by(struct gather *g, const struct query_asset *a, const char *key,
    const char *value)
{
	char buf[256];

	for (size_t i = 0; i < a->nfacts; i++) {
		const struct query_fact *f = &a->facts[i];

		if (strcmp(f->key, key) == 0 && strcmp(f->value, value) == 0) {
			(void)snprintf(buf, sizeof(buf), "%.40s, %.40s %.80s",
			    f->claim, f->proto, f->via);
			return copy(g, buf);
		}
	}
	return copy(g, "the wire");
}

static const char *
declared_by(struct gather *g, const struct query_word *w)
{
	char buf[512];

	(void)snprintf(buf, sizeof(buf), "%.120s, %.320s", w->who, w->source);
	return copy(g, buf);
}

static int
conflict(struct gather *g, const struct query_asset *a,
    const struct query_word *w, const char *is)
{
	struct line *l = add_asset(g, CONFLICTING, a);

	if (l == NULL) {
		return ERR_NOMEM;
	}
	l->attribute = copy(g, w->key);
	l->is_declared = copy(g, w->value);
	l->declared_by = declared_by(g, w);
	l->is_observed = copy(g, is);
	l->observed_by = said_by(g, a, w->key, is);
	l->since = w->at;
	return 0;
}

static int
compare(struct gather *g, const struct query_asset *a, size_t *ret_n)
{
	*ret_n = 0;
	for (int i = 0; i < DECL_KEYS; i++) {
		enum decl_key k = (enum decl_key)i;
		const struct query_word *w =
		    word_of(a->words, a->nwords, decl_word(k));
		char buf[DECL_VALUE_MAX];
		const char *is =
		    w != NULL ? observed(a, k, buf, sizeof(buf)) : NULL;

		if (is == NULL || decl_agrees(k, w->value, is) ||
		    is_said_otherwise(a, k, w->value)) {
			continue;
		}
		++*ret_n;
		if (conflict(g, a, w, is) != 0) {
			return ERR_NOMEM;
		}
	}
	return 0;
}

/* --- from the wire ------------------------------------------------------------ */

static int
take_unknown(struct gather *g, const struct query_asset *a)
{
	struct line *l;

	if (a->observed.role != NULL &&
	    strcmp(a->observed.role, "external") == 0) {
		g->external++;
		return 0;
	}
	g->count[UNKNOWN]++;
	l = add_asset(g, UNKNOWN, a);
	if (l == NULL) {
		return ERR_NOMEM;
	}
	l->since = a->first;
	l->is_observed = copy(g, a->model != NULL ? a->model : a->vendor);
	return 0;
}

static int
take_ambiguous(struct gather *g, const struct query_asset *a)
{
	struct line *l = add_asset(g, AMBIGUOUS, a);

	g->count[AMBIGUOUS]++;
	if (l == NULL) {
		return ERR_NOMEM;
	}
	l->attribute = copy(g, a->proof);
	l->is_observed = copy(g, a->proof_key);
	return 0;
}

static int
take_asset(void *arg, const struct query_asset *a)
{
	struct gather *g = arg;
	struct line *l;
	size_t n;
	int rc;

	if (a->ambiguous) {
		return take_ambiguous(g, a);
	}
	if (a->declared[0] == '\0') {
		return take_unknown(g, a);
	}
	rc = compare(g, a, &n);
	g->count[CONFLICTING] += n != 0;
	if (rc == 0 && g->now > a->last &&
	    g->now - a->last > g->opt->silent_ns) {
		l = add_asset(g, NOT_HEARD, a);
		g->count[NOT_HEARD]++;
		if (l == NULL) {
			return ERR_NOMEM;
		}
		l->since = a->last;
		l->observed_by = copy(g, "last heard");
	} else if (rc == 0 && n == 0) {
		g->count[CONFIRMED]++;
		l = g->opt->all ? add_asset(g, CONFIRMED, a) : NULL;
		if (l != NULL) {
			l->attribute = copy(g, a->proof);
			l->is_declared = copy(g, a->proof_key);
			l->since = a->last;
		} else if (g->opt->all) {
			return ERR_NOMEM;
		}
	}
	return rc;
}

/* --- from the register ---------------------------------------------------------- */

static int
take_declared(void *arg, const struct query_declaration *d)
{
	struct gather *g = arg;
	const struct query_word *w;
	struct line *l;
	char buf[64];

	if (d->row != 0) {
		return 0; /* has come with its asset */
	}
	l = add(g, d->ambiguous || d->twin[0] != '\0' ? AMBIGUOUS : NOT_HEARD);
	if (l == NULL) {
		return ERR_NOMEM;
	}
	g->count[l->state]++;
	memcpy(l->declared, d->id, sizeof(l->declared));
	w = word_of(d->words, d->nwords, "name");
	l->name = w != NULL ? copy(g, w->value) : NULL;
	w = word_of(d->words, d->nwords, "ip");
	w = w != NULL ? w : word_of(d->words, d->nwords, "mac");
	l->address = w != NULL ? copy(g, w->value) : NULL;
	l->declared_by = copy(g, d->source);
	l->since = d->made;
	if (l->state == AMBIGUOUS) {
		l->attribute = copy(g, d->proof);
		l->is_declared = copy(g, d->proof_key);
		if (d->twin[0] != '\0') {
			(void)snprintf(
			    buf, sizeof(buf), "double of %s", d->twin);
			l->observed_by = copy(g, buf);
		}
	} else {
		l->observed_by = copy(g, "never heard");
	}
	return 0;
}

/* --- out ------------------------------------------------------------------------ */

static void
put_state(struct text *t, const void *row)
{
	const struct line *l = row;

	text_put(t, states[l->state]);
}

static void
put_since(struct text *t, const void *row)
{
	const struct line *l = row;
	char at[CLOCK_STAMP_MAX];

	if (l->since != 0) {
		clock_rfc3339(at, l->since);
		text_putn(t, at, 19); /* whole seconds */
		text_put(t, "Z");
	}
}

#define TEXT(member)  CELL_TEXT, offsetof(struct line, member), NULL
#define CHARS(member) CELL_CHARS, offsetof(struct line, member), NULL
#define PUT(function) CELL_PUT, 0, function

static const struct column columns[] = {
    {"state", IN_BOTH, false, 0, 0, PUT(put_state)},
    {"asset", IN_BOTH, false, 0, 0, CHARS(asset)},
    {"row", IN_TABLE_USED, false, 0, 0, CHARS(declared)},
    {"row", IN_CSV, false, 0, 0, CHARS(declared)},
    {"name", IN_BOTH, false, 24, 8, TEXT(name)},
    {"address", IN_BOTH, false, 40, 15, TEXT(address)},
    {"attribute", IN_TABLE_USED, false, 0, 0, TEXT(attribute)},
    {"attribute", IN_CSV, false, 0, 0, TEXT(attribute)},
    {"declared", IN_TABLE_USED, false, 32, 8, TEXT(is_declared)},
    {"declared", IN_CSV, false, 0, 0, TEXT(is_declared)},
    {"observed", IN_TABLE_USED, false, 32, 8, TEXT(is_observed)},
    {"observed", IN_CSV, false, 0, 0, TEXT(is_observed)},
    {"declared_by", IN_TABLE_USED, false, 32, 11, TEXT(declared_by)},
    {"declared_by", IN_CSV, false, 0, 0, TEXT(declared_by)},
    {"observed_by", IN_TABLE_USED, false, 32, 11, TEXT(observed_by)},
    {"observed_by", IN_CSV, false, 0, 0, TEXT(observed_by)},
    {"since", IN_BOTH, false, 0, 0, PUT(put_since)},
};

#define NCOLUMNS (sizeof(columns) / sizeof(columns[0]))

static int
order(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int c = (int)x->state - (int)y->state;

	return c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

static void
write_table(const struct gather *g, FILE *out)
{
	struct layout l;

	layout_start(&l, columns, NCOLUMNS);
	for (size_t i = 0; i < g->n; i++) {
		layout_measure(&l, &g->line[i]);
	}
	if (g->n != 0) {
		layout_fit(&l, source_width(out));
		layout_head(&l, out);
	}
	for (size_t i = 0; i < g->n; i++) {
		layout_row(&l, &g->line[i], out);
	}
	(void)fprintf(out,
	    "%s%zu confirmed, %zu conflicting, %zu not heard, %zu unknown, "
	    "%zu ambiguous\n",
	    g->n != 0 ? "\n" : "", g->count[CONFIRMED], g->count[CONFLICTING],
	    g->count[NOT_HEARD], g->count[UNKNOWN], g->count[AMBIGUOUS]);
	if (g->external != 0) {
		(void)fprintf(out,
		    "%zu public %s beyond routers not compared\n", g->external,
		    g->external == 1 ? "address" : "addresses");
	}
}

struct stream {
	FILE *out;
};

static int
to_stream(void *arg, const char *p, size_t n)
{
	const struct stream *s = arg;

	return fwrite(p, 1, n, s->out) == n ? 0 : ERR_IO;
}

static int
write_json(const struct gather *g, FILE *out)
{
	struct stream s = {out};
	char buf[8192];
	struct json j;

	json_init(&j, buf, sizeof(buf), to_stream, &s);
	for (size_t i = 0; i < g->n; i++) {
		const struct line *l = &g->line[i];

		json_object(&j);
		json_kstr(&j, "state", states[l->state]);
		json_known(&j, "asset", l->asset);
		json_known(&j, "row", l->declared);
		json_kstr(&j, "name", l->name);
		json_kstr(&j, "address", l->address);
		json_kstr(&j, "attribute", l->attribute);
		json_kstr(&j, "declared", l->is_declared);
		json_kstr(&j, "observed", l->is_observed);
		json_kstr(&j, "declared_by", l->declared_by);
		json_kstr(&j, "observed_by", l->observed_by);
		json_stamp(&j, "since", l->since);
		json_object_end(&j);
		json_line_end(&j);
	}
	return json_flush(&j);
}

static int
write_all(const struct gather *g, enum export_format format, FILE *out)
{
	int rc = 0;

	if (format == EXPORT_JSON) {
		rc = write_json(g, out);
	} else if (format == EXPORT_TABLE) {
		write_table(g, out);
	} else {
		layout_csv_head(columns, NCOLUMNS, out);
		for (size_t i = 0; i < g->n; i++) {
			layout_csv_row(columns, NCOLUMNS, &g->line[i], out);
		}
	}
	return rc == 0 && (fflush(out) != 0 || ferror(out)) ? ERR_IO : rc;
}

int
export_reconcile(struct query *q, const struct export_reconcile *opt,
    enum export_format format, FILE *out)
{
	static const struct query_filter all;
	struct gather g = {.q = q, .opt = opt};
	struct query_page page = {.limit = 256};
	struct query_status status;
	int rc = query_status(q, &status);

	g.now = rc == 0 ? status.stream_ns : 0;
	while (rc == 0) {
		rc = query_assets(q, &all, &page, take_asset, &g);
		if (page.after == 0) {
			break;
		}
	}
	rc = rc == 0 ? query_register(q, take_declared, &g) : rc;
	if (rc == 0) {
		if (g.n != 0) {
			qsort(g.line, g.n, sizeof(g.line[0]), order);
		}
		rc = write_all(&g, format, out);
	}
	bag_free(&g.texts);
	free(g.line);
	return rc;
}
