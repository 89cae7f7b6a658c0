/*
 * A dissector that has seen what it wants of a connection: nothing of that one
 * is handed to it any more, and all of the next.  HTTP is such a one, once it
 * has switched to another protocol.
 */
#include "net/wire_test.h"

#define SYN 0x02
#define ACK 0x10

static uint32_t
say(struct wire *w, bool client, uint32_t seq, const char *text)
{
	size_t n = strlen(text);

	wire_tcp(w, client ? wire_to(80) : wire_from(80), seq, 1, ACK, text, n);
	return seq + (uint32_t)n;
}

#define GET    "GET / HTTP/1.1\r\n\r\n"
#define SWITCH "HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n"

static struct wire *
switched(uint32_t *ret_c, uint32_t *ret_s)
{
	struct wire *w = wire_new(false);

	wire_tcp(w, wire_to(80), 99, 0, SYN, NULL, 0);
	wire_tcp(w, wire_from(80), 199, 100, SYN | ACK, NULL, 0);
	*ret_c = say(w, true, 100, GET);
	*ret_s = say(w, false, 200, SWITCH);
	assert_int_equal(w->events[EV_OPERATION], 2);
	return w;
}

static void
test_nothing_comes_behind_the_end(void **state)
{
	uint32_t c, s;
	struct wire *w = switched(&c, &s);

	(void)state;
	c = say(w, true, c, GET);
	s = say(w, false, s, "HTTP/1.1 200 OK\r\n\r\n");
	/* nor is a loss told of what nobody reads */
	(void)say(w, true, c + 100, GET);
	w->ts_ns += 5 * NS_PER_SEC;
	(void)say(w, false, s, "x");
	assert_int_equal(w->events[EV_OPERATION], 2);
	assert_int_equal(w->events[EV_GAP], 0);
	assert_int_equal(w->events[EV_MALFORMED], 0);
	wire_free(w);
}

/* In one segment with what ends it, and of the other side's partial PDU. */
static void
test_what_waits_goes(void **state)
{
	struct wire *w = wire_new(false);
	uint32_t c;

	(void)state;
	c = say(w, true, 100, GET "GET /half");
	(void)say(w, false, 200, SWITCH GET);
	(void)say(w, true, c, " HTTP/1.1\r\n\r\n");
	assert_int_equal(w->events[EV_OPERATION], 2);
	assert_int_equal(w->events[EV_MALFORMED], 0);
	wire_free(w);
}

static void
test_next_connection_is_read(void **state)
{
	uint32_t c, s;
	struct wire *w = switched(&c, &s);

	(void)state;
	wire_tcp(w, wire_to(80), 70000, 0, SYN, NULL, 0);
	wire_tcp(w, wire_from(80), 80000, 70001, SYN | ACK, NULL, 0);
	(void)say(w, true, 70001, GET);
	assert_int_equal(w->events[EV_OPERATION], 3);
	(void)say(w, false, 80001, "HTTP/1.1 404 N\r\n\r\n");
	assert_int_equal(w->events[EV_OPERATION], 4);
	wire_free(w);
}

/* Its beginning was not captured; the sequence number is far off. */
static void
test_next_connection_without_its_beginning_is_read(void **state)
{
	uint32_t c, s;
	struct wire *w = switched(&c, &s);

	(void)state;
	(void)say(w, true, c + (256u << 20), GET);
	assert_int_equal(w->events[EV_OPERATION], 3);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_comes_behind_the_end),
	    cmocka_unit_test(test_what_waits_goes),
	    cmocka_unit_test(test_next_connection_is_read),
	    cmocka_unit_test(
		test_next_connection_without_its_beginning_is_read),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
