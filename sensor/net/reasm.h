/*
 * reasm: messages that a protocol cuts into segments of its own (BACnet
 * APDUs, DNP3 transport); not TCP, not IP fragments.
 *
 * A message is (flow, key).  Pieces come at byte offsets, in any order; the
 * first copy of a byte stands.  It is whole when the last piece was seen and
 * no byte is missing.  Bounded in messages and bytes; the oldest goes.
 */
#ifndef OTUS_NET_REASM_H
#define OTUS_NET_REASM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/pool.h"
#include "base/rd.h"
#include "dissectors/dissector.h"

#define REASM_KEY_MAX    48
#define REASM_BYTES_MAX  (64 * 1024) /* one message                        */
#define REASM_PIECES_MAX 512         /* holes and islands of one message   */

struct reasm {
	struct pool pool;
	struct ht ht;
	struct hash_key hash_key;
	uint64_t evicted, expired, too_big;
};

int reasm_init(
    struct reasm *, uint32_t max, const struct hash_key *) MUST_CHECK;
void reasm_done(struct reasm *);
/*
 * DIS_OK with the whole (valid until the next call), DIS_MORE while pieces
 * are missing, DIS_BAD when a piece contradicts what was seen or the message
 * is larger than REASM_BYTES_MAX: it is then dropped.
 */
enum dis_rc reasm_push(struct reasm *, uint32_t flow, const void *key,
    size_t key_n, uint32_t off, struct rd piece, bool last, uint64_t now_ns,
    struct rd *ret_whole);
/* Drops messages that got no piece for a while; on ticks. */
void reasm_expire(struct reasm *, uint64_t now_ns);

#endif
