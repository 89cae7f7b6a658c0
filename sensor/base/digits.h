/*
 * digits: numbers as decimal text, for what is printed for every event: a
 * tenth of the time of snprintf().
 */
#ifndef OTUS_BASE_DIGITS_H
#define OTUS_BASE_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 20 /* of 2^64 - 1 */

/* Without a NUL behind it; returns how many there are. */
static inline size_t
digits_put(char buf[DIGITS_MAX], uint64_t v)
{
	static const char pairs[] = "0001020304050607080910111213141516171819"
				    "2021222324252627282930313233343536373839"
				    "4041424344454647484950515253545556575859"
				    "6061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char work[DIGITS_MAX];
	char *p = work + sizeof(work);
	size_t n;

	while (v >= 100) {
		p -= 2;
		memcpy(p, &pairs[v % 100 * 2], 2);
		v /= 100;
	}
	if (v >= 10) {
		p -= 2;
		memcpy(p, &pairs[v * 2], 2);
	} else {
		*--p = (char)('0' + v);
	}
	n = (size_t)(work + sizeof(work) - p);
	memcpy(buf, p, n);
	return n;
}

#endif
