/*
 * view_test: what cover counts of frames on their whole way: of which type
 * nothing knows, and which bytes of TCP were looked for.
 */
#include "net/cover.h"
#include "net/wire_test.h"

static struct coverage
view(struct wire *w)
{
	struct coverage x = {0}, sum = {0};
	uint32_t at = 0, iface;

	net_finish(w->net);
	while (cover_next(net_cover(w->net), &at, &x, &iface)) {
		for (int i = 0; i < COVERAGE_COUNTS; i++) {
			sum.count[i] += x.count[i];
		}
	}
	return sum;
}

/* A frame without IP; its bytes begin with the destination. */
static void
put(struct wire *w, const char *bytes, size_t n)
{
	struct frame f = {0};

	memcpy(w->frame, bytes, n);
	f.data = w->frame;
	f.len = f.caplen = (uint32_t)n;
	f.ts_ns = w->ts_ns;
	f.number = ++w->number;
	f.linktype = LINKTYPE_ETHERNET;
	wire_put(w, &f);
	w->ts_ns += NS_PER_SEC;
}

#define PUT(w, bytes) put((w), bytes, sizeof(bytes) - 1)

/* Chassis (MAC address), port (its name), time to live, end: 802.1AB, 8.5. */
#define LLDP                                         \
	"\x01\x80\xc2\0\0\x0e\x02\0\0\0\0\1\x88\xcc" \
	"\2\7\4\2\0\0\0\0\1\4\3\5p1\6\2\0\x78\0\0"

static void
test_what_a_dissector_reads_is_not_unknown(void **state)
{
	struct wire *w = wire_new(true);
	struct coverage x;

	(void)state;
	PUT(w, LLDP);
	PUT(w, LLDP);
	PUT(w, "\x02\0\0\0\0\2\x02\0\0\0\0\1\x12\x34 nobody's");
	x = view(w);
	assert_int_equal(x.count[COVERAGE_FRAMES], 3);
	assert_int_equal(x.count[COVERAGE_UNKNOWN], 1);
	assert_int_equal(net_counters(w->net)->unknown, 1);
	wire_free(w);
}

/* Requests of n, one in which is lost; they are acknowledged. */
static void
ask(struct wire *w, unsigned n, unsigned lost)
{
	uint8_t b[64], none = 0;
	uint32_t seq = 100;

	for (unsigned i = 0; i < n; i++) {
		size_t len = wire_read(b, (uint16_t)i, 0);

		if (i != lost) {
			wire_tcp(w, wire_to(502), seq, 1, 0x18, b, len);
			wire_tcp(w, wire_to(502), seq, 1, 0x18, b, len);
		}
		seq += (uint32_t)len;
		wire_tcp(w, wire_from(502), 1, seq, 0x10, &none, 0);
	}
}

/* Neither what comes twice nor what other protocols say dilutes it. */
static void
test_bytes_of_tcp_are_what_a_loss_is_of(void **state)
{
	struct wire *w = wire_new(true);
	struct coverage x;

	(void)state;
	ask(w, 50, 25);
	for (int i = 0; i < 50; i++) {
		wire_udp(w, wire_to(2222), "a datagram of some length", 25);
	}
	x = view(w);
	assert_int_equal(x.count[COVERAGE_LOST], 12);
	assert_int_equal(x.count[COVERAGE_GAPS], 1);
	assert_int_equal(x.count[COVERAGE_TCP], 49 * 12);
	wire_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_a_dissector_reads_is_not_unknown),
	    cmocka_unit_test(test_bytes_of_tcp_are_what_a_loss_is_of),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
