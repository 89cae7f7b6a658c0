/*
 * key: see key.h.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "store/declared/key.h"

static const struct {
	const char *word, *headers;
	enum decl_compare compare;
} keys[DECL_KEYS] = {
#define KEY(NAME, word, compare, headers) \
	[DECL_##NAME] = {word, headers, DECL_COMPARE_##compare},
#include "store/declared/key.def"
#undef KEY
};

const char *
decl_word(enum decl_key k)
{
	return keys[k].word;
}

const char *
decl_headers(enum decl_key k)
{
	return keys[k].headers;
}

enum decl_compare
decl_compare_of(enum decl_key k)
{
	return keys[k].compare;
}

enum decl_key
decl_key(const char *word, size_t n)
{
	for (int k = 0; k < DECL_KEYS; k++) {
		if (strlen(keys[k].word) == n &&
		    strncasecmp(keys[k].word, word, n) == 0) {
			return (enum decl_key)k;
		}
	}
	return DECL_NONE;
}

bool
decl_is_list(enum decl_key k)
{
	return k == DECL_MAC || k == DECL_IP || k == DECL_TAGS ||
	       k == DECL_NOTES || k == DECL_LOCATION || k == DECL_PROTOCOLS ||
	       k == DECL_PORTS;
}

const char *
decl_expects(enum decl_key k)
{
	switch (k) {
	case DECL_MAC: return "a MAC address";
	case DECL_IP: return "an IP address";
	case DECL_LEVEL: return "a level from 0 to 5";
	case DECL_APPROVED: return "yes or no";
	case DECL_ASSET: return "an asset's id (a- and ten characters)";
	default: return "a text of less than 1024 bytes";
	}
}

/* --- addresses ------------------------------------------------------------ */

bool
decl_mac(const char *text, size_t n, char ret[18])
{
	unsigned digits = 0;
	char hex[12];

	for (size_t i = 0; i < n; i++) {
		if (strchr(":-. ", text[i]) != NULL) {
			continue;
		}
		if (digits == sizeof(hex) ||
		    !isxdigit((unsigned char)text[i])) {
			return false;
		}
		hex[digits++] = (char)tolower((unsigned char)text[i]);
	}
	if (digits != sizeof(hex)) {
		return false;
	}
	for (int i = 0; i < 6; i++) {
		ret[3 * i] = hex[2 * i];
		ret[3 * i + 1] = hex[2 * i + 1];
		ret[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	return true;
}

/* Registers write 010.001.002.003, which is no octal to them. */
static bool
ipv4(const char *text, char ret[46])
{
	unsigned part[4];
	int end = 0;

	if (sscanf(text, "%3u.%3u.%3u.%3u%n", &part[0], &part[1], &part[2],
		&part[3], &end) != 4 ||
	    text[end] != '\0' || strspn(text, "0123456789.") != (size_t)end ||
	    part[0] > 255 || part[1] > 255 || part[2] > 255 || part[3] > 255) {
		return false;
	}
	(void)snprintf(
	    ret, 46, "%u.%u.%u.%u", part[0], part[1], part[2], part[3]);
	return true;
}

/* An address of n bytes and nothing else. */
static bool
bare_ip(const char *text, size_t n, char ret[46])
{
	char buf[64];
	uint8_t a[16];

	if (n == 0 || n >= sizeof(buf)) {
		return false;
	}
	memcpy(buf, text, n);
	buf[n] = '\0';
	if (ipv4(buf, ret)) {
		return true;
	}
	return inet_pton(AF_INET6, buf, a) == 1 &&
	       inet_ntop(AF_INET6, a, ret, 46) != NULL;
}

/* "24" behind "10.0.0.1/": the network's, not the device's. */
static bool
is_prefix(const char *text, size_t n, bool is_v6)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)text[i])) {
			return false;
		}
		v = 10 * v + (unsigned)(text[i] - '0');
	}
	return n >= 1 && n <= 3 && v <= (is_v6 ? 128 : 32);
}

bool
decl_ip(const char *text, size_t n, char ret[46])
{
	const char *slash = memchr(text, '/', n);
	size_t len = slash != NULL ? (size_t)(slash - text) : n;

	return bare_ip(text, len, ret) &&
	       (slash == NULL ||
		   is_prefix(slash + 1, n - len - 1, strchr(ret, ':') != NULL));
}

/* "10.0.0.1:502", "[fe80::1]:502": the port is the service's. */
static bool
ip_and_port(const char *text, size_t n, char ret[46])
{
	const char *end = memchr(text, text[0] == '[' ? ']' : ':', n);
	size_t len = end != NULL ? (size_t)(end - text) : n, digits;

	if (end == NULL || bare_ip(text, n, ret)) {
		return bare_ip(text, n, ret);
	}
	digits = n - len - 1;
	if (text[0] == '[') {
		if (digits != 0 && (end[1] != ':' || --digits == 0)) {
			return false;
		}
		text++;
		len--;
		end += digits != 0;
	} else if (digits == 0) {
		return false;
	}
	for (size_t i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)end[1 + i])) {
			return false;
		}
	}
	return digits <= 5 && bare_ip(text, len, ret);
}

/* The host of "http://10.0.0.1:80/x" (RFC 3986, section 3.2); else all. */
static const char *
host_of(const char *p, size_t *n)
{
	for (size_t i = 0; i + 3 < *n; i++) {
		if (memcmp(p + i, "://", 3) == 0) {
			p += i + 3;
			*n -= i + 3;
			for (i = 0; i < *n && strchr("/?#", p[i]) == NULL;) {
				i++;
			}
			*n = i;
			break;
		}
	}
	return p;
}

/* What stands where no address is known, and masks: no device has these. */
static bool
is_no_device(enum decl_key k, const char *address)
{
	unsigned first;

	if (k == DECL_MAC) {
		/* Its lowest bit is a group's (IEEE 802, section 8.2). */
		return sscanf(address, "%2x", &first) != 1 ||
		       (first & 1) != 0 ||
		       strcmp(address, "00:00:00:00:00:00") == 0;
	}
	if (strchr(address, ':') != NULL) { /* RFC 4291, section 2.4 */
		return strcmp(address, "::") == 0 ||
		       strcmp(address, "::1") == 0 ||
		       strncmp(address, "ff", 2) == 0;
	}
	/* This network, loopback, group, reserved (RFC 6890), and masks. */
	return sscanf(address, "%3u.", &first) != 1 || first == 0 ||
	       first == 127 || first >= 224;
}

const char *
decl_list_next(const char **at, size_t *ret_n)
{
	const char *p = *at + strspn(*at, " ,;|\t");
	size_t n = strcspn(p, " ,;|\t");

	*at = p + n;
	*ret_n = n;
	return n != 0 ? p : NULL;
}

/* --- values --------------------------------------------------------------- */

bool
decl_is_nothing(const char *s)
{
	static const char *const words[] = {"n/a", "na", "n.a.", "none",
	    "unknown", "unbekannt", "tbd", "tba", "k.a.", "k. a.", "keine",
	    "kein", "nicht bekannt", "not known", "null", "?", "??", "???", "-",
	    "--", "---", "x.x.x.x", "."};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(s, words[i]) == 0) {
			return true;
		}
	}
	return s[0] == '\0';
}

/* What spreadsheets and web pages have for a blank: U+00A0, U+2007, U+200B,
 * U+202F. */
static size_t
blank(const char *p)
{
	static const char *const blanks[] = {
	    "\xc2\xa0", "\xe2\x80\x87", "\xe2\x80\x8b", "\xe2\x80\xaf"};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		size_t n = strlen(blanks[i]);

		if (strncmp(p, blanks[i], n) == 0) {
			return n;
		}
	}
	return (unsigned char)*p < 0x20 || *p == 0x7f;
}

/* Clean, one line, no white space around it. */
static int
tidy(const char *text, size_t n, char ret[DECL_VALUE_MAX])
{
	char buf[DECL_VALUE_MAX * 3];
	size_t len, skip = 0, used = 0;

	if (n >= DECL_VALUE_MAX) {
		return ERR_TOOBIG;
	}
	len = utf8_clean(buf, sizeof(buf), text, n, NULL);
	buf[len] = '\0';
	for (size_t i = 0; i < len; used++) {
		size_t white = blank(&buf[i]);

		buf[used] = white != 0 ? ' ' : buf[i];
		i += white != 0 ? white : 1;
	}
	len = used;
	while (len > 0 && buf[len - 1] == ' ') {
		len--;
	}
	while (skip < len && buf[skip] == ' ') {
		skip++;
	}
	if (len - skip >= DECL_VALUE_MAX) {
		return ERR_TOOBIG;
	}
	memcpy(ret, buf + skip, len - skip);
	ret[len - skip] = '\0';
	return 0;
}

static const char no_device[] = "no address of a device";
static const char damaged[] = "damaged by a spreadsheet";

/* Addresses of a cell, as they are taken out of it. */
struct addresses {
	enum decl_key key;
	char text[DECL_LIST_MAX * 48];
	size_t used, count;
	const char *note;
};

static int
add_address(struct addresses *a, const char *one)
{
	if (is_no_device(a->key, one)) {
		a->note = no_device;
		return 0;
	}
	if (++a->count > DECL_LIST_MAX) {
		return ERR_TOOBIG;
	}
	a->used += (size_t)snprintf(a->text + a->used,
	    sizeof(a->text) - a->used, "%s%s", a->used != 0 ? " " : "", one);
	return 0;
}

/* "10.0.0.1", "10.0.0.1/24", "10.0.0.1/10.0.0.2", "http://10.0.0.1/". */
static int
add_word(struct addresses *a, const char *p, size_t n)
{
	char one[48] = "";
	int rc = 0;

	if (a->key == DECL_IP) {
		p = host_of(p, &n);
	}
	while (n != 0 && rc == 0) {
		const char *slash = memchr(p, '/', n);
		size_t len = slash != NULL ? (size_t)(slash - p) : n;
		bool is_known = one[0] != '\0';

		if (len == 0 ||
		    (a->key == DECL_IP && is_known &&
			is_prefix(p, len, strchr(one, ':') != NULL))) {
			rc = 0; /* nothing more of it */
		} else if (a->key == DECL_MAC ? decl_mac(p, len, one)
					      : ip_and_port(p, len, one)) {
			rc = add_address(a, one);
		} else {
			rc = ERR_FORMAT;
		}
		len += slash != NULL;
		p += len;
		n -= len;
	}
	return rc;
}

static int
addresses(enum decl_key k, char value[DECL_VALUE_MAX], const char **ret_note)
{
	struct addresses a = {.key = k};
	const char *at = value, *p;
	char one[48];
	int rc = 0;
	size_t n;

	/* A MAC may have blanks inside: try the whole first. */
	if (k == DECL_MAC && decl_mac(value, strlen(value), one)) {
		rc = add_address(&a, one);
	} else {
		while (rc == 0 && (p = decl_list_next(&at, &n)) != NULL) {
			rc = add_word(&a, p, n);
		}
	}
	if (rc == 0) {
		memcpy(value, a.text, a.used + 1);
		*ret_note = a.note;
	}
	return rc;
}

/* "1,23457E+11" was a longer number; its other digits are lost. */
static bool
is_damaged(const char *s)
{
	size_t n = strspn(s + 1, ".,0123456789");

	return isdigit((unsigned char)s[0]) &&
	       (n == 0 || s[1] == '.' || s[1] == ',') &&
	       strspn(s + 1, ".,") <= 1 &&
	       strncasecmp(s + 1 + n, "E+", 2) == 0 && strlen(s + 3 + n) >= 1 &&
	       strspn(s + 3 + n, "0123456789") == strlen(s + 3 + n);
}

/* "2", "L2", "Level 2", "3.5": of the Purdue model. */
static int
level(char value[DECL_VALUE_MAX])
{
	const char *p = value;

	while (isalpha((unsigned char)*p) || *p == ' ' || *p == '-') {
		p++;
	}
	if (strlen(p) == 1 && *p >= '0' && *p <= '5') {
		value[0] = *p;
		value[1] = '\0';
		return 0;
	}
	if (strcmp(p, "3.5") == 0 || strcmp(p, "3,5") == 0) {
		memcpy(value, "3.5", 4);
		return 0;
	}
	return ERR_FORMAT;
}

static int
yes_or_no(char value[DECL_VALUE_MAX])
{
	static const char *const yes[] = {
	    "yes", "y", "true", "1", "ja", "j", "x", "ok", "wahr"};
	static const char *const no[] = {
	    "no", "n", "false", "0", "nein", "falsch"};

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(value, yes[i]) == 0) {
			memcpy(value, "yes", 4);
			return 0;
		}
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		if (strcasecmp(value, no[i]) == 0) {
			memcpy(value, "no", 3);
			return 0;
		}
	}
	return ERR_FORMAT;
}

static int
asset_id(char value[DECL_VALUE_MAX])
{
	if (strlen(value) != 12 || strncasecmp(value, "a-", 2) != 0) {
		return ERR_FORMAT;
	}
	for (char *p = value; *p != '\0'; p++) {
		*p = (char)tolower((unsigned char)*p);
	}
	return 0;
}

int
decl_value_noted(enum decl_key k, const char *text, size_t n,
    char ret[DECL_VALUE_MAX], const char **ret_note)
{
	char value[DECL_VALUE_MAX] = "";
	const char *note = NULL;
	int rc = tidy(text, n, value);

	if (rc == 0 && decl_is_nothing(value)) {
		value[0] = '\0';
	} else if (rc == 0) {
		switch (k) {
		case DECL_MAC:
		case DECL_IP: rc = addresses(k, value, &note); break;
		case DECL_LEVEL: rc = level(value); break;
		case DECL_APPROVED: rc = yes_or_no(value); break;
		case DECL_ASSET: rc = asset_id(value); break;
		case DECL_SERIAL:
		case DECL_NUMBER:
			if (is_damaged(value)) {
				note = damaged;
				value[0] = '\0';
			}
			break;
		default: break;
		}
	}
	if (rc == 0) {
		memcpy(ret, value, strlen(value) + 1);
		*ret_note = note;
	}
	return rc;
}

int
decl_value(
    enum decl_key k, const char *text, size_t n, char ret[DECL_VALUE_MAX])
{
	const char *note;

	return decl_value_noted(k, text, n, ret, &note);
}
