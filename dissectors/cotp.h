/*
 * cotp: connections of ISO by TCP, which S7comm and MMS share: TPKT (RFC 1006,
 * 6) around COTP (X.224, 13).
 *
 *	0   1   2     4    5     6
 *	+---+---+-----+----+-----+-----------------
 *	| 3 | 0 | len | li | PDU | parameters, data
 *	+---+---+-----+----+-----+-----------------
 *	len  of all; li  of the head behind itself
 */
#ifndef OTUS_DISSECTORS_COTP_H
#define OTUS_DISSECTORS_COTP_H

#include "dissectors/dissector.h"

#define TPKT       4
#define TPKT_LEAST 7

/* X.224, 13.1 */
enum { CR = 0xe0, CC = 0xd0, DR = 0x80, DC = 0xc0, DT = 0xf0, ER = 0x70 };

/* A TPKT with a COTP head that is one; MORE and NOT_MINE without. */
static inline enum dis_rc
cotp_find(struct rd r, size_t *ret_len, size_t *ret_need)
{
	uint8_t version = rd_u8(&r), reserved, li, pdu;
	uint16_t len;

	/* No more than it takes to refuse it. */
	*ret_need = rd_left(&r) == 0 ? 2 : TPKT + 2;
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (version != 3) {
		return DIS_NOT_MINE;
	}
	reserved = rd_u8(&r);
	if (reserved != 0) {
		return DIS_NOT_MINE;
	}
	len = rd_be16(&r);
	li = rd_u8(&r);
	pdu = rd_u8(&r);
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	switch (pdu & 0xf0) {
	case CR:
	case CC:
	case DR:
	case DC:
	case DT:
	case ER: break;
	default: return DIS_NOT_MINE;
	}
	if (len < TPKT_LEAST || li < 2 || (size_t)li + 5 > len) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = len;
	return rd_has(&r, (size_t)len - 6) ? DIS_OK : DIS_MORE;
}

/* Of a connect's parameters, the one with this code. */
static inline struct rd
cotp_parameter(struct rd r, uint8_t code)
{
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r), n = rd_u8(&r);
		struct rd v = rd_sub(&r, n);

		if (c == code) {
			return v;
		}
	}
	return rd_failed();
}

#endif
