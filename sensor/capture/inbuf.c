/*
 * inbuf: see inbuf.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/inbuf.h"

void
inbuf_init(struct inbuf *b, int fd, size_t size, uint64_t at)
{
	*b = (struct inbuf){.fd = fd, .size_min = size, .end = at};
}

void
inbuf_drop(struct inbuf *b)
{
	free(b->buf);
	b->buf = NULL;
	b->size = 0;
	b->win = rd_make(NULL, 0);
}

/* Room for n bytes from the start of what is unread. */
static int
make_room(struct inbuf *b, size_t n)
{
	size_t left = rd_left(&b->win);
	size_t size = b->size;
	uint8_t *buf;

	if (n > size) {
		size = size < b->size_min ? b->size_min : size;
		while (size < n) {
			size *= 2;
		}
		buf = malloc(size);
		if (buf == NULL) {
			return ERR_NOMEM;
		}
		if (left != 0) {
			memcpy(buf, b->win.p, left);
		}
		free(b->buf);
		b->buf = buf;
		b->size = size;
	} else if (left != 0) {
		memmove(b->buf, b->win.p, left);
	}
	b->win = rd_make(b->buf, left);
	return 0;
}

/* read(2) that waits where the descriptor would not. */
static ssize_t
read_some(struct inbuf *b, void *buf, size_t n)
{
	struct pollfd pfd = {.fd = b->fd, .events = POLLIN};
	ssize_t got;

	if (b->read != NULL) {
		return b->read(b->read_arg, buf, n);
	}
	for (;;) {
		got = read(b->fd, buf, n);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN &&
				    errno != EWOULDBLOCK)) {
			return got;
		}
		if (errno != EINTR) {
			(void)poll(&pfd, 1, -1);
		}
	}
}

int
inbuf_fill(struct inbuf *b, size_t n)
{
	size_t left;
	ssize_t got;
	int rc;

	if (rd_has(&b->win, n)) {
		return 1;
	}
	if (b->eof) {
		return 0;
	}
	rc = make_room(b, n);
	if (rc != 0) {
		return rc;
	}
	left = rd_left(&b->win);
	while (left < n) {
		got = read_some(b, b->buf + left, b->size - left);
		if (got < 0) {
			return ERR_IO;
		}
		if (got == 0) {
			b->eof = true;
			return 0;
		}
		left += (size_t)got;
		b->end += (uint64_t)got;
		b->win = rd_make(b->buf, left);
	}
	return 1;
}

int
inbuf_skip(struct inbuf *b, uint64_t n)
{
	size_t left;
	int rc;

	for (;;) {
		left = rd_left(&b->win);
		if (n <= left) {
			rd_skip(&b->win, (size_t)n);
			return 1;
		}
		rd_skip(&b->win, left);
		n -= left;
		rc = inbuf_fill(b, 1);
		if (rc != 1) {
			return rc;
		}
	}
}
