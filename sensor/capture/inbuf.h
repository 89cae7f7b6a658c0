/*
 * inbuf: a window that slides over a file, for formats whose records are
 * read in place.
 *
 * read(2) into one buffer, never mmap(2): standard input, pipes and files
 * that are still being written read alike, and a file that shrinks cannot
 * raise SIGBUS.  The bytes between the last record and the next read are
 * moved to the front; nothing else is copied.
 *
 * `win` is the bounded reader over what has been read and not consumed.
 * Take records from a copy of it and assign the copy back.  inbuf_fill()
 * moves the bytes: pointers into the window end there.
 */
#ifndef OTUS_CAPTURE_INBUF_H
#define OTUS_CAPTURE_INBUF_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rd.h"

struct inbuf {
	struct rd win;
	uint64_t end;    /* offset in the file of win.end                   */
	uint8_t *buf;    /* NULL until the first fill and after inbuf_drop() */
	size_t size;     /* of buf                                          */
	size_t size_min; /* what to allocate first                          */
	int fd;
	bool eof;
	/* Replaces read(2) in tests; NULL otherwise. */
	ssize_t (*read)(void *arg, void *buf, size_t n);
	void *read_arg;
};

/* Starts at offset `at`, which the descriptor is already at. */
void inbuf_init(struct inbuf *, int fd, size_t size, uint64_t at);
/* Frees the buffer; the descriptor stays the caller's.  Accepts a zeroed
 * inbuf. */
void inbuf_drop(struct inbuf *);

/*
 * Makes n bytes stand in the window, growing the buffer to n when it must:
 * the caller bounds n.  1, or 0 when the file ends before (what there is
 * stays in the window), or ERR_IO with errno, or ERR_NOMEM.
 */
int inbuf_fill(struct inbuf *, size_t n) MUST_CHECK;
/* Consumes n bytes, however many; as inbuf_fill(). */
int inbuf_skip(struct inbuf *, uint64_t n) MUST_CHECK;

/* Offset in the file of p, which is in the window or was just consumed. */
static inline uint64_t
inbuf_offset(const struct inbuf *b, const uint8_t *p)
{
	return b->end - (uint64_t)(b->win.end - p);
}

#endif
