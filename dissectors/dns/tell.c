/*
 * tell: a message as an operation: who asks for what, and the first of what is
 * answered.  Lists have an end: what does not fit is in `counts` still.
 */
#include "dissectors/dns/dns.h"

#define TOLD_MAX     16 /* questions, answers, services, strings of a text */
#define SCRATCH_SIZE 8192

const struct ev_field_info dns_fields[DNSF_END - EV_PROTO_BASE] = {
#define F(id, name, section) \
	[DNSF_##id - EV_PROTO_BASE] = {(name), EV_R_NONE, (section)}
    /* Names come and go: an operation is the same again without them. */
    F(ID, "id", "RFC 1035, 4.1.1"),
    F(OPCODE, "opcode", "RFC 1035, 4.1.1"),
    F(RCODE, "rcode", "RFC 1035, 4.1.1"),
    F(FLAGS, "flags", "RFC 1035, 4.1.1; RFC 4795, 2.1.1"),
    F(QUESTIONS, "questions", "RFC 1035, 4.1.2"),
    F(NAME, "name", "RFC 1035, 3.1"),
    F(TYPE, "type", "RFC 1035, 3.2.2"),
    F(UNICAST, "unicast", "RFC 6762, 5.4"),
    F(COUNTS, "counts", "RFC 1035, 4.1.1"),
    F(ANSWERS, "answers", "RFC 1035, 4.1.3"),
    F(TTL, "ttl", "RFC 1035, 4.1.3"),
    F(FLUSH, "flush", "RFC 6762, 10.2"),
    F(ADDRESS, "address", "RFC 1035, 3.4.1; RFC 3596, 2.2"),
    F(TARGET, "target", "RFC 1035, 3.3; RFC 2782"),
    F(PORT, "port", "RFC 2782"),
    F(TXT, "txt", "RFC 1035, 3.3.14"),
    F(CPU, "cpu", "RFC 1035, 3.3.2"),
    F(OS, "os", "RFC 1035, 3.3.2"),
    F(SERVICES, "services", "RFC 6763, 4.1, 9"),
#undef F
};

/* Texts of names; an event points to them until it is emitted. */
struct scratch {
	char text[SCRATCH_SIZE];
	size_t n;
};

/* RFC 1035, 4.1.1; RFC 2136, 2.2; others by IANA's number only. */
const char *
dns_status(unsigned rcode)
{
	static const char *const names[] = {"ok", "format_error",
	    "server_failure", "name_error", "not_implemented", "refused",
	    "yxdomain", "yxrrset", "nxrrset", "not_authorised", "not_zone"};

	return rcode < sizeof(names) / sizeof(names[0]) ? names[rcode]
							: "unknown_error";
}

static const char *
type_name(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {{DNS_A, "A"}, {2, "NS"}, {5, "CNAME"}, {6, "SOA"},
	    {DNS_PTR, "PTR"}, {DNS_HINFO, "HINFO"}, {15, "MX"},
	    {DNS_TXT, "TXT"}, {DNS_AAAA, "AAAA"}, {DNS_SRV, "SRV"},
	    {35, "NAPTR"}, {39, "DNAME"}, {DNS_OPT, "OPT"}, {43, "DS"},
	    {46, "RRSIG"}, {47, "NSEC"}, {48, "DNSKEY"}, {50, "NSEC3"},
	    {64, "SVCB"}, {65, "HTTPS"}, {249, "TKEY"}, {250, "TSIG"},
	    {251, "IXFR"}, {252, "AXFR"}, {255, "ANY"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].type == type) {
			return names[i].name;
		}
	}
	return NULL;
}

static void
put_name(struct ev *e, uint16_t id, struct scratch *s,
    const struct dns_name *name, size_t from, size_t to)
{
	char *text = s->text + s->n;
	size_t n;

	if (sizeof(s->text) - s->n < DNS_TEXT_MAX) {
		return;
	}
	n = dns_text(name, from, to, text);
	s->n += n;
	ev_bytes(e, id, EV_T_TEXT, text, n);
}

static void
put_type(struct ev *e, uint16_t type)
{
	const char *name = type_name(type);

	if (name != NULL) {
		ev_name(e, DNSF_TYPE, name);
	} else {
		ev_numbered(e, DNSF_TYPE, "TYPE", type);
	}
}

static void
put_flags(struct ev *e, const struct dns_msg *m)
{
	static const struct {
		uint16_t bit;
		const char *dns, *llmnr;
	} bits[] = {{DNS_AA, "aa", "conflict"}, {DNS_TC, "tc", "tc"},
	    {DNS_RD, "rd", "tentative"}, {DNS_RA, "ra", NULL},
	    {DNS_AD, "ad", NULL}, {DNS_CD, "cd", NULL}};
	bool open = false;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		const char *name =
		    m->proto == PROTO_LLMNR ? bits[i].llmnr : bits[i].dns;

		if (!(m->flags & bits[i].bit) || name == NULL) {
			continue;
		}
		if (!open) {
			ev_array(e, DNSF_FLAGS);
			open = true;
		}
		ev_name(e, EVF_ELEM, name);
	}
	if (open) {
		ev_end(e);
	}
}

static const uint8_t *
string(struct rd *r, size_t *ret_len)
{
	*ret_len = rd_u8(r);
	return rd_bytes(r, *ret_len);
}

static void
put_texts(struct ev *e, struct rd data)
{
	size_t n;

	ev_array(e, DNSF_TXT);
	for (unsigned i = 0; i < TOLD_MAX && rd_left(&data) > 0; i++) {
		const uint8_t *p = string(&data, &n);

		if (p != NULL && n != 0) {
			ev_bytes(e, EVF_ELEM, EV_T_TEXT, p, n);
		}
	}
	ev_end(e);
}

static void
put_machine(struct ev *e, struct rd data)
{
	size_t n;
	const uint8_t *p = string(&data, &n);

	ev_bytes(e, DNSF_CPU, EV_T_TEXT, p, n);
	p = string(&data, &n);
	ev_bytes(e, DNSF_OS, EV_T_TEXT, p, n);
}

/* What the data says; the walk has found that it fits its type. */
static void
put_data(struct ev *e, const struct dns_msg *m, struct scratch *s,
    const struct dns_record *rr)
{
	struct rd data = rr->data;
	struct dns_name name;

	if (rd_left(&data) == 0) {
		return;
	}
	switch (rr->type) {
	case DNS_A:
	case DNS_AAAA:
		ev_bytes(e, DNSF_ADDRESS, EV_T_IP, data.p, rd_left(&data));
		break;
	case DNS_SRV:
		rd_skip(&data, 4);
		ev_uint(e, DNSF_PORT, rd_be16(&data));
		/* fallthrough */
	case 2: /* NS */
	case 5: /* CNAME */
	case DNS_PTR:
		if (dns_data_name(m, data, &name)) {
			put_name(e, DNSF_TARGET, s, &name, 0, name.n);
		}
		break;
	case DNS_TXT: put_texts(e, data); break;
	case DNS_HINFO: put_machine(e, data); break;
	default: break;
	}
}

static void
put_question(struct ev *e, const struct dns_msg *m, struct scratch *s,
    const struct dns_record *rr)
{
	ev_object(e, EVF_ELEM);
	put_name(e, DNSF_NAME, s, &rr->name, 0, rr->name.n);
	put_type(e, rr->type);
	if (m->proto == PROTO_MDNS && rr->cls & DNS_TOP_FLAG) {
		ev_bool(e, DNSF_UNICAST, true);
	}
	ev_end(e);
}

static void
put_answer(struct ev *e, const struct dns_msg *m, struct scratch *s,
    const struct dns_record *rr)
{
	ev_object(e, EVF_ELEM);
	put_name(e, DNSF_NAME, s, &rr->name, 0, rr->name.n);
	put_type(e, rr->type);
	ev_uint(e, DNSF_TTL, rr->ttl);
	if (m->proto == PROTO_MDNS && rr->cls & DNS_TOP_FLAG) {
		ev_bool(e, DNSF_FLUSH, true);
	}
	put_data(e, m, s, rr);
	ev_end(e);
}

/* The first ones of a section, in an array. */
static void
put_section(struct ev *e, const struct dns_msg *m, struct scratch *s,
    enum dns_section section, uint16_t id)
{
	struct dns_record rr;
	struct dns_walk w;
	unsigned told = 0;

	if (m->count[section] == 0) {
		return;
	}
	dns_walk_start(&w, m);
	while (told < TOLD_MAX && dns_next(&w, &rr) && rr.section <= section) {
		if (rr.section < section) {
			continue;
		}
		if (told++ == 0) {
			ev_array(e, id);
		}
		if (section == DNS_QUESTION) {
			put_question(e, m, s, &rr);
		} else {
			put_answer(e, m, s, &rr);
		}
	}
	if (told != 0) {
		ev_end(e);
	}
}

/* A service's type in a record: its name's, or all that a PTR names. */
static bool
find_service(const struct dns_msg *m, const struct dns_record *rr,
    struct dns_name *ret, size_t *ret_from, size_t *ret_to)
{
	*ret = rr->name;
	if (rr->type == DNS_SRV) {
		return dns_service(ret, ret_from, ret_to);
	}
	return rr->type == DNS_PTR && dns_data_name(m, rr->data, ret) &&
	       dns_service(ret, ret_from, ret_to);
}

/* What a responder announces: each service's type once (RFC 6763, 9). */
static void
put_services(struct ev *e, const struct dns_msg *m, struct scratch *s)
{
	uint64_t seen[TOLD_MAX], hash;
	size_t from, to, n = 0, i;
	struct dns_record rr;
	struct dns_name name;
	struct dns_walk w;

	dns_walk_start(&w, m);
	while (n < TOLD_MAX && dns_next(&w, &rr)) {
		if (rr.section == DNS_QUESTION || rr.ttl == 0 ||
		    !find_service(m, &rr, &name, &from, &to)) {
			continue;
		}
		name.n = to;
		hash = dns_hash(&name, from);
		for (i = 0; i < n && seen[i] != hash; i++) {
		}
		if (i < n) {
			continue;
		}
		if (n == 0) {
			ev_array(e, DNSF_SERVICES);
		}
		seen[n++] = hash;
		put_name(e, EVF_ELEM, s, &name, from, to);
	}
	if (n != 0) {
		ev_end(e);
	}
}

static void
put_counts(struct ev *e, const struct dns_msg *m)
{
	ev_array(e, DNSF_COUNTS);
	for (size_t i = 0; i < DNS_SECTIONS; i++) {
		ev_uint(e, EVF_ELEM, m->count[i]);
	}
	ev_end(e);
}

static enum ev_class
class_of(unsigned opcode)
{
	switch (opcode) {
	case DNS_STATUS: return EV_CLASS_DIAGNOSTIC;
	case DNS_NOTIFY: return EV_CLASS_REPORT;
	case DNS_UPDATE: return EV_CLASS_CONFIG;
	default: return EV_CLASS_DISCOVERY;
	}
}

void
dns_tell(struct dns_msg *m)
{
	unsigned opcode = m->flags >> 11 & 15, rcode = m->flags & 15;
	struct scratch s;
	struct ev *e;

	e = dis_operation(
	    m->ctx, m->proto, m->dir, m->op, opcode, class_of(opcode));
	if (m->paired) {
		dis_paired(e, &m->pair);
	}
	if (m->cut) {
		e->flags |= EV_CUT;
	}
	ev_uint(e, DNSF_ID, m->id);
	ev_uint(e, DNSF_OPCODE, opcode);
	if (m->flags & DNS_QR) {
		e->status =
		    m->dir == EV_DIR_RESPONSE ? dns_status(rcode) : NULL;
		ev_uint(e, DNSF_RCODE, rcode);
	}
	put_flags(e, m);
	put_counts(e, m);
	s.n = 0;
	put_section(e, m, &s, DNS_QUESTION, DNSF_QUESTIONS);
	/* RFC 2136, 2.2: what is to be changed stands in the third section. */
	put_section(e, m, &s, opcode == DNS_UPDATE ? DNS_AUTHORITY : DNS_ANSWER,
	    DNSF_ANSWERS);
	if (m->proto == PROTO_MDNS && m->flags & DNS_QR) {
		put_services(e, m, &s);
	}
	dis_emit(m->ctx, e);
}
