/*
 * Fuzzer of the CSV reader, and of what is made of its cells: rows come in
 * order and within bounds, every cell ends, what is kept is clean text that
 * stays as it is, and a column is told by at most one key.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "limits.h"
#include "store/declared/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX 8192

static void
require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void
check_value(enum decl_key k, const char *cell)
{
	char value[DECL_VALUE_MAX], again[DECL_VALUE_MAX];
	bool bad = false;
	char clean[3 * DECL_VALUE_MAX];

	if (decl_value(k, cell, strlen(cell), value) != 0) {
		return;
	}
	(void)utf8_clean(clean, sizeof(clean), value, strlen(value), &bad);
	require(!bad);
	require(strpbrk(value, "\r\n\t") == NULL);
	require(decl_value(k, value, strlen(value), again) == 0);
	require(strcmp(value, again) == 0);
}

static void
check_rows(const uint8_t *data, size_t size)
{
	struct csv_error e = {""};
	struct csv_row row;
	unsigned line = 0;
	struct csv c;
	int rc = csv_open(&c, data, size, &e);

	while (rc == 0 && (rc = csv_row(&c, &row, &e)) == 1) {
		require(row.line > line);
		require(row.n >= 1 && row.n <= CSV_COLUMNS_MAX);
		line = row.line;
		for (size_t i = 0; i < row.n; i++) {
			require(row.cell[i] >= c.text &&
				row.cell[i] <= c.text + c.n);
			require(strlen(row.cell[i]) <= LIMIT_DECLARED_CELL);
			check_value(
			    (enum decl_key)(i % DECL_KEYS), row.cell[i]);
		}
		rc = 0;
	}
	require(rc == 0 || e.text[0] != '\0');
	csv_close(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct declared none = {0};
	struct csv_error e = {""};
	struct import im;
	unsigned used[DECL_KEYS] = {0};
	size_t sum = 0;

	if (size > INPUT_MAX) {
		return 0;
	}
	check_rows(data, size);
	if (import_open(&im, data, size, &e) != 0) {
		return 0;
	}
	for (size_t i = 0; i < im.head.n; i++) {
		if (im.guess[i].key != DECL_NONE) {
			used[im.guess[i].key]++;
		}
	}
	for (int k = 0; k < DECL_KEYS; k++) {
		require(used[k] <= 1 || decl_is_list((enum decl_key)k));
	}
	require(import_plan(&im, &none) == 0);
	for (int i = 0; i < IMPORT_STATES; i++) {
		sum += im.count[i];
	}
	require(sum == im.n && im.count[IMPORT_SAME] == 0 &&
		im.count[IMPORT_CHANGES] == 0);
	import_close(&im);
	return 0;
}
