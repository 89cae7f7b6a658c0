/*
 * flow: see flow.h.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/flow.h"
#include "net/tags.h"

int
flow_table_init(struct flow_table *t, uint32_t max, struct hosts *hosts,
    const struct hash_key *key, void (*gone)(void *, struct flow *), void *arg)
{
	int err;

	memset(t, 0, sizeof *t);
	t->hash_key = *key;
	t->hosts = hosts;
	t->closed = t->closed_last = POOL_NONE;
	t->gone = gone;
	t->arg = arg;
	if ((err = pool_init_random(&t->pool, max, sizeof(struct flow))) < 0) {
		return err;
	}
	if ((err = ht_init(&t->ht, max)) < 0 ||
	    (err = ht_init(&t->bare, max)) < 0) {
		flow_table_done(t);
		return err;
	}
	return 0;
}

void
flow_table_done(struct flow_table *t)
{
	ht_done(&t->bare);
	ht_done(&t->ht);
	pool_done(&t->pool);
}

static uint64_t
mac_word(const uint8_t *mac)
{
	uint64_t w = 0;

	if (mac != NULL) {
		for (int i = 0; i < 6; i++) {
			w = w << 8 | mac[i];
		}
	}
	return w;
}

static uint64_t
be64(const uint8_t *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
	return __builtin_bswap64(w);
}

/* One end as the key has it: two words of address, and a port. */
struct key_end {
	uint64_t hi, lo;
	uint16_t port;
};

static struct key_end
key_end(const struct pkt *p, bool src)
{
	const uint8_t *ip = src ? p->src.a : p->dst.a;
	struct key_end e = {0};

	if (p->ipver == 0) {
		e.lo = mac_word(src ? p->smac : p->dmac);
		e.port = p->l3 == PKT_L3_LLC ? p->dsap : p->ethertype;
		e.hi = p->l3 == PKT_L3_LLC ? p->snap : 0;
		return e;
	}
	if (p->ipver == 4) {
		e.lo = be64(ip) >> 32;
	} else {
		e.hi = be64(ip);
		e.lo = be64(ip + 8);
	}
	if (p->l4 == PKT_L4_TCP || p->l4 == PKT_L4_UDP) {
		e.port = src ? p->sport : p->dport;
	}
	return e;
}

static bool
is_greater(const struct key_end *x, const struct key_end *y)
{
	if (x->hi != y->hi) {
		return x->hi > y->hi;
	}
	return x->lo != y->lo ? x->lo > y->lo : x->port > y->port;
}

/*
 * The key's words: addresses of A and B (those of IPv4 share the first), ports
 * and transport, VLANs; then what only IPv6 has, or the protocol of a vendor's
 * SNAP: several share an address.  Returns the side that sent
 * the packet.
 */
static uint8_t
make_key(const struct pkt *p, struct flow_key *k)
{
	const struct key_end s = key_end(p, true), d = key_end(p, false);
	bool b = is_greater(&s, &d);
	const struct key_end *x = b ? &d : &s, *y = b ? &s : &d;

	k->w[0] = ((uint64_t)x->port << 16 | y->port) << 32 |
		  (p->l3 == PKT_L3_LLC ? 1u << 16 : 0) |
		  (uint64_t)p->ip_proto << 8 | p->ipver;
	k->w[1] = x->lo;
	k->w[3] = y->lo;
	k->w[FLOW_KEY_TAGS] = 0;
	for (uint8_t i = 0; i < p->vlan_n; i++) {
		k->w[FLOW_KEY_TAGS] = k->w[FLOW_KEY_TAGS] << 12 | p->vlan[i];
	}
	k->w[4] = x->hi;
	k->w[5] = y->hi;
	if (p->ipver == 4) {
		k->w[1] = x->lo << 32 | y->lo;
		k->w[3] = 0;
	}
	return b ? DIS_SIDE_B : DIS_SIDE_A;
}

static bool
key_equal(const struct flow_key *a, const struct flow_key *b)
{
	/* Word by word: as a vector it would wait for words just written. */
	return a->w[0] == b->w[0] && a->w[1] == b->w[1] && a->w[2] == b->w[2] &&
	       a->w[3] == b->w[3] && a->w[4] == b->w[4] && a->w[5] == b->w[5];
}

/* The zero words at the end of most keys say nothing. */
static uint64_t
key_hash(const struct flow_table *t, const struct flow_key *k)
{
	if ((k->w[3] | k->w[4] | k->w[5]) != 0) {
		return hash_place(&t->hash_key, k->w, FLOW_KEY_WORDS);
	}
	return hash_place(&t->hash_key, k->w, k->w[2] != 0 ? 3 : 2);
}

/* --- the source's list of its flows, oldest first ----------------------- */

static void
host_add_flow(struct flow_table *t, struct host *h, struct flow *f)
{
	uint32_t at = flow_index(t, f);

	f->host = host_index(t->hosts, h);
	f->host_prev = h->flow_newest;
	f->host_next = POOL_NONE;
	if (h->flow_newest != POOL_NONE) {
		flow_at(t, h->flow_newest)->host_next = at;
	} else {
		h->flow_oldest = at;
	}
	h->flow_newest = at;
	if (h->flows++ == 0) {
		pool_pin(&t->hosts->pool, f->host);
	}
}

static void
host_remove_flow(struct flow_table *t, struct flow *f)
{
	struct host *h;

	if (f->host == POOL_NONE) {
		return;
	}
	h = host_at(t->hosts, f->host);
	if (f->host_prev != POOL_NONE) {
		flow_at(t, f->host_prev)->host_next = f->host_next;
	} else {
		h->flow_oldest = f->host_next;
	}
	if (f->host_next != POOL_NONE) {
		flow_at(t, f->host_next)->host_prev = f->host_prev;
	} else {
		h->flow_newest = f->host_prev;
	}
	assert(h->flows > 0);
	if (--h->flows == 0) {
		h->last_ns = f->last_ns;
		pool_unpin(&t->hosts->pool, f->host);
	}
	f->host = POOL_NONE;
}

/* --- connections that are over ------------------------------------------- */

void
flow_close(struct flow_table *t, struct flow *f, uint64_t now_ns)
{
	uint32_t at = flow_index(t, f);

	if (f->closed_ns != 0 || now_ns == 0) {
		return;
	}
	f->closed_ns = now_ns;
	f->closed_prev = t->closed_last;
	f->closed_next = POOL_NONE;
	if (t->closed_last != POOL_NONE) {
		flow_at(t, t->closed_last)->closed_next = at;
	} else {
		t->closed = at;
	}
	t->closed_last = at;
}

static void
leave_closed(struct flow_table *t, struct flow *f)
{
	if (f->closed_ns == 0) {
		return;
	}
	if (f->closed_prev != POOL_NONE) {
		flow_at(t, f->closed_prev)->closed_next = f->closed_next;
	} else {
		t->closed = f->closed_next;
	}
	if (f->closed_next != POOL_NONE) {
		flow_at(t, f->closed_next)->closed_prev = f->closed_prev;
	} else {
		t->closed_last = f->closed_prev;
	}
	f->closed_ns = 0;
}

void
flow_drop(struct flow_table *t, struct flow *f)
{
	uint32_t at = flow_index(t, f);

	t->gone(t->arg, f);
	leave_closed(t, f);
	host_remove_flow(t, f);
	ht_remove(&t->ht, f->hash, at);
	tags_remove(t, f);
	pool_put(&t->pool, at);
}

void
flow_expire(struct flow_table *t, uint64_t now_ns)
{
	const uint64_t idle_ns = LIMIT_FLOW_IDLE_S * NS_PER_SEC;
	const uint64_t closed_ns = LIMIT_FLOW_CLOSED_S * NS_PER_SEC;
	uint32_t i;

	while (now_ns != UINT64_MAX && t->closed != POOL_NONE) {
		struct flow *f = flow_at(t, t->closed);

		if (now_ns < f->closed_ns + closed_ns) {
			break;
		}
		t->stats.expired++;
		flow_drop(t, f);
	}
	while ((i = pool_oldest(&t->pool)) != POOL_NONE) {
		struct flow *f = flow_at(t, i);

		if (now_ns != UINT64_MAX && now_ns < f->touched_ns + idle_ns) {
			break;
		}
		t->stats.expired++;
		flow_drop(t, f);
	}
}

static void
make_room(struct flow_table *t, struct host *h)
{
	if (h != NULL && h->flows >= LIMIT_FLOW_PER_SOURCE) {
		t->stats.evicted_quota++;
		flow_drop(t, flow_at(t, h->flow_oldest));
	}
	if (pool_is_full(&t->pool)) {
		uint32_t i = t->closed;

		t->stats.evicted++;
		i = i != POOL_NONE ? i : pool_oldest(&t->pool);
		flow_drop(t, flow_at(t, i));
	}
}

static uint8_t
transport_of(const struct pkt *p)
{
	if (p->ipver == 0) {
		return p->l3 == PKT_L3_LLC ? DIS_LLC : DIS_ETHER;
	}
	return p->l4 == PKT_L4_TCP   ? DIS_TCP
	       : p->l4 == PKT_L4_UDP ? DIS_UDP
				     : DIS_INNER;
}

static void
side_init(struct flow_side *s)
{
	s->chunk = s->hole = s->partial = POOL_NONE;
}

static struct flow *
flow_make(struct flow_table *t, const struct pkt *p,
    const struct flow_seek *seek, uint64_t now_ns)
{
	const uint8_t side = seek->side;
	struct host *h = NULL;
	struct flow *f;
	uint32_t at;

	if (p->ipver != 0) {
		h = host_get(
		    t->hosts, p->ipver, &p->src, p->vlan, p->vlan_n, now_ns);
	}
	make_room(t, h);
	at = pool_get(&t->pool);
	f = flow_at(t, at);
	f->key = seek->key;
	f->hash = seek->hash;
	f->first_ns = f->last_ns = f->touched_ns = now_ns;
	f->transport = transport_of(p);
	f->ip_proto = p->ip_proto;
	f->ipver = p->ipver;
	f->client = DIS_SIDE_UNKNOWN;
	f->opener = side;
	f->vlan_n = p->vlan_n;
	memcpy(f->vlan, p->vlan, sizeof f->vlan[0] * p->vlan_n);
	f->ethertype = p->l3 == PKT_L3_LLC ? p->dsap : p->ethertype;
	f->ip[side] = p->src;
	f->ip[!side] = p->dst;
	if (p->l4 == PKT_L4_TCP || p->l4 == PKT_L4_UDP) {
		f->port[side] = p->sport;
		f->port[!side] = p->dport;
	}
	f->link = f->host = f->opinion = f->state_at = POOL_NONE;
	f->pend_head = f->pend_tail = POOL_NONE;
	f->dirty_prev = f->dirty_next = POOL_NONE;
	side_init(&f->side[0]);
	side_init(&f->side[1]);
	ht_insert(&t->ht, seek->hash, at);
	tags_add(t, f);
	if (h != NULL) {
		host_add_flow(t, h, f);
	}
	t->stats.made++;
	return f;
}

void
flow_seek(
    const struct flow_table *t, const struct pkt *p, struct flow_seek *ret)
{
	ret->side = make_key(p, &ret->key);
	ret->hash = key_hash(t, &ret->key);
	ht_prefetch(&t->ht, ret->hash);
}

const struct flow *
flow_warm(const struct flow_table *t, const struct flow_seek *s)
{
	uint32_t pos = (uint32_t)s->hash;
	uint32_t i = ht_next(&t->ht, s->hash, &pos);
	const struct flow *f;

	if (i == HT_NONE) {
		return NULL;
	}
	f = flow_at(t, i);
	__builtin_prefetch(f);
	__builtin_prefetch(&f->dis);
	__builtin_prefetch(&f->ip);
	__builtin_prefetch(&f->side[0]);
	__builtin_prefetch(&f->side[1]);
	return f;
}

const struct flow *
flow_known(const struct flow_table *t, const struct flow_seek *s)
{
	HT_FOREACH (&t->ht, s->hash, i) {
		if (key_equal(&flow_at(t, i)->key, &s->key)) {
			return flow_at(t, i);
		}
	}
	return NULL;
}

static struct flow *
seen(struct flow_table *t, struct flow *f, uint64_t now_ns)
{
	/* Age by the second: moving a flow on its list costs three cache
	 * lines, and nobody needs it finer. */
	if (now_ns > f->touched_ns + NS_PER_SEC) {
		f->touched_ns = now_ns;
		pool_touch(&t->pool, flow_index(t, f));
	}
	f->last_ns = now_ns;
	return f;
}

struct flow *
flow_get(struct flow_table *t, const struct pkt *p, const struct flow_seek *s,
    uint64_t now_ns, bool *ret_new)
{
	struct flow *f;

	HT_FOREACH (&t->ht, s->hash, i) {
		f = flow_at(t, i);
		if (!key_equal(&f->key, &s->key)) {
			continue;
		}
		if (__builtin_expect(f->joined, 0) &&
		    f->other.side == s->side) {
			tags_part(t, f);
		}
		*ret_new = false;
		return seen(t, f, now_ns);
	}
	f = tags_find(t, p, s);
	*ret_new = f == NULL;
	if (f != NULL) {
		return seen(t, f, now_ns);
	}
	return flow_make(t, p, s, now_ns);
}
