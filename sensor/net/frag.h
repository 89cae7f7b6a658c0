/*
 * frag: IPv4 and IPv6 datagrams put together from their fragments (RFC 791,
 * section 3.2; RFC 8200, section 4.5).
 *
 * A datagram's bytes wait in 2 KiB chunks, each at its place in the datagram
 * with one bit for every 8 bytes that came; so what a datagram costs is
 * bounded by its size and not by the number of its fragments.  Where
 * fragments overlap, the bytes seen first stand, and a difference is counted.
 *
 * Everything is sized in frag_new.  When a pool is full the oldest datagram
 * makes room; a source over its quota loses its own oldest one.
 */
#ifndef OTUS_NET_FRAG_H
#define OTUS_NET_FRAG_H

#include "base/err.h"
#include "base/hash.h"
#include "net/pkt.h"

struct frag;

struct frag_limits {
	uint32_t datagrams;  /* being put together at once */
	uint32_t per_source; /* of one sender              */
	uint32_t chunks;     /* of 2 KiB, over all         */
};

struct frag_stats {
	uint64_t fragments;     /* given to frag_push                       */
	uint64_t whole;         /* datagrams that became whole              */
	uint64_t repeats;       /* fragments that brought nothing new       */
	uint64_t late;          /* ... of a datagram that was whole already */
	uint64_t conflicts;     /* overlaps that say something else         */
	uint64_t bad;           /* fragments that no sender may send        */
	uint64_t cut;           /* fragments that the capture cut           */
	uint64_t expired;       /* datagrams that never became whole        */
	uint64_t evicted;       /* ... given up because a pool was full     */
	uint64_t evicted_quota; /* ... because their source had too many    */
};

/* All of limits.h; frag_new(NULL, ...) takes them. */
int frag_new(const struct frag_limits *, const struct hash_key *,
    struct frag **ret_frag) MUST_CHECK;
void frag_free(struct frag *); /* accepts NULL */

/*
 * Takes a packet that decode marked PKT_L4_FRAG.  1: the datagram is whole,
 * *ret_whole its payload and *ret_proto the protocol in it, both valid until
 * the next call; 0: it is not; ERR_PEER: no sender may send such a fragment
 * (*ret_whole is not written).  The packet's bytes are not kept.
 */
int frag_push(struct frag *, const struct pkt *, uint64_t now_ns,
    struct rd *ret_whole, uint8_t *ret_proto) MUST_CHECK;

/* Gives up datagrams older than FRAG_WAIT_S; on ticks.  All of them with
 * UINT64_MAX. */
void frag_expire(struct frag *, uint64_t now_ns);

const struct frag_stats *frag_stats(const struct frag *);

#endif
