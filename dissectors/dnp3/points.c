/*
 * points: the objects of an operation, and the values that points have.
 *
 * An element of `objects` is one object header; where single objects follow
 * it, its first one stands in the same element and each other one in an
 * element of its own, which has no `qual`.  What has no room any more in the
 * event is counted (`untold`); its values are events all the same.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/dnp3/dnp3.h"

/* Room for the marks, controls and files that come behind the objects. */
#define FIELDS_LEFT 64
/* Fields of one element, at most. */
#define ELEMENT_MAX 14
/* Single points leave this much to the headers behind them. */
#define HEADERS_LEFT 512
/* So many packed bits are told point by point; more as one array. */
#define BITS_MAX 32
/* Values told of one fragment: as many as fit an 8 KiB one as 32 bits. */
#define VALUES_MAX 2048

struct teller {
	struct ev *e;
	bool pending;    /* the header of the element is not told yet */
	bool bits;       /* its points are in one array */
	bool brief;      /* headers are enough */
	uint32_t untold; /* objects that found no room */
};

static bool
has_room(const struct ev *e, unsigned left)
{
	return (unsigned)e->nfields + FIELDS_LEFT + ELEMENT_MAX + left <
	       e->max_fields;
}

static void
tell_header(struct ev *e, const struct dn_item *it)
{
	if (it->has_qual) {
		ev_uint(e, DNF_QUAL, it->qual);
	}
	if (it->has_count) {
		ev_uint(e, DNF_COUNT, it->count);
	}
	if (it->has_range) {
		ev_uint(e, DNF_START, it->start);
		ev_uint(e, DNF_STOP, it->stop);
	}
}

static void
open_element(struct ev *e, const struct dn_item *it)
{
	ev_object(e, EVF_ELEM);
	ev_uint(e, DNF_GROUP, it->group);
	ev_uint(e, DNF_VAR, it->var);
}

/* Controls, files and authentication have a place of their own. */
static bool
is_told_elsewhere(const struct dn_item *it)
{
	return it->group == 41 || it->group == 70 || it->group == 120 ||
	       (it->group == 12 && it->layout != NULL && it->layout[0] == 'K');
}

/* Whether there is more than the header to tell of its objects. */
static bool
tells_points(const struct dn_frag *f, const struct dn_item *it)
{
	if (!it->points || is_told_elsewhere(it)) {
		return false;
	}
	return it->qual >> 4 != 0 || (it->has_range && it->layout != NULL) ||
	       dn_carries(f, it);
}

/* What the first walk learns about the fragment. */
void
dn_learn_item(struct dn_frag *f, const struct dn_item *it)
{
	f->has_control |= it->group == 12 || it->group == 41;
	f->has_file |= it->group == 70;
	f->has_auth |= it->group == 120;
	/* a user's certificate, status or lasting key */
	f->changes_user |=
	    it->group == 120 &&
	    (it->var == 8 || it->var == 10 || it->var == 11 || it->var == 13);
	f->has_attribute |= it->group == 0;
	f->has_outcome |= it->group == 91;
	f->has_value |= dn_group(it->group)->what != DN_GROUP_NONE;
	f->only_session &= it->group == 50 || it->group == 80;
	f->only_attribute &= it->group == 0;
	f->only_terminal &= it->group == 112 || it->group == 113;
}

static bool
is_statistic(const struct dn_item *it)
{
	return it->has_index && (it->group == 121 || it->group == 122);
}

static void
tell_point(struct dn_frag *f, const struct dn_item *it, struct ev *e)
{
	struct dn_point p;

	if (it->has_index) {
		ev_uint(e, DNF_INDEX, it->index);
	}
	if (it->group == 0) {
		dn_tell_attribute(f, it, e);
		return;
	}
	if (rd_left(&it->data) == 0 && it->layout != NULL &&
	    it->layout[0] != 'p' && it->layout[0] != 'q') {
		return;
	}
	if (dn_tell_set(it, e)) {
		return;
	}
	if (is_statistic(it) && dn_statistic(it->index) != NULL) {
		ev_name(e, DNF_NAME, dn_statistic(it->index));
	}
	dn_decode(f, it, &p);
	dn_put_value(e, DNF_VALUE, &p);
	dn_put_rest(e, &p);
}

/* The element of a header that has no point with it. */
static void
tell_alone(struct teller *t, const struct dn_item *it)
{
	struct ev *e = t->e;

	t->pending = false;
	if (!has_room(e, 0)) {
		t->untold++;
		return;
	}
	open_element(e, it);
	tell_header(e, it);
	if (it->group == 0) {
		dn_tell_attribute_name(it, e);
	}
	if (t->bits) {
		size_t bits = 8 * rd_left(&it->data);

		bits = bits < it->count ? bits : it->count;
		ev_bytes(e, DNF_VALUES, EV_T_BITS, it->data.p, bits);
	}
	ev_end(e);
}

static void
visit_object(
    struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct teller *t = arg;
	struct ev *e = t->e;

	if (header) {
		dn_learn_item(f, it);
		if (t->brief) {
			tell_alone(t, it);
			return;
		}
		t->bits = it->points && it->layout != NULL &&
			  it->layout[0] == 'p' && it->count > BITS_MAX &&
			  rd_left(&it->data) > 0;
		t->pending = tells_points(f, it) && !t->bits;
		if (!t->pending) {
			tell_alone(t, it);
		}
		return;
	}
	if (t->brief || t->bits || !tells_points(f, it)) {
		return;
	}
	if (!has_room(e, HEADERS_LEFT)) {
		t->untold++;
		if (t->pending) {
			tell_alone(t, it);
		}
		return;
	}
	open_element(e, it);
	if (t->pending) {
		tell_header(e, it);
		t->pending = false;
	}
	tell_point(f, it, e);
	ev_end(e);
}

void
dn_learn_nothing(struct dn_frag *f)
{
	f->only_session = f->only_attribute = f->only_terminal = true;
}

static void
visit_learn(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	(void)arg;
	if (header) {
		dn_learn_item(f, it);
	}
}

void
dn_learn(struct dn_frag *f)
{
	dn_learn_nothing(f);
	f->only_headers = true;
	dn_walk(f, visit_learn, NULL);
	f->only_headers = false;
}

void
dn_tell_objects(struct dn_frag *f, struct ev *e)
{
	/* which points report by themselves differs each time */
	bool brief = f->ctx->brief && f->dir == EV_DIR_NOTIFY;
	struct teller t = {.e = e, .brief = brief};
	uint16_t before;

	if (rd_left(&f->objects) == 0) {
		return;
	}
	dn_learn_nothing(f);
	before = e->nfields;
	ev_array(e, DNF_OBJECTS);
	dn_walk(f, visit_object, &t);
	if (e->nfields == before + 1) {
		e->nfields = before; /* not even one header */
	} else {
		ev_end(e);
	}
	if (t.untold != 0) {
		ev_uint(e, DNF_UNTOLD, t.untold);
	}
	if (f->unparsed != 0) {
		ev_uint(e, DNF_UNPARSED, f->unparsed);
	}
}

/* --- values -------------------------------------------------------------- */

/* One text, for whoever compares where it stands. */
static const char good[] = "good";

/* Octets of quality, 11: bits 0 to 6 where bit 7 is the state. */
static void
tell_quality(
    struct dn_frag *f, struct ev *e, const struct dn_item *it, uint8_t flags)
{
	const char *names[7] = {"offline", "restart", "comm_lost",
	    "remote_forced", "local_forced", "over_range", "reference_error"};
	uint8_t bits = (flags ^ 1) & 0x7f;
	size_t n = 0;

	if (it->group < 20) {
		names[5] = "chatter_filter";
		names[6] = "reserved";
		/* 3 and 4 have their state there, 10 and 11 nothing */
		bits &= it->layout[0] == 'D' ? 0x3f : 0x7f;
	} else if (it->group < 30) {
		names[5] = "rollover";
		names[6] = "discontinuity";
	} else if (is_statistic(it)) {
		names[5] = "reserved";
		names[6] = "discontinuity";
	}
	if (bits == 0) {
		ev_name(e, EVF_QUALITY, good);
		return;
	}
	for (unsigned i = 0; i < 7; i++) {
		if (bits == 1u << i) {
			ev_name(e, EVF_QUALITY, names[i]);
			return;
		}
		if (bits >> i & 1 && n < sizeof(f->more)) {
			n += (size_t)snprintf(f->more + n, sizeof(f->more) - n,
			    "%s%s", n != 0 ? "," : "", names[i]);
		}
	}
	ev_bytes(e, EVF_QUALITY, EV_T_TEXT, f->more, n);
}

static bool
is_commanded(const struct dn_frag *f, const struct dn_item *it)
{
	return !dn_is_response(f) ||
	       dn_group(it->group)->what == DN_GROUP_COMMANDED;
}

static void
tell_value(
    struct dn_frag *f, const struct dn_item *it, const struct dn_point *p)
{
	struct ev *e = dis_value(f->ctx, PROTO_DNP3, f->dir);

	ev_numbered(e, EVF_OBJECT, dn_group(it->group)->name, it->index);
	dn_put_value(e, EVF_VALUE, p);
	if (p->has_flags && (p->flags & 0x7f) == 1) {
		ev_name(e, EVF_QUALITY, good);
	} else if (p->has_flags) {
		tell_quality(f, e, it, p->flags);
	}
	if (p->has_time) {
		ev_uint(e, EVF_TIME, p->time);
	}
	ev_name(
	    e, EVF_SOURCE, is_commanded(f, it) ? ev_commanded : ev_reported);
	dis_tell_value(f->ctx, e);
}

static void
tell_control(struct dn_frag *f, const struct dn_item *it)
{
	struct ev *e = dis_value(f->ctx, PROTO_DNP3, f->dir);
	struct rd r = it->data;

	ev_numbered(e, EVF_OBJECT, dn_group(it->group)->name, it->index);
	ev_name(e, EVF_VALUE, dn_control_name(rd_u8(&r)));
	ev_name(e, EVF_SOURCE, ev_commanded);
	dis_tell_value(f->ctx, e);
}

/*
 * Of what is reported, as most of it is: whether the sender told the point's
 * value not long ago, with good quality as now.  Then nobody needs this one.
 */
static bool
is_fresh(const struct dn_frag *f, const struct dn_item *it)
{
	struct dis_reading r = {
	    .proto = PROTO_DNP3, .name = dn_group(it->group)->name};
	struct rd data = it->data;

	switch (it->layout[0]) {
	case 'f':
	case 'B':
		if ((rd_u8(&data) & 0x7f) != 1) {
			return false; /* not good, or cut */
		}
		r.quality = good;
		break;
	case 'i':
	case 'I':
	case 'u':
	case 'U':
	case 'r':
	case 'p': break;
	default: return false;
	}
	r.number = it->index;
	return dis_is_fresh(f->ctx, &r);
}

/* Whether there is a value, and no command of it that was refused. */
static bool
is_set(const struct dn_frag *f, const struct dn_point *p)
{
	bool refused =
	    dn_is_response(f) && p->has_status && (p->status & 0x7f) != 0;

	return p->kind != DN_NONE && !refused;
}

static void
visit_value(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	const struct dn_group *g = dn_group(it->group);
	uint32_t *told = arg;
	bool echo = dn_is_response(f) && (it->group == 12 || it->group == 41);
	struct dn_point p;

	if (header || g->what == DN_GROUP_NONE || echo || !it->has_index ||
	    it->layout == NULL || ++*told > VALUES_MAX) {
		return;
	}
	if (it->group == 12) {
		if (it->layout[0] == 'K' && rd_left(&it->data) > 0) {
			tell_control(f, it);
		}
		return;
	}
	if (!is_commanded(f, it) && is_fresh(f, it)) {
		return;
	}
	dn_decode(f, it, &p);
	if (is_set(f, &p)) {
		tell_value(f, it, &p);
	}
}

void
dn_values(struct dn_frag *f)
{
	bool reports = f->fc == 129 || f->fc == 130;
	bool commands = f->fc == 2 || (f->fc >= 4 && f->fc <= 6);
	uint32_t told = 0;

	/* A SELECT commands nothing yet; its echo and a refusal neither. */
	if (!f->has_value || (!commands && !reports)) {
		return;
	}
	dn_walk(f, visit_value, &told);
}
