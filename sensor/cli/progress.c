/*
 * progress: see progress.h.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/progress.h"

#define DRAW_NS (100 * NS_PER_MS)
#define WIDTH   30

void
progress_start(struct progress *p, bool quiet)
{
	p->on = !quiet && isatty(STDERR_FILENO);
	p->started_ns = p->shown_ns = clock_mono_ns();
}

void
progress_show(
    struct progress *p, uint64_t done, uint64_t total, uint64_t frames)
{
	char bar[WIDTH + 1];
	uint64_t now, secs;
	int full;

	if (!p->on || (now = clock_mono_ns()) < p->shown_ns + DRAW_NS) {
		return;
	}
	p->shown_ns = now;
	secs = (now - p->started_ns) / NS_PER_SEC;
	if (total == 0) {
		fprintf(stderr, "\r  %llu frames, %llu s ",
		    (unsigned long long)frames, (unsigned long long)secs);
		fflush(stderr);
		return;
	}
	if (done > total) {
		done = total;
	}
	full = (int)(done * WIDTH / total);
	for (int i = 0; i < WIDTH; i++) {
		bar[i] = i < full ? '#' : '.';
	}
	bar[WIDTH] = '\0';
	fprintf(stderr, "\r  [%s] %3d %%  %llu frames  %llu s ", bar,
	    (int)(done * 100 / total), (unsigned long long)frames,
	    (unsigned long long)secs);
	fflush(stderr);
}

void
progress_end(struct progress *p)
{
	if (p->on) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	p->on = false;
}
