/*
 * tls_fuzz: pieces of a connection, both sides (feed.h).
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 * Both hellos and a certificate.
 */
#include "dissectors/feed.h"

extern const struct dissector dissector_tls;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {
	    .dis = &dissector_tls, .tcp = 443, .feed = {.gap = 0x40}};

	feed_check(&f, data, size);
	return 0;
}
