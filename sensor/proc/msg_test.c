/*
 * msg_test: every message comes back as it was sent, and nothing that is cut,
 * stretched or out of range is taken.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proc/chan.h"
#include "proc/msg.h"

static uint8_t buf[CHAN_BODY_MAX];

static const struct msg_start start = {.role = "sensor",
    .label = "eth1+eth2",
    .generation = 3,
    .log_level = 2,
    .nfds = 2,
    .fd = {{.kind = PROC_FD_CHANNEL, .name = "events"},
	{.kind = PROC_FD_OTHER, .name = "crash"}}};

static const struct proc_health health = {.role = "store",
    .label = "",
    .state = PROC_RUNNING,
    .end = PROC_END_SIGNAL,
    .value = SIGKILL,
    .pid = 4711,
    .generation = 2,
    .restarts = 2,
    .crashes = 1,
    .since_ns = 1234567890123ULL,
    .status = "learning until tomorrow",
    .sandbox = "seccomp store"};

static const uint8_t frame[] = {0xff, 0xff, 0xff, 0x00, 0x08, 0x06};

static const struct proc_crash crash = {.role = "sensor",
    .label = "eth1",
    .generation = 7,
    .signal = SIGSEGV,
    .reason = "Segmentation fault",
    .wall_ns = 99,
    .has_frame = true,
    .linktype = 1,
    .iface = 1,
    .len = 60,
    .caplen = 60,
    .number = 12345678901ULL,
    .ts_ns = 1093521681696827000ULL,
    .data = frame,
    .data_len = sizeof(frame)};

static int
decode_start(struct rd r)
{
	struct msg_start m;

	return msg_start_decode(r, &m);
}

static int
decode_health(struct rd r)
{
	struct proc_health m;

	return msg_health_decode(r, &m);
}

static int
decode_crash(struct rd r)
{
	struct proc_crash m;

	return msg_crash_decode(r, &m);
}

static int
decode_peer(struct rd r)
{
	struct msg_peer m;

	return msg_peer_decode(r, &m);
}

static int
decode_kept(struct rd r)
{
	struct msg_kept m;

	return msg_kept_decode(r, &m);
}

static int
decode_text(struct rd r)
{
	char text[PROC_TEXT_MAX];

	return msg_text_decode(r, text);
}

/* The body in a block of exactly its size, so that a sanitizer sees more. */
static int
exactly(const uint8_t *p, size_t n, int (*decode)(struct rd))
{
	uint8_t *copy = malloc(n);
	int rc;

	assert_non_null(copy);
	if (n > 0) {
		memcpy(copy, p, n);
	}
	rc = decode(rd_make(copy, n));
	free(copy);
	return rc;
}

/* All truncations and one byte too many fail; bit flips must not crash. */
static void
maul(size_t n, int (*decode)(struct rd))
{
	assert_int_equal(exactly(buf, n, decode), 0);
	for (size_t k = 0; k < n; k++) {
		assert_int_equal(exactly(buf, k, decode), ERR_PEER);
	}
	buf[n] = 0;
	assert_int_equal(exactly(buf, n + 1, decode), ERR_PEER);
	for (size_t bit = 0; bit < n * 8; bit++) {
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		(void)exactly(buf, n, decode);
		buf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_start_comes_back(void **state)
{
	struct msg_start in = start, out;
	size_t n;

	in.config = rd_make("learn = 7d", 10);
	n = msg_start_encode(buf, sizeof(buf), &in);
	assert_int_equal(msg_start_decode(rd_make(buf, n), &out), 0);
	assert_string_equal(out.role, "sensor");
	assert_string_equal(out.label, "eth1+eth2");
	assert_int_equal(out.generation, 3);
	assert_int_equal(out.log_level, 2);
	assert_int_equal(out.nfds, 2);
	assert_string_equal(out.fd[0].name, "events");
	assert_int_equal(out.fd[1].kind, PROC_FD_OTHER);
	assert_int_equal(rd_left(&out.config), 10);
	assert_memory_equal(out.config.p, "learn = 7d", 10);
	maul(n, decode_start);
}

static void
test_health_comes_back(void **state)
{
	struct proc_health out;
	size_t n = msg_health_encode(buf, MSG_SMALL_MAX, &health);

	memset(&out, 0, sizeof(out));
	assert_int_equal(msg_health_decode(rd_make(buf, n), &out), 0);
	assert_string_equal(out.role, health.role);
	assert_string_equal(out.label, "");
	assert_int_equal(out.state, PROC_RUNNING);
	assert_int_equal(out.end, PROC_END_SIGNAL);
	assert_int_equal(out.value, SIGKILL);
	assert_int_equal(out.pid, 4711);
	assert_int_equal(out.generation, 2);
	assert_int_equal(out.restarts, 2);
	assert_int_equal(out.crashes, 1);
	assert_true(out.since_ns == health.since_ns);
	assert_string_equal(out.status, health.status);
	assert_string_equal(out.sandbox, health.sandbox);
	maul(n, decode_health);
}

static void
test_crash_comes_back(void **state)
{
	struct proc_crash out, bare = crash;
	size_t n = msg_crash_encode(buf, sizeof(buf), &crash);

	assert_int_equal(msg_crash_decode(rd_make(buf, n), &out), 0);
	assert_true(out.has_frame);
	assert_true(out.number == crash.number && out.ts_ns == crash.ts_ns);
	assert_int_equal(out.caplen, 60);
	assert_int_equal(out.data_len, sizeof(frame));
	assert_memory_equal(out.data, frame, sizeof(frame));
	assert_string_equal(out.reason, crash.reason);
	maul(n, decode_crash);
	bare.has_frame = false;
	n = msg_crash_encode(buf, sizeof(buf), &bare);
	assert_int_equal(msg_crash_decode(rd_make(buf, n), &out), 0);
	assert_false(out.has_frame);
	maul(n, decode_crash);
}

static void
test_small_ones_come_back(void **state)
{
	struct msg_peer peer = {"events", 5}, peer_out;
	struct msg_kept kept = {"sensor", "eth1", 7}, kept_out;
	char text[PROC_TEXT_MAX];
	size_t n = msg_peer_encode(buf, MSG_SMALL_MAX, &peer);

	assert_int_equal(msg_peer_decode(rd_make(buf, n), &peer_out), 0);
	assert_string_equal(peer_out.name, "events");
	assert_int_equal(peer_out.generation, 5);
	maul(n, decode_peer);
	n = msg_kept_encode(buf, MSG_SMALL_MAX, &kept);
	assert_int_equal(msg_kept_decode(rd_make(buf, n), &kept_out), 0);
	assert_string_equal(kept_out.label, "eth1");
	assert_int_equal(kept_out.generation, 7);
	maul(n, decode_kept);
	n = msg_text_encode(buf, MSG_SMALL_MAX, "not silent: IPv6 on");
	assert_int_equal(msg_text_decode(rd_make(buf, n), text), 0);
	assert_string_equal(text, "not silent: IPv6 on");
	maul(n, decode_text);
}

static void
test_text_of_the_longest(void **state)
{
	char text[PROC_TEXT_MAX], long_text[400];
	size_t n;

	memset(long_text, 'a', sizeof(long_text));
	long_text[399] = '\0';
	n = msg_text_encode(buf, MSG_SMALL_MAX, long_text);
	assert_int_equal(msg_text_decode(rd_make(buf, n), text), 0);
	assert_int_equal(strlen(text), PROC_TEXT_MAX - 1);
	/* What is not printable is replaced by the sender ... */
	n = msg_text_encode(buf, MSG_SMALL_MAX, "a\nb\x1b[31m\xc3");
	assert_int_equal(msg_text_decode(rd_make(buf, n), text), 0);
	assert_string_equal(text, "a?b?[31m?");
	/* ... and refused by the receiver. */
	buf[2] = '\n';
	assert_int_equal(msg_text_decode(rd_make(buf, n), text), ERR_PEER);
	buf[2] = 0x7f;
	assert_int_equal(msg_text_decode(rd_make(buf, n), text), ERR_PEER);
	assert_string_equal(text, "a?b?[31m?");
}

static void
test_out_of_range_is_refused(void **state)
{
	struct proc_health h = health;
	struct proc_crash c = crash;
	struct msg_start s = start;
	size_t n;

	h.state = PROC_STATES;
	n = msg_health_encode(buf, sizeof(buf), &h);
	assert_int_equal(decode_health(rd_make(buf, n)), ERR_PEER);
	h.state = PROC_RUNNING;
	h.role[0] = '\0';
	n = msg_health_encode(buf, sizeof(buf), &h);
	assert_int_equal(decode_health(rd_make(buf, n)), ERR_PEER);
	/* More bytes than were captured. */
	c.caplen = sizeof(frame) - 1;
	n = msg_crash_encode(buf, sizeof(buf), &c);
	assert_int_equal(decode_crash(rd_make(buf, n)), ERR_PEER);
	s.fd[1].kind = PROC_FD_KINDS;
	n = msg_start_encode(buf, sizeof(buf), &s);
	assert_int_equal(decode_start(rd_make(buf, n)), ERR_PEER);
	s = start;
	n = msg_start_encode(buf, sizeof(buf), &s);
	/* u8 n of descriptors: after role, label, generation, level. */
	buf[1 + 6 + 1 + 9 + 4 + 1] = PROC_FDS_MAX + 1;
	assert_int_equal(decode_start(rd_make(buf, n)), ERR_PEER);
}

static void
test_ends_in_words(void **state)
{
	char text[64];

	proc_end_text(text, PROC_END_EXIT, 70);
	assert_string_equal(text, "exited with code 70");
	proc_end_text(text, PROC_END_SIGNAL, SIGSYS);
	assert_string_equal(text, "killed by SIGSYS");
	proc_end_text(text, PROC_END_SIGNAL, 200);
	assert_string_equal(text, "killed by signal 200");
	proc_end_text(text, PROC_END_NONE, 0);
	assert_string_equal(text, "never ended");
	assert_string_equal(proc_state_name(PROC_LOST), "interface lost");
	assert_string_equal(proc_state_name(200), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_start_comes_back),
	    cmocka_unit_test(test_health_comes_back),
	    cmocka_unit_test(test_crash_comes_back),
	    cmocka_unit_test(test_small_ones_come_back),
	    cmocka_unit_test(test_text_of_the_longest),
	    cmocka_unit_test(test_out_of_range_is_refused),
	    cmocka_unit_test(test_ends_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
