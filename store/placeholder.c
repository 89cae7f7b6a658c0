/*
 * placeholder: what devices say when nobody has told them anything.
 *
 * A list of words, and what fills a field: one character over and over, digits
 * in their order.  A serial number may be printed as decimal or as hexadecimal
 * and is looked at in both forms: 0x075bcd15 is 123456789.
 *
 * A placeholder says nothing of a device: it is no name of it, contradicts
 * none, and does not show that two are one.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/store_priv.h"

#define WORD_MAX 64
#define RUN_MIN  5 /* 12345; in a number's other form it is WORD_HEX */
#define WORD_HEX 8 /* digits of 32 bits */

struct words {
	const char *const *word;
	size_t n;
};

#define WORDS(list) ((struct words){(list), sizeof(list) / sizeof((list)[0])})

static const char *const any[] = {"", "-", "?", "n/a", "na", "none", "null",
    "nil", "unknown", "undefined", "default", "not set", "not defined",
    "not available", "not specified", "not configured", "not assigned",
    "to be filled by o.e.m.", "to be filled by oem", "system serial number",
    "system product name", "default string", "no name", "noname", "unnamed",
    "localhost", "test", "xxx", "123456789", "1234567890", "0.0.0.0"};

/* What kind of thing it is, or what the field is for, is no name of one. */
static const char *const names[] = {"switch", "router", "gateway", "device",
    "host", "hostname", "host name", "name", "device name", "system name",
    "sysname", "default-name", "default name", "defaultname", "localhost4",
    "localhost6", "localdomain", "system", "default snmp name"};

/* What agents say of where they are when they are new; the last is the example
 * that Net-SNMP comes with. */
static const char *const locations[] = {"location", "default location",
    "switch location", "hirschmann location", "system location",
    "sitting on the dock of the bay"};

/* How a text begins, or ends, that says no more than this. */
static const char *const first_words[] = {
    "unknown (", "managed redundant switch 0"};
static const char last_words[] = " not set";

static const char *const serials[] = {"serial", "serial number", "serial no",
    "serial no.", "serialnumber", "s/n", "sn", "deadbeef", "cafebabe",
    "baadf00d"};

static bool
is_in(struct words list, const char *value)
{
	for (size_t i = 0; i < list.n; i++) {
		if (strcasecmp(list.word[i], value) == 0) {
			return true;
		}
	}
	return false;
}

/* Without brackets, and without the domain of what has none; a longer text is
 * no placeholder, and left empty. */
static bool
bare_word(const char *value, bool name, char ret[WORD_MAX])
{
	static const char *const domains[] = {".localdomain", ".local"};
	size_t n = strlen(value);

	if (n >= 2 && strchr("(<[{\"'", value[0]) != NULL &&
	    strchr(")>]}\"'", value[n - 1]) != NULL) {
		value++;
		n -= 2;
	}
	if (n >= WORD_MAX) {
		return false;
	}
	memcpy(ret, value, n);
	ret[n] = '\0';
	for (size_t i = 0; name && i < sizeof(domains) / sizeof(domains[0]);
	     i++) {
		size_t cut = strlen(domains[i]);

		if (n > cut && strcasecmp(ret + n - cut, domains[i]) == 0) {
			n -= cut;
			ret[n] = '\0';
		}
	}
	return true;
}

static const char *
skip_0x(const char *value)
{
	return value[0] == '0' && (value[1] == 'x' || value[1] == 'X') &&
		       value[2] != '\0'
		   ? value + 2
		   : value;
}

static bool
is_one_character(const char *value)
{
	return value[0] != '\0' &&
	       value[strspn(value, (char[2]){value[0], '\0'})] == '\0';
}

/* One character over and over, which fills a field: 0000, ffff, xxxx. */
static bool
is_filler(const char *value)
{
	value = skip_0x(value);
	return strlen(value) >= 3 && is_one_character(value) &&
	       strchr("0fFxX-.?* _", value[0]) != NULL;
}

/* 12345, 0123456789, 123456789abcdef */
static bool
is_run(const char *value)
{
	static const char order[] = "01234567890", hex[] = "0123456789abcdef";
	char low[WORD_MAX];
	size_t n = strlen(value);

	if (n >= sizeof(low) || (value[0] != '0' && value[0] != '1')) {
		return false;
	}
	for (size_t i = 0; i <= n; i++) {
		low[i] = (char)tolower((unsigned char)value[i]);
	}
	return (n < sizeof(order) &&
		   strncmp(order + (low[0] - '0'), low, n) == 0) ||
	       (n < sizeof(hex) && strncmp(hex + (low[0] - '0'), low, n) == 0);
}

static bool
is_made_up(const char *digits, size_t least)
{
	return strlen(digits) >= least &&
	       (is_one_character(digits) || is_run(digits));
}

/* The same number, written the other way. */
static bool
is_made_up_otherwise(const char *digits, bool hex)
{
	char other[24];
	unsigned long long v;

	if (strlen(digits) > 10 ||
	    digits[strspn(digits,
		hex ? "0123456789abcdefABCDEF" : "0123456789")] != '\0') {
		return false;
	}
	v = strtoull(digits, NULL, hex ? 16 : 10);
	(void)snprintf(other, sizeof(other), hex ? "%llu" : "%llx", v);
	return is_made_up(other, WORD_HEX) || is_in(WORDS(serials), other);
}

static bool
is_no_serial(const char *value)
{
	const char *digits = skip_0x(value);
	bool hex = digits != value;

	digits += strspn(digits, "0");
	/* Its first digit may be the zero of 0123. */
	return is_in(WORDS(serials), value) || is_in(WORDS(serials), digits) ||
	       is_made_up(digits, RUN_MIN) || is_made_up(value, RUN_MIN) ||
	       is_made_up_otherwise(digits, hex);
}

/* 00:00:00:00:00:00 */
static bool
is_zeros(const char *value)
{
	return value[0] == '0' && strlen(value) >= RUN_MIN &&
	       value[strspn(value, "0:-.")] == '\0';
}

static bool
is_phrase(const char *value)
{
	size_t n = strlen(value), last = sizeof(last_words) - 1;

	for (size_t i = 0; i < sizeof(first_words) / sizeof(*first_words);
	     i++) {
		if (strncasecmp(
			value, first_words[i], strlen(first_words[i])) == 0) {
			return true;
		}
	}
	return n > last && strcasecmp(value + n - last, last_words) == 0;
}

/* What a person gives a device, and it has words of its own for until then. */
static bool
is_not_given(const char *key, const char *value, const char *word)
{
	bool name = fact_is_name(key), place = strcmp(key, "location") == 0;

	return (name && is_in(WORDS(names), word)) ||
	       (place && is_in(WORDS(locations), word)) ||
	       ((name || place) && (is_zeros(value) || is_phrase(value)));
}

static bool
is_zero(const char *value)
{
	return strcmp(value, "0") == 0 || strcmp(value, "00") == 0;
}

bool
placeholder_is(const char *key, const char *value)
{
	char word[WORD_MAX];

	/* Zero is a good count, state or slot, and no good name for a thing. */
	if (is_zero(value)) {
		return strcmp(key, "serial") == 0 || strcmp(key, "name") == 0 ||
		       strcmp(key, "location") == 0 ||
		       strcmp(key, "model") == 0 ||
		       strcmp(key, "vendor") == 0 ||
		       strcmp(key, "vendor_id") == 0 ||
		       strcmp(key, "product_code") == 0;
	}
	if (is_filler(value)) {
		return true;
	}
	if (!bare_word(value, fact_is_name(key), word)) {
		return false;
	}
	return is_in(WORDS(any), word) || is_not_given(key, value, word) ||
	       (strcmp(key, "serial") == 0 && is_no_serial(word));
}
