/*
 * facts: what follows from a message for the device and its points.
 *
 * Identify tells vendor, model and revision.  An IED of IEC 61850 is called as
 * its logical devices are but for their instance (IEC 61850-7-2, 19): where a
 * domain ends in LD and a number, what is before that is the name, else it is
 * not evident.  Values are told of variables that are no structure, and of a
 * control its first part, which is what it is set to.
 */
#include <string.h>

#include "dissectors/mms/mms.h"

/* --- identities ------------------------------------------------------------ */

static void
identity(struct mms_msg *m, const char *key, const void *p, size_t n)
{
	const char *s = p;

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\0')) {
		n--;
	}
	if (n > 0) {
		dis_identity(m->ctx, PROTO_MMS, m->ctx->src, key, EV_T_TEXT, p,
		    n, m->op);
	}
}

static void
element(struct mms_msg *m, const char *key, uint32_t tag)
{
	struct rd r = ber_find(m->body, tag);

	identity(m, key, r.p, rd_left(&r));
}

static void
tell_ied(struct mms_msg *m, const char *p, size_t n)
{
	struct mms_state *st = m->ctx->state;

	if (n > 0 && !st->named) {
		st->named = true;
		identity(m, "name", p, n);
	}
}

/* All that are called so are called alike. */
static void
ied_of_domains(struct mms_msg *m, struct rd r)
{
	const char *name = NULL;
	struct ber_item it;
	size_t n = 0;

	while (ber_item(&r, &it)) {
		const char *p = (const char *)it.body.p;
		size_t len = mms_ied_name(p, rd_left(&it.body));

		if (len == 0) {
			continue;
		}
		if (name != NULL && (len != n || memcmp(p, name, n) != 0)) {
			return;
		}
		name = p;
		n = len;
	}
	tell_ied(m, name, n);
}

/* "domain/node$constraint$...", which answered. */
static void
ied_of_object(struct mms_msg *m)
{
	const char *slash =
	    m->name != NULL ? memchr(m->name, '/', m->name_n) : NULL;

	if (slash != NULL && memchr(m->name, '$', m->name_n) != NULL) {
		tell_ied(m, m->name,
		    mms_ied_name(m->name, (size_t)(slash - m->name)));
	}
}

/* --- states ---------------------------------------------------------------- */

static void
state(struct mms_msg *m, const char *what, const char *detail)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_MMS, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	if (m->name != NULL) {
		ev_bytes(e, EVF_OBJECT, EV_T_TEXT, m->name, m->name_n);
	}
	ev_name(e, EVF_STATE, what);
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

void
mms_vmd_fact(struct mms_msg *m, struct rd r)
{
	enum { INOPERABLE = 2 };
	uint64_t v;

	if (ber_number(ber_find(r, 0x81), &v) && v >= INOPERABLE) {
		state(m, "trouble", mms_physical(v));
	}
}

void
mms_login_fact(struct mms_msg *m)
{
	bool good = m->status != NULL && strcmp(m->status, "ok") == 0;
	struct ev *e;

	if (!(m->wait.flags & MMS_LOGIN)) {
		return;
	}
	e = dis_event(m->ctx, EV_AUTH, PROTO_MMS, m->dir);
	ev_name(e, EVF_ACTION, good ? "login" : "fail");
	if (m->wait.flags & MMS_CLEAR) {
		ev_name(e, EVF_DETAIL, "clear text");
	}
	dis_emit(m->ctx, e);
}

/* --- transfers ------------------------------------------------------------- */

static void
transfer(struct mms_msg *m, const char *phase, const char *direction,
    const struct mms_file *f)
{
	struct ev *e = dis_event(m->ctx, EV_TRANSFER, PROTO_MMS, m->dir);

	ev_name(e, EVF_PHASE, phase);
	ev_name(e, EVF_DIRECTION, direction);
	if (f->n > 0) {
		ev_bytes(e, EVF_NAME, EV_T_TEXT, f->name, f->n);
	}
	dis_emit(m->ctx, e);
}

static void
begin(struct mms_msg *m, const char *direction, struct mms_file *f)
{
	f->n = 0;
	if (m->name != NULL && m->name_n <= sizeof(f->name)) {
		f->n = (uint8_t)m->name_n;
		memcpy(f->name, m->name, m->name_n);
	}
	transfer(m, "begin", direction, f);
}

static void
end(struct mms_msg *m, const char *direction, struct mms_file *f)
{
	transfer(m, "end", direction, f);
	f->n = 0;
}

/* --- values ---------------------------------------------------------------- */

static void
tell_point(struct mms_msg *m, const char *p, size_t n,
    const struct ber_item *it, const char *source)
{
	struct ev *e;

	if (p == NULL || n == 0 || !mms_is_scalar(it->tag)) {
		return;
	}
	e = dis_value(m->ctx, PROTO_MMS, m->dir);
	ev_bytes(e, EVF_OBJECT, EV_T_TEXT, p, n);
	mms_tell_scalar(&m->text, e, EVF_VALUE, it);
	ev_name(e, EVF_SOURCE, source);
	dis_tell_value(m->ctx, e);
}

/* Each variable of a Write or a report, and what it is set to. */
static void
tell_points(struct mms_msg *m, const char *source)
{
	struct rd vars = m->vars, data = m->data, inner;
	size_t n, kept = m->text.n;
	struct ber_item it;
	const char *p;

	if (m->list) {
		return;
	}
	while (mms_next_variable(m, &vars, &p, &n) && ber_item(&data, &it)) {
		if (m->control != MMS_PLAIN && it.tag == MMS_STRUCTURE) {
			inner = it.body;
			if (!ber_item(&inner, &it)) {
				continue;
			}
		}
		tell_point(m, p, n, &it, source);
		m->text.n = kept; /* it is told, and its name with it */
	}
}

static void
tell_read(struct mms_msg *m)
{
	struct rd r = m->data;
	struct ber_item it;

	if (m->name != NULL && !(m->wait.flags & MMS_A_LIST) &&
	    m->control == MMS_PLAIN && ber_item(&r, &it) && rd_left(&r) == 0) {
		tell_point(m, m->name, m->name_n, &it, ev_reported);
	}
}

/* --- by message ------------------------------------------------------------ */

void
mms_request_facts(struct mms_msg *m)
{
	/* What is asked to be cancelled is not commanded. */
	if (m->service == MMS_WRITE && m->control != MMS_CANCEL &&
	    m->cls != EV_CLASS_SESSION) {
		tell_points(m, ev_commanded);
	}
}

static void
done(struct mms_msg *m)
{
	struct mms_state *st = m->ctx->state;

	switch (m->service) {
	case MMS_IDENTIFY:
		element(m, "vendor", 0x80);
		element(m, "model", 0x81);
		element(m, "firmware", 0x82);
		break;
	case MMS_GET_NAME_LIST:
		if (m->wait.flags & MMS_DOMAINS) {
			ied_of_domains(m, ber_find(m->body, 0xa0));
		}
		break;
	case MMS_STATUS: mms_vmd_fact(m, m->body); break;
	case MMS_READ: tell_read(m); break;
	case MMS_START:
	case MMS_RESUME: state(m, "running", NULL); break;
	case MMS_STOP:
	case MMS_KILL: state(m, "stopped", NULL); break;
	case MMS_DOWNLOAD: begin(m, "to_device", &st->domain); break;
	case MMS_DOWNLOAD_END: end(m, "to_device", &st->domain); break;
	case MMS_UPLOAD: begin(m, "from_device", &st->domain); break;
	case MMS_UPLOAD_END: end(m, "from_device", &st->domain); break;
	case MMS_OBTAIN_FILE: /* of the client, by the device */
		begin(m, "to_device", &st->file);
		end(m, "to_device", &st->file);
		break;
	case MMS_FILE_OPEN: begin(m, "from_device", &st->file); break;
	case MMS_FILE_CLOSE: end(m, "from_device", &st->file); break;
	default: break;
	}
}

void
mms_answer_facts(struct mms_msg *m)
{
	if (strcmp(m->status, "ok") != 0) {
		return;
	}
	done(m);
	if (m->service != MMS_GET_NAME_LIST) {
		ied_of_object(m);
	}
}

void
mms_report_facts(struct mms_msg *m)
{
	struct rd refs = m->refs, entries = m->entries;
	struct ber_item ref, it;

	while (ber_item(&refs, &ref) && ber_item(&entries, &it)) {
		tell_point(m, (const char *)ref.body.p, rd_left(&ref.body), &it,
		    ev_reported);
	}
	if (rd_left(&m->data) > 0 && !m->list) {
		tell_points(m, ev_reported);
	}
}
