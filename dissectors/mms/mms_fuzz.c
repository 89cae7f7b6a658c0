/*
 * mms_fuzz: arbitrary pieces of a connection, both sides (pieces.h).
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 */
#include <stdint.h>
#include <string.h>

#include "dissectors/pieces.h"

extern const struct dissector dissector_mms;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pieces_check(&dissector_mms, data, size);
	return 0;
}
