/*
 * The virtual link layer to the letter (annexes J and U), the probe, and
 * Ethernet.
 */
#include "dissectors/bacnet/bacnet_test.h"

static void
test_bdt_read_is_told_entry_by_entry(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, A, "81 02", ""); /* J.2.4 */
	h->ts_ns += 5000;
	bvlc(h, B, "81 03", /* J.2.5 */
	    "0a000014 bac0 ffffffff"
	    "0a000114 bac0 ffffff00");
	harness_assert(h, OP("request", "read_broadcast_distribution_table", 2,
			      "read", "'bvlc':2") OP("response",
			      "read_broadcast_distribution_table", 3, "read",
			      "'status':'ok','rtt_us':5,'req_frame':1,'bvlc':3,"
			      "'entries':["
			      "{'address':'10.0.0.20:47808','mask':'255.255."
			      "255.255'},"
			      "{'address':'10.0.1.20:47808','mask':'255.255."
			      "255.0'}]") "{'kind':'topology','dir':'response',"
					  "'relation':'bbmd',"
					  "'peer':'10.0.0.20:47808','detail':'"
					  "mask 255.255.255.255'}\n"
					  "{'kind':'topology','dir':'response',"
					  "'relation':'bbmd',"
					  "'peer':'10.0.1.20:47808','detail':'"
					  "mask 255.255.255.0'}\n");
	harness_free(h);
}

static void
test_registration_is_paired_with_its_result(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, A, "81 05", "003c"); /* J.2.6: 60 s */
	harness_assert(
	    h, OP("request", "register_foreign_device", 5, "session",
		   "'bvlc':5,'ttl':60") TOPOLOGY("request",
		   "'relation':'registers_at','peer':'10.0.0.2:47808',"
		   "'ttl':60"));
	bvlc(h, B, "81 00", "0030"); /* J.2.2: refused */
	harness_assert(
	    h, OP("response", "bvlc_result", 0, "session",
		   "'status':'register_foreign_device_nak','rtt_us':0,"
		   "'req_frame':1,'bvlc':0,'result':48") TOPOLOGY("response",
		   "'relation':'refuses','peer':'10.0.0.1:47808',"
		   "'detail':'register_foreign_device_nak'"));
	harness_free(h);
}

/* I-Am (16.10.2): a notification, so of a server, unless said to all. */
static void
test_broadcast_address_is_no_client(void **state)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	for (int to_all = 0; to_all < 2; to_all++) {
		struct harness *h = flow(DIS_UDP);

		if (to_all) {
			h->end[A].has_mac = true;
			memcpy(h->end[A].mac, all, sizeof(all));
		}
		bvlc(h, B, "81 0b", "0100 1000 c4020003e9 2205c4 9100 22022b");
		assert_int_equal(h->ctx.client, to_all ? B : A);
		harness_free(h);
	}
}

static void
test_forwarded_npdu_is_its_originators(void **state)
{
	struct harness *h = flow(DIS_UDP);

	h->full = true;
	bvlc(h, A, "81 04", /* J.2.5 */
	    "0a000058 bac0" /* originator */
	    "01 00 10 00 c4 02000042 21 05 91 03 21 08");
	/* The carrier is src; who it is about is the originator. */
	assert_true(harness_has(h,
	    "'src':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':47808},"));
	assert_true(harness_has(h, "'origin':{'ip':'10.0.0.88','port':47808}"));
	assert_true(harness_has(h, "'subject':{'ip':'10.0.0.88','port':47808},"
				   "'key':'device_instance','value':'66'"));
	harness_free(h);
}

static void
test_ipv6_functions_have_their_own_numbers(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, A, "82 03", "010203 0a0b0c"); /* U.2.4 */
	bvlc(h, B, "82 05", "0a0b0c 010203");
	bvlc(h, A, "82 02", "010203 01 00 10 08"); /* U.2.3 */
	harness_assert(h,
	    OP("request", "address_resolution", 3, "discovery",
		"'bvlc':3,'vmac':'010203','dst_vmac':'0a0b0c'")
		OP("response", "address_resolution", 5, "discovery",
		    "'status':'ok','rtt_us':0,'req_frame':1,'bvlc':5,"
		    "'vmac':'0a0b0c','dst_vmac':'010203'")
		    OP("request", "who_is", 8, "discovery",
			"'bvlc':2,'npdu':{'prio':0},'apdu':1,'service':8"));
	harness_free(h);
}

static void
test_secured_message_is_not_looked_into(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, A, "81 0c", "01020304"); /* J.2.13 */
	harness_assert(
	    h, OP("request", "secure_bvll", 12, "other", "'bvlc':12"));
	harness_free(h);
}

static void
test_ethernet_has_no_bvlc(void **state)
{
	struct harness *h = flow(DIS_LLC);

	h->port[A] = h->port[B] = BN_SAP;
	harness_hex(h, A, "01 00 10 08");
	harness_assert(h, OP("request", "who_is", 8, "discovery",
			      "'npdu':{'prio':0},'apdu':1,'service':8"));
	harness_free(h);
}

/* On a port that is not BACnet's only what is consistent counts. */
static void
test_probe_on_other_ports(void **state)
{
	static const struct {
		const char *hex;
		bool mine;
	} all[] = {
	    {"81 0b 0008 01 00 10 08", true},
	    {"81 0b 0009 01 00 10 08", false}, /* length */
	    {"81 0b 0008 02 00 10 08", false}, /* version */
	    {"81 0b 0008 01 40 10 08", false}, /* reserved bit */
	    {"81 0b 0008 01 00 90 08", false}, /* APDU type */
	    {"81 0d 0008 01 00 10 08", false}, /* function */
	    {"80 0b 0008 01 00 10 08", false}, /* type */
	    {"81 05 0006 00 3c", true},
	    {"82 02 000b 010203 01 00 10 08", true},
	    {"82 03 000a 010203 0a0b0c", false}, /* too little to prove it */
	    {"81", false},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = harness_new(&dissector_bacnet, DIS_UDP);

		h->port[A] = 40001;
		h->port[B] = 40002;
		harness_hex(h, A, all[i].hex);
		assert_int_equal(h->claimed, all[i].mine);
		harness_free(h);
	}
}

static void
test_cut_message_is_told_and_not_judged(void **state)
{
	static const uint8_t whole[] = {0x81, 0x0a, 0x00, 0x11, /* 17 bytes */
	    0x01, 0x04, 0x02, 0x75, 0x01, 0x0c, 0x0c, 0x00, 0x00, 0x00, 0x01,
	    0x19, 0x55};
	struct harness *h = flow(DIS_UDP);

	for (size_t n = 5; n < sizeof(whole); n++) {
		harness_send_cut(h, A, whole, n);
		assert_true(harness_has(h, "'cut':true"));
		assert_false(harness_has(h, "malformed"));
		assert_int_equal(h->ctx.need, sizeof(whole));
		(void)harness_take(h);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bdt_read_is_told_entry_by_entry),
	    cmocka_unit_test(test_registration_is_paired_with_its_result),
	    cmocka_unit_test(test_broadcast_address_is_no_client),
	    cmocka_unit_test(test_forwarded_npdu_is_its_originators),
	    cmocka_unit_test(test_ipv6_functions_have_their_own_numbers),
	    cmocka_unit_test(test_secured_message_is_not_looked_into),
	    cmocka_unit_test(test_ethernet_has_no_bvlc),
	    cmocka_unit_test(test_probe_on_other_ports),
	    cmocka_unit_test(test_cut_message_is_told_and_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
