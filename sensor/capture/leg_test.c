/*
 * Tests of live capture on virtual interfaces: they need root, and skip
 * themselves without.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include <seccomp.h>

#include "capture/veth.h"
#include "base/clock.h"
#include "capture/fanout.h"
#include "capture/live.h"

#define WAIT_MS 3000 /* for what must come; never waited out when it does */

/* A frame of a local experimental ethertype (IEEE 802), numbered. */
static size_t
make_frame(uint8_t buf[static 64], uint32_t number)
{
	static const uint8_t head[] = {
	    2, 0, 0, 0, 0, 9, /* destination	*/
	    2, 0, 0, 0, 0, 1, /* source	*/
	    0x88, 0xb5,       /* type		*/
	};

	memset(buf, 0, 64);
	memcpy(buf, head, sizeof(head));
	memcpy(buf + 14, &number, sizeof(number));
	return 60;
}

static void
send_numbered(int fd, uint32_t number)
{
	uint8_t buf[64];

	veth_send(fd, buf, make_frame(buf, number));
}

static struct live *
open_live(struct live_options o, const char *first, const char *second)
{
	const char *names[] = {first, second};
	char why[LIVE_WHY_MAX] = "";
	struct live *live = NULL;
	int rc;

	o.iface = names;
	o.ifaces = second != NULL ? 2 : 1;
	o.ring_bytes = o.ring_bytes != 0 ? o.ring_bytes : 4 << 20;
	rc = live_open(&o, &live, why);
	if (rc != 0) {
		fail_msg("live_open: %d: %s", rc, why);
	}
	return live;
}

/* The next frame, or 0 when none has come after ms. */
static int
next_within(struct live *live, struct frame *f, int ms)
{
	uint64_t end = clock_mono_ns() + (uint64_t)ms * NS_PER_MS;
	struct pollfd fds[4];
	int rc, timeout;
	size_t n;

	while ((rc = live_next(live, f)) == 0) {
		if (clock_mono_ns() >= end) {
			return 0;
		}
		n = live_fds(live, fds, 4, &timeout);
		(void)poll(fds, n, timeout >= 0 && timeout < ms ? timeout : ms);
	}
	return rc;
}

static uint32_t
number_of(const struct frame *f)
{
	uint32_t v;

	assert_true(f->caplen >= 18);
	memcpy(&v, f->data + 14, sizeof(v));
	return v;
}

static int
new_pair(void **state)
{
	if (veth_is_ready) {
		veth_pair("m0", "p0");
	}
	return 0;
}

static int
drop_pair(void **state)
{
	if (veth_is_ready) {
		(void)veth_sh("ip link del m0 2>/dev/null");
	}
	return 0;
}

/* --- frames --------------------------------------------------------------*/

static void
test_frames_arrive_whole_in_order_and_stamped(void **state)
{
	enum { N = 1000 };
	struct live_stats st;
	uint64_t before, after, last = 0;
	struct live *live;
	uint8_t want[64];
	struct frame f;
	int fd;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	assert_int_equal(live_ifaces(live), 1);
	assert_string_equal(live_iface_name(live, 0), "m0");
	fd = veth_sender("p0");
	before = clock_wall_ns();
	for (uint32_t i = 0; i < N; i++) {
		send_numbered(fd, i);
	}
	after = clock_wall_ns();
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(next_within(live, &f, WAIT_MS), 1);
		assert_int_equal(f.len, make_frame(want, i));
		assert_int_equal(f.caplen, f.len);
		assert_memory_equal(f.data, want, f.len);
		assert_int_equal(f.number, i + 1);
		assert_int_equal(f.linktype, LINKTYPE_ETHERNET);
		assert_true(f.ts_ns >= before && f.ts_ns <= after);
		assert_true(f.ts_ns >= last);
		last = f.ts_ns;
	}
	/* Nanoseconds: not all a multiple of 1000. */
	assert_int_equal(live_next(live, &f), 0);
	assert_int_equal(live_stats(live, 0, &st), 0);
	assert_int_equal(st.received, N);
	assert_int_equal(st.dropped, 0);
	assert_true(st.running);
	/* Totals, not what came since the last question. */
	send_numbered(fd, 0);
	assert_int_equal(next_within(live, &f, WAIT_MS), 1);
	assert_int_equal(live_stats(live, 0, &st), 0);
	assert_int_equal(st.received, N + 1);
	close(fd);
	live_close(live);
}

static void
test_stamps_are_in_nanoseconds(void **state)
{
	struct live *live;
	struct frame f;
	bool fine = false;
	int fd;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	fd = veth_sender("p0");
	for (uint32_t i = 0; i < 20; i++) {
		send_numbered(fd, i);
		assert_int_equal(next_within(live, &f, WAIT_MS), 1);
		fine = fine || f.ts_ns % 1000 != 0;
	}
	assert_true(fine);
	close(fd);
	live_close(live);
}

static void
test_vlan_tag_is_there(void **state)
{
	static const uint8_t frame[60] = {
	    2,
	    0,
	    0,
	    0,
	    0,
	    9, /* destination		*/
	    2,
	    0,
	    0,
	    0,
	    0,
	    1, /* source		*/
	    0x81,
	    0x00,
	    0x20,
	    0x64, /* VLAN 100		*/
	    0x88,
	    0xb5,
	    1,
	    2,
	    3,
	};
	struct live *live;
	struct frame f;
	int fd;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	fd = veth_sender("p0");
	veth_send(fd, frame, sizeof(frame));
	assert_int_equal(next_within(live, &f, WAIT_MS), 1);
	assert_int_equal(f.len, sizeof(frame));
	assert_memory_equal(f.data, frame, sizeof(frame));
	close(fd);
	live_close(live);
}

static void
test_snaplen_cuts_and_len_tells(void **state)
{
	struct live *live;
	struct frame f;
	int fd;

	VETH_NEED();
	live = open_live((struct live_options){.snaplen = 40}, "m0", NULL);
	fd = veth_sender("p0");
	send_numbered(fd, 7);
	assert_int_equal(next_within(live, &f, WAIT_MS), 1);
	assert_int_equal(f.caplen, 40);
	assert_int_equal(f.len, 60);
	close(fd);
	live_close(live);
}

static void
test_filter_lets_through_what_it_names(void **state)
{
	struct live *live;
	struct frame f;
	int fd;

	VETH_NEED();
	live =
	    open_live((struct live_options){.filter = "ether proto 0x88b5 and "
						      "ether[14] = 2"},
		"m0", NULL);
	fd = veth_sender("p0");
	for (uint32_t i = 0; i < 4; i++) {
		send_numbered(fd, i);
	}
	assert_int_equal(next_within(live, &f, WAIT_MS), 1);
	assert_int_equal(number_of(&f), 2);
	assert_int_equal(next_within(live, &f, 50), 0);
	close(fd);
	live_close(live);
}

static void
test_two_interfaces_are_merged_by_time(void **state)
{
	struct live *live;
	struct frame f;
	int fd[2];

	VETH_NEED();
	veth_pair("m1", "p1");
	live = open_live((struct live_options){0}, "m0", "m1");
	fd[0] = veth_sender("p0");
	fd[1] = veth_sender("p1");
	for (uint32_t i = 0; i < 200; i++) {
		send_numbered(fd[i / 3 % 2], i);
	}
	for (uint32_t i = 0; i < 200; i++) {
		assert_int_equal(next_within(live, &f, WAIT_MS), 1);
		assert_int_equal(number_of(&f), i);
		assert_int_equal(f.iface, i / 3 % 2);
		assert_int_equal(f.number, i + 1);
	}
	close(fd[0]);
	close(fd[1]);
	live_close(live);
	veth_delete("m1");
}

static void
test_full_ring_is_counted(void **state)
{
	enum { N = 20000 };
	struct live_stats st;
	struct live *live;
	uint64_t got = 0;
	struct frame f;
	int fd;

	VETH_NEED();
	live =
	    open_live((struct live_options){.ring_bytes = 1 << 19}, "m0", NULL);
	fd = veth_sender("p0");
	for (uint32_t i = 0; i < N; i++) {
		send_numbered(fd, i);
	}
	while (next_within(live, &f, 50) == 1) {
		got++;
	}
	assert_int_equal(live_stats(live, 0, &st), 0);
	assert_int_equal(st.received, got);
	assert_true(st.dropped > 0);
	assert_int_equal(st.received + st.dropped, N);
	close(fd);
	live_close(live);
}

/* --- what can happen to an interface -------------------------------------*/

static void
test_idle_is_not_lost(void **state)
{
	struct live_stats st;
	struct live *live;
	struct frame f;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	assert_int_equal(next_within(live, &f, 100), 0);
	assert_null(live_lost(live));
	/* A cable that is pulled is no lost interface either. */
	assert_true(veth_sh("ip link set p0 down"));
	assert_int_equal(next_within(live, &f, 100), 0);
	assert_int_equal(live_stats(live, 0, &st), 0);
	assert_false(st.running);
	live_close(live);
}

static void
test_interface_taken_down_is_lost(void **state)
{
	struct live_stats st;
	struct live *live;
	struct frame f;
	int fd;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	fd = veth_sender("p0");
	/* Down at once, while the frame's block is the kernel's still. */
	send_numbered(fd, 1);
	veth_down(fd, "m0");
	assert_int_equal(next_within(live, &f, WAIT_MS), 1);
	assert_int_equal(next_within(live, &f, WAIT_MS), ERR_LOST);
	assert_string_equal(live_lost(live), "m0");
	assert_int_equal(live_stats(live, 0, &st), ERR_LOST);
	close(fd);
	live_close(live);
}

static void
test_removed_interface_is_lost(void **state)
{
	struct live *live;
	struct frame f;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	assert_int_equal(next_within(live, &f, 30), 0);
	veth_delete("m0");
	assert_int_equal(next_within(live, &f, WAIT_MS), ERR_LOST);
	live_close(live);
}

/* The socket does not follow a name to another interface. */
static void
test_removed_and_made_again_is_lost(void **state)
{
	struct live *live;
	struct frame f;

	VETH_NEED();
	live = open_live((struct live_options){0}, "m0", NULL);
	assert_int_equal(next_within(live, &f, 30), 0);
	veth_delete("m0");
	veth_pair("m0", "p0");
	assert_int_equal(next_within(live, &f, WAIT_MS), ERR_LOST);
	live_close(live);
}

static void
refuse(const char *iface, const char *filter, int err, const char *words)
{
	struct live_options o = {
	    .iface = &iface, .ifaces = 1, .filter = filter};
	char why[LIVE_WHY_MAX] = "";
	struct live *live = NULL;

	assert_int_equal(live_open(&o, &live, why), err);
	assert_null(live);
	if (strstr(why, words) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", why, words);
	}
}

static void
test_what_is_wrong_is_said_with_the_remedy(void **state)
{
	VETH_NEED();
	refuse("none0", NULL, ERR_NOENT, "no such interface");
	refuse("m0", "port nowhere", ERR_CONFIG, "filter \"port nowhere\"");
	assert_true(veth_sh("ip link set m0 down"));
	refuse("m0", NULL, ERR_STATE, "ip link set m0 up");
}

/* --- descriptors and privileges ------------------------------------------*/

static void
test_no_descriptor_survives_exec(void **state)
{
	bool before[256];
	struct live *live;

	VETH_NEED();
	for (int fd = 0; fd < 256; fd++) {
		before[fd] = fcntl(fd, F_GETFD) >= 0;
	}
	live = open_live((struct live_options){0}, "m0", NULL);
	for (int fd = 0; fd < 256; fd++) {
		if (!before[fd] && fcntl(fd, F_GETFD) >= 0) {
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		}
	}
	live_close(live);
	for (int fd = 0; fd < 256; fd++) {
		assert_int_equal(fcntl(fd, F_GETFD) >= 0, before[fd]);
	}
}

/* Exactly the system calls that live.h names, and what the test needs. */
static bool
confine(void)
{
	static const int calls[] = {
	    SCMP_SYS(poll), SCMP_SYS(getsockopt), SCMP_SYS(getsockname),
	    SCMP_SYS(pread64), SCMP_SYS(clock_gettime), SCMP_SYS(write),
	    SCMP_SYS(exit_group),
	    SCMP_SYS(sigaltstack), /* AddressSanitizer, before an exit */
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool ok = ctx != NULL;

	for (size_t i = 0; ok && i < sizeof(calls) / sizeof(calls[0]); i++) {
		ok = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	}
	ok = ok &&
	     seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		 SCMP_A1(SCMP_CMP_EQ, SIOCGIFFLAGS, 0)) == 0 &&
	     seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return ok;
}

/* Two interfaces, no privilege, no system call beyond the list; writes one
 * byte when ready and one for each thing that went as it should. */
static void
confined_child(int report)
{
	struct live *live = open_live((struct live_options){0}, "m0", "m1");
	struct live_stats st;
	struct frame f;

	if (setresgid(65534, 65534, 65534) != 0 ||
	    setresuid(65534, 65534, 65534) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !confine() ||
	    write(report, "r", 1) != 1) {
		_exit(1);
	}
	for (uint32_t i = 0; i < 100; i++) {
		if (next_within(live, &f, WAIT_MS) != 1 || f.len != 60) {
			_exit(2);
		}
	}
	if (live_stats(live, 0, &st) != 0 || st.received != 100 ||
	    write(report, "c", 1) != 1) {
		_exit(3);
	}
	if (next_within(live, &f, WAIT_MS) != ERR_LOST) {
		_exit(4);
	}
	_exit(0);
}

static void
test_works_without_privileges_under_seccomp(void **state)
{
	int report[2], fd, status;
	char byte;
	pid_t pid;

	VETH_NEED();
	veth_pair("m1", "p1");
	assert_int_equal(pipe2(report, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		confined_child(report[1]);
	}
	close(report[1]);
	fd = veth_sender("p0");
	assert_int_equal(read(report[0], &byte, 1), 1);
	for (uint32_t i = 0; i < 100; i++) {
		send_numbered(fd, i);
	}
	assert_int_equal(read(report[0], &byte, 1), 1);
	assert_int_equal(byte, 'c');
	veth_delete("m1");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close(report[0]);
	close(fd);
}

/* --- fan-out -------------------------------------------------------------*/

/* TCP between two hosts of 10.0.0.0/24, ports as given; dst 255: to all. */
static void
send_ip(int fd, uint8_t src, uint8_t dst, uint8_t proto, uint16_t port)
{
	uint8_t p[60] = {
	    2,
	    0,
	    0,
	    0,
	    0,
	    dst, /* destination		*/
	    2,
	    0,
	    0,
	    0,
	    0,
	    src, /* source		*/
	    0x08,
	    0x00, /* IPv4			*/
	    0x45,
	    0,
	    0,
	    46,
	    0,
	    0,
	    0,
	    0,
	    64,
	    proto,
	    0,
	    0,
	    10,
	    0,
	    0,
	    src,
	    10,
	    0,
	    0,
	    dst,
	    (uint8_t)(port >> 8),
	    (uint8_t)port,
	    0,
	    102,
	};

	if (dst == 255) {
		memset(p, 0xff, 6);
	}
	veth_send(fd, p, sizeof(p));
}

/* Counts what a member got, by the lower host of the pair. */
static size_t
collect(struct live *live, size_t count[static 256])
{
	struct frame f;
	size_t n = 0;

	while (next_within(live, &f, 60) == 1) {
		uint8_t a = f.data[29], b = f.data[33];

		count[a < b ? a : b]++;
		n++;
	}
	return n;
}

static void
test_fanout_keeps_pairs_together(void **state)
{
	enum { GROUP = 4711, HOSTS = 60 };
	size_t a[256] = {0}, b[256] = {0}, n;
	struct live_options o = {.fanout = GROUP};
	char why[LIVE_WHY_MAX];
	struct live *first, *second;
	struct frame f;
	int fd;

	VETH_NEED();
	first = open_live(o, "m0", NULL);
	fd = veth_sender("p0");
	/* Before all have started, nothing. */
	send_ip(fd, 1, 250, 6, 1);
	second = open_live(o, "m0", NULL);
	send_ip(fd, 1, 250, 6, 1);
	assert_int_equal(next_within(first, &f, 50), 0);
	assert_int_equal(next_within(second, &f, 50), 0);
	assert_int_equal(live_start(first, why), 0);
	assert_int_equal(live_start(second, why), 0);
	for (uint8_t h = 1; h <= HOSTS; h++) {
		send_ip(fd, h, 250, 6, 1000);
		send_ip(fd, 250, h, 6, 102);
		send_ip(fd, 250, h, 17, (uint16_t)(h * 7));
	}
	n = collect(first, a);
	assert_int_equal(n + collect(second, b), 3 * HOSTS);
	for (uint8_t h = 1; h <= HOSTS; h++) {
		assert_int_equal(a[h] + b[h], 3);
		assert_true(a[h] == 0 || b[h] == 0);
	}
	assert_in_range(n, HOSTS * 3 / 4, HOSTS * 9 / 4);
	/* To all, and tunnels: the first that joined. */
	for (uint8_t h = 1; h <= HOSTS; h++) {
		send_ip(fd, h, 255, 17, 47808);
		send_ip(fd, h, 250, 47, 0);
	}
	assert_int_equal(collect(first, a), 2 * HOSTS);
	assert_int_equal(collect(second, b), 0);
	close(fd);
	live_close(first);
	live_close(second);
}

static void
test_fanout_with_a_filter_starts_shut(void **state)
{
	struct live_options o = {.fanout = 4800, .filter = "ip"};
	size_t count[256] = {0};
	char why[LIVE_WHY_MAX];
	struct live_stats st;
	struct live *live;
	int fd;

	VETH_NEED();
	live = open_live(o, "m0", NULL);
	fd = veth_sender("p0");
	send_ip(fd, 1, 2, 6, 1);
	assert_int_equal(live_start(live, why), 0);
	send_numbered(fd, 1);
	send_ip(fd, 3, 4, 6, 1);
	assert_int_equal(collect(live, count), 1);
	assert_int_equal(count[3], 1);
	assert_int_equal(live_stats(live, 0, &st), 0);
	assert_int_equal(st.received, 1);
	close(fd);
	live_close(live);
}

/* What slips in between opening the socket and shutting the gate is thrown
 * away, and not counted.  Here the test itself lets it slip in. */
static void
test_fanout_forgets_what_came_before_the_gate(void **state)
{
	struct live_options o = {.fanout = 4900};
	char why[LIVE_WHY_MAX];
	struct pollfd gate;
	struct live_stats st;
	struct live *live;
	struct frame f;
	int fd, timeout;

	VETH_NEED();
	fd = veth_sender("p0");
	live = open_live(o, "m0", NULL);
	assert_int_equal(live_fds(live, &gate, 1, &timeout), 1);
	assert_int_equal(fanout_open(gate.fd), 0);
	send_numbered(fd, 1);
	assert_int_equal(fanout_shut(gate.fd), 0);
	assert_int_equal(live_start(live, why), 0);
	assert_int_equal(next_within(live, &f, 50), 0);
	assert_int_equal(live_stats(live, 0, &st), 0);
	assert_int_equal(st.received, 0);
	send_numbered(fd, 2);
	assert_int_equal(next_within(live, &f, WAIT_MS), 1);
	assert_int_equal(number_of(&f), 2);
	close(fd);
	live_close(live);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, new_pair, drop_pair)
	const struct CMUnitTest tests[] = {
	    T(test_frames_arrive_whole_in_order_and_stamped),
	    T(test_stamps_are_in_nanoseconds),
	    T(test_vlan_tag_is_there),
	    T(test_snaplen_cuts_and_len_tells),
	    T(test_filter_lets_through_what_it_names),
	    T(test_two_interfaces_are_merged_by_time),
	    T(test_full_ring_is_counted),
	    T(test_idle_is_not_lost),
	    T(test_interface_taken_down_is_lost),
	    T(test_removed_interface_is_lost),
	    T(test_removed_and_made_again_is_lost),
	    T(test_what_is_wrong_is_said_with_the_remedy),
	    T(test_no_descriptor_survives_exec),
	    T(test_works_without_privileges_under_seccomp),
	    T(test_fanout_keeps_pairs_together),
	    T(test_fanout_with_a_filter_starts_shut),
	    T(test_fanout_forgets_what_came_before_the_gate),
	};

	return cmocka_run_group_tests(tests, veth_enter, NULL);
}
