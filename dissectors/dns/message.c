/*
 * message: the header and the records behind it (RFC 1035, 4.1).
 *
 *	 0    2       4         6         8           10           12
 *	+----+-------+---------+---------+-----------+------------+---- - -
 *	| id | flags | queries | answers | authority | additional | records
 *	+----+-------+---------+---------+-----------+------------+---- - -
 *
 *	question  name | type | class
 *	record    name | type | class | ttl (4) | length (2) | data
 */
#include "dissectors/dns/dns.h"

#define QUESTION_MIN 5
#define RECORD_MIN   11
#define SURE_RECORDS 64 /* more are not looked through by a probe */

bool
dns_read_head(struct rd *r, struct dns_msg *m)
{
	m->id = rd_be16(r);
	m->flags = rd_be16(r);
	for (size_t i = 0; i < DNS_SECTIONS; i++) {
		m->count[i] = rd_be16(r);
	}
	return rd_ok(r);
}

static unsigned
opcode(const struct dns_msg *m)
{
	return m->flags >> 11 & 15;
}

bool
dns_is_head(const struct dns_msg *m, size_t n)
{
	size_t min = (size_t)m->count[DNS_QUESTION] * QUESTION_MIN;

	/* Opcode 3 was never given away; 6 is RFC 8490's. */
	if (opcode(m) > 6 || opcode(m) == 3 || m->flags & DNS_Z) {
		return false;
	}
	for (size_t i = DNS_ANSWER; i < DNS_SECTIONS; i++) {
		min += (size_t)m->count[i] * RECORD_MIN;
	}
	/* Counts that say too much are told as such of what asks one thing. */
	return min <= n || m->count[DNS_QUESTION] <= 1;
}

void
dns_walk_start(struct dns_walk *w, const struct dns_msg *m)
{
	w->m = m;
	w->r = m->whole;
	rd_skip(&w->r, DNS_HEAD_LEN);
	w->section = DNS_QUESTION;
	w->left = m->count[DNS_QUESTION];
	w->bad = NULL;
	w->bad_at = 0;
}

static bool
damaged(struct dns_walk *w, const char *reason, const uint8_t *at)
{
	w->bad = reason;
	w->bad_at = (size_t)(at - w->m->whole.p);
	w->left = 0;
	w->section = DNS_ADDITIONAL;
	return false;
}

bool
dns_data_name(const struct dns_msg *m, struct rd data, struct dns_name *ret)
{
	return dns_read_name(&data, &m->whole, ret) == NULL &&
	       rd_left(&data) == 0;
}

uint8_t
dns_address(const struct dns_record *rr, struct ev_ip *ret)
{
	struct rd data = rr->data;
	size_t n = rr->type == DNS_A ? 4 : 16;

	if ((rr->type != DNS_A && rr->type != DNS_AAAA) ||
	    rd_left(&data) != n) {
		return 0;
	}
	memset(ret, 0, sizeof(*ret));
	rd_copy(&data, ret->a, n);
	return n == 4 ? 4 : 6;
}

/* Strings with a length before each, which fill the data. */
static bool
is_strings(struct rd data, unsigned min)
{
	unsigned n = 0;

	while (rd_left(&data) > 0) {
		rd_skip(&data, rd_u8(&data));
		n++;
	}
	return rd_ok(&data) && n >= min;
}

/* Whether the data is what its type has; others are not looked into. */
static bool
data_fits(const struct dns_msg *m, const struct dns_record *rr)
{
	struct dns_name name;
	struct rd data = rr->data;

	/* RFC 2136, 2.4 and 2.5: to delete is to give no data. */
	if (opcode(m) == DNS_UPDATE && rd_left(&data) == 0) {
		return true;
	}
	switch (rr->type) {
	case DNS_A: return rd_left(&data) == 4;
	case DNS_AAAA: return rd_left(&data) == 16;
	case DNS_PTR: return dns_data_name(m, data, &name);
	case DNS_HINFO: return is_strings(data, 2);
	case DNS_TXT: return is_strings(data, 0); /* RFC 6763, 6.1 */
	case DNS_SRV:
		rd_skip(&data, 6);
		return rd_ok(&data) && dns_data_name(m, data, &name);
	default: return true;
	}
}

bool
dns_next(struct dns_walk *w, struct dns_record *rr)
{
	const uint8_t *at = w->r.p;
	const char *bad;
	size_t n = 0;

	while (w->left == 0) {
		if (w->section == DNS_ADDITIONAL) {
			return false;
		}
		w->section++;
		w->left = w->m->count[w->section];
	}
	w->left--;
	rr->section = w->section;
	bad = dns_read_name(&w->r, &w->m->whole, &rr->name);
	if (bad != NULL) {
		return damaged(w, bad, at);
	}
	rr->type = rd_be16(&w->r);
	rr->cls = rd_be16(&w->r);
	rr->ttl = 0;
	if (w->section != DNS_QUESTION) {
		rr->ttl = rd_be32(&w->r);
		n = rd_be16(&w->r);
	}
	rr->data = rd_sub(&w->r, n);
	if (!rd_ok(&rr->data)) {
		return damaged(w, DNS_BAD_SHORT, at);
	}
	if (w->section != DNS_QUESTION && !data_fits(w->m, rr)) {
		return damaged(w, DNS_BAD_RDATA, rr->data.p);
	}
	return true;
}

/*
 * What is asked for in a plant: address, name, text, service.  NetBIOS names
 * (RFC 1002) have the same header, and types of their own: 32 and, as SRV, 33,
 * which asks for a name that begins with an underscore here.
 */
static bool
is_usual(const struct dns_record *rr)
{
	if ((rr->cls & DNS_CLASS) != DNS_IN) {
		return false;
	}
	switch (rr->type) {
	case DNS_A:
	case 2: /* NS */
	case 5: /* CNAME */
	case 6: /* SOA */
	case DNS_PTR:
	case 15: /* MX */
	case DNS_TXT:
	case DNS_AAAA:
	case 64: /* SVCB */
	case 65: /* HTTPS */ return rr->name.n != 0;
	case DNS_SRV: return rr->name.n > 1 && rr->name.octets[1] == '_';
	default: return false;
	}
}

bool
dns_is_sure(struct dns_msg *m)
{
	struct dns_record rr;
	struct dns_walk w;
	struct rd r = m->whole;
	unsigned records;

	if (!dns_read_head(&r, m) || opcode(m) != DNS_QUERY ||
	    m->flags & DNS_Z || m->count[DNS_QUESTION] != 1) {
		return false;
	}
	records = m->count[DNS_ANSWER] + m->count[DNS_AUTHORITY] +
		  m->count[DNS_ADDITIONAL];
	if (records > SURE_RECORDS ||
	    (!(m->flags & DNS_QR) && m->count[DNS_ANSWER] != 0)) {
		return false;
	}
	dns_walk_start(&w, m);
	if (!dns_next(&w, &rr) || !is_usual(&rr)) {
		return false;
	}
	while (dns_next(&w, &rr)) {
	}
	return w.bad == NULL && rd_left(&w.r) == 0;
}
