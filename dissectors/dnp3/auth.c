/*
 * auth: secure authentication, group 120; IEEE 1815-2012 clause 7 and Annex A.
 *
 * What an object says is numbers of fixed length, then data that is a secret
 * or the proof of one: of that nothing is told, but for the name of a user and
 * the text of an error.
 */
#include <stdio.h>

#include "dissectors/dnp3/dnp3.h"

#define PARTS_MAX 5

/* Of one variation: its numbers in wire order, then how many lengths. */
static const struct form {
	const char *action; /* NULL: says nothing of what is going on */
	uint8_t lengths;    /* the first is that of a name behind them */
	struct {
		uint16_t id;
		uint8_t size;
	} part[PARTS_MAX];
} forms[] = {
    [1] = {"challenge", 0,
	{{DNF_SEQ, 4}, {DNF_USER, 2}, {DNF_MAC, 1}, {DNF_REASON, 1}}},
    [2] = {"reply", 0, {{DNF_SEQ, 4}, {DNF_USER, 2}}},
    [3] = {"aggressive_request", 0, {{DNF_SEQ, 4}, {DNF_USER, 2}}},
    [4] = {"key_status_request", 0, {{DNF_USER, 2}}},
    [5] = {"key_status", 0,
	{{DNF_SEQ, 4}, {DNF_USER, 2}, {DNF_KEY_WRAP, 1}, {DNF_STATUS, 1},
	    {DNF_MAC, 1}}},
    [6] = {"session_key_change", 0, {{DNF_SEQ, 4}, {DNF_USER, 2}}},
    [7] = {"fail", 0,
	{{DNF_SEQ, 4}, {DNF_USER, 2}, {DNF_ASSOCIATION, 2}, {DNF_ERROR, 1},
	    {DNF_TIME, 6}}},
    [8] = {"user_certificate", 0, {{DNF_METHOD, 1}, {DNF_TYPE, 1}}},
    [9] = {NULL, 0, {{0, 0}}},
    [10] = {"user_status_change", 3,
	{{DNF_METHOD, 1}, {DNF_CHANGE, 1}, {DNF_SEQ, 4}, {DNF_ROLE, 2},
	    {DNF_EXPIRY, 2}}},
    [11] = {"update_key_request", 2, {{DNF_METHOD, 1}}},
    [12] = {"update_key_reply", 0, {{DNF_SEQ, 4}, {DNF_USER, 2}}},
    [13] = {"update_key_change", 0, {{DNF_SEQ, 4}, {DNF_USER, 2}}},
    [14] = {"update_key_signature", 0, {{0, 0}}},
    [15] = {"update_key_confirmation", 0, {{0, 0}}},
};

struct auth {
	const struct form *form;
	uint64_t value[PARTS_MAX];
	bool is_whole; /* all numbers, and the name where there is one */
	struct rd text;
};

static uint64_t
number(struct rd *r, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++) {
		v |= (uint64_t)rd_u8(r) << 8 * i;
	}
	return v;
}

/* False: nobody knows the variation. */
static bool
read_auth(struct auth *x, const struct dn_item *it)
{
	struct rd r = it->data;
	size_t name = 0;

	if (it->var == 0 || it->var >= sizeof(forms) / sizeof(forms[0])) {
		return false;
	}
	*x = (struct auth){.form = &forms[it->var]};
	for (unsigned i = 0; i < PARTS_MAX && x->form->part[i].size; i++) {
		x->value[i] = number(&r, x->form->part[i].size);
	}
	for (unsigned i = 0; i < x->form->lengths; i++) {
		unsigned n = rd_le16(&r);

		name = i == 0 ? n : name;
	}
	x->text = name != 0 ? rd_sub(&r, name) : rd_make(NULL, 0);
	x->is_whole = rd_ok(&r);
	if (it->var == 7 && x->is_whole) {
		x->text = rd_rest(&r);
	}
	return true;
}

static bool
find(const struct auth *x, uint16_t id, uint64_t *ret)
{
	for (unsigned i = 0; i < PARTS_MAX && x->form->part[i].size; i++) {
		if (x->form->part[i].id == id) {
			*ret = x->value[i];
			return true;
		}
	}
	return false;
}

/* Clause 7: a point of groups 121 and 122 each. */
const char *
dn_statistic(uint32_t index)
{
	static const char *const names[] = {"unexpected_messages",
	    "authorization_failures", "authentication_failures",
	    "reply_timeouts", "rekeys_after_authentication_failure",
	    "messages_sent", "messages_received", "critical_messages_sent",
	    "critical_messages_received", "discarded_messages",
	    "error_messages_sent", "error_messages_received",
	    "successful_authentications", "session_key_changes",
	    "failed_session_key_changes", "update_key_changes",
	    "failed_update_key_changes", "rekeys_after_restart"};

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

/* --- what the operation says ---------------------------------------------- */

static void
visit_tell(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct ev *e = arg;
	struct auth x;

	if (header || it->group != 120 || rd_left(&it->data) == 0 ||
	    e->nfields + 40 > e->max_fields || !read_auth(&x, it)) {
		return;
	}
	if (!x.is_whole) {
		dn_bad(f, DN_BAD_AUTH, it->data.p);
		return;
	}
	ev_object(e, EVF_ELEM);
	ev_uint(e, DNF_VAR, it->var);
	for (unsigned i = 0; i < PARTS_MAX && x.form->part[i].size; i++) {
		ev_uint(e, x.form->part[i].id, x.value[i]);
	}
	if (rd_left(&x.text) > 0) {
		ev_bytes(e, it->var == 7 ? DNF_TEXT : DNF_NAME, EV_T_TEXT,
		    x.text.p, rd_left(&x.text));
	}
	ev_end(e);
}

void
dn_tell_auth(struct dn_frag *f, struct ev *e)
{
	uint16_t before = e->nfields;

	if (!f->has_auth) {
		return;
	}
	ev_array(e, DNF_AUTH);
	dn_walk(f, visit_tell, e);
	if (e->nfields == before + 1) {
		e->nfields = before;
		return;
	}
	ev_end(e);
}

/* --- events ---------------------------------------------------------------- */

static const char *
mac_name(uint64_t v)
{
	static const char *const names[] = {NULL, "hmac_sha1_4", "hmac_sha1_10",
	    "hmac_sha256_8", "hmac_sha256_16", "hmac_sha1_8", "aes_gmac"};

	return v < sizeof(names) / sizeof(names[0]) ? names[v] : NULL;
}

static const char *
key_status_name(uint64_t v)
{
	static const char *const names[] = {NULL, "ok", "not_initialised",
	    "communication_failed", "authentication_failed"};

	return v < sizeof(names) / sizeof(names[0]) ? names[v] : NULL;
}

static const char *
error_name(uint64_t v)
{
	static const char *const names[] = {NULL, "authentication_failed",
	    "unexpected_response", "no_response", "aggressive_not_supported",
	    "mac_not_supported", "key_wrap_not_supported",
	    "authorization_failed", "method_not_permitted", "invalid_signature",
	    "invalid_certification", "unknown_user",
	    "too_many_key_status_requests"};

	return v < sizeof(names) / sizeof(names[0]) ? names[v] : NULL;
}

/* Operation of a user status change; NULL: of none that is known. */
static const char *
change_name(uint64_t v)
{
	static const char *const names[] = {
	    NULL, "user_add", "user_delete", "user_change"};

	return v < sizeof(names) / sizeof(names[0]) ? names[v] : NULL;
}

static const char *
detail(const struct auth *x, uint8_t var)
{
	uint64_t v = 0;

	switch (var) {
	case 1: return find(x, DNF_MAC, &v) ? mac_name(v) : NULL;
	case 5: return find(x, DNF_STATUS, &v) ? key_status_name(v) : NULL;
	case 7: return find(x, DNF_ERROR, &v) ? error_name(v) : NULL;
	default: return NULL;
	}
}

static void
visit_auth(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	const char *action, *more;
	uint64_t user, change;
	struct auth x;
	struct ev *e;

	(void)arg;
	if (header || it->group != 120 || rd_left(&it->data) == 0 ||
	    !read_auth(&x, it) || !x.is_whole || x.form->action == NULL) {
		return;
	}
	action = x.form->action;
	if (find(&x, DNF_CHANGE, &change) && change_name(change) != NULL) {
		action = change_name(change);
	}
	e = dis_event(f->ctx, EV_AUTH, PROTO_DNP3, f->dir);
	ev_name(e, EVF_ACTION, action);
	if (it->var != 7 && rd_left(&x.text) > 0) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, x.text.p, rd_left(&x.text));
	} else if (find(&x, DNF_USER, &user)) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, f->text,
		    (size_t)snprintf(
			f->text, sizeof(f->text), "%u", (unsigned)user));
	}
	more = detail(&x, it->var);
	if (more != NULL) {
		ev_name(e, EVF_DETAIL, more);
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
