/*
 * profinet_fuzz: frames of a pair of stations (feed.h).
 *
 * libFuzzer: -max_len=300 -entropic_scale_per_exec_time=1
 * A few frames with the blocks of one device; long ones take long.
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_profinet;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {.dis = &dissector_profinet,
	    .ether = 0x8892,
	    .feed = {.dup = 0x10, .cut = 0x08}};

	feed_check(&f, data, size);
	return 0;
}
