/*
 * red: the second copies that PRP and HSR send (IEC 62439-3), found by source
 * MAC and sequence number.
 *
 * A sequence number alone is no proof: a station that does not speak PRP
 * takes both of two different frames with the same number, so otus must see
 * both.  A duplicate is therefore a frame whose content is the same too.
 *
 * Everything is sized in red_new; when the table is full the oldest number is
 * forgotten first, and that is counted where it was still in its window.
 */
#ifndef OTUS_NET_RED_H
#define OTUS_NET_RED_H

#include "base/err.h"
#include "base/hash.h"
#include "net/pkt.h"

#define RED_LANS 16 /* PRP LAN ids and HSR paths have four bits */

struct red;

struct red_stats {
	uint64_t prp[RED_LANS]; /* frames by LAN id: 0xA and 0xB           */
	uint64_t hsr[RED_LANS]; /* frames by path                          */
	uint64_t duplicates;    /* frames to be discarded                  */
	uint64_t same_lan;      /* ... that came by one LAN twice: mirrored
				   twice, or gone round                    */
	uint64_t conflicts;     /* same number, other content: kept        */
	uint64_t evicted;       /* forgotten within the window             */
};

/* max: numbers that wait for their twin. */
int red_new(
    uint32_t max, const struct hash_key *, struct red **ret_red) MUST_CHECK;
void red_free(struct red *); /* accepts NULL */

/*
 * Whether the frame repeats one of the last RED_WAIT_MS.  Also counts it; a
 * packet without tag or trailer is never one.  Asked once for each frame,
 * straight after decode_frame.
 */
bool red_is_duplicate(struct red *, const struct pkt *, uint64_t now_ns);

const struct red_stats *red_stats(const struct red *);

#endif
