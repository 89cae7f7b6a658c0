/*
 * dns: one message format, three protocols: what is asked of each of them
 * (dissector.h), and a message's way from its bytes to its events.
 *
 *	dns     RFC 1035, UDP and TCP port 53; RFC 1996 notify, RFC 2136 update
 *	mdns    RFC 6762, UDP port 5353; with DNS-SD, RFC 6763
 *	llmnr   RFC 4795, UDP and TCP port 5355
 *
 * They are three dissectors, because rules, links and services go by the
 * protocol's name, and a table of fields has one; behind that, all is shared.
 * On TCP a length of two octets is before each message (4.2.2), which is then
 * part of the PDU.
 *
 * Who answers for its own name says who it is: facts.c.  A message whose counts
 * come out at its last octet proves itself.  What mDNS sends to all is an
 * `announce` whether somebody asked or not: the message does not tell.
 *
 * Left out: EDNS options, DNSSEC, DNS over TLS and HTTPS, and NetBIOS names,
 * which share the header (RFC 1002).  What is said of others is not believed.
 */
#include "dissectors/dns/dns.h"

/* --- finding a message ---------------------------------------------------- */

/* Of a stream, from the length: where the next message ends. */
static enum dis_rc
find(struct rd r, struct dns_msg *m, size_t *ret_len, size_t *ret_need)
{
	size_t len = rd_be16(&r);

	*ret_need = DNS_TCP_LEN;
	if (!rd_ok(&r)) {
		return DIS_MORE;
	}
	if (len < DNS_HEAD_LEN) {
		return DIS_NOT_MINE;
	}
	*ret_need = DNS_TCP_LEN + DNS_HEAD_LEN;
	if (!dns_read_head(&r, m)) {
		return DIS_MORE;
	}
	if (!dns_is_head(m, len - DNS_HEAD_LEN)) {
		return DIS_NOT_MINE;
	}
	*ret_len = *ret_need = DNS_TCP_LEN + len;
	return rd_has(&r, len - DNS_HEAD_LEN) ? DIS_OK : DIS_MORE;
}

static enum dis_rc
probe_stream(struct rd in, const struct dis_probe *pr, bool strict)
{
	struct dns_msg m = {0};
	size_t len = 0, need;
	enum dis_rc rc = find(in, &m, &len, &need);

	/* The header is enough on a port of its own. */
	if (rc == DIS_MORE && (len == 0 || strict)) {
		return DIS_MORE;
	}
	if (rc == DIS_NOT_MINE) {
		return DIS_NOT_MINE;
	}
	if (strict) {
		m.whole = rd_sub(&in, len);
		rd_skip(&m.whole, DNS_TCP_LEN);
		if (!dns_is_sure(&m)) {
			return DIS_NOT_MINE;
		}
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = len;
	}
	return DIS_OK;
}

static enum dis_rc
probe_datagram(struct rd in, const struct dis_probe *pr, bool strict)
{
	struct dns_msg m = {.whole = in};
	struct rd r = in;

	if (strict) {
		return dns_is_sure(&m) ? DIS_OK : DIS_NOT_MINE;
	}
	if (!dns_read_head(&r, &m) ||
	    (!pr->cut && !dns_is_head(&m, rd_left(&r)))) {
		return DIS_NOT_MINE;
	}
	if (pr->ret_len != NULL) {
		*pr->ret_len = rd_left(&in);
	}
	return DIS_OK;
}

/* Where nearly nothing gets past: the flags of a query or its answer. */
static bool
may_be(struct rd r, const struct dis_probe *pr)
{
	if (pr->transport == DIS_TCP) {
		rd_skip(&r, DNS_TCP_LEN);
	}
	rd_skip(&r, 2);
	return (rd_u8(&r) & 0x78) == 0 && (rd_u8(&r) & 0x40) == 0 &&
	       (rd_be16(&r) == 1 || !rd_ok(&r));
}

static enum dis_rc
probe_on(struct rd in, const struct dis_probe *pr)
{
	bool strict = !pr->hinted || pr->searching;

	if (strict && !may_be(in, pr)) {
		return DIS_NOT_MINE;
	}
	return pr->transport == DIS_TCP ? probe_stream(in, pr, strict)
					: probe_datagram(in, pr, strict);
}

static enum dis_rc
dns_probe(struct rd in, const struct dis_probe *pr)
{
	return probe_on(in, pr);
}

/* The others are what they are by their port: elsewhere they are dns. */
static enum dis_rc
port_probe(struct rd in, const struct dis_probe *pr)
{
	return pr->hinted ? probe_on(in, pr) : DIS_NOT_MINE;
}

/* --- what a message is ---------------------------------------------------- */

static bool
is_group(const struct ev_end *end)
{
	return (end->ipver == 4 && end->ip.a[0] >> 4 == 14) ||
	       (end->ipver == 6 && end->ip.a[0] == 0xff);
}

/* All that is answered ends now: RFC 6762, 10.1. */
static bool
says_goodbye(const struct dns_msg *m)
{
	struct dns_record rr;
	struct dns_walk w;
	bool bye = false;

	dns_walk_start(&w, m);
	while (dns_next(&w, &rr)) {
		if (rr.section == DNS_ANSWER && rr.ttl != 0) {
			return false;
		}
		bye |= rr.section == DNS_ANSWER;
	}
	return bye;
}

static const char *
query_name(const struct dns_msg *m)
{
	if (m->proto != PROTO_MDNS) {
		return "query";
	}
	if (!(m->flags & DNS_QR)) {
		/* RFC 6762, 8.2: with what it would like to be called. */
		return m->count[DNS_AUTHORITY] != 0 ? "probe" : "query";
	}
	if (says_goodbye(m)) {
		return "goodbye";
	}
	return m->to_all ? "announce" : "query";
}

static const char *
op_name(const struct dns_msg *m)
{
	switch (m->flags >> 11 & 15) {
	case DNS_QUERY: return query_name(m);
	case 1: return "inverse_query";
	case DNS_STATUS: return "status";
	case DNS_NOTIFY: return "notify";
	case DNS_UPDATE: return "update";
	case 6: return "stateful";
	default: return "unknown";
	}
}

/* --- who asks whom --------------------------------------------------------- */

/* What waits with a query: its first question, which an answer repeats. */
struct wait {
	uint64_t asked;
};

static uint64_t
asked(const struct dns_msg *m)
{
	struct dns_record rr;
	struct dns_walk w;

	dns_walk_start(&w, m);
	if (m->count[DNS_QUESTION] == 0 || !dns_next(&w, &rr)) {
		return 0;
	}
	return dns_hash(&rr.name, 0) ^ (uint64_t)rr.type << 16;
}

/* Errors and answers to updates may leave the question away. */
static void
pair(struct dns_msg *m)
{
	const struct dis_services *sv = m->ctx->sv;
	uint64_t key = (uint64_t)(m->flags >> 11 & 15) << 16 | m->id;
	struct wait wait = {asked(m)}, was;

	if (!(m->flags & DNS_QR)) {
		if (!m->ctx->dup) {
			(void)sv->put(m->ctx, key, &wait, sizeof(wait));
		}
		return;
	}
	m->paired = sv->take(m->ctx, key, &was, sizeof(was), &m->pair) &&
		    (wait.asked == 0 || wait.asked == was.asked);
}

static void
direct(struct dns_msg *m)
{
	struct dis_ctx *ctx = m->ctx;
	bool reply = m->flags & DNS_QR;

	m->to_all = is_group(ctx->dst);
	m->dir = !reply                            ? EV_DIR_REQUEST
		 : m->to_all                       ? EV_DIR_NOTIFY
		 : ctx->to_hint && !ctx->from_hint ? EV_DIR_UNKNOWN
						   : EV_DIR_RESPONSE;
	/* It is no group that acts; nor does who answers a server serve. */
	ctx->client = m->dir == EV_DIR_RESPONSE ? !ctx->side : ctx->side;
	ctx->client_sure = m->proto == PROTO_DNS;
	/* What is asked of all is answered elsewhere, if at all; and mDNS has
	 * neither numbers nor questions in its answers (RFC 6762, 6, 18.1). */
	if (!m->to_all && m->proto != PROTO_MDNS) {
		pair(m);
	}
}

/* --- a message ------------------------------------------------------------- */

static void
check(struct dns_msg *m)
{
	struct dns_record rr;
	struct dns_walk w;

	dns_walk_start(&w, m);
	while (dns_next(&w, &rr)) {
	}
	m->bad_at = m->before + w.bad_at;
	if (w.bad == NULL && rd_left(&w.r) > 0) {
		w.bad = DNS_BAD_TRAILING;
		m->bad_at = m->before + (size_t)(w.r.p - m->whole.p);
	}
	/* Who says that an answer is cut may do so anywhere. */
	if (!m->cut && !(m->flags & DNS_TC)) {
		m->bad = w.bad;
	}
}

static bool
has_records(const struct dns_msg *m)
{
	return (m->count[DNS_QUESTION] | m->count[DNS_ANSWER] |
		   m->count[DNS_AUTHORITY] | m->count[DNS_ADDITIONAL]) != 0;
}

static enum dis_rc
message(struct dns_msg *m)
{
	struct rd r = m->whole;
	bool good;

	(void)dns_read_head(&r, m);
	check(m);
	direct(m);
	m->op = op_name(m);
	good = m->bad == NULL && !m->cut;
	if (good && (m->paired || (m->ctx->hinted && has_records(m)))) {
		dis_confirm(m->ctx);
	}
	if (!good || !m->paired || (m->flags & 15) != 0 ||
	    !dis_answered(m->ctx, m->proto, &m->pair)) {
		dns_tell(m);
	}
	if (m->bad != NULL) {
		dis_malformed(m->ctx, m->proto, m->dir, m->bad, m->bad_at);
		return DIS_BAD;
	}
	if (good) {
		dns_facts(m);
	}
	return DIS_OK;
}

/*
 * Until it is proven a port that means nothing has only what is beyond doubt:
 * scanners try every protocol on every port.
 */
static bool
is_doubtful(const struct dis_ctx *ctx, struct rd whole)
{
	struct dns_msg m = {.whole = whole};

	return !ctx->hinted && !ctx->confirmed && !dns_is_sure(&m);
}

static enum dis_rc
no_header(struct dis_ctx *ctx, uint16_t proto, struct rd *in)
{
	if (!ctx->confirmed) {
		return DIS_NOT_MINE;
	}
	dis_malformed(ctx, proto, EV_DIR_UNKNOWN, DNS_BAD_HEADER, 0);
	if (ctx->transport == DIS_UDP) {
		(void)rd_rest(in);
	}
	return DIS_BAD;
}

static enum dis_rc
datagram(struct dns_msg *m, struct rd *in)
{
	struct rd r = *in;

	if (!dns_read_head(&r, m)) {
		if (m->ctx->cut) {
			return DIS_MORE;
		}
		return no_header(m->ctx, m->proto, in);
	}
	m->cut = m->ctx->cut;
	if (!m->cut && !dns_is_head(m, rd_left(&r))) {
		return no_header(m->ctx, m->proto, in);
	}
	if (is_doubtful(m->ctx, *in)) {
		return DIS_NOT_MINE;
	}
	m->whole = rd_rest(in);
	return message(m);
}

static enum dis_rc
segment(struct dns_msg *m, struct rd *in)
{
	struct dis_ctx *ctx = m->ctx;
	struct rd whole;
	size_t len = 0;
	enum dis_rc rc = find(*in, m, &len, &ctx->need);

	if (rc == DIS_NOT_MINE) {
		return no_header(ctx, m->proto, in);
	}
	if (rc == DIS_MORE && (!ctx->cut || len == 0)) {
		return DIS_MORE;
	}
	m->cut = rc == DIS_MORE;
	m->before = DNS_TCP_LEN;
	whole = *in;
	m->whole = m->cut ? rd_rest(&whole) : rd_sub(&whole, len);
	rd_skip(&m->whole, DNS_TCP_LEN);
	if (is_doubtful(ctx, m->whole)) {
		return DIS_NOT_MINE;
	}
	*in = whole;
	return message(m);
}

static enum dis_rc
parse(struct dis_ctx *ctx, struct rd *in, uint16_t proto)
{
	struct dns_msg m = {.ctx = ctx, .proto = proto};

	return ctx->transport == DIS_TCP ? segment(&m, in) : datagram(&m, in);
}

static enum dis_rc
dns_parse(struct dis_ctx *ctx, struct rd *in)
{
	return parse(ctx, in, PROTO_DNS);
}

static enum dis_rc
mdns_parse(struct dis_ctx *ctx, struct rd *in)
{
	return parse(ctx, in, PROTO_MDNS);
}

static enum dis_rc
llmnr_parse(struct dis_ctx *ctx, struct rd *in)
{
	return parse(ctx, in, PROTO_LLMNR);
}

/* --- the three of them ----------------------------------------------------- */

#define FIELDS(text, of_programs)                                    \
	{                                                            \
		.name = (text), .fields = dns_fields,                \
		.nfields = DNSF_END - EV_PROTO_BASE, .common = true, \
		.program = (of_programs),                            \
	}

static const struct ev_proto dns_proto = FIELDS("dns", false);
/* Each service has a name of its own (RFC 6763, 4.1.1). */
static const struct ev_proto mdns_proto = FIELDS("mdns", true);
static const struct ev_proto llmnr_proto = FIELDS("llmnr", false);

extern const struct dissector dissector_dns, dissector_mdns, dissector_llmnr;

const struct dissector dissector_dns = {
    .name = "dns",
    .proto = PROTO_DNS,
    .hints = {{DIS_UDP, 53}, {DIS_TCP, 53}},
    .probe = dns_probe,
    .parse = dns_parse,
    .fields = &dns_proto,
};

const struct dissector dissector_mdns = {
    .name = "mdns",
    .proto = PROTO_MDNS,
    .state_size = sizeof(struct dns_state),
    .hints = {{DIS_UDP, 5353}},
    .probe = port_probe,
    .parse = mdns_parse,
    .fields = &mdns_proto,
};

const struct dissector dissector_llmnr = {
    .name = "llmnr",
    .proto = PROTO_LLMNR,
    .hints = {{DIS_UDP, 5355}, {DIS_TCP, 5355}},
    .probe = port_probe,
    .parse = llmnr_parse,
    .fields = &llmnr_proto,
};
