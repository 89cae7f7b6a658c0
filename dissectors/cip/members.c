/*
 * members: data of structures, told member by member ([L]).
 *
 *	Recipe      { Speed REAL; Steps STEP[2]; Name STRING }
 *	Recipe.Speed  Recipe.Steps[0].Time  Recipe.Steps[1].Time  Recipe.Name
 *
 * The names are those by which the members are read and written alone.  Data
 * come whole or in parts, each from an offset on: told is what is whole within
 * its part.  Structures within structures are stepped into, to a fixed depth;
 * one of a length and characters is a text.  What no template tells is passed
 * over; the operation has the bytes then.
 */
#include "dissectors/cip/cip.h"

#define DEPTH    5
#define STEPS    8192 /* of one walk: members, elements, values */
#define TOLD_MAX CIP_ELEMENTS_MAX
#define NAME_LEN 384

/* A structure, or some of one kind in a row. */
struct level {
	const struct cip_layout *layout;
	struct rd page; /* the members that are left of it */
	unsigned page_no;
	uint64_t at; /* of the first, in the tag's data */
	uint32_t index, count;
	bool is_array;
	size_t array_n, name_n; /* of the name, without the index and with it */
};

/* A member's values in a row. */
struct run {
	const struct cip_type *type; /* NULL: texts */
	uint32_t size, stride, text_max;
	uint64_t at;
	uint32_t index, count;
	bool is_array, is_top; /* is_top: of the tag itself */
	int bit;               /* -1: the values are whole bytes */
	size_t name_n;
};

struct walk {
	const struct cip_msg *m;
	uint64_t from, to; /* what of the tag is here */
	struct rd data;
	unsigned steps, depth;
	bool all; /* nothing had to be left out */
	struct level level[DEPTH];
	struct run run;
	char name[NAME_LEN];
};

struct value {
	const char *name;
	size_t name_n;
	const struct cip_type *type;
	uint32_t text_max;
	int bit;
	struct rd bytes;
};

/* --- names ------------------------------------------------------------------ */

#define INDEX_MAX 12 /* in its brackets */

static size_t
put_index(struct walk *w, size_t n, uint32_t index)
{
	w->name[n++] = '[';
	n += cip_put_number(w->name + n, index);
	w->name[n++] = ']';
	return n;
}

/* 0: it does not fit. */
static size_t
put_member(struct walk *w, size_t n, struct rd name)
{
	size_t more = rd_left(&name);

	if (n + 1 + more + 2 * INDEX_MAX > sizeof(w->name)) {
		return 0;
	}
	w->name[n++] = '.';
	memcpy(w->name + n, name.p, more);
	return n + more;
}

/* --- structures --------------------------------------------------------------- */

/* The first of a row that does not end before what is here. */
static uint32_t
first_here(const struct walk *w, uint64_t at, uint32_t stride)
{
	uint64_t before = w->from > at ? (w->from - at) / stride : 0;

	return before < UINT32_MAX ? (uint32_t)before : UINT32_MAX;
}

static void
enter_element(struct walk *w, struct level *l)
{
	if (l->index >= l->count ||
	    l->at + (uint64_t)l->index * l->layout->size >= w->to) {
		w->depth--;
		return;
	}
	if (w->depth == 1) {
		l->name_n = l->is_array
				? cip_element_name(w->m, w->name, l->index)
				: l->array_n;
	} else {
		l->name_n = l->is_array ? put_index(w, l->array_n, l->index)
					: l->array_n;
	}
	l->page_no = 0;
	if (!cip_layout_page(w->m, l->layout, 0, &l->page)) {
		w->all = false;
		w->depth--;
	}
}

static void
enter(struct walk *w, const struct level *what)
{
	struct level *l = &w->level[w->depth];

	if (w->depth == DEPTH || what->layout->size == 0) {
		w->all = false;
		return;
	}
	*l = *what;
	l->index = first_here(w, l->at, l->layout->size);
	w->all = w->all && !l->layout->partial;
	w->depth++;
	enter_element(w, l);
}

/* No member is left on the page. */
static void
turn(struct walk *w, struct level *l)
{
	l->page_no++;
	if (l->page_no >= l->layout->pages) {
		l->index++;
		enter_element(w, l);
	} else if (!cip_layout_page(w->m, l->layout, l->page_no, &l->page)) {
		w->all = false;
		w->depth--;
	}
}

static uint64_t
element_at(const struct level *l)
{
	return l->at + (uint64_t)l->index * l->layout->size;
}

/* Whether so many bytes are within the structure. */
static bool
fits(const struct level *l, const struct cip_member *f, uint64_t bytes)
{
	return f->offset + bytes <= l->layout->size;
}

/* Sets out to tell values of one kind. */
static void
start_run(struct walk *w, const struct level *l, const struct cip_member *f,
    struct run run)
{
	if (run.size == 0 ||
	    !fits(l, f, (uint64_t)run.stride * (run.count - 1) + run.size)) {
		w->all = false;
		return;
	}
	run.at += element_at(l) + f->offset;
	run.index = first_here(w, run.at, run.stride);
	w->run = run;
}

static void
enter_member(struct walk *w, const struct level *l, const struct cip_member *f,
    size_t name_n)
{
	const struct cip_layout *inner =
	    cip_layout_of_member(w->m, l->layout, f->type & 0x0fff);
	uint32_t count = f->info != 0 ? f->info : 1;
	struct level next = {.layout = inner,
	    .at = element_at(l) + f->offset,
	    .count = count,
	    .is_array = f->info != 0,
	    .array_n = name_n};

	if (inner == NULL || !fits(l, f, (uint64_t)count * inner->size)) {
		w->all = false;
	} else if (inner->text_max != 0) {
		start_run(w, l, f,
		    (struct run){.size = 4 + inner->text_max,
			.stride = inner->size,
			.text_max = inner->text_max,
			.count = count,
			.is_array = f->info != 0,
			.bit = -1,
			.name_n = name_n});
	} else {
		enter(w, &next);
	}
}

static void
run_member(
    struct walk *w, const struct level *l, struct cip_member *f, size_t name_n)
{
	const struct cip_type *t = cip_type(f->type & 0x0fff);
	struct run run = {.type = t, .count = 1, .bit = -1, .name_n = name_n};

	if (t == NULL) {
		w->all = false;
		return;
	}
	run.size = run.stride = t->size;
	if (t->kind == 'b') {
		/* Bits of an integer count on through its bytes. */
		run.bit = f->info % 8;
		f->offset += f->info / 8;
	} else if (f->info != 0) {
		run.is_array = true;
		run.count = f->info;
	}
	start_run(w, l, f, run);
}

static void
step(struct walk *w)
{
	struct level *l = &w->level[w->depth - 1];
	struct cip_member f;
	size_t name_n;

	if (rd_left(&l->page) == 0) {
		turn(w, l);
		return;
	}
	if (!cip_layout_member(&l->page, &f)) {
		w->all = false;
		w->depth--;
		return;
	}
	if (element_at(l) + f.offset >= w->to) {
		return;
	}
	name_n = put_member(w, l->name_n, f.name);
	if (name_n == 0) {
		w->all = false;
	} else if (f.type & 0x8000) {
		enter_member(w, l, &f, name_n);
	} else {
		/* Bits 13 and 14 say that it is an array, as info does. */
		f.type &= 0x0fff;
		run_member(w, l, &f, name_n);
	}
}

/* The next of a run, where it is all here. */
static bool
take(struct walk *w, struct value *ret)
{
	struct run *run = &w->run;
	uint64_t at = run->at + (uint64_t)run->index * run->stride;
	struct rd r = w->data;

	if (at >= w->to) {
		run->index = run->count;
		return false;
	}
	*ret = (struct value){.name = w->name,
	    .name_n = run->name_n,
	    .type = run->type,
	    .text_max = run->text_max,
	    .bit = run->bit};
	if (run->is_array) {
		ret->name_n = run->is_top
				  ? cip_element_name(w->m, w->name, run->index)
				  : put_index(w, run->name_n, run->index);
	}
	run->index++;
	if (at + run->size <= w->from) {
		return false;
	}
	if (at < w->from || at + run->size > w->to) {
		w->all = false;
		return false;
	}
	rd_skip(&r, (size_t)(at - w->from));
	ret->bytes = rd_sub(&r, run->size);
	return true;
}

static bool
next(struct walk *w, struct value *ret)
{
	while (w->steps > 0) {
		w->steps--;
		if (w->run.index < w->run.count) {
			if (take(w, ret)) {
				return true;
			}
		} else if (w->depth > 0) {
			step(w);
		} else {
			return false;
		}
	}
	w->all = false;
	return false;
}

/* --- the whole ------------------------------------------------------------------ */

/* Where the layout cannot be that of the data, or nobody knows it: NULL. */
static const struct cip_layout *
layout_of(const struct cip_msg *m, const struct cip_part *p)
{
	const struct cip_layout *l;
	uint64_t size, end = (uint64_t)p->offset + rd_left(&p->data);

	if (m->path.symbol_len == 0 || rd_left(&p->data) == 0) {
		return NULL;
	}
	l = cip_layout_of_handle(m, p->handle);
	if (l == NULL) {
		return NULL;
	}
	size = (uint64_t)l->size * p->count;
	return end > size || (p->whole && end != size) ? NULL : l;
}

static void
start(struct walk *w, const struct cip_msg *m, const struct cip_part *p,
    const struct cip_layout *l)
{
	const struct level top = {.layout = l,
	    .count = p->count,
	    .is_array = p->count > 1,
	    .array_n = m->path.symbol_len};

	w->m = m;
	w->from = p->offset;
	w->to = w->from + rd_left(&p->data);
	w->data = p->data;
	w->steps = STEPS;
	w->depth = 0;
	w->all = true;
	w->run = (struct run){.size = 4 + l->text_max,
	    .stride = l->size,
	    .text_max = l->text_max,
	    .count = p->count,
	    .is_array = p->count > 1,
	    .is_top = true,
	    .bit = -1,
	    .name_n = m->path.symbol_len};
	memcpy(w->name, m->path.symbol, m->path.symbol_len);
	if (l->text_max != 0) {
		w->run.index = first_here(w, 0, l->size);
	} else {
		w->run.index = w->run.count;
		enter(w, &top);
	}
}

static void
tell_value(struct ev *e, const struct value *v)
{
	struct rd r = v->bytes;

	if (v->type == NULL) {
		cip_tell_text(e, EVF_VALUE, r, v->text_max);
	} else if (v->bit >= 0) {
		ev_uint(e, EVF_VALUE, rd_u8(&r) >> v->bit & 1);
	} else {
		cip_tell_elementary(e, EVF_VALUE, v->type, &r);
	}
}

/* A name that lasts as long as the event; NULL: there is no room for it. */
static const char *
keep_name(struct cip_room *room, const char *name, size_t n)
{
	char *text = room->text + room->n;

	if (n > sizeof(room->text) - room->n) {
		return NULL;
	}
	memcpy(text, name, n);
	room->n += n;
	return text;
}

static bool
tell_listed(struct cip_msg *m, struct ev *e, const struct value *v)
{
	const char *name = keep_name(m->room, v->name, v->name_n);

	if (name == NULL) {
		return false;
	}
	ev_object(e, EVF_ELEM);
	ev_bytes(e, EVF_NAME, EV_T_TEXT, name, v->name_n);
	tell_value(e, v);
	ev_end(e);
	return true;
}

bool
cip_tell_members(struct cip_msg *m, struct ev *e, const struct cip_part *p)
{
	const struct cip_layout *l = layout_of(m, p);
	unsigned told = 0, there = 0;
	struct walk w;
	struct value v;
	const char *name;
	bool more;

	if (l == NULL || cip_is_brief(m)) {
		return l != NULL;
	}
	name = keep_name(m->room, l->name, l->name_len);
	if (name != NULL) {
		ev_bytes(e, CIPF_STRUCTURE, EV_T_TEXT, name, l->name_len);
	}
	start(&w, m, p, l);
	more = next(&w, &v);
	if (!more) {
		return false;
	}
	ev_array(e, CIPF_VALUES);
	for (; more; more = next(&w, &v)) {
		there++;
		told += there <= TOLD_MAX && told + 1 == there &&
			tell_listed(m, e, &v);
	}
	ev_end(e);
	if (told != there) {
		ev_uint(e, CIPF_POINTS, there);
	}
	return w.all && told == there;
}

void
cip_more_members(
    struct cip_msg *m, const struct cip_part *p, const char *source)
{
	const struct cip_layout *l = layout_of(m, p);
	struct walk w;
	struct value v;

	if (l == NULL) {
		return;
	}
	start(&w, m, p, l);
	for (unsigned told = 0; told < TOLD_MAX && next(&w, &v); told++) {
		struct ev *e = dis_value(m->ctx, PROTO_CIP, cip_dir(m));

		ev_bytes(e, EVF_OBJECT, EV_T_TEXT, v.name, v.name_n);
		tell_value(e, &v);
		ev_name(e, EVF_SOURCE, source);
		dis_tell_value(m->ctx, e);
	}
}
