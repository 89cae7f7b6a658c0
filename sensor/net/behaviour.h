/*
 * behaviour: the table behind the novelty filter: what each link does, as
 * (link, kind, operation, key fields), with how often since it was told.
 *
 * A behaviour remembers the key fields of its first event in a compact form,
 * so that its counts can be told later in the words of that event; the last
 * reply to a read (its image), so that a write can say what was there before;
 * and the lowest and highest value that a write has given to each of its
 * points.  Of several points these are its span, in a pool of its own.
 */
#ifndef OTUS_NET_BEHAVIOUR_H
#define OTUS_NET_BEHAVIOUR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/ht.h"
#include "base/mem.h"
#include "base/pool.h"
#include "event/event.h"
#include "limits.h"
#include "net/link.h"

#define BEHAVIOUR_KEYS  8  /* key fields that are kept           */
#define BEHAVIOUR_TEXT  40 /* bytes of texts among them          */
#define BEHAVIOUR_IMAGE 256
/* The most that Modbus writes at once: 123 registers (MODBUS Application
 * Protocol V1.1b3, 6.12), 1968 coils (6.11). */
#define BEHAVIOUR_WORDS 123

struct behaviour_key {
	uint16_t id;
	uint8_t type;
	uint8_t len; /* of a text, which starts at text[at]      */
	uint32_t at;
	uint64_t u;
};

/*
 * Asked for each request: what that takes stands in the first two cache lines,
 * in the order of use.
 */
struct behaviour {
	uint64_t hash __attribute__((aligned(MEM_LINE)));
	uint64_t link_id;
	uint32_t code;
	uint8_t cls, space;
	bool dirty, listed;
	uint32_t count; /* since it was told                            */
	uint32_t other; /* what came behind it before `then` did        */
	uint64_t last_ns;
	uint64_t image_ns; /* when the image was taken                     */
	uint32_t image;    /* of the last reply to this read, POOL_NONE    */
	uint32_t dirty_next;
	const char *op, *status;
	uint64_t stations; /* who is behind both ends                      */
	uint8_t kind, dir, nkeys;
	bool swapped; /* its sender is the link's server              */
	uint16_t proto, flags;
	uint32_t then;      /* what came behind it the last time ...       */
	uint32_t then_past; /* ... and behind what                         */
	struct behaviour_key key[BEHAVIOUR_KEYS];
	/* --- the rest is touched when there is news or counts are told --- */
	uint64_t sum;    /* gaps: bytes lost                             */
	uint64_t due_ns; /* when its count is told next; later each time */
	uint32_t every_s;
	uint32_t link;
	struct ev_sub src_sub, dst_sub;
	char text[BEHAVIOUR_TEXT];
	/* a write of one point: values told so far; states: the last one */
	bool has_range, has_last;
	uint16_t min, max;
	uint32_t span; /* of several points, POOL_NONE                     */
	/* writes, and those of them with a value outside of what was told;
	 * both are halved now and then: of late */
	uint16_t writes, outside;
	uint64_t last_value;
	/* reads and writes of points */
	uint64_t addr, qty;
	uint64_t server;      /* hash of the server end and space          */
	uint32_t server_next; /* next read of the same server and space    */
};

_Static_assert(
    offsetof(struct behaviour, key[2]) <= 2 * MEM_LINE, "two cache lines");

_Static_assert(
    LIMIT_BEHAVIOUR_GUESS_BITS == EV_MEMO_SEEN_BITS, "a memo looks there");

struct behaviours {
	struct pool pool, images, spans;
	struct ht ht, servers; /* servers: head of the list of reads       */
	struct hash_key hash_key;
	uint32_t dirty, dirty_last;
	uint64_t evicted;
	/* what came next, by the last six of a flow; see ev_memo */
	uint32_t seen[1 << LIMIT_BEHAVIOUR_GUESS_BITS];
};

int behaviours_init(struct behaviours *, const struct hash_key *) MUST_CHECK;
void behaviours_done(struct behaviours *);
/* True when making one more would lose counts: tell them first. */
bool behaviours_full(const struct behaviours *);
/* Found, or made from the event (*ret_new: its link is yet to be set); guessed
 * from its memo first. */
struct behaviour *behaviour_of(
    struct behaviours *, const struct ev *, struct link *, bool *ret_new);
/* Its counts are to be told. */
void behaviour_mark(struct behaviours *, struct behaviour *);
/* Keeps the values of a reply to this read. */
void behaviour_keep_image(struct behaviours *, struct behaviour *,
    const struct ev_field *values, uint64_t now_ns);
/*
 * Counts a write, and says whether its values are news: one lies outside of
 * those told so far.  Of a counter or a clock, most writes of which do, only
 * leaps are news: further outside than half of what the range is wide.
 */
bool behaviour_written(const struct behaviours *, struct behaviour *,
    const struct ev_field *values);
/* The values are told now. */
void behaviour_widen(
    struct behaviours *, struct behaviour *, const struct ev_field *values);
/*
 * What the points of a write held before, newest word of all reads of that
 * server: bytes of REGS, or bits.  False when nobody read them.
 */
bool behaviour_before(struct behaviours *, const struct behaviour *write,
    enum ev_type, uint8_t ret[BEHAVIOUR_IMAGE], uint32_t *ret_len);

#endif
