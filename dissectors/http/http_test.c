/*
 * What heads say, message by message; bodies and what is in them; secrets that
 * stay where they are; violations; and that pieces change nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_http;

static struct harness *
start(void)
{
	struct harness *h = harness_new(&dissector_http, DIS_TCP);

	h->port[B] = 80;
	return h;
}

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

#define GET "GET / HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n"
#define OK  "HTTP/1.1 200 OK\r\n"
#define B_SUBJECT                                    \
	"'subject':{'mac':'02:00:00:00:00:02','ip':" \
	"'10.0.0.2','port':80}"
#define A_SUBJECT                                    \
	"'subject':{'mac':'02:00:00:00:00:01','ip':" \
	"'10.0.0.1','port':49152}"

static void
test_request_and_response(void **state)
{
	struct harness *h = start();

	say(h, A,
	    "GET /Portal/Portal.mwsl?PriNav=Start HTTP/1.1\r\n"
	    "Host: plc7.plant.example:8080\r\n"
	    "User-Agent: Mozilla/5.0 (Windows NT 6.1; Win64; x64) X/3\r\n"
	    "Cookie: session=4711\r\n\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'get','code':1,"
	    "'class':'read','path':'/Portal/Portal.mwsl','query':true,"
	    "'host':'plc7.plant.example:8080','user_agent':"
	    "'Mozilla/5.0 (Windows NT 6.1; Win64; x64) X/3','cookie':true}\n"
	    "{'kind':'identity','dir':'request'," A_SUBJECT
	    ",'key':'software','value':"
	    "'Mozilla/5.0 (Windows NT 6.1; Win64; x64) X/3',"
	    "'via':'user_agent','claim':'self'}\n"
	    "{'kind':'identity','dir':'request'," A_SUBJECT
	    ",'key':'os','value':'Windows NT 6.1','via':'user_agent',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'request'," B_SUBJECT
	    ",'key':'hostname','value':'plc7.plant.example','via':'host',"
	    "'claim':'peer'}\n");
	h->ts_ns += 1500000;
	say(h, B,
	    OK "Server: SIMATIC/2.1\r\nContent-Type: text/html; charset=utf-8"
	       "\r\nContent-Length: 60\r\n\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'get','code':1,"
	    "'class':'read','status':'ok','rtt_us':1500,'req_frame':1,"
	    "'http_status':200,'server':'SIMATIC/2.1','content_type':"
	    "'text/html','length':60}\n"
	    "{'kind':'identity','dir':'response'," B_SUBJECT
	    ",'key':'software','value':'SIMATIC/2.1','via':'server',"
	    "'claim':'self'}\n");
	say(h, B,
	    "<!DOCTYPE html><html><head><title>\n S7-1200 &amp; Pump\n</t");
	harness_assert(h,
	    "{'kind':'identity','dir':'response'," B_SUBJECT
	    ",'key':'description','value':'S7-1200 & Pump','via':'title',"
	    "'claim':'self'}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_what_was_told_is_not_told_again(void **state)
{
	struct harness *h = start();

	for (int i = 0; i < 2; i++) {
		say(h, A,
		    "GET /a HTTP/1.1\r\nHost: plc\r\nUser-Agent: t/1\r\n\r\n");
		say(h, B, OK "Server: s/1\r\nContent-Length: 0\r\n\r\n");
		assert_int_equal(harness_has(h, "'identity'"), i == 0);
		(void)harness_take(h);
	}
	/* Another name is another fact. */
	say(h, A, "GET /a HTTP/1.1\r\nUser-Agent: t/2\r\n\r\n");
	assert_true(harness_has(h, "'value':'t/2'"));
	harness_free(h);
}

static void
test_bodies_go_by(void **state)
{
	struct harness *h = start();

	/* by length, in chunks with an extension and a trailer, none */
	say(h, A, "POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nGET " GET GET);
	say(h, A, "HEAD /b HTTP/1.1\r\n\r\n" GET);
	say(h, B,
	    OK "Transfer-Encoding: gzip, chunked\r\n\r\n"
	       "5;x=\"y\"\r\nHTTP/\r\n0A\r\n0123456789\r\n0\r\nA: b\r\n\r\n");
	say(h, B, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
	say(h, B, "HTTP/1.1 204 No Content\r\n\r\n");
	say(h, B, OK "Content-Length: 99\r\n\r\n");
	say(h, B, "HTTP/1.0 500 E\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
	assert_int_equal(h->bad, 0);
	assert_int_equal(harness_waiting(h), 0);
	assert_int_equal(h->events, 10);
	assert_true(harness_has(h, "'op':'head','code':2,'class':'read',"
				   "'status':'ok'"));
	assert_true(harness_has(h, "'status':'internal_error'"));
	harness_free(h);
}

static void
test_continue_is_not_the_answer(void **state)
{
	struct harness *h = start();

	say(h, A,
	    "PUT /fw HTTP/1.1\r\nContent-Length: 2\r\n"
	    "Expect: 100-continue\r\n\r\n");
	say(h, B, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_true(harness_has(h, "'op':'response'"));
	assert_int_equal(harness_waiting(h), 1);
	say(h, A, "ab");
	say(h, B, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
	assert_true(harness_has(h, "'op':'put','code':4,'class':'write',"
				   "'status':'ok'"));
	harness_free(h);
}

#define BASIC(x) "GET /s HTTP/1.1\r\nAuthorization: Basic " x "\r\n\r\n"
#define DENIED                                               \
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "    \
	"Basic realm=\"Moxa NPort 5110\", charset=\"UTF-8\"" \
	"\r\nContent-Length: 0\r\n\r\n"

static void
test_log_in_by_basic(void **state)
{
	struct harness *h = start();

	say(h, A, GET);
	say(h, B, DENIED);
	assert_true(harness_has(h, "'status':'unauthorized'"));
	assert_true(harness_has(h, "'key':'description','value':"
				   "'Moxa NPort 5110','via':"
				   "'www_authenticate'"));
	assert_false(harness_has(h, "'kind':'auth'"));
	(void)harness_take(h);
	say(h, A, BASIC("YWRtaW46c2VjcmV0")); /* admin:secret */
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'get','code':1,"
	    "'class':'read','path':'/s','credentials':'basic',"
	    "'cleartext':true}\n");
	say(h, B, DENIED);
	assert_true(harness_has(h, "{'kind':'auth','dir':'response','action':"
				   "'fail','user':'admin'"));
	(void)harness_take(h);
	for (int i = 0; i < 2; i++) {
		say(h, A, BASIC("YWRtaW46c2VjcmV0"));
		say(h, B, OK "Content-Length: 0\r\n\r\n");
		assert_int_equal(
		    harness_has(h, "'action':'login','user':'admin'"), i == 0);
		assert_false(harness_has(h, "secret"));
		assert_false(harness_has(h, "YWRt"));
		(void)harness_take(h);
	}
	/* Without a colon it is no user; nor what is no base64. */
	say(h, A, BASIC("c2VjcmV0") BASIC("YWRt*W46"));
	say(h, B, DENIED DENIED);
	assert_false(harness_has(h, "'kind':'auth'"));
	harness_free(h);
}

static void
test_log_in_by_digest(void **state)
{
	static const char ask[] =
	    "GET /s HTTP/1.1\r\nAuthorization: Digest nc=00000001, "
	    "username=\"ope\\\"r\", realm=\"x\", response=\"0123abcd\"\r\n\r\n";
	struct harness *h = start();

	say(h, A, ask);
	assert_false(harness_has(h, "'cleartext'"));
	say(h, B,
	    "HTTP/1.1 401 U\r\nWWW-Authenticate: Digest realm=\"login\", "
	    "stale=TRUE\r\nContent-Length: 0\r\n\r\n");
	assert_false(harness_has(h, "'kind':'auth'"));
	assert_false(harness_has(h, "'kind':'identity'"));
	say(h, A, ask);
	say(h, B, "HTTP/1.1 302 F\r\nContent-Length: 0\r\n\r\n");
	assert_true(harness_has(h, "'action':'login','user':'ope\\\\\\\"r',"
				   "'detail':'digest'"));
	assert_false(harness_has(h, "0123abcd"));
	harness_free(h);
}

static void
test_secrets_stay(void **state)
{
	struct harness *h = start();

	say(h, A,
	    "GET http://u:geheim@dev/a;jsessionid=geheim?p=geheim#geheim "
	    "HTTP/1.1\r\nHost: other\r\nAuthorization: Bearer geheim\r\n"
	    "Cookie: a=geheim\r\n\r\n");
	assert_true(harness_has(h, "'path':'/a','query':true,'host':'dev',"
				   "'credentials':'bearer','cookie':true"));
	/* Who answers for others says nothing of itself. */
	say(h, B,
	    OK "Server: origin/1\r\nSet-Cookie: a=geheim\r\n"
	       "Content-Length: 0\r\n\r\n");
	assert_true(harness_has(h, "'server':'origin/1','cookie':true"));
	assert_false(harness_has(h, "'kind':'identity'"));
	assert_false(harness_has(h, "geheim"));
	harness_free(h);
}

static void
test_through_a_proxy_nobody_says_who_it_is(void **state)
{
	struct harness *h = start();

	say(h, A, "GET / HTTP/1.1\r\nVia: 1.1 p\r\nUser-Agent: t/1\r\n\r\n");
	say(h, B, OK "Via: 1.1 p\r\nServer: s/1\r\nContent-Length: 0\r\n\r\n");
	assert_false(harness_has(h, "'kind':'identity'"));
	harness_free(h);
}

static void
page(struct harness *h, const char *path, const char *type, const char *text)
{
	char head[256];

	(void)snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\n\r\n", path);
	say(h, A, head);
	(void)snprintf(head, sizeof(head),
	    OK "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
	    strlen(text));
	say(h, B, head);
	(void)harness_take(h);
	say(h, B, text);
}

#define TITLE(x) \
	"<html><!-- <title>no</title> --><head><TITLE a='b'>" x "</TITLE>"

static void
test_titles(void **state)
{
	struct harness *h = start();

	/* Of what lies deeper, of what is no page, and of nothing in it. */
	page(h, "/diag/eth.html", "text/html", TITLE("Ethernet"));
	page(h, "/", "application/json", TITLE("P1"));
	page(h, "/", "text/html", TITLE("Login"));
	page(h, "/", "text/html", TITLE("..."));
	page(h, "/", "text/html", TITLE(" "));
	harness_assert(h, "");
	page(h, "/web/index.htm", "text/html;charset=ISO-8859-1",
	    TITLE("  Pumpe\r\n\t \xfc  "));
	harness_assert(h,
	    "{'kind':'identity','dir':'response'," B_SUBJECT
	    ",'key':'description','value':'Pumpe ü','via':'title',"
	    "'claim':'self'}\n");
	/* The first stands. */
	page(h, "/", "text/html", TITLE("Another"));
	harness_assert(h, "");
	harness_free(h);
}

static void
test_title_is_looked_for_at_the_beginning(void **state)
{
	static const char far[] = TITLE("Far"), near[] = TITLE("P1");
	static char text[9000];
	struct harness *h = start();

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + 8500, far, sizeof(far));
	page(h, "/", "text/html", text);
	harness_assert(h, "");
	memcpy(text + 8100, near, sizeof(near));
	page(h, "/", "text/html", text);
	assert_true(harness_has(h, "'value':'P1'"));
	harness_free(h);
}

#define UPNP(x)                                                           \
	"<?xml version=\"1.0\"?><root xmlns=\"urn:" x ":device-1-0\">"    \
	"<device><deviceType>urn:schemas-upnp-org:device:Basic:1"         \
	"</deviceType><friendlyName>Gate 3</friendlyName><manufacturer>"  \
	"Axis</manufacturer><modelName>M1065</modelName><modelNumber>1.0" \
	"</modelNumber><serialNumber>00408C1234</serialNumber>"           \
	"<deviceList><device><serialNumber>2</serialNumber>"

static void
test_upnp_description(void **state)
{
	struct harness *h = start();
	static const char type[] = "'device_type','value':"
				   "'urn:schemas-upnp-org:device:Basic:1'";
	const char *keys[] = {type, "'name','value':'Gate 3'",
	    "'vendor','value':'Axis'", "'model','value':'M1065'",
	    "'serial','value':'00408C1234'"};

	page(h, "/x.xml", "text/xml", UPNP("example"));
	harness_assert(h, "");
	h->events = 0;
	page(h, "/x.xml", "text/xml", UPNP("schemas-upnp-org"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_true(harness_has(h, keys[i]));
	}
	assert_true(harness_has(h, "'via':'upnp_description'"));
	/* request, response, five facts: no version, nothing of what is in it */
	assert_int_equal(h->events, 2 + 5);
	harness_free(h);
}

static void
test_done_after_a_switch(void **state)
{
	struct harness *h = start();

	say(h, A, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
	say(h, B, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n" GET);
	assert_true(harness_has(h, "'http_status':101,'upgrade':'websocket'"));
	assert_true(h->done);
	harness_reset(h);
	say(h, A, "CONNECT plc:443 HTTP/1.1\r\nHost: plc\r\n\r\n");
	assert_true(harness_has(h, "'op':'connect','code':6,'class':'session',"
				   "'path':'plc:443'"));
	say(h, B, "HTTP/1.1 407 A\r\nContent-Length: 0\r\n\r\n");
	assert_false(h->done);
	say(h, A, "CONNECT plc:443 HTTP/1.1\r\nHost: plc\r\n\r\n");
	say(h, B, "HTTP/1.1 200 Connected\r\n\r\n");
	assert_true(h->done);
	harness_free(h);
}

static void
violation(const char *text, const char *reason)
{
	struct harness *h = start();

	say(h, A, text);
	assert_true(harness_has(h, reason));
	(void)harness_take(h);
	say(h, A, GET);
	assert_true(harness_has(h, "'op':'get'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static char longest[17000];

	violation(GET "\x16\x03\x01", "'reason':'no_header','offset':0");
	violation("GET / HTTP/1.1\r\nno field\r\n\r\n",
	    "'reason':'field','offset':16");
	violation("GET / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n",
	    "'reason':'content_length','offset':32");
	violation("GET / HTTP/1.1\r\nContent-Length: 0\r\n"
		  "Content-Length: 1\r\n\r\n",
	    "'reason':'content_length'");
	violation("POST / HTTP/1.1\r\nContent-Length: 5\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    "'reason':'two_lengths','offset':0");
	violation("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx",
	    "'reason':'chunk','offset':0");
	violation("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1\r\nab\r\n",
	    "'reason':'chunk','offset':0");
	violation("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "1234567890123456\r\n",
	    "'reason':'chunk','offset':15");
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "GET / HTTP/1.1\r\nA: ", 19);
	violation(longest, "'reason':'head_length','offset':0");
}

static void
test_lost_response_leaves_the_next_pair(void **state)
{
	struct harness *h = start();

	say(h, A, "GET /a HTTP/1.1\r\n\r\n");
	harness_gap(h, B);
	say(h, A, "PUT /b HTTP/1.1\r\n\r\n");
	say(h, B, "junk " OK "Content-Length: 0\r\n\r\n");
	assert_true(harness_has(h, "'op':'put','code':4,'class':'write',"
				   "'status':'ok'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {"OPTIONS rtsp://x/ RTSP/1.0\r\n",
	    "INVITE sip:a@b SIP/2.0\r\n", "GET / HTTP/2.0\r\n", "GET key\r\n",
	    "HTTP/2 200\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GETX",
	    "HTTP/1.1-200", "HTTP/1.1 600 x", "GET  / HTTP/1.1\r\n",
	    "M-SEARCH * HTTP/1.1\r\n", "SSH-2.0-x\r\n", "\r\n"};
	struct harness *h = start();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		harness_reset(h);
		say(h, A, others[i]);
		assert_false(h->claimed);
		assert_int_equal(h->events, 0);
	}
	harness_free(h);
}

/* Not one octet more is wanted than it takes to see that it is none. */
static void
test_first_octets_refuse(void **state)
{
	static const struct {
		const char *text;
		enum dis_rc rc;
	} cases[] = {{"G", DIS_MORE}, {"GE", DIS_MORE}, {"GF", DIS_NOT_MINE},
	    {"H", DIS_MORE}, {"HX", DIS_NOT_MINE}, {"GET ", DIS_MORE},
	    {"GET \x01", DIS_NOT_MINE}, {"GET / HTTP/2", DIS_NOT_MINE},
	    {"GET / HTTP/1.1\rx", DIS_NOT_MINE}, {"HTTP/1.1 200", DIS_OK},
	    {"HTTP/1.1 20x", DIS_NOT_MINE}, {"GET / HTTP/1.x", DIS_NOT_MINE},
	    {"\x16", DIS_NOT_MINE}};
	struct dis_probe pr = {.transport = DIS_TCP};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rd r = rd_make(cases[i].text, strlen(cases[i].text));

		assert_int_equal(dissector_http.probe(r, &pr), cases[i].rc);
	}
}

static void
conversation(struct harness *h)
{
	say(h, A,
	    "\r\n" GET "POST /cgi HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
	    "GET /x.xml HTTP/1.1\r\n\r\n");
	say(h, B,
	    OK "Content-Type: text/html\r\nServer: s/1\r\n"
	       "Transfer-Encoding: chunked\r\n\r\n"
	       "9\r\n<html><ti\r\n8\r\ntle>P1</\r\n0\r\n\r\n");
	say(h, B, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
	say(h, B,
	    "HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" UPNP(
		"schemas-upnp-org"));
}

static void
test_pieces_change_nothing(void **state)
{
	static char whole[HARNESS_OUT];
	struct harness *h = start();

	/* The first request proves it; empty lines come behind. */
	say(h, A, GET);
	conversation(h);
	(void)snprintf(whole, sizeof(whole), "%s", harness_take(h));
	assert_non_null(strstr(whole, "\"value\":\"P1\""));
	assert_non_null(strstr(whole, "\"key\":\"serial\""));
	for (size_t n = 1; n < 30; n++) {
		harness_reset(h);
		h->segment = n;
		say(h, A, GET);
		conversation(h);
		assert_string_equal(harness_take(h), whole);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_request_and_response),
	    cmocka_unit_test(test_what_was_told_is_not_told_again),
	    cmocka_unit_test(test_bodies_go_by),
	    cmocka_unit_test(test_continue_is_not_the_answer),
	    cmocka_unit_test(test_log_in_by_basic),
	    cmocka_unit_test(test_log_in_by_digest),
	    cmocka_unit_test(test_secrets_stay),
	    cmocka_unit_test(test_through_a_proxy_nobody_says_who_it_is),
	    cmocka_unit_test(test_titles),
	    cmocka_unit_test(test_title_is_looked_for_at_the_beginning),
	    cmocka_unit_test(test_upnp_description),
	    cmocka_unit_test(test_done_after_a_switch),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_lost_response_leaves_the_next_pair),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_first_octets_refuse),
	    cmocka_unit_test(test_pieces_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
