/*
 * novelty: what is news, and what only repeats (architecture.md, section 2).
 *
 * Stands between net and the store.  An event passes at once when it is the
 * first of its kind on its link, when it changes something (program,
 * firmware, mode, a value outside its learned range), when it identifies, or
 * when it is the first good reply of who is behind a server; within a budget
 * for each link in stream time.  Everything else is counted, and the counts are
 * told every BEHAVIOUR_S seconds as EV_REPEAT events in the words of the first
 * one; of writes also before the next one is told.
 */
#ifndef OTUS_NET_NOVELTY_H
#define OTUS_NET_NOVELTY_H

#include "base/err.h"
#include "event/event.h"

struct dis_ctx;
struct dis_reading;
struct link;
struct links;
struct novelty;

struct novelty_stats {
	uint64_t told, counted, over_budget, lost;
};

/* pass gets what is news; the event lives until it returns.  links are those
 * of the net that feeds it (net_links). */
int novelty_new(struct links *, void (*pass)(void *arg, const struct ev *),
    void *arg, struct novelty **ret) MUST_CHECK;
void novelty_free(struct novelty *); /* accepts NULL */
/* link as net's sink gives it; may add fields to the event. */
void novelty_event(struct novelty *, struct ev *, struct link *link);
/* For net_memos(). */
struct ev_memos novelty_memos(const struct novelty *);
/* True when a value event says nothing new.  Of its ends it has sub alone. */
bool novelty_knows(struct novelty *, const struct ev *, struct link *link);
/* True when no number that is read there would be told: one was, not long ago,
 * and of the same quality. */
bool novelty_fresh(struct novelty *, const struct dis_ctx *,
    const struct dis_reading *, struct link *link);
/* True when a good reply from there, to the request in that frame, is wanted
 * for more than to be counted. */
bool novelty_wants(struct novelty *, const struct ev_sub *who,
    uint64_t req_frame, struct link *link);
void novelty_tick(struct novelty *, uint64_t stream_ns);
/* Tells all counts that are left. */
void novelty_finish(struct novelty *);
const struct novelty_stats *novelty_stats(const struct novelty *);

#endif
