/*
 * maker: see maker.h.  The tables are made by maker.sh when otus is built.
 *
 * IEEE gives away blocks of 2^24 addresses, and divides some of them into
 * blocks of 2^20 and of 2^12: the longest prefix counts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "store/maker.h"

/* A prefix, filled up with zeros to 36 bits, and where its name begins. */
struct row {
	uint64_t prefix : 36;
	uint64_t name : 28;
};

#include "store/maker.inc"

#define GROUP 1 /* bits of the first octet; IEEE 802, 8.2.2 */
#define LOCAL 2

static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->prefix > y->prefix) - (x->prefix < y->prefix);
}

static const char *
find(const struct row *rows, size_t n, uint64_t address, unsigned bits)
{
	const struct row key = {
	    .prefix = (address >> (48 - bits)) << (36 - bits)};
	const struct row *row =
	    bsearch(&key, rows, n, sizeof(rows[0]), compare);

	return row != NULL ? &names[row->name] : NULL;
}

#define FIND(rows, address, bits) \
	find(rows, sizeof(rows) / sizeof((rows)[0]), (address), (bits))

const char *
maker_of(const uint8_t mac[6])
{
	uint64_t address = 0;
	const char *name;

	for (int i = 0; i < 6; i++) {
		address = address << 8 | mac[i];
	}
	if (mac[0] & (GROUP | LOCAL) || address == 0) {
		return NULL;
	}
	name = FIND(rows36, address, 36);
	if (name == NULL) {
		name = FIND(rows28, address, 28);
	}
	return name != NULL ? name : FIND(rows24, address, 24);
}

const char *
maker_of_text(const char *mac)
{
	uint8_t m[6];

	if (mac == NULL || sscanf(mac, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx",
			       &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6) {
		return NULL;
	}
	return maker_of(m);
}
