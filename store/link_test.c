/*
 * link_test: one conversation is one row, with all that was counted.
 */
#include <string.h>

#include "base/test.h"
#include "dissectors/registry.h"
#include "limits.h"
#include "store/harness.h"
#include "store/model.h"

static int
setup(void **state)
{
	static struct rig r;

	rig_start(&r, RIG_LEARNS, NULL);
	*state = &r;
	return 0;
}

static int
teardown(void **state)
{
	rig_stop(*state);
	return 0;
}

static const struct host *
hmi(void)
{
	static struct host h;

	h = sample_host(10, 0, 0, 57);
	return &h;
}

static const struct host *
plc(void)
{
	static struct host h;

	h = sample_host(10, 0, 0, 3);
	return &h;
}

static int
untyped(struct rig *r, const struct host *src, const struct host *dst,
    const char *transport, uint16_t port, const char *label)
{
	struct ev *e = sample_start(&r->x, EV_TRAFFIC, src, dst);

	e->dst.port = port;
	e->dst.has_port = true;
	ev_name(e, EVF_TRANSPORT, transport);
	ev_uint(e, EVF_PORT, port);
	ev_uint(e, EVF_PACKETS, 1);
	ev_uint(e, EVF_BYTES, 60);
	if (label != NULL) {
		ev_name(e, EVF_LABEL, label);
	}
	return sample_send(&r->x);
}

static void
test_counters_add_up(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(sample_traffic(&r->x, hmi(), plc(), 10), 0);
		sample_wait(&r->x, SAMPLE_SECOND);
		if (i == 1) {
			rig_restart(r);
		}
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
	assert_int_equal(rig_int(r, "SELECT packets FROM links"), 30);
	assert_int_equal(rig_int(r, "SELECT bytes_back FROM links"), 2490);
	assert_int_equal(rig_int(r, "SELECT op_read FROM links"), 30);
	assert_int_equal(rig_int(r, "SELECT replies FROM links"), 30);
	assert_int_equal(rig_int(r, "SELECT last - first FROM links"),
	    2 * SAMPLE_SECOND + 1);
}

/* The second client of a server that is known: no service event for it. */
static void
test_operation_finds_its_transport(void **state)
{
	struct rig *r = *state;
	struct host other = sample_host(10, 0, 0, 58);
	struct ev *e = sample_start(&r->x, EV_SERVICE, hmi(), plc());

	e->proto = PROTO_MODBUS;
	ev_name(e, EVF_TRANSPORT, "udp");
	ev_uint(e, EVF_PORT, 502);
	ev_bool(e, EVF_ANSWERS, true);
	assert_int_equal(sample_send(&r->x), 0);
	assert_int_equal(sample_read(&r->x, &other, plc(), 1, 0, 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links WHERE "
				    "transport = 'udp'"),
	    2);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 2);
}

static void
test_reply_and_request_are_one_link(void **state)
{
	struct rig *r = *state;

	assert_int_equal(sample_reply(&r->x, hmi(), plc(), 1, "ok"), 0);
	assert_int_equal(sample_read(&r->x, hmi(), plc(), 1, 0, 1), 0);
	assert_int_equal(sample_traffic(&r->x, hmi(), plc(), 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
	assert_int_equal(rig_int(r, "SELECT port FROM links"), 502);
	assert_int_equal(rig_int(r, "SELECT ip = '10.0.0.57' FROM links JOIN "
				    "addresses ON addresses.id = src"),
	    1);
}

static void
test_untyped_link_takes_the_protocol_over(void **state)
{
	struct rig *r = *state;

	assert_int_equal(untyped(r, hmi(), plc(), "tcp", 502, NULL), 0);
	assert_int_equal(sample_read(&r->x, hmi(), plc(), 1, 0, 1), 0);
	assert_int_equal(sample_traffic(&r->x, hmi(), plc(), 1), 0);
	/* A connection that came to nothing later on. */
	assert_int_equal(untyped(r, hmi(), plc(), "tcp", 502, NULL), 0);
	rig_restart(r);
	assert_int_equal(untyped(r, hmi(), plc(), "tcp", 502, NULL), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
	assert_int_equal(rig_int(r, "SELECT packets FROM links"), 4);
	assert_int_equal(rig_int(r, "SELECT proto = 'modbus' FROM links"), 1);
}

static void
test_upgrade_survives_a_restart_in_between(void **state)
{
	struct rig *r = *state;

	assert_int_equal(untyped(r, hmi(), plc(), "tcp", 502, NULL), 0);
	rig_restart(r);
	assert_int_equal(sample_traffic(&r->x, hmi(), plc(), 1), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
}

static void
test_gap_and_malformed_find_the_link_either_way(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	assert_int_equal(sample_traffic(&r->x, hmi(), plc(), 1), 0);
	for (int i = 0; i < 2; i++) {
		e = sample_start(&r->x, EV_GAP, i == 0 ? hmi() : plc(),
		    i == 0 ? plc() : hmi());
		e->proto = PROTO_MODBUS;
		e->src.has_port = e->dst.has_port = true;
		e->src.port = i == 0 ? 40000 : 502;
		e->dst.port = i == 0 ? 502 : 40000;
		ev_uint(e, EVF_LOST, 100);
		ev_name(e, EVF_CAUSE, "loss");
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM gaps JOIN links ON "
				    "links.id = link"),
	    2);
	assert_int_equal(rig_int(r, "SELECT sum(lost) FROM gaps"), 200);
}

/* Nobody has said who is client: servers sit on low ports. */
static void
test_unknown_direction_goes_by_the_ports(void **state)
{
	struct rig *r = *state;
	struct ev *e = sample_start(&r->x, EV_GAP, plc(), hmi());

	e->src.has_port = e->dst.has_port = true;
	e->src.port = 502;
	e->dst.port = 40000;
	ev_uint(e, EVF_LOST, 1);
	ev_name(e, EVF_CAUSE, "loss");
	assert_int_equal(sample_send(&r->x), 0);
	assert_int_equal(rig_int(r, "SELECT port FROM links"), 502);
	assert_int_equal(rig_int(r, "SELECT ip = '10.0.0.57' FROM links JOIN "
				    "addresses ON addresses.id = src"),
	    1);
}

static void
test_scanner_has_one_row_for_the_rest(void **state)
{
	struct rig *r = *state;
	uint32_t n = LIMIT_STORE_LINKS_PER_SOURCE + 500;

	for (uint32_t i = 0; i < n; i++) {
		struct host h =
		    sample_host(10, 1, (uint8_t)(i >> 8), (uint8_t)i);

		assert_int_equal(untyped(r, hmi(), &h, "tcp", 502, NULL), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"),
	    LIMIT_STORE_LINKS_PER_SOURCE + 1);
	assert_int_equal(rig_int(r, "SELECT sum(packets) FROM links"), n);
	assert_int_equal(
	    rig_int(r, "SELECT packets FROM links WHERE dst = 0"), 500);
	/* The same for a new port of one that is known. */
	assert_int_equal(untyped(r, hmi(), plc(), "tcp", 502, NULL), 0);
	assert_int_equal(sample_endpoint(&r->x, plc(), "arp"), 0);
	assert_int_equal(untyped(r, hmi(), plc(), "tcp", 503, NULL), 0);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"),
	    LIMIT_STORE_LINKS_PER_SOURCE + 1);
	/* And no addresses for those, which nobody has heard. */
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE "
				    "ip LIKE '10.1.%'"),
	    LIMIT_STORE_LINKS_PER_SOURCE);
}

static void
test_ethernet_links_have_macs(void **state)
{
	struct rig *r = *state;
	struct host a = sample_mac(1), b = sample_mac(2);

	assert_int_equal(untyped(r, &a, &b, "ethernet", 0x8892, NULL), 0);
	assert_int_equal(rig_int(r, "SELECT port FROM links"), 0x8892);
	assert_int_equal(rig_int(r, "SELECT count(*) FROM addresses WHERE "
				    "asset <> 0"),
	    1);
}

/* What is told of them and what is counted of them is one link. */
static void
test_ethernet_protocol_is_one_link(void **state)
{
	struct rig *r = *state;
	struct host a = sample_mac(1), b = sample_mac(2);
	struct ev *e = sample_start(&r->x, EV_OPERATION, &a, &b);

	e->proto = PROTO_LLDP;
	e->dir = EV_DIR_NOTIFY;
	e->op = "advertise";
	e->cls = EV_CLASS_REPORT;
	e->src.has_port = e->dst.has_port = false;
	assert_int_equal(sample_send(&r->x), 0);
	for (int i = 0; i < 2; i++) {
		e = sample_start(&r->x, EV_TRAFFIC, &b, &a);
		e->proto = PROTO_LLDP;
		e->src.has_port = e->dst.has_port = false;
		ev_name(e, EVF_TRANSPORT, i == 0 ? "ethernet" : "llc");
		ev_uint(e, EVF_PORT, 0x88cc);
		ev_uint(e, EVF_PACKETS, 3);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT count(*) FROM links"), 1);
	assert_int_equal(rig_int(r, "SELECT packets FROM links"), 6);
}

static void
test_label_is_kept_and_numbers_do_not_overflow(void **state)
{
	struct rig *r = *state;
	struct ev *e;

	assert_int_equal(untyped(r, hmi(), plc(), "udp", 53, "DNS"), 0);
	for (int i = 0; i < 3; i++) {
		e = sample_start(&r->x, EV_TRAFFIC, hmi(), plc());
		e->dst.port = 53;
		ev_name(e, EVF_TRANSPORT, "udp");
		ev_uint(e, EVF_PORT, 53);
		ev_uint(e, EVF_PACKETS, UINT64_MAX / 3);
		ev_uint(e, EVF_BYTES, UINT64_MAX);
		assert_int_equal(sample_send(&r->x), 0);
	}
	assert_int_equal(rig_int(r, "SELECT label = 'DNS' FROM links"), 1);
	assert_int_equal(
	    rig_int(r, "SELECT packets > 0 AND bytes = 60 FROM links"), 1);
}

static int64_t
is_client(struct rig *r, uint8_t n)
{
	char sql[96];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT roles & %d <> 0 FROM addresses WHERE ip = '10.0.1.%u'",
	    ROLE_CLIENT, n);
	return rig_int(r, sql);
}

/* Messages of one class were counted, and so many replies. */
static int
counted(struct rig *r, uint8_t n, uint16_t proto, int cls, uint64_t replies)
{
	struct host from = sample_host(10, 0, 1, n);
	struct ev *e = sample_start(&r->x, EV_TRAFFIC, &from, plc());

	e->proto = proto;
	ev_name(e, EVF_TRANSPORT, "udp");
	ev_uint(e, EVF_PORT, 161);
	ev_uint(e, EVF_REPLIES, replies);
	ev_array(e, EVF_OPS);
	for (int i = 0; i < EV_CLASS_COUNT; i++) {
		ev_uint(e, EVF_ELEM, i == cls);
	}
	ev_end(e);
	return sample_send(&r->x);
}

/* What asks by a protocol, and whether that makes it an operator's station. */
static int64_t
asks(struct rig *r, uint8_t n, uint16_t proto)
{
	struct host from = sample_host(10, 0, 1, n);
	struct ev *e;

	assert_int_equal(counted(r, n, proto, EV_CLASS_READ, 0), 0);
	e = sample_start(&r->x, EV_OPERATION, &from, plc());
	e->proto = proto;
	e->dir = EV_DIR_REQUEST;
	e->op = "get";
	e->cls = EV_CLASS_READ;
	assert_int_equal(sample_send(&r->x), 0);
	return is_client(r, n);
}

static void
test_what_any_network_speaks_gives_no_role(void **state)
{
	struct rig *r = *state;

	assert_int_equal(asks(r, 1, PROTO_MODBUS), 1);
	assert_int_equal(asks(r, 2, PROTO_SNMP), 0);
	assert_int_equal(asks(r, 3, PROTO_DNS), 0);
}

static void
test_who_publishes_or_seeks_asks_nobody(void **state)
{
	static const struct {
		int cls;
		uint64_t replies;
		int64_t client;
	} cases[] = {
	    {EV_CLASS_REPORT, 0, 0},
	    {EV_CLASS_DISCOVERY, 1, 0},
	    {EV_CLASS_OTHER, 0, 0},
	    {EV_CLASS_SESSION, 0, 0},
	    {EV_CLASS_OTHER, 1, 1},
	    {EV_CLASS_SESSION, 1, 1},
	    {EV_CLASS_READ, 0, 1},
	    {EV_CLASS_PROGRAM, 0, 1},
	};
	struct rig *r = *state;

	for (uint8_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(counted(r, i, PROTO_PROFINET, cases[i].cls,
				     cases[i].replies),
		    0);
		assert_int_equal(is_client(r, i), cases[i].client);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(test_counters_add_up),
	    T(test_operation_finds_its_transport),
	    T(test_reply_and_request_are_one_link),
	    T(test_untyped_link_takes_the_protocol_over),
	    T(test_upgrade_survives_a_restart_in_between),
	    T(test_gap_and_malformed_find_the_link_either_way),
	    T(test_unknown_direction_goes_by_the_ports),
	    T(test_scanner_has_one_row_for_the_rest),
	    T(test_ethernet_links_have_macs),
	    T(test_ethernet_protocol_is_one_link),
	    T(test_label_is_kept_and_numbers_do_not_overflow),
	    T(test_what_any_network_speaks_gives_no_role),
	    T(test_who_publishes_or_seeks_asks_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
