/*
 * steps: reads a service's parameters by a table, one row an element.
 *
 * What the standard writes as ASN.1 (clause 21) is a list of steps here, run
 * over the one reader: nothing recurses, each loop consumes bytes, nesting is
 * as deep as the table.  Objects and properties become items; all else is an
 * argument under its field.
 */
#include <assert.h>

#include "dissectors/bacnet/bacnet.h"

#define LOOPS_MAX      6
#define ARGS_LEVEL     1  /* within "args" */
#define STATES_INTEGER 41 /* BACnetPropertyStates: the signed one */

struct loop {
	const struct bn_step *first; /* behind the BS_LOOP */
	const uint8_t *at;           /* where this round began */
	bool array;
};

struct run {
	struct bn_pdu *p;
	struct bn_msg *m;
	struct ev *out; /* where what becomes no item is told */
	struct rd r;
	const struct bn_step *s;
	unsigned level; /* OBJECT and ARRAY marks around what is told */
	unsigned depth;
	struct loop loop[LOOPS_MAX];
	bool stop;
};

static void
stop(struct run *x, const char *reason)
{
	bn_bad(x->p, reason, x->r.p);
	x->stop = true;
}

/* --- items --------------------------------------------------------------- */

static struct bn_item *
item_new(struct bn_msg *m)
{
	struct bn_item *i;

	if (m->n == BN_ITEMS_MAX) {
		m->lost = true;
		i = &m->item[BN_ITEMS_MAX - 1];
	} else {
		i = &m->item[m->n++];
	}
	i->has = 0;
	return i;
}

static struct bn_item *
item_now(struct bn_msg *m)
{
	return m->n != 0 ? &m->item[m->n - 1] : item_new(m);
}

static void
item_oid(struct bn_msg *m, uint32_t v)
{
	struct bn_item *i = item_new(m);

	i->has = BN_HAS_OID;
	i->type = (uint16_t)(v >> 22);
	i->instance = v & BN_INSTANCES;
}

/* A further property of the same object is an item of its own. */
static void
item_property(struct bn_msg *m, uint32_t property)
{
	struct bn_item *i = item_now(m);

	if (i->has & BN_HAS_PROP) {
		uint16_t has = i->has & BN_HAS_OID, type = i->type;
		uint32_t instance = i->instance;

		i = item_new(m);
		i->has = has;
		i->type = type;
		i->instance = instance;
	}
	i->has |= BN_HAS_PROP;
	i->property = property;
}

static void
item_number(struct run *x, uint16_t field, uint32_t v)
{
	struct bn_item *i;

	switch (field) {
	case BI_PROP: item_property(x->m, v); return;
	case BI_TYPE:
		i = item_new(x->m);
		i->has = BN_HAS_TYPE;
		i->type = (uint16_t)v;
		return;
	case BI_ERROR_CLASS: x->p->err_class = v; return;
	case BI_ERROR_CODE:
		x->p->err_code = v;
		x->p->has_error = true;
		return;
	default: break;
	}
	i = item_now(x->m);
	switch (field) {
	case BI_INDEX:
		i->has |= BN_HAS_INDEX;
		i->index = v;
		break;
	case BI_PRIO:
		if (v < 1 || v > 16) { /* 19.2.1 */
			bn_bad(x->p, BN_BAD_PRIORITY, x->r.p - 1);
		}
		i->has |= BN_HAS_PRIO;
		i->priority = (uint8_t)v;
		break;
	case BI_CLASS:
		i->has |= BN_HAS_ERROR;
		i->err_class = v;
		i->err_code = 0;
		break;
	case BI_CODE: i->err_code = v; break;
	default: break;
	}
}

/* Four bytes: when it changed (13.17), or how much it must (13.16). */
static void
item_four(struct run *x, uint16_t field, struct rd c)
{
	struct bn_item *i = item_now(x->m);

	if (rd_left(&c) != sizeof(i->time)) {
		stop(x, BN_BAD_VALUE);
	} else if (field == BI_TIME) {
		i->has |= BN_HAS_TIME;
		rd_copy(&c, i->time, sizeof(i->time));
	} else {
		i->has |= BN_HAS_INCREMENT;
		rd_copy(&c, i->change, sizeof(i->change));
	}
}

/* --- one element --------------------------------------------------------- */

/* 13.6, 16.9: a device; another type is told as it is. */
static void
tell_device(struct run *x, uint32_t v)
{
	struct ev *args = x->out;

	if (v >> 22 == BN_OBJ_DEVICE) {
		ev_uint(args, BNF_DEVICE, v & BN_INSTANCES);
		return;
	}
	bn_bad(x->p, BN_BAD_VALUE, x->r.p - 4);
	ev_object(args, BNF_DEVICE);
	ev_uint(args, BNF_TYPE, v >> 22);
	ev_uint(args, BNF_INSTANCE, v & BN_INSTANCES);
	ev_end(args);
}

static void
take_oid(struct run *x, uint16_t field, struct rd c)
{
	struct rd copy = c;
	uint32_t v = rd_be32(&copy);

	switch (field) {
	case BI_OID: item_oid(x->m, v); break;
	case BI_BOTH:
		item_oid(x->m, v);
		bn_print_prim(x->m, x->out, EVF_OBJECT, BN_OID, c);
		break;
	case BI_DEVICE: tell_device(x, v); break;
	default: bn_print_prim(x->m, x->out, field, BN_OID, c); break;
	}
}

/* An address as one, where its length is one's. */
static void
take_address(struct run *x, uint16_t field, struct rd c)
{
	size_t n = rd_left(&c);

	if (field == BI_ADDRESS) {
		bn_put_text(x->out, BNF_ADDRESS, bn_address_text(x->m, c));
	} else if (n == 4 || n == 16) {
		ev_bytes(x->out, field == BI_IP ? BNF_HOST : BNF_MASK, EV_T_IP,
		    c.p, n);
	} else {
		ev_bytes(x->out, field == BI_IP ? BNF_HOST : BNF_MASK, EV_T_HEX,
		    c.p, n);
	}
}

/* That there is a secret, never which; of a terminal's bytes how many. */
static bool
is_hidden(struct run *x, uint16_t field, struct rd c)
{
	if (field == BI_PASSWORD) {
		ev_bool(x->out, BNF_PASSWORD, true);
	} else if (field == BI_TYPED) {
		ev_uint(x->out, BNF_OCTETS, rd_left(&c));
	} else {
		return field == BI_SKIP;
	}
	return true;
}

static void
tell_bool(struct run *x, uint16_t field, bool v)
{
	struct bn_item *i;

	if (field != BI_STAMPED) {
		ev_bool(x->out, field, v);
		return;
	}
	i = item_now(x->m);
	i->has |= BN_HAS_STAMPED;
	i->stamped = v;
}

/* A primitive's content, where its step wants it. */
static void
take(struct run *x, const struct bn_step *s, struct rd c, uint32_t boolean)
{
	struct ev *args = x->out;
	uint64_t v = 0;

	if (is_hidden(x, s->field, c)) {
		return;
	}
	if (s->type == BN_OCTETS && s->field > BNF_END) {
		take_address(x, s->field, c);
		return;
	}
	if (s->field == BI_TIME || s->field == BI_INCREMENT) {
		item_four(x, s->field, c);
		return;
	}
	if (s->type == BN_OID) {
		if (rd_left(&c) != 4) {
			stop(x, BN_BAD_VALUE);
			return;
		}
		take_oid(x, s->field, c);
		return;
	}
	if (s->type == BN_BOOL) {
		if (s->tag != BN_UNTAGGED) {
			boolean = rd_u8(&c);
		}
		tell_bool(x, s->field, boolean != 0);
		return;
	}
	if (s->type == BN_UINT || s->type == BN_ENUM) {
		if (!bn_unsigned(c, &v)) {
			stop(x, BN_BAD_VALUE);
			return;
		}
		if (s->field > BNF_END) {
			item_number(x, s->field,
			    v > UINT32_MAX ? UINT32_MAX : (uint32_t)v);
			return;
		}
	}
	bn_print_prim(x->m, args, s->field, s->type, c);
}

static void
primitive(struct run *x, const struct bn_step *s)
{
	struct rd look = x->r, c;
	struct bn_tag t;
	bool mine;

	mine = bn_tag(&look, &t) &&
	       (s->tag == BN_UNTAGGED ? t.cls == BN_APP && t.num == s->type
				      : t.cls == BN_CTX && t.num == s->tag);
	if (!mine) {
		if (!s->optional) {
			stop(x, BN_BAD_PARAMETER);
		}
		return;
	}
	c = bn_content(&look, &t);
	if (!rd_ok(&look)) {
		stop(x, BN_BAD_TAG);
		return;
	}
	rd_skip(&x->r, rd_left(&x->r) - rd_left(&look));
	take(x, s, c, t.len);
}

/* The end of the level at hand, or of all. */
static bool
is_over(const struct run *x)
{
	return rd_left(&x->r) == 0 || bn_at_close(&x->r);
}

/* BACnetTimeStamp, clause 21: a time, a number, or date and time. */
static bool
stamp(struct run *x, uint16_t id)
{
	struct ev *args = x->out;
	struct rd inside, date, c;
	struct bn_tag t;

	if (!bn_tag(&x->r, &t)) {
		return false;
	}
	if (t.cls == BN_OPEN && t.num == 2) {
		if (!bn_enclosed(&x->r, 2, &inside) ||
		    !bn_element(&inside, &date)) {
			return false;
		}
		ev_object(args, id);
		bn_print(x->m, args, BNF_DATE, date, x->level + 1);
		bn_print(x->m, args, BNF_TIME_OF_DAY, inside, x->level + 1);
		ev_end(args);
		return true;
	}
	c = bn_content(&x->r, &t);
	if (t.cls != BN_CTX || t.num > 1 || !rd_ok(&x->r)) {
		return false;
	}
	bn_print_prim(x->m, args, id, t.num == 0 ? BN_TIME : BN_UINT, c);
	return true;
}

static void
stamps(struct run *x, const struct bn_step *s)
{
	ev_array(x->out, s->field);
	while (!is_over(x)) {
		if (!stamp(x, EVF_ELEM)) {
			stop(x, BN_BAD_VALUE);
			break;
		}
	}
	ev_end(x->out);
}

/* BACnetPropertyStates, clause 21: which of the kinds, and its number. */
static void
states(struct run *x, const struct bn_step *s, struct rd inside)
{
	struct bn_tag t;
	struct rd c;
	uint64_t v;
	int64_t i;

	if (!bn_tag(&inside, &t) || t.cls != BN_CTX) {
		stop(x, BN_BAD_VALUE);
		return;
	}
	c = bn_content(&inside, &t);
	if (!bn_unsigned(c, &v) || !bn_signed(c, &i) || rd_left(&inside) > 0) {
		stop(x, BN_BAD_VALUE);
		return;
	}
	ev_object(x->out, s->field);
	ev_uint(x->out, BNF_TAG, t.num);
	if (t.num == STATES_INTEGER) {
		ev_int(x->out, EVF_VALUE, i);
	} else {
		ev_uint(x->out, EVF_VALUE, v);
	}
	ev_end(x->out);
}

/* What stands between an opening tag and its closing one. */
static void
enclosed(struct run *x, const struct bn_step *s)
{
	struct rd inside;
	struct bn_item *i;
	struct bn_tag t;

	if (!bn_at_open(&x->r, s->tag)) {
		if (!s->optional) {
			stop(x, BN_BAD_PARAMETER);
		}
		return;
	}
	(void)bn_tag(&x->r, &t);
	if (s->op == BS_STAMP) {
		if (!stamp(x, s->field) || !bn_tag(&x->r, &t) ||
		    t.cls != BN_CLOSE || t.num != s->tag) {
			stop(x, BN_BAD_VALUE);
		}
		return;
	}
	if (!bn_enclosed(&x->r, s->tag, &inside)) {
		stop(x, BN_BAD_TAG);
		return;
	}
	switch (s->op) {
	case BS_TREE: bn_print(x->m, x->out, s->field, inside, x->level); break;
	case BS_STATES: states(x, s, inside); break;
	case BS_HIDE: ev_bool(x->out, s->field, true); break;
	default:
		i = item_now(x->m);
		i->has |= BN_HAS_VALUE;
		i->value = inside;
		break;
	}
}

/* All that is left of the level at hand. */
static struct rd
rest(struct run *x)
{
	struct rd all = x->r, one;

	while (!is_over(x) && bn_element(&x->r, &one)) {
	}
	if (!rd_ok(&x->r)) {
		x->r = all;
		return rd_rest(&x->r);
	}
	return rd_sub(&all, (size_t)(x->r.p - all.p));
}

static void
any(struct run *x, const struct bn_step *s)
{
	struct rd v;

	if (s->op == BS_REST) {
		v = rest(x);
		if (rd_left(&v) > 0) {
			bn_print(x->m, x->out, s->field, v, x->level);
		}
	} else if (!bn_element(&x->r, &v)) {
		stop(x, BN_BAD_PARAMETER);
	} else {
		bn_print(x->m, x->out, s->field, v, x->level);
	}
}

/* --- structure ----------------------------------------------------------- */

/* Behind the step that closes the one at hand. */
static const struct bn_step *
behind(const struct bn_step *s, uint8_t opens, uint8_t closes)
{
	unsigned depth = 0;

	for (;; s++) {
		depth += s->op == opens;
		depth -= s->op == closes;
		if (depth == 0) {
			return s + 1;
		}
	}
}

static void
open_tag(struct run *x, const struct bn_step *s)
{
	struct bn_tag t;

	if (bn_at_open(&x->r, s->tag)) {
		(void)bn_tag(&x->r, &t);
		if (s->field != 0) {
			ev_object(x->out, s->field);
			x->level++;
		}
	} else if (s->optional) {
		x->s = behind(s, BS_OPEN, BS_CLOSE);
	} else {
		stop(x, BN_BAD_PARAMETER);
	}
}

static void
close_tag(struct run *x, const struct bn_step *s)
{
	struct rd extra;
	struct bn_tag t;

	while (rd_left(&x->r) > 0 && !bn_at_close(&x->r)) {
		bn_bad(x->p, BN_BAD_TRAILING, x->r.p);
		if (!bn_element(&x->r, &extra)) {
			break;
		}
	}
	if (!bn_tag(&x->r, &t) || t.cls != BN_CLOSE || t.num != s->tag) {
		stop(x, BN_BAD_TAG);
	} else if (s->field != 0) {
		ev_end(x->out);
		x->level--;
	}
}

/* --- one of several ------------------------------------------------------ */

/* Whether the element at hand begins this step. */
static bool
begins(const struct bn_step *s, const struct bn_tag *t)
{
	switch ((enum bn_step_op)s->op) {
	case BS_PRIM:
		return s->tag == BN_UNTAGGED
			   ? t->cls == BN_APP && t->num == s->type
			   : t->cls == BN_CTX && t->num == s->tag;
	case BS_OPEN:
	case BS_TREE:
	case BS_VALUE:
	case BS_STATES:
	case BS_HIDE:
	case BS_STAMP: return t->cls == BN_OPEN && t->num == s->tag;
	default: return false;
	}
}

/* On to the one of several that the tag at hand begins. */
static void
choose(struct run *x, const struct bn_step *s)
{
	const struct bn_step *end = behind(s, BS_CHOICE, BS_CHOSEN);
	static const struct bn_step unknown = {
	    BS_ANY, 0, 0, false, BNF_PARAMETERS};
	unsigned depth = 0;
	struct bn_tag t;

	if (!bn_peek(&x->r, &t) || t.cls == BN_CLOSE) {
		stop(x, BN_BAD_PARAMETER);
		return;
	}
	for (; s + 1 < end; s++) {
		depth += s->op == BS_CHOICE;
		depth -= s->op == BS_CHOSEN;
		if (depth == 1 && (s->op == BS_CHOICE || s->op == BS_OR) &&
		    begins(s + 1, &t)) {
			x->s = s + 1;
			return;
		}
	}
	any(x, &unknown);
	x->s = end;
}

/* Behind the alternative that was taken: past the others. */
static void
chosen(struct run *x, const struct bn_step *s)
{
	unsigned depth = 1;

	for (s++; depth > 0; s++) {
		depth += s->op == BS_CHOICE;
		depth -= s->op == BS_CHOSEN;
	}
	x->s = s;
}

/* --- rounds -------------------------------------------------------------- */

static void
loop(struct run *x, const struct bn_step *s)
{
	struct ev *args = x->out;

	if (s->field != 0) {
		ev_array(args, s->field);
	}
	if (is_over(x) || x->depth == LOOPS_MAX) {
		if (s->field != 0) {
			ev_end(args);
		}
		x->s = behind(s, BS_LOOP, BS_NEXT);
		return;
	}
	x->loop[x->depth++] = (struct loop){s + 1, x->r.p, s->field != 0};
	if (s->field != 0) {
		ev_object(args, EVF_ELEM);
		x->level += 2;
	}
}

static void
next(struct run *x)
{
	struct loop *l = &x->loop[x->depth - 1];
	struct ev *args = x->out;

	assert(x->depth > 0); /* the tables are ours */
	if (l->array) {
		ev_end(args);
	}
	if (!is_over(x) && x->r.p == l->at) {
		stop(x, BN_BAD_PARAMETER); /* nothing of it was wanted */
	} else if (!is_over(x)) {
		l->at = x->r.p;
		x->s = l->first;
		if (l->array) {
			ev_object(args, EVF_ELEM);
		}
		return;
	}
	if (l->array) {
		ev_end(args);
		x->level -= 2;
	}
	x->depth--;
}

static void
step(struct run *x, const struct bn_step *s)
{
	switch ((enum bn_step_op)s->op) {
	case BS_PRIM: primitive(x, s); break;
	case BS_OPEN: open_tag(x, s); break;
	case BS_CLOSE: close_tag(x, s); break;
	case BS_LOOP: loop(x, s); break;
	case BS_NEXT: next(x); break;
	case BS_CHOICE: choose(x, s); break;
	case BS_OR: chosen(x, s); break;
	case BS_TREE:
	case BS_VALUE:
	case BS_STATES:
	case BS_HIDE:
	case BS_STAMP: enclosed(x, s); break;
	case BS_STAMPS: stamps(x, s); break;
	case BS_ANY:
	case BS_REST: any(x, s); break;
	case BS_CHOSEN:
	case BS_STOP: break;
	}
}

static void
run(struct run *x)
{
	while (!x->stop && x->s->op != BS_STOP) {
		step(x, x->s++);
	}
	if (!x->stop && rd_left(&x->r) > 0) {
		bn_bad(x->p, BN_BAD_TRAILING, x->r.p);
	}
}

void
bn_steps(struct bn_pdu *p, const struct bn_step *steps)
{
	struct run x = {.p = p,
	    .m = p->m,
	    .out = &p->m->args,
	    .r = p->body,
	    .s = steps,
	    .level = ARGS_LEVEL};

	assert(steps != NULL);
	run(&x);
	ev_close(&p->m->args);
	p->body = x.r;
}

bool
bn_steps_value(
    struct bn_pdu *p, struct ev *e, struct rd value, const struct bn_step *s)
{
	struct run x = {.p = p,
	    .m = p->m,
	    .out = e,
	    .r = value,
	    .s = s,
	    .level = BN_ITEM_LEVEL};
	uint16_t before = e->nfields;

	run(&x);
	if (x.stop && !e->overflow) {
		e->nfields = before;
	}
	return !x.stop;
}
