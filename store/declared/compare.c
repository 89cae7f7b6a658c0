/*
 * compare: see compare.h.
 */
#include <ctype.h>
#include <string.h>

#include "store/declared/compare.h"
#include "store/declared/fold.h"

static bool
same_list(enum decl_key k, const char *declared, const char *observed)
{
	char x[DECL_VALUE_MAX], y[DECL_VALUE_MAX];
	const char *a, *b, *at_a = x, *at_b;
	size_t na, nb;

	/* What is no address cannot be compared with one. */
	if (decl_value(k, declared, strlen(declared), x) != 0 ||
	    decl_value(k, observed, strlen(observed), y) != 0) {
		return false;
	}
	if (x[0] == '\0' || y[0] == '\0') {
		return true; /* no device's address contradicts nobody */
	}
	while ((a = decl_list_next(&at_a, &na)) != NULL) {
		at_b = y;
		while ((b = decl_list_next(&at_b, &nb)) != NULL) {
			if (na == nb && memcmp(a, b, na) == 0) {
				return true;
			}
		}
	}
	return false;
}

static bool
same_folded(
    size_t (*f)(char *, size_t, const char *), const char *a, const char *b)
{
	char x[DECL_VALUE_MAX], y[DECL_VALUE_MAX];

	return f(x, sizeof(x), a) == f(y, sizeof(y), b) && strcmp(x, y) == 0;
}

/* --- words ---------------------------------------------------------------- */

/* What a company is, not which one. */
static bool
is_form(const char *w, size_t n)
{
	static const char *const forms[] = {"ag", "gmbh", "inc", "co", "corp",
	    "corporation", "company", "ltd", "limited", "llc", "kg", "se", "sa",
	    "spa", "bv", "nv", "ab", "as", "oy", "plc", "kgaa", "and", "the",
	    "und"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strlen(forms[i]) == n && memcmp(forms[i], w, n) == 0) {
			return true;
		}
	}
	return false;
}

/* Folded, without legal forms; all of it where nothing else is left. */
static void
words(char *buf, size_t size, const char *text)
{
	char all[DECL_VALUE_MAX];
	size_t used = 0;

	(void)fold(all, sizeof(all), text, strlen(text));
	for (const char *p = all; *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (!is_form(p, n) && used + n + 2 < size) {
			if (used != 0) {
				buf[used++] = ' ';
			}
			memcpy(buf + used, p, n);
			used += n;
		}
		p += n + (p[n] == ' ');
	}
	buf[used] = '\0';
	if (used == 0) {
		(void)fold(buf, size, text, strlen(text));
	}
}

static bool
same_words(const char *a, const char *b)
{
	char x[DECL_VALUE_MAX], y[DECL_VALUE_MAX];

	words(x, sizeof(x), a);
	words(y, sizeof(y), b);
	return strcmp(x, y) == 0 || fold_has(x, y) || fold_has(y, x);
}

/* Order numbers are broken up as it pleases. */
static size_t
unbroken(char *buf, size_t size, const char *text)
{
	size_t n = fold(buf, size, text, strlen(text)), used = 0;

	for (size_t i = 0; i < n; i++) {
		if (buf[i] != ' ') {
			buf[used++] = buf[i];
		}
	}
	buf[used] = '\0';
	return used;
}

/* --- versions ------------------------------------------------------------- */

static const char *
skip_prefix(const char *p)
{
	static const char *const marks[] = {"firmware", "version", "revision",
	    "ver", "rev", "fw", "hw", "sw", "v", "r"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i]);
		const char *q = p + n;

		if (strncmp(p, marks[i], n) == 0) {
			q += *q == ' ';
			return isdigit((unsigned char)*q) ? q : p;
		}
	}
	return p;
}

/* Numbers without leading zeros, one blank between; no zeros at the end. */
static size_t
version(char *buf, size_t size, const char *text)
{
	char all[DECL_VALUE_MAX];
	size_t used = 0;
	const char *p = all;

	(void)fold(all, sizeof(all), text, strlen(text));
	p = skip_prefix(p);
	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		while (n > 1 && *p == '0' && isdigit((unsigned char)p[1])) {
			p++;
			n--;
		}
		if (used + n + 2 >= size) {
			break;
		}
		if (used != 0) {
			buf[used++] = ' ';
		}
		memcpy(buf + used, p, n);
		used += n;
		p += n + (p[n] == ' ');
	}
	while (used > 2 && buf[used - 1] == '0' && buf[used - 2] == ' ') {
		used -= 2;
	}
	buf[used] = '\0';
	return used;
}

/* -------------------------------------------------------------------------- */

bool
decl_agrees(enum decl_key k, const char *declared, const char *observed)
{
	if (declared == NULL || observed == NULL || decl_is_nothing(declared) ||
	    decl_is_nothing(observed)) {
		return true;
	}
	switch (decl_compare_of(k)) {
	case DECL_COMPARE_NONE: return true;
	case DECL_COMPARE_MAC:
	case DECL_COMPARE_IP: return same_list(k, declared, observed);
	case DECL_COMPARE_SERIAL:
		return same_folded(fold_serial, declared, observed);
	case DECL_COMPARE_NAME:
		return same_folded(fold_name, declared, observed);
	case DECL_COMPARE_WORDS: return same_words(declared, observed);
	case DECL_COMPARE_MODEL:
		return same_words(declared, observed) ||
		       same_folded(unbroken, declared, observed);
	case DECL_COMPARE_VERSION:
		return same_folded(version, declared, observed);
	}
	return true;
}
