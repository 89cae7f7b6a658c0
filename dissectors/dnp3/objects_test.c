/*
 * The object library: every layout as bytes and as what is told of them.
 */
#include "dissectors/dnp3/dnp3_test.h"

static void
test_every_variation_has_its_value(void **state)
{
	static const struct {
		const char *object; /* header and one object */
		const char *line;
	} want[] = {
	    {"0101 00 0003 05", "'index':2,'value':1}"},
	    {"0102 00 0404 81", "'index':4,'value':1,'flags':129}"},
	    {"0202 1701 04 81 e80300000000",
		"'index':4,'value':1,'flags':129,'time':1000}"},
	    {"0301 00 0003 e4", "'index':3,'value':3}"},
	    {"0302 00 0404 41", "'value':1,'flags':65}"},
	    {"0402 1701 04 81 e80300000000",
		"'value':2,'flags':129,'time':1000}"},
	    {"0a02 00 0404 01", "'value':0,'flags':1}"},
	    {"0b02 1701 04 81 e80300000000", "'value':1,'flags':129"},
	    {"0d02 1701 04 87 e80300000000",
		"'value':1,'status':7,'time':1000}"},
	    {"1401 00 0404 01 ffffffff", "'value':4294967295,'flags':1}"},
	    {"1406 00 0404 ffff", "'value':65535}"},
	    {"1506 1701 04 01 0a00 e80300000000",
		"'value':10,'flags':1,'time':1000}"},
	    {"1605 1701 04 01 0a000000 e80300000000", "'time':1000}"},
	    {"1701 1701 04 01 0a000000", "'value':10,'flags':1}"},
	    {"1e01 00 0404 01 feffffff", "'value':-2,'flags':1}"},
	    {"1e02 00 0404 01 feff", "'value':-2,'flags':1}"},
	    {"1e03 00 0404 feffffff", "'value':-2}"},
	    {"1e05 00 0404 01 0000c03f", "'value':1.5,'flags':1}"},
	    {"1e06 00 0404 01 000000000000f83f", "'value':1.5,'flags':1}"},
	    {"1f04 00 0404 01 0500 e80300000000", "'value':5,'flags':1,'time'"},
	    {"2007 1701 04 01 0000c03f e80300000000",
		"'value':1.5,'flags':1,'time':1000}"},
	    {"2101 1701 04 01 05000000", "'value':5,'flags':1}"},
	    {"2203 00 0404 0000c03f", "'value':1.5}"},
	    {"2804 00 0404 01 000000000000f83f", "'value':1.5,'flags':1}"},
	    {"2a03 1701 04 01 05000000 e80300000000",
		"'value':5,'flags':1,'time':1000}"},
	    {"2b05 1701 04 07 0000c03f", "'value':1.5,'status':7}"},
	    {"3204 1701 00 e80300000000 0a000000 05", "'value':1000}"},
	    {"3401 0701 0a00", "'value':10}"},
	    {"5001 00 0707 01", "'index':7,'value':1}"},
	    {"6501 00 0404 3412", "'value':'3412'}"},
	    {"6601 00 0404 ff", "'value':255}"},
	    {"6e03 00 0404 414243", "'value':'ABC'}"},
	    {"6f02 1701 04 4142", "'value':'AB'}"},
	    {"7101 1701 04 41", "'value':'A'}"},
	    {"7901 00 0404 01 0100 05000000", "'value':5,'flags':1}"},
	    {"7a02 1701 04 01 0100 05000000 e80300000000", "'time':1000}"},
	    {"00f0 00 0000 02 02 0008", "'value':2048}"},
	    {"00d8 00 0000 03 01 ff", "'value':-1}"},
	    {"00ce 00 0000 04 04 0000c03f", "'value':1.5}"},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		strcpy(text, "c0 81 0000 ");
		strcat(text, want[i].object);
		app(h, B, text);
		if (!harness_has(h, want[i].line)) {
			print_message("%s: %s", text, harness_take(h));
			fail();
		}
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

static void
test_library_is_sorted_and_whole(void **state)
{
	static const struct {
		uint8_t group, var;
		const char *layout;
	} all[] = {
#define OBJ(g, v, l) {g, v, l},
#include "dissectors/dnp3/objects.def"
	};
	unsigned last = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		unsigned k = (unsigned)all[i].group << 8 | all[i].var;

		assert_true(k > last);
		last = k;
		assert_string_equal(
		    dn_layout(all[i].group, all[i].var), all[i].layout);
		assert_non_null(dn_group(all[i].group)->name);
	}
	assert_null(dn_layout(1, 9));
}

static void
test_relative_time_counts_from_the_common_one(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 3301 0701 e80300000000 0203 1701 04 81 0a00");
	assert_true(harness_has(h, "'flags':129,'time':1010}"));
	harness_free(h);
}

static void
test_long_packed_bits_are_one_array(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 0101 00 0027 0100000080 0102 00 0000 81");
	assert_true(harness_has(h, "'start':0,'stop':39,'values':[1,0,0,"));
	assert_true(harness_has(h, "0,0,1]},{'group':1,'var':2,'qual':0"));
	assert_true(harness_has(h, "'object':'binary_input 39','value':1"));
	harness_free(h);
}

static void
test_qualifiers(void **state)
{
	static const struct {
		const char *object, *line;
	} want[] = {
	    {"0102 01 0004 0004 81", "'start':1024,'stop':1024,'index':1024"},
	    {"0102 02 00040000 00040000 81", "'start':1024"},
	    {"0102 27 01 0004 81", "'count':1,'index':1024"},
	    {"0102 37 01 00040000 81", "'count':1,'index':1024"},
	    {"0102 28 0100 0004 81", "'count':1,'index':1024"},
	    {"0102 39 01000000 00040000 81", "'count':1,'index':1024"},
	    {"0102 08 0100 81", "'count':1,'value':1"},
	    {"0102 09 01000000 81", "'count':1,'value':1"},
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		strcpy(text, "c0 81 0000 ");
		strcat(text, want[i].object);
		app(h, B, text);
		assert_true(harness_has(h, want[i].line));
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

static void
test_unknown_variation_ends_the_walk(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 0102 00 0000 81 c801 00 0001 aabbcc");
	assert_true(harness_has(h,
	    "'flags':129},{'group':200,'var':1,'qual':0,'start':0,'stop':1}],"
	    "'unparsed':3}"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_attributes_are_identity(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B,
	    "c0 81 0000 00fc 00 0000 01 05 4f7475732e 00fa 00 0000 01 03 583130"
	    "00f8 00 0000 01 02 3432 00f2 00 0000 01 03 312e32"
	    "00f3 00 0000 01 01 42 00f5 00 0000 01 02 4e31"
	    "00f7 00 0000 01 02 5341 00f6 00 0000 01 02 4944");
	assert_true(harness_has(h, "'key':'vendor','value':'Otus.'"));
	assert_true(harness_has(h, "'key':'model','value':'X10'"));
	assert_true(harness_has(h, "'key':'serial','value':'42'"));
	assert_true(harness_has(h, "'key':'software','value':'1.2'"));
	assert_true(harness_has(h, "'key':'hardware','value':'B'"));
	assert_true(harness_has(h, "'key':'location','value':'N1'"));
	assert_true(harness_has(h, "'key':'name','value':'SA'"));
	assert_true(harness_has(h, "'key':'user_text','value':'ID'"));
	assert_true(harness_has(h, "'sub':{'addr':10}"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_file_is_a_transfer(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	/* g70v3: name at 26, 3 octets; created, permissions, key, size, mode
	 * 1, block 1024, request 1 */
	app(h, A,
	    "c0 19 4603 5b01 1d00 1a00 0300 000000000000 0000 00000000 "
	    "00000000 0100 0004 0100 612e62");
	assert_true(harness_has(h, "'class':'file'"));
	assert_true(harness_has(h, "'file':{'name':'a.b','size':0,'mode':1}"));
	/* g70v4: handle 7, size 4, block, request, status 0 */
	app(h, B, "c0 81 0000 4604 5b01 0d00 07000000 04000000 0004 0100 00");
	assert_true(harness_has(h, "'phase':'begin','direction':"
				   "'from_device','name':'a.b'}"));
	app(h, A, "c1 01 4605 5b01 0800 07000000 00000000");
	assert_true(harness_has(h, "'op':'read','code':1,'class':'file'"));
	app(h, B, "c1 81 0000 4605 5b01 0c00 07000000 00000080 41424344");
	assert_true(
	    harness_has(h, "'file':{'handle':7,'block':0,'last':true}"));
	assert_true(harness_has(h, "'phase':'end','direction':'from_device',"
				   "'name':'a.b','bytes':4}"));
	/* an open that is refused: status 3 */
	app(h, B, "c2 81 0000 4604 5b01 0d00 00000000 00000000 0000 0100 03");
	assert_true(harness_has(h, "'status':'file_not_found'"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_variation_has_its_value),
	    cmocka_unit_test(test_library_is_sorted_and_whole),
	    cmocka_unit_test(test_relative_time_counts_from_the_common_one),
	    cmocka_unit_test(test_long_packed_bits_are_one_array),
	    cmocka_unit_test(test_qualifiers),
	    cmocka_unit_test(test_unknown_variation_ends_the_walk),
	    cmocka_unit_test(test_attributes_are_identity),
	    cmocka_unit_test(test_file_is_a_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
