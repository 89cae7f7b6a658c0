/*
 * Who is meant by a route: modules behind a chassis, routes within routes,
 * routes that end at an IP address; what follows a connection.
 */
#include "dissectors/enip/enip_test.h"

#define GET_ALL  "01 02 2001 2401"
#define IDENTITY "81 00 00 00 0100 0e00 3600 140b 6030 3f825100 03 4c3631"

/* Unconnected Send around a message of n bytes, with its route. */
#define SEND(n, message, words, route) \
	"52 02 2006 2401 07f9 " n " 00 " message words " 00 " route

static void
test_route_may_end_at_an_ip_address(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	h->full = true;
	/* port 2, an address of 8 characters */
	send_rr(h, A, 1, SEND("06", GET_ALL, "05", "12 08 31302e302e312e39"));
	HAS(h, "'sub':{'path':'2,10.0.1.9'}");
	(void)harness_take(h);
	send_rr(h, B, 1, IDENTITY);
	/* That device's, and not the one's that led there. */
	HAS(h, "'subject':{'ip':'10.0.1.9'},'key':'serial'");
	(void)harness_take(h);
	/* ... and on to slot 3 behind it */
	send_rr(
	    h, A, 2, SEND("06", GET_ALL, "06", "12 08 31302e302e312e39 0103"));
	(void)harness_take(h);
	send_rr(h, B, 2, IDENTITY);
	HAS(h, "'subject':{'ip':'10.0.1.9','sub':{'path':'1,3'}},"
	       "'key':'serial'");
	HAS(h, "'path':'2,10.0.1.9,1,3'");
	harness_free(h);
}

static void
test_routes_within_routes_lead_on(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	h->full = true;
	send_rr(h, A, 1,
	    SEND("14", SEND("06", GET_ALL, "01", "0204"), "01", "0100"));
	HAS(h, "'path':'1,0,2,4'");
	(void)harness_take(h);
	send_rr(h, B, 1, IDENTITY);
	HAS(h, "'sub':{'path':'1,0,2,4'}},'key':'serial'");
	harness_free(h);
}

static void
test_names_and_long_routes_stay_apart(void **state)
{
	static const char name[] =
	    "12 3c"
	    "616161616161616161616161616161616161616161616161616161616161"
	    "616161616161616161616161616161616161616161616161616161616161";
	struct harness *h = enip_flow(DIS_TCP);
	char request[512], first[256];
	const char *at;

	/* A name of 60 characters, then slot 1 or 2: too long, yet not equal. */
	snprintf(request, sizeof(request), SEND("06", GET_ALL, "20", "%s 0101"),
	    name);
	send_rr(h, A, 1, request);
	at = strstr(harness_take(h), "\"path\":\"2,aaaa");
	assert_non_null(at);
	snprintf(first, sizeof(first), "%.80s", at);
	snprintf(request, sizeof(request), SEND("06", GET_ALL, "20", "%s 0102"),
	    name);
	send_rr(h, A, 2, request);
	at = strstr(harness_take(h), "\"path\":\"2,aaaa");
	assert_non_null(at);
	assert_int_not_equal(strncmp(first, at, 75), 0);
	harness_free(h);
}

static void
test_long_route_comes_back_with_the_reply(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	h->full = true;
	send_rr(h, A, 1,
	    SEND("06", GET_ALL, "0c",
		"12 08 31302e302e312e39 0103 12 08 31302e302e312e37 0105"));
	(void)harness_take(h);
	send_rr(h, B, 1, IDENTITY);
	HAS(h, "'subject':{'ip':'10.0.1.7','sub':{'path':'1,5'}}");
	harness_free(h);
}

#define OPEN_BY_IP                                                 \
	"54 02 2006 2401 07f9"         /* priority and ticks    */ \
	"00000000 11000000"            /* ids                   */ \
	"0700 4d00 d323aa07"           /* serials               */ \
	"01 000000"                    /* multiplier            */ \
	"10270000 f443 204e0000 f543"  /* intervals, parameters */ \
	"a3 0c 12 08 31302e302e312e39" /* class 3, path: port 2 */ \
	"3404 0100 0e00 3600 9403 2002 2401"

static void
test_connection_remembers_its_way(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	h->full = true;
	send_rr(h, A, 1, OPEN_BY_IP);
	HAS(h, "'subject':{'ip':'10.0.1.9'},'key':'vendor_id','value':'1',"
	       "'via':'forward_open','claim':'expected'");
	send_rr(h, B, 1,
	    "d4 00 00 00 05000000 11000000 0700 4d00 d323aa07"
	    "10270000 204e0000 00 00");
	(void)harness_take(h);
	send_unit(h, A, 5, 1, GET_ALL);
	HAS(h, "'path':'2,10.0.1.9'");
	send_unit(h, B, 0x11, 1, IDENTITY);
	HAS(h, "'subject':{'ip':'10.0.1.9'},'key':'serial'");
	harness_free(h);
}

static void
test_safety_segment_is_told(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	h->full = true;
	send_rr(h, A, 1,
	    "54 02 2006 2401 07f9 00000000 11000000 0700 4d00 d323aa07"
	    "01 000000 10270000 f443 204e0000 f543 00 1f 0102 2004 2401"
	    "50 1b"                 /* safety, 27 words */
	    "00 00 01020304"        /* target format, SCCRC */
	    "050607080900"          /* SCTS */
	    "00000000 0000"         /* time correction */
	    "0a0b0c0d0e0f 01000000" /* TUNID */
	    "1a1b1c1d1e1f 02000000" /* OUNID */
	    "0a00 0200 0500 02 01 01020304 05060708");
	HAS(h, "'safety':{'format':'target','sccrc':'0x04030201',"
	       "'scts':'050607080900','tunid':'0a0b0c0d0e0f01000000',"
	       "'ounid':'1a1b1c1d1e1f02000000'}");
	assert_false(harness_has(h, "CIP Safety"));
	(void)harness_take(h);
	send_rr(h, B, 1,
	    "d4 00 00 00 05000000 11000000 0700 4d00 d323aa07"
	    "10270000 204e0000 00 00");
	/* The module at the end of the way, and who opened it. */
	HAS(h, "'ip':'10.0.0.2','port':44818,'sub':{'path':'1,2'}},"
	       "'key':'protocols','value':'CIP Safety','via':'forward_open',"
	       "'claim':'self'");
	HAS(h, "'ip':'10.0.0.1','port':49152},'key':'protocols',"
	       "'value':'CIP Safety'");
	harness_free(h);
}

/* What is refused, and what is opened without it, says nothing. */
static void
test_safety_takes_two(void **state)
{
	static const struct {
		const char *segment, *status;
	} cases[] = {
	    {"50 02 0100 0000", "01000100"},
	    {"51 03 0000 0000", "00000000"},
	};

	for (size_t i = 0; i < 2; i++) {
		struct harness *h = enip_flow(DIS_TCP);
		char buf[512];

		(void)snprintf(buf, sizeof(buf),
		    "54 02 2006 2401 07f9 00000000 11000000 0700 4d00 d323aa07"
		    "01 000000 10270000 f443 204e0000 f543 00 05 2004 2401 %s",
		    cases[i].segment);
		send_rr(h, A, 1, buf);
		(void)snprintf(buf, sizeof(buf), "d4 00 %s %s", cases[i].status,
		    i == 0 ? "0700 4d00 d323aa07 00 00"
			   : "05000000 11000000 0700 4d00 d323aa07"
			     "10270000 204e0000 00 00");
		send_rr(h, B, 1, buf);
		assert_false(harness_has(h, "CIP Safety"));
		harness_free(h);
	}
}

static void
test_safety_supervisor_is_told(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, "54 02 2039 2401 00");
	send_rr(h, B, 1, "d4 00 08 00"); /* service not supported */
	assert_false(harness_has(h, "CIP Safety"));
	send_rr(h, A, 2, "54 02 2039 2401 00");
	send_rr(h, B, 2, "d4 00 00 00");
	HAS(h, "'key':'protocols','value':'CIP Safety','via':'safety_reset'");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_route_may_end_at_an_ip_address),
	    cmocka_unit_test(test_routes_within_routes_lead_on),
	    cmocka_unit_test(test_names_and_long_routes_stay_apart),
	    cmocka_unit_test(test_long_route_comes_back_with_the_reply),
	    cmocka_unit_test(test_connection_remembers_its_way),
	    cmocka_unit_test(test_safety_segment_is_told),
	    cmocka_unit_test(test_safety_takes_two),
	    cmocka_unit_test(test_safety_supervisor_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
