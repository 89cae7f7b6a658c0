/*
 * framing: where an ADU begins and ends.
 *
 * On TCP and UDP a header leads ([T] 3.1.3):
 *
 *	 0      2      4      6    7    8
 *	+------+------+------+----+----+---------------+
 *	| txn  | 0    | len  |unit| fc | data          |   len counts from unit
 *	+------+------+------+----+----+---------------+
 *
 * A serial server behind a transparent converter speaks RTU ([S] 2.5.1),
 * which has no length: the function code implies it, differently for requests
 * and responses, and the CRC says which of them it was.
 *
 *	+----+----+---------------+--------+
 *	|unit| fc | data          | CRC    |             CRC: low byte first
 *	+----+----+---------------+--------+
 *
 * Every answer given here is a function of the bytes from the first on: what
 * arrives later turns MORE into something else and changes nothing besides,
 * so it does not matter how a stream was cut into segments.
 *
 * Modbus ASCII and Modbus Plus are not recognised.
 */
#include "dissectors/modbus/modbus.h"

/* [S] 6.2.2: polynomial A001, here for half a byte at a time. */
static uint16_t
crc_add(uint16_t crc, uint8_t byte)
{
	static const uint16_t table[16] = {0x0000, 0xcc01, 0xd801, 0x1400,
	    0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401,
	    0x5000, 0x9c01, 0x8801, 0x4400};

	crc = (uint16_t)(crc >> 4 ^ table[(crc ^ byte) & 15]);
	return (uint16_t)(crc >> 4 ^ table[(crc ^ byte >> 4) & 15]);
}

uint16_t
mb_crc(const uint8_t *p, size_t n)
{
	uint16_t crc = 0xffff;

	for (size_t i = 0; i < n; i++) {
		crc = crc_add(crc, p[i]);
	}
	return crc;
}

static enum dis_rc
more(struct mb_adu *ret, size_t need)
{
	ret->need = need;
	return DIS_MORE;
}

static enum dis_rc
bad(struct mb_adu *ret, const char *reason, size_t at)
{
	ret->bad = reason;
	ret->bad_at = at;
	return DIS_BAD;
}

/* The header alone: OK sets ret->len. */
static enum dis_rc
mbap_header(struct rd r, struct mb_adu *ret)
{
	size_t have = rd_left(&r);
	uint16_t len;

	/* No more than it takes to refuse it: RTU may begin one byte on. */
	if (have < 4) {
		return more(ret, 4);
	}
	rd_skip(&r, 2);
	if (rd_be16(&r) != 0) {
		return bad(ret, MB_BAD_PROTOCOL_ID, 2);
	}
	if (have < MB_MBAP_LEN) {
		return more(ret, MB_MBAP_LEN);
	}
	len = rd_be16(&r);
	if (len < MB_LEN_MIN || len > MB_LEN_UMAS_MAX) {
		return bad(ret, MB_BAD_LENGTH, 4);
	}
	if (len > MB_LEN_MAX) {
		if (have < MB_HEAD_LEN) {
			return more(ret, MB_HEAD_LEN);
		}
		rd_skip(&r, 1);
		if ((rd_u8(&r) & ~MB_EXCEPTION) != MB_FC_UMAS) {
			return bad(ret, MB_BAD_LENGTH, 4);
		}
	}
	ret->framing = MB_TCP;
	ret->len = MB_MBAP_LEN + (size_t)len;
	return DIS_OK;
}

/* Unit and function are there, and the function's form is a known one. */
static bool
is_known(struct rd r, uint8_t *ret_fc)
{
	rd_skip(&r, MB_MBAP_LEN + 1);
	*ret_fc = rd_u8(&r);
	return rd_ok(&r) &&
	       mb_functions[*ret_fc & ~MB_EXCEPTION].req.fixed != MB_LEN_ANY;
}

static bool
is_plausible(struct rd r, size_t len)
{
	struct rd adu = rd_sub(&r, len);
	uint8_t fc;

	rd_skip(&adu, MB_MBAP_LEN + 1);
	fc = rd_u8(&adu);
	return rd_ok(&adu) && mb_plausible(fc, adu);
}

enum dis_rc
mb_find_mbap(struct rd r, bool strict, struct mb_adu *ret)
{
	enum dis_rc rc = mbap_header(r, ret);

	if (rc != DIS_OK) {
		return rc;
	}
	if (!rd_has(&r, ret->len)) {
		return more(ret, ret->len);
	}
	if (strict && !is_plausible(r, ret->len)) {
		return DIS_NOT_MINE;
	}
	return DIS_OK;
}

bool
mb_is_opaque(struct rd r, uint8_t *ret_unit)
{
	struct rd look = r;
	uint8_t fc;

	rd_skip(&look, MB_MBAP_LEN);
	*ret_unit = rd_u8(&look);
	return rd_has(&r, MB_HEAD_LEN) && !is_known(r, &fc) &&
	       (fc & ~MB_EXCEPTION) != 0;
}

enum dis_rc
mb_find_cut(struct rd r, struct mb_adu *ret)
{
	if (!rd_has(&r, MB_HEAD_LEN) || mbap_header(r, ret) != DIS_OK ||
	    rd_has(&r, ret->len)) {
		return DIS_NOT_MINE;
	}
	ret->cut = true;
	return DIS_OK;
}

enum dis_rc
mb_find_faulty(struct rd r, struct mb_adu *ret)
{
	struct rd look = r;
	uint16_t len;
	uint8_t fc;

	switch (mbap_header(r, ret)) {
	case DIS_MORE: return DIS_MORE;
	case DIS_BAD: break;
	default: return DIS_NOT_MINE;
	}
	if (!rd_has(&r, MB_HEAD_LEN)) {
		return more(ret, MB_HEAD_LEN);
	}
	if (!is_known(r, &fc)) {
		return DIS_NOT_MINE;
	}
	ret->len = 0;
	if (ret->bad_at == 4) {
		return DIS_BAD;
	}
	/* Wrong protocol id: the length shall fit what follows. */
	rd_skip(&look, 4);
	len = rd_be16(&look);
	if (len < MB_LEN_MIN || len > MB_LEN_MAX) {
		return DIS_NOT_MINE;
	}
	if (!rd_has(&r, MB_MBAP_LEN + (size_t)len)) {
		return more(ret, MB_MBAP_LEN + (size_t)len);
	}
	if (!is_plausible(r, MB_MBAP_LEN + (size_t)len)) {
		return DIS_NOT_MINE;
	}
	ret->len = MB_MBAP_LEN + (size_t)len;
	return DIS_BAD;
}

/* One length that the frame may have, or how much more would tell. */
struct candidate {
	size_t len, need;
	bool any;
};

/* Requests that say twice how long they are; [A] 6.11, 6.12, 6.17. */
static bool
contradicts_itself(uint8_t fc, struct rd body)
{
	return (fc == 15 || fc == 16 || fc == 23) &&
	       !mb_reads_as(fc, true, body);
}

static void
rtu_candidate(uint8_t fc_byte, bool request, bool strict, struct rd body,
    struct candidate *ret)
{
	uint8_t fc = fc_byte & (uint8_t)~MB_EXCEPTION;
	size_t need = 0;
	int n;

	*ret = (struct candidate){0};
	if (fc_byte & MB_EXCEPTION) {
		/* Only responses have the bit; one byte follows. */
		ret->len = request ? 0 : MB_RTU_MIN + 1;
		return;
	}
	n = mb_body_len(fc, request, body, &need);
	if (n == MB_LEN_MORE) {
		ret->need = need + 2;
	} else if (n == MB_LEN_ANY && strict) {
		/* The usual echo is one word; others must wait for proof. */
		ret->len = fc == MB_FC_DIAG ? MB_RTU_MIN + 4 : 0;
	} else if (n == MB_LEN_ANY) {
		ret->any = true;
	} else if (!strict || !request || !contradicts_itself(fc, body)) {
		ret->len = MB_RTU_MIN + (size_t)n;
	}
}

/* A message followed by its own CRC has the CRC 0: the shortest that does. */
static size_t
rtu_scan(struct rd r)
{
	uint16_t crc = 0xffff;

	for (size_t n = 1; n <= MB_RTU_MAX && rd_left(&r) > 0; n++) {
		crc = crc_add(crc, rd_u8(&r));
		if (crc == 0 && n >= MB_RTU_MIN) {
			return n;
		}
	}
	return 0;
}

static bool
rtu_holds(struct rd r, size_t len)
{
	const uint8_t *p = rd_bytes(&r, len);

	return p != NULL && mb_crc(p, len) == 0;
}

/* No length holds, or none is known: more bytes, or the function's own end. */
static enum dis_rc
find_rtu_end(struct rd r, bool any, size_t want, struct mb_adu *ret)
{
	if (want != 0) {
		return more(ret, want);
	}
	ret->len = any ? rtu_scan(r) : 0;
	if (ret->len != 0) {
		return DIS_OK;
	}
	return any && rd_left(&r) < MB_RTU_MAX ? more(ret, rd_left(&r) + 1)
					       : bad(ret, MB_BAD_CRC, 0);
}

static enum dis_rc
find_rtu(struct rd r, bool strict, struct mb_adu *ret)
{
	struct candidate c[2] = {{0}, {0}};
	struct rd body = r;
	size_t want = 0;
	uint8_t fc_byte;
	bool swap;

	if (!rd_has(&r, MB_RTU_MIN)) {
		return more(ret, MB_RTU_MIN);
	}
	rd_skip(&body, 1);
	fc_byte = rd_u8(&body);
	rtu_candidate(fc_byte, true, strict, body, &c[0]);
	rtu_candidate(fc_byte, false, strict, body, &c[1]);
	/* Shortest first, as it would come up byte by byte. */
	swap = c[0].len > c[1].len;
	ret->framing = MB_RTU;
	for (int i = 0; i < 2; i++) {
		const struct candidate *x = &c[swap ? !i : i];
		size_t need = x->need;

		if (x->len != 0 && x->len <= MB_RTU_MAX) {
			if (rtu_holds(r, x->len)) {
				ret->len = x->len;
				return DIS_OK;
			}
			need = rd_has(&r, x->len) ? 0 : x->len;
		}
		if (need != 0 && (want == 0 || need < want)) {
			want = need;
		}
	}
	return find_rtu_end(r, c[0].any || c[1].any, want, ret);
}

/* RTU beyond doubt: a unit that exists, a length that is known, values. */
static enum dis_rc
find_rtu_strict(struct rd r, struct mb_adu *ret)
{
	struct rd look = r;
	uint8_t fc_byte;
	enum dis_rc rc;

	if (!rd_has(&look, 2)) {
		return more(ret, MB_RTU_MIN);
	}
	if (rd_u8(&look) > 247) {
		return DIS_NOT_MINE;
	}
	fc_byte = rd_u8(&look);
	if (mb_functions[fc_byte & ~MB_EXCEPTION].req.fixed == MB_LEN_ANY) {
		return DIS_NOT_MINE;
	}
	rc = find_rtu(r, true, ret);
	if (rc != DIS_OK) {
		return rc == DIS_MORE ? DIS_MORE : DIS_NOT_MINE;
	}
	return mb_plausible(fc_byte, rd_sub(&look, ret->len - MB_RTU_MIN))
		   ? DIS_OK
		   : DIS_NOT_MINE;
}

enum dis_rc
mb_find_rtu(struct rd r, bool strict, struct mb_adu *ret)
{
	return strict ? find_rtu_strict(r, ret) : find_rtu(r, false, ret);
}

/*
 * A read of register 0 over RTU looks like an MBAP header (its first bytes as
 * transaction, the address as protocol id, the quantity as length).  So RTU
 * with a good CRC goes first, but only as far as the MBAP message reaches:
 * whichever would be whole first wins.  lenient, on Modbus's own port, takes
 * any MBAP message then, also a malformed one; but one of no function in
 * particular has to wait until it cannot be RTU any more.
 */
enum dis_rc
mb_detect(struct rd r, bool lenient, struct mb_adu *ret)
{
	struct mb_adu rtu = {0}, mbap = {0};
	enum dis_rc rc_rtu = find_rtu_strict(r, &rtu), rc_mbap;
	uint8_t fc;

	if (rc_rtu != DIS_NOT_MINE && !is_known(r, &fc)) {
		lenient = false;
	}
	rc_mbap = mb_find_mbap(r, !lenient, &mbap);
	if (rc_rtu == DIS_OK && (rc_mbap != DIS_OK || rtu.len <= mbap.len)) {
		*ret = rtu;
		return DIS_OK;
	}
	if (rc_mbap == DIS_OK) {
		*ret = mbap;
		return DIS_OK;
	}
	if (rc_rtu == DIS_MORE || rc_mbap == DIS_MORE) {
		size_t a = rc_rtu == DIS_MORE ? rtu.need : SIZE_MAX;
		size_t b = rc_mbap == DIS_MORE ? mbap.need : SIZE_MAX;

		return more(ret, a < b ? a : b);
	}
	return DIS_NOT_MINE;
}
