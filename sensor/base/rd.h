/*
 * rd: the bounded reader.  Every byte of a packet, a file, a message from
 * another process passes through here; nothing else may look at untrusted
 * memory.
 *
 * The bounds live in the reader, never in the caller.  A read past the end
 * gives zero and marks the reader; the mark is sticky, so a parser reads a
 * whole header and asks once.  A nested length becomes a child reader that
 * cannot see past its own end.
 *
 * A reader is a value: copy it to look ahead, assign it back to commit.
 * It owns nothing; the bytes belong to whoever made it and must outlive it.
 */
#ifndef OTUS_BASE_RD_H
#define OTUS_BASE_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum rd_err { RD_OK = 0, RD_SHORT };

struct rd {
	const uint8_t *p, *end;
	/* enum rd_err, as wide as readers are copied: a load of more than was
	 * stored a moment before waits for the store to leave the pipeline */
	size_t err;
};

static inline struct rd
rd_make(const void *p, size_t n)
{
	const uint8_t *b = p;

	return (struct rd){b, n != 0 ? b + n : b, RD_OK};
}

/* A reader that has already failed: what a child of a short parent is. */
static inline struct rd
rd_failed(void)
{
	return (struct rd){NULL, NULL, RD_SHORT};
}

static inline size_t
rd_left(const struct rd *r)
{
	return (size_t)(r->end - r->p);
}

static inline bool
rd_ok(const struct rd *r)
{
	return r->err == RD_OK;
}

/* True when n more bytes are there; does not mark the reader. */
static inline bool
rd_has(const struct rd *r, size_t n)
{
	return rd_left(r) >= n;
}

/* A failed reader is empty, so that loops over rd_left() end. */
static inline void
rd_fail(struct rd *r)
{
	r->p = r->end;
	r->err = RD_SHORT;
}

static inline const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (rd_left(r) < n) {
		rd_fail(r);
		return NULL;
	}
	if (n != 0) { /* an empty reader may be NULL, which has no sums */
		r->p = p + n;
	}
	return p;
}

static inline void
rd_skip(struct rd *r, size_t n)
{
	(void)rd_bytes(r, n);
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 1);

	return p != NULL ? p[0] : 0;
}

static inline uint16_t
rd_be16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint16_t
rd_le16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);

	return p != NULL ? (uint16_t)(p[1] << 8 | p[0]) : 0;
}

static inline uint32_t
rd_be24(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 3);

	return p != NULL ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]
			 : 0;
}

static inline uint32_t
rd_be32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
			       (uint32_t)p[2] << 8 | p[3]
			 : 0;
}

static inline uint32_t
rd_le32(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 4);

	return p != NULL ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
			       (uint32_t)p[1] << 8 | p[0]
			 : 0;
}

/* Copies n bytes out, or zeroes ret when they are not there. */
static inline void
rd_copy(struct rd *r, void *ret, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p != NULL) {
		memcpy(ret, p, n);
	} else {
		memset(ret, 0, n);
	}
}

/* Exactly n bytes as a child reader; an already failed one when short. */
static inline struct rd
rd_sub(struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	return rd_ok(r) ? rd_make(p, n) : rd_failed();
}

/* Through a child, so that half a number never shows. */
static inline uint64_t
rd_be64(struct rd *r)
{
	struct rd w = rd_sub(r, 8);
	uint64_t hi = rd_be32(&w);

	return hi << 32 | rd_be32(&w);
}

static inline uint64_t
rd_le64(struct rd *r)
{
	struct rd w = rd_sub(r, 8);
	uint64_t lo = rd_le32(&w);

	return lo | (uint64_t)rd_le32(&w) << 32;
}

/* All that is left, as a child. */
static inline struct rd
rd_rest(struct rd *r)
{
	return rd_sub(r, rd_left(r));
}

#endif
