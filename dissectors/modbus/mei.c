/*
 * mei: function 43, the Modbus encapsulated interface ([A] 6.19).
 *
 * Type 14, Read Device Identification ([A] 6.21), is the best that Modbus
 * says about a device:
 *
 *	request   0e code object
 *	response  0e code conformity more next count { id length text } ...
 *
 * Type 13, CANopen General Reference (CiA 309-2), carries object dictionary
 * accesses; only whether it reads or writes is taken from it:
 *
 *	request   0d control ...
 *
 * Its responses mean what their request was.
 */
#include "dissectors/modbus/modbus.h"

#define OBJECT_VENDOR   0
#define OBJECT_CODE     1
#define OBJECT_REVISION 2
#define OBJECT_NAME     4
#define OBJECT_MODEL    5
#define OBJECT_USER     6

#define CAN_WRITE 0x01 /* access flag of the control byte */

bool
mb_canopen_is_write(struct rd body)
{
	rd_skip(&body, 1);
	return rd_u8(&body) & CAN_WRITE;
}

int
mb_device_id_len(struct rd body, size_t *ret_need)
{
	size_t total = 6, n;
	struct rd r = body;

	/* body stands behind the type. */
	rd_skip(&r, 4);
	n = rd_u8(&r);
	if (!rd_ok(&r)) {
		*ret_need = total;
		return MB_LEN_MORE;
	}
	for (; n > 0; n--) {
		size_t len;

		rd_skip(&r, 1);
		len = rd_u8(&r);
		if (!rd_ok(&r)) {
			*ret_need = total + 2;
			return MB_LEN_MORE;
		}
		total += 2 + len;
		if (!rd_has(&r, len)) {
			if (n == 1) {
				break;
			}
			*ret_need = total + 2;
			return MB_LEN_MORE;
		}
		rd_skip(&r, len);
	}
	return (int)total;
}

void
mb_req_mei(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p);
	uint8_t type = rd_u8(&p->body), code, object;

	if (!rd_ok(&p->body)) {
		return;
	}
	p->wait.sub = type;
	p->wait.known |= MB_HAS_SUB;
	ev_uint(e, MBF_MEI, type);
	if (type != MB_MEI_DEVICE) {
		if (p->cls == EV_CLASS_WRITE) {
			p->wait.known |= MB_IS_WRITE;
		}
		if (type != MB_MEI_CANOPEN) {
			mb_bad(p, MB_BAD_MEI, at);
		}
		mb_opaque(p, e);
		return;
	}
	code = rd_u8(&p->body);
	object = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	if (code < 1 || code > 4) {
		mb_bad(p, MB_BAD_READ_CODE, at + 1);
	}
	p->wait.addr = code;
	p->wait.known |= MB_HAS_ADDR;
	ev_uint(e, MBF_READ_CODE, code);
	ev_uint(e, MBF_OBJECT_ID, object);
}

/* The objects, each told; false when they do not fit their count. */
static bool
objects(struct mb_pdu *p, struct ev *e, unsigned count)
{
	bool good = true;

	ev_array(e, MBF_OBJECTS);
	while (count > 0 && rd_left(&p->body) > 0) {
		uint8_t id = rd_u8(&p->body);
		size_t len = rd_u8(&p->body);

		if (!rd_has(&p->body, len)) {
			good = false;
			len = rd_left(&p->body);
		}
		ev_object(e, EVF_ELEM);
		ev_uint(e, MBF_ID, id);
		ev_bytes(e, EVF_VALUE, EV_T_TEXT, rd_bytes(&p->body, len), len);
		ev_end(e);
		count--;
	}
	ev_end(e);
	return good && count == 0;
}

static bool
is_conformity(uint8_t c)
{
	return (c & 0x7f) >= 1 && (c & 0x7f) <= 3;
}

/* Everything before the objects; false when it is cut off. */
static bool
device_id_head(struct mb_pdu *p, struct ev *e, uint8_t *ret_count)
{
	size_t at = mb_at(p);
	uint8_t code = rd_u8(&p->body), conformity = rd_u8(&p->body);
	uint8_t more = rd_u8(&p->body), next = rd_u8(&p->body);

	*ret_count = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return false;
	}
	if (code < 1 || code > 4 ||
	    (mb_was_asked(p, MB_HAS_ADDR) && code != p->wait.addr)) {
		mb_bad(p, MB_BAD_READ_CODE, at);
	}
	if (!is_conformity(conformity)) {
		mb_bad(p, MB_BAD_CONFORMITY, at + 1);
	}
	if (more != 0x00 && more != 0xff) {
		mb_bad(p, MB_BAD_MORE, at + 2);
	}
	ev_uint(e, MBF_READ_CODE, code);
	ev_uint(e, MBF_CONFORMITY, conformity);
	ev_bool(e, MBF_MORE, more == 0xff);
	if (more == 0xff) {
		ev_uint(e, MBF_NEXT, next);
	}
	return true;
}

void
mb_rsp_mei(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p);
	uint8_t type = rd_u8(&p->body), count;

	if (!rd_ok(&p->body)) {
		return;
	}
	ev_uint(e, MBF_MEI, type);
	if (mb_was_asked(p, MB_HAS_SUB) && type != p->wait.sub) {
		mb_bad(p, MB_BAD_NOT_FUNCTION, at);
	}
	if (type != MB_MEI_DEVICE) {
		if (type != MB_MEI_CANOPEN) {
			mb_bad(p, MB_BAD_MEI, at);
		}
		mb_opaque(p, e);
	} else if (device_id_head(p, e, &count) && !objects(p, e, count)) {
		mb_bad(p, MB_BAD_OBJECTS, at + 5);
	}
}

/*
 * The inventory's key of an object.  The vendor's URL (3) is no property of
 * the device, and what vendors put above 6 is theirs: both stay in the
 * operation.
 */
static const char *
identity_key(uint8_t id)
{
	switch (id) {
	case OBJECT_VENDOR: return "vendor";
	case OBJECT_CODE: return "product_code";
	case OBJECT_REVISION: return "firmware";
	case OBJECT_NAME: return "description";
	case OBJECT_MODEL: return "model";
	case OBJECT_USER: return "user_text";
	default: return NULL;
	}
}

void
mb_more_mei(struct mb_pdu *p)
{
	struct dis_ctx *ctx = p->ctx;
	struct rd r = p->body;
	uint8_t seen = 0;

	if (p->request || p->exception || p->bad != NULL ||
	    rd_u8(&r) != MB_MEI_DEVICE) {
		return;
	}
	rd_skip(&r, 5);
	while (rd_left(&r) > 0) {
		uint8_t id = rd_u8(&r);
		size_t len = rd_u8(&r);
		const uint8_t *text = rd_bytes(&r, len);
		const char *key = identity_key(id);

		/* Some fill their fields up; an object is told once. */
		while (text != NULL && len > 0 &&
		       (text[len - 1] == ' ' || text[len - 1] == 0)) {
			len--;
		}
		if (key == NULL || text == NULL || len == 0 ||
		    (seen & 1u << id)) {
			continue;
		}
		seen |= (uint8_t)(1u << id);
		dis_identity(ctx, PROTO_MODBUS, ctx->src, key, EV_T_TEXT, text,
		    len, "read_device_identification");
	}
}
