/*
 * Values by the type of their file, points, PLC-5 descriptions, several
 * functions in one message, PLC-5 status, modes.
 */
#include "dissectors/enip/enip_test.h"

#define EXEC     "4b 02 2067 2401 07 4d00 d323aa07 "
#define EXECUTED "cb 00 00 00 07 4d00 d323aa07 "

static void
ask(struct harness *h, const char *request, const char *reply)
{
	char text[2048];

	snprintf(text, sizeof(text), EXEC "%s", request);
	send_rr(h, A, 1, text);
	(void)harness_take(h);
	snprintf(text, sizeof(text), EXECUTED "%s", reply);
	send_rr(h, B, 1, text);
}

static void
test_every_file_type_has_values(void **state)
{
	static const struct {
		const char *request, *reply, *values, *point;
	} rows[] = {
	    /* size, file, type, element, subelement | values | point */
	    {"02 07 89 0a 00", "ffff", "[-1]", "'N7:10','value':-1"},
	    {"02 03 85 01 00", "00ff", "[65280]", "'B3:1','value':65280"},
	    {"02 02 84 01 00", "2600", "[38]", "'S:1','value':38"},
	    {"02 00 82 03 01", "0100", "[1]", "'O:3.1','value':1"},
	    {"02 01 83 02 00", "0200", "[2]", "'I:2','value':2"},
	    {"04 08 8a 00 00", "0000c03f", "[1.5]", "'F8:0','value':1.5"},
	    {"04 0a 91 02 00", "feffffff", "[-2]", "'L10:2','value':-2"},
	    {"02 0b 8f 00 00", "3412", "[1234]", "'D11:0','value':1234"},
	    {"02 0b 8f 00 00", "3a12", "['0x123a']", "'value':'0x123a'"},
	    {"02 0c 8e 00 00", "4241", "['AB']", "'A12:0','value':'AB'"},
	    {"06 04 86 02 00", "00e0 6400 f6ff", "[57344,100,-10]",
		"'T4:2.ACC','value':-10"},
	    {"02 05 87 01 02", "0700", "[7]", "'C5:1.ACC','value':7"},
	    {"04 06 88 01 01", "0700 0800", "[7,8]", "'R6:1.LEN','value':7"},
	    {"0c 04 86 00 00", "0000 0100 0200 0000 0300 0400", "[0,1,2,0,3,4]",
		"'T4:1.PRE','value':3"},
	    {"02 0e 93 00 02", "0900", "[9]", "'PD14:0.2','value':9"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);
		char request[128], reply[128], text[64];

		snprintf(request, sizeof(request), "0f 00 0100 a2 %s",
		    rows[i].request);
		snprintf(reply, sizeof(reply), "4f 00 0100 %s", rows[i].reply);
		ask(h, request, reply);
		snprintf(text, sizeof(text), "'values':%s", rows[i].values);
		HAS(h, text);
		HAS(h, rows[i].point);
		HAS(h, "'source':'reported'");
		harness_free(h);
	}
}

static void
test_string_is_in_order(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char reply[256] = "4f 00 0100 0300 6548 2179";

	for (int i = 4; i < 82; i++) {
		strncat(reply, "00", sizeof(reply) - strlen(reply) - 1);
	}
	ask(h, "0f 00 0100 a2 54 09 8d 03 00", reply);
	HAS(h, "'values':['Hey']");
	HAS(h, "'object':'ST9:3','value':'Hey'");
	harness_free(h);
}

static void
test_writes_are_points_when_whole(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, EXEC "0f 00 0100 ab 02 07 89 00 00 ffff 2a00");
	HAS(h, "'mask':'0xffff','values':[42],'point':'N7:0'}");
	HAS(h, "'object':'N7:0','value':42,'source':'commanded'");
	(void)harness_take(h);
	send_rr(h, A, 2, EXEC "0f 00 0200 ab 02 07 89 00 00 0f00 2a00");
	HAS(h, "'mask':'0x000f','values':[42],'point':'N7:0'}");
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

static void
test_plc5_says_its_types(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, "0f 00 0100 68 0000 0200 00 24 4e373a39 00 0200",
	    "4f 00 0100 99 09 05 42 2a00 ffff");
	HAS(h, "'address':'N7:9','data_type':'integer','values':[42,-1]}");
	HAS(h, "'object':'N7:9','value':42");
	HAS(h, "'object':'N7:10','value':-1");
	/* By levels: file 8, element 2; one float. */
	ask(h, "0f 00 0200 68 0000 0100 06 08 02 0100",
	    "4f 00 0200 94 08 0000c03f");
	HAS(h, "'file':8,'element':2,'data_type':'float','values':[1.5]}");
	HAS(h, "'object':'F8:2','value':1.5");
	send_rr(
	    h, A, 3, EXEC "0f 00 0300 67 0100 0300 00 24 4e373a30 00 42 0700");
	HAS(h, "'offset':1,'total':3,'address':'N7:0','data_type':'integer',"
	       "'values':[7],'point':'N7:1'}");
	HAS(h, "'object':'N7:1','value':7,'source':'commanded'");
	(void)harness_take(h);
	ask(h, "0f 00 0400 01 0000 0200 06 07 00 04", "4f 00 0400 0100 0200");
	HAS(h, "'op':'word_range_read'");
	HAS(h, "'file':7,'element':0,'values':[1,2]}");
	HAS(h, "'object':'N7:1','value':2");
	send_rr(h, A, 5, EXEC "0f 00 0500 02 06 03 00 0100 0200");
	HAS(h, "'op':'bit_write'");
	HAS(h, "'set':'0x0001','reset':'0x0002'}");
	send_rr(h, A, 6, EXEC "0f 00 0600 26 00 24 42333a30 00 feff 0100");
	HAS(h, "'address':'B3:0','and':'0xfffe','or':'0x0001'}");
	harness_free(h);
}

static void
test_functions_in_one_message(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1,
	    EXEC "0f 00 0100 88 02"
		 "06 a2 02 07 89 00 00"        /* a read */
		 "08 aa 02 07 89 01 00 2a00"); /* a write */
	HAS(h, "'op':'execute_multiple_commands','code':3976,'class':'write'");
	HAS(h, "'count':2,'commands':[{'fnc':162,"
	       "'name':'protected_typed_logical_read_3','file':7,"
	       "'file_type':'N','element':0,'subelement':0,'size':2},"
	       "{'fnc':170,'name':'protected_typed_logical_write_3','file':7,"
	       "'file_type':'N','element':1,'subelement':0,'size':2,"
	       "'values':[42]}]}");
	HAS(h, "'object':'N7:1','value':42,'source':'commanded'");
	(void)harness_take(h);
	/* A reply has its request's class. */
	send_rr(h, B, 1, EXECUTED "4f 00 0100 0000");
	HAS(h, "'op':'execute_multiple_commands','code':3976,'class':'write'");
	(void)harness_take(h);
	send_rr(h, A, 2, EXEC "0f 00 0200 88 03 02 80 06");
	HAS(h, "'class':'control'");
	HAS(h, "'name':'change_cpu_mode','mode':6}]");
	HAS(h, "'reason':'command_count','offset':12}");
	harness_free(h);
}

#define TWO                                                                 \
	"88 04 06 a2 04 07 89 05 00"             /* two words of N7:5 */    \
	"08 aa 02 07 89 01 00 2a00"              /* N7:1 is set */          \
	"0e 68 0000 0100 00 24 4e373a39 00 0100" /* one of N7:9, by text */ \
	"02 80 06"                               /* run */

static void
test_reply_to_functions_in_one_message(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* each with its status, the typed one with its type */
	ask(h, "0f 00 0100" TWO,
	    "4f 00 0100 04 05 00 ffff 0700 01 00 04 00 42 0900 01 00");
	HAS(h, "'count':4,'commands':[{'fnc':162,"
	       "'name':'protected_typed_logical_read_3','sts':0,'file':7,"
	       "'file_type':'N','element':5,'subelement':0,'size':4,"
	       "'values':[-1,7]},"
	       "{'fnc':170,'name':'protected_typed_logical_write_3','sts':0,"
	       "'file':7,'file_type':'N','element':1,'subelement':0,'size':2},"
	       "{'fnc':104,'name':'typed_read','sts':0,'address':'N7:9',"
	       "'data_type':'integer','values':[9]},"
	       "{'fnc':128,'name':'change_cpu_mode','sts':0}]}");
	HAS(h, "'object':'N7:5','value':-1,'source':'reported'");
	HAS(h, "'object':'N7:6','value':7,'source':'reported'");
	HAS(h, "'object':'N7:9','value':9,'source':'reported'");
	HAS(h, "'state':'running','via':'change_cpu_mode'");
	assert_false(harness_has(h, "'object':'N7:1'"));
	/* two of them are refused, one says more of why */
	ask(h, "0f 00 0200" TWO,
	    "4f 00 0200 04 01 10 01 00 04 00 42 0900 02 f0 0c");
	HAS(h, "'name':'protected_typed_logical_read_3','sts':16,'file':7");
	HAS(h, "'name':'change_cpu_mode','sts':240,'ext_sts':12}]}");
	assert_false(harness_has(h, "'state'"));
	assert_false(harness_has(h, "'object':'N7:5'"));
	HAS(h, "'object':'N7:9','value':9");
	harness_free(h);
}

static void
test_reply_that_does_not_add_up_stays_bytes(void **state)
{
	static const char *const rows[] = {
	    "03 05 00 ffff 0700 01 00 04 00 42 0900 01 00", /* three of four */
	    "04 05 00 ffff 0700 01 00 04 00 42 0900 01",    /* one is short */
	    "04 05 00 ffff 0700 01 00 04 00 42 0900 01 00 00", /* a byte more */
	    "04 03 00 ffff 01 00 04 00 42 0900 01 00", /* half of what is read */
	    "04 05 00 ffff 0700 02 00 00 04 00 42 0900 01 00", /* of a write */
	    "04 05 00 ffff 0700 00 04 00 42 0900 01 00",       /* no status */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);
		char reply[128];

		snprintf(reply, sizeof(reply), "4f 00 0100 %s", rows[i]);
		ask(h, "0f 00 0100" TWO, reply);
		HAS(h, "'data':'0");
		assert_false(harness_has(h, "'commands'"));
		assert_false(harness_has(h, "'state'"));
		assert_false(harness_has(h, "'object'"));
		assert_false(harness_has(h, "'malformed'"));
		harness_free(h);
	}
}

static void
test_empty_reply_agrees_to_what_is_written(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, "0f 00 0100 88 02 08 aa 02 07 89 01 00 2a00 02 80 01",
	    "4f 00 0100");
	HAS(h, "'state':'stopped','via':'change_cpu_mode'");
	assert_false(harness_has(h, "'commands'"));
	/* but not where something was to be read, nor where it is refused */
	ask(h, "0f 00 0200" TWO, "4f 00 0200");
	assert_false(harness_has(h, "'state'"));
	ask(h, "0f 00 0300 88 01 02 80 01", "4f 10 0300");
	assert_false(harness_has(h, "'state'"));
	ask(h,
	    "0f 00 0400 88 02 0e 68 0000 0100 00 24 4e373a39 00 0100 02 80 01",
	    "4f 00 0400");
	assert_false(harness_has(h, "'state'"));
	harness_free(h);
}

static void
test_long_request_is_remembered_whole(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char request[1024] = "0f 00 0100 88 1e", reply[1024] = "4f 00 0100 1e";

	for (unsigned i = 0; i < 30; i++) {
		snprintf(
		    request + strlen(request), 32, "06 a2 02 07 89 %02x 00", i);
		snprintf(reply + strlen(reply), 32, "03 00 %02x00", i);
	}
	ask(h, request, reply);
	HAS(h, "'object':'N7:0','value':0,'source':'reported'");
	HAS(h, "'object':'N7:29','value':29,'source':'reported'");
	/* Under one key the second is remembered; the first stays bytes. */
	send_rr(h, A, 2, EXEC "0f 00 0200 88 01 06 a2 02 07 89 01 00");
	send_rr(h, A, 2, EXEC "0f 00 0200 88 01 06 a2 02 07 89 02 00");
	(void)harness_take(h);
	send_rr(h, B, 2, EXECUTED "4f 00 0200 01 03 00 0500");
	HAS(h, "'data':'0103000500'");
	assert_false(harness_has(h, "'object'"));
	harness_free(h);
}

static void
test_plc5_status_tells_who(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* status, EB, processor, memory, series and revision, node, ... */
	ask(h, "06 00 0100 03",
	    "46 00 0100 06 eb 4b 00000100 62 01 fd 00 1400 1400 10 00 00");
	HAS(h, "'key':'model','value':'1785-L40E (PLC-5/40E)'");
	HAS(h, "'key':'hardware','value':'D'");
	HAS(h, "'key':'firmware','value':'C'");
	HAS(h, "'key':'run_state','value':'run'");
	HAS(h, "'key':'key_switch','value':'remote'");
	HAS(h, "'state':'forced','detail':'installed'");
	ask(h, "06 00 0200 03", "46 00 0200 08 eb 4b 00000100 62");
	HAS(h, "'key':'key_switch','value':'program'");
	HAS(h, "'state':'trouble','detail':'stop'");
	harness_free(h);
}

static void
test_modes_and_files(void **state)
{
	static const struct {
		const char *request, *text;
	} rows[] = {
	    {"0f 00 0100 80 06", "'state':'running','via':'change_cpu_mode'"},
	    {"0f 00 0100 80 01", "'state':'stopped'"},
	    {"0f 00 0100 3a 02", "'state':'running','via':'set_cpu_mode'"},
	    {"0f 00 0100 3a 01", "'state':'stopped'"},
	    {"0f 00 0100 07", "'state':'stopped','via':'shutdown'"},
	    {"0f 00 0100 0a", "'state':'restarted'"},
	    {"0f 00 0100 05", "'phase':'begin','direction':'to_device'"},
	    {"0f 00 0100 52", "'phase':'end','direction':'to_device'"},
	    {"0f 00 0100 53", "'phase':'begin','direction':'from_device'"},
	    {"0f 00 0100 55", "'phase':'end','direction':'from_device'"},
	    {"0f 00 0100 af 04 0001 0000 22 01020304",
		"'phase':'progress','direction':'to_device','name':'file',"
		"'bytes':4"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);

		ask(h, rows[i].request, "4f 00 0100");
		HAS(h, rows[i].text);
		(void)harness_take(h);
		/* Refused, nothing has changed. */
		ask(h, rows[i].request, "4f 60 0100");
		assert_false(harness_has(h, "'kind':'state'"));
		assert_false(harness_has(h, "'kind':'transfer'"));
		harness_free(h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_file_type_has_values),
	    cmocka_unit_test(test_string_is_in_order),
	    cmocka_unit_test(test_writes_are_points_when_whole),
	    cmocka_unit_test(test_plc5_says_its_types),
	    cmocka_unit_test(test_functions_in_one_message),
	    cmocka_unit_test(test_reply_to_functions_in_one_message),
	    cmocka_unit_test(test_reply_that_does_not_add_up_stays_bytes),
	    cmocka_unit_test(test_empty_reply_agrees_to_what_is_written),
	    cmocka_unit_test(test_long_request_is_remembered_whole),
	    cmocka_unit_test(test_plc5_status_tells_who),
	    cmocka_unit_test(test_modes_and_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
