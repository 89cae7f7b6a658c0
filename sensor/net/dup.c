/*
 * dup: see dup.h.
 */
#include "base/clock.h"
#include "net/dup.h"

#define MIRROR_NS (10 * NS_PER_MS)
/* "Just seen" of events.md: loops and retries come within a second. */
#define REPEAT_NS NS_PER_SEC

/* Stamps of two ports may be in the other order. */
static uint64_t
age_of(const struct flow_recent *r, uint64_t ts_ns)
{
	return ts_ns > r->ts_ns ? ts_ns - r->ts_ns : r->ts_ns - ts_ns;
}

static enum dup_verdict
look_up(struct flow_side *s, uint64_t hash, const struct pkt *p, uint64_t ts_ns)
{
	enum dup_verdict v = DUP_NEW;
	struct flow_recent *r;

	for (int i = 0; i < FLOW_RECENT; i++) {
		r = &s->recent[i];
		if (r->hash != hash || r->ts_ns == 0) {
			continue;
		}
		uint64_t age = age_of(r, ts_ns);

		if (age <= MIRROR_NS && r->ip_id == p->ip_id) {
			return DUP_MIRRORED;
		}
		if (age <= REPEAT_NS) {
			v = DUP_REPEAT;
		}
	}
	r = &s->recent[s->recent_at++ % FLOW_RECENT];
	r->hash = hash;
	r->ts_ns = ts_ns;
	r->ip_id = p->ip_id;
	return v;
}

enum dup_verdict
dup_datagram(const struct hash_key *k, struct flow_side *s, const struct pkt *p,
    uint64_t ts_ns)
{
	uint64_t hash = hash_long(k, p->payload.p, rd_left(&p->payload));

	return look_up(s, hash, p, ts_ns);
}

static uint64_t
mark_of(const struct pkt *p)
{
	uint64_t mark = (uint64_t)p->seq << 32 | p->ack;

	return mark ^ (uint64_t)p->tcp_flags << 24 ^ (uint64_t)p->window << 40 ^
	       rd_left(&p->payload);
}

enum dup_verdict
dup_segment(struct flow_side *s, const struct pkt *p, uint64_t ts_ns)
{
	return look_up(s, mark_of(p), p, ts_ns) == DUP_MIRRORED ? DUP_MIRRORED
								: DUP_NEW;
}

bool
dup_is_copy(const struct flow_side *s, const struct pkt *p, uint64_t ts_ns)
{
	uint64_t mark = mark_of(p);

	for (int i = 0; i < FLOW_RECENT; i++) {
		const struct flow_recent *r = &s->recent[i];

		if (r->hash == mark && r->ts_ns != 0 && r->ip_id == p->ip_id &&
		    age_of(r, ts_ns) <= MIRROR_NS) {
			return true;
		}
	}
	return false;
}
