/*
 * Where ADUs begin and end: segments, datagrams, RTU, gaps, and ports that
 * mean nothing.
 */
#include <stdio.h>

#include "dissectors/modbus/modbus_test.h"

static const struct {
	uint8_t side;
	const char *pdu;
} talk[] = {
    {A, "01 01 0000 0008"},
    {B, "01 01 01 55"},
    {A, "01 03 0010 0002"},
    {B, "01 03 04 00010002"},
    {A, "01 06 0000 1234"},
    {B, "01 06 0000 1234"},
    {A, "01 0f 0000 000a 02 5503"},
    {B, "01 0f 0000 000a"},
    {A, "01 07"},
    {B, "01 07 01"},
    {A, "01 11"},
    {B, "01 11 05 00ff414243"},
    {A, "01 2b 0e 01 00"},
    {B, "01 2b 0e 01 01 00 00 02 00 01 41 01 02 4243"},
    {A, "01 16 0004 00f2 0025"},
    {B, "01 16 0004 00f2 0025"},
    {A, "01 17 0003 0001 000e 0001 02 00ff"},
    {B, "01 17 02 00fe"},
    {A, "01 18 04de"},
    {B, "01 18 0006 0002 01b8 1284"},
    {A, "01 14 07 06 0004 0001 0001"},
    {B, "01 14 04 03 06 0dfe"},
    {A, "01 08 0000 a537"},
    {B, "01 08 0000 a537"},
    {A, "01 04 0000 0001"},
    {B, "01 84 02"},
    {A, "01 5a 00 02"},
    {B, "01 5a 00 fe 1234"},
    {A, "01 0c"},
    {B, "01 0c 08 0000 0108 0121 2000"},
};

#define TALKS (sizeof(talk) / sizeof(talk[0]))

/* How a PDU is wrapped and sent. */
struct wrapping {
	void (*send)(struct harness *, uint8_t, uint16_t, const char *);
};

static void
as_rtu(struct harness *h, uint8_t side, uint16_t txn, const char *pdu)
{
	rtu(h, side, pdu);
}

/* The whole talk, cut into pieces of a size; what it told. */
static char *
whole_talk(uint16_t port, size_t segment, const struct wrapping *w)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);
	char *lines;

	h->port[1] = port;
	h->segment = segment;
	for (size_t i = 0; i < TALKS; i++) {
		w->send(h, talk[i].side, (uint16_t)(1 + i / 2), talk[i].pdu);
	}
	assert_int_equal(h->ok, TALKS);
	assert_int_equal(h->bad + h->not_mine, 0);
	assert_int_equal(harness_waiting(h), 0);
	lines = strdup(harness_take(h));
	harness_free(h);
	assert_non_null(lines);
	return lines;
}

static void
test_segmentation_changes_nothing(void **state)
{
	static const uint16_t ports[] = {502, 40002};
	static const struct wrapping ways[] = {{mbap}, {as_rtu}};

	for (size_t i = 0; i < 4; i++) {
		uint16_t port = ports[i / 2];
		char *whole = whole_talk(port, 0, &ways[i % 2]);

		for (size_t segment = 1; segment <= 17; segment++) {
			char *cut = whole_talk(port, segment, &ways[i % 2]);

			assert_string_equal(cut, whole);
			free(cut);
		}
		free(whole);
	}
}

static void
test_several_pdus_in_a_segment(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A,
	    "0001 0000 0006 0a 01 0000 0001 0002 0000 0006 0a 02 0000 0001"
	    "0003 0000 0006 0a 03 0000");
	assert_int_equal(h->ok, 2);
	harness_hex(h, A, "0001 0004 0000 0002 0a 07");
	assert_int_equal(h->ok, 4);
	harness_hex(h, B,
	    "0001 0000 0004 0a 01 01 01 0002 0000 0004 0a 02 01 00"
	    "0003 0000 0005 0a 03 02 0007 0004 0000 0003 0a 07 00");
	assert_int_equal(h->ok, 8);
	assert_int_equal(harness_waiting(h), 0);
	assert_true(harness_has(h, "'req_frame':2,'framing':'tcp','txn':3"));
	harness_free(h);
}

/* Sent at once and byte by byte. */
static void
expect_same(uint8_t side, const uint8_t *p, size_t n, const char *text)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);
	char *lines;

	h->claimed = true;
	harness_send(h, side, p, n);
	assert_true(harness_has(h, text));
	lines = strdup(harness_take(h));
	assert_non_null(lines);
	harness_reset(h);
	h->claimed = true;
	h->segment = 1;
	harness_send(h, side, p, n);
	assert_string_equal(harness_take(h), lines);
	free(lines);
	harness_free(h);
}

static void
test_what_is_whole_first_wins(void **state)
{
	uint8_t buf[WRAP_MAX];
	size_t n;

	/* RTU by its CRC, and its first eight bytes a good MBAP message. */
	n = wrap_rtu("01 10 0000 0002 04 0700 0000", buf);
	expect_same(A, buf, n, "'framing':'tcp','txn':272,'unit':4,'fc':7");
	/* A response whose CRC still fits with a 0 behind it, which makes it
	 * as long as a request. */
	n = wrap_rtu("01 01 02 0001", buf);
	buf[n] = 0;
	expect_same(
	    B, buf, n + 1, "'values':[0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0]");
}

static void
test_every_transaction_id_is_mbap(void **state)
{
	for (unsigned txn = 0; txn < 65536; txn += 7) {
		struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

		mbap(h, A, (uint16_t)txn, "ff 10 0000 0001 02 1234");
		if (h->ok != 1 || !harness_has(h, "'framing':'tcp'")) {
			fail_msg("transaction %u", txn);
		}
		harness_free(h);
	}
}

static void
test_foreign_protocols_are_left_alone(void **state)
{
	static const char *const all[] = {
	    "474554202f20485454502f312e310d0a",         /* HTTP */
	    "160301020001000001fc0303",                 /* TLS */
	    "5353482d322e302d4f70656e5353480d0a",       /* SSH */
	    "0300001611e00000001400c1020100c2020102",   /* TPKT, COTP */
	    "6500040000000000000000000000000000000000", /* ENIP */
	    "056405c0010000040ee9",                     /* DNP3 */
	    "00000000000000000000000000000000",
	    "ffffffffffffffffffffffffffffffff",
	    "0001 0000 0006 0a 41 0000 0001", /* no function of the standard */
	    "0001 0000 0006 0a 01 0000 0000", /* no quantity */
	    "0001 0000 0003 0a 83 00",        /* no exception */
	};

	for (size_t i = 0; i < 2 * sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = odd_flow(i % 2 ? DIS_UDP : DIS_TCP);

		harness_hex(h, A, all[i / 2]);
		assert_false(h->claimed);
		assert_int_equal(h->events, 0);
		harness_free(h);
	}
}

static void
test_unproven_flow_on_an_odd_port_is_given_up(void **state)
{
	struct harness *h = odd_flow(DIS_TCP);

	mbap(h, A, 1, "0a 01 0000 0001");
	assert_true(h->claimed);
	(void)harness_take(h);
	harness_hex(h, B, "ffffffffffffffffffff");
	mbap(h, B, 2, "0a 01 0000 0001");
	harness_assert(h, "");
	harness_free(h);
}

static void
test_probe_tells_the_length(void **state)
{
	static const uint8_t adu[] = {0, 1, 0, 0, 0, 6, 10, 1, 0, 0, 0, 1, 99};
	size_t len = 0;
	struct dis_probe pr = {.transport = DIS_TCP, .ret_len = &len};
	struct rd r = rd_make(adu, sizeof(adu));

	assert_int_equal(dissector_modbus.probe(r, &pr), DIS_OK);
	assert_int_equal(len, 12);
}

static void
test_datagrams(void **state)
{
	struct harness *h = flow(DIS_UDP);

	mbap(h, A, 1, "0a 01 0000 0001");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'read_coils','code':1,"
	    "'class':'read','framing':'udp','txn':1,'unit':10,'fc':1,"
	    "'addr':0,'qty':1}\n");
	/* Two of them in one. */
	harness_hex(
	    h, B, "0001 0000 0004 0a 01 01 01 0002 0000 0004 0a 01 01 01");
	assert_int_equal(h->ok, 3);
	/* What is behind is no ADU. */
	(void)harness_take(h);
	harness_hex(h, A, "0003 0000 0002 0a 07 00");
	assert_true(harness_has(h, "'op':'read_exception_status'"));
	assert_true(harness_has(h, "'reason':'datagram_short','offset':1"));
	harness_free(h);
}

static void
test_cut_datagram_is_not_malformed(void **state)
{
	static const uint8_t adu[] = {0, 1, 0, 0, 0, 6, 10};
	struct harness *h = flow(DIS_UDP);

	mbap(h, A, 1, "0a 01 0000 0001");
	(void)harness_take(h);
	harness_send_cut(h, A, adu, sizeof(adu));
	harness_assert(h, "");
	assert_int_equal(h->more, 1);
	harness_free(h);
}

static void
test_repeated_datagram_waits_once(void **state)
{
	static const uint8_t adu[] = {0, 1, 0, 0, 0, 6, 10, 1, 0, 0, 0, 1};
	struct harness *h = flow(DIS_UDP);

	harness_send(h, A, adu, sizeof(adu));
	(void)harness_take(h);
	harness_send_dup(h, A, adu, sizeof(adu));
	assert_true(harness_has(h, "'dir':'request','dup':true,'op'"));
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_gap_resumes_at_the_next_header(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, B, 0, "0a 03 02 0000");
	mbap(h, A, 1, "0a 03 0000 0010");
	harness_hex(h, B, "0001 0000 0023 0a 03 20 0000 0000");
	(void)harness_take(h);
	harness_gap(h, B);
	/* The rest of a response, then the next one. */
	harness_hex(
	    h, B, "0000 0000 0005 0000 0001 0002 0000 0005 0a 03 02 0007");
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'read_holding_registers','code':3,'class':'read',"
	    "'status':'ok','framing':'tcp','txn':2,'unit':10,'fc':3,"
	    "'values':[7]}\n");
	harness_free(h);
}

/* A function without a form of its own, where a message must begin. */
static void
test_unknown_function_is_told_behind_a_gap(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 41 0001");
	mbap(h, B, 1, "0a 41 0002");
	harness_gap(h, A);
	harness_gap(h, B);
	(void)harness_take(h);
	mbap(h, A, 2, "0a 41 0003");
	assert_true(harness_has(h, "'txn':2,'unit':10,'fc':65,'data':'0003'"));
	(void)harness_take(h);
	/* Not a violation, nor a unit that nobody spoke of. */
	mbap(h, B, 2, "0a 03 05 0000");
	harness_assert(h, "");
	harness_gap(h, B);
	mbap(h, B, 3, "0b 41 0003");
	harness_assert(h, "");
	harness_free(h);
	h = odd_flow(DIS_TCP);
	mbap(h, A, 300, "0a 03 0000 0001");
	mbap(h, B, 300, "0a 03 02 0000");
	harness_gap(h, A);
	(void)harness_take(h);
	mbap(h, A, 301, "0a 41 0003");
	harness_assert(h, "");
	harness_free(h);
}

static void
test_search_is_silent_about_what_it_passes(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 03 0000 0001");
	mbap(h, B, 1, "0a 03 02 0000");
	harness_gap(h, B);
	(void)harness_take(h);
	/* A register dump that has a good RTU frame in it. */
	rtu(h, B, "01 03 02 0007");
	harness_assert(h, "");
	mbap(h, B, 2, "0a 03 02 0007");
	assert_true(harness_has(h, "'framing':'tcp','txn':2"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_umas_may_be_longer(void **state)
{
	struct harness *h = flow(DIS_TCP);
	char pdu[3000];

	(void)snprintf(pdu, sizeof(pdu), "00 5a 00 34 %02000d", 0);
	mbap(h, A, 1, pdu);
	assert_true(harness_has(h, "'umas':52,'len':1000"));
	assert_false(harness_has(h, "malformed"));
	(void)harness_take(h);
	(void)snprintf(pdu, sizeof(pdu), "00 5a 00 34 %02060d", 0);
	mbap(h, A, 1, pdu);
	assert_true(harness_has(h, "'reason':'mbap_length'"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_several_pdus_in_a_segment),
	    cmocka_unit_test(test_what_is_whole_first_wins),
	    cmocka_unit_test(test_unknown_function_is_told_behind_a_gap),
	    cmocka_unit_test(test_search_is_silent_about_what_it_passes),
	    cmocka_unit_test(test_every_transaction_id_is_mbap),
	    cmocka_unit_test(test_foreign_protocols_are_left_alone),
	    cmocka_unit_test(test_unproven_flow_on_an_odd_port_is_given_up),
	    cmocka_unit_test(test_probe_tells_the_length),
	    cmocka_unit_test(test_datagrams),
	    cmocka_unit_test(test_cut_datagram_is_not_malformed),
	    cmocka_unit_test(test_repeated_datagram_waits_once),
	    cmocka_unit_test(test_gap_resumes_at_the_next_header),
	    cmocka_unit_test(test_umas_may_be_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
