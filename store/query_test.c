/*
 * query_test: pages, filters, single rows, sums; and that a reader is in
 * nobody's way.
 */
#include <sqlite3.h>
#include <string.h>

#include "base/test.h"
#include "store/harness.h"
#include "store/query.h"

#define HOSTS 25

struct reader {
	struct rig r;
	struct query *q;
};

static struct host
host(unsigned i)
{
	return sample_host(10, 0, 0, (uint8_t)(i + 1));
}

/* HOSTS devices in a row, each of which asks the next one. */
static int
setup(void **state)
{
	static struct reader x;
	struct sample *s = &x.r.x;

	rig_start(&x.r, 100 * SAMPLE_SECOND, NULL);
	for (unsigned i = 0; i < HOSTS; i++) {
		struct host a = host(i), b = host((i + 1) % HOSTS);

		if (sample_endpoint(s, &a, "arp") != 0 ||
		    sample_read(s, &a, &b, 1, 0, 1) != 0 ||
		    sample_traffic(s, &a, &b, i + 1) != 0) {
			return -1;
		}
		sample_wait(s, SAMPLE_SECOND);
	}
	*state = &x;
	return store_commit(x.r.s) != 0 || query_open(x.r.dir, &x.q) != 0;
}

static int
teardown(void **state)
{
	struct reader *x = *state;

	query_close(x->q);
	rig_stop(&x->r);
	return 0;
}

struct seen {
	unsigned n;
	char id[64][UID_TEXT];
	int64_t row;
	struct query_asset last;
	bool stop;
};

static int
take_asset(void *arg, const struct query_asset *a)
{
	struct seen *s = arg;

	if (s->stop) {
		return ERR_PERM;
	}
	assert_true(a->row > s->row);
	s->row = a->row;
	memcpy(s->id[s->n++], a->id, UID_TEXT);
	return 0;
}

static int
take_link(void *arg, const struct query_link *l)
{
	struct seen *s = arg;

	memcpy(s->id[s->n++], l->src.id, UID_TEXT);
	return 0;
}

static int
take_alert(void *arg, const struct query_alert *a)
{
	struct seen *s = arg;

	memcpy(s->id[s->n++], a->id, UID_TEXT);
	return 0;
}

static void
test_pages_are_the_whole(void **state)
{
	struct reader *x = *state;
	const struct query_filter all = {0};

	for (unsigned limit = 1; limit <= HOSTS + 1; limit++) {
		struct query_page page = {.limit = limit};
		struct seen s = {0};
		unsigned pages = 0;

		do {
			assert_int_equal(
			    query_assets(x->q, &all, &page, take_asset, &s), 0);
			pages++;
		} while (page.after != 0);
		assert_int_equal(s.n, HOSTS);
		assert_int_equal(pages, HOSTS / limit + 1);
	}
}

static void
count_assets(struct reader *x, const struct query_filter *f, unsigned want)
{
	struct query_page page = {0};
	struct seen s = {0};
	uint64_t n;

	assert_int_equal(query_assets(x->q, f, &page, take_asset, &s), 0);
	assert_int_equal(s.n, want);
	assert_int_equal(query_assets_count(x->q, f, &n), 0);
	assert_int_equal(n, want);
}

static void
test_assets_are_filtered(void **state)
{
	struct reader *x = *state;
	struct host h = host(3);

	assert_int_equal(
	    sample_identity(&x->r.x, &h, -1, "name", "100% _x"), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	count_assets(x, &(struct query_filter){.text = "10.0.0.2"}, 7);
	count_assets(x, &(struct query_filter){.text = "0a:00:00:04"}, 1);
	count_assets(x, &(struct query_filter){.text = "100%"}, 1);
	count_assets(x, &(struct query_filter){.text = "_X"}, 1);
	count_assets(x, &(struct query_filter){.text = "%"}, 1);
	count_assets(x, &(struct query_filter){.text = "\\"}, 0);
	count_assets(x, &(struct query_filter){.text = "' OR 1 --"}, 0);
	count_assets(x, &(struct query_filter){.proto = "modbus"}, HOSTS);
	count_assets(x, &(struct query_filter){.proto = "dnp3"}, 0);
	count_assets(x, &(struct query_filter){.role = "router"}, 0);
	count_assets(x, &(struct query_filter){.role = "supervisor"}, HOSTS);
	count_assets(x,
	    &(struct query_filter){
		.since_ns = SAMPLE_START + 23 * SAMPLE_SECOND},
	    3);
}

static void
test_links_and_alerts_of_one_asset(void **state)
{
	struct reader *x = *state;
	struct query_page page = {0};
	struct seen s = {0}, l = {0}, a = {0};
	struct query_filter f = {0};
	struct host late = sample_host(10, 0, 0, 99), h = host(0);
	uint64_t n;

	assert_int_equal(query_assets(x->q, &f, &page, take_asset, &s), 0);
	f.asset = s.id[1];
	assert_int_equal(query_links(x->q, &f, &page, take_link, &l), 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(query_links_count(x->q, &f, &n), 0);
	assert_int_equal(n, 2);
	rig_learned(&x->r);
	assert_int_equal(sample_endpoint(&x->r.x, &late, "arp"), 0);
	assert_int_equal(sample_read(&x->r.x, &late, &h, 1, 0, 1), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	f.asset = s.id[0];
	assert_int_equal(query_alerts(x->q, &f, &page, take_alert, &a), 0);
	assert_true(a.n > 0);
	/* An id that is none restricts to nothing, not to everything. */
	f.asset = "a-0000000000";
	assert_int_equal(query_alerts_count(x->q, &f, &n), 0);
	assert_int_equal(n, 0);
}

static void
test_alerts_newest_first(void **state)
{
	struct reader *x = *state;
	struct query_filter f = {0};
	struct query_page page = {.limit = 2};
	struct seen up = {0}, down = {0};

	rig_learned(&x->r);
	for (uint8_t i = 100; i < 105; i++) {
		struct host h = sample_host(10, 0, 0, i);

		assert_int_equal(sample_endpoint(&x->r.x, &h, "arp"), 0);
	}
	assert_int_equal(store_commit(x->r.s), 0);
	do {
		assert_int_equal(
		    query_alerts(x->q, &f, &page, take_alert, &up), 0);
	} while (page.after != 0);
	f.newest_first = true;
	do {
		assert_int_equal(
		    query_alerts(x->q, &f, &page, take_alert, &down), 0);
	} while (page.after != 0);
	assert_int_equal(up.n, 5);
	assert_int_equal(down.n, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(up.id[i], down.id[4 - i]);
	}
	f = (struct query_filter){.severity = "medium", .state = "open"};
	page = (struct query_page){0};
	up.n = 0;
	assert_int_equal(query_alerts(x->q, &f, &page, take_alert, &up), 0);
	assert_int_equal(up.n, 5);
}

static int
take_one(void *arg, const struct query_asset *a)
{
	struct seen *s = arg;

	s->n++;
	s->last = *a;
	return 0;
}

static const char *
uid_of(const char *origin)
{
	static char buf[UID_TEXT];

	uid_text(buf, 'a', uid_make(origin, 0));
	return buf;
}

static void
test_one_by_its_id_even_when_joined(void **state)
{
	struct reader *x = *state;
	struct host a = sample_via(sample_host(10, 0, 1, 1), 7);
	struct host b = sample_via(sample_host(10, 0, 1, 2), 7);
	static struct seen s;
	char first[UID_TEXT], second[UID_TEXT];

	memset(&s, 0, sizeof(s));
	assert_int_equal(sample_endpoint(&x->r.x, &a, "traffic"), 0);
	assert_int_equal(sample_endpoint(&x->r.x, &b, "arp"), 0);
	uid_text(first, 'a', uid_make("10.0.1.1", 0));
	uid_text(second, 'a', uid_make("02:ee:00:00:00:07", 0));
	assert_int_equal(store_commit(x->r.s), 0);
	assert_int_equal(query_asset(x->q, second, take_one, &s), 0);
	assert_string_equal(s.last.id, second);
	assert_int_equal(sample_endpoint(&x->r.x, &a, "arp"), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	assert_int_equal(query_asset(x->q, second, take_one, &s), 0);
	assert_string_equal(s.last.id, first);
	assert_int_equal(s.last.nips, 2);
	assert_int_equal(s.last.nmacs, 1);
	assert_int_equal(
	    query_asset(x->q, "a-0000000000", take_one, &s), ERR_NOTFOUND);
	assert_int_equal(
	    query_asset(x->q, "nonsense", take_one, &s), ERR_NOTFOUND);
	assert_int_equal(s.n, 2);
}

/* What the row says, while it is there. */
static int
take_vendor(void *arg, const struct query_asset *a)
{
	char *text = arg;

	(void)snprintf(text, 128, "%s|%d|%zu|%s", a->vendor, a->vendor_by_mac,
	    a->nfacts, a->facts[a->nfacts - 1].via);
	return 0;
}

/* Shown until somebody knows better, found by it, and no rival of anybody. */
static void
test_maker_stands_in_for_the_vendor(void **state)
{
	struct reader *x = *state;
	struct host h = sample_host(10, 0, 1, 1);
	const char *id;
	char text[128];

	memcpy(h.end.mac, "\x00\x00\xbc\x12\x34\x56", 6);
	id = uid_of("00:00:bc:12:34:56");
	assert_int_equal(sample_endpoint(&x->r.x, &h, "arp"), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	count_assets(x, &(struct query_filter){.text = "Rockwell"}, 1);
	assert_int_equal(query_asset(x->q, id, take_vendor, text), 0);
	assert_string_equal(text, "Rockwell Automation|1|1|oui");
	assert_int_equal(
	    sample_identity(&x->r.x, &h, -1, "vendor", "ACME, Inc."), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	count_assets(x, &(struct query_filter){.text = "Rockwell"}, 0);
	assert_int_equal(query_asset(x->q, id, take_vendor, text), 0);
	assert_string_equal(text, "ACME, Inc.|0|2|oui");
}

static void
test_one_alert_by_its_id(void **state)
{
	struct reader *x = *state;
	struct query_page page = {0};
	const struct query_filter all = {0};
	struct host h = sample_host(10, 0, 0, 99);
	struct seen s = {0}, one = {0};

	rig_learned(&x->r);
	assert_int_equal(sample_endpoint(&x->r.x, &h, "arp"), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	assert_int_equal(query_alerts(x->q, &all, &page, take_alert, &s), 0);
	assert_int_equal(s.n, 1);
	assert_int_equal(query_alert(x->q, s.id[0], take_alert, &one), 0);
	assert_string_equal(one.id[0], s.id[0]);
	assert_int_equal(
	    query_alert(x->q, "e-0000000000", take_alert, &one), ERR_NOTFOUND);
	assert_int_equal(
	    query_alert(x->q, "a-x", take_alert, &one), ERR_NOTFOUND);
}

static void
test_sums_and_state(void **state)
{
	struct reader *x = *state;
	struct query_totals t;
	struct query_status s;

	assert_int_equal(query_totals(x->q, &t), 0);
	assert_int_equal(t.packets, HOSTS * (HOSTS + 1));
	assert_int_equal(t.operations, HOSTS * (HOSTS + 1));
	assert_int_equal(t.ops[EV_CLASS_READ], HOSTS * (HOSTS + 1) / 2);
	assert_int_equal(query_status(x->q, &s), 0);
	assert_int_equal(s.assets, HOSTS);
	assert_int_equal(s.links, HOSTS);
	assert_int_equal(s.behaviours, HOSTS);
	assert_true(s.learning);
	assert_int_equal(s.learn_from_ns, SAMPLE_START);
	assert_int_equal(
	    s.stream_ns, SAMPLE_START + (HOSTS - 1) * SAMPLE_SECOND);
	rig_learned(&x->r);
	assert_int_equal(store_commit(x->r.s), 0);
	assert_int_equal(query_status(x->q, &s), 0);
	assert_false(s.learning);
}

static int
take_counter(void *arg, const struct query_counter *c)
{
	uint64_t *sum = arg;

	assert_string_equal(c->sensor, "s0");
	*sum += c->value;
	return 0;
}

static void
test_counters_are_read(void **state)
{
	struct reader *x = *state;
	uint64_t sum = 0;

	assert_int_equal(store_counter(x->r.s, "s0", "a.b", 4), 0);
	assert_int_equal(store_counter(x->r.s, "s0", "a.c", 5), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	assert_int_equal(query_counters(x->q, take_counter, &sum), 0);
	assert_int_equal(sum, 9);
}

static void
test_callers_no_ends_the_call(void **state)
{
	struct reader *x = *state;
	const struct query_filter all = {0};
	struct query_page page = {0};
	struct seen s = {.stop = true};

	assert_int_equal(
	    query_assets(x->q, &all, &page, take_asset, &s), ERR_PERM);
	s.stop = false;
	assert_int_equal(query_assets(x->q, &all, &page, take_asset, &s), 0);
}

/* No call leaves a read transaction behind: the log can be cut. */
static void
test_reader_does_not_hold_the_log(void **state)
{
	struct reader *x = *state;
	const struct query_filter all = {0};
	struct query_page page = {.limit = 3};
	struct seen s = {0};
	int64_t before, after;
	sqlite3 *db;
	char path[128];
	int log = -1, done = -1;

	assert_int_equal(query_version(x->q, &before), 0);
	assert_int_equal(query_assets(x->q, &all, &page, take_asset, &s), 0);
	assert_int_equal(store_tick(x->r.s, x->r.x.ts_ns), 0);
	assert_int_equal(store_commit(x->r.s), 0);
	(void)snprintf(path, sizeof(path), "%s/otus.db", x->r.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_wal_checkpoint_v2(
			     db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &log, &done),
	    SQLITE_OK);
	(void)sqlite3_close(db);
	assert_int_equal(query_version(x->q, &after), 0);
	assert_int_not_equal(before, after);
}

static void
test_no_database_is_told(void **state)
{
	struct query *q = NULL;

	(void)state;
	assert_int_equal(query_open("/nonexistent", &q), ERR_NOENT);
	assert_null(q);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_pages_are_the_whole),
	    T(test_assets_are_filtered),
	    T(test_links_and_alerts_of_one_asset),
	    T(test_alerts_newest_first),
	    T(test_one_by_its_id_even_when_joined),
	    T(test_maker_stands_in_for_the_vendor),
	    T(test_one_alert_by_its_id),
	    T(test_sums_and_state),
	    T(test_counters_are_read),
	    T(test_callers_no_ends_the_call),
	    T(test_reader_does_not_hold_the_log),
	    cmocka_unit_test(test_no_database_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
