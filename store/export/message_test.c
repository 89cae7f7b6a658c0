/*
 * message_test: forms of an alert, against a grammar of RFC 5424 that knows
 * nothing of the code that writes them; hostile texts in every place.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "base/json.h"
#include "store/export/message.h"

#define EVIL "a\nb\r\tc\"d]e\\f|g=h\x01\x7fi\xc2\x85j\xffk"
#define EURO "\xe2\x82\xac"

static char text[MESSAGE_MAX + 1]; /* the message, with a NUL */
static char big[10000];

static struct query_alert
sample(void)
{
	return (struct query_alert){
	    .id = "e-0123456789",
	    .rule = "new-talker",
	    .severity = "high",
	    .state = "open",
	    .count = 7,
	    .first = 1093521681696827000ULL,
	    .last = 1093521682000000000ULL,
	    .src = {"a-1", "10.0.0.57", "", "HMI 1", NULL},
	    .dst = {"a-2", "10.0.0.3", "", "", NULL},
	    .title = "New station",
	    .soc = "10.0.0.57 talks",
	    .ot = "HMI 1 talks",
	    .check = "Ask",
	    .attack = "T0855, T0836",
	    .frames = "[1,2]",
	};
}

static size_t
make(enum message_form form, const struct query_alert *a)
{
	char *exact = malloc(MESSAGE_MAX); /* a sanitizer sees its end */
	size_t n;

	assert_non_null(exact);
	n = message_make(exact, form, "host.example", "e-0123456789.2", 7, a);
	assert_true(n <= MESSAGE_MAX);
	memcpy(text, exact, n);
	text[n] = '\0';
	free(exact);
	assert_int_equal(strlen(text), n);
	return n;
}

/* --- the grammar: RFC 5424, section 6 ------------------------------------ */

struct parsed {
	unsigned pri;
	char time[40], host[260], app[50], procid[130], msgid[40];
	unsigned params;
	char name[20][40], value[20][1024];
	bool bom;
	const char *msg;
};

/* 1*max PRINTUSASCII, up to a space. */
static const char *
word(const char *p, char *ret, size_t max)
{
	size_t n = 0;

	while (*p > 0x20 && *p < 0x7f) {
		assert_true(n < max);
		ret[n++] = *p++;
	}
	ret[n] = '\0';
	assert_true(n > 0);
	assert_int_equal(*p, ' ');
	return p + 1;
}

static void
check_time(const char *t)
{
	/* 2004-08-26T12:01:22.000Z */
	assert_int_equal(strlen(t), 24);
	for (size_t i = 0; i < 24; i++) {
		const char *shape = "dddd-dd-ddTdd:dd:dd.dddZ";

		if (shape[i] == 'd') {
			assert_true(t[i] >= '0' && t[i] <= '9');
		} else {
			assert_int_equal(t[i], shape[i]);
		}
	}
}

/* SD-PARAM: SP name "=" DQUOTE value DQUOTE */
static const char *
param(const char *p, struct parsed *ret)
{
	char *name = ret->name[ret->params];
	char *value = ret->value[ret->params];
	size_t n = 0;

	assert_true(ret->params < 20);
	ret->params++;
	for (; *p != '='; p++) {
		assert_true(*p > ' ' && *p < 0x7f && *p != ']' && *p != '"');
		assert_true(n < 32);
		name[n++] = *p;
	}
	name[n] = '\0';
	assert_int_equal(p[1], '"');
	n = 0;
	for (p += 2; *p != '"'; p++) {
		assert_int_not_equal(*p, '\0');
		assert_int_not_equal(*p, ']');
		if (*p == '\\') {
			p++;
			assert_true(*p == '"' || *p == '\\' || *p == ']');
		}
		assert_true(n < sizeof(ret->value[0]) - 1);
		value[n++] = *p;
	}
	value[n] = '\0';
	return p + 1;
}

static void
check_bytes(const char *p)
{
	char *clean = malloc(MESSAGE_MAX + 1);
	bool bad = false;

	assert_non_null(clean);
	for (const char *c = p; *c != '\0'; c++) {
		assert_true((unsigned char)*c >= 0x20);
	}
	(void)utf8_clean(clean, MESSAGE_MAX + 1, p, strlen(p), &bad);
	assert_false(bad);
	free(clean);
}

static void
parse(struct parsed *ret)
{
	const char *p = text;
	char *end;

	memset(ret, 0, sizeof(*ret));
	check_bytes(p);
	assert_int_equal(*p, '<');
	ret->pri = (unsigned)strtoul(p + 1, &end, 10);
	assert_true(ret->pri <= 191);
	assert_memory_equal(end, ">1 ", 3);
	p = word(end + 3, ret->time, 32);
	check_time(ret->time);
	p = word(p, ret->host, 255);
	p = word(p, ret->app, 48);
	p = word(p, ret->procid, 128);
	p = word(p, ret->msgid, 32);
	assert_memory_equal(p, "[otus@32473", 11);
	for (p += 11; *p == ' ';) {
		p = param(p + 1, ret);
	}
	assert_memory_equal(p, "] ", 2);
	ret->bom = strncmp(p + 2, "\xef\xbb\xbf", 3) == 0;
	ret->msg = p + 2 + (ret->bom ? 3 : 0);
}

static const char *
value_of(const struct parsed *p, const char *name)
{
	for (unsigned i = 0; i < p->params; i++) {
		if (strcmp(p->name[i], name) == 0) {
			return p->value[i];
		}
	}
	return NULL;
}

/* --- tests ----------------------------------------------------------------- */

static void
test_sentence_is_rfc5424(void **state)
{
	struct query_alert a = sample();
	struct parsed p;

	(void)state;
	(void)make(MESSAGE_RFC5424, &a);
	parse(&p);
	assert_int_equal(p.pri, 16 * 8 + 3);
	assert_string_equal(p.time, "2004-08-26T12:01:22.000Z");
	assert_string_equal(p.host, "host.example");
	assert_string_equal(p.app, "otus");
	assert_string_equal(p.procid, "-");
	assert_string_equal(p.msgid, "new-talker");
	assert_string_equal(value_of(&p, "event"), "e-0123456789.2");
	assert_string_equal(value_of(&p, "alert"), "e-0123456789");
	assert_string_equal(value_of(&p, "rule"), "new-talker");
	assert_string_equal(value_of(&p, "severity"), "high");
	assert_string_equal(value_of(&p, "count"), "7");
	assert_string_equal(value_of(&p, "first"), "2004-08-26T12:01:21.696Z");
	assert_string_equal(value_of(&p, "src"), "10.0.0.57");
	assert_string_equal(value_of(&p, "dstAsset"), "a-2");
	assert_string_equal(value_of(&p, "attack"), "T0855, T0836");
	assert_true(p.bom);
	assert_string_equal(p.msg, "New station: 10.0.0.57 talks");
}

static void
test_severities_map(void **state)
{
	static const struct {
		const char *name;
		unsigned pri;
	} row[] = {{"critical", 130}, {"high", 131}, {"medium", 132},
	    {"low", 133}, {"info", 134}, {"strange", 134}};
	struct query_alert a = sample();
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		a.severity = row[i].name;
		(void)make(MESSAGE_RFC5424, &a);
		parse(&p);
		assert_int_equal(p.pri, row[i].pri);
	}
}

static void
test_cef_as_a_whole(void **state)
{
	struct query_alert a = sample();
	struct parsed p;

	(void)state;
	(void)make(MESSAGE_CEF, &a);
	parse(&p);
	assert_false(p.bom);
	assert_string_equal(p.msg,
	    "CEF:0|otus|otus|0.1.0|new-talker|New station|8|"
	    "externalId=e-0123456789.2 cnt=7 start=1093521681696 "
	    "end=1093521682000 src=10.0.0.57 shost=HMI 1 dst=10.0.0.3 "
	    "cs1Label=attack cs1=T0855, T0836 cs2Label=process "
	    "cs2=HMI 1 talks msg=10.0.0.57 talks");
	a.src.ip = "fe80::1";
	a.dst.ip = "2001:db8::2";
	(void)make(MESSAGE_CEF, &a);
	parse(&p);
	assert_non_null(
	    strstr(p.msg, " c6a2Label=Source IPv6 Address c6a2=fe80::1 "));
	assert_non_null(strstr(
	    p.msg, " c6a3Label=Destination IPv6 Address c6a3=2001:db8::2 "));
	assert_null(strstr(p.msg, " src="));
}

/* Header fields of CEF by an own reading: '|' ends one, '\' quotes. */
static void
check_cef(const char *msg)
{
	unsigned bars = 0;
	const char *p = msg;

	for (; *p != '\0' && bars < 7; p++) {
		if (*p == '\\') {
			p++;
			assert_true(*p == '\\' || *p == '|');
		} else if (*p == '|') {
			bars++;
		}
	}
	assert_int_equal(bars, 7);
	/* Each unquoted '=' ends a key of ours. */
	for (; *p != '\0'; p++) {
		const char *key = p;

		if (*p == '\\') {
			p++;
			assert_true(*p == '\\' || *p == '=');
			continue;
		}
		if (*p != '=') {
			continue;
		}
		while (key > msg && key[-1] != ' ' && key[-1] != '|') {
			key--;
		}
		assert_true(strncmp(key, "externalId", 10) == 0 ||
			    strcspn(key, "=") <= 8);
	}
}

static void
test_hostile_texts_stay_where_they_are(void **state)
{
	struct query_alert a = sample();
	struct parsed p;

	(void)state;
	a.rule = a.state = a.soc = a.ot = a.check = a.attack = EVIL;
	a.title = "T|" EVIL;
	a.src.name = a.dst.name = a.src.ip = a.dst.mac = EVIL;
	for (int form = 0; form < MESSAGE_FORMS; form++) {
		(void)make((enum message_form)form, &a);
		parse(&p);
		assert_string_equal(value_of(&p, "src"),
		    "a b  c\"d]e\\f|g=h  i j\xef\xbf\xbdk");
		assert_string_equal(p.msgid, "a_b__c\"d]e\\f|g=h__i__j_k");
		if (form == MESSAGE_CEF) {
			check_cef(p.msg);
			assert_non_null(
			    strstr(p.msg, " msg=a b  c\"d]e\\\\f|g\\=h  i j"
					  "\xef\xbf\xbdk"));
			assert_non_null(strstr(p.msg,
			    "|T\\|a b  c\"d]e\\\\f\\|g=h  i j\xef\xbf\xbdk|"));
		}
	}
}

static void
test_json_has_the_keys_of_the_command(void **state)
{
	static const char *const key[] = {"event", "id", "rule", "severity",
	    "state", "count", "first", "last", "src", "dst", "src_ip", "dst_ip",
	    "title", "soc", "ot", "attack", "check"};
	struct query_alert a = sample();
	const cJSON *item;
	struct parsed p;
	cJSON *j;
	size_t i = 0;

	(void)state;
	a.soc = EVIL;
	(void)make(MESSAGE_JSON, &a);
	parse(&p);
	assert_false(p.bom);
	j = cJSON_ParseWithOpts(p.msg, NULL, true);
	assert_non_null(j);
	for (item = j->child; item != NULL && i < 17; item = item->next) {
		assert_string_equal(item->string, key[i++]);
	}
	assert_int_equal(i, 17);
	assert_string_equal(cJSON_GetObjectItem(j, "first")->valuestring,
	    "1093521681.696827000");
	assert_int_equal(
	    cJSON_GetArraySize(cJSON_GetObjectItem(j, "attack")), 2);
	assert_string_equal(cJSON_GetObjectItem(j, "soc")->valuestring,
	    "a\nb\r\tc\"d]e\\f|g=h\x01\x7fi\xc2\x85j\xef\xbf\xbdk");
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(j, "dst_name")));
	cJSON_Delete(j);
}

static void
fill(const char *piece)
{
	size_t n = strlen(piece);

	for (size_t i = 0; i + 1 < sizeof(big); i++) {
		big[i] = piece[i % n];
	}
	big[sizeof(big) - 1] = '\0';
}

static void
test_long_texts_are_cut_at_a_character(void **state)
{
	static const char *const piece[] = {"x", EURO, "\"", "]", "\\",
	    "\xf0\x9f\x92\xa9", "\xff", "\x01", "=", "a\xe2\x82\xac"};
	struct parsed p;

	(void)state;
	for (size_t i = 0; i < sizeof(piece) / sizeof(piece[0]); i++) {
		struct query_alert a = sample();

		fill(piece[i]);
		a.rule = a.state = a.title = a.soc = a.ot = a.check = big;
		a.severity = a.attack = big;
		a.src.ip = a.src.name = a.src.mac = big;
		a.dst.ip = a.dst.name = a.dst.mac = big;
		for (int form = 0; form < MESSAGE_FORMS; form++) {
			(void)make((enum message_form)form, &a);
			parse(&p);
			assert_string_equal(
			    value_of(&p, "event"), "e-0123456789.2");
			if (form == MESSAGE_CEF) {
				check_cef(p.msg);
			} else if (form == MESSAGE_JSON) {
				cJSON *j =
				    cJSON_ParseWithOpts(p.msg, NULL, true);

				assert_non_null(j);
				cJSON_Delete(j);
			}
		}
	}
}

static void
test_unknown_things_leave_the_message_whole(void **state)
{
	struct query_alert a = {.id = "",
	    .rule = "",
	    .severity = "",
	    .state = "",
	    .title = "",
	    .soc = "",
	    .ot = "",
	    .check = "",
	    .attack = "",
	    .frames = ""};
	struct parsed p;
	size_t n;
	char buf[MESSAGE_MAX];

	(void)state;
	for (int form = 0; form < MESSAGE_FORMS; form++) {
		(void)make((enum message_form)form, &a);
		parse(&p);
		assert_string_equal(p.msgid, "-");
	}
	n = message_make(buf, MESSAGE_RFC5424, "", "e", 1, &a);
	memcpy(text, buf, n);
	text[n] = '\0';
	parse(&p);
	assert_string_equal(p.host, "-");
	n = message_make(buf, MESSAGE_RFC5424, "two words\n", "e", 1, &a);
	memcpy(text, buf, n);
	text[n] = '\0';
	parse(&p);
	assert_string_equal(p.host, "two_words_");
}

static void
test_forms_by_name(void **state)
{
	char host[MESSAGE_HOST_MAX];

	(void)state;
	assert_int_equal(message_form_parse("rfc5424"), MESSAGE_RFC5424);
	assert_int_equal(message_form_parse("cef"), MESSAGE_CEF);
	assert_int_equal(message_form_parse("json"), MESSAGE_JSON);
	assert_int_equal(message_form_parse("leef"), -1);
	message_host(host);
	assert_true(strlen(host) < sizeof(host));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sentence_is_rfc5424),
	    cmocka_unit_test(test_severities_map),
	    cmocka_unit_test(test_cef_as_a_whole),
	    cmocka_unit_test(test_hostile_texts_stay_where_they_are),
	    cmocka_unit_test(test_json_has_the_keys_of_the_command),
	    cmocka_unit_test(test_long_texts_are_cut_at_a_character),
	    cmocka_unit_test(test_unknown_things_leave_the_message_whole),
	    cmocka_unit_test(test_forms_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
