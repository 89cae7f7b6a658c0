/*
 * controls: control relay output blocks (g12) and analog output blocks (g41),
 * and select before operate; IEEE 1815-2012 4.4, A (g12) and A (g41).
 *
 *	control code:  trip/close (2 bits) | clear | queue | operation (4 bits)
 *	then count (8 bits), on and off time (32 bits, ms), status (7 bits)
 */
#include "dissectors/dnp3/dnp3.h"

const char *
dn_control_name(uint8_t code)
{
	static const char *const ops[16] = {
	    "nul", "pulse_on", "pulse_off", "latch_on", "latch_off"};
	unsigned tcc = code >> 6;
	const char *op = ops[code & 15];

	/* 11: close and trip say which of two relays is meant. */
	if (tcc == 1 && op != NULL) {
		return "close";
	}
	if (tcc == 2 && op != NULL) {
		return "trip";
	}
	return op != NULL ? op : "reserved";
}

struct teller {
	struct ev *e;
	uint8_t failed; /* first status that is not success */
};

static bool
is_control(const struct dn_item *it)
{
	return it->group == 41 ||
	       (it->group == 12 && it->layout != NULL && it->layout[0] == 'K');
}

static void
block(struct dn_frag *f, struct rd r, struct ev *e, uint8_t *ret_status)
{
	const uint8_t *at = r.p;
	uint8_t code = rd_u8(&r);

	ev_uint(e, DNF_CODE, code);
	ev_uint(e, DNF_OP_TYPE, code & 15);
	ev_uint(e, DNF_TRIP_CLOSE, code >> 6);
	ev_uint(e, DNF_CLEAR, code >> 5 & 1);
	ev_uint(e, DNF_COUNT, rd_u8(&r));
	ev_uint(e, DNF_ON_MS, rd_le32(&r));
	ev_uint(e, DNF_OFF_MS, rd_le32(&r));
	ev_name(e, DNF_VALUE, dn_control_name(code));
	*ret_status = rd_u8(&r) & 0x7f;
	ev_uint(e, DNF_STATUS, *ret_status);
	if ((code & 15) > 4 || code >> 6 == 3) {
		dn_bad(f, DN_BAD_CONTROL, at);
	}
}

static void
visit(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct teller *t = arg;
	struct ev *e = t->e;
	struct dn_point p;
	uint8_t status;

	if (header || !is_control(it) || rd_left(&it->data) == 0 ||
	    e->nfields + 40 > e->max_fields) {
		return;
	}
	ev_object(e, EVF_ELEM);
	ev_uint(e, DNF_GROUP, it->group);
	ev_uint(e, DNF_VAR, it->var);
	if (it->has_index) {
		ev_uint(e, DNF_INDEX, it->index);
	}
	if (it->group == 12) {
		block(f, it->data, e, &status);
	} else {
		dn_decode(f, it, &p);
		dn_put_value(e, DNF_VALUE, &p);
		status = p.status & 0x7f;
		ev_uint(e, DNF_STATUS, status);
	}
	if (status != 0 && t->failed == 0) {
		t->failed = status;
	}
	ev_end(e);
}

/*
 * 4.4: OPERATE repeats what was selected, with the next sequence number.
 * The status octets do not count.
 */
static void
visit_hash(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	uint32_t *h = arg;
	struct rd r = it->data;

	(void)f;
	if (header || !is_control(it)) {
		return;
	}
	*h = (*h ^ it->index) * 16777619u;
	*h = (*h ^ (uint32_t)(it->group << 8 | it->var)) * 16777619u;
	while (rd_left(&r) > 1) {
		*h = (*h ^ rd_u8(&r)) * 16777619u;
	}
}

static struct dn_select *
find_select(struct dn_frag *f)
{
	for (int i = 0; i < DN_SELECTS; i++) {
		struct dn_select *s = &f->st->select[i];

		if (s->used && s->src == f->link->src &&
		    s->dst == f->link->dst) {
			return s;
		}
	}
	return NULL;
}

static void
select_or_operate(struct dn_frag *f, struct ev *e)
{
	struct dn_select *s = find_select(f);
	uint32_t h = 2166136261u;
	uint8_t seq = f->ctl & 15;

	dn_walk(f, visit_hash, &h);
	if (f->fc == 3) {
		if (s == NULL) {
			s = &f->st->select[f->st->next_select];
			f->st->next_select =
			    (uint8_t)((f->st->next_select + 1) % DN_SELECTS);
		}
		*s = (struct dn_select){.frame = f->ctx->frame,
		    .hash = h,
		    .src = f->link->src,
		    .dst = f->link->dst,
		    .seq = seq,
		    .used = 1};
		return;
	}
	if (s != NULL && s->hash == h && seq == ((s->seq + 1) & 15)) {
		/* It stays: the same again is a repeat of this operate. */
		ev_uint(e, DNF_SELECT_FRAME, s->frame);
		return;
	}
	if (f->st->asked[f->ctx->side]) {
		dn_bad(f, DN_BAD_SELECT, f->start + 1);
	}
	if (s != NULL) {
		s->used = 0;
	}
}

void
dn_tell_controls(struct dn_frag *f, struct ev *e)
{
	struct teller t = {.e = e};
	uint16_t before = e->nfields;

	if (!f->has_control) {
		return;
	}
	ev_array(e, DNF_CONTROLS);
	dn_walk(f, visit, &t);
	if (e->nfields == before + 1) {
		e->nfields = before;
		return;
	}
	ev_end(e);
	if (t.failed != 0 && e->status != NULL) {
		e->status = dn_control_status(t.failed);
	}
	if ((f->fc == 3 || f->fc == 4) && !f->cut) {
		select_or_operate(f, e);
	}
}
