/*
 * order: see order.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/order.h"
#include "event/ev_json.h"

#define LINES_MAX 16384
#define TEXT_MAX_ (8u << 20)
/* One line: an event of EV_FIELDS_MAX fields can be long. */
#define LINE_MAX_ (1u << 20)

struct line {
	uint64_t key;
	uint32_t seq, at, len; /* seq keeps equal keys in order of arrival */
};

struct order {
	struct json *out;
	bool by_time, holding;
	uint32_t lines;
	size_t used;
	struct json one;
	struct line line[LINES_MAX];
	char text[TEXT_MAX_];
};

int
order_new(struct json *out, bool by_time, struct order **ret)
{
	/* Untouched until something is held: costs address space only. */
	struct order *o = calloc(1, sizeof *o);

	if (o == NULL) {
		return ERR_NOMEM;
	}
	o->out = out;
	o->by_time = by_time;
	*ret = o;
	return 0;
}

void
order_free(struct order *o)
{
	free(o);
}

static int
compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->key != y->key) {
		return x->key < y->key ? -1 : 1;
	}
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Prints the held lines whose key is below; keeps the others. */
static void
release(struct order *o, uint64_t below)
{
	uint32_t n = 0;
	size_t used = 0;

	if (o->lines == 0) {
		return;
	}
	qsort(o->line, o->lines, sizeof o->line[0], compare);
	while (n < o->lines && o->line[n].key < below) {
		json_raw(o->out, o->text + o->line[n].at, o->line[n].len);
		n++;
	}
	if (n == 0) {
		return;
	}
	/* The text of printed lines is given back only when all are: lines
	 * wait for a second of stream time, not for long. */
	memmove(o->line, o->line + n, (o->lines - n) * sizeof o->line[0]);
	o->lines -= n;
	if (o->lines == 0) {
		o->used = used;
	}
}

void
order_line(
    struct order *o, const struct ev *e, const char *file, const char *iface)
{
	struct line *l;

	if (!o->holding) {
		ev_json(o->out, e, file, iface);
		json_line_end(o->out);
		return;
	}
	if (o->lines == LINES_MAX || TEXT_MAX_ - o->used < LINE_MAX_) {
		release(o, UINT64_MAX);
	}
	json_init(&o->one, o->text + o->used, LINE_MAX_, NULL, NULL);
	ev_json(&o->one, e, file, iface);
	json_line_end(&o->one);
	if (o->one.err != 0) {
		/* Longer than any sane line: out of turn rather than cut. */
		ev_json(o->out, e, file, iface);
		json_line_end(o->out);
		return;
	}
	l = &o->line[o->lines];
	l->key = o->by_time ? e->ts_ns : e->frame;
	l->seq = o->lines++;
	l->at = (uint32_t)o->used;
	l->len = (uint32_t)o->one.used;
	o->used += o->one.used;
}

void
order_settle(struct order *o, bool waits, uint64_t frame, uint64_t ts_ns)
{
	if (waits) {
		if (o->holding) {
			release(o, o->by_time ? ts_ns : frame);
		}
		o->holding = true;
		return;
	}
	if (o->holding) {
		release(o, UINT64_MAX);
		o->holding = false;
	}
}
