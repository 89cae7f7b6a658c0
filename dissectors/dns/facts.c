/*
 * facts: what a responder says of itself, and nothing that it says of others.
 *
 * A host's name is the sender's own where one of its address records has the
 * address that the message came from, or where that address, written as a name
 * to be looked up backwards, points to it.  Proxies, reflectors and servers of
 * others' names fail that; what they say is a topology event, and so is what a
 * host says that answers for whatever is asked.  A service is
 * the sender's where its SRV record leads to such a name (RFC 6763, 5); a TXT
 * record where its instance is known so, or where the message speaks of no
 * other host.  A flow remembers what was proven, since later answers are short.
 *
 * What the strings of a TXT record mean is a matter of the service: texts.def
 * has those that somebody has laid down.  Facts from it name the service in
 * `via`: several services of a device may spell its model in several ways.
 */
#include "dissectors/dns/dns.h"

#define HOSTS_MAX     4
#define NAMES_MAX     2 /* unrelated ones, that a host has by LLMNR */
#define INSTANCES_MAX 32
#define RESOLVES_MAX  8 /* of others, in one message */

#define NAME_IS_ID 0x01 /* the instance is no name for a person       */
#define NAME_MAC   0x02 /* ... is one before a MAC in square brackets  */
#define NAME_AT    0x04 /* ... is one behind an address and an @      */

struct text_key {
	const char *service, *text, *key;
};

static const struct text_key text_keys[] = {
#define TEXT(service, text, key) {(service), (text), (key)},
#include "dissectors/dns/texts.def"
};

static const struct {
	const char *service;
	unsigned how;
} services[] = {
#define SERVICE(service, how) {(service), (how)},
#include "dissectors/dns/texts.def"
};

struct instance {
	uint64_t whole, label;
	bool own;
};

struct facts {
	struct dns_msg *m;
	struct dns_state *st; /* NULL: none is kept */
	uint64_t host[HOSTS_MAX];
	size_t hosts;
	struct instance instance[INSTANCES_MAX];
	size_t instances;
	bool proven;  /* by this message               */
	bool foreign; /* it speaks of other hosts, too */
	unsigned resolved;
};

/* --- what is told ---------------------------------------------------------- */

static void
identity(struct facts *f, const char *key, const void *text, size_t n,
    const char *via)
{
	const struct dns_msg *m = f->m;

	if (n != 0) {
		dis_identity(m->ctx, m->proto, m->ctx->src, key, EV_T_TEXT,
		    text, n, via);
	}
}

/* As a person calls it: nas, not nas.local (RFC 6762, 3). */
static void
hostname(struct facts *f, const struct dns_name *name)
{
	char text[DNS_TEXT_MAX];
	size_t to = name->n, at = 0, last = 0, len, from, unused;

	/* Some give the address to the service's name. */
	if (dns_service(name, &from, &unused)) {
		return;
	}
	while (at < name->n) {
		last = at;
		(void)dns_label(name, &at, &len);
	}
	if (f->m->proto == PROTO_MDNS && last != 0 &&
	    dns_label_is(
		name->octets + last + 1, name->octets[last], "local")) {
		to = last;
	}
	if (to != 0) {
		identity(
		    f, "hostname", text, dns_text(name, 0, to, text), f->m->op);
	}
}

/* Somebody's name and address, said by who is not there. */
static void
resolves(struct facts *f, const struct dns_name *name, uint8_t ipver,
    const struct ev_ip *ip)
{
	char text[DNS_TEXT_MAX], peer[EV_IP_TEXT];
	const struct dns_msg *m = f->m;
	struct ev *e;

	if (f->resolved++ >= RESOLVES_MAX) {
		return;
	}
	e = dis_event(m->ctx, EV_TOPOLOGY, m->proto, m->dir);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->src;
	ev_name(e, EVF_RELATION, "resolves");
	ev_bytes(e, EVF_PEER, EV_T_TEXT, peer, ev_ip_text(peer, ipver, ip));
	ev_bytes(
	    e, EVF_DETAIL, EV_T_TEXT, text, dns_text(name, 0, name->n, text));
	dis_emit(m->ctx, e);
}

/* --- whose host ------------------------------------------------------------ */

static bool
is_own_host(const struct facts *f, uint64_t hash)
{
	for (size_t i = 0; i < f->hosts; i++) {
		if (f->host[i] == hash) {
			return true;
		}
	}
	return false;
}

static bool
is_senders(const struct facts *f, uint8_t ipver, const struct ev_ip *ip)
{
	const struct ev_end *src = f->m->ctx->src;

	return ipver == src->ipver &&
	       memcmp(ip->a, src->ip.a, ipver == 4 ? 4 : 16) == 0;
}

static uint64_t
label_hash(const struct dns_name *name)
{
	struct dns_name first;

	first.n = name->n != 0 ? 1 + (size_t)name->octets[0] : 0;
	memcpy(first.octets, name->octets, first.n);
	return dns_hash(&first, 0);
}

/* What programs look for by itself, a proxy or a tunnel's end (RFC 5214, 8.3);
 * no host is called so. */
static bool
is_looked_for(const struct dns_name *name)
{
	size_t at = 0, len;
	const uint8_t *p = dns_label(name, &at, &len);

	return p != NULL &&
	       (dns_label_is(p, len, "wpad") || dns_label_is(p, len, "isatap"));
}

/*
 * Whether it is one of the few that a host may have.  By LLMNR a host answers
 * for its own name (RFC 4795, 2); who answers for whatever is asked, so that
 * others send him their passwords, says nothing of himself.
 */
static bool
is_one_of_few(const struct facts *f, const struct dns_name *name)
{
	const struct ev_end *src = f->m->ctx->src;
	struct {
		uint8_t what[2], ver, ip[16];
	} key = {.what = {'l', 'n'}, .ver = src->ipver};
	uint64_t hash = label_hash(name), *names;

	if (f->m->proto != PROTO_LLMNR) {
		return true;
	}
	memcpy(key.ip, src->ip.a, src->ipver == 4 ? 4 : 16);
	names = f->m->ctx->sv->shared(
	    f->m->ctx, &key, sizeof(key), NAMES_MAX * sizeof(*names), true);
	for (size_t i = 0; names != NULL && i < NAMES_MAX; i++) {
		if (names[i] == 0) {
			names[i] = hash;
		}
		if (names[i] == hash) {
			return true;
		}
	}
	return names == NULL;
}

static void
prove(struct facts *f, const struct dns_name *name)
{
	const struct ev_end *src = f->m->ctx->src;
	uint64_t hash = dns_hash(name, 0);

	f->proven = true;
	if (is_own_host(f, hash) || f->hosts == HOSTS_MAX) {
		return;
	}
	f->host[f->hosts++] = hash;
	if (is_looked_for(name) || !is_one_of_few(f, name)) {
		resolves(f, name, src->ipver, &src->ip);
	} else {
		hostname(f, name);
	}
}

/* The sender's address backwards: RFC 1035, 3.5; RFC 3596, 2.5. */
static bool
is_reverse(const struct facts *f, const struct dns_name *name)
{
	const struct ev_end *src = f->m->ctx->src;
	size_t steps = src->ipver == 4 ? 4 : 32, at = 0, len;
	const uint8_t *p;
	char digits[4];

	for (size_t i = steps; i-- > 0;) {
		size_t n = 0;

		if (src->ipver == 4) {
			uint8_t v = src->ip.a[i];

			if (v >= 100) {
				digits[n++] = (char)('0' + v / 100);
			}
			if (v >= 10) {
				digits[n++] = (char)('0' + v / 10 % 10);
			}
			digits[n++] = (char)('0' + v % 10);
		} else {
			digits[n++] = "0123456789abcdef"[src->ip.a[i / 2] >>
							     (i % 2 ? 0 : 4) &
							 15];
		}
		digits[n] = '\0';
		p = dns_label(name, &at, &len);
		if (p == NULL || !dns_label_is(p, len, digits)) {
			return false;
		}
	}
	p = dns_label(name, &at, &len);
	if (p == NULL ||
	    !dns_label_is(p, len, src->ipver == 4 ? "in-addr" : "ip6")) {
		return false;
	}
	p = dns_label(name, &at, &len);
	return p != NULL && dns_label_is(p, len, "arpa") && at == name->n;
}

/* What may be said of oneself: class IN, alive, and not what was proposed. */
static bool
counts(const struct dns_msg *m, const struct dns_record *rr)
{
	bool update = (m->flags >> 11 & 15) == DNS_UPDATE;

	return rr->ttl != 0 && (rr->cls & DNS_CLASS) == DNS_IN &&
	       (update ? rr->section == DNS_AUTHORITY
		       : rr->section == DNS_ANSWER ||
			     rr->section == DNS_ADDITIONAL);
}

static bool
next(struct dns_walk *w, struct dns_record *rr)
{
	while (dns_next(w, rr)) {
		if (counts(w->m, rr)) {
			return true;
		}
	}
	return false;
}

static void
find_hosts(struct facts *f)
{
	struct dns_record rr;
	struct dns_name name;
	struct dns_walk w;
	struct ev_ip ip;
	uint8_t ipver;

	dns_walk_start(&w, f->m);
	while (next(&w, &rr)) {
		if ((ipver = dns_address(&rr, &ip)) != 0) {
			if (is_senders(f, ipver, &ip)) {
				prove(f, &rr.name);
			}
		} else if (rr.type == DNS_PTR && is_reverse(f, &rr.name) &&
			   dns_data_name(f->m, rr.data, &name)) {
			prove(f, &name);
		}
	}
	if (f->st == NULL) {
		return;
	}
	if (f->proven) {
		f->st->host[f->m->ctx->side] = f->host[0];
	} else if (f->st->host[f->m->ctx->side] != 0) {
		f->host[f->hosts++] = f->st->host[f->m->ctx->side];
	}
}

/* --- whose service --------------------------------------------------------- */

static void
find_instance(struct facts *f, const struct dns_record *rr)
{
	struct instance *i = &f->instance[f->instances];
	struct rd data = rr->data;
	struct dns_name target;

	rd_skip(&data, 6);
	if (f->instances == INSTANCES_MAX ||
	    !dns_data_name(f->m, data, &target)) {
		return;
	}
	f->instances++;
	i->whole = dns_hash(&rr->name, 0);
	i->label = label_hash(&rr->name);
	i->own = is_own_host(f, dns_hash(&target, 0));
	f->foreign |= !i->own;
	if (i->own && f->st != NULL) {
		f->st->instance[f->m->ctx->side] = i->label;
	}
}

/* Services, and what is said of other hosts. */
static void
find_services(struct facts *f)
{
	struct dns_record rr;
	struct dns_walk w;
	struct ev_ip ip;
	uint8_t ipver;

	dns_walk_start(&w, f->m);
	while (next(&w, &rr)) {
		if (rr.type == DNS_SRV) {
			find_instance(f, &rr);
			continue;
		}
		ipver = dns_address(&rr, &ip);
		if (ipver != 0 && !is_own_host(f, dns_hash(&rr.name, 0))) {
			f->foreign = true;
			resolves(f, &rr.name, ipver, &ip);
		}
	}
}

static const struct instance *
with_srv(const struct facts *f, const struct dns_name *name)
{
	uint64_t whole = dns_hash(name, 0);

	for (size_t i = 0; i < f->instances; i++) {
		if (f->instance[i].whole == whole) {
			return &f->instance[i];
		}
	}
	return NULL;
}

static bool
is_own_instance(const struct facts *f, const struct dns_name *name)
{
	const struct instance *i = with_srv(f, name);
	uint64_t label = label_hash(name);

	if (i != NULL) {
		return i->own;
	}
	for (size_t k = 0; k < f->instances; k++) {
		if (f->instance[k].own && f->instance[k].label == label) {
			return true;
		}
	}
	return (f->proven && !f->foreign) ||
	       (f->st != NULL && f->st->instance[f->m->ctx->side] == label);
}

/* --- what a service says of its device -------------------------------------- */

static bool
is_service(const struct dns_name *name, size_t from, const char *service)
{
	size_t len;
	const uint8_t *p = dns_label(name, &from, &len);

	return p != NULL && dns_label_is(p, len, service);
}

/* The service's name as it is known, which outlives the message. */
static const char *
known_service(const struct dns_name *name, size_t from, unsigned *ret_how)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (is_service(name, from, services[i].service)) {
			*ret_how = services[i].how;
			return services[i].service;
		}
	}
	*ret_how = 0;
	return NULL;
}

static size_t
find_byte(const uint8_t *p, size_t n, char c)
{
	const uint8_t *at = memchr(p, c, n);

	return at != NULL ? (size_t)(at - p) : n;
}

static void
instance_name(struct facts *f, const struct dns_name *name, size_t from)
{
	const uint8_t *p = name->octets + 1;
	size_t n = name->octets[0], at;
	unsigned how;
	const char *via = known_service(name, from, &how);

	if (how & NAME_AT && (at = find_byte(p, n, '@')) < n) {
		p += at + 1;
		n -= at + 1;
	}
	if (how & NAME_MAC && (at = find_byte(p, n, '[')) < n && at > 0) {
		n = at - 1;
	}
	if (!(how & NAME_IS_ID)) {
		identity(f, "name", p, n, via != NULL ? via : f->m->op);
	}
}

/* The value of a string "key=value"; NULL when it is another's, or empty. */
static const uint8_t *
value_of(struct rd data, const char *text, size_t *ret_len)
{
	while (rd_left(&data) > 0) {
		size_t n = rd_u8(&data), at;
		const uint8_t *p = rd_bytes(&data, n);

		if (p == NULL) {
			return NULL;
		}
		at = find_byte(p, n, '=');
		if (at + 1 < n && dns_label_is(p, at, text)) {
			*ret_len = n - at - 1;
			return p + at + 1;
		}
	}
	return NULL;
}

/* PostScript writes its strings in parentheses: (LaserJet 4200). */
static void
text_fact(struct facts *f, const struct text_key *k, const uint8_t *p, size_t n)
{
	if (n > 2 && p[0] == '(' && p[n - 1] == ')') {
		p++;
		n -= 2;
	}
	identity(f, k->key, p, n, k->service);
}

/* Of several strings for one key the first in the table is told. */
static void
texts(struct facts *f, const struct dns_name *name, size_t from, struct rd data)
{
	const char *told = NULL;

	for (size_t i = 0; i < sizeof(text_keys) / sizeof(text_keys[0]); i++) {
		const struct text_key *k = &text_keys[i];
		const uint8_t *p;
		size_t n;

		if ((told != NULL && strcmp(told, k->key) == 0) ||
		    !is_service(name, from, k->service)) {
			continue;
		}
		p = value_of(data, k->text, &n);
		if (p != NULL) {
			text_fact(f, k, p, n);
			told = k->key;
		}
	}
}

static void
service(struct facts *f, const struct dns_record *rr)
{
	size_t from, to;

	if (!dns_service(&rr->name, &from, &to) || from == 0 ||
	    from != 1 + (size_t)rr->name.octets[0] ||
	    !is_own_instance(f, &rr->name)) {
		return;
	}
	if (rr->type == DNS_SRV || with_srv(f, &rr->name) == NULL) {
		instance_name(f, &rr->name, from);
	}
	if (rr->type == DNS_TXT) {
		texts(f, &rr->name, from, rr->data);
	}
}

/* RFC 1035, 3.3.2: what the machine is, and what runs it. */
static void
machine(struct facts *f, struct rd data)
{
	size_t n = rd_u8(&data);
	const uint8_t *p = rd_bytes(&data, n);

	identity(f, "hardware", p, n, f->m->op);
	n = rd_u8(&data);
	p = rd_bytes(&data, n);
	identity(f, "os", p, n, f->m->op);
}

static void
tell_services(struct facts *f)
{
	struct dns_record rr;
	struct dns_walk w;

	dns_walk_start(&w, f->m);
	while (next(&w, &rr)) {
		if (rr.type == DNS_SRV || rr.type == DNS_TXT) {
			service(f, &rr);
		} else if (rr.type == DNS_HINFO &&
			   is_own_host(f, dns_hash(&rr.name, 0))) {
			machine(f, rr.data);
		}
	}
}

/* Whether the sender of a message answers, or registers, what is its own. */
static bool
speaks_for_itself(const struct dns_msg *m)
{
	unsigned opcode = m->flags >> 11 & 15;

	switch (m->proto) {
	case PROTO_DNS:
		/* RFC 2136: a station has its own name put into the zone. */
		return opcode == DNS_UPDATE && !(m->flags & DNS_QR);
	case PROTO_LLMNR:
		/* T: not sure yet of its name.  RFC 4795, 2.1.1 */
		return opcode == DNS_QUERY && m->flags & DNS_QR &&
		       !(m->flags & DNS_RD) && m->ctx->from_hint;
	default:
		/* Others than from the port are to be ignored: RFC 6762, 6. */
		return opcode == DNS_QUERY && m->flags & DNS_QR &&
		       (m->flags & 15) == 0 && m->ctx->from_hint;
	}
}

void
dns_facts(struct dns_msg *m)
{
	struct facts f = {.m = m};

	if (!speaks_for_itself(m)) {
		return;
	}
	f.st = m->proto == PROTO_MDNS ? m->ctx->state : NULL;
	find_hosts(&f);
	if (m->proto == PROTO_DNS) {
		return;
	}
	find_services(&f);
	if (m->proto == PROTO_MDNS && f.hosts != 0) {
		tell_services(&f);
	}
}
