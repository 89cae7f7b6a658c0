/*
 * name: NetBIOS names, read (name.h).
 */
#include "dissectors/nbns/name.h"

struct nb_name
nb_name_of(const uint8_t *raw)
{
	struct rd r = rd_make(raw, NB_RAW_LEN);
	struct nb_name name = {
	    .text = rd_bytes(&r, NB_NAME_LEN), .n = NB_NAME_LEN};

	name.suffix = rd_u8(&r);
	while (name.n > 0 &&
	       (name.text[name.n - 1] == ' ' || name.text[name.n - 1] == 0)) {
		name.n--;
	}
	return name;
}

bool
nb_read_letters(struct rd *r, uint8_t ret_raw[NB_RAW_LEN])
{
	if (rd_u8(r) != NB_LETTERS) {
		return false;
	}
	for (size_t i = 0; i < NB_RAW_LEN; i++) {
		uint8_t hi = (uint8_t)(rd_u8(r) - 'A');
		uint8_t lo = (uint8_t)(rd_u8(r) - 'A');

		if (hi > 15 || lo > 15) {
			return false;
		}
		ret_raw[i] = (uint8_t)(hi << 4 | lo);
	}
	return rd_ok(r);
}

bool
nb_read_scope(struct rd *r, char ret_scope[NB_SCOPE_MAX], size_t *ret_n)
{
	size_t at = 0, n;

	while ((n = rd_u8(r)) != 0) {
		size_t dot = at != 0;
		const uint8_t *label = rd_bytes(r, n);

		if (label == NULL || n > NB_LABEL_MAX ||
		    at + dot + n > NB_SCOPE_MAX) {
			return false;
		}
		if (dot) {
			ret_scope[at++] = '.';
		}
		memcpy(ret_scope + at, label, n);
		at += n;
	}
	*ret_n = at;
	return rd_ok(r);
}

/* What programs look for by itself, a proxy or a tunnel's end: no station is
 * called so. */
static bool
is_looked_for(const struct nb_name *n)
{
	static const char *const names[] = {"WPAD", "ISATAP"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (n->n == strlen(names[i]) &&
		    memcmp(n->text, names[i], n->n) == 0) {
			return true;
		}
	}
	return false;
}

bool
nb_is_text(const struct nb_name *n)
{
	for (size_t i = 0; i < n->n; i++) {
		if (n->text[i] < ' ') {
			return false;
		}
	}
	return n->n != 0 && n->text[0] != '*' && !is_looked_for(n);
}
