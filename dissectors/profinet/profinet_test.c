/*
 * Frames of ethertype 0x8892: each DCP service with its blocks, cyclic data,
 * alarms, violations, truncations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_profinet;

#define SRC_A "{'mac':'02:00:00:00:00:01'}"
#define SRC_B "{'mac':'02:00:00:00:00:02'}"
#define FACT(claim, who, via, key, value)                                   \
	"{'kind':'identity','dir':'response','subject':" who ",'key':'" key \
	"','value':'" value "','via':'" via "','claim':'" claim "'}\n"
#define SELF(key, value) FACT("self", SRC_B, "identify", key, value)

/* Stations that have a MAC and nothing else. */
static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_profinet, DIS_ETHER);

	for (int i = 0; i < 2; i++) {
		h->end[i].ipver = 0;
		memset(&h->end[i].ip, 0, sizeof(h->end[i].ip));
		h->end[i].has_port = false;
	}
	h->port[A] = h->port[B] = 0x8892; /* the ethertype, for the hint */
	return h;
}

static void
test_identify(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    "fefe 05 00 00000007 0080 0008" /* FrameID, service, Xid, delay */
	    "0202 0004 706c6331"            /* name of station: plc1 */
	    "000000000000");                /* padding of the frame */
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'identify','code':5,"
	    "'class':'discovery','frame_id':'0xfefe','xid':'0x00000007',"
	    "'delay':128,'about':'name_of_station plc1','blocks':[{'option':2,"
	    "'suboption':2,'block':'name_of_station','value':'plc1'}]}\n"
	    "{'kind':'topology','dir':'request','subject':" SRC_A
	    ",'relation':'looks_for','peer':'plc1'}\n");
	harness_hex(h, B,
	    "feff 05 01 00000007 0000 003a"
	    "0202 0006 0000 706c6331"                   /* name of station */
	    "0201 0007 0000 45543230 30 00"             /* ET200, a pad */
	    "0203 0006 0000 002a 0301"                  /* vendor, device */
	    "0204 0004 0000 01 00"                      /* role, reserved */
	    "0102 000e 0001 c0a80005 ffffff00 c0a80001" /* IP, set */
	    "0000");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'identify','code':5,"
	    "'class':'discovery','status':'ok','frame_id':'0xfeff',"
	    "'xid':'0x00000007','blocks':["
	    "{'option':2,'suboption':2,'block':'name_of_station','info':0,"
	    "'value':'plc1'},"
	    "{'option':2,'suboption':1,'block':'type_of_station','info':0,"
	    "'value':'ET200'},"
	    "{'option':2,'suboption':3,'block':'device_id','info':0,"
	    "'vendor_id':42,'device_id':769},"
	    "{'option':2,'suboption':4,'block':'device_role','info':0,"
	    "'value':1},"
	    "{'option':1,'suboption':2,'block':'ip','info':1,"
	    "'ip':'192.168.0.5','netmask':'255.255.255.0',"
	    "'gateway':'192.168.0.1'}]}\n" SELF("name", "plc1") SELF(
		"model", "ET200") SELF("vendor_id", "42") SELF("vendor",
		"SIEMENS AG") SELF("product_code", "769") SELF("device_type",
		"IO device") "{'kind':'endpoint','frame':2,'ts':'0.000000000','"
			     "src':"
			     "{'mac':'02:00:00:00:00:02','ip':'192.168.0.5'},"
			     "'how':'dcp'}\n" SELF("netmask", "255.255.255.0")
				 SELF("gateway", "192.168.0.1"));
	harness_free(h);
}

static void
test_endpoint_is_the_mac_and_its_ip(void **state)
{
	struct harness *h = flow();

	h->full = true;
	harness_hex(h, B,
	    "feff 05 01 00000007 0000 0012"
	    "0102 000e 0081 c0a80005 ffffff00 c0a80005"); /* conflict */
	assert_true(harness_has(h,
	    "'src':{'mac':'02:00:00:00:00:02','ip':'192.168.0.5'},"
	    "'how':'dcp'"));
	/* Its own address stands for no gateway. */
	assert_false(harness_has(h, "'key':'gateway'"));
	assert_true(harness_has(h, "'state':'trouble','detail':'ip_conflict'"));
	(void)harness_take(h);
	harness_hex(h, B,
	    "feff 05 01 00000008 0000 0012"
	    "0102 000e 0000 c0a80005 00000000 00000000"); /* not set */
	assert_false(harness_has(h, "'endpoint'"));
	assert_false(harness_has(h, "'identity'"));
	harness_free(h);
}

static void
test_hello(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B,
	    "fefc 06 00 00000001 0000 001c"
	    "0202 0005 0000 696f32 00" /* name, a pad */
	    "0203 0006 0000 dead beef" /* ids of nobody */
	    "0601 0004 0000 0001");    /* says Hello when it starts */
	assert_true(harness_has(
	    h, "'dir':'notify','op':'hello','code':6,'class':'discovery'"));
	assert_true(harness_has(h, "'block':'device_initiative','info':0,"
				   "'value':1}"));
	assert_true(harness_has(h, "'key':'name','value':'io2','via':'hello'"));
	assert_true(harness_has(h, "'key':'vendor_id','value':'57005'"));
	assert_false(harness_has(h, "'key':'vendor',"));
	harness_free(h);
}

#define SET_NAME                        \
	"fefd 04 00 00000009 0000 000a" \
	"0202 0006 0001 706c6332" /* permanent: plc2 */

static void
test_set_name_and_its_answer(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, SET_NAME);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'set_name','code':4,"
	    "'class':'config','frame_id':'0xfefd','xid':'0x00000009',"
	    "'about':'name_of_station','blocks':[{'option':2,'suboption':2,"
	    "'block':'name_of_station','qualifier':1,'value':'plc2'}]}\n"
	    "{'kind':'identity','dir':'request','subject':" SRC_B
	    ",'key':'name','value':'plc2','via':'set_name',"
	    "'claim':'expected'}\n");
	h->ts_ns += 2000000;
	harness_hex(h, B,
	    "fefd 04 01 00000009 0000 0008"
	    "0504 0003 0202 00 00"); /* response: name of station, ok */
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'set_name','code':4,"
	    "'class':'config','status':'ok','rtt_us':2000,'req_frame':1,"
	    "'frame_id':'0xfefd','xid':'0x00000009','blocks':[{'option':5,"
	    "'suboption':4,'block':'response','of':'name_of_station',"
	    "'error':'ok'}]}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_what_a_set_does(void **state)
{
	static const struct {
		const char *hex, *op;
	} all[] = {
	    {"0012 0102 000e 0000 0a000005 ffffff00 00000000",
		"'op':'set_ip','code':4,'class':'config'"},
	    {"0008 0503 0004 0000 0100", /* flash once */
		"'op':'signal','code':4,'class':'control'"},
	    {"0006 0505 0002 0000",
		"'op':'factory_reset','code':4,'class':'config'"},
	    {"000c 0506 0002 0004 0501 0002 0000",
		"'op':'factory_reset','code':4,'class':'config'"},
	    {"0008 03ff 0004 0000 0200", "'op':'set_dhcp'"},
	    {"0006 0501 0002 0000", "'op':'set','code':4,'class':'config'"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow();
		char hex[128];

		snprintf(hex, sizeof(hex), "fefd 04 00 00000001 0000 %s",
		    all[i].hex);
		harness_hex(h, A, hex);
		assert_true(harness_has(h, all[i].op));
		assert_false(harness_has(h, "malformed"));
		harness_free(h);
	}
}

static void
test_refusals(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, SET_NAME);
	harness_hex(h, B,
	    "fefd 04 01 00000009 0000 0007" /* the last pad is not there */
	    "0504 0003 0202 06");
	assert_true(harness_has(h, "'status':'in_operation','rtt_us'"));
	assert_true(harness_has(h, "'error':'in_operation'"));
	harness_hex(h, A, "fefd 03 00 0000000a 0000 0004 0202 0102");
	assert_true(harness_has(h,
	    "'op':'get','code':3,'class':'read','frame_id':'0xfefd',"
	    "'xid':'0x0000000a','about':'name_of_station, ip','blocks':["
	    "{'option':2,'suboption':2,'block':'name_of_station'},"
	    "{'option':1,'suboption':2,'block':'ip'}]"));
	harness_hex(h, B,
	    "fefd 03 01 0000000a 0000 0012"
	    "0202 0006 0000 706c6331"
	    "0504 0003 0102 02 00");
	assert_true(harness_has(h, "'status':'suboption_unsupported'"));
	assert_true(harness_has(h, "'key':'name','value':'plc1','via':'get'"));
	harness_hex(h, A, "fefd 04 00 0000000b 0000 0000");
	harness_hex(h, B, "fefd 04 05 0000000b 0000 0000");
	assert_true(harness_has(h, "'status':'not_supported'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

#define RUNS  "c002 0102030405 0100 35 00" /* cycle, data, transfer status */
#define STOPS "c002 0102030405 0200 25 00"

static void
test_cyclic_says_whether_it_runs(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, RUNS);
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','tentative':true,"
	    "'op':'cyclic','code':49154,'class':'report',"
	    "'frame_id':'0xc002','length':5,'cycle':256,"
	    "'data_status':'0x35','transfer_status':'0x00'}\n"
	    "{'kind':'state','dir':'notify','tentative':true,'subject':" SRC_A
	    ",'state':'running','via':'cyclic'}\n");
	harness_hex(h, A, RUNS);
	assert_false(harness_has(h, "'state'"));
	harness_hex(h, A, STOPS);
	assert_true(harness_has(h, "'state':'stopped','via'"));
	(void)harness_take(h);
	harness_hex(h, A, STOPS "c003 00 0300 34 00"); /* ... and a reserve */
	harness_hex(h, A, "c003 00 0300 34 00");
	assert_false(harness_has(h, "'state'"));
	harness_hex(h, A, "c002 00 0300 15 00");
	assert_true(harness_has(h, "'state':'running','detail':'problem'"));
	harness_free(h);
}

/* What cyclic data comes first does not hide a Set that comes later. */
static void
test_all_of_a_pair_is_one_flow(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, RUNS);
	harness_hex(h, A, SET_NAME);
	assert_true(harness_has(h, "'op':'set_name'"));
	harness_free(h);
}

static void
test_alarms_and_time(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B,
	    "fe01 0001 0002 11 01 ffff fffe 001c" /* ends, data, numbers */
	    "0002 0018 0100 0001 00000000"        /* block, diagnosis, API */
	    "0003 8001 00000001 00000002 0000");  /* slot, subslot */
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','tentative':true,"
	    "'op':'alarm','code':1,'class':'report','frame_id':'0xfe01',"
	    "'priority':'low','alarm':'diagnosis','alarm_type':1,'slot':3,"
	    "'subslot':'0x8001'}\n");
	harness_hex(h, A, "fe01 0002 0001 13 00 fffe ffff 0000");
	assert_true(harness_has(h, "'op':'alarm_ack','code':3"));
	harness_hex(h, A, "ff40 0000");
	assert_true(harness_has(h, "'op':'time_sync'"));
	harness_hex(h, A, "ff83 0000");
	assert_true(harness_has(h, "'op':'fragment'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {"fefd 04 00 0000", "'reason':'header','offset':0"},
	    {"fefe 04 00 00000001 0000 0000", "'reason':'service','offset':2"},
	    {"feff 05 00 00000001 0000 0000", "'reason':'service','offset':2"},
	    {"fefd 07 00 00000001 0000 0000", "'reason':'service','offset':2"},
	    {"fefc 05 00 00000001 0000 0000", "'reason':'service','offset':2"},
	    {"fefd 04 02 00000001 0000 0000", "'reason':'service','offset':2"},
	    {"fefd 04 00 00000001 0000 0001",
		"'reason':'data_length','offset':10"},
	    {"fefd 04 00 00000001 0000 0006 0202 0003 0000",
		"'reason':'block_length','offset':12"},
	    {"fefd 03 00 00000001 0000 0003 0202 01",
		"'reason':'block_length','offset':14"},
	    {"fefd 03 00 00000001 0000 0004 0202 0002",
		"'reason':'option','offset':14"},
	    {"feff 05 01 00000001 0000 000e 0203 0004 0000 002a"
	     "0202 0002 0000",
		"'reason':'block_short','offset':12"},
	    {"c002 000102", "'reason':'status','offset':2"},
	    {"fc01 0001 0002 11 01", "'reason':'header','offset':2"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow();

		harness_hex(h, B, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		assert_int_equal(h->bad, 1);
		harness_hex(h, A, SET_NAME);
		assert_true(harness_has(h, "'op':'set_name'"));
		harness_free(h);
	}
}

static void
test_cut_is_not_broken(void **state)
{
	uint8_t msg[64];
	size_t n = harness_unhex("feff 05 01 00000007 0000 0016"
				 "0202 0006 0000 706c6331"
				 "0201 0007 0000 4554323030 00",
	    msg, sizeof(msg));

	for (size_t have = 1; have < n; have++) {
		struct harness *h = flow();

		harness_send_cut(h, B, msg, have);
		assert_false(harness_has(h, "malformed"));
		assert_false(harness_has(h, "identity"));
		assert_int_equal(harness_has(h, "'operation'"), have >= 12);
		assert_false(have > 12 && h->ctx.need != n);
		assert_true(have < 12 || harness_has(h, "'cut':true"));
		harness_free(h);
	}
}

/* Each bit turned, alone and in lengths all at once: the harness watches. */
static void
test_mutations(void **state)
{
	static const char *const golden[] = {
	    SET_NAME,
	    "fefd 04 01 00000009 0000 0008 0504 0003 0202 00 00",
	    "feff 05 01 00000007 0000 0024 0204 0004 0000 01 00"
	    "0203 0006 0000 002a 0301 0102 000e 0001 c0a80005 ffffff00"
	    "c0a80001",
	    "fefd 03 00 0000000a 0000 0004 0202 0102",
	    ("fc01 0001 0002 11 01 ffff fffe 001c 0001 0018 0100 0001"
	     "00000000 0003 8001"),
	    RUNS,
	};
	struct harness *h = flow();
	uint8_t msg[128];

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		size_t n = harness_unhex(golden[i], msg, sizeof(msg));

		for (size_t bit = 0; bit < 8 * n; bit++) {
			harness_reset(h);
			msg[bit / 8] ^= (uint8_t)(1u << bit % 8);
			harness_send(h, B, msg, n);
			msg[bit / 8] ^= (uint8_t)(1u << bit % 8);
			harness_send(h, A, msg, n);
			assert_true(h->ok >= 1);
			assert_false(h->failed);
		}
		for (size_t have = 0; have < n; have++) {
			harness_reset(h);
			harness_send(h, B, msg, have);
			assert_true(h->bad + h->not_mine + h->ok <= 1);
		}
	}
	harness_free(h);
}

static void
test_more_blocks_than_are_told(void **state)
{
	struct harness *h = flow();
	uint8_t msg[1500];

	memset(msg, 2, sizeof(msg));
	memcpy(msg, "\xfe\xfd\3\0", 4);

	msg[10] = (1500 - 12) >> 8;
	msg[11] = (1500 - 12) & 0xff;
	harness_send(h, A, msg, sizeof(msg));
	assert_int_equal(h->ok, 1);
	assert_false(h->ev.overflow);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, "fc00 0000"); /* reserved */
	assert_false(h->claimed);
	h->port[A] = h->port[B] = 0x88cc;
	harness_hex(h, A, SET_NAME);
	assert_false(h->claimed);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_identify),
	    cmocka_unit_test(test_endpoint_is_the_mac_and_its_ip),
	    cmocka_unit_test(test_hello),
	    cmocka_unit_test(test_set_name_and_its_answer),
	    cmocka_unit_test(test_what_a_set_does),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_cyclic_says_whether_it_runs),
	    cmocka_unit_test(test_all_of_a_pair_is_one_flow),
	    cmocka_unit_test(test_alarms_and_time),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_mutations),
	    cmocka_unit_test(test_more_blocks_than_are_told),
	    cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
