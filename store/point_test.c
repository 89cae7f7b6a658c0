/*
 * point_test: the last value of each point, written when a transaction commits.
 */
#include <string.h>

#include "dissectors/registry.h"
#include "limits.h"
#include "store/pair_test.h"

static struct ev *
start(struct rig *r, enum ev_kind kind, const struct host *src,
    const struct host *dst)
{
	struct ev *e = sample_start(&r->x, kind, src, dst);

	e->proto = PROTO_MODBUS;
	return e;
}

static void
test_point_keeps_its_last_value(void **state)
{
	struct rig *r = *state;
	char buf[64];

	for (uint64_t v = 1; v <= 3; v++) {
		struct ev *e = start(r, EV_VALUE, &plc, &hmi);

		ev_name(e, EVF_OBJECT, "analog-input 1");
		ev_uint(e, EVF_VALUE, v);
		ev_name(e, EVF_SOURCE, "reported");
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_string_equal(
	    rig_text(r, "SELECT value || '/' || count FROM points", buf,
		sizeof(buf)),
	    "3/3");
}

static void
test_point_is_its_owners(void **state)
{
	static const enum ev_dir dir[] = {
	    EV_DIR_RESPONSE, EV_DIR_REQUEST, EV_DIR_RESPONSE, EV_DIR_NOTIFY};
	struct rig *r = *state;
	char buf[128];

	for (size_t i = 0; i < sizeof(dir) / sizeof(dir[0]); i++) {
		bool asks = dir[i] == EV_DIR_REQUEST;
		struct ev *e =
		    start(r, EV_VALUE, asks ? &hmi : &plc, asks ? &plc : &hmi);

		e->dir = (uint8_t)dir[i];
		if (i == 3) { /* carried for another */
			e->flags |= EV_HAS_SUBJECT;
			e->subject = e->src;
			e->subject.ip.a[3] = 99;
		}
		ev_numbered(e, EVF_OBJECT, "analog_output", 1);
		ev_uint(e, EVF_VALUE, i);
		ev_name(e, EVF_SOURCE,
		    i == 1 || i == 2 ? ev_commanded : ev_reported);
		assert_int_equal(sample_send(&r->x), 0);
	}
	/* three of the controller, the last of the one behind it; none of the
	 * operator's station that commanded it */
	assert_string_equal(
	    rig_text(r,
		"SELECT group_concat(ip || ':' || value || '/' || count) FROM "
		"(SELECT ip, value, count FROM points JOIN addresses ON "
		"addresses.id = points.addr ORDER BY ip)",
		buf, sizeof(buf)),
	    "10.0.0.3:2/3,10.0.0.99:3/1");
}

static int
tell_point(struct rig *r, uint32_t number, uint64_t v)
{
	struct ev *e = start(r, EV_VALUE, &plc, &hmi);

	ev_numbered(e, EVF_OBJECT, "analog-input", number);
	ev_uint(e, EVF_VALUE, v);
	ev_name(e, EVF_SOURCE, "reported");
	return sample_send(&r->x);
}

/* Of the known ones the last values are kept all the same. */
static void
test_address_has_so_many_points(void **state)
{
	struct rig *r = *state;
	char buf[64];

	for (uint32_t n = 0; n < LIMIT_STORE_POINTS_PER_ADDRESS + 2; n++) {
		assert_int_equal(tell_point(r, n, 1), 0);
	}
	assert_int_equal(tell_point(r, 5, 2), 0);
	assert_string_equal(
	    rig_text(r,
		"SELECT count(*) || '/' || max(value) || '/' || max(count) "
		"FROM points",
		buf, sizeof(buf)),
	    "16384/2/2");
}

/* Rows at hand make room for others, and are read again after a restart. */
static void
test_every_word_is_counted_once(void **state)
{
	struct rig *r = *state;
	char buf[64];

	for (int rows = 0; rows <= 4; rows += 4) {
		r->opt.cache_rows = (uint32_t)rows;
		for (uint32_t i = 0; i < 60; i++) {
			if (i == 20) {
				rig_restart(r);
			}
			assert_int_equal(tell_point(r, i % 10, i), 0);
			sample_wait(&r->x, SAMPLE_SECOND);
			if (i == 33) {
				(void)rig_int(r, "SELECT 1"); /* commits */
			}
		}
	}
	assert_string_equal(
	    rig_text(r,
		"SELECT count(*) || '/' || min(count) || '/' || max(count) || "
		"'/' || min(value) || '/' || max(value) || '/' || "
		"((min(last) - max(first)) / 1000000000) FROM points",
		buf, sizeof(buf)),
	    "10/12/12/50/59/101");
}

static int
tell_text(struct rig *r, const char *object, const char *value)
{
	struct ev *e = start(r, EV_VALUE, &plc, &hmi);

	ev_bytes(e, EVF_OBJECT, EV_T_TEXT, object, strlen(object));
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, strlen(value));
	ev_name(e, EVF_SOURCE, "reported");
	return sample_send(&r->x);
}

/* What has no room in a row at hand is written all the same, in turn with
 * what has. */
static void
test_long_values_are_points_too(void **state)
{
	struct rig *r = *state;
	char text[400], buf[64];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 3; i++) {
		assert_int_equal(tell_text(r, "long first", text), 0);
		assert_int_equal(tell_text(r, "long first", "short"), 0);
		assert_int_equal(tell_text(r, "short first", "short"), 0);
		assert_int_equal(tell_text(r, "short first", text), 0);
	}
	assert_string_equal(
	    rig_text(r,
		"SELECT group_concat(object || length(value) || '/' || count) "
		"FROM points",
		buf, sizeof(buf)),
	    "long first5/6,short first399/6");
}

/* Of the points that are there a restart knows how many they are. */
static void
test_restart_gives_no_room(void **state)
{
	struct rig *r = *state;

	for (uint32_t n = 0; n < LIMIT_STORE_POINTS_PER_ADDRESS - 1; n++) {
		assert_int_equal(tell_point(r, n, 1), 0);
	}
	rig_restart(r);
	for (uint32_t n = 0; n < LIMIT_STORE_POINTS_PER_ADDRESS + 5; n += 5) {
		assert_int_equal(tell_point(r, n, 2), 0);
	}
	assert_int_equal(tell_point(r, UINT16_MAX, 2), 0);
	assert_int_equal(tell_point(r, UINT16_MAX + 1, 2), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM points"),
	    LIMIT_STORE_POINTS_PER_ADDRESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	    T(test_point_keeps_its_last_value),
	    T(test_point_is_its_owners),
	    T(test_address_has_so_many_points),
	    T(test_every_word_is_counted_once),
	    T(test_long_values_are_points_too),
	    T(test_restart_gives_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
