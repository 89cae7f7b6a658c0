/*
 * tcp: see tcp.h.  Sequence arithmetic is modulo 2^32 (RFC 9293, 3.4).
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/net_impl.h"
#include "net/stream.h"
#include "net/tcp.h"

#define CHUNK_BYTES (2048 - 40)
/* A jump further than any window (RFC 7323: 1 GiB) is no hole but another
 * stream; 64 MiB is more than OT devices and office PCs ever have open. */
#define JUMP_MAX (64 << 20)

struct chunk {
	uint64_t frame, ts_ns;
	uint32_t seq, len;
	uint32_t next;
	uint8_t data[CHUNK_BYTES];
};

struct hole {
	uint64_t since_ns;     /* when waiting began                  */
	uint64_t frame, ts_ns; /* of the first frame that waits behind */
	uint64_t acked_ns;     /* since when it is acknowledged too; 0 */
	uint32_t flow;
	uint8_t side;
};

int
tcp_init(struct tcp *t)
{
	int err;

	memset(t, 0, sizeof *t);
	err = pool_init(&t->chunks, LIMIT_CHUNK_MAX, sizeof(struct chunk));
	if (err < 0) {
		return err;
	}
	err = pool_init(&t->holes, LIMIT_HOLE_MAX, sizeof(struct hole));
	if (err < 0) {
		pool_done(&t->chunks);
	}
	return err;
}

void
tcp_done(struct tcp *t)
{
	pool_done(&t->chunks);
	pool_done(&t->holes);
}

static struct chunk *
chunk_at(const struct tcp *t, uint32_t i)
{
	return pool_at(&t->chunks, i);
}

static int32_t
seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* Whether the receiver has what is missing in front of the first chunk. */
static bool
is_acked(const struct tcp *t, const struct flow_side *s)
{
	return (s->flags & SIDE_ACKED) &&
	       seq_diff(s->acked, chunk_at(t, s->chunk)->seq) >= 0;
}

/* Whether the first chunk has nothing missing in front of it: it is held. */
static bool
is_ready(const struct tcp *t, const struct flow_side *s)
{
	return s->chunk != POOL_NONE &&
	       seq_diff(chunk_at(t, s->chunk)->seq, s->next_seq) <= 0;
}

/* What was in front is passed: what waits now waits its own time. */
static void
hole_renew(struct tcp *t, struct flow_side *s)
{
	struct hole *h = pool_at(&t->holes, s->hole);
	const struct chunk *c;

	h->frame = h->ts_ns = UINT64_MAX;
	h->since_ns = 0;
	for (uint32_t i = s->chunk; i != POOL_NONE; i = c->next) {
		c = chunk_at(t, i);
		if (c->frame < h->frame) {
			h->frame = c->frame;
		}
		if (c->ts_ns < h->ts_ns) {
			h->ts_ns = c->ts_ns;
		}
		if (c->ts_ns > h->since_ns) {
			h->since_ns = c->ts_ns;
		}
	}
	h->acked_ns = is_acked(t, s) ? chunk_at(t, s->chunk)->ts_ns : 0;
	pool_touch(&t->holes, s->hole);
}

/* There is an entry for as long as there are chunks. */
static void
hole_update(struct tcp *t, struct flow_side *s)
{
	if (s->hole == POOL_NONE) {
		return;
	}
	if (s->chunk == POOL_NONE) {
		pool_put(&t->holes, s->hole);
		s->hole = POOL_NONE;
	} else {
		hole_renew(t, s);
	}
}

static void
hole_open(struct net *n, struct flow *f, uint8_t side,
    const struct stream_piece *first)
{
	struct flow_side *s = &f->side[side];
	struct hole *h;

	s->hole = pool_get(&n->tcp.holes);
	h = pool_at(&n->tcp.holes, s->hole);
	h->since_ns = h->ts_ns = first->ts_ns;
	h->frame = first->frame;
	h->acked_ns = is_acked(&n->tcp, s) ? first->ts_ns : 0;
	h->flow = flow_index(&n->flows, f);
	h->side = side;
}

/* What came up to there is told next; only holes are passed otherwise. */
static void
forward(struct net *n, struct flow *f, uint8_t side, uint32_t to)
{
	struct flow_side *s = &f->side[side];

	cover_stream(&n->cover, f, to - s->next_seq);
	s->next_seq = to;
}

/* Hands the first chunk over: what of it is new. */
static void
deliver(struct net *n, struct flow *f, uint8_t side)
{
	struct flow_side *s = &f->side[side];
	struct tcp *t = &n->tcp;
	uint32_t at = s->chunk;
	struct chunk *c = chunk_at(t, at);
	int32_t rel = seq_diff(c->seq, s->next_seq);
	struct stream_piece piece;

	s->chunk = c->next;
	s->chunks--;
	if (seq_diff(c->seq + c->len, s->next_seq) > 0) {
		piece.bytes = rd_make(c->data, c->len);
		rd_skip(&piece.bytes, (size_t)-rel);
		piece.frame = c->frame;
		piece.ts_ns = c->ts_ns;
		forward(n, f, side, c->seq + c->len);
		stream_data(n, f, side, &piece);
	}
	pool_put(&t->chunks, at);
}

/* Whether o's first chunk came before s's, and is not to be overtaken. */
static bool
goes_first(
    const struct tcp *t, const struct flow_side *o, const struct flow_side *s)
{
	if (o->chunk == POOL_NONE ||
	    (s->chunk != POOL_NONE &&
		chunk_at(t, s->chunk)->frame < chunk_at(t, o->chunk)->frame)) {
		return false;
	}
	return is_ready(t, o) || is_acked(t, o);
}

/*
 * Hands over the chunks of a side that are in order, and what the other side
 * holds, in the order in which they came: replies behind their requests.
 */
static void
drain(struct net *n, struct flow *f, uint8_t side)
{
	struct tcp *t = &n->tcp;

	for (;;) {
		bool other = goes_first(t, &f->side[!side], &f->side[side]);
		uint8_t x = other ? !side : side;

		if (!is_ready(t, &f->side[x])) {
			break;
		}
		deliver(n, f, x);
	}
	hole_update(t, &f->side[0]);
	hole_update(t, &f->side[1]);
}

/* What is in order waits no longer, whatever the other side lacks. */
static void
release(struct net *n, struct flow *f, uint8_t side)
{
	while (is_ready(&n->tcp, &f->side[side])) {
		deliver(n, f, side);
	}
	hole_update(&n->tcp, &f->side[side]);
}

/* Gives up on what the first chunk waits for. */
static void
give_up(struct net *n, struct flow *f, uint8_t side, const char *cause)
{
	struct flow_side *s = &f->side[side];
	struct chunk *c = chunk_at(&n->tcp, s->chunk);
	struct stream_piece next = {
	    rd_make(c->data, c->len), c->frame, c->ts_ns};
	uint32_t lost = c->seq - s->next_seq;

	if (is_ready(&n->tcp, s)) {
		release(n, f, side);
		return;
	}
	/* What was acknowledged would not have come to those who wait. */
	if (is_acked(&n->tcp, s)) {
		cause = "loss";
	}
	n->tcp.stats.gaps++;
	n->tcp.stats.gap_bytes += lost;
	cover_gap(&n->cover, f, lost);
	stream_gap(n, f, side, lost, cause, &next);
	s->next_seq = c->seq;
	drain(n, f, side);
}

/* Nothing waits any more. */
static void
flush(struct net *n, struct flow *f, const char *cause)
{
	for (uint8_t side = 0; side < 2; side++) {
		while (f->side[side].hole != POOL_NONE) {
			give_up(n, f, side, cause);
		}
	}
	assert(f->side[0].chunk == POOL_NONE && f->side[1].chunk == POOL_NONE);
}

/* Copies bytes [seq, seq + n) behind prev; false when chunks ran out. */
static bool
insert_bytes(struct net *n, struct flow_side *s, uint32_t prev, uint32_t seq,
    const uint8_t *p, size_t len, const struct stream_piece *from)
{
	struct tcp *t = &n->tcp;
	struct chunk *c;
	uint32_t at, part;

	while (len > 0) {
		if (s->chunks >= LIMIT_CHUNK_PER_FLOW ||
		    (at = pool_get_raw(&t->chunks)) == POOL_NONE) {
			t->stats.overflow++;
			return false;
		}
		part = len < CHUNK_BYTES ? (uint32_t)len : CHUNK_BYTES;
		c = chunk_at(t, at);
		c->frame = from->frame;
		c->ts_ns = from->ts_ns;
		c->seq = seq;
		c->len = part;
		memcpy(c->data, p, part);
		if (prev == POOL_NONE) {
			c->next = s->chunk;
			s->chunk = at;
		} else {
			c->next = chunk_at(t, prev)->next;
			chunk_at(t, prev)->next = at;
		}
		s->chunks++;
		prev = at;
		seq += part;
		p += part;
		len -= part;
	}
	return true;
}

/* Counts bytes that a second copy says differently: somebody evades. */
static void
compare_overlap(struct tcp *t, const struct chunk *c, uint32_t seq,
    const uint8_t *p, size_t len)
{
	uint32_t from = seq - c->seq;

	if (from < c->len) {
		size_t n = c->len - from < len ? c->len - from : len;

		if (memcmp(c->data + from, p, n) != 0) {
			t->stats.conflicts++;
		}
	}
}

/* Keeps an early segment; only bytes that no earlier one brought. */
static bool
keep(struct net *n, struct flow_side *s, uint32_t seq,
    const struct stream_piece *piece)
{
	struct tcp *t = &n->tcp;
	const uint8_t *p = piece->bytes.p;
	size_t len = rd_left(&piece->bytes);
	uint32_t prev = POOL_NONE, at = s->chunk;

	while (at != POOL_NONE && len > 0) {
		struct chunk *c = chunk_at(t, at);
		int32_t before = seq_diff(c->seq, seq);
		uint32_t cend = c->seq + c->len;

		if (before > 0) {
			size_t n_new =
			    (size_t)before < len ? (size_t)before : len;

			if (!insert_bytes(n, s, prev, seq, p, n_new, piece)) {
				return false;
			}
			seq += (uint32_t)n_new;
			p += n_new;
			len -= n_new;
			if (len == 0) {
				return true;
			}
		}
		if (seq_diff(cend, seq) > 0) {
			size_t skip = cend - seq;

			compare_overlap(t, c, seq, p, len);
			if (skip >= len) {
				return true;
			}
			seq += (uint32_t)skip;
			p += skip;
			len -= skip;
		}
		prev = at;
		at = c->next;
	}
	return insert_bytes(n, s, prev, seq, p, len, piece);
}

/* A segment behind a hole. */
static void
early(struct net *n, struct flow *f, uint8_t side, uint32_t seq,
    const struct stream_piece *piece)
{
	struct flow_side *s = &f->side[side];
	struct tcp *t = &n->tcp;
	struct hole *h;

	t->stats.out_of_order++;
	if (!keep(n, s, seq, piece)) {
		/* No room to wait: what waits is all that will be had, and
		 * this segment is then next, or behind another hole. */
		flush(n, f, "overflow");
		if (seq_diff(seq, s->next_seq) > 0) {
			stream_gap(
			    n, f, side, seq - s->next_seq, "overflow", piece);
			t->stats.gaps++;
			t->stats.gap_bytes += seq - s->next_seq;
			cover_gap(&n->cover, f, seq - s->next_seq);
			s->next_seq = seq;
		}
		struct stream_piece rest = *piece;

		rd_skip(&rest.bytes, s->next_seq - seq);
		if (rd_ok(&rest.bytes) && rd_left(&rest.bytes) > 0) {
			forward(n, f, side,
			    s->next_seq + (uint32_t)rd_left(&rest.bytes));
			stream_data(n, f, side, &rest);
		}
		return;
	}
	/* Nothing waits where the capture cut off all of the segment. */
	if (s->hole != POOL_NONE || s->chunk == POOL_NONE) {
		return;
	}
	while (pool_is_full(&t->holes)) {
		h = pool_at(&t->holes, pool_oldest(&t->holes));
		give_up(n, flow_at(&n->flows, h->flow), h->side, "overflow");
	}
	hole_open(n, f, side, piece);
}

/* Where the bytes that are held, or the stream, end. */
static uint32_t
held_end(const struct tcp *t, const struct flow_side *s)
{
	uint32_t end = s->next_seq;
	const struct chunk *c;

	for (uint32_t i = s->chunk; i != POOL_NONE; i = c->next) {
		c = chunk_at(t, i);
		end = c->seq + c->len;
	}
	return end;
}

/*
 * Keeps bytes that are in order, but answer what waits behind a hole of the
 * other side.  False: they do not have to wait, or cannot.
 */
static bool
hold(struct net *n, struct flow *f, uint8_t side, uint32_t seq,
    const struct pkt *p, const struct stream_piece *piece)
{
	struct flow_side *s = &f->side[side], *o = &f->side[!side];
	uint32_t end = seq + (uint32_t)rd_left(&piece->bytes);
	bool held = is_ready(&n->tcp, s);

	if ((s->hole != POOL_NONE && !held) ||
	    seq_diff(end, s->next_seq) <= 0 ||
	    (!held && (is_ready(&n->tcp, o) || !is_acked(&n->tcp, o)))) {
		return false;
	}
	if (p->missing == 0 && seq_diff(seq, s->next_seq) >= 0 &&
	    seq_diff(seq, held_end(&n->tcp, s)) <= 0 &&
	    (held || !pool_is_full(&n->tcp.holes)) && keep(n, s, seq, piece)) {
		if (!held) {
			hole_open(n, f, side, piece);
		}
		return true;
	}
	release(n, f, side);
	return false;
}

/* Bytes that begin where the stream stands. */
static void
next(struct net *n, struct flow *f, uint8_t side,
    const struct stream_piece *piece)
{
	struct flow_side *s = &f->side[side];
	uint32_t end = s->next_seq + (uint32_t)rd_left(&piece->bytes);

	/* Where bytes wait that this segment brings too, those stand. */
	if (s->chunk != POOL_NONE &&
	    seq_diff(end, chunk_at(&n->tcp, s->chunk)->seq) > 0 &&
	    keep(n, s, s->next_seq, piece)) {
		drain(n, f, side);
		return;
	}
	forward(n, f, side, end);
	stream_data(n, f, side, piece);
	if (s->chunk != POOL_NONE) {
		drain(n, f, side);
	}
}

/* Another stream on the same ports begins: of the last one nothing comes. */
static void
another(struct net *n, struct flow *f, uint8_t side,
    const struct stream_piece *piece)
{
	flush(n, f, "loss");
	f->side[side].flags &= (uint16_t)~SIDE_ACKED;
	stream_gap(n, f, side, 0, "mid_stream", piece);
}

/* Bytes up to end were cut off.  Some of them may be there all the same. */
static void
pass_cut(struct net *n, struct flow *f, uint8_t side, uint32_t end)
{
	struct flow_side *s = &f->side[side];
	int32_t left;

	while ((left = seq_diff(end, s->next_seq)) > 0) {
		if (s->chunk != POOL_NONE) {
			int32_t to_chunk = seq_diff(
			    chunk_at(&n->tcp, s->chunk)->seq, s->next_seq);

			if (to_chunk <= 0) {
				return; /* held: it is told behind them */
			}
			left = to_chunk < left ? to_chunk : left;
		}
		stream_cut(n, f, side, (uint32_t)left);
		forward(n, f, side, s->next_seq + (uint32_t)left);
		drain(n, f, side);
	}
}

static void
payload(struct net *n, struct flow *f, uint8_t side, uint32_t seq,
    const struct pkt *p)
{
	struct flow_side *s = &f->side[side];
	struct stream_piece piece = {
	    p->payload, p->frame->number, p->frame->ts_ns};
	uint32_t len = (uint32_t)rd_left(&p->payload);
	int32_t rel;

	if (!(s->flags & SIDE_SEQ)) {
		s->flags |=
		    SIDE_SEQ | SIDE_AFTER_GAP | SIDE_SEARCHING | SIDE_FRESH;
		s->next_seq = seq;
	}
	if (__builtin_expect(f->side[!side].hole != POOL_NONE, 0) &&
	    hold(n, f, side, seq, p, &piece)) {
		return;
	}
	rel = seq_diff(seq, s->next_seq);
	if (__builtin_expect(rel == 0, 1)) {
		next(n, f, side, &piece);
	} else if (rel < 0 && rel > -JUMP_MAX) {
		if (seq_diff(seq + len, s->next_seq) <= 0) {
			s->retransmits++;
			n->tcp.stats.retransmits++;
			return;
		}
		rd_skip(&piece.bytes, (size_t) - (int64_t)rel);
		next(n, f, side, &piece);
	} else if (rel > 0 && rel < JUMP_MAX) {
		early(n, f, side, seq, &piece);
		return;
	} else {
		/* Another stream on the same ports whose SYN was missed. */
		another(n, f, side, &piece);
		s->next_seq = seq;
		forward(n, f, side, seq + len);
		stream_data(n, f, side, &piece);
	}
	/* Bytes that the snap length cut: told at once, they never come. */
	if (p->missing > 0) {
		n->counters.cut_payload++;
		pass_cut(n, f, side, seq + len + p->missing);
	}
}

static void
acknowledged(struct net *n, struct flow *f, uint8_t side, uint32_t ack)
{
	struct flow_side *o = &f->side[!side];

	if (!(o->flags & SIDE_ACKED) || seq_diff(ack, o->acked) > 0) {
		o->acked = ack;
		o->flags |= SIDE_ACKED;
	}
	if (__builtin_expect(o->hole != POOL_NONE, 0)) {
		struct hole *h = pool_at(&n->tcp.holes, o->hole);

		if (h->acked_ns == 0 && is_acked(&n->tcp, o)) {
			h->acked_ns = n->frame->ts_ns;
		}
	}
}

/*
 * Gives up on what was acknowledged HOLE_ACKED_MS ago.  Asked with each packet
 * of the flow, and after its bytes: they may be the ones that were missing.
 */
static void
give_up_acked(struct net *n, struct flow *f, uint8_t side)
{
	const uint64_t wait_ns = LIMIT_HOLE_ACKED_MS * NS_PER_MS;
	struct flow_side *s = &f->side[side];

	while (s->hole != POOL_NONE) {
		const struct hole *h = pool_at(&n->tcp.holes, s->hole);

		if (h->acked_ns == 0 || is_ready(&n->tcp, s) ||
		    n->stream_ns < h->acked_ns + wait_ns) {
			return;
		}
		give_up(n, f, side, "loss");
	}
}

/* A SYN.  One that comes late or again begins nothing: bytes from there on may
 * have been delivered. */
static void
begin(struct net *n, struct flow *f, uint8_t side, uint32_t seq,
    const struct pkt *p)
{
	struct flow_side *s = &f->side[side];
	int32_t rel = seq_diff(seq, s->next_seq);

	if (!(s->flags & SIDE_SEQ) || rel > 0 || rel <= -JUMP_MAX) {
		if (s->flags & SIDE_SEQ) {
			another(n, f, side,
			    &(struct stream_piece){
				p->payload, p->frame->number, p->frame->ts_ns});
		}
		s->next_seq = seq;
	}
	s->flags |= SIDE_SEQ | SIDE_SYN;
}

void
tcp_segment(struct net *n, struct flow *f, uint8_t side, const struct pkt *p)
{
	struct flow_side *s = &f->side[side];
	uint32_t seq = p->seq;

	n->tcp.stats.segments++;
	if (p->tcp_flags & PKT_SYN) {
		seq++;
		begin(n, f, side, seq, p);
		/* With FIN or RST beside it, it opens nothing. */
		if (!(p->tcp_flags & (PKT_FIN | PKT_RST))) {
			f->syn = true;
			f->opener = p->tcp_flags & PKT_ACK ? !side : side;
		}
	}
	if (p->tcp_flags & PKT_ACK) {
		acknowledged(n, f, side, p->ack);
	}
	if (rd_left(&p->payload) + p->missing > 0) {
		payload(n, f, side, seq, p);
	}
	if (p->tcp_flags & PKT_FIN) {
		s->flags |= SIDE_FIN;
	}
	if ((p->tcp_flags & PKT_RST) ||
	    (f->side[0].flags & f->side[1].flags & SIDE_FIN)) {
		flow_close(&n->flows, f, n->stream_ns);
	}
	if (__builtin_expect(s->hole != POOL_NONE, 0)) {
		give_up_acked(n, f, side);
	}
	if (__builtin_expect(f->side[!side].hole != POOL_NONE, 0)) {
		give_up_acked(n, f, !side);
	}
}

static bool
is_old(const struct tcp *t, uint32_t hole, uint64_t now_ns)
{
	const struct hole *h = pool_at(&t->holes, hole);

	return now_ns == UINT64_MAX ||
	       now_ns >= h->since_ns + LIMIT_HOLE_WAIT_MS * NS_PER_MS;
}

/* What one side gives up can renew the other's hole, to an older one. */
static void
expire_flow(struct net *n, struct flow *f, uint64_t now_ns)
{
	uint8_t young = 0; /* sides in a row with nothing to give up */

	for (uint8_t side = 0; young < 2; side = !side) {
		const struct flow_side *s = &f->side[side];

		if (s->hole == POOL_NONE || !is_old(&n->tcp, s->hole, now_ns)) {
			young++;
			continue;
		}
		give_up(n, f, side, "loss");
		young = 0;
	}
}

/*
 * All holes are looked at: one that was renewed can be older than those that
 * stand before it.  Giving one up changes no others but its flow's.
 */
void
tcp_expire(struct net *n, uint64_t now_ns)
{
	struct pool *holes = &n->tcp.holes;
	uint32_t next;

	for (uint32_t i = pool_oldest(holes); i != POOL_NONE; i = next) {
		const struct hole *h = pool_at(holes, i);
		struct flow *f = flow_at(&n->flows, h->flow);

		next = pool_younger(holes, i);
		if (!is_old(&n->tcp, i, now_ns)) {
			continue;
		}
		if (next != POOL_NONE && next == f->side[!h->side].hole) {
			next = pool_younger(holes, next);
		}
		expire_flow(n, f, now_ns);
	}
}

void
tcp_close(struct net *n, struct flow *f)
{
	flush(n, f, "loss");
}

bool
tcp_oldest(const struct tcp *t, uint64_t *ret_frame, uint64_t *ret_ts_ns)
{
	uint64_t frame = UINT64_MAX, ts_ns = UINT64_MAX;

	for (uint32_t i = pool_oldest(&t->holes); i != POOL_NONE;
	     i = pool_younger(&t->holes, i)) {
		const struct hole *h = pool_at(&t->holes, i);

		frame = h->frame < frame ? h->frame : frame;
		ts_ns = h->ts_ns < ts_ns ? h->ts_ns : ts_ns;
	}
	if (frame == UINT64_MAX) {
		return false;
	}
	*ret_frame = frame;
	*ret_ts_ns = ts_ns;
	return true;
}
