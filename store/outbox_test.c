/*
 * outbox_test: what is given out, in which order, and what a word that it
 * arrived does.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "limits.h"
#include "store/harness.h"
#include "store/outbox.h"
#include "store/store_priv.h"

static struct host plc;

struct got {
	size_t n, stop_at;
	int stop_with;
	int64_t id[300];
	char event[300][OUTBOX_EVENT_MAX];
	char src[64], title[64], attack[64];
};

static int
take(void *arg, const struct outbox_item *i)
{
	struct got *g = arg;

	assert_true(g->n < 300);
	g->id[g->n] = i->id;
	(void)snprintf(g->event[g->n], sizeof(g->event[0]), "%s", i->event);
	(void)snprintf(g->src, sizeof(g->src), "%s", i->alert.src.ip);
	(void)snprintf(g->title, sizeof(g->title), "%s", i->alert.title);
	(void)snprintf(g->attack, sizeof(g->attack), "%s", i->alert.attack);
	assert_int_equal(i->count, 1);
	g->n++;
	return g->n == g->stop_at ? g->stop_with : 0;
}

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, RIG_LEARNS, NULL);
	(void)rig_rules(&r,
	    "[t]\ntitle = from {src}\non = operation\nwhen = class = 'write'\n"
	    "severity = high\nattack = T0855, T0836\ngroup = src\n"
	    "soc = s\not = o\ncheck = c\n");
	plc = sample_host(10, 0, 0, 3);
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
alert(struct rig *r, uint8_t n)
{
	struct host h = sample_host(10, 0, 1, n);

	assert_int_equal(sample_write(&r->x, &h, &plc, 1, 1, 1), 0);
}

static struct got
next(struct rig *r, int64_t after, unsigned max)
{
	struct got g = {0};

	assert_int_equal(store_outbox_next(r->s, after, max, take, &g), 0);
	return g;
}

static uint64_t
waiting(struct rig *r)
{
	uint64_t n = 0;

	assert_int_equal(store_outbox_waiting(r->s, &n), 0);
	return n;
}

static void
test_only_what_is_committed_is_given(void **state)
{
	struct rig *r = *state;
	struct got g;

	alert(r, 1);
	assert_int_equal(next(r, 0, 10).n, 0);
	assert_int_equal(store_commit(r->s), 0);
	g = next(r, 0, 10);
	assert_int_equal(g.n, 1);
	assert_string_equal(g.src, "10.0.1.1");
	assert_string_equal(g.title, "from 10.0.1.1");
	assert_string_equal(g.attack, "T0855, T0836");
	/* A further one is under way: it does not hide the first. */
	alert(r, 2);
	g = next(r, 0, 10);
	assert_int_equal(g.n, 1);
	assert_int_equal(waiting(r), 2);
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(next(r, 0, 10).n, 2);
	assert_int_equal(next(r, g.id[0], 10).n, 1);
}

static void
test_what_is_taken_back_is_never_given(void **state)
{
	struct rig *r = *state;
	struct got g;

	alert(r, 1);
	assert_int_equal(store_commit(r->s), 0);
	alert(r, 2);
	store_fail(r->s);
	g = next(r, 0, 10);
	assert_int_equal(g.n, 1);
	alert(r, 3);
	assert_int_equal(store_commit(r->s), 0);
	g = next(r, g.id[0], 10);
	assert_int_equal(g.n, 1);
	assert_string_equal(g.src, "10.0.1.3");
}

static void
test_order_and_bounds(void **state)
{
	struct rig *r = *state;
	struct got g;

	for (uint8_t i = 1; i <= 50; i++) {
		alert(r, i);
	}
	assert_int_equal(store_commit(r->s), 0);
	g = next(r, 0, 20);
	assert_int_equal(g.n, 20);
	for (size_t i = 1; i < g.n; i++) {
		assert_true(g.id[i] > g.id[i - 1]);
		assert_string_not_equal(g.event[i], g.event[i - 1]);
	}
	assert_int_equal(next(r, 0, 0).n, 0);
	assert_int_equal(next(r, g.id[19], 100).n, 30);
	assert_int_equal(next(r, INT64_MAX, 100).n, 0);
	/* The one who takes may stop, and may fail. */
	g = (struct got){.stop_at = 3, .stop_with = 1};
	assert_int_equal(store_outbox_next(r->s, 0, 50, take, &g), 0);
	assert_int_equal(g.n, 3);
	g = (struct got){.stop_at = 3, .stop_with = ERR_FULL};
	assert_int_equal(store_outbox_next(r->s, 0, 50, take, &g), ERR_FULL);
}

static void
test_sent_needs_the_event(void **state)
{
	struct rig *r = *state;
	struct got g;

	for (uint8_t i = 1; i <= 10; i++) {
		alert(r, i);
	}
	assert_int_equal(store_commit(r->s), 0);
	g = next(r, 0, 10);
	assert_int_equal(
	    store_outbox_sent(r->s, g.id[9], g.event[8]), ERR_PEER);
	assert_int_equal(store_outbox_sent(r->s, g.id[9], ""), ERR_PEER);
	assert_int_equal(waiting(r), 10);
	/* A row that does not exist says nothing. */
	assert_int_equal(
	    store_outbox_sent(r->s, g.id[9] + 1000, g.event[9]), 0);
	assert_int_equal(waiting(r), 10);
	assert_int_equal(store_outbox_sent(r->s, g.id[3], g.event[3]), 0);
	assert_int_equal(waiting(r), 6);
	assert_int_equal(next(r, 0, 10).id[0], g.id[4]);
	/* Said again it changes nothing, and opens no transaction. */
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(store_outbox_sent(r->s, g.id[3], g.event[3]), 0);
	assert_false(r->s->in_txn);
	assert_int_equal(waiting(r), 6);
}

static void
test_sent_outlives_a_restart(void **state)
{
	struct rig *r = *state;
	struct got g, h;

	for (uint8_t i = 1; i <= 4; i++) {
		alert(r, i);
	}
	assert_int_equal(store_commit(r->s), 0);
	g = next(r, 0, 10);
	assert_int_equal(store_outbox_sent(r->s, g.id[1], g.event[1]), 0);
	rig_restart(r);
	h = next(r, 0, 10);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.id[0], g.id[2]);
	assert_string_equal(h.event[0], g.event[2]);
}

static void
test_sent_ones_make_room_uncounted(void **state)
{
	struct rig *r = *state;
	struct got g;

	alert(r, 1);
	alert(r, 2);
	assert_int_equal(store_commit(r->s), 0);
	g = next(r, 0, 10);
	assert_int_equal(store_outbox_sent(r->s, g.id[0], g.event[0]), 0);
	/* As if it were full: the oldest thousand go. */
	r->s->outbox_rows = LIMIT_STORE_OUTBOX + 1;
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM outbox"), 0);
	assert_int_equal(rig_int(r, "SELECT value FROM counters WHERE "
				    "name = 'outbox.dropped'"),
	    1);
	assert_int_equal(store_outbox_sent(r->s, g.id[1], g.event[1]), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_only_what_is_committed_is_given),
	    TEST(test_what_is_taken_back_is_never_given),
	    TEST(test_order_and_bounds),
	    TEST(test_sent_needs_the_event),
	    TEST(test_sent_outlives_a_restart),
	    TEST(test_sent_ones_make_room_uncounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
