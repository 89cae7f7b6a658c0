/*
 * IEC 60870-5-104: frames, points with quality and time, commands; violations,
 * damage, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_iec104;

#define START    "68 04 07000000" /* start, length, STARTDT act */
#define START_OK "68 04 0b000000"
#define SEEN     "68 04 0100 0600" /* S: up to 3 */

/* sent 0, received 0; M_ME_TF_1, 1 object, spontaneous, station 47; address
 * 506, 21.3, good, 2026-03-14 15:09:26.535 */
#define MEASURED             \
	"68 19 0000 0000 "   \
	"24 01 03 00 2f00 "  \
	"fa0100 6666aa41 00" \
	"a767 09 0f ce 03 1a"
/* M_SP_NA_1, 2 in a sequence, interrogated; 101: on; off, invalid, blocked */
#define POINTS              \
	"68 0f 0200 0000 "  \
	"01 82 14 00 2f00 " \
	"650000 01 90"
/* C_SC_NA_1, activation, originator 3, station 47; 1001, select, on */
#define COMMAND(cause, element) \
	"68 0e 0000 0400 2d 01 " cause " 03 2f00 e90300 " element

static struct harness *
flow(void)
{
	return harness_new(&dissector_iec104, DIS_TCP);
}

static void
test_transfer_is_started(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, START);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'start_transfer','code':7,'class':'session',"
	    "'frame_format':'U'}\n");
	harness_hex(h, B, START_OK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'start_transfer',"
	    "'code':11,'class':'session','status':'ok','rtt_us':0,"
	    "'req_frame':1,'frame_format':'U confirm'}\n");
	harness_hex(h, A, SEEN);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'acknowledge','code':1,"
	    "'class':'session','frame_format':'S','received':3}\n");
	assert_int_equal(harness_waiting(h), 0);
	harness_free(h);
}

static void
test_measured_value_with_time(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B, MEASURED);
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','tentative':true,"
	    "'op':'measured_float','code':36,'class':'report',"
	    "'frame_format':'I','sent':0,'received':0,'type':'M_ME_TF_1',"
	    "'cause':'spontaneous','station':47,'count':1,'addr':506,"
	    "'objects':[{'addr':506,'value':21.3,'quality':'good',"
	    "'time':'2026-03-14T15:09:26.535'}]}\n"
	    "{'kind':'value','dir':'notify','tentative':true,"
	    "'object':'ioa 506','value':21.3,'quality':'good',"
	    "'time':'2026-03-14T15:09:26.535','source':'reported'}\n");
	assert_int_equal(h->ctx.client, DIS_SIDE_A);
	/* The station is behind the end that reports, or is asked. */
	h->full = true;
	harness_hex(h, B, MEASURED);
	assert_true(harness_has(h, "'port':2404,'sub':{'addr':47}},'dst'"));
	(void)harness_take(h);
	harness_hex(h, A, COMMAND("06", "81"));
	assert_true(harness_has(h, "'port':2404,'sub':{'addr':47}},'proto'"));
	harness_free(h);
}

static void
test_sequence_counts_addresses(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B, POINTS);
	assert_true(harness_has(h,
	    "'objects':[{'addr':101,'value':'on','quality':'good'},"
	    "{'addr':102,'value':'off','quality':'invalid blocked'}]"));
	assert_true(harness_has(h, "'object':'ioa 102','value':'off',"
				   "'quality':'invalid blocked'"));
	harness_free(h);
}

/* What is only selected is not commanded; a refusal is no good answer. */
static void
test_commands(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, COMMAND("06", "81"));
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'single_command','code':45,'class':'control',"
	    "'frame_format':'I','sent':0,'received':2,'type':'C_SC_NA_1',"
	    "'cause':'activation','originator':3,'station':47,'count':1,"
	    "'addr':1001,'qualifier':0,'phase':'select',"
	    "'objects':[{'addr':1001,'value':'on'}]}\n");
	harness_hex(h, B, COMMAND("07", "81"));
	assert_true(harness_has(h, "'status':'ok','rtt_us':0,'req_frame':1"));
	harness_hex(h, A, COMMAND("06", "01"));
	assert_true(harness_has(h, "'object':'ioa 1001','value':'on',"
				   "'source':'commanded'"));
	(void)harness_take(h);
	harness_hex(h, B, COMMAND("47", "01"));
	assert_true(harness_has(h, "'status':'negative'"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_hex(h, A, COMMAND("86", "01"));
	assert_true(harness_has(h, "'test':true"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_hex(h, B, COMMAND("0a", "01"));
	assert_true(harness_has(h, "'cause':'activation_termination'"));
	harness_free(h);
}

/* A parameter of a point is not its value. */
static void
test_parameters_are_no_values(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, "68 10 0000 0000 6e 01 06 00 2f00 f50100 6400 01");
	assert_true(harness_has(h, "'class':'config'"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

/* Both ends test; who does is no client for it. */
static void
test_tests_make_no_client(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, START);
	harness_hex(h, B, START_OK "68 04 43000000");
	(void)harness_take(h);
	harness_hex(h, A, "68 04 83000000");
	assert_int_equal(h->ctx.client, DIS_SIDE_A);
	assert_true(harness_has(h, "'dir':'request','op':'test_frame'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *frame, *says;
	} bad[] = {
	    {"68 04 03000000", "'reason':'control','offset':2"},
	    {"68 04 07000100", "'reason':'control','offset':2"},
	    {"68 0e 0000 0000 01 02 03 00 2f00 010000 00",
		"'reason':'object_count','offset':7"},
	    {"68 0a 0000 0000 01 00 03 00 2f00",
		"'reason':'object_count','offset':7"},
	    {"68 0e 0000 0000 01 01 00 00 2f00 010000 00",
		"'reason':'cause','offset':8"},
	    {"68 0e 0000 0000 01 01 03 00 0000 010000 00",
		"'reason':'common_address','offset':10"},
	    {"68 03", "'reason':'no_header','offset':0"},
	    {"68 fe", "'reason':'no_header','offset':0"},
	    {"67", "'reason':'no_header','offset':0"},
	};
	struct harness *h = flow();

	harness_hex(h, A, START);
	harness_hex(h, B, START_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)harness_take(h);
		harness_hex(h, B, bad[i].frame);
		assert_true(harness_has(h, bad[i].says));
		harness_hex(h, B, MEASURED);
		assert_true(harness_has(h, "'value':21.3"));
	}
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {
	    "68 65 6c 6c 6f 20 77 6f 72 6c 64", /* hello world */
	    "68 08 08 68 08 00",                /* IEC 60870-5-103 */
	    "68 04 01010000",
	    "68 0e 0000 0000 01 02 03 00 2f00 010000 00",
	    "0300 0016 11e0",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct harness *h = flow();

		h->port[B] = 40002;
		harness_hex(h, A, others[i]);
		assert_false(h->claimed);
		harness_free(h);
	}
}

#define ALL_A START COMMAND("06", "81") COMMAND("06", "01") SEEN
#define ALL_B START_OK MEASURED POINTS COMMAND("07", "81") COMMAND("47", "01")

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = flow();
	char *whole;

	harness_hex(h, A, ALL_A);
	harness_hex(h, B, ALL_B);
	whole = strdup(harness_take(h));
	assert_non_null(whole);
	harness_reset(h);
	h->segment = 1;
	harness_hex(h, A, ALL_A);
	harness_hex(h, B, ALL_B);
	assert_string_equal(harness_take(h), whole);
	free(whole);
	harness_free(h);
}

/* Each octet damaged, each place cut: the contract holds. */
static void
test_mutations(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	struct harness *h = flow();
	uint8_t b[512];
	size_t n = harness_unhex(ALL_B, b, sizeof(b));

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(masks); k++) {
			harness_reset(h);
			b[i] ^= masks[k];
			harness_send(h, B, b, n);
			b[i] ^= masks[k];
			(void)harness_take(h);
		}
		harness_reset(h);
		harness_send_cut(h, B, b, i);
		(void)harness_take(h);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_transfer_is_started),
	    cmocka_unit_test(test_measured_value_with_time),
	    cmocka_unit_test(test_sequence_counts_addresses),
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_parameters_are_no_values),
	    cmocka_unit_test(test_tests_make_no_client),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
