/*
 * behaviour_key: see behaviour_key.h.
 */
#include <string.h>

#include "net/behaviour_key.h"

#define WORDS_MAX 12

struct words {
	const struct hash_key *key;
	uint64_t w[WORDS_MAX];
	size_t n;
	uint64_t folded;
};

/*
 * A request may name hundreds of objects.  What does not fit is folded into
 * the last word, under the key: who could find another request that folds to
 * the same would have it pass for this one.
 */
static void
word(struct words *w, uint64_t v)
{
	uint64_t *last = &w->w[WORDS_MAX - 1];
	unsigned __int128 product;

	if (w->n < WORDS_MAX) {
		w->w[w->n++] = v;
		return;
	}
	product = (unsigned __int128)(*last ^ w->key->k0) *
		  (v ^ w->key->k1 ^ ++w->folded);
	*last = (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* What makes an event other than an operation the same again. */
static bool
is_common_key(uint16_t kind, uint16_t id)
{
	switch (id) {
	case EVF_REASON:
	case EVF_CAUSE:
	case EVF_KEY:
	case EVF_OBJECT:
	case EVF_RELATION:
	case EVF_PEER:
	case EVF_ACTION:
	case EVF_USER: return true;
	case EVF_VALUE: return kind == EV_IDENTITY;
	default: return false;
	}
}

const struct ev_field *
behaviour_next_common(const struct ev *e, uint16_t *at)
{
	while (*at < e->nfields) {
		const struct ev_field *f = &e->f[(*at)++];

		if (is_common_key(e->kind, f->id)) {
			return f;
		}
	}
	return NULL;
}

static void
sub_words(const struct behaviours *b, struct words *w, const struct ev_sub *s)
{
	size_t n = ev_sub_len(s);

	word(w, (uint64_t)s->kind << 48 | (uint64_t)s->net << 32 | s->num);
	if (n != 0) {
		word(w, hash_bytes(&b->hash_key, s->mac, n));
	}
}

/* Whom it is about: many behind one carrier say the same of themselves. */
static void
subject_words(
    const struct behaviours *b, struct words *w, const struct ev_end *who)
{
	word(w, hash_bytes(&b->hash_key, who->ip.a, 16));
	word(w, (uint64_t)who->port << 8 | who->ipver);
	if (who->ipver == 0) {
		word(w, hash_bytes(&b->hash_key, who->mac, 6));
	}
	sub_words(b, w, &who->sub);
}

static uint64_t
sub_word(const struct hash_key *k, const struct ev_sub *s)
{
	size_t n = ev_sub_len(s);
	uint64_t w = (uint64_t)s->kind << 61 ^ (uint64_t)s->net << 32 ^ s->num;

	return n != 0 ? w ^ hash_name(k, s->mac, n) : w;
}

uint64_t
behaviour_stations(const struct behaviours *b, const struct ev *e)
{
	const struct hash_key *k = &b->hash_key;

	if (ev_sub_len(&e->src.sub) == 0 && ev_sub_len(&e->dst.sub) == 0) {
		return (uint64_t)(e->src.sub.num ^ (uint32_t)e->src.sub.net
						       << 16)
			   << 32 |
		       (e->dst.sub.num ^ (uint32_t)e->dst.sub.net << 16);
	}
	return hash_mul(
	    sub_word(k, &e->src.sub) ^ k->k0, sub_word(k, &e->dst.sub) ^ k->k1);
}

uint64_t
behaviour_hash(
    const struct behaviours *b, const struct ev *e, const struct link *l)
{
	const struct ev_keys *keys = ev_keys(e->proto);
	struct words w = {.key = &b->hash_key};
	const struct ev_field *f;
	uint16_t at = 0;

	word(&w, l != NULL ? l->id : 0);
	word(&w, (uint64_t)e->kind << 56 | (uint64_t)e->cls << 48 | e->code);
	word(&w, (uint64_t)(uintptr_t)e->op);
	if (e->kind == EV_OPERATION) {
		word(&w, behaviour_stations(b, e));
	} else {
		sub_words(b, &w, &e->src.sub);
		if (e->flags & EV_HAS_SUBJECT) {
			subject_words(b, &w, &e->subject);
		}
	}
	if (behaviour_error(e->status) != NULL) {
		word(&w, (uint64_t)(uintptr_t)e->status);
	}
	while ((f = behaviour_next_key(e, keys, &at)) != NULL) {
		if (behaviour_is_text(f)) {
			word(&w, hash_bytes(&b->hash_key, f->p, f->len));
		} else if (f->type == EV_T_NAME) {
			word(&w, hash_bytes(&b->hash_key, f->s, strlen(f->s)));
		} else if (f->type == EV_T_NUMBERED) {
			word(&w, (uint64_t)f->id << 48 ^ f->u);
			word(&w, f->len);
		} else {
			word(&w, (uint64_t)f->id << 48 ^ f->u);
		}
	}
	return hash_words(&b->hash_key, w.w, w.n);
}

uint64_t
behaviour_server(
    const struct behaviours *b, const struct ev *e, const struct ev_end *server)
{
	struct words w = {.key = &b->hash_key};

	for (int i = 0; i < 2; i++) {
		uint64_t v;

		memcpy(&v, server->ip.a + 8 * i, 8);
		word(&w, v);
	}
	word(&w, (uint64_t)server->port << 16 | (uint64_t)e->space << 8 |
		     server->ipver);
	sub_words(b, &w, &server->sub);
	for (uint8_t i = 0; i < e->vlan_n; i++) {
		word(&w, e->vlan[i]);
	}
	return hash_words(&b->hash_key, w.w, w.n);
}
