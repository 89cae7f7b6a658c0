/*
 * record: what is kept of events beside links, facts and points: services,
 * states, transfers, topology, log-ins, violations, gaps.
 *
 * Each is one row a thing, counted when it comes again; only states and
 * transfers have a history, of STORE_HISTORY rows.  One address or link has
 * STORE_NOTES_PER_ADDRESS rows in each table at most, and what would come
 * after is not kept: rules have judged it all the same.
 */
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

/* The number that stmt.def has as text. */
_Static_assert(LIMIT_STORE_NOTES_PER_ADDRESS == 1024, "NOTES in stmt.def");

static int64_t
id_of(const struct addr *a)
{
	return a != NULL ? a->id : 0;
}

static int64_t
link_of(const struct judged *n)
{
	return n->link != NULL ? n->link->id : 0;
}

/* EV_REPEAT counts; everything else is once. */
static int64_t
times(const struct ev *e)
{
	uint64_t n = e->flags & EV_REPEAT ? field_uint(e, EVF_COUNT, 1) : 1;

	return n <= UINT32_MAX ? (int64_t)n : UINT32_MAX;
}

/* --- services ------------------------------------------------------------- */

static bool
bind_service(const struct judged *n, sqlite3_stmt *st, char transport[16])
{
	if (n->ev->kind != EV_SERVICE || n->server == NULL) {
		return false;
	}
	(void)field_text(n->ev, EVF_TRANSPORT, transport, 16);
	db_bind(st, 1, n->server->id);
	db_bind_text(st, 2, transport);
	db_bind(st, 3, (int64_t)field_uint(n->ev, EVF_PORT, 0) & 0xffff);
	db_bind_text(st, 4, ev_proto_name(n->ev->proto));
	return true;
}

int
record_service_learned(struct store *s, enum answer *ret)
{
	sqlite3_stmt *st = s->st[ST_SERVICE_GET];
	char transport[16];
	int rc;

	*ret = ANSWER_NONE;
	if (!bind_service(&s->now, st, transport) ||
	    field_uint(s->now.ev, EVF_ANSWERS, 0) == 0) {
		return 0;
	}
	*ret = ANSWER_YES;
	if (s->learning) {
		return 0;
	}
	rc = db_step(st);
	if (rc == 1) {
		/* Asked for in vain, it was not a service then: not learned. */
		*ret = db_get(st, 0) != 0 ? ANSWER_YES : ANSWER_NO;
		db_reset(st);
		return 0;
	}
	*ret = ANSWER_NO;
	return rc;
}

int
record_transport(struct store *s, struct addr *server, uint16_t port,
    uint16_t proto, uint8_t *ret)
{
	sqlite3_stmt *st = s->st[ST_SERVICE_TRANSPORT];
	int64_t first = 0;
	uint8_t found = 0;
	int rc;

	if (server->service.over != 0 && server->service.port == port &&
	    server->service.proto == proto) {
		*ret = server->service.over;
		return 0;
	}
	db_bind(st, 1, server->id);
	db_bind(st, 2, port);
	db_bind_text(st, 3, ev_proto_name(proto));
	/* The oldest; of those that are as old the first by name. */
	while ((rc = db_step(st)) == 1) {
		if (found == 0 || db_get(st, 1) < first) {
			first = db_get(st, 1);
			found = transport_parse(db_text(st, 0));
		}
	}
	if (rc == 0 && found != 0) {
		*ret = found;
		server->service.port = port;
		server->service.proto = proto;
		server->service.over = found;
	}
	return rc;
}

struct service_text {
	char transport[16], label[32];
};

/* False where there is nothing to keep; t lives until the statement has run. */
static bool
bind_all_of_service(
    const struct store *s, sqlite3_stmt *st, struct service_text *t)
{
	const struct ev *e = s->now.ev;
	bool answers = field_uint(e, EVF_ANSWERS, 0) != 0;

	if (!bind_service(&s->now, st, t->transport)) {
		return false;
	}
	(void)field_text(e, EVF_LABEL, t->label, sizeof(t->label));
	db_bind_text(st, 5, t->label[0] != '\0' ? t->label : NULL);
	db_bind(st, 6, answers);
	db_bind(st, 7, answers && s->learning);
	db_bind(st, 8, (int64_t)e->ts_ns);
	return true;
}

static int
new_service(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_SERVICE_ROWS];
	struct service_text t;
	int64_t rows = 0;
	int rc;

	db_bind(st, 1, s->now.server->id);
	rc = db_step(st);
	if (rc == 1) {
		rows = db_get(st, 0);
		db_reset(st);
		rc = 0;
	}
	if (rc != 0 || rows >= LIMIT_STORE_NOTES_PER_ADDRESS) {
		return rc;
	}
	st = s->st[ST_SERVICE_NEW];
	return bind_all_of_service(s, st, &t) ? db_run(st) : 0;
}

static int
service(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_SERVICE_AGAIN];
	struct service_text t;
	int rc;

	if (!bind_all_of_service(s, st, &t)) {
		return 0;
	}
	s->now.server->service.over = 0;
	rc = db_run(st);
	return rc == 0 && sqlite3_changes(s->db) == 0 ? new_service(s) : rc;
}

/* --- states ---------------------------------------------------------------- */

struct state {
	char sub[EV_SUB_TEXT], object[OBJECT_MAX], state[EV_NAME_MAX];
	int64_t addr;
};

/* False when the event names nobody or no state. */
static bool
parse_state(const struct judged *n, struct state *x)
{
	const struct ev *e = n->ev;

	x->addr = id_of(n->subject != NULL ? n->subject : n->src);
	(void)text_sub(
	    e->flags & EV_HAS_SUBJECT ? &e->subject.sub : &e->src.sub, x->sub,
	    sizeof(x->sub));
	(void)field_text(e, EVF_OBJECT, x->object, sizeof(x->object));
	return x->addr != 0 &&
	       field_text(e, EVF_STATE, x->state, sizeof(x->state)) != 0;
}

static int
last_state(struct store *s, const struct state *x)
{
	sqlite3_stmt *st = s->st[ST_STATE_LAST];

	db_bind(st, 1, x->addr);
	db_bind_text(st, 2, x->sub);
	db_bind_text(st, 3, x->object);
	return db_step(st);
}

int
record_state_changes(struct store *s, bool *ret, char *old, size_t size)
{
	sqlite3_stmt *st = s->st[ST_STATE_LAST];
	struct state x;
	int rc;

	*ret = false;
	old[0] = '\0';
	if (!parse_state(&s->now, &x)) {
		return 0;
	}
	rc = last_state(s, &x);
	if (rc != 1) {
		return rc;
	}
	*ret = strcmp(db_text(st, 1), x.state) != 0;
	if (*ret) {
		db_copy(st, 1, old, size);
	}
	db_reset(st);
	return 0;
}

static int
trim(struct store *s, enum stmt which)
{
	db_bind(s->st[which], 1, LIMIT_STORE_HISTORY);
	return db_run(s->st[which]);
}

static int
state(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_STATE_LAST];
	const struct ev *e = s->now.ev;
	char detail[EV_TEXT_MAX];
	struct state x;
	int64_t same = 0;
	int rc;

	if (!parse_state(&s->now, &x)) {
		return 0;
	}
	rc = last_state(s, &x);
	if (rc == 1) {
		same = strcmp(db_text(st, 1), x.state) == 0 ? db_get(st, 0) : 0;
		db_reset(st);
	}
	if (rc < 0) {
		return rc;
	}
	if (same != 0) {
		st = s->st[ST_STATE_AGAIN];
		db_bind(st, 1, same);
		db_bind(st, 2, (int64_t)e->ts_ns);
		return db_run(st);
	}
	(void)field_text(e, EVF_DETAIL, detail, sizeof(detail));
	st = s->st[ST_STATE_NEW];
	db_bind(st, 1, x.addr);
	db_bind_text(st, 2, x.sub);
	db_bind_text(st, 3, x.object);
	db_bind_text(st, 4, x.state);
	db_bind_text(st, 5, detail);
	db_bind_text(st, 6, ev_proto_name(e->proto));
	db_bind(st, 7, (int64_t)e->ts_ns);
	db_bind(st, 8, frame_at_hand(s));
	rc = db_run(st);
	return rc == 0 ? trim(s, ST_STATE_TRIM) : rc;
}

/* --- transfers ------------------------------------------------------------ */

static int
transfer(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_TRANSFER_LAST];
	const struct ev *e = s->now.ev;
	char sub[EV_SUB_TEXT], name[256], direction[16], phase[16];
	int64_t link = link_of(&s->now), id = 0;
	int64_t bytes = (int64_t)(field_uint(e, EVF_BYTES, 0) & INT64_MAX);
	int rc;

	(void)text_sub(e->dir == EV_DIR_RESPONSE ? &e->src.sub : &e->dst.sub,
	    sub, sizeof(sub));
	(void)field_text(e, EVF_NAME, name, sizeof(name));
	(void)field_text(e, EVF_DIRECTION, direction, sizeof(direction));
	(void)field_text(e, EVF_PHASE, phase, sizeof(phase));
	db_bind(st, 1, link);
	db_bind_text(st, 2, sub);
	db_bind_text(st, 3, name);
	db_bind_text(st, 4, direction);
	rc = db_step(st);
	if (rc == 1) {
		id = strcmp(db_text(st, 1), "end") != 0 &&
			     strcmp(phase, "begin") != 0
			 ? db_get(st, 0)
			 : 0;
		db_reset(st);
	}
	if (rc < 0) {
		return rc;
	}
	st = s->st[id != 0 ? ST_TRANSFER_GOES_ON : ST_TRANSFER_NEW];
	if (id != 0) {
		db_bind(st, 1, id);
		db_bind_text(st, 2, phase);
		db_bind(st, 3, bytes);
		db_bind(st, 4, (int64_t)e->ts_ns);
		return db_run(st);
	}
	db_bind(st, 1, link);
	db_bind_text(st, 2, sub);
	db_bind_text(st, 3, name);
	db_bind_text(st, 4, direction);
	db_bind_text(st, 5, phase);
	db_bind(st, 6, bytes);
	db_bind(st, 7, (int64_t)e->ts_ns);
	db_bind(st, 8, frame_at_hand(s));
	rc = db_run(st);
	return rc == 0 ? trim(s, ST_TRANSFER_TRIM) : rc;
}

/* --- what is only counted -------------------------------------------------- */

/*
 * DNP3 stations behind one address: their messages prove which they are, and
 * hardly any of them says more of itself.
 */
static int
station(struct store *s, const char *relation)
{
	struct addr *a = s->now.subject, *front = s->now.front;

	if (a == NULL || front == NULL || a->kind != ADDR_SUB ||
	    a->sub.kind != EV_SUB_ADDR) {
		return 0;
	}
	if (strcmp(relation, "master") == 0) {
		return unit_spoke(s, front, a, ROLE_CLIENT);
	}
	return strcmp(relation, "outstation") == 0
		   ? unit_spoke(s, front, a, ROLE_SERVER)
		   : 0;
}

/* Told again, as after a restart of the sensor: since when stays. */
static int
is_master(struct store *s, const struct addr *a, const char *peer, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_TOPOLOGY_MASTER];
	int rc;

	db_bind_text(st, 1, peer);
	rc = db_step(st);
	if (rc == 1) {
		*ret = db_get(st, 0) == a->id;
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* Who says so says it with its own IP, if with the group's MAC; hold.c took it
 * for nobody's. */
static void
member(struct store *s, struct addr *a, const char *relation)
{
	if (strcmp(relation, "master_of") == 0 ||
	    strcmp(relation, "standby_of") == 0) {
		hold_heard(s, a, s->now.ev->ts_ns);
	}
}

static int
topology(struct store *s)
{
	static const enum stmt ways[] = {ST_TOPOLOGY_AGAIN, ST_TOPOLOGY_NEW};
	const struct judged *n = &s->now;
	const struct ev *e = n->ev;
	/* Whom it is about, whoever carried it. */
	struct addr *a = n->subject != NULL ? n->subject : n->src;
	char relation[32], peer[256], detail[EV_TEXT_MAX];
	bool still = false;
	int rc;

	if (a == NULL) {
		return 0;
	}
	(void)field_text(e, EVF_RELATION, relation, sizeof(relation));
	rc = station(s, relation);
	(void)field_text(e, EVF_PEER, peer, sizeof(peer));
	member(s, a, relation);
	rc = rc == 0 ? proof_neighbour(s, a, relation, peer) : rc;
	rc = rc == 0 ? role_of_relation(s, a, relation, peer) : rc;
	if (rc == 0 && strcmp(relation, "master_of") == 0) {
		rc = is_master(s, a, peer, &still);
	}
	if (rc != 0 || still) {
		return rc;
	}
	(void)field_text(e, EVF_DETAIL, detail, sizeof(detail));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		sqlite3_stmt *st = s->st[ways[i]];

		if (rc != 0 || (i != 0 && sqlite3_changes(s->db) != 0)) {
			break;
		}
		db_bind(st, 1, a->id);
		db_bind_text(st, 2, relation);
		db_bind_text(st, 3, peer);
		db_bind_text(st, 4, detail);
		db_bind(st, 5, (int64_t)e->ts_ns);
		if (ways[i] == ST_TOPOLOGY_AGAIN) {
			db_bind(st, 6, frame_at_hand(s));
		} else {
			db_bind_text(st, 6, ev_proto_name(e->proto));
			db_bind(st, 7, frame_at_hand(s));
		}
		rc = db_run(st);
	}
	return rc;
}

static int
auth(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_AUTH_PUT];
	const struct ev *e = s->now.ev;
	char action[32], user[256];

	(void)field_text(e, EVF_ACTION, action, sizeof(action));
	(void)field_text(e, EVF_USER, user, sizeof(user));
	db_bind(st, 1, link_of(&s->now));
	db_bind_text(st, 2, action);
	db_bind_text(st, 3, user);
	db_bind(st, 4, (int64_t)e->ts_ns);
	db_bind(st, 5, frame_at_hand(s));
	return db_run(st);
}

static int
malformed(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_MALFORMED_PUT];
	const struct ev *e = s->now.ev;
	char reason[EV_NAME_MAX];

	(void)field_text(e, EVF_REASON, reason, sizeof(reason));
	db_bind(st, 1, link_of(&s->now));
	db_bind(st, 2, id_of(s->now.src));
	db_bind_text(st, 3, reason);
	db_bind_text(st, 4, ev_proto_name(e->proto));
	db_bind(st, 5, (int64_t)e->ts_ns);
	db_bind(st, 6, frame_at_hand(s));
	db_bind(st, 7, times(e));
	return db_run(st);
}

static int
gap(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_GAP_PUT];
	const struct ev *e = s->now.ev;
	uint64_t lost = field_uint(e, EVF_LOST, 0);
	char cause[EV_NAME_MAX];

	(void)field_text(e, EVF_CAUSE, cause, sizeof(cause));
	db_bind(st, 1, link_of(&s->now));
	db_bind(st, 2, id_of(s->now.src));
	db_bind_text(st, 3, cause);
	db_bind(st, 4, lost <= UINT32_MAX ? (int64_t)lost : UINT32_MAX);
	db_bind(st, 5, (int64_t)e->ts_ns);
	db_bind(st, 6, frame_at_hand(s));
	db_bind(st, 7, times(e));
	return db_run(st);
}

int
record_store(struct store *s)
{
	switch ((enum ev_kind)s->now.ev->kind) {
	case EV_SERVICE: return service(s);
	case EV_VALUE: return point_store(s);
	case EV_STATE: return state(s);
	case EV_TOPOLOGY: return topology(s);
	case EV_AUTH: return auth(s);
	case EV_TRANSFER: return transfer(s);
	case EV_MALFORMED: return malformed(s);
	case EV_GAP: return gap(s);
	default: return 0;
	}
}
