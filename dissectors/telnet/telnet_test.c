/*
 * What Telnet tells before and while somebody logs in, and that it is nothing
 * else; each violation; what the probe leaves alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_telnet;

#define SUBJECT \
	"'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':23},"
#define DO_ECHO   "\xff\xfd\x01"
#define WILL_ECHO "\xff\xfb\x01"
#define WILL_SGA  "\xff\xfb\x03"

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

static struct harness *
telnet_new(void)
{
	return harness_new(&dissector_telnet, DIS_TCP);
}

static void
test_greeting_and_login(void **state)
{
	struct harness *h = telnet_new();

	say(h, B, WILL_ECHO);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'will','code':251,"
	    "'class':'session','option':'echo'}\n");
	say(h, B, "\r\nMoxa NPort 5110\r\nFirmware 2.10\r\n\r\nlogin: ");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'text','code':0,"
	    "'class':'session','text':'Moxa NPort 5110'}\n"
	    "{'kind':'operation','dir':'response','op':'text','code':0,"
	    "'class':'session','text':'Firmware 2.10'}\n"
	    "{'kind':'operation','dir':'response','op':'user_prompt',"
	    "'code':0,'class':'session'}\n"
	    "{'kind':'identity','dir':'response'," SUBJECT
	    "'key':'description','value':'Moxa NPort 5110 / Firmware 2.10',"
	    "'via':'greeting','claim':'self'}\n");
	say(h, A, "adx\bmin\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'user','code':0,"
	    "'class':'session'}\n"
	    "{'kind':'auth','dir':'request','action':'login','user':'admin',"
	    "'detail':'clear text'}\n");
	say(h, B, "adx\b \bmin\r\nPassword: ");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'text','code':0,"
	    "'class':'session'}\n"
	    "{'kind':'operation','dir':'response','op':'password_prompt',"
	    "'code':0,'class':'session'}\n");
	harness_free(h);
}

/* Up to the prompt for a password. */
static void
begin(struct harness *h)
{
	say(h, B, WILL_ECHO "login: ");
	say(h, A, "admin\r\n");
	say(h, B, "admin\r\nPassword: ");
	(void)harness_take(h);
}

static void
test_password_is_never_told(void **state)
{
	struct harness *h = telnet_new();

	begin(h);
	say(h, A, "s3cret\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'password','code':0,"
	    "'class':'session'}\n");
	say(h, B, "s3cret\r\nplc> ");
	say(h, A, "s3cret\r\n");
	assert_null(strstr(harness_take(h), "s3cret"));
	harness_free(h);
}

static void
test_refusals(void **state)
{
	struct harness *h = telnet_new();

	begin(h);
	say(h, A, "wrong\r\n");
	(void)harness_take(h);
	say(h, B, "\r\nLogin incorrect\r\n\r\nlogin: ");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'text','code':0,"
	    "'class':'session'}\n"
	    "{'kind':'auth','dir':'response','action':'fail',"
	    "'detail':'clear text'}\n"
	    "{'kind':'operation','dir':'response','op':'user_prompt',"
	    "'code':0,'class':'session'}\n");
	harness_reset(h);
	begin(h);
	say(h, A, "wrong\r\n");
	say(h, B, "\r\nlogin: ");
	assert_true(harness_has(h, "'action':'fail'"));
	harness_free(h);
}

static void
test_password_alone_is_a_login(void **state)
{
	struct harness *h = telnet_new();

	say(h, B, WILL_ECHO "\r\nUser Access Verification\r\n\r\nPassword: ");
	assert_false(harness_has(h, "identity"));
	(void)harness_take(h);
	say(h, A, "s3cret\r");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'password','code':0,"
	    "'class':'session'}\n"
	    "{'kind':'auth','dir':'request','action':'login',"
	    "'detail':'clear text'}\n");
	harness_free(h);
}

static void
test_who_types_on_is_in_and_nothing_more_is_read(void **state)
{
	struct harness *h = telnet_new();
	unsigned events;

	begin(h);
	say(h, A, "s3cret\r\n");
	say(h, B, "\r\nplc> ");
	say(h, A, "show config\r\n");
	events = h->events;
	assert_null(strstr(harness_take(h), "show"));
	say(h, B, "password: x\r\nlogin: ");
	say(h, A, WILL_SGA "more\r\n");
	assert_int_equal(h->events, events);
	assert_true(h->side[A].done && h->side[B].done);
	harness_free(h);
}

static void
test_shell_without_login_describes(void **state)
{
	struct harness *h = telnet_new();

	say(h, B, WILL_ECHO "****\r\n\x1b[1mHART gateway\x1b[0m V2\r\n> ");
	(void)harness_take(h);
	say(h, A, "help\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'input','code':0,"
	    "'class':'session'}\n"
	    "{'kind':'identity','dir':'request'," SUBJECT
	    "'key':'description','value':'HART gateway V2','via':'greeting',"
	    "'claim':'self'}\n");
	say(h, B, "commands: a b\r\n");
	assert_false(harness_has(h, "commands"));
	say(h, A, "a\r\nb\r\n");
	assert_true(h->side[A].done);
	harness_free(h);
}

static void
test_host_name_is_before_login(void **state)
{
	static const char *const none[] = {"login: ", "Please login: ",
	    "a b login: ", "Last login: ", "User name: "};
	struct harness *h = telnet_new();

	say(h, B, WILL_ECHO "Debian 12\r\nplc7 login: ");
	assert_true(
	    harness_has(h, "'key':'hostname','value':'plc7','via':'login'"));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		harness_reset(h);
		say(h, B, WILL_ECHO);
		say(h, B, none[i]);
		assert_false(harness_has(h, "hostname"));
	}
	harness_free(h);
}

static void
test_serial_server_says_what_it_is(void **state)
{
	struct harness *h = telnet_new();

	say(h, B, WILL_ECHO);
	(void)harness_take(h);
	say(h, B,
	    "\xff\xfa\x2c\x64"
	    "NPort 5110 V2"
	    "\xff\xf0");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'subnegotiation',"
	    "'code':250,'class':'session','option':'com_port'}\n"
	    "{'kind':'identity','dir':'response'," SUBJECT
	    "'key':'description','value':'NPort 5110 V2',"
	    "'via':'subnegotiation','claim':'self'}\n");
	harness_free(h);
}

static void
test_gap_forgets_who_asked(void **state)
{
	struct harness *h = telnet_new();

	say(h, B, WILL_ECHO "login: ");
	harness_gap(h, A);
	(void)harness_take(h);
	say(h, A, DO_ECHO WILL_SGA WILL_ECHO "s3cret\r\n");
	assert_false(harness_has(h, "s3cret"));
	assert_false(harness_has(h, "auth"));
	assert_true(harness_has(h, "'op':'input'"));
	harness_free(h);
}

static void
test_nobody_known_nothing_told(void **state)
{
	struct harness *h = telnet_new();

	h->port[B] = 2323;
	say(h, A, DO_ECHO WILL_SGA WILL_ECHO "s3cret\r\n");
	assert_true(h->claimed);
	assert_null(strstr(harness_take(h), "s3cret"));
	say(h, B, "login: ");
	assert_true(harness_has(h, "'dir':'response','op':'user_prompt'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	struct harness *h = telnet_new();
	char sub[520];

	say(h, B,
	    WILL_ECHO "\xff\x41"
		      "login: ");
	assert_true(harness_has(h, "'reason':'command','offset':1"));
	assert_true(harness_has(h, "'op':'user_prompt'"));
	(void)harness_take(h);
	memset(sub, 'x', sizeof(sub));
	memcpy(sub, "\xff\xfa\x18", 3);
	harness_send(h, A, sub, 515);
	assert_false(harness_has(h, "malformed"));
	harness_send(h, A, "x", 1);
	assert_true(harness_has(h, "'reason':'subnegotiation','offset':515"));
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	static const char server[] = DO_ECHO "\xff\xfa\x18\x01\xff\xf0"
					     "Plant 4\r\nU\xff\xff 1\r\n"
					     "\xff\xf9"
					     "a user name: rest\r";
	struct harness *h = telnet_new();
	char *whole;

	say(h, B, server);
	whole = strdup(harness_take(h));
	harness_reset(h);
	h->segment = 1;
	say(h, B, server);
	assert_string_equal(harness_take(h), whole);
	free(whole);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const texts[] = {"\x01\x02 login: ", "\xff\xfb\x90",
	    "\xff\x41\x01", "abc\x01\r\n", "abc"};
	struct harness *h = telnet_new();

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		harness_reset(h);
		say(h, B, texts[i]);
		assert_false(h->claimed);
	}
	h->port[B] = 4000;
	harness_reset(h);
	say(h, B, "login: ");
	assert_false(h->claimed);
	harness_reset(h);
	say(h, B, WILL_ECHO WILL_SGA);
	assert_false(h->claimed);
	say(h, B, DO_ECHO);
	assert_true(h->claimed);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_greeting_and_login),
	    cmocka_unit_test(test_password_is_never_told),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_password_alone_is_a_login),
	    cmocka_unit_test(test_who_types_on_is_in_and_nothing_more_is_read),
	    cmocka_unit_test(test_shell_without_login_describes),
	    cmocka_unit_test(test_host_name_is_before_login),
	    cmocka_unit_test(test_serial_server_says_what_it_is),
	    cmocka_unit_test(test_gap_forgets_who_asked),
	    cmocka_unit_test(test_nobody_known_nothing_told),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
