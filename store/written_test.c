/*
 * written_test: learned('value'): what is within the values that were written
 * to a point, and which points have any that mean something.
 */
#include "base/test.h"
#include "dissectors/modbus/modbus.h"
#include "dissectors/registry.h"
#include "store/harness.h"

#define LEARN (600 * SAMPLE_SECOND)

static struct host hmi, plc, other;

/* Who says NO: an alert for each; UNKNOWN: for each NULL. */
#define NO(r)      rig_int(r, "SELECT count(*) FROM alerts WHERE rule = 'no'")
#define UNKNOWN(r) rig_int(r, "SELECT count(*) FROM alerts WHERE rule = 'null'")
#define ROWS(r)    rig_int(r, "SELECT count(*) FROM written")

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, LEARN, NULL);
	hmi = sample_host(10, 0, 0, 57);
	plc = sample_host(10, 0, 0, 3);
	other = sample_host(10, 0, 0, 66);
	(void)rig_rules(&r,
	    "[no]\ntitle = t\non = operation\nwhen = NOT learned('value')\n"
	    "severity = low\ngroup = frame\nsoc = {learned}\not = o\n"
	    "check = c\n"
	    "[null]\ntitle = t\non = operation\n"
	    "when = learned('value') IS NULL\n"
	    "severity = low\ngroup = frame\nsoc = s\not = o\ncheck = c\n");
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

static void
put(struct rig *r, uint16_t addr, uint16_t value)
{
	sample_wait(&r->x, SAMPLE_SECOND);
	assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, addr, value), 0);
}

/* A write of several points, coils when bits is not 0. */
static struct ev *
many(struct rig *r, uint16_t addr, uint16_t qty, const uint8_t *v, size_t n,
    bool bits)
{
	struct ev *e;

	sample_wait(&r->x, SAMPLE_SECOND);
	e = sample_start(&r->x, EV_OPERATION, &hmi, &plc);
	e->proto = PROTO_MODBUS;
	e->dir = EV_DIR_REQUEST;
	e->cls = bits ? EV_CLASS_CONTROL : EV_CLASS_WRITE;
	e->op = bits ? "write_multiple_coils" : "write_multiple_registers";
	e->code = bits ? 15 : 16;
	e->dst.port = 502;
	e->dst.sub.kind = EV_SUB_UNIT;
	e->dst.sub.num = 1;
	ev_uint(e, MBF_ADDR, addr);
	ev_uint(e, MBF_QTY, qty);
	if (v != NULL) {
		ev_bytes(e, MBF_VALUES, bits ? EV_T_BITS : EV_T_REGS, v, n);
	}
	return e;
}

static void
send(struct rig *r)
{
	assert_int_equal(sample_send(&r->x), 0);
}

static void
test_set_point_has_a_range(void **state)
{
	static const struct {
		uint16_t v;
		int no;
	} later[] = {
	    /* learned are 400 to 600: half of that further is still near */
	    {500, 0}, {400, 0}, {601, 0}, {700, 0}, {701, 1}, {300, 0},
	    {299, 1}, {9000, 1},
	    {9000, 1}, /* a second time makes it no more normal */
	};
	struct rig *r = *state;
	char buf[64];
	int no = 0;

	for (uint16_t i = 0; i < 12; i++) {
		put(r, 40, (uint16_t)(400 + i % 3 * 100));
	}
	rig_learned(r);
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		put(r, 40, later[i].v);
		assert_int_equal(NO(r), no += later[i].no);
	}
	assert_string_equal(
	    rig_text(r, "SELECT DISTINCT soc FROM alerts WHERE rule = 'no'",
		buf, sizeof(buf)),
	    "400 to 600");
	assert_int_equal(UNKNOWN(r), 0);
	/* Whoever writes it, and after a restart. */
	rig_restart(r);
	assert_int_equal(sample_write(&r->x, &other, &plc, 1, 40, 500), 0);
	assert_int_equal(NO(r), no);
	assert_int_equal(sample_write(&r->x, &other, &plc, 1, 40, 800), 0);
	assert_int_equal(NO(r), no + 1);
	/* Another unit has points of its own. */
	assert_int_equal(sample_write(&r->x, &hmi, &plc, 2, 40, 800), 0);
	assert_int_equal(NO(r), no + 1);
	assert_int_equal(UNKNOWN(r), 1);
}

static void
test_everything_is_learned_while_learning(void **state)
{
	struct rig *r = *state;

	for (uint16_t i = 0; i < 20; i++) {
		put(r, 40, i < 19 ? 5 : 9000);
	}
	assert_int_equal(NO(r) + UNKNOWN(r), 0);
	assert_int_equal(ROWS(r), 1);
}

static void
test_few_writes_say_nothing(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 7; i++) {
		put(r, 40, 5);
	}
	for (int i = 0; i < 8; i++) {
		put(r, 41, 5);
	}
	rig_learned(r);
	put(r, 40, 9000);
	assert_int_equal(NO(r), 0);
	assert_int_equal(UNKNOWN(r), 1);
	put(r, 41, 9000);
	assert_int_equal(NO(r), 1);
	/* What came later made no rows and moved none. */
	put(r, 42, 1);
	assert_int_equal(ROWS(r), 2);
	assert_int_equal(rig_int(r, "SELECT max(max) FROM written"), 5);
}

static void
test_counters_never_settle(void **state)
{
	struct rig *r = *state;

	for (uint16_t i = 0; i < 100; i++) {
		put(r, 40, i);
		/* the upper half of a counter: it leapt too late */
		put(r, 41, i < 60 ? 0 : 1);
	}
	rig_learned(r);
	put(r, 40, 60000);
	put(r, 41, 2);
	assert_int_equal(NO(r), 0);
	assert_int_equal(UNKNOWN(r), 2);
}

static void
count(struct rig *r, uint16_t addr, uint64_t n)
{
	struct ev *e = many(r, addr, 1, NULL, 0, false);

	e->flags |= EV_REPEAT;
	ev_uint(e, EVF_COUNT, n);
	send(r);
}

/* The sensor counts what is within the range that it has told. */
static void
test_counted_writes_count(void **state)
{
	struct rig *r = *state;

	put(r, 40, 5);
	put(r, 41, 5);
	count(r, 40, 7);
	rig_learned(r);
	count(r, 41, 7); /* too late */
	put(r, 40, 9000);
	put(r, 41, 9000);
	assert_int_equal(NO(r), 1);
	assert_int_equal(UNKNOWN(r), 1);
}

/* Of a counter the sensor tells the leaps, and how many writes came before:
 * wherever learning ends, it has leapt in the last half. */
static void
test_counter_of_which_only_leaps_are_told(void **state)
{
	struct rig *r = *state;
	uint16_t v = 2, last = 0;

	for (; v < 500; last = v, v = (uint16_t)(v + v / 2 + 1)) {
		if (v - last > 1) {
			count(r, 40, v - last - 1U);
		}
		put(r, 40, v);
	}
	count(r, 40, v - last - 1U); /* just before the next one */
	rig_learned(r);
	put(r, 40, 60000);
	assert_int_equal(NO(r), 0);
	assert_int_equal(UNKNOWN(r), 1);
}

static void
test_each_register_and_coil_is_a_point(void **state)
{
	static const uint8_t regs[] = {0, 1, 0, 2, 0, 3};
	static const uint8_t high[] = {0, 1, 9, 2, 0, 3};
	static const uint8_t coils[] = {0x01, 0x02}, off[] = {0x01, 0x00};
	struct rig *r = *state;

	for (int i = 0; i < 8; i++) {
		(void)many(r, 10, 3, regs, 6, false);
		send(r);
		(void)many(r, 20, 10, coils, 10, true);
		send(r);
	}
	assert_int_equal(ROWS(r), 13);
	rig_learned(r);
	(void)many(r, 10, 3, regs, 6, false);
	send(r);
	(void)many(r, 20, 10, coils, 10, true);
	send(r);
	assert_int_equal(NO(r) + UNKNOWN(r), 0);
	(void)many(r, 10, 3, high, 6, false);
	send(r);
	assert_int_equal(NO(r), 1);
	(void)many(r, 20, 10, off, 10, true);
	send(r);
	assert_int_equal(NO(r), 2);
	/* The same register in a write of its own; a coil is none. */
	put(r, 11, 0x902);
	assert_int_equal(NO(r), 3);
	put(r, 20, 9);
	assert_int_equal(UNKNOWN(r), 1);
}

/* Function 23 reads one range and writes another. */
static void
test_of_two_ranges_the_second_is_written(void **state)
{
	static const uint8_t regs[] = {0, 5};
	struct rig *r = *state;
	struct ev *e;

	for (int i = 0; i < 8; i++) {
		e = many(r, 100, 4, NULL, 0, false);
		e->op = "read_write_multiple_registers";
		e->code = 23;
		ev_uint(e, MBF_WADDR, 40);
		ev_uint(e, MBF_WQTY, 1);
		ev_bytes(e, MBF_VALUES, EV_T_REGS, regs, 2);
		send(r);
	}
	assert_int_equal(ROWS(r), 1);
	rig_learned(r);
	put(r, 40, 5);
	put(r, 100, 9000);
	assert_int_equal(NO(r), 0);
	put(r, 40, 9000);
	assert_int_equal(NO(r), 1);
}

/* Masks are no values, and neither is what is read. */
static void
test_what_has_no_values_is_null(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	for (int i = 0; i < 10; i++) {
		e = many(r, 40, 1, NULL, 0, false);
		ev_uint(e, MBF_AND, 5);
		ev_uint(e, MBF_OR, 5);
		send(r);
		assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 40, 1), 0);
	}
	assert_int_equal(ROWS(r), 0);
	assert_int_equal(NO(r), 0);
	rig_learned(r);
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 40, 1), 0);
	assert_int_equal(NO(r), 0);
}

/* 128 points of a write, and STORE_POINTS_PER_ADDRESS of a server. */
static void
test_rows_are_bounded(void **state)
{
	static const uint8_t v[246];
	struct rig *r = *state;
	int n = 0;

	(void)many(r, 0, 1968, v, 1968, true);
	send(r);
	assert_int_equal(ROWS(r), 128);
	for (uint32_t at = 0; at < 20000; at += 123) {
		(void)many(r, (uint16_t)at, 123, v, 246, false);
		r->x.ts_ns -= SAMPLE_SECOND;
		send(r);
		n += 123;
	}
	assert_true(n > 16384);
	assert_int_equal(ROWS(r), 16384);
	/* Those that are there go on. */
	put(r, 5, 7);
	assert_int_equal(rig_int(r, "SELECT max FROM written WHERE point = 5 "
				    "AND space = 'register'"),
	    7);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_set_point_has_a_range),
	    T(test_everything_is_learned_while_learning),
	    T(test_few_writes_say_nothing),
	    T(test_counters_never_settle),
	    T(test_counted_writes_count),
	    T(test_counter_of_which_only_leaps_are_told),
	    T(test_each_register_and_coil_is_a_point),
	    T(test_of_two_ranges_the_second_is_written),
	    T(test_what_has_no_values_is_null),
	    T(test_rows_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
