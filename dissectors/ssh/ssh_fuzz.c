/*
 * ssh_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over: see pieces.h.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 * Two lines of the greatest length.
 */
#include "dissectors/pieces.h"

extern const struct dissector dissector_ssh;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pieces_check(&dissector_ssh, data, size);
	return 0;
}
