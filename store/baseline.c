/*
 * baseline: what is normal here, and whether an event is.
 *
 * For learn_ns of stream time from the first event that a database saw,
 * everything is learned; learned() is then true of all there is.  Afterwards
 * what is new stays unlearned, however often it comes again, until a person
 * accepts it.  When the learning is over it stays over, even for a capture
 * that is older.
 *
 * Questions are asked about the event at hand (rules/functions.md says
 * which); a reply is asked about as its request would be.
 */
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

#define DYNAMIC_PORTS 49152

int
baseline_start(struct store *s)
{
	int64_t from, done;
	int rc = db_int(s->db,
	    "SELECT value FROM meta WHERE key = 'learn_from_ns'", 0, &from);

	if (rc == 0) {
		rc = db_int(s->db,
		    "SELECT value FROM meta WHERE key = 'learn_done'", 0,
		    &done);
	}
	if (rc == 0) {
		s->learn_from = (uint64_t)from;
		s->learn_done = done != 0;
		s->learning = !s->learn_done;
	}
	return rc;
}

int
baseline_time(struct store *s, uint64_t ts_ns)
{
	int rc = 0;

	if (ts_ns > s->stream_ns) {
		s->stream_ns = ts_ns;
	}
	if (s->learn_done) {
		return 0;
	}
	if (s->learn_from == 0) {
		s->learn_from = ts_ns;
		rc = store_meta_set(s, "learn_from_ns", (int64_t)ts_ns);
	}
	s->learning = s->stream_ns < s->learn_from ||
		      s->stream_ns - s->learn_from < s->learn_ns;
	if (rc == 0 && !s->learning) {
		s->learn_done = true;
		rc = store_meta_set(s, "learn_done", 1);
		/* learned_ports() asks the table, at a time when nothing may
		 * be written. */
		rc = rc == 0 ? cache_settle(&s->links) : rc;
	}
	return rc;
}

/* --- learned() ------------------------------------------------------------ */

static enum answer
yes_if(bool b)
{
	return b ? ANSWER_YES : ANSWER_NO;
}

/* 1 when the statement has a row. */
static int
has_row(sqlite3_stmt *st, enum answer *ret)
{
	int rc = db_step(st);

	if (rc >= 0) {
		*ret = yes_if(rc == 1);
		db_reset(st);
		rc = 0;
	}
	return rc;
}

static void
op_text(const struct ev *e, char buf[EV_NAME_MAX])
{
	const char *op = e->op != NULL ? e->op : "";

	(void)text_fit(buf, EV_NAME_MAX, op, strnlen(op, EV_NAME_MAX));
}

static int
learned_code(struct store *s, enum answer *ret)
{
	sqlite3_stmt *st = s->st[ST_LEARNED_CODE];
	char op[EV_NAME_MAX];

	op_text(s->now.ev, op);
	db_bind(st, 1, s->now.link->id);
	db_bind_text(st, 2, op);
	db_bind(st, 3, s->now.ev->code);
	return has_row(st, ret);
}

static int
learned_operation(struct store *s, enum answer *ret)
{
	sqlite3_stmt *st = s->st[ST_LEARNED_OPERATION];
	char op[EV_NAME_MAX];

	op_text(s->now.ev, op);
	db_bind(st, 1, s->now.link->id);
	db_bind_text(st, 2, op);
	db_bind_text(st, 3, s->now.object.sub);
	return has_row(st, ret);
}

/* Rows come by their lower end: walks on as long as they leave no hole. */
static int
covers(struct store *s, int64_t lo, int64_t hi, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_LEARNED_RANGES];
	const struct object *o = &s->now.object;
	int rc;

	db_bind(st, 1, s->now.link->id);
	db_bind_text(st, 2, o->sub);
	db_bind_text(st, 3, o->space);
	while ((rc = db_step(st)) == 1 && lo <= hi && db_get(st, 0) <= lo) {
		int64_t end = db_get(st, 1);

		if (end >= lo) {
			lo = end + 1;
		}
	}
	db_reset(st);
	*ret = lo > hi;
	return rc < 0 ? rc : 0;
}

static int
learned_range(struct store *s, enum answer *ret)
{
	const struct object *o = &s->now.object;
	bool all = true;
	int rc = 0;

	for (int i = 0; i < o->ranges && rc == 0 && all; i++) {
		rc = covers(s, o->lo[i], o->hi[i], &all);
	}
	*ret = yes_if(all);
	return rc;
}

static int
learned_op_part(struct store *s, const char *what, enum answer *ret)
{
	const struct judged *n = &s->now;
	bool is_range = strcmp(what, "range") == 0;

	if (strcmp(what, "class") != 0 && strcmp(what, "code") != 0 &&
	    strcmp(what, "operation") != 0 && !is_range) {
		return ERR_NOTFOUND;
	}
	*ret = ANSWER_NONE;
	if (n->ev->kind != EV_OPERATION || n->link == NULL ||
	    (is_range && n->object.ranges == 0)) {
		return 0;
	}
	*ret = ANSWER_YES;
	if (s->learning) {
		return 0;
	}
	if (what[0] == 'c' && what[1] == 'l') {
		*ret = yes_if(n->link->classes >> n->ev->cls & 1);
		return 0;
	}
	if (is_range) {
		return learned_range(s, ret);
	}
	return what[0] == 'c' ? learned_code(s, ret)
			      : learned_operation(s, ret);
}

/*
 * On ports that are given out anew each time (RFC 6335, 6), as FTP and DCOM
 * have them for their data, the same two are the same conversation.
 */
static int
learned_ports(struct store *s, enum answer *ret)
{
	const struct slink *l = s->now.link;
	sqlite3_stmt *st = s->st[ST_LEARNED_PORTS];
	int rc;

	*ret = l == NULL ? ANSWER_NONE : yes_if(s->learning);
	if (l == NULL || s->learning || l->port < DYNAMIC_PORTS) {
		return 0;
	}
	db_bind(st, 1, l->src);
	db_bind(st, 2, l->dst);
	db_bind_text(st, 3, transport_name(l->transport));
	db_bind(st, 4, DYNAMIC_PORTS);
	rc = db_step(st);
	if (rc == 1) {
		*ret = ANSWER_YES;
		db_reset(st);
		rc = 0;
	}
	return rc;
}

int
baseline_learned(struct store *s, const char *what, enum answer *ret)
{
	const struct judged *n = &s->now;

	if (strcmp(what, "talker") == 0) {
		*ret = n->src == NULL ? ANSWER_NONE
				      : yes_if(s->learning ||
					       (n->src->flags & ADDR_LEARNED));
		return 0;
	}
	if (strcmp(what, "server") == 0) {
		*ret = n->dst == NULL ? ANSWER_NONE
				      : yes_if(s->learning ||
					       (n->dst->flags & ADDR_LEARNED));
		return 0;
	}
	if (strcmp(what, "link") == 0) {
		*ret = n->link == NULL
			   ? ANSWER_NONE
			   : yes_if(s->learning ||
				    (n->link->flags & LINK_LEARNED));
		return 0;
	}
	if (strcmp(what, "ports") == 0) {
		return learned_ports(s, ret);
	}
	if (strcmp(what, "service") == 0) {
		return record_service_learned(s, ret);
	}
	if (strcmp(what, "value") == 0) {
		return written_learned(s, ret);
	}
	return learned_op_part(s, what, ret);
}

int
baseline_first(struct store *s, const char *what, enum answer *ret)
{
	const struct judged *n = &s->now;

	if (strcmp(what, "talker") == 0) {
		*ret = n->src == NULL ? ANSWER_NONE : yes_if(n->talker_new);
	} else if (strcmp(what, "link") == 0) {
		*ret = n->link == NULL ? ANSWER_NONE : yes_if(n->link_new);
	} else {
		return ERR_NOTFOUND;
	}
	return 0;
}

int
baseline_changed(struct store *s, enum answer *ret, char *old, size_t size)
{
	bool changed = false;
	int rc = 0;

	old[0] = '\0';
	*ret = ANSWER_NONE;
	if (s->now.ev->kind == EV_IDENTITY) {
		rc = differ_changes(s, &changed, old, size);
	} else if (s->now.ev->kind == EV_STATE) {
		rc = record_state_changes(s, &changed, old, size);
	} else {
		return 0;
	}
	*ret = yes_if(changed);
	return rc;
}

/* --- usual and old, for people --------------------------------------------- */

static int
put_name(struct store *s, int64_t addr, struct text *t)
{
	sqlite3_stmt *st = s->st[ST_ADDR_NAME];
	int rc;

	db_bind(st, 1, addr);
	rc = db_step(st);
	if (rc == 1) {
		text_put(t, t->n != 0 ? ", " : "");
		text_put(t, db_text(st, 0));
		db_reset(st);
		rc = 0;
	}
	return rc;
}

/* Runs through the addresses that st gives; they have no rows meanwhile. */
static int
put_names(struct store *s, sqlite3_stmt *st, struct text *t)
{
	int rc;

	while ((rc = db_step(st)) == 1) {
		int name_rc = put_name(s, db_get(st, 0), t);

		if (name_rc != 0) {
			db_reset(st);
			return name_rc;
		}
	}
	return rc;
}

int
baseline_usual(struct store *s, char *buf, size_t size)
{
	const struct judged *n = &s->now;
	sqlite3_stmt *st = s->st[ST_USUAL_OF_OP];
	char op[EV_NAME_MAX];
	struct text t;
	int rc;

	if (n->ev->kind != EV_OPERATION || n->server == NULL) {
		return ERR_NOTFOUND;
	}
	rc = store_flush(s);
	if (rc != 0) {
		return rc;
	}
	text_start(&t, buf, size);
	op_text(n->ev, op);
	db_bind(st, 1, n->server->id);
	db_bind_text(st, 2, op);
	db_bind_text(st, 3, n->object.sub);
	rc = put_names(s, st, &t);
	if (rc == 0 && t.n == 0) {
		st = s->st[ST_USUAL_OF_CLASS];
		db_bind(st, 1, n->server->id);
		db_bind_text(st, 2, ev_class_name((enum ev_class)n->ev->cls));
		rc = put_names(s, st, &t);
	}
	return rc == 0 && t.n == 0 ? ERR_NOTFOUND : rc;
}

/* What the device itself told of it last, or somebody commanded. */
static int
point_before(struct store *s)
{
	const struct judged *n = &s->now;
	sqlite3_stmt *st = s->st[ST_POINT_GET];
	char name[OBJECT_MAX];

	if (!object_point(n->ev, name, sizeof(name))) {
		return 0;
	}
	db_bind(st, 1, n->server->id);
	db_bind_text(st, 2, n->object.sub);
	db_bind_text(st, 3, name);
	return db_step(st);
}

/* What was there when the same was done to it before. */
static int
written_before(struct store *s)
{
	const struct judged *n = &s->now;
	sqlite3_stmt *st = s->st[ST_VALUE_BEFORE];
	char op[EV_NAME_MAX];

	op_text(n->ev, op);
	db_bind(st, 1, n->server->id);
	db_bind_text(st, 2, op);
	db_bind_text(st, 3, n->object.sub);
	db_bind_text(st, 4, n->object.text);
	return db_step(st);
}

static int
value_before(struct store *s, char *buf, size_t size)
{
	sqlite3_stmt *st = s->st[ST_POINT_GET];
	int rc = store_flush(s); /* rules render between their statements */

	if (rc == 0) {
		rc = point_before(s);
	}
	if (rc == 0) {
		st = s->st[ST_VALUE_BEFORE];
		rc = written_before(s);
	}
	if (rc == 1) {
		db_copy(st, 0, buf, size);
		db_reset(st);
		return 0;
	}
	return rc == 0 ? ERR_NOTFOUND : rc;
}

int
baseline_old(struct store *s, char *buf, size_t size)
{
	const struct judged *n = &s->now;
	enum answer changed;
	int rc;

	if (field_text(n->ev, EVF_OLD, buf, size) != 0) {
		return 0;
	}
	if (n->ev->kind == EV_OPERATION && n->server != NULL) {
		return value_before(s, buf, size);
	}
	rc = baseline_changed(s, &changed, buf, size);
	return rc == 0 && buf[0] == '\0' ? ERR_NOTFOUND : rc;
}
