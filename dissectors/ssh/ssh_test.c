/*
 * What SSH's lines tell, to the letter; each violation; what the probe leaves
 * alone, and that nothing behind the line is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_ssh;

#define SERVER "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"
#define CLIENT "SSH-2.0-PuTTY_Release_0.78\r\n"

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

static struct harness *
ssh_new(void)
{
	return harness_new(&dissector_ssh, DIS_TCP);
}

static void
test_both_say_what_they_are(void **state)
{
	struct harness *h = ssh_new();

	say(h, B, SERVER);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'identification',"
	    "'code':0,'class':'session','version':'2.0',"
	    "'software':'OpenSSH_9.2p1','comments':'Debian-2+deb12u3'}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':22},"
	    "'key':'software','value':'OpenSSH_9.2p1',"
	    "'via':'identification','claim':'self'}\n"
	    "{'kind':'identity','dir':'response','subject':"
	    "{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':22},"
	    "'key':'os','value':'Debian',"
	    "'via':'identification','claim':'self'}\n");
	say(h, A, CLIENT);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'identification',"
	    "'code':0,'class':'session','version':'2.0',"
	    "'software':'PuTTY_Release_0.78'}\n"
	    "{'kind':'identity','dir':'request','subject':"
	    "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'key':'software','value':'PuTTY_Release_0.78',"
	    "'via':'identification','claim':'self'}\n");
	harness_free(h);
}

static void
test_software_of_a_vendor_names_it(void **state)
{
	static const char *const lines[][2] = {
	    {"SSH-2.0-Cisco-1.25\r\n", "'key':'vendor','value':'Cisco'"},
	    {"SSH-1.99-Comware-7.1.045\r\n", "'key':'os','value':'Comware'"},
	    {"SSH-2.0-OpenSSH_9.9 NetBSD-1\r\n", "'key':'os','value':'NetBSD'"},
	    {"SSH-2.0-OpenSSH_for_Windows_8.1\r\n",
		"'key':'os','value':'Windows'"},
	    {"SSH-2.0-OpenSSH_8.9p1 Ubuntu-3\r\n",
		"'key':'os','value':'Ubuntu'"},
	};
	struct harness *h = ssh_new();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		harness_reset(h);
		say(h, B, lines[i][0]);
		assert_true(harness_has(h, lines[i][1]));
		assert_int_equal(h->events, 3);
	}
	harness_free(h);
}

static void
test_who_connected_is_the_client(void **state)
{
	struct harness *h = ssh_new();

	h->ctx.opened = B;
	say(h, B, SERVER);
	assert_true(harness_has(h, "'dir':'request','op'"));
	harness_free(h);
}

static void
test_without_port_and_beginning_nobody_serves(void **state)
{
	struct harness *h = ssh_new();

	h->port[B] = 2222;
	say(h, B, SERVER);
	assert_true(h->claimed);
	assert_true(harness_has(h, "'dir':'unknown','op'"));
	harness_free(h);
}

static void
test_nothing_behind_the_line_is_looked_at(void **state)
{
	struct harness *h = ssh_new();
	unsigned calls;

	say(h, B, SERVER CLIENT "more");
	assert_int_equal(h->events, 3);
	calls = h->ok + h->bad + h->more + h->not_mine;
	say(h, B, SERVER);
	harness_gap(h, B);
	say(h, B, SERVER);
	assert_int_equal(h->ok + h->bad + h->more + h->not_mine, calls);
	assert_int_equal(h->events, 3);
	harness_free(h);
}

static void
test_lines_before_it_are_passed_over(void **state)
{
	struct harness *h = ssh_new();

	say(h, B, "Authorized use only\r\nSSH is watched\r\n" SERVER);
	assert_true(harness_has(h, "'software':'OpenSSH_9.2p1'"));
	assert_int_equal(h->bad, 0);
	harness_reset(h);
	say(h, A, CLIENT);
	(void)harness_take(h);
	say(h, B, "Authorized use only\r\n" SERVER);
	assert_true(harness_has(h, "'software':'OpenSSH_9.2p1'"));
	assert_int_equal(h->skipped + h->bad + h->not_mine, 0);
	harness_free(h);
}

static void
test_side_that_was_missed_is_left(void **state)
{
	struct harness *h = ssh_new();

	say(h, A, CLIENT);
	(void)harness_take(h);
	harness_hex(h, B, "000004fc 0a14" /* a packet: length, padding */);
	say(h, B, SERVER);
	harness_assert(h, "");
	assert_int_equal(h->bad + h->not_mine, 0);
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = ssh_new();
	char *whole;

	say(h, B, "hello\r\n" SERVER "bytes");
	whole = strdup(harness_take(h));
	harness_reset(h);
	h->segment = 1;
	say(h, B, "hello\r\n" SERVER "bytes");
	assert_string_equal(harness_take(h), whole);
	free(whole);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const char *const lines[][2] = {
	    {"SSH-2.0\r\n", "'reason':'identification','offset':0"},
	    {"SSH-2.0-\r\n", "'reason':'identification','offset':0"},
	    {"SSH--x\r\n", "'reason':'identification','offset':0"},
	    {"SSH-\r\n", "'reason':'identification','offset':0"},
	    {"SSH-2.0-a\tb\r\n", "'reason':'identification','offset':0"},
	    {"SSH-2.0-a b\001\r\n", "'reason':'identification','offset':0"},
	};
	struct harness *h = ssh_new();
	char long_line[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		harness_reset(h);
		say(h, B, lines[i][0]);
		assert_true(harness_has(h, lines[i][1]));
		assert_int_equal(h->bad, 1);
	}
	memset(long_line, 'x', sizeof(long_line));
	memcpy(long_line, "SSH-2.0-", 8);
	long_line[254] = '\n';
	harness_reset(h);
	harness_send(h, B, long_line, 255);
	assert_int_equal(h->bad, 0);
	assert_int_equal(h->ok, 1);
	long_line[254] = 'x';
	harness_reset(h);
	harness_send(h, B, long_line, 254);
	assert_int_equal(h->events, 0);
	harness_reset(h);
	harness_send(h, B, long_line, 255);
	assert_true(harness_has(h, "'reason':'length','offset':255"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const texts[] = {
	    "GET / HTTP/1.1\r\n\r\n",
	    "220 SSH-2.0-x\r\n",
	    "SSH-9.0-x\r\n",
	    "SSH-2.0\r\n",
	    "SSH",
	};
	struct harness *h = ssh_new();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		h->port[B] = 4000;
		harness_reset(h);
		say(h, A, texts[i]);
		assert_false(h->claimed);
	}
	harness_free(h);
}

static void
test_truncations(void **state)
{
	struct harness *h = ssh_new();

	for (size_t n = 0; n < strlen(SERVER); n++) {
		harness_reset(h);
		harness_send(h, B, SERVER, n);
		assert_int_equal(h->events, 0);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_both_say_what_they_are),
	    cmocka_unit_test(test_software_of_a_vendor_names_it),
	    cmocka_unit_test(test_who_connected_is_the_client),
	    cmocka_unit_test(test_without_port_and_beginning_nobody_serves),
	    cmocka_unit_test(test_nothing_behind_the_line_is_looked_at),
	    cmocka_unit_test(test_lines_before_it_are_passed_over),
	    cmocka_unit_test(test_side_that_was_missed_is_left),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
