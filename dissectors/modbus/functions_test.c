/*
 * Functions 1 to 6, 15, 16 and 22 to 24, exceptions, and what is opaque: each
 * as request and response, to the letter.  Bytes are unit and PDU.
 */
#include "dissectors/modbus/modbus_test.h"

static void
test_read_coils_gives_exactly_the_quantity(void **state)
{
	exchange("0a 01 0013 0013", /* address 19, 19 coils; [A] 6.1 */
	    REQUEST("read_coils", 1, "read", ",'addr':19,'qty':19"),
	    "0a 01 03 cd6b05", /* 3 bytes, low bit first */
	    RESPONSE("read_coils", 1, "read", "ok",
		",'addr':19,'qty':19,'values':"
		"[1,0,1,1,0,0,1,1,1,1,0,1,0,1,1,0,1,0,1]"));
}

static void
test_unpaired_coils_give_all_bits_and_no_quantity(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, B, 1, "0a 01 01 55");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'read_coils','code':1,"
	    "'class':'read','status':'ok','framing':'tcp','txn':1,'unit':10,"
	    "'fc':1,'values':[1,0,1,0,1,0,1,0]}\n");
	harness_free(h);
}

static void
test_read_discrete_inputs(void **state)
{
	exchange("0a 02 00c4 0003", /* address 196, 3 inputs */
	    REQUEST("read_discrete_inputs", 2, "read", ",'addr':196,'qty':3"),
	    "0a 02 01 05",
	    RESPONSE("read_discrete_inputs", 2, "read", "ok",
		",'addr':196,'qty':3,'values':[1,0,1]"));
}

static void
test_read_registers(void **state)
{
	exchange("0a 03 006b 0003", /* address 107, 3 registers */
	    REQUEST("read_holding_registers", 3, "read", ",'addr':107,'qty':3"),
	    "0a 03 06 022b 0000 ffff",
	    RESPONSE("read_holding_registers", 3, "read", "ok",
		",'addr':107,'qty':3,'values':[555,0,65535]"));
	exchange("0a 04 ffff 0001",
	    REQUEST("read_input_registers", 4, "read", ",'addr':65535,'qty':1"),
	    "0a 04 02 000a",
	    RESPONSE("read_input_registers", 4, "read", "ok",
		",'addr':65535,'qty':1,'values':[10]"));
}

static void
test_unpaired_registers_have_no_address(void **state)
{
	struct harness *h = flow(DIS_TCP);

	mbap(h, B, 1, "0a 03 02 0007");
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'read_holding_registers','code':3,'class':'read',"
	    "'status':'ok','framing':'tcp','txn':1,'unit':10,'fc':3,"
	    "'values':[7]}\n");
	harness_free(h);
}

static void
test_write_single_coil_is_0_or_1(void **state)
{
	exchange("0a 05 00ac ff00", /* address 172, on; [A] 6.5 */
	    REQUEST(
		"write_single_coil", 5, "control", ",'addr':172,'values':[1]"),
	    "0a 05 00ac ff00",
	    RESPONSE("write_single_coil", 5, "control", "ok",
		",'addr':172,'values':[1]"));
	exchange("0a 05 00ac 0000", /* off */
	    REQUEST(
		"write_single_coil", 5, "control", ",'addr':172,'values':[0]"),
	    "0a 05 00ac 0000",
	    RESPONSE("write_single_coil", 5, "control", "ok",
		",'addr':172,'values':[0]"));
}

static void
test_write_single_register(void **state)
{
	exchange("0a 06 0001 1234",
	    REQUEST("write_single_register", 6, "write",
		",'addr':1,'values':[4660]"),
	    "0a 06 0001 1234",
	    RESPONSE("write_single_register", 6, "write", "ok",
		",'addr':1,'values':[4660]"));
}

static void
test_write_multiple(void **state)
{
	exchange("0a 0f 0013 000a 02 cd01", /* address, 10 coils, 2 bytes */
	    REQUEST("write_multiple_coils", 15, "control",
		",'addr':19,'qty':10,'values':[1,0,1,1,0,0,1,1,1,0]"),
	    "0a 0f 0013 000a",
	    RESPONSE("write_multiple_coils", 15, "control", "ok",
		",'addr':19,'qty':10"));
	exchange("0a 10 0001 0002 04 000a 0102", /* address, 2 registers */
	    REQUEST("write_multiple_registers", 16, "write",
		",'addr':1,'qty':2,'values':[10,258]"),
	    "0a 10 0001 0002",
	    RESPONSE("write_multiple_registers", 16, "write", "ok",
		",'addr':1,'qty':2"));
}

static void
test_mask_write_register(void **state)
{
	exchange("0a 16 0004 00f2 0025", /* address, and, or; [A] 6.16 */
	    REQUEST("mask_write_register", 22, "write",
		",'addr':4,'and':242,'or':37"),
	    "0a 16 0004 00f2 0025",
	    RESPONSE("mask_write_register", 22, "write", "ok",
		",'addr':4,'and':242,'or':37"));
}

static void
test_read_write_multiple_registers(void **state)
{
	exchange("0a 17 0003 0002 000e 0001 02 00ff", /* [A] 6.17 */
	    REQUEST("read_write_multiple_registers", 23, "write",
		",'addr':3,'qty':2,'waddr':14,'wqty':1,'values':[255]"),
	    "0a 17 04 00fe 0acd",
	    RESPONSE("read_write_multiple_registers", 23, "write", "ok",
		",'addr':3,'qty':2,'waddr':14,'wqty':1,"
		"'values':[254,2765]"));
}

static void
test_read_fifo_queue(void **state)
{
	exchange("0a 18 04de", /* pointer address; [A] 6.18 */
	    REQUEST("read_fifo_queue", 24, "read", ",'addr':1246"),
	    "0a 18 0006 0002 01b8 1284", /* bytes, count, registers */
	    RESPONSE("read_fifo_queue", 24, "read", "ok",
		",'addr':1246,'values':[440,4740]"));
	exchange("0a 18 04de",
	    REQUEST("read_fifo_queue", 24, "read", ",'addr':1246"),
	    "0a 18 0002 0000", /* empty */
	    RESPONSE("read_fifo_queue", 24, "read", "ok",
		",'addr':1246,'values':[]"));
}

static void
test_exceptions_by_name(void **state)
{
	static const struct {
		const char *pdu, *status;
	} all[] = {
	    {"0a 83 01", "'status':'illegal_function'"},
	    {"0a 83 02", "'status':'illegal_data_address'"},
	    {"0a 83 03", "'status':'illegal_data_value'"},
	    {"0a 83 04", "'status':'server_device_failure'"},
	    {"0a 83 05", "'status':'acknowledge'"},
	    {"0a 83 06", "'status':'server_device_busy'"},
	    {"0a 83 07", "'status':'negative_acknowledge'"},
	    {"0a 83 08", "'status':'memory_parity_error'"},
	    {"0a 83 0a", "'status':'gateway_path_unavailable'"},
	    {"0a 83 0b", "'status':'gateway_target_failed'"},
	};
	struct harness *h = flow(DIS_TCP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		mbap(h, B, 1, all[i].pdu);
		assert_true(harness_has(h, all[i].status));
		assert_true(harness_has(h, "'fc':3,'exception':"));
		assert_false(harness_has(h, "malformed"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_exception_has_what_was_asked_for(void **state)
{
	exchange("0a 03 0005 0001",
	    REQUEST("read_holding_registers", 3, "read", ",'addr':5,'qty':1"),
	    "0a 83 02",
	    RESPONSE("read_holding_registers", 3, "read",
		"illegal_data_address", ",'exception':2,'addr':5,'qty':1"));
	/* An echo would have brought its own. */
	exchange("0a 06 0005 0001",
	    REQUEST(
		"write_single_register", 6, "write", ",'addr':5,'values':[1]"),
	    "0a 86 02",
	    RESPONSE("write_single_register", 6, "write",
		"illegal_data_address", ",'exception':2"));
}

static void
test_functions_of_vendors_are_told_raw(void **state)
{
	exchange("0a 41 0102",
	    REQUEST("user_defined", 65, "other", ",'data':'0102'"), "0a 41",
	    RESPONSE("user_defined", 65, "other", "ok", ""));
	exchange("0a 6e 01",
	    REQUEST("user_defined", 110, "other", ",'data':'01'"), "0a ee 01",
	    RESPONSE("user_defined", 110, "other", "illegal_function",
		",'exception':1"));
	exchange("0a 1d 00", REQUEST("unassigned", 29, "other", ",'data':'00'"),
	    "0a 9d 01",
	    RESPONSE("unassigned", 29, "other", "illegal_function",
		",'exception':1"));
	exchange("0a 5b 00",
	    REQUEST("object_messaging", 91, "other", ",'data':'00'"),
	    "0a 5b 01",
	    RESPONSE("object_messaging", 91, "other", "ok", ",'data':'01'"));
}

static void
test_programming_functions_have_their_class(void **state)
{
	static const struct {
		const char *pdu, *text;
	} all[] = {
	    {"0a 09 00", "'op':'program_484','code':9,'class':'program'"},
	    {"0a 0a 00", "'op':'poll_484','code':10,'class':'program'"},
	    {"0a 0d 00",
		"'op':'program_controller','code':13,'class':'program'"},
	    {"0a 0e 00", "'op':'poll_controller','code':14,'class':'program'"},
	    {"0a 12 00", "'op':'program_884','code':18,'class':'program'"},
	    {"0a 13", "'op':'reset_comm_link','code':19,'class':'control'"},
	    {"0a 28 00", "'op':'program_concept','code':40,'class':'program'"},
	    {"0a 7d 00",
		"'op':'firmware_replacement','code':125,'class':'firmware'"},
	    {"0a 7e 00", "'op':'program_584_984','code':126,'class':'program'"},
	    {"0a 7f 00", "'op':'report_local_address','code':127,"
			 "'class':'diagnostic'"},
	};
	struct harness *h = flow(DIS_TCP);

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		mbap(h, A, 1, all[i].pdu);
		assert_true(harness_has(h, all[i].text));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_envelope_has_the_unit_at_the_servers_end(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	h->full = true;
	h->ts_ns = 1093521681696827000;
	mbap(h, A, 0, "0a 01 0000 0008");
	harness_assert(h,
	    "{'kind':'operation','frame':1,'ts':'1093521681.696827000',"
	    "'src':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'dst':" SERVER ",'proto':'modbus','dir':'request',"
	    "'tentative':true,'op':'read_coils','code':1,'class':'read',"
	    "'framing':'tcp','txn':0,'unit':10,'fc':1,'addr':0,'qty':8}\n");
	h->ts_ns += 4567999;
	mbap(h, B, 0, "0a 01 01 01");
	harness_assert(h,
	    "{'kind':'operation','frame':2,'ts':'1093521681.701394999',"
	    "'src':" SERVER ","
	    "'dst':{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':49152},"
	    "'proto':'modbus','dir':'response','op':'read_coils','code':1,"
	    "'class':'read','status':'ok','rtt_us':4567,'req_frame':1,"
	    "'framing':'tcp','txn':0,'unit':10,'fc':1,'addr':0,'qty':8,"
	    "'values':[1,0,0,0,0,0,0,0]}\n");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_coils_gives_exactly_the_quantity),
	    cmocka_unit_test(test_unpaired_coils_give_all_bits_and_no_quantity),
	    cmocka_unit_test(test_read_discrete_inputs),
	    cmocka_unit_test(test_read_registers),
	    cmocka_unit_test(test_unpaired_registers_have_no_address),
	    cmocka_unit_test(test_write_single_coil_is_0_or_1),
	    cmocka_unit_test(test_write_single_register),
	    cmocka_unit_test(test_write_multiple),
	    cmocka_unit_test(test_mask_write_register),
	    cmocka_unit_test(test_read_write_multiple_registers),
	    cmocka_unit_test(test_read_fifo_queue),
	    cmocka_unit_test(test_exceptions_by_name),
	    cmocka_unit_test(test_exception_has_what_was_asked_for),
	    cmocka_unit_test(test_functions_of_vendors_are_told_raw),
	    cmocka_unit_test(test_programming_functions_have_their_class),
	    cmocka_unit_test(test_envelope_has_the_unit_at_the_servers_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
