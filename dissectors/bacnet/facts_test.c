/*
 * What follows from a message: identity, state, transfers; and how values of
 * each application type are told (20.2).
 */
#include "dissectors/bacnet/bacnet_test.h"

static void
test_values_of_every_type(void **state)
{
	static const struct {
		const char *hex, *text;
	} all[] = {
	    {"00", "null"}, {"10", "false"}, {"11", "true"}, {"22 0100", "256"},
	    {"25 08 ffffffffffffffff", "'18446744073709551615'"},
	    {"31 ff", "-1"}, {"32 8000", "-32768"}, {"44 bf000000", "-0.5"},
	    {"55 08 3ff8000000000000", "1.5"}, {"62 0102", "'0102'"},
	    {"75 03 00 6869", "'hi'"}, {"75 03 04 00b0", "'\u00b0'"},
	    {"72 05b0", "'\u00b0'"}, {"82 03 b0", "[1,0,1,1,0]"},
	    {"91 03", "3"}, {"a4 7c021d04", "'2024-02-29'"},
	    {"a4 ffffffff", "'*-*-*'"}, {"b4 0c1e0f32", "'12:30:15.50'"},
	    {"c4 00000003", "'analog-input 3'"}, {"21 01 21 02", "[1,2]"},
	    {"", "[]"}, {"19 05", "[{'tag':1,'data':'05'}]"},
	    {"0e 21 05 0f", "[{'tag':0,'list':[5]}]"},
	    {"43 010203", "'010203'"}, /* no REAL of three bytes */
	};
	struct harness *h = flow(DIS_UDP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char hex[128], text[128];

		(void)snprintf(hex, sizeof(hex),
		    "30 01 0c 0c 00800001 19 57 3e %s 3f", all[i].hex);
		(void)snprintf(text, sizeof(text), "'property':87,'value':%s}",
		    all[i].text);
		apdu(h, B, hex);
		assert_true(harness_has(h, text));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_i_am_identifies(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, B, "10 00 c4 02000064 22 05c4 91 03 21 08");
	assert_true(harness_has(
	    h, "'args':{'max_apdu':1476,'segmentation':3,'vendor_id':8}"));
	assert_true(harness_has(h, "'key':'device_instance','value':'100',"
				   "'via':'i_am','claim':'self'"));
	assert_true(harness_has(h, "'key':'vendor','value':'Delta Controls'"));
	harness_free(h);
}

static void
test_device_properties_identify(void **state)
{
	static const struct {
		const char *hex, *text;
	} all[] = {
	    {"4d 3e 75 04 00 414855", "'key':'name','value':'AHU'"},
	    {"79 3e 75 04 00 414855", "'key':'vendor','value':'AHU'"},
	    {"46 3e 75 04 00 414855", "'key':'model','value':'AHU'"},
	    {"2c 3e 75 04 00 414855", "'key':'firmware','value':'AHU'"},
	    {"0c 3e 75 04 00 414855", "'key':'software','value':'AHU'"},
	    {"1c 3e 75 04 00 414855", "'key':'description','value':'AHU'"},
	    {"3a 3e 75 04 00 414820", "'key':'location','value':'AH'"},
	    {"8b 3e 21 16", "'key':'protocol_revision','value':'22'"},
	    {"9b 3e 21 11", "'key':'config_version','value':'17'"},
	    {"70 3e 91 04", "'state':'stopped','detail':'system-status'"},
	    {"c4 3e 91 01", "'state':'last_restart','detail':'coldstart'"},
	    {"61 3e 83 05 0008", "'value':'read_property'"},
	};
	struct harness *h = flow(DIS_UDP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char hex[128];

		(void)snprintf(hex, sizeof(hex),
		    "30 01 0c 0c 02000064 19 %s 3f", all[i].hex);
		apdu(h, B, hex);
		assert_true(harness_has(h, all[i].text));
		(void)harness_take(h);
	}
	harness_free(h);
}

/* 12.11.30: they speak of others. */
static void
test_address_bindings_are_claims_of_a_peer(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, B,
	    "30 01 0c 0c 02000064 19 1e 3e"
	    "c4 020000c8 21 00 65 06 0a000042bac0" /* device 200 */
	    "3f");
	assert_true(harness_has(h,
	    "'subject':{'ip':'10.0.0.66','port':47808},"
	    "'key':'device_instance','value':'200','via':'read_property',"
	    "'claim':'peer'"));
	harness_free(h);
}

/* On another network it is behind whoever was seen in front of that one. */
static void
test_bindings_are_behind_their_router(void **state)
{
	static const char ack[] = "30 01 0c 0c 02000064 19 1e 3e"
				  "c4 020000c9 21 0d 61 07"
				  "c4 020000ca 21 00 61 08 3f";
	struct harness *h = flow(DIS_UDP);
	char buf[128];

	apdu(h, B, ack); /* nobody routes to 13 yet */
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2',"
	    "'port':47808,'sub':{'net':13,'mac':'07'}}"));
	(void)harness_take(h);
	bvlc(h, A, "81 0b", "01 80 01 000d"); /* I-Am-Router-To-Network */
	apdu(h, B, ack);
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1',"
	    "'port':47808,'sub':{'net':13,'mac':'07'}}"));
	(void)harness_take(h);
	/* said from behind a router: network 0 is the speaker's own */
	(void)snprintf(buf, sizeof(buf), "01 08 000f 01 3d %s", ack);
	bvlc(h, B, "81 0a", buf);
	assert_true(harness_has(h, "'sub':{'net':15,'mac':'08'}}"));
	harness_free(h);
}

/* J.4.5: what the originator tells is the originator's. */
static void
test_values_are_of_the_originator(void **state)
{
	struct harness *h = flow(DIS_UDP);

	bvlc(h, B, "81 04",
	    "0a000058 bac0 01 08 000f 01 07"
	    "10 02 09 12 1c 02000004 2c 0000000a 39 00"
	    "4e 09 55 2e 44 42820000 2f 4f");
	assert_true(harness_has(h,
	    "{'kind':'value','dir':'notify','subject':{'ip':'10.0.0.88',"
	    "'port':47808,'sub':{'net':15,'mac':'07'}},"
	    "'object':'analog-input 10','value':65"));
	harness_free(h);
}

static void
test_file_transfer_has_phases(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A, "02 75 01 06 c4 02800002 0e 31 00 21 06 0f");
	apdu(h, B, "30 01 06 10 0e 31 00 62 0102 0f");
	assert_true(harness_has(h,
	    "'phase':'begin','direction':'from_device','name':'file 2',"
	    "'bytes':2"));
	apdu(h, A, "02 75 02 06 c4 02800002 0e 31 02 21 06 0f");
	apdu(h, B, "30 02 06 11 0e 31 02 61 03 0f");
	assert_true(harness_has(h, "'phase':'end'"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values_of_every_type),
	    cmocka_unit_test(test_i_am_identifies),
	    cmocka_unit_test(test_device_properties_identify),
	    cmocka_unit_test(test_address_bindings_are_claims_of_a_peer),
	    cmocka_unit_test(test_bindings_are_behind_their_router),
	    cmocka_unit_test(test_values_are_of_the_originator),
	    cmocka_unit_test(test_file_transfer_has_phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
