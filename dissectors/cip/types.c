/*
 * types: elementary data types, and one value of them ([1] C-6).
 *
 * A string of Logix is a structure, of a length (4) and characters; whose it is
 * and how many there may be is not known here ([L]).
 */
#include "base/real.h"
#include "dissectors/cip/cip.h"

/* [1] C-6.1 */
static const struct cip_type types[256] = {
    [0xc1] = {"BOOL", 1, 'b'},
    [0xc2] = {"SINT", 1, 'i'},
    [0xc3] = {"INT", 2, 'i'},
    [0xc4] = {"DINT", 4, 'i'},
    [0xc5] = {"LINT", 8, 'i'},
    [0xc6] = {"USINT", 1, 'u'},
    [0xc7] = {"UINT", 2, 'u'},
    [0xc8] = {"UDINT", 4, 'u'},
    [0xc9] = {"ULINT", 8, 'u'},
    [0xca] = {"REAL", 4, 'f'},
    [0xcb] = {"LREAL", 8, 'f'},
    [0xcc] = {"STIME", 4, 'i'},
    [0xcd] = {"DATE", 2, 'u'},
    [0xce] = {"TIME_OF_DAY", 4, 'u'},
    [0xcf] = {"DATE_AND_TIME", 0, 0},
    [0xd0] = {"STRING", 0, 0},
    [0xd1] = {"BYTE", 1, 'u'},
    [0xd2] = {"WORD", 2, 'u'},
    [0xd3] = {"DWORD", 4, 'u'},
    [0xd4] = {"LWORD", 8, 'u'},
    [0xd6] = {"FTIME", 4, 'i'},
    [0xd7] = {"LTIME", 8, 'i'},
    [0xd8] = {"ITIME", 2, 'i'},
    [0xda] = {"SHORT_STRING", 0, 0},
    [0xdb] = {"TIME", 4, 'i'},
};

const struct cip_type *
cip_type(unsigned type)
{
	/* Bits 8 to 10 are the position of a BOOL in its byte; [L] p. 14. */
	const struct cip_type *t = &types[type & 0xff];

	return t->name != NULL && (type < 0x100 || t->kind == 'b') ? t : NULL;
}

const char *
cip_type_name(unsigned type)
{
	return type < 256 ? types[type].name : NULL;
}

void
cip_tell_elementary(
    struct ev *e, uint16_t id, const struct cip_type *t, struct rd *r)
{
	uint64_t v;

	if (t->size == 0) {
		return;
	}
	switch (t->size) {
	case 1: v = rd_u8(r); break;
	case 2: v = rd_le16(r); break;
	case 4: v = rd_le32(r); break;
	default: v = rd_le64(r); break;
	}
	switch (t->kind) {
	case 'b': ev_uint(e, id, v != 0); break;
	case 'u': ev_uint(e, id, v); break;
	case 'i':
		ev_int(e, id,
		    (int64_t)(v << (64 - 8 * t->size)) >> (64 - 8 * t->size));
		break;
	default:
		ev_double(e, id,
		    t->size == 4 ? real_from32((uint32_t)v) : real_from64(v));
		break;
	}
}

void
cip_tell_text(struct ev *e, uint16_t id, struct rd r, size_t max)
{
	uint32_t n = rd_le32(&r);

	n = n < max ? n : (uint32_t)max;
	ev_bytes(e, id, EV_T_LATIN1, rd_bytes(&r, n), n);
}
