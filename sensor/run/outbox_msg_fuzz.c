/*
 * outbox_msg_fuzz: either message between courier and store from any bytes;
 * the first byte chooses.  What is accepted is encoded and must decode to
 * the same again.
 */
#include <assert.h>
#include <string.h>

#include "run/outbox_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
ask(struct rd r)
{
	uint8_t buf[OUTBOX_ASK_MAX];
	struct outbox_ask a, b;
	size_t n;

	if (outbox_ask_decode(r, &a) < 0) {
		return;
	}
	n = outbox_ask_encode(buf, &a);
	assert(n == rd_left(&r) && memcmp(buf, r.p, n) == 0);
	assert(outbox_ask_decode(rd_make(buf, n), &b) == 0);
}

static void
give(struct rd r)
{
	static uint8_t buf[CHAN_BODY_MAX];
	struct outbox_batch b;
	struct outbox_mail m;
	struct outbox_give g;
	size_t n;

	if (rd_left(&r) > CHAN_BODY_MAX || outbox_give_decode(r, &b) < 0) {
		return;
	}
	outbox_give_start(&g, buf, b.number, b.waiting);
	while (outbox_batch_next(&b, &m)) {
		bool fits = outbox_give_add(&g, &m);

		assert(fits);
	}
	n = outbox_give_end(&g);
	assert(n == rd_left(&r) && memcmp(buf, r.p, n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd r = rd_make(data, size);

	if (rd_u8(&r) % 2 == 0) {
		ask(r);
	} else {
		give(r);
	}
	return 0;
}
