/*
 * What DNS, mDNS and LLMNR tell, to the letter; whose names are whose; each
 * violation once; messages broken in every simple way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/dns/dns.h"
#include "dissectors/harness.h"

extern const struct dissector dissector_dns, dissector_mdns, dissector_llmnr;

#define A_IN   "0001 0001 "
#define A_A    "0001 0001 00000078 0004 0a000001 " /* A's address */
#define A_C    "0001 0001 00000078 0004 0a000003 " /* neither's   */
#define LOCAL  "05 6c6f63616c 00 "
#define PRT    "03 707274 "   /* prt         */
#define UNIT   "04 55203120 " /* "U 1 "      */
#define IPP    "04 5f697070 "
#define TCP    "04 5f746370 "
#define DEVICE "0c 5f6465766963652d696e666f " /* _device-info */

#define QUERY                                                                 \
	"1234 0100 0001 0000 0000 0000 " /* recursion wanted, one question */ \
	"01 61 02 6362 00 " A_IN         /* a.cb, A, IN */
#define ANSWER                                                     \
	"1234 8180 0001 0001 0000 0000 "                           \
	"01 61 02 6362 00 " A_IN "c00c " /* the question's name */ \
	    A_C

static struct harness *
dns_new(const struct dissector *d, uint8_t transport, bool group)
{
	static const uint8_t ip[] = {224, 0, 0, 251};
	struct harness *h = harness_new(d, transport);

	if (group) {
		memcpy(h->end[B].ip.a, ip, sizeof(ip));
		h->port[A] = h->port[B];
	}
	return h;
}

/* A message of mDNS, from A to all. */
static const char *
announce(struct harness *h, const char *hex)
{
	harness_hex(h, A, hex);
	return harness_take(h);
}

#define IDENTITY(key, value, via)                                      \
	"{'kind':'identity','dir':'notify','subject':{'mac':"          \
	"'02:00:00:00:00:01','ip':'10.0.0.1','port':5353},'key':'" key \
	"','value':'" value "','via':'" via "','claim':'self'}\n"

static bool
said(struct harness *h, const char *text)
{
	return strstr(h->taken, harness_quote(h, text)) != NULL;
}

static void
test_query_and_answer(void **state)
{
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);

	harness_hex(h, A, QUERY);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'query','code':0,"
	    "'class':'discovery','id':4660,'opcode':0,'flags':['rd'],"
	    "'counts':[1,0,0,0],'questions':[{'name':'a.cb','type':'A'}]}\n");
	h->ts_ns += 2500000;
	harness_hex(h, B, ANSWER);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'query','code':0,"
	    "'class':'discovery','status':'ok','rtt_us':2500,'req_frame':1,"
	    "'id':4660,'opcode':0,'rcode':0,'flags':['rd','ra'],"
	    "'counts':[1,1,0,0],'questions':[{'name':'a.cb','type':'A'}],"
	    "'answers':[{'name':'a.cb','type':'A','ttl':120,"
	    "'address':'10.0.0.3'}]}\n");
	assert_int_equal(harness_waiting(h), 0);
	assert_int_equal(h->ctx.client, A);
	harness_free(h);
}

static void
test_pairs_are_of_one_question(void **state)
{
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);

	harness_hex(h, A, QUERY);
	(void)harness_take(h);
	harness_hex(h, B, "1234 8180 0001 0000 0000 0000 01 62 00 " A_IN);
	assert_false(harness_has(h, "req_frame"));
	/* An error may leave the question away. */
	harness_hex(h, A, QUERY);
	(void)harness_take(h);
	harness_hex(h, B, "1234 8181 0000 0000 0000 0000");
	assert_true(harness_has(h, "'status':'format_error','rtt_us':0"));
	/* What goes to the server's port is no answer of a server. */
	harness_hex(h, A, ANSWER);
	assert_true(harness_has(h, "'dir':'unknown'"));
	assert_int_equal(h->ctx.client, A);
	/* A repeat is not asked twice. */
	(void)harness_take(h);
	harness_reset(h);
	harness_hex(h, A, QUERY);
	harness_send_dup(h, A, "\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1", 17);
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_printer_says_who_it_is(void **state)
{
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);

	harness_hex(h, A,
	    "0000 8400 0000 0004 0000 0000 " UNIT IPP TCP LOCAL
	    "0021 8001 00000078 000c 0000 0000 0277 " PRT "c01b "
	    "c00c 0010 8001 00001194 0022 "
	    "09 7573625f4d444c3d58 " /* usb_MDL=X */
	    "09 5553425f4d46473d59 " /* USB_MFG=Y: case means nothing */
	    "06 74793d592058 "       /* ty=Y X, which stands behind MDL */
	    "06 6e6f74653d48 "       /* note=H */
	    "c032 " A_A              /* prt.local */
	    "c032 000d 8001 00000078 0009 03 41524d 04 51212e 31 ");
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','op':'announce','code':0,"
	    "'class':'discovery','id':0,'opcode':0,'rcode':0,'flags':['aa'],"
	    "'counts':[0,4,0,0],'answers':[{'name':'U 1 ._ipp._tcp.local',"
	    "'type':'SRV','ttl':120,'flush':true,'port':631,"
	    "'target':'prt.local'},{'name':'U 1 ._ipp._tcp.local',"
	    "'type':'TXT','ttl':4500,'flush':true,'txt':['usb_MDL=X',"
	    "'USB_MFG=Y','ty=Y X','note=H']},{'name':'prt.local','type':'A',"
	    "'ttl':120,'address':'10.0.0.1'},{'name':'prt.local',"
	    "'type':'HINFO','ttl':120,'flush':true,'cpu':'ARM','os':'Q!.1'}],"
	    "'services':['_ipp._tcp']}\n" IDENTITY(
		"hostname", "prt", "announce") IDENTITY("name", "U 1 ", "_ipp")
		IDENTITY("vendor", "Y", "_ipp") IDENTITY("model", "X", "_ipp")
		    IDENTITY("location", "H", "_ipp") IDENTITY("hardware",
			"ARM", "announce") IDENTITY("os", "Q!.1", "announce"));
	assert_true(h->ctx.confirmed);
	assert_int_equal(h->ctx.client, A);
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

#define SRV_PRT                                                                \
	UNIT IPP TCP LOCAL "0021 8001 00000078 000c 0000 0000 0277 " PRT "c01" \
			   "b "
#define TXT_TY "c00c 0010 8001 00001194 0005 04 74793d58 " /* ty=X */
#define TXT_MODEL                                        \
	UNIT DEVICE TCP LOCAL "0010 0001 00000078 0008 " \
			      "07 6d6f64656c3d58 " /* model=X */

static void
test_others_names_are_not_the_senders(void **state)
{
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);

	/* The service's host is elsewhere. */
	(void)announce(
	    h, "0000 8400 0000 0003 0000 0000 " SRV_PRT TXT_TY "c032 " A_C);
	assert_false(said(h, "identity"));
	assert_true(said(h, "'kind':'topology'"));
	assert_true(said(h, "'relation':'resolves','peer':'10.0.0.3',"
			    "'detail':'prt.local'"));
	/* Of a host that nobody gives an address. */
	(void)announce(h, "0000 8400 0000 0002 0000 0000 " SRV_PRT TXT_TY);
	assert_false(said(h, "identity"));
	(void)announce(h, "0000 8400 0000 0001 0000 0000 " TXT_MODEL);
	assert_false(said(h, "identity"));
	/* Beside its own host another's: only SRV would tell whose it is. */
	(void)announce(h, "0000 8400 0000 0003 0000 0000 " TXT_MODEL
			  "01 62 00 " A_C "01 61 00 " A_A);
	assert_true(said(h, "'key':'hostname','value':'a'"));
	assert_false(said(h, "'key':'model'"));
	harness_free(h);
}

static void
test_what_is_not_said_for_good(void **state)
{
	static const char *const messages[] = {
	    /* a question, with what is known; a proposal */
	    "0000 0000 0001 0001 0000 0000 01 61 00 " A_IN "01 61 00 " A_A,
	    "0000 0000 0001 0000 0001 0000 01 61 00 00ff 0001 01 61 00 " A_A,
	    /* an error; another class; what ends */
	    "0000 8403 0000 0001 0000 0000 01 61 00 " A_A,
	    "0000 8400 0000 0001 0000 0000 "
	    "01 61 00 0001 0003 00000078 0004 0a000001",
	    "0000 8400 0000 0001 0000 0000 "
	    "01 61 00 0001 0001 00000000 0004 0a000001",
	    /* in the section of servers */
	    "0000 8400 0000 0000 0001 0000 01 61 00 " A_A,
	};
	static const char *const ops[] = {
	    "query", "probe", "announce", "announce", "goodbye", "announce"};
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);
	char op[32];

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		(void)announce(h, messages[i]);
		(void)snprintf(op, sizeof(op), "'op':'%s'", ops[i]);
		assert_true(said(h, op));
		assert_false(said(h, "identity"));
	}
	/* From another port than mDNS's. */
	h->port[A] = 40001;
	(void)announce(h, "0000 8400 0000 0001 0000 0000 01 61 00 " A_A);
	assert_true(said(h, "announce"));
	assert_false(said(h, "identity"));
	harness_free(h);
}

static void
test_later_answers_are_short(void **state)
{
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);

	(void)announce(h, "0000 8400 0000 0002 0000 0000 " SRV_PRT "c032 " A_A);
	assert_true(said(h, "'key':'name','value':'U 1 '"));
	(void)announce(h, "0000 8400 0000 0001 0000 0000 " TXT_MODEL);
	assert_true(said(h, "'key':'model','value':'X','via':'_device-info'"));
	(void)announce(h, "0000 8400 0000 0002 0000 0000 " SRV_PRT TXT_TY);
	assert_true(said(h, "'key':'model','value':'X','via':'_ipp'"));
	assert_false(said(h, "hostname"));
	/* The other side's are its own. */
	harness_hex(h, B, "0000 8400 0000 0001 0000 0000 " TXT_MODEL);
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

/* The rest of a name of a service at 12, and a host at its end. */
#define OF_HOST(type, instance)                                  \
	"0000 8400 0000 0002 0000 0000 " instance type TCP LOCAL \
	"0021 8001 00000078 0009 0000 0000 0277 01 68 00 01 68 00 " A_A

static void
test_instances_are_names(void **state)
{
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);

	/* a.b: dots are part of a label, and told so in names of domains */
	(void)announce(h, OF_HOST("04 5f787878 ", "03 612e62 "));
	assert_true(said(h, "'name':'a\\\\.b._xxx._tcp.local'"));
	assert_true(said(h, "'key':'name','value':'a.b','via':'announce'"));
	/* 01@ab; a [01] */
	(void)announce(h, OF_HOST("05 5f72616f70 ", "05 3031406162 "));
	assert_true(said(h, "'key':'name','value':'ab','via':'_raop'"));
	(void)announce(
	    h, OF_HOST("0c 5f776f726b73746174696f6e ", "06 61205b30315d "));
	assert_true(said(h, "'key':'name','value':'a','via':'_workstation'"));
	/* What only a machine reads. */
	(void)announce(h, OF_HOST("0b 5f676f6f676c6563617374 ", "02 3031 "));
	assert_false(said(h, "'key':'name'"));
	/* The type alone has no instance. */
	(void)announce(h, OF_HOST("", IPP));
	assert_false(said(h, "'key':'name'"));
	assert_true(said(h, "'key':'hostname','value':'h'"));
	/* An address that is given to a service's name names no host. */
	(void)announce(
	    h, "0000 8400 0000 0001 0000 0000 " UNIT IPP TCP LOCAL A_A);
	assert_false(said(h, "identity"));
	harness_free(h);
}

#define ARPA_A "01 31 01 30 01 30 02 3130 07 696e2d61646472 04 61727061 00 "
#define ARPA_C "01 33 01 30 01 30 02 3130 07 696e2d61646472 04 61727061 00 "

static void
test_llmnr(void **state)
{
	struct harness *h = dns_new(&dissector_llmnr, DIS_UDP, false);

	h->port[A] = 5355;
	h->port[B] = 40001;
	harness_hex(
	    h, A, "0007 8000 0001 0001 0000 0000 02 5031 00 " A_IN "c00c " A_A);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'query','code':0,"
	    "'class':'discovery','status':'ok','id':7,'opcode':0,'rcode':0,"
	    "'counts':[1,1,0,0],'questions':[{'name':'P1','type':'A'}],"
	    "'answers':[{'name':'P1','type':'A','ttl':120,"
	    "'address':'10.0.0.1'}]}\n"
	    "{'kind':'identity','dir':'response','subject':{'mac':"
	    "'02:00:00:00:00:01','ip':'10.0.0.1','port':5355},'key':"
	    "'hostname','value':'P1','via':'query','claim':'self'}\n");
	/* Not sure of it yet. */
	harness_hex(
	    h, A, "0007 8500 0001 0001 0000 0000 02 5031 00 " A_IN "c00c " A_A);
	assert_true(harness_has(h, "'flags':['conflict','tentative']"));
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	/* Backwards: its own address, and somebody's. */
	harness_hex(h, A,
	    "0007 8000 0000 0001 0000 0000 " ARPA_A
	    "000c 0001 00000078 0004 02 5032 00");
	assert_true(harness_has(h, "'key':'hostname','value':'P2'"));
	(void)harness_take(h);
	harness_hex(h, A,
	    "0007 8000 0000 0001 0000 0000 " ARPA_C
	    "000c 0001 00000078 0004 02 5032 00");
	assert_false(harness_has(h, "identity"));
	/* Below it is another name. */
	(void)harness_take(h);
	harness_hex(h, A,
	    "0007 8000 0000 0001 0000 0000 01 31 01 30 01 30 02 3130 "
	    "07 696e2d61646472 04 61727061 01 78 00 "
	    "000c 0001 00000078 0004 02 5032 00");
	assert_false(harness_has(h, "identity"));
	/* Who asks is nobody. */
	(void)harness_take(h);
	harness_hex(h, A, "0007 0000 0001 0000 0000 0000 02 5031 00 " A_IN);
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

/* Who answers for whatever is asked is called nothing of it. */
static void
test_llmnr_for_everything_is_no_name(void **state)
{
	static const struct {
		const char *name;
		bool own;
	} asked[] = {
	    {"04 77706164", false},           /* wpad: nobody's */
	    {"06 495341544150 01 78", false}, /* ISATAP.x       */
	    {"02 5031", true},                /* P1             */
	    {"02 5032", true},                /* P2: an alias   */
	    {"02 5033", false},               /* P3             */
	    {"02 7031 04 73697465", true},    /* p1.site        */
	    {"02 5034", false},
	};
	struct harness *h = dns_new(&dissector_llmnr, DIS_UDP, false);
	char hex[160];

	h->port[A] = 5355;
	h->port[B] = 40001;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		(void)harness_take(h);
		(void)snprintf(hex, sizeof(hex),
		    "0007 8000 0001 0001 0000 0000 %s 00 " A_IN "c00c " A_A,
		    asked[i].name);
		harness_hex(h, A, hex);
		assert_int_equal(
		    harness_has(h, "'key':'hostname'"), asked[i].own);
		assert_int_equal(
		    harness_has(h, "'relation':'resolves','peer':'10.0.0.1'"),
		    !asked[i].own);
	}
	/* A host beside it is not that one. */
	(void)harness_take(h);
	h->end[A].ip.a[3] = 3;
	harness_hex(h, A,
	    "0007 8000 0000 0001 0000 0000 " ARPA_C
	    "000c 0001 00000078 0004 02 5037 00");
	assert_true(harness_has(h, "'key':'hostname','value':'P7'"));
	harness_free(h);
}

/* fd00::1 */
#define ARPA6                                                             \
	"01 31 " NIBBLES7 NIBBLES7 NIBBLES7 NIBBLES7 "01 30 01 64 01 66 " \
	"03 697036 04 61727061 00 "
#define NIBBLES7 "01 30 01 30 01 30 01 30 01 30 01 30 01 30 "

static void
test_ipv6(void **state)
{
	static const uint8_t ip[] = {
	    0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);

	memcpy(h->end[A].ip.a, ip, sizeof(ip));
	h->end[A].ipver = 6;
	h->end[B].ipver = 6;
	h->end[B].ip.a[0] = 0xff;
	(void)announce(h,
	    "0000 8400 0000 0001 0000 0000 01 61 00 001c 0001 00000078 "
	    "0010 fd000000000000000000000000000001");
	assert_true(said(h, "'op':'announce'"));
	assert_true(said(h, "'key':'hostname','value':'a'"));
	(void)announce(h,
	    "0000 8400 0000 0001 0000 0000 01 61 00 001c 0001 00000078 "
	    "0010 fd000000000000000000000000000002");
	assert_false(said(h, "identity"));
	/* An IPv4 address is none of its octets. */
	(void)announce(h,
	    "0000 8400 0000 0001 0000 0000 01 61 00 0001 0001 00000078 "
	    "0004 fd000000");
	assert_false(said(h, "identity"));
	(void)announce(h, "0000 8400 0000 0001 0000 0000 " ARPA6
			  "000c 0001 00000078 0003 01 62 00");
	assert_true(said(h, "'key':'hostname','value':'b'"));
	harness_free(h);
}

static void
test_update_of_ones_own_name(void **state)
{
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);

	harness_hex(h, A,
	    "0001 2800 0001 0001 0002 0000 01 7a 00 0006 0001 "
	    "01 61 00 " A_A                     /* asked to be so */
	    "01 62 00 0001 00ff 00000000 0000 " /* none any more */
	    "01 62 00 " A_A);                   /* but this */
	assert_true(harness_has(h,
	    "'op':'update','code':5,'class':'config','id':1,'opcode':5,"
	    "'counts':[1,1,2,0],'questions':[{'name':'z','type':'SOA'}],"
	    "'answers':[{'name':'b','type':'A','ttl':0},{'name':'b',"
	    "'type':'A','ttl':120,'address':'10.0.0.1'}]"));
	assert_true(harness_has(h, "'key':'hostname','value':'b'"));
	assert_false(harness_has(h, "'value':'a'"));
	assert_false(harness_has(h, "malformed"));
	(void)harness_take(h);
	/* Others' answers are no identity. */
	harness_hex(h, B,
	    "1234 8180 0000 0001 0000 0000 01 61 00 "
	    "0001 0001 00000078 0004 0a000002");
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *said;
	} bad[] = {
	    {"0001 0000 0001 0000 0000 0000 c020 " A_IN "0000000000000000"
	     "0000000000000000 00000000",
		"'reason':'pointer','offset':12"},
	    {"0001 0000 0001 0000 0000 0000 c00c " A_IN,
		"'reason':'pointer','offset':12"},
	    {"0001 0000 0001 0000 0000 0000 c002 " A_IN,
		"'reason':'pointer','offset':12"},
	    {"0001 0000 0001 0000 0000 0000 01 61 c00c " A_IN,
		"'reason':'pointer','offset':12"},
	    {"0001 0000 0001 0000 0000 0000 41 61 00 " A_IN,
		"'reason':'label','offset':12"},
	    {"0001 0000 0001 0000 0000 0000 81 61 00 " A_IN,
		"'reason':'label','offset':12"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 0001 0001 00000078 0003 010203",
		"'reason':'rdata','offset':31"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 001c 0001 00000078 0004 01020304",
		"'reason':'rdata','offset':31"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 000c 0001 00000078 0004 01 62 00 00",
		"'reason':'rdata','offset':31"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 0010 0001 00000078 0002 02 61",
		"'reason':'rdata','offset':31"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 000d 0001 00000078 0002 01 61",
		"'reason':'rdata','offset':31"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 0021 0001 00000078 0006 0000 0000 0001",
		"'reason':'rdata','offset':31"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN
	     "c00c 0001 0001 00000078 0005 01020304",
		"'reason':'short','offset':19"},
	    {"0001 0000 0001 0001 0000 0000 01 61 00 " A_IN,
		"'reason':'short','offset':19"},
	    {"0001 0000 0001 0000 0000 0000 01 61 00 " A_IN "00",
		"'reason':'trailing','offset':19"},
	    {"0001 1800 0001 0000 0000 0000 01 61 00 " A_IN,
		"'reason':'header','offset':0"},
	    {"0001 0040 0001 0000 0000 0000 01 61 00 " A_IN,
		"'reason':'header','offset':0"},
	    {"0001 0000", "'reason':'header','offset':0"},
	};
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);

	harness_hex(h, A, QUERY);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)harness_take(h);
		harness_hex(h, A, bad[i].hex);
		assert_true(harness_has(h, bad[i].said));
		assert_int_equal(h->bad, i + 1);
		harness_hex(h, A, QUERY);
		assert_true(harness_has(h, "'name':'a.cb'"));
	}
	/* Who says that it is cut may be. */
	harness_hex(h, B, "0001 8200 0001 0001 0000 0000 01 61 00 " A_IN);
	assert_int_equal(h->bad, sizeof(bad) / sizeof(bad[0]));
	harness_free(h);
}

/* A name of so many labels of an octet and one of its own length. */
static size_t
long_name(uint8_t *p, size_t octets)
{
	size_t n = 12;

	memcpy(p, "\0\1\0\0\0\1\0\0\0\0\0\0", 12);
	while (octets > 0) {
		size_t len = octets > 64 ? 63 : octets - 1;

		p[n] = (uint8_t)len;
		memset(p + n + 1, 'x', len);
		n += 1 + len;
		octets -= 1 + len;
	}
	memcpy(p + n, "\0\0\1\0\1", 5);
	return n + 5;
}

static void
test_names_have_an_end(void **state)
{
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);
	uint8_t msg[512] = {0, 1, 0x84, 0, 0, 0, 0, 2};
	size_t n, last;

	/* RFC 1035, 2.3.4: 255 octets, the root's among them. */
	harness_send(h, A, msg, long_name(msg, 254));
	assert_int_equal(h->ok, 1);
	harness_send(h, A, msg, long_name(msg, 255));
	assert_true(harness_has(h, "'reason':'name','offset':12"));
	/* A chain: each name goes on where the one before began. */
	for (unsigned jumps = DNS_JUMPS; jumps <= DNS_JUMPS + 1; jumps++) {
		(void)harness_take(h);
		memcpy(
		    msg, "\0\1\x84\0\0\0\0\2\0\0\0\0\0\0\x0a\0\1\0\0\0\0", 21);
		n = 23;
		memcpy(msg + n, "\1a\0", 3);
		last = n;
		n += 3;
		for (unsigned i = 1; i < jumps; i++) {
			memcpy(msg + n, "\1b\xc0", 3);
			msg[n + 3] = (uint8_t)last;
			last = n;
			n += 4;
		}
		msg[21] = 0;
		msg[22] = (uint8_t)(n - 23);
		msg[n++] = 0xc0;
		msg[n++] = (uint8_t)last;
		memcpy(msg + n, "\0\1\0\1\0\0\0\x78\0\4\1\2\3\4", 14);
		harness_send(h, B, msg, n + 14);
		assert_true(
		    harness_has(h, jumps == DNS_JUMPS ? "'address':'1.2.3.4'"
						      : "'reason':'pointer'"));
	}
	harness_free(h);
}

static void
test_cut_messages_conclude_nothing(void **state)
{
	static const uint8_t msg[] = {0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1,
	    'a', 0, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 10, 0, 0, 1, /* whole */
	    1, 'b', 0, 0, 16, 0, 1, 0, 0, 0, 120, 0, 2, 1};
	struct harness *h = dns_new(&dissector_mdns, DIS_UDP, true);

	harness_send_cut(h, A, msg, sizeof(msg));
	assert_true(harness_has(h, "'tentative':true,'cut':true,"));
	assert_true(harness_has(h, "'address':'10.0.0.1'"));
	assert_false(harness_has(h, "identity"));
	assert_false(harness_has(h, "malformed"));
	for (size_t n = 0; n < sizeof(msg); n++) {
		harness_send_cut(h, A, msg, n);
	}
	assert_int_equal(h->bad, 0);
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

#define ON_TCP "0016 " QUERY

static void
test_stream(void **state)
{
	for (size_t segment = 0; segment < 3; segment++) {
		struct harness *h = dns_new(&dissector_dns, DIS_TCP, false);

		h->segment = segment;
		harness_hex(h, A, ON_TCP ON_TCP);
		harness_hex(h, B, "0026 " ANSWER);
		assert_int_equal(h->ok, 3);
		assert_int_equal(harness_waiting(h), 1);
		(void)harness_take(h);
		/* Offsets count from the length. */
		harness_hex(h, A,
		    "0012 0001 0000 0001 0000 0000 0000 c00c " A_IN ON_TCP);
		assert_true(harness_has(h, "'reason':'pointer','offset':14"));
		assert_int_equal(h->ok, 4);
		/* What is no header: the next one is found. */
		harness_hex(h, A, "0003 616263 ffffffffffff" ON_TCP);
		assert_true(harness_has(h, "'reason':'header','offset':0"));
		assert_int_equal(h->ok, 5);
		harness_gap(h, A);
		harness_hex(h, A, "ffff 00" ON_TCP);
		assert_int_equal(h->ok, 6);
		assert_int_equal(h->bad, 2);
		harness_free(h);
	}
}

static bool
is_claimed(const struct dissector *d, uint8_t transport, const char *hex)
{
	struct harness *h = dns_new(d, transport, false);
	bool claimed;

	h->port[A] = 40001;
	h->port[B] = 40002;
	harness_hex(h, A, hex);
	claimed = h->claimed;
	harness_free(h);
	return claimed;
}

static void
test_any_port(void **state)
{
	assert_true(is_claimed(&dissector_dns, DIS_UDP, QUERY));
	assert_true(is_claimed(&dissector_dns, DIS_UDP, ANSWER));
	assert_true(is_claimed(&dissector_dns, DIS_TCP, ON_TCP));
	/* Others' ports are theirs. */
	assert_false(is_claimed(&dissector_mdns, DIS_UDP, QUERY));
	assert_false(is_claimed(&dissector_llmnr, DIS_UDP, QUERY));
	/* Not to the last octet; more than one question; no usual type. */
	assert_false(is_claimed(&dissector_dns, DIS_UDP, QUERY "00"));
	assert_false(is_claimed(&dissector_dns, DIS_UDP,
	    "0001 0000 0002 0000 0000 0000 01 61 00 " A_IN "01 61 00 " A_IN));
	assert_false(is_claimed(&dissector_dns, DIS_UDP,
	    "0001 0000 0001 0000 0000 0000 01 61 00 0020 0001"));
	/* NetBIOS asks for a status as if for a service: RFC 1002, 4.2.17 */
	assert_false(is_claimed(&dissector_dns, DIS_UDP,
	    "0001 0000 0001 0000 0000 0000 04 434b4141 00 0021 0001"));
	assert_true(is_claimed(&dissector_dns, DIS_UDP,
	    "0001 0000 0001 0000 0000 0000 04 5f697070 00 0021 0001"));
	/* Modbus */
	assert_false(is_claimed(
	    &dissector_dns, DIS_TCP, "0001 0000 0006 0a 01 0000 0008"));
	assert_false(is_claimed(&dissector_dns, DIS_TCP, "474554202f20485454"));
}

static void
test_odd_ports_are_proven_by_pairs(void **state)
{
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);

	h->port[B] = 40002;
	harness_hex(h, A, QUERY);
	assert_false(h->ctx.confirmed);
	/* A scanner's next try is none of it. */
	(void)harness_take(h);
	harness_hex(h, A, "0002 0000 0001 0000 0000 0000 41 00");
	assert_int_equal(h->bad, 0);
	assert_int_equal(h->not_mine, 1);
	assert_string_equal(harness_take(h), "");
	harness_hex(h, B, ANSWER);
	assert_true(h->ctx.confirmed);
	harness_hex(h, A, "0002 0000 0001 0000 0000 0000 41 00");
	assert_int_equal(h->bad, 1);
	harness_free(h);
}

static void
test_brief_answers_are_counted(void **state)
{
	struct harness *h = dns_new(&dissector_dns, DIS_UDP, false);

	h->brief = h->filtered = true;
	harness_hex(h, A, QUERY);
	(void)harness_take(h);
	harness_hex(h, B, ANSWER);
	assert_string_equal(harness_take(h), "");
	/* An error is told. */
	harness_hex(h, A, QUERY);
	harness_hex(h, B, "1234 8183 0000 0000 0000 0000");
	assert_true(harness_has(h, "'status':'name_error'"));
	harness_free(h);
}

static const char *const golden[] = {QUERY, ANSWER,
    "0000 8400 0000 0003 0000 0000 " SRV_PRT TXT_TY "c032 " A_A,
    "0000 8400 0000 0002 0000 0000 " TXT_MODEL "01 61 00 " A_A,
    "0007 8000 0000 0001 0000 0000 " ARPA_A
    "000c 0001 00000078 0004 02 5032 00",
    ("0001 2800 0001 0000 0001 0000 01 7a 00 0006 0001 01 62 00 " A_A)};

/* All truncations, all bits, all bytes at their extremes. */
static void
break_it(struct harness *h, const uint8_t *good, size_t n)
{
	static const uint8_t extremes[] = {0, 1, 0x3f, 0xc0, 0xff};
	uint8_t p[256];

	for (size_t k = 0; k <= n; k++) {
		harness_send(h, A, good, k);
		harness_send_cut(h, A, good, k);
	}
	for (size_t k = 0; k < n * (8 + sizeof(extremes)); k++) {
		size_t at = k / (8 + sizeof(extremes));
		size_t how = k % (8 + sizeof(extremes));

		memcpy(p, good, n);
		p[at] =
		    how < 8 ? p[at] ^ (uint8_t)(1u << how) : extremes[how - 8];
		harness_send(h, A, p, n);
		(void)harness_take(h);
	}
}

static void
test_mutations(void **state)
{
	static const struct dissector *const all[] = {
	    &dissector_dns, &dissector_mdns, &dissector_llmnr};
	uint8_t p[256];

	for (size_t i = 0; i < 3 * sizeof(golden) / sizeof(golden[0]); i++) {
		struct harness *h =
		    dns_new(all[i % 3], DIS_UDP, all[i % 3] == &dissector_mdns);
		size_t n = harness_unhex(golden[i / 3], p, sizeof(p));

		break_it(h, p, n);
		assert_true(h->ok > n);
		assert_int_equal(h->failed, false);
		harness_free(h);
	}
}

/* The same in a stream, byte by byte: nothing else is told. */
static void
test_mutations_of_a_stream(void **state)
{
	struct harness *whole = dns_new(&dissector_dns, DIS_TCP, false);
	struct harness *bytewise = dns_new(&dissector_dns, DIS_TCP, false);
	uint8_t p[256], q[256];
	size_t n = harness_unhex(ON_TCP ON_TCP, p, sizeof(p));

	bytewise->segment = 1;
	for (size_t bit = 0; bit < 8 * n; bit++) {
		memcpy(q, p, n);
		q[bit / 8] ^= (uint8_t)(1u << bit % 8);
		for (int first = 0; first < 2; first++) {
			harness_reset(whole);
			harness_reset(bytewise);
			if (first == 0) {
				harness_send(whole, A, p, n);
				harness_send(bytewise, A, p, n);
			}
			harness_send(whole, A, q, n);
			harness_send(bytewise, A, q, n);
			assert_string_equal(
			    harness_take(whole), harness_take(bytewise));
		}
	}
	harness_free(whole);
	harness_free(bytewise);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_query_and_answer),
	    cmocka_unit_test(test_pairs_are_of_one_question),
	    cmocka_unit_test(test_printer_says_who_it_is),
	    cmocka_unit_test(test_others_names_are_not_the_senders),
	    cmocka_unit_test(test_what_is_not_said_for_good),
	    cmocka_unit_test(test_later_answers_are_short),
	    cmocka_unit_test(test_instances_are_names),
	    cmocka_unit_test(test_llmnr),
	    cmocka_unit_test(test_llmnr_for_everything_is_no_name),
	    cmocka_unit_test(test_ipv6),
	    cmocka_unit_test(test_update_of_ones_own_name),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_names_have_an_end),
	    cmocka_unit_test(test_cut_messages_conclude_nothing),
	    cmocka_unit_test(test_stream),
	    cmocka_unit_test(test_any_port),
	    cmocka_unit_test(test_odd_ports_are_proven_by_pairs),
	    cmocka_unit_test(test_brief_answers_are_counted),
	    cmocka_unit_test(test_mutations),
	    cmocka_unit_test(test_mutations_of_a_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
