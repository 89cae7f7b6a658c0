/*
 * types: OPC UA's built-in types as they are encoded ([1] 5.2.2).
 *
 *	String       length (4, -1: null) | bytes
 *	Array        count (4, -1: null) | elements
 *	NodeId       encoding | namespace | identifier
 *	Variant      type, 0x80: array, 0x40: dimensions | value
 *	DataValue    mask | Variant, status, times
 *	Extension    NodeId | 1: bytes | length | body
 *
 * All lengths are little-endian.  What is wrong is said once and fails the
 * reader, so that loops end.  Values that hold values of any type are not
 * read: they set `lost`, and nothing behind them is told.
 */
#include "dissectors/opcua/opcua.h"

#include "base/real.h"
#include "dissectors/names.h"

enum {
	BOOLEAN = 1,
	SBYTE,
	BYTE,
	INT16,
	UINT16,
	INT32,
	UINT32,
	INT64,
	UINT64,
	FLOAT,
	DOUBLE,
	STRING,
	DATE_TIME,
	GUID,
	BYTE_STRING,
	XML,
	NODE_ID,
	EXPANDED_NODE_ID,
	STATUS_CODE,
	QUALIFIED_NAME,
	LOCALIZED_TEXT,
	EXTENSION_OBJECT,
	DATA_VALUE,
	VARIANT,
	DIAGNOSTIC_INFO,
};

static const struct name type_names[] = {
    {0, "Null"},
    {BOOLEAN, "Boolean"},
    {SBYTE, "SByte"},
    {BYTE, "Byte"},
    {INT16, "Int16"},
    {UINT16, "UInt16"},
    {INT32, "Int32"},
    {UINT32, "UInt32"},
    {INT64, "Int64"},
    {UINT64, "UInt64"},
    {FLOAT, "Float"},
    {DOUBLE, "Double"},
    {STRING, "String"},
    {DATE_TIME, "DateTime"},
    {GUID, "Guid"},
    {BYTE_STRING, "ByteString"},
    {XML, "XmlElement"},
    {NODE_ID, "NodeId"},
    {EXPANDED_NODE_ID, "ExpandedNodeId"},
    {STATUS_CODE, "StatusCode"},
    {QUALIFIED_NAME, "QualifiedName"},
    {LOCALIZED_TEXT, "LocalizedText"},
    {EXTENSION_OBJECT, "ExtensionObject"},
    {DATA_VALUE, "DataValue"},
    {VARIANT, "Variant"},
    {DIAGNOSTIC_INFO, "DiagnosticInfo"},
};

/* Bytes of those that always have as many. */
static const uint8_t sizes[] = {
    [BOOLEAN] = 1,
    [SBYTE] = 1,
    [BYTE] = 1,
    [INT16] = 2,
    [UINT16] = 2,
    [INT32] = 4,
    [UINT32] = 4,
    [INT64] = 8,
    [UINT64] = 8,
    [FLOAT] = 4,
    [DOUBLE] = 8,
    [DATE_TIME] = 8,
    [GUID] = 16,
    [STATUS_CODE] = 4,
    [DIAGNOSTIC_INFO] = 0,
};

static const struct name statuses[] = {
#define S(code, text) {(code), (text)},
#include "dissectors/opcua/status.def"
#undef S
};

const char *
ua_type_name(uint8_t type)
{
	const char *s = NAME_OF(type_names, type);

	return s != NULL ? s : "unknown";
}

const char *
ua_status_name(uint32_t code)
{
	const char *s = NAME_OF(statuses, code & 0xffff0000);

	if (s != NULL) {
		return s;
	}
	return ua_is_bad(code) ? "bad" : code >> 30 ? "uncertain" : "good";
}

static void
fail(struct ua_msg *m, const char *reason, const struct rd *at, struct rd *r)
{
	ua_bad(m, reason, at);
	rd_fail(r);
}

struct rd
ua_string(struct ua_msg *m, struct rd *r)
{
	struct rd at = *r;
	uint32_t n = rd_le32(r);

	if (n == UINT32_MAX || !rd_ok(r)) {
		return rd_sub(r, 0);
	}
	if (!rd_has(r, n)) {
		fail(m, UA_BAD_STRING, &at, r);
		return rd_failed();
	}
	return rd_sub(r, n);
}

/* An element has at least a byte. */
uint32_t
ua_count(struct ua_msg *m, struct rd *r)
{
	struct rd at = *r;
	uint32_t n = rd_le32(r);

	if (n == UINT32_MAX || !rd_ok(r)) {
		return 0;
	}
	if (!rd_has(r, n) && !m->cut) {
		fail(m, UA_BAD_ARRAY, &at, r);
		return 0;
	}
	return n;
}

void
ua_strings(struct ua_msg *m, struct rd *r)
{
	for (uint32_t n = ua_count(m, r); n > 0 && rd_ok(r); n--) {
		(void)ua_string(m, r);
	}
}

struct rd
ua_localized(struct ua_msg *m, struct rd *r)
{
	uint8_t mask = rd_u8(r);

	if (mask & 1) {
		(void)ua_string(m, r);
	}
	return mask & 2 ? ua_string(m, r) : rd_sub(r, 0);
}

/* Expanded ones, too: their namespace's URI and server are passed over. */
void
ua_node(struct ua_msg *m, struct rd *r, struct ua_node *ret)
{
	struct rd at = *r;
	uint8_t how = rd_u8(r);

	memset(ret, 0, sizeof(*ret));
	ret->kind = 'i';
	if ((how & 0x3f) >= 2) {
		ret->ns = rd_le16(r);
	}
	switch (how & 0x3f) {
	case 0: ret->number = rd_u8(r); break;
	case 1:
		ret->ns = rd_u8(r);
		ret->number = rd_le16(r);
		break;
	case 2: ret->number = rd_le32(r); break;
	case 3:
		ret->kind = 's';
		ret->id = ua_string(m, r);
		break;
	case 4:
		ret->kind = 'g';
		ret->id = rd_sub(r, 16);
		break;
	case 5:
		ret->kind = 'b';
		ret->id = ua_string(m, r);
		break;
	default: fail(m, UA_BAD_NODE, &at, r); break;
	}
	if (how & 0x80) {
		(void)ua_string(m, r);
	}
	if (how & 0x40) {
		rd_skip(r, 4);
	}
}

static size_t
put_number(char *to, uint32_t v)
{
	char digits[10];
	size_t n = 0, i;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	for (i = 0; i < n; i++) {
		to[i] = digits[n - 1 - i];
	}
	return n;
}

/* As it is written: ns=2;s=Boiler.Temperature ([1] 5.3.1.10). */
size_t
ua_node_text(const struct ua_node *node, char to[UA_NODE_MAX])
{
	static const char hex[] = "0123456789abcdef";
	struct rd id = node->id;
	size_t n = 0, room;

	if (node->ns != 0) {
		memcpy(to, "ns=", 3);
		n = 3 + put_number(to + 3, node->ns);
		to[n++] = ';';
	}
	to[n++] = node->kind;
	to[n++] = '=';
	if (node->kind == 'i') {
		return n + put_number(to + n, node->number);
	}
	room = UA_NODE_MAX - n;
	if (node->kind == 's') {
		room = rd_left(&id) < room ? rd_left(&id) : room;
		if (room > 0) {
			memcpy(to + n, id.p, room);
		}
		return n + room;
	}
	for (; rd_left(&id) > 0 && room >= 2; room -= 2) {
		uint8_t b = rd_u8(&id);

		to[n++] = hex[b >> 4];
		to[n++] = hex[b & 15];
	}
	return n;
}

void
ua_object(struct ua_msg *m, struct rd *r, struct ua_object *ret)
{
	ua_node(m, r, &ret->type);
	ret->body = rd_u8(r) != 0 ? ua_string(m, r) : rd_sub(r, 0);
}

/* Inner ones are last, so that they follow each other. */
void
ua_diagnostic(struct ua_msg *m, struct rd *r)
{
	uint8_t mask;

	do {
		mask = rd_u8(r);
		for (unsigned bit = 1; bit <= 8; bit <<= 1) {
			rd_skip(r, mask & bit ? 4 : 0);
		}
		if (mask & 0x10) {
			(void)ua_string(m, r);
		}
		rd_skip(r, mask & 0x20 ? 4 : 0);
	} while (rd_ok(r) && (mask & 0x40));
}

static void
skip_element(struct ua_msg *m, struct rd *r, uint8_t type)
{
	struct ua_object object;

	switch (type) {
	case STRING:
	case BYTE_STRING:
	case XML: (void)ua_string(m, r); break;
	case NODE_ID:
	case EXPANDED_NODE_ID: ua_node(m, r, &object.type); break;
	case QUALIFIED_NAME:
		rd_skip(r, 2);
		(void)ua_string(m, r);
		break;
	case LOCALIZED_TEXT: (void)ua_localized(m, r); break;
	case EXTENSION_OBJECT: ua_object(m, r, &object); break;
	case DIAGNOSTIC_INFO: ua_diagnostic(m, r); break;
	case DATA_VALUE:
	case VARIANT:
		m->lost = true;
		rd_fail(r);
		break;
	default: rd_skip(r, sizes[type]); break;
	}
}

void
ua_variant(struct ua_msg *m, struct rd *r, struct ua_value *ret)
{
	struct rd at = *r;
	uint8_t how = rd_u8(r);

	ret->type = how & 0x3f;
	ret->array = how & 0x80;
	ret->count = ret->array ? ua_count(m, r) : ret->type != 0;
	ret->first = *r;
	if (ret->type > DIAGNOSTIC_INFO) {
		fail(m, UA_BAD_VARIANT, &at, r);
		return;
	}
	/* No value has no bytes, however many of it there are. */
	for (uint32_t n = ret->type != 0 ? ret->count : 0; n > 0 && rd_ok(r);
	     n--) {
		skip_element(m, r, ret->type);
	}
	if (how & 0x40) {
		uint32_t n = ua_count(m, r);

		rd_skip(r, rd_left(r) / 4 < n ? SIZE_MAX : 4 * (size_t)n);
	}
}

void
ua_data(struct ua_msg *m, struct rd *r, struct ua_data *ret)
{
	uint8_t mask = rd_u8(r);

	memset(ret, 0, sizeof(*ret));
	ret->has_value = mask & 1;
	if (ret->has_value) {
		ua_variant(m, r, &ret->value);
	}
	ret->status = mask & 2 ? rd_le32(r) : 0;
	rd_skip(r, mask & 4 ? 8 : 0);
	rd_skip(r, mask & 0x10 ? 2 : 0);
	rd_skip(r, mask & 8 ? 8 : 0);
	rd_skip(r, mask & 0x20 ? 2 : 0);
}

static bool
tell_number(struct ev *e, uint16_t id, uint8_t type, struct rd *r)
{
	switch (type) {
	case BOOLEAN: ev_bool(e, id, rd_u8(r) != 0); return true;
	case SBYTE: ev_int(e, id, (int8_t)rd_u8(r)); return true;
	case BYTE: ev_uint(e, id, rd_u8(r)); return true;
	case INT16: ev_int(e, id, (int16_t)rd_le16(r)); return true;
	case UINT16: ev_uint(e, id, rd_le16(r)); return true;
	case INT32: ev_int(e, id, (int32_t)rd_le32(r)); return true;
	case UINT32: ev_uint(e, id, rd_le32(r)); return true;
	case INT64: ev_int(e, id, (int64_t)rd_le64(r)); return true;
	case UINT64: ev_uint(e, id, rd_le64(r)); return true;
	case FLOAT: ev_double(e, id, real_from32(rd_le32(r))); return true;
	case DOUBLE: ev_double(e, id, real_from64(rd_le64(r))); return true;
	case STATUS_CODE: ev_hexnum(e, id, rd_le32(r), 4); return true;
	default: return false;
	}
}

/* Of a value that was passed over before, so that it is there. */
static struct rd
good_string(struct rd *r)
{
	uint32_t n = rd_le32(r);

	return rd_sub(r, n != UINT32_MAX ? n : 0);
}

static struct rd
good_text(uint8_t type, struct rd *r)
{
	uint8_t mask = type == LOCALIZED_TEXT ? rd_u8(r) : 2;

	if (mask & 1) {
		(void)good_string(r);
	}
	return mask & 2 ? good_string(r) : rd_sub(r, 0);
}

bool
ua_tell_value(struct ev *e, uint16_t id, const struct ua_value *v)
{
	struct rd r = v->first, text;

	if (v->array || !rd_ok(&r)) {
		return false;
	}
	if (v->type == STRING || v->type == LOCALIZED_TEXT) {
		text = good_text(v->type, &r);
		ev_bytes(e, id, EV_T_TEXT, text.p, rd_left(&text));
		return true;
	}
	return tell_number(e, id, v->type, &r);
}
