/*
 * activation: what became of a configuration that was to be activated: the
 * status of a requested operation (group 91), which answers function 31; IEEE
 * 1815-2012 Annex A (g91).
 *
 *	+-----------+-------+ +--------+--------+---------- ...
 *	| delay, ms | count | | length | status | text         | ...
 *	+-----------+-------+ +--------+--------+---------- ...
 *	  4 octets                       a status for each file of the request;
 *	                                 its length counts itself and the text
 *
 * It is as long as its lengths say, with or without a size before it.
 *
 * Checked against one implementation, and a manufacturer's manual for the
 * qualifier (07, one object); Annex A itself was not at hand.  What a status
 * means was found nowhere but for 0, success as with all codes of this
 * protocol; any other is taken for a failure, and its text tells which.
 */
#include <stdio.h>

#include "dissectors/dnp3/dnp3.h"

#define HEAD 5 /* delay and count */

/* What an event keeps for the elements of its other objects. */
#define ROOM 64

size_t
dn_activation_size(const struct rd *in)
{
	struct rd r = *in;
	size_t n = HEAD;

	rd_skip(&r, 4);
	for (unsigned left = rd_u8(&r); left > 0 && rd_ok(&r); left--) {
		size_t k = rd_u8(&r);

		rd_skip(&r, k);
		n += 1 + k;
	}
	return n;
}

/* The next status and its text; false: there is none. */
static bool
next(struct rd *r, uint8_t *ret_status, struct rd *ret_text)
{
	size_t n = rd_u8(r);
	struct rd one = rd_sub(r, n);
	uint8_t status = rd_u8(&one);

	if (!rd_ok(&one)) {
		return false;
	}
	*ret_status = status;
	*ret_text = one;
	return true;
}

/* The object, when it is one to its last octet. */
static bool
read_head(struct rd *r, uint32_t *ret_delay, unsigned *ret_count)
{
	struct rd look = *r, text;
	uint32_t delay = rd_le32(&look);
	unsigned count = rd_u8(&look);
	struct rd statuses = look;
	uint8_t status;

	for (unsigned i = 0; i < count; i++) {
		if (!next(&look, &status, &text)) {
			return false;
		}
	}
	if (!rd_ok(&look) || rd_left(&look) > 0) {
		return false;
	}
	*r = statuses;
	*ret_delay = delay;
	*ret_count = count;
	return true;
}

bool
dn_tell_activation(const struct dn_item *it, struct ev *e)
{
	struct rd r = it->data, text;
	unsigned count;
	uint32_t delay;
	uint8_t status;

	if (!read_head(&r, &delay, &count)) {
		ev_bytes(e, DNF_VALUE, EV_T_HEX, r.p, rd_left(&r));
		return true;
	}
	ev_uint(e, DNF_DELAY, delay);
	ev_array(e, DNF_ELEMENTS);
	while (next(&r, &status, &text) &&
	       (unsigned)e->nfields + ROOM < e->max_fields) {
		ev_object(e, EVF_ELEM);
		ev_uint(e, DNF_STATUS, status);
		if (rd_left(&text) > 0) {
			ev_bytes(
			    e, DNF_TEXT, EV_T_TEXT, text.p, rd_left(&text));
		}
		ev_end(e);
	}
	ev_end(e);
	return true;
}

/* --- the outcome ----------------------------------------------------------- */

static const char failed[] = "activation_failed";

struct outcome {
	bool is_known;
	uint32_t delay;
	uint8_t status; /* the first that is not 0 */
	struct rd text; /* of that */
};

static void
visit(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct outcome *x = arg;
	struct rd r = it->data, text;
	unsigned count;
	uint8_t status;

	(void)f;
	if (header || it->group != 91 || x->is_known ||
	    !read_head(&r, &x->delay, &count) || count == 0) {
		return;
	}
	x->is_known = true;
	while (x->status == 0 && next(&r, &status, &text)) {
		x->status = status;
		x->text = text;
	}
}

static struct outcome
outcome(struct dn_frag *f)
{
	struct outcome x = {.is_known = false};

	if (f->has_outcome && f->fc == 129) {
		dn_walk(f, visit, &x);
	}
	return x;
}

void
dn_judge_activation(struct dn_frag *f, struct ev *e)
{
	bool good = dn_status(f->iin)[0] == 'o';

	if (good && outcome(f).status != 0) {
		e->status = failed;
	}
}

/* Whether it is done, will be, or was refused, as a state of the sender. */
void
dn_activation(struct dn_frag *f)
{
	struct outcome x = outcome(f);
	size_t n = 0;
	struct ev *e;

	if (!x.is_known || !dn_is_station(f->link->src)) {
		return;
	}
	e = dn_fact(f, EV_STATE);
	ev_name(e, EVF_OBJECT, "configuration_file");
	ev_name(e, EVF_STATE,
	    x.status != 0  ? failed
	    : x.delay != 0 ? "activating"
			   : "activated");
	ev_name(e, EVF_VIA, "activate_config");
	if (x.status != 0 && rd_left(&x.text) > 0) {
		ev_bytes(e, EVF_DETAIL, EV_T_TEXT, x.text.p, rd_left(&x.text));
	} else if (x.status != 0) {
		n = (size_t)snprintf(
		    f->text, sizeof(f->text), "status %u", x.status);
	} else if (x.delay != 0) {
		n = (size_t)snprintf(
		    f->text, sizeof(f->text), "in %u ms", (unsigned)x.delay);
	}
	if (n > 0) {
		ev_bytes(e, EVF_DETAIL, EV_T_TEXT, f->text, n);
	}
	dis_emit(f->ctx, e);
}
