/*
 * courier_test: the connection against a receiver in this process, on a
 * loopback port, with a clock that the test turns.
 *
 * TCP itself takes a moment; nothing here waits for longer than it takes the
 * kernel to move bytes from one socket to another.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "run/courier.h"

#define SEC     NS_PER_SEC
#define GOT_MAX 1000

static struct rig {
	struct courier c;
	uint64_t now;
	int listen_fd, fd; /* the receiver's */
	uint16_t port;
	char buf[4 * 1024 * 1024]; /* what it has read */
	size_t n;
} rig;

/* --- the receiver ---------------------------------------------------------- */

static int
listen_at(uint16_t port, int rcvbuf, uint16_t *ret_port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	assert_true(fd >= 0);
	assert_int_equal(
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	if (rcvbuf > 0) {
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf,
				     sizeof(rcvbuf)),
		    0);
	}
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, n), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &n), 0);
	*ret_port = ntohs(sin.sin_port);
	return fd;
}

static struct courier_addr
loopback(uint16_t port)
{
	struct courier_addr a = {.len = sizeof(struct sockaddr_in)};
	struct sockaddr_in sin = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	memcpy(&a.sa, &sin, sizeof(sin));
	return a;
}

static int
setup_with(int rcvbuf)
{
	struct courier_addr a;

	rig.now = 1000 * SEC;
	rig.fd = -1;
	rig.n = 0;
	rig.listen_fd = listen_at(0, rcvbuf, &rig.port);
	a = loopback(rig.port);
	return courier_init(
	    &rig.c, "127.0.0.1:514", &a, 1, "not yet tried", rig.now);
}

static int
setup(void **state)
{
	(void)state;
	return setup_with(0);
}

static int
setup_small(void **state)
{
	(void)state;
	return setup_with(4096);
}

static int
teardown(void **state)
{
	(void)state;
	courier_done(&rig.c);
	if (rig.fd >= 0) {
		(void)close(rig.fd);
	}
	if (rig.listen_fd >= 0) {
		(void)close(rig.listen_fd);
	}
	return 0;
}

/* Works, and lets the kernel do its part. */
static void
work(void)
{
	struct pollfd p = {.fd = rig.c.fd, .events = POLLIN};

	courier_work(&rig.c, rig.now);
	p.fd = rig.c.fd;
	(void)poll(&p, 1, 2);
	courier_work(&rig.c, rig.now);
}

static void
after(uint64_t ns)
{
	rig.now += ns;
	work();
}

static void
accept_one(void)
{
	struct pollfd p = {.fd = rig.listen_fd, .events = POLLIN};

	work();
	assert_int_equal(poll(&p, 1, 2000), 1);
	rig.fd = accept4(rig.listen_fd, NULL, NULL, SOCK_NONBLOCK);
	assert_true(rig.fd >= 0);
	for (int i = 0; i < 500 && rig.c.state != COURIER_UP; i++) {
		work();
	}
	assert_int_equal(rig.c.state, COURIER_UP);
}

static void
read_all(void)
{
	ssize_t n;

	for (int quiet = 0; quiet < 3;) {
		n = recv(rig.fd, rig.buf + rig.n, sizeof(rig.buf) - rig.n, 0);
		if (n > 0) {
			rig.n += (size_t)n;
			quiet = 0;
		} else {
			quiet++;
		}
		work();
	}
}

/* As a process does whose memory is gone: what it had not read resets. */
static void
break_off(void)
{
	(void)close(rig.fd);
	rig.fd = -1;
	rig.n = 0;
	work();
}

/* Reads "LEN SP MSG" strictly; the ids of what is whole, in order. */
static size_t
parse(int64_t id[GOT_MAX])
{
	size_t at = 0, count = 0;

	while (at < rig.n) {
		size_t len = 0, digits = 0;
		long long v = 0;

		while (at < rig.n && rig.buf[at] >= '0' && rig.buf[at] <= '9') {
			assert_true(digits++ < 5);
			assert_true(digits > 1 || rig.buf[at] != '0');
			len = len * 10 + (size_t)(rig.buf[at++] - '0');
		}
		if (at == rig.n) {
			break;
		}
		assert_true(digits > 0);
		assert_int_equal(rig.buf[at++], ' ');
		if (len > rig.n - at) {
			break; /* not whole */
		}
		assert_int_equal(sscanf(rig.buf + at, "<%lld>", &v), 1);
		assert_int_equal(rig.buf[at + len - 1], '.');
		assert_true(count < GOT_MAX);
		id[count++] = v;
		at += len;
	}
	return count;
}

static void
assert_got(int64_t first, int64_t last)
{
	static int64_t id[GOT_MAX];
	size_t n = parse(id);

	assert_int_equal(n, last - first + 1);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(id[i], first + (int64_t)i);
	}
}

/* --- messages -------------------------------------------------------------- */

static int
put_len(int64_t id, size_t len)
{
	static char text[MESSAGE_MAX];
	struct outbox_mail m = {
	    .id = id, .msg = (const uint8_t *)text, .len = len};
	int n;

	memset(text, 'x', sizeof(text));
	n = snprintf(text, sizeof(text), "<%lld>", (long long)id);
	text[n] = 'x';
	text[len - 1] = '.';
	(void)snprintf(m.event, sizeof(m.event), "e-%lld", (long long)id);
	return courier_put(&rig.c, &m);
}

static void
put(int64_t first, int64_t last)
{
	for (int64_t i = first; i <= last; i++) {
		assert_int_equal(put_len(i, 100), 0);
	}
}

/* --- tests ----------------------------------------------------------------- */

static void
test_in_order_and_framed(void **state)
{
	(void)state;
	put(1, 50);
	accept_one();
	read_all();
	assert_got(1, 50);
	assert_int_equal(rig.c.total[OUTBOX_AGAIN], 0);
}

static void
test_sent_only_after_five_seconds(void **state)
{
	(void)state;
	put(1, 3);
	accept_one();
	read_all();
	assert_int_equal(rig.c.sent, 0);
	assert_int_equal(courier_due(&rig.c), rig.now + COURIER_SURE_NS);
	after(2 * SEC);
	put(4, 4);
	work();
	read_all();
	after(COURIER_SURE_NS - 2 * SEC - 1);
	assert_int_equal(rig.c.sent, 0);
	after(1);
	assert_int_equal(rig.c.sent, 3);
	assert_string_equal(rig.c.sent_event, "e-3");
	after(2 * SEC);
	assert_int_equal(rig.c.sent, 4);
	assert_int_equal(rig.c.total[OUTBOX_SENT], 4);
	assert_int_equal(courier_room(&rig.c), COURIER_WINDOW);
	assert_int_equal(courier_due(&rig.c), COURIER_NEVER);
}

static void
test_break_within_five_seconds_repeats(void **state)
{
	(void)state;
	put(1, 3);
	accept_one();
	read_all();
	after(3 * SEC);
	put(4, 6);
	work();
	read_all();
	after(2 * SEC); /* 1 to 3 are sure, 4 to 6 are not */
	assert_int_equal(rig.c.sent, 3);
	break_off();
	assert_int_equal(rig.c.state, COURIER_WAITING);
	after(100 * SEC);
	put(7, 7);
	accept_one();
	read_all();
	assert_got(4, 7);
	assert_int_equal(rig.c.total[OUTBOX_AGAIN], 3);
	assert_int_equal(rig.c.total[OUTBOX_BREAKS], 1);
	assert_int_equal(rig.c.total[OUTBOX_CONNECTS], 2);
	/* The time of the first connection does not count for this one. */
	after(COURIER_SURE_NS - 1);
	assert_int_equal(rig.c.sent, 3);
	after(1);
	assert_int_equal(rig.c.sent, 7);
}

/* The end has come in by the time at which the five seconds are over. */
static void
test_break_is_seen_before_confirming(void **state)
{
	(void)state;
	put(1, 1);
	accept_one();
	read_all();
	(void)close(rig.fd);
	rig.fd = -1;
	(void)poll(NULL, 0, 5);
	rig.now += COURIER_SURE_NS;
	courier_work(&rig.c, rig.now);
	assert_int_equal(rig.c.sent, 0);
	assert_int_equal(rig.c.state, COURIER_WAITING);
}

static void
test_half_close_is_a_break(void **state)
{
	(void)state;
	put(1, 1);
	accept_one();
	read_all();
	assert_int_equal(send(rig.fd, "bye", 3, 0), 3);
	assert_int_equal(shutdown(rig.fd, SHUT_WR), 0);
	(void)poll(NULL, 0, 5);
	rig.now += COURIER_SURE_NS;
	courier_work(&rig.c, rig.now);
	assert_int_equal(rig.c.sent, 0);
	assert_int_equal(rig.c.state, COURIER_WAITING);
	assert_string_equal(rig.c.why, "the receiver closed the connection");
}

static void
test_receiver_that_closes_unread(void **state)
{
	(void)state;
	put(1, 200);
	for (int i = 0; i < 3; i++) {
		accept_one();
		break_off();
		assert_int_equal(rig.c.state, COURIER_WAITING);
		assert_int_equal(rig.c.sent, 0);
		after(COURIER_BACKOFF_MAX);
	}
	accept_one();
	read_all();
	assert_got(1, 200);
}

/* Writes stop in the middle of a message and go on there. */
static void
test_full_socket_goes_on_where_it_stopped(void **state)
{
	int64_t id = 0;

	(void)state;
	while (courier_room(&rig.c) > 0) {
		assert_int_equal(put_len(++id, MESSAGE_MAX), 0);
	}
	assert_int_equal(put_len(++id, 100), ERR_FULL);
	accept_one();
	for (int i = 0; i < 20; i++) {
		work();
	}
	assert_true(rig.c.next < rig.c.tail);
	assert_true(courier_events(&rig.c) & POLLOUT);
	/* What lies in buffers is not acknowledged, however long. */
	after(COURIER_SURE_NS);
	after(COURIER_SURE_NS);
	assert_true(rig.c.acked < rig.c.next);
	assert_true((uint64_t)rig.c.sent <= rig.c.acked);
	/* The receiver reads slowly, and sees no seam. */
	for (int i = 0; i < 4000 && rig.n < 300 * MESSAGE_MAX; i++) {
		ssize_t n = recv(rig.fd, rig.buf + rig.n, 3001, 0);

		rig.n += n > 0 ? (size_t)n : 0;
		courier_work(&rig.c, rig.now);
		if (n <= 0) {
			work();
		}
	}
	assert_true(rig.n >= 300 * MESSAGE_MAX);
	{
		static int64_t got[GOT_MAX];
		size_t n = parse(got);

		assert_true(n >= 290);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(got[i], i + 1);
		}
	}
	/* A break in the middle of a message: from its beginning. */
	break_off();
	assert_int_equal(rig.c.off, 0);
	after(COURIER_BACKOFF_MAX);
	accept_one();
	read_all();
	{
		static int64_t got[GOT_MAX];

		assert_true(parse(got) > 0);
		assert_int_equal(got[0], rig.c.sent + 1);
	}
}

static void
test_backoff_doubles_and_is_no_busy_loop(void **state)
{
	static const uint64_t expect[] = {1, 2, 4, 8, 16, 30, 30};
	char text[256];

	(void)state;
	(void)close(rig.listen_fd);
	rig.listen_fd = -1;
	for (size_t i = 0; i < sizeof(expect) / sizeof(expect[0]); i++) {
		for (int k = 0; k < 500 && rig.c.state != COURIER_WAITING;
		     k++) {
			work();
		}
		work();
		assert_int_equal(rig.c.state, COURIER_WAITING);
		assert_int_equal(
		    courier_due(&rig.c), rig.now + expect[i] * SEC);
		rig.now = courier_due(&rig.c) - 1;
		courier_work(&rig.c, rig.now);
		assert_int_equal(rig.c.fd, -1);
		after(1);
	}
	courier_describe(&rig.c, 12, rig.now,
	    1700000000 * SEC + (rig.now - 1000 * SEC), text, sizeof(text));
	assert_string_equal(text,
	    "127.0.0.1:514 unreachable since 2023-11-14T22:13:20.000Z, 12 "
	    "waiting: Connection refused");
	assert_int_equal(
	    courier_down_for(&rig.c, rig.now), rig.now - 1000 * SEC);
	/* Back: a connection that lives clears it. */
	rig.listen_fd = listen_at(rig.port, 0, &rig.port);
	after(30 * SEC);
	accept_one();
	courier_describe(&rig.c, 0, rig.now, 0, text, sizeof(text));
	assert_string_equal(text, "connected to 127.0.0.1:514, 0 waiting");
	assert_int_equal(courier_down_for(&rig.c, rig.now), 0);
	after(COURIER_SURE_NS);
	break_off();
	assert_int_equal(courier_due(&rig.c), rig.now + 1 * SEC);
}

static void
test_short_lives_keep_the_backoff(void **state)
{
	(void)state;
	for (uint64_t wait = 1; wait <= 8; wait *= 2) {
		accept_one();
		after(COURIER_SURE_NS - 1);
		break_off();
		assert_int_equal(courier_due(&rig.c), rig.now + wait * SEC);
		rig.now += wait * SEC;
	}
}

static void
test_other_addresses_are_tried_at_once(void **state)
{
	struct courier_addr a[3];
	uint16_t gone;
	int fd = listen_at(0, 0, &gone);

	(void)state;
	(void)close(fd);
	a[0] = a[1] = loopback(gone);
	a[2] = loopback(rig.port);
	courier_done(&rig.c);
	assert_int_equal(
	    courier_init(&rig.c, "siem:514", a, 3, "", rig.now), 0);
	for (int i = 0; i < 10; i++) {
		work();
	}
	accept_one();
	/* After a break the one that was there is tried first. */
	after(COURIER_SURE_NS);
	break_off();
	after(1 * SEC);
	accept_one();
	assert_int_equal(rig.c.total[OUTBOX_CONNECTS], 2);
}

static void
test_no_address_never_connects(void **state)
{
	char text[256];

	(void)state;
	courier_done(&rig.c);
	assert_int_equal(courier_init(&rig.c, "siem:514", NULL, 0,
			     "Name or service not known", rig.now),
	    0);
	after(1000 * SEC);
	assert_int_equal(rig.c.fd, -1);
	assert_int_equal(courier_due(&rig.c), COURIER_NEVER);
	courier_describe(&rig.c, 3, rig.now, 2000 * SEC, text, sizeof(text));
	assert_string_equal(text, "siem:514 unreachable since "
				  "1970-01-01T00:16:40.000Z, 3 waiting: Name "
				  "or service not known");
}

static void
test_talkative_receiver_is_left(void **state)
{
	static char noise[128 * 1024];

	(void)state;
	accept_one();
	for (int i = 0; i < 50 && rig.c.state == COURIER_UP; i++) {
		(void)send(rig.fd, noise, sizeof(noise), MSG_NOSIGNAL);
		work();
	}
	assert_int_equal(rig.c.state, COURIER_WAITING);
	assert_non_null(strstr(rig.c.why, "talking"));
}

static void
test_hostile_mail_is_refused(void **state)
{
	static uint8_t text[MESSAGE_MAX + 1];
	struct outbox_mail m = {.id = 5, .event = "e", .msg = text, .len = 1};

	(void)state;
	assert_int_equal(courier_put(&rig.c, &m), 0);
	assert_int_equal(courier_put(&rig.c, &m), ERR_PEER); /* again */
	m.id = 4;
	assert_int_equal(courier_put(&rig.c, &m), ERR_PEER);
	m.id = 6;
	m.len = 0;
	assert_int_equal(courier_put(&rig.c, &m), ERR_PEER);
	m.len = MESSAGE_MAX + 1;
	assert_int_equal(courier_put(&rig.c, &m), ERR_PEER);
	m.len = MESSAGE_MAX;
	assert_int_equal(courier_put(&rig.c, &m), 0);
	assert_int_equal(courier_room(&rig.c), COURIER_WINDOW - 2);
}

/* The kernel was asked to notice a receiver that died without a word. */
static void
test_silence_is_bounded(void **state)
{
	socklen_t n = sizeof(int);
	int keep = 0, timeout = 0, idle = 0, interval = 0;

	(void)state;
	accept_one();
	assert_int_equal(
	    getsockopt(rig.c.fd, SOL_SOCKET, SO_KEEPALIVE, &keep, &n), 0);
	assert_int_equal(
	    getsockopt(rig.c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, &n),
	    0);
	assert_int_equal(
	    getsockopt(rig.c.fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &n), 0);
	assert_int_equal(
	    getsockopt(rig.c.fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, &n), 0);
	assert_int_equal(keep, 1);
	assert_int_equal(timeout, COURIER_SILENT_S * 1000);
	assert_true(idle + 2 * interval <= COURIER_SILENT_S);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_in_order_and_framed),
	    TEST(test_sent_only_after_five_seconds),
	    TEST(test_break_within_five_seconds_repeats),
	    TEST(test_break_is_seen_before_confirming),
	    TEST(test_half_close_is_a_break),
	    TEST(test_receiver_that_closes_unread),
	    cmocka_unit_test_setup_teardown(
		test_full_socket_goes_on_where_it_stopped, setup_small,
		teardown),
	    TEST(test_backoff_doubles_and_is_no_busy_loop),
	    TEST(test_short_lives_keep_the_backoff),
	    TEST(test_other_addresses_are_tried_at_once),
	    TEST(test_no_address_never_connects),
	    TEST(test_talkative_receiver_is_left),
	    TEST(test_hostile_mail_is_refused),
	    TEST(test_silence_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
