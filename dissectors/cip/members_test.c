/*
 * Data of structures: templates are read as a client does, then tags of them.
 */
#include "dissectors/enip/enip_test.h"

struct member {
	const char *name;
	unsigned info, type, offset;
};

struct structure {
	unsigned instance, handle, size, n;
	struct member m[12];
};

static unsigned exchange;

#define HEX 2400 /* characters of any text here */

/* Adds to a text of that size. */
__attribute__((format(printf, 2, 3))) static void
add(char text[HEX], const char *format, ...)
{
	size_t n = strlen(text);
	va_list args;

	va_start(args, format);
	assert_true(
	    (size_t)vsnprintf(text + n, HEX - n, format, args) < HEX - n);
	va_end(args);
}

#define set(text, ...) ((text)[0] = '\0', add((text), __VA_ARGS__))

static void
ask(struct harness *h, const char *request, const char *reply)
{
	exchange = exchange % 200 + 1;
	send_rr(h, A, exchange, request);
	(void)harness_take(h);
	send_rr(h, B, exchange, reply);
}

static void
put_text(char hex[HEX], const char *text)
{
	for (; *text != '\0'; text++) {
		add(hex, "%02x", (unsigned char)*text);
	}
	add(hex, "00");
}

/* Members, then names; returns how many bytes. */
static size_t
definition(char hex[HEX], const struct structure *s)
{
	hex[0] = '\0';
	for (unsigned i = 0; i < s->n; i++) {
		const struct member *m = &s->m[i];

		add(hex, "%02x%02x%02x%02x%02x%02x0000", m->info & 255,
		    m->info >> 8, m->type & 255, m->type >> 8, m->offset & 255,
		    m->offset >> 8);
	}
	put_text(hex, "Udt;n");
	for (unsigned i = 0; i < s->n; i++) {
		put_text(hex, s->m[i].name);
	}
	return strlen(hex) / 2;
}

static void
attributes(struct harness *h, const struct structure *s)
{
	char request[HEX], reply[HEX], hex[HEX];
	size_t words = (definition(hex, s) + 23) / 4;

	set(request, "03 03 206c 2500 %02x%02x 0400 0400 0500 0200 0100",
	    s->instance & 255, s->instance >> 8);
	set(reply,
	    "83 00 00 00 0400 0400 0000 %02x%02x0000 0500 0000 %02x%02x0000"
	    "0200 0000 %02x00 0100 0000 %02x%02x",
	    (unsigned)words & 255, (unsigned)words >> 8, s->size & 255,
	    s->size >> 8, s->n, s->handle & 255, s->handle >> 8);
	ask(h, request, reply);
}

static void
read_template(struct harness *h, const struct structure *s)
{
	char request[HEX], reply[HEX], hex[HEX];

	set(request, "4c 03 206c 2500 %02x%02x 00000000 ff00",
	    s->instance & 255, s->instance >> 8);
	(void)definition(hex, s);
	set(reply, "cc 00 00 00 %s", hex);
	ask(h, request, reply);
	HAS(h, "'template':{");
}

static void
learn(struct harness *h, const struct structure *s)
{
	attributes(h, s);
	read_template(h, s);
}

/* Reads tag Tag, of so many elements. */
static void
read_tag(struct harness *h, unsigned count, const char *reply)
{
	char request[HEX];

	set(request, "4c 03 9103 546167 00 %02x00", count);
	ask(h, request, reply);
}

static bool
is_told(struct harness *h, const char *object)
{
	char text[HEX];

	set(text, "'object':'%s'", object);
	return harness_has(h, text);
}

static const struct structure flat = {0x123, 0xbeef, 24, 9,
    {{"ZZZZZZZZZZFlat0", 0, 0xc2, 0}, {"Run", 0, 0xc1, 0},
	{"Fault", 3, 0xc1, 0}, {"Speed", 0, 0xca, 4}, {"Hits", 2, 0x20c3, 8},
	{"Flags", 1, 0x20d3, 12}, {"__Hidden", 0, 0xc4, 16},
	/* of an integer of four bytes: the last of its bits */
	{"Last", 31, 0xc1, 16}, {"Count", 0, 0xc4, 20}}};

#define FLAT "08000000 00002042 0100 feff 05000080 00000080 2a000000"

static void
test_members_are_told_by_name(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	learn(h, &flat);
	read_tag(h, 1, "cc 00 00 00 a002 efbe" FLAT);
	HAS(h, "'type':'STRUCT','handle':'0xbeef','structure':'Udt','values':["
	       "{'name':'Tag.Run','value':0},{'name':'Tag.Fault','value':1},"
	       "{'name':'Tag.Speed','value':40},"
	       "{'name':'Tag.Hits[0]','value':1},"
	       "{'name':'Tag.Hits[1]','value':-2},"
	       "{'name':'Tag.Flags[0]','value':2147483653},"
	       "{'name':'Tag.Last','value':1},"
	       "{'name':'Tag.Count','value':42}]}");
	HAS(h, "'object':'Tag.Fault','value':1,'source':'reported'");
	HAS(h, "'object':'Tag.Hits[1]','value':-2,'source':'reported'");
	assert_false(harness_has(h, "ZZZ"));
	assert_false(harness_has(h, "__Hidden"));
	assert_false(harness_has(h, "'data'"));
	harness_free(h);
}

static void
test_write_names_members_as_their_paths_do(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	learn(h, &flat);
	send_rr(h, A, 201, "4d 03 9103 546167 00 a002 efbe 0100" FLAT);
	HAS(h, "'count':1,'structure':'Udt','values':[{'name':'Tag.Run'");
	HAS(h, "'object':'Tag.Speed','value':40,'source':'commanded'");
	(void)harness_take(h);
	send_rr(h, A, 202,
	    "4d 07 9103 546167 00 9105 5370656564 00 ca00 0100 00002042");
	HAS(h, "'object':'Tag.Speed','value':40,'source':'commanded'");
	(void)harness_take(h);
	send_rr(h, A, 203,
	    "4d 07 9103 546167 00 9104 48697473 2801 c300 0100 feff");
	HAS(h, "'object':'Tag.Hits[1]','value':-2,'source':'commanded'");
	harness_free(h);
}

static void
test_what_no_template_tells_stays_bytes(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	read_tag(h, 1, "cc 00 00 00 a002 efbe" FLAT);
	HAS(h, "'handle':'0xbeef','data':'08000000");
	learn(h, &flat);
	/* another handle; a structure that is longer, or shorter */
	read_tag(h, 1, "cc 00 00 00 a002 eebe" FLAT);
	HAS(h, "'handle':'0xbeee','data':'08000000");
	read_tag(h, 1, "cc 00 00 00 a002 efbe 00" FLAT);
	HAS(h, "'handle':'0xbeef','data':'00080000");
	read_tag(h, 2, "cc 00 00 00 a002 efbe" FLAT);
	HAS(h, "'data':'08000000");
	assert_false(is_told(h, "Tag.Speed"));
	/* what is not the reply to a request that was seen */
	send_rr(h, B, 210, "cc 00 00 00 a002 efbe" FLAT);
	HAS(h, "'data':'08000000");
	harness_free(h);
}

static void
test_another_controller_has_its_own(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	learn(h, &flat);
	/* by an Unconnected Send to slot 3 */
	send_rr(h, A, 201,
	    "52 02 2006 2401 07f9 0a00 4c 03 9103 546167 00 0100 01 00 0103");
	(void)harness_take(h);
	send_rr(h, B, 201, "cc 00 00 00 a002 efbe" FLAT);
	HAS(h, "'path':'1,3'");
	HAS(h, "'data':'08000000");
	harness_free(h);
}

static const struct structure step = {
    0x200, 0x5e9, 8, 2, {{"Time", 0, 0xc4, 0}, {"Done", 5, 0xc1, 4}}};
static const struct structure text5 = {
    0x201, 0x7e75, 12, 2, {{"LEN", 0, 0xc4, 0}, {"DATA", 5, 0x20c2, 4}}};
static const struct structure recipe = {0x202, 0x6ec1, 128, 4,
    {{"Steps", 2, 0xa200, 0}, {"Short", 1, 0xa201, 16}, {"Name", 0, 0x8fce, 28},
	{"Level", 0, 0xcb, 120}}};

/* 16 of steps, 12 of the short text, 92 of the name and its fill, a LREAL */
static const char *
recipe_data(unsigned first)
{
	static char hex[HEX];

	set(hex,
	    "%02x000000 20000000 09000000 00000000"
	    "02000000 6162000000 000000 03000000 4d6978",
	    first);
	for (int i = 0; i < 81 + 4; i++) {
		add(hex, "00");
	}
	add(hex, "000000000000f03f");
	return hex;
}

static void
test_structures_in_structures_and_texts(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char reply[HEX];

	/* the outer one first, as clients do */
	learn(h, &recipe);
	learn(h, &step);
	learn(h, &text5);
	set(reply, "cc 00 00 00 a002 c16e %s", recipe_data(7));
	read_tag(h, 1, reply);
	HAS(h, "'values':[{'name':'Tag.Steps[0].Time','value':7},"
	       "{'name':'Tag.Steps[0].Done','value':1},"
	       "{'name':'Tag.Steps[1].Time','value':9},"
	       "{'name':'Tag.Steps[1].Done','value':0},"
	       "{'name':'Tag.Short[0]','value':'ab'},"
	       "{'name':'Tag.Name','value':'Mix'},"
	       "{'name':'Tag.Level','value':1}]}");
	HAS(h, "'object':'Tag.Steps[1].Time','value':9,'source':'reported'");
	/* two of them, from the fourth on */
	set(reply, "cc 00 00 00 a002 c16e %s", recipe_data(7));
	add(reply, "%s", recipe_data(8));
	ask(h, "4c 04 9103 546167 00 2803 0200", reply);
	HAS(h, "'object':'Tag[3].Steps[0].Time','value':7");
	HAS(h, "'object':'Tag[4].Steps[0].Time','value':8");
	HAS(h, "'object':'Tag[4].Name','value':'Mix'");
	/* a tag that is a text itself */
	read_tag(h, 1, "cc 00 00 00 a002 757e 02000000 6869000000 000000");
	HAS(h, "'values':[{'name':'Tag','value':'hi'}]}");
	HAS(h, "'object':'Tag','value':'hi','source':'reported'");
	harness_free(h);
}

static void
test_inner_template_that_is_not_seen_leaves_bytes(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char reply[HEX];

	learn(h, &recipe);
	learn(h, &text5);
	set(reply, "cc 00 00 00 a002 c16e %s", recipe_data(7));
	read_tag(h, 1, reply);
	HAS(h, "'value':'Mix'},{'name':'Tag.Level','value':1}],'data':'0700");
	assert_false(is_told(h, "Tag.Steps[0].Time"));
	assert_true(is_told(h, "Tag.Short[0]"));
	harness_free(h);
}

static void
test_parts_tell_what_is_whole_in_them(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	learn(h, &flat);
	/* ten bytes: Hits[1] and what follows is not here */
	ask(h, "52 03 9103 546167 00 0100 00000000",
	    "d2 00 06 00 a002 efbe 08000000 00002042 0100");
	HAS(h, "'object':'Tag.Hits[0]','value':1");
	assert_false(is_told(h, "Tag.Hits[1]"));
	assert_false(is_told(h, "Tag.Count"));
	assert_false(harness_has(h, "'data'"));
	/* one that ends within Speed */
	ask(h, "52 03 9103 546167 00 0100 00000000",
	    "d2 00 06 00 a002 efbe 08000000 0000");
	HAS(h, "{'name':'Tag.Fault','value':1}],'data':'080000000000'");
	assert_false(is_told(h, "Tag.Speed"));
	/* the rest, from within Speed on */
	ask(h, "52 03 9103 546167 00 0100 06000000",
	    "d2 00 00 00 a002 efbe 2042 0100 feff 05000080 00000080 2a000000");
	HAS(h, "'offset':6,'type':'STRUCT'");
	assert_false(is_told(h, "Tag.Fault"));
	assert_false(is_told(h, "Tag.Speed"));
	HAS(h, "'object':'Tag.Hits[0]','value':1");
	HAS(h, "'object':'Tag.Count','value':42");
	/* behind the structure's end */
	ask(h, "52 03 9103 546167 00 0100 08000000",
	    "d2 00 00 00 a002 efbe 2042 0100 feff 05000080 00000080 2a000000");
	assert_false(is_told(h, "Tag.Count"));
	HAS(h, "'data':'2042");
	/* written: the second of two, from its first byte on */
	send_rr(h, A, 201,
	    "53 03 9103 546167 00 a002 efbe 0200 18000000 00000000 0000c842");
	HAS(h, "'object':'Tag[1].Run','value':0,'source':'commanded'");
	HAS(h, "'object':'Tag[1].Speed','value':100,'source':'commanded'");
	assert_false(is_told(h, "Tag[0].Speed"));
	harness_free(h);
}

static void
test_template_that_changes_is_read_anew(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	struct structure other = step, same = step;

	other.handle = 0x5ea;
	other.m[0] = (struct member){"Late", 0, 0xca, 0};
	learn(h, &step);
	/* the same once more changes nothing */
	attributes(h, &step);
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	assert_true(is_told(h, "Tag.Time"));
	attributes(h, &other);
	/* neither the old handle nor the new one, whose members are not seen */
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	HAS(h, "'data':'0700");
	read_tag(h, 1, "cc 00 00 00 a002 ea05 07000000 20000000");
	HAS(h, "'data':'0700");
	read_template(h, &other);
	read_tag(h, 1, "cc 00 00 00 a002 ea05 0000803f 20000000");
	HAS(h, "'object':'Tag.Late','value':1");
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	HAS(h, "'data':'0700");
	/* attributes as before, and yet another definition */
	same.handle = 0x5ea;
	same.m[0] = (struct member){"Soon", 0, 0xc4, 0};
	read_template(h, &same);
	read_tag(h, 1, "cc 00 00 00 a002 ea05 07000000 20000000");
	HAS(h, "'object':'Tag.Soon','value':7");
	assert_false(is_told(h, "Tag.Late"));
	/* a member more by the same handle: not as it was before */
	same.n = 3;
	same.m[2] = (struct member){"More", 6, 0xc1, 4};
	attributes(h, &same);
	read_tag(h, 1, "cc 00 00 00 a002 ea05 07000000 20000000");
	HAS(h, "'data':'0700");
	harness_free(h);
}

static void
test_inner_one_of_another_program_is_not_taken(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	struct structure other = step;
	char reply[HEX];

	other.handle = 0x5ea;
	other.m[0] = (struct member){"Late", 0, 0xca, 0};
	learn(h, &recipe);
	learn(h, &step);
	learn(h, &text5);
	/* The number of the inner one was given to another structure. */
	learn(h, &other);
	set(reply, "cc 00 00 00 a002 c16e %s", recipe_data(7));
	read_tag(h, 1, reply);
	assert_false(is_told(h, "Tag.Steps[0].Time"));
	assert_false(is_told(h, "Tag.Steps[0].Late"));
	assert_true(is_told(h, "Tag.Short[0]"));
	HAS(h, "'data':'0700");
	/* The outer one was seen since: it is of this program too. */
	learn(h, &recipe);
	read_tag(h, 1, reply);
	assert_true(is_told(h, "Tag.Steps[0].Late"));
	assert_true(is_told(h, "Tag.Short[0]"));
	harness_free(h);
}

static void
test_download_parts_what_was_seen_before(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char reply[HEX];

	learn(h, &recipe);
	learn(h, &text5);
	ask(h, "08 02 20ac 2401", "88 00 00 00");
	/* of the next program: nobody knows that the first had it */
	learn(h, &step);
	set(reply, "cc 00 00 00 a002 c16e %s", recipe_data(7));
	read_tag(h, 1, reply);
	assert_false(is_told(h, "Tag.Steps[0].Time"));
	assert_true(is_told(h, "Tag.Short[0]"));
	attributes(h, &recipe);
	read_tag(h, 1, reply);
	assert_true(is_told(h, "Tag.Steps[0].Time"));
	harness_free(h);
}

static void
test_two_with_one_handle_are_not_told(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	struct structure twin = step, same = step;

	twin.instance = same.instance = 0x300;
	twin.m[0].name = "Other";
	learn(h, &step);
	learn(h, &twin);
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	HAS(h, "'data':'0700");
	/* One is gone; whether the other is still there nobody has seen. */
	twin = step;
	twin.handle = 0x777;
	learn(h, &twin);
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	HAS(h, "'data':'0700");
	twin = same;
	twin.m[0].name = "Other";
	learn(h, &twin);
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	assert_true(is_told(h, "Tag.Other"));
	harness_reset(h);
	/* one definition under two numbers */
	learn(h, &step);
	learn(h, &same);
	read_tag(h, 1, "cc 00 00 00 a002 e905 07000000 20000000");
	assert_true(is_told(h, "Tag.Time"));
	harness_free(h);
}

static void
test_no_more_is_told_than_is_allowed(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	const struct structure big = {
	    0x400, 0xb16, 200, 1, {{"B", 200, 0x20c2, 0}}};
	char reply[HEX] = "cc 00 00 00 a002 160b ";

	learn(h, &big);
	for (int i = 0; i < 200; i++) {
		add(reply, "01");
	}
	read_tag(h, 1, reply);
	HAS(h, "{'name':'Tag.B[127]','value':1}],'points':200,'data':'0101");
	assert_true(is_told(h, "Tag.B[127]"));
	assert_false(is_told(h, "Tag.B[128]"));
	harness_free(h);
}

static void
test_many_members_take_several_pages(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	const struct structure wide = {0x401, 0x31de, 48, 12,
	    {{"AnAmpleNameOfAMemberNumber_00", 0, 0xc4, 0},
		{"AnAmpleNameOfAMemberNumber_01", 0, 0xc4, 4},
		{"AnAmpleNameOfAMemberNumber_02", 0, 0xc4, 8},
		{"AnAmpleNameOfAMemberNumber_03", 0, 0xc4, 12},
		{"AnAmpleNameOfAMemberNumber_04", 0, 0xc4, 16},
		{"AnAmpleNameOfAMemberNumber_05", 0, 0xc4, 20},
		{"AnAmpleNameOfAMemberNumber_06", 0, 0xc4, 24},
		{"AnAmpleNameOfAMemberNumber_07", 0, 0xc4, 28},
		{"AnAmpleNameOfAMemberNumber_08", 0, 0xc4, 32},
		{"AnAmpleNameOfAMemberNumber_09", 0, 0xc4, 36},
		{"AnAmpleNameOfAMemberNumber_10", 0, 0xc4, 40},
		{"AnAmpleNameOfAMemberNumber_11", 0, 0xc4, 44}}};
	char reply[HEX] = "cc 00 00 00 a002 de31 ", name[HEX];

	learn(h, &wide);
	for (int i = 0; i < 12; i++) {
		add(reply, "%02x000000", i);
	}
	read_tag(h, 1, reply);
	for (int i = 0; i < 12; i++) {
		set(name,
		    "'object':'Tag.AnAmpleNameOfAMemberNumber_%02d','value':%d",
		    i, i);
		HAS(h, name);
	}
	assert_false(harness_has(h, "'data'"));
	harness_free(h);
}

static void
test_template_that_cannot_be_is_bounded(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	/* holds itself; is longer than what holds it; a type of no size */
	const struct structure self = {
	    0x500, 0x5e1f, 8, 2, {{"A", 0, 0xc4, 0}, {"Me", 0, 0x8500, 0}}};
	const struct structure beyond = {0x501, 0xb4d, 8, 4,
	    {{"A", 3, 0x20c4, 0}, {"B", 0, 0xc4, 6}, {"C", 0, 0xda, 0},
		{"D", 0, 0xc3, 6}}};

	learn(h, &self);
	read_tag(h, 1, "cc 00 00 00 a002 1f5e 07000000 00000000");
	HAS(h, "'object':'Tag.Me.Me.Me.Me.A','value':7");
	assert_false(is_told(h, "Tag.Me.Me.Me.Me.Me.A"));
	HAS(h, "'data':'0700");
	learn(h, &beyond);
	read_tag(h, 1, "cc 00 00 00 a002 4d0b 07000000 00000100");
	HAS(h, "'values':[{'name':'Tag.D','value':1}],'data':'0700");
	harness_free(h);
}

static void
test_nothing_is_listed_that_nobody_reads(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	learn(h, &flat);
	h->brief = true;
	read_tag(h, 1, "cc 00 00 00 a002 efbe" FLAT);
	assert_false(harness_has(h, "'values'"));
	assert_false(harness_has(h, "'data'"));
	HAS(h, "'object':'Tag.Speed','value':40");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_members_are_told_by_name),
	    cmocka_unit_test(test_write_names_members_as_their_paths_do),
	    cmocka_unit_test(test_what_no_template_tells_stays_bytes),
	    cmocka_unit_test(test_another_controller_has_its_own),
	    cmocka_unit_test(test_structures_in_structures_and_texts),
	    cmocka_unit_test(test_inner_template_that_is_not_seen_leaves_bytes),
	    cmocka_unit_test(test_parts_tell_what_is_whole_in_them),
	    cmocka_unit_test(test_template_that_changes_is_read_anew),
	    cmocka_unit_test(test_inner_one_of_another_program_is_not_taken),
	    cmocka_unit_test(test_download_parts_what_was_seen_before),
	    cmocka_unit_test(test_two_with_one_handle_are_not_told),
	    cmocka_unit_test(test_no_more_is_told_than_is_allowed),
	    cmocka_unit_test(test_many_members_take_several_pages),
	    cmocka_unit_test(test_template_that_cannot_be_is_bounded),
	    cmocka_unit_test(test_nothing_is_listed_that_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
