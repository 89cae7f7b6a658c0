/*
 * verdict: what is to be said of one interface or VLAN: a score, and the
 * reasons with their figures.  The thresholds stand in one table, verdict.c.
 *
 * 100 is a mirror that shows all; each reason takes its points off.  A reason
 * of no points is worth knowing and asks for nothing.
 */
#ifndef OTUS_STORE_EXPORT_VERDICT_H
#define OTUS_STORE_EXPORT_VERDICT_H

#include "store/query.h"
#include "store/text.h"

#define VERDICT_REASONS_MAX 16
#define VERDICT_WHAT_MAX    512
/* Less says nothing about a port. */
#define VERDICT_FRAMES_MIN 100

struct reason {
	const char *check; /* its name, for programs */
	unsigned points;
	char what[VERDICT_WHAT_MAX]; /* the evidence                */
	const char *cause, *change;  /* why, and what helps         */
};

struct verdict {
	int score; /* -1: too few frames */
	size_t n;
	struct reason reason[VERDICT_REASONS_MAX];
};

/* Devices that others name and nobody hears (unheard.c). */
#define UNHEARD_EXAMPLES 3
struct unheard {
	uint64_t heard; /* devices that are                                 */
	uint64_t there; /* not heard, though they speak                     */
	uint64_t named; /* others, that may be off or out of sight          */
	char example[UNHEARD_EXAMPLES][128]; /* of those that are there      */
};

/* What it is judged by: rows of coverage put together. */
struct view {
	struct coverage c;
	const struct unheard *unheard; /* NULL: not of this place alone      */
	bool whole; /* an interface; else one VLAN of it              */
	/* Untagged frames of a trunk: no more is to be expected there than
	 * what switches say to each other. */
	bool native;
	/* Devices heard, and those of them that spoke to groups only. */
	uint64_t heard, groups;
	uint64_t backwards; /* frames stamped before the one before them   */
	uint64_t now_ns;    /* stream time                                    */
	char station[2][96]; /* how c.station are called                 */
};

/* Adds a row of the same interface: of another VLAN or another sensor. */
void view_add(struct view *, const struct coverage *);
void view_judge(const struct view *, struct verdict *ret);

/* The next reason; its `what` is to be written to the text.  False: there is
 * no room for it. */
bool verdict_reason(struct verdict *, const char *check, unsigned points,
    const char *cause, const char *change, struct text *ret);
/* The score by the reasons. */
void verdict_sum(struct verdict *);

/* For query_ghosts(); all but `heard` is counted by it. */
int unheard_add(void *unheard, const struct query_ghost *);
void unheard_judge(const struct unheard *, struct verdict *);

/* "25 min 29 s" */
void verdict_duration(struct text *, uint64_t ns);
/* "79 %", "0.4 %" of millionths */
void verdict_share(struct text *, uint64_t ppm);
uint64_t verdict_ppm(uint64_t part, uint64_t whole);

#endif
