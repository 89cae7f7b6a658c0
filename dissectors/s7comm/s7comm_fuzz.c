/*
 * s7comm_fuzz: pieces of a connection, both sides (feed.h).
 *
 * libFuzzer: -max_len=400 -entropic_scale_per_exec_time=1
 * A list in two pieces; long ones take long.
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_s7comm;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {
	    .dis = &dissector_s7comm, .tcp = 102, .feed = {.gap = 0x40}};

	feed_check(&f, data, size);
	return 0;
}
