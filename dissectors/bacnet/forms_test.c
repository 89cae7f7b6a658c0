/*
 * Values with a form of their own (clause 21): logs, audits, events, tables of
 * ports.  The generated captures have every one; here are the odd ones.
 */
#include "dissectors/bacnet/bacnet_test.h"

/* ReadRange-Ack (15.8) of the log buffer of an object, one record. */
static void
record(struct harness *h, const char *oid, const char *hex, const char *text)
{
	char buf[256];

	(void)snprintf(buf, sizeof(buf),
	    "30 01 1a 0c %s 19 83 3a 05c0 49 01 5e"
	    "0e a4 7c021d04 b4 0c1e0f32 0f %s 5f",
	    oid, hex);
	apdu(h, B, buf);
	if (!harness_has(h, text)) {
		fail_msg("%s: %s", text, harness_take(h));
	}
	(void)harness_take(h);
}

static void
test_each_datum_of_a_log(void **state)
{
	static const char trend[] = "05000002", multiple[] = "06c00002";
	struct harness *h = flow(DIS_UDP);

	record(h, trend, "1e 0a 0580 1f",
	    "'value':[{'timestamp':{'date':'2024-02-29',"
	    "'time_of_day':'12:30:15.50'},'log_status':[1,0,0]}]");
	record(h, trend, "1e 19 01 1f", "},'value':true}]");
	record(h, trend, "1e 2c 41a40000 1f 2a 0410",
	    "},'value':20.5,'status_flags':[0,0,0,1]}]");
	record(h, trend, "1e 59 fc 1f", "},'value':-4}]");
	record(h, trend, "1e 78 1f", "},'value':null}]");
	record(h, trend, "1e 8e 91 02 91 1f 8f 1f",
	    "},'error_class':2,'error_code':31}]");
	record(h, trend, "1e 9c 45610000 1f", "},'time_change':3600}]");
	record(h, trend, "1e ae 75 02 00 78 af 1f", "},'value':'x'}]");
	/* what no edition has is told as it is */
	record(h, trend, "1e b9 05 1f",
	    "},'parameters':[{'tag':11,'data':'05'}]}]");
	/* several values: each is one, though their tags ascend */
	record(h, multiple, "1e 1e 09 01 1c 41a40000 68 1f 1f",
	    "},'list':[{'value':true},{'value':20.5},{'value':null}]}]");
	assert_false(harness_has(h, "malformed"));
	/* nothing where there should be one of several */
	record(h, trend, "1e 1f", "'reason':'parameter_missing'");
	harness_free(h);
}

/* The buffer of an object that is no log, and other properties of a log. */
static void
test_only_logs_have_records(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, B, "30 01 0c 0c 00000003 19 83 3e 09 05 3f");
	assert_true(harness_has(h, "'value':[{'tag':0,'data':'05'}]}]"));
	apdu(h, B, "30 01 0c 0c 05000002 19 55 3e 09 05 3f");
	assert_true(harness_has(h, "'property':85,'value':[{'tag':0,"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
event(struct harness *h, const char *values, const char *text)
{
	char buf[256];

	(void)snprintf(buf, sizeof(buf),
	    "10 03 09 09 1c 02000064 2c 00000003 3e 19 2a 3f 49 07 59 78"
	    "69 05 89 00 99 01 a9 00 b9 03 ce %s cf",
	    values);
	apdu(h, B, buf);
	if (!harness_has(h, text)) {
		fail_msg("%s: %s", text, harness_take(h));
	}
	(void)harness_take(h);
}

static void
test_events_have_the_values_of_their_type(void **state)
{
	struct harness *h = flow(DIS_UDP);

	event(h, "5e 0c 42c80000 1a 0480 2c 3f800000 3c 42b40000 5f",
	    "'event_values':{'exceeding_value':100,'status_flags':[1,0,0,0],"
	    "'deadband':1,'exceeded_limit':90}}}");
	event(
	    h, "1e 0e 19 01 0f 1a 0480 1f", "'new_state':{'tag':1,'value':1}");
	/* a secret is not told (13): what an access card has on it */
	event(h,
	    "de 09 01 1a 0480 29 04 3e 19 2a 3f 4e 1c 08000005 4f"
	    "5e 09 03 19 00 2c deadbeef 5f df",
	    "'authentication_factor':true}");
	event(h, "de 09 01 df", "'reason':'parameter_missing'");
	/* of a type to come */
	event(h, "fe 28 21 05 ff 28",
	    "'event_values':{'parameters':[{'tag':40,'list':[5]}]}");
	harness_free(h);
}

static void
test_secrets_are_not_told(void **state)
{
	struct harness *h = flow(DIS_UDP);

	/* AuthRequest-ACK: a token; VT-Data (17.4): what is typed */
	apdu(h, B, "30 01 22 0e 09 01 1c 73337431 0f");
	assert_true(harness_has(h, "'args':{'token':true}"));
	apdu(h, A, "02 75 01 17 21 06 64 73337431 21 00");
	assert_true(harness_has(h, "'session':6,'octets':4,'flag':0"));
	assert_false(harness_has(h, "73337431"));
	assert_false(harness_has(h, "s3t1"));
	harness_free(h);
}

/* 13.16, 13.17: of each property, and when it changed. */
static void
test_several_subscriptions_are_apart(void **state)
{
	struct harness *h = flow(DIS_UDP);

	apdu(h, A,
	    "02 75 01 1e 09 12 19 01 4e 0c 0000000a 1e"
	    "0e 09 55 0f 1c 3f800000 29 01 0e 09 67 0f 29 00 1f 4f");
	assert_true(harness_has(h,
	    "'objects':[{'type':0,'instance':10,'property':85,"
	    "'cov_increment':1,'timestamped':true},{'type':0,'instance':10,"
	    "'property':103,'timestamped':false}],"
	    "'args':{'process':18,'confirmed':true}"));
	apdu(h, B,
	    "10 0b 09 12 1c 02000004 29 1b 4e 0c 0000000a 1e"
	    "09 55 2e 44 42820000 2f 3c 09080700 1f 4f");
	assert_true(harness_has(h, "'value':65,'time':'09:08:07.00'}]"));
	assert_true(harness_has(h, "'value':65,'time':'09:08:07.00',"
				   "'source':'reported'"));
	harness_free(h);
}

static void
port(struct harness *h, const char *values, const char *text)
{
	char buf[256];

	(void)snprintf(
	    buf, sizeof(buf), "30 01 0e 0c 0e000001 1e %s 1f", values);
	apdu(h, B, buf);
	if (!harness_has(h, text)) {
		fail_msg("%s: %s", text, harness_take(h));
	}
	(void)harness_take(h);
}

/* 12.56 */
static void
test_ports_tell_neighbours(void **state)
{
	struct harness *h = flow(DIS_UDP);

	port(h, "2a 019e 4e 0e 0e 1c 0a000014 0f 1a bac0 0f 1c ffffffff 4f",
	    "'relation':'bbmd','peer':'10.0.0.20:47808',"
	    "'detail':'mask 255.255.255.255'");
	port(h, "2a 019e 4e 0e 0e 2d 02 00 62 0f 1a bac0 0f 4f",
	    "'relation':'bbmd','peer':'b:47808'}");
	port(h, "2a 019f 4e 0d 06 0a000909bac0 19 3c 29 2d 4f",
	    "'relation':'foreign_device','peer':'10.0.9.9:47808','ttl':60,"
	    "'detail':'45 s left'");
	port(h, "2a 01a2 4e 0e 1c 0a000042 0f 1a bac0 4f",
	    "'relation':'registers_at','peer':'10.0.0.66:47808'");
	port(h,
	    "2a 01ac 4e 09 05 1d 06 0a000042bac0 29 00 09 06 19 07 29 01"
	    "39 0a 4f",
	    "'relation':'routes_by','peer':'net 6','detail':'07 busy'");
	port(h, "2a 01ad 4e 0b 010203 19 07 4f",
	    "'relation':'vmac','peer':'07','detail':'vmac 010203'");
	/* six bytes: of Ethernet, of IPv4, of who knows */
	port(h, "2a 01a7 4e 65 06 020000000014 4f 2a 01ab 4e 91 00 4f",
	    "'key':'mac','value':'02:00:00:00:00:14'");
	port(h, "2a 01a7 4e 65 06 0a000014c350 4f 2a 01ab 4e 91 05 4f",
	    "'relation':'port_address','peer':'10.0.0.20:50000'");
	port(h, "2a 01a7 4e 65 06 0a000014bac0 4f",
	    "'relation':'port_address','peer':'10.0.0.20:47808'");
	port(h, "2a 01a7 4e 65 06 020000000014 4f",
	    "'relation':'port_address','peer':'020000000014'");
	port(h, "2a 01a7 4e 61 07 4f", "'relation':'port_address','peer':'07'");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_each_datum_of_a_log),
	    cmocka_unit_test(test_only_logs_have_records),
	    cmocka_unit_test(test_events_have_the_values_of_their_type),
	    cmocka_unit_test(test_secrets_are_not_told),
	    cmocka_unit_test(test_several_subscriptions_are_apart),
	    cmocka_unit_test(test_ports_tell_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
