/*
 * layouts: how structures lie in memory, kept in shared state from when a
 * controller says so until a client reads or writes one ([L]).
 *
 *	controller    which of its programs is the last that was seen
 *	template      its attributes; its handle, name, how many pages
 *	page          members, one behind the other, hidden ones left out:
 *	              bits or elements (2) | type (2) | offset (4) | length | name
 *	handle        the templates that have it
 *
 * A tag's data say their handle, a CRC of the definition: a layout counts for
 * data of its own handle alone, and of two that have the same neither does; nor
 * does then one that the program at hand was not seen to have.
 * A member names its structure by instance, which another program gives to
 * another one: programs are numbered, each time something of a template is not
 * what it was, and a structure takes its members' layouts from those programs
 * alone in which it was seen itself.
 */
#include "dissectors/cip/cip.h"

#define PAGES_MAX  24
#define PAGE_BYTES 176
#define RECORD     9  /* of a member, without its name */
#define NAME_LIMIT 80 /* Logix has 40 */

struct program {
	uint32_t number; /* 0: none was seen */
};

struct page {
	uint64_t sum; /* of the definition that it is of */
	uint8_t n;
	uint8_t bytes[PAGE_BYTES];
};

struct handle {
	uint32_t instance[2]; /* 0: none; the last that was kept first */
	bool twice;           /* there were two definitions with it */
};

_Static_assert(sizeof(struct cip_layout) <= 192, "more than is shared");
_Static_assert(sizeof(struct page) <= 192, "more than is shared");
_Static_assert(RECORD + NAME_LIMIT <= PAGE_BYTES, "a member must fit");

void
cip_layout_key(const struct cip_msg *m, char kind, uint64_t what,
    uint8_t ret[CIP_LAYOUT_KEY])
{
	const struct ev_end *target = m->request ? m->ctx->dst : m->ctx->src;
	uint64_t hash = cip_mix(what, target->port);

	hash = cip_mix_bytes(hash, m->call->route, m->call->route_len);
	ret[0] = (uint8_t)kind;
	memcpy(ret + 1, &hash, sizeof(hash));
	hash = cip_mix_bytes(hash, target->ip.a, target->ipver == 6 ? 16 : 4);
	memcpy(ret + 9, &hash, sizeof(hash));
}

static void *
get(const struct cip_msg *m, char kind, uint64_t what, size_t size, bool make)
{
	uint8_t key[CIP_LAYOUT_KEY];

	cip_layout_key(m, kind, what, key);
	return m->ctx->sv->shared(m->ctx, key, sizeof(key), size, make);
}

static struct cip_layout *
get_layout(const struct cip_msg *m, uint32_t instance, bool make)
{
	return get(m, 'Y', instance, sizeof(struct cip_layout), make);
}

static struct page *
get_page(const struct cip_msg *m, uint32_t instance, unsigned no, bool make)
{
	return get(
	    m, 'M', (uint64_t)instance << 8 | no, sizeof(struct page), make);
}

/* --- programs ------------------------------------------------------------- */

/* Counted on from the time: what was kept under a number that nobody remembers
 * must not come back. */
static struct program *
program(const struct cip_msg *m)
{
	struct program *p = get(m, 'G', 0, sizeof(*p), true);

	if (p != NULL && p->number == 0) {
		p->number = (uint32_t)(m->ctx->ts_ns / 1000000000u) | 1;
	}
	return p;
}

void
cip_layouts_change(const struct cip_msg *m)
{
	struct program *p = get(m, 'G', 0, sizeof(*p), false);

	if (p != NULL) {
		p->number++;
	}
}

/* What differs from the program at hand is of the next one; what differs from
 * one before has only not been read since. */
static void
change(struct cip_layout *l, struct program *p)
{
	if (l->last == p->number) {
		p->number++;
	}
	l->first = l->last = p->number;
	l->kept = false;
}

/* --- what templates say ----------------------------------------------------- */

static bool
is_same(const struct cip_layout *a, const struct cip_layout *b)
{
	return a->words == b->words && a->members == b->members &&
	       (!a->has_handle || !b->has_handle || a->handle == b->handle) &&
	       (a->size == 0 || b->size == 0 || a->size == b->size);
}

void
cip_layout_said(const struct cip_msg *m, const struct cip_layout *said)
{
	struct program *p = program(m);
	struct cip_layout *l = get_layout(m, m->path.instance, true);

	if (l == NULL || p == NULL) {
		return;
	}
	if (l->words == 0) {
		l->first = p->number;
	} else if (!is_same(l, said)) {
		change(l, p);
		l->has_handle = false;
		l->size = 0;
	}
	l->last = p->number;
	l->instance = m->path.instance;
	l->words = said->words;
	l->members = said->members;
	if (said->has_handle && !l->has_handle) {
		l->has_handle = true;
		l->handle = said->handle;
		l->kept = false;
	}
	l->size = said->size != 0 ? said->size : l->size;
}

const struct cip_layout *
cip_layout_at(const struct cip_msg *m)
{
	return get_layout(m, m->path.instance, false);
}

/* [L]: members that hold the bits of others, and the system's own. */
static bool
is_hidden(struct rd name)
{
	static const char host[] = "ZZZZZZZZZZ";
	size_t n = rd_left(&name);

	return (n >= 2 && memcmp(name.p, "__", 2) == 0) ||
	       (n >= sizeof(host) - 1 &&
		   memcmp(name.p, host, sizeof(host) - 1) == 0);
}

static bool
is_name(struct rd name)
{
	if (rd_left(&name) == 0 || rd_left(&name) > NAME_LIMIT) {
		return false;
	}
	while (rd_left(&name) > 0) {
		uint8_t c = rd_u8(&name);

		if (c <= ' ' || c > '~') {
			return false;
		}
	}
	return true;
}

/* What is written page by page. */
struct writer {
	const struct cip_msg *m;
	struct cip_layout *l;
	struct page page;
	unsigned seen;
	uint32_t text_max; /* of DATA, if the first two are LEN and that */
	bool has_len;
};

static bool
flush(struct writer *w)
{
	struct page *p = w->page.n != 0 && w->l->pages < PAGES_MAX
			     ? get_page(w->m, w->l->instance, w->l->pages, true)
			     : NULL;

	if (p == NULL) {
		return w->page.n == 0;
	}
	*p = w->page;
	w->l->pages++;
	w->page.n = 0;
	return true;
}

static void
look_for_text(struct writer *w, struct rd record, struct rd name)
{
	unsigned info = rd_le16(&record), type = rd_le16(&record) & 0x80ff;
	uint32_t offset = rd_le32(&record);
	size_t n = rd_left(&name);

	w->seen++;
	if (w->seen == 1) {
		w->has_len = n == 3 && memcmp(name.p, "LEN", 3) == 0 &&
			     type == 0xc4 && info == 0 && offset == 0;
	} else if (w->seen == 2 && w->has_len && n == 4 &&
		   memcmp(name.p, "DATA", 4) == 0 && type == 0xc2 &&
		   offset == 4) {
		w->text_max = info;
	}
}

/* False where there is no room. */
static bool
write_member(struct writer *w, struct rd record, struct rd name)
{
	size_t n = rd_left(&name);

	if (is_hidden(name)) {
		return true;
	}
	look_for_text(w, record, name);
	if (!is_name(name)) {
		w->l->partial = true;
		return true;
	}
	if (w->page.n + RECORD + n > PAGE_BYTES && !flush(w)) {
		return false;
	}
	memcpy(w->page.bytes + w->page.n, record.p, 8);
	w->page.bytes[w->page.n + 8] = (uint8_t)n;
	memcpy(w->page.bytes + w->page.n + RECORD, name.p, n);
	w->page.n = (uint8_t)(w->page.n + RECORD + n);
	return true;
}

static void
keep_name(struct cip_layout *l, struct rd name)
{
	size_t n = rd_left(&name);

	l->name_len = (uint8_t)(n < sizeof(l->name) ? n : sizeof(l->name));
	memcpy(l->name, name.p, l->name_len);
}

/* NULL unless it is kept with that handle still. */
static const struct cip_layout *
with_handle(const struct cip_msg *m, uint32_t instance, unsigned handle)
{
	const struct cip_layout *l =
	    instance != 0 ? get_layout(m, instance, false) : NULL;

	return l != NULL && l->kept && l->has_handle && l->handle == handle
		   ? l
		   : NULL;
}

static void
index_handle(const struct cip_msg *m, const struct cip_layout *l)
{
	struct handle *h =
	    l->has_handle ? get(m, 'H', l->handle, sizeof(*h), true) : NULL;
	const struct cip_layout *other;

	if (h == NULL || h->instance[0] == l->instance) {
		return;
	}
	h->instance[1] = h->instance[0];
	h->instance[0] = l->instance;
	other = with_handle(m, h->instance[1], l->handle);
	h->twice |= other != NULL && other->sum != l->sum;
}

/* True when it was there already, or cannot be. */
static bool
is_known(struct cip_layout *l, struct program *p, uint64_t sum)
{
	if (l == NULL || p == NULL) {
		return true;
	}
	if (l->kept && l->sum == sum) {
		l->last = p->number;
		return true;
	}
	if (l->kept) {
		change(l, p);
	}
	return false;
}

void
cip_layout_keep(const struct cip_msg *m, struct rd whole)
{
	struct program *p = program(m);
	struct cip_layout *l = get_layout(m, m->path.instance, false);
	uint64_t sum = cip_mix_bytes('M', whole.p, rd_left(&whole));
	struct writer w = {.m = m, .l = l, .page = {.sum = sum}};
	struct rd list, name;
	bool room = true;

	if (is_known(l, p, sum)) {
		return;
	}
	list = rd_sub(&whole, 8 * (size_t)l->members);
	name = cip_take_until(&whole, 0);
	l->sum = sum;
	l->pages = 0;
	l->partial = false;
	keep_name(l, cip_take_until(&name, ';'));
	for (unsigned i = 0; i < l->members && room; i++) {
		struct rd record = rd_sub(&list, 8);

		if (!rd_ok(&record) || rd_left(&whole) == 0) {
			return;
		}
		room = write_member(&w, record, cip_take_until(&whole, 0));
	}
	l->partial |= !room || !flush(&w);
	l->text_max =
	    w.seen == 2 && w.text_max < l->size && 4 + w.text_max <= l->size
		? w.text_max
		: 0;
	l->first = l->last = p->number;
	l->kept = true;
	index_handle(m, l);
}

/* --- and what data are told by ---------------------------------------------- */

/* The string that every controller has, whether its template is read or not. */
static const struct cip_layout string = {
    .size = CIP_TEXT_SIZE,
    .text_max = CIP_TEXT_MAX,
    .has_handle = true,
    .handle = CIP_TEXT_HANDLE,
    .kept = true,
    .last = UINT32_MAX,
    .name_len = 6,
    .name = "STRING",
};

const struct cip_layout *
cip_layout_of_handle(const struct cip_msg *m, unsigned handle)
{
	const struct handle *h = get(m, 'H', handle, sizeof(*h), false);
	const struct program *p = get(m, 'G', 0, sizeof(*p), false);
	const struct cip_layout *l, *other;

	if (handle == CIP_TEXT_HANDLE) {
		return &string;
	}
	if (h == NULL || p == NULL) {
		return NULL;
	}
	l = with_handle(m, h->instance[0], handle);
	other = with_handle(m, h->instance[1], handle);
	if (l != NULL && other != NULL && l->sum != other->sum) {
		return NULL;
	}
	l = l != NULL ? l : other;
	return l != NULL && h->twice && l->last != p->number ? NULL : l;
}

const struct cip_layout *
cip_layout_of_member(
    const struct cip_msg *m, const struct cip_layout *outer, uint32_t instance)
{
	const struct cip_layout *l;

	if (instance == CIP_TEXT_HANDLE) { /* it is the number of both */
		return &string;
	}
	l = get_layout(m, instance, false);
	return l != NULL && l->kept && l->size != 0 &&
		       l->first <= outer->last && outer->first <= l->last
		   ? l
		   : NULL;
}

bool
cip_layout_page(const struct cip_msg *m, const struct cip_layout *l,
    unsigned no, struct rd *ret)
{
	const struct page *p =
	    no < l->pages ? get_page(m, l->instance, no, false) : NULL;

	if (p == NULL || p->sum != l->sum) {
		return false;
	}
	*ret = rd_make(p->bytes, p->n);
	return true;
}

bool
cip_layout_member(struct rd *page, struct cip_member *ret)
{
	ret->info = rd_le16(page);
	ret->type = rd_le16(page);
	ret->offset = rd_le32(page);
	ret->name = rd_sub(page, rd_u8(page));
	return rd_ok(page);
}
