/*
 * FINS: datagrams and FINS/TCP, memory, identity, what changes a controller;
 * violations, truncations, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_fins;

/* ICF, 0, gateways; to 0.20.0 from 0.10.0, service id */
#define ASK(sid)  "80 00 02 00 14 00 00 0a 00" sid
#define BACK(sid) "c0 00 02 00 0a 00 00 14 00" sid

#define READ    ASK("01") "0101 82 0064 00 0002" /* D100, two words */
#define READ_OK BACK("01") "0101 0000 0007 ffff"
#define MODEL                                       \
	"434a324d2d4350553333 20202020202020202020" \
	"30322e3031 202020202020202020202020202020"
#define TCP(length) "46494e53 000000" length "00000002 00000000"

static struct harness *
flow(uint8_t transport)
{
	return harness_new(&dissector_fins, transport);
}

static void
test_memory(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, READ);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'memory_read','code':257,'class':'read','to':'0.20.0',"
	    "'from':'0.10.0','sid':1,'command':'0x0101','area':'D',"
	    "'addr':100,'count':2}\n");
	harness_hex(h, B, READ_OK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'memory_read',"
	    "'code':257,'class':'read','status':'ok','rtt_us':0,"
	    "'req_frame':1,'to':'0.10.0','from':'0.20.0','sid':1,"
	    "'command':'0x0101','area':'D','addr':100,'count':2,"
	    "'values':[7,65535]}\n");
	harness_hex(h, A, ASK("02") "0102 31 0005 03 0001 01"); /* W5.03 */
	assert_true(harness_has(h, "'op':'memory_write','code':258,"
				   "'class':'write'"));
	assert_true(harness_has(
	    h, "'area':'W','addr':5,'bit':3,'count':1,'values':[1]"));
	harness_hex(h, B, BACK("02") "0102 2101");
	assert_true(harness_has(h, "'status':'read_only'"));
	assert_true(harness_has(h, "'end':'0x2101'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_identity(void **state)
{
	struct harness *h = flow(DIS_UDP);

	h->full = true;
	harness_hex(h, A, ASK("03") "0501");
	harness_hex(h, B, BACK("03") "0501 0000" MODEL);
	assert_true(harness_has(h, "'key':'vendor','value':'Omron'"));
	assert_true(harness_has(h, "'key':'model','value':'CJ2M-CPU33'"));
	assert_true(harness_has(h, "'key':'firmware','value':'02.01'"));
	assert_false(harness_has(h, "'sub'"));
	(void)harness_take(h);
	/* The second part has no model. */
	harness_hex(h, A, ASK("04") "0501 01");
	harness_hex(h, B, BACK("04") "0501 0000" MODEL);
	assert_false(harness_has(h, "'identity'"));
	(void)harness_take(h);
	/* Network 3, node 5: behind the end. */
	harness_hex(h, A, "80 00 02 03 05 00 00 0a 00 05 0501");
	harness_hex(h, B, "c0 00 02 00 0a 00 03 05 00 05 0501 0000" MODEL);
	assert_true(harness_has(h, "'subject':{'mac':'02:00:00:00:00:02',"
				   "'ip':'10.0.0.2','port':9600,"
				   "'sub':{'path':'3.5.0'}},"
				   "'key':'model'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_what_changes_a_controller(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, ASK("06") "0402");
	assert_true(harness_has(h, "'op':'stop','code':1026,"
				   "'class':'control'"));
	assert_false(harness_has(h, "'state'"));
	harness_hex(h, B, BACK("06") "0402 0000");
	assert_true(harness_has(h, "'state':'stopped','via':'stop'"));
	(void)harness_take(h);
	harness_hex(h, A, ASK("07") "0401 ffff 04");
	assert_true(harness_has(h, "'mode':'run'"));
	harness_hex(h, B, BACK("07") "0401 3001");
	assert_true(harness_has(h, "'status':'no_access_right'"));
	assert_false(harness_has(h, "'state'"));
	harness_hex(h, A, ASK("08") "0601");
	harness_hex(h, B, BACK("08") "0601 0000 00 00 0040 0000 0000 0000");
	assert_true(harness_has(h, "'key':'run_state','value':'program'"));
	assert_true(harness_has(h, "'state':'stopped','detail':'program'"));
	assert_true(harness_has(h, "'state':'trouble','detail':'fatal_error'"));
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, ASK("09") "0305 ffff 00000000 ffffffff 00 50415353");
	assert_true(harness_has(h, "'op':'program_protect_clear'"));
	assert_false(harness_has(h, "5041"));
	assert_false(harness_has(h, "PASS"));
	harness_hex(h, B, BACK("09") "0305 2602");
	assert_true(harness_has(h, "'status':'wrong_password'"));
	assert_true(harness_has(h, "'action':'fail','detail':'password'"));
	harness_free(h);
}

static void
test_fins_tcp(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A, "46494e53 0000000c 00000000 00000000 00000000");
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'node_address','code':0,'class':'session','tcp':true}\n");
	harness_hex(
	    h, B, "46494e53 00000010 00000001 00000000 0000000a 00000014");
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'node_address',"
	    "'code':1,'class':'session','status':'ok','rtt_us':0,"
	    "'req_frame':1,'tcp':true,'client_node':10,'server_node':20}\n");
	harness_hex(h, A, TCP("1a") READ);
	assert_true(harness_has(h, "'tcp':true,'to':'0.20.0'"));
	harness_hex(h, B, TCP("1a") READ_OK);
	assert_true(harness_has(h, "'values':[7,65535]"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {TCP("0c") "80000200", "'reason':'frame','offset':16"},
	    {TCP("17") ASK("0a") "0101 82 0064", "'reason':'data','offset':28"},
	    {TCP("1c") ASK("0a") "0102 82 0064 00 0002 0007",
		"'reason':'count','offset':34"},
	    {"46494e53 00000007", "'reason':'no_header','offset':0"},
	    {"46494e53 00000008 00000005", "'reason':'no_header','offset':0"},
	    {"46494e54", "'reason':'no_header','offset':0"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		harness_hex(h, A, TCP("1a") READ);
		harness_hex(h, B, TCP("1a") READ_OK);
		(void)harness_take(h);
		harness_hex(h, A, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		harness_hex(h, A, TCP("1a") READ);
		assert_true(harness_has(h, "'area':'D','addr':100"));
		harness_free(h);
	}
}

static void
test_answers_that_do_not_fit(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, READ);
	harness_hex(h, B, BACK("01") "0101 0000 0007");
	assert_true(harness_has(h, "'reason':'count','offset':14"));
	harness_hex(h, B, BACK("0b") "0501 0000 434a");
	assert_true(harness_has(h, "'reason':'data','offset':14"));
	assert_false(harness_has(h, "'identity'"));
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = flow(DIS_TCP);

	h->segment = 1;
	harness_hex(h, A, TCP("1a") READ);
	harness_hex(h, B, TCP("1a") READ_OK);
	assert_int_equal(h->ok, 2);
	assert_int_equal(harness_waiting(h), 0);
	(void)harness_take(h);
	/* What is none is told as soon as it can be known. */
	harness_hex(h, A, "46 49 4f");
	assert_true(harness_has(h, "'reason':'no_header'"));
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, "800002000000000000000000");
	assert_false(h->claimed);
	harness_hex(h, A, "68656c6c6f2c20617265");
	assert_false(h->claimed);
	/* Elsewhere an answer, or a write, is no proof. */
	h->port[B] = 9601;
	harness_reset(h);
	harness_hex(h, B, READ_OK);
	assert_false(h->claimed);
	harness_hex(h, A, ASK("02") "0102 31 0005 03 0001 01");
	assert_false(h->claimed);
	harness_hex(h, A, READ);
	assert_true(h->claimed);
	harness_free(h);
}

static void
test_cut(void **state)
{
	struct harness *h = flow(DIS_UDP);
	uint8_t msg[64];
	size_t n =
	    harness_unhex(BACK("03") "0501 0000" MODEL, msg, sizeof(msg));

	harness_send_cut(h, B, msg, n - 4);
	assert_true(harness_has(h, "'op':'read_controller_data'"));
	assert_false(harness_has(h, "'identity'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static const char *const golden[] = {TCP("1a") READ, TCP("1a") READ_OK,
	    TCP("14") ASK("03") "0501", TCP("3e") BACK("03") "0501 0000" MODEL,
	    TCP("1c") ASK("03") "2301 0001 0001 30 0001 05",
	    TCP("1c") ASK("03") "0104 b1 0000 00 82 2711 00"};
	const struct mutate m = {.message = golden,
	    .n = sizeof(golden) / sizeof(golden[0]),
	    .of_b = ~0u,
	    .before = {TCP("1a") READ}};
	struct harness *h = flow(DIS_TCP);

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_memory),
	    cmocka_unit_test(test_identity),
	    cmocka_unit_test(test_what_changes_a_controller),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_fins_tcp),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_answers_that_do_not_fit),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
