/*
 * The object library: every layout as bytes and as what is told of them.
 */
#include <stdio.h>

#include "dissectors/dnp3/dnp3_test.h"

static const struct {
	const char *object; /* header and one object */
	const char *line;
} variations[] = {
    {"0101 00 0003 05", "'index':2,'value':1}"},
    {"0102 00 0404 81", "'index':4,'value':1,'flags':129}"},
    {"0202 1701 04 81 e80300000000",
	"'index':4,'value':1,'flags':129,'time':1000}"},
    {"0301 00 0003 e4", "'index':3,'value':3}"},
    {"0302 00 0404 41", "'value':1,'flags':65}"},
    {"0402 1701 04 81 e80300000000", "'value':2,'flags':129,'time':1000}"},
    {"0a02 00 0404 01", "'value':0,'flags':1}"},
    {"0b02 1701 04 81 e80300000000", "'value':1,'flags':129"},
    {"0d02 1701 04 87 e80300000000", "'value':1,'status':7,'time':1000}"},
    {"1401 00 0404 01 ffffffff", "'value':4294967295,'flags':1}"},
    {"1406 00 0404 ffff", "'value':65535}"},
    {"1506 1701 04 01 0a00 e80300000000", "'value':10,'flags':1,'time':1000}"},
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
    {"3201 0701 e80300000000", "'value':1000}"},
    {"3202 0701 e80300000000 0a000000",
	"'value':1000,'interval':10,'units':'milliseconds'}"},
    {"3204 1701 00 e80300000000 0a000000 05",
	"'value':1000,'interval':10,'units':'days'}"},
    {"3204 1701 00 e80300000000 0a000000 0b", "'interval':10,'units':11}"},
    {"3401 0701 0a00", "'value':10}"},
    {"5001 00 0707 01", "'index':7,'value':1}"},
    {"6501 00 0404 3412", "'value':1234}"},
    {"6502 00 0404 78563412", "'value':12345678}"},
    {"6503 00 0404 7856341200000099", "'value':'9900000012345678'}"},
    {"6501 00 0404 3a12", "'value':'3a12'}"},
    {"6601 00 0404 ff", "'value':255}"},
    {"6e03 00 0404 414243", "'value':'ABC'}"},
    {"6f02 1701 04 4142", "'value':'AB'}"},
    {"7101 1701 04 41", "'index':4,'size':1}"},
    {"7901 00 0404 01 0100 05000000",
	"'index':4,'name':'rekeys_after_authentication_failure','value':5,"
	"'association':1,'flags':1}"},
    {"7901 00 1111 01 0100 05000000", "'name':'rekeys_after_restart'"},
    {"7901 00 1212 01 0100 05000000", "'index':18,'value':5"},
    {"7901 00 0404 61 0100 05000000", "'quality':'reserved,discontinuity'"},
    {"5101 0701 63 1e 02",
	"'value':99,'overflow':false,'buffer':{'group':30,'var':2}}"},
    {"5101 0702 e4 02 00 00 20 00",
	"'value':100,'overflow':true,'buffer':{'group':2,'var':0}},"
	"{'group':81,'var':1,'value':0,'overflow':false,'buffer':"
	"{'group':32,'var':0}}"},
    {"5301 5b01 0a00 41434d45 0700 0200 a1a2",
	"'vendor':'ACME','object':7,'size':2,'value':'a1a2'}"},
    /* fewer octets than it says, and none of its own */
    {"5301 5b01 0900 41434d45 0700 0200 a1", "'size':2,'value':'a1'}"},
    {"5301 5b01 0800 41434d45 0700 0000", "'size':0,'value':''}"},
    {"5302 5b01 0800 41434d45 0700 0200", "'value':'41434d4507000200'}"},
    {"5201 5b01 0200 a1a2", "'value':'a1a2'}"},
    {"5501 5b01 0a00 05 04 01 00 4142 03 05 02 04",
	"'elements':[{'code':4,'type':1,'size':0,'value':'AB'},"
	"{'code':5,'type':2,'size':4}]}"},
    {"5601 5b01 0500 04 01 02 01 07",
	"'elements':[{'code':1,'type':2,'size':1,'value':'07'}]}"},
    {"5602 5b01 0100 11", "'flags':17}"},
    {"5602 00 0203 11 0d", "'index':2,'flags':17},{'group':86,'var':2,"
			   "'index':3,'flags':13}"},
    /* a value that is no name: too short, or not all of it */
    {"5601 5b01 0700 06 01 02 01 410042",
	"'elements':[{'code':1,'type':2,'size':1,'value':'410042'}]}"},
    {"5601 5b01 0500 04 01 02 01 41", "'value':'41'}]}"},
    {"5601 5b01 0300 02 01 02", "'value':'020102'}"}, /* too short */
    {"5603 5b01 0b00 01 07 02 1e 03 03 14 0102 01 00",
	"'index':7,'elements':[{'type':30,'index':3,'name':'analog_input 3'},"
	"{'type':20,'index':513,'name':'counter 513'},{'type':0}]}"},
    {"5603 5b01 0500 02 0100 01 0a", "'index':1,'elements':[{'type':10}]}"},
    {"5603 5b01 0200 01 07", "'index':7,'elements':[]}"},
    /* numbers of five octets and of none, elements of none, one cut */
    {"5603 5b01 0600 05 0100000000", "'value':'050100000000'}"},
    {"5603 5b01 0300 00 01 0a", "'value':'00010a'}"},
    {"5603 5b01 0300 01 07 00", "'value':'010700'}"},
    {"5603 5b01 0400 01 07 02 1e", "'value':'0107021e'}"},
    {"5603 5b01 0900 01 07 06 1e 0000000000", "'value':'0107061e0000000000'}"},
    {"5701 5b01 0c00 01 07 06 e80300000000 02 0102",
	"'index':7,'time':1000,'elements':['0102']}"},
    {"5801 5b01 0a00 02 0702 06 e80300000000",
	"'index':519,'time':1000,'elements':[]}"},
    /* no chain, no time, a time that is none */
    {"5801 5b01 0300 03 0102", "'value':'030102'}"},
    {"5701 5b01 0200 01 07", "'value':'0107'}"},
    {"5701 5b01 0500 01 07 02 0102", "'value':'0107020102'}"},
    {"5a01 5b01 0300 617070", "'value':'app'}"},
    {"5b01 0701 d0070000 02 03 00 6162 01 07",
	"'delay_ms':2000,'elements':[{'status':0,'text':'ab'},{'status':7}]}"},
    {"5b01 5b01 0500 00000000 00", "'delay_ms':0,'elements':[]}"},
    {"5b01 5b01 0100 00", "'value':'00'}"}, /* no such form */
    {"5b01 5b01 0600 00000000 01 00", "'value':'000000000100'}"},
    {"5b01 5b01 0700 00000000 01 02 00", "'value':'00000000010200'}"},
    {"5b01 5b01 0800 00000000 01 01 00 00", "'value':'0000000001010000'}"},
    {"7a02 1701 04 01 0100 05000000 e80300000000", "'time':1000}"},
    {"00f0 00 0000 02 02 0008",
	"'index':0,'name':'max_transmit_fragment','value':2048}"},
    {"00d8 00 0000 03 01 ff", "'value':-1}"},
    {"00ce 00 0000 04 04 0000c03f", "'value':1.5}"},
    {"00cb 00 0000 04 08 000000000000f83f", "'altitude','value':1.5}"},
    {"00c6 00 0000 07 06 e80300000000",
	"'name':'configuration_built','value':1000}"},
    {"00c8 00 0000 05 02 abcd", "'value':'abcd'}"},
    {"00c8 00 0000 06 01 80", "'value':'80'}"},
    {"00fc 00 0000 01 00", "'name':'manufacturer','value':''}"},
    {"00fc 00 0101 01 01 41", "'index':1,'value':'A'}"},
    {"00ff 00 0000 fe 06 f001 f200 f701",
	"'name':'list_of_variations','variations':[240,242,247],"
	"'writable':[240,247]}"},
};

static void
test_every_variation_has_its_value(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(variations) / sizeof(variations[0]);
	     i++) {
		struct harness *h = flow(DIS_TCP);

		snprintf(
		    text, sizeof(text), "c0 81 0000 %s", variations[i].object);
		app(h, B, text);
		if (!harness_has(h, variations[i].line)) {
			print_message("%s: %s", text, harness_take(h));
			fail();
		}
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

/* All are told by name in a request, too; 195 and 251 have none. */
static void
test_attributes_have_names(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 01 00fe 00 0000 00ff 06 00c3 00 0000 00fb 00 0000");
	assert_true(harness_has(h,
	    "'stop':0,'name':'all_attributes'},{'group':0,'var':255,"
	    "'qual':6,'name':'list_of_variations'},{'group':0,'var':195,"
	    "'qual':0,'start':0,'stop':0},{'group':0,'var':251,"
	    "'qual':0,'start':0,'stop':0}]"));
	for (unsigned v = 196; v < 256; v++) {
		struct dn_item it = {.var = (uint8_t)v};
		struct ev_field field[1];
		struct ev e = {.f = field, .max_fields = 1};

		dn_tell_attribute_name(&it, &e);
		assert_int_equal(e.nfields, v != 251 && v != 253);
	}
	harness_free(h);
}

/* 256 more than its length says, and what is behind it is found. */
static void
test_long_list_of_attributes(void **state)
{
	char text[700] = "c0 81 0000 00ff 00 0000 ff 02 ";
	struct harness *h = flow(DIS_TCP);
	uint8_t app[DN_USER_MAX * 2], frame[DN_FRAME_MAX];
	size_t n, at = strlen(text);

	(void)state;
	for (unsigned i = 0; i < 258; i += 2) {
		at += (size_t)snprintf(
		    text + at, sizeof(text) - at, "%02x00", i & 0xff);
	}
	snprintf(text + at, sizeof(text) - at, "0102 00 0505 81");
	n = harness_unhex(text, app, sizeof(app));
	for (size_t i = 0; i < n; i += 240) {
		size_t k = n - i < 240 ? n - i : 240;

		k = dn_wrap(false,
		    (i == 0 ? 0x40 : 0) | (i + k == n) << 7 | (int)(i / 240),
		    app + i, k, frame);
		harness_send(h, B, frame, k);
	}
	assert_true(harness_has(h, "'variations':[0,2,4,"));
	assert_true(
	    harness_has(h, ",254,0],'writable':[]},{'group':1,'var':2"));
	assert_true(harness_has(h, "'index':5,'value':1,'flags':129}"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
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

/* Annex A: each group, and its last variation. */
static void
test_library_has_all_of_the_standard(void **state)
{
	static const uint8_t all[][2] = {{1, 2}, {2, 3}, {3, 2}, {4, 3},
	    {10, 2}, {11, 2}, {12, 3}, {13, 2}, {20, 8}, {21, 12}, {22, 8},
	    {23, 8}, {30, 6}, {31, 8}, {32, 8}, {33, 8}, {34, 3}, {40, 4},
	    {41, 4}, {42, 8}, {43, 8}, {50, 4}, {51, 2}, {52, 2}, {60, 4},
	    {70, 8}, {80, 1}, {81, 1}, {82, 1}, {83, 2}, {85, 1}, {86, 3},
	    {87, 1}, {88, 1}, {90, 1}, {91, 1}, {100, 0}, {101, 3}, {102, 1},
	    {110, 255}, {111, 255}, {112, 255}, {113, 255}, {120, 15}, {121, 1},
	    {122, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint8_t group = all[i][0], last = all[i][1];

		assert_non_null(dn_group(group)->name);
		for (unsigned v = 1; v <= last; v++) {
			assert_non_null(dn_layout(group, (uint8_t)v));
		}
		if (last < 255) {
			assert_null(dn_layout(group, (uint8_t)(last + 1)));
		}
	}
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

/* 4.4: the time to freeze at stands before what is to be frozen. */
static void
test_time_of_a_freeze_is_told(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A, "c0 0b 3202 0701 e80300000000 60ea0000 1400 06");
	assert_true(harness_has(h,
	    "'count':1,'value':1000,'interval':60000,'units':'milliseconds'},"
	    "{'group':20,'var':0,'qual':6}]"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

/* g13 and g43 tell of commands that failed, too; what was asked is no value. */
static void
test_refused_command_is_no_value(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 0d01 1701 04 87 2b01 1701 04 07 05000000");
	assert_true(harness_has(h, "'value':1,'status':7}"));
	assert_true(harness_has(h, "'value':5,'status':7}"));
	assert_false(harness_has(h, "'kind':'value'"));
	app(h, B, "c1 81 0000 0d01 1701 04 80 2b01 1701 04 00 05000000");
	assert_true(harness_has(h, "'object':'binary_output 4','value':1"));
	assert_true(harness_has(h, "'object':'analog_output 4','value':5"));
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

		snprintf(text, sizeof(text), "c0 81 0000 %s", want[i].object);
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

/* Obsolete, and of a form that nobody tells: bytes, and no value. */
static void
test_floating_points_end_the_walk(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, B, "c0 81 0000 6401 00 0000 01 0000c03f");
	assert_true(harness_has(h, "'group':100,'var':1,'qual':0,'start':0,"
				   "'stop':0}],'unparsed':5}"));
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

/* What all attributes that a device may be given are told as. */
static void
test_attributes_by_variation(void **state)
{
	static const struct {
		const char *object, *key;
	} want[] = {
	    {"00c4 00 0000", "program_name"},
	    {"00c5 00 0000", "config_version"},
	    {"00ce 00 0000", "user_text"},
	    {"00cf 00 0000", "user_text"},
	    {"00d0 00 0000", "user_text"},
	    {"00f4 00 0000", "user_text"},
	    {"00f9 00 0000", "protocol_revision"},
	    {"00c6 00 0000", NULL},
	    /* sets of the user's own: 252 is no vendor there */
	    {"00fc 00 0101", "user_text"},
	};
	char text[96], line[96];

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		snprintf(text, sizeof(text), "c0 81 0000 %s 01 03 582020",
		    want[i].object);
		app(h, B, text);
		snprintf(line, sizeof(line), "'key':'%s%s",
		    want[i].key != NULL ? want[i].key : "",
		    want[i].key != NULL ? "','value':'X'" : "");
		if (harness_has(h, line) != (want[i].key != NULL)) {
			print_message("%s: %s", text, harness_take(h));
			fail();
		}
		assert_int_equal(h->bad, 0);
		harness_free(h);
	}
}

/* One descriptor: name at 20, its length, type, size, time, permissions. */
#define ENTRY(len, type, size) \
	"1400 " len " " type " " size " e80300000000 ff01 0000 "

static void
test_directory_is_listed_however_its_blocks_end(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	app(h, A,
	    "c0 19 4603 5b01 1b00 1a00 0100 000000000000 0000 00000000 "
	    "00000000 0100 0004 0100 2e");
	app(h, B, "c0 81 0000 4604 5b01 0d00 07000000 04000000 0004 0100 00");
	/* 22 octets and the first 4 of the next descriptor */
	app(h, B,
	    "c1 81 0000 4605 5b01 2200 07000000 00000000 " ENTRY(
		"0200", "0000", "05000000") "6162 1400 0300");
	assert_true(harness_has(h, "'entries':[{'name':'ab','type':0,'size':5,"
				   "'time':1000}]}"));
	(void)harness_take(h);
	/* its other 16 and 2 of its name's 3 octets */
	app(h, B,
	    "c2 81 0000 4605 5b01 1a00 07000000 01000000 "
	    "0100 09000000 e80300000000 ff01 0000 6364");
	assert_true(harness_has(h, "'entries':[{'name':'cd','cut':true,"
				   "'type':1,'size':9,'time':1000}]}"));
	(void)harness_take(h);
	app(h, B,
	    "c3 81 0000 4605 5b01 1f00 07000000 02000080 65 " ENTRY(
		"0200", "0100", "01000000") "6667");
	assert_true(harness_has(h, "'entries':[{'name':'fg','type':1"));
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_file_is_not_taken_for_a_directory(void **state)
{
	static const char *const data[] = {
	    ENTRY("0000", "0000", "05000000"), /* a name of nothing */
	    ENTRY("0200", "0200", "05000000"), /* of no type */
	    "1500 0200 0000 05000000 e80300000000 ff01 0000 ",
	};
	char text[160];

	(void)state;
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
		struct harness *h = flow(DIS_TCP);

		app(h, A,
		    "c0 19 4603 5b01 1b00 1a00 0100 000000000000 0000 00000000 "
		    "00000000 0100 0004 0100 2e");
		app(h, B,
		    "c0 81 0000 4604 5b01 0d00 07000000 04000000 0004 0100 00");
		snprintf(text, sizeof(text),
		    "c1 81 0000 4605 5b01 1e00 07000000 00000000 %s6162",
		    data[i]);
		app(h, B, text);
		assert_false(harness_has(h, "'entries'"));
		harness_free(h);
	}
}

static void
test_log_in_to_files(void **state)
{
	struct harness *h = flow(DIS_TCP);

	(void)state;
	/* g70v2: name at 12, 2 octets, password at 14, 2; key */
	app(h, A,
	    "c0 1d 4602 5b01 1000 0c00 0200 0e00 0200 00000000 "
	    "6162 7071");
	assert_true(harness_has(h, "'action':'login','user':'ab'"));
	assert_false(harness_has(h, "pq"));
	(void)harness_take(h);
	app(h, B, "c0 81 0000 4602 5b01 0c00 0c00 0000 0c00 0000 4d000000");
	assert_false(harness_has(h, "'kind':'auth'"));
	app(h, B, "c1 81 0000 4602 5b01 0c00 0c00 0000 0c00 0000 00000000");
	assert_true(harness_has(h, "'kind':'auth','dir':'response','action':"
				   "'fail'}"));
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
	    cmocka_unit_test(test_attributes_have_names),
	    cmocka_unit_test(test_long_list_of_attributes),
	    cmocka_unit_test(test_library_is_sorted_and_whole),
	    cmocka_unit_test(test_library_has_all_of_the_standard),
	    cmocka_unit_test(test_relative_time_counts_from_the_common_one),
	    cmocka_unit_test(test_time_of_a_freeze_is_told),
	    cmocka_unit_test(test_refused_command_is_no_value),
	    cmocka_unit_test(test_long_packed_bits_are_one_array),
	    cmocka_unit_test(test_qualifiers),
	    cmocka_unit_test(test_unknown_variation_ends_the_walk),
	    cmocka_unit_test(test_floating_points_end_the_walk),
	    cmocka_unit_test(test_attributes_are_identity),
	    cmocka_unit_test(test_attributes_by_variation),
	    cmocka_unit_test(test_file_is_a_transfer),
	    cmocka_unit_test(test_directory_is_listed_however_its_blocks_end),
	    cmocka_unit_test(test_file_is_not_taken_for_a_directory),
	    cmocka_unit_test(test_log_in_to_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
