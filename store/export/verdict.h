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
#define VERDICT_WHAT_MAX    256
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

/* What it is judged by: rows of coverage put together. */
struct view {
	struct coverage c;
	bool whole; /* an interface; else one VLAN of it              */
	/* Untagged frames of a trunk: no more is to be expected there than
	 * what switches say to each other. */
	bool native;
	uint64_t now_ns; /* stream time                                    */
	char station[2][96]; /* how c.station are called                 */
};

/* Adds a row of the same interface: of another VLAN or another sensor. */
void view_add(struct view *, const struct coverage *);
void view_judge(const struct view *, struct verdict *ret);

/* "25 min 29 s" */
void verdict_duration(struct text *, uint64_t ns);
/* "79 %", "0.4 %" of millionths */
void verdict_share(struct text *, uint64_t ppm);
uint64_t verdict_ppm(uint64_t part, uint64_t whole);

#endif
