/*
 * harness: see harness.h.  Linked into tests, the fuzzer and the benchmark,
 * never into the program.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "rules/harness.h"

/* As events.md names them. */
static const struct ev_field_info fields[] = {{"framing", EV_R_NONE, ""},
    {"txn", EV_R_NONE, ""}, {"unit", EV_R_KEY, ""}, {"fc", EV_R_KEY, ""},
    {"exception", EV_R_KEY, ""}, {"addr", EV_R_ADDR, ""}, {"qty", EV_R_QTY, ""},
    {"values", EV_R_VALUES, ""}, {"and", EV_R_NONE, ""}, {"or", EV_R_NONE, ""},
    {"sub", EV_R_KEY, ""}, {"records", EV_R_NONE, ""}};

static const struct ev_proto proto = {

    .name = "modbus",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0])};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == H_END - EV_PROTO_BASE,
    "one row an id");

static void
answer(sqlite3_context *ctx, int v)
{
	if (v == WORLD_NULL) {
		sqlite3_result_null(ctx);
	} else {
		sqlite3_result_int(ctx, v);
	}
}

static void
learned(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct world *w = sqlite3_user_data(ctx);
	const char *what = (const char *)sqlite3_value_text(argv[0]);
	const struct {
		const char *name;
		int v;
	} list[] = {{"talker", w->talker}, {"server", w->server},
	    {"service", w->service}, {"link", w->link}, {"ports", w->ports},
	    {"class", w->class}, {"code", w->code}, {"operation", w->operation},
	    {"range", w->range}, {"value", w->value}};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if (what != NULL && strcmp(list[i].name, what) == 0) {
			answer(ctx, list[i].v);
			return;
		}
	}
	sqlite3_result_error(ctx, "learned: unknown subject", -1);
}

static void
first(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	answer(ctx, ((struct world *)sqlite3_user_data(ctx))->first);
}

static void
changed(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	answer(ctx, ((struct world *)sqlite3_user_data(ctx))->changed);
}

static void
answered(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	answer(ctx, ((struct world *)sqlite3_user_data(ctx))->answered);
}

static void
in_learning(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	answer(ctx, ((struct world *)sqlite3_user_data(ctx))->in_learning);
}

static void
asset(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct world *w = sqlite3_user_data(ctx);
	const char *end = (const char *)sqlite3_value_text(argv[0]);
	bool dst = end != NULL && strcmp(end, "dst") == 0;
	const char *key = (const char *)sqlite3_value_text(argv[1]);
	int64_t id = dst ? w->sub.dst_asset : w->sub.src_asset;

	if (key != NULL && strcmp(key, "level") == 0) {
		answer(ctx, w->level);
	} else if (id != 0) {
		sqlite3_result_int64(ctx, id);
	}
}

static int
lookup(void *arg, const char *name, char *buf, size_t size)
{
	const struct world *w = arg;
	const char *s = strcmp(name, "src.name") == 0   ? w->src_name
			: strcmp(name, "dst.name") == 0 ? w->dst_name
			: strcmp(name, "old") == 0      ? w->old
			: strcmp(name, "usual") == 0    ? w->usual
			: strcmp(name, "learned") == 0  ? w->learned
							: NULL;

	if (s == NULL) {
		return ERR_NOTFOUND;
	}
	(void)snprintf(buf, size, "%s", s);
	return 0;
}

static void
on_problem(void *arg, const struct rules_problem *p)
{
	struct world *w = arg;

	w->problems++;
	(void)snprintf(w->problem, sizeof(w->problem), "%.100s:%d [%s] %.200s",
	    p->file, p->line, p->rule, p->reason);
}

void
world_open(struct world *w)
{
	static const struct {
		const char *name;
		int args;
		void (*f)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {{"learned", 1, learned}, {"first", 1, first},
	    {"changed", 0, changed}, {"answered", 0, answered},
	    {"in_learning", 0, in_learning}, {"asset", 2, asset}};
	int rc;

	*w = (struct world){.talker = 1,
	    .server = 1,
	    .service = 1,
	    .link = 1,
	    .class = 1,
	    .code = 1,
	    .operation = 1,
	    .range = 1,
	    .value = 1,
	    .answered = 1};
	ev_proto_register(H_PROTO, &proto);
	rc = sqlite3_open(":memory:", &w->db);
	assert(rc == SQLITE_OK);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		rc = sqlite3_create_function(w->db, functions[i].name,
		    functions[i].args, SQLITE_UTF8, w, functions[i].f, NULL,
		    NULL);
		assert(rc == SQLITE_OK);
	}
}

void
world_close(struct world *w)
{
	int rc;

	rules_free(w->rules);
	rc = sqlite3_close(w->db);
	/* Nothing of ours may keep the connection open. */
	assert(rc == SQLITE_OK);
	(void)rc;
}

int
world_load(struct world *w, const char *dir)
{
	struct rules *r;
	int rc = rules_load(w->db, dir, on_problem, w, &r);

	if (rc == 0) {
		rules_free(w->rules);
		w->rules = r;
	}
	return rc;
}

int
world_load_text_n(struct world *w, const char *text, size_t n)
{
	struct rules *r;
	int rc = rules_load_text(w->db, "t.rules", text, n, on_problem, w, &r);

	if (rc == 0) {
		rules_free(w->rules);
		w->rules = r;
	}
	return rc;
}

int
world_load_text(struct world *w, const char *text)
{
	return world_load_text_n(w, text, strlen(text));
}

int
world_load_when(struct world *w, const char *when)
{
	char text[16384];

	(void)snprintf(text, sizeof(text),
	    "[test]\ntitle = t\non = operation\nwhen = %s\nseverity = low\n"
	    "group = all\nsoc = s\not = o\ncheck = c\n",
	    when);
	return world_load_text(w, text);
}

struct ev *
world_event(struct world *w, enum ev_kind kind)
{
	static const uint8_t mac_a[6] = {0x00, 0x02, 0xb3, 0xce, 0x70, 0x51};
	static const uint8_t mac_b[6] = {0x00, 0x20, 0x78, 0x00, 0x62, 0x0d};
	struct ev *e = &w->ev;

	*e = (struct ev){.kind = (uint8_t)kind,
	    .frame = 4,
	    .ts_ns = 1093521681696827000, /* 2004-08-26T12:01:21.696Z */
	    .f = w->field,
	    .max_fields = sizeof(w->field) / sizeof(w->field[0])};
	e->src = (struct ev_end){.has_mac = true,
	    .has_port = true,
	    .ipver = 4,
	    .port = 2578,
	    .ip = {{10, 0, 0, 5}}};
	e->dst = (struct ev_end){.has_mac = true,
	    .has_port = true,
	    .ipver = 4,
	    .port = 502,
	    .ip = {{10, 0, 0, 3}}};
	memcpy(e->src.mac, mac_a, 6);
	memcpy(e->dst.mac, mac_b, 6);
	w->sub = (struct rules_subject){.ev = e,
	    .src_asset = 1,
	    .dst_asset = 2,
	    .stream_ns = e->ts_ns,
	    .lookup = lookup,
	    .arg = w};
	return e;
}

struct ev *
world_request(struct world *w, const char *op, uint32_t fc, enum ev_class cls)
{
	struct ev *e = world_event(w, EV_OPERATION);

	e->proto = H_PROTO;
	e->dir = EV_DIR_REQUEST;
	e->cls = (uint8_t)cls;
	e->op = op;
	e->code = fc;
	e->flags = EV_HAS_CODE;
	e->dst.sub = (struct ev_sub){.kind = EV_SUB_UNIT, .num = 1};
	ev_name(e, H_FRAMING, "tcp");
	ev_uint(e, H_TXN, 7);
	ev_uint(e, H_UNIT, 1);
	ev_uint(e, H_FC, fc);
	return e;
}

struct ev *
world_reply(struct world *w, const char *op, uint32_t fc, enum ev_class cls,
    const char *status)
{
	struct ev *e = world_request(w, op, fc, cls);
	struct ev_end end = e->src;

	e->src = e->dst;
	e->dst = end;
	e->dir = EV_DIR_RESPONSE;
	e->status = status;
	w->sub.src_asset = 2;
	w->sub.dst_asset = 1;
	return e;
}

static void
append(char *buf, size_t size, const char *s)
{
	size_t n = strlen(buf);

	(void)snprintf(buf + n, size - n, "%s ", s);
}

static int
on_hit(void *arg, const struct rules_hit *h)
{
	struct world *w = arg;

	rules_texts(h);
	w->hits++;
	append(w->rule, sizeof(w->rule), h->rule->id);
	(void)snprintf(w->key, sizeof(w->key), "%s", h->group_key);
	(void)snprintf(w->title, sizeof(w->title), "%s", h->title);
	(void)snprintf(w->soc, sizeof(w->soc), "%s", h->soc);
	(void)snprintf(w->ot, sizeof(w->ot), "%s", h->ot);
	(void)snprintf(w->check, sizeof(w->check), "%s", h->check);
	w->severity = h->rule->severity;
	return w->on_hit != NULL ? w->on_hit(w) : 0;
}

int
world_judge(struct world *w)
{
	w->hits = 0;
	w->rule[0] = w->key[0] = w->title[0] = w->soc[0] = '\0';
	w->ot[0] = w->check[0] = '\0';
	return rules_judge(w->rules, &w->sub, on_hit, w);
}

bool
world_fires(struct world *w, const char *rule)
{
	char id[64];

	(void)snprintf(id, sizeof(id), "%s ", rule);
	if (world_judge(w) != 0) {
		return false;
	}
	for (const char *s = w->rule; *s != '\0'; s = strchr(s, ' ') + 1) {
		if (strncmp(s, id, strlen(id)) == 0) {
			return true;
		}
	}
	return false;
}
