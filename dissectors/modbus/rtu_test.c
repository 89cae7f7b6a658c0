/*
 * RTU frames in TCP and UDP.
 */
#include "dissectors/modbus/modbus_test.h"

static void
test_rtu_lines(void **state)
{
	struct harness *h = flow(DIS_TCP);

	rtu(h, A, "01 03 0000 000a"); /* could be an MBAP header */
	harness_assert(h,
	    "{'kind':'operation','dir':'request',"
	    "'op':'read_holding_registers','code':3,'class':'read',"
	    "'framing':'rtu','unit':1,'fc':3,'addr':0,'qty':10}\n");
	rtu(h, B, "01 83 02");
	harness_assert(h,
	    "{'kind':'operation','dir':'response',"
	    "'op':'read_holding_registers','code':3,'class':'read',"
	    "'status':'illegal_data_address','rtt_us':0,'req_frame':1,"
	    "'framing':'rtu','unit':1,'fc':3,'exception':2,'addr':0,"
	    "'qty':10}\n");
	harness_free(h);
}

static void
test_rtu_is_found_on_any_port(void **state)
{
	struct harness *h = odd_flow(DIS_TCP);

	/* Its first eight bytes would do as MBAP: protocol 0, length 2. */
	rtu(h, A, "01 10 0000 0002 04 0007 0000");
	assert_true(harness_has(h, "'framing':'rtu'"));
	assert_true(harness_has(h, "'tentative':true"));
	rtu(h, B, "01 10 0000 0002");
	assert_false(harness_has(h, "malformed"));
	(void)harness_take(h);
	rtu(h, A, "01 03 0000 0001");
	assert_false(harness_has(h, "'tentative':true"));
	harness_free(h);
}

static void
test_rtu_write_to_register_0_is_no_mbap(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	/* Protocol 0, length 2, function 0: told apart by patience. */
	rtu(h, A, "01 10 0000 0002 04 0007 0000");
	assert_true(harness_has(h, "'framing':'rtu'"));
	assert_true(harness_has(h, "'values':[7,0]"));
	harness_free(h);
}

static void
test_rtu_taken_for_mbap_is_corrected(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);

	/* Length 2, function 4: on Modbus's own port good enough. */
	rtu(h, A, "01 10 0000 0002 04 0407 0000");
	assert_true(harness_has(h, "'framing':'tcp'"));
	assert_true(harness_has(h, "'tentative':true"));
	rtu(h, B, "01 10 0000 0002");
	rtu(h, A, "01 03 0000 0002");
	(void)harness_take(h);
	rtu(h, B, "01 03 04 0007 0000");
	assert_true(harness_has(h, "'framing':'rtu'"));
	assert_true(harness_has(h, "'addr':0,'qty':2,'values':[7,0]"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_rtu_with_a_bad_crc_is_told_and_the_next_found(void **state)
{
	struct harness *h = flow(DIS_TCP);

	rtu(h, A, "01 03 0000 0001");
	rtu(h, B, "01 03 02 0007");
	(void)harness_take(h);
	harness_hex(h, A, "01 03 0000 0001 ffff");
	harness_assert(h, "{'kind':'malformed','dir':'request','reason':'crc',"
			  "'offset':0}\n");
	rtu(h, A, "01 03 0000 0002");
	assert_true(harness_has(h, "'addr':0,'qty':2"));
	assert_false(harness_has(h, "malformed"));
	harness_free(h);
}

static void
test_rtu_function_of_unknown_length(void **state)
{
	struct harness *h = flow(DIS_TCP);

	rtu(h, A, "01 03 0000 0001");
	h->segment = 1;
	rtu(h, A, "01 41 0102030405");
	rtu(h, A, "01 08 0000 11112222333344445555");
	rtu(h, A, "01 03 0000 0002");
	assert_int_equal(h->ok, 4);
	assert_true(harness_has(h, "'op':'user_defined'"));
	assert_true(harness_has(h, "'data':'0102030405'"));
	assert_true(harness_has(h, "'data':'11112222333344445555'"));
	harness_free(h);
}

static void
test_rtu_violations_keep_their_frame(void **state)
{
	struct harness *h = flow(DIS_TCP);

	rtu(h, A, "01 03 0000 0001");
	(void)harness_take(h);
	rtu(h, A, "01 03 0000 007e");
	harness_assert(h,
	    "{'kind':'operation','dir':'request',"
	    "'op':'read_holding_registers','code':3,'class':'read',"
	    "'framing':'rtu','unit':1,'fc':3,'addr':0,'qty':126}\n"
	    "{'kind':'malformed','dir':'request','reason':'quantity',"
	    "'offset':4}\n");
	harness_free(h);
}

static void
test_rtu_in_datagrams(void **state)
{
	struct harness *h = harness_new(&dissector_modbus, DIS_UDP);

	rtu(h, A, "01 03 0000 0001");
	assert_true(harness_has(h, "'framing':'rtu'"));
	rtu(h, B, "01 03 02 0007");
	assert_true(harness_has(h, "'addr':0,'qty':1,'values':[7]"));
	harness_free(h);
}

static void
test_crc_is_the_one_of_the_standard(void **state)
{
	/* [S] 6.2.2: unit 2, function 7 */
	static const uint8_t frame[] = {0x02, 0x07, 0x41, 0x12};

	assert_int_equal(mb_crc(frame, 2), 0x1241);
	assert_int_equal(mb_crc(frame, 4), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rtu_lines),
	    cmocka_unit_test(test_rtu_is_found_on_any_port),
	    cmocka_unit_test(test_rtu_write_to_register_0_is_no_mbap),
	    cmocka_unit_test(test_rtu_taken_for_mbap_is_corrected),
	    cmocka_unit_test(
		test_rtu_with_a_bad_crc_is_told_and_the_next_found),
	    cmocka_unit_test(test_rtu_function_of_unknown_length),
	    cmocka_unit_test(test_rtu_violations_keep_their_frame),
	    cmocka_unit_test(test_rtu_in_datagrams),
	    cmocka_unit_test(test_crc_is_the_one_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
