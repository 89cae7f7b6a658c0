/*
 * Fuzzer of the binary form.  What decodes must encode to the same bytes and
 * print as JSON that another library reads.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "event/ev_json.h"
#include "event/ev_sample.h"
#include "event/ev_wire.h"

/* Parsing JSON is slow; large records are left to the writer's own tests. */
#define PARSE_MAX 1024

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct arena arena;

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	ev_sample_register();
	return arena_init(&arena, EV_WIRE_ARENA);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t wire[EV_WIRE_MAX];
	static char text[1024 * 1024];
	struct rd r = rd_make(data, size);
	struct json j;
	struct ev e;
	size_t n = 0;
	cJSON *doc;

	arena_clear(&arena);
	if (ev_wire_decode(&r, &arena, &e) != 0) {
		return 0;
	}
	require(ev_wire_encode(&e, wire, sizeof(wire), &n) == 0);
	require(n == size && memcmp(wire, data, n) == 0);
	n = e.nfields;
	ev_close(&e); /* is closed already */
	require(e.nfields == n);
	json_init(&j, text, sizeof(text), NULL, NULL);
	ev_json(&j, &e, NULL, NULL);
	require(json_flush(&j) == 0);
	if (size <= PARSE_MAX) {
		doc = cJSON_ParseWithLength(text, j.used);
		require(cJSON_IsObject(doc));
		cJSON_Delete(doc);
	}
	return 0;
}
