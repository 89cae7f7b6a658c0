/*
 * hostile_test: no event, whatever it says, makes the store fail, lie in its
 * tables, or write what harms a reader.
 *
 * Events come decoded and bounded (ev_wire.h), so the lengths and types here
 * are those that a taken-over sensor could send: everything that the
 * vocabulary allows, in any combination.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "dissectors/registry.h"
#include "store/export/export.h"
#include "store/harness.h"

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, 60 * SAMPLE_SECOND, NULL);
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

/* --- any event at all ------------------------------------------------------------- */

static const char *const words[] = {"", "'; DROP TABLE assets; --", "%s%n",
    "self", "peer", "name", "serial", "arp", "tcp", "dropped", "begin",
    "\xff\xfe\x80", "\x1b]0;owned\x07", "=cmd|' /C calc'!A0", "a\nb\r\n\tc",
    ("\xe2\x80\xae"
     "txt.exe"),
    "{src.name}", "\xf0\x9f\x92\xa9", "\"\\/", "gateway_target_failed", "ok",
    "running"};

#define WORDS (sizeof(words) / sizeof(words[0]))

static uint8_t noise[EV_BLOB_MAX];

static void
some_end(struct ev_end *e, uint64_t *random)
{
	uint64_t v = test_random(random), w = test_random(random);

	e->has_mac = v & 1;
	memcpy(e->mac, &w, sizeof(e->mac));
	if (v & 2) {
		memset(e->mac, (int)(v >> 8 & 1 ? 0xff : 0), 6);
	}
	e->ipver = (uint8_t)(v >> 4 & 3) * 2;
	e->ipver = e->ipver == 2 ? 0 : e->ipver;
	memcpy(e->ip.a, &w, sizeof(w));
	if (v & 4) {
		memset(e->ip.a, (int)(v >> 16 & 1 ? 0xff : 0), 16);
	}
	e->has_port = v & 8;
	e->port = (uint16_t)(v >> 20);
	e->sub.kind = (uint8_t)(v >> 40) % EV_SUB_KIND_COUNT;
	e->sub.num = (uint32_t)w;
	e->sub.net = (uint16_t)w;
	e->sub.len = (uint8_t)(v >> 48) % (e->sub.kind == EV_SUB_BACNET
						  ? EV_SUB_MAC_MAX + 1
						  : EV_SUB_PATH_MAX + 1);
	memcpy(e->sub.path, noise + (v >> 56), e->sub.len);
}

static void
some_field(struct ev *e, uint64_t *random)
{
	uint64_t v = test_random(random);
	uint16_t id =
	    (uint16_t)(v & 1 ? 1 + (v >> 8) % (EVF_COMMON_COUNT - 1)
			     : EV_PROTO_BASE +
				   (v >> 8) % ev_proto(PROTO_MODBUS)->nfields);
	const char *word = words[(v >> 24) % WORDS];
	const void *blob = noise + (v >> 32 & 255);
	size_t n = v >> 40 & 1 ? 1 + (v >> 44 & 15) : (v >> 44) % 2000;

	if (id >= EV_PROTO_BASE && e->proto != PROTO_MODBUS) {
		id = EVF_VALUE;
	}
	switch (v >> 16 & 15) {
	case 0: ev_uint(e, id, test_random(random)); break;
	case 1: ev_uint(e, id, v >> 60); break;
	case 2: ev_int(e, id, (int64_t)test_random(random)); break;
	case 3: ev_double(e, id, (double)v / (double)(v & 2)); break;
	case 4: ev_bool(e, id, v >> 60 & 1); break;
	case 5:
	case 6: ev_name(e, id, word); break;
	case 7: ev_bytes(e, id, EV_T_TEXT, word, strlen(word)); break;
	case 8: ev_bytes(e, id, EV_T_TEXT, blob, n); break;
	case 9: ev_bytes(e, id, EV_T_LATIN1, blob, n); break;
	case 10: ev_bytes(e, id, EV_T_UCS2BE, blob, n); break;
	case 11: ev_bytes(e, id, EV_T_HEX, blob, n); break;
	case 12: ev_bytes(e, id, EV_T_REGS, blob, n & ~(size_t)1); break;
	case 13: ev_bytes(e, id, EV_T_BITS, blob, n); break;
	case 14: ev_add(e, id, EV_T_NULL)->u = 0; break;
	default:
		ev_array(e, id);
		ev_uint(e, EVF_ELEM, v);
		ev_object(e, EVF_ELEM);
		ev_name(e, EVF_VALUE, word);
		ev_end(e);
		ev_end(e);
		break;
	}
}

static int
any_event(struct rig *r, uint64_t *random)
{
	static char op[EV_NAME_MAX + 1];
	uint64_t v = test_random(random);
	struct ev *e =
	    sample_start(&r->x, (enum ev_kind)(v % EV_KIND_COUNT), NULL, NULL);

	e->cls = (uint8_t)(v >> 8) % EV_CLASS_COUNT;
	e->dir = (uint8_t)(v >> 16) % EV_DIR_COUNT;
	e->proto = (uint16_t)(v >> 24 & 3 ? PROTO_MODBUS : v >> 26 & 127);
	e->flags = (uint16_t)(v >> 32);
	e->vlan_n = (uint8_t)(v >> 48) % (EV_VLANS_MAX + 1);
	e->vlan[0] = (uint16_t)v;
	e->code = (uint32_t)test_random(random);
	e->frame = test_random(random);
	if (v >> 52 & 1) {
		e->ts_ns = test_random(random) >> 2;
	}
	some_end(&e->src, random);
	some_end(&e->dst, random);
	some_end(&e->subject, random);
	if (v >> 53 & 1) {
		memset(op, 'a' + (int)(v >> 54 & 7), EV_NAME_MAX);
		e->op = op;
	} else {
		e->op =
		    e->kind == EV_OPERATION ? words[(v >> 54) % WORDS] : NULL;
	}
	e->status = v >> 60 & 1 ? words[(v >> 50) % WORDS] : NULL;
	for (uint64_t i = v >> 58 & 15; i > 0; i--) {
		some_field(e, random);
	}
	ev_close(e);
	return sample_send(&r->x);
}

static void
check_json(struct rig *r)
{
	char *text = NULL, *line, *save = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct query *q;
	unsigned lines = 0;

	assert_non_null(f);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(export_assets(q, NULL, EXPORT_JSON, f), 0);
	assert_int_equal(export_links(q, NULL, EXPORT_JSON, f), 0);
	assert_int_equal(export_alerts(q, NULL, EXPORT_JSON, f), 0);
	assert_int_equal(fclose(f), 0);
	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		cJSON *j = cJSON_Parse(line);

		assert_non_null(j);
		cJSON_Delete(j);
		lines++;
	}
	assert_true(lines > 1000);
	free(text);
	query_close(q);
}

static void
test_any_event_is_taken(void **state)
{
	struct rig *r = *state;
	uint64_t random = 815;
	char buf[64];

	for (size_t i = 0; i < sizeof(noise); i++) {
		noise[i] = (uint8_t)test_random(&random);
	}
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(any_event(r, &random), 0);
		if (i % 4000 == 3999) {
			rig_restart(r);
		}
	}
	assert_string_equal(
	    rig_text(r, "PRAGMA integrity_check", buf, sizeof(buf)), "ok");
	assert_int_equal(rig_int(r, "SELECT count(*) FROM counters WHERE "
				    "name = 'events.lost'"),
	    0);
	check_json(r);
}

static void
test_kind_or_class_that_is_none_is_refused(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	struct ev *e = sample_start(&r->x, EV_ENDPOINT, &h, NULL);

	e->kind = EV_KIND_COUNT;
	assert_int_equal(sample_send(&r->x), ERR_PEER);
	e->kind = EV_OPERATION;
	e->cls = EV_CLASS_COUNT;
	assert_int_equal(sample_send(&r->x), ERR_PEER);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets"), 0);
}

/* A protocol that this program does not know is no protocol, not two. */
static void
test_unknown_protocols_are_one(void **state)
{
	struct rig *r = *state;
	struct host a = sample_host(10, 0, 0, 1), b = sample_host(10, 0, 0, 2);

	for (uint16_t p = 40; p < 60; p++) {
		assert_int_equal(sample_traffic(&r->x, &a, &b, 1), 0);
		r->x.ev.proto = p;
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
}

/* --- what a reader is shown -------------------------------------------------------- */

static char *
exported(struct rig *r, enum export_format format)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct query *q;

	assert_non_null(f);
	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(export_assets(q, NULL, format, f), 0);
	query_close(q);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
test_names_are_shown_and_not_obeyed(void **state)
{
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);
	char *text;

	assert_int_equal(sample_identity(&r->x, &h, -1, "name",
			     "=HYPERLINK(\"http://x\",\"y\")"),
	    0);
	assert_int_equal(sample_identity(&r->x, &h, -1, "vendor",
			     "'); DROP TABLE assets; --"),
	    0);
	assert_int_equal(sample_identity(&r->x, &h, -1, "model",
			     "\x1b[31m\xe2\x80\xae"
			     "evil\xc2\x9b"),
	    0);
	text = exported(r, EXPORT_CSV);
	assert_non_null(
	    strstr(text, ",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","));
	assert_non_null(strstr(text, "'); DROP TABLE assets; --"));
	free(text);
	text = exported(r, EXPORT_TABLE);
	for (const char *p = text; *p != '\0'; p++) {
		assert_true((unsigned char)*p >= 0x20 || *p == '\n');
	}
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strstr(text, "\xc2\x9b"));
	free(text);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM assets"), 1);
}

static void
test_long_values_are_kept_apart(void **state)
{
	static char a[3 * EV_TEXT_MAX], b[3 * EV_TEXT_MAX];
	struct rig *r = *state;
	struct host h = sample_host(10, 0, 0, 1);

	memset(a, 'x', sizeof(a) - 1);
	memset(b, 'x', sizeof(b) - 1);
	b[sizeof(b) - 2] = 'y';
	assert_int_equal(sample_identity(&r->x, &h, -1, "name", a), 0);
	assert_int_equal(sample_identity(&r->x, &h, -1, "name", b), 0);
	assert_int_equal(rig_int(r, "SELECT max(length(value)) <= 1024 FROM "
				    "facts"),
	    1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_any_event_is_taken),
	    T(test_kind_or_class_that_is_none_is_refused),
	    T(test_unknown_protocols_are_one),
	    T(test_names_are_shown_and_not_obeyed),
	    T(test_long_values_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
