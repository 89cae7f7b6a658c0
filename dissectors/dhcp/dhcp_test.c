/*
 * dhcp: each message to the letter, whom it is about, the ways options come,
 * violations, what is left alone.
 *
 * A is the client or the relay, B the server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/dhcp/dhcp.h"
#include "dissectors/harness.h"

extern const struct dissector dissector_dhcp;

#define MAC "020000000a01"
#define Z16 "00000000000000000000000000000000"
#define Z64 Z16 Z16 Z16 Z16

/* sname, file: empty */
#define NO_NAMES Z64 Z64 Z64
#define CHADDR   MAC "00000000000000000000"
#define COOKIE   "63825363"

/* op, htype 1, hlen 6, hops 0; xid; secs 0, flags */
#define HEAD(op, flags) op "010600 0a0b0c0d 0000" flags
/* ciaddr, yiaddr, siaddr, giaddr */
#define NOWHERE "00000000 00000000 00000000 00000000"

#define ASK(type, rest) \
	HEAD("01", "0000") NOWHERE CHADDR NO_NAMES COOKIE "3501" type rest
#define LEASED "00000000 0a000001 00000000 00000000"
#define GIVE(type, rest) \
	HEAD("02", "0000") LEASED CHADDR NO_NAMES COOKIE "3501" type rest
#define SERVER "36040a000002"

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_dhcp, DIS_UDP);

	h->port[A] = 68;
	return h;
}

static void
test_discover(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    HEAD("01", "8000") NOWHERE CHADDR NO_NAMES COOKIE
	    "3501 01"          /* discover */
	    "0c04 706c6331"    /* host name: plc1 */
	    "3c05 58312d32 00" /* vendor class: X1-2, and a zero */
	    "3d07 01" MAC      /* client id: hardware address */
	    "3204 0a000009"    /* requested address */
	    "3704 01030f06"    /* parameters */
	    "ff 0000");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'discover','code':1,"
	    "'class':'discovery','xid':'0x0a0b0c0d','broadcast':true,"
	    "'chaddr':'02:00:00:00:0a:01','requested_ip':'10.0.0.9',"
	    "'hostname':'plc1','parameters':[1,3,15,6],"
	    "'vendor_class':'X1-2','client_id':'01020000000a01',"
	    "'options':[53,12,60,61,50,55]}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:0a:01'},'key':'mac',"
	    "'value':'02:00:00:00:0a:01','via':'discover','claim':'self'}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:0a:01'},'key':'hostname','value':'plc1',"
	    "'via':'discover','claim':'self'}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:0a:01'},'key':'description',"
	    "'value':'X1-2','via':'discover','claim':'self'}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:0a:01'},'key':'dhcp_parameters',"
	    "'value':'1,3,15,6','via':'discover','claim':'guess'}\n");
	/* Of a list that no client sends the beginning is told. */
	(void)harness_take(h);
	harness_hex(h, A,
	    HEAD("01", "8000") NOWHERE CHADDR NO_NAMES COOKIE "3501 01 3742" Z64
							      "0909 ff");
	assert_true(harness_has(h, "'key':'dhcp_parameters','value':'0,0,"));
	assert_false(harness_has(h, "0,9'"));
	harness_free(h);
}

static void
test_ack_binds(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    HEAD("01",
		"0000") "0a000001 00000000 00000000 00000000" CHADDR NO_NAMES
		COOKIE "350103 ff");
	(void)harness_take(h);
	h->ts_ns += 2500000;
	harness_hex(h, B,
	    GIVE("05", SERVER                 /* server id */
		"3304 00000e10"               /* lease: an hour */
		"0104 ffffff00"               /* netmask */
		"0308 0a0000fe 0a0000fd"      /* routers */
		"0604 0a000003"               /* DNS */
		"0f05 6c6f63616c"             /* domain: local */
		"3a04 00000708 3b04 00000c4e" /* renew, rebind */
		"ff"));
	harness_assert(h,
	    "{'kind':'endpoint','frame':2,'ts':'0.002500000','src':"
	    "{'mac':'02:00:00:00:0a:01','ip':'10.0.0.1'},'how':'dhcp'}\n"
	    "{'kind':'operation','dir':'response','op':'ack','code':5,"
	    "'class':'session','status':'ok','rtt_us':2500,'req_frame':1,"
	    "'xid':'0x0a0b0c0d','yiaddr':'10.0.0.1',"
	    "'chaddr':'02:00:00:00:0a:01','lease_s':3600,"
	    "'server_id':'10.0.0.2','netmask':'255.255.255.0',"
	    "'routers':['10.0.0.254','10.0.0.253'],'dns':['10.0.0.3'],"
	    "'domain':'local','renew_s':1800,'rebind_s':3150,"
	    "'options':[53,54,51,1,3,6,15,58,59]}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:0a:01','ip':'10.0.0.1'},'key':'netmask',"
	    "'value':'255.255.255.0','via':'ack','claim':'peer'}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:0a:01','ip':'10.0.0.1'},'key':'gateway',"
	    "'value':'10.0.0.254','via':'ack','claim':'peer'}\n"
	    "{'kind':'topology','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':67},"
	    "'relation':'dhcp_server','peer':'10.0.0.0/24'}\n"
	    "{'kind':'topology','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':67},"
	    "'relation':'names_gateway','peer':'10.0.0.254'}\n"
	    "{'kind':'topology','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':67},"
	    "'relation':'names_gateway','peer':'10.0.0.253'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_every_type(void **state)
{
	static const struct {
		const char *name, *cls;
		bool server;
	} is[] = {{NULL, NULL, false}, {"discover", "discovery", false},
	    {"offer", "discovery", true}, {"request", "session", false},
	    {"decline", "session", false}, {"ack", "session", true},
	    {"nak", "session", true}, {"release", "session", false},
	    {"inform", "session", false}, {"force_renew", "session", true},
	    {"lease_query", "discovery", false},
	    {"lease_unassigned", "discovery", true},
	    {"lease_unknown", "discovery", true},
	    {"lease_active", "discovery", true}};
	struct harness *h = flow();
	uint8_t b[512];
	char want[128];

	for (uint8_t t = 1; t < sizeof(is) / sizeof(is[0]); t++) {
		size_t n = harness_unhex(
		    is[t].server ? GIVE("00", SERVER "ff") : ASK("00", "ff"), b,
		    sizeof(b));

		b[DHCP_HEAD_LEN + 6] = t;
		(void)harness_take(h);
		harness_send(h, is[t].server ? B : A, b, n);
		(void)snprintf(want, sizeof(want),
		    "'op':'%s','code':%u,'class':'%s'", is[t].name, t,
		    is[t].cls);
		assert_true(harness_has(h, want));
		assert_false(harness_has(h, "malformed"));
		assert_int_equal(harness_has(h, "endpoint"), t == DHCP_ACK);
		if (t == DHCP_NAK) {
			assert_true(harness_has(h, "'status':'nak'"));
		}
		if (t == DHCP_FORCE_RENEW) {
			assert_true(harness_has(h, "'dir':'notify'"));
		}
	}
	harness_free(h);
}

static void
test_only_prefixes_are_networks(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B, GIVE("05", SERVER "0104ff00ff00 ff"));
	assert_true(harness_has(h, "'netmask':'255.0.255.0'"));
	assert_true(
	    harness_has(h, "'relation':'dhcp_server','peer':'10.0.0.2'"));
	(void)harness_take(h);
	harness_hex(h, B, GIVE("05", SERVER "0104fe000000 ff"));
	assert_true(harness_has(h, "'peer':'10.0.0.0/7'"));
	harness_free(h);
}

/* Who gives an address back has it no more. */
static void
test_who_speaks_of_itself(void **state)
{
	static const struct {
		const char *type;
		bool tells;
	} is[] = {{"01", true}, {"03", true}, {"08", true}, {"04", false},
	    {"07", false}, {"0a", false}};
	struct harness *h = flow();
	char text[2048];

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s%s", ASK("", ""),
		    is[i].type, "0c0161 ff");
		(void)harness_take(h);
		harness_hex(h, A, text);
		assert_int_equal(harness_has(h, "'key':'hostname','value':'a'"),
		    is[i].tells);
	}
	/* The wrong side's message is nobody's word. */
	(void)harness_take(h);
	harness_hex(h, A,
	    HEAD("01",
		"0000") "00000000 00000000 00000000 0a000001" CHADDR NO_NAMES
		COOKIE "350102" SERVER "ff");
	assert_true(harness_has(h, "'reason':'wrong_side'"));
	assert_false(harness_has(h, "topology"));
	harness_free(h);
}

static void
test_answers_find_their_question(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, ASK("01", "ff"));
	harness_hex(h, A, ASK("03", "ff"));
	harness_hex(h, B, GIVE("05", SERVER "ff"));
	assert_true(harness_has(h, "'op':'ack','code':5,'class':'session',"
				   "'status':'ok','rtt_us':0,'req_frame':2"));
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

/* Whatever broadcasts, nobody waits for an answer that goes elsewhere. */
static void
test_broadcasts_are_no_pair(void **state)
{
	struct harness *h = flow();

	memset(h->end[A].ip.a, 0, 4);
	memset(h->end[B].ip.a, 255, 4);
	memset(h->end[B].mac, 255, 6);
	harness_hex(h, A, ASK("01", "ff"));
	assert_int_equal(harness_waiting(h), 0);
	assert_true(harness_has(h, "'subject':{'mac':'02:00:00:00:0a:01'}"));
	assert_false(harness_has(h, "'subject':{'mac':'02:00:00:00:0a:01',"));
	harness_free(h);
}

static void
test_relay(void **state)
{
	static const char info[] = "5212 0106000400640102 0208 0006 " MAC;
	struct harness *h = flow();
	char text[2048];

	h->port[A] = 67;
	(void)snprintf(text, sizeof(text), "%s%s%s%s",
	    "010106 01 0a0b0c0d 0000 0000"
	    "00000000 00000000 00000000 0a000001" CHADDR NO_NAMES COOKIE
	    "350101 0c01 61",
	    info, "", "ff");
	harness_hex(h, A, text);
	assert_true(
	    harness_has(h, "'hops':1,'xid':'0x0a0b0c0d','giaddr':'10.0.0.1'"));
	assert_true(harness_has(
	    h, "'circuit_id':'000400640102','remote_id':'0006020000000a01'"));
	/* About the client, not the relay. */
	assert_true(harness_has(
	    h, "'subject':{'mac':'02:00:00:00:0a:01'},'key':'hostname'"));
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1',"
	    "'port':67},'relation':'dhcp_relay','peer':'10.0.0.2'"));
	/* What comes back by the relay is the server's, up to port 68. */
	(void)harness_take(h);
	harness_hex(h, B,
	    HEAD("02",
		"0000") "00000000 0a000105 00000000 0a000001" CHADDR NO_NAMES
		COOKIE "350102" SERVER "0104ffffff00 ff");
	assert_true(harness_has(h, "'req_frame':1"));
	assert_true(
	    harness_has(h, "'relation':'dhcp_server','peer':'10.0.1.0/24'"));
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	h->port[A] = 68;
	harness_hex(h, B,
	    HEAD("02",
		"0000") "00000000 0a000105 00000000 0a000001" CHADDR NO_NAMES
		COOKIE "350105" SERVER "0104ffffff00 ff");
	assert_true(
	    harness_has(h, "'relation':'dhcp_relay','peer':'10.0.0.2'"));
	assert_false(harness_has(h, "dhcp_server"));
	harness_free(h);
}

static void
test_bootp(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, HEAD("01", "0000") NOWHERE CHADDR NO_NAMES Z64);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'bootp_request','code':0,'class':'session',"
	    "'xid':'0x0a0b0c0d','chaddr':'02:00:00:00:0a:01'}\n"
	    "{'kind':'identity','dir':'request','tentative':true,'subject':"
	    "{'mac':'02:00:00:00:0a:01'},'key':'mac',"
	    "'value':'02:00:00:00:0a:01','via':'bootp_request',"
	    "'claim':'self'}\n");
	harness_hex(h, B,
	    HEAD("02", "0000") LEASED CHADDR NO_NAMES COOKIE
	    "0104 ffff0000 0c02 7031 ff");
	assert_true(harness_has(h, "'how':'dhcp'"));
	assert_true(harness_has(h, "'op':'bootp_reply'"));
	assert_true(harness_has(h, "'req_frame':1"));
	assert_true(
	    harness_has(h, "'key':'hostname','value':'p1','via':'bootp_reply',"
			   "'claim':'peer'"));
	assert_true(
	    harness_has(h, "'relation':'dhcp_server','peer':'10.0.0.0/16'"));
	harness_free(h);
}

static void
test_options_elsewhere(void **state)
{
	struct harness *h = flow();
	uint8_t b[512];
	size_t n = harness_unhex(ASK("03", "0c02 706c"
					   "3401 03"
					   "ff"),
	    b, sizeof(b));

	/* file goes before sname */
	(void)harness_unhex("0c02 6331 ff", b + 44 + 64, 5);
	(void)harness_unhex("0c01 61 0f01 78 ff", b + 44, 7);
	harness_send(h, A, b, n);
	assert_true(harness_has(h, "'hostname':'plc1a','domain':'x'"));
	assert_true(harness_has(h, "'options':[53,12,52,15]"));
	assert_false(harness_has(h, "sname"));
	/* Without option 52 they are what they are called. */
	(void)harness_unhex("3901 03", b + n - 4, 3);
	(void)harness_take(h);
	harness_send(h, A, b, n);
	assert_true(harness_has(h, "sname"));
	assert_true(harness_has(h, "'hostname':'pl'"));
	harness_free(h);
}

static void
test_options_in_turns(void **state)
{
	struct harness *h = flow();

	harness_hex(
	    h, A, ASK("03", "0c01 61 0f01 78 0c01 62 0f00 0f01 79 0c01 63 ff"));
	assert_true(harness_has(h, "'hostname':'abc','domain':'xy'"));
	harness_free(h);
}

/* What cannot be kept is said to be lost; all before it is told. */
static void
test_options_over_budget(void **state)
{
	struct harness *h = flow();
	uint8_t b[2048];
	size_t n = harness_unhex(ASK("03", ""), b, sizeof(b)), at = n;

	while (n < sizeof(b) - 34) {
		b[n] = 12;
		b[n + 1] = 32;
		memset(b + n + 2, 'a', 32);
		n += 34;
	}
	b[n++] = 255;
	harness_send(h, A, b, n);
	(void)snprintf((char *)b, sizeof(b), "'reason':'budget','offset':%zu}",
	    at + 34 * 32);
	assert_true(harness_has(h, (char *)b));
	assert_true(harness_has(h, "'hostname':'aaaa"));
	/* No name is that long: RFC 1035, 2.3.4. */
	assert_false(harness_has(h, "'key':'hostname'"));
	harness_free(h);
}

static void
test_long_names(void **state)
{
	static const struct {
		const char *option, *told;
	} is[] = {
	    {"5108 04 00 00 02 6131 0162", "'fqdn':'a1.b'"},
	    {"5109 05 00 00 02 6131 0162 00", "'fqdn':'a1.b'"},
	    {"5108 00 00 00 61312e6200", "'fqdn':'a1.b'"},
	    {"5108 00 00 00 61312e622e", "'fqdn':'a1.b'"},
	    {"5106 04 00 00 05 6131", "'reason':'fqdn','offset':243"},
	    {"5106 04 00 00 00 6131", "'reason':'fqdn','offset':243"},
	    {"5107 04 00 00 c0 0c 6131", "'reason':'fqdn','offset':243"},
	    {"5102 04 00", "'reason':'value_length','offset':243"},
	};
	struct harness *h = flow();
	char text[2048];

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s%s", ASK("03", ""),
		    is[i].option, "ff");
		(void)harness_take(h);
		harness_hex(h, A, text);
		assert_true(harness_has(h, is[i].told));
		assert_int_equal(
		    harness_has(h, "'key':'hostname','value':'a1.b'"), i < 4);
	}
	(void)harness_take(h);
	harness_hex(
	    h, A, ASK("03", "5144 04 00 00 40" Z64 "ff")); /* RFC 1035, 2.3.4 */
	assert_true(harness_has(h, "'reason':'fqdn'"));
	/* The same name twice is told once. */
	(void)harness_take(h);
	harness_hex(h, A, ASK("03", "0c02 6131 5106 04 00 00 02 6131 ff"));
	assert_true(harness_has(h, "'hostname':'a1','fqdn':'a1'"));
	assert_int_equal(h->ok, 5);
	assert_null(strstr(strstr(harness_take(h), "\"key\":\"hostname\"") + 1,
	    "\"key\":\"hostname\""));
	harness_free(h);
}

static void
test_vendor_classes(void **state)
{
	static const struct {
		const char *class, *told;
	} is[] = {
	    {"MSFT 5.0", "'key':'os','value':'Windows'"},
	    {"MSFT 98", "'key':'os','value':'Windows 98'"},
	    {"android-dhcp-11", "'key':'os','value':'Android 11'"},
	    {"dhcpcd-8.1:Linux-4.19.75:armv7l:BCM2835",
		"'key':'os','value':'Linux-4.19.75'"},
	    {"MSFT 5.01", "'key':'description','value':'MSFT 5.01'"},
	    {"TL-SG116E", "'key':'description','value':'TL-SG116E'"},
	    {"udhcp 1.36.1", NULL},
	    {"PXEClient:Arch:00000", NULL},
	    {"dhcpcd-8.1", NULL},
	    {"android-dhcp-0123456789abcdefgh", NULL},
	};
	struct harness *h = flow();
	uint8_t b[512];

	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		size_t n = harness_unhex(ASK("03", ""), b, sizeof(b));
		size_t len = strlen(is[i].class);

		b[n++] = DHO_VENDOR_CLASS;
		b[n++] = (uint8_t)len;
		memcpy(b + n, is[i].class, len);
		b[n + len] = DHO_END;
		(void)harness_take(h);
		harness_send(h, A, b, n + len + 1);
		assert_true(harness_has(h, is[i].class));
		assert_true(is[i].told == NULL || harness_has(h, is[i].told));
		assert_int_equal(harness_has(h, "'key':'os'") ||
				     harness_has(h, "'key':'description'"),
		    is[i].told != NULL);
	}
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *message, *told;
		bool server;
	} is[] = {
	    {ASK("03", "0c02 70"), "'option_length','offset':243", false},
	    {ASK("03", "0c"), "'option_length','offset':243", false},
	    {ASK("03", "0c0170"), "'no_end','offset':246", false},
	    {ASK("03", "3203 0a0000 ff"), "'value_length','offset':243", false},
	    {ASK("03", "3901 05 ff"), "'value_length','offset':243", false},
	    {ASK("03", "0605 0a00000301 ff"), "'value_length','offset':243",
		false},
	    {ASK("03", "3402 0303 ff"), "'value_length','offset':243", false},
	    {ASK("03", "3401 04 ff"), "'overload','offset':243", false},
	    {ASK("03", "3401 00 ff"), "'overload','offset':243", false},
	    {ASK("03", "3401 01 ff"), "'no_end','offset':236", false},
	    {ASK("13", "ff"), "'message_type','offset':240", false},
	    {ASK("00", "ff"), "'message_type','offset':240", false},
	    {ASK("02", SERVER "ff"), "'wrong_side','offset':0", false},
	    {ASK("03", "5203 01 05 61 ff"), "'relay_info','offset':243", false},
	    {GIVE("05", "ff"), "'no_server_id','offset':240", true},
	    {"0301", "'header','offset':0", false},
	    {"01010600 0a0b0c0d", "'header','offset':0", false},
	};
	struct harness *h = flow();

	harness_hex(h, A, ASK("03", "ff"));
	for (size_t i = 0; i < sizeof(is) / sizeof(is[0]); i++) {
		char want[128];

		(void)harness_take(h);
		harness_hex(h, is[i].server ? B : A, is[i].message);
		(void)snprintf(want, sizeof(want), "'reason':%s}", is[i].told);
		assert_true(harness_has(h, want));
		assert_false(harness_has(h, "endpoint"));
		/* The flow goes on. */
		(void)harness_take(h);
		harness_hex(h, A, ASK("03", "0c0170 ff"));
		assert_true(harness_has(h, "'hostname':'p'"));
		assert_false(harness_has(h, "malformed"));
	}
	harness_free(h);
}

/* Whoever has no MAC, no address, or a group's, is no device. */
static void
test_who_is_nobody(void **state)
{
	static const char *const nobody[] = {
	    "000000000000", "ffffffffffff", "01005e000001"};
	struct harness *h = flow();
	uint8_t b[512];
	size_t n =
	    harness_unhex(GIVE("05", SERVER "0104ffffff00 ff"), b, sizeof(b));

	for (int i = 0; i < 3; i++) {
		(void)harness_unhex(nobody[i], b + 28, 6);
		(void)harness_take(h);
		harness_send(h, B, b, n);
		assert_false(harness_has(h, "endpoint"));
		assert_true(
		    harness_has(h, "'subject':{'ip':'10.0.0.1'},'key'"));
	}
	(void)harness_unhex(MAC "ffffffff", b + 28, 6 + 4);
	memset(b + 16, 255, 4); /* yiaddr: everybody */
	(void)harness_take(h);
	harness_send(h, B, b, n);
	assert_false(harness_has(h, "endpoint"));
	assert_false(harness_has(h, "'subject':{'ip'"));
	/* Another hardware: its address is bytes. */
	b[1] = 32;
	(void)harness_take(h);
	harness_send(h, B, b, n);
	assert_true(harness_has(h, "'htype':32,'chaddr':'020000000a01'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_cut_is_not_broken(void **state)
{
	struct harness *h = flow();
	uint8_t b[512];
	size_t n = harness_unhex(
	    GIVE("05", SERVER "0104ffffff00 0c05706c633161 ff"), b, sizeof(b));

	for (size_t i = 0; i <= n; i++) {
		harness_reset(h);
		harness_send_cut(h, B, b, i);
		/* From the type on it is known what it is. */
		assert_int_equal(h->events, i >= DHCP_HEAD_LEN + 7);
		assert_int_equal(harness_has(h, "'cut':true"), h->events == 1);
		assert_int_equal(h->bad, 0);
	}
	harness_free(h);
}

static void
test_truncations(void **state)
{
	struct harness *h = flow();
	uint8_t b[512];
	size_t n = harness_unhex(
	    GIVE("05", SERVER "0104ffffff00 0c05706c633161 ff"), b, sizeof(b));

	for (size_t i = 0; i < n; i++) {
		harness_reset(h);
		harness_send(h, B, b, i);
		assert_int_equal(h->claimed, i >= DHCP_HEAD_LEN);
		assert_false(
		    harness_has(h, "endpoint") && i >= DHCP_HEAD_LEN + 4);
	}
	/* Any one bit flipped: the harness holds it to the contract. */
	for (size_t bit = 0; bit < n * 8; bit++) {
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		harness_reset(h);
		h->claimed = true;
		harness_send(h, B, b, n);
		assert_int_equal(h->ok + h->bad, 1);
		b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow();
	static const struct {
		uint16_t at;
		uint8_t bits;
	} other[] = {{1, 2}, {2, 1}, {DHCP_HEAD_LEN, 1}, {DHCP_HEAD_LEN + 4, 1},
	    {DHCP_HEAD_LEN + 5, 2}, {DHCP_HEAD_LEN + 6, 1},
	    {DHCP_HEAD_LEN + 6, 15}};
	uint8_t b[512] = {0x01, 0x01, 0x06};
	size_t n;

	/* Its own port: short, or of another kind. */
	harness_send(h, A, b, DHCP_HEAD_LEN - 1);
	assert_false(h->claimed);
	b[0] = 3;
	harness_send(h, A, b, DHCP_HEAD_LEN);
	assert_false(h->claimed);
	b[0] = 1;
	b[2] = 17; /* hlen */
	harness_send(h, A, b, DHCP_HEAD_LEN);
	assert_false(h->claimed);
	/* Elsewhere: only what has the cookie and a type. */
	h->port[A] = h->port[B] = 40000;
	b[2] = 6;
	harness_send(h, A, b, sizeof(b));
	assert_false(h->claimed);
	n = harness_unhex(ASK("01", "ff"), b, sizeof(b));
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		b[other[i].at] ^= other[i].bits;
		harness_send(h, A, b, n);
		assert_false(h->claimed);
		b[other[i].at] ^= other[i].bits;
	}
	harness_send(h, A, b, n);
	assert_true(h->claimed);
	harness_free(h);
	h = harness_new(&dissector_dhcp, DIS_TCP);
	harness_send(h, A, b, n);
	assert_false(h->claimed);
	harness_free(h);
}

int
main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
	    T(test_discover),
	    T(test_ack_binds),
	    T(test_every_type),
	    T(test_only_prefixes_are_networks),
	    T(test_who_speaks_of_itself),
	    T(test_answers_find_their_question),
	    T(test_broadcasts_are_no_pair),
	    T(test_relay),
	    T(test_bootp),
	    T(test_options_elsewhere),
	    T(test_options_in_turns),
	    T(test_options_over_budget),
	    T(test_long_names),
	    T(test_vendor_classes),
	    T(test_violations),
	    T(test_who_is_nobody),
	    T(test_cut_is_not_broken),
	    T(test_truncations),
	    T(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
