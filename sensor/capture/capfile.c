/*
 * capfile: tells the formats apart, and reads pcap.
 *
 * Reference: draft-ietf-opsawg-pcap (PCAP Capture File Format), sections 4
 * and 5; the variants are those that libpcap's sf-pcap.c and Wireshark's
 * libpcap.c know by their magic number.
 *
 *	 0        4     6     8        12       16       20          24
 *	+--------+-----+-----+--------+--------+--------+-----------+
 *	| magic  |major|minor|reserved|reserved|snaplen | link type |
 *	+--------+-----+-----+--------+--------+--------+-----------+
 *	 0        4          8        12       16
 *	+--------+----------+--------+--------+---- - -
 *	| seconds| fraction | caplen |  len   | data
 *	+--------+----------+--------+--------+---- - -
 *
 * A record longer than the header's snap length is read all the same: such
 * files are common (segmentation offload, careless writers), every other
 * reader takes them, and the record is whole.  Beyond FRAME_MAX nothing is
 * believed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capfile.h"
#include "limits.h"

#define REC_HEAD    16
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

enum {
	MAGIC_US = 0xa1b2c3d4U,
	MAGIC_NS = 0xa1b23c4dU,
	/* Kuznetzov's patch: interface index, protocol and packet type follow
	 * each record header, eight bytes with padding. */
	MAGIC_MODIFIED = 0xa1b2cd34U,
	MAGIC_NG = 0x0a0d0d0aU, /* the same in both byte orders */
};

int
capfile_read_failed(struct capfile *f, int err)
{
	const char *why = err == ERR_IO ? strerrordesc_np(errno) : NULL;

	return capfile_fail(f, err, why != NULL ? why : err_text(err));
}

int
capfile_more(struct capfile *f, size_t n)
{
	int rc = inbuf_fill(&f->in, n);

	if (rc == 0 && rd_left(&f->in.win) != 0) {
		return capfile_fail(
		    f, ERR_TRUNC, "ends in the middle of a record");
	}
	return rc < 0 ? capfile_read_failed(f, rc) : rc;
}

/* The rare records: empty, too long, or longer in the file than on the wire.
 * Settles the lengths or says why the file is damaged. */
static int
odd_record(struct capfile *f, bool zeros, uint32_t *caplen, uint32_t *len)
{
	uint32_t swap;

	if (zeros) {
		return capfile_fail(
		    f, ERR_DAMAGED, "zeros where a record should be");
	}
	if (*caplen > *len && f->old_order) {
		swap = *caplen;
		*caplen = *len;
		*len = swap;
	}
	if (*caplen > LIMIT_FRAME_MAX) {
		return capfile_fail(
		    f, ERR_DAMAGED, "a record longer than any frame");
	}
	if (*len < *caplen) {
		*len = *caplen;
	}
	return 0;
}

/* 1 and the next frame if it stands whole in the window; 0 and how many
 * bytes it needs if not; negative on damage. */
static inline int
pcap_take(struct capfile *f, struct frame *ret, size_t *ret_need)
{
	struct rd r = f->in.win;
	struct rd h = rd_sub(&r, REC_HEAD);
	uint32_t sec, frac, caplen, len;
	const uint8_t *data;
	int rc;

	if (unlikely(!rd_ok(&h))) {
		*ret_need = REC_HEAD;
		return 0;
	}
	sec = capfile_u32(f, &h);
	frac = capfile_u32(f, &h);
	caplen = capfile_u32(f, &h);
	len = capfile_u32(f, &h);
	/* One comparison for both: 0 - 1 is beyond the limit as well. */
	if (unlikely(caplen - 1 >= LIMIT_FRAME_MAX || caplen > len)) {
		rc = odd_record(
		    f, (sec | frac | caplen | len) == 0, &caplen, &len);
		if (rc != 0) {
			return rc;
		}
	}
	rd_skip(&r, f->rec_more);
	data = rd_bytes(&r, caplen);
	/* Not data == NULL: no bytes are found even in a failed reader. */
	if (unlikely(!rd_ok(&r))) {
		*ret_need = (size_t)REC_HEAD + f->rec_more + caplen;
		return 0;
	}
	f->in.win = r;
	ret->data = data;
	ret->caplen = caplen;
	ret->len = len;
	/* Cannot wrap: 2^32 s and 2^32 us are less than 2^64 ns. */
	ret->ts_ns = sec * 1000000000ULL + (uint64_t)frac * f->frac_ns;
	ret->number = ++f->number;
	ret->input = f->input;
	ret->iface = 0;
	ret->linktype = f->linktype;
	return 1;
}

static int
pcap_next(struct capfile *f, struct frame *ret)
{
	size_t need;
	int rc;

	f->rec_at = inbuf_offset(&f->in, f->in.win.p);
	for (;;) {
		rc = pcap_take(f, ret, &need);
		if (likely(rc != 0)) {
			return rc;
		}
		rc = capfile_more(f, need);
		if (rc != 1) {
			return rc;
		}
	}
}

static bool
pcap_is_at_hand(const struct capfile *f)
{
	struct rd r = f->in.win;
	uint32_t caplen;

	rd_skip(&r, 8);
	caplen = capfile_u32(f, &r);
	return rd_ok(&r) && rd_has(&r, (size_t)4 + f->rec_more + caplen);
}

static int
pcap_begin(struct capfile *f)
{
	struct rd r;
	uint16_t major, minor;
	int rc;

	rc = capfile_more(f, 24);
	if (rc != 1) {
		return capfile_fail(
		    f, rc != 0 ? rc : ERR_TRUNC, "ends inside its header");
	}
	r = f->in.win;
	rd_skip(&r, 4);
	major = capfile_u16(f, &r);
	minor = capfile_u16(f, &r);
	rd_skip(&r, 4 + 4 + 4); /* two reserved words, snap length */
	f->linktype = (uint16_t)capfile_u32(f, &r);
	if (major != 2 || minor > 4) {
		return capfile_fail(
		    f, ERR_FORMAT, "a version of pcap that otus does not know");
	}
	f->old_order = minor < 4;
	f->in.win = r;
	f->next = pcap_next;
	f->is_at_hand = pcap_is_at_hand;
	return capfile_add_iface(f, NULL, 0, f->linktype, &(uint32_t){0});
}

/* What people keep captures in that is none: says how to go on. */
static int
not_a_capture(struct capfile *f, struct rd r)
{
	static const struct {
		uint8_t magic[4], n;
		const char *reason;
	} packed[] = {
	    {{0x1f, 0x8b}, 2,
		"compressed with gzip: gunzip -c FILE | otus "
		"... -"},
	    {{0x28, 0xb5, 0x2f, 0xfd}, 4,
		"compressed with zstd: zstd -dc "
		"FILE | otus ... -"},
	    {{0xfd, '7', 'z', 'X'}, 4,
		"compressed with xz: xz -dc FILE | "
		"otus ... -"},
	    {{'B', 'Z', 'h'}, 3,
		"compressed with bzip2: bzip2 -dc FILE | "
		"otus ... -"},
	    {{0x04, 0x22, 0x4d, 0x18}, 4,
		"compressed with lz4: lz4 -dc FILE "
		"| otus ... -"},
	};
	const uint8_t *p;

	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		struct rd look = r;

		p = rd_bytes(&look, packed[i].n);
		if (p != NULL && memcmp(p, packed[i].magic, packed[i].n) == 0) {
			f->compressed = true;
			return capfile_fail(f, ERR_FORMAT, packed[i].reason);
		}
	}
	f->foreign = true;
	if (rd_left(&r) == 0) {
		return capfile_fail(f, ERR_TRUNC, "is empty");
	}
	return capfile_fail(f, ERR_FORMAT,
	    "neither pcap nor pcapng (editcap converts other captures)");
}

int
capfile_begin(struct capfile *f, const struct inbuf *in, uint32_t *room)
{
	uint32_t be, le;
	struct rd r;
	int rc;

	*f = (struct capfile){.in = *in, .room = room};
	rc = capfile_more(f, 4);
	if (rc < 0 && rc != ERR_TRUNC) {
		return rc;
	}
	r = f->in.win;
	be = rd_be32(&r);
	r = f->in.win;
	le = rd_le32(&r);
	if (be == MAGIC_NG) {
		return pcapng_begin(f);
	}
	f->big = be == MAGIC_US || be == MAGIC_NS || be == MAGIC_MODIFIED;
	switch (f->big ? be : le) {
	case MAGIC_US: f->frac_ns = 1000; return pcap_begin(f);
	case MAGIC_NS: f->frac_ns = 1; return pcap_begin(f);
	case MAGIC_MODIFIED:
		f->frac_ns = 1000;
		f->rec_more = 8;
		return pcap_begin(f);
	default: return not_a_capture(f, f->in.win);
	}
}

void
capfile_end(struct capfile *f)
{
	inbuf_drop(&f->in);
	if (f->room != NULL) {
		*f->room += f->local_size;
	}
	free(f->local);
	f->local = NULL;
	f->locals = f->local_size = 0;
}

void
capfile_free_names(struct capfile *f)
{
	if (f->room != NULL) {
		*f->room += f->iface_size;
	}
	free(f->iface);
	f->iface = NULL;
	f->ifaces = f->iface_size = 0;
}

uint64_t
capfile_offset(const struct capfile *f)
{
	return inbuf_offset(&f->in, f->in.win.p);
}

void
capfile_suspend(struct capfile *f, bool again)
{
	uint64_t at = capfile_offset(f);

	if (again) {
		at = f->rec_at;
		f->number--;
	}
	inbuf_drop(&f->in);
	f->in.end = at;
}

void
capfile_resume(struct capfile *f, const struct inbuf *in)
{
	inbuf_drop(&f->in);
	f->in = *in;
}

/* The name as it may stand on a terminal: up to the first NUL, control
 * characters replaced.  The JSON writer sees to the encoding. */
static void
clean_name(char *buf, const uint8_t *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < CAPFILE_NAME_MAX && s[i] != 0; i++) {
		buf[i] = s[i] < 0x20 || s[i] == 0x7f ? '?' : (char)s[i];
	}
	buf[i] = '\0';
}

/*
 * Sections that were written one after the other mostly name the same
 * interfaces again; those get the same index.  Within a section each
 * description is an interface of its own.
 */
int
capfile_add_iface(struct capfile *f, const uint8_t *name, size_t n,
    uint16_t linktype, uint32_t *ret_iface)
{
	struct capfile_iface new = {.section = f->section,
	    .linktype = linktype},
			     *grown;
	uint32_t i, size;

	if (n != 0) {
		clean_name(new.name, name, n);
	}
	if (new.name[0] == '\0') {
		snprintf(new.name, sizeof(new.name), "%u", f->locals);
	}
	for (i = 0; i < f->ifaces; i++) {
		if (f->iface[i].section != f->section &&
		    f->iface[i].linktype == linktype &&
		    strcmp(f->iface[i].name, new.name) == 0) {
			f->iface[i].section = f->section;
			*ret_iface = i;
			return 0;
		}
	}
	if (f->ifaces == f->iface_size) {
		size = f->iface_size != 0 ? 2 * f->iface_size : 1;
		if (size > LIMIT_CAPTURE_IFACES_MAX ||
		    size - f->iface_size > *f->room) {
			return capfile_fail(
			    f, ERR_TOOBIG, "describes too many interfaces");
		}
		grown = realloc(f->iface, size * sizeof(*grown));
		if (grown == NULL) {
			return capfile_fail(
			    f, ERR_NOMEM, "no memory for its interfaces");
		}
		*f->room -= size - f->iface_size;
		f->iface = grown;
		f->iface_size = size;
	}
	*ret_iface = f->ifaces;
	f->iface[f->ifaces++] = new;
	return 0;
}
