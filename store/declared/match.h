/*
 * match: which record of one list is which record of another: rows of a
 * plant's register, what was declared before, devices on the wire.
 *
 * Records have keys of several proofs.  The proofs are gone through, the
 * strongest first: two records that share a key of this proof, and share it
 * with nobody else who is still open, belong together.  Records that share
 * one with several are ambiguous and stay so: a weaker proof decides nothing
 * between them, and nothing is guessed.  Who shares no key of this proof
 * waits for the next.
 */
#ifndef OTUS_STORE_DECLARED_MATCH_H
#define OTUS_STORE_DECLARED_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum proof {
	PROOF_NUMBER, /* the plant's own number: rows and devices only */
	PROOF_ASSET,  /* the id that otus gave it                      */
	PROOF_MAC,
	PROOF_SERIAL,
	PROOF_IP, /* with the address behind it, where there is one */
	PROOF_NAME,
	PROOF_COUNT
};

const char *proof_name(enum proof); /* "MAC": for a person */

enum { MATCH_LEFT, MATCH_RIGHT };
enum { MATCH_NONE = -1, MATCH_MANY = -2 };

struct match_key {
	const char *text;
	uint32_t party;
	uint8_t proof, side;
};

struct match_party {
	int32_t partner; /* of the other side, MATCH_NONE, MATCH_MANY */
	uint8_t proof;   /* that told                                 */
	const char *key; /* that told                                 */
	int32_t seen;    /* candidate of the proof at hand            */
};

struct match {
	struct match_key *key; /* sorted by match_run() */
	size_t nkeys, room;
	struct match_party *party[2];
	size_t n[2];
	/* Whether two that share a key are two all the same; may be NULL. */
	bool (*refuse)(void *, uint32_t left, uint32_t right, enum proof);
	void *arg;
};

int match_init(struct match *, size_t left, size_t right) MUST_CHECK;
void match_done(struct match *);
/* Texts have to stay; "" is no key. */
int match_add(struct match *, int side, uint32_t party, enum proof,
    const char *text) MUST_CHECK;
void match_run(struct match *);

#endif
