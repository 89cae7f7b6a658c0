/*
 * tags: see tags.h.
 */
#include <string.h>

#include "net/tags.h"

/* Flows that differ in their tags alone are looked through up to here; those
 * beyond are cloned machines or an attack, and stay as they are. */
#define SAME_MAX 8
/* How far an acknowledgement may be from what was seen last: packets are
 * lost, and come late.  More than any window here, and 1 in 2048 by chance. */
#define ACK_NEAR (1u << 20)

static bool
has_ports(const struct flow *f)
{
	return f->transport == DIS_TCP || f->transport == DIS_UDP;
}

/* The key without its tags; never 0. */
static uint64_t
bare_hash(const struct flow_table *t, const struct flow_key *k)
{
	struct flow_key bare = *k;
	uint64_t hash;

	bare.w[FLOW_KEY_TAGS] = 0;
	hash = hash_place(&t->hash_key, bare.w, FLOW_KEY_WORDS);
	return hash != 0 ? hash : 1;
}

static bool
is_same(const struct flow_key *a, const struct flow_key *b)
{
	uint64_t diff = 0;

	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		diff |= i == FLOW_KEY_TAGS ? 0 : a->w[i] ^ b->w[i];
	}
	return diff == 0;
}

/* Whether the packet can be what the side says that was not heard yet. */
static bool
is_answer(const struct flow *f, const struct pkt *p, uint8_t side)
{
	const struct flow_side *s = &f->side[side], *o = &f->side[!side];

	if ((s->flags & (SIDE_HEARD | SIDE_MAC)) != SIDE_MAC ||
	    !(o->flags & SIDE_HEARD) || p->smac == NULL || p->dmac == NULL ||
	    memcmp(s->mac, p->smac, 6) != 0 ||
	    memcmp(o->mac, p->dmac, 6) != 0) {
		return false;
	}
	if (p->l4 != PKT_L4_TCP) {
		return true;
	}
	return (p->tcp_flags & PKT_ACK) && (o->flags & SIDE_SEQ) &&
	       p->ack - o->next_seq + ACK_NEAR <= 2 * ACK_NEAR;
}

static void
join(struct flow_table *t, struct flow *f, const struct pkt *p,
    const struct flow_seek *s)
{
	f->joined = true;
	f->other.word = s->key.w[FLOW_KEY_TAGS];
	f->other.side = s->side;
	f->other.vlan_n = p->vlan_n;
	memcpy(f->other.vlan, p->vlan, sizeof f->other.vlan[0] * p->vlan_n);
	t->stats.joined++;
}

void
tags_part(struct flow_table *t, struct flow *f)
{
	f->joined = false;
	t->stats.parted++;
}

static void
add(struct flow_table *t, struct flow *f)
{
	uint64_t hash = bare_hash(t, &f->key);
	unsigned n = 0;

	if (f->bare != 0) {
		return;
	}
	HT_FOREACH (&t->bare, hash, i) {
		n += i != HT_NONE;
		if (n == SAME_MAX) {
			return;
		}
	}
	f->bare = hash;
	ht_insert(&t->bare, hash, flow_index(t, f));
}

/* Whether flows with other tags than this one's have been there. */
static bool
is_mixed(struct flow_table *t, uint64_t tags)
{
	if (t->made_tags == FLOW_TAGS_MIXED) {
		return true;
	}
	if (t->made_tags == FLOW_TAGS_NONE) {
		t->made_tags = FLOW_TAGS_ONE;
		t->tags = tags;
	}
	if (t->tags == tags) {
		return false;
	}
	t->made_tags = FLOW_TAGS_MIXED;
	for (uint32_t i = pool_oldest(&t->pool); i != POOL_NONE;
	     i = pool_younger(&t->pool, i)) {
		if (has_ports(flow_at(t, i))) {
			add(t, flow_at(t, i));
		}
	}
	return true;
}

struct flow *
tags_find(struct flow_table *t, const struct pkt *p, const struct flow_seek *s)
{
	struct flow *found = NULL;
	unsigned n = 0;

	if ((p->l4 != PKT_L4_TCP && p->l4 != PKT_L4_UDP) ||
	    !is_mixed(t, s->key.w[FLOW_KEY_TAGS])) {
		return NULL;
	}
	HT_FOREACH (&t->bare, bare_hash(t, &s->key), i) {
		struct flow *f = flow_at(t, i);

		if (!is_same(&f->key, &s->key)) {
			continue;
		}
		n++;
		if (!f->joined) {
			found = is_answer(f, p, s->side) ? f : found;
		} else if (f->other.word == s->key.w[FLOW_KEY_TAGS]) {
			if (f->other.side == s->side) {
				return f;
			}
			tags_part(t, f);
		}
	}
	if (found == NULL || n != 1) {
		return NULL;
	}
	join(t, found, p, s);
	return found;
}

void
tags_add(struct flow_table *t, struct flow *f)
{
	f->bare = 0;
	if (has_ports(f) && is_mixed(t, f->key.w[FLOW_KEY_TAGS])) {
		add(t, f);
	}
}

void
tags_remove(struct flow_table *t, struct flow *f)
{
	if (f->bare != 0) {
		ht_remove(&t->bare, f->bare, flow_index(t, f));
		f->bare = 0;
	}
}
