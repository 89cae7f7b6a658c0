/*
 * requests: functions that read and write coils and registers, asked for.
 * Limits of quantity are those of [A]; sections stand beside them.
 */
#include "dissectors/modbus/modbus.h"

#define COIL_ON  0xff00 /* [A] 6.5 */
#define COIL_OFF 0x0000

/* [A] 6.1 to 6.4 */
void
mb_req_read(struct mb_pdu *p, struct ev *e)
{
	uint16_t max = mb_functions[p->fc].max;
	size_t at;

	if (!mb_ask(p, e, MBF_ADDR, &p->wait.addr, MB_HAS_ADDR)) {
		return;
	}
	at = mb_at(p);
	if (!mb_ask(p, e, MBF_QTY, &p->wait.qty, MB_HAS_QTY)) {
		return;
	}
	if (p->wait.qty == 0 || p->wait.qty > max) {
		mb_bad(p, MB_BAD_QUANTITY, at);
	}
}

/*
 * [A] 6.5, 6.6: one value, told as an array of one, so that it reads like
 * those of functions 15 and 16.  Requests and responses are the same.
 */
static void
write_one(
    struct mb_pdu *p, struct ev *e, uint16_t *ret_addr, uint16_t *ret_value)
{
	const uint8_t *raw;
	uint16_t value;
	size_t at;

	if (!mb_u16(p, e, MBF_ADDR, ret_addr)) {
		return;
	}
	at = mb_at(p);
	raw = p->body.p;
	value = rd_be16(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	*ret_value = value;
	if (p->fc == 6) {
		ev_bytes(e, MBF_VALUES, EV_T_REGS, raw, 2);
		return;
	}
	if (value == COIL_ON || value == COIL_OFF) {
		/* FF has the lowest bit set and 00 has not. */
		ev_bytes(e, MBF_VALUES, EV_T_BITS, raw, 1);
		return;
	}
	mb_bad(p, MB_BAD_COIL, at);
	ev_bytes(e, MBF_VALUES, EV_T_REGS, raw, 2);
}

void
mb_req_write_one(struct mb_pdu *p, struct ev *e)
{
	write_one(p, e, &p->wait.addr, &p->wait.qty);
	if (rd_ok(&p->body)) {
		p->wait.known |= MB_HAS_ADDR | MB_HAS_QTY;
	}
}

void
mb_rsp_write_one(struct mb_pdu *p, struct ev *e)
{
	uint16_t addr = 0, value = 0;
	size_t at = mb_at(p);

	write_one(p, e, &addr, &value);
	if (mb_was_asked(p, MB_HAS_ADDR | MB_HAS_QTY) && rd_ok(&p->body) &&
	    (addr != p->wait.addr || value != p->wait.qty)) {
		mb_bad(p, MB_BAD_NOT_ECHO, at);
	}
}

/*
 * Byte count and that many bytes of values, qty of them wanted; told as far
 * as they are there.
 */
static void
counted_values(struct mb_pdu *p, struct ev *e, uint16_t qty, bool bits)
{
	size_t want = bits ? ((size_t)qty + 7) / 8 : 2 * (size_t)qty;
	size_t at = mb_at(p), n, have;
	const uint8_t *raw;

	n = rd_u8(&p->body);
	if (!rd_ok(&p->body)) {
		return;
	}
	have = rd_left(&p->body);
	if (n != want || n != have) {
		mb_bad(p, MB_BAD_BYTE_COUNT, at);
		n = have < want ? have : want;
	}
	raw = rd_bytes(&p->body, n);
	if (bits) {
		ev_bytes(
		    e, MBF_VALUES, EV_T_BITS, raw, qty < 8 * n ? qty : 8 * n);
	} else {
		ev_bytes(e, MBF_VALUES, EV_T_REGS, raw, n & ~(size_t)1);
	}
}

/* [A] 6.11, 6.12 */
void
mb_req_write_many(struct mb_pdu *p, struct ev *e)
{
	uint16_t max = mb_functions[p->fc].max;
	size_t at;

	if (!mb_ask(p, e, MBF_ADDR, &p->wait.addr, MB_HAS_ADDR)) {
		return;
	}
	at = mb_at(p);
	if (!mb_ask(p, e, MBF_QTY, &p->wait.qty, MB_HAS_QTY)) {
		return;
	}
	if (p->wait.qty == 0 || p->wait.qty > max) {
		mb_bad(p, MB_BAD_QUANTITY, at);
	}
	counted_values(p, e, p->wait.qty, p->fc == 15);
}

/* [A] 6.16; the response is the same. */
void
mb_req_mask_write(struct mb_pdu *p, struct ev *e)
{
	if (mb_ask(p, e, MBF_ADDR, &p->wait.addr, MB_HAS_ADDR) &&
	    mb_ask(p, e, MBF_AND, &p->wait.waddr, MB_HAS_WADDR)) {
		(void)mb_ask(p, e, MBF_OR, &p->wait.wqty, MB_HAS_WQTY);
	}
}

/* [A] 6.17 */
void
mb_req_read_write(struct mb_pdu *p, struct ev *e)
{
	size_t at;

	if (!mb_ask(p, e, MBF_ADDR, &p->wait.addr, MB_HAS_ADDR)) {
		return;
	}
	at = mb_at(p);
	if (!mb_ask(p, e, MBF_QTY, &p->wait.qty, MB_HAS_QTY)) {
		return;
	}
	if (p->wait.qty == 0 || p->wait.qty > mb_functions[p->fc].max) {
		mb_bad(p, MB_BAD_QUANTITY, at);
	}
	if (!mb_ask(p, e, MBF_WADDR, &p->wait.waddr, MB_HAS_WADDR)) {
		return;
	}
	at = mb_at(p);
	if (!mb_ask(p, e, MBF_WQTY, &p->wait.wqty, MB_HAS_WQTY)) {
		return;
	}
	if (p->wait.wqty == 0 || p->wait.wqty > MB_WQTY_MAX) {
		mb_bad(p, MB_BAD_QUANTITY, at);
	}
	counted_values(p, e, p->wait.wqty, false);
}

/* [A] 6.18 */
void
mb_req_read_fifo(struct mb_pdu *p, struct ev *e)
{
	(void)mb_ask(p, e, MBF_ADDR, &p->wait.addr, MB_HAS_ADDR);
}

/* Functions 7, 11, 12 and 17 ask without a word. */
void
mb_req_empty(struct mb_pdu *p, struct ev *e)
{
}

/* A function whose data only its vendor reads. */
void
mb_opaque(struct mb_pdu *p, struct ev *e)
{
	size_t n = rd_left(&p->body);

	if (n != 0) {
		ev_bytes(e, MBF_DATA, EV_T_HEX, rd_bytes(&p->body, n), n);
	}
}

/* [A] 4.1: function code 0 is not valid. */
void
mb_function_zero(struct mb_pdu *p, struct ev *e)
{
	mb_bad(p, MB_BAD_ZERO, mb_at(p) - 1);
	mb_opaque(p, e);
}
