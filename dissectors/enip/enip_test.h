/*
 * enip_test: messages as hex digits, wrapped as the carrier does.
 */
#ifndef OTUS_DISSECTORS_ENIP_ENIP_TEST_H
#define OTUS_DISSECTORS_ENIP_ENIP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/enip/enip.h"
#include "dissectors/harness.h"
#include "dissectors/pccc/pccc.h"

static inline struct harness *
enip_flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_enip, transport);

	harness_add_inner(h, &dissector_cip);
	harness_add_inner(h, &dissector_pccc);
	return h;
}

/* How many bytes the digits are. */
static inline size_t
digits_len(const char *digits)
{
	size_t n = 0;

	for (; *digits != '\0'; digits++) {
		n += strchr("0123456789abcdef", *digits) != NULL;
	}
	return n / 2;
}

/* SendRRData: null address, unconnected data; sender context ctx. */
static inline void
send_rr(struct harness *h, uint8_t side, unsigned ctx, const char *cip)
{
	size_t n = digits_len(cip);
	char buf[4096];

	snprintf(buf, sizeof(buf),
	    "6f00 %02x%02x 01000000 00000000 %02x00000000000000 00000000"
	    "00000000 0a00 0200 0000 0000 b200 %02x%02x %s",
	    (unsigned)(n + 16) & 0xff, (unsigned)(n + 16) >> 8, ctx,
	    (unsigned)n & 0xff, (unsigned)n >> 8, cip);
	harness_hex(h, side, buf);
}

/* SendUnitData: connection id, sequence count. */
static inline void
send_unit(
    struct harness *h, uint8_t side, unsigned id, unsigned seq, const char *cip)
{
	size_t n = digits_len(cip) + 2;
	char buf[4096];

	snprintf(buf, sizeof(buf),
	    "7000 %02x%02x 01000000 00000000 0000000000000000 00000000"
	    "00000000 0000 0200 a100 0400 %02x000000 b100 %02x%02x %02x00 %s",
	    (unsigned)(n + 20) & 0xff, (unsigned)(n + 20) >> 8, id,
	    (unsigned)n & 0xff, (unsigned)n >> 8, seq, cip);
	harness_hex(h, side, buf);
}

/* The lines since the last look have all of these in them. */
#define HAS(h, text)                                                   \
	do {                                                           \
		if (!harness_has((h), (text))) {                       \
			print_error("no %s in\n%s", (text), (h)->out); \
			fail();                                        \
		}                                                      \
	} while (0)

#endif
