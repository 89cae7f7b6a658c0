/*
 * pcapng: the block format.
 *
 * Reference: draft-ietf-opsawg-pcapng (PCAP Next Generation), sections 3 and
 * 4; appendix on obsolete blocks for the Packet Block.
 *
 *	 0      4              8                    total-4  total
 *	+------+--------------+-------- - - -------+--------------+
 *	| type | total length | body, 32 bit units | total length |
 *	+------+--------------+-------- - - -------+--------------+
 *
 * A file is a row of sections, each with its own byte order and its own
 * list of interfaces; each interface has its own link type and its own unit
 * and zero of time.  Packet blocks point at their interface by its place in
 * the section.
 *
 * Blocks without frames (names, statistics, secrets, vendors' own) are
 * passed over by their length; options of packet blocks are not looked at.
 */
#include <stdlib.h>

#include "capture/capfile.h"
#include "limits.h"

#define NS        1000000000ULL
#define likely(x) __builtin_expect(!!(x), 1)

enum {
	BLOCK_IDB = 1,
	BLOCK_PB = 2,
	BLOCK_SPB = 3,
	BLOCK_EPB = 6,
	BLOCK_SHB = 0x0a0d0d0aU,

	BYTE_ORDER_MAGIC = 0x1a2b3c4dU,

	OPT_END = 0,
	OPT_IF_NAME = 2,
	OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14,

	RESOL_DEFAULT = 6, /* microseconds */
	RESOL_BINARY = 0x80,
};

/* What taking a block came to, besides negative errors. */
enum {
	TAKE_MORE = 0, /* it does not stand whole in the window */
	TAKE_FRAME = 1,
	TAKE_OTHER = 2, /* consumed; it held no frame            */
	TAKE_PASS = 3,  /* not consumed; of no interest          */
};

/* 10^n, or 0 when that is beyond 64 bits. */
static uint64_t
power_of_ten(unsigned n)
{
	uint64_t v = 1;

	if (n > 19) {
		return 0;
	}
	while (n-- > 0) {
		v *= 10;
	}
	return v;
}

/* Ticks to nanoseconds since 1970 for every resolution and offset; stays at
 * the ends of the range rather than wrap. */
static uint64_t
stamp_slow(const struct ng_iface *i, uint64_t ticks)
{
	unsigned n = i->resol & ~(unsigned)RESOL_BINARY;
	unsigned __int128 ns, shift;
	uint64_t div;

	if ((i->resol & RESOL_BINARY) != 0) {
		ns = (unsigned __int128)ticks * NS >> n;
	} else if (n <= 9) {
		ns = (unsigned __int128)ticks * power_of_ten(9 - n);
	} else {
		div = power_of_ten(n - 9);
		ns = div != 0 ? ticks / div : 0;
	}
	if (i->offset_s >= 0) {
		ns += (unsigned __int128)i->offset_s * NS;
	} else {
		shift = (unsigned __int128)(0 - (uint64_t)i->offset_s) * NS;
		ns = ns > shift ? ns - shift : 0;
	}
	return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

static uint64_t
stamp(const struct ng_iface *i, uint32_t high, uint32_t low)
{
	uint64_t ticks = (uint64_t)high << 32 | low;

	if (likely(ticks < i->easy_end)) {
		return ticks * i->easy_mul;
	}
	return stamp_slow(i, ticks);
}

static void
set_resolution(struct ng_iface *i, uint8_t resol, int64_t offset_s)
{
	i->resol = resol;
	i->offset_s = offset_s;
	i->easy_mul = 0;
	i->easy_end = 0;
	if (offset_s == 0 && resol <= 9) {
		i->easy_mul = power_of_ten(9U - resol);
		i->easy_end = UINT64_MAX / i->easy_mul;
	}
}

/* Section header block, section 4.1: a new byte order, no interfaces yet. */
static int
take_section(struct capfile *f, struct rd r, size_t *ret_need)
{
	struct rd look = r;
	uint32_t total, tail;
	uint16_t major;

	rd_skip(&look, 8);
	if (!rd_has(&look, 4)) {
		*ret_need = 12;
		return TAKE_MORE;
	}
	f->big = true;
	if (capfile_u32(f, &(struct rd){look.p, look.end, RD_OK}) !=
	    BYTE_ORDER_MAGIC) {
		f->big = false;
		if (capfile_u32(f, &(struct rd){look.p, look.end, RD_OK}) !=
		    BYTE_ORDER_MAGIC) {
			return capfile_fail(f, ERR_DAMAGED,
			    "a section header without byte order");
		}
	}
	look = r;
	rd_skip(&look, 4);
	total = capfile_u32(f, &look);
	if (total < 28 || total % 4 != 0) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a section header of impossible length");
	}
	if (total > LIMIT_BLOCK_MAX) {
		return capfile_fail(
		    f, ERR_TOOBIG, "a section header longer than otus reads");
	}
	if (!rd_has(&r, total)) {
		*ret_need = total;
		return TAKE_MORE;
	}
	rd_skip(&look, 4); /* byte order */
	major = capfile_u16(f, &look);
	if (major != 1) {
		return capfile_fail(f, ERR_FORMAT,
		    "a version of pcapng that otus does not know");
	}
	/* minor version, section length (often unknown), options */
	rd_skip(&look, total - 4 - 4 - 4 - 2 - 4);
	tail = capfile_u32(f, &look);
	if (tail != total) {
		return capfile_fail(f, ERR_DAMAGED,
		    "a section header whose two lengths differ");
	}
	f->in.win = look;
	f->section++;
	f->locals = 0;
	return TAKE_OTHER;
}

/* A place in the section's list of interfaces. */
static int
add_local(struct capfile *f, const struct ng_iface *new)
{
	struct ng_iface *grown;
	uint32_t size;

	if (f->locals == f->local_size) {
		size = f->local_size != 0 ? 2 * f->local_size : 1;
		if (size > LIMIT_CAPTURE_IFACES_MAX ||
		    size - f->local_size > *f->room) {
			return capfile_fail(
			    f, ERR_TOOBIG, "describes too many interfaces");
		}
		grown = realloc(f->local, size * sizeof(*grown));
		if (grown == NULL) {
			return capfile_fail(
			    f, ERR_NOMEM, "no memory for its interfaces");
		}
		*f->room -= size - f->local_size;
		f->local = grown;
		f->local_size = size;
	}
	f->local[f->locals++] = *new;
	return 0;
}

/* Interface description block, section 4.2. */
static int
take_iface(struct capfile *f, struct rd *body)
{
	struct ng_iface new = {0};
	struct rd value, name = rd_make(NULL, 0);
	uint8_t resol = RESOL_DEFAULT;
	uint64_t offset = 0;
	uint16_t code, len;
	int rc;

	new.linktype = capfile_u16(f, body);
	rd_skip(body, 2);
	new.snaplen = capfile_u32(f, body);
	if (!rd_ok(body)) {
		return capfile_fail(f, ERR_DAMAGED,
		    "an interface description that is too short");
	}
	while (rd_left(body) >= 4) {
		code = capfile_u16(f, body);
		len = capfile_u16(f, body);
		if (code == OPT_END) {
			break;
		}
		value = rd_sub(body, len);
		rd_skip(body, (4U - len % 4) % 4);
		if (!rd_ok(body)) {
			return capfile_fail(f, ERR_DAMAGED,
			    "an option that runs past its block");
		}
		if (code == OPT_IF_NAME) {
			name = value;
		} else if (code == OPT_IF_TSRESOL && len == 1) {
			resol = rd_u8(&value);
		} else if (code == OPT_IF_TSOFFSET && len == 8) {
			offset = f->big ? rd_be64(&value) : rd_le64(&value);
		}
	}
	set_resolution(&new, resol, (int64_t)offset);
	rc = capfile_add_iface(
	    f, name.p, rd_left(&name), new.linktype, &new.iface);
	if (rc != 0) {
		return rc;
	}
	rc = add_local(f, &new);
	return rc != 0 ? rc : TAKE_OTHER;
}

static int
fill_frame(struct capfile *f, const struct ng_iface *i, struct rd *body,
    uint32_t caplen, uint32_t len, struct frame *ret)
{
	if (caplen > LIMIT_FRAME_MAX) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a frame longer than any frame");
	}
	ret->data = rd_bytes(body, caplen);
	if (!rd_ok(body)) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a frame that runs past its block");
	}
	ret->caplen = caplen;
	ret->len = len < caplen ? caplen : len;
	ret->ts_ns = f->last_ts;
	ret->number = ++f->number;
	ret->input = f->input;
	ret->iface = i->iface;
	ret->linktype = i->linktype;
	return TAKE_FRAME;
}

/* Enhanced packet block, section 4.3, and its obsolete forerunner, whose
 * interface number is half as wide and followed by a drop count. */
static int
take_packet(
    struct capfile *f, struct rd *body, bool obsolete, struct frame *ret)
{
	const struct ng_iface *i;
	uint32_t iface, high, low, caplen, len;

	if (obsolete) {
		iface = capfile_u16(f, body);
		rd_skip(body, 2);
	} else {
		iface = capfile_u32(f, body);
	}
	high = capfile_u32(f, body);
	low = capfile_u32(f, body);
	caplen = capfile_u32(f, body);
	len = capfile_u32(f, body);
	if (!rd_ok(body)) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a packet block that is too short");
	}
	if (iface >= f->locals) {
		return capfile_fail(f, ERR_DAMAGED,
		    "a frame of an interface that was not described");
	}
	i = &f->local[iface];
	f->last_ts = stamp(i, high, low);
	return fill_frame(f, i, body, caplen, len, ret);
}

/*
 * Simple packet block, section 4.4: of the first interface, without stamp or
 * captured length.  The stamp of the frame before keeps it in its place.
 */
static int
take_simple(struct capfile *f, struct rd *body, struct frame *ret)
{
	const struct ng_iface *i = f->local;
	uint32_t len, caplen;

	len = capfile_u32(f, body);
	if (!rd_ok(body)) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a packet block that is too short");
	}
	if (f->locals == 0) {
		return capfile_fail(f, ERR_DAMAGED,
		    "a frame of an interface that was not described");
	}
	caplen = len;
	if (i->snaplen != 0 && i->snaplen < caplen) {
		caplen = i->snaplen;
	}
	return fill_frame(f, i, body, caplen, len, ret);
}

/* A block that otus reads: its body, by its type. */
static inline int
take_body(struct capfile *f, uint32_t type, struct rd *body, struct frame *ret)
{
	if (likely(type == BLOCK_EPB)) {
		return take_packet(f, body, false, ret);
	}
	switch (type) {
	case BLOCK_PB: return take_packet(f, body, true, ret);
	case BLOCK_SPB: return take_simple(f, body, ret);
	default: return take_iface(f, body);
	}
}

static bool
is_read(uint32_t type)
{
	return type == BLOCK_EPB || type == BLOCK_IDB || type == BLOCK_SPB ||
	       type == BLOCK_PB;
}

static inline int
take_block(struct capfile *f, struct frame *ret, size_t *ret_need)
{
	struct rd r = f->in.win, body;
	uint32_t type, total, tail;
	int rc;

	if (!rd_has(&r, 8)) {
		*ret_need = 8;
		return TAKE_MORE;
	}
	type = capfile_u32(f, &r);
	if (type == BLOCK_SHB) {
		return take_section(f, f->in.win, ret_need);
	}
	total = capfile_u32(f, &r);
	if (total < 12 || total % 4 != 0) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a block of impossible length");
	}
	*ret_need = total;
	if (!is_read(type)) {
		return TAKE_PASS;
	}
	if (total > LIMIT_BLOCK_MAX) {
		return capfile_fail(
		    f, ERR_TOOBIG, "a block longer than otus reads");
	}
	body = rd_sub(&r, total - 12);
	tail = capfile_u32(f, &r);
	if (!rd_ok(&r)) {
		return TAKE_MORE;
	}
	if (tail != total) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a block whose two lengths differ");
	}
	rc = take_body(f, type, &body, ret);
	if (rc > 0) {
		f->in.win = r;
	}
	return rc;
}

/* Passes over a block of any length without keeping it. */
static int
pass_block(struct capfile *f, uint32_t total)
{
	struct rd look;
	int rc;

	rc = inbuf_skip(&f->in, total - 4);
	if (rc == 1) {
		rc = inbuf_fill(&f->in, 4);
	}
	if (rc == 0) {
		return capfile_fail(
		    f, ERR_TRUNC, "ends in the middle of a block");
	}
	if (rc < 0) {
		return capfile_read_failed(f, rc);
	}
	look = f->in.win;
	if (capfile_u32(f, &look) != total) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a block whose two lengths differ");
	}
	f->in.win = look;
	return TAKE_OTHER;
}

static int
pcapng_next(struct capfile *f, struct frame *ret)
{
	size_t need;
	int rc;

	f->rec_at = inbuf_offset(&f->in, f->in.win.p);
	for (;;) {
		rc = take_block(f, ret, &need);
		if (likely(rc == TAKE_FRAME) || rc < 0) {
			return rc;
		}
		if (rc == TAKE_MORE) {
			rc = capfile_more(f, need);
			if (rc != 1) {
				return rc;
			}
			continue;
		}
		if (rc == TAKE_PASS) {
			rc = pass_block(f, (uint32_t)need);
			if (rc < 0) {
				return rc;
			}
		}
		f->rec_at = inbuf_offset(&f->in, f->in.win.p);
	}
}

static bool
pcapng_is_at_hand(const struct capfile *f)
{
	struct rd r = f->in.win;
	uint32_t type = capfile_u32(f, &r);
	uint32_t total = capfile_u32(f, &r);

	return (type == BLOCK_EPB || type == BLOCK_SPB || type == BLOCK_PB) &&
	       rd_ok(&r) && rd_has(&f->in.win, total);
}

/* The first section header; what follows it is read with the frames. */
int
pcapng_begin(struct capfile *f)
{
	size_t need = 0;
	int rc;

	f->next = pcapng_next;
	f->is_at_hand = pcapng_is_at_hand;
	while ((rc = take_section(f, f->in.win, &need)) == TAKE_MORE) {
		rc = capfile_more(f, need);
		if (rc != 1) {
			return capfile_fail(f, rc != 0 ? rc : ERR_TRUNC,
			    "ends inside its header");
		}
	}
	return rc < 0 ? rc : 0;
}
