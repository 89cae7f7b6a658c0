/*
 * cert: what a Certificate message says ([1] 7.4.2), and who that is.
 *
 *	length(3) { length(3) certificate }, the sender's own first
 *
 * Its issuers' are not looked at.  Whether it is valid is judged by the time of
 * the capture and by nothing else: no signature is checked.
 */
#include <string.h>

#include "base/clock.h"
#include "dissectors/tls/tls.h"

#define NAME_TEXT 256
#define STAMP     24

struct text {
	char b[NAME_TEXT];
	size_t n;
};

/* What a certificate says, as text. */
struct said {
	struct text subject, issuer, before, after;
	bool self_signed;
};

static void
put(struct text *t, const void *p, size_t n)
{
	size_t room = sizeof(t->b) - t->n;

	n = n < room ? n : room;
	if (n > 0) {
		memcpy(t->b + t->n, p, n);
		t->n += n;
	}
}

/* "CN=plc7, O=Example"; of attributes that have a short name. */
static void
name_text(struct rd name, struct text *t)
{
	static const char *const shorts[] = {[DER_CN] = "CN=",
	    [DER_SERIAL] = "serialNumber=",
	    [DER_C] = "C=",
	    [DER_L] = "L=",
	    [DER_ST] = "ST=",
	    [DER_O] = "O=",
	    [DER_OU] = "OU=",
	    [DER_CATEGORY] = NULL};
	struct rd rdn = rd_make(NULL, 0), v;
	enum der_attr a;

	t->n = 0;
	while (der_attribute(&name, &rdn, &a, &v)) {
		if (a != DER_OTHER && shorts[a] != NULL && rd_left(&v) > 0) {
			put(t, ", ", t->n > 0 ? 2 : 0);
			put(t, shorts[a], strlen(shorts[a]));
			put(t, v.p, rd_left(&v));
		}
	}
}

static struct rd
attribute(struct rd name, enum der_attr want)
{
	struct rd rdn = rd_make(NULL, 0), v;
	enum der_attr a;

	while (der_attribute(&name, &rdn, &a, &v)) {
		if (a == want) {
			return v;
		}
	}
	return rd_failed();
}

/* "2027-01-31T23:59:59Z"; n is 0 where there is no time. */
static void
stamp(uint8_t tag, struct rd r, struct text *t, int64_t *ret_s)
{
	char text[CLOCK_STAMP_MAX];

	*ret_s = der_time(tag, r);
	t->n = 0;
	/* Beyond that nanoseconds do not count; 9999 is "never". */
	if (*ret_s >= (int64_t)(UINT64_MAX / NS_PER_SEC)) {
		put(t, "never", 5);
	} else if (*ret_s >= 0) {
		(void)clock_rfc3339(text, (uint64_t)*ret_s * NS_PER_SEC);
		put(t, text, 19);
		put(t, "Z", 1);
	}
}

static void
add_text(struct ev *e, uint16_t id, const struct text *t)
{
	if (t->n > 0) {
		ev_bytes(e, id, EV_T_TEXT, t->b, t->n);
	}
}

static void
add_true(struct ev *e, uint16_t id, bool is)
{
	if (is) {
		ev_bool(e, id, true);
	}
}

static void
add_names(struct ev *e, const struct cert *c)
{
	if (c->nnames == 0) {
		return;
	}
	ev_array(e, TLF_NAMES);
	for (size_t i = 0; i < c->nnames; i++) {
		ev_bytes(e, EVF_ELEM, EV_T_TEXT, c->names[i].p,
		    rd_left(&c->names[i]));
	}
	ev_end(e);
}

/* Of RSA: the modulus, an integer whose first octet may be 0. */
static unsigned
rsa_bits(struct rd bits)
{
	uint8_t tag;
	struct rd seq, n;

	rd_skip(&bits, 1); /* unused bits */
	seq = der_next(&bits, &tag);
	n = der_next(&seq, &tag);
	if (rd_left(&n) > 0 && *n.p == 0) {
		rd_skip(&n, 1);
	}
	return (unsigned)rd_left(&n) * 8;
}

static void
add_key(struct ev *e, const struct cert *c)
{
	const char *key = tls_key_name(c->key);
	unsigned bits = 0;

	ev_name(e, TLF_KEY, key);
	if (strcmp(key, "rsa") == 0) {
		bits = rsa_bits(c->key_bits);
	} else if (strcmp(key, "ec") == 0 && rd_left(&c->key_bits) > 2) {
		/* unused bits, form, x and y */
		bits = (unsigned)(rd_left(&c->key_bits) - 2) / 2 * 8;
	}
	if (bits > 0) {
		ev_uint(e, TLF_BITS, bits);
	}
	ev_name(e, TLF_SIGNATURE, tls_signature_name(c->signature));
}

/* --- who ------------------------------------------------------------------- */

static bool
is_text(struct rd r, const char *text)
{
	return rd_left(&r) == strlen(text) &&
	       memcmp(r.p, text, strlen(text)) == 0;
}

enum kind { NO_NAME, HOST_NAME, OTHER_NAME };

static bool
is_default(struct rd r)
{
	static const char *const none[] = {"localhost", "localhost.localdomain",
	    "localhost.local", "default", "server", "client", "self-signed",
	    "Self Signed", "none", "unknown", "example.com", "www.example.com"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (is_text(r, none[i])) {
			return true;
		}
	}
	return false;
}

static bool
is_alpha(uint8_t c)
{
	c |= 0x20;
	return c >= 'a' && c <= 'z';
}

static bool
is_of_host(uint8_t c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Addresses, wild cards and defaults name nobody. */
static enum kind
kind_of(struct rd r)
{
	bool letter = false, colon = false, dot = false, host = true;

	if (rd_left(&r) == 0 || *r.p == '*' || is_default(r)) {
		return NO_NAME;
	}
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		letter = letter || is_alpha(c);
		colon = colon || c == ':'; /* IPv6 */
		dot = dot || c == '.';
		host = host && is_of_host(c);
	}
	if (!letter || colon) {
		return NO_NAME;
	}
	return host && dot ? HOST_NAME : OTHER_NAME;
}

static void
fact(struct tls_msg *m, const char *key, const void *p, size_t n)
{
	dis_identity(m->ctx, PROTO_TLS, m->ctx->src, key, EV_T_TEXT, p, n,
	    "certificate");
}

static void
text_fact(struct tls_msg *m, const char *key, const struct text *t)
{
	if (t->n > 0) {
		fact(m, key, t->b, t->n);
	}
}

static void
facts(struct tls_msg *m, const struct cert *c, const struct said *said)
{
	struct rd cn = attribute(c->subject, DER_CN);
	struct rd serial = attribute(c->subject, DER_SERIAL);
	struct rd category = attribute(c->subject, DER_CATEGORY);
	enum kind kind = kind_of(cn);

	if (kind != NO_NAME) {
		fact(m, kind == HOST_NAME ? "hostname" : "name", cn.p,
		    rd_left(&cn));
	}
	for (size_t i = 0; i < c->nnames && kind != HOST_NAME; i++) {
		kind = kind_of(c->names[i]);
		if (kind == HOST_NAME) {
			fact(m, "hostname", c->names[i].p,
			    rd_left(&c->names[i]));
		}
	}
	/* Of a device (IEEE 802.1AR); a company's number has a category. */
	if (rd_left(&serial) > 0 && !rd_ok(&category)) {
		fact(m, "serial", serial.p, rd_left(&serial));
	}
	text_fact(m, "certificate_subject", &said->subject);
	if (said->self_signed) {
		fact(m, "certificate_issuer", "self-signed", 11);
	} else {
		text_fact(m, "certificate_issuer", &said->issuer);
	}
	text_fact(m, "certificate_expires", &said->after);
}

/* --- message --------------------------------------------------------------- */

/* Who is named as issuer is the subject itself; that he has signed is not
 * checked. */
static bool
is_self_signed(const struct cert *c)
{
	return rd_left(&c->issuer) == rd_left(&c->subject) &&
	       rd_left(&c->issuer) > 0 &&
	       memcmp(c->issuer.p, c->subject.p, rd_left(&c->issuer)) == 0;
}

static void
tell(struct tls_msg *m, const struct cert *c)
{
	const int64_t now = (int64_t)(m->ctx->ts_ns / NS_PER_SEC);
	struct said said;
	int64_t from, to;
	struct ev *e;

	name_text(c->subject, &said.subject);
	name_text(c->issuer, &said.issuer);
	stamp(c->before_tag, c->not_before, &said.before, &from);
	stamp(c->after_tag, c->not_after, &said.after, &to);
	said.self_signed = is_self_signed(c);
	e = dis_operation(m->ctx, PROTO_TLS, m->dir, "certificate",
	    TLS_CERTIFICATE, EV_CLASS_SESSION);
	add_text(e, TLF_SUBJECT, &said.subject);
	add_text(e, TLF_ISSUER, &said.issuer);
	add_true(e, TLF_SELF_SIGNED, said.self_signed);
	add_text(e, TLF_NOT_BEFORE, &said.before);
	add_text(e, TLF_NOT_AFTER, &said.after);
	add_true(e, TLF_EXPIRED, to >= 0 && now > to);
	add_true(e, TLF_NOT_YET, from >= 0 && now < from);
	add_names(e, c);
	add_key(e, c);
	dis_emit(m->ctx, e);
	facts(m, c, &said);
}

void
tls_certificate(struct tls_msg *m, struct rd body)
{
	struct rd list = rd_sub(&body, rd_be24(&body)), at = list;
	struct rd own = rd_sub(&list, rd_be24(&list));
	struct cert c;

	m->dir = EV_DIR_NOTIFY;
	if (rd_left(&own) > 0 && der_certificate(own, &c)) {
		tell(m, &c);
		return;
	}
	/* Who has none sends none. */
	dis_emit(m->ctx, dis_operation(m->ctx, PROTO_TLS, m->dir, "certificate",
			     TLS_CERTIFICATE, EV_CLASS_SESSION));
	if (rd_left(&own) > 0 || !rd_ok(&at) || rd_left(&at) > 0) {
		tls_bad(m, TLS_BAD_CERT, &at);
	}
}
