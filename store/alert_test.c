/*
 * alert_test: grouping, deliveries, bounds; and the counters that rules see.
 */
#include <sqlite3.h>
#include <string.h>

#include "limits.h"
#include "store/pair_test.h"

static void
rule(struct rig *r, const char *on, const char *group)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "[t]\ntitle = from {src}\non = %s\nwhen = 1\nseverity = high\n"
	    "attack = T0855, T0836\ngroup = %s\nsoc = s\not = o\ncheck = c\n",
	    on, group);
	(void)rig_rules(r, text);
}

static void
test_repetitions_are_one_alert(void **state)
{
	struct rig *r = *state;
	char buf[128];

	rule(r, "operation", "src, dst");
	for (uint16_t i = 0; i < 30; i++) {
		assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, i, 1), 0);
		sample_wait(&r->x, SAMPLE_SECOND);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 1);
	assert_int_equal(rig_int(r, "SELECT count FROM alerts"), 30);
	assert_int_equal(
	    rig_int(r, "SELECT last - first FROM alerts"), 29 * SAMPLE_SECOND);
	assert_string_equal(
	    rig_text(r, "SELECT frames FROM alerts", buf, sizeof(buf)),
	    "[1,2,3,4,5,6,7,8,9,10]");
	/* Told once, since it took less than the interval. */
	assert_int_equal(rig_int(r, "SELECT count(*) FROM outbox"), 1);
}

static void
test_alert_that_goes_on_is_told_again(void **state)
{
	struct rig *r = *state;
	char buf[64];

	rule(r, "operation", "src");
	for (uint16_t i = 0; i < 3; i++) {
		assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, i, 1), 0);
		sample_wait(&r->x, LIMIT_STORE_ALERT_REPEAT_S * SAMPLE_SECOND);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM outbox"), 3);
	assert_int_equal(
	    rig_int(r, "SELECT count(DISTINCT event) FROM outbox"), 3);
	assert_int_equal(rig_int(r, "SELECT revision FROM alerts"), 3);
	assert_string_equal(
	    rig_text(r, "SELECT substr(event, -2) FROM outbox WHERE id = 3",
		buf, sizeof(buf)),
	    ".3");
	assert_int_equal(
	    rig_int(r, "SELECT count FROM outbox WHERE id = 3"), 3);
}

static void
test_repeats_are_not_judged(void **state)
{
	struct rig *r = *state;

	rule(r, "operation", "src");
	assert_int_equal(sample_repeat(&r->x, &hmi, &plc, 1, 0, 1, 9), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 0);
}

static void
test_closed_alert_is_not_reopened_but_followed(void **state)
{
	struct rig *r = *state;

	rule(r, "operation", "src");
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 0, 1), 0);
	assert_int_equal(store_close(r->s), 0);
	{
		sqlite3 *db;
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/otus.db", r->dir);
		assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
		assert_int_equal(
		    sqlite3_exec(db, "UPDATE alerts SET state = 'closed'", NULL,
			NULL, NULL),
		    SQLITE_OK);
		(void)sqlite3_close(db);
	}
	assert_int_equal(store_open(&r->opt, &r->s), 0);
	r->x.s = r->s;
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 1, 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 2);
	assert_int_equal(
	    rig_int(r, "SELECT count(DISTINCT uid) FROM alerts"), 2);
}

/* Asked first, heard next: its address was no device when it was asked. */
static void
test_who_answers_is_not_told_again(void **state)
{
	struct rig *r = *state;
	struct host asks = sample_host(10, 2, 0, 1);
	struct host answers = sample_host(10, 2, 0, 2);
	struct host other = sample_host(10, 2, 0, 3);
	char buf[64];

	rule(r, "operation", "client, server, unit");
	assert_int_equal(sample_read(&r->x, &asks, &answers, 1, 0, 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets"), 1);
	(void)rig_text(r, "SELECT group_key FROM alerts", buf, sizeof(buf));
	assert_non_null(strstr(buf, "|server=10.2.0.2|"));
	assert_int_equal(sample_endpoint(&r->x, &answers, "arp"), 0);
	assert_int_equal(sample_read(&r->x, &asks, &answers, 1, 0, 1), 0);
	assert_int_equal(sample_read(&r->x, &asks, &answers, 1, 0, 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 1);
	assert_int_equal(rig_int(r, "SELECT count FROM alerts"), 3);
	(void)rig_text(r, "SELECT group_key FROM alerts", buf, sizeof(buf));
	assert_non_null(strstr(buf, "|server=#"));
	/* Another server is another matter, and so is another unit. */
	assert_int_equal(sample_read(&r->x, &asks, &other, 1, 0, 1), 0);
	assert_int_equal(sample_read(&r->x, &asks, &answers, 2, 0, 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 3);
}

static void
test_groups_of_one_rule_are_bounded(void **state)
{
	struct rig *r = *state;
	int n = LIMIT_STORE_ALERTS_PER_RULE + 50;
	char buf[128];

	rule(r, "endpoint", "src");
	for (int i = 0; i < n; i++) {
		struct host h =
		    sample_host(10, 1, (uint8_t)(i >> 8), (uint8_t)i);

		assert_int_equal(sample_endpoint(&r->x, &h, "arp"), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"),
	    LIMIT_STORE_ALERTS_PER_RULE + 1);
	assert_int_equal(rig_int(r, "SELECT sum(count) FROM alerts"), n);
	assert_string_equal(
	    rig_text(r, "SELECT title FROM alerts WHERE count = 50", buf,
		sizeof(buf)),
	    "More than 1000 open alerts of this kind; last: from 10.1.3.232");
	/* Those that are there go on by themselves. */
	assert_int_equal(
	    sample_endpoint(
		&r->x, &(struct host){sample_host(10, 1, 0, 0).end}, "arp"),
	    0);
	assert_int_equal(
	    rig_int(r, "SELECT count FROM alerts WHERE id = 1"), 2);
}

/* --- counters ------------------------------------------------------------------- */

#define VALUE "SELECT value FROM counters WHERE name = 'capture.frames'"

static void
test_counters_go_on_over_a_restart_of_the_sensor(void **state)
{
	struct rig *r = *state;

	assert_int_equal(store_counter(r->s, "s0", "capture.frames", 100), 0);
	assert_int_equal(store_counter(r->s, "s0", "capture.frames", 150), 0);
	assert_int_equal(rig_int(r, VALUE), 150);
	assert_int_equal(store_counter(r->s, "s0", "capture.frames", 20), 0);
	assert_int_equal(rig_int(r, VALUE), 170);
	/* A replay's counters begin from zero each time. */
	rig_restart(r);
	assert_int_equal(store_counter(r->s, "s0", "capture.frames", 500), 0);
	assert_int_equal(rig_int(r, VALUE), 670);
}

static void
test_losses_are_judged_at_the_next_tick(void **state)
{
	struct rig *r = *state;
	char text[] = "[loss]\ntitle = {label} lost {count} ({cause})\n"
		      "on = gap\nwhen = cause IN ('dropped', 'queue')\n"
		      "severity = high\ngroup = label, cause\nsoc = s\n"
		      "ot = o\ncheck = c\n";
	char buf[64];

	(void)rig_rules(r, text);
	assert_int_equal(store_counter(r->s, "s0", "capture.dropped", 0), 0);
	assert_int_equal(store_counter(r->s, "s0", "capture.frames", 9), 0);
	assert_int_equal(store_tick(r->s, SAMPLE_START), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 0);
	assert_int_equal(store_counter(r->s, "s0", "capture.dropped", 7), 0);
	assert_int_equal(store_counter(r->s, "s0", "capture.dropped_if", 2), 0);
	assert_int_equal(store_counter(r->s, "s0", "queue.dropped", 1), 0);
	assert_int_equal(store_tick(r->s, SAMPLE_START + 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 2);
	assert_string_equal(rig_text(r, "SELECT title FROM alerts WHERE id = 1",
				buf, sizeof(buf)),
	    "s0 lost 9 (dropped)");
	/* Two sensors are two. */
	assert_int_equal(store_counter(r->s, "s0", "capture.dropped", 8), 0);
	assert_int_equal(store_counter(r->s, "s1", "capture.dropped", 1), 0);
	assert_int_equal(store_tick(r->s, SAMPLE_START + 2), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM alerts"), 3);
	assert_int_equal(
	    rig_int(r, "SELECT count FROM alerts WHERE id = 1"), 2);
	/* Told and done. */
	assert_int_equal(store_tick(r->s, SAMPLE_START + 3), 0);
	assert_int_equal(rig_int(r, "SELECT sum(count) FROM alerts"), 4);
	/* A replay tells its counters at the end, after the last tick. */
	assert_int_equal(store_counter(r->s, "s1", "capture.dropped", 2), 0);
	rig_restart(r);
	assert_int_equal(rig_int(r, "SELECT sum(count) FROM alerts"), 5);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_repetitions_are_one_alert),
	    T(test_alert_that_goes_on_is_told_again),
	    T(test_repeats_are_not_judged),
	    T(test_closed_alert_is_not_reopened_but_followed),
	    T(test_who_answers_is_not_told_again),
	    T(test_groups_of_one_rule_are_bounded),
	    T(test_counters_go_on_over_a_restart_of_the_sensor),
	    T(test_losses_are_judged_at_the_next_tick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
