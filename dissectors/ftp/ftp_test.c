/*
 * What FTP's lines tell, to the letter; that secrets are not among it; each
 * violation; what the probe leaves alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/ftp/ftp.h"
#include "dissectors/harness.h"

extern const struct dissector dissector_ftp;

#define SUBJECT \
	"'subject':{'mac':'02:00:00:00:00:02','ip':'10.0.0.2','port':21},"
#define GREETING "220 (vsFTPd 3.0.3)\r\n"

static void
say(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

static struct harness *
ftp_new(void)
{
	return harness_new(&dissector_ftp, DIS_TCP);
}

/* A command and its reply; the lines since. */
static void
ask(struct harness *h, const char *command, const char *reply)
{
	(void)harness_take(h);
	say(h, A, command);
	say(h, B, reply);
}

static void
test_greeting_names_software(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, GREETING);
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'greeting','code':220,'class':'session','status':'ok',"
	    "'text':'(vsFTPd 3.0.3)'}\n"
	    "{'kind':'identity','dir':'response'," SUBJECT
	    "'key':'description','value':'(vsFTPd 3.0.3)','via':'greeting',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'response'," SUBJECT
	    "'key':'software','value':'vsFTPd 3.0.3','via':'greeting',"
	    "'claim':'self'}\n");
	harness_free(h);
}

static void
test_greetings(void **state)
{
	static const char *const lines[][3] = {
	    {"220 ProFTPD 1.3.5 Server (Plant) [10.0.0.1]\r\n",
		"'key':'software','value':'ProFTPD 1.3.5'", "Server (Plant)"},
	    {"220 VxWorks FTP server (VxWorks 5.4.2) ready.\r\n",
		"'key':'os','value':'VxWorks 5.4.2'", "'description'"},
	    {"220 host FTP server (Version 6.4/Linux-ftpd-0.17) ready.\r\n",
		"'key':'software','value':'Linux-ftpd-0.17'", "'host FTP"},
	    {"220--------- Welcome to Pure-FTPd [TLS] ----------\r\n220 x\r\n",
		"'key':'software','value':'Pure-FTPd'",
		"'value':'Welcome to Pure-FTPd [TLS]'"},
	    {"220 CP 343-1 Advanced FTP ready\r\n",
		"'key':'description','value':'CP 343-1 Advanced FTP ready'",
		"greeting"},
	    {"220 FTP server (VxWorks6.9) ready\r\n",
		"'key':'os','value':'VxWorks6.9'", "'description'"},
	    {"220 Serv-U FTP Server v15.1 ready...\r\n",
		"'key':'software','value':'Serv-U FTP Server v15.1'", ""},
	};
	struct harness *h = ftp_new();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		harness_reset(h);
		say(h, B, lines[i][0]);
		assert_true(harness_has(h, lines[i][1]));
		assert_true(harness_has(h, lines[i][2]));
	}
	harness_free(h);
}

/* Each line of a greeting counts; what the first of them says is believed. */
static void
test_greeting_of_several_lines_is_read_to_its_end(void **state)
{
	static const char *const lines[][3] = {
	    {"220-Welcome\r\n220-CP443-1 Advanced\r\n"
	     "220 FTP server (VxWorks6.9) ready\r\n",
		"'key':'description','value':'CP443-1 Advanced'",
		"'key':'os','value':'VxWorks6.9'"},
	    {"220-******\r\n220-PLC line 7\r\n220 ready\r\n",
		"'key':'description','value':'PLC line 7'", "greeting"},
	    {"220-FTP\r\n Boiler house\r\n 2nd floor\r\n220 vsftpd 3\r\n",
		"'key':'description','value':'Boiler house'",
		"'key':'software','value':'vsftpd 3'"},
	};
	struct harness *h = ftp_new();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *out;

		harness_reset(h);
		say(h, B, lines[i][0]);
		assert_true(harness_has(h, lines[i][1]));
		assert_true(harness_has(h, lines[i][2]));
		assert_false(harness_has(h, "'value':'2nd floor'"));
		say(h, A, "HELP\r\n");
		(void)harness_take(h);
		say(h, B, "214-vsftpd 9\r\n220-vsftpd 9\r\n214 end\r\n");
		out = harness_take(h);
		assert_null(strstr(out, "identity"));
	}
	harness_free(h);
}

static void
test_greeting_without_end_tells_no_more(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, "220-Welcome\r\n");
	for (int i = 0; i < FTP_GREETS_MAX; i++) {
		say(h, B, "220-\r\n");
	}
	say(h, B, "220 vsftpd 3\r\n");
	assert_int_equal(h->events, 1);
	harness_free(h);
}

static void
test_greeting_that_says_nothing_is_no_description(void **state)
{
	static const char *const lines[] = {"220 FTP server ready.\r\n",
	    "220 Welcome to the FTP service\r\n", "220 \r\n", "220\r\n",
	    "220 *** FTP Server (ready) ***\r\n"};
	struct harness *h = ftp_new();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		harness_reset(h);
		say(h, B, lines[i]);
		assert_int_equal(h->events, 1);
	}
	harness_free(h);
}

static void
test_system_is_told(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, GREETING);
	(void)harness_take(h);
	say(h, A, "SYST\r\n");
	harness_assert(h, "{'kind':'operation','dir':'request',"
			  "'op':'syst','code':0,'class':'discovery'}\n");
	h->ts_ns += 2000000;
	say(h, B, "215 Windows_NT Type: L8\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'syst','code':215,"
	    "'class':'discovery','status':'ok','rtt_us':2000,'req_frame':2,"
	    "'text':'Windows_NT Type: L8'}\n"
	    "{'kind':'identity','dir':'response'," SUBJECT
	    "'key':'os','value':'Windows_NT','via':'syst','claim':'self'}\n");
	harness_free(h);
}

static void
test_login_tells_user_and_no_password(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, GREETING);
	ask(h, "user operator\r\n", "331 Password required\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request',"
	    "'op':'user','code':0,'class':'session','argument':'operator'}\n"
	    "{'kind':'auth','dir':'request',"
	    "'action':'login','user':'operator','detail':'clear text'}\n"
	    "{'kind':'operation','dir':'response','op':'user','code':331,"
	    "'class':'session','status':'ok','rtt_us':0,'req_frame':2,"
	    "'text':'Password required'}\n");
	ask(h, "PASS s3cret\r\n", "530 Not s3cret\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'pass','code':0,"
	    "'class':'session'}\n"
	    "{'kind':'operation','dir':'response','op':'pass','code':530,"
	    "'class':'session','status':'permanent','rtt_us':0,"
	    "'req_frame':4}\n"
	    "{'kind':'auth','dir':'response','action':'fail',"
	    "'user':'operator','detail':'clear text'}\n");
	harness_free(h);
}

static void
test_what_may_be_a_secret_is_not_told(void **state)
{
	static const char *const lines[] = {"PASS s3cret\r\n",
	    "pass s3cret\r\n", "PAS s3cret\r\n", "ACCT s3cret\r\n",
	    "SITE PSWD a s3cret\r\n", "ADAT s3cret\r\n",
	    "\xff\xf4\xff\xf2PASS s3cret\r\n", "PASSs3cret\r\n", "s3cret\r\n"};
	struct harness *h = ftp_new();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		harness_reset(h);
		say(h, B, GREETING);
		ask(h, lines[i], "500 's3cret': not understood\r\n");
		assert_null(strstr(harness_take(h), "s3cret"));
	}
	harness_free(h);
}

static void
test_transfers(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, GREETING);
	ask(h, "RETR main.prg\r\n", "150 Opening (1164 bytes).\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'request',"
	    "'op':'retr','code':0,'class':'file','argument':'main.prg'}\n"
	    "{'kind':'operation','dir':'notify','op':'retr',"
	    "'code':150,'class':'file','text':'Opening (1164 bytes).'}\n"
	    "{'kind':'transfer','dir':'notify',"
	    "'phase':'begin','direction':'from_device','name':'main.prg',"
	    "'bytes':1164}\n");
	say(h, B, "226 Done\r\n");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'retr','code':226,"
	    "'class':'file','status':'ok','rtt_us':0,'req_frame':2,"
	    "'text':'Done'}\n"
	    "{'kind':'transfer','dir':'response','phase':'end',"
	    "'direction':'from_device','name':'main.prg'}\n");
	ask(h, "STOR new.bin\r\n", "125 Go\r\n426 Broken\r\n");
	assert_true(harness_has(
	    h, "'phase':'begin','direction':'to_device','name':'new.bin'}"));
	(void)harness_take(h);
	ask(h, "STOR new.bin\r\n", "125 Go\r\n426 Broken\r\n");
	assert_true(harness_has(h,
	    "'phase':'end','direction':'to_device','name':'new.bin',"
	    "'detail':'failed'}"));
	ask(h, "RETR none\r\n", "550 No such file\r\n");
	assert_false(harness_has(h, "'transfer'"));
	ask(h, "APPE log\r\n", "226 OK\r\n");
	assert_true(harness_has(h, "'phase':'end','direction':'to_device'"));
	harness_free(h);
}

static void
test_abort_ends_a_transfer(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, GREETING);
	ask(h, "RETR a\r\n", "150 Go\r\n");
	ask(h,
	    "\xff\xf4\xff\xf2"
	    "ABOR\r\n",
	    "426 Aborted\r\n");
	assert_true(harness_has(h, "'op':'abor'"));
	(void)harness_take(h);
	ask(h, "NOOP\r\n", "226 Abort done\r\n");
	assert_true(harness_has(h, "'op':'abor','code':226"));
	harness_free(h);
}

static void
test_reply_of_several_lines_is_told_once(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, GREETING);
	ask(h, "FEAT\r\n", "211-Features:\r\n UTF8\r\n220 x\r\n211-y\r\n");
	assert_int_equal(h->events, 5);
	say(h, B, "211 End\r\n");
	assert_int_equal(h->events, 5);
	say(h, B, "421 Timeout\r\n");
	assert_true(harness_has(h, "'code':421"));
	harness_free(h);
}

static void
test_nothing_is_read_behind_tls(void **state)
{
	struct harness *h = ftp_new();
	unsigned events;

	say(h, B, GREETING);
	ask(h, "AUTH TLS\r\n", "234 Go on\r\n");
	assert_true(harness_has(h, "'argument':'TLS'"));
	events = h->events;
	say(h, A, "\x16\x03\x01\n");
	say(h, B, "\x16\x03\x03\n");
	say(h, A, "USER x\r\n");
	assert_int_equal(h->events, events);
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_violations(void **state)
{
	struct harness *h = ftp_new();
	char line[1100];

	memset(line, 'x', sizeof(line));
	say(h, B, GREETING);
	ask(h, "12\r\n", "500 What\r\n");
	assert_true(harness_has(h, "'reason':'command','offset':0"));
	ask(h, "NOOP\r\n", "okay\r\n");
	assert_true(harness_has(h, "'reason':'reply','offset':0"));
	ask(h, "NOOP\r\n", "700 x\r\n");
	assert_true(harness_has(h, "'reason':'reply','offset':0"));
	(void)harness_take(h);
	harness_send(h, A, line, 1023);
	assert_false(harness_has(h, "malformed"));
	harness_send(h, A, line, 1);
	assert_true(harness_has(h, "'reason':'length','offset':1024"));
	(void)harness_take(h);
	harness_send(h, A, line, sizeof(line));
	say(h, A, "x\r\nNOOP\r\n");
	assert_false(harness_has(h, "malformed"));
	assert_true(harness_has(h, "'op':'noop'"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const texts[] = {
	    "220 mail.example ESMTP\r\n",
	    "220 ftp.example SMTP ready\r\n",
	    "USER x\r\n",
	    "230 FTP\r\n",
	    "22",
	    "GET / HTTP/1.1\r\n",
	};
	struct harness *h = ftp_new();

	h->port[B] = 4000;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		harness_reset(h);
		say(h, B, texts[i]);
		assert_false(h->claimed);
	}
	harness_reset(h);
	say(h, B, GREETING);
	assert_true(h->claimed);
	h->port[B] = 21;
	harness_reset(h);
	say(h, B, "SSH-2.0-x\r\n");
	assert_false(h->claimed);
	harness_free(h);
}

static void
test_mid_stream(void **state)
{
	struct harness *h = ftp_new();

	say(h, B, "st of a line\r\n226 Done\r\n");
	assert_true(harness_has(h, "'op':'unknown','code':226"));
	harness_reset(h);
	say(h, B, "150 Go\r\n");
	assert_true(harness_has(h, "'op':'unknown','code':150"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_greeting_names_software),
	    cmocka_unit_test(test_greetings),
	    cmocka_unit_test(test_greeting_of_several_lines_is_read_to_its_end),
	    cmocka_unit_test(test_greeting_without_end_tells_no_more),
	    cmocka_unit_test(test_greeting_that_says_nothing_is_no_description),
	    cmocka_unit_test(test_system_is_told),
	    cmocka_unit_test(test_login_tells_user_and_no_password),
	    cmocka_unit_test(test_what_may_be_a_secret_is_not_told),
	    cmocka_unit_test(test_transfers),
	    cmocka_unit_test(test_abort_ends_a_transfer),
	    cmocka_unit_test(test_reply_of_several_lines_is_told_once),
	    cmocka_unit_test(test_nothing_is_read_behind_tls),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_mid_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
