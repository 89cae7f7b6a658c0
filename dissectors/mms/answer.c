/*
 * answer: what responses say, and what is sent without being asked for.
 *
 *	Read    a0 specification | a1 { value, or 80 failure }...
 *	Write   { 80 failure, or 81 success }...
 *	report  variables or a list's name | a0 { value, or 80 failure }...
 *
 * A report of IEC 61850 is a list called RPT ([2] 17.2) whose values are, in
 * this order and as far as its options say: its id, options, number, time,
 * data set, overflow, entry, revision, number of segment and whether more
 * follow; then which members of the data set it has, their names, values, and
 * why.  What became of a control comes as LastApplError ([2] 20.8).
 */
#include <string.h>

#include "dissectors/mms/mms.h"

#define NAMES_MAX 256 /* further ones are not told */

/* --- whether it is one, and good ------------------------------------------- */

static void
first_failure(struct mms_msg *m, struct rd list)
{
	struct ber_item it;

	while (ber_item(&list, &it)) {
		if (it.tag == MMS_FAILURE) {
			m->status = mms_failure(it.body);
			return;
		}
	}
}

/* To read SBO selects, and gives its name; nothing where it does not. */
static void
not_selected(struct mms_msg *m)
{
	struct rd r = m->data;
	struct ber_item it;

	if (m->control == MMS_SELECT && ber_item(&r, &it) &&
	    it.tag == MMS_VISIBLE && rd_left(&it.body) == 0) {
		m->status = "select_failed";
	}
}

void
mms_check_answer(struct mms_msg *m)
{
	struct ber_item it;

	if (m->service == MMS_READ) {
		m->data = ber_find(m->body, 0xa1);
		if (!rd_ok(&m->data)) {
			mms_bad(m, MMS_BAD_ARGUMENT, &m->body);
		} else if (!mms_data_ok(m->data)) {
			mms_bad(m, MMS_BAD_DATA, &m->data);
		} else {
			first_failure(m, m->data);
			not_selected(m);
		}
	} else if (m->service == MMS_WRITE) {
		struct rd r = m->body;

		first_failure(m, r);
		while (ber_item(&r, &it)) {
			if (it.tag != 0x80 && it.tag != 0x81) {
				mms_bad(m, MMS_BAD_ARGUMENT, &it.at);
			}
		}
	}
}

/* --- responses ------------------------------------------------------------- */

static void
tell_text(struct ev *e, uint16_t id, struct rd r)
{
	if (rd_left(&r) > 0) {
		ev_bytes(e, id, EV_T_TEXT, r.p, rd_left(&r));
	}
}

static void
tell_number(struct ev *e, uint16_t id, struct rd r)
{
	uint64_t v;

	if (ber_number(r, &v)) {
		ev_uint(e, id, v);
	}
}

/* FALSE says that nothing follows; where it stands for something, TRUE is
 * what is meant when it is left out. */
static void
tell_more(struct ev *e, struct rd r, bool default_more)
{
	bool more = rd_ok(&r) ? rd_u8(&r) != 0 : default_more;

	if (more) {
		ev_bool(e, MMSF_MORE, true);
	}
}

static void
tell_status(struct ev *e, struct rd r)
{
	uint64_t v;

	if (ber_number(ber_find(r, 0x80), &v)) {
		ev_name(e, MMSF_LOGICAL, mms_logical(v));
	}
	if (ber_number(ber_find(r, 0x81), &v)) {
		ev_name(e, MMSF_PHYSICAL, mms_physical(v));
	}
}

static void
tell_list(struct ev *e, struct rd r)
{
	struct ber_item it;
	size_t left = NAMES_MAX;

	ev_array(e, MMSF_NAMES);
	while (left-- > 0 && ber_item(&r, &it)) {
		ev_bytes(e, EVF_ELEM, EV_T_TEXT, it.body.p, rd_left(&it.body));
	}
	ev_end(e);
}

/* Entries { a0 { name }, a1 { 80 size, 81 time } }; some have one more list
 * around them. */
static void
tell_directory(struct ev *e, struct rd r)
{
	struct rd list = ber_find(r, 0xa0), look = list, inner;
	struct ber_item it, name;
	size_t left = NAMES_MAX;

	if (ber_item(&look, &it) && it.tag == 0x30) {
		inner = it.body;
		if (ber_item(&inner, &name) && name.tag == 0x30) {
			list = it.body;
		}
	}
	ev_array(e, MMSF_NAMES);
	while (left-- > 0 && ber_item(&list, &it)) {
		inner = ber_find(it.body, 0xa0);
		if (ber_item(&inner, &name)) {
			ev_bytes(e, EVF_ELEM, EV_T_TEXT, name.body.p,
			    rd_left(&name.body));
		}
	}
	ev_end(e);
	tell_more(e, ber_find(r, 0x81), false);
}

static void
tell_values(struct mms_msg *m, struct ev *e)
{
	if (rd_left(&m->data) > 0) {
		ev_array(e, MMSF_VALUES);
		mms_tell_data(&m->text, e, EVF_ELEM, m->data);
		ev_end(e);
	}
}

static void
tell_subject(struct mms_msg *m, struct ev *e)
{
	bool file =
	    m->service >= MMS_FILE_OPEN || m->service == MMS_OBTAIN_FILE;

	if (m->name != NULL) {
		ev_bytes(e,
		    file                         ? MMSF_FILE
		    : m->wait.flags & MMS_A_LIST ? MMSF_LIST
						 : MMSF_OBJECT,
		    EV_T_TEXT, m->name, m->name_n);
	}
}

static void
tell_file(struct ev *e, struct rd r)
{
	struct rd attributes = ber_find(r, 0xa1);

	tell_number(e, MMSF_HANDLE, ber_find(r, 0x80));
	tell_number(e, MMSF_SIZE, ber_find(attributes, 0x80));
}

void
mms_tell_answer(struct mms_msg *m, struct ev *e)
{
	struct rd r = m->body, data;

	tell_subject(m, e);
	switch (m->service) {
	case MMS_STATUS: tell_status(e, r); break;
	case MMS_GET_NAME_LIST:
		tell_list(e, ber_find(r, 0xa0));
		tell_more(e, ber_find(r, 0x81), true);
		break;
	case MMS_IDENTIFY:
		tell_text(e, MMSF_VENDOR, ber_find(r, 0x80));
		tell_text(e, MMSF_MODEL, ber_find(r, 0x81));
		tell_text(e, MMSF_REVISION, ber_find(r, 0x82));
		break;
	case MMS_READ: tell_values(m, e); break;
	case MMS_LIST_ATTRIBUTES:
		m->vars = ber_find(r, 0xa1);
		mms_tell_variables(m, e);
		break;
	case MMS_UPLOAD: tell_number(e, MMSF_HANDLE, ber_find(r, 0x80)); break;
	case MMS_FILE_OPEN: tell_file(e, r); break;
	case MMS_DOWNLOAD_SEGMENT:
	case MMS_UPLOAD_SEGMENT:
	case MMS_FILE_READ:
		data = ber_find(r, 0x80);
		ev_uint(e, MMSF_BYTES, rd_left(&data));
		tell_more(e, ber_find(r, 0x81), true);
		break;
	case MMS_FILE_DIRECTORY: tell_directory(e, r); break;
	default: break;
	}
}

/* --- reports --------------------------------------------------------------- */

/* Options of a report, the first bit first; [2] table 48 */
enum {
	HAS_SEQ = 1,
	HAS_TIME,
	HAS_REASONS,
	HAS_DATASET,
	HAS_REFS,
	HAS_OVERFLOW,
	HAS_ENTRY,
	HAS_REVISION,
	HAS_SEGMENT,
};

static bool
bit(struct rd bits, unsigned i)
{
	rd_skip(&bits, 1 + i / 8);
	return rd_u8(&bits) & 0x80 >> i % 8;
}

/* Members that the report has: the bits that are set. */
static size_t
included(struct rd bits)
{
	size_t n = 0;

	rd_skip(&bits, 1);
	while (rd_left(&bits) > 0) {
		for (uint8_t b = rd_u8(&bits); b != 0; b &= (uint8_t)(b - 1)) {
			n++;
		}
	}
	return n;
}

/* The next n elements as a list of their own. */
static struct rd
take(struct rd *r, size_t n)
{
	const uint8_t *from = r->p;
	struct ber_item it;

	while (n > 0 && ber_item(r, &it)) {
		n--;
	}
	return rd_ok(r) && n == 0 ? rd_make(from, (size_t)(r->p - from))
				  : rd_failed();
}

static struct rd
next(struct rd *r)
{
	struct ber_item it;

	return ber_item(r, &it) ? it.body : rd_failed();
}

static void
tell_report(struct mms_msg *m, struct ev *e)
{
	struct rd r = m->data, id = next(&r), options = next(&r), v;
	size_t n;

	tell_text(e, MMSF_REPORT, id);
	for (unsigned i = HAS_SEQ; i <= HAS_SEGMENT; i++) {
		if (i == HAS_REASONS || i == HAS_REFS || !bit(options, i)) {
			continue;
		}
		v = next(&r);
		switch (i) {
		case HAS_SEQ: tell_number(e, MMSF_SEQ, v); break;
		case HAS_DATASET: tell_text(e, MMSF_DATASET, v); break;
		case HAS_ENTRY:
			ev_bytes(e, MMSF_ENTRY, EV_T_HEX, v.p, rd_left(&v));
			break;
		case HAS_REVISION: tell_number(e, MMSF_CONF_REV, v); break;
		case HAS_SEGMENT:
			v = next(&r);
			tell_more(e, v, false);
			break;
		default: break;
		}
	}
	n = included(next(&r));
	m->refs = bit(options, HAS_REFS) ? take(&r, n) : rd_failed();
	m->entries = take(&r, n);
	if (!rd_ok(&m->entries)) {
		mms_bad(m, MMS_BAD_COUNT, &m->data);
		return;
	}
	ev_array(e, MMSF_VALUES);
	mms_tell_data(&m->text, e, EVF_ELEM, m->entries);
	ev_end(e);
}

/* { object, error, originator, number, why }; [2] 20.8 */
static void
tell_control_error(struct mms_msg *m, struct ev *e)
{
	struct rd r = ber_find(m->data, MMS_STRUCTURE);
	uint64_t why;

	tell_text(e, MMSF_CONTROL, next(&r));
	tell_number(e, MMSF_ERROR, next(&r));
	(void)next(&r);
	(void)next(&r);
	if (ber_number(next(&r), &why)) {
		ev_name(e, MMSF_ADD_CAUSE, mms_add_cause(why));
	}
}

static bool
is_called(const char *p, size_t n, const char *name)
{
	return p != NULL && n == strlen(name) && memcmp(p, name, n) == 0;
}

static void
tell_information(struct mms_msg *m, struct ev *e)
{
	struct rd vars = m->vars;
	struct ber_item it;
	const char *first = NULL;
	size_t n = 0;

	if (m->list && ber_item(&vars, &it)) {
		(void)mms_object(m, &it, &m->name, &m->name_n);
	} else if (!m->list) {
		(void)mms_next_variable(m, &vars, &first, &n);
	}
	if (m->list && is_called(m->name, m->name_n, "RPT")) {
		m->op = e->op = "report";
		tell_report(m, e);
		return;
	}
	if (m->list && m->name != NULL) {
		ev_bytes(e, MMSF_LIST, EV_T_TEXT, m->name, m->name_n);
	} else if (!m->list) {
		mms_tell_variables(m, e);
	}
	if (is_called(first, n, "LastApplError")) {
		m->op = e->op = "control_error";
		tell_control_error(m, e);
	} else if (first != NULL && n > 5 &&
		   is_called(first + n - 5, 5, "$Oper")) {
		m->op = e->op = "command_termination";
	}
	tell_values(m, e);
}

static void
information(struct mms_msg *m, struct rd r)
{
	struct ev *e;

	if (mms_take_variables(m, &r)) {
		m->data = ber_find(r, 0xa0);
		if (!rd_ok(&m->data)) {
			mms_bad(m, MMS_BAD_ARGUMENT, &m->body);
		} else if (!mms_data_ok(m->data)) {
			mms_bad(m, MMS_BAD_DATA, &m->data);
		}
	}
	e = mms_start(m, 0);
	if (m->bad == NULL) {
		tell_information(m, e);
	}
	mms_finish(m, e);
	if (m->bad == NULL) {
		mms_report_facts(m);
	}
}

static void
notification(struct mms_msg *m, struct rd r)
{
	struct rd in = ber_find(r, 0xa1);
	struct ev *e = mms_start(m, 2);
	struct ber_item it;
	const char *p;
	size_t n;

	if (ber_item(&in, &it) && mms_object(m, &it, &p, &n)) {
		ev_bytes(e, MMSF_OBJECT, EV_T_TEXT, p, n);
	}
	mms_finish(m, e);
}

void
mms_unconfirmed(struct mms_msg *m, struct rd r)
{
	struct rd at = r;
	struct ber_item it;
	struct ev *e;

	m->dir = EV_DIR_NOTIFY;
	m->cls = EV_CLASS_REPORT;
	m->op = "unconfirmed";
	if (!m->ctx->client_sure) {
		m->ctx->client = !m->ctx->side;
	}
	if (!ber_item(&r, &it)) {
		mms_bad(m, MMS_BAD_PDU, &at);
		mms_finish(m, mms_start(m, 3));
		return;
	}
	m->body = it.body;
	switch (it.tag) {
	case 0xa0:
		m->op = "information_report";
		information(m, it.body);
		break;
	case 0xa1:
		m->op = "unsolicited_status";
		e = mms_start(m, 1);
		tell_status(e, it.body);
		mms_finish(m, e);
		mms_vmd_fact(m, it.body);
		break;
	case 0xa2:
		m->op = "event_notification";
		notification(m, it.body);
		break;
	default:
		mms_bad(m, MMS_BAD_SERVICE, &it.at);
		mms_finish(m, mms_start(m, 3));
		break;
	}
}
