/*
 * real: numbers of IEEE 754 as they are read from a message.
 *
 * A number of 32 bits becomes the double next to its shortest decimal form:
 * who set 21.3 shall read, compare with and be told 21.3, not
 * 21.299999237060547.  As a number of 32 bits it is still the same.
 */
#ifndef OTUS_BASE_REAL_H
#define OTUS_BASE_REAL_H

#include <stdint.h>
#include <string.h>

double real_of_float(float);

static inline double
real_from32(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof(f));
	return real_of_float(f);
}

static inline double
real_from64(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

#endif
