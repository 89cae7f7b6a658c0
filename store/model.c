/*
 * model: see model.h.
 *
 * Base 32 is Crockford's: no i, l, o, u, so that an id survives being read
 * out over the telephone.
 */
#include <sodium.h>
#include <string.h>

#include "store/model.h"

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

#define UID_DIGITS (UID_BITS / 5)

/* The most telling one first. */
static const struct role_word {
	int64_t role;
	const char *name;
	int level;
	const char *reason;
} words[] = {
    {ROLE_GATEWAY, "gateway", 1, "answers for others behind it"},
    {ROLE_ROUTER, "router", -1, "its MAC carries other hosts' packets"},
    {ROLE_ENGINEER, "engineering", 2, "loads programs or firmware"},
    {ROLE_SERVER, "controller", 1, "answers an OT protocol"},
    {ROLE_CLIENT, "supervisor", 2, "asks by an OT protocol"},
    {ROLE_EXTERNAL, "external", -1, "a public address behind a router"},
};

static const struct role_word *
word_of(int64_t roles)
{
	static const struct role_word none = {.level = -1};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (roles & words[i].role) {
			return &words[i];
		}
	}
	return &none;
}

const char *
role_name(int64_t roles)
{
	return word_of(roles)->name;
}

int
role_level(int64_t roles)
{
	return word_of(roles)->level;
}

const char *
role_reason(int64_t roles)
{
	return word_of(roles)->reason;
}

int64_t
uid_make(const char *origin, unsigned salt)
{
	uint8_t h[crypto_generichash_BYTES_MIN];
	crypto_generichash_state st;
	uint8_t salt_byte = (uint8_t)salt;
	uint64_t v = 0;

	(void)crypto_generichash_init(&st, NULL, 0, sizeof(h));
	(void)crypto_generichash_update(
	    &st, (const uint8_t *)origin, strlen(origin));
	if (salt != 0) {
		(void)crypto_generichash_update(&st, &salt_byte, 1);
	}
	(void)crypto_generichash_final(&st, h, sizeof(h));
	for (int i = 0; i < 8; i++) {
		v = v << 8 | h[i];
	}
	return (int64_t)(v >> (64 - UID_BITS));
}

void
uid_text(char buf[UID_TEXT], char prefix, int64_t uid)
{
	buf[0] = prefix;
	buf[1] = '-';
	for (int i = 0; i < UID_DIGITS; i++) {
		int shift = UID_BITS - 5 * (i + 1);

		buf[2 + i] = digits[(uint64_t)uid >> shift & 31];
	}
	buf[2 + UID_DIGITS] = '\0';
}

int64_t
uid_parse(const char *text, char prefix)
{
	uint64_t v = 0;

	if (strnlen(text, UID_TEXT) != 2 + UID_DIGITS || text[0] != prefix ||
	    text[1] != '-') {
		return -1;
	}
	for (int i = 0; i < UID_DIGITS; i++) {
		const char *p = strchr(digits, text[2 + i]);

		if (p == NULL) {
			return -1;
		}
		v = v << 5 | (uint64_t)(p - digits);
	}
	return (int64_t)v;
}
