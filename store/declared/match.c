/*
 * match: see match.h.
 */
#include <stdlib.h>
#include <string.h>

#include "store/declared/match.h"

/* More holders of one key are not looked at pair by pair. */
#define PAIRS_MAX 4096

const char *
proof_name(enum proof p)
{
	static const char *const names[PROOF_COUNT] = {
	    "asset number", "id", "MAC", "serial number", "IP", "name"};

	return names[p];
}

int
match_init(struct match *m, size_t left, size_t right)
{
	memset(m, 0, sizeof(*m));
	m->n[MATCH_LEFT] = left;
	m->n[MATCH_RIGHT] = right;
	for (int side = 0; side < 2; side++) {
		m->party[side] =
		    calloc(m->n[side] + 1, sizeof(*m->party[side]));
		if (m->party[side] == NULL) {
			match_done(m);
			return ERR_NOMEM;
		}
		for (size_t i = 0; i < m->n[side]; i++) {
			m->party[side][i].partner = MATCH_NONE;
			m->party[side][i].seen = MATCH_NONE;
		}
	}
	return 0;
}

void
match_done(struct match *m)
{
	free(m->key);
	free(m->party[0]);
	free(m->party[1]);
	memset(m, 0, sizeof(*m));
}

int
match_add(struct match *m, int side, uint32_t party, enum proof proof,
    const char *text)
{
	if (text == NULL || text[0] == '\0') {
		return 0;
	}
	if (m->nkeys == m->room) {
		size_t room = m->room == 0 ? 1024 : 2 * m->room;
		struct match_key *k = realloc(m->key, room * sizeof(*k));

		if (k == NULL) {
			return ERR_NOMEM;
		}
		m->key = k;
		m->room = room;
	}
	m->key[m->nkeys++] =
	    (struct match_key){text, party, (uint8_t)proof, (uint8_t)side};
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct match_key *x = a, *y = b;
	int c = x->proof - y->proof;

	c = c != 0 ? c : strcmp(x->text, y->text);
	c = c != 0 ? c : x->side - y->side;
	return c != 0 ? c : (x->party > y->party) - (x->party < y->party);
}

static void
meet(struct match_party *p, int32_t other, const struct match_key *k)
{
	if (p->seen == MATCH_NONE) {
		p->seen = other;
	} else if (p->seen != other) {
		p->seen = MATCH_MANY;
	}
	p->proof = k->proof;
	p->key = k->text;
}

static struct match_party *
open_party(struct match *m, const struct match_key *k)
{
	struct match_party *p = &m->party[k->side][k->party];

	return p->partner == MATCH_NONE ? p : NULL;
}

/* Of too many to look at, nobody can tell who is who. */
static void
crowd(struct match *m, size_t a, size_t b, size_t end)
{
	bool left = false, right = false;

	for (size_t i = a; i < end; i++) {
		bool open = open_party(m, &m->key[i]) != NULL;

		left = left || (open && i < b);
		right = right || (open && i >= b);
	}
	for (size_t i = a; left && right && i < end; i++) {
		struct match_party *p = open_party(m, &m->key[i]);

		if (p != NULL) {
			meet(p, MATCH_MANY, &m->key[i]);
		}
	}
}

/* Keys that are one: left holders from a to b, right ones from b to end. */
static void
holders(struct match *m, size_t a, size_t b, size_t end)
{
	if ((b - a) * (end - b) > PAIRS_MAX) {
		crowd(m, a, b, end);
		return;
	}
	for (size_t i = a; i < b; i++) {
		struct match_party *x = open_party(m, &m->key[i]);

		for (size_t j = b; x != NULL && j < end; j++) {
			struct match_party *y = open_party(m, &m->key[j]);
			uint32_t l = m->key[i].party, r = m->key[j].party;

			if (y != NULL &&
			    (m->refuse == NULL ||
				!m->refuse(m->arg, l, r, m->key[i].proof))) {
				meet(x, (int32_t)r, &m->key[i]);
				meet(y, (int32_t)l, &m->key[j]);
			}
		}
	}
}

/* Who found one another, and nobody else, belong together. */
static void
settle(struct match *m)
{
	for (size_t i = 0; i < m->n[MATCH_LEFT]; i++) {
		struct match_party *x = &m->party[MATCH_LEFT][i], *y;

		if (x->seen < 0) {
			continue;
		}
		y = &m->party[MATCH_RIGHT][x->seen];
		if (y->seen == (int32_t)i) {
			x->partner = x->seen;
			y->partner = y->seen;
		}
	}
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < m->n[side]; i++) {
			struct match_party *p = &m->party[side][i];

			if (p->seen != MATCH_NONE && p->partner == MATCH_NONE) {
				p->partner = MATCH_MANY;
			}
			p->seen = MATCH_NONE;
		}
	}
}

void
match_run(struct match *m)
{
	size_t at = 0;

	if (m->nkeys == 0) {
		return;
	}
	qsort(m->key, m->nkeys, sizeof(m->key[0]), compare);
	for (int proof = 0; proof < PROOF_COUNT; proof++) {
		while (at < m->nkeys && m->key[at].proof == proof) {
			const char *text = m->key[at].text;
			size_t end = at, right;

			while (end < m->nkeys && m->key[end].proof == proof &&
			       m->key[end].side == MATCH_LEFT &&
			       strcmp(m->key[end].text, text) == 0) {
				end++;
			}
			right = end;
			while (end < m->nkeys && m->key[end].proof == proof &&
			       strcmp(m->key[end].text, text) == 0) {
				end++;
			}
			holders(m, at, right, end);
			at = end;
		}
		settle(m);
	}
}
