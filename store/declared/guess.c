/*
 * guess: see guess.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/declared/fold.h"
#include "store/declared/guess.h"
#include "store/declared/unsaid.h"

#define HEADER_MAX 128
/* Most of what is filled in, and more than chance, must be addresses. */
#define VALUES_LEAST 3

/* Whether one of a key's headers is all of the folded header, or part. */
static enum guess_how
held(enum decl_key k, const char *header, size_t *ret_len)
{
	enum guess_how how = GUESS_NOT;
	const char *p = decl_headers(k);

	*ret_len = 0;
	while (*p != '\0') {
		size_t n = strcspn(p, "|");
		bool vague = *p == '=';
		char known[HEADER_MAX];
		size_t len = fold(known, sizeof(known), p, n);

		if (strcmp(known, header) == 0) {
			*ret_len = len;
			return vague ? GUESS_VAGUE : GUESS_HEADER;
		}
		/* Two letters ("IP") in a long header say enough. */
		if (!vague && len > *ret_len && fold_has(header, known)) {
			how = GUESS_WORDS;
			*ret_len = len;
		}
		p += n + (p[n] == '|');
	}
	return how;
}

/* "Device IP" is an IP, "location name" a location: some words say more. */
static size_t
weight(enum decl_key k, size_t len)
{
	switch (k) {
	case DECL_MAC:
	case DECL_SERIAL:
	case DECL_IP: return 2 * HEADER_MAX + len;
	case DECL_NAME:
	case DECL_ROLE:
	case DECL_NOTES: return len;
	default: return HEADER_MAX + len;
	}
}

/* Whether folded text has one of "a|b" as a word. */
static bool
has_one(const char *text, const char *words)
{
	while (*words != '\0') {
		size_t n = strcspn(words, "|");
		char one[HEADER_MAX];

		(void)snprintf(one, sizeof(one), "%.*s", (int)n, words);
		if (fold_has(text, one)) {
			return true;
		}
		words += n + (words[n] == '|');
	}
	return false;
}

/* What was, or is to be, is not what is. */
static bool
is_not_now(const char *header)
{
	return has_one(header,
	    "old|former|previous|planned|alt|alte|alter|altes|bisher|bisherige|"
	    "bisheriger|geplant|geplante|ancien|ancienne");
}

/* An address, and not the device's own. */
static bool
is_anothers(const char *header)
{
	return is_not_now(header) ||
	       has_one(header,
		   "mask|maske|netmask|netzmaske|subnet|subnetz|subnetzmaske|"
		   "subnetmask|masque|gateway|passerelle|dns|ntp|broadcast|"
		   "switch|uplink|server|serveur|router|routeur");
}

/* A header with a key's word in it that is about something else: a serial
 * port, the maker of a MAC address, the IP code of a housing (IEC 60529). */
static bool
is_about_else(enum decl_key k, const char *header)
{
	switch (k) {
	case DECL_MAC:
		return is_anothers(header) ||
		       has_one(header, "vendor|manufacturer|maker|oui|"
				       "hersteller|fabricant|constructeur");
	case DECL_IP:
		return is_anothers(header) ||
		       has_one(header, "rating|protection|class|schutzart|"
				       "schutzklasse|klasse");
	case DECL_SERIAL:
		return is_not_now(header) ||
		       has_one(header, "port|ports|interface|schnittstelle|"
				       "protocol|protokoll|baud|bus|line|link|"
				       "connection|converter|speed");
	case DECL_VENDOR:
		return is_not_now(header) ||
		       has_one(header, "mac|oui|nr|no|number|nummer|id|code|"
				       "part|artikelnummer|bestellnummer");
	default: return is_not_now(header);
	}
}

/* What only an export has, beside what can be declared (inventory.c). */
static bool
is_export_only(const char *head)
{
	static const char *const heads[] = {"Observed IP", "Observed MAC",
	    "Manufacturer Source", "Behind", "First Seen", "Last Seen", "Heard",
	    "Declared Columns", UNSAID_HEADER};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (strcasecmp(heads[i], head) == 0) {
			return true;
		}
	}
	return false;
}

/* The key whose header fits best; of two, the more telling one. */
static struct guess
by_header(const char *text)
{
	struct guess best = {DECL_NONE, GUESS_NOT};
	char header[HEADER_MAX];
	size_t best_len = 0;

	(void)fold(header, sizeof(header), text, strlen(text));
	for (int k = 0; k < DECL_KEYS; k++) {
		size_t len;
		enum guess_how how = held((enum decl_key)k, header, &len);

		if (how == GUESS_WORDS &&
		    is_about_else((enum decl_key)k, header)) {
			continue;
		}
		len = weight((enum decl_key)k, len);
		if (how > best.how ||
		    (how == best.how && how != GUESS_NOT && len > best_len)) {
			best = (struct guess){(enum decl_key)k, how};
			best_len = len;
		}
	}
	if (best.how == GUESS_NOT) {
		best.key = DECL_NONE;
	}
	return best;
}

static struct guess
by_values(
    const char *head, const struct csv_row *rows, size_t nrows, size_t column)
{
	size_t filled = 0, macs = 0, ips = 0;
	char buf[48];

	(void)fold(buf, sizeof(buf), head, strlen(head));
	if (is_anothers(buf)) {
		return (struct guess){DECL_NONE, GUESS_NOT};
	}
	for (size_t i = 0; i < nrows; i++) {
		const char *s = column < rows[i].n ? rows[i].cell[column] : "";
		size_t n = strlen(s);

		filled += !decl_is_nothing(s);
		macs += decl_mac(s, n, buf);
		ips += decl_ip(s, n, buf);
	}
	if (macs >= VALUES_LEAST && macs * 5 >= filled * 4) {
		return (struct guess){DECL_MAC, GUESS_VALUES};
	}
	if (ips >= VALUES_LEAST && ips * 5 >= filled * 4) {
		return (struct guess){DECL_IP, GUESS_VALUES};
	}
	return (struct guess){DECL_NONE, GUESS_NOT};
}

/* One column a key, but for lists. */
static void
settle(struct guess *g, size_t n)
{
	for (int k = 0; k < DECL_KEYS; k++) {
		size_t best = n;

		if (decl_is_list((enum decl_key)k)) {
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			if ((int)g[i].key == k &&
			    (best == n || g[i].how > g[best].how)) {
				best = i;
			}
		}
		for (size_t i = 0; i < n; i++) {
			if ((int)g[i].key == k && i != best) {
				g[i] = (struct guess){DECL_NONE, GUESS_TAKEN};
			}
		}
	}
}

void
guess_columns(const struct csv_row *head, const struct csv_row *rows,
    size_t nrows, struct guess ret[CSV_COLUMNS_MAX])
{
	for (size_t i = 0; i < head->n; i++) {
		ret[i] = (struct guess){DECL_NONE, GUESS_NOT};
		if (is_export_only(head->cell[i])) {
			continue;
		}
		ret[i] = by_header(head->cell[i]);
		if (ret[i].how == GUESS_NOT) {
			ret[i] = by_values(head->cell[i], rows, nrows, i);
		}
	}
	settle(ret, head->n);
}

size_t
guess_count(const struct csv_row *row, bool all)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n; i++) {
		enum guess_how how = by_header(row->cell[i]).how;

		n += how >= (all ? GUESS_WORDS : GUESS_VAGUE);
	}
	return n;
}

static size_t
find_column(const struct csv_row *head, const char *name, size_t n)
{
	char want[HEADER_MAX], have[HEADER_MAX];

	if (n > 1 && name[0] == '#') {
		unsigned long v = strtoul(name + 1, NULL, 10);

		return v >= 1 && v <= head->n ? v - 1 : head->n;
	}
	(void)fold(want, sizeof(want), name, n);
	for (size_t i = 0; i < head->n; i++) {
		(void)fold(
		    have, sizeof(have), head->cell[i], strlen(head->cell[i]));
		if (strcmp(want, have) == 0) {
			return i;
		}
	}
	return head->n;
}

int
guess_correct(const struct csv_row *head, const char *correction,
    struct guess ret[CSV_COLUMNS_MAX])
{
	/* A header may have an equals sign, a key has none. */
	const char *eq = strrchr(correction, '=');
	enum decl_key key = DECL_NONE;
	size_t at;

	if (eq == NULL) {
		return ERR_FORMAT;
	}
	at = find_column(head, correction, (size_t)(eq - correction));
	if (at == head->n) {
		return ERR_NOTFOUND;
	}
	if (eq[1] != '\0' &&
	    (key = decl_key(eq + 1, strlen(eq + 1))) == DECL_NONE) {
		return ERR_FORMAT;
	}
	ret[at] = (struct guess){
	    key, key == DECL_NONE ? GUESS_DROPPED : GUESS_PERSON};
	settle(ret, head->n);
	return 0;
}
