/*
 * outbox_msg: see outbox_msg.h.  Numbers are little-endian.
 *
 *	ASK   u32 number  u8 form  u16 max  u64 after  u64 sent
 *	      u8 length  event  u64 total[OUTBOX_TOTALS]
 *	GIVE  u32 number  u64 waiting  u16 n  n times:
 *	      u64 id  u8 length  event  u16 length  message
 */
#include <assert.h>
#include <string.h>

#include "run/outbox_msg.h"

#define GIVE_HEADER 14 /* number, waiting, n */
#define GIVE_N_AT   12

static size_t
put_num(uint8_t *p, size_t at, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		p[at + i] = (uint8_t)(v >> (8 * i));
	}
	return at + bytes;
}

static size_t
put_event(uint8_t *p, size_t at, const char *event)
{
	size_t n = strlen(event);

	at = put_num(p, at, n, 1);
	memcpy(p + at, event, n);
	return at + n;
}

/* Letters, digits, dots: as store makes them.  Empty is for the caller. */
static void
get_event(struct rd *r, char ret[OUTBOX_EVENT_MAX])
{
	size_t n = rd_u8(r);
	const uint8_t *p;

	memset(ret, 0, OUTBOX_EVENT_MAX);
	if (n >= OUTBOX_EVENT_MAX) {
		rd_fail(r);
		return;
	}
	p = rd_bytes(r, n);
	for (size_t i = 0; p != NULL && i < n; i++) {
		if (p[i] <= ' ' || p[i] >= 0x7f) {
			rd_fail(r);
			return;
		}
		ret[i] = (char)p[i];
	}
}

/* Row numbers are positive in SQLite as we use it. */
static int64_t
get_id(struct rd *r)
{
	uint64_t v = rd_le64(r);

	if (v > INT64_MAX) {
		rd_fail(r);
		return 0;
	}
	return (int64_t)v;
}

size_t
outbox_ask_encode(uint8_t buf[OUTBOX_ASK_MAX], const struct outbox_ask *a)
{
	size_t n = 0;

	n = put_num(buf, n, a->number, 4);
	n = put_num(buf, n, a->form, 1);
	n = put_num(buf, n, a->max, 2);
	n = put_num(buf, n, (uint64_t)a->after, 8);
	n = put_num(buf, n, (uint64_t)a->sent, 8);
	n = put_event(buf, n, a->event);
	for (int i = 0; i < OUTBOX_TOTALS; i++) {
		n = put_num(buf, n, a->total[i], 8);
	}
	assert(n <= OUTBOX_ASK_MAX);
	return n;
}

int
outbox_ask_decode(struct rd r, struct outbox_ask *ret)
{
	struct outbox_ask a = {0};

	a.number = rd_le32(&r);
	a.form = rd_u8(&r);
	a.max = rd_le16(&r);
	a.after = get_id(&r);
	a.sent = get_id(&r);
	get_event(&r, a.event);
	for (int i = 0; i < OUTBOX_TOTALS; i++) {
		a.total[i] = rd_le64(&r);
	}
	if (!rd_ok(&r) || rd_left(&r) != 0 || a.form >= MESSAGE_FORMS ||
	    a.max > OUTBOX_BATCH_MAX || a.sent > a.after ||
	    (a.sent == 0) != (a.event[0] == '\0')) {
		return ERR_PEER;
	}
	*ret = a;
	return 0;
}

void
outbox_give_start(
    struct outbox_give *g, uint8_t *buf, uint32_t number, uint64_t waiting)
{
	g->buf = buf;
	g->n = 0;
	g->used = put_num(buf, 0, number, 4);
	g->used = put_num(buf, g->used, waiting, 8);
	g->used = put_num(buf, g->used, 0, 2);
	assert(g->used == GIVE_HEADER);
}

bool
outbox_give_add(struct outbox_give *g, const struct outbox_mail *m)
{
	size_t event = strlen(m->event);
	size_t need = 8 + 1 + event + 2 + m->len;

	assert(event < OUTBOX_EVENT_MAX && m->len <= MESSAGE_MAX);
	if (g->n == OUTBOX_BATCH_MAX || need > CHAN_BODY_MAX - g->used) {
		return false;
	}
	g->used = put_num(g->buf, g->used, (uint64_t)m->id, 8);
	g->used = put_event(g->buf, g->used, m->event);
	g->used = put_num(g->buf, g->used, m->len, 2);
	memcpy(g->buf + g->used, m->msg, m->len);
	g->used += m->len;
	g->n++;
	return true;
}

size_t
outbox_give_end(struct outbox_give *g)
{
	(void)put_num(g->buf, GIVE_N_AT, g->n, 2);
	return g->used;
}

bool
outbox_batch_next(struct outbox_batch *b, struct outbox_mail *ret)
{
	struct outbox_mail m = {0};

	if (rd_left(&b->rest) == 0) {
		return false;
	}
	m.id = get_id(&b->rest);
	get_event(&b->rest, m.event);
	m.len = rd_le16(&b->rest);
	if (m.len > MESSAGE_MAX) {
		rd_fail(&b->rest);
	}
	m.msg = rd_bytes(&b->rest, m.len);
	if (!rd_ok(&b->rest)) {
		return false;
	}
	*ret = m;
	return true;
}

int
outbox_give_decode(struct rd r, struct outbox_batch *ret)
{
	struct outbox_batch b = {0}, look;
	struct outbox_mail m;
	int64_t last = 0;
	uint16_t n = 0;

	b.number = rd_le32(&r);
	b.waiting = rd_le64(&r);
	b.n = rd_le16(&r);
	b.rest = r;
	look = b;
	while (outbox_batch_next(&look, &m)) {
		if (m.id <= last || m.event[0] == '\0' || m.len == 0) {
			return ERR_PEER;
		}
		last = m.id;
		n++;
	}
	if (!rd_ok(&look.rest) || n != b.n || n > OUTBOX_BATCH_MAX) {
		return ERR_PEER;
	}
	*ret = b;
	return 0;
}
