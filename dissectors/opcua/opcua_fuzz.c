/*
 * opcua_fuzz: pieces of a connection, both sides (feed.h).
 *
 * libFuzzer: -max_len=700 -entropic_scale_per_exec_time=1
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_opcua;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {.dis = &dissector_opcua,
	    .tcp = 4840,
	    .feed = {.gap = 0x40, .cut = 0x20}};

	feed_check(&f, data, size);
	return 0;
}
