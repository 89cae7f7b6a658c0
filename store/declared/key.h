/*
 * key: what a person may say of a device, and what a value of it must look
 * like to be kept.
 *
 * A value is kept as it was written, but for white space around it; addresses
 * in their usual form, several of them with blanks between.  What says
 * "nothing known" ("n/a", "-", "unbekannt") is as good as nothing.
 */
#ifndef OTUS_STORE_DECLARED_KEY_H
#define OTUS_STORE_DECLARED_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum decl_key {
#define KEY(NAME, word, compare, headers) DECL_##NAME,
#include "store/declared/key.def"
#undef KEY
	DECL_KEYS,
	DECL_NONE = DECL_KEYS
};

/* How a declared value is held against an observed one (compare.c). */
enum decl_compare {
	DECL_COMPARE_NONE, /* only people know          */
	DECL_COMPARE_MAC,
	DECL_COMPARE_IP,
	DECL_COMPARE_SERIAL,
	DECL_COMPARE_NAME,
	DECL_COMPARE_WORDS,
	DECL_COMPARE_MODEL,
	DECL_COMPARE_VERSION,
};

#define DECL_VALUE_MAX 1024 /* with its NUL */
/* Also of a name's key that is made of it: a fold never grows. */
#define DECL_LIST_MAX 16 /* MACs or IPs in one value */

const char *decl_word(enum decl_key);
/* By its word; DECL_NONE when there is none. */
enum decl_key decl_key(const char *word, size_t n);
enum decl_compare decl_compare_of(enum decl_key);
/* "Serial Number|Serial|...": as in key.def, "=" in front of vague ones. */
const char *decl_headers(enum decl_key);
/* Several columns may say it, and one may say several. */
bool decl_is_list(enum decl_key);

/*
 * The value made fit to be kept; "" when it says nothing.  ERR_FORMAT: it is
 * no address, level, yes or no; ERR_TOOBIG.  n bytes of any kind are taken.
 */
int decl_value(enum decl_key, const char *text, size_t n,
    char ret[DECL_VALUE_MAX]) MUST_CHECK;
/* Likewise; *ret_note is NULL, or why some of it was not kept: "no address of a
 * device". */
int decl_value_noted(enum decl_key, const char *text, size_t n,
    char ret[DECL_VALUE_MAX], const char **ret_note) MUST_CHECK;
/* What a value has to be, for a person: "an IP address". */
const char *decl_expects(enum decl_key);

/* "n/a", "unknown", "unbekannt", "-": nothing is known. */
bool decl_is_nothing(const char *);

/* One address in its usual form, an IP also with its prefix length; false
 * when it is none. */
bool decl_mac(const char *text, size_t n, char ret[18]);
bool decl_ip(const char *text, size_t n, char ret[46]);

/* The next of a list's values; NULL at the end. */
const char *decl_list_next(const char **at, size_t *ret_n);

#endif
