/*
 * telnet_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over: see pieces.h.
 *
 * libFuzzer: -max_len=700 -entropic_scale_per_exec_time=1
 * A greeting, a log-in, a long subnegotiation.
 */
#include "dissectors/pieces.h"

extern const struct dissector dissector_telnet;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pieces_check(&dissector_telnet, data, size);
	return 0;
}
