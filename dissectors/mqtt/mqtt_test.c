/*
 * MQTT: connections of all versions, publications both ways, Sparkplug,
 * subscriptions, long packets; violations, damage, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_mqtt;

/* CONNECT: length, name, 3.1.1, flags, keep alive 60; then fields */
#define CONNECT4(len, flags) "10 " len " 0004 4d515454 04 " flags " 003c "
#define CONNECT5(len, flags) "10 " len " 0004 4d515454 05 " flags " 003c "
#define PUMP7                "0005 70756d7037"          /* pump7 */
#define PLAIN4               CONNECT4("11", "02") PUMP7 /* clean session */
#define LOGIN4                                        \
	CONNECT4("1f", "c2")                          \
	PUMP7 "0004 616e6e61" /* user anna */ "0006 " \
	      "736563726574"  /* a password */
#define CONNACK "20 02 00 00" /* no session, accepted */
#define SUBSCRIBE                                          \
	"82 0d 0007" /* id 7 */ "0003 612f62 01" /* a/b */ \
	"0002 632f 02"                           /* c/ */
#define TOPIC   "0003 612f62"                    /* a/b */
#define PUBLISH "30 07 " TOPIC "3131"

static struct harness *
flow(void)
{
	return harness_new(&dissector_mqtt, DIS_TCP);
}

/* Behind the beginning of a session, which is not looked at. */
static struct harness *
session(const char *connect)
{
	struct harness *h = flow();

	harness_hex(h, A, connect);
	harness_hex(h, B, CONNACK);
	(void)harness_take(h);
	return h;
}

#define V5_OPEN CONNECT5("12", "02") "00 " PUMP7

static struct harness *
session5(void)
{
	struct harness *h = flow();

	harness_hex(h, A, V5_OPEN);
	harness_hex(h, B, "20 03 00 00 00");
	(void)harness_take(h);
	return h;
}

static void
test_login_is_told_without_the_password(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, LOGIN4);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'connect','code':1,"
	    "'class':'session','packet':'CONNECT','version':'3.1.1',"
	    "'client':'pump7','clean':true,'keep_alive':60}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'name','value':'pump7','via':'connect','claim':'self'}\n");
	harness_hex(h, B, CONNACK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'connect','code':2,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':1,"
	    "'packet':'CONNACK','session_present':false,'reason_code':0}\n"
	    "{'kind':'auth','dir':'response','action':'login','user':'anna',"
	    "'detail':'password'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *connect, *answer, *status, *auth;
	} cases[] = {
	    {LOGIN4, "20 02 00 05", "not_authorized",
		"'action':'fail','user':'anna','detail':'password'"},
	    {LOGIN4, "20 02 00 04", "bad_user_name_or_password",
		"'action':'fail'"},
	    {PLAIN4, "20 02 00 05", "not_authorized",
		"'action':'fail','detail':'anonymous'"},
	    {PLAIN4, "20 02 00 02", "identifier_rejected", NULL},
	    {PLAIN4, "20 02 00 00", "ok", NULL},
	    {V5_OPEN, "20 03 00 87 00", "not_authorized", "'action':'fail'"},
	    {V5_OPEN, "20 03 00 84 00", "unsupported_protocol_version", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harness *h = flow();
		char text[80];

		harness_hex(h, A, cases[i].connect);
		(void)harness_take(h);
		harness_hex(h, B, cases[i].answer);
		(void)snprintf(
		    text, sizeof(text), "'status':'%s'", cases[i].status);
		assert_true(harness_has(h, text));
		assert_int_equal(
		    harness_has(h, "'kind':'auth'"), cases[i].auth != NULL);
		assert_true(
		    cases[i].auth == NULL || harness_has(h, cases[i].auth));
		harness_free(h);
	}
}

/* Ids that libraries make up name nobody; a will of Sparkplug does. */
static void
test_who_a_client_is(void **state)
{
	struct harness *h = flow();

	/* mosq-aB; will with QoS 1: spBv1.0/w/NDEATH/e10, 2 octets */
	harness_hex(h, A,
	    CONNECT4("2d", "0e") "0007 6d6f73712d6142"
				 "0014 73704276312e302f772f4e44454154482f6531 "
				 "30 0002 3031");
	assert_true(harness_has(h, "'client':'mosq-aB'"));
	assert_true(harness_has(
	    h, "'will':'spBv1.0/w/NDEATH/e10','will_length':2,'qos':1"));
	assert_false(harness_has(h, "'value':'mosq-aB'"));
	assert_true(harness_has(h, "'key':'name','value':'e10'"));
	harness_reset(h);
	/* a UUID */
	harness_hex(h, A,
	    CONNECT4("30", "02") "0024"
				 "66383164346661652d376465632d313164302d6137363"
				 "52d303061306339"
				 "316536626636");
	assert_true(harness_has(h, "'client':'f81d4fae-7dec-"));
	assert_false(harness_has(h, "identity"));
	harness_reset(h);
	/* a bridge of version 3.1 */
	harness_hex(h, A, "10 13 0006 4d5149736470 83 02 003c " PUMP7);
	assert_true(harness_has(h, "'version':'3.1','bridge':true"));
	harness_free(h);
}

static void
test_publications_are_paired(void **state)
{
	struct harness *h = session(PLAIN4);

	harness_hex(h, A, "33 09 " TOPIC "0009 3131");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'publish','code':3,"
	    "'class':'report','packet':'PUBLISH','topic':'a/b','qos':1,"
	    "'retain':true,'id':9,'payload_length':2}\n");
	harness_hex(h, B, "40 02 0009");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'publish','code':4,"
	    "'class':'report','status':'ok','rtt_us':0,'req_frame':3,"
	    "'packet':'PUBACK','id':9}\n");
	/* the other way: what the broker passes on */
	harness_hex(h, B, "3c 09 " TOPIC "0001 3131");
	assert_true(harness_has(h,
	    "'dir':'notify','op':'publish','code':3,'class':'report',"
	    "'packet':'PUBLISH','topic':'a/b','qos':2,'again':true,'id':1"));
	harness_hex(h, A, "50 02 0001");
	assert_true(harness_has(h, "'dir':'request','op':'acknowledge'"));
	harness_hex(h, B, "62 02 0001");
	assert_true(harness_has(h, "'dir':'notify','op':'publish_release'"));
	harness_hex(h, A, "70 02 0001");
	assert_int_equal(harness_waiting(h), 0);
	/* and a client's own, twice acknowledged */
	harness_hex(h, A, "34 09 " TOPIC "0002 3131");
	harness_hex(h, B, "50 02 0002");
	harness_hex(h, A, "62 02 0002");
	(void)harness_take(h);
	harness_hex(h, B, "70 02 0002");
	assert_true(
	    harness_has(h, "'dir':'response','op':'publish_release','code':7,"
			   "'class':'session','status':'ok','rtt_us':0"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_subscriptions(void **state)
{
	struct harness *h = session(PLAIN4);

	harness_hex(h, A, SUBSCRIBE);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'subscribe','code':8,"
	    "'class':'read','packet':'SUBSCRIBE','id':7,'topics':"
	    "[{'topic':'a/b','qos':1},{'topic':'c/','qos':2}]}\n");
	harness_hex(h, B, "90 04 0007 01 80");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'subscribe','code':9,"
	    "'class':'read','status':'unspecified_error','rtt_us':0,"
	    "'req_frame':3,'packet':'SUBACK','id':7,"
	    "'reason_codes':[1,128]}\n");
	harness_hex(h, A, "a2 07 0008 " TOPIC);
	assert_true(harness_has(h, "'id':8,'topics':[{'topic':'a/b'}]"));
	harness_hex(h, B, "b0 02 0008");
	assert_true(harness_has(h, "'op':'unsubscribe','code':11,"
				   "'class':'read','status':'ok'"));
	harness_hex(h, A, "c0 00");
	harness_hex(h, B, "d0 00");
	assert_true(harness_has(
	    h, "'op':'ping','code':13,'class':'session','status':'ok'"));
	harness_hex(h, A, "e0 00");
	assert_true(harness_has(h, "'op':'disconnect'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

/* Commands are control; births name a node, and what is behind it. */
static void
test_sparkplug(void **state)
{
	struct harness *h = session(PLAIN4);

	/* spBv1.0/w/NBIRTH/e1 */
	harness_hex(
	    h, A, "30 17 0013 73704276312e302f772f4e42495254482f6531 3031");
	assert_true(harness_has(
	    h, "'sparkplug':{'message':'NBIRTH','group':'w','node':'e1'}"));
	assert_true(harness_has(
	    h, "'key':'name','value':'e1','via':'publish','claim':'self'"));
	(void)harness_take(h);
	/* spBv1.0/w/DBIRTH/e1/p7 */
	harness_hex(
	    h, A, "30 18 0016 73704276312e302f772f4442495254482f65312f7037");
	assert_true(harness_has(h, "'node':'e1','device':'p7'}"));
	assert_true(
	    harness_has(h, "'relation':'sparkplug_device','peer':'e1/p7'"));
	(void)harness_take(h);
	/* spBv1.0/w/NCMD/e1, from the broker and to it */
	harness_hex(h, B, "30 13 0011 73704276312e302f772f4e434d442f6531");
	assert_true(harness_has(h, "'dir':'notify','op':'publish','code':3,"
				   "'class':'control'"));
	harness_hex(h, A, "30 13 0011 73704276312e302f772f4e434d442f6531");
	assert_true(harness_has(h, "'dir':'request','op':'publish','code':3,"
				   "'class':'control'"));
	(void)harness_take(h);
	/* spBv1.0/w/NBIRTH/e1, as the broker passes it on: another's */
	harness_hex(
	    h, B, "30 17 0013 73704276312e302f772f4e42495254482f6531 3031");
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	/* spBv1.0/w/XCMD/e1 and one without a node are none */
	harness_hex(h, A, "30 13 0011 73704276312e302f772f58434d442f6531");
	harness_hex(h, A, "30 13 0011 73704276312e302f772f4e42495254482f");
	assert_false(harness_has(h, "sparkplug'"));
	harness_free(h);
}

/* $SYS/broker/version: mosquitto 2 */
#define SYS_VERSION                                                \
	"0013 245359532f62726f6b65722f76657273696f6e 6d6f73717569" \
	"74746f2032"

static void
test_broker_tells_its_version(void **state)
{
	struct harness *h = session(PLAIN4);

	harness_hex(h, B, "31 20 " SYS_VERSION);
	assert_true(harness_has(h,
	    "'ip':'10.0.0.2','port':1883},'key':'software',"
	    "'value':'mosquitto 2','via':'publish','claim':'self'"));
	(void)harness_take(h);
	harness_hex(h, A, "31 20 " SYS_VERSION);
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_properties_of_version_5(void **state)
{
	struct harness *h = flow();

	/* expiry 60 s, receive maximum 20, one of the user's, method m,
	 * data */
	harness_hex(h, A,
	    CONNECT5("2c", "02") "1a 11 0000003c 21 0014 26 0001 6b 0001 76"
				 " 15 0001 6d 16 0004 61626364 " PUMP7);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'connect','code':1,"
	    "'class':'session','packet':'CONNECT','version':'5.0',"
	    "'session_expiry':60,'receive_max':20,'method':'m',"
	    "'user_properties':1,'client':'pump7','clean':true,"
	    "'keep_alive':60}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'name','value':'pump7','via':'connect','claim':'self'}\n");
	/* assigned id, server keep alive */
	harness_hex(h, B, "20 0b 00 00 08 12 0002 6931 13 001e");
	assert_true(harness_has(h, "'reason_code':0,'assigned':'i1',"
				   "'keep_alive':30}"));
	assert_true(harness_has(h, "'action':'login','detail':'method'"));
	(void)harness_take(h);
	/* by an alias, which is 3; no topic */
	harness_hex(h, A, "30 08 0000 03 23 0003 3131");
	assert_true(harness_has(h, "'qos':0,'alias':3,'payload_length':2}"));
	/* reason: nobody is subscribed, with a text */
	harness_hex(h, A, "32 09 " TOPIC "0001 00 31");
	(void)harness_take(h);
	harness_hex(h, B, "40 09 0001 10 05 1f 0002 6e6f");
	assert_true(harness_has(h, "'status':'ok','rtt_us':0,'req_frame':4,"
				   "'packet':'PUBACK','id':1,"
				   "'reason_code':16,'cause':'no'}"));
	/* the server goes */
	harness_hex(h, B, "e0 02 8b 00");
	assert_true(harness_has(h, "'dir':'notify','op':'disconnect'"));
	assert_true(harness_has(h, "'reason_code':139"));
	/* AUTH goes on with it */
	harness_hex(h, A, "f0 06 18 04 15 0001 6d");
	assert_true(harness_has(h, "'op':'authenticate'"));
	harness_free(h);
}

/* Of a long packet so much is told as names it; the rest passes. */
static void
test_long_packets_pass(void **state)
{
	static const size_t pieces[] = {0, 1, 7, 2048};
	static uint8_t pdu[9 + 5000] = {0x30, 0x8d, 0x27, /* PUBLISH, 5005 */
	    0, 3, 'a', '/', 'b'};
	struct harness *h = NULL;

	memset(pdu + 8, 0x30, 5000);
	pdu[5008] = 0xc0; /* PINGREQ */
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		h = session(PLAIN4);
		h->segment = pieces[i];
		harness_send(h, A, pdu, sizeof(pdu));
		harness_hex(h, A, "00");
		assert_true(harness_has(
		    h, "'topic':'a/b','qos':0,'payload_length':5000}"));
		assert_true(harness_has(h, "'op':'ping'"));
		assert_false(harness_has(h, "malformed"));
		assert_int_equal(h->events, 5);
		harness_free(h);
	}
	/* What passes proves nothing, in however many pieces. */
	h = flow();
	h->segment = 1;
	harness_send(h, A, pdu, sizeof(pdu));
	(void)harness_take(h);
	harness_hex(h, A, "00");
	assert_true(harness_has(h, "'tentative':true,'op':'ping'"));
	harness_free(h);
	/* A topic that does not end in what is looked at: nothing follows. */
	h = session(PLAIN4);
	pdu[3] = 0x10;
	harness_send(h, A, pdu, sizeof(pdu));
	harness_hex(h, A, "00");
	assert_false(harness_has(h, "'topic'"));
	assert_false(harness_has(h, "malformed"));
	assert_true(harness_has(h, "'op':'ping'"));
	harness_free(h);
}

/* Loss within what passes: the next packet is found. */
static void
test_loss_within_a_long_packet(void **state)
{
	static uint8_t pdu[3000] = {0x30, 0xb5, 0x17, 0, 3, 'a', '/', 'b'};
	struct harness *h = session(PLAIN4);

	harness_send(h, A, pdu, 2500);
	harness_gap(h, A);
	(void)harness_take(h);
	harness_send(h, A, pdu + 2900, 100);
	harness_hex(h, A, PUBLISH);
	assert_true(harness_has(h, "'topic':'a/b','qos':0"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		uint8_t side;
		bool v5;
		const char *pdu, *said;
	} cases[] = {
	    {A, false, "00 01 00", "'packet_type','offset':0"},
	    {A, false, "f0 00", "'packet_type','offset':0"},
	    {A, false, "80 08 0001 " TOPIC "00", "'flags','offset':0"},
	    {B, false, "20 02 02 00", "'flags','offset':2"},
	    {A, false, "10 0c 0003 4d5154 04 02 003c 0001 31",
		"'protocol_name','offset':2"},
	    {A, false, CONNECT4("11", "03") PUMP7, "'flags','offset':9"},
	    {A, false, CONNECT4("11", "42") PUMP7, "'flags','offset':9"},
	    {A, false, CONNECT4("11", "1e") PUMP7, "'qos','offset':9"},
	    {A, false, "10 11 0004 4d515454 06 02 003c " PUMP7,
		"'version','offset':8"},
	    {A, false, CONNECT4("10", "02") "0005 70756d70",
		"'length','offset':12"},
	    {A, false, CONNECT4("12", "02") PUMP7 "00", "'length','offset':19"},
	    {A, false, "36 07 " TOPIC "3131", "'qos','offset':0"},
	    {A, false, "32 07 " TOPIC "0000", "'packet_id','offset':7"},
	    {A, false, "30 05 0003 612f23", "'topic','offset':4"},
	    {A, false, "30 04 0000 3131", "'topic','offset':4"},
	    {A, false, "30 04 0003 3131", "'length','offset':2"},
	    {A, false, "40 02 0000", "'packet_id','offset':2"},
	    {A, false, "40 01 00", "'length','offset':2"},
	    {A, false, "40 04 0001 00 00", NULL},
	    {A, false, "82 02 0001", "'no_topics','offset':4"},
	    {A, false, "82 08 0000 " TOPIC "00", "'packet_id','offset':2"},
	    {A, false, "82 08 0001 " TOPIC "03", "'qos','offset':4"},
	    {A, false, "82 05 0001 0000 00", "'topic','offset':4"},
	    {A, false, "c0 01 00", "'length','offset':2"},
	    {A, false, "e0 01 00", "'length','offset':2"},
	    {A, true, "30 0a " TOPIC "03 7e 0003 31",
		"'properties','offset':8"},
	    {A, true, "30 0c " TOPIC "06 23 0003 23 0003",
		"'properties','offset':11"},
	    {A, true, "30 09 " TOPIC "09 23 0003", "'properties','offset':7"},
	    {A, true, "30 08 " TOPIC "02 23 00", "'properties','offset':8"},
	    {A, true, "30 0a " TOPIC "ffffffff7f", "'length','offset':7"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harness *h = cases[i].v5 ? session5() : session(PLAIN4);
		char text[80];

		harness_hex(h, cases[i].side, cases[i].pdu);
		(void)snprintf(
		    text, sizeof(text), "'reason':%s}", cases[i].said);
		assert_int_equal(harness_has(h, text), cases[i].said != NULL);
		assert_int_equal(h->skipped, 0);
		(void)harness_take(h);
		harness_hex(h, A, "c0 00");
		assert_true(harness_has(h, "'op':'ping'"));
		harness_free(h);
	}
}

/* A length of five octets: nothing to go on with; then a packet is found. */
static void
test_next_packet_is_found(void **state)
{
	struct harness *h = session(PLAIN4);

	harness_hex(h, A, "30 ffffffff7f 313233" PUBLISH);
	assert_true(harness_has(h, "'reason':'no_header','offset':0"));
	assert_true(harness_has(h, "'topic':'a/b'"));
	assert_int_equal(h->skipped, 9);
	harness_free(h);
}

/* The version shows in CONNACK, or in where filters stand. */
static void
test_beginning_not_seen(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, PUBLISH);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'publish','code':3,'class':'report','packet':'PUBLISH',"
	    "'topic':'a/b','qos':0}\n");
	harness_hex(h, B, "90 04 0007 00 01");
	assert_true(harness_has(h, "'packet':'SUBACK','id':7}"));
	harness_hex(h, A, "82 09 0001 00 " TOPIC "00");
	assert_true(harness_has(h, "'topics':[{'topic':'a/b','qos':0}]"));
	(void)harness_take(h);
	harness_hex(h, A, "30 08 " TOPIC "00 3131");
	assert_true(harness_has(h, "'payload_length':2"));
	harness_reset(h);
	harness_hex(h, B, CONNACK);
	(void)harness_take(h);
	harness_hex(h, A, PUBLISH);
	assert_true(harness_has(h, "'payload_length':2"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const struct {
		uint16_t port;
		const char *digits;
		bool mine;
	} cases[] = {
	    {1883, PLAIN4, true},
	    {1883, "c000", true},
	    {1883, PUBLISH, true},
	    {1883, "474554202f20485454502f312e310d0a", false}, /* GET / */
	    {1883, "1603010200010001fc0303", false},           /* TLS */
	    {1883, "5353482d322e302d", false},                 /* SSH */
	    {1883, "10 11 0004 4d515455 04", false},
	    {1883, "10 11 0004 4d515454 06", false},
	    {1883, "00000000", false},
	    {1883, "30 07 0009 612f62 3131", false},
	    {1883, "f001", true},
	    {31883, PLAIN4, true},
	    {31883, PUBLISH, false},
	    {31883, "c000", false},
	    {31883, CONNACK, false},
	};
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[64];
		size_t n = harness_unhex(cases[i].digits, bytes, sizeof(bytes));

		for (unsigned whole = 0; whole < 2; whole++) {
			h->port[B] = cases[i].port;
			harness_reset(h);
			h->segment = whole ? 0 : 1;
			harness_send(h, A, bytes, n);
			assert_int_equal(h->claimed, cases[i].mine);
		}
	}
	harness_free(h);
}

/* A cut one is what is there of it, and nothing is said to be wrong. */
static void
test_cut_and_truncated(void **state)
{
	static const uint8_t login[] = {0x10, 31, 0, 4, 'M', 'Q', 'T', 'T', 4,
	    0xc2, 0, 60, 0, 5, 'p', 'u', 'm', 'p', '7', 0, 4, 'a', 'n', 'n',
	    'a', 0, 6, 's', 'e', 'c', 'r', 'e', 't'};
	struct harness *h = flow();

	for (size_t n = 0; n < sizeof(login); n++) {
		harness_reset(h);
		harness_send(h, A, login, n);
		assert_int_equal(h->events, 0);
	}
	for (size_t n = 12; n < sizeof(login); n++) {
		harness_reset(h);
		harness_send_cut(h, A, login, n);
		assert_true(harness_has(h, "'op':'connect'"));
		assert_false(harness_has(h, "malformed"));
		assert_int_equal(
		    harness_has(h, "'key':'name','value':'pump7'"), n >= 19);
		assert_int_equal(h->ctx.need, sizeof(login));
	}
	harness_free(h);
}

/* Each single damage of a session: the contract holds. */
static void
test_mutations(void **state)
{
	uint8_t bytes[160];
	size_t n = harness_unhex(V5_OPEN SUBSCRIBE
	    "33 0a " TOPIC "0009 00 3131"
	    "30 17 0013 73704276312e302f772f4e42495254482f"
	    "6531 3031"
	    "c000 e0 02 00 00",
	    bytes, sizeof(bytes));
	struct harness *h = flow();

	for (size_t i = 0; i < n; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1u << bit);
			for (unsigned s = 0; s < 2; s++) {
				harness_reset(h);
				h->segment = s;
				harness_send(h, A, bytes, n);
				harness_send(h, B, bytes, n);
				(void)harness_take(h);
				assert_false(h->failed);
			}
			bytes[i] ^= (uint8_t)(1u << bit);
		}
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_login_is_told_without_the_password),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_who_a_client_is),
	    cmocka_unit_test(test_publications_are_paired),
	    cmocka_unit_test(test_subscriptions),
	    cmocka_unit_test(test_sparkplug),
	    cmocka_unit_test(test_broker_tells_its_version),
	    cmocka_unit_test(test_properties_of_version_5),
	    cmocka_unit_test(test_long_packets_pass),
	    cmocka_unit_test(test_loss_within_a_long_packet),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_next_packet_is_found),
	    cmocka_unit_test(test_beginning_not_seen),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_cut_and_truncated),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
