/*
 * export_test: the keys and their order are an interface (events.md, last
 * section); the three formats of one small plant, to the letter.
 */
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "store/export/source.h"
#include "store/harness.h"

static int
setup(void **state)
{
	static struct rig r;
	struct host hmi = sample_host(10, 0, 0, 57);
	struct host plc = sample_host(10, 0, 0, 3);
	struct host late = sample_host(10, 0, 0, 66);

	rig_start(&r, 60 * SAMPLE_SECOND, NULL);
	*state = &r;
	r.x.vlan = 12;
	return sample_endpoint(&r.x, &hmi, "arp") != 0 ||
	       sample_endpoint(&r.x, &plc, "arp") != 0 ||
	       sample_service(&r.x, &hmi, &plc, true) != 0 ||
	       sample_read(&r.x, &hmi, &plc, 7, 0, 10) != 0 ||
	       sample_identity(&r.x, &plc, 7, "vendor", "ACME, Inc.") != 0 ||
	       sample_traffic(&r.x, &hmi, &plc, 5) != 0 ||
	       sample_reply(&r.x, &hmi, &plc, 9, "gateway_target_failed") !=
		   0 ||
	       store_tick(r.s, SAMPLE_START + 61 * SAMPLE_SECOND) != 0 ||
	       sample_endpoint(&r.x, &late, "arp") != 0 ||
	       store_commit(r.s) != 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

typedef int exporter(
    struct query *, const struct query_filter *, enum export_format, FILE *);

static char *
run(struct rig *r, exporter *fn, enum export_format format)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct query *q;

	assert_non_null(f);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(fn(q, NULL, format, f), 0);
	query_close(q);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
assert_export(
    struct rig *r, exporter *fn, enum export_format format, const char *want)
{
	char *text = run(r, fn, format);

	assert_string_equal(text, want);
	free(text);
}

static void
test_assets_as_json(void **state)
{
	assert_export(*state, export_assets, EXPORT_JSON,
	    "{\"id\":\"a-p5bcr8fdwv\",\"parent\":null,\"name\":null,"
	    "\"vendor\":null,\"vendor_by_mac\":false,\"model\":null,"
	    "\"firmware\":null,"
	    "\"hardware\":null,\"software\":null,\"serial\":null,"
	    "\"role\":\"supervisor\",\"level\":2,"
	    "\"roles\":[{\"role\":\"supervisor\",\"why\":\"sends requests\","
	    "\"proto\":\"modbus\",\"frame\":4}],\"safety\":false,"
	    "\"macs\":[\"02:00:0a:00:00:39\"],\"ips\":[\"10.0.0.57\"],"
	    "\"vlans\":[12],\"at\":null,\"sub\":null,\"behind\":[],"
	    "\"protocols\":["
	    "\"modbus\"],"
	    "\"first\":\"1093521681.000000000\","
	    "\"last\":\"1093521681.000000000\",\"approved\":false,"
	    "\"state\":\"active\",\"replaced_by\":null,"
	    "\"declared\":null,"
	    "\"facts\":[]}\n"
	    "{\"id\":\"a-stfy2rtppx\",\"parent\":null,\"name\":null,"
	    "\"vendor\":null,\"vendor_by_mac\":false,\"model\":null,"
	    "\"firmware\":null,"
	    "\"hardware\":null,\"software\":null,\"serial\":null,"
	    "\"role\":\"gateway\",\"level\":1,"
	    "\"roles\":[{\"role\":\"gateway\",\"why\":\"answers for units "
	    "behind it\",\"proto\":\"modbus\",\"frame\":7}],\"safety\":false,"
	    "\"macs\":[\"02:00:0a:00:00:03\"],\"ips\":[\"10.0.0.3\"],"
	    "\"vlans\":[12],\"at\":null,\"sub\":null,\"behind\":[],"
	    "\"protocols\":["
	    "\"modbus\"],"
	    "\"first\":\"1093521681.000000000\","
	    "\"last\":\"1093521681.000000000\",\"approved\":false,"
	    "\"state\":\"active\",\"replaced_by\":null,"
	    "\"declared\":null,"
	    "\"facts\":[]}\n"
	    "{\"id\":\"a-81dx859va2\",\"parent\":\"a-stfy2rtppx\","
	    "\"name\":null,\"vendor\":\"ACME, "
	    "Inc.\",\"vendor_by_mac\":false,\"model\":null,"
	    "\"firmware\":null,\"hardware\":null,\"software\":null,"
	    "\"serial\":null,\"role\":\"controller\",\"level\":1,"
	    "\"roles\":[{\"role\":\"controller\",\"why\":\"answers an OT "
	    "protocol\",\"proto\":null,\"frame\":null}],\"safety\":false,"
	    "\"macs\":[],"
	    "\"ips\":[],\"vlans\":[],\"at\":null,\"sub\":{\"unit\":7},"
	    "\"behind\":[{\"ip\":\"10.0.0.3\",\"mac\":\"02:00:0a:00:00:03\","
	    "\"transport\":\"tcp\",\"port\":502,\"sub\":{\"unit\":7}}],"
	    "\"protocols\":[\"modbus\"],"
	    "\"first\":\"1093521681.000000000\","
	    "\"last\":\"1093521681.000000000\",\"approved\":false,"
	    "\"state\":\"active\",\"replaced_by\":null,"
	    "\"declared\":null,"
	    "\"facts\":[{\"key\":\"vendor\",\"value\":\"ACME, Inc.\","
	    "\"via\":\"read_device_identification\",\"confidence\":90,"
	    "\"first\":\"1093521681.000000000\","
	    "\"last\":\"1093521681.000000000\",\"frame\":5,"
	    "\"claim\":\"self\",\"proto\":\"modbus\",\"count\":1}]}\n"
	    "{\"id\":\"a-47y7e67trj\",\"parent\":null,\"name\":null,"
	    "\"vendor\":null,\"vendor_by_mac\":false,\"model\":null,"
	    "\"firmware\":null,"
	    "\"hardware\":null,\"software\":null,\"serial\":null,"
	    "\"role\":null,\"level\":null,"
	    "\"roles\":[],\"safety\":false,"
	    "\"macs\":[\"02:00:0a:00:00:42\"],\"ips\":[\"10.0.0.66\"],"
	    "\"vlans\":[12],\"at\":null,\"sub\":null,\"behind\":[],"
	    "\"protocols\":[],"
	    "\"first\":\"1093521681.000000000\","
	    "\"last\":\"1093521681.000000000\",\"approved\":false,"
	    "\"state\":\"active\",\"replaced_by\":null,"
	    "\"declared\":null,"
	    "\"facts\":[]}\n");
}

static char *
asset(struct rig *r, const char *what, enum export_format format, int want)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct query *q;

	assert_non_null(f);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(export_asset(q, what, format, f), want);
	query_close(q);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
test_one_asset_and_why(void **state)
{
	char *text = asset(*state, "10.0.0.3", EXPORT_TABLE, 0);

	assert_string_equal(text,
	    "a-stfy2rtppx\n"
	    "  role        gateway, level 1: answers for units behind it "
	    "(modbus, frame 7)\n"
	    "  ips         10.0.0.3\n"
	    "  macs        02:00:0a:00:00:03\n"
	    "  vlans       12\n"
	    "  protocols   modbus\n"
	    "  seen        2004-08-26T12:01:21.000Z to "
	    "2004-08-26T12:01:21.000Z\n"
	    "  approved    no\n"
	    "\nNobody has said anything about it.\n"
	    "\nWhat happened, the latest first\n"
	    "  2004-08-26T12:01:21Z  service         tcp 502 modbus\n"
	    "  2004-08-26T12:01:21Z  new\n"
	    "\nBehind it\n"
	    "  a-81dx859va2  unit 7\n");
	free(text);
	text = asset(*state, "a-81dx859va2", EXPORT_TABLE, 0);
	assert_non_null(strstr(text, "  vendor      ACME, Inc.\n"));
	assert_non_null(strstr(text, "  as          unit 7\n"));
	assert_non_null(strstr(text, "  behind      a-stfy2rtppx\n"));
	assert_non_null(
	    strstr(text, "FACT    VALUE       SAID BY  PROTOCOL  MESSAGE"));
	assert_non_null(
	    strstr(text, "\nvendor  ACME, Inc.  self     modbus    "
			 "read_device_identification      90      1      5  "));
	free(text);
	text = asset(*state, "02:00:0A:00:00:42", EXPORT_JSON, 0);
	assert_int_equal(strncmp(text, "{\"id\":\"a-47y7e67trj\"", 20), 0);
	free(text);
	free(asset(*state, "10.0.0.", EXPORT_TABLE, ERR_NOTFOUND));
	free(asset(*state, "a-0000000000", EXPORT_TABLE, ERR_NOTFOUND));
	free(asset(*state, "", EXPORT_TABLE, ERR_NOTFOUND));
}

static void
test_links_as_json(void **state)
{
	assert_export(*state, export_links, EXPORT_JSON,
	    "{\"src\":\"a-p5bcr8fdwv\",\"dst\":\"a-stfy2rtppx\","
	    "\"src_ip\":\"10.0.0.57\",\"dst_ip\":\"10.0.0.3\","
	    "\"proto\":\"modbus\",\"port\":502,\"initiator\":\"10.0.0.57\","
	    "\"packets\":10,\"bytes\":745,\"ops\":{\"read\":5},"
	    "\"first\":\"1093521680.999999999\","
	    "\"last\":\"1093521681.000000000\",\"id\":1,\"src_name\":null,"
	    "\"dst_name\":null,\"src_mac\":null,\"dst_mac\":null,"
	    "\"src_at\":null,\"dst_at\":null,"
	    "\"transport\":\"tcp\",\"label\":null,\"learned\":true,"
	    "\"answered\":true,\"packets_back\":5,\"bytes_back\":415,"
	    "\"replies\":5,\"errors\":0,\"unanswered\":0,"
	    "\"retransmits\":0,\"duplicates\":0}\n");
}

static void
test_alerts_as_json(void **state)
{
	char *text = run(*state, export_alerts, EXPORT_JSON);
	static const char
	    start[] = "{\"id\":\"e-",
	    rest[] = "\"rule\":\"new-talker\",\"severity\":\"medium\","
		     "\"state\":\"open\",\"count\":1,"
		     "\"first\":\"1093521681.000000000\","
		     "\"last\":\"1093521681.000000000\","
		     "\"src\":\"a-47y7e67trj\",\"dst\":null,"
		     "\"src_ip\":\"10.0.0.66\",\"dst_ip\":null,\"title\":";

	assert_memory_equal(text, start, sizeof(start) - 1);
	assert_non_null(strstr(text, rest));
	assert_non_null(strstr(text, "\"attack\":[],\"frames\":[8],"));
	free(text);
}

static void
test_assets_as_a_table(void **state)
{
	assert_export(*state, export_assets, EXPORT_TABLE,
	    "ID            NAME  ADDRESS    VENDOR      MODEL  FIRMWARE  "
	    "SERIAL  ROLE        PROTOCOLS  FIRST                     "
	    "LAST\n"
	    "a-p5bcr8fdwv        10.0.0.57                               "
	    "        supervisor  modbus     2004-08-26T12:01:21.000Z  "
	    "2004-08-26T12:01:21.000Z\n"
	    "a-stfy2rtppx        10.0.0.3                                "
	    "        gateway     modbus     2004-08-26T12:01:21.000Z  "
	    "2004-08-26T12:01:21.000Z\n"
	    "a-81dx859va2        unit 7     ACME, Inc.                   "
	    "        controller  modbus     2004-08-26T12:01:21.000Z  "
	    "2004-08-26T12:01:21.000Z\n"
	    "a-47y7e67trj        10.0.0.66                               "
	    "                               2004-08-26T12:01:21.000Z  "
	    "2004-08-26T12:01:21.000Z\n");
}

static void
test_links_as_csv(void **state)
{
	assert_export(*state, export_links, EXPORT_CSV,
	    "src,dst,src_ip,dst_ip,proto,transport,port,packets,bytes,ops,"
	    "unanswered,first,last,src_at,dst_at\r\n"
	    "a-p5bcr8fdwv,a-stfy2rtppx,10.0.0.57,10.0.0.3,modbus,tcp,502,10,"
	    "745,read:5,0,2004-08-26T12:01:20.999Z,"
	    "2004-08-26T12:01:21.000Z,,\r\n");
}

static void
test_nothing_is_said_to_be_nothing(void **state)
{
	static const struct query_filter none = {.text = "no such thing"};
	struct rig *r = *state;
	static exporter *const fns[] = {
	    export_assets, export_links, export_alerts};
	struct query *q;

	assert_int_equal(query_open(r->dir, &q), 0);
	for (size_t i = 0; i < sizeof(fns) / sizeof(fns[0]); i++) {
		char *text = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&text, &n);

		assert_non_null(f);
		assert_int_equal(fns[i](q, &none, EXPORT_JSON, f), 0);
		(void)fflush(f);
		assert_int_equal(n, 0);
		assert_int_equal(fns[i](q, &none, EXPORT_TABLE, f), 0);
		assert_int_equal(fclose(f), 0);
		assert_memory_equal(text, "No ", 3);
		free(text);
	}
	query_close(q);
}

/* --- a long table ------------------------------------------------------------- */

/* Rows of a list that counts. */
struct numbers {
	uint64_t n;
	uint64_t note_from; /* these have a second cell, and a wide one */
	FILE *out;
	uint64_t asked; /* of the list before there is a line */
};

static struct numbers numbers;

static void
put_note(struct text *t, const void *row)
{
	text_put(t, *(const uint64_t *)row >= numbers.note_from ? "late" : "");
}

static int
numbers_page(struct query *q, const struct query_filter *f,
    struct query_page *page, int (*row)(void *, const void *), void *arg)
{
	uint64_t end = (uint64_t)page->after + page->limit;
	uint64_t i = (uint64_t)page->after;
	int rc = 0;

	if (ftell(numbers.out) == 0) {
		numbers.asked = end;
	}
	for (; rc == 0 && i < end && i < numbers.n; i++) {
		uint64_t shown = 1000000 + i;

		rc = row(arg, i < numbers.note_from ? &i : &shown);
	}
	/* As of the database: a full page does not know that it is the last. */
	page->after = i == end ? (int64_t)i : 0;
	return rc;
}

static char *
run_numbers(uint64_t n, uint64_t note_from)
{
	static const struct column columns[] = {
	    {"nr", IN_TABLE, true, 0, 0, CELL_COUNT, 0, NULL},
	    {"note", IN_TABLE_USED, false, 0, 0, CELL_PUT, 0, put_note},
	};
	static const struct source source = {.column = columns,
	    .n = 2,
	    .empty = "No numbers",
	    .page = numbers_page};
	char *text = NULL;
	size_t size = 0;

	numbers = (struct numbers){.n = n, .note_from = note_from};
	numbers.out = open_memstream(&text, &size);
	assert_non_null(numbers.out);
	assert_int_equal(
	    source_export(&source, NULL, NULL, EXPORT_TABLE, numbers.out), 0);
	assert_int_equal(fclose(numbers.out), 0);
	return text;
}

static unsigned
lines(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++) {
		n++;
	}
	return n;
}

static void
test_a_long_table_begins_at_once(void **state)
{
	char *text = run_numbers(100000, UINT64_MAX);

	assert_int_equal(numbers.asked, 512);
	assert_int_equal(lines(text), 100001);
	assert_memory_equal(text, " NR\n  0\n  1\n", 12);
	assert_non_null(strstr(text, "\n511\n 512\n"));
	assert_non_null(strstr(text, "\n 999\n1000\n"));
	assert_non_null(strstr(text, "\n9727\n 9728\n"));
	assert_non_null(strstr(text, "\n99999\n"));
	free(text);
}

static void
test_a_column_that_comes_late_has_a_head(void **state)
{
	char *text = run_numbers(2500, 2400);

	assert_int_equal(lines(text), 2502);
	assert_memory_equal(text, " NR\n  0\n", 8);
	assert_non_null(strstr(text, "\n2047\n     NR  NOTE\n   2048  \n"));
	assert_non_null(
	    strstr(text, "\n   2399  \n1002400  late\n1002401  late\n"));
	free(text);
}

static void
test_a_table_of_whole_parts_ends(void **state)
{
	for (uint64_t n = 512; n <= 1536; n += 512) {
		char *text = run_numbers(n, UINT64_MAX);

		assert_int_equal(lines(text), n + 1);
		free(text);
	}
}

/* With several captures a frame says which one it is of. */
static void
test_frames_of_two_captures(void **state)
{
	static const char *const names[] = {"a.pcap", "b.pcap"};
	struct host plc = sample_host(10, 0, 0, 3);
	struct rig *r = *state;
	struct query *q;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	assert_int_equal(store_inputs(r->s, names, 2), 0);
	r->x.input = 1;
	assert_int_equal(
	    sample_identity(&r->x, &plc, -1, "firmware", "1.2"), 0);
	assert_int_equal(
	    sample_identity(&r->x, &plc, -1, "firmware", "1.3"), 0);
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(export_asset(q, "10.0.0.3", EXPORT_TABLE, f), 0);
	assert_int_equal(export_asset(q, "10.0.0.3", EXPORT_JSON, f), 0);
	assert_int_equal(export_alerts(q, NULL, EXPORT_JSON, f), 0);
	query_close(q);
	assert_int_equal(fclose(f), 0);
	assert_non_null(strstr(text, " FILE "));
	assert_non_null(strstr(text, "1.2 -> 1.3  (frame 10 of b.pcap)"));
	assert_non_null(strstr(text, "\"frame\":9,\"file\":\"b.pcap\""));
	assert_non_null(strstr(text, "\"frames\":[10],\"files\":[\"b.pcap\"]"));
	free(text);
}

static void
test_full_output_is_told(void **state)
{
	struct rig *r = *state;
	FILE *f = fopen("/dev/full", "w");
	struct query *q;

	assert_non_null(f);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(export_assets(q, NULL, EXPORT_JSON, f), ERR_IO);
	query_close(q);
	(void)fclose(f);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_assets_as_json),
	    T(test_one_asset_and_why),
	    T(test_links_as_json),
	    T(test_alerts_as_json),
	    T(test_assets_as_a_table),
	    T(test_links_as_csv),
	    T(test_nothing_is_said_to_be_nothing),
	    T(test_a_long_table_begins_at_once),
	    T(test_a_column_that_comes_late_has_a_head),
	    T(test_a_table_of_whole_parts_ends),
	    T(test_frames_of_two_captures),
	    T(test_full_output_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
