/*
 * fold: a text as it is compared, whoever wrote it: small letters, and one
 * blank for whatever stands between its words.
 */
#ifndef OTUS_STORE_DECLARED_FOLD_H
#define OTUS_STORE_DECLARED_FOLD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Small letters of ASCII and Latin-1; a, o and u with two dots as ae, oe, ue.
 * At most size - 1 bytes; returns the length.
 */
size_t fold(char *buf, size_t size, const char *text, size_t n);
/* Whether folded words stand in folded text side by side, and whole. */
bool fold_has(const char *text, const char *words);

/* Keys that two records of one device have in common (match.h). */
/* A name; of a host name with a domain, the host. */
size_t fold_name(char *buf, size_t size, const char *text);
/* A serial number: no punctuation, no zeros and no "0x" in front. */
size_t fold_serial(char *buf, size_t size, const char *text);

#endif
