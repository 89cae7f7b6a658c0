/*
 * dns: what the parts of this folder share: the message, its reader, and what
 * is told of it.
 */
#ifndef OTUS_DISSECTORS_DNS_DNS_H
#define OTUS_DISSECTORS_DNS_DNS_H

#include "dissectors/registry.h"

#define DNS_HEAD_LEN 12
#define DNS_TCP_LEN  2 /* the length before a message on TCP            */
#define DNS_NAME_MAX \
	254 /* octets of a name without its root: RFC 1035, 2.3.4 */
#define DNS_TEXT_MAX 512 /* ... as text, when each octet is escaped       */
#define DNS_JUMPS    16  /* pointers that one name may follow             */

/* Types: RFC 1035, 3.2.2, and IANA's table. */
#define DNS_A     1
#define DNS_PTR   12
#define DNS_HINFO 13
#define DNS_TXT   16
#define DNS_AAAA  28
#define DNS_SRV   33
#define DNS_OPT   41

#define DNS_IN       1
#define DNS_CLASS    0x7fff /* mDNS has a flag above: RFC 6762, 5.4, 10.2 */
#define DNS_TOP_FLAG 0x8000

#define DNS_QUERY  0 /* opcodes */
#define DNS_STATUS 2
#define DNS_NOTIFY 4
#define DNS_UPDATE 5

#define DNS_QR      0x8000
#define DNS_AA      0x0400 /* LLMNR: C, conflict        */
#define DNS_TC      0x0200
#define DNS_RD      0x0100 /* LLMNR: T, tentative       */
#define DNS_RA      0x0080
#define DNS_Z       0x0040
#define DNS_AD      0x0020
#define DNS_CD      0x0010
#define DNS_LLMNR_Z 0x00f0 /* RFC 4795, 2.1.1 */

/* Reasons of malformed events are an interface: rules name them. */
#define DNS_BAD_HEADER   "header"   /* no message begins here            */
#define DNS_BAD_SHORT    "short"    /* ends before its counts are used up */
#define DNS_BAD_POINTER  "pointer"  /* not backwards, or too many        */
#define DNS_BAD_NAME     "name"     /* too long                          */
#define DNS_BAD_LABEL    "label"    /* of a type that is none            */
#define DNS_BAD_RDATA    "rdata"    /* data is not what its type has     */
#define DNS_BAD_TRAILING "trailing" /* bytes behind the last record      */

enum dns_section {
	DNS_QUESTION,
	DNS_ANSWER,
	DNS_AUTHORITY,
	DNS_ADDITIONAL,
	DNS_SECTIONS
};

/* Labels as on the wire, pointers followed: length, octets, ...; no root. */
struct dns_name {
	size_t n;
	uint8_t octets[DNS_NAME_MAX];
};

/* What outlives a message: hashes of the names that a side has proven its. */
struct dns_state {
	uint64_t host[2];
	uint64_t instance[2];
};

struct dns_msg {
	struct dis_ctx *ctx;
	uint16_t proto;
	struct rd whole; /* from the header's first byte */
	size_t before;   /* bytes of the PDU before it   */
	bool cut;
	uint16_t id, flags;
	uint16_t count[DNS_SECTIONS];
	bool to_all; /* to a group of receivers      */
	bool paired;
	struct dis_pair pair;
	const char *op;
	enum ev_dir dir;
	const char *bad; /* reason; NULL: all is well    */
	size_t bad_at;   /* from the PDU's first byte    */
};

struct dns_record {
	enum dns_section section;
	struct dns_name name;
	uint16_t type, cls;
	uint32_t ttl;
	struct rd data; /* empty in a question */
};

/* A walk over a message's records, in their order. */
struct dns_walk {
	const struct dns_msg *m;
	struct rd r;
	enum dns_section section;
	unsigned left; /* in this section */
	const char *bad;
	size_t bad_at; /* from the header's first byte */
};

/* name.c */

/* Reads a name; NULL, or the reason why it is none.  r goes behind it. */
const char *dns_read_name(
    struct rd *r, const struct rd *whole, struct dns_name *ret);
/* The label at *at, which moves to the next; NULL at the end. */
const uint8_t *dns_label(const struct dns_name *, size_t *at, size_t *ret_len);
/* Of what is in the name from an octet on; letters' case means nothing. */
uint64_t dns_hash(const struct dns_name *, size_t from);
bool dns_label_is(const uint8_t *label, size_t len, const char *text);
/* Labels joined by dots; a dot in a label is told as "\.", the root as ".". */
size_t dns_text(
    const struct dns_name *, size_t from, size_t to, char buf[DNS_TEXT_MAX]);
/*
 * Where a service's type begins: 0 in _ipp._tcp.local, behind the instance in
 * Office._ipp._tcp.local; false when there is none (RFC 6763, 4.1 and 7).
 */
bool dns_service(const struct dns_name *, size_t *ret_from, size_t *ret_to);

/* message.c */

bool dns_read_head(struct rd *r, struct dns_msg *);
/* Whether this may be a header; n bytes of the message are behind it. */
bool dns_is_head(const struct dns_msg *, size_t n);
/* Whether bytes on any port are a message beyond doubt, up to their end. */
bool dns_is_sure(struct dns_msg *);
void dns_walk_start(struct dns_walk *, const struct dns_msg *);
/* False at the end, and at damage, which `bad` names. */
bool dns_next(struct dns_walk *, struct dns_record *ret);
/* The name that all the data is, or that ends it. */
bool dns_data_name(const struct dns_msg *, struct rd data, struct dns_name *);
/* Address of A and AAAA as bytes, its version; 0: none. */
uint8_t dns_address(const struct dns_record *, struct ev_ip *ret);

/* tell.c */

enum dns_field {
	DNSF_ID = EV_PROTO_BASE,
	DNSF_OPCODE,
	DNSF_RCODE,
	DNSF_FLAGS,
	DNSF_QUESTIONS,
	DNSF_NAME,
	DNSF_TYPE,
	DNSF_UNICAST,
	DNSF_COUNTS,
	DNSF_ANSWERS,
	DNSF_TTL,
	DNSF_FLUSH,
	DNSF_ADDRESS,
	DNSF_TARGET,
	DNSF_PORT,
	DNSF_TXT,
	DNSF_CPU,
	DNSF_OS,
	DNSF_SERVICES,
	DNSF_END
};

extern const struct ev_field_info dns_fields[DNSF_END - EV_PROTO_BASE];

const char *dns_status(unsigned rcode);
/* The operation; what is wrong with the message is noted in it. */
void dns_tell(struct dns_msg *);

/* facts.c */

/* What a responder says of itself: mDNS, LLMNR. */
void dns_facts(struct dns_msg *);

#endif
