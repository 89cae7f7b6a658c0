/*
 * ghost_test: who is named and not heard, and who only looks so.
 */
#include <stdlib.h>
#include <string.h>

#include "dissectors/registry.h"
#include "store/pair_test.h"
#include "store/query.h"

struct seen {
	unsigned n;
	char line[8][160];
};

static int
take(void *arg, const struct query_ghost *g)
{
	struct seen *s = arg;

	assert_true(s->n < 8);
	if (g->instance >= 0) {
		(void)snprintf(s->line[s->n++], sizeof(s->line[0]),
		    "instance %lld %s %llu", (long long)g->instance, g->why,
		    (unsigned long long)g->askers);
		return 0;
	}
	(void)snprintf(s->line[s->n++], sizeof(s->line[0]),
	    "%s%s %lld%s %s %llu", g->ip != NULL ? g->ip : g->sub.ip,
	    g->sub.kind, (long long)g->sub.num, g->sub.text, g->why,
	    (unsigned long long)g->askers);
	return 0;
}

static struct seen
ghosts(struct rig *r)
{
	struct query_page page = {0};
	struct seen s = {0};
	struct query *q;

	assert_int_equal(store_commit(r->s), 0);
	assert_int_equal(query_open(r->dir, &q), 0);
	assert_int_equal(query_ghosts(q, NULL, &page, take, &s), 0);
	query_close(q);
	return s;
}

static void
test_who_answers_is_none(void **state)
{
	struct rig *r = *state;
	struct seen s;

	assert_int_equal(sample_read(&r->x, &hmi, &plc, 1, 1, 1), 0);
	s = ghosts(r);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.line[0], "10.0.0.3 0 asked 1");
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
	assert_int_equal(ghosts(r).n, 0);
}

static void
test_named_in_several_ways_is_one(void **state)
{
	struct rig *r = *state;
	struct seen s;

	assert_int_equal(sample_relation(&r->x, PROTO_BACNET, &hmi, "bbmd",
			     "10.0.0.99:47808"),
	    0);
	assert_int_equal(sample_relation(&r->x, PROTO_BACNET, &plc, "bbmd",
			     "10.0.0.99:47808"),
	    0);
	assert_int_equal(
	    sample_relation(&r->x, 0, &plc, "looks_for", "10.0.0.99"), 0);
	s = ghosts(r);
	assert_int_equal(s.n, 1);
	assert_non_null(strstr(s.line[0], "10.0.0.99 0 "));
	assert_non_null(strstr(s.line[0], "table"));
	assert_non_null(strstr(s.line[0], "arp"));
	assert_non_null(strstr(s.line[0], " 2"));
}

/* A station name is no address, a group no device, the Internet no plant. */
static void
test_what_is_no_ghost(void **state)
{
	struct rig *r = *state;
	struct host group = sample_group(239, 1, 2, 3);
	struct host far = sample_host(8, 8, 8, 8);

	assert_int_equal(
	    sample_relation(&r->x, PROTO_PROFINET, &plc, "looks_for", "press"),
	    0);
	assert_int_equal(
	    sample_relation(&r->x, 0, &plc, "looks_for", "10.0.0.57"), 0);
	assert_int_equal(sample_endpoint(&r->x, &hmi, "arp"), 0);
	assert_int_equal(sample_read(&r->x, &hmi, &group, 1, 1, 1), 0);
	assert_int_equal(sample_read(&r->x, &hmi, &far, 1, 1, 1), 0);
	assert_int_equal(ghosts(r).n, 0);
}

static void
test_a_unit_that_the_gateway_misses(void **state)
{
	struct rig *r = *state;
	struct seen s;

	for (uint8_t unit = 1; unit <= 2; unit++) {
		assert_int_equal(sample_read(&r->x, &hmi, &plc, unit, 1, 1), 0);
	}
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 1, "ok"), 0);
	/* Whether it is a gateway at all nobody knows yet. */
	assert_int_equal(ghosts(r).n, 0);
	assert_int_equal(sample_reply(&r->x, &hmi, &plc, 2,
			     "gateway_target_device_failed_to_respond"),
	    0);
	s = ghosts(r);
	assert_int_equal(s.n, 1);
	assert_string_equal(s.line[0], "10.0.0.3unit 2 behind 0");
}

/* A link of which only one end is heard: so many packets of it, and again. */
static int
half(struct rig *r, const struct host *client, const struct host *server,
    uint64_t packets, uint64_t back, bool shown)
{
	struct ev *e;

	r->x.ts_ns += 1000000;
	e = sample_start(&r->x, EV_TRAFFIC, client, server);
	e->frame = 0;
	e->dst.port = 502;
	e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, "tcp");
	ev_uint(e, EVF_PORT, 502);
	ev_bool(e, EVF_HALF, shown);
	ev_uint(e, EVF_PACKETS, packets);
	ev_uint(e, EVF_PACKETS_BACK, back);
	ev_uint(e, EVF_RETRANSMITS, 1);
	return sample_send(&r->x);
}

static void
test_who_must_speak_is_there(void **state)
{
	struct rig *r = *state;
	struct host server = sample_host(10, 0, 0, 4);
	struct host client = sample_host(10, 0, 0, 58);

	assert_int_equal(half(r, &hmi, &server, 9, 0, false), 0);
	assert_string_equal(ghosts(r).line[0], "10.0.0.4 0 asked 1");
	assert_int_equal(half(r, &hmi, &plc, 5, 0, true), 0);
	assert_string_equal(ghosts(r).line[1], "10.0.0.3 0 asked 1");
	assert_int_equal(half(r, &hmi, &plc, 2, 0, true), 0); /* 7 less 2 */
	assert_string_equal(ghosts(r).line[0], "10.0.0.3 0 asked,there 1");
	assert_string_equal(ghosts(r).line[1], "10.0.0.4 0 asked 1");
	assert_int_equal(half(r, &client, &server, 0, 7, true), 0);
	/* The server was heard by that, and its client is there. */
	assert_int_equal(ghosts(r).n, 2);
	assert_string_equal(ghosts(r).line[1], "10.0.0.58 0 there 1");
	assert_int_equal(half(r, &client, &server, 1, 0, true), 0);
	assert_int_equal(ghosts(r).n, 1);
}

/* He was sent to when he had been asked for in vain long before: so he has
 * answered since. */
static void
test_who_was_told_of_is_there(void **state)
{
	struct rig *r = *state;

	assert_int_equal(
	    sample_relation(&r->x, 0, &hmi, "looks_for", "10.0.0.3"), 0);
	r->x.ts_ns += 9000000000;
	assert_int_equal(half(r, &hmi, &plc, 9, 0, false), 0);
	assert_null(strstr(ghosts(r).line[0], "there"));
	r->x.ts_ns += 2000000000;
	assert_int_equal(half(r, &hmi, &plc, 9, 0, false), 0);
	assert_non_null(strstr(ghosts(r).line[0], "there"));
}

/* Who is in a table, with what stands beside him there. */
static int
listed(
    struct rig *r, const char *relation, const char *peer, const char *beside)
{
	struct ev *e;

	r->x.ts_ns += 1000000;
	e = sample_start(&r->x, EV_TOPOLOGY, &plc, NULL);
	e->proto = PROTO_BACNET;
	e->subject = plc.end;
	e->flags |= EV_HAS_SUBJECT;
	ev_name(e, EVF_RELATION, relation);
	ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, strlen(peer));
	ev_bytes(e, EVF_DETAIL, EV_T_TEXT, beside, strlen(beside));
	return sample_send(&r->x);
}

static void
test_addresses_to_all_are_no_devices(void **state)
{
	static const char *const none[] = {"10.0.0.255", "10.0.0.0",
	    "127.0.0.1", "0.0.0.9", "169.254.1.1", "10.7.0.127", "10.7.8.63"};
	struct rig *r = *state;
	struct host all = sample_group(10, 7, 8, 63);
	struct host routed = sample_host(10, 5, 0, 255);
	struct host near = sample_host(169, 254, 1, 2);

	assert_int_equal(sample_read(&r->x, &hmi, &all, 1, 1, 1), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(
		    sample_relation(&r->x, 0, &hmi, "looks_for", none[i]), 0);
	}
	assert_int_equal(sample_read(&r->x, &hmi, &routed, 1, 1, 1), 0);
	assert_string_equal(ghosts(r).line[0], "10.7.0.127 0 arp 1");
	assert_int_equal(ghosts(r).n, 1);
	assert_int_equal(
	    listed(r, "bbmd", "10.7.0.1:47808", "mask 255.255.255.128"), 0);
	assert_string_equal(ghosts(r).line[0], "10.7.0.1 0 table 1");
	assert_int_equal(ghosts(r).n, 1);
	assert_int_equal(sample_read(&r->x, &hmi, &near, 1, 1, 1), 0);
	assert_string_equal(ghosts(r).line[1], "169.254.1.2 0 asked 1");
}

static void
test_who_is_listed_by_a_peer(void **state)
{
	struct host bound = sample_host(10, 0, 0, 66);
	struct rig *r = *state;
	struct ev *e;

	assert_int_equal(
	    listed(r, "foreign_device", "10.9.9.9:47808", "50 s left"), 0);
	r->x.ts_ns += 1000000;
	e = sample_start(&r->x, EV_IDENTITY, &plc, NULL);
	e->proto = PROTO_BACNET;
	e->subject = bound.end;
	e->flags |= EV_HAS_SUBJECT;
	ev_name(e, EVF_KEY, "device_instance");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, "200", 3);
	ev_name(e, EVF_VIA, "read_property");
	ev_name(e, EVF_CLAIM, "peer");
	assert_int_equal(sample_send(&r->x), 0);
	assert_string_equal(ghosts(r).line[0], "10.9.9.9 0 foreign 1");
	assert_string_equal(ghosts(r).line[1], "10.0.0.66 0 bound 0");
	assert_int_equal(sample_endpoint(&r->x, &bound, "arp"), 0);
	assert_int_equal(ghosts(r).n, 1);
}

/* The id of a protocol's field by its name. */
static uint16_t
field(uint16_t proto, const char *name)
{
	const struct ev_proto *p = ev_proto(proto);

	for (uint16_t i = 0; i < p->nfields; i++) {
		if (strcmp(p->fields[i].name, name) == 0) {
			return (uint16_t)(EV_PROTO_BASE + i);
		}
	}
	abort();
}

static void
who_is(struct rig *r, uint32_t low, uint32_t high)
{
	struct host all = sample_group(10, 0, 0, 255);
	struct ev *e;

	r->x.ts_ns += 1000000;
	e = sample_start(&r->x, EV_OPERATION, &hmi, &all);
	e->proto = PROTO_BACNET;
	e->dir = EV_DIR_NOTIFY;
	e->op = "who_is";
	e->code = 8;
	e->cls = EV_CLASS_DISCOVERY;
	e->src.port = e->dst.port = 47808;
	e->src.has_port = e->dst.has_port = true;
	ev_uint(e, field(PROTO_BACNET, "low"), low);
	ev_uint(e, field(PROTO_BACNET, "high"), high);
	assert_int_equal(sample_send(&r->x), 0);
}

static void
test_an_instance_that_nobody_has(void **state)
{
	struct rig *r = *state;

	who_is(r, 1000, 1000);
	assert_int_equal(ghosts(r).n, 0); /* it may answer yet */
	for (int i = 0; i < 3; i++) {
		who_is(r, 1000, 1000);
		who_is(r, 0, 4194303);
		who_is(r, 4194303, 4194303); /* a wildcard: no device */
	}
	assert_int_equal(ghosts(r).n, 1);
	assert_string_equal(ghosts(r).line[0], "instance 1000 sought 1");
	assert_int_equal(sample_says(&r->x, PROTO_BACNET, &plc, NULL,
			     "device_instance", "1000"),
	    0);
	assert_int_equal(ghosts(r).n, 0);
}

/* Whoever browses a rack asks for each slot. */
static void
test_an_empty_slot_is_no_ghost(void **state)
{
	static const char *const why[] = {
	    "link_address_not_valid", "unconnected_request_timed_out"};
	struct rig *r = *state;

	for (int i = 0; i < 2; i++) {
		struct ev *e;

		r->x.ts_ns += 1000000;
		e = sample_start(&r->x, EV_OPERATION, &plc, &hmi);
		e->proto = PROTO_CIP;
		e->dir = EV_DIR_RESPONSE;
		e->op = "unconnected_send";
		e->cls = EV_CLASS_SESSION;
		e->status = "connection_failure";
		e->src.sub.kind = EV_SUB_PATH;
		e->src.sub.len = 3;
		memcpy(e->src.sub.path, i == 0 ? "1,1" : "1,2", 3);
		e->src.port = 44818;
		e->dst.port = 40000;
		e->src.has_port = e->dst.has_port = true;
		ev_name(e, EVF_TRANSPORT, "tcp");
		ev_name(e, field(PROTO_CIP, "ext_name"), why[i]);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(ghosts(r).n, 1);
	assert_string_equal(ghosts(r).line[0], "10.0.0.3path 01,2 behind 0");
}

/* A message of DNP3 to or from who is behind the server, on that port. */
static void
station(struct rig *r, const struct host *server, uint32_t num, uint16_t port,
    bool reply)
{
	struct ev *e;

	r->x.ts_ns += 1000000;
	e = reply ? sample_start(&r->x, EV_OPERATION, server, &hmi)
		  : sample_start(&r->x, EV_OPERATION, &hmi, server);
	e->proto = PROTO_DNP3;
	e->dir = reply ? EV_DIR_RESPONSE : EV_DIR_REQUEST;
	e->op = "read";
	e->cls = EV_CLASS_READ;
	e->status = reply ? "ok" : NULL;
	e->src.sub.kind = e->dst.sub.kind = EV_SUB_ADDR;
	e->src.sub.num = reply ? num : 1;
	e->dst.sub.num = reply ? 1 : num;
	e->src.port = reply ? port : 40000;
	e->dst.port = reply ? 40000 : port;
	e->src.has_port = e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, "tcp");
	assert_int_equal(sample_send(&r->x), 0);
}

static void
test_a_station_that_is_silent(void **state)
{
	struct rig *r = *state;
	struct host self = sample_host(127, 0, 0, 1);

	/* Of whom nothing is heard, that is one ghost. */
	station(r, &plc, 10, 20000, false);
	assert_int_equal(ghosts(r).n, 1);
	assert_string_equal(ghosts(r).line[0], "10.0.0.3 0 asked 1");
	station(r, &plc, 11, 20000, true);
	assert_int_equal(ghosts(r).n, 1);
	assert_string_equal(ghosts(r).line[0], "10.0.0.3addr 10 behind 0");
	/* Two ports are one station; everybody is none. */
	station(r, &plc, 10, 20001, false);
	station(r, &plc, 65535, 20000, false);
	station(r, &plc, 65520, 20000, false);
	station(r, &self, 11, 20000, true);
	station(r, &self, 12, 20000, false);
	assert_int_equal(ghosts(r).n, 1);
	station(r, &plc, 10, 20001, true);
	assert_int_equal(ghosts(r).n, 0);
}

/* HART asks by an identifier who has not said yet that it is his. */
static void
test_who_is_asked_by_his_own_serial(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	assert_int_equal(sample_endpoint(&r->x, &plc, "arp"), 0);
	r->x.ts_ns += 1000000;
	e = sample_start(&r->x, EV_OPERATION, &hmi, &plc);
	e->proto = PROTO_HARTIP;
	e->dir = EV_DIR_REQUEST;
	e->op = "read_unique_identifier";
	e->cls = EV_CLASS_DISCOVERY;
	e->dst.port = 5094;
	e->dst.has_port = true;
	e->dst.sub.kind = EV_SUB_PATH;
	e->dst.sub.len = 10;
	memcpy(e->dst.sub.path, "264e0000d2", 10);
	ev_name(e, EVF_TRANSPORT, "udp");
	assert_int_equal(sample_send(&r->x), 0);
	assert_int_equal(ghosts(r).n, 1);
	assert_int_equal(sample_says(&r->x, PROTO_HARTIP, &plc, NULL, "serial",
			     "264e0000d2"),
	    0);
	assert_int_equal(ghosts(r).n, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_who_answers_is_none),
	    T(test_named_in_several_ways_is_one),
	    T(test_what_is_no_ghost),
	    T(test_a_unit_that_the_gateway_misses),
	    T(test_who_must_speak_is_there),
	    T(test_who_was_told_of_is_there),
	    T(test_addresses_to_all_are_no_devices),
	    T(test_who_is_listed_by_a_peer),
	    T(test_an_instance_that_nobody_has),
	    T(test_an_empty_slot_is_no_ghost),
	    T(test_a_station_that_is_silent),
	    T(test_who_is_asked_by_his_own_serial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
