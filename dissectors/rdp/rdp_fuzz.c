/*
 * rdp_fuzz: arbitrary pieces of a connection, both sides, as net would hand
 * them over, TLS behind it included: see pieces.h.
 *
 * libFuzzer: -max_len=1400 -entropic_scale_per_exec_time=1
 * A connection, what both ends set, and a hello.
 */
#include "dissectors/pieces.h"

extern const struct dissector dissector_rdp, dissector_tls;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	pieces_inner = &dissector_tls;
	pieces_check(&dissector_rdp, data, size);
	return 0;
}
