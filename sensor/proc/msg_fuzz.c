/*
 * msg_fuzz: every decoder of messages between processes, and the reader of
 * crash records.  The first byte chooses.  What decodes must encode to the
 * same bytes again: there is one form of a message.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proc/chan.h"
#include "proc/crash.h"
#include "proc/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t out[CHAN_BODY_MAX];

static size_t
again(uint8_t which, struct rd r)
{
	struct proc_health health;
	struct proc_crash crash;
	struct msg_start start;
	struct msg_peer peer;
	struct msg_kept kept;
	char text[PROC_TEXT_MAX];

	switch (which) {
	case 0:
		return msg_start_decode(r, &start) != 0
			   ? 0
			   : msg_start_encode(out, sizeof(out), &start);
	case 1:
		return msg_health_decode(r, &health) != 0
			   ? 0
			   : msg_health_encode(out, sizeof(out), &health);
	case 2:
		return msg_crash_decode(r, &crash) != 0
			   ? 0
			   : msg_crash_encode(out, sizeof(out), &crash);
	case 3:
		return msg_peer_decode(r, &peer) != 0
			   ? 0
			   : msg_peer_encode(out, sizeof(out), &peer);
	case 4:
		return msg_kept_decode(r, &kept) != 0
			   ? 0
			   : msg_kept_encode(out, sizeof(out), &kept);
	default:
		return msg_text_decode(r, text) != 0
			   ? 0
			   : msg_text_encode(out, sizeof(out), text);
	}
}

/* Touches every byte that the reader vouches for. */
static void
read_record(const uint8_t *p, size_t n)
{
	volatile uint8_t sum = 0;
	struct crash_info c;

	if (crash_parse(p, n, &c) == 0) {
		assert(c.kept <= n && c.kept <= c.frame.caplen);
		for (uint32_t i = 0; i < c.kept; i++) {
			sum = (uint8_t)(sum + c.frame.data[i]);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;
	size_t n;

	if (size < 1 || size - 1 > CHAN_BODY_MAX) {
		return 0;
	}
	copy = malloc(size - 1);
	assert(copy != NULL); /* of 0 bytes, too */
	if (size > 1) {
		memcpy(copy, data + 1, size - 1);
	}
	if (data[0] % 7 == 6) {
		read_record(copy, size - 1);
	} else {
		n = again(data[0] % 7, rd_make(copy, size - 1));
		assert(n == 0 || (n == size - 1 && memcmp(out, copy, n) == 0));
	}
	free(copy);
	return 0;
}
