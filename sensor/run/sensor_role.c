/*
 * The sensor process: frames in, news out, nothing else.
 *
 * Everything that needs a file, a socket or a privilege happens before
 * proc_confine(); afterwards the process reads its ring, writes to its event
 * channel and to the parent, and its tables do not grow.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "capture/live.h"
#include "capture/silent.h"
#include "event/ev_wire.h"
#include "limits.h"
#include "net/cover.h"
#include "net/net.h"
#include "net/novelty.h"
#include "proc/crash.h"
#include "run/run.h"

#define FRAMES_A_ROUND 256 /* between looks at the channels            */
#define WAIT_MS        200 /* an idle sensor still ticks and answers   */
#define REPORT_NS      NS_PER_SEC
#define COVER_NS       (10 * NS_PER_SEC)
#define SILENCE_NS     (10 * NS_PER_SEC)

struct sensor {
	struct proc_env *env;
	struct run_sensor_config conf;
	struct live *live;
	struct net *net;
	struct novelty *novelty;
	struct chan events;
	bool events_lost; /* store is being restarted: its channel stays */
	uint64_t reported_ns, covered_ns, silence_ns, last_wall_ns;
	uint8_t wire[EV_WIRE_MAX];
};

/* --- events out ---------------------------------------------------------- */

static unsigned
priority(const struct ev *e)
{
	switch ((enum ev_kind)e->kind) {
	case EV_IDENTITY:
	case EV_ENDPOINT: return RUN_PRIO_FIRST;
	case EV_OPERATION:
		return e->flags & EV_REPEAT ? RUN_PRIO_MIDDLE : RUN_PRIO_HIGH;
	case EV_VALUE: return RUN_PRIO_LOW;
	case EV_TRAFFIC: return RUN_PRIO_MIDDLE;
	default: return RUN_PRIO_HIGH;
	}
}

static void
send(struct sensor *s, uint16_t type, unsigned prio, unsigned kind,
    const void *p, size_t n)
{
	/* A dead store is restarted by the parent; what does not fit in the
	 * meantime is dropped by priority and counted (queue.h). */
	s->events_lost = chan_send(&s->events, type, prio, kind, p, n) < 0;
}

static void
on_news(void *arg, const struct ev *e)
{
	struct sensor *s = arg;
	size_t n;

	if (ev_wire_encode(e, s->wire, sizeof s->wire, &n) == 0) {
		send(s, RUN_EVENT, priority(e), e->kind, s->wire, n);
	}
}

static void
on_event(void *arg, struct ev *e, struct link *link)
{
	struct sensor *s = arg;

	novelty_event(s->novelty, e, link);
}

static bool
knows(void *arg, const struct ev *e, struct link *link)
{
	struct sensor *s = arg;

	return novelty_knows(s->novelty, e, link);
}

static bool
fresh(void *arg, const struct dis_ctx *ctx, const struct dis_reading *reading,
    struct link *link)
{
	struct sensor *s = arg;

	return novelty_fresh(s->novelty, ctx, reading, link);
}

static bool
wants(
    void *arg, const struct ev_sub *who, uint64_t req_frame, struct link *link)
{
	struct sensor *s = arg;

	return novelty_wants(s->novelty, who, req_frame, link);
}

static void
put_u64(uint8_t *p, uint64_t v)
{
	for (int i = 0; i < 8; i++) {
		p[i] = (uint8_t)(v >> (8 * i));
	}
}

static void
on_tick(void *arg, uint64_t stream_ns)
{
	struct sensor *s = arg;
	uint8_t b[8];

	novelty_tick(s->novelty, stream_ns);
	put_u64(b, stream_ns);
	send(s, RUN_TICK, RUN_PRIO_FIRST, EV_KIND_COUNT, b, sizeof b);
}

/* --- counters ------------------------------------------------------------ */

static size_t
put_counter(uint8_t *p, size_t at, size_t size, const char *name, uint64_t v)
{
	size_t n = strlen(name);

	if (size - at < n + 9) {
		return at;
	}
	p[at++] = (uint8_t)n;
	memcpy(p + at, name, n);
	put_u64(p + at + n, v);
	return at + n + 8;
}

static void
report(struct sensor *s)
{
	const struct net_counters *c = net_counters(s->net);
	struct live_stats total = {0};
	uint8_t b[8192];
	size_t n = 0;

	for (unsigned i = 0; i < NET_COUNTER_COUNT; i++) {
		n = put_counter(b, n, sizeof b, net_counter_name(i),
		    net_counter_value(c, i));
	}
	for (uint32_t i = 0; i < live_ifaces(s->live); i++) {
		struct live_stats x;

		if (live_stats(s->live, i, &x) == 0) {
			total.received += x.received;
			total.dropped += x.dropped;
			total.iface_missed += x.iface_missed;
			cover_losses(
			    net_cover(s->net), i, x.dropped, x.iface_missed);
		}
	}
	n = put_counter(b, n, sizeof b, "capture.received", total.received);
	n = put_counter(b, n, sizeof b, "capture.dropped", total.dropped);
	n = put_counter(
	    b, n, sizeof b, "capture.dropped_by_interface", total.iface_missed);
	for (unsigned k = 0; k <= EV_KIND_COUNT; k++) {
		char name[64];

		if (s->events.queue.dropped[k] == 0) {
			continue;
		}
		snprintf(name, sizeof name, "queue.dropped_%s",
		    k < EV_KIND_COUNT ? ev_kind_name((enum ev_kind)k) : "tick");
		n = put_counter(
		    b, n, sizeof b, name, s->events.queue.dropped[k]);
	}
	n = put_counter(b, n, sizeof b, "sensor.memory", mem_mapped());
	n = put_counter(b, n, sizeof b, "sensor.heap_growth", mem_grown());
	send(s, RUN_COUNTERS, RUN_PRIO_FIRST, EV_KIND_COUNT, b, n);
}

/* What was seen at each interface and VLAN since the last time. */
static void
report_coverage(struct sensor *s)
{
	uint8_t b[COVERAGE_WIRE_MAX];
	struct coverage c;
	uint32_t at = 0, iface;

	while (cover_next(net_cover(s->net), &at, &c, &iface)) {
		if (iface >= live_ifaces(s->live)) {
			continue;
		}
		snprintf(c.iface, sizeof c.iface, "%s",
		    live_iface_name(s->live, iface));
		send(s, RUN_COVERAGE, RUN_PRIO_FIRST, EV_KIND_COUNT, b,
		    coverage_encode(&c, b));
	}
}

/* --- start --------------------------------------------------------------- */

static int
open_live(struct sensor *s)
{
	const char *name[RUN_IFACES_MAX];
	struct live_options lo = {0};
	char why[LIVE_WHY_MAX];
	int err;

	for (uint8_t i = 0; i < s->conf.nifaces; i++) {
		name[i] = s->conf.iface[i];
	}
	lo.iface = name;
	lo.ifaces = s->conf.nifaces;
	lo.filter = s->conf.filter[0] != '\0' ? s->conf.filter : NULL;
	lo.snaplen = s->conf.snaplen;
	lo.ring_bytes = (size_t)s->conf.ring_mib << 20;
	lo.fanout = s->conf.fanout;
	if ((err = live_open(&lo, &s->live, why)) < 0) {
		log_error("%s", why);
		/* The parent waits for an interface that is not there. */
		return err == ERR_NOENT || err == ERR_STATE ? ERR_LOST : err;
	}
	if ((err = proc_barrier(s->env)) < 0) {
		return err;
	}
	if ((err = live_start(s->live, why)) < 0) {
		log_error("%s", why);
	}
	return err;
}

/* The kernel may speak on an interface that nobody uses: say so. */
static void
check_silence(struct sensor *s)
{
	struct silent_finding f[SILENT_FINDINGS_MAX];
	size_t n;

	for (uint8_t i = 0; i < s->conf.nifaces; i++) {
		if (silent_check(s->conf.iface[i], true, f, &n) < 0) {
			proc_status(s->env, "%s: silence cannot be checked",
			    s->conf.iface[i]);
			return;
		}
		for (size_t k = 0; k < n; k++) {
			log_warn("%s is not silent: %s. Remedy: %s",
			    s->conf.iface[i], f[k].text, f[k].remedy);
		}
		if (n > 0) {
			proc_status(s->env, "%s is not silent: %s; run: %s",
			    s->conf.iface[i], f[0].text, f[0].remedy);
			return;
		}
	}
	proc_status(s->env, "silent");
}

static int
start(struct sensor *s)
{
	const struct net_options no = {
	    .links = true, .brief = true, .second = s->conf.second};
	const struct net_sink sink = {.event = on_event,
	    .tick = on_tick,
	    .arg = s,
	    .knows = knows,
	    .fresh = fresh,
	    .wants = wants};
	struct ev_memos memos;
	int err;

	if ((err = net_new(&no, &sink, &s->net)) < 0 ||
	    (err = novelty_new(net_links(s->net), on_news, s, &s->novelty)) <
		0 ||
	    (err = chan_init(&s->events, proc_fd(s->env, "events"),
		 (size_t)LIMIT_QUEUE_KIB * 1024)) < 0 ||
	    (err = open_live(s)) < 0) {
		return err;
	}
	memos = novelty_memos(s->novelty);
	net_memos(s->net, &memos);
	check_silence(s);
	if ((err = proc_confine(s->env, NULL)) < 0) {
		return err;
	}
	mem_seal();
	return 0;
}

/* --- work ---------------------------------------------------------------- */

static int
frames(struct sensor *s)
{
	struct frame f;
	int rc = 0;

	for (int i = 0; i < FRAMES_A_ROUND; i++) {
		rc = live_next(s->live, &f);
		if (rc <= 0) {
			break;
		}
		crash_frame(&f);
		net_frame(s->net, &f);
		crash_frame(NULL);
	}
	return rc;
}

static void
wait(struct sensor *s)
{
	struct pollfd p[RUN_IFACES_MAX + 2];
	int timeout = WAIT_MS, live_timeout;
	size_t n;

	n = live_fds(s->live, p, RUN_IFACES_MAX, &live_timeout);
	if (live_timeout >= 0 && live_timeout < timeout) {
		timeout = live_timeout;
	}
	p[n].fd = s->env->parent.fd;
	p[n++].events = chan_events(&s->env->parent);
	if (chan_is_pending(&s->events)) {
		p[n].fd = s->events.fd;
		p[n++].events = POLLOUT;
	}
	(void)poll(p, n, timeout);
}

static void
periodic(struct sensor *s)
{
	uint64_t now = clock_mono_ns();

	if (chan_is_pending(&s->events)) {
		s->events_lost = chan_flush(&s->events) < 0;
	}
	if (now < s->reported_ns + REPORT_NS) {
		return;
	}
	s->reported_ns = now;
	/* Without frames stream time follows the clock. */
	net_idle(s->net, clock_wall_ns() - 2 * NS_PER_SEC);
	report(s);
	if (now >= s->covered_ns + COVER_NS) {
		s->covered_ns = now;
		report_coverage(s);
	}
}

static int
work(struct sensor *s)
{
	struct proc_note note;
	int rc;

	while (!s->env->stop) {
		rc = frames(s);
		if (rc < 0) {
			return rc;
		}
		if (rc == 0) {
			wait(s);
		}
		periodic(s);
		proc_alive(s->env);
		while ((rc = proc_next(s->env, &note)) == 1) {
			/* PEER: a new store reads on where the old one
			 * stopped; nothing is kept here to send again. */
		}
		if (rc < 0) {
			return rc;
		}
	}
	return 0;
}

int
sensor_role(struct proc_env *env)
{
	static struct sensor s;
	int err;

	s.env = env;
	if ((err = run_sensor_decode(env->config, &s.conf)) < 0) {
		return err;
	}
	if ((err = start(&s)) < 0) {
		return err;
	}
	err = work(&s);
	if (err == ERR_LOST && live_lost(s.live) != NULL) {
		log_warn("interface %s is gone", live_lost(s.live));
	}
	net_finish(s.net);
	novelty_finish(s.novelty);
	report(&s);
	report_coverage(&s);
	if (chan_flush(&s.events) < 0) {
		s.events_lost = true;
	}
	return err;
}
