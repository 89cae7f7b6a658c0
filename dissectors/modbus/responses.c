/*
 * responses: functions that read and write coils and registers, answered; and
 * exceptions.
 *
 * A read response does not say what was read: address and quantity are its
 * request's, told when that was seen.  Echoes carry their own.
 */
#include "dissectors/modbus/modbus.h"

/* What the request asked for, told with a response that does not say it. */
static void
tell_request(struct mb_pdu *p, struct ev *e)
{
	if (mb_was_asked(p, MB_HAS_ADDR)) {
		ev_uint(e, MBF_ADDR, p->wait.addr);
	}
	if (mb_was_asked(p, MB_HAS_QTY)) {
		ev_uint(e, MBF_QTY, p->wait.qty);
	}
	if (mb_was_asked(p, MB_HAS_WADDR)) {
		ev_uint(e, MBF_WADDR, p->wait.waddr);
	}
	if (mb_was_asked(p, MB_HAS_WQTY)) {
		ev_uint(e, MBF_WQTY, p->wait.wqty);
	}
}

/* [A] 6.1 to 6.4, and 6.17 for what function 23 has read */
void
mb_rsp_read(struct mb_pdu *p, struct ev *e)
{
	bool bits = p->fc < 3;
	size_t at = mb_at(p), n, have, want;
	const uint8_t *raw;

	tell_request(p, e);
	n = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	have = rd_left(&p->body);
	if (n != have || n == 0 || (!bits && n % 2 != 0)) {
		mb_bad(p, MB_BAD_BYTE_COUNT, at);
		n = have;
	}
	want = bits ? ((size_t)p->wait.qty + 7) / 8 : 2 * (size_t)p->wait.qty;
	if (mb_was_asked(p, MB_HAS_QTY) && n != want) {
		mb_bad(p, MB_BAD_NOT_QUANTITY, at);
	}
	raw = rd_bytes(&p->body, n);
	if (!bits) {
		ev_bytes(e, MBF_VALUES, EV_T_REGS, raw, n & ~(size_t)1);
		return;
	}
	/* Exactly the quantity; what fills the last byte is no coil. */
	n = 8 * n;
	if (mb_was_asked(p, MB_HAS_QTY) && p->wait.qty < n) {
		n = p->wait.qty;
	}
	ev_bytes(e, MBF_VALUES, EV_T_BITS, raw, n);
}

/* [A] 6.11, 6.12 */
void
mb_rsp_write_many(struct mb_pdu *p, struct ev *e)
{
	uint16_t max = mb_functions[p->fc].max;
	uint16_t addr = 0, qty = 0;
	size_t at = mb_at(p);

	if (!mb_u16(p, e, MBF_ADDR, &addr) || !mb_u16(p, e, MBF_QTY, &qty)) {
		return;
	}
	if (qty == 0 || qty > max) {
		mb_bad(p, MB_BAD_QUANTITY, at + 2);
	}
	if (mb_was_asked(p, MB_HAS_ADDR | MB_HAS_QTY) &&
	    (addr != p->wait.addr || qty != p->wait.qty)) {
		mb_bad(p, MB_BAD_NOT_ECHO, at);
	}
}

/* [A] 6.16 */
void
mb_rsp_mask_write(struct mb_pdu *p, struct ev *e)
{
	uint16_t addr = 0, and = 0, or = 0;
	size_t at = mb_at(p);

	if (!mb_u16(p, e, MBF_ADDR, &addr) || !mb_u16(p, e, MBF_AND, &and) ||
	    !mb_u16(p, e, MBF_OR, & or)) {
		return;
	}
	if (mb_was_asked(p, MB_HAS_ADDR | MB_HAS_WADDR | MB_HAS_WQTY) &&
	    (addr != p->wait.addr || and != p->wait.waddr || or
		!= p->wait.wqty)) {
		mb_bad(p, MB_BAD_NOT_ECHO, at);
	}
}

/*
 * [A] 6.18: byte count of two bytes, count of registers, the registers; at
 * most 31 of them.
 */
void
mb_rsp_read_fifo(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p), n, count, have;

	tell_request(p, e);
	n = rd_be16(&p->body);
	count = rd_be16(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	have = rd_left(&p->body);
	if (count > 31) {
		mb_bad(p, MB_BAD_QUANTITY, at + 2);
	}
	if (n != have + 2 || n != 2 + 2 * count) {
		mb_bad(p, MB_BAD_BYTE_COUNT, at);
	}
	n = have < 2 * count ? have & ~(size_t)1 : 2 * count;
	ev_bytes(e, MBF_VALUES, EV_T_REGS, rd_bytes(&p->body, n), n);
}

/* [A] 7; e->status was "ok". */
void
mb_rsp_exception(struct mb_pdu *p, struct ev *e)
{
	size_t at = mb_at(p);
	const char *name;
	uint8_t code;

	code = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		e->status = "unknown_exception";
		return;
	}
	ev_uint(e, MBF_EXCEPTION, code);
	name = mb_exception_name(code);
	e->status = name != NULL ? name : "unknown_exception";
	if (name == NULL) {
		mb_bad(p, MB_BAD_EXCEPTION, at);
	}
	switch (p->fc) {
	case 1:
	case 2:
	case 3:
	case 4:
	case 23:
	case 24: tell_request(p, e); break;
	case MB_FC_DIAG:
		if (mb_was_asked(p, MB_HAS_ADDR)) {
			ev_uint(e, MBF_SUB, p->wait.addr);
		}
		break;
	case MB_FC_MEI:
		if (mb_was_asked(p, MB_HAS_SUB)) {
			ev_uint(e, MBF_MEI, p->wait.sub);
		}
		/* The extended exception of CiA 309-2 says more. */
		if (code == 0xff) {
			mb_opaque(p, e);
		}
		break;
	case MB_FC_UMAS:
		if (mb_was_asked(p, MB_HAS_SUB)) {
			ev_uint(e, MBF_UMAS, p->wait.sub);
		}
		break;
	default: break;
	}
}
