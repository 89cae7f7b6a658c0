/*
 * doctor: what the mirror ports show and what they do not, in plain words.
 *
 * The rows of an interface are judged together, and each of its VLANs alone;
 * a VLAN's reason is told where the interface as a whole does not have it.
 * Who is not heard though he speaks is told of the only interface, or else of
 * all together: at which of them he is missing nobody knows.  At the end stands
 * what no mirror can show, or this one not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/export/export.h"
#include "store/export/layout.h"
#include "store/export/source.h"
#include "store/export/verdict.h"

#define LINE         78 /* columns */
#define JSON_BUFFER  (64 * 1024)
#define VLANS_SHOWN  16
#define PROTOS_SHOWN 6
#define SHORT_NS     (3600 * NS_PER_SEC)

/* One interface: [0] as a whole, then its VLANs. */
struct port {
	struct view *view;
	struct verdict *verdict;
	size_t n, room;
};

struct doctor {
	struct query *q;
	FILE *out;
	struct json *json; /* NULL: words */
	uint64_t now_ns;
	struct port port;
	struct view all; /* everything: for what cannot be seen */
	uint64_t backwards;
	struct query_blind blind;
	struct unheard unheard;
	char iface[COVERAGE_NAME_MAX]; /* the last one counted           */
	unsigned ifaces;
	unsigned ports, changes, unjudged;
	int err;
};

/* --- words on paper ------------------------------------------------------------ */

/* Broken into lines at blanks; those after the first begin further in. */
static void
paragraph(FILE *out, const char *first, const char *indent, const char *text)
{
	unsigned at = layout_width(first);
	bool begun = false;
	char word[VERDICT_WHAT_MAX];

	(void)fputs(first, out);
	while (*text != '\0') {
		size_t n = strcspn(text, " ");
		unsigned w;

		n = n < sizeof(word) ? n : sizeof(word) - 1;
		memcpy(word, text, n);
		word[n] = '\0';
		w = layout_width(word);
		if (begun && at + 1 + w > LINE) {
			(void)fprintf(out, "\n%s", indent);
			at = layout_width(indent);
		} else if (begun) {
			(void)fputc(' ', out);
			at++;
		}
		layout_text(word, out);
		begun = true;
		at += w;
		text += n;
		text += *text == ' ';
	}
	(void)fputc('\n', out);
}

static void
put_sentence(FILE *out, const char *first, const char *label, const char *text)
{
	char buf[1024];
	struct text t;

	text_start(&t, buf, sizeof(buf));
	text_put(&t, label);
	text_put(&t, text);
	text_put(&t, ".");
	paragraph(out, first, "    ", buf);
}

static void
print_reason(FILE *out, const char *where, const struct reason *r)
{
	put_sentence(out, "  - ", where, r->what);
	put_sentence(out, "    ", "Why: ", r->cause);
	put_sentence(out, "    ", "Change: ", r->change);
}

static void
put_protos(struct text *t, uint64_t protos)
{
	unsigned shown = 0, more = 0;
	const char *name;

	for (uint16_t i = 0; i < 64; i++) {
		name = protos & 1ULL << i ? ev_proto_name(i) : "";
		if (name[0] == '\0') {
			continue;
		}
		if (shown == PROTOS_SHOWN) {
			more++;
			continue;
		}
		text_put(t, shown++ > 0 ? ", " : "");
		text_put(t, name);
	}
	if (more > 0) {
		text_put(t, " and ");
		text_put_uint(t, more);
		text_put(t, " more");
	}
	text_put(t, shown == 0 ? "no protocol that otus reads" : "");
}

static void
put_talks(struct text *t, const struct coverage *c)
{
	const uint64_t talks = c->count[COVERAGE_TALKS];
	const uint64_t both = c->count[COVERAGE_BOTH];

	text_put_uint(t, talks);
	text_put(t, talks == 1 ? " conversation" : " conversations");
	if (talks > 0) {
		text_put(t, ", ");
		if (both < talks) {
			text_put_uint(t, both);
			text_put(t, " of them ");
		}
		text_put(t, "seen both ways");
	}
	text_put(t, "; ");
}

static void
print_seen(FILE *out, const struct coverage *c)
{
	char buf[1024], stamp[CLOCK_STAMP_MAX];
	struct text t;

	text_start(&t, buf, sizeof(buf));
	text_put_uint(&t, c->count[COVERAGE_FRAMES]);
	text_put(&t, " frames in ");
	verdict_duration(&t, c->last_ns - c->first_ns);
	text_put(&t, " up to ");
	(void)clock_rfc3339(stamp, c->last_ns);
	text_put(&t, stamp);
	text_put(&t, "; ");
	put_talks(&t, c);
	put_protos(&t, c->protos);
	paragraph(out, "  ", "  ", buf);
}

/* A capture file names its only interface 0, or not at all. */
static void
put_iface(struct text *t, const char *name)
{
	if (strspn(name, "0123456789") == strlen(name)) {
		text_put(t, "capture interface ");
	}
	text_put(t, name);
}

static unsigned
count_changes(const struct verdict *r)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->n; i++) {
		n += r->reason[i].points > 0;
	}
	return n;
}

static void
print_head(struct doctor *d, const struct view *v, const struct verdict *r)
{
	unsigned n = count_changes(r);
	char buf[128];
	struct text t;

	text_start(&t, buf, sizeof(buf));
	put_iface(&t, v->c.iface);
	if (r->score < 0) {
		text_put(&t, ": too few frames to judge by");
	} else {
		text_put(&t, ": ");
		text_put_uint(&t, (uint64_t)r->score);
		text_put(&t, " of 100");
	}
	if (n > 0) {
		text_put(&t, ", ");
		text_put_uint(&t, n);
		text_put(&t, n == 1 ? " thing to change" : " things to change");
	} else if (r->score >= 0) {
		text_put(&t, ", nothing to change");
	}
	paragraph(d->out, d->ports > 1 ? "\n" : "", "  ", buf);
	if (v->c.count[COVERAGE_FRAMES] > 0) {
		print_seen(d->out, &v->c);
	}
}

static bool
has_reason(const struct verdict *r, const char *check)
{
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->reason[i].check, check) == 0) {
			return true;
		}
	}
	return false;
}

static void
put_vlan(struct text *t, uint16_t vlan)
{
	if (vlan == 0) {
		text_put(t, "untagged");
		return;
	}
	text_put(t, "VLAN ");
	text_put_uint(t, vlan);
}

static void
print_vlan(struct doctor *d, size_t i)
{
	const struct view *v = &d->port.view[i];
	const struct verdict *r = &d->port.verdict[i];
	char name[32], what[512];
	struct text t;

	text_start(&t, name, sizeof(name));
	put_vlan(&t, v->c.vlan);
	text_start(&t, what, sizeof(what));
	text_put_uint(&t, v->c.count[COVERAGE_FRAMES]);
	text_put(&t, " frames, ");
	put_protos(&t, v->c.protos);
	for (size_t k = 0; k < r->n; k++) {
		text_put(&t, "; ");
		text_put(&t, r->reason[k].check);
	}
	if (r->score < 0) {
		(void)fprintf(d->out, "  %-10s    -  ", name);
	} else {
		(void)fprintf(d->out, "  %-10s  %3d  ", name, r->score);
	}
	paragraph(d->out, "", "                   ", what);
	text_start(&t, what, sizeof(what));
	text_put(&t, name);
	text_put(&t, ": ");
	for (size_t k = 0; k < r->n; k++) {
		if (!has_reason(&d->port.verdict[0], r->reason[k].check)) {
			print_reason(d->out, what, &r->reason[k]);
		}
	}
}

static void
print_port(struct doctor *d)
{
	const struct port *p = &d->port;
	size_t shown = 0;

	print_head(d, &p->view[0], &p->verdict[0]);
	for (size_t i = 0; i < p->verdict[0].n; i++) {
		print_reason(d->out, "", &p->verdict[0].reason[i]);
	}
	/* One of them alone is the interface. */
	for (size_t i = 1; i < p->n && p->n > 2; i++) {
		if (p->view[i].c.count[COVERAGE_FRAMES] == 0) {
			continue;
		}
		if (shown++ < VLANS_SHOWN) {
			print_vlan(d, i);
		}
	}
	if (shown > VLANS_SHOWN) {
		(void)fprintf(d->out, "  and %zu VLANs more (--json has all)\n",
		    shown - VLANS_SHOWN);
	}
}

/* --- as JSON ------------------------------------------------------------------- */

static void
json_protos(struct json *j, uint64_t protos)
{
	json_key(j, "protocols");
	json_array(j);
	for (uint16_t i = 0; i < 64; i++) {
		const char *name = protos & 1ULL << i ? ev_proto_name(i) : "";

		if (name[0] != '\0') {
			json_str(j, name);
		}
	}
	json_array_end(j);
}

static void
json_reasons(struct json *j, const struct verdict *r)
{
	json_key(j, "reasons");
	json_array(j);
	for (size_t i = 0; i < r->n; i++) {
		json_object(j);
		json_kstr(j, "check", r->reason[i].check);
		json_kuint(j, "points", r->reason[i].points);
		json_kstr(j, "what", r->reason[i].what);
		json_kstr(j, "cause", r->reason[i].cause);
		json_kstr(j, "change", r->reason[i].change);
		json_object_end(j);
	}
	json_array_end(j);
}

static void
json_view(struct json *j, const struct view *v, const struct verdict *r)
{
	json_object(j);
	json_kstr(j, "interface", v->c.iface);
	json_key(j, "vlan");
	if (v->whole) {
		json_null(j);
	} else {
		json_uint(j, v->c.vlan);
	}
	json_key(j, "score");
	if (r->score < 0) {
		json_null(j);
	} else {
		json_uint(j, (uint64_t)r->score);
	}
	for (int i = 0; i < COVERAGE_COUNTS; i++) {
		json_kuint(
		    j, coverage_name((enum coverage_count)i), v->c.count[i]);
	}
	json_stamp(j, "first", v->c.first_ns);
	json_stamp(j, "last", v->c.last_ns);
	if (v->whole) {
		json_kuint(j, "pause_ms", v->c.pause_ns / NS_PER_MS);
	}
	json_protos(j, v->c.protos);
	json_reasons(j, r);
	json_object_end(j);
}

/* --- one interface ------------------------------------------------------------- */

static struct view *
view_new(struct doctor *d, bool whole, const struct coverage *c)
{
	struct port *p = &d->port;
	struct view *v;

	if (p->n == p->room) {
		size_t room = p->room == 0 ? 16 : 2 * p->room;
		void *view = realloc(p->view, room * sizeof(*p->view));
		void *verdict;

		if (view == NULL) {
			return NULL;
		}
		p->view = view;
		verdict = realloc(p->verdict, room * sizeof(*p->verdict));
		if (verdict == NULL) {
			return NULL;
		}
		p->verdict = verdict;
		p->room = room;
	}
	v = &p->view[p->n++];
	memset(v, 0, sizeof(*v));
	memcpy(v->c.iface, c->iface, sizeof(v->c.iface));
	v->c.vlan = whole ? 0 : c->vlan;
	v->whole = whole;
	v->now_ns = d->now_ns;
	return v;
}

static int
name_stations(struct doctor *d, struct view *v)
{
	char mac[18], name[64];
	int rc = 0;

	for (int i = 0; i < v->c.stations && rc == 0; i++) {
		const uint8_t *m = v->c.station[i];

		(void)snprintf(mac, sizeof(mac),
		    "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3],
		    m[4], m[5]);
		rc = query_station(d->q, mac, name, sizeof(name));
		if (rc == 0 && name[0] != '\0') {
			(void)snprintf(v->station[i], sizeof(v->station[i]),
			    "%s (%s)", name, mac);
		} else {
			(void)snprintf(
			    v->station[i], sizeof(v->station[i]), "%s", mac);
		}
	}
	return rc;
}

/* The interface is complete. */
static int
end_port(struct doctor *d)
{
	struct port *p = &d->port;
	int rc;

	if (p->n == 0) {
		return 0;
	}
	rc = name_stations(d, &p->view[0]);
	if (d->ifaces == 1) {
		p->view[0].unheard = &d->unheard;
		p->view[0].heard = d->blind.heard;
		p->view[0].groups = d->blind.groups;
		p->view[0].backwards = d->backwards;
	}
	for (size_t i = 0; i < p->n; i++) {
		p->view[i].native = p->n > 2 && p->view[i].c.vlan == 0 && i > 0;
		view_judge(&p->view[i], &p->verdict[i]);
		d->changes += count_changes(&p->verdict[i]);
	}
	d->unjudged += p->verdict[0].score < 0;
	d->ports++;
	if (d->json == NULL) {
		print_port(d);
	} else {
		for (size_t i = 0; i < p->n; i++) {
			json_view(d->json, &p->view[i], &p->verdict[i]);
		}
	}
	p->n = 0;
	return rc;
}

static int
take_row(void *arg, const struct query_coverage *x)
{
	struct doctor *d = arg;
	struct port *p = &d->port;
	struct view *v;
	int rc = 0;

	if (p->n > 0 && strcmp(p->view[0].c.iface, x->c.iface) != 0) {
		rc = end_port(d);
	}
	if (p->n == 0 && view_new(d, true, &x->c) == NULL) {
		return ERR_NOMEM;
	}
	v = p->n > 1 && p->view[p->n - 1].c.vlan == x->c.vlan
		? &p->view[p->n - 1]
		: view_new(d, false, &x->c);
	if (v == NULL) {
		return ERR_NOMEM;
	}
	view_add(v, &x->c);
	view_add(&p->view[0], &x->c);
	view_add(&d->all, &x->c);
	return rc;
}

/* --- of all interfaces together ------------------------------------------------- */

static int
count_iface(void *arg, const struct query_coverage *x)
{
	struct doctor *d = arg;

	if (d->ifaces == 0 || strcmp(d->iface, x->c.iface) != 0) {
		memcpy(d->iface, x->c.iface, sizeof(d->iface));
		d->ifaces++;
	}
	return 0;
}

static int
count_backwards(void *arg, const struct query_counter *c)
{
	struct doctor *d = arg;

	if (strcmp(c->name, "capture.backwards") == 0) {
		d->backwards += c->value;
	}
	return 0;
}

static int
count_unheard(struct doctor *d, const struct query_blind *b)
{
	struct query_page page = {0};

	d->unheard.heard = b->heard;
	return query_ghosts(d->q, NULL, &page, unheard_add, &d->unheard);
}

static void
judge_all(struct doctor *d)
{
	struct verdict r = {0};

	if (d->ifaces > 1 &&
	    d->all.c.count[COVERAGE_FRAMES] >= VERDICT_FRAMES_MIN) {
		unheard_judge(&d->unheard, &r);
	}
	d->changes += count_changes(&r);
	if (d->json != NULL) {
		json_reasons(d->json, &r);
		return;
	}
	if (r.n > 0) {
		(void)fputs("\nAll interfaces together\n", d->out);
	}
	for (size_t i = 0; i < r.n; i++) {
		print_reason(d->out, "", &r.reason[i]);
	}
}

/* --- what cannot be seen -------------------------------------------------------- */

struct limit {
	const char *kind;
	uint64_t count;    /* 0: does not apply */
	const char *one;   /* said when the count is 1 */
	const char *after; /* the number or the share */
	uint64_t ppm;      /* shown instead of the count, when there is one */
};

static void
put_limit(struct doctor *d, const struct limit *l)
{
	char buf[512];
	struct text t;

	if (l->count == 0) {
		return;
	}
	text_start(&t, buf, sizeof(buf));
	if (l->ppm == 0 && l->count == 1 && l->one != NULL) {
		text_put(&t, l->one);
	} else {
		if (l->ppm != 0) {
			verdict_share(&t, l->ppm);
		} else {
			text_put_uint(&t, l->count);
		}
		text_put(&t, l->after);
	}
	if (d->json == NULL) {
		paragraph(d->out, "  - ", "    ", buf);
		return;
	}
	json_object(d->json);
	json_kstr(d->json, "kind", l->kind);
	json_kuint(d->json, "count", l->count);
	json_kstr(d->json, "what", buf);
	json_object_end(d->json);
}

/* "2 devices (10.30.0.5, 10.50.0.7) are heard only through a router: ..." */
static void
put_routed(struct doctor *d, const struct query_blind *b)
{
	char what[384];
	struct limit limit = {"beyond", b->routed, what, what, 0};
	struct text t;

	text_start(&t, what, sizeof(what));
	text_put(&t, b->routed == 1 ? "1 device (" : " devices (");
	for (unsigned i = 0; i < b->shown; i++) {
		text_put(&t, i > 0 ? ", " : "");
		text_put(&t, b->example[i]);
	}
	text_put(&t, b->routed > b->shown ? ", ...) " : ") ");
	text_put(&t, b->routed == 1 ? "is" : "are");
	text_put(&t,
	    " heard only through a router: what is said where they are is not "
	    "seen; mirror their VLAN, too, if it is the plant's.");
	put_limit(d, &limit);
}

static void
put_limits(struct doctor *d, const struct query_blind *b)
{
	const struct coverage *c = &d->all.c;
	const uint64_t *n = c->count;
	uint64_t span = c->last_ns - c->first_ns;
	uint64_t bytes = n[COVERAGE_BYTES];
	const struct limit limits[] = {
	    {"broadcast-only", b->groups,
		"1 of the devices heard spoke to groups or to everybody only: "
		"where it is plugged in, the mirror may not reach.",
		" of the devices heard spoke to groups or to everybody only: "
		"where such a device is plugged in, the mirror may not reach.",
		0},
	    {"behind", b->behind,
		"1 device stands behind a gateway, a router or a backplane: "
		"what it says to others there does not come by here.",
		" devices stand behind gateways, routers or backplanes: what "
		"they say to each other there does not come by here.",
		0},
	    {"named", d->unheard.named,
		"1 address is asked or named by others and silent (otus "
		"ghosts): it may be off, or stand where the mirror does not "
		"reach.",
		" addresses are asked or named by others and silent (otus "
		"ghosts): they may be off, or stand where the mirror does not "
		"reach.",
		0},
	    {"encrypted", n[COVERAGE_SECRET], NULL,
		" of the bytes are encrypted: who talks to whom is seen, what "
		"is said is not.",
		verdict_ppm(n[COVERAGE_SECRET], bytes)},
	    {"unread", n[COVERAGE_OTHER], NULL,
		" of the bytes are of protocols that otus does not read.",
		verdict_ppm(n[COVERAGE_OTHER], bytes)},
	    {"unknown", n[COVERAGE_UNKNOWN], NULL,
		" of the frames are of a kind that otus does not know.",
		verdict_ppm(n[COVERAGE_UNKNOWN], n[COVERAGE_FRAMES])},
	    {"routed", n[COVERAGE_ROUTED], NULL,
		" of the packets were seen before and behind a router: nothing "
		"is missing, but volumes count twice.",
		verdict_ppm(n[COVERAGE_ROUTED], n[COVERAGE_LOOKED])},
	    {"short", span < SHORT_NS && n[COVERAGE_FRAMES] > 0 ? 1 : 0,
		"What speaks once an hour was not heard: this was less.", "",
		0},
	};

	put_routed(d, b);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		put_limit(d, &limits[i]);
	}
}

/* --- all ---------------------------------------------------------------------- */

static int
run(struct doctor *d, bool *ret_good)
{
	struct query_status s;
	int rc = query_status(d->q, &s);

	rc = rc == 0 ? query_blind(d->q, &d->blind) : rc;
	rc = rc == 0 ? count_unheard(d, &d->blind) : rc;
	rc = rc == 0 ? query_counters(d->q, count_backwards, d) : rc;
	rc = rc == 0 ? query_coverage(d->q, count_iface, d) : rc;
	if (rc != 0) {
		return rc;
	}
	d->now_ns = s.stream_ns;
	if (d->json != NULL) {
		json_object(d->json);
		json_key(d->json, "views");
		json_array(d->json);
	}
	rc = query_coverage(d->q, take_row, d);
	rc = rc == 0 ? end_port(d) : rc;
	if (d->json != NULL) {
		json_array_end(d->json);
	}
	judge_all(d);
	*ret_good = d->changes == 0;
	if (d->json != NULL) {
		json_key(d->json, "limits");
		json_array(d->json);
		put_limits(d, &d->blind);
		json_array_end(d->json);
		json_kbool(d->json, "good", *ret_good);
		json_object_end(d->json);
		json_line_end(d->json);
		return rc;
	}
	if (d->ports == 0) {
		(void)fputs("No coverage was counted yet.\n", d->out);
		return rc;
	}
	(void)fputs("\nWhat cannot be known from here:\n", d->out);
	put_limits(d, &d->blind);
	paragraph(d->out, "  - ", "    ",
	    "What stays within a switch that is not mirrored leaves no trace "
	    "here.");
	return rc;
}

static int
to_file(void *arg, const char *p, size_t n)
{
	return fwrite(p, 1, n, arg) == n ? 0 : ERR_IO;
}

int
export_doctor(
    struct query *q, enum export_format format, FILE *out, bool *ret_good)
{
	struct doctor d = {.q = q, .out = out};
	struct json j;
	char *buf = malloc(JSON_BUFFER);
	int rc;

	if (buf == NULL) {
		return ERR_NOMEM;
	}
	json_init(&j, buf, JSON_BUFFER, to_file, out);
	d.json = format == EXPORT_JSON ? &j : NULL;
	rc = run(&d, ret_good);
	rc = rc == 0 && d.json != NULL ? json_flush(&j) : rc;
	free(d.port.view);
	free(d.port.verdict);
	free(buf);
	if (rc == 0 && (fflush(out) != 0 || ferror(out))) {
		rc = ERR_IO;
	}
	return rc;
}
