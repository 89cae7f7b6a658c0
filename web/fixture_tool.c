/*
 * fixture_tool: a recorded database for tests of this folder, made by the
 * store from events as a sensor sends them.
 *
 *	fixture_tool DIR new            a small plant, learned, then disturbed
 *	fixture_tool DIR big N          N clients that each talk to one server
 *	fixture_tool DIR alert N        one more unlearned write, from 10.9.9.N
 *
 * Names of devices contain what must stay text in a browser.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissectors/registry.h"
#include "store/harness.h"
#include "store/process.h"

#define MINUTE (60 * SAMPLE_SECOND)
#define MARKUP "<img src=x onerror=\"document.title='owned'\">"
#define SCRIPT "</script><script>alert(1)</script>&amp;'\""

static void
must(int rc)
{
	if (rc != 0) {
		(void)fprintf(stderr, "fixture: %s\n", err_text(rc));
		exit(err_exit_code(rc));
	}
}

static void
tick(struct sample *x, uint64_t ns)
{
	sample_wait(x, ns);
	must(store_tick(x->s, x->ts_ns));
}

static void
say(struct sample *x, const struct host *h, int unit, const char *key,
    const char *value)
{
	must(sample_identity(x, h, unit, key, value));
}

static void
meet(struct sample *x, const struct host *client, const struct host *server)
{
	must(sample_endpoint(x, client, "arp"));
	must(sample_endpoint(x, server, "arp"));
	must(sample_service(x, client, server, true));
}

/* What is normal here. */
static void
plant(struct sample *x)
{
	struct host hmi = sample_host(10, 1, 0, 31);
	struct host eng = sample_host(10, 1, 0, 40);
	struct host plc[3];

	for (unsigned i = 0; i < 3; i++) {
		plc[i] = sample_host(10, 1, 0, (uint8_t)(11 + i));
		meet(x, &hmi, &plc[i]);
		must(sample_read(x, &hmi, &plc[i], 1, 0, 10));
		must(sample_reply(x, &hmi, &plc[i], 1, "ok"));
		must(sample_traffic(x, &hmi, &plc[i], 1000 * (i + 1)));
		tick(x, SAMPLE_SECOND);
	}
	meet(x, &eng, &plc[0]);
	must(sample_read(x, &eng, &plc[0], 1, 100, 4));
	say(x, &plc[0], -1, "vendor", "Schneider Electric");
	say(x, &plc[0], -1, "model", "BMX P34 2020");
	say(x, &plc[0], -1, "firmware", "v3.60");
	say(x, &plc[0], -1, "name", "PLC intake");
	say(x, &plc[0], -1, "vendor", "Telemecanique");
	say(x, &plc[1], -1, "name", MARKUP);
	say(x, &plc[1], -1, "vendor", SCRIPT);
	say(x, &plc[1], -1, "model", "\xff\xfe not UTF-8");
	must(sample_traffic(x, &eng, &plc[0], 12));
	tick(x, SAMPLE_SECOND);
}

/* A serial gateway with two meters that say different things. */
static void
gateway(struct sample *x)
{
	struct host hmi = sample_host(10, 1, 0, 31);
	struct host gw = sample_host(10, 1, 0, 20);

	meet(x, &hmi, &gw);
	for (uint8_t unit = 1; unit <= 2; unit++) {
		must(sample_read(x, &hmi, &gw, unit, 0, 2));
		must(sample_reply(x, &hmi, &gw, unit, "ok"));
		say(x, &gw, unit, "model", unit == 1 ? "iEM3155" : "PM5560");
		say(x, &gw, unit, "serial", unit == 1 ? "A-1" : "B-2");
	}
	must(sample_traffic(x, &hmi, &gw, 400));
	tick(x, SAMPLE_SECOND);
}

static void
intruder(struct sample *x, uint8_t last)
{
	struct host laptop = sample_host(10, 9, 9, last);
	struct host plc = sample_host(10, 1, 0, 11);

	meet(x, &laptop, &plc);
	must(sample_write(x, &laptop, &plc, 1, 4, 99));
	must(sample_traffic(x, &laptop, &plc, 3));
	tick(x, SAMPLE_SECOND);
}

static void
counters(struct sample *x)
{
	must(store_counter(x->s, "eth1", "capture.frames", 123456));
	must(store_counter(x->s, "eth1", "event.operations", 65432));
	must(store_counter(x->s, "eth1", "capture.dropped", 7));
}

static void
processes(struct sample *x)
{
	static const uint8_t frame[60] = {0x02, 0, 0x0a, 1, 0, 0x0b};
	const struct store_process sensor = {
	    .role = "sensor",
	    .label = "eth1",
	    .state = "running",
	    .ended = "killed by SIGSEGV",
	    .status = "eth1 is not silent: IPv6 is on; run: sysctl -w "
		      "net.ipv6.conf.eth1.disable_ipv6=1",
	    .sandbox = "seccomp sensor: 31 system calls, else killed",
	    .pid = 4711,
	    .restarts = 1,
	    .crashes = 1,
	};
	const struct store_process store = {
	    .role = "store",
	    .label = "",
	    .state = "running",
	    .ended = "",
	    .status = MARKUP,
	    .sandbox = "seccomp store: 60 system calls, else killed",
	    .pid = 4712,
	};
	const struct store_evidence e = {
	    .role = "sensor",
	    .label = "eth1",
	    .reason = "killed by SIGSEGV",
	    .wall_ns = SAMPLE_START,
	    .number = 4711,
	    .ts_ns = SAMPLE_START,
	    .linktype = 1,
	    .len = sizeof(frame),
	    .data = frame,
	    .data_len = sizeof(frame),
	};

	must(store_process(x->s, &sensor));
	must(store_process(x->s, &store));
	must(store_evidence(x->s, &e));
}

/* Who is looked for and in a table, and never heard. */
static void
ghosts(struct sample *x)
{
	struct host hmi = sample_host(10, 1, 0, 31);

	must(sample_relation(x, 0, &hmi, "looks_for", "10.1.0.99"));
	must(sample_relation(x, PROTO_BACNET, &hmi, "bbmd", "10.1.0.98:47808"));
}

/* One way only in one VLAN of an interface. */
static void
coverage(struct sample *x)
{
	struct coverage c = {.iface = "eth1", .protos = 1ULL << PROTO_MODBUS};

	c.count[COVERAGE_FRAMES] = 100000;
	c.count[COVERAGE_BYTES] = 9000000;
	c.count[COVERAGE_TALKS] = c.count[COVERAGE_BOTH] = 40;
	c.first_ns = SAMPLE_START;
	c.last_ns = c.spoke_ns = x->ts_ns;
	must(store_coverage(x->s, "eth1", &c));
	c.vlan = 20;
	c.count[COVERAGE_FRAMES] = 5000;
	c.count[COVERAGE_TALKS] = 4;
	c.count[COVERAGE_BOTH] = 1;
	must(store_coverage(x->s, "eth1", &c));
}

static void
fresh(struct sample *x)
{
	plant(x);
	gateway(x);
	ghosts(x);
	tick(x, 20 * MINUTE);
	tick(x, SAMPLE_SECOND);
	counters(x);
	processes(x);
	intruder(x, 77);
	tick(x, 2 * SAMPLE_SECOND);
	coverage(x);
}

static void
big(struct sample *x, unsigned n)
{
	struct host server = sample_host(10, 1, 0, 11);

	for (unsigned i = 0; i < n; i++) {
		struct host c = sample_host(
		    10, 100, (uint8_t)(i >> 8 & 255), (uint8_t)(i & 255));

		meet(x, &c, &server);
		must(sample_read(x, &c, &server, 1, 0, 10));
		say(x, &c, -1, "name", "station with a rather long name");
		must(sample_traffic(x, &c, &server, 10));
		tick(x, SAMPLE_SECOND / 100);
	}
	tick(x, SAMPLE_SECOND);
}

int
main(int argc, char **argv)
{
	struct store_options o = {.learn_ns = 10 * MINUTE};
	unsigned long n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	struct sample x;
	struct store *s;

	if (argc < 3 || n > 65000) {
		(void)fprintf(stderr, "usage: fixture_tool DIR new|big N|"
				      "alert N\n");
		return err_exit_code(ERR_USAGE);
	}
	registry_init();
	o.dir = argv[1];
	must(store_open(&o, &s));
	sample_init(&x, s);
	if (strcmp(argv[2], "new") == 0) {
		fresh(&x);
	} else if (strcmp(argv[2], "big") == 0) {
		big(&x, (unsigned)n);
	} else {
		sample_at(&x, SAMPLE_START + 3600 * SAMPLE_SECOND +
				  n * 10 * SAMPLE_SECOND);
		intruder(&x, (uint8_t)n);
	}
	must(store_commit(s));
	return err_exit_code(store_close(s));
}
