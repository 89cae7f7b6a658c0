/*
 * pending: see pending.h.
 *
 * The pool's age list is the order of arrival over all flows, and each
 * flow's list is in the same order; so the oldest of all is always the head
 * of its flow's list, and expiry is O(1) for each.
 */
#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "limits.h"
#include "net/pending.h"

static struct pending_item *
item_at(const struct pending *p, uint32_t i)
{
	return pool_at(&p->pool, i);
}

int
pending_init(struct pending *p, uint32_t max)
{
	memset(p, 0, sizeof *p);
	return pool_init(&p->pool, max, sizeof(struct pending_item));
}

void
pending_done(struct pending *p)
{
	pool_done(&p->pool);
}

static void
drop_head(struct pending *p, struct flow *f)
{
	uint32_t i = f->pend_head;

	f->pend_head = item_at(p, i)->next;
	if (f->pend_head == POOL_NONE) {
		f->pend_tail = POOL_NONE;
	}
	f->pend_count--;
	pool_put(&p->pool, i);
}

int
pending_put(struct pending *p, struct flow_table *t, struct flow *f,
    uint8_t side, uint64_t key, const void *blob, size_t n, uint64_t frame,
    uint64_t ts_ns)
{
	struct pending_item *it;
	int lost = 0;
	uint32_t i;

	assert(n <= DIS_BLOB_MAX);
	if (f->pend_count >= LIMIT_PENDING_PER_FLOW) {
		drop_head(p, f);
		lost = 1;
	}
	if (pool_is_full(&p->pool)) {
		drop_head(
		    p, flow_at(t, item_at(p, pool_oldest(&p->pool))->flow));
		p->refused++;
	}
	i = pool_get_raw(&p->pool);
	it = item_at(p, i);
	it->key = key;
	it->frame = frame;
	it->ts_ns = ts_ns;
	it->flow = flow_index(t, f);
	it->next = POOL_NONE;
	it->side = side;
	it->blob_n = (uint8_t)n;
	if (n != 0) {
		memcpy(it->blob, blob, n);
	}
	if (f->pend_tail != POOL_NONE) {
		item_at(p, f->pend_tail)->next = i;
	} else {
		f->pend_head = i;
	}
	f->pend_tail = i;
	f->pend_count++;
	return lost;
}

bool
pending_take(struct pending *p, struct flow *f, uint8_t asking_side,
    uint64_t key, void *ret_blob, size_t n, uint64_t now_ns,
    struct dis_pair *ret)
{
	uint32_t prev = POOL_NONE, i, next;
	struct pending_item *it;
	uint64_t ns;

	for (i = f->pend_head; i != POOL_NONE; prev = i, i = next) {
		it = item_at(p, i);
		next = it->next;
		if (it->key != key || it->side == asking_side) {
			continue;
		}
		if (ret_blob != NULL) {
			memset(ret_blob, 0, n);
			memcpy(ret_blob, it->blob,
			    it->blob_n < n ? it->blob_n : n);
		}
		ns = now_ns > it->ts_ns ? now_ns - it->ts_ns : 0;
		ret->frame = it->frame;
		ret->ts_ns = it->ts_ns;
		ret->rtt_us = ns / NS_PER_US > UINT32_MAX
				  ? UINT32_MAX
				  : (uint32_t)(ns / NS_PER_US);
		if (prev == POOL_NONE) {
			f->pend_head = next;
		} else {
			item_at(p, prev)->next = next;
		}
		if (f->pend_tail == i) {
			f->pend_tail = prev;
		}
		f->pend_count--;
		pool_put(&p->pool, i);
		return true;
	}
	return false;
}

uint32_t
pending_clear(struct pending *p, struct flow *f)
{
	uint32_t n = f->pend_count;

	while (f->pend_head != POOL_NONE) {
		drop_head(p, f);
	}
	return n;
}

void
pending_expire(struct pending *p, struct flow_table *t, uint64_t now_ns,
    void (*unanswered)(void *, struct flow *), void *arg)
{
	struct pending_item *it;
	struct flow *f;
	uint32_t i;

	while ((i = pool_oldest(&p->pool)) != POOL_NONE) {
		it = item_at(p, i);
		if (now_ns < it->ts_ns + LIMIT_PENDING_S * NS_PER_SEC) {
			break;
		}
		f = flow_at(t, it->flow);
		assert(f->pend_head == i);
		drop_head(p, f);
		p->unanswered++;
		unanswered(arg, f);
	}
}
