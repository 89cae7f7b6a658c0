/*
 * cdp_fuzz: arbitrary frames.
 *
 *	{ what len 2 bytes }...
 *
 * what tells the side, whether the capture cut the frame, and whether it gets
 * the checksum that it lacks: else nothing behind that would be reached.  The
 * harness holds the parser to its contract, and its events are printed.
 *
 * libFuzzer: -max_len=600
 */
#include "dissectors/harness.h"

extern const struct dissector dissector_cdp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WHAT_B   0x80
#define WHAT_SUM 0x40
#define WHAT_CUT 0x08

#define SNAP_LEN 5
#define HEAD_LEN 9
#define MOST     2048

/* RFC 1071's, over all behind the SNAP header. */
static void
add_checksum(uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	p[7] = p[8] = 0;
	for (size_t i = SNAP_LEN; i < n; i++) {
		sum += (i - SNAP_LEN) % 2 != 0 ? p[i] : (uint32_t)p[i] << 8;
	}
	while (sum > 0xffff) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	p[7] = (uint8_t)(~sum >> 8);
	p[8] = (uint8_t)~sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	static uint8_t frame[MOST];
	struct rd in = rd_make(data, size);

	if (h == NULL) {
		h = harness_new(&dissector_cdp, DIS_LLC);
	}
	harness_reset(h);
	while (rd_left(&in) > 3) {
		uint8_t what = rd_u8(&in);
		size_t n = rd_be16(&in);

		n = n < rd_left(&in) ? n : rd_left(&in);
		n = n < MOST ? n : MOST;
		rd_copy(&in, frame, n);
		if (what & WHAT_SUM && n >= HEAD_LEN) {
			add_checksum(frame, n);
		}
		if (what & WHAT_CUT) {
			harness_send_cut(h, what & WHAT_B ? B : A, frame, n);
		} else {
			harness_send(h, what & WHAT_B ? B : A, frame, n);
		}
	}
	return 0;
}
