/*
 * verdict: see verdict.h.
 *
 * The shares are of one part in a whole; below the first threshold nothing is
 * said.  They were set by captures of mirrors with and without each fault
 * (test-pcaps/doctor): what is always there by a little, a lost segment or a
 * connection that was just being opened, stays below.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/export/verdict.h"

#define NONE       COVERAGE_COUNTS /* no counter */
#define STEPS      3
#define PERCENT(n) ((uint64_t)((n)*10000))

struct check {
	const char *name;
	/* part - less, of whole, or of whole + part where that adds up. */
	enum coverage_count part, less, whole;
	bool adds, whole_port; /* of an interface as a whole only */
	/* Fewer (of the times, where there are such) are chance, unless it is
	 * all. */
	uint64_t min;
	struct {
		uint64_t ppm;
		unsigned points;
	} step[STEPS];
	const char *noun, *tail;
	enum coverage_count times; /* in how many what */
	const char *times_noun, *cause, *change;
};

#define ON_HOST                                                           \
	"this was captured on a host, on all its interfaces at once, on " \
	"loopback or in a tunnel: it shows what that host says and hears"
#define AT_A_MIRROR \
	"capture at a mirror port, on the one interface that it leads to"

static const struct check checks[] = {
    {"mirror", COVERAGE_GROUPS, NONE, COVERAGE_FRAMES, false, false, 0,
	{{PERCENT(95), 30}, {PERCENT(98), 60}}, "frames",
	"go to groups or to everybody: next to nothing that one station says "
	"to another is seen",
	NONE, NULL,
	"any port of a switch gets these. This one is not the destination of "
	"a mirror session, or the session has no source here (a process bus "
	"of GOOSE and sampled values alone looks like this, too)",
	"make this port the destination of a mirror (SPAN) session, with the "
	"ports or VLANs to be watched as sources, both directions"},
    {"one-way", COVERAGE_TALKS, COVERAGE_BOTH, COVERAGE_TALKS, false, false, 3,
	{{PERCENT(10), 20}, {PERCENT(50), 40}}, "conversations",
	"are seen in one direction only", NONE, NULL,
	"the mirror copies one direction only, or the other way goes through "
	"a switch that is not mirrored (a redundant pair, a ring); or those "
	"who were asked over UDP are off",
	"mirror both directions (rx and tx) of the ports of these stations; "
	"of a redundant pair or a ring, mirror both switches"},
    {"gaps", COVERAGE_LOST, NONE, COVERAGE_TCP, true, false, 3,
	{{PERCENT(0.05), 10}, {PERCENT(1), 30}, {PERCENT(10), 60}},
	"bytes of TCP streams", "are missing", COVERAGE_GAPS, "places",
	"more is mirrored than the mirror port can carry, or the switch drops "
	"copies under load",
	"compare the rates of the mirrored ports with that of the mirror "
	"port; mirror fewer ports, or take a faster one"},
    {"copies", COVERAGE_COPIES, NONE, COVERAGE_LOOKED, false, false, 3,
	{{PERCENT(5), 10}, {PERCENT(20), 20}}, "packets compared",
	"had come less than 10 ms before, the very same", NONE, NULL,
	"the session takes each of them at two places: at both ends of a "
	"link, or at the port it enters by and the port it leaves by",
	"mirror each link at one end only, or of all ports of the switch what "
	"they receive (rx)"},
    {"across", COVERAGE_ACROSS, NONE, COVERAGE_LOOKED, false, false, 3,
	{{PERCENT(5), 10}, {PERCENT(20), 20}}, "packets compared",
	"had come less than 10 ms before in another VLAN or on another "
	"interface, the very same",
	NONE, NULL,
	"the same traffic is mirrored twice: with its tag and without, or to "
	"two interfaces of this sensor",
	"take ports or VLANs as sources of the session, not both; give each "
	"interface of the sensor ports of its own"},
    {"cut", COVERAGE_CUT, NONE, COVERAGE_FRAMES, false, false, 3,
	{{PERCENT(1), 10}, {PERCENT(20), 30}}, "frames",
	"are cut short: what stands at their ends is not seen", NONE, NULL,
	"the capture was made with a small snap length, or the mirror "
	"truncates",
	"capture whole frames (--snaplen 262144) and switch truncation of the "
	"mirror session off"},
    {"broken", COVERAGE_BROKEN, NONE, COVERAGE_FRAMES, false, false, 3,
	{{PERCENT(1), 10}, {PERCENT(10), 20}}, "frames",
	"have headers that contradict themselves", NONE, NULL,
	"a tag or tunnel of the mirror (RSPAN, ERSPAN) is damaged on its way, "
	"or the cable is bad",
	"look at the error counters of the mirror port; mirror to a port of "
	"the same switch, without a tunnel"},
    {"dropped", COVERAGE_DROPPED, NONE, COVERAGE_FRAMES, true, true, 0,
	{{PERCENT(0.001), 10}, {PERCENT(1), 30}}, "frames",
	"came and were dropped: this machine was too slow", NONE, NULL,
	"the capture ring was full",
	"give the sensor a larger ring (--ring) or more processes "
	"(--sensors), or mirror less"},
    {"missed", COVERAGE_MISSED, NONE, COVERAGE_FRAMES, true, true, 0,
	{{PERCENT(0.001), 10}, {PERCENT(1), 30}}, "frames",
	"were lost by the network card", NONE, NULL,
	"its buffers were full, or it had errors on the line",
	"look at the card's counters (ethtool -S); set its ring to the "
	"largest (ethtool -G)"},
    {"host", COVERAGE_COOKED, NONE, COVERAGE_FRAMES, false, true, 0,
	{{PERCENT(50), 20}, {PERCENT(50), 20}}, "frames",
	"have no Ethernet addresses", NONE, NULL, ON_HOST, AT_A_MIRROR},
    {"long", COVERAGE_LONG, NONE, COVERAGE_FRAMES, false, true, 3,
	{{PERCENT(0.1), 0}, {PERCENT(100), 0}}, "frames",
	"are longer than Ethernet carries (1526 bytes)", NONE, NULL,
	"the machine that captured has joined or not yet cut them (GRO, LRO, "
	"TSO), as one does that captures its own traffic; or the network has "
	"jumbo frames",
	"nothing, where there are jumbo frames; else switch it off (otus "
	"silence), and capture elsewhere than on the host that speaks"},
};

/* What no share tells.  What ports of a switch say of themselves they say on a
 * mirror port, too, when its session is off: it is no sign of life. */
#define SILENT_NS      (60 * NS_PER_SEC)
#define SILENT_POINTS  30
#define PAUSE_NS       (60 * NS_PER_SEC)
#define PAUSE_TIMES    20 /* as long as frames are apart: no chance */
#define PAUSE_POINTS   10
#define STATION_FRAMES 50 /* all of which are of one station */
#define STATION_POINTS 20
/* So many are heard to call everybody, and not to speak with whom they call. */
#define CALLERS_MIN   2
#define CALLERS_SHARE 5 /* one device in so many */
#define DEAD_POINTS   100
#define CLOCK_POINTS  20
#define DAY_NS        (86400 * NS_PER_SEC)
#define YEAR_1990_NS  (7305 * DAY_NS) /* no capture is older */
#define BACKWARDS     10              /* one frame in so many */
#define BARREN_NS     (600 * NS_PER_SEC)

uint64_t
verdict_ppm(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (uint64_t)((double)part * 1e6 / (double)whole);
}

void
verdict_share(struct text *t, uint64_t ppm)
{
	char buf[32];

	if (ppm >= 100000) {
		(void)snprintf(buf, sizeof(buf), "%llu %%",
		    (unsigned long long)ppm / 10000);
	} else if (ppm >= 1000) {
		(void)snprintf(buf, sizeof(buf), "%llu.%llu %%",
		    (unsigned long long)ppm / 10000,
		    (unsigned long long)ppm / 1000 % 10);
	} else {
		(void)snprintf(
		    buf, sizeof(buf), "%.3f %%", (double)ppm / 10000);
	}
	text_put(t, buf);
}

void
verdict_duration(struct text *t, uint64_t ns)
{
	static const struct {
		uint64_t s;
		const char *unit;
	} units[] = {
	    {86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}, {1, NULL}};
	uint64_t s = ns / NS_PER_SEC;
	char buf[32];

	if (s < 60) {
		(void)snprintf(buf, sizeof(buf), "%llu.%llu s",
		    (unsigned long long)s,
		    (unsigned long long)(ns % NS_PER_SEC / (NS_PER_SEC / 10)));
		text_put(t, buf);
		return;
	}
	for (size_t i = 0; units[i].unit != NULL; i++) {
		if (s < units[i].s) {
			continue;
		}
		text_put_uint(t, s / units[i].s);
		text_put(t, units[i].unit);
		s %= units[i].s;
		if (units[i + 1].unit != NULL && s / units[i + 1].s != 0) {
			text_put(t, " ");
			text_put_uint(t, s / units[i + 1].s);
			text_put(t, units[i + 1].unit);
		}
		return;
	}
}

/* --- rows put together --------------------------------------------------------- */

static bool
has_station(const struct coverage *c, const uint8_t mac[6])
{
	for (int i = 0; i < c->stations; i++) {
		if (memcmp(c->station[i], mac, 6) == 0) {
			return true;
		}
	}
	return false;
}

static uint64_t
between_stations(const struct coverage *c)
{
	return c->count[COVERAGE_FRAMES] - c->count[COVERAGE_GROUPS] -
	       c->count[COVERAGE_COOKED];
}

static void
join_stations(struct coverage *to, const struct coverage *c)
{
	uint8_t n = 0;

	if (between_stations(c) == 0) {
		return;
	}
	if (between_stations(to) == 0) {
		to->stations = c->stations;
		memcpy(to->station, c->station, sizeof(to->station));
		return;
	}
	for (uint8_t i = 0; i < to->stations; i++) {
		if (has_station(c, to->station[i])) {
			memmove(to->station[n++], to->station[i], 6);
		}
	}
	to->stations = n;
}

void
view_add(struct view *v, const struct coverage *c)
{
	struct coverage *to = &v->c;

	join_stations(to, c);
	for (int i = 0; i < COVERAGE_COUNTS; i++) {
		to->count[i] += c->count[i];
	}
	if (c->first_ns != 0 &&
	    (to->first_ns == 0 || c->first_ns < to->first_ns)) {
		to->first_ns = c->first_ns;
	}
	to->last_ns = c->last_ns > to->last_ns ? c->last_ns : to->last_ns;
	to->spoke_ns = c->spoke_ns > to->spoke_ns ? c->spoke_ns : to->spoke_ns;
	to->protos |= c->protos;
	/* Sensors that share an interface: each pauses when others do not. */
	if (c->vlan == 0 && (to->pause_ns == 0 || c->pause_ns < to->pause_ns)) {
		to->pause_ns = c->pause_ns;
		to->pause_end_ns = c->pause_end_ns;
	}
}

/* --- reasons ------------------------------------------------------------------- */

bool
verdict_reason(struct verdict *r, const char *check, unsigned points,
    const char *cause, const char *change, struct text *ret)
{
	struct reason *x;

	if (r->n == VERDICT_REASONS_MAX) {
		return false;
	}
	x = &r->reason[r->n++];
	x->check = check;
	x->points = points;
	x->cause = cause;
	x->change = change;
	text_start(ret, x->what, sizeof(x->what));
	return true;
}

void
verdict_sum(struct verdict *r)
{
	unsigned points = 0;

	for (size_t i = 0; i < r->n; i++) {
		points += r->reason[i].points;
	}
	r->score = points < 100 ? 100 - (int)points : 0;
}

static void
share(const struct check *k, const struct coverage *c, struct verdict *r)
{
	uint64_t part = c->count[k->part], whole = c->count[k->whole], ppm;
	uint64_t times;
	unsigned points = 0;
	struct text t;

	part -= k->less != NONE ? c->count[k->less] : 0;
	times = k->times != NONE ? c->count[k->times] : part;
	whole += k->adds ? part : 0;
	ppm = verdict_ppm(part, whole);
	if (part == 0 || ppm < k->step[0].ppm ||
	    (times < k->min && part < whole)) {
		return;
	}
	for (int i = 0; i < STEPS; i++) {
		if (k->step[i].ppm != 0 && ppm >= k->step[i].ppm) {
			points = k->step[i].points;
		}
	}
	if (!verdict_reason(r, k->name, points, k->cause, k->change, &t)) {
		return;
	}
	text_put_uint(&t, part);
	text_put(&t, " of ");
	text_put_uint(&t, whole);
	text_put(&t, " ");
	text_put(&t, k->noun);
	text_put(&t, " (");
	verdict_share(&t, ppm);
	text_put(&t, ") ");
	text_put(&t, k->tail);
	if (k->times != NONE) {
		text_put(&t, ", at ");
		text_put_uint(&t, times);
		text_put(&t, " ");
		text_put(&t, k->times_noun);
	}
}

/* Frames are too few for shares, but in that time stations would have talked. */
static bool
is_barren(const struct view *v)
{
	const uint64_t *n = v->c.count;
	uint64_t end = v->now_ns > v->c.last_ns ? v->now_ns : v->c.last_ns;

	return v->whole && n[COVERAGE_FRAMES] > 0 &&
	       n[COVERAGE_FRAMES] == n[COVERAGE_GROUPS] &&
	       end - v->c.first_ns >= BARREN_NS;
}

static void
barren(const struct view *v, struct verdict *r)
{
	uint64_t end = v->now_ns > v->c.last_ns ? v->now_ns : v->c.last_ns;
	const struct check *k = &checks[0];
	struct text t;

	if (verdict_reason(
		r, k->name, k->step[1].points, k->cause, k->change, &t)) {
		text_put(&t, "nothing between stations came in ");
		verdict_duration(&t, end - v->c.first_ns);
		text_put(&t, ", only what the switch says by itself or what "
			     "goes to everybody");
	}
}

static void
dead(struct verdict *r)
{
	struct text t;

	if (verdict_reason(r, "dead", DEAD_POINTS,
		"the cable leads elsewhere, the port is down, or the mirror "
		"session is off",
		"look at the link of the port; switch the session on, with "
		"this port as its destination",
		&t)) {
		text_put(&t, "no frame has come");
	}
}

static void
silence(const struct view *v, struct verdict *r)
{
	uint64_t n = v->c.count[COVERAGE_FRAMES] - v->c.count[COVERAGE_UPKEEP];
	uint64_t last_ns = n > 0 ? v->c.spoke_ns : v->c.last_ns;
	uint64_t age = v->now_ns > last_ns ? v->now_ns - last_ns : 0;
	uint64_t span = last_ns - v->c.first_ns;
	uint64_t apart = span / (n > 0 ? n : v->c.count[COVERAGE_FRAMES]);
	char stamp[CLOCK_STAMP_MAX];
	struct text t;

	if (age >= SILENT_NS && age >= PAUSE_TIMES * apart &&
	    verdict_reason(r, "silent", SILENT_POINTS,
		"the mirror session was switched off or moved, or its sources "
		"are down",
		"look at the session and at the link of the port", &t)) {
		text_put(&t, "nothing has come for ");
		verdict_duration(&t, age);
		text_put(&t, v->c.last_ns > last_ns
				 ? ", but what the switch says itself"
				 : "");
	}
	if (v->c.pause_ns >= PAUSE_NS && v->c.pause_ns >= PAUSE_TIMES * apart &&
	    verdict_reason(r, "pause", PAUSE_POINTS,
		"the mirror, the capture, or all that it shows was off",
		"if nobody switched it off, look at the log of the switch",
		&t)) {
		(void)clock_rfc3339(stamp, v->c.pause_end_ns);
		text_put(&t, "nothing came for ");
		verdict_duration(&t, v->c.pause_ns);
		text_put(&t, ", until ");
		text_put(&t, stamp);
	}
}

/* Loopback has Ethernet headers, and zeros in them. */
static bool
is_loopback(const struct coverage *c)
{
	static const uint8_t zero[6];

	return c->stations > 0 && memcmp(c->station[0], zero, 6) == 0;
}

/*
 * A plant with one master looks like the port of one station: everybody speaks
 * with that one.  What tells them apart is others who call out, by ARP for one,
 * and whose conversations are not seen.
 */
static bool
has_callers(const struct view *v)
{
	return v->groups >= CALLERS_MIN &&
	       v->groups * CALLERS_SHARE >= v->heard;
}

static bool
station_reason(const struct view *v, struct verdict *r, struct text *t)
{
	if (has_callers(v)) {
		return verdict_reason(r, "station", STATION_POINTS,
		    "this is what one port shows: a capture on the device "
		    "itself, a mirror or TAP of its link only, or of an uplink",
		    "mirror the other ports of the switch, too: what stations "
		    "say to each other there does not come here",
		    t);
	}
	return verdict_reason(r, "station", 0,
	    "the plant may have one master that all speak with; or this is "
	    "what one port shows: a capture on the device itself, a mirror or "
	    "TAP of its link only, or of an uplink",
	    "nothing, where there is one master; else mirror the other ports "
	    "of the switch, too",
	    t);
}

static void
stations(const struct view *v, struct verdict *r)
{
	uint64_t n = between_stations(&v->c);
	struct text t;

	if (n > 0 && is_loopback(&v->c)) {
		if (verdict_reason(
			r, "host", STATION_POINTS, ON_HOST, AT_A_MIRROR, &t)) {
			text_put_uint(&t, n);
			text_put(&t, " frames have zeros for addresses");
		}
		return;
	}
	if (n < STATION_FRAMES || v->c.stations == 0 ||
	    !station_reason(v, r, &t)) {
		return;
	}
	text_put(&t, "all ");
	text_put_uint(&t, n);
	text_put(&t, v->c.stations == 2 ? " frames between stations are of "
					: " frames between stations go to or "
					  "come from ");
	text_put(&t, v->station[0]);
	if (v->c.stations == 2) {
		text_put(&t, " and ");
		text_put(&t, v->station[1]);
	}
}

/* Stamps of no time that was, or one far ahead that others do not follow. */
static bool
is_mistimed(const struct view *v)
{
	uint64_t frames = v->c.count[COVERAGE_FRAMES];

	return frames > 0 && (v->c.last_ns < YEAR_1990_NS ||
				 (v->c.pause_ns >= DAY_NS &&
				     v->backwards * BACKWARDS >= frames));
}

static void
mistimed(const struct view *v, struct verdict *r)
{
	struct text t;

	if (!verdict_reason(r, "clock", CLOCK_POINTS,
		"the clock of the sensor or of the capture box is wrong or was "
		"set meanwhile, or the file was put together from others",
		"synchronise that clock (NTP or PTP); until then nothing that "
		"is told of when and how long is to be trusted",
		&t)) {
		return;
	}
	if (v->c.last_ns < YEAR_1990_NS) {
		text_put(&t, "the frames have no time, or one before 1990");
		return;
	}
	text_put(&t, "the time leaps ahead by ");
	verdict_duration(&t, v->c.pause_ns);
	text_put(&t, ", and ");
	text_put_uint(&t, v->backwards);
	text_put(&t, " frames have stamps before the last one: pauses and "
		     "copies are not judged");
}

static bool
applies(const struct check *k, const struct view *v)
{
	if ((k->part == COVERAGE_COPIES || k->part == COVERAGE_ACROSS) &&
	    is_mistimed(v)) {
		return false;
	}
	if (k->part == COVERAGE_GROUPS) {
		return !v->native;
	}
	return v->whole || !k->whole_port;
}

void
view_judge(const struct view *v, struct verdict *ret)
{
	uint64_t frames = v->c.count[COVERAGE_FRAMES];

	ret->n = 0;
	ret->score = -1;
	if (frames == 0 && v->whole) {
		dead(ret);
	} else if (frames < VERDICT_FRAMES_MIN) {
		if (is_barren(v)) {
			barren(v, ret);
			verdict_sum(ret);
		}
		return;
	}
	if (frames > 0) {
		for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]);
		     i++) {
			if (applies(&checks[i], v)) {
				share(&checks[i], &v->c, ret);
			}
		}
	}
	if (frames > 0 && v->whole) {
		if (is_mistimed(v)) {
			mistimed(v, ret);
		} else {
			silence(v, ret);
		}
		stations(v, ret);
	}
	if (v->unheard != NULL) {
		unheard_judge(v->unheard, ret);
	}
	verdict_sum(ret);
}
