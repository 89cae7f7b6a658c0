/*
 * record_test: services, states, transfers, and what is only counted.
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
test_service_is_asked_then_answers(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_service(&r->x, &hmi, &plc, false), 0);
	assert_int_equal(rig_int(r, "SELECT answers FROM services"), 0);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, true), 0);
	assert_int_equal(sample_service(&r->x, &hmi, &plc, false), 0);
	assert_int_equal(rig_int(r, "SELECT answers FROM services"), 1);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM services"), 1);
}

static void
test_states_are_a_history_of_changes(void **state)
{
	static const char *const said[] = {
	    "running", "running", "stopped", "running", "running"};
	struct rig *r = *state;
	char buf[64];

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct ev *e = start(r, EV_STATE, &plc, NULL);

		ev_name(e, EVF_STATE, said[i]);
		assert_int_equal(sample_send(&r->x), 0);
		sample_wait(&r->x, SAMPLE_SECOND);
	}
	assert_string_equal(
	    rig_text(r, "SELECT group_concat(state || count) FROM states", buf,
		sizeof(buf)),
	    "running2,stopped1,running2");
}

static void
test_transfer_is_one_row_from_begin_to_end(void **state)
{
	static const struct {
		const char *phase;
		uint64_t bytes;
	} steps[] = {{"begin", 0}, {"progress", 100}, {"end", 250},
	    {"begin", 0}, {"progress", 7}};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct ev *e = start(r, EV_TRANSFER, &hmi, &plc);

		e->dir = EV_DIR_REQUEST;
		ev_name(e, EVF_PHASE, steps[i].phase);
		ev_name(e, EVF_DIRECTION, "to_device");
		ev_name(e, EVF_NAME, "main");
		ev_uint(e, EVF_BYTES, steps[i].bytes);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM transfers"), 2);
	assert_int_equal(
	    rig_int(r, "SELECT bytes FROM transfers WHERE phase = 'end'"), 250);
}

static void
test_stations_are_children_with_their_role(void **state)
{
	static const struct {
		const char *relation;
		uint32_t num;
	} says[] = {{"outstation", 10}, {"outstation", 11}, {"outstation", 10},
	    {"master", 3}, {"routes", 12}};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		struct ev *e = start(r, EV_TOPOLOGY, &plc, &hmi);

		e->flags |= EV_HAS_SUBJECT;
		e->subject = e->src;
		e->subject.sub.kind = EV_SUB_ADDR;
		e->subject.sub.num = says[i].num;
		ev_name(e, EVF_RELATION, says[i].relation);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets "
				    "WHERE carrier IS NOT NULL"),
	    3);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM addresses WHERE sub_kind = "
		       "'addr' AND asset != 0 AND (roles & 3) = 1"),
	    2);
}

static void
test_violations_and_gaps_are_counted_with_their_repeats(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	for (int i = 0; i < 2; i++) {
		e = start(r, EV_MALFORMED, &hmi, &plc);
		e->dir = EV_DIR_REQUEST;
		ev_name(e, EVF_REASON, "length");
		ev_uint(e, EVF_OFFSET, 4);
		if (i == 1) {
			e->flags |= EV_REPEAT;
			ev_uint(e, EVF_COUNT, 40);
		}
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count FROM malformed"), 41);
	e = start(r, EV_GAP, &hmi, &plc);
	ev_uint(e, EVF_LOST, UINT64_MAX);
	ev_name(e, EVF_CAUSE, "loss");
	assert_int_equal(sample_send(&r->x), 0);
	assert_true(rig_int(r, "SELECT lost FROM gaps") > 0);
}

static void
test_topology_and_log_ins_are_one_row_a_thing(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 3; i++) {
		struct ev *e = start(r, EV_TOPOLOGY, &plc, NULL);

		ev_name(e, EVF_RELATION, "routes");
		ev_name(e, EVF_PEER, "network 5");
		assert_int_equal(sample_send(&r->x), 0);
		e = start(r, EV_AUTH, &hmi, &plc);
		e->dir = EV_DIR_REQUEST;
		ev_name(e, EVF_ACTION, "fail");
		ev_name(e, EVF_USER, "admin");
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count FROM topology"), 3);
	assert_int_equal(rig_int(r, "SELECT count FROM auths"), 3);
}

/* A port that speaks for its switch, a relay for a client. */
static void
test_topology_is_the_subject_s(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	e = start(r, EV_TOPOLOGY, &plc, NULL);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = hmi.end;
	ev_name(e, EVF_RELATION, "port");
	ev_name(e, EVF_PEER, "1");
	assert_int_equal(sample_send(&r->x), 0);
	assert_int_equal(
	    rig_int(r, "SELECT count(*) FROM topology AS t JOIN addresses AS "
		       "a ON a.id = t.addr WHERE a.ip = '10.0.0.57'"),
	    1);
}

/* What one address can fill is bounded; what is there goes on. */
static void
test_notes_of_one_address_are_bounded(void **state)
{
	struct rig *r = *state;
	char peer[32];

	for (int i = 0; i < LIMIT_STORE_NOTES_PER_ADDRESS + 100; i++) {
		struct ev *e = start(r, EV_TOPOLOGY, &plc, NULL);

		(void)snprintf(peer, sizeof(peer), "network %d", i);
		ev_name(e, EVF_RELATION, "routes");
		ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, strlen(peer));
		assert_int_equal(sample_send(&r->x), 0);
	}
	for (int i = 0; i < 2; i++) {
		struct ev *e = start(r, EV_TOPOLOGY, &plc, NULL);

		ev_name(e, EVF_RELATION, "routes");
		ev_name(e, EVF_PEER, "network 7");
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM topology"),
	    LIMIT_STORE_NOTES_PER_ADDRESS);
	assert_int_equal(rig_int(r, "SELECT count FROM topology WHERE "
				    "peer = 'network 7'"),
	    3);
}

static void
test_behaviours_count_and_range(void **state)
{
	struct rig *r = *state;
	char buf[64];

	for (uint16_t v = 5; v < 8; v++) {
		assert_int_equal(sample_write(&r->x, &hmi, &plc, 1, 9, v), 0);
		sample_wait(&r->x, SAMPLE_SECOND);
	}
	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 0, 10), 0);
	assert_int_equal(sample_repeat(&r->x, &hmi, &plc, 1, 0, 10, 1000), 0);
	rig_restart(r);
	assert_int_equal(sample_repeat(&r->x, &hmi, &plc, 1, 0, 10, 1000), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM behaviours"), 2);
	assert_int_equal(
	    rig_int(r, "SELECT count FROM behaviours WHERE class = 'read'"),
	    2001);
	assert_string_equal(
	    rig_text(r,
		"SELECT count || ' ' || min || ' ' || max || ' ' || "
		"value FROM behaviours WHERE class = 'write'",
		buf, sizeof(buf)),
	    "3 5.0 7.0 [7]");
}

static void
test_behaviours_of_one_link_are_bounded(void **state)
{
	struct rig *r = *state;

	for (uint32_t i = 0; i < LIMIT_STORE_BEHAVIOURS_PER_LINK + 200; i++) {
		assert_int_equal(
		    sample_read(&r->x, &hmi, &plc, 1, (uint16_t)i, 1), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM behaviours"),
	    LIMIT_STORE_BEHAVIOURS_PER_LINK);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_service_is_asked_then_answers),
	    T(test_states_are_a_history_of_changes),
	    T(test_transfer_is_one_row_from_begin_to_end),
	    T(test_stations_are_children_with_their_role),
	    T(test_violations_and_gaps_are_counted_with_their_repeats),
	    T(test_topology_and_log_ins_are_one_row_a_thing),
	    T(test_topology_is_the_subject_s),
	    T(test_notes_of_one_address_are_bounded),
	    T(test_behaviours_count_and_range),
	    T(test_behaviours_of_one_link_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
