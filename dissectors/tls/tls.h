/*
 * tls: what the two ends of a TLS connection say in the clear.
 *
 * [1] RFC 5246, TLS 1.2 (TLS 1.0: RFC 2246, 1.1: RFC 4346, SSL 3.0: RFC 6101);
 * [2] RFC 8446, TLS 1.3; [3] RFC 6066, extensions; [4] RFC 7301, ALPN;
 * [5] RFC 5280, certificates; [6] RFC 8996, TLS 1.0 and 1.1 deprecated.
 *
 *   tls.c    records, the messages in them, alerts, fields
 *   hello.c  ClientHello, ServerHello
 *   cert.c   Certificate: what it says, and who that is
 *   der.c    the walk through a certificate
 *   names.c  what numbers are called
 */
#ifndef OTUS_DISSECTORS_TLS_TLS_H
#define OTUS_DISSECTORS_TLS_TLS_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

enum {
	TLS_CHANGE = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_DATA = 23,
	TLS_HEARTBEAT = 24,
};

enum {
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
	TLS_CERTIFICATE = 11,
	TLS_CERTIFICATE_REQUEST = 13,
};

#define TLS_1_2 0x0303
#define TLS_1_3 0x0304

/* Reasons of malformed events: an interface, rules name them. */
#define TLS_BAD_HEADER "no_header"     /* no record                        */
#define TLS_BAD_LENGTH "record_length" /* a record with nothing in it      */
#define TLS_BAD_HELLO  "hello"         /* ends inside one of its parts     */
#define TLS_BAD_CERT   "certificate"   /* its parts are not where they end */

enum tls_field {
	TLF_VERSION = EV_PROTO_BASE,
	TLF_VERSIONS,
	TLF_OBSOLETE,
	TLF_SNI,
	TLF_ALPN,
	TLF_CARRIES,
	TLF_CIPHERS,
	TLF_CIPHER,
	TLF_WEAK,
	TLF_SUBJECT,
	TLF_ISSUER,
	TLF_SELF_SIGNED,
	TLF_NOT_BEFORE,
	TLF_NOT_AFTER,
	TLF_EXPIRED,
	TLF_NOT_YET,
	TLF_NAMES,
	TLF_KEY,
	TLF_BITS,
	TLF_SIGNATURE,
	TLF_LEVEL,
	TLF_ALERT,
	TLF_END
};

/* Where one direction stands, between calls. */
struct tls_side {
	uint32_t record;    /* octets left of the handshake record          */
	uint32_t pass;      /* ... of a record or a message that goes by    */
	bool whole;         /* what goes by is a record's: of no message    */
	bool astray;        /* where messages begin is not known            */
	uint32_t got, want; /* of a message in several records           */
};

struct tls_state {
	struct tls_side side[2];
	bool server_hello, retry, early, sni_told;
};

/* A message, or an alert. */
struct tls_msg {
	struct dis_ctx *ctx;
	struct tls_state *st;
	const uint8_t *start;
	enum ev_dir dir;
	const char *bad;
	size_t bad_at;
};

void tls_bad(struct tls_msg *, const char *reason, const struct rd *at);
void tls_client_hello(struct tls_msg *, struct rd body);
void tls_server_hello(struct tls_msg *, struct rd body);
void tls_certificate(struct tls_msg *, struct rd body);

/* --- der.c ----------------------------------------------------------------- */

#define CERT_NAMES_MAX 8

struct cert {
	struct rd serial, signature, issuer, subject, key, key_bits;
	struct rd not_before, not_after;
	uint8_t before_tag, after_tag;
	struct rd names[CERT_NAMES_MAX]; /* of subjectAltName: DNS names  */
	size_t nnames;
};

enum der_attr {
	DER_OTHER,
	DER_CN,
	DER_SERIAL,
	DER_C,
	DER_L,
	DER_ST,
	DER_O,
	DER_OU,
	DER_CATEGORY,
};

/* The next element; failed when it does not fit. */
struct rd der_next(struct rd *, uint8_t *ret_tag);
/* False: the certificate's parts are not what they have to be. */
bool der_certificate(struct rd, struct cert *);
/* The next attribute of a name: kind and value; false at its end. */
bool der_attribute(
    struct rd *name, struct rd *rdn, enum der_attr *, struct rd *ret_value);
/* Seconds since 1970, or -1. */
int64_t der_time(uint8_t tag, struct rd);

/* --- names.c --------------------------------------------------------------- */

const char *tls_version_name(uint16_t);
const char *tls_cipher_name(uint16_t); /* NULL: not in the table */
bool tls_cipher_is_weak(uint16_t);
const char *tls_alert_name(uint8_t);
const char *tls_port_name(uint16_t port); /* what TLS carries there */
const char *tls_signature_name(struct rd oid);
const char *tls_key_name(struct rd oid);

#endif
