/*
 * SNMP: messages to the letter, who says what of whom, what is never told,
 * violations, truncations and mutations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_snmp;

/* Braces are a length and what it counts. */
#define V2C "02 01 01  04 {6e6f742d746f6c64} " /* community "not-told" */
#define IDS "02 01 01  02 01 00  02 01 00 "    /* request 1, no error */

#define SYS_OBJECT_ID "06 {2b06010201010200} "
#define SYS_NAME      "06 {2b06010201010500} "
#define TRAP_OID      "06 {2b060106030101040100} "
#define NUL           "05 00 "

/* Of entPhysicalTable: column and row. */
#define PHYSICAL(at) "06 {2b060102012f01010101 " at "} "
#define TEXT(hex)    "04 {" hex "} "

#define MESSAGE(pdu, binds) "30 {" V2C pdu " {" IDS "30 {" binds "}}}"
#define ANSWER(binds)       MESSAGE("a2", binds)
#define BIND(bind)          "30 {" bind "} "

#define GET_NAME                                         \
	"30 {" V2C "a0 {02 02 0102  02 01 00  02 01 00 " \
	"30 {30 {06 {2b0601020101} " NUL "}}}}"
#define ANSWER_NAME                                      \
	"30 {" V2C "a2 {02 02 0102  02 01 00  02 01 00 " \
	"30 {30 {" SYS_NAME TEXT("53572d37") "}}}}" /* SW-7 */

#define MESSAGE_MAX 512

/* Lengths are put in as braces end: of one octet, or 81 and one. */
static size_t
encode(const char *text, uint8_t buf[MESSAGE_MAX])
{
	size_t open[16], depth = 0, n = 0, len, long_form;

	for (; *text != '\0'; text++) {
		if (*text == '{') {
			open[depth++] = n;
		} else if (*text == '}') {
			len = n - open[--depth];
			long_form = len > 0x7f;
			memmove(buf + open[depth] + 1 + long_form,
			    buf + open[depth], len);
			buf[open[depth]] = 0x81;
			buf[open[depth] + long_form] = (uint8_t)len;
			n += 1 + long_form;
		} else if (*text != ' ') {
			n += harness_unhex(
			    (char[3]){text[0], text[1], '\0'}, buf + n, 1);
			text++;
		}
		assert_true(n < MESSAGE_MAX - 2 && depth < 16);
	}
	assert_int_equal(depth, 0);
	return n;
}

static void
send(struct harness *h, uint8_t side, const char *text)
{
	uint8_t buf[MESSAGE_MAX];

	harness_send(h, side, buf, encode(text, buf));
}

static struct harness *
flow(uint16_t port)
{
	struct harness *h = harness_new(&dissector_snmp, DIS_UDP);

	h->port[B] = port;
	return h;
}

static void
test_pair_to_the_letter(void **state)
{
	struct harness *h = flow(161);

	send(h, A, GET_NAME);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,'op':'get',"
	    "'code':0,'class':'read','version':'v2c',"
	    "'default_community':false,'request_id':258,'varbinds':1,"
	    "'objects':[{'oid':'1.3.6.1.2.1.1'}]}\n");
	h->ts_ns += 1500000;
	send(h, B, ANSWER_NAME);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'response','code':2,"
	    "'class':'read','status':'ok','rtt_us':1500,'req_frame':1,"
	    "'version':'v2c','default_community':false,'request_id':258,"
	    "'error_status':0,'error_index':0,'varbinds':1,"
	    "'objects':[{'oid':'1.3.6.1.2.1.1.5.0','type':'octet_string',"
	    "'value':'SW-7'}]}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':161},"
	    "'key':'name','value':'SW-7','via':'sysName','claim':'self'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

/* A poll that is answered makes no operation, and tells what it says. */
static void
test_brief_tells_identity_only(void **state)
{
	struct harness *h = flow(161);

	h->brief = h->filtered = true;
	send(h, A, GET_NAME);
	(void)harness_take(h);
	send(h, B, ANSWER_NAME);
	assert_false(harness_has(h, "'operation'"));
	assert_true(harness_has(h, "'key':'name','value':'SW-7'"));
	harness_free(h);
}

static void
test_community_is_never_told(void **state)
{
	struct harness *h = flow(161);

	send(h, A, /* private; a malformed one */
	    "30 {02 01 00  04 {70726976617465} a0 {" IDS "30 {30 {0600}}}}");
	assert_true(harness_has(h, "'default_community':true"));
	assert_true(harness_has(h, "'reason':'oid'"));
	assert_false(harness_has(h, "private"));
	(void)harness_take(h);
	send(h, A, /* public */
	    "30 {02 01 00  04 {7075626c6963} a0 {" IDS "30 {}}}");
	assert_true(harness_has(h, "'default_community':true"));
	assert_false(harness_has(h, "public"));
	(void)harness_take(h);
	send(h, A, GET_NAME);
	assert_true(harness_has(h, "'default_community':false"));
	assert_false(harness_has(h, "not-told"));
	(void)harness_take(h);
	send(h, A, "30 {02 01 00  04 {} a0 {" IDS "30 {}}}");
	assert_true(harness_has(h, "'version':'v1','request_id'"));
	harness_free(h);
}

/* Texts but of open groups, and what names a row below snmpModules. */
static void
test_secrets_in_values_are_not_told(void **state)
{
	struct harness *h = flow(161);

	/* snmpCommunityName of the row "hush"; a maker's own text. */
	send(h, B,
	    ANSWER(BIND("06 {2b06010603120101010204 68757368} "
			"04 {68757368}") BIND("06 {2b06010401a16906} "
					      "04 {7071}")));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','tentative':true,"
	    "'op':'response','code':2,'class':'other','status':'ok',"
	    "'version':'v2c','default_community':false,'request_id':1,"
	    "'error_status':0,'error_index':0,'varbinds':2,'objects':["
	    "{'oid':'1.3.6.1.6.3.18.1.1.1.2','type':'octet_string',"
	    "'length':4},{'oid':'1.3.6.1.4.1.4329.6','type':'octet_string',"
	    "'length':2}]}\n");
	harness_free(h);
}

static void
test_object_id_names_vendor_and_system(void **state)
{
	struct harness *h = flow(161);

	send(h, B, /* 1.3.6.1.4.1.311.1.1.3.1.2: Windows, a server */
	    ANSWER(BIND(SYS_OBJECT_ID "06 {2b0601040182370101030102}")));
	assert_true(harness_has(h, "'key':'device_type','value':'server',"
				   "'via':'sysObjectID'"));
	assert_true(harness_has(h, "'key':'os','value':'Windows'"));
	(void)harness_take(h);
	send(h, B, /* 1.3.6.1.4.1.8691.7 */
	    ANSWER(BIND(SYS_OBJECT_ID "06 {2b06010401c37307}")));
	assert_true(harness_has(h, "'vendor_number':8691"));
	assert_true(harness_has(h, "'key':'vendor','value':'Moxa'"));
	assert_true(
	    harness_has(h, "'key':'object_id','value':'1.3.6.1.4.1.8691.7',"
			   "'via':'sysObjectID','claim':'self'"));
	assert_false(harness_has(h, "'os'"));
	(void)harness_take(h);
	send(h, B, /* 1.3.6.1.4.1.8072.3.2.10 */
	    ANSWER(BIND(SYS_OBJECT_ID "06 {2b06010401bf0803020a}")));
	assert_true(harness_has(h, "'key':'os','value':'Linux'"));
	assert_false(harness_has(h, "'key':'vendor'"));
	(void)harness_take(h);
	send(h, B, /* ... 3.2.101 is another's */
	    ANSWER(BIND(SYS_OBJECT_ID "06 {2b06010401bf08030265}")));
	assert_true(harness_has(h, "'vendor_number':8072"));
	assert_true(harness_has(
	    h, "'key':'object_id','value':'1.3.6.1.4.1.8072.3.2.101'"));
	assert_false(harness_has(h, "'key':'os'"));
	assert_false(harness_has(h, "'key':'vendor'"));
	(void)harness_take(h);
	send(h, B, ANSWER(BIND(SYS_OBJECT_ID "06 {00}"))); /* 0.0: none */
	assert_true(harness_has(h, "'op':'response'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_chassis_row_is_the_device(void **state)
{
	struct harness *h = flow(161);

	/* A serial number before it is known of what. */
	send(h, B, ANSWER(BIND(PHYSICAL("0b02") TEXT("41303031"))));
	assert_true(harness_has(h, "'value':'A001'"));
	assert_false(harness_has(h, "identity"));
	/* Row 2 is a chassis, row 3 a module; a serial stands before that. */
	send(h, B,
	    ANSWER(BIND(PHYSICAL("0b02") TEXT("41303032")) BIND(PHYSICAL(
		"0502") "02 01 03") BIND(PHYSICAL("0503") "02 01 09")));
	assert_true(harness_has(h, "'key':'serial','value':'A002'"));
	(void)harness_take(h);
	send(h, B, ANSWER(BIND(PHYSICAL("0d03") TEXT("58583032"))));
	assert_true(harness_has(h, "'value':'XX02'"));
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	send(h, B, ANSWER(BIND(PHYSICAL("0d02") TEXT("58583031"))));
	assert_true(harness_has(h, "'key':'model','value':'XX01'"));
	(void)harness_take(h);
	/* It is one no longer. */
	send(h, B, ANSWER(BIND(PHYSICAL("0502") "02 01 09")));
	send(h, B, ANSWER(BIND(PHYSICAL("0d02") TEXT("58583031"))));
	assert_true(harness_has(h, "'value':'XX01'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_error_says_nothing_of_the_agent(void **state)
{
	struct harness *h = flow(161);

	send(h, A, GET_NAME);
	send(h, B,
	    "30 {" V2C "a2 {02 02 0102  02 01 11  02 01 01 "
	    "30 {30 {" SYS_NAME TEXT("53572d37") "}}}}");
	assert_true(harness_has(h, "'status':'not_writable'"));
	assert_true(harness_has(h, "'value':'SW-7'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

/* Who answers an inform repeats what it said. */
static void
test_inform_is_about_its_sender(void **state)
{
	struct harness *h = flow(162);

	send(h, A,
	    "30 {" V2C "a6 {02 02 0102  02 01 00  02 01 00 "
	    "30 {30 {" SYS_NAME TEXT("53572d37") "}}}}");
	assert_true(harness_has(h, "'op':'inform'"));
	assert_true(harness_has(h, "'ip':'10.0.0.1','port':"));
	assert_true(harness_has(h, "'key':'name','value':'SW-7'"));
	(void)harness_take(h);
	send(h, B, ANSWER_NAME);
	assert_true(harness_has(h, "'class':'report','status':'ok'"));
	assert_false(harness_has(h, "identity"));
	send(h, B, ANSWER_NAME); /* unpaired */
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

/* Version 1, of 1.3.6.1.4.1.248.14; agent, generic trap. */
#define TRAP_V1(agent, generic)                                          \
	"30 {02 01 00  04 {6e6f742d746f6c64} a4 {06 {2b0601040181780e} " \
	"40 {" agent "} 02 01 " generic "02 01 00  43 02 1267 30 00}}"

static void
test_trap_of_version_1(void **state)
{
	struct harness *h = flow(162);

	send(h, A, TRAP_V1("0a000001", "00 "));
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','tentative':true,'op':'trap',"
	    "'code':4,'class':'report','version':'v1',"
	    "'default_community':false,'enterprise':'1.3.6.1.4.1.248.14',"
	    "'agent':'10.0.0.1','trap':'cold_start','specific':0,"
	    "'uptime':4711,'vendor_number':248,'varbinds':0}\n"
	    "{'kind':'identity','dir':'notify','tentative':true,'subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'vendor','value':'Hirschmann','via':'trap',"
	    "'claim':'self'}\n"
	    "{'kind':'state','dir':'notify','tentative':true,'subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'state':'restarted','detail':'cold_start'}\n");
	send(h, A, TRAP_V1("00000000", "04 "));
	assert_true(harness_has(
	    h, "'action':'fail','detail':'authentication_failure'"));
	(void)harness_take(h);
	/* A maker's own: the number may be that of a MIB. */
	send(h, A, TRAP_V1("0a000001", "06 "));
	assert_true(harness_has(h, "'trap':'enterprise'"));
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	/* Passed on for another. */
	send(h, A, TRAP_V1("0a000009", "00 "));
	assert_true(harness_has(h, "'agent':'10.0.0.9'"));
	assert_false(harness_has(h, "identity"));
	assert_false(harness_has(h, "'state'"));
	harness_free(h);
}

static void
test_trap_of_version_2(void **state)
{
	struct harness *h = flow(162);

	send(h, A, MESSAGE("a7", BIND(TRAP_OID "06 {2b060106030101050200}")));
	assert_true(harness_has(h, "'op':'trap_v2'"));
	assert_false(harness_has(h, "'trap':")); /* one number too many */
	(void)harness_take(h);
	send(h, A, MESSAGE("a7", BIND(TRAP_OID "06 {2b0601060301010502}")));
	assert_true(harness_has(h, "'trap':'warm_start'"));
	assert_true(harness_has(h, "'state':'restarted'"));
	(void)harness_take(h);
	/* snmpTrapAddress is another's: RFC 3584 3.1. */
	send(h, A,
	    MESSAGE("a7", BIND(TRAP_OID "06 {2b0601060301010502}")
			      BIND("06 {2b0601060312010300} 40 {0a000009}")));
	assert_true(harness_has(h, "'trap':'warm_start'"));
	assert_false(harness_has(h, "'state':"));
	(void)harness_take(h);
	send(h, A,
	    MESSAGE("a7", BIND(TRAP_OID "06 {2b0601060301010502}")
			      BIND("06 {2b0601060312010300} 40 {0a000001}")));
	assert_true(harness_has(h, "'state':'restarted'"));
	harness_free(h);
}

/* Engine 80000009 03 02:00:5e:00:00:07; message 7. */
#define V3(flags, body)                                             \
	"30 {02 01 03  30 {02 01 07  02 03 00ffe3  04 {" flags "} " \
	"02 01 03} 04 {30 {04 {80000009 03 02005e000007} 02 01 05 " \
	"02 01 09  04 {75736572} 04 {} 04 {}}} " body "}"
#define CLEAR     "30 {04 00 04 00 a0 00} "
#define ENCRYPTED "04 {0000000000000000} "

static void
test_version_3_header(void **state)
{
	struct harness *h = flow(161);

	send(h, A, V3("04", CLEAR));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'v3_message','class':'other','version':'v3',"
	    "'vendor_number':9,'msg_id':7,'auth':false,'priv':false,"
	    "'reportable':true,'security_model':3,"
	    "'engine_id':'800000090302005e000007','engine_boots':5,"
	    "'engine_time':9}\n");
	send(h, B, V3("03", ENCRYPTED));
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'v3_message',"
	    "'class':'other','version':'v3',"
	    "'vendor_number':9,'msg_id':7,'auth':true,'priv':true,"
	    "'reportable':false,'security_model':3,"
	    "'engine_id':'800000090302005e000007','engine_boots':5,"
	    "'engine_time':9}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':161},"
	    "'key':'vendor','value':'Cisco','via':'engine_id',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':161},"
	    "'key':'mac','value':'02:00:5e:00:00:07','via':'engine_id',"
	    "'claim':'self'}\n");
	/* Encrypted but not authenticated; clear but said to be encrypted. */
	send(h, A, V3("06", ENCRYPTED));
	assert_true(harness_has(h, "'reason':'flags','offset':17"));
	(void)harness_take(h);
	send(h, A, V3("07", CLEAR));
	assert_true(harness_has(h, "'reason':'tag','offset':54"));
	harness_free(h);
}

static const struct {
	const char *hex, *reason;
	unsigned offset;
} broken[] = {
    /* X.690 8.1.3: the length that is none, too long, of too many octets. */
    {"30 80 " V2C "a0 {" IDS "3000} 0000", "indefinite_length", 1},
    {"30 84 ffffffff " V2C, "length", 1},
    {"30 85 0000000000 " V2C, "length", 1},
    {"30 {02 01 07 04 00}", "no_header", 0},
    {"30 {" V2C "a0 {" IDS "30 {}}} 00", "trailing", 28},
    {"30 1b " V2C "a0 {" IDS "30 {}}", "length", 1},
    {"30 {" V2C "a0 {" IDS "30 {}} 00}", "trailing", 28},
    {"30 {" V2C "a0 {" IDS "30 {} 00}}", "trailing", 28},
    {"30 {" V2C "a0 0c " IDS "30 00}", "length", 16},
    {"30 {" V2C "}", "length", 15},
    {"30 {" V2C "a9 {" IDS "30 {}}}", "pdu_type", 15},
    {"30 {" V2C "a4 {" IDS "30 {}}}", "pdu_type", 15},
    {"30 {02 01 00 04 {41} a5 {" IDS "30 {}}}", "pdu_type", 8},
    {"30 {" V2C "a0 {02 {0000000001} 020100 020100 30 {}}}", "integer", 17},
    {"30 {" V2C "a0 {02 {} 020100 020100 30 {}}}", "integer", 17},
    {"30 {" V2C "a0 {04 {01} 020100 020100 30 {}}}", "tag", 17},
    {"30 {" V2C "a0 {" IDS "}}", "length", 26},
    /* X.690 8.19: none, padded, unfinished, more than 32 bits. */
    {MESSAGE("a0", BIND("06 {} " NUL)), "oid", 30},
    {MESSAGE("a0", BIND("06 {2b8001} " NUL)), "oid", 30},
    {MESSAGE("a0", BIND("06 {2b86} " NUL)), "oid", 30},
    {MESSAGE("a0", BIND("06 {2b9080808000} " NUL)), "oid", 30},
    {ANSWER(BIND(SYS_NAME)), "length", 28},
    {ANSWER(BIND(SYS_NAME NUL NUL)), "length", 28},
    {ANSWER(BIND(SYS_NAME "05 {00}")), "value", 40},
    {ANSWER(BIND(SYS_NAME "40 {010203}")), "value", 40},
    {ANSWER(BIND(SYS_NAME "41 {0100000000}")), "value", 40},
    {ANSWER(BIND(SYS_NAME "4f {}")), "value", 40},
    {ANSWER(BIND(SYS_NAME "06 {}")), "oid", 40},
    {ANSWER(BIND(SYS_NAME "1f {}")), "tag", 40},
    {ANSWER(BIND(SYS_NAME "04 7f")), "length", 41},
    /* A good one before it says nothing. */
    {ANSWER(BIND(SYS_NAME TEXT("41")) BIND(SYS_NAME "04 80")),
	"indefinite_length", 56},
};

static void
test_violations(void **state)
{
	struct harness *h = flow(161);
	char text[80];

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		harness_reset(h);
		h->claimed = true;
		(void)harness_take(h);
		send(h, A, broken[i].hex);
		snprintf(text, sizeof(text), "'reason':'%s','offset':%u}",
		    broken[i].reason, broken[i].offset);
		if (!harness_has(h, text)) {
			print_error("%s: %s", broken[i].hex, harness_take(h));
		}
		assert_true(harness_has(h, text));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
		send(h, A, GET_NAME);
		assert_true(harness_has(h, "'request_id':258"));
	}
	harness_free(h);
}

static const char *const golden[] = {GET_NAME, ANSWER_NAME,
    TRAP_V1("0a000001", "00 "), V3("04", CLEAR),
    ANSWER(BIND(PHYSICAL("0b02") TEXT("41303032")) BIND(
	PHYSICAL("0502") "02 01 03") BIND(PHYSICAL("0503") "02 01 09"))};

static void
expect_recovery(struct harness *h)
{
	(void)harness_take(h);
	send(h, A, GET_NAME);
	assert_true(harness_has(h, "'request_id':258"));
	(void)harness_take(h);
}

static void
run_one(struct harness *h, const uint8_t *p, size_t n)
{
	for (int side = A; side <= B; side++) {
		harness_reset(h);
		harness_send(h, (uint8_t)side, p, n);
		harness_reset(h);
		h->claimed = true;
		send(h, A, GET_NAME);
		harness_send(h, (uint8_t)side, p, n);
		expect_recovery(h);
	}
}

static void
test_mutations(void **state)
{
	static const uint8_t extremes[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	struct harness *h = flow(161);
	uint8_t buf[MESSAGE_MAX], was;

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		size_t n = encode(golden[i], buf);

		for (size_t k = 0; k < 8 * n; k++) {
			buf[k / 8] ^= (uint8_t)(1u << k % 8);
			run_one(h, buf, n);
			buf[k / 8] ^= (uint8_t)(1u << k % 8);
		}
		for (size_t k = 0; k < n * sizeof(extremes); k++) {
			was = buf[k / sizeof(extremes)];
			buf[k / sizeof(extremes)] =
			    extremes[k % sizeof(extremes)];
			run_one(h, buf, n);
			buf[k / sizeof(extremes)] = was;
		}
	}
	harness_free(h);
}

/* Cut is not broken: nothing is judged, and nothing concluded. */
static void
test_truncations(void **state)
{
	struct harness *h = flow(161);
	uint8_t buf[MESSAGE_MAX];

	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		size_t n = encode(golden[i], buf);

		for (size_t k = 1; k < n; k++) {
			run_one(h, buf, k);
			harness_reset(h);
			h->claimed = true;
			harness_send_cut(h, B, buf, k);
			assert_false(harness_has(h, "malformed"));
			assert_false(harness_has(h, "identity"));
			expect_recovery(h);
		}
		harness_reset(h);
		h->claimed = true;
		harness_send_cut(h, B, buf, n - 1);
		assert_true(harness_has(h, "'cut':true"));
	}
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {
	    "30 {02 01 01 60 {02 01 03 04 00 80 00}}",    /* LDAP bind */
	    "30 {02 01 01 04 {414243} a0 {}}",            /* no numbers */
	    "30 82 0102 30 82 0066 02 01 02",             /* a certificate */
	    "30 {02 01 02 04 {41} a0 {" IDS "30 {}}}",    /* version 2 */
	    "30 {02 01 01 04 {41} a0 {" IDS "30 {}}} 00", /* and an octet */
	    "474554202f", "80 00 30 27", "30"};
	struct harness *h = flow(5000);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		harness_reset(h);
		send(h, A, others[i]);
		assert_false(h->claimed);
		assert_int_equal(h->events, 0);
	}
	/* A whole message is found on any port. */
	harness_reset(h);
	send(h, A, GET_NAME);
	assert_true(h->claimed);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_pair_to_the_letter),
	    cmocka_unit_test(test_brief_tells_identity_only),
	    cmocka_unit_test(test_community_is_never_told),
	    cmocka_unit_test(test_secrets_in_values_are_not_told),
	    cmocka_unit_test(test_object_id_names_vendor_and_system),
	    cmocka_unit_test(test_chassis_row_is_the_device),
	    cmocka_unit_test(test_error_says_nothing_of_the_agent),
	    cmocka_unit_test(test_inform_is_about_its_sender),
	    cmocka_unit_test(test_trap_of_version_1),
	    cmocka_unit_test(test_trap_of_version_2),
	    cmocka_unit_test(test_version_3_header),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_mutations),
	    cmocka_unit_test(test_truncations),
	    cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
