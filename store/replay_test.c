/*
 * replay_test: the same events make the same database, whatever the hash key,
 * however full the caches, and whether the writer was restarted in between.
 */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "dissectors/registry.h"
#include "store/export/export.h"
#include "store/harness.h"

#define EVENTS 4000
#define FEW    16 /* rows that the caches hold, instead of thousands */

static struct host
some_host(uint64_t *random)
{
	uint64_t v = test_random(random);

	return sample_host(10, 0, (uint8_t)(v >> 16 & 3), (uint8_t)v);
}

static int
tell_point(struct sample *x, const struct host *from, const struct host *to,
    uint32_t number, uint64_t v)
{
	struct ev *e = sample_start(x, EV_VALUE, from, to);

	e->proto = PROTO_DNP3;
	e->dir = EV_DIR_RESPONSE;
	ev_numbered(e, EVF_OBJECT, "analog_input", number);
	ev_uint(e, EVF_VALUE, v);
	ev_name(e, EVF_SOURCE, v > 6 ? ev_commanded : ev_reported);
	return sample_send(x);
}

/* What a plant of that many hosts may say, in no order at all. */
static int
some_event(struct sample *x, uint64_t *random)
{
	static const char *const hows[] = {"arp", "traffic", "traffic", "nd"};
	static const char *const statuses[] = {
	    "ok", "ok", "illegal_function", "gateway_target_failed"};
	struct host a = some_host(random), b = some_host(random);
	uint64_t v = test_random(random);
	uint16_t addr = (uint16_t)(v >> 20 & 15);
	uint8_t unit = (uint8_t)(v >> 30 & 3);
	struct host via = sample_via(a, (uint8_t)(v >> 40 & 7));

	sample_wait(x, v >> 36 & 0x3ffffff);
	switch (v & 15) {
	case 0: return sample_endpoint(x, &via, hows[v >> 8 & 3]);
	case 1:
	case 2: return sample_endpoint(x, &a, hows[v >> 8 & 3]);
	case 3: return sample_service(x, &a, &b, v >> 8 & 1);
	case 4:
		return sample_identity(
		    x, &b, (int)unit - 1, "model", v >> 8 & 1 ? "A" : "B");
	case 5: return sample_reply(x, &a, &b, unit, statuses[v >> 8 & 3]);
	case 6: return sample_write(x, &a, &b, unit, addr, (uint16_t)v);
	case 7: return sample_repeat(x, &a, &b, unit, addr, 1, v >> 8 & 255);
	case 8:
	case 9: return sample_traffic(x, &a, &b, v >> 8 & 15);
	case 10: return store_tick(x->s, x->ts_ns);
	case 11: return store_counter(x->s, "s", "capture.frames", v >> 60);
	case 12:
	case 13: return tell_point(x, &a, &b, addr, v >> 8 & 7);
	default: return sample_read(x, &a, &b, unit, addr, 2);
	}
}

static void
dump(struct rig *r, char **ret, size_t *ret_n)
{
	FILE *f = open_memstream(ret, ret_n);
	struct query *q;

	assert_non_null(f);
	harness_dump(r->dir, f);
	assert_int_equal(query_open(r->dir, &q), 0);
	for (int format = EXPORT_TABLE; format <= EXPORT_CSV; format++) {
		assert_int_equal(export_assets(q, NULL, format, f), 0);
		assert_int_equal(export_links(q, NULL, format, f), 0);
		assert_int_equal(export_alerts(q, NULL, format, f), 0);
	}
	query_close(q);
	assert_int_equal(fclose(f), 0);
}

/* restart: after so many events, 0 = never. */
static void
run(const char *key, uint32_t rows, unsigned restart, char **ret, size_t *ret_n)
{
	uint64_t random = 4711;
	struct rig r;

	assert_int_equal(setenv("OTUS_HASH_KEY", key, 1), 0);
	rig_start(&r, 60 * SAMPLE_SECOND, NULL);
	r.opt.cache_rows = rows;
	rig_restart(&r);
	for (unsigned i = 1; i <= EVENTS; i++) {
		assert_int_equal(some_event(&r.x, &random), 0);
		if (restart != 0 && i % restart == 0) {
			rig_restart(&r);
		}
	}
	assert_int_equal(store_commit(r.s), 0);
	dump(&r, ret, ret_n);
	rig_stop(&r);
}

static void
compare(const char *key, uint32_t rows)
{
	char *a, *b;
	size_t n, m;

	run("00000000000000000000000000000000", 0, 0, &a, &n);
	run(key, rows, 0, &b, &m);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n);
	assert_true(n > 100000);
	free(a);
	free(b);
}

static void
test_same_events_make_the_same_database(void **state)
{
	(void)state;
	compare("00000000000000000000000000000000", 0);
}

static void
test_hash_key_changes_nothing(void **state)
{
	(void)state;
	compare("ffeeddccbbaa99887766554433221100", 0);
}

static void
test_full_caches_change_nothing(void **state)
{
	(void)state;
	compare("0123456789abcdef0123456789abcdef", FEW);
}

/*
 * A writer that begins anew reads back what the other one knew.  Left out is
 * what a restart may change: the counters' runs.
 */
static void
cut_counters(char *text)
{
	char *from = strstr(text, "-- counters"), *to;

	assert_non_null(from);
	to = strstr(from, "-- evidence");
	assert_non_null(to);
	memmove(from, to, strlen(to) + 1);
}

static void
test_restarts_change_nothing(void **state)
{
	char *a, *b;
	size_t n, m;

	(void)state;
	run("00000000000000000000000000000000", 0, 0, &a, &n);
	run("00000000000000000000000000000000", 0, 500, &b, &m);
	cut_counters(a);
	cut_counters(b);
	assert_string_equal(a, b);
	free(a);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_events_make_the_same_database),
	    cmocka_unit_test(test_hash_key_changes_nothing),
	    cmocka_unit_test(test_full_caches_change_nothing),
	    cmocka_unit_test(test_restarts_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
