/*
 * A sequence of fragments, against a model that keeps one byte for each byte.
 *
 * First byte: 0 = limits that are never reached, and the model must agree;
 * 2 = likewise, with fragments that are long enough to make the largest
 * datagram; else tight limits, and only the invariants are checked.  Then
 * records of four bytes:
 *
 *	more 1, cut 1, expire 1, time 2, datagram 3 | offset / 8, 2 bytes |
 *	length
 *
 * The length counts in 8 bytes modulo 256 where more follow and its top bit is
 * not set, else in bytes; where they are long, in 32 bytes, and one byte less
 * where none follow.  The content follows from the record's place in the
 * input.
 *
 * libFuzzer: -max_len=161 -entropic_scale_per_exec_time=1
 * 40 fragments: more than the tight limits.  Long ones take long to put in
 * their place, 8 bytes at a time, and are tried less often.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/frag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The model's loops are not what is to be covered. */
#ifdef __clang__
#define UNTRACED \
	__attribute__((no_sanitize("coverage", "address", "undefined")))
#else
#define UNTRACED
#endif

/* BYTES_MAX: bytes that one run may put in their place. */
enum { KEYS = 8, MAX = LIMIT_DATAGRAM_MAX, LONG_UNIT = 32, BYTES_MAX = 80000 };

struct model {
	bool active;
	uint64_t born_ns, done_ns;
	uint32_t size, seen, have;
	uint32_t turn; /* has[] holds the turn in which the byte came */
	uint8_t bytes[MAX + 1];
	uint32_t has[MAX + 1];
};

static struct model models[KEYS];

UNTRACED static bool
model_is_bad(const struct pkt *p, uint32_t wire)
{
	return wire == 0 || (p->frag_more && wire % 8 != 0) ||
	       p->frag_off + wire > MAX;
}

UNTRACED static bool
model_fits(const struct model *m, const struct pkt *p, uint32_t end)
{
	if (m->size == 0) {
		return p->frag_more || end >= m->seen;
	}
	return p->frag_more ? end < m->size : end == m->size;
}

/* What frag_push must answer; the same rules, without any cleverness. */
UNTRACED static int
model_push(struct model *m, const struct pkt *p, uint64_t now_ns)
{
	uint32_t n = (uint32_t)rd_left(&p->payload);
	uint32_t wire = n + p->missing, end = p->frag_off + n;

	if (model_is_bad(p, wire)) {
		return ERR_PEER;
	}
	if (p->missing > 0) {
		return 0;
	}
	if (!m->active) {
		if (m->done_ns != 0 && now_ns - m->done_ns <= 10 * NS_PER_MS) {
			return 0;
		}
		m->size = m->seen = m->have = 0;
		m->turn++;
		m->active = true;
		m->born_ns = now_ns;
	}
	if (!model_fits(m, p, end)) {
		return 0;
	}
	m->seen = end > m->seen ? end : m->seen;
	if (!p->frag_more) {
		m->size = end;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (m->has[p->frag_off + i] != m->turn) {
			m->has[p->frag_off + i] = m->turn;
			m->bytes[p->frag_off + i] = p->payload.p[i];
			m->have++;
		}
	}
	if (m->size == 0 || m->have < m->size) {
		return 0;
	}
	m->active = false;
	m->done_ns = now_ns;
	return 1;
}

/* All of them with UINT64_MAX. */
static void
model_expire(uint64_t now_ns)
{
	for (int i = 0; i < KEYS; i++) {
		if (now_ns >=
		    models[i].born_ns + LIMIT_FRAG_WAIT_S * NS_PER_SEC) {
			models[i].active = false;
		}
	}
}

static size_t
length_of(const uint8_t *rec, bool is_long)
{
	bool more = rec[0] & 1;

	if (is_long) {
		return (rec[3] + 1u) * LONG_UNIT - !more;
	}
	return more && rec[3] < 0x80 ? rec[3] * 8u % 256 : rec[3];
}

/* Where a record's content begins; it goes up in steps of 7. */
UNTRACED static const uint8_t *
content_of(uint8_t mark)
{
	static uint8_t bytes[256 + LONG_UNIT * 256];

	if (bytes[1] == 0) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			bytes[i] = (uint8_t)(i * 7);
		}
	}
	return bytes + mark;
}

/* Two sources, both versions, four identifications; content in a block of
 * exactly its size. */
static uint8_t *
make_pkt(const uint8_t *rec, bool is_long, uint8_t mark, struct pkt *ret)
{
	uint8_t key = rec[0] >> 5, *content;
	size_t n = length_of(rec, is_long);

	memset(ret, 0, sizeof(*ret));
	ret->frag_more = rec[0] & 1;
	ret->missing = rec[0] >> 1 & 1;
	ret->frag_off = (uint32_t)(rec[1] << 8 | rec[2]) % 8192 * 8;
	content = malloc(n);
	assert(content != NULL);
	memcpy(content, content_of(mark), n);
	ret->payload = rd_make(content, n);
	ret->l4 = PKT_L4_FRAG;
	ret->ipver = key & 4 ? 6 : 4;
	ret->ip_proto = 17;
	ret->src.a[0] = key & 1;
	ret->ip_id = key;
	return content;
}

static void
check_stats(const struct frag_stats *s)
{
	assert(s->whole + s->expired + s->evicted + s->evicted_quota <=
	       s->fragments);
}

/* Made once; each run leaves it empty, and begins an hour later. */
static struct frag *
get_frag(bool exact)
{
	static const struct frag_limits limits[2] = {
	    {3, 2, 33}, {KEYS, KEYS, KEYS * 32}};
	static const struct hash_key key = {1, 2};
	static struct frag *frags[2];

	if (frags[exact] == NULL &&
	    frag_new(&limits[exact], &key, &frags[exact]) < 0) {
		abort();
	}
	return frags[exact];
}

static void
run(struct frag *f, bool exact, const uint8_t *data, size_t size)
{
	static uint64_t now_ns;
	size_t bytes = 0;

	now_ns += 3600 * NS_PER_SEC;
	for (size_t at = 1; size - at >= 4 && bytes < BYTES_MAX; at += 4) {
		struct model *m = &models[data[at] >> 5];
		struct rd whole = rd_failed();
		uint8_t proto = 0, *content;
		struct pkt p;
		int rc, want;

		/* 0, 1 ms, 15 ms, 10 s. */
		now_ns += (uint64_t[]){0, 1, 15, 10000}[data[at] >> 3 & 3] *
			  NS_PER_MS;
		if (data[at] & 4) {
			frag_expire(f, now_ns);
			model_expire(now_ns);
		}
		content = make_pkt(data + at, data[0] == 2, (uint8_t)at, &p);
		bytes += rd_left(&p.payload);
		rc = frag_push(f, &p, now_ns, &whole, &proto);
		want = model_push(m, &p, now_ns);
		free(content); /* nothing of it may be kept */
		assert(rc == 1 || rc == 0 || rc == ERR_PEER);
		assert(!exact || rc == want);
		assert((rc == 1) == rd_ok(&whole));
		if (rc != 1) {
			continue;
		}
		assert(rd_left(&whole) <= MAX && proto == 17);
		if (exact) {
			assert(rd_left(&whole) == m->size);
			assert(memcmp(whole.p, m->bytes, m->size) == 0);
		}
	}
	frag_expire(f, UINT64_MAX);
	model_expire(UINT64_MAX);
	check_stats(frag_stats(f));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size >= 1) {
		bool exact = data[0] == 0 || data[0] == 2;

		run(get_frag(exact), exact, data, size);
	}
	return 0;
}
