/*
 * outbox_serve: see outbox_serve.h.
 *
 * Each round answers one request, the last of those that wait: a courier
 * that asks faster than that gets no more of the database's time.
 */
#include <string.h>

#include "base/mem.h"
#include "run/outbox_serve.h"

#define ASKS_A_TURN 64

static const char *const total_name[OUTBOX_TOTALS] = {
    [OUTBOX_SENT] = "courier.sent",
    [OUTBOX_AGAIN] = "courier.sent_again",
    [OUTBOX_CONNECTS] = "courier.connections",
    [OUTBOX_BREAKS] = "courier.breaks",
};

int
outbox_serve_init(struct outbox_server *s, int fd)
{
	int rc;

	memset(s, 0, sizeof(*s));
	s->chan.fd = -1;
	if (fd < 0) {
		return 0;
	}
	rc = chan_init(&s->chan, fd, 2 * CHAN_MSG_MAX);
	if (rc < 0) {
		s->chan.fd = -1;
		return rc;
	}
	message_host(s->host);
	s->give = mem_map(CHAN_BODY_MAX);
	return s->give != NULL ? 0 : ERR_NOMEM;
}

void
outbox_serve_done(struct outbox_server *s)
{
	if (s->chan.fd >= 0) {
		chan_done(&s->chan);
	}
	mem_unmap(s->give, CHAN_BODY_MAX);
	s->give = NULL;
}

static int
count(struct store *store, const char *name, uint64_t *told, uint64_t now)
{
	if (*told == now) {
		return 0;
	}
	*told = now;
	return store_counter(store, "courier", name, now);
}

struct giving {
	struct outbox_give give;
	const struct outbox_server *server;
	enum message_form form;
};

static int
give_row(void *arg, const struct outbox_item *item)
{
	struct giving *g = arg;
	struct outbox_mail m = {.id = item->id};
	char text[MESSAGE_MAX];
	size_t n = strnlen(item->event, sizeof(m.event) - 1);

	memcpy(m.event, item->event, n);
	m.len = message_make(
	    text, g->form, g->server->host, m.event, item->count, &item->alert);
	m.msg = (const uint8_t *)text;
	return outbox_give_add(&g->give, &m) ? 0 : 1;
}

static int
answer(
    struct outbox_server *s, struct store *store, const struct outbox_ask *ask)
{
	struct giving g = {.server = s, .form = (enum message_form)ask->form};
	uint64_t waiting = 0;
	int rc = 0;

	if (ask->sent != 0) {
		rc = store_outbox_sent(store, ask->sent, ask->event);
		if (rc == ERR_PEER) {
			s->refused++;
			rc = 0;
		}
	}
	for (int i = 0; i < OUTBOX_TOTALS && rc == 0; i++) {
		rc = count(store, total_name[i], &s->total[i], ask->total[i]);
	}
	rc = rc == 0 ? store_outbox_waiting(store, &waiting) : rc;
	outbox_give_start(&g.give, s->give, ask->number, waiting);
	if (rc == 0 && ask->max > 0) {
		rc = store_outbox_next(
		    store, ask->after, ask->max, give_row, &g);
	}
	if (rc < 0) {
		return rc;
	}
	/* A courier that is gone comes back and asks again. */
	(void)!chan_send(
	    &s->chan, OUTBOX_GIVE, 0, 0, s->give, outbox_give_end(&g.give));
	return 0;
}

int
outbox_serve(struct outbox_server *s, struct store *store)
{
	struct outbox_ask ask;
	struct chan_msg m;
	bool asked = false;
	int rc;

	if (s->chan.fd < 0) {
		return 0;
	}
	/* An answer that did not go out is worth nothing by then. */
	(void)!chan_flush(&s->chan);
	for (int i = 0; i < ASKS_A_TURN; i++) {
		rc = chan_recv(&s->chan, &m);
		if (rc == 0 || rc == ERR_LOST) {
			break;
		}
		if (rc == 1 && m.type == OUTBOX_ASK &&
		    outbox_ask_decode(m.body, &ask) == 0) {
			asked = true;
		} else {
			s->refused++;
		}
	}
	rc = asked ? answer(s, store, &ask) : 0;
	return rc == 0 ? count(store, "courier.refused", &s->bad, s->refused)
		       : rc;
}
