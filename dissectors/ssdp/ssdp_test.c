/*
 * What SSDP's messages tell, to the letter; of whom; each violation once; what
 * the probe leaves alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_ssdp;

#define SUBJECT \
	"'subject':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':1900},"
#define START "NOTIFY * HTTP/1.1\r\n"
#define ALIVE START "NTS: ssdp:alive\r\n"
#define TYPE  "NT: urn:schemas-upnp-org:device:MediaRenderer:1\r\n"
#define USN   "USN: uuid:f15f::x\r\n"

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

/* From A, whose port is SSDP's, to all. */
static struct harness *
ssdp_new(void)
{
	static const uint8_t group[] = {239, 255, 255, 250};
	struct harness *h = harness_new(&dissector_ssdp, DIS_UDP);

	h->port[A] = h->port[B] = 1900;
	memcpy(h->end[B].ip.a, group, sizeof(group));
	return h;
}

static void
test_notice_says_who_it_is(void **state)
{
	struct harness *h = ssdp_new();

	say(h, A,
	    ALIVE TYPE USN "Location: http://10.0.0.1:80/x.xml\r\n"
			   "Server: Linux/3.14 UPnP/1.0 Product/1.2\r\n\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','op':'alive','code':0,"
	    "'class':'discovery','target':"
	    "'urn:schemas-upnp-org:device:MediaRenderer:1',"
	    "'usn':'uuid:f15f::x','location':'http://10.0.0.1:80/x.xml',"
	    "'server':'Linux/3.14 UPnP/1.0 Product/1.2'}\n"
	    "{'kind':'identity','dir':'notify'," SUBJECT
	    "'key':'os','value':'Linux/3.14','via':'alive','claim':'self'}\n"
	    "{'kind':'identity','dir':'notify'," SUBJECT
	    "'key':'software','value':'Product/1.2','via':'alive',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'notify'," SUBJECT
	    "'key':'device_type','value':'MediaRenderer','via':'alive',"
	    "'claim':'self'}\n");
	harness_free(h);
}

static void
test_servers(void **state)
{
	static const char *const lines[][3] = {
	    {"UPnP/1.0 BLR-TX4S/1.0", "'software','value':'BLR-TX4S/1.0'", ""},
	    {"Linux, UPnP/1.0, SDK for devices/1.6", "'os','value':'Linux'",
		"'software','value':'SDK for devices/1.6'"},
	    {"UPnP/1.0 UPnP/1.0 Host/1.0", "'software','value':'Host/1.0'", ""},
	    {"Camera/2", "'software','value':'Camera/2'", ""},
	};
	struct harness *h = ssdp_new();
	char text[512];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    ALIVE "NT: upnp:rootdevice\r\nSERVER:%s\r\n\r\n",
		    lines[i][0]);
		(void)harness_take(h);
		say(h, A, text);
		assert_true(harness_has(h, lines[i][1]));
		assert_true(harness_has(h, lines[i][2]));
	}
	(void)harness_take(h);
	say(h, A, ALIVE "NT: a\r\nServer: Unspecified, UPnP/1.0\r\n\r\n");
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_parts_of_gateways_are_no_type(void **state)
{
	struct harness *h = ssdp_new();

	say(h, A, ALIVE "NT: urn:schemas-upnp-org:device:WANDevice:1\r\n\r\n");
	say(h, A, ALIVE "NT: urn:schemas-upnp-org:service:WANIP:1\r\n\r\n");
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_who_speaks_for_another_is_not_it(void **state)
{
	struct harness *h = ssdp_new();

	say(h, A, ALIVE TYPE "LOCATION: http://10.0.0.9/\r\nSERVER: x\r\n\r\n");
	assert_false(harness_has(h, "identity"));
	assert_true(harness_has(h, "'relation':'announces','peer':'10.0.0.9'"));
	(void)harness_take(h);
	say(h, A, ALIVE TYPE "LOCATION: http://a.local/\r\nSERVER: x\r\n\r\n");
	assert_true(harness_has(h, "'key':'software'"));
	harness_free(h);
}

static void
test_search_and_answer(void **state)
{
	struct harness *h = harness_new(&dissector_ssdp, DIS_UDP);

	say(h, A,
	    "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nMX: 3\r\n"
	    "ST: ssdp:all\r\nUSER-AGENT: Windows/10 UPnP/1.1 Tool/2\r\n"
	    "CPFN.UPNP.ORG: Panel 3\r\n\r\n");
	assert_true(harness_has(h,
	    "'dir':'request','op':'search','code':0,'class':'discovery',"
	    "'target':'ssdp:all','user_agent':'Windows/10 UPnP/1.1 Tool/2',"
	    "'friendly_name':'Panel 3','mx':'3'}"));
	assert_true(harness_has(h, "'key':'os','value':'Windows/10'"));
	assert_true(harness_has(h, "'key':'name','value':'Panel 3'"));
	(void)harness_take(h);
	h->ts_ns += 3000000;
	say(h, B, "HTTP/1.1 200 OK\r\nST: a\r\n" USN "\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'search','code':0,"
	    "'class':'discovery','status':'ok','rtt_us':3000,'req_frame':1,"
	    "'target':'a','usn':'uuid:f15f::x'}\n");
	say(h, B, "HTTP/1.1 404 No\r\nST: a\r\nSERVER: x\r\n\r\n");
	assert_true(harness_has(h, "'status':'error'"));
	assert_true(harness_has(h, "'http_status':'404'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_other_notices(void **state)
{
	struct harness *h = ssdp_new();

	say(h, A, START "NT: a\r\nnts:ssdp:byebye\r\n\r\n");
	assert_true(harness_has(h, "'op':'byebye'"));
	say(h, A, START "NT: a\r\nNTS: ssdp:update\r\n\r\n");
	assert_true(harness_has(h, "'op':'update'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const char *const texts[][2] = {
	    {START "NT: a\r\nNTS: x\r\n\r\n", "'reason':'nts','offset':0"},
	    {ALIVE "\r\n", "'reason':'target','offset':0"},
	    {ALIVE "NT: a\r\nno colon\r\n\r\n",
		"'reason':'header','offset':43"},
	    {"M-SEARCH * HTTP/1.1\r\nST: a\r\n\r\n",
		"'reason':'man','offset':0"},
	    {"GET / HTTP/1.1\r\n\r\n", "'reason':'start_line','offset':0"},
	};
	struct harness *h = ssdp_new();

	say(h, A, ALIVE "NT: a\r\n\r\n");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)harness_take(h);
		say(h, A, texts[i][0]);
		assert_true(harness_has(h, texts[i][1]));
		assert_int_equal(h->bad, i + 1);
	}
	harness_free(h);
}

static void
test_cut_is_told_and_concludes_nothing(void **state)
{
	static const char text[] = ALIVE TYPE "SERVER: Linux UPnP/1.0 Pro";
	struct harness *h = ssdp_new();

	harness_send_cut(h, A, text, sizeof(text) - 1);
	assert_true(harness_has(h, "'op':'alive'"));
	assert_true(harness_has(h, "MediaRenderer"));
	assert_false(harness_has(h, "identity"));
	assert_false(harness_has(h, "Linux"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const texts[] = {
	    "GET * HTTP/1.1\r\n\r\n",
	    "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n",
	    "NOTIFY sip:a SIP/2.0\r\n\r\n",
	    "M-SEARCH * HTTP/1.1\r\n\r\n",
	    "",
	};
	struct harness *h = harness_new(&dissector_ssdp, DIS_UDP);

	h->port[B] = 4000;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		harness_reset(h);
		say(h, A, texts[i]);
		assert_false(h->claimed);
	}
	say(h, A, "HTTP/1.1 200 OK\r\nST: a\r\n" USN "\r\n");
	assert_true(h->claimed);
	harness_free(h);
}

static void
test_truncations(void **state)
{
	static const char text[] =
	    ALIVE TYPE USN "LOCATION: http://10.0.0.1/\r\nSERVER: a\r\n\r\n";
	struct harness *h = ssdp_new();

	for (size_t n = 0; n < sizeof(text); n++) {
		harness_send(h, A, text, n);
		harness_send_cut(h, A, text, n);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_notice_says_who_it_is),
	    cmocka_unit_test(test_servers),
	    cmocka_unit_test(test_parts_of_gateways_are_no_type),
	    cmocka_unit_test(test_who_speaks_for_another_is_not_it),
	    cmocka_unit_test(test_search_and_answer),
	    cmocka_unit_test(test_other_notices),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut_is_told_and_concludes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
