/*
 * Tests of the silence of an interface, on virtual ones: they need root, and
 * skip themselves without.
 */
#include <string.h>

#include "capture/veth.h"
#include "base/clock.h"
#include "capture/ifstate.h"
#include "capture/live.h"
#include "capture/silent.h"

#define WAIT_MS 8000 /* for the kernel to speak; never waited out */

static struct silent_finding found[SILENT_FINDINGS_MAX];
static size_t found_n;

/* A bit for each kind of finding. */
static unsigned
check(const char *iface, bool capturing)
{
	unsigned kinds = 0;

	assert_int_equal(silent_check(iface, capturing, found, &found_n), 0);
	for (size_t i = 0; i < found_n; i++) {
		kinds |= 1U << found[i].what;
		assert_true(found[i].text[0] != '\0');
	}
	return kinds;
}

#define KIND(what) (1U << SILENT_##what)

static const char *
remedy(enum silent_what what)
{
	for (size_t i = 0; i < found_n; i++) {
		if (found[i].what == what) {
			return found[i].remedy;
		}
	}
	return "";
}

static void
state_text(const char *iface, char buf[static SILENT_SAVED_MAX])
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifstate s;

	assert_int_equal(ifstate_get(fd, iface, &s), 0);
	assert_true(ifstate_print(&s, buf, SILENT_SAVED_MAX));
	close(fd);
}

/* As the system makes them: talkative. */
static int
new_pair(void **state)
{
	if (veth_is_ready) {
		(void)veth_sysctl("/proc/sys/net/ipv6/conf/default/"
				  "disable_ipv6",
		    "0");
		assert_true(veth_sh("ip link add m0 type veth peer name p0"));
		assert_true(veth_sh("ethtool -K m0 gro on >/dev/null"));
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

static void
test_every_voice_is_found_with_its_remedy(void **state)
{
	VETH_NEED();
	assert_int_equal(check("m0", true), KIND(IPV6) | KIND(ARP) |
						KIND(OFFLOAD) | KIND(DOWN) |
						KIND(PROMISC));
	assert_string_equal(
	    remedy(SILENT_IPV6), "sysctl -w net.ipv6.conf.m0.disable_ipv6=1");
	assert_string_equal(remedy(SILENT_ARP), "ip link set m0 arp off");
	assert_string_equal(remedy(SILENT_OFFLOAD), "ethtool -K m0 gro off");
	assert_string_equal(remedy(SILENT_DOWN), "ip link set m0 up");
	assert_string_equal(
	    remedy(SILENT_PROMISC), "ip link set m0 promisc on");
	assert_true(veth_sh("ip addr add 10.9.8.7/24 dev m0"));
	assert_true((check("m0", false) & KIND(ADDRESS)) != 0);
	assert_string_equal(remedy(SILENT_ADDRESS), "ip addr flush dev m0");
}

/* Runs the remedies in order, as a person would. */
static void
run_remedies(void)
{
	for (size_t i = 0; i < found_n; i++) {
		assert_true(veth_sh("%s >/dev/null", found[i].remedy));
	}
}

static void
test_remedies_make_it_silent(void **state)
{
	VETH_NEED();
	assert_true(veth_sh("ip addr add 10.9.8.7/24 dev m0"));
	assert_true(veth_sh("ip addr add fd00::7/64 dev m0"));
	assert_true(veth_sh("ip link add br0 type bridge"));
	assert_true(veth_sh("ip link set br0 up"));
	assert_true(veth_sh("ip link set m0 master br0"));
	assert_int_equal(check("m0", false), KIND(IPV6) | KIND(ARP) |
						 KIND(ADDRESS) | KIND(MASTER) |
						 KIND(OFFLOAD) | KIND(DOWN));
	assert_string_equal(remedy(SILENT_MASTER), "ip link set m0 nomaster");
	run_remedies();
	assert_int_equal(check("m0", false), 0);
	assert_true(veth_sh("ip link del br0"));
}

/* macvlan stands for VLAN interfaces, which not every kernel has. */
static void
test_interface_built_on_it_is_found(void **state)
{
	VETH_NEED();
	if (!veth_sh("ip link add link m0 name m0.10 type macvlan "
		     "2>/dev/null")) {
		skip();
	}
	assert_int_equal(check("m0", false) & KIND(UPPER), 0);
	assert_true(veth_sh("ip link set m0 up && ip link set m0.10 up"));
	assert_true((check("m0", false) & KIND(UPPER)) != 0);
	assert_string_equal(remedy(SILENT_UPPER), "ip link set m0.10 down");
	run_remedies();
	assert_int_equal(check("m0", false), 0);
	/* A dot in the name is none of sysctl's. */
	assert_true((check("m0.10", false) & KIND(IPV6)) != 0);
	assert_string_equal(remedy(SILENT_IPV6),
	    "sysctl -w net/ipv6/conf/m0.10/disable_ipv6=1");
	run_remedies();
	assert_int_equal(check("m0.10", false) & KIND(IPV6), 0);
}

static void
test_apply_silences_and_restore_puts_back(void **state)
{
	char before[SILENT_SAVED_MAX], after[SILENT_SAVED_MAX];
	char saved[SILENT_SAVED_MAX], why[SILENT_WHY_MAX];

	VETH_NEED();
	for (int up = 0; up < 2; up++) {
		assert_true(veth_sh("ip link set m0 %s", up ? "up" : "down"));
		state_text("m0", before);
		assert_int_equal(silent_apply("m0", saved, why), 0);
		assert_int_equal(check("m0", false), 0);
		assert_string_equal(saved, before);
		assert_int_equal(silent_restore(saved, why), 0);
		state_text("m0", after);
		assert_string_equal(after, before);
	}
}

static void
test_apply_leaves_an_address_alone(void **state)
{
	static const char *const address[] = {"10.9.8.7/24", "fd00::7/64"};
	char before[SILENT_SAVED_MAX], after[SILENT_SAVED_MAX];
	char saved[SILENT_SAVED_MAX], why[SILENT_WHY_MAX];

	VETH_NEED();
	assert_true(veth_sh("ip link set m0 up"));
	for (int i = 0; i < 2; i++) {
		assert_true(veth_sh("ip addr add %s dev m0", address[i]));
		state_text("m0", before);
		assert_int_equal(silent_apply("m0", saved, why), ERR_STATE);
		assert_non_null(strstr(why, "ip addr flush dev m0"));
		state_text("m0", after);
		assert_string_equal(after, before);
		assert_true(veth_sh("ip addr del %s dev m0", address[i]));
	}
	/* What the kernel gave itself is no reason. */
	assert_int_equal(silent_apply("m0", saved, why), 0);
}

static void
test_wrong_names_are_refused(void **state)
{
	char saved[SILENT_SAVED_MAX], why[SILENT_WHY_MAX];

	assert_int_equal(
	    silent_check("../eth0", false, found, &found_n), ERR_USAGE);
	assert_int_equal(
	    silent_check("none0", false, found, &found_n), ERR_NOENT);
	assert_int_equal(silent_apply("a b", saved, why), ERR_USAGE);
	assert_int_equal(silent_apply("none0", saved, why), ERR_NOENT);
	assert_int_equal(silent_restore("nonsense", why), ERR_FORMAT);
}

static struct live *
capture(const char *iface)
{
	const struct live_options o = {
	    .iface = &iface, .ifaces = 1, .ring_bytes = 1 << 20};
	char why[LIVE_WHY_MAX] = "";
	struct live *live = NULL;

	if (live_open(&o, &live, why) != 0) {
		fail_msg("%s", why);
	}
	return live;
}

/*
 * The wire itself: beside an interface that is left alone, until that one
 * has spoken, the silenced one says nothing; nor does it answer.
 */
static void
test_silenced_interface_sends_no_frame(void **state)
{
	static const uint8_t question[60] = {
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to all             */
	    2, 0, 0, 0, 0, 1,                   /* from               */
	    0x08, 0x06,                         /* ARP                */
	    0, 1, 0x08, 0, 6, 4, 0, 1,          /* request            */
	    2, 0, 0, 0, 0, 1, 10, 9, 8, 1,      /* of 10.9.8.1        */
	    0, 0, 0, 0, 0, 0, 10, 9, 8, 7,      /* for 10.9.8.7       */
	};
	char saved[SILENT_SAVED_MAX], why[SILENT_WHY_MAX];
	struct live *quiet, *loud;
	uint64_t end;
	int fd;

	VETH_NEED();
	assert_true(veth_sh("ip link add m1 type veth peer name p1"));
	assert_int_equal(silent_apply("m0", saved, why), 0);
	assert_true(veth_sh("ip link set p0 up && ip link set p1 up && "
			    "ip link set m1 up"));
	quiet = capture("m0");
	loud = capture("m1");
	assert_int_equal(check("m0", true), 0);
	fd = veth_sender("p0");
	end = clock_mono_ns() + (uint64_t)WAIT_MS * NS_PER_MS;
	while (veth_received("p1") < 3 && clock_mono_ns() < end) {
		veth_send(fd, question, sizeof(question));
		(void)poll(NULL, 0, 20);
	}
	assert_true(veth_received("p1") >= 3);
	assert_int_equal(veth_received("p0"), 0);
	close(fd);
	live_close(quiet);
	live_close(loud);
	veth_delete("m1");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, new_pair, drop_pair)
	const struct CMUnitTest tests[] = {
	    T(test_every_voice_is_found_with_its_remedy),
	    T(test_remedies_make_it_silent),
	    T(test_interface_built_on_it_is_found),
	    T(test_apply_silences_and_restore_puts_back),
	    T(test_apply_leaves_an_address_alone),
	    T(test_wrong_names_are_refused),
	    T(test_silenced_interface_sends_no_frame),
	};

	return cmocka_run_group_tests(tests, veth_enter, NULL);
}
