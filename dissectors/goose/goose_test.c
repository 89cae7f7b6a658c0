/*
 * GOOSE: what is published, new states and old ones, restarts, tests; what
 * breaks the rules, truncations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_goose;

#define IED "{'mac':'02:00:00:00:00:01'}"

/* A publisher that has a MAC and nothing else. */
static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_goose, DIS_ETHER);

	for (int i = 0; i < 2; i++) {
		h->end[i].ipver = 0;
		memset(&h->end[i].ip, 0, sizeof(h->end[i].ip));
		h->end[i].has_port = false;
	}
	h->port[A] = h->port[B] = 0x88b8; /* the ethertype, for the hint */
	return h;
}

#define HEAD "0001 004d 0000 0000" /* APPID, length, reserved */

/* What comes before the numbers, and behind them; state, number, test. */
#define BEFORE                                                                \
	"61 43"                                                               \
	"80 11 5859314c44302f4c4c4e3024474f246763" /* XY1LD0/LLN0$GO$gc */    \
	"81 02 07d0 82 02 6473 83 02 6964"         /* 2 s, data set ds, id */ \
	"84 08 6955b900 800000 0a"                 /* time */
#define AFTER                                       \
	"88 01 01 89 01 00"       /* revision */    \
	"8a 01 02"                /* two values: */ \
	"ab 06 83 01 01 85 01 07" /* true, 7 */     \
	"000000000000"            /* padding */
#define NUMBERS(st, sq, test) "85 01 " st "86 01 " sq "87 01 " test
#define GOOSE(st, sq, test)   HEAD BEFORE NUMBERS(st, sq, test) AFTER

#define TOLD(st, sq, more)                                                    \
	"{'kind':'operation','dir':'notify','op':'publish','code':1,"         \
	"'class':'report','appid':'0x0001','gocb_ref':'XY1LD0/LLN0$GO$gc',"   \
	"'time_allowed_to_live':2000,'dat_set':'ds','go_id':'id',"            \
	"'t':'2026-01-01T00:00:00.500000Z','st_num':" st ",'sq_num':" sq more \
	",'conf_rev':1,'entries':2,'values':[true,7]}\n"
#define VALUE(i, v)                                                      \
	"{'kind':'value','dir':'notify','object':'ds[" i "]','value':" v \
	",'time':'2026-01-01T00:00:00.500000Z','source':'reported'}\n"
#define FACT(key, value)                                                  \
	"{'kind':'identity','dir':'notify','subject':" IED ",'key':'" key \
	"','value':'" value "','via':'publish'"                           \
	",'claim':'self'}\n"
#define STATE(what, detail)                                       \
	"{'kind':'state','dir':'notify','subject':" IED           \
	",'object':'XY1LD0/LLN0$GO$gc','state':'" what "'" detail \
	",'via':'publish'}\n"

static void
test_states_are_told_once(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, GOOSE("05", "00", "00"));
	harness_assert(h,
	    TOLD("5", "0", "") FACT("name", "XY1")
		FACT("control_block", "XY1LD0/LLN0$GO$gc") FACT("dataset", "ds")
		    FACT("goose_id", "id") VALUE("0", "true") VALUE("1", "7"));
	harness_hex(h, A, GOOSE("05", "01", "00"));
	harness_assert(h, TOLD("5", "1", ""));
	harness_hex(h, A, GOOSE("06", "00", "00"));
	harness_assert(
	    h, TOLD("6", "0", "") VALUE("0", "true") VALUE("1", "7"));
	/* A repetition needs no values where nobody reads them. */
	h->brief = true;
	harness_hex(h, A, GOOSE("06", "01", "00"));
	assert_false(harness_has(h, "'values'"));
	harness_free(h);
}

/* Where a logical device's name ends and its instance begins is not evident. */
static void
test_device_that_is_no_name_is_told_as_such(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    HEAD "61 43"
		 "80 11 534532314346472f4c4c4e3024474f2467"
		 "81 02 07d0 82 02 6473 83 02 6964"
		 "84 08 6955b900 800000 0a" NUMBERS("01", "00", "00") AFTER);
	assert_true(harness_has(h, FACT("logical_device", "SE21CFG")));
	assert_true(harness_has(h, FACT("control_block", "SE21CFG/LLN0$GO$g")));
	assert_false(harness_has(h, "'key':'name'"));
	harness_free(h);
}

static void
test_restart_and_test(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, GOOSE("05", "00", "00"));
	(void)harness_take(h);
	harness_hex(h, A, GOOSE("01", "00", "00"));
	harness_assert(h, TOLD("1", "0", "") VALUE("0", "true") VALUE("1", "7")
			      STATE("restarted", ""));
	harness_hex(h, A, GOOSE("01", "01", "01"));
	harness_assert(h, TOLD("1", "1", ",'simulation':true")
			      STATE("test", ",'detail':'simulation'"));
	harness_hex(h, A, GOOSE("01", "02", "01"));
	harness_assert(h, TOLD("1", "2", ",'simulation':true"));
	/* The frame's own mark says the same. */
	harness_hex(
	    h, A, "0001 004d 8000 0000" BEFORE NUMBERS("01", "03", "00") AFTER);
	harness_assert(h, TOLD("1", "3", ",'simulation':true"));
	harness_hex(h, A, GOOSE("01", "04", "00"));
	harness_assert(
	    h, TOLD("1", "4", "") STATE("normal", ",'detail':'simulation'"));
	harness_free(h);
}

static void
test_blocks_are_kept_apart(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, GOOSE("05", "00", "00"));
	(void)harness_take(h);
	/* Another APPID: another block, which begins with 1. */
	harness_hex(
	    h, A, "0002 004d 0000 0000" BEFORE NUMBERS("01", "00", "00") AFTER);
	assert_false(harness_has(h, "restarted"));
	assert_true(harness_has(h, "'kind':'value'"));
	(void)harness_take(h);
	harness_hex(h, A, GOOSE("05", "01", "00"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} bad[] = {
	    {"0001 004c 0000 0000" BEFORE NUMBERS("01", "00", "00") AFTER,
		"'reason':'length','offset':2}"},
	    {"4001 004d 0000 0000" BEFORE NUMBERS("01", "00", "00") AFTER,
		"'reason':'appid','offset':0}"},
	    {"0001 004d 0000 0000 61 7f 80 01 78",
		"'reason':'pdu','offset':8}"},
	    {"0001 000d 0000 0000 61 03 80 01 78",
		"'reason':'missing','offset':10}"},
	    {HEAD BEFORE NUMBERS("01", "00",
		 "00") "88 01 01 89 01 00 8a 01 03 ab 06 83 01 01 85 01 07",
		"'reason':'entries'"},
	    {HEAD BEFORE NUMBERS("01", "00",
		 "00") "88 01 01 89 01 00 8a 01 02 ab 06 83 00 83 02 01 07",
		"'reason':'data'"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harness *h = flow();

		harness_hex(h, A, GOOSE("05", "00", "00"));
		(void)harness_take(h);
		harness_hex(h, A, bad[i].hex);
		if (!harness_has(h, bad[i].what)) {
			print_error("%s", harness_take(h));
		}
		assert_true(harness_has(h, bad[i].what));
		assert_true(harness_has(h, "'op':'publish'"));
		/* Nothing follows from what is wrong. */
		assert_false(harness_has(h, "'kind':'value'"));
		(void)harness_take(h);
		harness_hex(h, A, GOOSE("05", "01", "00"));
		harness_assert(h, TOLD("5", "1", ""));
		harness_free(h);
	}
}

static void
test_cut(void **state)
{
	struct harness *h = flow();
	uint8_t msg[128];

	assert_true(
	    harness_unhex(GOOSE("05", "00", "00"), msg, sizeof(msg)) > 60);
	harness_send_cut(h, A, msg, 60);
	assert_true(harness_has(h, "'gocb_ref':'XY1LD0/LLN0$GO$gc'"));
	assert_false(harness_has(h, "malformed"));
	assert_false(harness_has(h, "'kind':'value'"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A, "4000 0010 0000 0000 60 06 80 01 01 a2 01 00");
	assert_false(h->claimed);
	harness_hex(h, A, "0001 0008 0000 0000");
	assert_false(h->claimed);
	harness_free(h);
}

static void
test_mutations(void **state)
{
	struct harness *h = flow();
	uint8_t msg[128];
	size_t n = harness_unhex(GOOSE("05", "00", "00"), msg, sizeof(msg));

	for (size_t bit = 0; bit < 8 * n; bit++) {
		harness_reset(h);
		msg[bit / 8] ^= (uint8_t)(1u << bit % 8);
		harness_send(h, A, msg, n);
		msg[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(h->failed);
	}
	for (size_t have = 0; have < n; have++) {
		harness_reset(h);
		harness_send(h, A, msg, have);
		harness_send_cut(h, A, msg, have);
		assert_false(h->failed);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_states_are_told_once),
	    cmocka_unit_test(test_device_that_is_no_name_is_told_as_such),
	    cmocka_unit_test(test_restart_and_test),
	    cmocka_unit_test(test_blocks_are_kept_apart),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
