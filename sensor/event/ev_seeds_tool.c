/*
 * ev_seeds: writes the seeds of ev_wire_fuzz: encoded samples, one file each.
 *
 *	build/sensor/event/ev_seeds_tool sensor/event/seeds/ev_wire_fuzz
 */
#include <stdio.h>

#include "event/ev_sample.h"
#include "event/ev_wire.h"

#define SEEDS 64

int
main(int argc, char **argv)
{
	static uint8_t wire[EV_WIRE_MAX];
	static struct ev_sample s;

	if (argc != 2) {
		fprintf(stderr, "usage: ev_seeds_tool FOLDER\n");
		return 64;
	}
	ev_sample_register();
	for (uint64_t i = 0; i < SEEDS; i++) {
		char path[4096];
		size_t n = 0;
		FILE *f;
		bool ok;

		ev_sample_random(&s, i);
		if (ev_wire_encode(&s.ev, wire, sizeof(wire), &n) != 0) {
			continue;
		}
		(void)snprintf(
		    path, sizeof(path), "%s/sample-%02u", argv[1], (unsigned)i);
		f = fopen(path, "wb");
		ok = f != NULL && fwrite(wire, 1, n, f) == n;
		if (f == NULL || fclose(f) != 0 || !ok) {
			perror(path);
			return 74;
		}
	}
	return 0;
}
