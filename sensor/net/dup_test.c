/*
 * dup_test: packets that the mirror delivers twice, and at what time.
 */
#include "net/wire_test.h"

#define SYN    0x02
#define ACK    0x10
#define OPS(w) ((w)->events[EV_OPERATION])

static void
test_mirrored_datagram_is_told_once(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	size_t n = wire_read(b, 1, 10);

	(void)state;
	wire_udp(w, wire_to(502), b, n);
	w->ip_id--; /* the same packet again */
	wire_udp(w, wire_to(502), b, n);
	assert_int_equal(OPS(w), 1);
	assert_int_equal(net_counters(w->net)->span_duplicates, 1);
	/* sent again by the client: kept, and marked */
	wire_udp(w, wire_to(502), b, n);
	assert_int_equal(OPS(w), 2);
	assert_int_equal(wire_count(wire_text(w), "\"dup\":true"), 1);
	wire_free(w);
}

/* The second port of a session is a few milliseconds late. */
static void
test_a_late_copy_begins_no_connection(void **state)
{
	struct wire *w = wire_new(false);
	uint8_t b[64];
	uint16_t next, first = (uint16_t)w->ip_id;

	(void)state;
	wire_tcp(w, wire_to(502), 99, 0, SYN, NULL, 0);
	wire_tcp(w, wire_from(502), 199, 100, SYN | ACK, NULL, 0);
	wire_tcp(w, wire_to(502), 100, 200, ACK, b, wire_read(b, 1, 10));
	next = (uint16_t)w->ip_id;
	w->ip_id = first;
	wire_tcp(w, wire_to(502), 99, 0, SYN, NULL, 0);
	w->ip_id = next;
	wire_tcp(w, wire_from(502), 200, 112, ACK, b, wire_reply(b, 1, 7));
	assert_int_equal(net_counters(w->net)->span_duplicates, 1);
	assert_int_equal(wire_count(wire_text(w), "\"rtt_us\""), 1);
	/* Later it is the same number of another connection. */
	w->ts_ns += NS_PER_SEC;
	wire_tcp(w, wire_to(502), 99, 0, SYN, NULL, 0);
	assert_int_equal(net_counters(w->net)->span_duplicates, 1);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mirrored_datagram_is_told_once),
	    cmocka_unit_test(test_a_late_copy_begins_no_connection),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
