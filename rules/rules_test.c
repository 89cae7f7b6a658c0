/*
 * Unit tests of judging: who is asked, in which order, what a hit says, and
 * what happens when a rule fails or the schema changes.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/test.h"
#include "limits.h"
#include "rules/harness.h"

#define REST                                                        \
	"title = t\nseverity = low\ngroup = all\nsoc = s\not = o\n" \
	"check = c\n"

static struct world w;

static void
load(const char *text)
{
	w.problems = 0;
	assert_int_equal(world_load_text(&w, text), 0);
	if (w.problems != 0) {
		fail_msg("%s", w.problem);
	}
}

/* The rules that hold, in their order. */
static void
expect(const char *ids)
{
	assert_int_equal(world_judge(&w), 0);
	assert_string_equal(w.rule, ids);
}

static void
test_kind_and_class_choose(void **state)
{
	load("[both]\non = operation, value\nwhen = 1\n" REST
	     "[value]\non = value\nwhen = 1\n" REST
	     "[write]\non = operation\nclass = write, control\nwhen = 1\n" REST
	     "[when]\non = operation\nwhen = class = 'read'\n" REST);
	(void)world_event(&w, EV_VALUE);
	expect("both value ");
	(void)world_request(&w, "write_single_coil", 5, EV_CLASS_CONTROL);
	expect("both write ");
	(void)world_request(&w, "write_single_register", 6, EV_CLASS_WRITE);
	expect("both write ");
	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	expect("both when ");
	(void)world_request(&w, "x", 1, EV_CLASS_NONE);
	expect("both ");
	(void)world_event(&w, EV_GAP);
	expect("");
}

static void
test_replies_go_to_who_asks(void **state)
{
	load("[requests]\non = operation\nwhen = 1\n" REST
	     "[both]\non = operation\nreplies = yes\nwhen = 1\n" REST
	     "[replies]\non = operation\nreplies = only\nwhen = 1\n" REST
	     "[named]\non = operation\nwhen = dir <> 'notify'\n" REST
	     "[state]\non = state\nwhen = 1\n" REST);
	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	expect("requests both named ");
	w.ev.dir = EV_DIR_NOTIFY;
	expect("requests both ");
	w.ev.dir = EV_DIR_UNKNOWN;
	expect("requests both named ");
	(void)world_reply(&w, "read_coils", 1, EV_CLASS_READ, "ok");
	expect("both replies named ");
	/* Only operations have replies that repeat what was asked. */
	world_event(&w, EV_STATE)->dir = EV_DIR_RESPONSE;
	expect("state ");
}

static void
test_repeats_go_to_who_asks(void **state)
{
	load("[plain]\non = operation\nwhen = 1\n" REST
	     "[loop]\non = operation\nwhen = dup\n" REST);
	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	expect("plain ");
	w.ev.flags |= EV_DUP;
	expect("loop ");
	w.ev.flags |= EV_REPEAT;
	expect("");
	w.ev.flags = EV_REPEAT;
	expect("");
	w.ev.flags = EV_TENTATIVE;
	expect("plain ");
}

/* A rule that asks for what is not learned rests while all of it is. */
static void
test_learning_asks_only_who_could_hold(void **state)
{
	struct rules_stat stat;

	load("[unlearned]\non = operation\nwhen = NOT learned('link')\n" REST
	     "[either]\non = operation\nwhen = fc = 1 OR NOT "
	     "learned('link')\n" REST);
	(void)world_request(&w, "read_coils", 1, EV_CLASS_READ);
	w.sub.learning = true;
	expect("either ");
	rules_stat(w.rules, 0, &stat);
	assert_int_equal(stat.asked, 0);
	w.sub.learning = false;
	expect("either ");
	rules_stat(w.rules, 0, &stat);
	assert_int_equal(stat.asked, 1);
}

/* A DHCP client, for one. */
static void
test_who_has_no_ip_goes_by_its_mac(void **state)
{
	struct ev *e;

	load("[hit]\ntitle = {src} speaks\non = endpoint\nwhen = 1\n"
	     "severity = low\ngroup = src\nsoc = s\not = o\ncheck = c\n");
	e = world_event(&w, EV_ENDPOINT);
	memset(&e->src.ip, 0, sizeof(e->src.ip));
	memcpy(e->src.mac, (const uint8_t[6]){2, 0, 0, 0, 0, 7}, 6);
	e->src.has_mac = true;
	for (uint8_t ver = 4; ver <= 6; ver += 2) {
		e->src.ipver = ver;
		w.src_name = "lap-a";
		expect("hit ");
		assert_string_equal(
		    w.title, "lap-a (02:00:00:00:00:07) speaks");
	}
}

static void
test_a_hit_says_everything(void **state)
{
	struct ev *e;

	load("[hit]\ntitle = {client} wrote\non = operation\nwhen = fc = 6\n"
	     "severity = high\nattack = T0855\ngroup = client, unit\n"
	     "soc = {op} of {object}\not = {object}: {old} -> {new}\n"
	     "check = at {time}\n");
	e = world_request(&w, "write_single_register", 6, EV_CLASS_WRITE);
	ev_uint(e, H_ADDR, 40);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\x01\x02", 2);
	w.src_name = "HMI";
	w.old = "7";
	expect("hit ");
	assert_string_equal(w.severity, "high");
	assert_string_equal(w.key, "client=#1|unit=1");
	assert_string_equal(w.title, "HMI (10.0.0.5) wrote");
	assert_string_equal(w.soc, "write_single_register of addr 40");
	assert_string_equal(w.ot, "addr 40: 7 -> [258]");
	assert_string_equal(w.check, "at 2004-08-26T12:01:21.696Z");
	w.src_name = w.old = NULL;
}

/* What store does in a hit: it writes, and asks the database. */
static int
use_connection(struct world *world)
{
	static int64_t n;
	sqlite3_stmt *st;
	int rc;

	assert_int_equal(sqlite3_exec(world->db,
			     "INSERT INTO t VALUES (random(), zeroblob("
			     "2000000))",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(world->db, "SELECT count(*) FROM t",
			     -1, &st, NULL),
	    SQLITE_OK);
	rc = sqlite3_step(st);
	assert_int_equal(rc, SQLITE_ROW);
	assert_int_equal(sqlite3_column_int64(st, 0), ++n);
	(void)sqlite3_finalize(st);
	return 0;
}

static void
test_a_hit_may_use_the_connection(void **state)
{
	assert_int_equal(
	    sqlite3_exec(w.db, "CREATE TABLE t (a, b)", NULL, NULL, NULL),
	    SQLITE_OK);
	load("[a]\non = gap\nwhen = 1\n" REST "[b]\non = gap\nwhen = 1\n" REST);
	(void)world_event(&w, EV_GAP);
	assert_int_equal(
	    sqlite3_exec(w.db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	w.on_hit = use_connection;
	expect("a b ");
	w.on_hit = NULL;
	assert_int_equal(
	    sqlite3_exec(w.db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
}

static int
stop(struct world *world)
{
	return ERR_FULL;
}

static void
test_a_hit_may_end_it(void **state)
{
	load("[a]\non = gap\nwhen = 1\n" REST "[b]\non = gap\nwhen = 1\n" REST);
	(void)world_event(&w, EV_GAP);
	w.on_hit = stop;
	assert_int_equal(world_judge(&w), ERR_FULL);
	assert_string_equal(w.rule, "a ");
	w.on_hit = NULL;
	expect("a b ");
}

static void
judge_again(void *arg)
{
	w.on_hit = arg;
	(void)world_judge(&w);
}

static int
judge_inside(struct world *world)
{
	return world_judge(world);
}

static void
test_a_hit_must_not_judge(void **state)
{
	load("[a]\non = gap\nwhen = 1\n" REST);
	(void)world_event(&w, EV_GAP);
	assert_true(test_dies(judge_again, (void *)judge_inside));
	assert_false(test_dies(judge_again, NULL));
}

static void
expect_stat(size_t i, uint64_t asked, uint64_t held, uint64_t failed)
{
	struct rules_stat st;

	rules_stat(w.rules, i, &st);
	assert_int_equal(st.asked, asked);
	assert_int_equal(st.held, held);
	assert_int_equal(st.failed, failed);
}

/* learned() of something unknown fails; others are not touched by it. */
static void
test_failing_rules_rest(void **state)
{
	uint64_t t;

	load("[bad]\non = gap\nwhen = learned(frame || '')\n" REST
	     "[good]\non = gap\nwhen = 1\n" REST);
	(void)world_event(&w, EV_GAP);
	t = w.sub.stream_ns;
	expect("good ");
	expect("good ");
	assert_int_equal(w.problems, 0);
	expect("good ");
	expect_stat(0, 3, 0, 3);
	expect_stat(1, 3, 3, 0);
	assert_int_equal(w.problems, 1);
	assert_non_null(strstr(w.problem,
	    "t.rules:3 [bad] failed again and rests for a while: learned: "
	    "unknown subject"));
	/* It rests in stream time. */
	w.sub.stream_ns = t + LIMIT_RULE_REST_S * NS_PER_SEC - 1;
	expect("good ");
	expect_stat(0, 3, 0, 3);
	w.sub.stream_ns++;
	expect("good ");
	expect("good ");
	expect("good ");
	expect("good ");
	expect_stat(0, 6, 0, 6);
	assert_int_equal(w.problems, 2);
}

static void
test_slow_rules_rest(void **state)
{
	static uint8_t regs[1000];

	load("[slow]\non = operation\nwhen = (SELECT count(*) FROM\n"
	     " json_each(\"values\") a, json_each(\"values\") b) > 0\n" REST);
	(void)world_request(&w, "x", 16, EV_CLASS_WRITE);
	ev_bytes(&w.ev, H_VALUES, EV_T_REGS, regs, sizeof(regs));
	expect("");
	expect("");
	expect("");
	expect_stat(0, 3, 0, 3);
	assert_non_null(strstr(w.problem, "takes too many instructions"));
}

/* As many elements as one message can have must be within the limit. */
static void
test_honest_loops_are_not_slow(void **state)
{
	static uint8_t coils[250];

	load("[loop]\non = operation\nwhen = (SELECT sum(value) FROM\n"
	     " json_each(\"values\")) = 0\n" REST);
	(void)world_reply(&w, "read_coils", 1, EV_CLASS_READ, "ok");
	w.ev.dir = EV_DIR_REQUEST;
	ev_bytes(&w.ev, H_VALUES, EV_T_BITS, coils, 2000);
	expect("loop ");
	expect_stat(0, 1, 1, 0);
}

static void
test_statements_survive_a_new_schema(void **state)
{
	load("[a]\non = gap\nwhen = frame = 4\n" REST
	     "[b]\non = gap\nwhen = frame = 5\n" REST);
	(void)world_event(&w, EV_GAP);
	expect("a ");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sqlite3_exec(w.db,
				     "CREATE TABLE later (a);"
				     "DROP TABLE later",
				     NULL, NULL, NULL),
		    SQLITE_OK);
		expect("a ");
	}
	assert_int_equal(w.problems, 0);
	expect_stat(0, 4, 4, 0);
	expect_stat(1, 4, 0, 0);
}

static bool saw_rule;

static int
look_on(void *arg, int action, const char *a, const char *b, const char *db,
    const char *trigger)
{
	saw_rule = saw_rule || (b != NULL && strcmp(b, "frame") == 0);
	return SQLITE_OK;
}

/*
 * When statements have to be compiled again, it happens under the guard: were
 * they of the kind that do so by themselves, whatever authorizer the
 * connection has would see it.
 */
static void
test_compiling_again_is_guarded(void **state)
{
	load("[a]\non = gap\nwhen = frame = 4\n" REST);
	(void)world_event(&w, EV_GAP);
	/* Setting an authorizer makes every statement stale. */
	assert_int_equal(
	    sqlite3_set_authorizer(w.db, look_on, NULL), SQLITE_OK);
	expect("a ");
	expect_stat(0, 1, 1, 0);
	assert_false(saw_rule);
}

static void
test_rules_can_be_loaded_again(void **state)
{
	struct rules *old, *fresh;

	load("[a]\non = gap\nwhen = 1\n" REST);
	old = w.rules;
	w.rules = NULL;
	load("[b]\non = gap\nwhen = 1\n" REST);
	fresh = w.rules;
	(void)world_event(&w, EV_GAP);
	expect("b ");
	rules_free(old);
	expect("b ");
	assert_ptr_equal(w.rules, fresh);
}

static void
test_the_table_is_empty_between_events(void **state)
{
	sqlite3_stmt *st;

	load("[a]\non = gap\nwhen = 1\n" REST);
	(void)world_event(&w, EV_GAP);
	expect("a ");
	assert_int_equal(
	    sqlite3_prepare_v2(w.db, "SELECT 1 FROM ev", -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	(void)sqlite3_finalize(st);
}

static void
test_nothing_loaded_judges_nothing(void **state)
{
	load("# nothing\n");
	assert_int_equal(rules_count(w.rules), 0);
	(void)world_event(&w, EV_GAP);
	expect("");
	rules_free(NULL);
}

static int
setup(void **state)
{
	world_open(&w);
	return 0;
}

static int
teardown(void **state)
{
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kind_and_class_choose),
	    cmocka_unit_test(test_replies_go_to_who_asks),
	    cmocka_unit_test(test_repeats_go_to_who_asks),
	    cmocka_unit_test(test_learning_asks_only_who_could_hold),
	    cmocka_unit_test(test_who_has_no_ip_goes_by_its_mac),
	    cmocka_unit_test(test_a_hit_says_everything),
	    cmocka_unit_test(test_a_hit_may_use_the_connection),
	    cmocka_unit_test(test_a_hit_may_end_it),
	    cmocka_unit_test(test_a_hit_must_not_judge),
	    cmocka_unit_test(test_failing_rules_rest),
	    cmocka_unit_test(test_slow_rules_rest),
	    cmocka_unit_test(test_honest_loops_are_not_slow),
	    cmocka_unit_test(test_statements_survive_a_new_schema),
	    cmocka_unit_test(test_compiling_again_is_guarded),
	    cmocka_unit_test(test_rules_can_be_loaded_again),
	    cmocka_unit_test(test_the_table_is_empty_between_events),
	    cmocka_unit_test(test_nothing_loaded_judges_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
