/*
 * outbox_serve: store's end of the channel to the courier.
 */
#ifndef OTUS_RUN_OUTBOX_SERVE_H
#define OTUS_RUN_OUTBOX_SERVE_H

#include "proc/chan.h"
#include "run/outbox_msg.h"
#include "store/store.h"

struct outbox_server {
	struct chan chan; /* fd -1: there is no courier */
	char host[MESSAGE_HOST_MAX];
	uint64_t total[OUTBOX_TOTALS], bad; /* as told to store */
	uint64_t refused;
	uint8_t *give; /* CHAN_BODY_MAX */
};

/* fd may be -1. */
int outbox_serve_init(struct outbox_server *, int fd) MUST_CHECK;
void outbox_serve_done(struct outbox_server *);
/* Answers what has come, one batch at most; an error is the database's. */
int outbox_serve(struct outbox_server *, struct store *) MUST_CHECK;

#endif
