/*
 * SLMP: 3E and 4E frames, binary and ASCII, devices in all ways, identity,
 * what changes a controller, passwords, files; MELSOFT; violations,
 * truncations, others' traffic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"
#include "dissectors/mutate.h"

extern const struct dissector dissector_slmp;

/* subheader, network 0, station ff, module 03ff, multidrop 0 */
#define LOCAL "00 ff ff03 00"
/* ... length, timer of 4 s; or length and end code */
#define ASK(length)           "5000" LOCAL length "00 1000"
#define BACK(length)          "d000" LOCAL length "00 0000"
#define FAIL(end)             "d000" LOCAL "0b00" end LOCAL
#define ASK4(serial, length)  "5400" serial "0000" LOCAL length "00 1000"
#define BACK4(serial, length) "d400" serial "0000" LOCAL length "00 0000"

#define READ    ASK("0c") "0104 0000 640000 a8 0200" /* D100, two words */
#define READ_OK BACK("06") "0700 ffff"

static struct harness *
flow(uint8_t transport)
{
	return harness_new(&dissector_slmp, transport);
}

static void
ascii(struct harness *h, uint8_t side, const char *text)
{
	harness_send(h, side, text, strlen(text));
}

static void
test_read_is_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A, READ);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','tentative':true,"
	    "'op':'device_read','code':1025,'class':'read','framing':'3e',"
	    "'command':'0x0401','subcommand':'0x0000','device':'D',"
	    "'addr':100,'count':2}\n");
	harness_hex(h, B, READ_OK);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'device_read',"
	    "'code':1025,'class':'read','status':'ok','rtt_us':0,"
	    "'req_frame':1,'framing':'3e','command':'0x0401',"
	    "'subcommand':'0x0000','device':'D','addr':100,'count':2,"
	    "'values':[7,65535]}\n");
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_serial_numbers_pair(void **state)
{
	struct harness *h = flow(DIS_UDP);

	/* Bits M100 to M102, and D0; the answers cross. */
	harness_hex(h, A, ASK4("0100", "0c") "0104 0100 640000 90 0300");
	harness_hex(h, A, ASK4("0200", "0c") "0104 0000 000000 a8 0100");
	(void)harness_take(h);
	harness_hex(h, B, BACK4("0200", "04") "3412");
	assert_true(harness_has(h, "'req_frame':2,'framing':'4e','serial':2,"));
	assert_true(harness_has(h, "'values':[4660]"));
	(void)harness_take(h);
	harness_hex(h, B, BACK4("0100", "04") "1010");
	assert_true(harness_has(h, "'req_frame':1,'framing':'4e','serial':1,"));
	assert_true(harness_has(h, "'device':'M','addr':100,'count':3,"
				   "'values':[1,0,1]"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_ascii(void **state)
{
	struct harness *h = flow(DIS_TCP);

	/* W1F, two words; X10, three bits; a write of D100 */
	ascii(h, A, "500000FF03FF000018001004010000W*00001F0002");
	assert_true(harness_has(h, "'framing':'3e','ascii':true,"
				   "'command':'0x0401','subcommand':'0x0000',"
				   "'device':'W','addr':31,'count':2"));
	ascii(h, B, "D00000FF03FF00000C00000007ABCD");
	assert_true(harness_has(h, "'status':'ok'"));
	assert_true(harness_has(h, "'values':[7,43981]"));
	(void)harness_take(h);
	ascii(h, A,
	    "540012340000"
	    "00FF03FF000018001004010001X*0000100003");
	assert_true(harness_has(h, "'serial':4660,"));
	assert_true(harness_has(h, "'device':'X','addr':16,'count':3"));
	ascii(h, B,
	    "D40012340000"
	    "00FF03FF000007"
	    "0000101");
	assert_true(harness_has(h, "'values':[1,0,1]"));
	(void)harness_take(h);
	ascii(h, A, "500000FF03FF00001C001014010000D*0001000001002A");
	assert_true(harness_has(h, "'op':'device_write'"));
	assert_true(harness_has(h, "'device':'D','addr':100,'count':1,"
				   "'values':[42]"));
	ascii(h, A, "500000FF03FF00000C001001010000");
	ascii(h, B, "D00000FF03FF0000040000");
	ascii(h, B, "D00000FF03FF0000180000Q03UDVCPU       0366");
	assert_true(harness_has(h, "'key':'model','value':'Q03UDVCPU'"));
	assert_true(harness_has(h, "'key':'product_code','value':'0x0366'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_devices_in_other_ways(void **state)
{
	struct harness *h = flow(DIS_TCP);

	/* D100 as a word, D102 as two */
	harness_hex(h, A, ASK("10") "0304 0000 01 01 640000 a8 660000 a8");
	assert_true(harness_has(h, "'op':'device_read_random'"));
	assert_true(harness_has(h, "'items':[{'device':'D','addr':100},"
				   "{'device':'D','addr':102,'double':true}]"));
	harness_hex(h, B, BACK("08") "0700 0000 8000");
	assert_true(harness_has(h, "'values':[7,8388608]"));
	(void)harness_take(h);
	/* M1 on, Y20 off */
	harness_hex(h, A, ASK("11") "0214 0100 02 010000 90 01 200000 9d 00");
	assert_true(harness_has(h, "'items':[{'device':'M','addr':1,'value':1},"
				   "{'device':'Y','addr':32,'value':0}]"));
	harness_hex(h, B, BACK("02"));
	(void)harness_take(h);
	/* long: D100 word, D200 two */
	harness_hex(h, A,
	    ASK("1a") "0214 0200 01 01 64000000 a800 3412"
		      "c8000000 a800 78563412");
	assert_true(harness_has(h,
	    "'items':[{'device':'D','addr':100,'value':4660},"
	    "{'device':'D','addr':200,'double':true,'value':305419896}]"));
	harness_hex(h, B, BACK("02"));
	(void)harness_take(h);
	/* D0, one word, and M0, one of sixteen bits */
	harness_hex(
	    h, A, ASK("14") "0604 0000 01 01 000000 a8 0100 000000 90 0100");
	assert_true(harness_has(h, "'items':[{'device':'D','addr':0,'count':1},"
				   "{'device':'M','addr':0,'count':1}]"));
	harness_hex(h, B, BACK("06") "0500 0180");
	assert_true(harness_has(h, "'values':[5,32769]"));
	(void)harness_take(h);
	harness_hex(h, A,
	    ASK("16") "0614 0000 02 00 000000 a8 0100 0500 "
		      "100000 b4 0000");
	assert_true(harness_has(h,
	    "'items':[{'device':'D','addr':0,'count':1,'values':[5]},"
	    "{'device':'W','addr':16,'count':0,'values':[]}]"));
	(void)harness_take(h);
	/* label "AB" */
	harness_hex(h, A, ASK("10") "1c04 0000 0100 0000 0200 4100 4200");
	assert_true(harness_has(h, "'op':'label_read'"));
	assert_true(harness_has(h, "'labels':['AB']"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_identity(void **state)
{
	struct harness *h = flow(DIS_TCP);

	h->full = true;
	harness_hex(h, A, ASK("06") "0101 0000");
	harness_hex(h, B, BACK("14") "465835552d33324d542f455320202020 294a");
	assert_true(
	    harness_has(h, "'key':'vendor','value':'Mitsubishi Electric'"));
	assert_true(harness_has(h, "'key':'model','value':'FX5U-32MT/ES'"));
	assert_true(harness_has(h, "'key':'product_code','value':'0x4a29'"));
	assert_false(harness_has(h, "'sub'"));
	(void)harness_take(h);
	/* Network 1, station 3: behind; and who knows whose. */
	harness_hex(h, A, "5000 01 03 ff03 00 0600 1000 0101 0000");
	harness_hex(h, B,
	    "d000 01 03 ff03 00 1400 0000"
	    "4b562d38303030202020202020202020 0155");
	assert_true(harness_has(h, "'subject':{'mac':'02:00:00:00:00:02',"
				   "'ip':'10.0.0.2','port':5007,"
				   "'sub':{'path':'1.3.03ff.0'}},"
				   "'key':'model','value':'KV-8000'"));
	assert_false(harness_has(h, "'key':'vendor'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_node_search(void **state)
{
	struct harness *h = flow(DIS_UDP);

	h->port[B] = 61451;
	harness_reset(h);
	/* The answer goes to all, and so is not paired. */
	harness_hex(h, B,
	    "d400 0100 0000" LOCAL "3700 0000"
	    "0a0000000002 04 0a00000a" /* who asks, last octet first */
	    "140000000002 04 1400000a" /* who answers: 10.0.0.20      */
	    "00ffffff ffffffff 00"     /* mask, no gateway, no name   */
	    "3412 78563412 0100"       /* vendor, model, version      */
	    "04 00000000 0000 0000 0000 00 0000");
	assert_true(harness_has(h, "'op':'node_search'"));
	assert_true(harness_has(h, "'key':'vendor_id','value':'0x1234'"));
	assert_true(
	    harness_has(h, "'key':'product_code','value':'0x12345678'"));
	assert_true(harness_has(h, "'key':'netmask','value':'255.255.255.0'"));
	assert_false(harness_has(h, "'gateway'"));
	(void)harness_take(h);
	harness_hex(h, A,
	    "5400 0200 0000" LOCAL "2500 1000 310e 0000"
	    "0a0000000002 04 0a00000a 140000000002 04 1500000a"
	    "00ffffff ffffffff 00");
	assert_true(harness_has(h, "'op':'set_ip_address','code':3633,"
				   "'class':'config'"));
	assert_true(
	    harness_has(h, "'mac':'02:00:00:00:00:14','ip':'10.0.0.21'"));
	harness_free(h);
}

static void
test_what_changes_a_controller(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A, ASK("08") "0210 0000 0100");
	assert_true(
	    harness_has(h, "'op':'remote_stop','code':4098,'class':'control'"));
	assert_false(harness_has(h, "'state'"));
	harness_hex(h, B, BACK("02"));
	assert_true(harness_has(h, "'state':'stopped','via':'remote_stop'"));
	(void)harness_take(h);
	/* To be told to run is not to run; its register 203 says that. */
	harness_hex(h, A, ASK("0a") "0110 0000 0300 02 00");
	assert_true(harness_has(h, "'mode':'forced','clear':'all'"));
	harness_hex(h, B, BACK("02"));
	assert_false(harness_has(h, "'state'"));
	harness_hex(h, A, ASK("0c") "0104 0000 c80000 a9 0400");
	harness_hex(h, B, BACK("0a") "0000 0000 0000 0200");
	assert_true(harness_has(h, "'key':'run_state','value':'stop'"));
	assert_true(harness_has(h, "'state':'stopped','detail':'stop'"));
	(void)harness_take(h);
	/* A reset is not answered, or says why not. */
	harness_hex(h, A, ASK("08") "0610 0000 0100");
	harness_hex(h, A, ASK("0c") "0104 0000 640000 a8 0200");
	(void)harness_take(h);
	harness_hex(h, B, FAIL("8b40") "0610 0000");
	assert_true(harness_has(h, "'op':'remote_reset'"));
	assert_true(harness_has(h, "'status':'remote_request_refused'"));
	assert_true(harness_has(h, "'end':'0x408b'"));
	assert_false(harness_has(h, "'req_frame'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_password_is_not_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A, ASK("0c") "3016 0000 0400 50415353");
	assert_true(harness_has(h, "'op':'password_unlock'"));
	assert_false(harness_has(h, "5041"));
	assert_false(harness_has(h, "PASS"));
	harness_hex(h, B, FAIL("00c2") "3016 0000");
	assert_true(harness_has(h, "'status':'wrong_password'"));
	assert_true(
	    harness_has(h, "'action':'fail','detail':'remote_password'"));
	(void)harness_take(h);
	harness_hex(h, A, ASK("0c") "3016 0000 0400 50415354");
	harness_hex(h, B, BACK("02"));
	assert_true(harness_has(h, "'action':'login'"));
	harness_free(h);
}

static void
test_files(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(
	    h, A, ASK("16") "2718 4000 20202020 0100 0400 0300 4100 2e00 4200");
	assert_true(
	    harness_has(h, "'op':'open_file','code':6183,'class':'file'"));
	assert_true(
	    harness_has(h, "'mode':'write','drive':4,'file_name':'A.B'"));
	harness_hex(h, B, BACK("04") "0500");
	assert_true(harness_has(h, "'kind':'transfer'"));
	assert_true(harness_has(
	    h, "'phase':'begin','direction':'to_device','name':'A.B'"));
	(void)harness_take(h);
	harness_hex(h, A, ASK("10") "2918 0000 0500 00010000 0200 aabb");
	assert_true(harness_has(h, "'pointer':5,'offset':256,'count':2"));
	harness_hex(h, B, BACK("04") "0200");
	harness_hex(h, A, ASK("0a") "2a18 0000 0500 0000");
	harness_hex(h, B, BACK("02"));
	assert_true(harness_has(
	    h, "'phase':'end','direction':'to_device','name':'A.B'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_time_runs_out(void **state)
{
	struct harness *h = flow(DIS_UDP);

	harness_hex(h, A, READ); /* is lost */
	h->ts_ns += 10000000000ULL;
	harness_hex(h, A, ASK("0c") "0104 0000 000000 b4 0200");
	(void)harness_take(h);
	harness_hex(h, B, READ_OK);
	assert_true(harness_has(h, "'req_frame':2"));
	assert_true(harness_has(h, "'device':'W','addr':0"));
	(void)harness_take(h);
	/* Nobody asked. */
	harness_hex(h, B, READ_OK);
	harness_assert(h, "{'kind':'operation','dir':'response','op':'answer',"
			  "'class':'other','status':'ok','framing':'3e'}\n");
	harness_free(h);
}

static void
test_who_is_told_unasked(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, B, ASK("08") "0121 0000 4142");
	assert_true(harness_has(h, "'dir':'notify'"));
	assert_true(harness_has(h, "'op':'ondemand','code':8449,"
				   "'class':'report'"));
	assert_int_equal(h->ctx.client, A);
	harness_free(h);
	h = flow(DIS_UDP);
	h->port[B] = 61450;
	harness_reset(h);
	harness_hex(h, A, "5000" LOCAL "0a00 0000 700e 0000 01000000");
	assert_true(harness_has(h, "'op':'cyclic_data','code':3696,"
				   "'class':'control'"));
	assert_int_equal(harness_waiting(h), 0);
	harness_hex(h, B, "d000" LOCAL "0600 0000 01000000");
	assert_true(harness_has(h, "'op':'cyclic_data','code':3696,"
				   "'class':'report'"));
	harness_free(h);
}

/* As a CPU answers a tool: FX5U, and Q03UDE with a shorter header. */
#define M_ASK                                           \
	"57 01 000000 1111 07 00 00ffff0300 00fe030000" \
	"2000 1c0a 16 14"                               \
	"0000000000000000000000000000000000000000"      \
	"0121 0100 0000 0001"
#define M_BACK                                          \
	"d7 01 000000 1111 7f 00 0000a80300 ffff030000" \
	"3800 9c0a 18 14 0000"                          \
	"0000000000000000000000000000000000000000"      \
	"0121 0100 0000"                                \
	"465835552d33324d542f455300000000 294a 0008 00000000"

static void
test_melsoft(void **state)
{
	struct harness *h = flow(DIS_TCP);

	h->port[B] = 5562;
	harness_reset(h);
	harness_hex(h, A, M_ASK);
	harness_assert(h,
	    "{'kind':'operation','dir':'request',"
	    "'op':'open_initial','code':289,'class':'discovery',"
	    "'framing':'melsoft','serial':1,'command':'0x0121'}\n");
	harness_hex(h, B, M_BACK);
	assert_true(harness_has(h, "'status':'ok'"));
	assert_true(harness_has(h, "'req_frame':1"));
	assert_true(harness_has(h, "'key':'model','value':'FX5U-32MT/ES'"));
	assert_true(harness_has(h, "'key':'product_code','value':'0x4a29'"));
	(void)harness_take(h);
	harness_hex(h, A,
	    "57 00 000000 1111 07 00 00ffff0300 00fe030000"
	    "1400 1c08 0a 08 0000000000000004 0101 0100 0000 0001");
	assert_true(harness_has(h, "'op':'read_cpu_name'"));
	harness_hex(h, B,
	    "d7 00 c80000 1111 07 00 0000e40300 ffff030000"
	    "3800 9c00 0c 08 0000 0000100400000000 0101 0100 0000"
	    "51303355444543505520202020202020 6802"
	    "0008baba0810202103160020020001 01e802");
	assert_true(harness_has(h, "'key':'model','value':'Q03UDECPU'"));
	assert_true(
	    harness_has(h, "'key':'vendor','value':'Mitsubishi Electric'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} all[] = {
	    {ASK("0a") "0104 0000 640000 a8", "'reason':'data','offset':15"},
	    {ASK("0e") "0114 0000 640000 a8 0200 0700",
		"'reason':'count','offset':21"},
	    {"5000" LOCAL "0500", "'reason':'no_header','offset':0"},
	    {"5000" LOCAL "0121", "'reason':'no_header','offset':0"},
	    {"5001", "'reason':'no_header','offset':0"},
	    {"5702", "'reason':'no_header','offset':0"},
	    {"353030304646303346", NULL},
	};

	for (size_t i = 0; all[i].what != NULL; i++) {
		struct harness *h = flow(DIS_TCP);

		harness_hex(h, A, READ);
		harness_hex(h, B, READ_OK);
		(void)harness_take(h);
		harness_hex(h, A, all[i].hex);
		assert_true(harness_has(h, all[i].what));
		harness_hex(h, A, READ);
		assert_true(harness_has(h, "'device':'D','addr':100"));
		harness_free(h);
	}
}

static void
test_answers_that_do_not_fit(void **state)
{
	struct harness *h = flow(DIS_TCP);

	harness_hex(h, A, READ);
	harness_hex(h, B, BACK("04") "0700");
	assert_true(harness_has(h, "'reason':'count','offset':11"));
	harness_hex(h, A, ASK("06") "0101 0000");
	harness_hex(h, B, BACK("04") "4658");
	assert_true(harness_has(h, "'reason':'data','offset':11"));
	assert_false(harness_has(h, "'identity'"));
	(void)harness_take(h);
	ascii(h, A, "500000FF03FF0000180010040100Z0W*00001F0002");
	assert_true(harness_has(h, "'reason':'number','offset':18"));
	harness_free(h);
	/* In datagrams it is rather that one of them was lost. */
	h = flow(DIS_UDP);
	harness_hex(h, A, READ);
	harness_hex(h, B, BACK("04") "0700");
	assert_int_equal(h->bad, 0);
	assert_false(harness_has(h, "'values'"));
	harness_free(h);
}

static void
test_segmentation_changes_nothing(void **state)
{
	struct harness *h = flow(DIS_TCP);

	h->segment = 1;
	harness_hex(h, A, READ);
	harness_hex(h, B, READ_OK);
	harness_hex(h, A, M_ASK);
	assert_int_equal(h->ok, 3);
	assert_int_equal(harness_waiting(h), 1);
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow(DIS_TCP);

	h->port[B] = 40002;
	harness_reset(h);
	harness_hex(h, A, "474554202f20485454502f312e310d0a");
	assert_false(h->claimed);
	/* No command that anybody knows; a route that cannot be. */
	harness_reset(h);
	harness_hex(h, A, ASK("06") "7777 0000");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, "5000 f0 ff ff03 00 0600 1000 0101 0000");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, READ);
	assert_true(h->claimed);
	harness_free(h);
	h = flow(DIS_UDP);
	h->port[B] = 40002;
	harness_reset(h);
	harness_hex(h, A, READ "00");
	assert_false(h->claimed);
	harness_hex(h, A, "5a000001");
	assert_false(h->claimed);
	harness_free(h);
}

static void
test_cut(void **state)
{
	struct harness *h = flow(DIS_UDP);
	uint8_t msg[64];
	size_t n =
	    harness_unhex(BACK("14") "465835552d33324d542f455320202020 294a",
		msg, sizeof(msg));

	harness_hex(h, A, ASK("06") "0101 0000");
	harness_send_cut(h, B, msg, n - 4);
	assert_false(harness_has(h, "'identity'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_mutations(void **state)
{
	static const char *const golden[] = {READ, READ_OK,
	    ASK("06") "0101 0000", M_ASK, M_BACK,
	    BACK("14") "465835552d33324d542f455320202020 294a",
	    ASK("10") "0304 0000 01 01 640000 a8 660000 a8",
	    ASK("16") "0614 0000 02 00 000000 a8 0100 0500 100000 b4 0000",
	    ASK("16") "2718 4000 20202020 0100 0400 0300 4100 2e00 4200"};
	const struct mutate m = {.message = golden,
	    .n = sizeof(golden) / sizeof(golden[0]),
	    .of_b = ~0u,
	    .before = {READ}};
	struct harness *h = flow(DIS_TCP);

	mutate_all(h, &m);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read_is_told),
	    cmocka_unit_test(test_serial_numbers_pair),
	    cmocka_unit_test(test_ascii),
	    cmocka_unit_test(test_devices_in_other_ways),
	    cmocka_unit_test(test_identity),
	    cmocka_unit_test(test_node_search),
	    cmocka_unit_test(test_what_changes_a_controller),
	    cmocka_unit_test(test_password_is_not_told),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_time_runs_out),
	    cmocka_unit_test(test_who_is_told_unasked),
	    cmocka_unit_test(test_melsoft),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_answers_that_do_not_fit),
	    cmocka_unit_test(test_segmentation_changes_nothing),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
