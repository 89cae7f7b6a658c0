/*
 * harness: see harness.h.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "dissectors/harness.h"
#include "event/ev_json.h"

/* As in net/stream.c. */
#define CLEAN_CONFIRMS 8
#define SEARCH_WAIT    512

static void *
must_alloc(size_t n)
{
	void *p = calloc(1, n != 0 ? n : 1);

	if (p == NULL) {
		abort();
	}
	return p;
}

/* --- the services -------------------------------------------------------- */

/* What follows the envelope: the kind, and all from "dir" on. */
static void
append(struct harness *h, const char *line, size_t n)
{
	const char *dir = h->full ? NULL : strstr(line, "\"dir\":");
	const char *kind_end = strchr(line, ',');
	size_t room = sizeof(h->out) - h->out_n;
	int len;

	if (dir != NULL && kind_end != NULL) {
		len = snprintf(h->out + h->out_n, room, "%.*s,%s\n",
		    (int)(kind_end - line), line, dir);
	} else {
		len = snprintf(h->out + h->out_n, room, "%.*s\n", (int)n, line);
	}
	if (len < 0 || (size_t)len >= room) {
		h->out[h->out_n] = '\0';
		h->failed = true;
		return;
	}
	h->out_n += (size_t)len;
}

static void
emit(struct dis_ctx *ctx, struct ev *e)
{
	struct harness *h = ctx->arg;
	struct json j;

	assert(e == &h->ev);
	h->events++;
	if (h->quiet) {
		return;
	}
	ev_close(e);
	json_init(&j, h->line, sizeof(h->line) - 1, NULL, NULL);
	ev_json(&j, e, NULL, NULL);
	if (j.err != 0) {
		h->failed = true;
		return;
	}
	h->line[j.used] = '\0';
	append(h, h->line, j.used);
}

static bool
put(struct dis_ctx *ctx, uint64_t key, const void *blob, size_t n)
{
	struct harness *h = ctx->arg;
	struct harness_pending *w;

	assert(n <= DIS_BLOB_MAX);
	if (h->npending == HARNESS_PENDING) {
		h->npending--;
		memmove(h->pending, h->pending + 1,
		    h->npending * sizeof(h->pending[0]));
		h->unanswered++;
	}
	w = &h->pending[h->npending++];
	w->key = key;
	w->frame = ctx->frame;
	w->ts_ns = ctx->ts_ns;
	w->side = ctx->side;
	w->n = (uint8_t)n;
	if (n != 0) {
		memcpy(w->blob, blob, n);
	}
	return true;
}

static bool
take(struct dis_ctx *ctx, uint64_t key, void *ret_blob, size_t n,
    struct dis_pair *ret)
{
	struct harness *h = ctx->arg;

	for (unsigned i = 0; i < h->npending; i++) {
		struct harness_pending *w = &h->pending[i];

		if (w->key != key || w->side == ctx->side) {
			continue;
		}
		if (ret_blob != NULL) {
			memset(ret_blob, 0, n);
			memcpy(ret_blob, w->blob, w->n < n ? w->n : n);
		}
		ret->frame = w->frame;
		ret->ts_ns = w->ts_ns;
		ret->rtt_us = ctx->ts_ns > w->ts_ns
				  ? (uint32_t)((ctx->ts_ns - w->ts_ns) / 1000)
				  : 0;
		h->npending--;
		memmove(w, w + 1, (h->npending - i) * sizeof(*w));
		return true;
	}
	return false;
}

static struct harness_shared *
find_shared(struct harness *h, const void *key, size_t key_n)
{
	assert(key_n <= HARNESS_KEY_MAX);
	for (size_t i = 0; i < HARNESS_SHARED; i++) {
		struct harness_shared *s = &h->shared[i];

		if (s->p != NULL && s->key_n == key_n &&
		    memcmp(s->key, key, key_n) == 0) {
			return s;
		}
	}
	return NULL;
}

static void *
shared(
    struct dis_ctx *ctx, const void *key, size_t key_n, size_t size, bool make)
{
	struct harness *h = ctx->arg;
	struct harness_shared *s = find_shared(h, key, key_n);

	if (s != NULL || !make) {
		return s != NULL ? s->p : NULL;
	}
	for (size_t i = 0; i < HARNESS_SHARED; i++) {
		s = &h->shared[i];
		if (s->p == NULL) {
			s->p = must_alloc(size);
			memcpy(s->key, key, key_n);
			s->key_n = key_n;
			return s->p;
		}
	}
	return NULL;
}

static void
shared_drop(struct dis_ctx *ctx, const void *key, size_t key_n)
{
	struct harness_shared *s = find_shared(ctx->arg, key, key_n);

	if (s != NULL) {
		free(s->p);
		s->p = NULL;
	}
}

/* Its blocks stay: they are large, and most fragments are small. */
static void
reasm_clear(struct harness_reasm *m)
{
	if (m->there != NULL) {
		memset(m->there, 0, m->end);
	}
	m->used = m->done = false;
	m->end = m->total = 0;
}

static struct harness_reasm *
find_reasm(struct harness *h, const void *key, size_t key_n)
{
	struct harness_reasm *unused = NULL;

	assert(key_n <= HARNESS_KEY_MAX);
	for (size_t i = 0; i < HARNESS_REASM; i++) {
		struct harness_reasm *m = &h->reasm[i];

		if (!m->used) {
			unused = m;
		} else if (!m->done && m->key_n == key_n &&
			   memcmp(m->key, key, key_n) == 0) {
			return m;
		}
	}
	if (unused != NULL) {
		if (unused->bytes == NULL) {
			unused->bytes = must_alloc(DIS_NEED_MAX);
			unused->there = must_alloc(DIS_NEED_MAX);
		}
		unused->used = true;
		memcpy(unused->key, key, key_n);
		unused->key_n = key_n;
	}
	return unused;
}

static enum dis_rc
reassemble(struct dis_ctx *ctx, const void *key, size_t key_n, uint32_t off,
    struct rd piece, bool last, struct rd *ret_whole)
{
	struct harness *h = ctx->arg;
	struct harness_reasm *m = find_reasm(h, key, key_n);
	size_t n = rd_left(&piece);

	if (m == NULL) {
		return DIS_BAD;
	}
	if (off > DIS_NEED_MAX || n > DIS_NEED_MAX - off) {
		reasm_clear(m);
		return DIS_BAD;
	}
	if (n != 0) {
		memcpy(m->bytes + off, rd_bytes(&piece, n), n);
		memset(m->there + off, 1, n);
		m->end = off + n > m->end ? off + n : m->end;
	}
	if (last) {
		m->total = off + n;
	}
	if (m->total == 0 || memchr(m->there, 0, m->total) != NULL) {
		return DIS_MORE;
	}
	m->done = true;
	*ret_whole = rd_make(m->bytes, m->total);
	return DIS_OK;
}

static enum dis_rc
inner(struct dis_ctx *ctx, uint16_t proto, struct rd *in, void *state)
{
	struct harness *h = ctx->arg;
	const struct dissector *d = NULL;
	void *outer = ctx->state;
	enum dis_rc rc = DIS_OK;

	for (size_t i = 0; i < HARNESS_INNER && h->inner[i] != NULL; i++) {
		d = h->inner[i]->proto == proto ? h->inner[i] : d;
	}
	if (d == NULL || ctx->depth >= HARNESS_DEPTH) {
		return DIS_NOT_MINE;
	}
	ctx->depth++;
	ctx->state = state;
	while (rd_left(in) > 0 && rc == DIS_OK) {
		rc = d->parse(ctx, in);
	}
	ctx->state = outer;
	ctx->depth--;
	return rc;
}

static bool
known(struct dis_ctx *ctx, const struct ev *e)
{
	struct harness *h = ctx->arg;

	assert(e == &h->ev && e->kind == EV_VALUE);
	return h->asked++ & 1;
}

static bool
fresh(struct dis_ctx *ctx, const struct dis_reading *r)
{
	struct harness *h = ctx->arg;

	assert(r->name != NULL && r->name[0] != '\0' && r->proto != 0);
	h->reading = *r;
	return h->asked++ & 1;
}

static bool
wanted(struct dis_ctx *ctx, const struct dis_pair *p)
{
	struct harness *h = ctx->arg;

	assert(p->frame <= ctx->frame);
	return h->asked++ & 1;
}

static void
answered(struct dis_ctx *ctx, const struct dis_pair *p)
{
	(void)ctx;
	(void)p;
}

#define SERVICES                                                  \
	.emit = emit, .put = put, .take = take, .shared = shared, \
	.shared_drop = shared_drop, .reassemble = reassemble, .inner = inner

static const struct dis_services services = {SERVICES};

static const struct dis_services filter_services = {SERVICES, .known = known,
    .fresh = fresh, .answered = answered, .wanted = wanted};

/* --- the flow ------------------------------------------------------------ */

static void
hints(const struct harness *h, uint8_t side, bool *to, bool *from)
{
	*to = *from = false;
	for (size_t i = 0; i < DIS_HINTS_MAX; i++) {
		const struct dis_match *m = &h->d->hints[i];

		if (m->port == 0 || m->transport != h->ctx.transport) {
			continue;
		}
		*to |= h->port[!side] == m->port;
		*from |= h->port[side] == m->port;
	}
}

static enum dis_rc
probe(struct harness *h, uint8_t side, const struct rd *r, bool searching,
    size_t *ret_len)
{
	struct dis_probe pr = {.transport = h->ctx.transport,
	    .cut = h->ctx.cut,
	    .searching = searching,
	    .ret_len = ret_len};
	enum dis_rc rc;

	hints(h, side, &pr.to_hint, &pr.from_hint);
	pr.hinted = pr.to_hint || pr.from_hint;
	rc = h->d->probe(*r, &pr);
	assert(rc != DIS_BAD);
	return rc;
}

/* One call of parse, held to the contract. */
static enum dis_rc
parse(struct harness *h, uint8_t side, struct rd *r)
{
	struct ev_end src = h->end[side], dst = h->end[!side];
	struct harness_side *s = &h->side[side];
	struct dis_ctx *ctx = &h->ctx;
	const uint8_t *at = r->p, *end = r->end;
	unsigned events = h->events;
	enum dis_rc rc;

	src.port = h->port[side];
	dst.port = h->port[!side];
	ctx->side = side;
	if (ctx->client == DIS_SIDE_UNKNOWN) {
		ctx->client = ctx->opened;
	}
	hints(h, side, &ctx->to_hint, &ctx->from_hint);
	ctx->hinted = ctx->to_hint || ctx->from_hint;
	ctx->after_gap = s->after_gap;
	ctx->need = 0;
	ctx->done = DIS_GOES_ON;
	ctx->brief = h->brief;
	ctx->ts_ns = h->ts_ns;
	ctx->frame = h->frame;
	ctx->state = h->state;
	ctx->src = &src;
	ctx->dst = &dst;
	ctx->sv = h->filtered ? &filter_services : &services;
	ctx->arg = h;
	ctx->ev = &h->ev;
	rc = h->d->parse(ctx, r);
	assert(r->end == end && r->p >= at && r->p <= end &&
	       (ctx->done != DIS_SIDE_DONE || r->p > at));
	h->done |= ctx->done == DIS_ALL_DONE;
	s->done |= ctx->done == DIS_SIDE_DONE;
	switch (rc) {
	case DIS_OK:
		assert(r->p > at);
		s->after_gap = false;
		h->ok++;
		if (++s->clean >= CLEAN_CONFIRMS) {
			ctx->confirmed = true;
		}
		break;
	case DIS_MORE:
		assert(r->p == at && h->events == events);
		assert(ctx->need == 0 || ctx->need > rd_left(r));
		h->more++;
		break;
	case DIS_BAD:
		s->clean = 0;
		h->bad++;
		break;
	case DIS_NOT_MINE:
		assert(r->p == at && h->events == events);
		h->not_mine++;
		break;
	}
	return rc;
}

/*
 * Of all that looks like a header in what is at hand, the one whose PDU ends
 * first.  False: *r stands where one may begin.
 */
static bool
search(struct harness *h, uint8_t side, struct rd *r)
{
	size_t left = rd_left(r), best = left, end = SIZE_MAX, maybe = left;
	struct rd at = *r;

	for (size_t off = 0; off < left && off < end; off++) {
		size_t len = 0;
		enum dis_rc rc = probe(h, side, &at, true, &len);

		if (rc == DIS_OK && off + len < end) {
			best = off;
			end = off + len;
		}
		if (rc != DIS_NOT_MINE && maybe == left) {
			maybe = off;
		}
		rd_skip(&at, 1);
	}
	/* Not all there: another may yet end before it. */
	if (end > left && end - best <= SEARCH_WAIT) {
		best = left;
		end = SIZE_MAX;
	}
	if (best == left) {
		best = left - maybe >= SEARCH_WAIT ? maybe + 1 : maybe;
	}
	rd_skip(r, best);
	h->skipped += (unsigned)best;
	return end != SIZE_MAX;
}

/* The first bytes after a gap are often a PDU's; then it is searched for. */
static bool
resync(struct harness *h, uint8_t side, struct rd *r)
{
	struct harness_side *s = &h->side[side];

	if (s->fresh) {
		enum dis_rc rc = probe(h, side, r, false, NULL);

		if (rc == DIS_MORE && rd_left(r) < SEARCH_WAIT) {
			return false;
		}
		s->fresh = false;
		s->searching = rc != DIS_OK;
	}
	if (s->searching && search(h, side, r)) {
		s->searching = false;
	}
	return !s->searching;
}

/* The first bytes leniently; what follows on its own port is searched. */
static bool
claim(struct harness *h, uint8_t side, struct rd *r)
{
	struct harness_side *s = &h->side[side];
	bool to, from;

	hints(h, side, &to, &from);
	if (!s->looked) {
		enum dis_rc rc = probe(h, side, r, false, NULL);

		h->claimed = rc == DIS_OK;
		if (rc != DIS_NOT_MINE) {
			return h->claimed;
		}
		h->not_mine++;
		s->looked = to || from;
	}
	if (s->looked) {
		h->claimed = search(h, side, r);
	} else {
		(void)rd_rest(r);
	}
	return h->claimed;
}

static void
run_stream(struct harness *h, uint8_t side, struct rd *r)
{
	struct harness_side *s = &h->side[side];

	s->need = 0;
	if (!h->claimed && !claim(h, side, r)) {
		return;
	}
	while (rd_left(r) > 0 && !h->done && !s->done) {
		const uint8_t *at;
		enum dis_rc rc;

		if (s->searching && !resync(h, side, r)) {
			return;
		}
		at = r->p;
		rc = parse(h, side, r);
		if (rc == DIS_MORE) {
			s->need = h->ctx.need;
			return;
		}
		if (rc != DIS_OK && r->p == at) {
			rd_skip(r, 1);
			h->skipped++;
			s->searching = true;
		}
	}
	if (s->done) {
		(void)rd_rest(r);
	}
}

/* Keeps what is left of the held bytes, in a block of exactly its size. */
static void
hold_rest(struct harness_side *s, const struct rd *r)
{
	uint8_t *rest = NULL;
	size_t n = rd_left(r);

	if (n == s->n) {
		return;
	}
	if (n != 0) {
		rest = must_alloc(n);
		memcpy(rest, r->p, n);
	}
	free(s->held);
	s->held = rest;
	s->n = n;
}

/* What is held and what is new, in one block of exactly that size. */
static void
stream_piece(struct harness *h, uint8_t side, const uint8_t *p, size_t n)
{
	struct harness_side *s = &h->side[side];
	struct rd r;

	s->held = realloc(s->held, s->n + n);
	if (s->held == NULL) {
		abort();
	}
	memcpy(s->held + s->n, p, n);
	s->n += n;
	if (s->need > s->n) {
		return;
	}
	r = rd_make(s->held, s->n);
	run_stream(h, side, &r);
	hold_rest(s, &r);
}

static void
datagram(struct harness *h, uint8_t side, const uint8_t *p, size_t n)
{
	uint8_t *block = must_alloc(n);
	struct rd r;

	memcpy(block, p, n);
	r = rd_make(block, n);
	if (!h->claimed && probe(h, side, &r, false, NULL) == DIS_OK) {
		h->claimed = true;
	}
	if (!h->claimed) {
		h->not_mine++;
		(void)rd_rest(&r);
	}
	while (rd_left(&r) > 0) {
		const uint8_t *at = r.p;

		if (parse(h, side, &r) != DIS_OK && r.p == at) {
			break;
		}
	}
	free(block);
}

void
harness_send(struct harness *h, uint8_t side, const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t step = h->segment != 0 ? h->segment : n;

	h->frame++;
	for (size_t i = 0; i < HARNESS_REASM; i++) {
		if (h->reasm[i].done) {
			reasm_clear(&h->reasm[i]);
		}
	}
	if (h->ctx.transport != DIS_TCP) {
		datagram(h, side, b, n);
		return;
	}
	for (size_t i = 0; i < n && !h->done; i += step) {
		stream_piece(h, side, b + i, n - i < step ? n - i : step);
	}
}

size_t
harness_unhex(const char *digits, void *ret, size_t size)
{
	static const char all[] = "0123456789abcdef";
	uint8_t *bytes = ret, byte = 0;
	size_t n = 0;

	for (; *digits != '\0'; digits++) {
		const char *at = strchr(all, *digits);

		if (at == NULL) {
			continue;
		}
		assert(n / 2 < size);
		byte = (uint8_t)(byte << 4 | (at - all));
		bytes[n++ / 2] = byte;
	}
	assert(n % 2 == 0);
	return n / 2;
}

void
harness_hex(struct harness *h, uint8_t side, const char *digits)
{
	size_t room = strlen(digits) / 2 + 1;
	uint8_t *bytes = must_alloc(room);

	harness_send(h, side, bytes, harness_unhex(digits, bytes, room));
	free(bytes);
}

void
harness_send_cut(struct harness *h, uint8_t side, const void *p, size_t n)
{
	h->ctx.cut = true;
	harness_send(h, side, p, n);
	h->ctx.cut = false;
}

void
harness_send_dup(struct harness *h, uint8_t side, const void *p, size_t n)
{
	h->ctx.dup = true;
	harness_send(h, side, p, n);
	h->ctx.dup = false;
}

void
harness_gap(struct harness *h, uint8_t side)
{
	struct harness_side *s = &h->side[side];

	free(s->held);
	s->held = NULL;
	s->n = s->need = 0;
	s->after_gap = s->searching = s->fresh = true;
}

/* --- its life ------------------------------------------------------------ */

static void
set_end(struct ev_end *e, uint8_t last, uint16_t port)
{
	const uint8_t mac[6] = {0x02, 0, 0, 0, 0, last};
	const uint8_t ip[4] = {10, 0, 0, last};

	memcpy(e->mac, mac, sizeof(mac));
	memcpy(e->ip.a, ip, sizeof(ip));
	e->has_mac = e->has_port = true;
	e->ipver = 4;
	e->port = port;
}

static void
forget(struct harness *h)
{
	for (int i = 0; i < 2; i++) {
		free(h->side[i].held);
		h->side[i] = (struct harness_side){0};
	}
	for (size_t i = 0; i < HARNESS_SHARED; i++) {
		free(h->shared[i].p);
		h->shared[i] = (struct harness_shared){0};
	}
	for (size_t i = 0; i < HARNESS_REASM; i++) {
		reasm_clear(&h->reasm[i]);
	}
}

void
harness_reset(struct harness *h)
{
	uint8_t transport = h->ctx.transport;

	forget(h);
	memset(&h->ctx, 0, sizeof(h->ctx));
	memset(h->state, 0, sizeof(h->state));
	h->ctx.transport = transport;
	h->ctx.client = h->ctx.opened = DIS_SIDE_UNKNOWN;
	h->claimed = h->done = h->failed = false;
	h->events = h->asked = h->ok = h->bad = h->more = 0;
	h->not_mine = h->skipped = h->unanswered = 0;
	h->npending = 0;
	h->frame = 0;
	h->out_n = 0;
	h->out[0] = '\0';
}

struct harness *
harness_new(const struct dissector *d, uint8_t transport)
{
	struct harness *h = must_alloc(sizeof(*h));

	assert(d->state_size <= DIS_STATE_MAX);
	h->d = d;
	h->ctx.transport = transport;
	h->port[0] = 49152;
	for (size_t i = DIS_HINTS_MAX; i-- > 0;) {
		if (d->hints[i].port != 0 &&
		    d->hints[i].transport == transport) {
			h->port[1] = d->hints[i].port;
		}
	}
	set_end(&h->end[0], 1, h->port[0]);
	set_end(&h->end[1], 2, h->port[1]);
	h->ev.f = h->fields;
	h->ev.max_fields = EV_FIELDS_MAX;
	ev_proto_register(d->proto, d->fields);
	harness_reset(h);
	return h;
}

void
harness_free(struct harness *h)
{
	if (h != NULL) {
		forget(h);
		for (size_t i = 0; i < HARNESS_REASM; i++) {
			free(h->reasm[i].bytes);
			free(h->reasm[i].there);
		}
		free(h);
	}
}

void
harness_add_inner(struct harness *h, const struct dissector *d)
{
	for (size_t i = 0; i < HARNESS_INNER; i++) {
		if (h->inner[i] == NULL) {
			h->inner[i] = d;
			ev_proto_register(d->proto, d->fields);
			return;
		}
	}
	abort();
}

const char *
harness_take(struct harness *h)
{
	assert(!h->failed);
	memcpy(h->taken, h->out, h->out_n + 1);
	h->out_n = 0;
	h->out[0] = '\0';
	return h->taken;
}

const char *
harness_quote(struct harness *h, const char *text)
{
	size_t n = strlen(text);

	assert(n < sizeof(h->quoted));
	for (size_t i = 0; i <= n; i++) {
		h->quoted[i] = text[i] == '\'' ? '"' : text[i];
	}
	return h->quoted;
}

bool
harness_has(struct harness *h, const char *text)
{
	return strstr(h->out, harness_quote(h, text)) != NULL;
}

unsigned
harness_waiting(const struct harness *h)
{
	return h->npending;
}
