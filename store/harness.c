/*
 * harness: see harness.h.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dissectors/registry.h"
#include "store/harness.h"
#include "store/query.h"

void
sample_init(struct sample *x, struct store *s)
{
	memset(x, 0, sizeof(*x));
	x->s = s;
	x->ts_ns = SAMPLE_START;
}

void
sample_at(struct sample *x, uint64_t ts_ns)
{
	x->ts_ns = ts_ns;
}

void
sample_wait(struct sample *x, uint64_t ns)
{
	x->ts_ns += ns;
}

struct host
sample_host(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct host h = {.end = {.mac = {2, 0, a, b, c, d},
			     .has_mac = true,
			     .ipver = 4,
			     .ip = {{a, b, c, d}}}};

	return h;
}

struct host
sample_via(struct host h, uint8_t m)
{
	memcpy(h.end.mac, (const uint8_t[6]){2, 0xee, 0, 0, 0, m}, 6);
	return h;
}

struct host
sample_ip6(const char *ip, uint8_t m)
{
	struct host h = sample_mac(m);

	h.end.ipver = 6;
	assert(inet_pton(AF_INET6, ip, h.end.ip.a) == 1);
	return h;
}

struct host
sample_mac(uint8_t m)
{
	struct host h = {.end = {.has_mac = true}};

	return sample_via(h, m);
}

struct host
sample_group(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct host h = sample_host(a, b, c, d);

	memcpy(h.end.mac, (const uint8_t[6]){1, 0, 0x5e, b, c, d}, 6);
	return h;
}

struct ev *
sample_start(struct sample *x, enum ev_kind kind, const struct host *src,
    const struct host *dst)
{
	struct ev *e = &x->ev;

	memset(e, 0, sizeof(*e));
	e->kind = (uint8_t)kind;
	e->flags = x->flags;
	e->iface = x->iface;
	e->input = x->input;
	e->frame = ++x->frame;
	e->ts_ns = x->ts_ns;
	e->f = x->f;
	e->max_fields = SAMPLE_FIELDS;
	if (x->vlan != 0) {
		e->vlan[0] = x->vlan;
		e->vlan_n = 1;
	}
	if (src != NULL) {
		e->src = src->end;
	}
	if (dst != NULL) {
		e->dst = dst->end;
	}
	return e;
}

int
sample_send(struct sample *x)
{
	return store_event(x->s, &x->ev);
}

int
sample_endpoint(struct sample *x, const struct host *h, const char *how)
{
	struct ev *e = sample_start(x, EV_ENDPOINT, h, NULL);

	ev_name(e, EVF_HOW, how);
	return sample_send(x);
}

int
sample_service(struct sample *x, const struct host *client,
    const struct host *server, bool answers)
{
	struct ev *e = sample_start(x, EV_SERVICE, client, server);

	e->proto = PROTO_MODBUS;
	e->src.port = 40000;
	e->dst.port = 502;
	e->src.has_port = e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, "tcp");
	ev_uint(e, EVF_PORT, 502);
	ev_bool(e, EVF_ANSWERS, answers);
	return sample_send(x);
}

/* The id of a field of Modbus by its name. */
static uint16_t
field(const char *name)
{
	const struct ev_proto *p = ev_proto(PROTO_MODBUS);

	for (uint16_t i = 0; i < p->nfields; i++) {
		if (strcmp(p->fields[i].name, name) == 0) {
			return (uint16_t)(EV_PROTO_BASE + i);
		}
	}
	abort();
}

static struct ev *
operation(struct sample *x, const struct host *client,
    const struct host *server, uint8_t unit, const char *op, uint32_t code,
    enum ev_class cls)
{
	struct ev *e = sample_start(x, EV_OPERATION, client, server);

	e->proto = PROTO_MODBUS;
	e->dir = EV_DIR_REQUEST;
	e->cls = (uint8_t)cls;
	e->op = op;
	e->code = code;
	e->flags |= EV_HAS_CODE;
	e->src.port = 40000;
	e->dst.port = 502;
	e->src.has_port = e->dst.has_port = true;
	e->dst.sub.kind = EV_SUB_UNIT;
	e->dst.sub.num = unit;
	ev_uint(e, field("unit"), unit);
	ev_uint(e, field("fc"), code);
	return e;
}

int
sample_read(struct sample *x, const struct host *client,
    const struct host *server, uint8_t unit, uint16_t addr, uint16_t qty)
{
	struct ev *e = operation(x, client, server, unit,
	    "read_holding_registers", 3, EV_CLASS_READ);

	ev_uint(e, field("addr"), addr);
	ev_uint(e, field("qty"), qty);
	return sample_send(x);
}

int
sample_write(struct sample *x, const struct host *client,
    const struct host *server, uint8_t unit, uint16_t addr, uint16_t value)
{
	struct ev *e = operation(x, client, server, unit,
	    "write_single_register", 6, EV_CLASS_WRITE);
	static uint8_t reg[2]; /* the event points to it */

	reg[0] = (uint8_t)(value >> 8);
	reg[1] = (uint8_t)value;
	ev_uint(e, field("addr"), addr);
	ev_bytes(e, field("values"), EV_T_REGS, reg, sizeof(reg));
	return sample_send(x);
}

int
sample_repeat(struct sample *x, const struct host *client,
    const struct host *server, uint8_t unit, uint16_t addr, uint16_t qty,
    uint64_t count)
{
	struct ev *e = operation(x, client, server, unit,
	    "read_holding_registers", 3, EV_CLASS_READ);

	e->flags |= EV_REPEAT;
	ev_uint(e, field("addr"), addr);
	ev_uint(e, field("qty"), qty);
	ev_uint(e, EVF_COUNT, count);
	return sample_send(x);
}

int
sample_reply(struct sample *x, const struct host *client,
    const struct host *server, uint8_t unit, const char *status)
{
	struct ev *e = operation(x, server, client, unit,
	    "read_holding_registers", 3, EV_CLASS_READ);

	e->dir = EV_DIR_RESPONSE;
	e->status = status;
	e->src.sub = e->dst.sub;
	e->dst.sub.kind = EV_SUB_NONE;
	e->src.port = 502;
	e->dst.port = 40000;
	return sample_send(x);
}

int
sample_identity(struct sample *x, const struct host *server, int unit,
    const char *key, const char *value)
{
	struct ev *e = sample_start(x, EV_IDENTITY, server, NULL);

	e->proto = PROTO_MODBUS;
	e->dir = EV_DIR_RESPONSE;
	e->src.port = 502;
	e->src.has_port = true;
	if (unit >= 0) {
		e->src.sub.kind = EV_SUB_UNIT;
		e->src.sub.num = (uint32_t)unit;
	}
	e->flags |= EV_HAS_SUBJECT;
	e->subject = e->src;
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, strlen(value));
	ev_name(
	    e, EVF_VIA, x->via != NULL ? x->via : "read_device_identification");
	ev_name(e, EVF_CLAIM, "self");
	return sample_send(x);
}

int
sample_says(struct sample *x, uint16_t proto, const struct host *h,
    const char *path, const char *key, const char *value)
{
	struct ev *e = sample_start(x, EV_IDENTITY, h, NULL);

	e->proto = proto;
	e->subject = h->end;
	e->flags |= EV_HAS_SUBJECT;
	if (path != NULL) {
		e->subject.port = 44818;
		e->subject.has_port = true;
		e->subject.sub.kind = EV_SUB_PATH;
		e->subject.sub.len = (uint8_t)strlen(path);
		memcpy(e->subject.sub.path, path, strlen(path));
	}
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, strlen(value));
	ev_name(e, EVF_VIA, "identity");
	ev_name(e, EVF_CLAIM, "self");
	return sample_send(x);
}

int
sample_relation(struct sample *x, uint16_t proto, const struct host *h,
    const char *relation, const char *peer)
{
	struct ev *e = sample_start(x, EV_TOPOLOGY, h, NULL);

	e->proto = proto;
	e->subject = h->end;
	e->flags |= EV_HAS_SUBJECT;
	ev_name(e, EVF_RELATION, relation);
	ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, strlen(peer));
	return sample_send(x);
}

int
sample_traffic(struct sample *x, const struct host *client,
    const struct host *server, uint64_t packets)
{
	struct ev *e = sample_start(x, EV_TRAFFIC, client, server);

	e->frame = 0;
	e->proto = PROTO_MODBUS;
	e->dst.port = 502;
	e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, "tcp");
	ev_uint(e, EVF_PORT, 502);
	ev_bool(e, EVF_INITIATOR, true);
	ev_uint(e, EVF_PACKETS, packets);
	ev_uint(e, EVF_BYTES, packets * 66);
	ev_uint(e, EVF_PACKETS_BACK, packets);
	ev_uint(e, EVF_BYTES_BACK, packets * 83);
	ev_uint(e, EVF_REPLIES, packets);
	ev_uint(e, EVF_FIRST, x->ts_ns - 1);
	ev_uint(e, EVF_LAST, x->ts_ns);
	ev_array(e, EVF_OPS);
	for (int i = 0; i < EV_CLASS_COUNT; i++) {
		ev_uint(e, EVF_ELEM, i == EV_CLASS_READ ? packets : 0);
	}
	ev_end(e);
	return sample_send(x);
}

/* --- directories ------------------------------------------------------------ */

char *
harness_dir(char *buf, size_t size)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(
	    buf, size, "%s/otus-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
	return mkdtemp(buf);
}

void
harness_remove(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *de;
	char path[512];

	while (d != NULL && (de = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		(void)unlink(path);
	}
	if (d != NULL) {
		(void)closedir(d);
	}
	(void)rmdir(dir);
}

/* --- rigs --------------------------------------------------------------------- */

static void
rig_open(struct rig *r)
{
	int rc = store_open(&r->opt, &r->s);

	assert(rc == 0);
	(void)rc;
	r->x.s = r->s;
}

void
rig_start(struct rig *r, uint64_t learn_ns, const char *rules_dir)
{
	static bool registered;

	if (!registered) {
		registry_init();
		registered = true;
	}
	memset(r, 0, sizeof(*r));
	if (harness_dir(r->dir, sizeof(r->dir)) == NULL) {
		abort();
	}
	r->opt.dir = r->dir;
	r->opt.rules_dir = rules_dir;
	r->opt.learn_ns = learn_ns;
	r->opt.deterministic = true;
	sample_init(&r->x, NULL);
	rig_open(r);
}

void
rig_restart(struct rig *r)
{
	int rc = store_close(r->s);

	assert(rc == 0);
	(void)rc;
	rig_open(r);
}

void
rig_stop(struct rig *r)
{
	int rc = store_close(r->s);

	assert(rc == 0);
	(void)rc;
	harness_remove(r->dir);
}

void
rig_learned(struct rig *r)
{
	int rc;

	sample_wait(&r->x, r->opt.learn_ns + SAMPLE_SECOND);
	rc = store_tick(r->s, r->x.ts_ns);
	assert(rc == 0);
	(void)rc;
}

void
rig_find(struct rig *r, const char *what,
    int (*row)(void *, const struct query_asset *), void *arg)
{
	struct query *q = NULL;
	int rc = store_commit(r->s);

	rc = rc == 0 ? query_open(r->dir, &q) : rc;
	assert(rc == 0);
	rc = query_find(q, what, row, arg);
	assert(rc == 0);
	(void)rc;
	query_close(q);
}

const char *
rig_text(struct rig *r, const char *sql, char *buf, size_t size)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	const char *text = NULL;
	char path[128];
	int rc = store_commit(r->s);

	assert(rc == 0);
	(void)snprintf(path, sizeof(path), "%s/otus.db", r->dir);
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	assert(rc == SQLITE_OK);
	rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc != SQLITE_OK) {
		(void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		abort();
	}
	if (sqlite3_step(st) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(st, 0);
	}
	(void)snprintf(buf, size, "%s", text != NULL ? text : "NULL");
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return buf;
}

int64_t
rig_int(struct rig *r, const char *sql)
{
	char buf[64];

	return strtoll(rig_text(r, sql, buf, sizeof(buf)), NULL, 10);
}

const char *
rig_rules(struct rig *r, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/test.rules", r->dir);
	f = fopen(path, "w");
	assert(f != NULL);
	(void)fputs(text, f);
	(void)fclose(f);
	r->opt.rules_dir = r->dir;
	rig_restart(r);
	return r->dir;
}

static int
print_row(void *arg, int n, char **value, char **name)
{
	FILE *f = arg;

	for (int i = 0; i < n; i++) {
		(void)fprintf(f, "%s%s=%s", i != 0 ? "|" : "", name[i],
		    value[i] != NULL ? value[i] : "NULL");
	}
	(void)fputc('\n', f);
	return 0;
}

void
harness_dump(const char *dir, FILE *f)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	char buf[512];
	int rc;

	(void)snprintf(buf, sizeof(buf), "%s/otus.db", dir);
	rc = sqlite3_open_v2(buf, &db, SQLITE_OPEN_READONLY, NULL);
	assert(rc == SQLITE_OK);
	rc = sqlite3_prepare_v2(db,
	    "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
	    -1, &st, NULL);
	assert(rc == SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(st, 0);

		(void)fprintf(f, "-- %s\n", table);
		(void)snprintf(buf, sizeof(buf), "SELECT * FROM %s", table);
		rc = sqlite3_exec(db, buf, print_row, f, NULL);
		assert(rc == SQLITE_OK);
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
}
