/*
 * store: the only writer of SQLite.  Takes events, keeps the inventory, the
 * links, the baseline, the alerts and the sensors' health, and lets the rules
 * judge what is new.
 *
 * The event stream that store gets has passed the sensor's novelty filter:
 *
 *   endpoint   src has mac and ip: they belong together (how)
 *   service    dst is the server: it answers, or was asked, proto on a port
 *   identity   a fact about subject
 *   operation  the first of its kind on its link, or one that changes
 *              something; with EV_REPEAT: EVF_COUNT more of one told before
 *   traffic    counters of one link since its last report: src is who
 *              initiates, dst the server; port, transport, packets, bytes,
 *              ops {class: count of requests and notifications}, replies, ...
 *   others     as events.md says
 *
 * Stream time comes with store_tick(); events of one tick arrive before it.
 * Everything that ends in the database is a function of the event stream
 * alone: ids derive from content and order of first sight.
 */
#ifndef OTUS_STORE_STORE_H
#define OTUS_STORE_STORE_H

#include "base/err.h"
#include "event/coverage.h"
#include "event/event.h"

struct store;

struct store_options {
	const char *dir;       /* state directory; made when absent         */
	const char *rules_dir; /* NULL: the rules that the program carries  */
	uint64_t learn_ns;     /* stream time from the first event during
				  which the baseline learns, alerts of
				  "unlearned" kind rest                      */
	bool deterministic;    /* replay: commits by count, not by clock    */
	uint32_t cache_rows;   /* 0: as limits.h has them; tests have fewer */
};

/*
 * ERR_BUSY when another process has the directory (flock); ERR_UNSUPPORTED
 * when a newer otus wrote the database; what is wrong is logged.
 */
int store_open(const struct store_options *, struct store **ret) MUST_CHECK;
/*
 * Says which captures the events are of, by the number in their `input`, and
 * commits that: base names, "" of what is live.  Before the first event.
 */
int store_inputs(
    struct store *, const char *const names[], size_t n) MUST_CHECK;
/*
 * When any of these fails (full or failing disk), the open transaction is
 * taken back as a whole: what was committed stays, what came since is lost
 * and counted (events.lost), and the next call begins anew.
 */
int store_event(struct store *, const struct ev *) MUST_CHECK;
/*
 * A sensor's running totals, absolute, by counter name ("capture.frames").  A
 * name whose last part begins with "drop" counts losses: when it rises, the
 * rules judge a gap event at the next tick (health.c).
 */
int store_counter(struct store *, const char *sensor, const char *name,
    uint64_t value) MUST_CHECK;
/* What a sensor counted at one interface and VLAN since it said so last. */
int store_coverage(
    struct store *, const char *sensor, const struct coverage *) MUST_CHECK;
int store_tick(struct store *, uint64_t stream_ns) MUST_CHECK;
int store_commit(struct store *) MUST_CHECK;
/* Commits and closes; accepts NULL. */
int store_close(struct store *);

#endif
