/*
 * http_fuzz: pieces of a connection, both sides (feed.h).
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 * A request and its response.
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_http;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {
	    .dis = &dissector_http, .tcp = 80, .feed = {.gap = 0x40}};

	feed_check(&f, data, size);
	return 0;
}
