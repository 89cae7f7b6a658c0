/*
 * effects: what follows from services beside properties: who a device says
 * that it is, restarts, credentials, files on their way.
 *
 * What a request asks for has happened when its acknowledgement is seen, so
 * state and transfers come with that one.
 */
#include "dissectors/bacnet/bacnet.h"

/* clause 18: security, password-failure; 16.1.3.1, 16.4.1.3 */
#define ERROR_PASSWORD 26

static uint64_t
arg(const struct bn_pdu *p, uint16_t id, bool *ret_there)
{
	const struct ev_field *f = ev_find(&p->m->args, id);

	*ret_there = f != NULL && f->type == EV_T_UINT;
	return *ret_there ? f->u : 0;
}

static void
number(struct bn_pdu *p, const char *key, uint64_t v, const char *via)
{
	bn_identity_text(
	    p, key, bn_text(p->m, "%llu", (unsigned long long)v), via);
}

/* 12: the largest number stands for any device, or for none yet. */
static void
instance(struct bn_pdu *p, uint64_t v, const char *via)
{
	if (v != BN_INSTANCES) {
		number(p, "device_instance", v, via);
	}
}

static void
text_arg(struct bn_pdu *p, uint16_t id, const char *key, const char *via)
{
	const struct ev_field *f = ev_find(&p->m->args, id);

	if (f != NULL && f->len != 0 && f->type >= EV_T_TEXT &&
	    f->type <= EV_T_UCS4BE) {
		bn_identity(p, key, (enum ev_type)f->type, f->p, f->len, via);
	}
}

/* 16.10 */
static void
i_am(struct bn_pdu *p)
{
	const struct bn_item *i = &p->m->item[0];
	uint64_t vendor;
	bool there;

	if (p->m->n == 0 || i->type != BN_OBJ_DEVICE) {
		return;
	}
	instance(p, i->instance, "i_am");
	vendor = arg(p, BNF_VENDOR_ID, &there);
	if (there) {
		bn_identity_vendor(p, vendor, "i_am", "i_am");
	}
}

/* 16.9: the name is the object's; only a device's own is the device's. */
static void
i_have(struct bn_pdu *p)
{
	const struct bn_item *i = &p->m->item[0];
	bool there;
	uint64_t v = arg(p, BNF_DEVICE, &there);

	if (there) {
		instance(p, v, "i_have");
	}
	if (p->m->n != 0 && i->type == BN_OBJ_DEVICE && i->instance == v) {
		text_arg(p, BNF_OBJECT_NAME, "name", "i_have");
	}
}

/* 16.11 */
static void
who_am_i(struct bn_pdu *p)
{
	bool there;
	uint64_t v = arg(p, BNF_VENDOR_ID, &there);

	if (there) {
		bn_identity_vendor(p, v, "who_am_i", "who_am_i");
	}
	text_arg(p, BNF_MODEL, "model", "who_am_i");
	text_arg(p, BNF_SERIAL, "serial", "who_am_i");
}

/* 16.12: what whoever is told this directly is expected to be. */
static void
you_are(struct bn_pdu *p)
{
	struct ev_end you = *p->ctx->dst;
	const char *text;
	uint64_t v;
	bool there;

	v = arg(p, BNF_DEVICE, &there);
	text = bn_text(p->m, "%llu", (unsigned long long)v);
	if (there && v != BN_INSTANCES && text != NULL &&
	    p->bvlc == BN_UNICAST(p) && p->d.net != BN_NET_ALL) {
		bn_identity_of(p, &you, "expected", "device_instance",
		    EV_T_TEXT, text, strlen(text), "you_are");
	}
}

static struct ev *
about(struct bn_pdu *p, enum ev_kind kind)
{
	struct ev *e = bn_event(p, kind);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = p->who;
	return e;
}

static void
state(struct bn_pdu *p, const char *what, const char *detail)
{
	struct ev *e = about(p, EV_STATE);

	ev_name(e, EVF_STATE, what);
	if (detail != NULL) {
		bn_put_text(e, EVF_DETAIL, detail);
	}
	dis_emit(p->ctx, e);
}

static void
auth(struct bn_pdu *p, const char *action)
{
	struct ev *e = bn_fact(p, EV_AUTH);

	ev_name(e, EVF_ACTION, action);
	ev_name(e, EVF_DETAIL,
	    p->service < BN_CONFIRMED_MAX ? bn_confirmed[p->service].name : "");
	dis_emit(p->ctx, e);
}

static void
transfer(struct bn_pdu *p, const char *phase, bool to_device, const char *name,
    int64_t bytes)
{
	struct ev *e = bn_fact(p, EV_TRANSFER);

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, to_device ? "to_device" : "from_device");
	bn_put_text(e, EVF_NAME, name);
	if (bytes >= 0) {
		ev_uint(e, EVF_BYTES, (uint64_t)bytes);
	}
	dis_emit(p->ctx, e);
}

/* 16.4, 19.1: what was asked for and acknowledged. */
static void
reinitialized(struct bn_pdu *p)
{
	switch (p->wait.state) {
	case 0: state(p, "restarted", "coldstart"); break;
	case 1: state(p, "restarted", "warmstart"); break;
	case 2: transfer(p, "begin", false, "backup", -1); break;
	case 3: transfer(p, "end", false, "backup", -1); break;
	case 4: transfer(p, "begin", true, "restore", -1); break;
	case 5: transfer(p, "end", true, "restore", -1); break;
	case 6: transfer(p, "end", true, "restore aborted", -1); break;
	case 7: state(p, "restarted", "activate-changes"); break;
	default: break;
	}
}

/* 16.1 */
static void
communication(struct bn_pdu *p)
{
	static const char *const names[] = {"communication_enabled",
	    "communication_disabled", "initiation_disabled"};
	const char *detail = NULL;

	if (p->wait.state < sizeof(names) / sizeof(names[0])) {
		if (p->wait.minutes != 0) {
			detail = bn_text(p->m, "%u min", p->wait.minutes);
		}
		state(p, names[p->wait.state], detail);
	}
}

/* Fields within stream or records; top-level ones in a write's answer. */
static const struct ev_field *
inner(const struct bn_pdu *p, uint16_t id)
{
	const struct ev *e = &p->m->args;

	for (uint16_t i = 0; i < e->nfields; i++) {
		if (e->f[i].id == id) {
			return &e->f[i];
		}
	}
	return NULL;
}

static int64_t
data_bytes(const struct bn_pdu *p)
{
	const struct ev *e = &p->m->args;
	int64_t n = 0;

	for (uint16_t i = 0; i < e->nfields; i++) {
		if (e->f[i].id == BNF_DATA && e->f[i].type == EV_T_HEX) {
			n += e->f[i].len;
		}
	}
	return n;
}

/* 14: a file is read to its end, or written from its start. */
static void
file(struct bn_pdu *p, bool to_device)
{
	const struct ev_field *start = inner(p, BNF_START);
	const struct ev_field *eof = ev_find(&p->m->args, BNF_EOF);
	bool first = start != NULL && start->i == 0;
	uint32_t instance = p->has_pair ? p->wait.file : BN_NONE;
	const char *name = "file";

	if (to_device && p->m->n != 0) {
		instance = p->m->item[0].instance;
	}
	if (instance != BN_NONE) {
		name = bn_numbered(p->m, "file", instance);
	}
	transfer(p,
	    eof != NULL && eof->u ? "end"
	    : first               ? "begin"
				  : "progress",
	    to_device, name, data_bytes(p));
}

static void
confirmed(struct bn_pdu *p)
{
	if (ev_find(&p->m->args, BNF_PASSWORD) != NULL) {
		auth(p, "password_sent");
	}
	switch (p->service) {
	case 7: file(p, true); break;
	case 21: auth(p, "session_open"); break;
	case 22: auth(p, "session_close"); break;
	case 24: auth(p, "authenticate"); break;
	case 25: auth(p, "request_key"); break;
	case 34: auth(p, "request_token"); break;
	default: break;
	}
}

static void
simple_ack(struct bn_pdu *p)
{
	if (!p->has_pair) {
		return;
	}
	if (p->wait.password) {
		auth(p, "password_accepted");
	}
	if (p->service == 17) {
		communication(p);
	} else if (p->service == 20) {
		reinitialized(p);
	}
}

void
bn_effects(struct bn_pdu *p)
{
	switch (p->type) {
	case BN_UNCONFIRMED:
		switch (p->service) {
		case 0: i_am(p); break;
		case 1: i_have(p); break;
		case 13: who_am_i(p); break;
		case 14: you_are(p); break;
		default: break;
		}
		break;
	case BN_CONFIRMED: confirmed(p); break;
	case BN_SIMPLE_ACK: simple_ack(p); break;
	case BN_COMPLEX_ACK:
		if (p->service == 6) {
			file(p, false);
		} else if (p->service == 34) {
			auth(p, "token_given");
		}
		break;
	case BN_ERROR:
		if (p->has_error && p->err_code == ERROR_PASSWORD) {
			auth(p, "fail");
		}
		break;
	default: break;
	}
}
