/*
 * rhythm_test: whose silence it is: a device's, or the mirror port's.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"

#define MINUTE (60 * SAMPLE_SECOND)
#define SILENT "SELECT count(*) FROM changes WHERE what = 'silent'"

static void
heard(struct rig *r, const struct host *h)
{
	assert_int_equal(sample_endpoint(&r->x, h, "traffic"), 0);
}

static void
tick(struct rig *r)
{
	sample_wait(&r->x, MINUTE);
	assert_int_equal(store_tick(r->s, r->x.ts_ns), 0);
}

/* A switch announces itself to its neighbour. */
static void
announced(struct rig *r, uint8_t group)
{
	struct host sw = sample_mac(0x55), to = sample_mac(0);
	struct ev *e;

	memcpy(to.end.mac, (const uint8_t[6]){1, 0x80, 0xc2, 0, 0, group}, 6);
	heard(r, &sw);
	e = sample_start(&r->x, EV_IDENTITY, &sw, &to);
	e->proto = PROTO_LLDP;
	ev_name(e, EVF_KEY, "name");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "sw-1", 4);
	ev_name(e, EVF_VIA, "advertise");
	ev_name(e, EVF_CLAIM, "self");
	assert_int_equal(sample_send(&r->x), 0);
}

static void
test_a_switch_alone_shows_no_plant(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 60; i++) {
		heard(r, &hmi);
		heard(r, &plc);
		announced(r, 0x0e);
		tick(r);
	}
	for (int i = 0; i < 300; i++) {
		announced(r, 0x0e);
		tick(r);
	}
	assert_int_equal(rig_int(r, SILENT), 0);
	/* The plant is heard again, but not all of it. */
	for (int i = 0; i < 15; i++) {
		heard(r, &hmi);
		announced(r, 0x0e);
		tick(r);
	}
	assert_int_equal(rig_int(r, SILENT), 1);
}

/* A whole conversation at the interface. */
static void
talk(struct rig *r, uint32_t iface, const struct host *a, const struct host *b)
{
	r->x.iface = iface;
	assert_int_equal(sample_endpoint(&r->x, a, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, b, "arp"), 0);
	assert_int_equal(sample_service(&r->x, a, b, true), 0);
	assert_int_equal(sample_traffic(&r->x, a, b, 4), 0);
}

static void
test_one_interface_is_dark(void **state)
{
	struct host hmi2 = sample_host(10, 1, 0, 57),
		    plc2 = sample_host(10, 1, 0, 3);
	struct rig *r = *state;

	for (int i = 0; i < 60; i++) {
		talk(r, 0, &hmi, &plc);
		talk(r, 1, &hmi2, &plc2);
		tick(r);
	}
	for (int i = 0; i < 60; i++) {
		talk(r, 0, &hmi, &plc);
		tick(r);
	}
	assert_int_equal(rig_int(r, SILENT), 0);
	for (int i = 0; i < 15; i++) {
		talk(r, 0, &hmi, &plc);
		r->x.iface = 1;
		heard(r, &hmi2);
		tick(r);
	}
	assert_int_equal(rig_int(r, SILENT), 1);
}

/* On the leg of a TAP there may be one device, and when it dies, nobody. */
static void
test_legs_of_a_tap_are_one(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 75; i++) {
		r->x.iface = 0;
		heard(r, &hmi);
		r->x.iface = 1;
		if (i < 60) {
			heard(r, &plc);
		}
		tick(r);
	}
	assert_int_equal(rig_int(r, SILENT), 1);
}

static void
polled(struct rig *r, int minutes, bool answers)
{
	for (int i = 0; i < minutes; i++) {
		heard(r, &hmi);
		if (answers) {
			heard(r, &plc);
		}
		tick(r);
	}
}

#define ALERTS(rule) "SELECT count(*) FROM alerts WHERE rule = '" rule "'"

/* However long it was away: who dies afterwards is missed as soon. */
static void
test_an_outage_is_no_rhythm(void **state)
{
	struct rig *r = *state;

	polled(r, 60, true);
	rig_learned(r);
	polled(r, 60, true);
	polled(r, 360, false);
	assert_int_equal(rig_int(r, SILENT), 1);
	polled(r, 720, true);
	polled(r, 15, false);
	assert_int_equal(rig_int(r, SILENT), 2);
}

/* What nobody was told is no news when it ends; and it may be its habit. */
static void
test_a_silence_in_learning_is_its_rhythm(void **state)
{
	struct rig *r = *state;

	polled(r, 40, true);
	polled(r, 30, false);
	polled(r, 300, true);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = 'returned'"),
	    1);
	assert_int_equal(rig_int(r, ALERTS("device-returned")), 0);
	polled(r, 60, false);
	assert_int_equal(rig_int(r, SILENT), 1);
}

/* The work station asks the controller; others talk all the time. */
static void
asked(struct rig *r, int minutes, bool there, bool answers)
{
	struct host a = sample_host(10, 0, 0, 71),
		    b = sample_host(10, 0, 0, 72);

	for (int i = 0; i < minutes; i++) {
		assert_int_equal(sample_traffic(&r->x, &a, &b, 1), 0);
		if (there && answers) {
			assert_int_equal(
			    sample_traffic(&r->x, &hmi, &plc, 1), 0);
		} else if (there) {
			heard(r, &hmi);
		}
		tick(r);
	}
}

#define SILENT_OF(mac)                                                     \
	"SELECT count(*) FROM changes JOIN addresses AS a ON a.id = addr " \
	"WHERE what = 'silent' AND a.mac = '" mac "'"
#define HMI_SILENT SILENT_OF("02:00:0a:00:00:39")
#define PLC_SILENT SILENT_OF("02:00:0a:00:00:03")

/* Who asks is missed, and not who only answers him. */
static void
test_who_is_not_asked_is_not_silent(void **state)
{
	struct rig *r = *state;

	asked(r, 60, true, true);
	asked(r, 20, false, false);
	assert_int_equal(rig_int(r, HMI_SILENT), 1);
	assert_int_equal(rig_int(r, PLC_SILENT), 0);
	rig_restart(r);
	asked(r, 25, false, false);
	/* He has started again, and does not ask yet. */
	asked(r, 9, true, false);
	assert_int_equal(rig_int(r, PLC_SILENT), 0);
	asked(r, 60, true, true);
	assert_int_equal(rig_int(r, HMI_SILENT), 1);
	assert_int_equal(rig_int(r, PLC_SILENT), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM changes WHERE what = 'returned'"),
	    1);
	asked(r, 15, true, false);
	assert_int_equal(rig_int(r, PLC_SILENT), 1);
}

/* It died while nobody asked it: he who asks is back, and is not answered. */
static void
test_who_is_asked_again_is_missed(void **state)
{
	struct rig *r = *state;

	asked(r, 60, true, true);
	asked(r, 45, false, false);
	assert_int_equal(rig_int(r, PLC_SILENT), 0);
	asked(r, 30, true, false);
	assert_int_equal(rig_int(r, PLC_SILENT), 1);
}

/* It speaks to a group as well: that does not depend on who asks. */
static void
test_who_speaks_unasked_is_missed(void **state)
{
	struct host all = sample_group(239, 1, 1, 1);
	struct rig *r = *state;

	for (int i = 0; i < 60; i++) {
		assert_int_equal(sample_traffic(&r->x, &plc, &all, 1), 0);
		asked(r, 1, true, true);
	}
	asked(r, 20, false, false);
	assert_int_equal(rig_int(r, PLC_SILENT), 1);
}

static void
minutes_of(struct rig *r, int minutes, const struct host *a,
    const struct host *b, const struct host *c)
{
	for (int i = 0; i < minutes; i++) {
		heard(r, &hmi);
		heard(r, a);
		heard(r, b);
		heard(r, c);
		tick(r);
	}
}

/* Whose IP another has was replaced, however else it spoke. */
static void
test_who_was_replaced_is_not_missed(void **state)
{
	struct host spare = sample_via(plc, 0x99), mac = plc;
	struct host own6 = sample_ip6("fe80::3", 1), boots = plc;
	struct rig *r = *state;

	mac.end.ipver = 0;
	memcpy(own6.end.mac, plc.end.mac, sizeof(own6.end.mac));
	memcpy(boots.end.ip.a, (const uint8_t[]){169, 254, 0, 3}, 4);
	minutes_of(r, 40, &boots, &boots, &boots);
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	minutes_of(r, 60, &plc, &mac, &own6);
	assert_int_equal(sample_endpoint(&r->x, &spare, "arp"), 0);
	minutes_of(r, 60, &spare, &spare, &spare);
	assert_int_equal(rig_int(r, SILENT), 0);
	minutes_of(r, 15, &hmi, &hmi, &hmi);
	assert_int_equal(rig_int(r, SILENT), 1);
}

/* One of its addresses went to another, and it went on with the other one. */
static void
test_who_goes_on_with_another_ip_is_missed(void **state)
{
	struct host spare = sample_via(plc, 0x99), mac = plc, second = plc;
	struct rig *r = *state;

	mac.end.ipver = 0;
	second.end.ip.a[3] = 4;
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	assert_int_equal(sample_endpoint(&r->x, &second, "arp"), 0);
	minutes_of(r, 60, &plc, &second, &mac);
	assert_int_equal(sample_endpoint(&r->x, &spare, "arp"), 0);
	minutes_of(r, 60, &spare, &second, &mac);
	minutes_of(r, 15, &spare, &spare, &spare);
	assert_int_equal(rig_int(r, SILENT), 1);
}

/* The address of a pair went to the other one; this one stood by. */
static void
test_who_stood_by_is_missed(void **state)
{
	struct host other = sample_via(plc, 0x99), mac = plc;
	struct rig *r = *state;

	mac.end.ipver = 0;
	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	minutes_of(r, 60, &plc, &plc, &mac);
	assert_int_equal(sample_endpoint(&r->x, &other, "arp"), 0);
	minutes_of(r, 60, &other, &other, &mac);
	assert_int_equal(rig_int(r, SILENT), 0);
	minutes_of(r, 15, &other, &other, &other);
	assert_int_equal(rig_int(r, SILENT), 1);
}

static int
setup_hours(void **state)
{
	static struct rig r;

	rig_start(&r, 65 * MINUTE, NULL);
	hmi = sample_host(10, 0, 0, 57);
	plc = sample_host(10, 0, 0, 3);
	*state = &r;
	return 0;
}

#define HOURS(f) cmocka_unit_test_setup_teardown(f, setup_hours, teardown)
#define T(f)     cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_a_switch_alone_shows_no_plant),
	    T(test_one_interface_is_dark),
	    T(test_legs_of_a_tap_are_one),
	    T(test_who_was_replaced_is_not_missed),
	    T(test_who_goes_on_with_another_ip_is_missed),
	    T(test_who_stood_by_is_missed),
	    HOURS(test_who_is_not_asked_is_not_silent),
	    T(test_who_is_asked_again_is_missed),
	    T(test_who_speaks_unasked_is_missed),
	    HOURS(test_an_outage_is_no_rhythm),
	    HOURS(test_a_silence_in_learning_is_its_rhythm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
