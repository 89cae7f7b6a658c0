/*
 * route: the way to a module as text, and the device at its end.
 *
 *	1,3                   slot 3 of the backplane
 *	1,0,2,192.168.1.5     through slot 0 and its port 2 to that address
 *
 * Who is reached by an IP address is that address's device and no child of
 * what led there; what follows the address is behind it.  A route too long
 * for its field ends in a hash of itself: two routes never look alike.
 */
#include "dissectors/cip/cip.h"

size_t
cip_put_number(char *text, uint32_t v)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	for (size_t i = 0; i < n; i++) {
		text[i] = digits[n - 1 - i];
	}
	return n;
}

#define TAIL 9 /* ~ and eight digits */

static void
put_hash(char *tail, uint64_t hash)
{
	tail[0] = '~';
	for (int i = 1; i < TAIL; i++) {
		tail[i] = "0123456789abcdef"[hash & 15];
		hash >>= 4;
	}
}

void
cip_route_add(
    char route[CIP_ROUTE_MAX], uint8_t *len, const char *more, size_t n)
{
	size_t at = *len, comma = at != 0;
	uint64_t hash;

	if (n == 0) {
		return;
	}
	if (at + comma + n <= CIP_ROUTE_MAX) {
		if (comma) {
			route[at++] = ',';
		}
		memcpy(route + at, more, n);
		*len = (uint8_t)(at + n);
		return;
	}
	hash = cip_mix_bytes(cip_mix_bytes(0, route, at), more, n);
	if (at < CIP_ROUTE_MAX - TAIL) {
		size_t fits = CIP_ROUTE_MAX - TAIL - at;

		memcpy(route + at, more, n < fits ? n : fits);
	}
	put_hash(route + CIP_ROUTE_MAX - TAIL, hash);
	*len = CIP_ROUTE_MAX;
}

/* Four decimal numbers and three dots, all of it. */
static bool
read_ip(const char *text, size_t n, uint8_t ret[4])
{
	unsigned part = 0, parts = 0, digits = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i == n || text[i] == '.') {
			if (digits == 0 || digits > 3 || part > 255 ||
			    parts == 4) {
				return false;
			}
			ret[parts++] = (uint8_t)part;
			part = digits = 0;
			continue;
		}
		if (text[i] < '0' || text[i] > '9') {
			return false;
		}
		part = part * 10 + (unsigned)(text[i] - '0');
		if (++digits > 3) {
			return false;
		}
	}
	return parts == 4;
}

/* Length of what stands before the next comma. */
static size_t
word(const char *text, size_t n)
{
	const char *comma = memchr(text, ',', n);

	return comma != NULL ? (size_t)(comma - text) : n;
}

void
cip_route_end(struct ev_end *who, const char *route, size_t n)
{
	size_t at = 0, behind = 0;
	bool is_link = false;

	while (at < n) {
		size_t w = word(route + at, n - at);
		uint8_t ip[4];

		if (is_link && read_ip(route + at, w, ip)) {
			memset(who, 0, sizeof(*who));
			who->ipver = 4;
			memcpy(who->ip.a, ip, sizeof(ip));
			behind = at + w < n ? at + w + 1 : n;
		}
		is_link = !is_link;
		at += w + 1;
	}
	who->sub.kind = EV_SUB_NONE;
	if (behind < n) {
		who->sub.kind = EV_SUB_PATH;
		who->sub.len = (uint8_t)(n - behind);
		memcpy(who->sub.path, route + behind, n - behind);
	}
}
