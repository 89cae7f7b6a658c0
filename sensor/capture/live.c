/*
 * live: a group of interfaces, merged by time.
 *
 * A frame is handed out when no other interface can still bring an earlier
 * one: each of them has its own next frame, or was found empty so much later
 * than this frame's stamp that whatever the kernel held back then is here.
 * A stamp ahead of the clock (an adapter with a clock of its own) cannot be
 * judged so and does not wait.
 */
#include <net/if.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "capture/leg.h"
#include "limits.h"

#define WAIT_NS ((uint64_t)LIMIT_LIVE_WAIT_MS * NS_PER_MS)
/* What a block may still hold back, and as much for the kernel's timer. */
#define HOLD_NS (2 * WAIT_NS)

/* One interface, and what the merge knows of it. */
struct member {
	struct leg *leg;
	uint64_t empty_ns; /* wall clock when found empty; 0: was not */
	bool was_empty;    /* before this call of live_next()         */
	bool has_frame;    /* `frame` waits                           */
	struct frame frame;
};

struct live {
	struct member member[LIMIT_LIVE_IFACES_MAX];
	size_t n;
	uint64_t number;
	const struct member *lost;
	bool fanout;
	char *filter;
};

static int
check_options(const struct live_options *o, char *why)
{
	if (o->ifaces == 0 || o->ifaces > LIMIT_LIVE_IFACES_MAX) {
		return live_tell(why, ERR_USAGE,
		    "a sensor reads 1 to %d interfaces", LIMIT_LIVE_IFACES_MAX);
	}
	if (o->snaplen > LIMIT_FRAME_MAX) {
		return live_tell(why, ERR_TOOBIG,
		    "snap length: at most %d bytes", LIMIT_FRAME_MAX);
	}
	if (o->ring_bytes > (size_t)LIMIT_LIVE_RING_MAX_MIB << 20) {
		return live_tell(why, ERR_TOOBIG, "ring: at most %d MiB",
		    LIMIT_LIVE_RING_MAX_MIB);
	}
	for (size_t i = 0; i < o->ifaces; i++) {
		if (strlen(o->iface[i]) >= IF_NAMESIZE) {
			return live_tell(why, ERR_NOENT,
			    "%s: no such interface", o->iface[i]);
		}
		/* All interfaces at once: never what is mirrored. */
		if (strcmp(o->iface[i], "any") == 0) {
			return live_tell(why, ERR_USAGE,
			    "name the interfaces; \"any\" is not one");
		}
	}
	return 0;
}

int
live_open(const struct live_options *o, struct live **ret_live,
    char why[static LIVE_WHY_MAX])
{
	struct live *live;
	int rc;

	rc = check_options(o, why);
	if (rc != 0) {
		return rc;
	}
	live = calloc(1, sizeof(*live));
	if (live == NULL) {
		return live_tell(why, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	live->fanout = o->fanout != 0;
	if (o->filter != NULL) {
		live->filter = strdup(o->filter);
		if (live->filter == NULL) {
			rc = live_tell(
			    why, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
		}
	}
	while (rc == 0 && live->n < o->ifaces) {
		rc = leg_open(o->iface[live->n], o,
		    live->fanout ? (uint16_t)(o->fanout + live->n) : 0,
		    &live->member[live->n].leg, why);
		live->n++;
	}
	if (rc != 0) {
		live_close(live);
	} else {
		*ret_live = live;
	}
	return rc;
}

int
live_start(struct live *live, char why[static LIVE_WHY_MAX])
{
	int rc = 0;

	for (size_t i = 0; live->fanout && i < live->n && rc == 0; i++) {
		rc = leg_start(live->member[i].leg, live->filter, why);
	}
	return rc;
}

void
live_close(struct live *live)
{
	if (live != NULL) {
		for (size_t i = 0; i < live->n; i++) {
			leg_close(live->member[i].leg);
		}
		free(live->filter);
		free(live);
	}
}

/* --- reading -------------------------------------------------------------*/

static int
fetch(struct live *live, struct member *m, struct frame *ret)
{
	int rc = leg_next(m->leg, ret);

	if (rc == 1) {
		ret->iface = (uint32_t)(m - live->member);
	} else if (rc == ERR_LOST) {
		live->lost = m;
	}
	return rc;
}

/* Has nothing with a stamp up to ts any more. */
static bool
is_past(const struct member *m, uint64_t ts_ns)
{
	return m->empty_ns >= HOLD_NS && ts_ns <= m->empty_ns - HOLD_NS;
}

static struct member *
earliest(struct live *live)
{
	struct member *first = NULL;

	for (struct member *m = live->member; m < live->member + live->n; m++) {
		if (m->has_frame &&
		    (first == NULL || m->frame.ts_ns < first->frame.ts_ns)) {
			first = m;
		}
	}
	return first;
}

/* Looks for the next frame of an interface. */
static int
look(struct live *live, struct member *m)
{
	int rc = fetch(live, m, &m->frame);

	if (rc < 0) {
		return rc;
	}
	m->has_frame = rc == 1;
	m->empty_ns = rc == 1 ? 0 : clock_wall_ns();
	return 0;
}

/* Whether another interface may still bring an earlier frame. */
static bool
must_wait(const struct live *live, uint64_t ts_ns)
{
	const struct member *m = live->member;

	for (; m < live->member + live->n; m++) {
		/* Stamps ahead of the clock cannot be waited for. */
		if (!m->has_frame && !is_past(m, ts_ns) &&
		    ts_ns <= m->empty_ns) {
			return true;
		}
	}
	return false;
}

/* Looks at the interfaces that were, or were not, found empty last time;
 * first: what is first so far. */
static int
look_at(struct live *live, bool empty, const struct member *first)
{
	struct member *m = live->member;
	int rc = 0;

	for (; m < live->member + live->n && rc == 0; m++) {
		if (!m->has_frame && (m->was_empty == empty) &&
		    (first == NULL || !is_past(m, first->frame.ts_ns))) {
			rc = look(live, m);
		}
	}
	return rc;
}

/*
 * Finds the frame that is first of all; NULL when it may not be here yet.
 * Interfaces that were not empty when last looked at come first: what they
 * have decides whether the idle ones need to be looked at.
 */
static int
merge(struct live *live, struct member **ret_first)
{
	struct member *m = live->member, *first;
	int rc;

	for (; m < live->member + live->n; m++) {
		m->was_empty = m->empty_ns != 0;
	}
	rc = look_at(live, false, NULL);
	if (rc == 0) {
		rc = look_at(live, true, earliest(live));
	}
	if (rc != 0) {
		return rc;
	}
	first = earliest(live);
	if (first != NULL && must_wait(live, first->frame.ts_ns)) {
		first = NULL;
	}
	*ret_first = first;
	return 0;
}

int
live_next(struct live *live, struct frame *ret)
{
	struct member *first = NULL;
	int rc;

	if (live->n == 1) {
		rc = live->lost != NULL ? ERR_LOST
					: fetch(live, live->member, ret);
		if (rc == 1) {
			ret->number = ++live->number;
		}
		return rc;
	}
	rc = live->lost != NULL ? ERR_LOST : merge(live, &first);
	if (rc == ERR_LOST) {
		/* What was taken from the others' rings is not thrown away. */
		first = earliest(live);
	}
	if (first == NULL) {
		return rc;
	}
	*ret = first->frame;
	ret->number = ++live->number;
	first->has_frame = false;
	return 1;
}

size_t
live_fds(const struct live *live, struct pollfd *ret, size_t max,
    int *ret_timeout_ms)
{
	uint64_t now, due = UINT64_MAX;
	size_t n = 0;

	for (size_t i = 0; i < live->n; i++) {
		const struct member *m = &live->member[i];

		if (!m->has_frame && n < max) {
			ret[n++] = (struct pollfd){
			    .fd = leg_fd(m->leg), .events = POLLIN};
		}
		if (m->has_frame && m->frame.ts_ns + HOLD_NS < due) {
			due = m->frame.ts_ns + HOLD_NS;
		}
	}
	*ret_timeout_ms = -1;
	if (due != UINT64_MAX) {
		now = clock_wall_ns();
		*ret_timeout_ms =
		    now >= due || due - now > HOLD_NS
			? 0
			: (int)((due - now + NS_PER_MS - 1) / NS_PER_MS);
	}
	return n;
}

/* --- questions -----------------------------------------------------------*/

size_t
live_ifaces(const struct live *live)
{
	return live->n;
}

const char *
live_iface_name(const struct live *live, uint32_t iface)
{
	return leg_name(live->member[iface].leg);
}

const char *
live_lost(const struct live *live)
{
	return live->lost != NULL ? leg_name(live->lost->leg) : NULL;
}

int
live_stats(struct live *live, uint32_t iface, struct live_stats *ret)
{
	return leg_stats(live->member[iface].leg, ret);
}
