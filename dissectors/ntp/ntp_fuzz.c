/*
 * ntp_fuzz: datagrams of both sides (feed.h).
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_ntp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {.dis = &dissector_ntp,
	    .udp = 123,
	    .feed = {.dup = 0x20, .cut = 0x40, .far = 0x10}};

	feed_check(&f, data, size);
	return 0;
}
