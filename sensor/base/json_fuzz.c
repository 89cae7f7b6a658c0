/*
 * Fuzzer of the JSON writer's text path: whatever the bytes, the string must
 * parse with another library and say what utf8_clean() says, through a
 * buffer of any size.
 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX 4096

struct sink {
	char text[6 * INPUT_MAX + 16]; /* "\u0000" for every byte */
	size_t n;
};

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static int
take(void *arg, const char *p, size_t n)
{
	struct sink *s = arg;

	require(n <= sizeof(s->text) - s->n);
	memcpy(s->text + s->n, p, n);
	s->n += n;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char clean[3 * INPUT_MAX + 1], again[3 * INPUT_MAX + 1];
	static struct sink sink;
	char small[67];
	struct json j;
	cJSON *doc;
	bool bad;
	size_t n;

	if (size == 0 || size > INPUT_MAX) {
		return 0;
	}
	sink.n = 0;
	json_init(&j, small, 1 + data[0] % sizeof(small), take, &sink);
	json_strn(&j, (const char *)data, size);
	require(json_flush(&j) == 0);

	bad = false;
	n = utf8_clean(clean, sizeof(clean), data, size, &bad);
	require(bad || (n == size && memcmp(clean, data, n) == 0));
	/* What is clean stays as it is. */
	bad = false;
	require(utf8_clean(again, sizeof(again), clean, n, &bad) == n);
	require(!bad && memcmp(clean, again, n) == 0);

	doc = cJSON_ParseWithLength(sink.text, sink.n);
	require(doc != NULL && cJSON_IsString(doc));
	/* cJSON's strings end at the first NUL. */
	require(strcmp(doc->valuestring, clean) == 0);
	cJSON_Delete(doc);
	return 0;
}
