/*
 * names: what a number is called, by a table in the order of the numbers.
 */
#ifndef OTUS_DISSECTORS_NAMES_H
#define OTUS_DISSECTORS_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name {
	uint32_t number;
	const char *text;
};

/* NULL: it is not in the table. */
static inline const char *
name_find(const struct name *t, size_t n, uint32_t number)
{
	size_t lo = 0;

	/* Tables that begin with 0 have no gaps at first. */
	if (number < n && t[number].number == number) {
		return t[number].text;
	}
	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (t[mid].number == number) {
			return t[mid].text;
		}
		if (t[mid].number < number) {
			lo = mid + 1;
		} else {
			n = mid;
		}
	}
	return NULL;
}

#define NAME_OF(table, number) \
	name_find((table), sizeof(table) / sizeof((table)[0]), (number))

#endif
