/*
 * PCCC inside of Execute PCCC.
 */
#include "dissectors/enip/enip_test.h"

#define EXEC     "4b 02 2067 2401 07 4d00 d323aa07 "
#define EXECUTED "cb 00 00 00 07 4d00 d323aa07 "

static void
test_diagnostic_status_tells_who(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, EXEC "06 00 d7b1 03");
	HAS(h, "'op':'execute_pccc'");
	HAS(h, "'op':'diagnostic_status','code':1539,'class':'diagnostic',"
	       "'cmd':6,'fnc':3,'sts':0,'txn':45527,'orig_vendor':77,"
	       "'orig_serial':128590803}");
	HAS(h, "'key':'originator','value':'Rockwell Software, Inc. (77), "
	       "serial 0x07aa23d3'");
	(void)harness_take(h);
	send_rr(h, B, 1,
	    EXECUTED "46 00 d7b1 00 ee 4a 9c 23 313736332d4c4543202020 0000"
		     "26 00 78 1a 30 fc 01");
	HAS(h, "'key':'model','value':'1763-LEC'");
	HAS(h, "'key':'hardware','value':'B'");
	HAS(h, "'key':'firmware','value':'4'");
	HAS(h, "'key':'config_version','value':'0x1a78'");
	HAS(h, "'key':'run_state','value':'run'");
	HAS(h, "'state':'running'");
	harness_free(h);
}

static void
test_file_is_addressed_and_read(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* two words of N7:10 */
	send_rr(h, A, 1, EXEC "0f 00 0100 a2 04 07 89 0a 00");
	HAS(h, "'op':'protected_typed_logical_read_3','code':4002,"
	       "'class':'read','cmd':15,'fnc':162,'sts':0,'txn':1,'orig_vendor'"
	       ":77,"
	       "'orig_serial':128590803,'file':7,"
	       "'file_type':'N','element':10,'subelement':0,'size':4");
	(void)harness_take(h);
	send_rr(h, B, 1, EXECUTED "4f 00 0100 ffff 2a00");
	HAS(h, "'values':[-1,42]");
	(void)harness_take(h);
	/* F8:300, written */
	send_rr(h, A, 2, EXEC "0f 00 0200 aa 04 08 8a ff2c01 00 0000c03f");
	HAS(h, "'class':'write'");
	HAS(h, "'file_type':'F','element':300,'subelement':0,'size':4,"
	       "'values':[1.5]");
	(void)harness_take(h);
	send_rr(h, B, 2, EXECUTED "4f 50 0200");
	HAS(h, "'status':'addressing_problem'");
	(void)harness_take(h);
	send_rr(h, A, 3, EXEC "0f 00 0300 68 0000 0100 00 24 4e373a30 00 01");
	HAS(h, "'op':'typed_read'");
	HAS(h, "'address':'N7:0'");
	harness_free(h);
}

static void
test_mode_and_program(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, EXEC "0f 00 0100 80 06");
	HAS(h, "'op':'change_cpu_mode','code':3968,'class':'control'");
	HAS(h, "'mode':6");
	send_rr(h, A, 2, EXEC "0f 00 0200 50");
	HAS(h, "'op':'download_all_request','code':3920,'class':'program'");
	(void)harness_take(h);
	send_rr(h, B, 2, EXECUTED "4f 00 0200");
	HAS(h, "'kind':'transfer'");
	HAS(h, "'phase':'begin','direction':'to_device','name':'program'");
	harness_free(h);
}

static void
test_violations_are_told(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
	    {"4b 02 2067 2401 03 4d00", "'reason':'requestor_length'"},
	    {EXEC "0f 00 01", "'reason':'message_short'"},
	    {EXEC "4f 00 0100 a2", "'reason':'reply_bit'"},
	    {EXEC "0f 00 0100 aa 04 07 89 0a 00 0000", "'reason':'byte_size'"},
	    {EXEC "0f 00 0100 f7", "'op':'unknown_command'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);

		send_rr(h, A, 1, rows[i].bytes);
		HAS(h, rows[i].text);
		harness_free(h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_diagnostic_status_tells_who),
	    cmocka_unit_test(test_file_is_addressed_and_read),
	    cmocka_unit_test(test_mode_and_program),
	    cmocka_unit_test(test_violations_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
