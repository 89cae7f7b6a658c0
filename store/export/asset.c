/*
 * asset: one device for a person, with the evidence: what it is, where it is,
 * what is behind it, and for each fact who said so, when, and in which frame.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/export/source.h"

#define PAGE_ROWS   64
#define JSON_BUFFER (64 * 1024)
#define LABEL       10

struct wanted {
	struct query *q;
	const char *what;
	enum export_format format;
	FILE *page; /* read to its end before anything waits for the output */
	struct json json;
	uint64_t found;
	char id[UID_TEXT]; /* of the one that was printed last */
};

/* --- its lines ------------------------------------------------------------ */

/* What came from the network shows no control characters. */
static void
put_line(FILE *f, const char *label, const char *value)
{
	char clean[LAYOUT_CELL_MAX];

	if (value != NULL && value[0] != '\0') {
		(void)utf8_clean(
		    clean, sizeof(clean), value, strlen(value), NULL);
		(void)fprintf(f, "  %-*s  %s\n", LABEL, label, clean);
	}
}

/* With the mark of a person's word. */
static void
put_shown(
    FILE *f, const struct query_asset *a, const char *key, const char *value)
{
	char buf[LAYOUT_CELL_MAX];

	if (value != NULL && query_declared(a, key) != NULL) {
		(void)snprintf(buf, sizeof(buf), "%.1900s*", value);
		value = buf;
	}
	put_line(f, key, value);
}

static void
put_list(FILE *f, const char *label, const char *const *list, size_t n)
{
	char buf[LAYOUT_CELL_MAX];
	struct text t;

	text_start(&t, buf, sizeof(buf));
	for (size_t i = 0; i < n; i++) {
		text_put(&t, i != 0 ? ", " : "");
		text_put(&t, list[i]);
	}
	put_line(f, label, t.n != 0 ? buf : NULL);
}

static void
put_shown_by(struct text *t, const struct query_frame *x)
{
	text_put(t, "frame ");
	text_put_uint(t, x->number);
	text_put(t, x->file != NULL ? " of " : "");
	text_put(t, x->file != NULL ? x->file : "");
}

static void
put_role(FILE *f, const struct query_role *r)
{
	char buf[LAYOUT_CELL_MAX];
	struct text t;

	text_start(&t, buf, sizeof(buf));
	text_put(&t, r->name);
	if (r->level >= 0) {
		text_put(&t, ", level ");
		text_put_uint(&t, (uint64_t)r->level);
	}
	text_put(&t, ": ");
	text_put(&t, r->why != NULL ? r->why : "");
	if (r->frame.number != 0 && r->proto != NULL) {
		text_put(&t, " (");
		text_put(&t, r->proto);
		text_put(&t, r->proto[0] != '\0' ? ", " : "");
		put_shown_by(&t, &r->frame);
		text_put(&t, ")");
	}
	put_line(f, "role", buf);
}

static void
put_seen(FILE *f, const struct query_asset *a)
{
	char first[CLOCK_STAMP_MAX], last[CLOCK_STAMP_MAX];

	clock_rfc3339(first, a->first);
	clock_rfc3339(last, a->last);
	(void)fprintf(f, "  %-*s  %s to %s\n", LABEL, "seen", first, last);
}

static void
put_member(struct text *t, const struct query_member *m)
{
	text_put(t, m->id);
	if (m->name != NULL) {
		text_put(t, m->id[0] != '\0' ? " " : "");
		text_put(t, m->name);
	}
}

/* Who has it now, if that was heard. */
static void
put_holder(
    struct text *t, const struct query_asset *a, const struct query_group *g)
{
	char at[CLOCK_STAMP_MAX];

	if (g->since == 0) {
		return;
	}
	text_put(t, ": held by ");
	if (strcmp(g->holder.id, a->id) == 0) {
		text_put(t, "this one");
	} else {
		put_member(t, &g->holder);
	}
	clock_rfc3339(at, g->since);
	at[19] = '\0';
	text_put(t, " since ");
	text_put(t, at);
	text_put(t, "Z (");
	put_shown_by(t, &g->frame);
	text_put(t, ")");
}

/* An address that it shares with others, which stand in for each other. */
static void
put_group(FILE *f, const struct query_asset *a, const struct query_group *g)
{
	char buf[LAYOUT_CELL_MAX];
	struct text t;

	text_start(&t, buf, sizeof(buf));
	text_put(&t, g->by_turns ? g->address : g->detail);
	text_put(&t, g->by_turns ? " " : " (");
	text_put(&t, g->by_turns ? g->detail : g->address);
	text_put(&t, g->by_turns ? "" : ")");
	put_holder(&t, a, g);
	put_line(f, "shares", buf);
	text_start(&t, buf, sizeof(buf));
	for (size_t i = 0; i < g->nmembers; i++) {
		if (strcmp(g->members[i].id, a->id) != 0) {
			text_put(&t, t.n != 0 ? ", " : "");
			put_member(&t, &g->members[i]);
		}
	}
	put_line(f, "  with", t.n != 0 ? buf : NULL);
}

static void
put_what(FILE *f, const struct query_asset *a)
{
	char buf[LAYOUT_CELL_MAX];
	struct text t;

	(void)fprintf(f, "%s\n", a->id);
	put_shown(f, a, "name", a->name);
	text_start(&t, buf, sizeof(buf));
	asset_put_vendor(&t, a);
	put_shown(f, a, "vendor", t.n != 0 ? buf : NULL);
	put_shown(f, a, "model", a->model);
	put_shown(f, a, "firmware", a->firmware);
	put_shown(f, a, "hardware", a->hardware);
	put_shown(f, a, "software", a->software);
	put_shown(f, a, "serial", a->serial);
	for (size_t i = 0; i < a->nroles; i++) {
		put_role(f, &a->roles[i]);
	}
	put_line(f, "safety", a->safety);
	put_list(f, "ips", a->ips, a->nips);
	put_list(f, "macs", a->macs, a->nmacs);
	text_start(&t, buf, sizeof(buf));
	asset_put_vlans(&t, a);
	put_line(f, "vlans", t.n != 0 ? buf : NULL);
	text_start(&t, buf, sizeof(buf));
	asset_put_sub(&t, a);
	put_line(f, "as", t.n != 0 ? buf : NULL);
	put_line(f, "behind", a->parent);
	put_line(f, "replaced", a->replaced_by);
	for (size_t i = 0; i < a->ngroups; i++) {
		put_group(f, a, &a->groups[i]);
	}
	put_list(f, "protocols", a->protocols, a->nprotocols);
	put_seen(f, a);
	put_line(f, "approved", a->approved ? "yes" : "no");
}

/* What people say, and who; then what it says itself. */
static void
put_words(FILE *f, const struct query_asset *a)
{
	if (a->ambiguous) {
		(void)fprintf(f,
		    "\nSeveral rows of the register and devices share the %s "
		    "%s: see 'otus reconcile'.\n",
		    a->proof, a->proof_key);
	}
	if (a->nwords == 0) {
		return;
	}
	(void)fprintf(
	    f, "\nDeclared (%s, matched by %s)\n", a->declared, a->proof);
	for (size_t i = 0; i < a->nwords; i++) {
		const struct query_word *w = &a->words[i];
		char at[CLOCK_STAMP_MAX], buf[LAYOUT_CELL_MAX];

		clock_rfc3339(at, w->at);
		(void)snprintf(buf, sizeof(buf), "%s  (%s, %.19sZ, %s)",
		    w->value, w->who, at, w->source);
		put_line(f, w->key, buf);
	}
}

/* --- its evidence --------------------------------------------------------- */

#define TEXT(member)  CELL_TEXT, offsetof(struct query_fact, member), NULL
#define COUNT(member) CELL_COUNT, offsetof(struct query_fact, member), NULL
#define STAMP(member) CELL_STAMP, offsetof(struct query_fact, member), NULL
#define PUT(function) CELL_PUT, 0, function

static void
put_confidence(struct text *t, const void *row)
{
	const struct query_fact *f = row;

	text_put_uint(t, (uint64_t)f->confidence);
}

static void
put_frame(struct text *t, const void *row)
{
	const struct query_fact *f = row;

	if (f->frame.number != 0) {
		text_put_uint(t, f->frame.number);
	}
}

static void
put_file(struct text *t, const void *row)
{
	const struct query_fact *f = row;

	text_put(t, f->frame.file != NULL ? f->frame.file : "");
}

static const struct column columns[] = {
    {"fact", IN_TABLE, false, 0, 0, TEXT(key)},
    {"value", IN_TABLE, false, 48, 16, TEXT(value)},
    {"said by", IN_TABLE, false, 0, 0, TEXT(claim)},
    {"protocol", IN_TABLE, false, 0, 0, TEXT(proto)},
    {"message", IN_TABLE, false, 32, 8, TEXT(via)},
    {"belief", IN_TABLE, true, 0, 0, PUT(put_confidence)},
    {"times", IN_TABLE, true, 0, 0, COUNT(count)},
    {"frame", IN_TABLE, true, 0, 0, PUT(put_frame)},
    {"file", IN_TABLE_USED, false, 32, 8, PUT(put_file)},
    {"last", IN_TABLE, false, 0, 0, STAMP(last)},
};

static void
put_facts(FILE *f, const struct query_asset *a)
{
	struct layout l;

	if (a->nfacts == 0) {
		(void)fprintf(f, "\nNobody has said anything about it.\n");
		return;
	}
	layout_start(&l, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < a->nfacts; i++) {
		layout_measure(&l, &a->facts[i]);
	}
	(void)fputc('\n', f);
	layout_head(&l, f);
	for (size_t i = 0; i < a->nfacts; i++) {
		layout_row(&l, &a->facts[i], f);
	}
}

/* --- what happened to it ---------------------------------------------------- */

static void
put_change(FILE *f, const struct query_change *c)
{
	char at[CLOCK_STAMP_MAX], buf[LAYOUT_CELL_MAX], clean[LAYOUT_CELL_MAX];
	struct text t;

	clock_rfc3339(at, c->at);
	text_start(&t, buf, sizeof(buf));
	text_put(&t, c->old);
	text_put(&t, c->old[0] != '\0' && c->value[0] != '\0' ? " -> " : "");
	text_put(&t, c->value);
	(void)utf8_clean(clean, sizeof(clean), buf, t.n, NULL);
	(void)fprintf(
	    f, "  %.19sZ  %-*s%s", at, t.n != 0 ? 16 : 0, c->what, clean);
	if (c->frame.number != 0) {
		text_start(&t, buf, sizeof(buf));
		put_shown_by(&t, &c->frame);
		(void)fprintf(f, "  (%s)", buf);
	}
	(void)fputc('\n', f);
}

static void
put_timeline(FILE *f, const struct query_asset *a)
{
	(void)fprintf(f, "\nWhat happened, the latest first\n");
	for (size_t i = 0; i < a->nchanges; i++) {
		put_change(f, &a->changes[i]);
	}
}

/* --- those that are meant -------------------------------------------------- */

static int
take(void *arg, const struct query_asset *a)
{
	struct wanted *w = arg;

	if (w->format == EXPORT_JSON) {
		export_asset_json(&w->json, a);
		json_line_end(&w->json);
		w->found++;
		return w->json.err;
	}
	if (w->found++ != 0) {
		(void)fputc('\n', w->page);
	}
	put_what(w->page, a);
	put_words(w->page, a);
	put_facts(w->page, a);
	put_timeline(w->page, a);
	memcpy(w->id, a->id, sizeof(w->id));
	return 0;
}

static int
to_page(void *arg, const char *p, size_t n)
{
	struct wanted *w = arg;

	return fwrite(p, 1, n, w->page) == n ? 0 : ERR_NOMEM;
}

/* What is behind it, when it is one. */
struct children {
	FILE *page;
	uint64_t n;
};

static int
take_child(void *arg, const struct query_asset *a)
{
	struct children *c = arg;
	char buf[LAYOUT_CELL_MAX], clean[LAYOUT_CELL_MAX];
	struct text t;

	if (c->n++ == 0) {
		(void)fprintf(c->page, "\nBehind it\n");
	}
	text_start(&t, buf, sizeof(buf));
	asset_put_sub(&t, a);
	text_put(&t, a->name != NULL || a->model != NULL ? "  " : "");
	text_put(&t, a->name != NULL    ? a->name
		     : a->model != NULL ? a->model
					: "");
	(void)utf8_clean(clean, sizeof(clean), buf, t.n, NULL);
	(void)fprintf(c->page, "  %s  %s\n", a->id, clean);
	return 0;
}

static int
put_children(struct wanted *w)
{
	const struct query_filter f = {.parent = w->id};
	struct children c = {.page = w->page};
	struct query_page page = {.limit = PAGE_ROWS};
	int rc;

	if (w->found != 1 || w->format == EXPORT_JSON) {
		return 0;
	}
	do {
		rc = query_assets(w->q, &f, &page, take_child, &c);
	} while (rc == 0 && page.after != 0);
	return rc;
}

static int
write_page(struct wanted *w, char *buf)
{
	int rc;

	json_init(&w->json, buf, JSON_BUFFER, to_page, w);
	rc = query_find(w->q, w->what, take, w);
	if (rc == 0 && w->found == 0) {
		rc = ERR_NOTFOUND;
	}
	if (rc == 0) {
		rc = put_children(w);
	}
	return rc == 0 ? json_flush(&w->json) : rc;
}

int
export_asset(
    struct query *q, const char *what, enum export_format format, FILE *out)
{
	struct wanted w = {.q = q, .what = what, .format = format};
	char *text = NULL, *buf = malloc(JSON_BUFFER);
	size_t n = 0;
	int rc = ERR_NOMEM;

	w.page = buf != NULL ? open_memstream(&text, &n) : NULL;
	if (w.page != NULL) {
		rc = write_page(&w, buf);
		if (fclose(w.page) != 0 && rc == 0) {
			rc = ERR_NOMEM;
		}
	}
	if (rc == 0 && (fwrite(text, 1, n, out) != n || fflush(out) != 0)) {
		rc = ERR_IO;
	}
	free(text);
	free(buf);
	return rc;
}
