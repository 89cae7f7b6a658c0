/*
 * tell: a message of version 1 or 2c as an operation: its numbers, its
 * objects by id, their values where those are small and no secret.
 *
 * Types and how they are written: RFC 2578 7.1, RFC 3416 3.
 */
#include "dissectors/snmp/snmp.h"

#define TOLD_TEXT_MAX 255 /* DisplayString, RFC 2579 */

static const struct ev_field_info fields[] = {
#define F(id, name, role, section) \
	[SNF_##id - EV_PROTO_BASE] = {name, role, section}
    F(VERSION, "version", EV_R_KEY, "3416 3"),
    F(DEFAULT_COMMUNITY, "default_community", EV_R_KEY, "1157 3.2.5"),
    F(REQUEST_ID, "request_id", EV_R_NONE, "3416 3"),
    F(ERROR_STATUS, "error_status", EV_R_NONE, "3416 3"),
    F(ERROR_INDEX, "error_index", EV_R_NONE, "3416 3"),
    F(NON_REPEATERS, "non_repeaters", EV_R_NONE, "3416 4.2.3"),
    F(MAX_REPETITIONS, "max_repetitions", EV_R_NONE, "3416 4.2.3"),
    F(ENTERPRISE, "enterprise", EV_R_KEY, "1157 4.1.6"),
    F(AGENT, "agent", EV_R_KEY, "1157 4.1.6"),
    F(TRAP, "trap", EV_R_KEY, "1157 4.1.6, 3418 2"),
    F(SPECIFIC, "specific", EV_R_KEY, "1157 4.1.6"),
    F(UPTIME, "uptime", EV_R_NONE, "1157 4.1.6"),
    F(VENDOR_NUMBER, "vendor_number", EV_R_NONE, "3418 2"),
    F(ABOUT, "about", EV_R_KEY, "3416 4.2.5"),
    F(VARBINDS, "varbinds", EV_R_NONE, "3416 3"),
    F(OBJECTS, "objects", EV_R_NONE, "3416 3"),
    F(OID, "oid", EV_R_NONE, "3416 3"),
    F(TYPE, "type", EV_R_NONE, "3416 3"),
    F(VALUE, "value", EV_R_NONE, "3416 3"),
    F(LENGTH, "length", EV_R_NONE, "3416 3"),
    F(MSG_ID, "msg_id", EV_R_NONE, "3412 6.2"),
    F(AUTH, "auth", EV_R_KEY, "3412 6.4"),
    F(PRIV, "priv", EV_R_KEY, "3412 6.4"),
    F(REPORTABLE, "reportable", EV_R_NONE, "3412 6.4"),
    F(SECURITY_MODEL, "security_model", EV_R_KEY, "3412 6.5"),
    F(ENGINE_ID, "engine_id", EV_R_NONE, "3414 2.4"),
    F(ENGINE_BOOTS, "engine_boots", EV_R_NONE, "3414 2.4"),
    F(ENGINE_TIME, "engine_time", EV_R_NONE, "3414 2.4"),
#undef F
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == SNF_END - EV_PROTO_BASE,
    "a field has no name");

const struct ev_proto snmp_proto = {
    .name = "snmp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

/* RFC 3416 3; version 1 has the first six. */
static const char *
error_name(int32_t status)
{
	static const char *const names[] = {"ok", "too_big", "no_such_name",
	    "bad_value", "read_only", "gen_err", "no_access", "wrong_type",
	    "wrong_length", "wrong_encoding", "wrong_value", "no_creation",
	    "inconsistent_value", "resource_unavailable", "commit_failed",
	    "undo_failed", "authorization_error", "not_writable",
	    "inconsistent_name"};

	return status >= 0 && (size_t)status < sizeof(names) / sizeof(names[0])
		   ? names[status]
		   : "unknown_error";
}

/* How a type's value is written (RFC 2578 7.1, RFC 3416 3). */
enum form {
	FORM_NONE,
	FORM_SIGNED,
	FORM_32,
	FORM_64,
	FORM_TEXT,
	FORM_OID,
	FORM_IP,
	FORM_BYTES
};

struct type {
	uint8_t tag, form;
	const char *name;
};

static const struct type *
type_of(uint8_t tag)
{
	static const struct type types[] = {
	    {BER_INTEGER, FORM_SIGNED, "integer"},
	    {BER_STRING, FORM_TEXT, "octet_string"},
	    {BER_NULL, FORM_NONE, "null"},
	    {BER_OID, FORM_OID, "oid"},
	    {SNMP_IP, FORM_IP, "ip_address"},
	    {0x41, FORM_32, "counter32"},
	    {0x42, FORM_32, "gauge32"},
	    {SNMP_TICKS, FORM_32, "time_ticks"},
	    {0x44, FORM_BYTES, "opaque"},
	    {0x45, FORM_BYTES, "nsap_address"}, /* RFC 1442 */
	    {0x46, FORM_64, "counter64"},
	    {0x47, FORM_32, "uinteger32"}, /* RFC 1442 */
	    {0x80, FORM_NONE, "no_such_object"},
	    {0x81, FORM_NONE, "no_such_instance"},
	    {0x82, FORM_NONE, "end_of_mib_view"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].tag == tag) {
			return &types[i];
		}
	}
	return NULL;
}

bool
snmp_value_is_good(const struct ber *v)
{
	const struct type *t = type_of(v->tag);
	uint64_t number;
	int32_t x;

	if (t == NULL) {
		return false;
	}
	switch (t->form) {
	case FORM_NONE: return rd_left(&v->body) == 0;
	case FORM_SIGNED: return ber_signed(v, &x);
	case FORM_32: return ber_unsigned(v, 32, &number);
	case FORM_64: return ber_unsigned(v, 64, &number);
	case FORM_OID: return oid_is_good(v->body);
	case FORM_IP: return rd_left(&v->body) == 4;
	default: return true;
	}
}

/*
 * Groups of mib-2 whose texts hold no secret: system, interfaces, ifMIB,
 * entityMIB.  Others have communities, keys and command lines (RMON, OSPF,
 * host resources), and makers put passwords below enterprises.
 */
static bool
is_open(struct rd oid)
{
	return OID_BEGINS(oid, OID_MIB2 "\x01") ||
	       OID_BEGINS(oid, OID_MIB2 "\x02") ||
	       OID_BEGINS(oid, OID_MIB2 "\x1f") ||
	       OID_BEGINS(oid, OID_MIB2 "\x2f");
}

static bool
is_printable(struct rd r)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') ||
		    c > '~') {
			return false;
		}
	}
	return true;
}

static void
tell_text(struct ev *e, const struct varbind *x)
{
	struct rd r = x->value.body;
	size_t n = rd_left(&r);

	if (n == 0 || n > TOLD_TEXT_MAX || x->value.tag != BER_STRING ||
	    !is_open(x->oid)) {
		ev_uint(e, SNF_LENGTH, n);
		return;
	}
	ev_bytes(e, SNF_VALUE, is_printable(r) ? EV_T_TEXT : EV_T_HEX, r.p, n);
}

static void
tell_value(struct snmp_msg *m, struct ev *e, const struct varbind *x)
{
	const struct type *t = type_of(x->value.tag);
	const char *text;
	uint64_t number = 0;
	int32_t v = 0;
	size_t n;

	if (t == NULL) {
		return;
	}
	ev_name(e, SNF_TYPE, t->name);
	switch (t->form) {
	case FORM_NONE: return;
	case FORM_SIGNED:
		if (ber_signed(&x->value, &v)) {
			ev_int(e, SNF_VALUE, v);
		}
		return;
	case FORM_32:
	case FORM_64:
		if (ber_unsigned(
			&x->value, t->form == FORM_32 ? 32 : 64, &number)) {
			ev_uint(e, SNF_VALUE, number);
		}
		return;
	case FORM_OID:
		text = oid_text(m, x->value.body, &n);
		if (text != NULL) {
			ev_bytes(e, SNF_VALUE, EV_T_TEXT, text, n);
		}
		return;
	case FORM_IP:
		ev_bytes(e, SNF_VALUE, EV_T_IP, x->value.body.p, 4);
		return;
	default: tell_text(e, x);
	}
}

/* Requests have no values but those that they set or report. */
static void
tell_objects(struct snmp_msg *m, struct ev *e)
{
	bool values = m->tag == SNMP_SET || m->tag == SNMP_INFORM ||
		      m->dir != EV_DIR_REQUEST;
	struct rd r = m->varbinds;
	struct varbind x;
	const char *text;
	size_t n;

	ev_array(e, SNF_OBJECTS);
	for (size_t i = 0; i < m->nvarbinds && i < SNMP_TOLD_MAX; i++) {
		if (!snmp_varbind(m, &r, &x)) {
			break;
		}
		text = oid_text(m, x.oid, &n);
		if (text == NULL) {
			break;
		}
		ev_object(e, EVF_ELEM);
		ev_bytes(e, SNF_OID, EV_T_TEXT, text, n);
		if (values) {
			tell_value(m, e, &x);
		}
		ev_end(e);
	}
	ev_end(e);
}

static void
tell_trap(struct snmp_msg *m, struct ev *e)
{
	const char *name = snmp_trap_name(m->generic), *text;
	size_t n;

	if (rd_left(&m->enterprise) != 0) {
		text = oid_text(m, m->enterprise, &n);
		if (text != NULL) {
			ev_bytes(e, SNF_ENTERPRISE, EV_T_TEXT, text, n);
		}
	}
	if (m->has_agent) {
		ev_bytes(e, SNF_AGENT, EV_T_IP, m->agent, sizeof(m->agent));
	}
	if (m->has_trap) {
		ev_name(e, SNF_TRAP, name != NULL ? name : "enterprise");
		ev_int(e, SNF_SPECIFIC, m->specific);
		ev_uint(e, SNF_UPTIME, m->uptime);
	}
}

static void
tell_numbers(struct snmp_msg *m, struct ev *e)
{
	bool is_bulk = m->tag == SNMP_BULK;

	if (m->have > 0) {
		ev_int(e, SNF_REQUEST_ID, m->request_id);
	}
	if (!is_bulk && m->dir != EV_DIR_RESPONSE) {
		return;
	}
	if (m->have > 1) {
		ev_int(e, is_bulk ? SNF_NON_REPEATERS : SNF_ERROR_STATUS,
		    m->error);
	}
	if (m->have > 2) {
		ev_int(e, is_bulk ? SNF_MAX_REPETITIONS : SNF_ERROR_INDEX,
		    m->index);
	}
}

/* What a set is for, so that another one is another. */
static void
tell_about(struct snmp_msg *m, struct ev *e)
{
	struct rd r = m->varbinds;
	struct varbind x;
	const char *text;
	size_t n;

	if (m->tag == SNMP_SET && m->nvarbinds > 0 && snmp_varbind(m, &r, &x) &&
	    (text = oid_text(m, x.oid, &n)) != NULL) {
		ev_bytes(e, SNF_ABOUT, EV_T_TEXT, text, n);
	}
}

static void
tell_trap_v2(struct snmp_msg *m, struct ev *e)
{
	int32_t trap = snmp_trap_of(m);

	if (trap >= 0) {
		ev_name(e, SNF_TRAP, snmp_trap_name(trap));
	}
}

/* Whose system it is, in a response that says so. */
static void
tell_vendor(struct snmp_msg *m, struct ev *e)
{
	uint32_t number = snmp_vendor_number(m);

	if (number != 0) {
		ev_uint(e, SNF_VENDOR_NUMBER, number);
	}
}

void
snmp_tell(struct snmp_msg *m)
{
	uint8_t at = (uint8_t)(m->tag - SNMP_GET);
	uint8_t cls = snmp_pdu(m->paired ? m->asked : m->tag)->cls;
	struct ev *e = dis_operation(m->ctx, PROTO_SNMP, m->dir,
	    snmp_pdu(m->tag)->name, at, (enum ev_class)cls);

	if (m->cut) {
		e->flags |= EV_CUT;
	}
	if (m->tag == SNMP_RESPONSE && m->have > 1) {
		e->status = error_name(m->error);
		if (m->paired) {
			dis_paired(e, &m->pair);
		}
	}
	ev_name(e, SNF_VERSION, m->version == SNMP_V1 ? "v1" : "v2c");
	if (m->has_community) {
		ev_bool(e, SNF_DEFAULT_COMMUNITY, m->is_default);
	}
	if (m->tag == SNMP_TRAP) {
		tell_trap(m, e);
	} else {
		tell_numbers(m, e);
		tell_trap_v2(m, e);
		tell_about(m, e);
	}
	tell_vendor(m, e);
	if (!m->cut) {
		ev_uint(e, SNF_VARBINDS, m->nvarbinds);
	}
	if (m->nvarbinds > 0) {
		tell_objects(m, e);
	}
	dis_emit(m->ctx, e);
}
