/*
 * argument: what a request is about.
 *
 *	ObjectName ([1] 7.5.3)   80 name of the whole device
 *	                         a1 { 1a domain, 1a item }, told as domain/item
 *	                         82 name of this association
 *	variables ([1] 14.5)     a0 { 30 { a0 { ObjectName }, a5 access }... }
 *	                         or a1 { ObjectName }, a list's name
 *	Read                     80 with specification | a1 { variables }
 *	Write                    variables | a0 { values }
 *
 * IEC 61850 names what it controls domain/node$CO$object$Oper, $SBO, $SBOw or
 * $Cancel ([2] 20.3 ff.): to write those, and to read SBO, is to control.
 * Clients write report control blocks (RP, BR) whenever they connect, which is
 * of the session; other control blocks and settings are configuration.
 */
#include <string.h>

#include "dissectors/mms/mms.h"

enum { VISIBLE = 0x1a, VMD = 0x80, DOMAIN = 0xa1, ASSOCIATION = 0x82 };
enum { NAME = 0xa0, OF_DOMAINS = 9 };

#define NAME_MAX_61850 160 /* domain and item have 64 each */
#define VARIABLES_MAX  256 /* further ones are not told */

/* --- names ----------------------------------------------------------------- */

static bool
in_domain(struct mms_msg *m, struct rd r, const char **ret, size_t *ret_n)
{
	struct ber_item domain, item;
	size_t a, b;
	char *p;

	if (!ber_item(&r, &domain) || !ber_item(&r, &item)) {
		return false;
	}
	a = rd_left(&domain.body);
	b = rd_left(&item.body);
	p = mms_room(&m->text, a + 1 + b);
	if (p == NULL) {
		return false;
	}
	memcpy(p, domain.body.p, a);
	p[a] = '/';
	memcpy(p + a + 1, item.body.p, b);
	*ret = p;
	*ret_n = a + 1 + b;
	return true;
}

bool
mms_object(struct mms_msg *m, const struct ber_item *it, const char **ret,
    size_t *ret_n)
{
	if (it->tag == DOMAIN) {
		return in_domain(m, it->body, ret, ret_n);
	}
	*ret = (const char *)it->body.p;
	*ret_n = rd_left(&it->body);
	return it->tag == VMD || it->tag == ASSOCIATION;
}

bool
mms_next_variable(
    struct mms_msg *m, struct rd *r, const char **ret, size_t *ret_n)
{
	struct ber_item it, name;
	struct rd inner;

	if (!ber_item(r, &it)) {
		return false;
	}
	*ret = NULL;
	*ret_n = 0;
	inner = ber_find(it.body, NAME);
	if (ber_item(&inner, &name) && !mms_object(m, &name, ret, ret_n)) {
		*ret = NULL;
		*ret_n = 0;
	}
	return true;
}

void
mms_tell_variables(struct mms_msg *m, struct ev *e)
{
	struct rd r = m->vars;
	size_t n, left = VARIABLES_MAX;
	const char *p;

	ev_array(e, MMSF_OBJECTS);
	while (left-- > 0 && mms_next_variable(m, &r, &p, &n)) {
		if (p != NULL) {
			ev_bytes(e, EVF_ELEM, EV_T_TEXT, p, n);
		} else {
			ev_add(e, EVF_ELEM, EV_T_NULL)->u = 0;
		}
	}
	ev_end(e);
}

/* --- what it is about ------------------------------------------------------ */

static bool
has(const char *p, size_t n, const char *part)
{
	size_t len = strlen(part);

	for (size_t at = 0; at + len <= n; at++) {
		if (memcmp(p + at, part, len) == 0) {
			return true;
		}
	}
	return false;
}

static bool
ends(const char *p, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && memcmp(p + n - len, end, len) == 0;
}

/* What is controlled: MMS_OPERATE for a part of Oper, too. */
static enum mms_control
control_of(const char *p, size_t n, bool writes)
{
	if (ends(p, n, "$SBO") || (writes && ends(p, n, "$SBOw"))) {
		return MMS_SELECT;
	}
	if (!writes) {
		return MMS_PLAIN;
	}
	return ends(p, n, "$Cancel") ? MMS_CANCEL : MMS_OPERATE;
}

static bool
is_setting(const char *p, size_t n)
{
	static const char *const parts[] = {"$CF$", "$SE$", "$SG$", "$GO$",
	    "$GS$", "$MS$", "$US$", "$LG$", "$DC$", "$SP$SGCB$"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (has(p, n, parts[i])) {
			return true;
		}
	}
	return false;
}

/* By a name of IEC 61850, where it is one. */
static void
look_at_name(struct mms_msg *m, const char *p, size_t n)
{
	bool writes = m->service == MMS_WRITE;

	if (n > NAME_MAX_61850) {
		return;
	}
	if (has(p, n, "$CO$")) {
		m->control = (uint8_t)control_of(p, n, writes);
	} else if (writes && (has(p, n, "$RP$") || has(p, n, "$BR$"))) {
		m->cls = EV_CLASS_SESSION;
	} else if (writes && is_setting(p, n)) {
		m->cls = EV_CLASS_CONFIG;
	}
}

static void
look_at_variables(struct mms_msg *m)
{
	struct rd r = m->vars, rest;
	struct ber_item it;
	const char *p;
	size_t n;

	if (m->list) {
		if (!ber_item(&r, &it) ||
		    !mms_object(m, &it, &m->name, &m->name_n)) {
			mms_bad(m, MMS_BAD_ARGUMENT, &m->vars);
		}
		return;
	}
	rest = r;
	if (!mms_next_variable(m, &rest, &p, &n)) {
		mms_bad(m, MMS_BAD_ARGUMENT, &m->vars);
		return;
	}
	if (p != NULL) {
		look_at_name(m, p, n);
	}
	if (rd_left(&rest) == 0 && p != NULL) {
		m->name = p;
		m->name_n = n;
	}
}

bool
mms_take_variables(struct mms_msg *m, struct rd *r)
{
	struct ber_item it;

	if (!ber_item(r, &it) || (it.tag != 0xa0 && it.tag != 0xa1)) {
		mms_bad(m, MMS_BAD_ARGUMENT, &m->body);
		return false;
	}
	m->vars = it.body;
	m->list = it.tag == 0xa1;
	return true;
}

/* As many values as variables, each of its type. */
static void
look_at_values(struct mms_msg *m)
{
	struct rd vars = m->vars, data = m->data;
	struct ber_item it;
	size_t a = 0, b = 0;

	if (!mms_data_ok(m->data)) {
		mms_bad(m, MMS_BAD_DATA, &m->data);
		return;
	}
	while (ber_item(&vars, &it)) {
		a++;
	}
	while (ber_item(&data, &it)) {
		b++;
	}
	if (!m->list && a != b) {
		mms_bad(m, MMS_BAD_COUNT, &m->data);
	}
}

static void
look_at_access(struct mms_msg *m)
{
	struct rd r = m->body;

	if (m->service == MMS_READ) {
		r = ber_find(r, 0xa1);
	}
	if (!mms_take_variables(m, &r)) {
		return;
	}
	look_at_variables(m);
	if (m->service == MMS_WRITE) {
		m->data = ber_find(r, 0xa0);
		look_at_values(m);
	}
}

static void
look_at_object(struct mms_msg *m, struct rd r)
{
	struct ber_item it;

	if (!ber_item(&r, &it) || !mms_object(m, &it, &m->name, &m->name_n)) {
		mms_bad(m, MMS_BAD_ARGUMENT, &m->body);
		m->name = NULL;
	} else if (it.tag == ASSOCIATION && m->cls == EV_CLASS_CONFIG) {
		m->cls = EV_CLASS_SESSION; /* gone with the association */
	}
}

static void
look_at_text(struct mms_msg *m, struct rd r)
{
	if (rd_left(&r) == 0) {
		mms_bad(m, MMS_BAD_ARGUMENT, &m->body);
		return;
	}
	m->name = (const char *)r.p;
	m->name_n = rd_left(&r);
}

/* A file's name is made of parts, which nobody uses but for one. */
static void
look_at_file(struct mms_msg *m, struct rd r)
{
	struct ber_item it;

	if (ber_item(&r, &it) && rd_left(&it.body) > 0) {
		m->name = (const char *)it.body.p;
		m->name_n = rd_left(&it.body);
	} else if (m->service != MMS_FILE_DIRECTORY) {
		mms_bad(m, MMS_BAD_ARGUMENT, &m->body);
	}
}

static enum mms_shape
shape(const struct mms_msg *m)
{
	const struct mms_service *s = mms_service(m->service);

	return s != NULL ? (enum mms_shape)s->shape : MMS_NONE;
}

void
mms_look(struct mms_msg *m)
{
	struct rd names = ber_find(m->body, 0xa1), in;
	uint64_t of = 0;

	switch (shape(m)) {
	case MMS_IDENT: look_at_text(m, m->body); break;
	case MMS_FIRST: look_at_text(m, ber_find(m->body, 0x80)); break;
	case MMS_OBJECT: look_at_object(m, m->body); break;
	case MMS_IN:
		in = ber_find(m->body, 0xa0);
		if (rd_ok(&in)) { /* an address stands in its place */
			look_at_object(m, in);
		}
		break;
	case MMS_DELETE:
		if (rd_left(&names) > 0) {
			look_at_object(m, names);
		}
		break;
	case MMS_VARS:
	case MMS_VARS_W: look_at_access(m); break;
	case MMS_LIST:
		look_at_object(m, m->body);
		m->vars = ber_find(m->body, 0xa0);
		break;
	case MMS_FILE: look_at_file(m, ber_find(m->body, 0xa0)); break;
	case MMS_FILE_1: look_at_file(m, names); break;
	case MMS_FILE_B: look_at_file(m, m->body); break;
	case MMS_NAMES:
		in = ber_find(ber_find(m->body, 0xa0), 0x80);
		m->wait.flags |=
		    ber_number(in, &of) && of == OF_DOMAINS ? MMS_DOMAINS : 0;
		break;
	case MMS_NONE: break;
	}
}

/* --- how it is told -------------------------------------------------------- */

/* GetNameList: a0 { 80 class } | a1 { 80, 81 domain or 82 } | 82 after */
static void
tell_names(struct mms_msg *m, struct ev *e)
{
	struct rd of = ber_find(ber_find(m->body, 0xa0), 0x80);
	struct rd domain = ber_find(ber_find(m->body, 0xa1), 0x81);
	struct rd after = ber_find(m->body, 0x82);
	uint64_t v;

	if (ber_number(of, &v)) {
		ev_name(e, MMSF_OF, mms_object_class(v));
	}
	if (rd_left(&domain) > 0) {
		ev_bytes(e, MMSF_OBJECT, EV_T_TEXT, domain.p, rd_left(&domain));
	}
	if (rd_left(&after) > 0) {
		ev_bytes(e, MMSF_AFTER, EV_T_TEXT, after.p, rd_left(&after));
	}
}

static void
tell_access(struct mms_msg *m, struct ev *e)
{
	if (m->name != NULL) {
		ev_bytes(e, m->list ? MMSF_LIST : MMSF_OBJECT, EV_T_TEXT,
		    m->name, m->name_n);
	} else if (!m->list && rd_left(&m->vars) > 0) {
		mms_tell_variables(m, e);
	}
	if (m->service == MMS_WRITE && rd_left(&m->data) > 0) {
		ev_array(e, MMSF_VALUES);
		mms_tell_data(&m->text, e, EVF_ELEM, m->data);
		ev_end(e);
	}
}

static void
tell_handle(struct mms_msg *m, struct ev *e)
{
	uint64_t v;

	if (m->primitive && m->service != MMS_IDENTIFY &&
	    m->service != MMS_STATUS && ber_number(m->body, &v)) {
		ev_uint(e, MMSF_HANDLE, v);
	}
}

void
mms_tell_argument(struct mms_msg *m, struct ev *e)
{
	switch (shape(m)) {
	case MMS_NAMES: tell_names(m, e); break;
	case MMS_VARS:
	case MMS_VARS_W: tell_access(m, e); break;
	case MMS_NONE: tell_handle(m, e); break;
	case MMS_FILE:
	case MMS_FILE_1:
	case MMS_FILE_B:
		if (m->name != NULL) {
			ev_bytes(e, MMSF_FILE, EV_T_TEXT, m->name, m->name_n);
		}
		break;
	default:
		if (m->name != NULL) {
			ev_bytes(e, MMSF_OBJECT, EV_T_TEXT, m->name, m->name_n);
		}
		if (rd_left(&m->vars) > 0) {
			mms_tell_variables(m, e);
		}
		break;
	}
}
