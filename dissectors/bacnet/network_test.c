/*
 * The network layer to the letter (clause 6): header, messages, who is behind
 * whom.
 */
#include "dissectors/bacnet/bacnet_test.h"

static void
test_header_is_told_in_full(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, A, "81 0a",
	    "01 2b"        /* DNET, SNET, priority 3; 6.2.2 */
	    "000d 01 3d"   /* to network 13, MAC 3d */
	    "0005 02 0102" /* from network 5 */
	    "fe"           /* hop count */
	    "10 08");
	harness_assert(
	    h, OP("request", "who_is", 8, "discovery",
		   "'bvlc':10,'npdu':{'snet':5,'sadr':'0102','dnet':13,"
		   "'dadr':'3d','hop':254,'prio':3},'apdu':1,'service':8"));
	harness_free(h);
}

static void
test_messages_by_name(void **state)
{
	static const struct {
		const char *hex, *text;
	} all[] = {
	    {"00", "'op':'who_is_router_to_network','code':0,"
		   "'class':'discovery'"},
	    {"01 0005", "'op':'i_am_router_to_network'"},
	    {"02 0005 10", "'op':'i_could_be_router_to_network','code':2,"
			   "'class':'config'"},
	    {"03 01 0005", "'args':{'reject_reason':1}"},
	    {"04 0005", "'op':'router_busy_to_network'"},
	    {"05 0005", "'op':'router_available_to_network'"},
	    {"06 00", "'op':'initialize_routing_table','code':6,"
		      "'class':'config'"},
	    {"08 0005 09", "'args':{'minutes':9}"},
	    {"09 0005", "'op':'disconnect_connection_to_network'"},
	    {"0a 00", "'op':'challenge_request'"},
	    {"11 00", "'op':'set_master_key'"},
	    {"12", "'op':'what_is_network_number'"},
	    {"13 0005 01", "'args':{'configured':true}"},
	    {"81 0104 00", "'op':'network_message_proprietary'"},
	};
	struct harness *h = flow(DIS_UDP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char buf[64];

		(void)snprintf(buf, sizeof(buf), "01 80 %s", all[i].hex);
		bvlc(h, A, "81 0b", buf);
		assert_true(harness_has(h, all[i].text));
		assert_false(harness_has(h, "malformed"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_routing_table_ack_is_paired(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, A, "81 0a", "01 80 06 00");
	bvlc(h, B, "81 0a", "01 80 07 01 0005 02 00"); /* 6.4.8 */
	harness_assert(h,
	    OP("request", "initialize_routing_table", 6, "config",
		"'bvlc':10,'npdu':{'prio':0,'msg':6},"
		"'args':{'count':0,'entries':[]}")
		OP("response", "initialize_routing_table", 7, "config",
		    "'status':'ok','rtt_us':0,'req_frame':1,'bvlc':10,"
		    "'npdu':{'prio':0,'msg':7},'args':{'count':1,"
		    "'entries':[{'net':5,'port_id':2}]}") "{'kind':'topology','"
							  "dir':'response','"
							  "relation':'routes',"
							  "'peer':'net "
							  "5','detail':'port "
							  "2'}\n");
	harness_free(h);
}

/* The same invoke id of two devices behind one router. */
static void
test_pairs_are_by_the_address_behind(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(
	    h, A, "81 0a", "01 24 000d 01 3d ff 02 75 09 0c 0c 0200003d 19 4d");
	bvlc(
	    h, A, "81 0a", "01 24 000d 01 3e ff 02 75 09 0c 0c 0200003e 19 4d");
	(void)harness_take(h);
	bvlc(h, B, "81 0a", "01 08 000d 01 3d 50 09 0c 91 01 91 1f");
	assert_true(harness_has(h, "'req_frame':1"));
	bvlc(h, B, "81 0a", "01 08 000d 01 3e 50 09 0c 91 01 91 1f");
	assert_true(harness_has(h, "'req_frame':2"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

/* A source of six bytes is a child until its B/IP address is known. */
static void
test_known_address_behind_a_router_is_that_device(void **state)
{
	struct harness *h = flow(DIS_UDP);

	h->full = true;
	bvlc(h, B, "81 0b", "01 08 000e 06 0a000001 bac0 10 08");
	assert_true(harness_has(h, "'sub':{'net':14,'mac':'0a000001bac0'}"));
	(void)harness_take(h);
	apdu(h, A, "10 08"); /* 10.0.0.1 speaks itself */
	(void)harness_take(h);
	bvlc(h, B, "81 0b", "01 08 000e 06 0a000001 bac0 10 08");
	assert_false(harness_has(h, "'sub':"));
	assert_true(harness_has(h, "'origin':{'ip':'10.0.0.1','port':47808}"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_header_is_told_in_full),
	    cmocka_unit_test(test_messages_by_name),
	    cmocka_unit_test(test_routing_table_ack_is_paired),
	    cmocka_unit_test(test_pairs_are_by_the_address_behind),
	    cmocka_unit_test(test_known_address_behind_a_router_is_that_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
