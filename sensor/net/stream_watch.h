/*
 * stream_watch: what stands between tcp.c and stream.c in stream_fuzz, and
 * looks at every piece that is handed over.
 *
 * The script of stream_fuzz.c says which segments were sent (sent[]).  The
 * pieces and gaps that tcp.c makes of them are held against that, and kept
 * (steps[]) with the events that came of them (told[]).
 */
#ifndef OTUS_NET_STREAM_WATCH_H
#define OTUS_NET_STREAM_WATCH_H

#include <assert.h>

#include "base/clock.h"
#include "limits.h"
#include "net/engine.h"
#include "net/net_impl.h"
#include "net/stream.h"
#include "net/stream_toy.h"

/* The way from tcp.c to stream.c, by the linker's --wrap. */
void __real_stream_data(
    struct net *, struct flow *, uint8_t, const struct stream_piece *);
void __real_stream_gap(struct net *, struct flow *, uint8_t, uint64_t,
    const char *, const struct stream_piece *);
void __real_stream_cut(struct net *, struct flow *, uint8_t, uint32_t);
void __wrap_stream_cut(struct net *, struct flow *, uint8_t, uint32_t);
void __wrap_stream_data(
    struct net *, struct flow *, uint8_t, const struct stream_piece *);
void __wrap_stream_gap(struct net *, struct flow *, uint8_t, uint64_t,
    const char *, const struct stream_piece *);

/* The model's loops are not what is to be covered. */
#ifdef __clang__
#define UNTRACED \
	__attribute__((no_sanitize("coverage", "address", "undefined")))
#else
#define UNTRACED
#endif

enum {
	FLOWS = 2,
	RECORD = 5,
	FRAMES = 64,
	STEPS_MAX = 4096,
	COPY_MAX = 4096, /* more is not done again */
	WAIT_NS = LIMIT_HOLE_WAIT_MS * NS_PER_MS,
	FAR = 0x30000000, /* another stream, for tcp.c and for people */
};

enum { HOW_TIGHT = 1, HOW_OPEN = 2, HOW_NO_HINT = 4, HOW_LONG = 8 };

enum {
	WHAT_FLOW = 0x01,
	WHAT_SIDE = 0x02,
	WHAT_SPECIAL = 0x04,
	WHAT_ACK = 0x08,
	WHAT_CUT = 0x10,
	WHAT_CHANGED = 0x20,
};

/* One segment as it was sent. */
struct sent {
	uint64_t ts_ns;
	uint32_t seq, len, missing;
	uint8_t flow, side, mask; /* mask: what each byte is changed by */
};

/* One side as its receiver should see it. */
struct side {
	uint32_t seq;   /* the next byte that is to be delivered       */
	uint32_t ahead; /* behind the furthest byte that was sent      */
	uint32_t acked;
	uint32_t expect; /* place of the next PDU, NOWHERE if not known */
	uint8_t since;   /* first frame of this stream                  */
	bool known, has_ack, changed, handed;
};

#define NOWHERE UINT32_MAX
/* What tcp.c says of a side by its flags. */
#define HANDED_FLAGS (SIDE_AFTER_GAP | SIDE_SEARCHING | SIDE_FRESH)

/* What stream.c was given, and the events that came of it. */
struct step {
	enum { STEP_DATA, STEP_GAP, STEP_CUT, STEP_CLOSE } what;
	uint8_t flow, side;
	uint32_t at, len; /* in copy[]; of a gap: len is what was lost */
	uint64_t frame, ts_ns;
	const char *cause;
	bool has_next;
	uint16_t flags; /* of the side, before its first bytes */
};

struct told {
	uint64_t frame, ts_ns, code;
	uint16_t port;
	uint8_t kind;
};

static struct net n;
static struct frame frame;
static struct sent sent[FRAMES];
static struct side sides[FLOWS][2];
static struct step steps[STEPS_MAX];
static uint8_t copy[COPY_MAX];
static struct told told[2][STEPS_MAX];
static struct {
	uint32_t frames, steps, copied, ntold[2];
	uint64_t now_ns, oldest, gap_bytes;
	uint32_t stood; /* seq of the side at hand, before its segment */
	uint8_t how;
	const struct toy_stream *toy; /* what every side sends */
	bool waits;   /* tcp_oldest() before the segment at hand */
	bool patient; /* what is given up now need not be old    */
	bool tight;   /* there was too little room, once         */
	bool again;   /* the second time, in other pieces        */
} run;

static uint8_t
flow_number(const struct flow *f)
{
	return (uint8_t)flow_index(&n.flows, f);
}

/* Each side has a stream of its own; two of them come by 2^32. */
static uint32_t
base_of(uint8_t flow, uint8_t side)
{
	return (uint32_t[]){
	    0xfffffe00, 0, 0x7ffff000, 0xffff0000}[flow * 2 + side];
}

static uint32_t
place_of(uint8_t flow, uint8_t side, uint32_t seq)
{
	return (seq - base_of(flow, side)) % TOY_BYTES;
}

static int32_t
diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* --- what tcp.c delivers --------------------------------------------------*/

/* Whether a frame before `until` brought a byte of [from, from + len). */
UNTRACED static bool
was_seen(
    uint8_t flow, uint8_t side, uint32_t until, uint32_t from, uint32_t len)
{
	for (uint32_t i = sides[flow][side].since; i < until; i++) {
		const struct sent *s = &sent[i];

		if (s->flow == flow && s->side == side && s->len > 0 &&
		    diff(s->seq, from + len) < 0 &&
		    diff(s->seq + s->len, from) > 0) {
			return true;
		}
	}
	return false;
}

UNTRACED static bool
is_stream(const uint8_t *p, uint32_t len, uint8_t mask, uint8_t flow,
    uint8_t side, uint32_t seq)
{
	uint32_t at = place_of(flow, side, seq);

	for (uint32_t i = 0; i < len; i++) {
		if (p[i] != (run.toy->bytes[(at + i) % TOY_BYTES] ^ mask)) {
			return false;
		}
	}
	return true;
}

static struct step *
log_step(int what, const struct flow *f, uint8_t side)
{
	struct step *s = &steps[run.steps % STEPS_MAX];

	run.steps++;
	*s = (struct step){.what = what, .flow = flow_number(f), .side = side};
	return s;
}

static void
log_piece(const struct flow *f, uint8_t side, const struct stream_piece *p)
{
	struct step *s = log_step(STEP_DATA, f, side);

	s->at = run.copied;
	s->len = (uint32_t)rd_left(&p->bytes);
	s->frame = p->frame;
	s->ts_ns = p->ts_ns;
	if (!sides[s->flow][side].handed) {
		s->flags = f->side[side].flags & HANDED_FLAGS;
		sides[s->flow][side].handed = true;
	}
	if (s->len <= COPY_MAX - run.copied) {
		memcpy(copy + run.copied, p->bytes.p, s->len);
		run.copied += s->len;
	} else {
		run.steps = STEPS_MAX; /* too much to do it again */
	}
}

void
__wrap_stream_data(
    struct net *net, struct flow *f, uint8_t side, const struct stream_piece *p)
{
	uint32_t len = (uint32_t)rd_left(&p->bytes), i, skipped;
	uint8_t flow = flow_number(f);
	struct side *m = &sides[flow][side];
	const struct sent *s;

	assert(p->frame >= 1 && p->frame <= run.frames);
	i = (uint32_t)p->frame - 1;
	s = &sent[i];
	skipped = m->seq - s->seq;
	assert(s->flow == flow && s->side == side && s->ts_ns == p->ts_ns);
	assert(i >= m->since && skipped <= s->len && len <= s->len - skipped);
	assert(is_stream(p->bytes.p, len, s->mask, flow, side, m->seq));
	/* What waited was announced (net_waits). */
	assert(p->frame == run.frames || (run.waits && p->frame >= run.oldest));
	run.tight |= n.tcp.stats.overflow > 0;
	assert(run.tight || !was_seen(flow, side, i, m->seq, len));
	m->changed |= s->mask != 0;
	m->seq += len;
	log_piece(f, side, p);
	__real_stream_data(net, f, side, p);
}

/* Of what was seen behind the hole: the first and the last stamp. */
UNTRACED static bool
waiting(uint8_t flow, uint8_t side, uint64_t *ret_min, uint64_t *ret_max)
{
	const struct side *m = &sides[flow][side];
	bool any = false;

	for (uint32_t i = m->since; i < run.frames; i++) {
		const struct sent *s = &sent[i];

		if (s->flow != flow || s->side != side || s->len == 0 ||
		    diff(s->seq + s->len, m->seq) <= 0) {
			continue;
		}
		if (!any) {
			*ret_min = s->ts_ns;
		}
		*ret_max = s->ts_ns;
		any = true;
	}
	return any;
}

static void
check_loss(uint8_t flow, uint8_t side, uint32_t lost)
{
	const struct side *m = &sides[flow][side];
	uint64_t min = 0, max = 0;

	if (run.patient || (m->has_ack && diff(m->acked, m->seq + lost) >= 0)) {
		return;
	}
	/* Nobody acknowledged it: only time tells. */
	assert(waiting(flow, side, &min, &max));
	assert(min + WAIT_NS <= run.now_ns);
}

/* Bytes that will not come: nobody who still waits has seen them. */
static struct step *
lose(const struct flow *f, uint8_t side, int what, uint32_t lost)
{
	uint8_t flow = flow_number(f);
	struct side *m = &sides[flow][side];
	struct step *step;

	assert(lost > 0 && lost < FAR);
	run.tight |= n.tcp.stats.overflow > 0;
	/* The frame at hand may begin another stream. */
	assert(run.tight ||
	       !was_seen(flow, side, run.frames - run.patient, m->seq, lost));
	m->seq += lost;
	m->expect = NOWHERE;
	step = log_step(what, f, side);
	step->len = lost;
	step->frame = frame.number;
	step->ts_ns = frame.ts_ns;
	return step;
}

void
__wrap_stream_cut(
    struct net *net, struct flow *f, uint8_t side, uint32_t missing)
{
	const struct sent *s = &sent[run.frames - 1];
	uint32_t at = sides[flow_number(f)][side].seq;

	assert(s->flow == flow_number(f) && s->side == side);
	assert(diff(at, s->seq + s->len) >= 0);
	assert(diff(at + missing, s->seq + s->len + s->missing) <= 0);
	(void)lose(f, side, STEP_CUT, missing);
	__real_stream_cut(net, f, side, missing);
}

void
__wrap_stream_gap(struct net *net, struct flow *f, uint8_t side, uint64_t lost,
    const char *cause, const struct stream_piece *next)
{
	uint8_t flow = flow_number(f);
	struct side *m = &sides[flow][side];
	const struct sent *s = &sent[run.frames - 1];
	struct step *step;

	if (strcmp(cause, "mid_stream") == 0) {
		assert(lost == 0 && s->flow == flow && s->side == side);
		/* Near and behind, it is the same stream once more. */
		assert(diff(s->seq, run.stood) > 0 ||
		       diff(s->seq, run.stood) < -FAR / 2);
		m->seq = m->ahead = s->seq;
		m->since = (uint8_t)(run.frames - 1);
		m->has_ack = false;
		m->expect = NOWHERE;
		step = log_step(STEP_GAP, f, side);
		step->len = 0;
	} else {
		run.tight |= strcmp(cause, "overflow") == 0;
		if (strcmp(cause, "loss") == 0) {
			check_loss(flow, side, (uint32_t)lost);
		}
		run.gap_bytes += lost;
		step = lose(f, side, STEP_GAP, (uint32_t)lost);
	}
	step->cause = cause;
	step->has_next = next != NULL;
	step->frame = next != NULL ? next->frame : frame.number;
	step->ts_ns = next != NULL ? next->ts_ns : frame.ts_ns;
	__real_stream_gap(net, f, side, lost, cause, next);
}

/* --- what stream.c makes of it ------------------------------------------- */

static void
on_event(void *arg, struct ev *e, struct link *link)
{
	uint32_t *used = &run.ntold[run.again];
	struct told *t = &told[run.again][*used % STEPS_MAX];
	const struct ev_field *lost = ev_find(e, EVF_LOST);

	assert(e->frame >= 1 && e->frame <= run.frames && !e->overflow);
	t->frame = e->frame;
	t->ts_ns = e->ts_ns;
	t->port = e->src.port;
	t->kind = e->kind;
	t->code = e->kind == EV_VALUE ? e->code : lost != NULL ? lost->u : 0;
	(*used)++;
}

static void
on_pdu(uint8_t side, enum toy_kind kind, uint16_t place, const uint8_t *p,
    size_t len)
{
	uint8_t flow = flow_number(n.flow);
	struct side *m = &sides[flow][side];

	if (m->changed || run.again) {
		return;
	}
	assert(is_stream(
	    p, (uint32_t)len, 0, flow, side, base_of(flow, side) + place));
	if (run.how & HOW_OPEN || n.partials.exhausted > 0) {
		return;
	}
	assert(m->expect == NOWHERE || m->expect == place);
	m->expect = NOWHERE;
	if (kind != TOY_NOT_MINE && run.toy->length[place] == len) {
		m->expect = (place + (uint32_t)len) % TOY_BYTES;
	}
}

/* A claimed flow has no whole PDU wait. */
static void
check_parsed(const struct flow *f, uint8_t side)
{
	uint8_t flow = flow_number(f);
	const struct side *m = &sides[flow][side];
	uint32_t have;

	if (m->expect == NOWHERE || m->changed || !f->confirmed ||
	    n.partials.exhausted > 0 ||
	    run.toy->bytes[m->expect + 1] == TOY_NOT_MINE) {
		return;
	}
	have = (place_of(flow, side, m->seq) - m->expect) % TOY_BYTES;
	assert(have < run.toy->length[m->expect]);
}

#endif
