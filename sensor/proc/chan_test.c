/*
 * chan_test: whole messages, hostile headers, a slow peer, a dead peer.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/chan.h"

static struct chan a, b;
static int fd[2];

static int
setup(void **state)
{
	signal(SIGPIPE, SIG_IGN);
	return chan_pair(fd) != 0 || chan_init(&a, fd[0], 256 * 1024) != 0 ||
	       chan_init(&b, fd[1], 0) != 0;
}

static int
teardown(void **state)
{
	chan_done(&a);
	chan_done(&b);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

static void
test_message_arrives_whole(void **state)
{
	static uint8_t big[CHAN_BODY_MAX];
	struct chan_msg m;

	memset(big, 0x5a, sizeof(big));
	assert_int_equal(chan_recv(&b, &m), 0);
	assert_int_equal(chan_send(&a, 7, 0, 0, "hello", 5), 0);
	assert_int_equal(chan_send(&a, 0x1234, 0, 0, NULL, 0), 0);
	assert_int_equal(chan_send(&a, 9, 0, 0, big, sizeof(big)), 0);
	assert_false(chan_is_pending(&a));
	assert_int_equal(chan_recv(&b, &m), 1);
	assert_int_equal(m.type, 7);
	assert_int_equal(rd_left(&m.body), 5);
	assert_memory_equal(m.body.p, "hello", 5);
	assert_int_equal(chan_recv(&b, &m), 1);
	assert_int_equal(m.type, 0x1234);
	assert_int_equal(rd_left(&m.body), 0);
	assert_int_equal(chan_recv(&b, &m), 1);
	assert_int_equal(rd_left(&m.body), sizeof(big));
	assert_memory_equal(m.body.p, big, sizeof(big));
	assert_int_equal(a.sent, 3);
	assert_int_equal(b.received, 3);
}

/* Each is refused, counted, and does not hide the good one behind it. */
static void
test_hostile_header_is_refused(void **state)
{
	static const struct {
		uint8_t b[16];
		size_t n;
	} bad[] = {
	    {{0}, 0},                         /* an empty record            */
	    {{1}, 1},                         /* header cut                 */
	    {{1, 0, 1, 0, 0, 0, 0}, 7},       /* header cut by one          */
	    {{2, 0, 1, 0, 0, 0, 0, 0}, 8},    /* version 2                  */
	    {{1, 9, 1, 0, 0, 0, 0, 0}, 8},    /* reserved byte              */
	    {{1, 0, 1, 0, 1, 0, 0, 0}, 8},    /* length 1, body of 0        */
	    {{1, 0, 1, 0, 0, 0, 0, 0, 7}, 9}, /* length 0, body of 1        */
	    {{1, 0, 1, 0, 0xff, 0xff, 0xff, 0xff}, 8}, /* length 2^32 - 1   */
	};
	struct chan_msg m;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(write(fd[0], bad[i].b, bad[i].n), bad[i].n);
		assert_int_equal(chan_send(&a, 3, 0, 0, "x", 1), 0);
		assert_int_equal(chan_recv(&b, &m), ERR_PEER);
		assert_int_equal(b.bad, i + 1);
		assert_int_equal(chan_recv(&b, &m), 1);
		assert_int_equal(m.type, 3);
	}
}

static void
test_longer_than_the_limit_is_refused(void **state)
{
	static uint8_t huge[CHAN_MSG_MAX + 1] = {1, 0, 1, 0, 1, 0, 1};
	struct chan_msg m;

	assert_int_equal(write(fd[0], huge, sizeof(huge)), sizeof(huge));
	assert_int_equal(chan_recv(&b, &m), ERR_PEER);
	assert_int_equal(chan_recv(&b, &m), 0);
}

static void
test_attached_descriptor_is_not_taken(void **state)
{
	static const uint8_t msg[] = {1, 0, 1, 0, 0, 0, 0, 0};
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u = {0};
	struct iovec iov = {(void *)msg, sizeof(msg)};
	struct msghdr mh = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = u.buf,
	    .msg_controllen = sizeof(u.buf)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&mh);
	struct chan_msg m;
	int before = dup(0), after, zero = 0;

	close(before);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &zero, sizeof(zero));
	assert_int_equal(sendmsg(fd[0], &mh, 0), sizeof(msg));
	assert_int_equal(chan_recv(&b, &m), 1);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

/* Sends without a reader until messages wait; then reads all, in order. */
static void
test_slow_peer_gets_the_rest_later(void **state)
{
	uint8_t body[1000];
	struct chan_msg m;
	unsigned n = 0, got = 0;

	memset(body, 1, sizeof(body));
	while (!chan_is_pending(&a) || n % 50 != 0) {
		memcpy(body, &n, sizeof(n));
		assert_int_equal(chan_send(&a, 1, 1, 1, body, sizeof(body)), 0);
		n++;
	}
	assert_true(chan_events(&a) & POLLOUT);
	while (got < n) {
		unsigned seen;

		if (chan_recv(&b, &m) == 0) {
			assert_int_equal(chan_flush(&a), 0);
			continue;
		}
		memcpy(&seen, m.body.p, sizeof(seen));
		assert_int_equal(seen, got);
		got++;
	}
	assert_false(chan_is_pending(&a));
	assert_int_equal(chan_events(&a), POLLIN);
	assert_int_equal(a.queue.dropped[1], 0);
}

/* VALUE (here kind 3, priority 3) gives way, IDENTITY (kind 0) never does. */
static void
test_full_queue_drops_by_priority(void **state)
{
	uint8_t body[1000] = {0};
	unsigned identity = 0, seen = 0;
	struct chan_msg m;

	for (unsigned i = 0; i < 20000; i++) {
		unsigned prio = i % 100 == 0 ? 0 : 3;

		body[0] = (uint8_t)prio;
		identity += prio == 0;
		assert_int_equal(
		    chan_send(&a, 1, prio, prio, body, sizeof(body)), 0);
	}
	assert_int_equal(a.queue.dropped[0], 0);
	assert_true(a.queue.dropped[3] > 0);
	for (;;) {
		int rc = chan_recv(&b, &m);

		if (rc == 0 && !chan_is_pending(&a)) {
			break;
		}
		if (rc == 0) {
			assert_int_equal(chan_flush(&a), 0);
		} else {
			seen += m.body.p[0] == 0;
		}
	}
	assert_int_equal(seen, identity);
	assert_int_equal(b.received + a.queue.dropped[3], 20000);
}

static void
test_dead_peer_is_told_after_its_last_words(void **state)
{
	struct chan_msg m;

	/* The peer leaves a message of ours unread: ECONNRESET for us. */
	assert_int_equal(chan_send(&b, 1, 0, 0, "unread", 6), 0);
	assert_int_equal(chan_send(&a, 5, 0, 0, "bye", 3), 0);
	close(fd[0]);
	assert_int_equal(chan_recv(&b, &m), 1);
	assert_int_equal(m.type, 5);
	assert_int_equal(chan_recv(&b, &m), ERR_LOST);
	assert_int_equal(chan_send(&b, 1, 0, 0, "x", 1), ERR_LOST);
	fd[0] = dup(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    T(test_message_arrives_whole),
	    T(test_hostile_header_is_refused),
	    T(test_longer_than_the_limit_is_refused),
	    T(test_attached_descriptor_is_not_taken),
	    T(test_slow_peer_gets_the_rest_later),
	    T(test_full_queue_drops_by_priority),
	    T(test_dead_peer_is_told_after_its_last_words),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
