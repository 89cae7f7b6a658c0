/*
 * Unit tests of templates and group keys, hostile values among them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "rules/harness.h"
#include "rules/text.h"

#define ELLIPSIS "\xe2\x80\xa6"

static struct world w;
static struct evcols *cols;
static char buf[TEXT_SIZE];

static void
expect(const char *src, const char *expected)
{
	struct text *t;
	char why[160];

	assert_int_equal(text_new(cols, src, &t, why, sizeof(why)), 0);
	text_render(t, cols, &w.sub, buf);
	text_free(t);
	assert_string_equal(buf, expected);
}

static void
expect_key(const char *src, const char *expected)
{
	struct text *t;
	char why[160];

	assert_int_equal(text_key_new(cols, src, &t, why, sizeof(why)), 0);
	text_render(t, cols, &w.sub, buf);
	text_free(t);
	assert_string_equal(buf, expected);
}

static void
refuse(int (*make)(
	   const struct evcols *, const char *, struct text **, char *, size_t),
    const char *src, const char *reason)
{
	struct text *t = NULL;
	char why[160];

	assert_int_equal(make(cols, src, &t, why, sizeof(why)), ERR_CONFIG);
	assert_null(t);
	assert_string_equal(why, reason);
}

static void
test_columns(void **state)
{
	struct ev *e =
	    world_request(&w, "write_single_register", 6, EV_CLASS_WRITE);

	ev_uint(e, H_ADDR, 100);
	ev_double(e, EVF_BYTES, 2.5);
	expect("", "");
	expect("no names", "no names");
	expect("{op} to unit {unit}: {proto} {class}, code {CODE}, {bytes}",
	    "write_single_register to unit 1: modbus write, code 6, 2.5");
	expect("{dst_sub}|{src_sub}|{values}", "unit 1|unknown|unknown");
	expect("{{}} {{op}} {{{op}}}", "{} {op} {write_single_register}");
	expect("{time}", "2004-08-26T12:01:21.696Z");
}

static void
test_ends(void **state)
{
	struct ev *e = world_request(&w, "read_coils", 1, EV_CLASS_READ);

	expect("{src} {dst} {client} {server}",
	    "10.0.0.5 10.0.0.3 10.0.0.5 10.0.0.3");
	expect("{src.name} {dst.vendor}", "10.0.0.5 unknown");
	w.src_name = "HMI 1";
	w.dst_name = "10.0.0.3"; /* nobody has named it */
	expect("{src} {dst}", "HMI 1 (10.0.0.5) 10.0.0.3");
	expect("{src.name} {dst.name}", "HMI 1 10.0.0.3");
	e->dir = EV_DIR_RESPONSE;
	expect("{client.name} {server.name}", "10.0.0.3 HMI 1");
	e->src.ipver = 0;
	expect("{src}", "HMI 1 (00:02:b3:ce:70:51)");
	e->src.has_mac = false;
	expect("{src}", "HMI 1");
	w.src_name = NULL;
	expect("{src} {src.name}", "unknown unknown");
	w.dst_name = NULL;
}

static void
test_facts_come_from_event_store_or_roles(void **state)
{
	struct ev *e =
	    world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);

	expect(
	    "{object} {old} {new} {usual}", "unknown unknown unknown unknown");
	ev_uint(e, H_ADDR, 100);
	expect("{object}", "addr 100");
	ev_uint(e, H_QTY, 2);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\0\2", 4);
	expect("{object} -> {new}", "addr 100 to 101 -> [1,2]");
	w.old = "[7,7]";
	w.usual = "HMI 1";
	w.learned = "4 to 7";
	expect("{old}, {usual}, {learned}", "[7,7], HMI 1, 4 to 7");
	ev_name(e, EVF_OLD, "seen");
	expect("{old}", "seen");
	w.old = w.usual = w.learned = NULL;
	w.sub.lookup = NULL;
	expect("{usual} {src.name}", "unknown 10.0.0.5");
	/* A range that a broken message claims must not wrap. */
	e->nfields = 0;
	ev_uint(e, H_ADDR, UINT64_MAX);
	ev_uint(e, H_QTY, 2);
	expect("{object}", "addr 18446744073709551615");
}

static void
test_bad_templates_are_refused(void **state)
{
	char many[512] = "", longest[256] = "{";

	refuse(text_new, "a {nonsense} b", "no such name: nonsense");
	refuse(text_new, "{}", "no such name: ");
	refuse(text_new, "{ op}", "no such name:  op");
	refuse(text_new, "{src.password}", "no such name: src.password");
	refuse(text_new, "{src.}", "no such name: src.");
	refuse(text_new, "{op", "a lone brace; write {{ or }}: {op");
	refuse(text_new, "a } b", "a lone brace; write {{ or }}: } b");
	refuse(text_new, "{a{op}}", "a lone brace; write {{ or }}: {a{op}}");
	for (size_t i = 0; i < 65; i++) {
		memcpy(many + 4 * i, "{op}", 5);
	}
	refuse(text_new, many, "more than 64 parts");
	memset(longest + 1, 'a', 200);
	longest[201] = '}';
	refuse(text_new, longest,
	    "no such name: aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaa" ELLIPSIS);
}

static void
test_keys(void **state)
{
	struct ev *e = world_request(&w, "read_coils", 1, EV_CLASS_READ);

	expect_key("all", "all");
	expect_key("src, dst,proto", "src=#1|dst=#2|proto=modbus");
	expect_key("server , unit", "server=#2|unit=1");
	e->dir = EV_DIR_RESPONSE;
	expect_key("server", "server=#1");
	w.sub.src_asset = 0;
	expect_key("src,values", "src=10.0.0.5|values=");
	e->src.ipver = 0;
	expect_key("src", "src=00:02:b3:ce:70:51");
	e->src.has_mac = false;
	expect_key("src", "src=");
	/* A name must not make a new alert. */
	w.dst_name = "PLC";
	expect_key("dst", "dst=#2");
	w.dst_name = NULL;
}

static void
test_keys_cannot_be_forged(void **state)
{
	struct ev *e = world_event(&w, EV_IDENTITY);
	static char longest[300];

	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "x|key=y%7c", 10);
	expect_key("value,key", "value=x%7ckey=y%257c|key=");
	memset(longest, 'a', sizeof(longest));
	e->nfields = 0;
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, longest, 64);
	expect_key("value",
	    "value=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaa");
	/* Longer ones differ although their beginnings are equal. */
	e->nfields = 0;
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, longest, sizeof(longest));
	expect_key("value", "value=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "%~ee7717eba7a17e21");
	longest[299] = 'b';
	expect_key("value", "value=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "%~ee7714eba7a17908");
}

static void
test_bad_keys_are_refused(void **state)
{
	refuse(text_key_new, "", "a name is missing");
	refuse(text_key_new, "src,", "a name is missing");
	refuse(text_key_new, "src,,dst", "no such name: ");
	refuse(text_key_new, "src dst", "no such name: src dst");
	refuse(text_key_new, "src.name", "no such name: src.name");
	refuse(text_key_new, "usual", "no such name: usual");
	refuse(text_key_new, "src, all", "no such name: all");
	refuse(text_key_new, "op,op,op,op,op,op,op,op,op", "more than 8 names");
}

static void
test_hostile_values_are_tamed(void **state)
{
	struct ev *e = world_event(&w, EV_IDENTITY);
	static char longest[1000], expected[300];

	ev_bytes(e, EVF_VALUE, EV_T_TEXT,
	    "PLC\r\n<165>1 {src}\x1b[2J\xe2\x80\xae\xff%s", 27);
	expect("v={value}", "v=PLC  <165>1 {src}[2J\xef\xbf\xbd\xef\xbf\xbd%s");
	memset(longest, 'a', sizeof(longest));
	memset(expected, 'a', 200);
	(void)snprintf(expected + 200, sizeof(expected) - 200, ELLIPSIS "!");
	e->nfields = 0;
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, longest, sizeof(longest));
	expect("{value}!", expected);
	w.src_name = longest;
	longest[sizeof(longest) - 1] = '\0';
	expect("{src.name}!", expected);
	w.src_name = "\x01\x02"; /* nothing left of it */
	expect("{src.name}|", "|");
	w.src_name = NULL;
}

static void
test_texts_end_within_their_buffer(void **state)
{
	struct ev *e = world_event(&w, EV_IDENTITY);
	char src[400] = "", value[500];
	struct text *t;
	char why[160];

	memset(value, 'a', sizeof(value));
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, value, sizeof(value));
	for (size_t i = 0; i < 30; i++) {
		memcpy(src + 8 * i, "{value} ", 9);
	}
	assert_int_equal(text_new(cols, src, &t, why, sizeof(why)), 0);
	text_render(t, cols, &w.sub, buf);
	text_free(t);
	assert_in_range(strlen(buf), TEXT_SIZE - 8, TEXT_SIZE - 1);
	assert_string_equal(buf + strlen(buf) - 3, ELLIPSIS);
}

static int
setup(void **state)
{
	world_open(&w);
	return evcols_new(&cols);
}

static int
teardown(void **state)
{
	evcols_free(cols);
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_columns),
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_facts_come_from_event_store_or_roles),
	    cmocka_unit_test(test_bad_templates_are_refused),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_keys_cannot_be_forged),
	    cmocka_unit_test(test_bad_keys_are_refused),
	    cmocka_unit_test(test_hostile_values_are_tamed),
	    cmocka_unit_test(test_texts_end_within_their_buffer),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
