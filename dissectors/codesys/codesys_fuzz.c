/*
 * codesys_fuzz: pieces of a connection, or datagrams, of both sides (feed.h).
 *
 * What goes over TCP in short segments is sent whole, too, and must say the
 * same (pieces.h).
 *
 * libFuzzer: -max_len=500 -entropic_scale_per_exec_time=1
 */
#include "dissectors/feed.h"
#include "dissectors/pieces.h"

extern const struct dissector dissector_codesys;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed_of f = {.dis = &dissector_codesys,
	    .tcp = 11740,
	    .udp = 1740,
	    .feed = {.gap = 0x40, .cut = 0x20}};

	if (size > 0 && data[0] & FEED_PIECES && !(data[0] & FEED_UDP)) {
		pieces_check(&dissector_codesys, data, size);
		return 0;
	}
	feed_check(&f, data, size);
	return 0;
}
