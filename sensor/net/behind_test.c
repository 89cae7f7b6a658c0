/*
 * behind_test: of each who is behind a server the first good reply is told.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/test.h"
#include "dissectors/registry.h"
#include "net/novelty.h"
#include "net/link.h"

struct filter {
	struct novelty *novelty;
	uint64_t now_ns;
	unsigned told;
};

static void
on_pass(void *arg, const struct ev *e)
{
	struct filter *f = arg;

	(void)e;
	f->told++;
}

static int
setup(void **state)
{
	static struct filter f;

	f = (struct filter){.now_ns = NS_PER_SEC};
	assert_int_equal(novelty_new(NULL, on_pass, &f, &f.novelty), 0);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct filter *f = *state;

	novelty_free(f->novelty);
	return 0;
}

static void
answer(struct filter *f, struct link *l, uint8_t cls, const struct ev_sub *who)
{
	struct ev_field field[4];
	struct ev e = {.f = field, .max_fields = 4};

	e.kind = EV_OPERATION;
	e.dir = EV_DIR_RESPONSE;
	e.flags = EV_HAS_RTT;
	e.proto = l->proto;
	e.cls = cls;
	e.op = "read";
	e.status = "ok";
	e.src.ipver = e.dst.ipver = 4;
	e.src.sub = *who;
	novelty_event(f->novelty, &e, l);
}

/* Whether his reply is wanted and told, and the next one is not. */
static bool
is_told_once(struct filter *f, struct link *l, const struct ev_sub *who)
{
	unsigned told = f->told;
	bool wanted = novelty_wants(f->novelty, who, 1, l);

	f->now_ns += 61 * NS_PER_SEC; /* another budget */
	novelty_tick(f->novelty, f->now_ns);
	answer(f, l, EV_CLASS_READ, who);
	answer(f, l, EV_CLASS_READ, who);
	return wanted && f->told == told + 1 &&
	       !novelty_wants(f->novelty, who, 1, l);
}

static void
test_stations(void **state)
{
	struct link l = {.proto = PROTO_DNP3};
	struct ev_sub who = {.kind = EV_SUB_ADDR};

	for (who.num = 1000; who.num < 1200; who.num++) {
		assert_true(is_told_once(*state, &l, &who));
	}
}

static void
test_slots(void **state)
{
	struct link l = {.proto = PROTO_ENIP};
	struct ev_sub who = {.kind = EV_SUB_PATH};

	for (unsigned slot = 0; slot < 17; slot++) {
		who.len =
		    (uint8_t)snprintf(who.path, sizeof(who.path), "1,%u", slot);
		assert_true(is_told_once(*state, &l, &who));
	}
}

static void
test_devices_of_two_networks(void **state)
{
	struct link l = {.proto = PROTO_BACNET};
	struct ev_sub who = {.kind = EV_SUB_BACNET, .len = 1};

	for (uint8_t i = 0; i < 16; i++) {
		who.net = 5 + i % 2;
		who.mac[0] = (uint8_t)(10 + i / 2);
		assert_true(is_told_once(*state, &l, &who));
	}
}

/* Of a server alone it would be no more than that it speaks the protocol. */
static void
test_who_opens_a_session_is_there(void **state)
{
	struct filter *f = *state;
	struct link l = {.proto = PROTO_ENIP};
	const struct ev_sub who = {
	    .kind = EV_SUB_PATH, .len = 3, .path = "2,7"};

	answer(f, &l, EV_CLASS_SESSION, &who);
	assert_int_equal(f->told, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_stations),
	    T(test_slots),
	    T(test_devices_of_two_networks),
	    T(test_who_opens_a_session_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
