/*
 * register_test: a person's word is kept, changed and taken back, with its
 * history; all or nothing; apart from what the wire says, and before it.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"
#include "dissectors/registry.h"
#include "store/db.h"
#include "store/declared/import.h"
#include "store/declared/unsaid.h"
#include "store/harness.h"
#include "store/query.h"
#include "store/text.h"

static const struct register_act act = {"anna", "test", 1000};

static int64_t
say(const char *dir, int64_t id, enum decl_key k, const char *value)
{
	struct register_writer *w;

	assert_int_equal(register_begin(dir, &w), 0);
	if (id == 0) {
		assert_int_equal(register_add(w, &act, &id), 0);
	}
	assert_int_equal(register_set(w, &act, id, k, value, NULL), 0);
	assert_int_equal(register_commit(w), 0);
	return id;
}

static int
count_changes(void *arg, const struct register_change *c)
{
	assert_string_equal(c->who, "anna");
	++*(int *)arg;
	return 0;
}

static void
test_words_are_kept_with_their_history(void **state)
{
	char buf[64], text[DECL_ID_TEXT];
	const char *dir = harness_dir(buf, sizeof(buf));
	struct declared r;
	sqlite3 *db;
	int changes = 0;
	int64_t id;

	(void)state;
	assert_int_equal(register_open(dir, &db), 0);
	assert_null(db);
	id = say(dir, 0, DECL_NAME, "pump");
	(void)say(dir, id, DECL_NAME, "pump"); /* no change */
	(void)say(dir, id, DECL_NAME, "fan");
	(void)say(dir, id, DECL_ZONE, "cell 1");
	(void)say(dir, id, DECL_ZONE, "");
	assert_int_equal(register_open(dir, &db), 0);
	assert_int_equal(register_read(db, &r), 0);
	assert_int_equal(r.n, 1);
	assert_string_equal(register_value(&r, &r.device[0], DECL_NAME), "fan");
	assert_null(register_value(&r, &r.device[0], DECL_ZONE));
	assert_int_equal(register_history(db, id, count_changes, &changes), 0);
	assert_int_equal(changes, 4);
	register_id(text, id);
	assert_int_equal(register_id_parse(text), id);
	assert_int_equal(register_id_parse("d-0"), -1);
	assert_int_equal(register_id_parse("d-1x"), -1);
	register_free(&r);
	(void)sqlite3_close(db);
	harness_remove(dir);
}

static void
test_an_aborted_act_leaves_nothing(void **state)
{
	char buf[64];
	const char *dir = harness_dir(buf, sizeof(buf));
	struct register_writer *w;
	struct declared r;
	sqlite3 *db;
	int64_t id;

	(void)state;
	(void)say(dir, 0, DECL_NAME, "a");
	assert_int_equal(register_begin(dir, &w), 0);
	assert_int_equal(register_add(w, &act, &id), 0);
	assert_int_equal(register_set(w, &act, id, DECL_NAME, "b", NULL), 0);
	register_abort(w);
	assert_int_equal(register_open(dir, &db), 0);
	assert_int_equal(register_read(db, &r), 0);
	assert_int_equal(r.n, 1);
	register_free(&r);
	/* History is not rewritten. */
	assert_int_not_equal(
	    sqlite3_exec(db, "UPDATE history SET who = 'x'", 0, 0, 0), 0);
	(void)sqlite3_close(db);
	harness_remove(dir);
}

static void
test_what_was_taken_back_as_a_whole_is_gone(void **state)
{
	char buf[64];
	const char *dir = harness_dir(buf, sizeof(buf));
	struct register_writer *w;
	struct declared r;
	sqlite3 *db;
	int64_t id = say(dir, 0, DECL_NAME, "a");

	(void)state;
	(void)say(dir, id, DECL_SERIAL, "1");
	assert_int_equal(register_begin(dir, &w), 0);
	assert_int_equal(register_remove(w, &act, id), 0);
	assert_int_equal(register_commit(w), 0);
	assert_int_equal(register_open(dir, &db), 0);
	assert_int_equal(register_read(db, &r), 0);
	assert_int_equal(r.n, 0);
	register_free(&r);
	(void)sqlite3_close(db);
	/* The number is not used again. */
	assert_int_not_equal(say(dir, 0, DECL_NAME, "b"), id);
	harness_remove(dir);
}

/* --- beside the wire -------------------------------------------------------- */

static int
take(void *arg, const struct query_asset *a)
{
	char *buf = arg;

	(void)snprintf(buf, 256, "%s|%s|%s|%d|%s", a->name, a->observed.name,
	    a->vendor, a->approved, a->proof != NULL ? a->proof : "");
	return 0;
}

static const char *
shown(const char *dir, const char *what)
{
	static char buf[256];
	struct query *q;

	buf[0] = '\0';
	assert_int_equal(query_open(dir, &q), 0);
	assert_int_equal(query_find(q, what, take, buf), 0);
	query_close(q);
	return buf;
}

static void
test_a_persons_word_is_shown_first(void **state)
{
	struct rig r;
	struct host plc = sample_host(10, 0, 0, 5);
	int64_t id;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(sample_endpoint(&r.x, &plc, "arp"), 0);
	assert_int_equal(sample_identity(&r.x, &plc, 0, "name", "heard"), 0);
	assert_int_equal(sample_identity(&r.x, &plc, 0, "vendor", "ACME"), 0);
	assert_int_equal(store_commit(r.s), 0);
	assert_string_equal(shown(r.dir, "10.0.0.5"), "heard|heard|ACME|0|");
	id = say(r.dir, 0, DECL_MAC, "02:00:0a:00:00:05");
	(void)say(r.dir, id, DECL_NAME, "declared");
	(void)say(r.dir, id, DECL_APPROVED, "yes");
	assert_string_equal(
	    shown(r.dir, "declared"), "declared|heard|ACME|1|MAC");
	/* What is said on the wire now changes nothing of it. */
	assert_int_equal(sample_identity(&r.x, &plc, 0, "name", "other"), 0);
	assert_int_equal(store_commit(r.s), 0);
	assert_string_equal(
	    shown(r.dir, "10.0.0.5"), "declared|other|ACME|1|MAC");
	(void)say(r.dir, id, DECL_NAME, "");
	assert_string_equal(shown(r.dir, "10.0.0.5"), "other|other|ACME|1|MAC");
	rig_stop(&r);
}

static int
take_row(void *arg, const struct query_asset *a)
{
	*(int64_t *)arg = a->row;
	return 0;
}

static int
log_in(struct rig *r, const struct host *from, const struct host *to,
    const char *action, const char *user)
{
	struct ev *e = sample_start(&r->x, EV_AUTH, from, to);

	e->proto = PROTO_MODBUS;
	e->dir = EV_DIR_REQUEST;
	ev_name(e, EVF_ACTION, action);
	ev_name(e, EVF_USER, user);
	return sample_send(&r->x);
}

static void
test_details_are_those_of_the_server(void **state)
{
	struct host hmi = sample_host(10, 0, 0, 1);
	struct host plc = sample_host(10, 0, 0, 5);
	char buf[256];
	struct query *q;
	struct text t;
	struct rig r;
	int64_t row = 0;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(sample_endpoint(&r.x, &hmi, "arp"), 0);
	assert_int_equal(sample_endpoint(&r.x, &plc, "arp"), 0);
	assert_int_equal(sample_service(&r.x, &hmi, &plc, true), 0);
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 0, 1), 0);
	assert_int_equal(log_in(&r, &hmi, &plc, "login", "oper"), 0);
	assert_int_equal(log_in(&r, &hmi, &plc, "login", "admin"), 0);
	assert_int_equal(log_in(&r, &hmi, &plc, "fail", "root"), 0);
	assert_int_equal(store_commit(r.s), 0);
	assert_int_equal(query_open(r.dir, &q), 0);
	assert_int_equal(query_find(q, "10.0.0.5", take_row, &row), 0);
	text_start(&t, buf, sizeof(buf));
	assert_int_equal(query_detail(q, row, QUERY_PORTS, &t), 0);
	assert_string_equal(buf, "tcp/502 modbus");
	text_start(&t, buf, sizeof(buf));
	assert_int_equal(query_detail(q, row, QUERY_ACCOUNTS, &t), 0);
	assert_string_equal(buf, "admin, oper");
	text_start(&t, buf, sizeof(buf));
	assert_int_equal(query_detail(q, row, QUERY_LOGGING, &t), 0);
	assert_string_equal(buf, "");
	query_close(q);
	rig_stop(&r);
}

static void
test_a_broken_register_hides_nothing_that_was_heard(void **state)
{
	struct host plc = sample_host(10, 0, 0, 5);
	char path[128], buf[256] = "";
	struct query *q;
	struct rig r;
	FILE *f;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(sample_endpoint(&r.x, &plc, "arp"), 0);
	assert_int_equal(sample_identity(&r.x, &plc, 0, "name", "heard"), 0);
	assert_int_equal(store_commit(r.s), 0);
	(void)snprintf(path, sizeof(path), "%s/" DECL_FILE, r.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 1000; i++) {
		(void)fputs("no database", f);
	}
	(void)fclose(f);
	assert_int_equal(query_open(r.dir, &q), 0);
	assert_int_equal(query_register_trouble(q), ERR_DAMAGED);
	assert_int_equal(query_find(q, "10.0.0.5", take, buf), 0);
	assert_string_equal(buf, "heard|heard|(null)|0|");
	query_close(q);
	/* The writer goes on, too. */
	assert_int_equal(sample_identity(&r.x, &plc, 0, "name", "more"), 0);
	assert_int_equal(store_commit(r.s), 0);
	rig_stop(&r);
}

/* A rule file that fires while nobody has approved of the speaker. */
static void
test_rules_hear_of_it_while_the_writer_works(void **state)
{
	static const char rule[] =
	    "[unapproved]\ntitle = x\non = operation\n"
	    "when = asset('src', 'approved') = 0 AND "
	    "asset('dst', 'name') = 'declared'\n"
	    "severity = low\ngroup = src, frame\nsoc = {dst.name}\not = x\n"
	    "check = x\n";
	static const char alerts[] = "SELECT count(*) FROM alerts";
	struct host hmi = sample_host(10, 0, 0, 1);
	struct host plc = sample_host(10, 0, 0, 5);
	struct rig r;
	int64_t id;

	(void)state;
	rig_start(&r, 0, NULL);
	(void)rig_rules(&r, rule);
	assert_int_equal(sample_endpoint(&r.x, &hmi, "arp"), 0);
	assert_int_equal(sample_endpoint(&r.x, &plc, "arp"), 0);
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 0, 1), 0);
	assert_int_equal(rig_int(&r, alerts), 0);
	(void)say(r.dir, 0, DECL_IP, "10.0.0.5");
	id = say(r.dir, 1, DECL_NAME, "declared");
	assert_int_equal(id, 1);
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 1, 1), 0);
	assert_int_equal(rig_int(&r, alerts), 1);
	id = say(r.dir, 0, DECL_MAC, "02:00:0a:00:00:01");
	(void)say(r.dir, id, DECL_APPROVED, "yes");
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 2, 1), 0);
	assert_int_equal(rig_int(&r, alerts), 1);
	rig_stop(&r);
}

/* A writer of more than its cache holds, killed before its end. */
static void
kill_a_writer(const char *dir)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		char path[128];
		sqlite3 *db = NULL;

		(void)snprintf(path, sizeof(path), "%s/" DECL_FILE, dir);
		if (sqlite3_open(path, &db) != SQLITE_OK ||
		    sqlite3_exec(db,
			"PRAGMA cache_size = 2; BEGIN IMMEDIATE; "
			"WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c "
			"LIMIT 5000) INSERT INTO words SELECT i + 10, 'name', "
			"'x', 'x', 1, 'x' FROM c; UPDATE words SET value = 'y'",
			NULL, NULL, NULL) != SQLITE_OK) {
			_exit(1);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
test_a_killed_writer_takes_no_word_away(void **state)
{
	static const char rule[] =
	    "[named]\ntitle = x\non = operation\n"
	    "when = asset('dst', 'name') = 'declared'\n"
	    "severity = low\ngroup = src, frame\nsoc = {dst.name}\not = x\n"
	    "check = x\n";
	struct host hmi = sample_host(10, 0, 0, 1);
	struct host plc = sample_host(10, 0, 0, 5);
	char buf[256] = "";
	struct query *before, *after;
	struct rig r;
	int64_t id;

	(void)state;
	rig_start(&r, 0, NULL);
	(void)rig_rules(&r, rule);
	assert_int_equal(sample_endpoint(&r.x, &plc, "arp"), 0);
	assert_int_equal(sample_endpoint(&r.x, &hmi, "arp"), 0);
	assert_int_equal(store_commit(r.s), 0);
	id = say(r.dir, 0, DECL_IP, "10.0.0.5");
	(void)say(r.dir, id, DECL_NAME, "declared");
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 0, 1), 0);
	assert_int_equal(store_commit(r.s), 0);
	assert_int_equal(query_open(r.dir, &before), 0);
	assert_int_equal(query_register_trouble(before), 0);

	kill_a_writer(r.dir);
	/* Who has read it, knows it: rules and pages. */
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 1, 1), 0);
	assert_int_equal(rig_int(&r, "SELECT count(*) FROM alerts"), 2);
	assert_int_equal(query_find(before, "10.0.0.5", take, buf), 0);
	assert_string_equal(buf, "declared|(null)|(null)|0|IP");
	query_close(before);
	/* Who comes later is told, and may roll back. */
	assert_int_equal(query_open(r.dir, &after), 0);
	assert_int_equal(query_register_trouble(after), ERR_HALFWAY);
	assert_int_equal(register_repair(r.dir), 0);
	assert_int_equal(query_register_trouble(after), 0);
	assert_int_equal(query_find(after, "10.0.0.5", take, buf), 0);
	assert_string_equal(buf, "declared|(null)|(null)|0|IP");
	query_close(after);
	rig_stop(&r);
}

/* Lists ask for what is shown, where rules know the word. */
static void
test_a_declared_role_is_found_by_it(void **state)
{
	struct host hmi = sample_host(10, 0, 0, 1);
	struct host plc = sample_host(10, 0, 0, 5);
	struct query_filter f = {.role = "plc"};
	struct query *q;
	struct rig r;
	uint64_t n = 0;
	int64_t id;

	(void)state;
	rig_start(&r, RIG_LEARNS, NULL);
	assert_int_equal(sample_read(&r.x, &hmi, &plc, 1, 0, 1), 0);
	assert_int_equal(sample_reply(&r.x, &hmi, &plc, 1, "ok"), 0);
	assert_int_equal(store_commit(r.s), 0);
	assert_int_equal(query_open(r.dir, &q), 0);
	assert_int_equal(query_assets_count(q, &f, &n), 0);
	assert_int_equal(n, 0);
	id = say(r.dir, 0, DECL_IP, "10.0.0.5");
	(void)say(r.dir, id, DECL_ROLE, "PLC");
	assert_int_equal(query_assets_count(q, &f, &n), 0);
	assert_int_equal(n, 1);
	(void)say(r.dir, id, DECL_ROLE, "pump skid");
	assert_int_equal(query_assets_count(q, &f, &n), 0);
	assert_int_equal(n, 0);
	f.role = "controller";
	assert_int_equal(query_assets_count(q, &f, &n), 0);
	assert_int_equal(n, 1);
	query_close(q);
	rig_stop(&r);
}

/* --- import ----------------------------------------------------------------- */

static void
import(const char *dir, const char *csv, size_t counts[IMPORT_STATES])
{
	struct register_writer *w;
	struct csv_error e;
	struct declared reg;
	struct import im;

	assert_int_equal(import_open(&im, csv, strlen(csv), &e), 0);
	assert_int_equal(register_begin(dir, &w), 0);
	assert_int_equal(register_now(w, &reg), 0);
	assert_int_equal(import_plan(&im, &reg), 0);
	assert_int_equal(import_apply(&im, &reg, w, "x.csv", "anna", 1), 0);
	assert_int_equal(register_commit(w), 0);
	memcpy(counts, im.count, sizeof(im.count));
	import_close(&im);
	register_free(&reg);
}

#define COUNTS(c, new, changed, same, out)                      \
	do {                                                    \
		assert_int_equal((c)[IMPORT_NEW], new);         \
		assert_int_equal((c)[IMPORT_CHANGES], changed); \
		assert_int_equal((c)[IMPORT_SAME], same);       \
		assert_int_equal((c)[IMPORT_LEFT_OUT], out);    \
	} while (0)

static void
test_a_register_read_again_finds_its_rows(void **state)
{
	char buf[64];
	const char *dir = harness_dir(buf, sizeof(buf));
	size_t c[IMPORT_STATES];

	(void)state;
	import(dir,
	    "Name,IP,MAC,Serial\na,10.0.0.1,020000000001,1\n"
	    "b,10.0.0.2,020000000002,2\n",
	    c);
	COUNTS(c, 2, 0, 0, 0);
	/* An empty cell takes nothing back; b has another IP. */
	import(dir,
	    "Name,IP,MAC,Serial\na,10.0.0.1,,\n"
	    "b,10.0.0.9,020000000002,2\nc,10.0.0.3,,\n",
	    c);
	COUNTS(c, 1, 1, 1, 0);
	/* The same name and another address: another device. */
	import(dir, "Name,IP\na,10.0.0.50\n", c);
	COUNTS(c, 1, 0, 0, 0);
	/* A row that is there twice is there. */
	import(dir, "Name,IP\nd,10.0.0.4\nd,10.0.0.4\nd,10.0.0.4\n", c);
	COUNTS(c, 1, 0, 0, 2);
	/* Placeholders are no double. */
	import(dir,
	    "IP,MAC\n10.0.0.5,00:00:00:00:00:00\n"
	    "10.0.0.6 255.0.0.0,ffffffffffff\n",
	    c);
	COUNTS(c, 2, 0, 0, 0);
	/* Nor is a serial number that several addresses have. */
	import(dir,
	    "IP,Serial\n10.0.0.7,see label\n10.0.0.8,see label\n"
	    "10.0.0.71,see label\n",
	    c);
	COUNTS(c, 3, 0, 0, 0);
	import(dir, "IP,Serial\n,9\n,9\n10.0.0.72,9\n", c);
	COUNTS(c, 0, 0, 0, 3);
	/* Of two a's no name tells which. */
	import(dir, "Name,Zone\na,x\n", c);
	COUNTS(c, 0, 0, 0, 1);
	/* The same MAC twice; no key at all. */
	import(dir,
	    "MAC,Zone\n02:00:00:00:00:07,x\n02:00:00:00:00:07,y\n"
	    ",z\n",
	    c);
	COUNTS(c, 0, 0, 0, 3);
	harness_remove(dir);
}

/* An export's row that nobody has edited signs for no device. */
static void
test_only_which_device_says_nothing(void **state)
{
	char buf[64], csv[256], ip[UNSAID_MAX];
	const char *dir = harness_dir(buf, sizeof(buf));
	size_t c[IMPORT_STATES];

	(void)state;
	unsaid_word(DECL_IP, "10.0.0.1", ip);
	(void)snprintf(csv, sizeof(csv),
	    "IP,Zone,Asset ID," UNSAID_HEADER "\n10.0.0.1,,a-0123456789,%s\n",
	    ip);
	import(dir, csv, c);
	COUNTS(c, 0, 0, 0, 0);
	assert_int_equal(c[IMPORT_UNSAID], 1);
	(void)snprintf(csv, sizeof(csv),
	    "IP,Zone,Asset ID," UNSAID_HEADER "\n10.0.0.1,x,a-0123456789,%s\n",
	    ip);
	import(dir, csv, c);
	COUNTS(c, 1, 0, 0, 0);
	/* Of a device that is declared it is no change. */
	import(dir, "Asset ID\na-0123456789\n", c);
	COUNTS(c, 0, 0, 1, 0);
	assert_int_equal(c[IMPORT_UNSAID], 0);
	harness_remove(dir);
}

static void
test_what_stands_around_a_register(void **state)
{
	static const char csv[] =
	    "Anlage 3, Stand heute\n\nName;IP;Zone\n"
	    "a;10.0.0.1\xc2\xa0;x;;\nb;10.0.0.2;y\nc;10.0.0.3;z\n";
	static const char deep[] =
	    "Register;;;\nWerk 3;;;\nStand: heute;;;\nAbteilung: x;;;\n"
	    "Standort: y;;;\nPrinted by;;;\nName;IP;MAC;Ort\n"
	    "a;10.0.0.1;;Raum\nName;Firmware;;\n";
	static const char two[] = "Netz;;Device;\nIP;MAC;Name;Typ\n"
				  "10.0.0.1;;a;PLC\n";
	static const char more[] = "Name,IP\na,10.0.0.1,x\n";
	char buf[64];
	const char *dir = harness_dir(buf, sizeof(buf));
	size_t n[IMPORT_STATES];
	struct csv_error e;
	struct import im;

	(void)state;
	assert_int_equal(import_open(&im, csv, strlen(csv), &e), 0);
	assert_int_equal(im.titles, 1);
	assert_int_equal(im.head.line, 3);
	import_close(&im);
	import(dir, csv, n);
	assert_int_equal(n[IMPORT_NEW], 3);
	import(dir, "Name,IP\nd,10.0.0.1\n", n);
	assert_int_equal(n[IMPORT_CHANGES], 1);
	/* The header is where the most columns are known. */
	assert_int_equal(import_open(&im, deep, strlen(deep), &e), 0);
	assert_int_equal(im.titles, 6);
	assert_int_equal(im.head.line, 7);
	assert_int_equal(im.n, 2);
	import_close(&im);
	assert_int_equal(import_open(&im, two, strlen(two), &e), 0);
	assert_int_equal(im.titles, 1);
	assert_string_equal(im.head.cell[0], "IP");
	import_close(&im);
	/* A cell that has something and no header is not lost silently. */
	assert_int_equal(import_open(&im, more, strlen(more), &e), ERR_FORMAT);
	harness_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words_are_kept_with_their_history),
	    cmocka_unit_test(test_an_aborted_act_leaves_nothing),
	    cmocka_unit_test(test_what_was_taken_back_as_a_whole_is_gone),
	    cmocka_unit_test(test_a_persons_word_is_shown_first),
	    cmocka_unit_test(test_details_are_those_of_the_server),
	    cmocka_unit_test(
		test_a_broken_register_hides_nothing_that_was_heard),
	    cmocka_unit_test(test_rules_hear_of_it_while_the_writer_works),
	    cmocka_unit_test(test_a_register_read_again_finds_its_rows),
	    cmocka_unit_test(test_a_killed_writer_takes_no_word_away),
	    cmocka_unit_test(test_a_declared_role_is_found_by_it),
	    cmocka_unit_test(test_only_which_device_says_nothing),
	    cmocka_unit_test(test_what_stands_around_a_register),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
