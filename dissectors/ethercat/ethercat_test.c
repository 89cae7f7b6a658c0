/*
 * Frames of EtherCAT: datagrams out and back, who slaves are and what state
 * they are in, mailboxes, the gateway, violations, truncations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_ethercat;

#define SLAVE    "{'mac':'02:00:00:00:00:01','sub':{'path':'slave 1001'}}"
#define POSITION "{'mac':'02:00:00:00:00:01','sub':{'path':'position 1'}}"
#define ALL      "{'mac':'02:00:00:00:00:01','sub':{'path':'all slaves'}}"
#define FACT(who, key, value, via)                                          \
	"{'kind':'identity','dir':'response','subject':" who ",'key':'" key \
	"','value':'" value "','via':'" via "'"                             \
	",'claim':'self'}\n"

/* A master on side A; what it sent comes back from side B. */
static struct harness *
flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_ethercat, transport);

	for (int i = 0; i < 2 && transport == DIS_ETHER; i++) {
		h->end[i].ipver = 0;
		memset(&h->end[i].ip, 0, sizeof(h->end[i].ip));
		h->end[i].has_port = false;
		h->port[i] = 0x88a4;
	}
	return h;
}

/* length and type, then: cmd, idx, address, length, irq, data, WKC */
#define READ_AL(wkc, al)                  \
	"0e10 04 07 e903 3001 0200 0000 " \
	"" al " " wkc " 0000"

static void
test_out_and_back(void **state)
{
	struct harness *h = flow(DIS_ETHER);

	harness_hex(h, A, READ_AL("0000", "0000"));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'read_al_status',"
	    "'code':4,'class':'read','cmd':'FPRD','idx':7,'addr':304,"
	    "'register':'al_status','length':2}\n");
	h->ts_ns += 30000;
	harness_hex(h, B, READ_AL("0100", "0800"));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read_al_status',"
	    "'code':4,'class':'read','status':'ok','rtt_us':30,'req_frame':1,"
	    "'cmd':'FPRD','idx':7,'addr':304,'register':'al_status',"
	    "'length':2,'wkc':1,'al_state':'op'}\n"
	    "{'kind':'state','dir':'response','subject':" SLAVE
	    ",'state':'running','detail':'op','via':'al_status'}\n");
	/* The same again is no news. */
	harness_hex(h, A, READ_AL("0000", "0000"));
	harness_hex(h, B, READ_AL("0100", "0800"));
	assert_false(harness_has(h, "'state',"));
	(void)harness_take(h);
	/* An error's flag, and no slave that answers. */
	harness_hex(h, B, READ_AL("0100", "1400"));
	assert_true(harness_has(h, "'state':'trouble','detail':'safeop'"));
	(void)harness_take(h);
	harness_hex(h, A, READ_AL("0000", "0000"));
	harness_hex(h, B, READ_AL("0000", "0000"));
	assert_true(harness_has(h, "'status':'not_processed'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_states_are_control(void **state)
{
	static const struct {
		const char *al, *what;
	} all[] = {
	    {"0100", "'op':'request_init','code':5,'class':'control'"},
	    {"0200", "'op':'request_preop','code':5,'class':'control'"},
	    {"0300", "'op':'request_bootstrap','code':5,'class':'program'"},
	    {"0400", "'op':'request_safeop','code':5,'class':'control'"},
	    {"1800", "'op':'request_op','code':5,'class':'control'"},
	    {"0700", "'op':'request_state','code':5,'class':'control'"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_ETHER);
		char hex[96];

		snprintf(hex, sizeof(hex),
		    "0e10 05 01 e903 2001 0200 0000 %s 0000", all[i].al);
		harness_hex(h, A, hex);
		assert_true(harness_has(h, all[i].what));
		harness_free(h);
	}
}

static void
test_what_registers_are_for(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    /* cmd and address; one octet */
	    {"07 01 0000 0000", "'op':'read_esc_information','code':7,"
				"'class':'discovery'"},
	    {"05 01 e903 4000", "'op':'reset','code':5,'class':'control'"},
	    {"05 01 e903 0101", "'op':'set_ports','code':5,'class':'control'"},
	    {"05 01 e903 0006", "'op':'set_fmmu','code':5,'class':'session'"},
	    {"05 01 e903 0008",
		"'op':'set_sync_manager','code':5,'class':'session'"},
	    {"04 01 e903 0003",
		"'op':'read_error_counters','code':4,'class':'diagnostic'"},
	    {"0e 01 e903 1009",
		"'op':'distribute_time','code':14,'class':'session'"},
	    {"05 01 e903 000f",
		"'op':'write_outputs','code':5,'class':'control'"},
	    {"05 01 e903 0011", "'op':'write_memory','code':5,'class':'write'"},
	    {"0c 01 0000 0001",
		"'op':'exchange_process_data','code':12,'class':'control',"
		"'cmd':'LRW','idx':1,'logical':'0x01000000','length':1"},
	    {"0a 01 0000 0001",
		"'op':'read_process_data','code':10,'class':'read'"},
	    {"0b 01 0000 0001",
		"'op':'write_process_data','code':11,'class':'control'"},
	    {"00 01 0000 0000", "'op':'nop','code':0,'class':'other'"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_ETHER);
		char hex[96];

		snprintf(
		    hex, sizeof(hex), "0d10 %s 0100 0000 00 0000", all[i].hex);
		harness_hex(h, A, hex);
		assert_true(harness_has(h, all[i].what));
		harness_free(h);
	}
}

/* A word of the SII is asked for, and read. */
#define ASK_SII(cmd, adp, word)               \
	"1210 " cmd " 03 " adp " 0205 0600 0" \
	"000 0001 " word "000000 0000"
#define SII(cmd, adp, wkc, value) \
	"1010 " cmd " 04 " adp " 0805 0400 0000 " value " " wkc

static void
test_sii_says_who_it_is(void **state)
{
	struct harness *h = flow(DIS_ETHER);

	harness_hex(h, A, ASK_SII("05", "e903", "08"));
	assert_true(harness_has(h,
	    "'op':'read_sii','code':5,'class':'read','cmd':'FPWR','idx':3,"
	    "'addr':1282,'register':'sii','length':6,'word':8"));
	(void)harness_take(h);
	harness_hex(h, A, SII("04", "e903", "0000", "00000000"));
	(void)harness_take(h);
	harness_hex(h, B, SII("04", "e903", "0100", "02000000"));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read_sii_data',"
	    "'code':4,'class':'read','status':'ok','rtt_us':0,'req_frame':2,"
	    "'cmd':'FPRD','idx':4,'addr':1288,'register':'sii','length':4,"
	    "'wkc':1,'word':8,'value':'0x00000002'}\n" FACT(SLAVE, "vendor_id",
		"0x00000002", "sii") FACT(SLAVE, "vendor", "Beckhoff", "sii"));
	harness_hex(h, A, ASK_SII("05", "e903", "0a"));
	harness_hex(h, A, SII("04", "e903", "0000", "00000000"));
	(void)harness_take(h);
	harness_hex(h, B, SII("04", "e903", "0100", "5230d807"));
	assert_true(harness_has(h, "'key':'model','value':'EL2008'"));
	assert_true(harness_has(h, "'value':'I/O terminal'"));
	(void)harness_take(h);
	harness_hex(h, A, ASK_SII("05", "e903", "0a"));
	harness_hex(h, A, SII("04", "e903", "0000", "00000000"));
	harness_hex(h, B, SII("04", "e903", "0100", "52307e07"));
	assert_true(harness_has(h, "'value':'EL1918'"));
	assert_true(harness_has(h, "'value':'safety I/O terminal'"));
	(void)harness_take(h);
	/* A number that is none. */
	harness_hex(h, A, ASK_SII("05", "e903", "0e"));
	harness_hex(h, B, SII("04", "e903", "0100", "00000000"));
	assert_false(harness_has(h, "'serial'"));
	harness_free(h);
}

static void
test_positions_wait_for_their_address(void **state)
{
	struct harness *h = flow(DIS_ETHER);

	harness_hex(h, A, ASK_SII("02", "ffff", "08"));
	harness_hex(h, A, SII("01", "ffff", "0000", "00000000"));
	assert_true(harness_has(h, "'op':'read_sii_data'"));
	(void)harness_take(h);
	harness_hex(h, B, SII("01", "0100", "0100", "dd010000"));
	assert_false(harness_has(h, "'identity'"));
	(void)harness_take(h);
	harness_hex(h, A, "0e10 02 05 ffff 1000 0200 0000 e903 0000");
	assert_false(harness_has(h, "'identity'"));
	(void)harness_take(h);
	harness_hex(h, B, "0e10 02 05 0100 1000 0200 0000 e903 0100");
	assert_true(harness_has(h, "'op':'set_station_address'"));
	assert_true(harness_has(h,
	    FACT(SLAVE, "vendor_id", "0x000001dd", "sii")
		FACT(SLAVE, "vendor", "Delta Electronics", "sii")));
	(void)harness_take(h);
	/* From now on the position is called by the address. */
	harness_hex(h, A, "0d10 01 06 ffff 3001 0100 0000 00 0000");
	harness_hex(h, B, "0d10 01 06 0100 3001 0100 0000 02 0100");
	assert_true(harness_has(h, SLAVE ",'state':'stopped'"));
	harness_free(h);
}

static void
test_positions_do_not_wait_for_ever(void **state)
{
	struct harness *h = flow(DIS_ETHER);

	harness_hex(h, A, ASK_SII("02", "ffff", "08"));
	harness_hex(h, A, SII("01", "ffff", "0000", "00000000"));
	harness_hex(h, B, SII("01", "0100", "0100", "dd010000"));
	assert_false(harness_has(h, "'identity'"));
	h->ts_ns += 11000000000;
	harness_hex(h, A, "0d10 07 06 0000 3001 0100 0000 00 0000");
	assert_false(harness_has(h, "'identity'"));
	harness_hex(h, B, "0d10 07 06 0100 3001 0100 0000 02 0200");
	assert_true(harness_has(h, "'wkc':2,'al_state':'preop','slaves':2"));
	assert_true(harness_has(h, ALL ",'state':'stopped'"));
	assert_true(
	    harness_has(h, FACT(POSITION, "vendor_id", "0x000001dd", "sii")));
	harness_free(h);
}

/* A mailbox: length, address, channel, type; written to 1000, read at 1080. */
#define WRITE_BOX(head, box) head " 05 09 e903 0010 2000 0000 " box " 0000"
#define READ_BOX(wkc, box)   "2c10 04 0a e903 8010 2000 0000 " box " " wkc
#define NO_BOX                                                              \
	"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00" \
	"000000"
#define FILL "00000000 00000000 00000000 0000"

#define ASK_NAME "0a00 0000 00 13 0020 40 0810 00 00000000 0000" FILL
#define NAME                                                         \
	"0e00 0000 00 13 0030 41 0810 00 04000000 41583530 00000000" \
	"00000000 00000000"

static void
test_mailbox_says_who_it_is(void **state)
{
	struct harness *h = flow(DIS_ETHER);

	harness_hex(h, A, WRITE_BOX("2c10", ASK_NAME));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'sdo_upload','code':5,"
	    "'class':'read','cmd':'FPWR','idx':9,'addr':4096,"
	    "'register':'memory','length':32,'mailbox':'CoE',"
	    "'index':'0x1008','subindex':0}\n");
	harness_hex(h, A, READ_BOX("0000", NO_BOX));
	(void)harness_take(h);
	/* Nothing is in there yet, which is no failure. */
	harness_hex(h, B, READ_BOX("0000", NO_BOX));
	assert_true(harness_has(h, "'op':'read_memory'"));
	assert_false(harness_has(h, "'status'"));
	harness_hex(h, A, READ_BOX("0000", NO_BOX));
	(void)harness_take(h);
	harness_hex(h, B, READ_BOX("0100", NAME));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'sdo_upload','code':4,"
	    "'class':'read','status':'ok','rtt_us':0,'req_frame':1,"
	    "'cmd':'FPRD','idx':10,'addr':4224,'register':'memory',"
	    "'length':32,'wkc':1,'mailbox':'CoE','index':'0x1008',"
	    "'subindex':0,'size':4,'value':808802369}\n" FACT(
		SLAVE, "model", "AX50", "sdo_upload"));
	harness_free(h);
}

static void
test_what_mailboxes_do(void **state)
{
	static const struct {
		const char *box, *what;
	} all[] = {
	    {"0a00 0000 00 13 0020 2f 6060 00 08000000 0000" FILL,
		"'op':'sdo_download','code':5,'class':'write'"},
	    {"0a00 0000 00 13 0020 23 1110 01 6c6f6164 0000" FILL,
		"'op':'sdo_download','code':5,'class':'config'"},
	    {"0a00 0000 00 13 0020 2b 121c 01 00160000 0000" FILL,
		"'op':'sdo_download','code':5,'class':'session'"},
	    {"0a00 0000 00 13 0020 21 501f 01 00100000 0000" FILL,
		"'op':'sdo_download','code':5,'class':'firmware'"},
	    {"0a00 0000 00 13 0020 60 0000 00 00000000 0000" FILL,
		"'op':'sdo_upload_segment','code':5,'class':'read'"},
	    {"0a00 0000 00 14 02 00 00000000 612e6566 0000" FILL,
		"'op':'foe_write','code':5,'class':'file'"},
	    {"0a00 0000 00 14 01 00 01000000 612e6566 0000" FILL,
		"'file':'a.ef','password':true}\n"
		"{'kind':'auth','dir':'request','action':'login',"
		"'detail':'password'}"},
	    {"0400 0000 00 15 01 40 0180 00000000 00000000" FILL,
		"'op':'soe_read','code':5,'class':'read'"},
	    {"0400 0000 00 15 23 40 2400 00000000 00000000" FILL,
		"'op':'soe_write','code':5,'class':'write'"},
	    {"0800 0000 00 12 0200 0000 01000000 00000000" FILL,
		"'op':'eoe_set_ip','code':5,'class':'config'"},
	    {"0800 0000 00 1f 0200 0000 0100 0000 00000000" FILL,
		"'op':'voe','code':5,'class':'other'"},
	    /* No mailbox, but process data. */
	    {"0a00 0000 00 93 0020 40 0810 00 00000000 0000" FILL,
		"'op':'write_memory'"},
	    {"0a00 0000 00 13 0090 40 0810 00 00000000 0000" FILL,
		"'op':'write_memory'"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_ETHER);
		char hex[256];

		snprintf(hex, sizeof(hex),
		    "2c10 05 09 e903 0010 2000 0000 %s 0000", all[i].box);
		harness_hex(h, A, hex);
		assert_true(harness_has(h, all[i].what));
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

static void
test_refusals(void **state)
{
	struct harness *h = flow(DIS_ETHER);

	harness_hex(h, A, WRITE_BOX("2c10", ASK_NAME));
	harness_hex(h, B,
	    READ_BOX(
		"0100", "0a00 0000 00 13 0020 80 0810 00 00000206 0000" FILL));
	assert_true(harness_has(h,
	    "'op':'sdo_upload','code':4,'class':'read','status':'no_object'"));
	assert_true(harness_has(h, "'abort':'0x06020000'"));
	assert_false(harness_has(h, "'identity'"));
	(void)harness_take(h);
	harness_hex(h, B,
	    READ_BOX(
		"0100", "0a00 0000 00 13 0010 1083 08 0000000000 0000" FILL));
	assert_true(harness_has(h, "'op':'emergency'"));
	assert_true(harness_has(h, "'state':'trouble','detail':'emergency'"));
	harness_free(h);
}

/* The mailbox gateway: between stations, over UDP. */
static void
test_gateway(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, "1050 0a00 e903 00 13 0020 40 0910 00 00000000");
	assert_true(harness_has(h, "'op':'sdo_upload','code':3"));
	(void)harness_take(h);
	harness_hex(h, B, "1050 0a00 e903 00 13 0030 43 0910 00 56312e30");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'sdo_upload','code':3,"
	    "'class':'read','status':'ok','rtt_us':0,'req_frame':1,"
	    "'mailbox':'CoE','index':'0x1009','subindex':0,'size':4,"
	    "'value':808333654}\n"
	    "{'kind':'identity','dir':'response','subject':{"
	    "'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':34980,"
	    "'sub':{'path':'slave 1001'}},'key':'hardware','value':'V1.0',"
	    "'via':'sdo_upload','claim':'self'}\n");
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {"0f10 04 07 e903 3001 0200 0000 0000 0000",
		"'reason':'length','offset':0"},
	    {"0e70 04 07 e903 3001 0200 0000 0000 0000",
		"'reason':'frame_type','offset':0"},
	    {"0d10 04 07 e903 3001 0200 0000 0000 00",
		"'reason':'datagram','offset':2"},
	    {"0510 04 07 e903 30", "'reason':'datagram','offset':2"},
	    {"0e10 04 07 e903 3001 0280 0000 0000 0000",
		"'reason':'more','offset':16"},
	    {"1010 04 07 e903 3001 0200 0000 0000 0000 0000",
		"'reason':'more','offset':16"},
	    {"0010", "'reason':'more','offset':2"},
	    {"0e10 20 07 e903 3001 0200 0000 0000 0000",
		"'reason':'command','offset':2"},
	    {"0c40 050102030101 0100 0000 0000",
		"'reason':'variable','offset':2"},
	    {"0650 0100 e903 00 13", "'reason':'mailbox','offset':2"},
	    {"0850 0200 e903 00 13 0090", "'reason':'service','offset':8"},
	    {"0e", "'reason':'length','offset':0"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_ETHER);

		harness_hex(h, A, READ_AL("0000", "0000"));
		(void)harness_take(h);
		harness_hex(h, A, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		assert_int_equal(h->bad, 1);
		(void)harness_take(h);
		harness_hex(h, A, READ_AL("0000", "0000"));
		assert_true(harness_has(h, "'op':'read_al_status'"));
		harness_free(h);
	}
}

static void
test_foreign_is_left_alone(void **state)
{
	static const char *const all[] = {
	    "0e10 04 07 e903", /* UDP: shorter than it says */
	    "0e00 04 07 e903 3001 0200 0000 0000 0000", /* type 0  */
	    "48454c4f 20776f72 6c642121",
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_UDP);

		harness_hex(h, A, all[i]);
		assert_false(h->claimed);
		harness_free(h);
	}
}

static void
test_cut_is_not_broken(void **state)
{
	uint8_t msg[64];
	size_t n = harness_unhex("1c10"
				 "04 07 e903 3001 0280 0000 0800 0100"
				 "04 07 e903 0010 0200 0000 0000 0100",
	    msg, sizeof(msg));

	for (size_t have = 1; have < n; have++) {
		struct harness *h = flow(DIS_ETHER);

		harness_send_cut(h, B, msg, have);
		assert_false(harness_has(h, "malformed"));
		assert_int_equal(harness_has(h, "'operation'"), have >= 12);
		assert_int_equal(
		    harness_has(h, "'state':'running'"), have >= 16);
		assert_false(have >= 12 && h->ctx.need != n);
		harness_free(h);
	}
}

/* Each bit turned, and each truncation: the harness watches. */
static void
test_mutations(void **state)
{
	static const char *const golden[] = {
	    READ_AL("0100", "0800"),
	    SII("04", "e903", "0100", "02000000"),
	    ASK_SII("05", "e903", "08"),
	    "0e10 02 05 0100 1000 0200 0000 e903 0100",
	    WRITE_BOX("2c10", ASK_NAME),
	    READ_BOX("0100", NAME),
	    "1050 0a00 e903 00 13 0030 43 0910 00 56312e30",
	    "1a40 050102030101 0100 0700 0000 0100 0000 0400 0000 01020304",
	};
	uint8_t msg[128];

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		size_t n = harness_unhex(golden[i], msg, sizeof(msg));

		for (size_t bit = 0; bit < 8 * n; bit++) {
			struct harness *h = flow(DIS_ETHER);

			msg[bit / 8] ^= (uint8_t)(1u << bit % 8);
			harness_send(h, A, msg, n);
			harness_send(h, B, msg, n);
			harness_send(h, B, msg, bit / 8 + 1);
			msg[bit / 8] ^= (uint8_t)(1u << bit % 8);
			harness_send(h, A, msg, n);
			harness_free(h);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_out_and_back),
	    cmocka_unit_test(test_states_are_control),
	    cmocka_unit_test(test_what_registers_are_for),
	    cmocka_unit_test(test_sii_says_who_it_is),
	    cmocka_unit_test(test_positions_wait_for_their_address),
	    cmocka_unit_test(test_positions_do_not_wait_for_ever),
	    cmocka_unit_test(test_mailbox_says_who_it_is),
	    cmocka_unit_test(test_what_mailboxes_do),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_gateway),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_foreign_is_left_alone),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
