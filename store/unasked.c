/*
 * unasked: whether somebody was there to ask a device that fell silent.
 *
 * What only answers is silent, too, when who asks it is switched off: the
 * controllers of a work station that restarts are not missed, but it is.  So a
 * device is unasked when, about the time that it was heard last, others asked
 * it, it said nothing of its own accord, and none of the others was heard for
 * long since.
 *
 * That they are heard is enough: where nobody answers ARP any more, no question
 * to the device is seen either.
 *
 * Asked only before a silence would be told.
 */
#include "store/store_priv.h"

/* It was client of anybody, or sent to a group. */
static int
speaks(struct store *s, int64_t asset, uint64_t from_ns, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_SPEAKS_ITSELF];
	int rc;

	db_bind(st, 1, asset);
	db_bind(st, 2, (int64_t)from_ns);
	rc = db_step(st);
	*ret = rc == 1;
	if (rc == 1) {
		db_reset(st);
		rc = 0;
	}
	return rc;
}

int
unasked_find(struct store *s, int64_t asset, const struct unasked *q, bool *ret)
{
	sqlite3_stmt *st = s->st[ST_ASKERS];
	bool own = false;
	int rc = cache_settle(&s->links);

	*ret = false;
	/* When who asks was heard last is counted only. */
	rc = rc == 0 ? cache_flush(&s->addrs) : rc;
	rc = rc == 0 ? speaks(s, asset, q->own_ns, &own) : rc;
	if (rc != 0 || own) {
		return rc;
	}
	db_bind(st, 1, asset);
	db_bind(st, 2, (int64_t)q->asked_ns);
	rc = db_step(st);
	if (rc == 1) {
		*ret =
		    db_get(st, 0) > 0 && db_get(st, 1) <= (int64_t)q->there_ns;
		db_reset(st);
		rc = 0;
	}
	return rc;
}
