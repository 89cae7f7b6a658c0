/*
 * link: see link.h.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/link.h"

/* A report to the next: what is told of a link that goes on is old news soon,
 * and with a hundred thousand of them each costs. */
#define SLOWER 4

static struct link *
link_at(const struct links *l, uint32_t i)
{
	return pool_at(&l->pool, i);
}

int
link_table_init(struct links *l, uint32_t max, const struct hash_key *key,
    void (*report)(void *, struct link *), void *arg)
{
	int err;

	memset(l, 0, sizeof *l);
	l->hash_key = *key;
	l->report = report;
	l->arg = arg;
	l->dirty = l->dirty_last = POOL_NONE;
	if ((err = pool_init_random(&l->pool, max, sizeof(struct link))) < 0) {
		return err;
	}
	if ((err = ht_init(&l->ht, max)) < 0) {
		pool_done(&l->pool);
	}
	return err;
}

void
link_table_done(struct links *l)
{
	ht_done(&l->ht);
	pool_done(&l->pool);
}

static bool
is_group(const struct flow *f, uint8_t side)
{
	if (f->ipver == 0) {
		return f->side[side].mac[0] & 1;
	}
	return f->ip[side].a[0] >= (f->ipver == 4 ? 224 : 255);
}

/*
 * Who is client where no dissector has said so: whoever opened the
 * connection; else the end with the higher port, since servers sit on low
 * and registered ones; else whoever was heard first.
 */
static uint8_t
guess_client(const struct flow *f)
{
	/* A group asks nobody: who tells it is the one that acts. */
	if (is_group(f, 0) != is_group(f, 1)) {
		return is_group(f, 0);
	}
	if (f->client != DIS_SIDE_UNKNOWN) {
		return f->client;
	}
	if (f->syn || f->port[0] == f->port[1]) {
		return f->opener;
	}
	return f->port[0] > f->port[1] ? 0 : 1;
}

static uint64_t
mac_word(const struct flow_side *s)
{
	uint64_t w = 0;

	if (s->flags & SIDE_MAC) {
		memcpy(&w, s->mac, 6);
	}
	return w;
}

static void
make_key(const struct flow *f, uint8_t client, uint64_t key[LINK_WORDS])
{
	uint8_t server = !client;

	memset(key, 0, LINK_WORDS * sizeof key[0]);
	if (f->ipver == 0) {
		memcpy(&key[0], f->side[client].mac, 6);
		memcpy(&key[2], f->side[server].mac, 6);
		key[4] = f->ethertype;
	} else {
		memcpy(&key[0], f->ip[client].a, 16);
		memcpy(&key[2], f->ip[server].a, 16);
		key[4] = f->port[server];
		/* Two machines may have the same addresses. */
		key[7] = mac_word(&f->side[client]) ^
			 HASH_ROTL(mac_word(&f->side[server]), 24);
	}
	key[5] = (uint64_t)(f->dis != NULL ? f->dis->proto : 0) << 32 |
		 (uint64_t)f->transport << 16 | (uint64_t)f->ip_proto << 8 |
		 f->ipver;
	for (uint8_t i = 0; i < f->vlan_n; i++) {
		key[6] = key[6] << 12 | f->vlan[i];
	}
}

/* The flow's own link, told and taken off the table when it must go. */
static void
make_room(struct links *l)
{
	uint32_t i = pool_oldest(&l->pool);
	struct link *old;

	assert(i != POOL_NONE);
	old = link_at(l, i);
	if (old->dirty) {
		link_table_report(l, UINT64_MAX);
	}
	ht_remove(&l->ht, old->hash, i);
	pool_put(&l->pool, i);
	l->evicted++;
}

static struct link *
link_make(struct links *l, const struct flow *f, uint8_t client,
    const uint64_t key[LINK_WORDS], uint64_t hash)
{
	struct link *x;
	uint32_t at;

	if (pool_is_full(&l->pool)) {
		make_room(l);
	}
	at = pool_get(&l->pool);
	x = link_at(l, at);
	memcpy(x->key, key, sizeof x->key);
	x->hash = hash;
	for (int i = 0; i < 2; i++) {
		uint8_t side = i == 0 ? client : !client;

		x->ip[i] = f->ip[side];
		memcpy(x->mac[i], f->side[side].mac, 6);
		x->has_mac[i] = f->side[side].flags & SIDE_MAC;
	}
	x->ipver = f->ipver;
	x->ip_proto = f->ip_proto;
	x->transport = f->transport;
	x->port = f->ipver == 0 ? f->ethertype : f->port[!client];
	x->proto = f->dis != NULL ? f->dis->proto : 0;
	x->vlan_n = f->vlan_n;
	memcpy(x->vlan, f->vlan, sizeof x->vlan);
	x->id = ++l->made;
	x->every_s = LIMIT_TRAFFIC_S;
	x->first_ns = f->first_ns;
	ht_insert(&l->ht, hash, at);
	return x;
}

static void
unpin(struct links *l, uint32_t at)
{
	struct link *x = link_at(l, at);

	assert(x->flows > 0);
	if (--x->flows == 0) {
		pool_unpin(&l->pool, at);
	}
}

struct link *
link_seek(struct links *l, struct flow *f)
{
	uint8_t client = guess_client(f);
	uint64_t key[LINK_WORDS], hash;
	struct link *x = NULL;

	if (f->link != POOL_NONE && f->link_client == client &&
	    f->link_proto == (f->dis != NULL ? f->dis->proto : 0)) {
		return link_at(l, f->link);
	}
	make_key(f, client, key);
	hash = hash_place(&l->hash_key, key, LINK_WORDS);
	HT_FOREACH (&l->ht, hash, i) {
		if (words_equal(link_at(l, i)->key, key, LINK_WORDS)) {
			x = link_at(l, i);
			break;
		}
	}
	if (f->link != POOL_NONE) {
		unpin(l, f->link);
		f->link = POOL_NONE;
	}
	if (x == NULL) {
		x = link_make(l, f, client, key, hash);
	}
	f->link = pool_index(&l->pool, x);
	f->link_client = client;
	f->link_proto = x->proto;
	if (x->flows++ == 0) {
		pool_pin(&l->pool, f->link);
	}
	x->initiator_sure |= f->syn || f->client_sure;
	return x;
}

void
link_mark(struct links *l, struct link *x)
{
	uint32_t at;

	if (x->dirty) {
		return; /* for most events; an index takes a division */
	}
	at = pool_index(&l->pool, x);
	x->dirty = true;
	x->dirty_next = POOL_NONE;
	if (l->dirty_last != POOL_NONE) {
		link_at(l, l->dirty_last)->dirty_next = at;
	} else {
		l->dirty = at;
	}
	l->dirty_last = at;
}

void
link_fold(struct links *l, struct flow *f)
{
	struct link *x;

	if (f->side[0].packets + f->side[1].packets == 0) {
		return;
	}
	x = link_of(l, f);
	for (int i = 0; i < 2; i++) {
		uint8_t side = i == 0 ? f->link_client : !f->link_client;
		struct flow_side *s = &f->side[side];

		x->side[i].packets += s->packets;
		x->side[i].bytes += s->bytes;
		x->retransmits += s->retransmits;
		x->duplicates += s->duplicates;
		s->packets = s->retransmits = s->duplicates = 0;
		s->bytes = 0;
		/* The latest: a replaced device keeps the IP. */
		if (s->flags & SIDE_MAC) {
			memcpy(x->mac[i], s->mac, 6);
			x->has_mac[i] = true;
		}
	}
	if (f->last_ns > x->last_ns) {
		x->last_ns = f->last_ns;
	}
	if (f->label != NULL) {
		x->label = f->label;
	}
	x->half |= flow_is_half(f);
	link_mark(l, x);
}

void
link_leave(struct links *l, struct flow *f)
{
	link_fold(l, f);
	if (f->link != POOL_NONE) {
		unpin(l, f->link);
		f->link = POOL_NONE;
	}
}

struct link *
link_by_id(struct links *l, uint32_t at, uint64_t id)
{
	struct link *x;

	if (at >= l->pool.max) {
		return NULL;
	}
	x = link_at(l, at);
	return x->id == id ? x : NULL;
}

void
link_end(const struct link *x, int which, struct ev_end *e)
{
	memset(e, 0, sizeof *e);
	e->has_mac = x->has_mac[which];
	memcpy(e->mac, x->mac[which], 6);
	e->ipver = x->ipver;
	e->ip = x->ip[which];
	if (which == 1 &&
	    (x->transport == DIS_TCP || x->transport == DIS_UDP)) {
		e->port = x->port;
		e->has_port = true;
	}
}

static void
report_one(struct links *l, struct link *x, uint64_t now_ns)
{
	l->report(l->arg, x);
	memset(x->side, 0, sizeof x->side);
	memset(x->ops, 0, sizeof x->ops);
	x->replies = x->unanswered = x->errors = 0;
	x->retransmits = x->duplicates = 0;
	x->rtt_count = x->rtt_max_us = 0;
	x->rtt_sum_us = 0;
	x->dirty = false;
	x->due_ns = now_ns + x->every_s * NS_PER_SEC;
	x->every_s *= SLOWER;
	if (x->every_s > LIMIT_TRAFFIC_MAX_S) {
		x->every_s = LIMIT_TRAFFIC_MAX_S;
	}
}

void
link_table_report(struct links *l, uint64_t now_ns)
{
	uint32_t i = l->dirty, next;
	struct link *x;

	l->dirty = l->dirty_last = POOL_NONE;
	for (; i != POOL_NONE; i = next) {
		x = link_at(l, i);
		next = x->dirty_next;
		if (now_ns >= x->due_ns) {
			report_one(l, x, now_ns);
		} else {
			x->dirty = false;
			link_mark(l, x);
		}
	}
}
