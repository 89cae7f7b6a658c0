/*
 * facts: what a fragment says about its sender: device attributes (g0, IEEE
 * 1815-2012 Annex A) as identity, internal indications (4.2.2.6) as state,
 * which of the two it is, master or outstation, as topology.
 *
 * Addresses from FFF0 on are nobody's, and nothing is said about them.
 */
#include <stdio.h>

#include "dissectors/dnp3/dnp3.h"

/* --- the sender ----------------------------------------------------------- */

struct ev_end
dn_sender(const struct dn_frag *f)
{
	const struct dis_ctx *ctx = f->ctx;
	struct ev_end end = *ctx->src;
	bool called = ctx->opened == !ctx->side,
	     calls = ctx->opened == ctx->side;

	/* Its port is its own where others call it, or where it is DNP3's. */
	if (!ctx->from_hint && !called && (calls || !dn_is_response(f))) {
		end.has_port = false;
		end.port = 0;
	}
	return end;
}

/* Found, or made. */
static struct dn_station *
station(struct dn_frag *f)
{
	struct dn_state *st = f->st;
	struct dn_station *x = st->station;

	for (int i = 0; i < DN_STATIONS; i++, x++) {
		if (x->role != DN_UNUSED && x->addr == f->link->src &&
		    x->side == f->ctx->side) {
			return x;
		}
	}
	x = &st->station[st->next_station];
	st->next_station = (uint8_t)((st->next_station + 1) % DN_STATIONS);
	*x = (struct dn_station){
	    .addr = f->link->src, .side = f->ctx->side, .role = DN_NEW};
	return x;
}

struct ev *
dn_fact(struct dn_frag *f, enum ev_kind kind)
{
	struct ev *e = dis_event(f->ctx, kind, PROTO_DNP3, f->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = dn_sender(f);
	return e;
}

/*
 * The function code tells which of the two the sender is (4.2.2.5).  Told once
 * a connection, and when it changes: a station can be both.
 */
void
dn_roles(struct dn_frag *f)
{
	uint8_t role = dn_is_response(f) ? DN_OUTSTATION : DN_MASTER;
	struct dn_station *x;
	size_t n;
	struct ev *e;

	if (!dn_is_station(f->link->src) || dn_function(f->fc)->name == NULL ||
	    dn_link_dir(f->link) == dn_is_response(f)) {
		return;
	}
	x = station(f);
	if (x->role == role) {
		return;
	}
	x->role = role;
	e = dn_fact(f, EV_TOPOLOGY);
	ev_name(e, EVF_RELATION, role == DN_MASTER ? "master" : "outstation");
	n = (size_t)snprintf(f->text, sizeof(f->text), "addr %u", f->link->src);
	ev_bytes(e, EVF_DETAIL, EV_T_TEXT, f->text, n);
	if (dn_is_station(f->link->dst)) {
		n = (size_t)snprintf(
		    f->more, sizeof(f->more), "addr %u", f->link->dst);
		ev_bytes(e, EVF_PEER, EV_T_TEXT, f->more, n);
	}
	dis_emit(f->ctx, e);
}

/* --- attributes ---------------------------------------------------------- */

/* Of the standard set; others (user-specific ones) mean what they like. */
static const char *
attribute_key(uint8_t var)
{
	switch (var) {
	case 196: return "program_name"; /* id of the configuration */
	case 197: return "config_version";
	case 242: return "software";
	case 243: return "hardware";
	case 206: /* operators' names, the system's, the owner's, an id */
	case 207:
	case 208:
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
	const struct ev_end *who = arg;
	bool standard = it->index == 0;
	struct rd r = it->data;
	const char *key = standard ? attribute_key(it->var) : "user_text";
	size_t n;

	/* VSTR only: nothing else is text */
	if (header || it->group != 0 || key == NULL || rd_left(&r) < 3 ||
	    rd_u8(&r) != 1) {
		return;
	}
	rd_skip(&r, 1);
	n = rd_left(&r);
	while (n > 0 && (r.p[n - 1] == 0 || r.p[n - 1] == ' ')) {
		n--;
	}
	if (n > 0) {
		dis_identity(f->ctx, PROTO_DNP3, who, key, EV_T_TEXT, r.p, n,
		    standard ? "device_attributes"
			     : "user_specific_attributes");
	}
}

void
dn_attributes(struct dn_frag *f)
{
	struct ev_end who;

	if (f->has_attribute && (f->fc == 129 || f->fc == 130) &&
	    dn_is_station(f->link->src)) {
		who = dn_sender(f);
		dn_walk(f, visit_attribute, &who);
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

static void
tell_state(struct dn_frag *f, const struct indication *x, bool set)
{
	struct ev *e = dn_fact(f, EV_STATE);

	ev_name(e, EVF_OBJECT, x->object);
	ev_name(e, EVF_STATE, set ? x->set : x->clear);
	ev_name(e, EVF_VIA, "internal_indications");
	dis_emit(f->ctx, e);
}

/* On first sight what is set, then what changes. */
void
dn_indications(struct dn_frag *f)
{
	struct dn_station *last;
	uint16_t changed;

	if ((f->fc != 129 && f->fc != 130) || !dn_is_station(f->link->src)) {
		return;
	}
	last = station(f);
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
