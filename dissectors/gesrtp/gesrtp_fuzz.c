/*
 * gesrtp_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over: see pieces.h.
 *
 * libFuzzer: -max_len=1400 -entropic_scale_per_exec_time=1
 * A connection, and a few requests with text.
 */
#include "dissectors/pieces.h"

extern const struct dissector dissector_gesrtp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pieces_check(&dissector_gesrtp, data, size);
	return 0;
}
