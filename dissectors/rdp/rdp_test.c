/*
 * What connections, settings and log-ins tell, to the letter; that no password
 * is among it; TLS behind it; each violation; what the probe leaves alone; all
 * of it byte by byte and damaged.  Settings are what gen/rdp.py makes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_rdp, dissector_tls;

#define REQUEST                                                          \
	"03 00 0029"                               /* TPKT, length    */ \
	"24 e0 0000 0000 00"                       /* CR, class 0     */ \
	"436f6f6b69653a206d737473686173683d686d69" /* mstshash=hmi    */ \
	"0d0a"                                                           \
	"01 01 0800 03000000" /* TLS or NLA      */
#define CONFIRM                                     \
	"03 00 0013"          /* TPKT, length    */ \
	"0e d0 0000 1234 00"  /* CC, class 0     */ \
	"02 1f 0800 02000000" /* NLA             */
#define FAILURE                         \
	"03 00 0013 0e d0 0000 1234 00" \
	"03 00 0800 05000000" /* NLA is required */
#define BARE         "03 00 000b 06 e0 0000 0000 00"
#define BARE_CONFIRM "03 00 000b 06 d0 0000 1234 00"

/* core, security, network; from a client called ENG7, 1280 by 720 */
#define SETTINGS                                                           \
	"0300013102f0807f658201250401010401010101ff3019020122020102020100" \
	"0201010201000201010202ffff02010230190201220201020201000201010201" \
	"000201010202ffff020102301902012202010202010002010102010002010102" \
	"02ffff020102048200c7000500147c000180be000800100001c0004475636180" \
	"b001c08400040008000005d00201ca03aa07040000b11d000045004e00470037" \
	"0000000000000000000000000000000000000000000000000004000000000000" \
	"000c000000000000000000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"000000000002c00c00030000000000000003c020000200000072647064720000" \
	"0000008080636c69707264720000008080"
/* 128 bits, high */
#define SERVER                                                             \
	"0300006b02f0807f66610a010002010030190201220201020201000201010201" \
	"000201010202ffff020102043e000500147c00013614760a01010001c0004d63" \
	"446e28010c1000040008000000000000000000030c0c00eb030200ec03ed0302" \
	"0c0c000200000003000000"

#define ERECT    "0300000c 02f080 04 0100 0100"
#define ATTACH   "03000008 02f080 28"
#define ATTACHED "0300000b 02f080 2e 00 0006"
#define JOIN     "0300000c 02f080 38 0006 03eb"
#define JOINED   "0300000f 02f080 3e 00 0006 03eb 03eb"
#define EXCHANGE "03000013 02f080 64 0006 03eb 70 05 0100 0000 ff"
/* user hmi, domain P, password pw */
#define LOGIN                                                         \
	"0300003a 02f080 64 0006 03eb 70 2c" /* send data request  */ \
	"4000 0000"                          /* SEC_INFO_PKT       */ \
	"07040000 10000000"                  /* code page, Unicode */ \
	"0200 0600 0400 0000 0000"           /* lengths            */ \
	"5000 0000 68006d006900 0000"        /* P, hmi             */ \
	"70007700 0000 0000 0000"            /* pw, none, none     */
#define HIDDEN "03000013 02f080 64 0006 03eb 70 05 4800 0000 ff"

/* record(5), hello(4), TLS 1.2 */
#define HELLO                                                              \
	"160301002f0100002b0303000102030405060708090a0b0c0d0e0f1011121314" \
	"15161718191a1b1c1d1e1f0000041301c02f0100"
#define HELLO_BACK                                                         \
	"160303002a020000260303202122232425262728292a2b2c2d2e2f3031323334" \
	"35363738393a3b3c3d3e3f00c02f00"

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_rdp, DIS_TCP);

	harness_add_inner(h, &dissector_tls);
	return h;
}

static void
agree(struct harness *h, const char *confirm)
{
	harness_hex(h, A, REQUEST);
	harness_hex(h, B, confirm);
	(void)harness_take(h);
}

static void
test_connection_and_its_user(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, REQUEST);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'connect','code':224,'class':'session','user':'hmi',"
	    "'requested':['tls','nla'],'restricted_admin':true}\n");
	harness_hex(h, B, CONFIRM);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'connect','code':208,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':1,"
	    "'selected':'nla'}\n"
	    "{'kind':'auth','dir':'response','action':'login','user':'hmi',"
	    "'detail':'nla'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_refusal_is_no_login(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, REQUEST);
	(void)harness_take(h);
	harness_hex(h, B, FAILURE);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'connect','code':208,"
	    "'class':'session','status':'nla_required','rtt_us':0,"
	    "'req_frame':1,'failure':5}\n");
	harness_free(h);
}

static void
test_tls_behind_it(void **state)
{
	for (size_t piece = 0; piece < 3; piece++) {
		struct harness *h = flow();

		h->segment = piece;
		agree(h, CONFIRM);
		harness_hex(h, A, HELLO);
		assert_true(harness_has(h,
		    "{'kind':'operation','dir':'request','op':'client_hello',"
		    "'code':1,'class':'session','version':'TLS 1.2'"));
		harness_hex(h, B, HELLO_BACK "14030300 0101 17030300 02ffff");
		assert_true(harness_has(h, "'op':'server_hello'"));
		assert_false(harness_has(h, "malformed"));
		assert_true(h->done);
		harness_free(h);
	}
}

static void
test_settings_say_who_it_is(void **state)
{
	struct harness *h = flow();

	agree(h, BARE_CONFIRM);
	harness_hex(h, A, SETTINGS);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'settings','code':101,"
	    "'class':'session','version':'5.0 to 8.1','client_name':'ENG7',"
	    "'client_build':7601,'width':1280,'height':720,"
	    "'keyboard':'0x00000407','channels':['rdpdr','cliprdr'],"
	    "'methods':['40_bit','128_bit']}\n"
	    "{'kind':'identity','dir':'request','subject':{"
	    "'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'hostname','value':'ENG7','via':'settings',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'request','subject':{"
	    "'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'os','value':'Windows NT 6.1 build 7601',"
	    "'via':'settings','claim':'self'}\n");
	harness_hex(h, B, SERVER);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'settings','code':102,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':3,"
	    "'version':'5.0 to 8.1','encryption':'128_bit',"
	    "'level':'high'}\n");
	harness_free(h);
}

static void
test_channels(void **state)
{
	struct harness *h = flow();

	agree(h, BARE_CONFIRM);
	harness_hex(h, A, ERECT ATTACH);
	harness_hex(h, B, ATTACHED);
	harness_hex(h, A, JOIN);
	(void)harness_take(h);
	harness_hex(h, B, JOINED);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'join_channel',"
	    "'code':15,'class':'session','status':'ok','rtt_us':0,"
	    "'req_frame':5,'channel':1003}\n");
	harness_hex(h, A, EXCHANGE);
	assert_true(harness_has(h, "'op':'key_exchange','code':25"));
	harness_hex(h, A, "03000009 02f080 21 80");
	assert_true(harness_has(h, "'op':'disconnect','code':8,"
				   "'class':'session',"
				   "'cause':'user_requested'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow();

	agree(h, BARE_CONFIRM);
	harness_hex(h, A, LOGIN);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'log_in','code':25,"
	    "'class':'session','user':'hmi','domain':'P'}\n"
	    "{'kind':'auth','dir':'request','action':'login','user':'hmi',"
	    "'detail':'clear text'}\n");
	assert_true(h->done);
	harness_reset(h);
	agree(h, BARE_CONFIRM);
	harness_hex(h, A, HIDDEN);
	harness_assert(h, "{'kind':'operation','dir':'request','op':'log_in',"
			  "'code':25,'class':'session','encrypted':true}\n");
	harness_free(h);
}

/* A log-in that was lost: what follows has another form, and is none. */
static void
test_updates_end_it(void **state)
{
	struct harness *h = flow();

	agree(h, BARE_CONFIRM);
	harness_hex(h, A, ATTACH);
	harness_hex(h, B, ATTACHED "00 80 05 ffff");
	assert_false(harness_has(h, "malformed"));
	assert_true(h->done);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *bytes, *said;
		uint8_t side;
	} cases[] = {
	    /* a negotiation of 7 octets */
	    {"03 00 0013 0e e0 0000 0000 00 01 00 0700 03000000",
		"'negotiation','offset':11", A},
	    {"03 00 0013 0e d0 0000 1234 00 04 00 0800 03000000",
		"'negotiation','offset':11", B},
	    /* to somebody; of another class */
	    {"03 00 000b 06 e0 0001 0000 00", "'connect','offset':8", A},
	    {"03 00 000b 06 d0 0000 0000 20", "'connect','offset':8", B},
	    {"03 00 0009 02f080 7f65", "'settings','offset':0", A},
	    {"03 00 0009 02f080 2e 00", "'mcs','offset':8", B},
	    {"03 00 000a 02f080 38 0006", "'mcs','offset':8", A},
	    {"03 00 0008 02f080 21", "'mcs','offset':8", A},
	    {"03 00 000e 02f080 64 0006 03eb 70 00", "'mcs','offset':8", A},
	    {"03 00 0008 02f080 7c", "'mcs','offset':7", A},
	    {"03 00 0012 02f080 64 0006 03eb 70 04 4000 0000",
		"'client_info','offset':18", A},
	    {"ff", "'no_header','offset':0", A},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 0; piece < 2; piece++) {
			struct harness *h = flow();
			char text[80];

			h->segment = piece;
			agree(h, BARE_CONFIRM);
			harness_hex(h, cases[i].side, cases[i].bytes);
			(void)snprintf(
			    text, sizeof(text), "'reason':%s}", cases[i].said);
			assert_true(harness_has(h, text));
			if (!h->done) {
				harness_hex(h, B, ATTACHED);
				assert_true(harness_has(h, "'status':'ok'"));
			}
			harness_free(h);
		}
	}
}

static void
test_another_connection_begins_anew(void **state)
{
	struct harness *h = flow();

	agree(h, CONFIRM);
	harness_hex(h, A, HELLO);
	harness_gap(h, A);
	harness_gap(h, B);
	(void)harness_take(h);
	harness_hex(h, A, BARE);
	harness_hex(h, B, BARE_CONFIRM);
	assert_true(harness_has(h, "'selected':'rdp'"));
	harness_free(h);
}

static void
test_cut_is_not_broken(void **state)
{
	struct harness *h = flow();
	uint8_t bytes[512];
	size_t n = harness_unhex(SETTINGS, bytes, sizeof(bytes));

	agree(h, BARE_CONFIRM);
	harness_send_cut(h, A, bytes, n / 2);
	assert_true(harness_has(h, "'op':'settings'"));
	assert_false(harness_has(h, "malformed"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_foreign_traffic_is_left_alone(void **state)
{
	static const struct {
		const char *bytes;
		uint16_t port;
	} cases[] = {
	    /* S7: TSAPs of which the first octet says what it is */
	    {"03000016 11 e0 0000 0001 00 c1020100 c2020102 c0010a", 102},
	    {"03000016 11 e0 0000 0001 00 c1020100 c2020102 c0010a", 3389},
	    /* MMS */
	    {"03000016 11 e0 0000 0001 00 c1020000 c2020001 c0010d", 102},
	    {"03000019 02f080 32 01 0000 0000 0008 0000 f0 00 0001 0001 01e0",
		102},
	    {BARE, 102},
	    {BARE, 1020},
	    {"03000008 02f080 28", 102},
	    /* of another class */
	    {"0300000b 06 e0 0000 0000 20", 3389},
	    {"16030100 2f", 3389},
	    {"0301000b 06 e0 0000 0000 00", 3389},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harness *h = flow();

		h->port[B] = cases[i].port;
		harness_hex(h, A, cases[i].bytes);
		assert_false(h->claimed);
		assert_int_equal(h->events, 0);
		harness_free(h);
	}
}

static void
test_other_ports(void **state)
{
	struct harness *h = flow();

	h->port[B] = 33890;
	harness_hex(h, A, REQUEST);
	assert_true(harness_has(h, "'user':'hmi'"));
	harness_reset(h);
	harness_hex(h, A, SETTINGS);
	assert_true(harness_has(h, "'client_name':'ENG7'"));
	harness_free(h);
}

/* Whole and byte by byte: every bit flipped, every length. */
static void
test_mutations(void **state)
{
	static const char *const pdus[] = {
	    REQUEST, CONFIRM, SETTINGS, SERVER, LOGIN, JOINED};
	const struct mutate m = {.message = pdus,
	    .n = sizeof(pdus) / sizeof(pdus[0]),
	    .of_b = 0x2a,
	    .before = {BARE, BARE_CONFIRM},
	    .after = ATTACH};
	struct harness *h = flow();

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_connection_and_its_user),
	    cmocka_unit_test(test_refusal_is_no_login),
	    cmocka_unit_test(test_tls_behind_it),
	    cmocka_unit_test(test_settings_say_who_it_is),
	    cmocka_unit_test(test_channels),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_updates_end_it),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_another_connection_begins_anew),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_foreign_traffic_is_left_alone),
	    cmocka_unit_test(test_other_ports),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
