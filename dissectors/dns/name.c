/*
 * name: domain names (RFC 1035, 3.1 and 4.1.4), as wire and as text.
 *
 *	 1 octet                  2 octets
 *	+--------+-------- - -   +--+--------------+
 *	|00  len | len octets    |11| offset       |   the rest of the name is
 *	+--------+-------- - -   +--+--------------+   there; a 0 is the root
 *
 * A pointer leads to what was said before: always further back than all that
 * the name has read so far, so that no chain of them can loop; and their
 * number has a limit.  A name is read into a buffer that holds the longest.
 */
#include "dissectors/dns/dns.h"

#define LABEL_KIND    0xc0
#define LABEL_POINTER 0xc0

static size_t
offset_of(const struct rd *whole, const struct rd *r)
{
	return (size_t)(r->p - whole->p);
}

static const char *
add_label(struct rd *r, size_t len, struct dns_name *ret)
{
	const uint8_t *p = rd_bytes(r, len);

	if (p == NULL) {
		return DNS_BAD_SHORT;
	}
	if (len + 1 > sizeof(ret->octets) - ret->n) {
		return DNS_BAD_NAME;
	}
	ret->octets[ret->n++] = (uint8_t)len;
	memcpy(ret->octets + ret->n, p, len);
	ret->n += len;
	return NULL;
}

const char *
dns_read_name(struct rd *r, const struct rd *whole, struct dns_name *ret)
{
	size_t floor = offset_of(whole, r);
	struct rd cur = *r;
	unsigned jumps = 0;
	const char *bad;

	ret->n = 0;
	for (;;) {
		uint8_t len = rd_u8(&cur);
		size_t to;

		if (!rd_ok(&cur)) {
			return DNS_BAD_SHORT;
		}
		if (len == 0) {
			break;
		}
		if ((len & LABEL_KIND) == 0) {
			if ((bad = add_label(&cur, len, ret)) != NULL) {
				return bad;
			}
			continue;
		}
		if ((len & LABEL_KIND) != LABEL_POINTER) {
			return DNS_BAD_LABEL;
		}
		to = (size_t)(len & ~LABEL_KIND) << 8 | rd_u8(&cur);
		if (!rd_ok(&cur)) {
			return DNS_BAD_SHORT;
		}
		if (to >= floor || to < DNS_HEAD_LEN || jumps == DNS_JUMPS) {
			return DNS_BAD_POINTER;
		}
		if (jumps++ == 0) {
			*r = cur;
		}
		floor = to;
		cur = *whole;
		rd_skip(&cur, to);
	}
	if (jumps == 0) {
		*r = cur;
	}
	return NULL;
}

const uint8_t *
dns_label(const struct dns_name *name, size_t *at, size_t *ret_len)
{
	const uint8_t *p;

	if (*at >= name->n) {
		return NULL;
	}
	p = name->octets + *at + 1;
	*ret_len = name->octets[*at];
	*at += 1 + *ret_len;
	return p;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/*
 * FNV-1a, never 0.  A name that has another's hash gains nothing: a sender may
 * call itself what it likes.
 */
uint64_t
dns_hash(const struct dns_name *name, size_t from)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = from; i < name->n; i++) {
		h = (h ^ lower(name->octets[i])) * 0x100000001b3;
	}
	return h | 1;
}

bool
dns_label_is(const uint8_t *label, size_t len, const char *text)
{
	for (size_t i = 0; i < len; i++, text++) {
		if (*text == '\0' || lower((uint8_t)*text) != lower(label[i])) {
			return false;
		}
	}
	return *text == '\0';
}

size_t
dns_text(
    const struct dns_name *name, size_t from, size_t to, char buf[DNS_TEXT_MAX])
{
	const uint8_t *p;
	size_t n = 0, len;

	while (from < to && (p = dns_label(name, &from, &len)) != NULL) {
		if (n != 0) {
			buf[n++] = '.';
		}
		for (size_t i = 0; i < len; i++) {
			if (p[i] == '.' || p[i] == '\\') {
				buf[n++] = '\\';
			}
			buf[n++] = (char)p[i];
		}
	}
	if (n == 0) {
		buf[n++] = '.';
	}
	return n;
}

static bool
is_transport(const uint8_t *p, size_t n)
{
	return dns_label_is(p, n, "_tcp") || dns_label_is(p, n, "_udp");
}

bool
dns_service(const struct dns_name *name, size_t *ret_from, size_t *ret_to)
{
	const uint8_t *p, *before = NULL;
	size_t at = 0, len, before_at = 0, before_len = 0;

	for (unsigned i = 0; i < 4; i++) {
		size_t here = at;

		if ((p = dns_label(name, &at, &len)) == NULL) {
			return false;
		}
		if (before != NULL && before_len > 1 && before[0] == '_' &&
		    is_transport(p, len)) {
			*ret_from = before_at;
			*ret_to = at;
			return true;
		}
		before = p;
		before_at = here;
		before_len = len;
	}
	return false;
}
