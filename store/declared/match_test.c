/*
 * match_test: the strongest proof decides, and what is not sure is not said.
 */
#include <stdlib.h>

#include "base/test.h"
#include "store/declared/match.h"

struct rec {
	int side;
	uint32_t party;
	enum proof proof;
	const char *key;
};

static void
run(struct match *m, const struct rec *r, size_t n)
{
	assert_int_equal(match_init(m, 3, 3), 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(
		    match_add(m, r[i].side, r[i].party, r[i].proof, r[i].key),
		    0);
	}
	match_run(m);
}

#define RUN(m, ...)                           \
	run((m), (struct rec[]){__VA_ARGS__}, \
	    sizeof((struct rec[]){__VA_ARGS__}) / sizeof(struct rec))
#define L(party, proof, key)                          \
	{                                             \
		MATCH_LEFT, party, PROOF_##proof, key \
	}
#define R(party, proof, key)                           \
	{                                              \
		MATCH_RIGHT, party, PROOF_##proof, key \
	}

static int
left(const struct match *m, int i)
{
	return m->party[MATCH_LEFT][i].partner;
}

static int
right(const struct match *m, int i)
{
	return m->party[MATCH_RIGHT][i].partner;
}

static void
test_the_stronger_proof_decides(void **state)
{
	struct match m;

	(void)state;
	/* By MAC 0 is 1; its IP is 2's, who has nobody then. */
	RUN(&m, L(0, MAC, "m"), L(0, IP, "i"), R(1, MAC, "m"), R(2, IP, "i"));
	assert_int_equal(left(&m, 0), 1);
	assert_int_equal(right(&m, 1), 0);
	assert_int_equal(right(&m, 2), MATCH_NONE);
	assert_int_equal(m.party[MATCH_LEFT][0].proof, PROOF_MAC);
	match_done(&m);
}

static void
test_a_weaker_proof_where_the_stronger_has_none(void **state)
{
	struct match m;

	(void)state;
	RUN(&m, L(0, MAC, "x"), L(0, IP, "i"), R(1, MAC, "m"), R(1, IP, "i"));
	assert_int_equal(left(&m, 0), 1);
	assert_int_equal(m.party[MATCH_LEFT][0].proof, PROOF_IP);
	match_done(&m);
}

static void
test_several_are_ambiguous_and_stay_so(void **state)
{
	struct match m;

	(void)state;
	/* Two rows with one MAC: the IP does not decide between them. */
	RUN(&m, L(0, MAC, "m"), L(1, MAC, "m"), L(0, IP, "i"), R(0, MAC, "m"),
	    R(0, IP, "i"));
	assert_int_equal(left(&m, 0), MATCH_MANY);
	assert_int_equal(left(&m, 1), MATCH_MANY);
	assert_int_equal(right(&m, 0), MATCH_MANY);
	match_done(&m);
	/* One row, two devices. */
	RUN(&m, L(0, MAC, "m"), L(0, MAC, "n"), R(0, MAC, "m"), R(1, MAC, "n"));
	assert_int_equal(left(&m, 0), MATCH_MANY);
	assert_int_equal(right(&m, 0), MATCH_MANY);
	assert_int_equal(right(&m, 1), MATCH_MANY);
	match_done(&m);
}

static void
test_two_keys_of_one_device_are_no_doubt(void **state)
{
	struct match m;

	(void)state;
	RUN(&m, L(0, MAC, "m"), L(0, MAC, "n"), R(2, MAC, "m"), R(2, MAC, "n"));
	assert_int_equal(left(&m, 0), 2);
	match_done(&m);
}

static bool
refuse_all(void *arg, uint32_t l, uint32_t r, enum proof p)
{
	(void)arg;
	(void)l;
	(void)r;
	return p == PROOF_SERIAL;
}

static void
test_the_refused_wait_for_the_next_proof(void **state)
{
	struct match m;

	(void)state;
	assert_int_equal(match_init(&m, 1, 1), 0);
	m.refuse = refuse_all;
	assert_int_equal(match_add(&m, MATCH_LEFT, 0, PROOF_SERIAL, "1"), 0);
	assert_int_equal(match_add(&m, MATCH_RIGHT, 0, PROOF_SERIAL, "1"), 0);
	assert_int_equal(match_add(&m, MATCH_LEFT, 0, PROOF_IP, "i"), 0);
	assert_int_equal(match_add(&m, MATCH_RIGHT, 0, PROOF_IP, "i"), 0);
	match_run(&m);
	assert_int_equal(left(&m, 0), 0);
	assert_int_equal(m.party[MATCH_LEFT][0].proof, PROOF_IP);
	match_done(&m);
}

static void
test_a_crowd_is_not_looked_at_pair_by_pair(void **state)
{
	struct match m;

	(void)state;
	assert_int_equal(match_init(&m, 1000, 1000), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(
		    match_add(&m, MATCH_LEFT, i, PROOF_NAME, "pump"), 0);
		assert_int_equal(
		    match_add(&m, MATCH_RIGHT, i, PROOF_NAME, "pump"), 0);
	}
	match_run(&m);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(left(&m, i), MATCH_MANY);
		assert_int_equal(right(&m, i), MATCH_MANY);
	}
	match_done(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_stronger_proof_decides),
	    cmocka_unit_test(test_a_weaker_proof_where_the_stronger_has_none),
	    cmocka_unit_test(test_several_are_ambiguous_and_stay_so),
	    cmocka_unit_test(test_two_keys_of_one_device_are_no_doubt),
	    cmocka_unit_test(test_the_refused_wait_for_the_next_proof),
	    cmocka_unit_test(test_a_crowd_is_not_looked_at_pair_by_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
