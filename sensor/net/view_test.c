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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_a_dissector_reads_is_not_unknown),
	};

	registry_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
