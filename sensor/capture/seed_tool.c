/*
 * seed_tool: writes the samples into a folder as seeds of capfile_fuzz.
 *
 *	build/sensor/capture/seed_tool sensor/capture/seeds/capfile_fuzz
 */
#include <stdio.h>

#include "capture/samples.h"

int
main(int argc, char **argv)
{
	char path[4096];
	FILE *out;

	if (argc != 2) {
		fprintf(stderr, "usage: seed_tool FOLDER\n");
		return 64;
	}
	for (size_t i = 0; i < SAMPLES; i++) {
		snprintf(path, sizeof(path), "%s/%s", argv[1], samples[i].name);
		out = fopen(path, "wb");
		if (out == NULL) {
			perror(path);
			return 73;
		}
		/* The fuzzer's own first byte: pieces of 5, reopened. */
		(void)fputc(0x16 + (int)i, out);
		(void)fwrite(samples[i].p, 1, samples[i].n, out);
		if (fclose(out) != 0) {
			perror(path);
			return 74;
		}
	}
	return 0;
}
