/*
 * memfile: a capture file that is bytes in memory, read in steps of any
 * size, for the tests and the fuzzer: no disk, and every short read that a
 * pipe can give.
 */
#ifndef OTUS_CAPTURE_MEMFILE_H
#define OTUS_CAPTURE_MEMFILE_H

#include <errno.h>
#include <string.h>

#include "capture/inbuf.h"

struct memfile {
	const uint8_t *p;
	size_t n, at;
	size_t step;    /* bytes a read, at most; 0: as many as asked for */
	size_t fail_at; /* reading from here on fails; 0: never           */
};

static inline ssize_t
memfile_read(void *arg, void *buf, size_t n)
{
	struct memfile *m = arg;

	if (m->fail_at != 0 && m->at >= m->fail_at) {
		errno = EIO;
		return -1;
	}
	if (n > m->n - m->at) {
		n = m->n - m->at;
	}
	if (m->step != 0 && n > m->step) {
		n = m->step;
	}
	memcpy(buf, m->p + m->at, n);
	m->at += n;
	return (ssize_t)n;
}

/* An inbuf over m from offset `at`; its buffer starts at size bytes. */
static inline struct inbuf
memfile_inbuf(struct memfile *m, uint64_t at, size_t size)
{
	struct inbuf in;

	m->at = (size_t)at;
	inbuf_init(&in, -1, size, at);
	in.read = memfile_read;
	in.read_arg = m;
	return in;
}

#endif
