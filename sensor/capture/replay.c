/*
 * replay: merges capture files by time.
 *
 * At the start each file is opened once, as far as its first frame, and
 * closed again; a heap holds all files by the stamp of their next frame.
 * The file at its top is the current one and is read until its next frame
 * would come after the first of another file.  With one file left that is
 * never, and a frame costs one comparison more than reading it.
 *
 * At most REPLAY_OPEN_MAX files are open.  When another is due, the one
 * whose next frame is furthest away gives up its place and is opened again
 * at the same offset when it is due.
 *
 * Within a file the order is the file's own, even where stamps go back:
 * such a frame is simply due at once.  Equal stamps go by input.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/inputs.h"
#include "capture/replay.h"
#include "limits.h"

#define BUFFER       ((size_t)LIMIT_REPLAY_BUFFER_KIB * 1024)
#define BUFFER_PROBE ((size_t)16 * 1024) /* as far as the first frame */
/* Places that pipes may not take: files need some to take turns in. */
#define OPEN_RESERVE 8

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define LATE_NONE   1 /* capfile_next() found a frame */

struct replay {
	struct input *cur; /* its frames come first, as long as they are */
	uint64_t bound;    /* stamped before this                        */
	int late;          /* what the current one came to, LATE_NONE   */
	struct inputs in;
	uint32_t *heap; /* inputs that wait, earliest next frame first */
	size_t heap_n;
	uint32_t open[LIMIT_REPLAY_OPEN_MAX];
	size_t open_n;
	size_t streams; /* of those, pipes and the like               */
	uint32_t room;  /* interface entries left, see capfile        */
};

/* --- heap of inputs ------------------------------------------------------*/

static bool
comes_before(const struct replay *r, uint32_t a, uint32_t b)
{
	const struct input *x = &r->in.v[a], *y = &r->in.v[b];

	return x->due != y->due ? x->due < y->due : a < b;
}

static void
heap_push(struct replay *r, uint32_t idx)
{
	size_t at = r->heap_n++, up;

	while (at != 0) {
		up = (at - 1) / 2;
		if (!comes_before(r, idx, r->heap[up])) {
			break;
		}
		r->heap[at] = r->heap[up];
		at = up;
	}
	r->heap[at] = idx;
}

static uint32_t
heap_pop(struct replay *r)
{
	uint32_t top = r->heap[0], last = r->heap[--r->heap_n];
	size_t at = 0, down;

	while ((down = 2 * at + 1) < r->heap_n) {
		if (down + 1 < r->heap_n &&
		    comes_before(r, r->heap[down + 1], r->heap[down])) {
			down++;
		}
		if (!comes_before(r, r->heap[down], last)) {
			break;
		}
		r->heap[at] = r->heap[down];
		at = down;
	}
	r->heap[at] = last;
	return top;
}

/* --- places for open files -----------------------------------------------*/

static void
leave_place(struct replay *r, const struct input *i)
{
	uint32_t idx = (uint32_t)(i - r->in.v);

	for (size_t k = 0; k < r->open_n; k++) {
		if (r->open[k] == idx) {
			r->open[k] = r->open[--r->open_n];
			return;
		}
	}
}

static void
suspend(struct replay *r, struct input *i)
{
	leave_place(r, i);
	capfile_suspend(&i->file, i->has_pending);
	i->has_pending = false;
	close(i->fd);
	i->fd = -1;
}

static void
finish(struct replay *r, struct input *i)
{
	leave_place(r, i);
	inputs_finish(i);
}

/* Makes sure that one more file can be opened. */
static void
make_place(struct replay *r)
{
	uint32_t worst = UINT32_MAX;

	if (r->open_n < LIMIT_REPLAY_OPEN_MAX) {
		return;
	}
	for (size_t k = 0; k < r->open_n; k++) {
		if (!r->in.v[r->open[k]].stream &&
		    (worst == UINT32_MAX ||
			comes_before(r, worst, r->open[k]))) {
			worst = r->open[k];
		}
	}
	suspend(r, &r->in.v[worst]);
}

/* Takes what capfile_next() said: keeps the frame for when it is due, or
 * ends the file.  0, or negative when the replay cannot go on. */
static int
took(struct replay *r, struct input *i, int rc, const struct frame *f)
{
	if (rc == 1) {
		i->pending = *f;
		i->has_pending = true;
		i->due = f->ts_ns;
		return 0;
	}
	if (rc < 0) {
		inputs_tell(&r->in, i->path, i->file.number, i->file.rec_at, rc,
		    i->file.reason);
	}
	finish(r, i);
	return rc == ERR_NOMEM ? rc : 0;
}

/* Opens a suspended file where it was and reads the frame that is due. */
static int
resume(struct replay *r, struct input *i)
{
	struct inbuf in;
	struct frame f;
	int rc;

	make_place(r);
	rc = inputs_open(&r->in, i);
	if (rc != 0) {
		inputs_finish(i);
		return 0;
	}
	r->open[r->open_n++] = (uint32_t)(i - r->in.v);
	inbuf_init(&in, i->fd, BUFFER, capfile_offset(&i->file));
	capfile_resume(&i->file, &in);
	rc = capfile_next(&i->file, &f);
	return took(r, i, rc, &f);
}

/* The current input has no frame that is first; find the one that has. */
static int
next_input(struct replay *r, struct frame *ret)
{
	const struct input *second;
	struct input *i;
	int rc;

	r->cur = NULL;
	while (r->heap_n != 0) {
		i = &r->in.v[heap_pop(r)];
		if (i->fd < 0) {
			rc = resume(r, i);
			if (rc != 0) {
				return rc;
			}
		}
		if (!i->has_pending) {
			continue;
		}
		r->cur = i;
		r->bound = UINT64_MAX;
		if (r->heap_n != 0) {
			second = &r->in.v[r->heap[0]];
			r->bound = second->due;
			if (i < second && r->bound != UINT64_MAX) {
				r->bound++;
			}
		}
		*ret = i->pending;
		i->has_pending = false;
		return 1;
	}
	return 0;
}

/* What capfile_next() said of the current file, when it is not a frame that
 * is first: the file waits or ends, and another has the next frame. */
static int
turn(struct replay *r, int rc, struct frame *ret)
{
	struct input *i = r->cur;

	rc = took(r, i, rc, ret);
	if (rc != 0) {
		return rc;
	}
	if (i->has_pending) {
		heap_push(r, (uint32_t)(i - r->in.v));
	}
	return next_input(r, ret);
}

static int
first(struct replay *r, struct frame *ret)
{
	int rc = r->late;

	if (unlikely(rc != LATE_NONE)) {
		r->late = LATE_NONE;
		return turn(r, rc, ret);
	}
	if (r->cur == NULL) {
		return next_input(r, ret);
	}
	rc = capfile_next(&r->cur->file, ret);
	if (likely(rc == 1 && ret->ts_ns < r->bound)) {
		return 1;
	}
	return turn(r, rc, ret);
}

int
replay_some(struct replay *r, struct frame *ret, size_t max)
{
	int rc = first(r, &ret[0]);
	size_t n = 1;

	if (rc != 1) {
		return rc;
	}
	while (n < max && capfile_is_at_hand(&r->cur->file)) {
		rc = capfile_next(&r->cur->file, &ret[n]);
		if (unlikely(rc != 1)) {
			/* What is settled now would free the file's buffer,
			 * in which the frames before still stand. */
			r->late = rc;
			break;
		}
		if (unlikely(ret[n].ts_ns >= r->bound)) {
			(void)took(r, r->cur, rc, &ret[n]);
			heap_push(r, (uint32_t)(r->cur - r->in.v));
			r->cur = NULL;
			break;
		}
		n++;
	}
	return (int)n;
}

int
replay_next(struct replay *r, struct frame *ret)
{
	return replay_some(r, ret, 1);
}

/* --- opening -------------------------------------------------------------*/

/* A folder holds other things too; those are not worth a word.  Compressed
 * captures are, since whoever named the folder expects them read. */
static bool
is_of_no_interest(const struct input *i)
{
	const char *slash = strrchr(i->path, '/');
	const char *name = slash != NULL ? slash + 1 : i->path;

	return i->in_folder &&
	       (i->file.foreign ||
		   (i->file.compressed && strstr(name, ".pcap") == NULL &&
		       strstr(name, ".cap") == NULL));
}

/* Reads a file as far as its first frame.  *ret_drop: it is no capture and
 * nobody named it. */
static int
probe(struct replay *r, struct input *i, bool alone, bool *ret_drop)
{
	struct inbuf in;
	struct frame f;
	int rc;

	*ret_drop = false;
	if (inputs_open(&r->in, i) != 0) {
		i->done = true;
		return 0;
	}
	if (i->stream && r->streams++ >= LIMIT_REPLAY_OPEN_MAX - OPEN_RESERVE) {
		inputs_tell(&r->in, i->path, 0, 0, ERR_TOOBIG,
		    "too many pipes at once");
		inputs_finish(i);
		return 0;
	}
	inbuf_init(&in, i->fd, alone || i->stream ? BUFFER : BUFFER_PROBE, 0);
	rc = capfile_begin(&i->file, &in, &r->room);
	if (rc < 0) {
		*ret_drop = is_of_no_interest(i);
		if (!*ret_drop) {
			inputs_tell(&r->in, i->path, 0, i->file.rec_at, rc,
			    i->file.reason);
		}
		finish(r, i);
		return rc == ERR_NOMEM ? rc : 0;
	}
	i->usable = true;
	rc = took(r, i, capfile_next(&i->file, &f), &f);
	if (rc == 0 && !i->done && !i->stream && !alone) {
		suspend(r, i);
	}
	return rc;
}

/* Files of one folder: by first stamp, then by path. */
static int
compare_inputs(const void *a, const void *b)
{
	const struct input *x = a, *y = b;

	if (x->arg != y->arg) {
		return x->arg < y->arg ? -1 : 1;
	}
	if (x->due != y->due) {
		return x->due < y->due ? -1 : 1;
	}
	return strcmp(x->path, y->path);
}

/* Probes all and drops from folders what is no capture. */
static int
probe_all(struct replay *r)
{
	struct inputs *in = &r->in;
	size_t kept = 0;
	bool alone = in->n == 1, drop = false;
	int rc = 0;

	for (size_t k = 0; k < in->n; k++) {
		if (rc == 0) {
			rc = probe(r, &in->v[k], alone, &drop);
		}
		if (rc == 0 && drop) {
			free(in->v[k].path);
			in->skipped++;
			continue;
		}
		in->v[kept++] = in->v[k];
	}
	in->n = kept;
	return rc;
}

/* Gives the inputs their numbers and puts those with frames into the heap. */
static int
number_inputs(struct replay *r)
{
	struct inputs *in = &r->in;
	struct input *i;
	bool usable = false;

	if (in->n == 0) {
		return ERR_NOENT;
	}
	qsort(in->v, in->n, sizeof(in->v[0]), compare_inputs);
	r->heap = malloc(in->n * sizeof(r->heap[0]));
	if (r->heap == NULL) {
		return ERR_NOMEM;
	}
	for (size_t k = 0; k < in->n; k++) {
		i = &in->v[k];
		usable = usable || i->usable;
		i->file.input = i->pending.input = (uint32_t)k;
		if (i->fd >= 0) {
			r->open[r->open_n++] = (uint32_t)k;
		}
		if (!i->done) {
			heap_push(r, (uint32_t)k);
		}
	}
	return usable ? 0 : ERR_NOENT;
}

/* Arguments of which nothing is left are folders without captures. */
static void
tell_empty_folders(struct replay *r, char *const *paths, size_t n)
{
	size_t k = 0;

	for (size_t arg = 0; arg < n; arg++) {
		if (k < r->in.n && r->in.v[k].arg == arg) {
			while (k < r->in.n && r->in.v[k].arg == arg) {
				k++;
			}
		} else if (access(paths[arg], R_OK | X_OK) == 0) {
			inputs_tell(&r->in, paths[arg], 0, 0, ERR_NOENT,
			    "holds no capture files");
		}
	}
}

int
replay_open(char *const *paths, size_t n,
    void (*problem)(void *, const struct replay_problem *), void *arg,
    struct replay **ret_replay)
{
	struct replay *r;
	int rc;

	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		return ERR_NOMEM;
	}
	r->late = LATE_NONE;
	r->in.problem = problem;
	r->in.problem_arg = arg;
	r->room = LIMIT_REPLAY_IFACES_MAX;
	rc = inputs_expand(&r->in, paths, n);
	if (rc != 0) {
		goto out;
	}
	rc = probe_all(r);
	if (rc != 0) {
		goto out;
	}
	rc = number_inputs(r);
	tell_empty_folders(r, paths, n);
out:
	if (rc != 0) {
		replay_close(r);
	} else {
		*ret_replay = r;
	}
	return rc;
}

void
replay_close(struct replay *r)
{
	if (r != NULL) {
		inputs_free(&r->in);
		free(r->heap);
		free(r);
	}
}

/* --- questions -----------------------------------------------------------*/

size_t
replay_inputs(const struct replay *r)
{
	return r->in.n;
}

uint64_t
replay_skipped(const struct replay *r)
{
	return r->in.skipped;
}

const char *
replay_input_name(const struct replay *r, uint32_t input)
{
	const char *path = r->in.v[input].path;
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0) {
		return "stdin";
	}
	return slash != NULL ? slash + 1 : path;
}

size_t
replay_ifaces(const struct replay *r, uint32_t input)
{
	return r->in.v[input].file.ifaces;
}

const char *
replay_iface_name(const struct replay *r, uint32_t input, uint32_t iface)
{
	return r->in.v[input].file.iface[iface].name;
}

void
replay_progress(const struct replay *r, uint64_t *ret_done, uint64_t *ret_total)
{
	uint64_t done = 0, total = 0;
	bool unknown = false;

	for (size_t k = 0; k < r->in.n; k++) {
		const struct input *i = &r->in.v[k];

		unknown = unknown || (i->usable && i->size == 0);
		total += i->size;
		done += i->done ? i->size : capfile_offset(&i->file);
	}
	*ret_done = done;
	*ret_total = unknown ? 0 : total;
}
