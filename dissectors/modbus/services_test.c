/*
 * Functions 7, 8, 11, 12, 17, 20, 21, 43 and 90: diagnostics, files, identity
 * and UMAS, to the letter.  Bytes are unit and PDU.
 */
#include "dissectors/modbus/modbus_test.h"

static void
test_read_exception_status(void **state)
{
	exchange("0a 07", REQUEST("read_exception_status", 7, "diagnostic", ""),
	    "0a 07 6d", /* outputs; [A] 6.7 */
	    RESPONSE("read_exception_status", 7, "diagnostic", "ok",
		",'outputs':109"));
}

static void
test_diagnostics_by_name(void **state)
{
	static const struct {
		const char *pdu, *text;
	} all[] = {
	    {"0a 08 0000 a537", "'op':'return_query_data','code':8,"
				"'class':'diagnostic'"},
	    {"0a 08 0001 0000", "'op':'restart_communications','code':8,"
				"'class':'control'"},
	    {"0a 08 0002 0000", "'op':'return_diagnostic_register','code':8,"
				"'class':'diagnostic'"},
	    {"0a 08 0003 0a00", "'op':'change_ascii_delimiter','code':8,"
				"'class':'config'"},
	    {"0a 08 0004 0000", "'op':'force_listen_only','code':8,"
				"'class':'control'"},
	    {"0a 08 000a 0000", "'op':'clear_counters','code':8,"
				"'class':'config'"},
	    {"0a 08 000b 0000", "'op':'return_bus_message_count'"},
	    {"0a 08 000c 0000", "'op':'return_bus_communication_error_count'"},
	    {"0a 08 000d 0000", "'op':'return_bus_exception_error_count'"},
	    {"0a 08 000e 0000", "'op':'return_server_message_count'"},
	    {"0a 08 000f 0000", "'op':'return_server_no_response_count'"},
	    {"0a 08 0010 0000", "'op':'return_server_nak_count'"},
	    {"0a 08 0011 0000", "'op':'return_server_busy_count'"},
	    {"0a 08 0012 0000", "'op':'return_bus_character_overrun_count'"},
	    {"0a 08 0013 0000", "'op':'return_overrun_error_count'"},
	    {"0a 08 0014 0000", "'op':'clear_overrun_counter','code':8,"
				"'class':'config'"},
	    {"0a 08 0015 0003", "'op':'modbus_plus_statistics'"},
	    {"0a 08 1234 5678", "'op':'diagnostics','code':8,"
				"'class':'diagnostic'"},
	};
	struct harness *h = flow(DIS_TCP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		mbap(h, A, 1, all[i].pdu);
		assert_true(harness_has(h, all[i].text));
		assert_false(harness_has(h, "malformed"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_diagnostics_carry_sub_and_data(void **state)
{
	exchange("0a 08 0000 a537 0001", /* any number of words is echoed */
	    REQUEST("return_query_data", 8, "diagnostic",
		",'sub':0,'data':'a5370001'"),
	    "0a 08 0000 a537 0001",
	    RESPONSE("return_query_data", 8, "diagnostic", "ok",
		",'sub':0,'data':'a5370001'"));
	exchange("0a 08 000e 0000",
	    REQUEST("return_server_message_count", 8, "diagnostic",
		",'sub':14,'data':'0000'"),
	    "0a 08 000e 0123",
	    RESPONSE("return_server_message_count", 8, "diagnostic", "ok",
		",'sub':14,'counter':291"));
	exchange("0a 08 0004 0000", /* silent, but here it is refused */
	    REQUEST(
		"force_listen_only", 8, "control", ",'sub':4,'data':'0000'"),
	    "0a 88 0b",
	    RESPONSE("force_listen_only", 8, "control", "gateway_target_failed",
		",'exception':11,'sub':4"));
}

static void
test_comm_events(void **state)
{
	exchange("0a 0b",
	    REQUEST("get_comm_event_counter", 11, "diagnostic", ""),
	    "0a 0b ffff 0108", /* status: busy; events; [A] 6.9 */
	    RESPONSE("get_comm_event_counter", 11, "diagnostic", "ok",
		",'busy':true,'event_count':264"));
	exchange("0a 0c", REQUEST("get_comm_event_log", 12, "diagnostic", ""),
	    "0a 0c 08 0000 0108 0121 2000", /* bytes, status, events,
					       messages, log */
	    RESPONSE("get_comm_event_log", 12, "diagnostic", "ok",
		",'busy':false,'event_count':264,'message_count':289,"
		"'events':'2000'"));
}

#define STATE(text)                                                            \
	"{'kind':'state','dir':'response','subject':" SERVER ",'state':'" text \
	"','via':'report_server_id'}\n"

static void
test_server_id_identifies(void **state)
{
	exchange("0a 11", REQUEST("report_server_id", 17, "discovery", ""),
	    "0a 11 06 00 ff 41424320", /* bytes, id, running, text */
	    RESPONSE("report_server_id", 17, "discovery", "ok",
		",'run':true,'server_id':'00ff41424320'")
		IDENTITY("description", "ABC", "report_server_id") IDENTITY(
		    "run_state", "run", "report_server_id") STATE("running"));
	/* Text as id, run indicator behind it. */
	exchange("0a 11", REQUEST("report_server_id", 17, "discovery", ""),
	    "0a 11 04 584920 00",
	    RESPONSE("report_server_id", 17, "discovery", "ok",
		",'run':false,'server_id':'58492000'")
		IDENTITY("description", "XI", "report_server_id") IDENTITY(
		    "run_state", "stop", "report_server_id") STATE("stopped"));
	/* A layout of somebody's own. */
	exchange("0a 11", REQUEST("report_server_id", 17, "discovery", ""),
	    "0a 11 03 010203",
	    RESPONSE("report_server_id", 17, "discovery", "ok",
		",'server_id':'010203'"));
}

static void
test_read_file_record(void **state)
{
	/* count, { type, file, record, length } twice; [A] 6.14 */
	exchange("0a 14 0e 06 0004 0001 0002 06 0003 0009 0001",
	    REQUEST("read_file_record", 20, "file",
		",'records':[{'file':4,'record':1,'length':2},"
		"{'file':3,'record':9,'length':1}]"),
	    "0a 14 0a 05 06 0dfe 0020 03 06 33cd",
	    RESPONSE("read_file_record", 20, "file", "ok",
		",'records':[{'file':4,'record':1,'length':2,"
		"'values':[3582,32]},"
		"{'file':3,'record':9,'length':1,'values':[13261]}]"));
}

static void
test_many_records_are_told_without_their_numbers(void **state)
{
	struct harness *h = flow(DIS_TCP);

	/* Seven, one more than wait with a request. */
	mbap(h, A, 1,
	    "0a 14 31 06000100000001 06000100010001 06000100020001"
	    "06000100030001 06000100040001 06000100050001 06000100060001");
	(void)harness_take(h);
	mbap(h, B, 1,
	    "0a 14 1c 03060000 03060001 03060002 03060003 03060004 03060005"
	    "03060006");
	assert_true(harness_has(h,
	    "'records':[{'length':1,'values':[0]},{'length':1,'values':[1]},"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_write_file_record(void **state)
{
	/* [A] 6.15; the response repeats it */
	exchange("0a 15 0d 06 0004 0007 0003 06af 04be 100d",
	    REQUEST("write_file_record", 21, "file",
		",'records':[{'file':4,'record':7,'length':3,"
		"'values':[1711,1214,4109]}]"),
	    "0a 15 0d 06 0004 0007 0003 06af 04be 100d",
	    RESPONSE("write_file_record", 21, "file", "ok",
		",'records':[{'file':4,'record':7,'length':3,"
		"'values':[1711,1214,4109]}]"));
}

#define DEVICE_ID "read_device_identification"

static void
test_device_identification_identifies(void **state)
{
	exchange("0a 2b 0e 02 00", /* regular, from object 0; [A] 6.21 */
	    REQUEST(DEVICE_ID, 43, "discovery",
		",'mei':14,'read_code':2,'object_id':0"),
	    /* code, conformity, more, next, count, { id, length, text } */
	    "0a 2b 0e 02 82 00 00 07 00 02 5663 01 02 5063 02 03 312e32"
	    "03 02 5561 04 02 504e 05 03 4d4f00 06 02 5573",
	    RESPONSE(DEVICE_ID, 43, "discovery", "ok",
		",'mei':14,'read_code':2,'conformity':130,'more':false,"
		"'objects':[{'id':0,'value':'Vc'},{'id':1,'value':'Pc'},"
		"{'id':2,'value':'1.2'},{'id':3,'value':'Ua'},"
		"{'id':4,'value':'PN'},{'id':5,'value':'MO\\u0000'},"
		"{'id':6,'value':'Us'}]") IDENTITY("vendor", "Vc", DEVICE_ID)
		IDENTITY("product_code", "Pc", DEVICE_ID) IDENTITY("firmware",
		    "1.2", DEVICE_ID) IDENTITY("description", "PN", DEVICE_ID)
		    IDENTITY("model", "MO", DEVICE_ID)
			IDENTITY("user_text", "Us", DEVICE_ID));
}

static void
test_device_identification_goes_on(void **state)
{
	exchange("0a 2b 0e 01 00",
	    REQUEST(DEVICE_ID, 43, "discovery",
		",'mei':14,'read_code':1,'object_id':0"),
	    "0a 2b 0e 01 01 ff 02 01 00 01 56", /* more follows, from 2 */
	    RESPONSE(DEVICE_ID, 43, "discovery", "ok",
		",'mei':14,'read_code':1,'conformity':1,'more':true,"
		"'next':2,'objects':[{'id':0,'value':'V'}]")
		IDENTITY("vendor", "V", DEVICE_ID));
}

static void
test_object_told_twice_is_one_fact(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, B, 1, "0a 2b 0e 01 01 00 00 02 00 01 41 00 01 42");
	assert_true(harness_has(h, "'value':'A'},{'id':0,'value':'B'}"));
	assert_true(harness_has(h, "'key':'vendor','value':'A'"));
	assert_false(harness_has(h, "'key':'vendor','value':'B'"));
	harness_free(h);
}

#define CANOPEN "canopen_general_reference"

static void
test_canopen_reads_or_writes(void **state)
{
	/* control, reserved, node, index, sub, start, count; CiA 309-2 */
	exchange("0a 2b 0d 00 00 01 6042 00 0000 0002",
	    REQUEST(
		CANOPEN, 43, "read", ",'mei':13,'data':'00000160420000000002'"),
	    "0a 2b 0d 00 00 01 6042 00 0000 0002 012c",
	    RESPONSE(CANOPEN, 43, "read", "ok",
		",'mei':13,'data':'00000160420000000002012c'"));
	exchange("0a 2b 0d 01 00 01 6042 00 0000 0002 012c",
	    REQUEST(CANOPEN, 43, "write",
		",'mei':13,'data':'01000160420000000002012c'"),
	    "0a ab ff 0006 0d ce 06020000", /* extended exception */
	    RESPONSE(CANOPEN, 43, "write", "extended_exception",
		",'exception':255,'mei':13,'data':'00060dce06020000'"));
}

static void
test_umas_reply_has_its_requests_sub_function(void **state)
{
	exchange("0a 5a 01 04", /* session, sub-function */
	    REQUEST(
		"umas_read_plc_info", 90, "diagnostic", ",'umas':4,'len':0"),
	    "0a 5a 01 fe 0102", /* session, done, data */
	    RESPONSE("umas_read_plc_info", 90, "diagnostic", "ok",
		",'umas':4,'len':2"));
	exchange("0a 5a 01 23 00",
	    REQUEST("umas_write_variables", 90, "write", ",'umas':35,'len':1"),
	    "0a 5a 01 fd 8001", /* refused */
	    RESPONSE("umas_write_variables", 90, "write", "umas_error",
		",'umas':35,'len':2"));
	exchange("0a 5a 01 77",
	    REQUEST("umas", 90, "other", ",'umas':119,'len':0"), "0a 5a 01 fe",
	    RESPONSE("umas", 90, "other", "ok", ",'umas':119,'len':0"));
}

static void
test_umas_unpaired_reply_is_unknown(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, B, 1, "0a 5a 01 fe 00");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'umas','code':90,"
	    "'class':'other','status':'ok','framing':'tcp','txn':1,'unit':10,"
	    "'fc':90,'len':1}\n");
	harness_free(h);
}

static void
test_umas_identifies(void **state)
{
	/* range, ident, model, version, patch, internal, hardware, crash,
	 * unknown, type */
	exchange("0a 5a 00 02",
	    REQUEST("umas_read_id", 90, "discovery", ",'umas':2,'len':0"),
	    "0a 5a 00 fe 10ff 5a010100 0000 7002 0000 2700 0900 08000000"
	    "0000 0e 3134302043505520333131203130 01",
	    RESPONSE("umas_read_id", 90, "discovery", "ok",
		",'umas':2,'len':38") IDENTITY("model", "140 CPU 311 10",
		"umas_read_id") IDENTITY("firmware", "2.70", "umas_read_id"));
	/* two blocks and two stamps, revision, name */
	exchange("0a 5a 00 03 00",
	    REQUEST(
		"umas_read_project_info", 90, "discovery", ",'umas':3,'len':1"),
	    "0a 5a 00 fe 020500009888010000 020500009888010000"
	    "020c3b0c0e01de07 020c3b0c0e01de07 080100 00 08 50726f6a65637400",
	    RESPONSE("umas_read_project_info", 90, "discovery", "ok",
		",'umas':3,'len':47") IDENTITY("program_name", "Project",
		"umas_read_project_info")
		IDENTITY("config_version", "0.1.8", "umas_read_project_info"));
}

static void
test_umas_reply_of_another_form_says_nothing(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 5a 00 03 00");
	mbap(h, B, 1,
	    "0a 5a 00 fe 020500009888010000 020500009888010000"
	    "020c3b0c0e01de07 020c3b0c0e01de07 080100 00 02 5000 ff");
	mbap(h, A, 2, "0a 5a 00 02");
	mbap(h, B, 2, "0a 5a 00 fe 10ff 5a010100 0000 7002");
	assert_false(harness_has(h, "identity"));
	assert_false(harness_has(h, "malformed"));
	/* A block that does not say its length is counted as it is. */
	mbap(h, A, 3, "0a 5a 01 34 0001 0100");
	mbap(h, B, 3, "0a 5a 01 fe 0000 0900 aabbcc");
	assert_true(harness_has(h, "'name':'program','bytes':7}"));
	harness_free(h);
}

static void
test_umas_reservation_names_the_station(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 5a 00 10 434c0000 04 50432d31"); /* number, name */
	assert_true(harness_has(h,
	    "'subject':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1',"
	    "'port':49152},'key':'hostname','value':'PC-1',"
	    "'via':'umas_take_reservation','claim':'self'}"));
	harness_free(h);
}

static void
test_umas_transfers(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 5a 01 33 0001 fb00");
	assert_true(
	    harness_has(h, "{'kind':'transfer','dir':'request','phase':'begin',"
			   "'direction':'from_device','name':'program'}"));
	mbap(h, B, 1, "0a 5a 01 fe 00");
	mbap(h, A, 2, "0a 5a 01 34 0001 0100");
	mbap(h, B, 2, "0a 5a 01 fe 0000 0300 aabbcc"); /* last, length */
	assert_true(harness_has(h,
	    "{'kind':'transfer','dir':'response','phase':'progress',"
	    "'direction':'from_device','name':'program','bytes':3}"));
	mbap(h, A, 3, "0a 5a 01 35 0001 0100");
	assert_true(harness_has(h, "'phase':'end','direction':'from_device'"));
	mbap(h, A, 4, "0a 5a 01 30 00");
	assert_true(harness_has(h, "'phase':'begin','direction':'to_device'"));
	mbap(h, A, 5, "0a 5a 01 31 0102");
	assert_true(harness_has(h,
	    "'phase':'progress','direction':'to_device','name':'program',"
	    "'bytes':2}"));
	mbap(h, A, 6, "0a 5a 01 32 00");
	assert_true(harness_has(h, "'phase':'end','direction':'to_device'"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_umas_start_and_stop_change_the_state(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, A, 1, "0a 5a 01 41 ff00");
	assert_true(
	    harness_has(h, "'op':'umas_stop_plc','code':90,'class':'control'"));
	assert_false(harness_has(h, "'kind':'state'"));
	mbap(h, B, 1, "0a 5a 01 fe");
	assert_true(harness_has(h, "'state':'stopped','via':'umas_stop_plc'"));
	mbap(h, A, 2, "0a 5a 01 40 ff00");
	mbap(h, B, 2, "0a 5a 01 fd 80");
	assert_false(harness_has(h, "'state':'running'"));
	mbap(h, A, 3, "0a 5a 01 40 ff00");
	mbap(h, B, 3, "0a 5a 01 fe");
	assert_true(harness_has(h, "'state':'running'"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_exception_status),
	    cmocka_unit_test(test_diagnostics_by_name),
	    cmocka_unit_test(test_diagnostics_carry_sub_and_data),
	    cmocka_unit_test(test_comm_events),
	    cmocka_unit_test(test_server_id_identifies),
	    cmocka_unit_test(test_read_file_record),
	    cmocka_unit_test(test_many_records_are_told_without_their_numbers),
	    cmocka_unit_test(test_write_file_record),
	    cmocka_unit_test(test_device_identification_identifies),
	    cmocka_unit_test(test_device_identification_goes_on),
	    cmocka_unit_test(test_object_told_twice_is_one_fact),
	    cmocka_unit_test(test_canopen_reads_or_writes),
	    cmocka_unit_test(test_umas_reply_has_its_requests_sub_function),
	    cmocka_unit_test(test_umas_unpaired_reply_is_unknown),
	    cmocka_unit_test(test_umas_identifies),
	    cmocka_unit_test(test_umas_reply_of_another_form_says_nothing),
	    cmocka_unit_test(test_umas_reservation_names_the_station),
	    cmocka_unit_test(test_umas_transfers),
	    cmocka_unit_test(test_umas_start_and_stop_change_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
