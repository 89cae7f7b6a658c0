/*
 * link: frames of the data link layer, IEEE 1815-2012 clause 9.
 *
 *	 0    1    2    3    4    5    6    7    8    9
 *	+----+----+----+----+----+----+----+----+----+----+ +-------- ... -+---+
 *	| 05 | 64 | len| ctl|  dst    |  src    |   CRC   | | <= 16 octets |CRC|
 *	+----+----+----+----+----+----+----+----+----+----+ +-------- ... -+---+
 *
 * len counts ctl, addresses and user data, no CRC.  Numbers are little-endian.
 * A header whose CRC is wrong says nothing about where the next one is, so the
 * search for it starts behind its first octet (9.2 has no better rule).
 */
#include "dissectors/dnp3/dnp3.h"

#define START_1 0x05
#define START_2 0x64

/* x^16+x^13+x^12+x^11+x^10+x^8+x^6+x^5+x^2+1, low bit first; 9.2. */
static const uint16_t crc_table[256] = {
    0x0000,
    0x365e,
    0x6cbc,
    0x5ae2,
    0xd978,
    0xef26,
    0xb5c4,
    0x839a,
    0xff89,
    0xc9d7,
    0x9335,
    0xa56b,
    0x26f1,
    0x10af,
    0x4a4d,
    0x7c13,
    0xb26b,
    0x8435,
    0xded7,
    0xe889,
    0x6b13,
    0x5d4d,
    0x07af,
    0x31f1,
    0x4de2,
    0x7bbc,
    0x215e,
    0x1700,
    0x949a,
    0xa2c4,
    0xf826,
    0xce78,
    0x29af,
    0x1ff1,
    0x4513,
    0x734d,
    0xf0d7,
    0xc689,
    0x9c6b,
    0xaa35,
    0xd626,
    0xe078,
    0xba9a,
    0x8cc4,
    0x0f5e,
    0x3900,
    0x63e2,
    0x55bc,
    0x9bc4,
    0xad9a,
    0xf778,
    0xc126,
    0x42bc,
    0x74e2,
    0x2e00,
    0x185e,
    0x644d,
    0x5213,
    0x08f1,
    0x3eaf,
    0xbd35,
    0x8b6b,
    0xd189,
    0xe7d7,
    0x535e,
    0x6500,
    0x3fe2,
    0x09bc,
    0x8a26,
    0xbc78,
    0xe69a,
    0xd0c4,
    0xacd7,
    0x9a89,
    0xc06b,
    0xf635,
    0x75af,
    0x43f1,
    0x1913,
    0x2f4d,
    0xe135,
    0xd76b,
    0x8d89,
    0xbbd7,
    0x384d,
    0x0e13,
    0x54f1,
    0x62af,
    0x1ebc,
    0x28e2,
    0x7200,
    0x445e,
    0xc7c4,
    0xf19a,
    0xab78,
    0x9d26,
    0x7af1,
    0x4caf,
    0x164d,
    0x2013,
    0xa389,
    0x95d7,
    0xcf35,
    0xf96b,
    0x8578,
    0xb326,
    0xe9c4,
    0xdf9a,
    0x5c00,
    0x6a5e,
    0x30bc,
    0x06e2,
    0xc89a,
    0xfec4,
    0xa426,
    0x9278,
    0x11e2,
    0x27bc,
    0x7d5e,
    0x4b00,
    0x3713,
    0x014d,
    0x5baf,
    0x6df1,
    0xee6b,
    0xd835,
    0x82d7,
    0xb489,
    0xa6bc,
    0x90e2,
    0xca00,
    0xfc5e,
    0x7fc4,
    0x499a,
    0x1378,
    0x2526,
    0x5935,
    0x6f6b,
    0x3589,
    0x03d7,
    0x804d,
    0xb613,
    0xecf1,
    0xdaaf,
    0x14d7,
    0x2289,
    0x786b,
    0x4e35,
    0xcdaf,
    0xfbf1,
    0xa113,
    0x974d,
    0xeb5e,
    0xdd00,
    0x87e2,
    0xb1bc,
    0x3226,
    0x0478,
    0x5e9a,
    0x68c4,
    0x8f13,
    0xb94d,
    0xe3af,
    0xd5f1,
    0x566b,
    0x6035,
    0x3ad7,
    0x0c89,
    0x709a,
    0x46c4,
    0x1c26,
    0x2a78,
    0xa9e2,
    0x9fbc,
    0xc55e,
    0xf300,
    0x3d78,
    0x0b26,
    0x51c4,
    0x679a,
    0xe400,
    0xd25e,
    0x88bc,
    0xbee2,
    0xc2f1,
    0xf4af,
    0xae4d,
    0x9813,
    0x1b89,
    0x2dd7,
    0x7735,
    0x416b,
    0xf5e2,
    0xc3bc,
    0x995e,
    0xaf00,
    0x2c9a,
    0x1ac4,
    0x4026,
    0x7678,
    0x0a6b,
    0x3c35,
    0x66d7,
    0x5089,
    0xd313,
    0xe54d,
    0xbfaf,
    0x89f1,
    0x4789,
    0x71d7,
    0x2b35,
    0x1d6b,
    0x9ef1,
    0xa8af,
    0xf24d,
    0xc413,
    0xb800,
    0x8e5e,
    0xd4bc,
    0xe2e2,
    0x6178,
    0x5726,
    0x0dc4,
    0x3b9a,
    0xdc4d,
    0xea13,
    0xb0f1,
    0x86af,
    0x0535,
    0x336b,
    0x6989,
    0x5fd7,
    0x23c4,
    0x159a,
    0x4f78,
    0x7926,
    0xfabc,
    0xcce2,
    0x9600,
    0xa05e,
    0x6e26,
    0x5878,
    0x029a,
    0x34c4,
    0xb75e,
    0x8100,
    0xdbe2,
    0xedbc,
    0x91af,
    0xa7f1,
    0xfd13,
    0xcb4d,
    0x48d7,
    0x7e89,
    0x246b,
    0x1235,
};

uint16_t
dn_crc(const uint8_t *p, size_t n)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc = (uint16_t)(crc >> 8 ^ crc_table[(crc ^ p[i]) & 0xff]);
	}
	return (uint16_t)~crc;
}

static size_t
frame_len(uint8_t len)
{
	size_t user = (size_t)len - DN_LEN_MIN;

	return DN_HEAD_LEN + user + 2 * ((user + DN_BLOCK - 1) / DN_BLOCK);
}

enum dis_rc
dn_find(struct rd r, struct dn_link *ret)
{
	const uint8_t *head = r.p;
	size_t left = rd_left(&r);
	uint8_t a = rd_u8(&r), b = rd_u8(&r);

	ret->bad = NULL;
	ret->bad_at = 0;
	if ((left > 0 && a != START_1) || (left > 1 && b != START_2)) {
		return DIS_NOT_MINE;
	}
	if (left < DN_HEAD_LEN) {
		return DIS_MORE;
	}
	ret->len = rd_u8(&r);
	ret->ctl = rd_u8(&r);
	ret->dst = rd_le16(&r);
	ret->src = rd_le16(&r);
	if (rd_le16(&r) != dn_crc(head, DN_HEAD_LEN - 2)) {
		ret->bad = DN_BAD_HEADER_CRC;
		ret->bad_at = DN_HEAD_LEN - 2;
		return DIS_BAD;
	}
	if (ret->len < DN_LEN_MIN) {
		ret->bad = DN_BAD_LENGTH;
		ret->bad_at = 2;
		return DIS_BAD;
	}
	ret->total = frame_len(ret->len);
	return DIS_OK;
}

size_t
dn_unblock(struct rd r, const struct dn_link *l, uint8_t ret[DN_USER_MAX],
    size_t *ret_bad)
{
	size_t want = (size_t)l->len - DN_LEN_MIN, have = 0, at = DN_HEAD_LEN;

	*ret_bad = 0;
	rd_skip(&r, DN_HEAD_LEN);
	while (have < want && rd_left(&r) > 0) {
		size_t n = want - have < DN_BLOCK ? want - have : DN_BLOCK;
		const uint8_t *p = r.p;

		if (!rd_has(&r, n + 2)) {
			/* What the capture has of a block that it cut. */
			n = rd_has(&r, n) ? n : rd_left(&r);
			rd_copy(&r, ret + have, n);
			return have + n;
		}
		rd_copy(&r, ret + have, n);
		if (rd_le16(&r) != dn_crc(p, n) && *ret_bad == 0) {
			*ret_bad = at + n;
		}
		have += n;
		at += n + 2;
	}
	return have;
}

/* 9.2, tables of primary and secondary function codes. */
const char *
dn_link_name(const struct dn_link *l)
{
	static const char *const primary[16] = {
	    [0] = "reset_link_states",
	    [1] = "reset_user_process", /* obsolete */
	    [2] = "test_link_states",
	    [3] = "confirmed_user_data",
	    [4] = "unconfirmed_user_data",
	    [9] = "request_link_status",
	};
	static const char *const secondary[16] = {
	    [0] = "ack",
	    [1] = "nack",
	    [11] = "link_status",
	    [14] = "not_functioning", /* obsolete */
	    [15] = "not_supported",
	};

	return (dn_link_prm(l) ? primary : secondary)[dn_link_func(l)];
}
