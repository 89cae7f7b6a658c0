/*
 * outbox_msg: what courier and store say to each other.
 *
 *	courier -> store   ASK    "the next max after that one; up to this one
 *	                          everything has arrived"
 *	store -> courier   GIVE   one for each ASK, with its number
 *
 * Both carry all that they say, and an ASK may be said again: what a
 * restarted process had read and not done is done then.  A batch is one
 * message, so none of it can get lost by itself.
 *
 * A decoder takes a whole body or nothing: it fails with ERR_PEER on
 * anything short, long, out of range or out of order.
 */
#ifndef OTUS_RUN_OUTBOX_MSG_H
#define OTUS_RUN_OUTBOX_MSG_H

#include <stdbool.h>

#include "base/err.h"
#include "base/rd.h"
#include "proc/chan.h"
#include "store/export/message.h"
#include "store/outbox.h"

enum outbox_msg_type { OUTBOX_ASK = 160, OUTBOX_GIVE };

#define OUTBOX_BATCH_MAX 256

/* What the courier has counted in this life. */
enum outbox_total {
	OUTBOX_SENT,     /* arrived, as far as TCP can tell */
	OUTBOX_AGAIN,    /* repeated after a break          */
	OUTBOX_CONNECTS, /* connections made                */
	OUTBOX_BREAKS,   /* of them broken                  */
	OUTBOX_TOTALS
};

struct outbox_ask {
	uint32_t number; /* of this request                          */
	uint8_t form;    /* enum message_form                        */
	uint16_t max;    /* 0: just tell how many wait               */
	int64_t after;
	int64_t sent; /* everything up to this has arrived; 0 = none */
	char event[OUTBOX_EVENT_MAX]; /* sent's                      */
	uint64_t total[OUTBOX_TOTALS];
};

#define OUTBOX_ASK_MAX 128
/* Returns the length. */
size_t outbox_ask_encode(
    uint8_t buf[OUTBOX_ASK_MAX], const struct outbox_ask *);
int outbox_ask_decode(struct rd, struct outbox_ask *ret) MUST_CHECK;

struct outbox_mail {
	int64_t id; /* rises within a batch */
	char event[OUTBOX_EVENT_MAX];
	const uint8_t *msg; /* points into the message */
	size_t len;         /* at most MESSAGE_MAX     */
};

/* A batch under construction, in buf of CHAN_BODY_MAX. */
struct outbox_give {
	uint8_t *buf;
	size_t used;
	uint16_t n;
};

void outbox_give_start(
    struct outbox_give *, uint8_t *buf, uint32_t number, uint64_t waiting);
/* False when it does not fit any more. */
bool outbox_give_add(struct outbox_give *, const struct outbox_mail *);
/* Returns the length. */
size_t outbox_give_end(struct outbox_give *);

/* A batch that was received, checked to its end. */
struct outbox_batch {
	uint32_t number;
	uint64_t waiting;
	uint16_t n;
	struct rd rest;
};

int outbox_give_decode(struct rd, struct outbox_batch *ret) MUST_CHECK;
/* The next of it; false at the end. */
bool outbox_batch_next(struct outbox_batch *, struct outbox_mail *ret);

#endif
