/*
 * maker: who was given the MAC addresses that a device's own is one of, by
 * the registries of IEEE (MA-L, MA-M, MA-S).  It names who made the interface,
 * seldom the device, and anybody may set another: the weakest of all facts.
 */
#ifndef OTUS_STORE_MAKER_H
#define OTUS_STORE_MAKER_H

#include <stdint.h>

#define MAKER_CONFIDENCE 10 /* beside those of fact.c */

/* NULL: nobody is registered, or the address is set locally or a group's. */
const char *maker_of(const uint8_t mac[6]);
/* The same of a text, 00:11:22:33:44:55. */
const char *maker_of_text(const char *mac);

#endif
