/*
 * ftp_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over: see pieces.h.
 *
 * libFuzzer: -max_len=1400 -entropic_scale_per_exec_time=1
 * One line that is too long, and others.
 */
#include "dissectors/pieces.h"

extern const struct dissector dissector_ftp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pieces_check(&dissector_ftp, data, size);
	return 0;
}
