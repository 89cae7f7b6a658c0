/*
 * ingest_bench_tool: what an event costs in the store.
 *
 *	ingest_bench_tool [HOSTS [RULES_DIR]]
 *
 * Three phases over a fresh directory in $TMPDIR, each timed by the process's
 * CPU clock, the commits included:
 *
 *	first     HOSTS clients talk to HOSTS servers: for each pair two
 *		  endpoints, a service, OPS operations and one traffic event,
 *		  all of them seen for the first time
 *	traffic   the same pairs' counters, ROUNDS times
 *	repeat    their operations' counts (EV_REPEAT)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "dissectors/registry.h"
#include "store/harness.h"

#define OPS    3
#define ROUNDS 10

static uint64_t
cpu_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

static void
must(int rc)
{
	if (rc != 0) {
		(void)fprintf(stderr, "bench: %s\n", err_text(rc));
		exit(err_exit_code(rc));
	}
}

static void
report(const char *what, uint64_t ns, uint64_t n, const char *unit)
{
	(void)printf("%-8s %9llu %-10s %8.2f us each\n", what,
	    (unsigned long long)n, unit, (double)ns / (double)n / 1000.0);
}

static void
pair(struct sample *x, unsigned i, struct host *c, struct host *v)
{
	sample_at(x, 1000000000ULL * 1000 + i * 1000000ULL);
	*c = sample_host(10, i >> 16 & 255, i >> 8 & 255, i & 255);
	*v = sample_host(172, 16 | (i >> 16 & 15), i >> 8 & 255, i & 255);
}

int
main(int argc, char **argv)
{
	unsigned hosts =
	    argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20000;
	struct store_options opt = {
	    .deterministic = true, .learn_ns = UINT64_MAX / 2};
	char dir[] = "/tmp/otus-bench-XXXXXX";
	struct rusage ru;
	struct sample x;
	struct store *s;
	struct host c, v;
	uint64_t t0;

	registry_init();
	opt.dir = mkdtemp(dir);
	opt.rules_dir = argc > 2 ? argv[2] : NULL;
	if (opt.dir == NULL) {
		must(ERR_IO);
	}
	must(store_open(&opt, &s));
	sample_init(&x, s);

	t0 = cpu_ns();
	for (unsigned i = 0; i < hosts; i++) {
		pair(&x, i, &c, &v);
		must(sample_endpoint(&x, &c, "arp"));
		must(sample_endpoint(&x, &v, "traffic"));
		must(sample_service(&x, &c, &v, true));
		for (unsigned k = 0; k < OPS; k++) {
			must(sample_read(&x, &c, &v, 1, 100 * k, 10));
		}
		must(sample_traffic(&x, &c, &v, 100));
	}
	must(store_commit(s));
	report("first", cpu_ns() - t0, hosts, "pairs");
	report("", cpu_ns() - t0, (uint64_t)hosts * (4 + OPS), "events");
	/* 2 assets with an IP and a MAC each, a link, a service */
	report("", cpu_ns() - t0, (uint64_t)hosts * (2 + 1 + OPS), "things");

	t0 = cpu_ns();
	for (unsigned k = 0; k < ROUNDS; k++) {
		for (unsigned i = 0; i < hosts; i++) {
			pair(&x, i, &c, &v);
			must(sample_traffic(&x, &c, &v, 100));
		}
	}
	must(store_commit(s));
	report("traffic", cpu_ns() - t0, (uint64_t)hosts * ROUNDS, "events");

	t0 = cpu_ns();
	for (unsigned i = 0; i < hosts; i++) {
		pair(&x, i, &c, &v);
		must(sample_repeat(&x, &c, &v, 1, 0, 10, 50));
	}
	must(store_commit(s));
	report("repeat", cpu_ns() - t0, hosts, "events");
	must(store_close(s));
	(void)getrusage(RUSAGE_SELF, &ru);
	(void)printf("peak memory %ld KiB\n", ru.ru_maxrss);
	harness_remove(dir);
	return 0;
}
