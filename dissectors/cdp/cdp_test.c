/*
 * CDP: each TLV to the letter, both kinds of checksum, each violation, each
 * truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_cdp;

#define SNAP   "00000c 2000"
#define DEVICE "0001 0007 535731"        /* device id SW1 */
#define PORT   "0003 000a 47302f31 2e31" /* port id G0/1.1 */
#define WHO    "'dir':'notify','subject':{'mac':'02:00:00:00:00:01'},"
#define ID(key, value)                                              \
	"{'kind':'identity'," WHO "'key':'" key "','value':'" value \
	"','via':'announce','claim':'self'}\n"
#define AT(relation, peer)                                                  \
	"{'kind':'topology'," WHO "'relation':'" relation "','peer':'" peer \
	"'}\n"

static struct harness *
frames(void)
{
	struct harness *h = harness_new(&dissector_cdp, DIS_LLC);

	/* Nothing below has an address of IP. */
	h->end[A].ipver = h->end[B].ipver = 0;
	h->end[A].has_port = h->end[B].has_port = false;
	return h;
}

/* A message of version 2 with these TLVs, which adds up: as Cisco has it, or
 * as others do where rfc is true. */
static size_t
message(uint8_t *ret, uint8_t ttl, const char *tlvs, bool rfc)
{
	size_t n = harness_unhex(SNAP "02 00 0000", ret, 1500);
	uint32_t sum = 0;

	ret[6] = ttl;
	n += harness_unhex(tlvs, ret + n, 1500 - n);
	for (size_t i = 5; i + 1 < n; i += 2) {
		sum += (uint32_t)ret[i] << 8 | ret[i + 1];
	}
	if ((n - 5) % 2 != 0) {
		uint32_t last = ret[n - 1];

		sum += rfc           ? last << 8
		       : last < 0x80 ? last
				     : 0xffff & (0xff00 + last - 1);
	}
	while (sum > 0xffff) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	ret[7] = (uint8_t)(~sum >> 8);
	ret[8] = (uint8_t)~sum;
	return n;
}

static void
send_message(struct harness *h, const char *tlvs)
{
	uint8_t msg[1500];
	size_t n = message(msg, 180, tlvs, false);

	harness_send(h, A, msg, n);
}

/* The lines behind the operation's checksum. */
static void
assert_told(const char *tlvs, const char *lines)
{
	struct harness *h = frames();
	const char *at;

	send_message(h, tlvs);
	at = strstr(harness_take(h), "\"checksum\":\"0x");
	assert_non_null(at);
	assert_string_equal(at + 19, harness_quote(h, lines));
	harness_free(h);
}

static bool
told(const char *tlvs, const char *text)
{
	struct harness *h = frames();
	bool has;

	send_message(h, tlvs);
	has = harness_has(h, text);
	harness_free(h);
	return has;
}

static void
test_message_to_the_letter(void **state)
{
	struct harness *h = frames();

	harness_hex(h, A,
	    SNAP "01 b4 7aba"           /* version 1, 180 s, checksum */
		 "0001 0008 53573031"); /* device id SW01 */
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','op':'announce',"
	    "'class':'report','version':1,'ttl':180,'checksum':'0x7aba',"
	    "'device_id':'SW01'}\n" ID("name", "SW01"));
	harness_free(h);
}

#define IP4(a) "01 01 cc 0004 " a
#define IP6(a) "02 08 aaaa0300000086dd 0010 " a
#define SOFT                       \
	"0005 0029 582c 20"        \
	"56657273696f6e20"         \
	"31322e322832352953454234" \
	"2c20"                     \
	"524332"                   \
	"0a"                       \
	"434f505952494748"

static void
test_whole_message(void **state)
{
	assert_told(DEVICE PORT
	    "0002 002d 00000002" IP4("0a000001")    /* 10.0.0.1 */
	    IP6("fd000006000000000000000000000040") /* fd00:6::40 */
	    "0004 0008 00000028"                    /* switch, IGMP */
	    SOFT "0006 000e 636973636f2057532d31"   /* cisco WS-1 */
	    "0008 0006 0102"                        /* hello */
	    "0009 0007 4c6162"                      /* VTP domain Lab */
	    "000a 0006 0005"                        /* native VLAN 5 */
	    "000b 0005 01"                          /* full duplex */
	    "000e 0007 01 0064"                     /* voice VLAN 100 */
	    "0016 0011 00000001" IP4("0a000002")    /* management */
	    "0017 0009 00 726f6f6d",                /* location room */
	    ",'device_id':'SW1','port_id':'G0/1.1',"
	    "'capabilities':['switch','igmp'],"
	    "'addresses':['10.0.0.1','fd00:6::40'],'management':['10.0.0.2'],"
	    "'vtp_domain':'Lab','native_vlan':5,'voice_vlan':100,"
	    "'duplex':'full','others':[{'type':8,'length':2}]}\n" ID(
		"name", "SW1") ID("model", "cisco WS-1") ID("vendor", "Cisco")
		ID("software", "12.2(25)SEB4")
		    ID("description", "X, Version 12.2(25)SEB4, RC2\\nCOPYRIGH")
			ID("location", "room") ID("device_type", "switch")
			    AT("port", "G0/1.1") AT("has_address", "10.0.0.1")
				AT("has_address", "fd00:6::40")
				    AT("managed_at", "10.0.0.2"));
}

static void
test_system_name_goes_before_the_id(void **state)
{
	assert_told(DEVICE "0014 0007 535732",
	    ",'device_id':'SW1'}\n" ID("name", "SW2"));
}

static void
test_id_of_octets_is_no_name(void **state)
{
	assert_told("0001 000a 0200000000ff", ",'device_id':'0200000000ff'}\n");
}

static void
test_software_of_others_is_told_as_it_is(void **state)
{
	assert_told("0005 0008 362e3434", "}\n" ID("software", "6.44"));
	/* A word that is no number: the first line, and all of it. */
	assert_told("0005 0011 56657273696f6e20413a0d0a 42",
	    "}\n" ID("software", "Version A:")
		ID("description", "Version A:\\r\\nB"));
}

static void
test_vendor_only_where_the_platform_says_so(void **state)
{
	assert_true(told("0006 000d 436973636f20323831", "'value':'Cisco'"));
	assert_false(told("0006 0009 436973636f", "vendor"));
	assert_false(told("0006 000c 4d696b726f54696b", "vendor"));
}

static void
test_device_type_only_where_it_is_sure(void **state)
{
	assert_true(told("0004 0008 00000490", "'value':'telephone'"));
	assert_true(told("0004 0008 00000001", "'value':'router'"));
	/* A switch that routes, and "Cisco 1841" with a card of ports in it. */
	assert_true(told("0004 0008 00000029", "'value':'layer 3 switch'"));
	assert_true(told("0004 0008 00000029 0006 000e 436973636f2031383431",
	    "'key':'device_type','value':'router'"));
	/* "VMware ESX" */
	assert_false(told("0004 0008 00000008 0006 000e 564d7761726520455358",
	    "device_type"));
	assert_false(told("0004 0008 00000003", "device_type"));
	assert_false(told("0004 0008 00000010", "device_type"));
}

static void
test_addresses_that_any_device_has_are_no_places(void **state)
{
	assert_false(told("0002 0011 00000001" IP4("00000000"), "topology"));
	/* Of another protocol: told, and nobody can go there. */
	assert_false(told("0002 000f 00000001 01 01 81 0002 0102", "topology"));
	assert_true(told(
	    "0002 000f 00000001 01 01 81 0002 0102", "'addresses':['0102']"));
}

static void
test_shutdown_says_nothing_of_the_device(void **state)
{
	struct harness *h = frames();
	uint8_t msg[1500];
	size_t n = message(msg, 0, DEVICE, false);

	harness_send(h, A, msg, n);
	assert_true(harness_has(h, "'op':'shutdown'"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

/* The last octet of an odd length: below and from 0x80 on, both ways. */
static void
test_checksums(void **state)
{
	static const char *const tlvs[] = {
	    "0001 0005 41", "0001 0005 80", "0001 0005 ff", "0001 0006 41ff"};
	struct harness *h = frames();
	uint8_t msg[1500];

	for (size_t i = 0; i < 2 * sizeof(tlvs) / sizeof(tlvs[0]); i++) {
		size_t n = message(msg, 180, tlvs[i / 2], i % 2);

		harness_reset(h);
		harness_send(h, A, msg, n);
		assert_int_equal(h->ok, 1);
		assert_false(harness_has(h, "tentative"));
		(void)harness_take(h);
		harness_reset(h);
		msg[7] ^= 1;
		harness_send(h, A, msg, n);
		assert_int_equal(h->bad, 1);
		assert_true(harness_has(h, "'tentative':true"));
		assert_true(harness_has(h, "'reason':'checksum','offset':7"));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
	}
	harness_free(h);
}

/* Each is told once, and a good message after it as ever. */
static void
test_violations(void **state)
{
	static const struct {
		const char *tlvs, *line;
	} cases[] = {
	    {DEVICE "0003 0003", "'reason':'tlv_length','offset':16"},
	    {DEVICE "0003 0009 41", "'reason':'tlv_length','offset':16"},
	    {DEVICE "00", "'reason':'tlv_length','offset':16"},
	    {DEVICE "0002 0006 0000", "'reason':'addresses','offset':16"},
	    {DEVICE "0002 0011 00000002" IP4("0a000001"),
		"'reason':'addresses','offset':16"},
	    {DEVICE "0016 0010 00000001 01 01 cc 0004 0a0000",
		"'reason':'addresses','offset':16"},
	    {DEVICE "0004 0006 0028", "'reason':'tlv_value','offset':16"},
	    {DEVICE "000a 0005 01", "'reason':'tlv_value','offset':16"},
	    {DEVICE "000b 0004", "'reason':'tlv_value','offset':16"},
	};
	struct harness *h = frames();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		harness_reset(h);
		send_message(h, cases[i].tlvs);
		assert_int_equal(h->bad, 1);
		assert_true(harness_has(h, "'key':'name','value':'SW1'"));
		assert_false(harness_has(h, "[]"));
		if (!harness_has(h, cases[i].line)) {
			fail_msg("%s: %s", cases[i].tlvs, harness_take(h));
		}
		(void)harness_take(h);
		send_message(h, DEVICE);
		assert_int_equal(h->ok, 1);
	}
	harness_reset(h);
	harness_hex(h, A, SNAP "02 b4");
	assert_true(harness_has(h, "'reason':'header','offset':5"));
	(void)harness_take(h);
	harness_hex(h, A, SNAP "03 b4 0000" DEVICE);
	assert_true(harness_has(h, "'reason':'version','offset':5"));
	assert_false(harness_has(h, "identity"));
	harness_free(h);
}

static void
test_lists_are_bounded(void **state)
{
#define ONE  IP4("0a000001")
#define FOUR ONE ONE ONE ONE
#define TEN  FOUR FOUR ONE ONE
	/* 40 addresses of 9 octets */
	assert_true(told("0002 0170 00000028" TEN TEN TEN TEN,
	    "'reason':'budget','offset':0,'skipped':8"));
}

/* What the capture cut is told as far as it goes, and not judged. */
static void
test_cut_is_not_broken(void **state)
{
	struct harness *h = frames();
	uint8_t msg[1500];
	size_t n = message(msg, 180, DEVICE PORT, false);

	for (size_t i = 5; i < n; i++) {
		harness_reset(h);
		harness_send_cut(h, A, msg, i);
		assert_true(harness_has(h, "'op':'announce'"));
		assert_true(harness_has(h, "'cut':true"));
		assert_false(harness_has(h, "malformed"));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_others_behind_snap_are_left_alone(void **state)
{
	static const char *const others[] = {
	    "00000c 2003 01", /* VTP */
	    "00000c 2004 01", /* DTP */
	    "00000c 0111 21", /* UDLD */
	    "00000e 2000 02", /* another vendor */
	    "00000c 20",
	};
	struct harness *h = frames();

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		harness_reset(h);
		harness_hex(h, A, others[i]);
		assert_false(h->claimed);
		assert_int_equal(h->events, 0);
	}
	harness_reset(h);
	send_message(h, DEVICE);
	(void)harness_take(h);
	harness_hex(h, A, others[0]);
	assert_int_equal(h->not_mine, 1);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_message_to_the_letter),
	    cmocka_unit_test(test_whole_message),
	    cmocka_unit_test(test_system_name_goes_before_the_id),
	    cmocka_unit_test(test_id_of_octets_is_no_name),
	    cmocka_unit_test(test_software_of_others_is_told_as_it_is),
	    cmocka_unit_test(test_vendor_only_where_the_platform_says_so),
	    cmocka_unit_test(test_device_type_only_where_it_is_sure),
	    cmocka_unit_test(test_addresses_that_any_device_has_are_no_places),
	    cmocka_unit_test(test_shutdown_says_nothing_of_the_device),
	    cmocka_unit_test(test_checksums),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_lists_are_bounded),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_others_behind_snap_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
