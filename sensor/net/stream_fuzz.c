/*
 * Segments of TCP streams in any order, through tcp.c, stream.c, partial.c
 * and engine.c, down to a dissector that knows every byte of the stream.
 *
 *	how  { what  place 2 bytes  length  ack }...
 *
 * how: room for what waits, whether dissectors have claimed the flows, which
 * stream is sent, and the pieces of the second time.
 * what: flow 1, side 1, special 1, ack 1, cut 1, changed 1, time 2.  place is
 * where the segment begins, seen from the furthest byte that its side sent.
 *
 * What is held against them, piece by piece as tcp.c hands them to stream.c:
 * the bytes are those of the frame that they are said to be of, in order,
 * each once; every byte is delivered or told as lost; nothing that can be
 * delivered waits; what was seen is not called lost, nor what may yet come,
 * and the first copy stands, for as long as there was room; memory has its
 * bounds, and all is given back.  Then what stream.c made of the pieces: PDUs
 * follow one another without a hole, and cut into other pieces they give the
 * same events.
 *
 * libFuzzer: -max_len=161 -entropic_scale_per_exec_time=1
 * 32 segments.  A seed has 64: as many chunks as one side may have wait.
 */
#include <assert.h>

#include "net/stream_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- flows ----------------------------------------------------------------*/

static struct flow *
open_flow(uint8_t flow)
{
	struct flow *f = flow_at(&n.flows, flow);

	memset(f, 0, sizeof(*f));
	f->transport = DIS_TCP;
	f->ipver = 4;
	f->ip_proto = 6;
	f->client = DIS_SIDE_UNKNOWN;
	f->port[0] = 1000 + flow;
	f->port[1] = run.how & HOW_NO_HINT ? 2000 : TOY_PORT;
	f->link = f->host = f->opinion = f->state_at = POOL_NONE;
	f->pend_head = f->pend_tail = POOL_NONE;
	f->dirty_prev = f->dirty_next = POOL_NONE;
	for (int i = 0; i < 2; i++) {
		struct flow_side *s = &f->side[i];

		s->chunk = s->hole = s->partial = POOL_NONE;
		sides[flow][i] = (struct side){.expect = NOWHERE,
		    .since = (uint8_t)run.frames,
		    .seq = base_of(flow, (uint8_t)i),
		    .ahead = base_of(flow, (uint8_t)i)};
	}
	if (!(run.how & HOW_OPEN)) {
		engine_claim(&n, f, &toy);
		f->confirmed = true;
	}
	return f;
}

static void
close_flow(struct flow *f)
{
	bool patient = run.patient;

	run.patient = true;
	tcp_close(&n, f);
	run.patient = patient;
	for (uint8_t i = 0; i < 2; i++) {
		assert(f->side[i].chunk == POOL_NONE);
		assert(f->side[i].hole == POOL_NONE && f->side[i].chunks == 0);
		check_parsed(f, i);
	}
	(void)log_step(STEP_CLOSE, f, 0);
	stream_close(&n, f);
}

/* Whether both sides wait: perhaps one for the other. */
static bool
is_held(const struct flow *f, uint8_t side)
{
	return f->side[side].hole != POOL_NONE &&
	       f->side[!side].hole != POOL_NONE;
}

static void
check_bounds(void)
{
	uint32_t chunks = 0, holes = 0, partials = 0;

	for (uint8_t flow = 0; flow < FLOWS; flow++) {
		const struct flow *f = flow_at(&n.flows, flow);

		for (uint8_t i = 0; i < 2; i++) {
			const struct flow_side *s = &f->side[i];
			const struct side *m = &sides[flow][i];

			assert(s->chunks <= LIMIT_CHUNK_PER_FLOW);
			assert((s->chunk != POOL_NONE) == (s->chunks > 0));
			assert(
			    (s->chunk != POOL_NONE) == (s->hole != POOL_NONE));
			assert(m->known == ((s->flags & SIDE_SEQ) != 0));
			assert(!m->known || s->next_seq == m->seq);
			/* What could be delivered waits only where it must
			 * not overtake what the other side lacks. */
			assert(run.tight || !m->known || is_held(f, i) ||
			       !was_seen(flow, i, run.frames, m->seq, 1));
			check_parsed(f, i);
			chunks += s->chunks;
			holes += s->hole != POOL_NONE;
			partials += s->partial != POOL_NONE;
		}
	}
	assert(chunks == n.tcp.chunks.used && holes == n.tcp.holes.used);
	assert(partials == n.partials.small.used + n.partials.large.used);
	assert(n.tcp.stats.gap_bytes == run.gap_bytes);
}

static void
expire(void)
{
	uint64_t now_ns = run.now_ns / NS_PER_SEC * NS_PER_SEC, min = 0,
		 max = 0;

	tcp_expire(&n, now_ns);
	for (uint8_t i = 0; i < 2 * FLOWS && !run.tight; i++) {
		if (sides[i / 2][i % 2].known &&
		    !is_held(flow_at(&n.flows, i / 2), i % 2) &&
		    waiting(i / 2, i % 2, &min, &max)) {
			assert(max + WAIT_NS > now_ns);
		}
	}
}

/* --- segments ------------------------------------------------------------ */

static uint32_t
length_of(uint8_t code)
{
	return code < 240 ? code : (code - 239u) * 64;
}

/* As net.c does before it hands a SYN on: ports are used again. */
static void
begin_anew(struct flow *f, uint8_t side, const struct pkt *p)
{
	const struct flow_side *s = &f->side[side];

	if ((p->tcp_flags & (PKT_SYN | PKT_ACK)) == PKT_SYN &&
	    (s->flags & SIDE_SEQ) &&
	    (!(s->flags & SIDE_SYN) || s->next_seq != p->seq + 1)) {
		close_flow(f);
		(void)open_flow(flow_number(f));
	}
}

static uint8_t *
make_payload(const struct sent *s)
{
	uint8_t *p = malloc(s->len); /* of exactly its size */
	uint32_t at = place_of(s->flow, s->side, s->seq);

	assert(p != NULL || s->len == 0);
	for (uint32_t i = 0; i < s->len; i++) {
		p[i] = run.toy->bytes[(at + i) % TOY_BYTES] ^ s->mask;
	}
	return p;
}

static void
send_segment(struct flow *f, uint8_t side, struct pkt *p, struct sent *s)
{
	struct side *m = &sides[flow_number(f)][side], *o;
	uint8_t *bytes = make_payload(s);

	frame = (struct frame){.number = run.frames, .ts_ns = run.now_ns};
	p->frame = &frame;
	p->payload = rd_make(bytes, s->len);
	p->missing = s->missing;
	n.frame = &frame;
	n.pkt = p;
	n.ctx.frame = frame.number;
	n.ctx.ts_ns = frame.ts_ns;
	n.stream_ns = frame.ts_ns;
	if (!m->known && (s->len + s->missing > 0 || p->tcp_flags & PKT_SYN)) {
		m->seq = m->ahead = s->seq;
		m->since = (uint8_t)(run.frames - 1);
		m->known = true;
	}
	o = &sides[flow_number(f)][!side];
	if (p->tcp_flags & PKT_ACK &&
	    (!o->has_ack || diff(p->ack, o->acked) > 0)) {
		o->acked = p->ack;
		o->has_ack = true;
	}
	run.stood = m->seq;
	tcp_segment(&n, f, side, p);
	free(bytes);
	if (diff(s->seq + s->len + s->missing, m->ahead) > 0) {
		m->ahead = s->seq + s->len + s->missing;
	}
}

/*
 * Specials, by the length's low bits: the flow's end, everything given up, a
 * SYN, a far jump; all but the first two with a segment.
 */
static void
play(const uint8_t *rec)
{
	uint8_t side = (rec[0] & WHAT_SIDE) != 0, flow = rec[0] & WHAT_FLOW;
	struct flow *f = flow_at(&n.flows, flow);
	struct side *m = &sides[flow][side];
	int16_t place = (int16_t)(rec[1] << 8 | rec[2]);
	struct sent *s = &sent[run.frames];
	struct pkt p = {.l4 = PKT_L4_TCP};
	uint8_t special = rec[0] & WHAT_SPECIAL ? rec[3] % 4 : UINT8_MAX;

	*s = (struct sent){.ts_ns = run.now_ns, .flow = flow, .side = side};
	run.frames++;
	if (special == 0) {
		close_flow(f);
		(void)open_flow(flow);
		return;
	}
	s->len = length_of(rec[3]);
	s->seq = m->ahead + (uint32_t)place;
	s->mask = rec[0] & WHAT_CHANGED ? 0x11 : 0;
	s->missing = rec[0] & WHAT_CUT ? 1u + rec[4] % 32 : 0;
	if (rec[0] & WHAT_ACK) {
		p.tcp_flags |= PKT_ACK;
		p.ack = sides[flow][!side].ahead - (rec[4] & 0x7fu) * 16;
	}
	run.patient = special == 2 || special == 3;
	if (special == 3) {
		s->seq += FAR;
	}
	p.seq = s->seq;
	if (special == 2) {
		p.tcp_flags |= PKT_SYN;
		s->len = rec[4] & 0x80 ? s->len : 0;
		s->seq++;
		begin_anew(f, side, &p);
	}
	if (special == 1) {
		s->len = s->missing = 0;
		p.tcp_flags |= PKT_FIN;
	}
	send_segment(f, side, &p, s);
	run.patient = false;
}

/* --- the same bytes in other pieces -------------------------------------- */

static void
play_piece(const struct step *s, size_t part)
{
	struct stream_piece piece = {.frame = s->frame, .ts_ns = s->ts_ns};
	struct flow *f = flow_at(&n.flows, s->flow);

	f->side[s->side].flags |= s->flags;
	for (size_t at = 0; at < s->len; at += part) {
		size_t len = s->len - at < part ? s->len - at : part;

		piece.bytes = rd_make(copy + s->at + at, len);
		__real_stream_data(&n, f, s->side, &piece);
	}
}

static void
play_again(size_t part)
{
	uint32_t count = run.steps;

	run.again = true;
	/* Single bytes of the short ones only: each may mean a search. */
	part = part < run.copied / 64 ? run.copied / 64 : part;
	for (uint8_t i = 0; i < FLOWS; i++) {
		(void)open_flow(i);
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct step *s = &steps[i];
		struct flow *f = flow_at(&n.flows, s->flow);
		struct stream_piece next = {
		    .frame = s->frame, .ts_ns = s->ts_ns};

		n.ctx.frame = s->frame;
		n.ctx.ts_ns = s->ts_ns;
		frame.number = s->frame;
		frame.ts_ns = s->ts_ns;
		if (s->what == STEP_DATA) {
			play_piece(s, part);
		} else if (s->what == STEP_GAP) {
			__real_stream_gap(&n, f, s->side, s->len, s->cause,
			    s->has_next ? &next : NULL);
		} else if (s->what == STEP_CUT) {
			__real_stream_cut(&n, f, s->side, s->len);
		} else {
			stream_close(&n, f);
			(void)open_flow(s->flow);
		}
	}
	assert(run.ntold[0] == run.ntold[1]);
	for (uint32_t i = 0; i < run.ntold[0]; i++) {
		const struct told *a = &told[0][i], *b = &told[1][i];

		assert(a->frame == b->frame && a->ts_ns == b->ts_ns);
		assert(a->kind == b->kind && a->port == b->port);
		assert(a->code == b->code);
	}
	for (uint8_t i = 0; i < FLOWS; i++) {
		stream_close(&n, flow_at(&n.flows, i));
	}
}

/* --- the runs ------------------------------------------------------------ */

static void
must(int rc)
{
	if (rc < 0) {
		abort();
	}
}

/* A pool of the same items with room for fewer. */
static void
shrink(struct pool *p, uint32_t max)
{
	size_t size = p->size;

	pool_done(p);
	must(pool_init(p, max, size));
}

/* Two sets: as in the sensor, and with next to no room. */
static struct {
	struct tcp tcp;
	struct partials partials;
} rooms[2];

static void
init(void)
{
	toy_make(&toy_streams[0]);
	toy_make(&toy_streams[1]);
	toy_seen = on_pdu;
	n.sink.event = on_event;
	engine_init(&n);
	must(pool_init(&n.flows.pool, FLOWS, sizeof(struct flow)));
	for (int i = 0; i < FLOWS; i++) {
		(void)pool_get(&n.flows.pool);
	}
	for (int i = 0; i < 2; i++) {
		must(tcp_init(&rooms[i].tcp));
		must(partials_init(&rooms[i].partials));
	}
	shrink(&rooms[1].tcp.chunks, 5);
	shrink(&rooms[1].tcp.holes, 2);
	shrink(&rooms[1].partials.small, 2);
	shrink(&rooms[1].partials.large, 1);
}

static void
start(uint8_t how)
{
	memset(&run, 0, sizeof(run));
	run.how = how;
	run.toy = &toy_streams[(how & HOW_LONG) != 0];
	run.now_ns = 1000 * NS_PER_SEC;
	n.tcp = rooms[how & HOW_TIGHT].tcp;
	n.partials = rooms[how & HOW_TIGHT].partials;
	memset(&n.tcp.stats, 0, sizeof(n.tcp.stats));
	n.partials.exhausted = 0;
	for (uint8_t i = 0; i < FLOWS; i++) {
		(void)open_flow(i);
	}
}

/* Everything is given back; the pools keep their place for the next run. */
static void
finish(size_t part)
{
	for (uint8_t i = 0; i < FLOWS; i++) {
		close_flow(flow_at(&n.flows, i));
	}
	assert(n.tcp.stats.gap_bytes == run.gap_bytes);
	assert(n.tcp.chunks.used == 0 && n.tcp.holes.used == 0);
	assert(!tcp_oldest(&n.tcp, &(uint64_t){0}, &(uint64_t){0}));
	assert(n.partials.small.used == 0 && n.partials.large.used == 0);
	rooms[run.how & HOW_TIGHT].tcp = n.tcp;
	rooms[run.how & HOW_TIGHT].partials = n.partials;
	if (!(run.how & (HOW_OPEN | HOW_LONG)) && run.steps < STEPS_MAX &&
	    run.ntold[0] < STEPS_MAX && n.partials.exhausted == 0) {
		/* Smaller pieces need more room. */
		n.partials = rooms[0].partials;
		play_again(part);
		assert(n.partials.small.used + n.partials.large.used == 0);
		rooms[0].partials = n.partials;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t later_ms[4] = {0, 1, 400, 1100};
	static bool ready;

	if (size < 1) {
		return 0;
	}
	if (!ready) {
		init();
		ready = true;
	}
	start(data[0]);
	for (size_t at = 1; size - at >= RECORD && run.frames < FRAMES;
	     at += RECORD) {
		run.now_ns += later_ms[data[at] >> 6] * NS_PER_MS;
		run.waits = tcp_oldest(&n.tcp, &run.oldest, &(uint64_t){0});
		if (data[at] >> 6 >= 2) {
			expire();
		}
		play(data + at);
		check_bounds();
	}
	run.waits = tcp_oldest(&n.tcp, &run.oldest, &(uint64_t){0});
	finish(1u + data[0] / 16 * 3);
	return 0;
}
