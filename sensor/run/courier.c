/*
 * courier: see courier.h.
 *
 * What the peer's kernel has acknowledged is what was written less what
 * SIOCOUTQ finds in the send queue (tcp(7)).  In each round the connection's
 * end is looked for first, and only a connection that has not ended confirms
 * anything.
 *
 * A receiver that dies without a word is noticed by TCP_USER_TIMEOUT (data
 * that nobody acknowledges, or a window that stays shut) and by keep-alive
 * probes (nothing to send), both within COURIER_SILENT_S.  A receiver that
 * stops reading for longer is left as well, and what it had not confirmed
 * goes again: it is asked at growing distances.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/courier.h"

#define FRAME_MAX (MESSAGE_MAX + 8) /* "8000 " before it */
#define LOOK_NS   (200 * NS_PER_MS)
/* A receiver has nothing to say; one that says this much is another thing. */
#define HEARD_MAX   (64 * 1024)
#define WRITES_MAX  COURIER_WINDOW /* in one round */
#define FRAMES_SIZE ((size_t)COURIER_WINDOW * FRAME_MAX)

static struct courier_entry *
entry_at(struct courier *c, uint64_t number)
{
	return &c->entry[number % COURIER_WINDOW];
}

static uint8_t *
frame_at(struct courier *c, uint64_t number)
{
	return c->frame + (size_t)(number % COURIER_WINDOW) * FRAME_MAX;
}

int
courier_init(struct courier *c, const char *name,
    const struct courier_addr *addr, size_t naddrs, const char *why,
    uint64_t now_ns)
{
	memset(c, 0, sizeof(*c));
	c->name = name;
	c->fd = -1;
	c->naddrs = naddrs < COURIER_ADDRS_MAX ? naddrs : COURIER_ADDRS_MAX;
	if (c->naddrs > 0) {
		memcpy(c->addr, addr, c->naddrs * sizeof(*addr));
	}
	c->due_ns = c->naddrs > 0 ? now_ns : COURIER_NEVER;
	c->backoff_ns = COURIER_BACKOFF_MIN;
	c->down = true;
	c->down_ns = now_ns;
	(void)snprintf(c->why, sizeof(c->why), "%s", why);
	c->frame = mem_map(FRAMES_SIZE);
	return c->frame != NULL ? 0 : ERR_NOMEM;
}

void
courier_done(struct courier *c)
{
	if (c->frame == NULL) {
		return;
	}
	if (c->fd >= 0) {
		(void)close(c->fd);
	}
	mem_unmap(c->frame, FRAMES_SIZE);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

size_t
courier_room(const struct courier *c)
{
	return COURIER_WINDOW - (size_t)(c->tail - c->head);
}

int
courier_put(struct courier *c, const struct outbox_mail *m)
{
	struct courier_entry *e = entry_at(c, c->tail);
	uint8_t *frame = frame_at(c, c->tail);
	int n;

	if (courier_room(c) == 0) {
		return ERR_FULL;
	}
	if (m->id <= c->last || m->len == 0 || m->len > MESSAGE_MAX) {
		return ERR_PEER;
	}
	memset(e, 0, sizeof(*e));
	e->id = m->id;
	memcpy(e->event, m->event, sizeof(e->event));
	n = snprintf((char *)frame, FRAME_MAX, "%zu ", m->len);
	memcpy(frame + n, m->msg, m->len);
	e->len = (size_t)n + m->len;
	c->last = m->id;
	c->tail++;
	return 0;
}

/* --- the connection -------------------------------------------------------- */

/*
 * The end of an attempt or of a connection.  Another address of the name is
 * tried at once; when all have been, it takes a while.
 */
static void
fail(struct courier *c, uint64_t now_ns, const char *why)
{
	bool was_up = c->state == COURIER_UP;

	if (c->fd >= 0) {
		(void)close(c->fd);
		c->fd = -1;
	}
	c->state = COURIER_WAITING;
	c->acked = c->next = c->head;
	c->off = 0;
	(void)snprintf(c->why, sizeof(c->why), "%s", why);
	if (!c->down) {
		c->down = true;
		c->down_ns = now_ns;
	}
	c->total[OUTBOX_BREAKS] += was_up;
	c->at = was_up ? c->at : (c->at + 1) % c->naddrs;
	if (!was_up && c->at != 0) {
		c->due_ns = now_ns;
		return;
	}
	c->due_ns = now_ns + c->backoff_ns;
	c->backoff_ns *= 2;
	if (c->backoff_ns > COURIER_BACKOFF_MAX) {
		c->backoff_ns = COURIER_BACKOFF_MAX;
	}
}

static void
set_option(int fd, int level, int option, int value)
{
	/* Without them a dead receiver is noticed later, not never. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static int
open_socket(int family)
{
	int fd = socket(
	    family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0) {
		return -1;
	}
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, COURIER_SILENT_S / 3);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, COURIER_SILENT_S / 3);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 2);
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, COURIER_SILENT_S * 1000);
	return fd;
}

static void
is_up(struct courier *c, uint64_t now_ns)
{
	c->state = COURIER_UP;
	c->up_ns = now_ns;
	c->look_ns = now_ns;
	c->down = false;
	c->written = c->heard = 0;
	c->total[OUTBOX_CONNECTS]++;
}

static void
start_connect(struct courier *c, uint64_t now_ns)
{
	const struct courier_addr *a = &c->addr[c->at];

	c->fd = open_socket(a->sa.ss_family);
	if (c->fd < 0) {
		fail(c, now_ns, strerror(errno));
		return;
	}
	c->state = COURIER_CONNECTING;
	c->due_ns = now_ns + COURIER_CONNECT_NS;
	if (connect(c->fd, (const struct sockaddr *)&a->sa, a->len) == 0) {
		is_up(c, now_ns);
	} else if (errno != EINPROGRESS && errno != EINTR) {
		fail(c, now_ns, strerror(errno));
	}
}

static void
finish_connect(struct courier *c, uint64_t now_ns)
{
	struct pollfd p = {.fd = c->fd, .events = POLLOUT};
	socklen_t n = sizeof(int);
	int error = 0;

	if (poll(&p, 1, 0) <= 0) {
		if (now_ns >= c->due_ns) {
			fail(c, now_ns, strerror(ETIMEDOUT));
		}
		return;
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0) {
		error = errno;
	}
	if (error != 0) {
		fail(c, now_ns, strerror(error));
	} else {
		is_up(c, now_ns);
	}
}

/* --- the messages ---------------------------------------------------------- */

static bool
is_again(int error)
{
	return error == EAGAIN || error == EINTR;
}

/*
 * False: the connection has ended.  An end may stand behind something that
 * the receiver said, so all of that is read.
 */
static bool
hear(struct courier *c, uint64_t now_ns)
{
	char waste[4096];
	ssize_t n;

	while ((n = recv(c->fd, waste, sizeof(waste), MSG_DONTWAIT)) > 0) {
		c->heard += (uint64_t)n;
		if (c->heard > HEARD_MAX) {
			fail(c, now_ns, "it keeps talking: no syslog receiver");
			return false;
		}
	}
	if (n < 0 && is_again(errno)) {
		return true;
	}
	fail(c, now_ns,
	    n == 0 ? "the receiver closed the connection" : strerror(errno));
	return false;
}

static void
was_written(struct courier *c)
{
	entry_at(c, c->next)->end = c->written;
	c->off = 0;
	if (c->next < c->written_to) {
		c->total[OUTBOX_AGAIN]++;
	} else {
		c->written_to = c->next + 1;
	}
	c->next++;
}

static bool
write_out(struct courier *c, uint64_t now_ns)
{
	for (int i = 0; i < WRITES_MAX && c->next < c->tail; i++) {
		const struct courier_entry *e = entry_at(c, c->next);
		ssize_t n = send(c->fd, frame_at(c, c->next) + c->off,
		    e->len - c->off, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0) {
			if (is_again(errno)) {
				return true;
			}
			fail(c, now_ns, strerror(errno));
			return false;
		}
		c->written += (uint64_t)n;
		c->off += (size_t)n;
		if (c->off == e->len) {
			was_written(c);
		}
	}
	return true;
}

static bool
look_at_acks(struct courier *c, uint64_t now_ns)
{
	uint64_t there;
	int queued;

	if (c->acked == c->next) {
		return true;
	}
	if (ioctl(c->fd, SIOCOUTQ, &queued) != 0 || queued < 0) {
		fail(c, now_ns, strerror(errno));
		return false;
	}
	there =
	    (uint64_t)queued < c->written ? c->written - (uint64_t)queued : 0;
	while (c->acked < c->next && entry_at(c, c->acked)->end <= there) {
		entry_at(c, c->acked)->acked_ns = now_ns;
		c->acked++;
	}
	c->look_ns = now_ns + LOOK_NS;
	return true;
}

static void
confirm(struct courier *c, uint64_t now_ns)
{
	if (now_ns - c->up_ns >= COURIER_SURE_NS) {
		c->backoff_ns = COURIER_BACKOFF_MIN;
	}
	while (c->head < c->acked) {
		const struct courier_entry *e = entry_at(c, c->head);

		if (now_ns - e->acked_ns < COURIER_SURE_NS) {
			return;
		}
		c->sent = e->id;
		memcpy(c->sent_event, e->event, sizeof(c->sent_event));
		c->total[OUTBOX_SENT]++;
		c->head++;
	}
}

void
courier_work(struct courier *c, uint64_t now_ns)
{
	if (c->state == COURIER_WAITING && now_ns >= c->due_ns) {
		start_connect(c, now_ns);
	}
	if (c->state == COURIER_CONNECTING) {
		finish_connect(c, now_ns);
	}
	if (c->state == COURIER_UP && hear(c, now_ns) && write_out(c, now_ns) &&
	    look_at_acks(c, now_ns)) {
		confirm(c, now_ns);
	}
}

/* --- for the caller's loop ------------------------------------------------ */

short
courier_events(const struct courier *c)
{
	if (c->state == COURIER_CONNECTING) {
		return POLLOUT;
	}
	return (short)(POLLIN | (c->next < c->tail ? POLLOUT : 0));
}

uint64_t
courier_due(const struct courier *c)
{
	uint64_t due = COURIER_NEVER;

	if (c->state != COURIER_UP) {
		return c->due_ns;
	}
	if (c->acked < c->next) {
		due = c->look_ns;
	}
	if (c->head < c->acked) {
		uint64_t sure = c->entry[c->head % COURIER_WINDOW].acked_ns +
				COURIER_SURE_NS;

		due = sure < due ? sure : due;
	}
	return due;
}

uint64_t
courier_down_for(const struct courier *c, uint64_t now_ns)
{
	return c->down ? now_ns - c->down_ns : 0;
}

void
courier_describe(const struct courier *c, uint64_t waiting, uint64_t now_ns,
    uint64_t wall_ns, char *buf, size_t size)
{
	unsigned long long n = waiting;
	char since[32];

	if (!c->down) {
		(void)snprintf(
		    buf, size, "connected to %s, %llu waiting", c->name, n);
		return;
	}
	(void)clock_rfc3339(since, wall_ns - (now_ns - c->down_ns));
	(void)snprintf(buf, size, "%s unreachable since %s, %llu waiting: %s",
	    c->name, since, n, c->why);
}
