/*
 * facts: what a fragment says about its sender: device attributes (g0, IEEE
 * 1815-2012 A.1) as identity, internal indications (4.2.2.6) as state, secure
 * authentication (g120, clause 7) as auth.
 */
#include <stdio.h>

#include "dissectors/dnp3/dnp3.h"

/* --- attributes ---------------------------------------------------------- */

static const char *
attribute_key(uint8_t var)
{
	switch (var) {
	case 242: return "software";
	case 243: return "hardware";
	case 244:
	case 246: return "user_text";
	case 245: return "location";
	case 247: return "name";
	case 248: return "serial";
	case 249: return "protocol_revision";
	case 250: return "model";
	case 252: return "vendor";
	default: return NULL;
	}
}

static void
visit_attribute(
    struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct rd r = it->data;
	const char *key = attribute_key(it->var);
	size_t n;

	(void)arg;
	/* VSTR, or OSTR where a device means text by it */
	if (header || it->group != 0 || key == NULL || rd_left(&r) < 3) {
		return;
	}
	if (rd_u8(&r) != 1) {
		return;
	}
	rd_skip(&r, 1);
	n = rd_left(&r);
	while (n > 0 && (r.p[n - 1] == 0 || r.p[n - 1] == ' ')) {
		n--;
	}
	if (n > 0) {
		dis_identity(f->ctx, PROTO_DNP3, f->ctx->src, key, EV_T_TEXT,
		    r.p, n, "device_attributes");
	}
}

void
dn_attributes(struct dn_frag *f)
{
	if (f->has_attribute && (f->fc == 129 || f->fc == 130)) {
		dn_walk(f, visit_attribute, NULL);
	}
}

/* --- indications --------------------------------------------------------- */

struct indication {
	uint8_t bit;
	const char *object, *set, *clear;
};

static const struct indication indications[] = {
    {4, "clock", "need_time", "time_set"},
    {5, "control", "local_control", "remote_control"},
    {6, "device", "trouble", "no_trouble"},
    {7, "restart", "restarted", "running"},
    {11, "event_buffer", "buffer_overflow", "buffer_ok"},
    {13, "configuration", "config_corrupt", "config_ok"},
};

#define TOLD 0x28f0 /* the bits above */

static struct dn_iin *
last_iin(struct dn_frag *f, bool *ret_new)
{
	struct dn_state *st = f->st;
	struct dn_iin *x = st->iin;

	*ret_new = false;
	for (int i = 0; i < DN_IINS; i++, x++) {
		if (x->used && x->addr == f->link->src &&
		    x->side == f->ctx->side) {
			return x;
		}
	}
	*ret_new = true;
	x = &st->iin[st->next_iin];
	st->next_iin = (uint8_t)((st->next_iin + 1) % DN_IINS);
	*x = (struct dn_iin){
	    .addr = f->link->src, .side = f->ctx->side, .used = 1};
	return x;
}

static void
tell_state(struct dn_frag *f, const struct indication *x, bool set)
{
	struct ev *e = dis_event(f->ctx, EV_STATE, PROTO_DNP3, f->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *f->ctx->src;
	ev_name(e, EVF_OBJECT, x->object);
	ev_name(e, EVF_STATE, set ? x->set : x->clear);
	ev_name(e, EVF_VIA, "internal_indications");
	dis_emit(f->ctx, e);
}

/* On first sight what is set, then what changes. */
void
dn_indications(struct dn_frag *f)
{
	struct dn_iin *last;
	uint16_t changed;
	bool is_new;

	if (f->fc != 129 && f->fc != 130) {
		return;
	}
	last = last_iin(f, &is_new);
	changed = (last->bits ^ f->iin) & TOLD;
	last->bits = f->iin;
	if (changed == 0) {
		return;
	}
	for (size_t i = 0; i < sizeof(indications) / sizeof(indications[0]);
	     i++) {
		const struct indication *x = &indications[i];

		if (changed >> x->bit & 1) {
			tell_state(f, x, f->iin >> x->bit & 1);
		}
	}
}

/* --- authentication ------------------------------------------------------ */

static const char *
action(uint8_t var)
{
	static const char *const names[] = {NULL, "challenge", "reply",
	    "aggressive_request", "key_status_request", "key_status",
	    "session_key_change", "fail", "user_certificate", NULL,
	    "user_status_change", "update_key_request", "update_key_reply",
	    "update_key_change", "update_key_signature",
	    "update_key_confirmation"};

	return var < sizeof(names) / sizeof(names[0]) ? names[var] : NULL;
}

/* Where the user number is, behind which octets; A.45. */
static bool
user_number(const struct dn_item *it, uint16_t *ret)
{
	struct rd r = it->data;

	switch (it->var) {
	case 4: break;
	case 1:
	case 2:
	case 3:
	case 5:
	case 6:
	case 7:
	case 12:
	case 13: rd_skip(&r, 4); break;
	default: return false;
	}
	*ret = rd_le16(&r);
	return rd_ok(&r);
}

static void
visit_auth(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	const char *what = action(it->var);
	char text[8];
	uint16_t user;
	struct ev *e;

	(void)arg;
	if (header || it->group != 120 || what == NULL) {
		return;
	}
	e = dis_event(f->ctx, EV_AUTH, PROTO_DNP3, f->dir);
	ev_name(e, EVF_ACTION, what);
	if (user_number(it, &user)) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, text,
		    (size_t)snprintf(text, sizeof(text), "%u", user));
	}
	dis_emit(f->ctx, e);
}

void
dn_authentication(struct dn_frag *f)
{
	if (f->has_auth) {
		dn_walk(f, visit_auth, NULL);
	}
}
