/*
 * queue: bounded records by priority.
 *
 *	block   | head | bytes ...  | -> | bytes ...      | -> | bytes |    |
 *
 * Memory is cut into blocks of equal size and a record is a chain of them,
 * so all priorities share one budget without fragmentation, and a dropped
 * record of one makes room for another at once.  The first block of a record
 * carries its head; the records of a priority are chained by it.
 *
 * Not here: sockets, threads.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "proc/queue.h"

/* A typical event takes 150 to 400 bytes: one or two blocks. */
#define BLOCK 256
#define NONE  UINT32_MAX

struct head {
	uint64_t seq;
	uint32_t len;
	uint32_t next; /* first block of the next record, NONE = last */
	uint32_t kind;
	uint32_t blocks;
};

#define FIRST (BLOCK - sizeof(struct head)) /* bytes in a first block */

static uint8_t *
block_at(const struct queue *q, uint32_t i)
{
	return q->mem + (size_t)i * BLOCK;
}

static struct head
head_get(const struct queue *q, uint32_t i)
{
	struct head h;

	memcpy(&h, block_at(q, i), sizeof(h));
	return h;
}

static void
head_set(struct queue *q, uint32_t i, const struct head *h)
{
	memcpy(block_at(q, i), h, sizeof(*h));
}

int
queue_init(struct queue *q, size_t bytes)
{
	size_t n = bytes / BLOCK;

	assert(n > 0 && n < NONE);
	memset(q, 0, sizeof(*q));
	q->mem = mem_map(n * BLOCK);
	q->next = mem_map(n * sizeof(*q->next));
	q->nblocks = (uint32_t)n;
	if (q->mem == NULL || q->next == NULL) {
		queue_done(q);
		return ERR_NOMEM;
	}
	q->nfree = q->nblocks;
	for (uint32_t i = 0; i < q->nblocks; i++) {
		q->next[i] = i + 1 < q->nblocks ? i + 1 : NONE;
	}
	for (unsigned p = 0; p < QUEUE_PRIOS; p++) {
		q->list[p].head = q->list[p].tail = NONE;
	}
	return 0;
}

void
queue_done(struct queue *q)
{
	mem_unmap(q->mem, (size_t)q->nblocks * BLOCK);
	mem_unmap(q->next, q->nblocks * sizeof(*q->next));
	memset(q, 0, sizeof(*q));
}

static size_t
blocks_for(size_t len)
{
	return len <= FIRST ? 1 : 1 + (len - FIRST + BLOCK - 1) / BLOCK;
}

/* Takes the first record off a list and frees its blocks. */
static void
list_drop(struct queue *q, unsigned prio)
{
	struct queue_list *l = &q->list[prio];
	uint32_t at = l->head, last = at;
	struct head h;

	assert(at != NONE);
	h = head_get(q, at);
	while (q->next[last] != NONE) {
		last = q->next[last];
	}
	q->next[last] = q->free;
	q->free = at;
	q->nfree += h.blocks;
	l->blocks -= h.blocks;
	l->head = h.next;
	if (l->head == NONE) {
		l->tail = NONE;
	}
	q->records--;
}

/* Frees blocks at the cost of lower priorities; false when that is futile. */
static bool
make_room(struct queue *q, unsigned prio, size_t blocks)
{
	size_t can = q->nfree;

	for (unsigned p = prio + 1; p < QUEUE_PRIOS; p++) {
		can += q->list[p].blocks;
	}
	if (can < blocks) {
		return false;
	}
	for (unsigned p = QUEUE_PRIOS - 1; q->nfree < blocks; p--) {
		assert(p > prio);
		while (q->nfree < blocks && q->list[p].head != NONE) {
			q->dropped[head_get(q, q->list[p].head).kind]++;
			list_drop(q, p);
		}
	}
	return true;
}

/* Where the next byte of a record goes. */
struct cursor {
	uint32_t block;
	size_t off;
};

static void
copy_in(struct queue *q, struct cursor *c, const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t room, part;

		if (c->off == BLOCK) {
			c->block = q->next[c->block];
			c->off = 0;
		}
		room = BLOCK - c->off;
		part = n < room ? n : room;
		memcpy(block_at(q, c->block) + c->off, p, part);
		c->off += part;
		p += part;
		n -= part;
	}
}

bool
queue_put(struct queue *q, unsigned prio, unsigned kind, const void *a,
    size_t an, const void *b, size_t bn)
{
	struct queue_list *l;
	struct cursor c = {.off = sizeof(struct head)};
	struct head h;
	size_t blocks;
	uint32_t last;

	assert(prio < QUEUE_PRIOS && kind < QUEUE_KINDS);
	assert(an > 0 && an <= UINT32_MAX / 2 && bn <= UINT32_MAX / 2);
	blocks = blocks_for(an + bn);
	if (!make_room(q, prio, blocks)) {
		q->dropped[kind]++;
		return false;
	}
	l = &q->list[prio];
	c.block = last = q->free;
	for (size_t i = 1; i < blocks; i++) {
		last = q->next[last];
	}
	q->free = q->next[last];
	q->next[last] = NONE;
	q->nfree -= (uint32_t)blocks;

	h = (struct head){
	    q->seq++, (uint32_t)(an + bn), NONE, kind, (uint32_t)blocks};
	head_set(q, c.block, &h);
	if (l->tail != NONE) {
		struct head prev = head_get(q, l->tail);

		prev.next = c.block;
		head_set(q, l->tail, &prev);
	} else {
		l->head = c.block;
	}
	l->tail = c.block;
	l->blocks += (uint32_t)blocks;
	q->records++;

	copy_in(q, &c, a, an);
	if (bn > 0) {
		copy_in(q, &c, b, bn);
	}
	return true;
}

/* The priority whose first record came in first; QUEUE_PRIOS when empty. */
static unsigned
oldest(const struct queue *q)
{
	unsigned best = QUEUE_PRIOS;
	uint64_t seq = UINT64_MAX;

	for (unsigned p = 0; p < QUEUE_PRIOS; p++) {
		if (q->list[p].head != NONE) {
			uint64_t s = head_get(q, q->list[p].head).seq;

			if (s < seq) {
				seq = s;
				best = p;
			}
		}
	}
	return best;
}

size_t
queue_peek(const struct queue *q, void *buf, size_t size)
{
	unsigned p = oldest(q);
	size_t done = 0, off = sizeof(struct head);
	uint8_t *out = buf;
	struct head h;
	uint32_t at;

	if (p == QUEUE_PRIOS) {
		return 0;
	}
	at = q->list[p].head;
	h = head_get(q, at);
	assert(h.len <= size);
	while (done < h.len) {
		size_t room = BLOCK - off;
		size_t part = h.len - done < room ? h.len - done : room;

		memcpy(out + done, block_at(q, at) + off, part);
		done += part;
		at = q->next[at];
		off = 0;
	}
	return h.len;
}

void
queue_pop(struct queue *q)
{
	unsigned p = oldest(q);

	assert(p != QUEUE_PRIOS);
	list_drop(q, p);
}
