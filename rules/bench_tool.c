/*
 * bench: what judging costs, in nanoseconds an event and a rule.
 *
 *	bench_tool [seconds]     default 1 a line
 *
 * Three questions: the shipped rules on the events that they see most, with a
 * baseline that answers at once; one rule alone; and what an event costs that
 * no rule wants.  Nothing holds, as on a quiet day.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "rules/harness.h"

static double seconds = 1;

/* Rules that were asked so far. */
static uint64_t
asked(const struct world *w)
{
	struct rules_stat st;
	uint64_t n = 0;

	for (size_t i = 0; i < rules_count(w->rules); i++) {
		rules_stat(w->rules, i, &st);
		n += st.asked;
	}
	return n;
}

static void
measure(struct world *w, const char *what)
{
	uint64_t before = asked(w), events = 0;
	uint64_t start = clock_mono_ns(), now = start;
	double ns, rules;

	while ((double)(now - start) < seconds * 1e9) {
		for (int i = 0; i < 1000; i++) {
			if (world_judge(w) != 0 || w->hits != 0) {
				(void)fprintf(stderr, "bench: %s\n", w->rule);
				exit(1);
			}
		}
		events += 1000;
		now = clock_mono_ns();
	}
	if (w->problems != 0) {
		(void)fprintf(stderr, "bench: %s\n", w->problem);
		exit(1);
	}
	ns = (double)(now - start) / (double)events;
	rules = (double)(asked(w) - before) / (double)events;
	(void)printf("%-32s %8.0f ns/event %5.1f rules/event %7.0f ns/rule\n",
	    what, ns, rules, rules > 0 ? ns / rules : 0);
}

static void
add_traffic(struct ev *e)
{
	ev_name(e, EVF_TRANSPORT, "tcp");
	ev_uint(e, EVF_PORT, 502);
	ev_uint(e, EVF_UNANSWERED, 0);
	ev_uint(e, EVF_REPLIES, 10);
}

static void
shipped(struct world *w)
{
	struct ev *e;

	if (world_load(w, NULL) != 0) {
		exit(1);
	}
	e = world_request(w, "read_holding_registers", 3, EV_CLASS_READ);
	ev_uint(e, H_ADDR, 100);
	ev_uint(e, H_QTY, 10);
	measure(w, "shipped, read request");
	e = world_request(w, "write_single_register", 6, EV_CLASS_WRITE);
	ev_uint(e, H_ADDR, 100);
	measure(w, "shipped, write request");
	(void)world_reply(w, "read_holding_registers", 3, EV_CLASS_READ, "ok");
	measure(w, "shipped, reply");
	e = world_event(w, EV_TRAFFIC);
	e->proto = H_PROTO;
	add_traffic(e);
	measure(w, "shipped, traffic");
	(void)world_event(w, EV_VALUE);
	measure(w, "shipped, event that none wants");
}

static void
alone(struct world *w, const char *when)
{
	if (world_load_when(w, when) != 0 || rules_count(w->rules) != 1) {
		exit(1);
	}
	(void)world_request(w, "read_holding_registers", 3, EV_CLASS_READ);
	measure(w, when);
}

int
main(int argc, char **argv)
{
	struct world w;

	if (argc > 1) {
		seconds = strtod(argv[1], NULL);
	}
	world_open(&w);
	shipped(&w);
	alone(&w, "0");
	alone(&w, "fc = 4");
	alone(&w, "unit = 1 AND fc = 3 AND addr > 9");
	alone(&w, "NOT learned('operation')");
	alone(&w, "src_ip = '10.0.0.9'");
	world_close(&w);
	return 0;
}
