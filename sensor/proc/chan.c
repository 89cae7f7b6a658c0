/*
 * chan: one message is one SOCK_SEQPACKET record (unix(7)).
 *
 *	u8 version   u8 0   u16 type   u32 body length   body     little-endian
 *
 * The kernel keeps records whole, so the length says nothing that the record
 * does not; it is there to be compared.  Sending uses write(2) and receiving
 * recv(2), because that is what the sensor's sandbox leaves: write to this
 * descriptor alone, and no send call whatever.  With plain recv the kernel
 * drops descriptors that a peer attaches.
 *
 * Not here: what the messages mean (msg.h, event/ev_wire.h).
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/chan.h"

/* The kernel doubles it for its own book-keeping (socket(7), SO_SNDBUF). */
#define SNDBUF    (1024 * 1024)
#define QUEUE_MIN (2 * CHAN_MSG_MAX)

int
chan_pair(int ret_fd[2])
{
	const int size = SNDBUF;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
		0, fd) != 0) {
		return errno == ENOMEM ? ERR_NOMEM : ERR_IO;
	}
	for (int i = 0; i < 2; i++) {
		/*
		 * Beyond net.core.wmem_max only CAP_NET_ADMIN may go; the
		 * default of 208 KiB is less comfortable, not wrong.
		 */
		if (setsockopt(fd[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
			sizeof(size)) != 0) {
			(void)setsockopt(
			    fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		}
	}
	ret_fd[0] = fd[0];
	ret_fd[1] = fd[1];
	return 0;
}

int
chan_init(struct chan *c, int fd, size_t queue_bytes)
{
	int flags, err;

	memset(c, 0, sizeof(*c));
	c->fd = fd;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
		return ERR_IO;
	}
	err = queue_init(
	    &c->queue, queue_bytes > QUEUE_MIN ? queue_bytes : QUEUE_MIN);
	if (err != 0) {
		return err;
	}
	c->in = mem_map(CHAN_MSG_MAX);
	c->out = mem_map(CHAN_MSG_MAX);
	if (c->in == NULL || c->out == NULL) {
		chan_done(c);
		return ERR_NOMEM;
	}
	return 0;
}

void
chan_done(struct chan *c)
{
	queue_done(&c->queue);
	mem_unmap(c->in, CHAN_MSG_MAX);
	mem_unmap(c->out, CHAN_MSG_MAX);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

/* 0: the kernel has it; 1: not now; ERR_LOST. */
static int
write_record(const struct chan *c, const void *p, size_t n)
{
	ssize_t k;

	do {
		k = write(c->fd, p, n);
	} while (k < 0 && errno == EINTR);
	if (k >= 0) {
		return 0; /* whole: seqpacket knows no part */
	}
	/* ENOBUFS, ENOMEM: the kernel is short of memory for the moment. */
	return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM
		   ? 1
		   : ERR_LOST;
}

int
chan_send(struct chan *c, uint16_t type, unsigned prio, unsigned kind,
    const void *body, size_t n)
{
	uint8_t h[CHAN_HEADER] = {CHAN_VERSION, 0, (uint8_t)type,
	    (uint8_t)(type >> 8), (uint8_t)n, (uint8_t)(n >> 8),
	    (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
	int rc;

	assert(n <= CHAN_BODY_MAX);
	if (!chan_is_pending(c)) {
		memcpy(c->out, h, sizeof(h));
		if (n > 0) {
			memcpy(c->out + sizeof(h), body, n);
		}
		rc = write_record(c, c->out, sizeof(h) + n);
		if (rc <= 0) {
			c->sent += rc == 0;
			return rc;
		}
	}
	(void)queue_put(&c->queue, prio, kind, h, sizeof(h), body, n);
	return 0;
}

int
chan_flush(struct chan *c)
{
	size_t n;
	int rc;

	while ((n = queue_peek(&c->queue, c->out, CHAN_MSG_MAX)) > 0) {
		rc = write_record(c, c->out, n);
		if (rc != 0) {
			return rc < 0 ? rc : 0;
		}
		c->sent++;
		queue_pop(&c->queue);
	}
	return 0;
}

short
chan_events(const struct chan *c)
{
	return (short)(POLLIN | (chan_is_pending(c) ? POLLOUT : 0));
}

/* An empty record and the end of the stream both read as 0 bytes. */
static bool
is_hung_up(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

int
chan_recv(struct chan *c, struct chan_msg *ret)
{
	uint8_t version, zero;
	uint16_t type;
	uint32_t len;
	struct rd r;
	ssize_t k;

	/*
	 * ECONNRESET says once that the peer ended without reading all that
	 * we sent; what it sent itself is still there to be read.
	 */
	do {
		k = recv(c->fd, c->in, CHAN_MSG_MAX, MSG_TRUNC | MSG_DONTWAIT);
	} while (k < 0 && (errno == EINTR || errno == ECONNRESET));
	if (k < 0) {
		return errno == EAGAIN ? 0 : ERR_LOST;
	}
	if (k == 0 && is_hung_up(c->fd)) {
		return ERR_LOST;
	}
	if (k > CHAN_MSG_MAX) {
		c->bad++;
		return ERR_PEER;
	}
	r = rd_make(c->in, (size_t)k);
	version = rd_u8(&r);
	zero = rd_u8(&r);
	type = rd_le16(&r);
	len = rd_le32(&r);
	if (!rd_ok(&r) || version != CHAN_VERSION || zero != 0 ||
	    len != rd_left(&r)) {
		c->bad++;
		return ERR_PEER;
	}
	c->received++;
	ret->type = type;
	ret->body = r;
	return 1;
}
