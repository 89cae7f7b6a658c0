/*
 * Fuzzer of the file formats: whatever the bytes are, frames lie in them,
 * and reading in pieces, through a small buffer, closing and reopening after
 * every frame, gives the same as reading at once.
 *
 * The first byte of an input chooses the pieces; the rest is the file.
 *
 * libFuzzer: -max_len=512
 * Every kind of block fits many times; the longest seed has 361 bytes.
 */
#include <stdlib.h>

#include "capture/capfile.h"
#include "capture/memfile.h"
#include "limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Interfaces that all files together may name: few, so that it runs out. */
#define ROOM 16

struct sum {
	uint64_t hash, number, rec_at;
	int rc;
	uint32_t ifaces;
};

static void
check(bool ok)
{
	if (!ok) {
		abort();
	}
}

/* FNV-1a, a word at a time. */
static void
mix(struct sum *s, uint64_t v)
{
	s->hash = (s->hash ^ v) * 0x100000001b3ULL;
}

static void
take(struct sum *s, const struct capfile *c, const struct frame *f,
    const struct memfile *m)
{
	uint64_t at = inbuf_offset(&c->in, f->data);

	check(f->caplen <= f->len && f->caplen <= LIMIT_FRAME_MAX);
	check(f->data >= c->in.buf && f->data + f->caplen <= c->in.win.p);
	check(at <= m->n && f->caplen <= m->n - at);
	check(f->caplen == 0 || memcmp(f->data, m->p + at, f->caplen) == 0);
	check(f->number == ++s->number);
	check(f->iface < c->ifaces);
	check(c->iface[f->iface].linktype == f->linktype);
	mix(s, at);
	mix(s, f->ts_ns);
	mix(s, (uint64_t)f->caplen << 32 | f->len);
	mix(s, (uint64_t)f->iface << 16 | f->linktype);
}

/* One frame.  When it is at hand nothing moves: earlier ones stay valid. */
static int
next_frame(struct capfile *c, struct frame *ret)
{
	bool at_hand = capfile_is_at_hand(c);
	const uint8_t *buf = c->in.buf, *end = c->in.win.end;
	int rc = capfile_next(c, ret);

	check(!at_hand || (rc != 0 && rc != ERR_TRUNC));
	check(!at_hand || (c->in.buf == buf && c->in.win.end == end));
	return rc;
}

static void
read_frames(struct sum *s, struct capfile *c, struct memfile *m, size_t size,
    unsigned suspend)
{
	bool again = false;
	struct inbuf in;
	struct frame f;

	while ((s->rc = next_frame(c, &f)) == 1) {
		again = suspend == 2 && !again;
		if (!again) {
			take(s, c, &f, m);
		}
		if (suspend != 0) {
			capfile_suspend(c, again);
			in = memfile_inbuf(m, capfile_offset(c), size);
			capfile_resume(c, &in);
		}
	}
}

static struct sum
read_all(const uint8_t *p, size_t n, size_t step, size_t size, unsigned suspend)
{
	struct memfile m = {.p = p, .n = n, .step = step};
	struct inbuf in = memfile_inbuf(&m, 0, size);
	uint32_t room = ROOM;
	struct sum s = {0};
	struct capfile c;

	s.rc = capfile_begin(&c, &in, &room);
	if (s.rc == 0) {
		read_frames(&s, &c, &m, size, suspend);
	}
	check(s.rc <= 0 && (s.rc == 0 || c.reason != NULL));
	s.rec_at = c.rec_at;
	s.ifaces = c.ifaces;
	capfile_end(&c);
	capfile_free_names(&c);
	check(room == ROOM);
	return s;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const size_t steps[] = {0, 1, 5, 64};
	struct sum a, b;
	uint8_t how;

	if (n == 0) {
		return 0;
	}
	how = data[0];
	a = read_all(data + 1, n - 1, 0, n + 16, 0);
	b = read_all(
	    data + 1, n - 1, steps[how % 4], 1U + how / 16, how / 4 % 4 % 3);
	check(a.hash == b.hash && a.number == b.number && a.rc == b.rc);
	check(a.rec_at == b.rec_at && a.ifaces == b.ifaces);
	return 0;
}
