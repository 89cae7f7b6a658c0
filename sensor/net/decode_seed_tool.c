/*
 * decode_seed_tool: writes the samples into a folder as seeds of decode_fuzz.
 *
 *	build/sensor/net/decode_seed_tool sensor/net/seeds/decode_fuzz
 */
#include <stdio.h>

#include "net/decode_samples.h"

int
main(int argc, char **argv)
{
	char path[4096];
	FILE *out;

	if (argc != 2) {
		fprintf(stderr, "usage: decode_seed_tool FOLDER\n");
		return 64;
	}
	for (size_t i = 0; i < DECODE_SAMPLES; i++) {
		const struct decode_sample *s = &decode_samples[i];

		snprintf(path, sizeof(path), "%s/%s_%u", argv[1], s->name,
		    s->linktype);
		out = fopen(path, "wb");
		if (out == NULL) {
			perror(path);
			return 73;
		}
		/* The fuzzer's own bytes: link type, bytes cut off. */
		(void)fputc(
		    s->linktype == LINKTYPE_LINUX_SLL2 ? 0xff : s->linktype,
		    out);
		(void)fputc(0, out);
		(void)fwrite(s->p, 1, s->n, out);
		if (fclose(out) != 0) {
			perror(path);
			return 74;
		}
	}
	return 0;
}
