/*
 * maker: who was given the MAC addresses that a device's own is one of, by
 * the registries of IEEE (MA-L, MA-M, MA-S).  It names who made the interface,
 * seldom the device, and anybody may set another: the weakest of all facts.
 */
#ifndef OTUS_STORE_MAKER_H
#define OTUS_STORE_MAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAKER_CONFIDENCE 10 /* beside those of fact.c */

/* NULL: nobody is registered, or the address is set locally or a group's. */
const char *maker_of(const uint8_t mac[6]);
/* The same of a text, 00:11:22:33:44:55. */
const char *maker_of_text(const char *mac);

/* By the first three bytes, also of addresses that are set locally. */
static inline bool
maker_is_same(const uint8_t a[6], const uint8_t b[6])
{
	return memcmp(a, b, 3) == 0;
}

#endif
