/*
 * novelty: see novelty.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/behaviour.h"
#include "net/novelty.h"
#include "net/points.h"

#define BUDGET_NS (60 * NS_PER_SEC)
/* What two take turns to say of one thing is told no faster than this. */
#define TURNS_NS (10 * NS_PER_SEC)
#define FIELDS   16

struct novelty {
	struct behaviours b;
	struct points points;
	struct links *links;
	void (*pass)(void *arg, const struct ev *);
	void *arg;
	uint64_t stream_ns, told_ns;
	/* the read whose reply is wanted as image */
	struct behaviour *want;
	uint64_t want_hash, want_frame;
	struct novelty_stats stats;
	struct ev ev;
	struct ev_field fields[FIELDS];
	uint8_t before[BEHAVIOUR_IMAGE];
};

int
novelty_new(struct links *links, void (*pass)(void *, const struct ev *),
    void *arg, struct novelty **ret)
{
	struct novelty *n = calloc(1, sizeof *n);
	struct hash_key key;
	int err;

	if (n == NULL) {
		return ERR_NOMEM;
	}
	hash_key_init(&key);
	if ((err = behaviours_init(&n->b, &key)) < 0 ||
	    (err = points_init(&n->points, LIMIT_POINT_MAX, &key)) < 0) {
		novelty_free(n);
		return err;
	}
	n->links = links;
	n->pass = pass;
	n->arg = arg;
	*ret = n;
	return 0;
}

void
novelty_free(struct novelty *n)
{
	if (n != NULL) {
		points_done(&n->points);
		behaviours_done(&n->b);
		free(n);
	}
}

const struct novelty_stats *
novelty_stats(const struct novelty *n)
{
	return &n->stats;
}

struct ev_memos
novelty_memos(const struct novelty *n)
{
	return (struct ev_memos){(const char *)n->b.pool.item, n->b.seen};
}

static void
tell(struct novelty *n, const struct ev *e)
{
	n->stats.told++;
	n->pass(n->arg, e);
}

/* --- counts -------------------------------------------------------------- */

static void
tell_count(struct novelty *n, struct behaviour *x)
{
	const struct link *l = link_by_id(n->links, x->link, x->link_id);
	struct ev *e = &n->ev;

	if (l == NULL) {
		n->stats.lost += x->count;
		x->count = x->sum = 0;
		return;
	}
	memset(e, 0, sizeof *e);
	e->f = n->fields;
	e->max_fields = FIELDS;
	e->kind = x->kind;
	e->cls = x->cls;
	e->dir = x->dir;
	e->proto = x->proto;
	e->flags = x->flags | EV_REPEAT;
	e->code = x->code;
	e->op = x->op;
	e->status = x->status;
	e->ts_ns = x->last_ns;
	link_end(l, x->swapped, &e->src);
	link_end(l, !x->swapped, &e->dst);
	e->vlan_n = l->vlan_n;
	memcpy(e->vlan, l->vlan, sizeof e->vlan);
	e->src.sub = x->src_sub;
	e->dst.sub = x->dst_sub;
	for (uint8_t i = 0; i < x->nkeys; i++) {
		struct ev_field *f = ev_add(e, x->key[i].id, x->key[i].type);

		f->len = x->key[i].len;
		f->u = x->key[i].u;
		if (x->key[i].len != 0) {
			f->p = x->text + x->key[i].at;
		}
	}
	ev_uint(e, EVF_COUNT, x->count);
	if (x->kind == EV_GAP) {
		ev_uint(e, EVF_LOST, x->sum);
	}
	x->count = x->sum = 0;
	n->pass(n->arg, e);
}

/* Those that are due; all of them with UINT64_MAX. */
static void
tell_counts(struct novelty *n, uint64_t now_ns)
{
	uint32_t i = n->b.dirty, next;
	struct behaviour *x;

	n->b.dirty = n->b.dirty_last = POOL_NONE;
	for (; i != POOL_NONE; i = next) {
		x = pool_at(&n->b.pool, i);
		next = x->dirty_next;
		x->dirty = false;
		if (x->count == 0) { /* told when there was news */
			continue;
		}
		if (now_ns < x->due_ns) {
			behaviour_mark(&n->b, x);
			continue;
		}
		tell_count(n, x);
		x->due_ns = now_ns + x->every_s * NS_PER_SEC;
		if (x->every_s < LIMIT_BEHAVIOUR_MAX_S) {
			x->every_s *= 2;
		}
	}
	n->told_ns = n->stream_ns;
}

static void
count(struct novelty *n, struct behaviour *x, const struct ev *e)
{
	const struct ev_field *lost;

	n->stats.counted++;
	x->count++;
	x->last_ns = e->ts_ns;
	if (e->kind == EV_GAP && (lost = ev_find(e, EVF_LOST)) != NULL) {
		x->sum += lost->u;
	}
	if (!x->dirty) {
		behaviour_mark(&n->b, x);
	}
}

/*
 * What one link may tell at once, in stream time.  Devices report by the
 * hundred when they are first asked: that takes nothing from what is done.
 */
static bool
within_budget_of(struct novelty *n, struct link *l, bool reports)
{
	uint16_t *used;

	if (l == NULL) {
		return true;
	}
	if (n->stream_ns >= l->budget_ns + BUDGET_NS) {
		l->budget_ns = n->stream_ns;
		l->budget_used = l->reports_used = 0;
	}
	used = reports ? &l->reports_used : &l->budget_used;
	if (*used >= LIMIT_NEWS_BUDGET) {
		n->stats.over_budget++;
		return false;
	}
	(*used)++;
	return true;
}

static bool
within_budget(struct novelty *n, struct link *l)
{
	return within_budget_of(n, l, false);
}

static struct behaviour *
find(struct novelty *n, const struct ev *e, struct link *l, bool *ret_new)
{
	struct behaviour *x;

	if (behaviours_full(&n->b)) {
		tell_counts(n, UINT64_MAX);
	}
	x = behaviour_of(&n->b, e, l, ret_new);
	if (*ret_new) {
		x->link =
		    l != NULL ? pool_index(&n->links->pool, l) : POOL_NONE;
		x->swapped = l != NULL && e->src.ipver != 0 &&
			     memcmp(e->src.ip.a, l->ip[0].a, 16) != 0;
	}
	return x;
}

/* --- operations ---------------------------------------------------------- */

static const struct ev_field *
values_of(const struct ev *e)
{
	const struct ev_proto *p = ev_proto(e->proto);

	for (uint16_t i = 0; p != NULL && i < e->nfields; i++) {
		const struct ev_field *f = &e->f[i];

		if (f->id >= EV_PROTO_BASE &&
		    f->id - EV_PROTO_BASE < p->nfields &&
		    p->fields[f->id - EV_PROTO_BASE].role == EV_R_VALUES) {
			return f;
		}
	}
	return NULL;
}

/* Adds `old`: what the points held before this write. */
static void
add_old(struct novelty *n, struct ev *e, const struct behaviour *x,
    const struct ev_field *f)
{
	uint32_t len;

	if (f == NULL || x->space == 0 ||
	    (f->type != EV_T_REGS && f->type != EV_T_BITS) ||
	    !behaviour_before(&n->b, x, f->type, n->before, &len)) {
		return;
	}
	ev_bytes(e, EVF_OLD, f->type, n->before, len);
}

static bool
changes_something(uint8_t cls)
{
	return cls == EV_CLASS_PROGRAM || cls == EV_CLASS_FIRMWARE ||
	       cls == EV_CLASS_CONFIG || cls == EV_CLASS_FILE;
}

static void
request(struct novelty *n, struct ev *e, struct link *l)
{
	bool writes = e->cls == EV_CLASS_WRITE || e->cls == EV_CLASS_CONTROL;
	const struct ev_field *f = writes ? values_of(e) : NULL;
	struct behaviour *x;
	bool news, is_new;

	x = find(n, e, l, &is_new);
	news = behaviour_written(&n->b, x, f) || is_new ||
	       changes_something(e->cls);
	if (e->cls == EV_CLASS_READ && x->space != 0 &&
	    (x->image == POOL_NONE ||
		n->stream_ns >= x->image_ns + LIMIT_IMAGE_S * NS_PER_SEC)) {
		n->want = x;
		n->want_hash = x->hash;
		n->want_frame = e->frame;
	}
	if (news && within_budget(n, l)) {
		/*
		 * The store learns from this: only what is told is known,
		 * and it has to know how many writes came before.
		 */
		if (f != NULL && x->count != 0) {
			tell_count(n, x);
		}
		behaviour_widen(&n->b, x, f);
		add_old(n, e, x, f);
		tell(n, e);
	} else {
		count(n, x, e);
	}
}

/*
 * The word of link.answered where who is behind a server has bits, and these;
 * NULL for none.  A unit has one of its own, and so have stations whose numbers
 * are close; a name has three, so that hardly any two share them: of such two
 * only the first is told.  No secret: what is told may not depend on chance.
 */
static uint64_t *
answered(struct link *l, const struct ev_sub *who, uint64_t *ret_bits)
{
	static const struct hash_key key = {0x6f747573, 0x616e737765};
	uint64_t h;

	if (l == NULL || who->kind == EV_SUB_NONE ||
	    (who->kind == EV_SUB_UNIT && who->num > 255)) {
		return NULL;
	}
	if (who->kind == EV_SUB_UNIT || who->kind == EV_SUB_ADDR) {
		*ret_bits = (uint64_t)1 << (who->num & 63);
		return &l->answered[who->num >> 6 & 3];
	}
	h = hash_name(&key, who->path, ev_sub_len(who)) ^
	    who->net * 0x9e3779b97f4a7c15ULL;
	*ret_bits = (uint64_t)1 << (h >> 58) | (uint64_t)1 << (h >> 52 & 63) |
		    (uint64_t)1 << (h >> 46 & 63);
	return &l->answered[h >> 44 & 3];
}

/* Whether the first good reply of a link's server is still to come.  Who
 * answers by a protocol of any network need be no part of the process. */
static bool
is_to_serve(struct link *l, const struct ev_sub *who)
{
	const struct ev_proto *p;

	if (l == NULL || l->served || who->kind != EV_SUB_NONE) {
		return false;
	}
	p = ev_proto(l->proto);
	l->served = p == NULL || p->common;
	return !l->served;
}

/* Replies leave half of the budget to requests. */
static bool
tell_reply(struct novelty *n, struct ev *e, struct link *l)
{
	if ((n->stream_ns >= l->budget_ns + BUDGET_NS ||
		l->budget_used < LIMIT_NEWS_BUDGET / 2) &&
	    within_budget(n, l)) {
		tell(n, e);
		return true;
	}
	return false;
}

/*
 * The first good reply of each who is behind a server on a link: it is all that
 * tells a unit, a station or a module from one that is only asked for.  Of a
 * server alone it is the first that serves: to say who one is, or to open a
 * session, is what a host does that is asked by mistake, too.  At most as many
 * as there are bits; one that has to wait gives way to a later one.
 */
static void
first_reply(struct novelty *n, struct ev *e, struct link *l)
{
	uint64_t bits, *word = answered(l, &e->src.sub, &bits);

	if (word != NULL && (*word & bits) != bits) {
		*word |= tell_reply(n, e, l) ? bits : 0;
	} else if (e->cls != EV_CLASS_SESSION && e->cls != EV_CLASS_DISCOVERY &&
		   is_to_serve(l, &e->src.sub)) {
		l->served = tell_reply(n, e, l);
	}
}

static bool
wants_image(const struct novelty *n, uint64_t req_frame)
{
	return n->want != NULL && req_frame == n->want_frame &&
	       n->want->hash == n->want_hash;
}

bool
novelty_wants(struct novelty *n, const struct ev_sub *who, uint64_t req_frame,
    struct link *l)
{
	uint64_t bits, *word = answered(l, who, &bits);

	return (word != NULL && (*word & bits) != bits) ||
	       is_to_serve(l, who) || wants_image(n, req_frame);
}

static void
reply(struct novelty *n, struct ev *e, struct link *l)
{
	bool paired = e->flags & EV_HAS_RTT, is_new;
	bool ok = e->status == NULL || strcmp(e->status, "ok") == 0;
	const struct ev_field *f;
	struct behaviour *x;

	if (paired && ok) {
		if (wants_image(n, e->req_frame) &&
		    (f = values_of(e)) != NULL) {
			behaviour_keep_image(&n->b, n->want, f, n->stream_ns);
			n->want = NULL;
		}
		first_reply(n, e, l);
		return;
	}
	/* Errors, and replies of one-way mirrors: nothing else tells. */
	x = find(n, e, l, &is_new);
	if (is_new && within_budget(n, l)) {
		tell(n, e);
	} else {
		count(n, x, e);
	}
}

/* --- other kinds --------------------------------------------------------- */

/* What the same message said of the same thing the last time; NULL where that
 * cannot be asked. */
static struct point *
last_said(struct novelty *n, const struct ev *e, struct link *l)
{
	const struct ev_field *key = ev_find(e, EVF_KEY);
	const struct ev_field *via = ev_find(e, EVF_VIA);
	struct ev_field what = {.type = EV_T_NUMBERED};

	if (key == NULL || key->type != EV_T_NAME || via == NULL ||
	    via->type != EV_T_NAME) {
		return NULL;
	}
	what.s = key->s;
	what.len = (uint32_t)((uintptr_t)via->s ^ (uintptr_t)via->s >> 32);
	return point_of(&n->points, e, &what, l);
}

/*
 * First sight is told; then now and again, so that "last seen" is kept; and
 * what was said before and is said anew, when something else was said between:
 * the last word counts.
 */
static void
fact(struct novelty *n, struct ev *e, struct link *l)
{
	struct point *last;
	struct behaviour *x;
	uint64_t value;
	bool is_new;

	x = find(n, e, l, &is_new);
	if (is_new) {
		x->every_s = LIMIT_FACT_S;
	} else if (n->stream_ns < x->last_ns + TURNS_NS) {
		return;
	}
	last = last_said(n, e, l);
	value = point_value(&n->points, ev_find(e, EVF_VALUE));
	if (!is_new && n->stream_ns >= x->last_ns + x->every_s * NS_PER_SEC) {
		x->every_s = 2 * x->every_s < LIMIT_FACT_MAX_S
				 ? 2 * x->every_s
				 : LIMIT_FACT_MAX_S;
	} else if (!is_new &&
		   (last == NULL || last->due_s == 0 || last->value == value)) {
		return;
	}
	if (last != NULL) {
		last->value = value;
		point_told(&n->points, last, n->stream_ns);
	}
	x->last_ns = n->stream_ns;
	tell(n, e);
}

/* What a value event says. */
struct said {
	const struct ev_field *object, *value;
	uint64_t now; /* differs when the value does */
	uint32_t how; /* likewise its quality, and the priority of a command */
	bool commanded;
};

/* What a quality or a priority adds to how a value is told. */
static inline uint32_t
how_of(uint64_t v)
{
	return (uint32_t)(v ^ v >> 24 ^ v >> 48) & POINT_HOW_MAX;
}

/* What a field that stands by itself says, or the first of a list: its id is
 * that of the list. */
static inline void
said_by(const struct novelty *n, uint16_t id, const struct ev_field *f,
    struct said *ret)
{
	switch (id) {
	case EVF_OBJECT: ret->object = f; break;
	case EVF_SOURCE: ret->commanded = f->s == ev_commanded; break;
	case EVF_QUALITY:
	case EVF_PRIORITY:
		ret->how += how_of(point_value(&n->points, f));
		break;
	default: break;
	}
}

/* Of a list as value: all that stands in it. */
static void
read_lists(const struct novelty *n, const struct ev *e, struct said *ret)
{
	unsigned depth = 0;
	uint16_t top = 0;

	for (uint16_t i = 0; i < e->nfields; i++) {
		const struct ev_field *f = &e->f[i];
		uint64_t v;

		if (f->type == EV_T_END) {
			depth -= depth != 0;
			continue;
		}
		top = depth == 0 ? f->id : top;
		if (top != EVF_VALUE) {
			said_by(n, top, f, ret);
		} else {
			v = point_value(&n->points, f);
			ret->now = depth == 0
				       ? v
				       : point_more(&n->points, ret->now, v);
			ret->value = depth == 0 ? f : ret->value;
		}
		depth += f->type == EV_T_OBJECT || f->type == EV_T_ARRAY;
	}
}

static void
read_said(const struct novelty *n, const struct ev *e, struct said *ret)
{
	*ret = (struct said){0};
	for (uint16_t i = 0; i < e->nfields; i++) {
		const struct ev_field *f = &e->f[i];

		if (f->type == EV_T_OBJECT || f->type == EV_T_ARRAY) {
			*ret = (struct said){0};
			read_lists(n, e, ret);
			break;
		}
		if (f->id == EVF_VALUE) {
			ret->now = point_value(&n->points, f);
			ret->value = f;
		} else {
			said_by(n, f->id, f, ret);
		}
	}
	ret->how &= POINT_HOW_MAX;
}

/* A number that a device tells of itself: it moves as the process does. */
static bool
is_measured(const struct said *s)
{
	return !s->commanded && s->value != NULL &&
	       (s->value->type == EV_T_UINT || s->value->type == EV_T_INT ||
		   s->value->type == EV_T_DOUBLE);
}

static bool
is_news(const struct novelty *n, const struct point *x, const struct said *s)
{
	if (x->due_s == 0 || x->how != s->how) {
		return true;
	}
	return x->value != s->now &&
	       (!is_measured(s) || n->stream_ns >= x->due_s * NS_PER_SEC);
}

bool
novelty_knows(struct novelty *n, const struct ev *e, struct link *l)
{
	struct said s;

	if (e->ts_ns > n->stream_ns) {
		n->stream_ns = e->ts_ns;
	}
	read_said(n, e, &s);
	return !is_news(n, point_of(&n->points, e, s.object, l), &s);
}

bool
novelty_fresh(struct novelty *n, const struct dis_ctx *ctx,
    const struct dis_reading *r, struct link *l)
{
	const struct point *x;

	if (ctx->ts_ns > n->stream_ns) {
		n->stream_ns = ctx->ts_ns;
	}
	x = point_numbered(&n->points, ctx, r, l);
	return x->due_s != 0 && n->stream_ns < x->due_s * NS_PER_SEC &&
	       x->how == how_of((uintptr_t)r->quality);
}

static void
value(struct novelty *n, const struct ev *e, struct link *l)
{
	struct point *x;
	struct said s;

	read_said(n, e, &s);
	x = point_of(&n->points, e, s.object, l);
	if (!is_news(n, x, &s)) {
		return;
	}
	if (within_budget_of(n, l, !s.commanded)) {
		x->value = s.now;
		x->how = s.how;
		point_told(&n->points, x, n->stream_ns);
		tell(n, e);
	}
}

/* Told when it is first seen or says something else than the last time. */
static void
state(struct novelty *n, struct ev *e, struct link *l)
{
	uint64_t now = point_value(&n->points, ev_find(e, EVF_STATE));
	struct behaviour *x;
	bool is_new;

	x = find(n, e, l, &is_new);
	if (!is_new && x->has_last && x->last_value == now) {
		return;
	}
	x->has_last = true;
	x->last_value = now;
	if (within_budget(n, l)) {
		tell(n, e);
	}
}

static void
occurrence(struct novelty *n, struct ev *e, struct link *l)
{
	struct behaviour *x;
	bool is_new;

	x = find(n, e, l, &is_new);
	if (is_new && within_budget(n, l)) {
		tell(n, e);
	} else {
		count(n, x, e);
	}
}

/* Who is master is told when it changes (standby.c): always news. */
static bool
is_master(const struct ev *e)
{
	const struct ev_field *f = ev_find(e, EVF_RELATION);

	return f != NULL && f->type == EV_T_NAME &&
	       strcmp(f->s, "master_of") == 0;
}

void
novelty_event(struct novelty *n, struct ev *e, struct link *l)
{
	if (e->ts_ns > n->stream_ns) {
		n->stream_ns = e->ts_ns;
	}
	switch ((enum ev_kind)e->kind) {
	case EV_OPERATION:
		if (e->dir == EV_DIR_RESPONSE) {
			reply(n, e, l);
		} else {
			request(n, e, l);
		}
		break;
	case EV_TOPOLOGY:
		if (is_master(e)) {
			tell(n, e);
			break;
		}
		fact(n, e, l);
		break;
	case EV_IDENTITY: fact(n, e, l); break;
	case EV_VALUE: value(n, e, l); break;
	case EV_STATE: state(n, e, l); break;
	case EV_MALFORMED:
	case EV_GAP: occurrence(n, e, l); break;
	case EV_ENDPOINT:
	case EV_SERVICE:
	case EV_AUTH:
	case EV_TRANSFER:
	case EV_TRAFFIC: tell(n, e); break;
	case EV_KIND_COUNT: break;
	}
}

void
novelty_tick(struct novelty *n, uint64_t stream_ns)
{
	n->stream_ns = stream_ns;
	if (n->told_ns == 0) {
		n->told_ns = stream_ns;
	} else if (stream_ns >= n->told_ns + LIMIT_BEHAVIOUR_S * NS_PER_SEC) {
		tell_counts(n, stream_ns);
	}
}

void
novelty_finish(struct novelty *n)
{
	tell_counts(n, UINT64_MAX);
}
