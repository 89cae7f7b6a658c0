/*
 * dnp3_test: application fragments as hex digits, wrapped as frames.
 *
 * Side A is the master with address 1, side B the outstation with address 10.
 */
#ifndef OTUS_DISSECTORS_DNP3_DNP3_TEST_H
#define OTUS_DISSECTORS_DNP3_DNP3_TEST_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/dnp3/dnp3.h"
#include "dissectors/harness.h"

#define DN_FRAME_MAX 512

extern const struct dissector dissector_dnp3;

/* A frame of any control octet; user data of at most 250 octets. */
static inline size_t
dn_frame(uint8_t ctl, uint16_t dst, uint16_t src, const uint8_t *user, size_t n,
    uint8_t ret[DN_FRAME_MAX])
{
	uint8_t head[8] = {0x05, 0x64, (uint8_t)(5 + n), ctl, (uint8_t)dst,
	    (uint8_t)(dst >> 8), (uint8_t)src, (uint8_t)(src >> 8)};
	uint16_t crc = dn_crc(head, 8);
	size_t out = 10;

	memcpy(ret, head, 8);
	ret[8] = (uint8_t)crc;
	ret[9] = (uint8_t)(crc >> 8);
	for (size_t at = 0; at < n; at += 16) {
		size_t k = n - at < 16 ? n - at : 16;

		memcpy(ret + out, user + at, k);
		crc = dn_crc(ret + out, k);
		ret[out + k] = (uint8_t)crc;
		ret[out + k + 1] = (uint8_t)(crc >> 8);
		out += k + 2;
	}
	return out;
}

/* Unconfirmed user data behind a transport octet. */
static inline size_t
dn_wrap(bool master, int transport, const uint8_t *app, size_t n,
    uint8_t ret[DN_FRAME_MAX])
{
	uint8_t user[DN_USER_MAX];

	n = n < DN_USER_MAX - 1 ? n : DN_USER_MAX - 1;
	user[0] = (uint8_t)transport;
	if (n != 0) { /* nothing may be nowhere */
		memcpy(user + 1, app, n);
	}
	return dn_frame(master ? 0xc4 : 0x44, master ? 10 : 1, master ? 1 : 10,
	    user, n + 1, ret);
}

/* One segment of a fragment. */
static inline void
segment(struct harness *h, uint8_t side, int transport, const char *digits)
{
	uint8_t app[DN_USER_MAX], frame[DN_FRAME_MAX];
	size_t n = harness_unhex(digits, app, sizeof(app));

	n = dn_wrap(side == A, transport, app, n, frame);
	harness_send(h, side, frame, n);
}

/* A whole fragment. */
static inline void
app(struct harness *h, uint8_t side, const char *digits)
{
	segment(h, side, 0xc0, digits);
}

static inline struct harness *
flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_dnp3, transport);

	h->ctx.confirmed = true;
	return h;
}

/* The link's part of a line. */
#define LINK_A "'link':{'src':1,'dst':10,'func':4,'dir':1,'prm':1,'fcb':0}"
#define LINK_B "'link':{'src':10,'dst':1,'func':4,'dir':0,'prm':1,'fcb':0}"

#endif
