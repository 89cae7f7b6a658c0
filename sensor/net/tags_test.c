/*
 * Which directions with different VLAN tags are one conversation, and which
 * are two.
 */
#include "net/wire_test.h"

#define ACK 0x10

static void
tagged(struct wire *w, uint16_t vlan, bool request, uint16_t i)
{
	uint32_t c = 100 + 12u * i, s = 200 + 13u * i;
	uint8_t b[64];

	w->vlan = vlan;
	if (request) {
		wire_tcp(w, wire_to(502), c, s, ACK, b, wire_read(b, i, i));
	} else {
		wire_tcp(
		    w, wire_from(502), s, c + 12, ACK, b, wire_reply(b, i, i));
	}
	w->vlan = 0;
}

static void
test_directions_with_different_tags_are_one(void **state)
{
	struct wire *w = wire_new(true);
	const char *t;

	(void)state;
	for (uint16_t i = 0; i < 5; i++) {
		tagged(w, 0, true, i);
		tagged(w, 5, false, i);
	}
	net_finish(w->net);
	t = wire_text(w);
	assert_int_equal(net_counters(w->net)->flows, 1);
	assert_int_equal(net_counters(w->net)->flows_joined, 1);
	assert_int_equal(wire_count(t, "\"req_frame\""), 5);
	/* each with the tags of its packet; the link is one */
	assert_int_equal(
	    wire_count(
		t, "\"vlan\":[5],\"src\":{\"mac\":\"02:00:0a:00:00:02\""),
	    6);
	assert_int_equal(wire_count(t, "\"kind\":\"traffic\""), 1);
	wire_free(w);
}

static void
test_clones_in_other_vlans_stay_apart(void **state)
{
	struct wire *w = wire_new(false);

	(void)state;
	/* both directions under 6: 7 is another one */
	tagged(w, 6, true, 0);
	tagged(w, 6, false, 0);
	tagged(w, 7, false, 0);
	assert_int_equal(net_counters(w->net)->flows, 2);
	/* two that have heard the client only: whose reply is it? */
	tagged(w, 8, true, 0);
	tagged(w, 9, true, 0);
	tagged(w, 10, false, 0);
	assert_int_equal(net_counters(w->net)->flows_joined, 0);
	wire_free(w);
}

static void
test_other_network_cards_are_not_joined(void **state)
{
	(void)state;
	for (uint8_t clone = 1; clone < 4; clone++) {
		struct wire *w = wire_new(false);

		tagged(w, 6, true, 0);
		w->clone = clone;
		tagged(w, 7, false, 0);
		assert_int_equal(net_counters(w->net)->flows, 2);
		wire_free(w);
	}
}

static void
test_answer_of_another_stream_is_not_joined(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];

	(void)state;
	tagged(w, 6, true, 0);
	w->vlan = 7;
	wire_tcp(w, wire_from(502), 200, 112 + (3u << 20), ACK, b,
	    wire_reply(b, 0, 0));
	assert_int_equal(net_counters(w->net)->flows_joined, 0);
	wire_free(w);
}

static void
test_joined_flow_is_parted_when_it_was_two(void **state)
{
	struct wire *w = wire_new(false);

	(void)state;
	tagged(w, 6, true, 0);
	tagged(w, 7, false, 0);
	assert_int_equal(net_counters(w->net)->flows_joined, 1);
	/* the server under the client's tag as well */
	tagged(w, 6, false, 1);
	tagged(w, 7, false, 2);
	assert_int_equal(net_counters(w->net)->flows, 2);
	assert_int_equal(net_counters(w->net)->flows_joined, 1);
	wire_free(w);
	/* the client under the server's tag */
	w = wire_new(false);
	tagged(w, 6, true, 0);
	tagged(w, 7, false, 0);
	tagged(w, 7, true, 1);
	assert_int_equal(net_counters(w->net)->flows, 2);
	assert_int_equal(net_counters(w->net)->flows_joined, 1);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_directions_with_different_tags_are_one),
	    cmocka_unit_test(test_clones_in_other_vlans_stay_apart),
	    cmocka_unit_test(test_other_network_cards_are_not_joined),
	    cmocka_unit_test(test_answer_of_another_stream_is_not_joined),
	    cmocka_unit_test(test_joined_flow_is_parted_when_it_was_two),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
