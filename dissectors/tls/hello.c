/*
 * hello: what the client offers and the server chooses ([1] 7.4.1, [2] 4.1).
 *
 *	version(2) random(32) session(1+n) | ciphers(2+n) methods(1+n) | of the
 *	                                   | cipher(2) method(1)       | server
 *	extensions(2+n): { type(2) length(2) data }
 *
 * The version that counts is the one in supported_versions, where there is one
 * ([2] 4.2.1).  The name of the server that the client wants ([3] 3) is what
 * the client calls it.
 */
#include <string.h>

#include "dissectors/tls/tls.h"

enum { EXT_SNI = 0, EXT_ALPN = 16, EXT_EARLY = 42, EXT_VERSIONS = 43 };

#define RANDOM 32

struct hello {
	uint16_t version;
	struct rd ciphers, sni, alpn, versions;
	uint16_t cipher;
	bool early, retry;
};

/* Values that are there to be ignored (RFC 8701). */
static bool
is_grease(uint16_t v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

static void
extension(struct hello *h, uint16_t type, struct rd data)
{
	struct rd list;

	switch (type) {
	case EXT_SNI:
		list = rd_sub(&data, rd_be16(&data));
		if (rd_u8(&list) == 0) {
			h->sni = rd_sub(&list, rd_be16(&list));
		}
		break;
	case EXT_ALPN: h->alpn = rd_sub(&data, rd_be16(&data)); break;
	case EXT_EARLY: h->early = true; break;
	case EXT_VERSIONS: h->versions = data; break;
	default: break;
	}
}

static void
extensions(struct tls_msg *m, struct hello *h, struct rd *r)
{
	struct rd list;

	if (rd_left(r) == 0) {
		return;
	}
	list = rd_sub(r, rd_be16(r));
	while (rd_left(&list) > 0) {
		struct rd at = list;
		uint16_t type = rd_be16(&list), len = rd_be16(&list);

		extension(h, type, rd_sub(&list, len));
		if (!rd_ok(&list)) {
			tls_bad(m, TLS_BAD_HELLO, &at);
		}
	}
	if (!rd_ok(r)) {
		tls_bad(m, TLS_BAD_HELLO, r);
	}
}

/* --- fields ---------------------------------------------------------------- */

static void
add_version(struct ev *e, uint16_t v)
{
	ev_name(e, TLF_VERSION, tls_version_name(v));
	if (v < TLS_1_2) {
		ev_bool(e, TLF_OBSOLETE, true);
	}
}

static void
add_alpn(struct ev *e, struct rd alpn)
{
	if (rd_left(&alpn) == 0) {
		return;
	}
	ev_array(e, TLF_ALPN);
	while (rd_left(&alpn) > 0) {
		struct rd one = rd_sub(&alpn, rd_u8(&alpn));

		if (rd_left(&one) > 2 ||
		    (rd_left(&one) == 2 && (*one.p & 0x0f) != 0x0a)) {
			ev_bytes(e, EVF_ELEM, EV_T_TEXT, one.p, rd_left(&one));
		}
	}
	ev_end(e);
}

/* What the client offers; the highest of them. */
static uint16_t
add_versions(struct ev *e, const struct hello *h)
{
	struct rd all = h->versions, list = rd_sub(&all, rd_u8(&all));
	struct rd look = list;
	uint16_t best = 0;

	while (rd_left(&look) > 1) {
		uint16_t v = rd_be16(&look);

		best = !is_grease(v) && v > best ? v : best;
	}
	if (best == 0) {
		add_version(e, h->version);
		return h->version;
	}
	add_version(e, best);
	ev_array(e, TLF_VERSIONS);
	while (rd_left(&list) > 1) {
		uint16_t v = rd_be16(&list);

		if (!is_grease(v)) {
			ev_name(e, EVF_ELEM, tls_version_name(v));
		}
	}
	ev_end(e);
	return best;
}

/* A name, and no address. */
static bool
is_name(struct rd r)
{
	bool letter = false;

	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r), low = c | 0x20;

		if (c <= ' ' || c >= 0x7f || c == ':') {
			return false;
		}
		letter = letter || (low >= 'a' && low <= 'z');
	}
	return letter;
}

static void
tell_wanted(struct tls_msg *m, struct rd sni)
{
	struct ev *e;

	if (m->st->sni_told || !is_name(sni)) {
		return;
	}
	m->st->sni_told = true;
	e = dis_event(m->ctx, EV_IDENTITY, PROTO_TLS, m->dir);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *m->ctx->dst;
	ev_name(e, EVF_KEY, "hostname");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, sni.p, rd_left(&sni));
	ev_name(e, EVF_VIA, "client_hello");
	ev_name(e, EVF_CLAIM, "peer");
	dis_emit(m->ctx, e);
}

/* --- messages -------------------------------------------------------------- */

#define PAIR_KEY 1

void
tls_client_hello(struct tls_msg *m, struct rd body)
{
	struct dis_ctx *ctx = m->ctx;
	struct hello h = {.version = rd_be16(&body)};
	const char *carries = tls_port_name(ctx->dst->port);
	struct ev *e;

	m->dir = EV_DIR_REQUEST;
	ctx->client = ctx->side;
	ctx->client_sure = true;
	rd_skip(&body, RANDOM);
	rd_skip(&body, rd_u8(&body));
	h.ciphers = rd_sub(&body, rd_be16(&body));
	rd_skip(&body, rd_u8(&body));
	if (!rd_ok(&body)) {
		tls_bad(m, TLS_BAD_HELLO, &body);
	}
	extensions(m, &h, &body);
	m->st->early = h.early;
	(void)ctx->sv->put(ctx, PAIR_KEY, NULL, 0);
	e = dis_operation(ctx, PROTO_TLS, m->dir, "client_hello",
	    TLS_CLIENT_HELLO, EV_CLASS_SESSION);
	(void)add_versions(e, &h);
	if (rd_left(&h.sni) > 0) {
		ev_bytes(e, TLF_SNI, EV_T_TEXT, h.sni.p, rd_left(&h.sni));
	}
	add_alpn(e, h.alpn);
	if (carries != NULL) {
		ev_name(e, TLF_CARRIES, carries);
	}
	ev_uint(e, TLF_CIPHERS, rd_left(&h.ciphers) / 2);
	if (m->bad == NULL) {
		dis_confirm(ctx);
	}
	dis_emit(ctx, e);
	tell_wanted(m, h.sni);
}

/* A ServerHello with this random asks for another ClientHello ([2] 4.1.3). */
static bool
is_retry(struct rd *r)
{
	static const uint8_t retry[RANDOM] = {0xcf, 0x21, 0xad, 0x74, 0xe5,
	    0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09,
	    0xe2, 0xc8, 0xa8, 0x33, 0x9c};
	const uint8_t *p = rd_bytes(r, RANDOM);

	return p != NULL && memcmp(p, retry, RANDOM) == 0;
}

static void
add_cipher(struct ev *e, uint16_t cipher)
{
	const char *name = tls_cipher_name(cipher);

	if (name != NULL) {
		ev_name(e, TLF_CIPHER, name);
	} else {
		ev_hexnum(e, TLF_CIPHER, cipher, 2);
	}
	if (tls_cipher_is_weak(cipher)) {
		ev_bool(e, TLF_WEAK, true);
	}
}

/* What a server agrees to, with a client that may want no better. */
static void
tell_chosen(struct tls_msg *m, const struct hello *h)
{
	const char *cipher = tls_cipher_name(h->cipher);

	dis_identity(m->ctx, PROTO_TLS, m->ctx->src, "tls_version", EV_T_NAME,
	    tls_version_name(h->version), 0, "server_hello");
	if (cipher != NULL && tls_cipher_is_weak(h->cipher)) {
		dis_identity(m->ctx, PROTO_TLS, m->ctx->src, "weak_cipher",
		    EV_T_NAME, cipher, 0, "server_hello");
	}
}

void
tls_server_hello(struct tls_msg *m, struct rd body)
{
	struct dis_ctx *ctx = m->ctx;
	struct hello h = {.version = rd_be16(&body)};
	struct dis_pair pair;
	bool has_cipher;
	struct ev *e;

	m->dir = EV_DIR_RESPONSE;
	ctx->client = !ctx->side;
	ctx->client_sure = true;
	h.retry = is_retry(&body);
	rd_skip(&body, rd_u8(&body));
	h.cipher = rd_be16(&body);
	has_cipher = rd_ok(&body);
	rd_skip(&body, 1);
	if (!rd_ok(&body)) {
		tls_bad(m, TLS_BAD_HELLO, &body);
	}
	extensions(m, &h, &body);
	if (rd_left(&h.versions) == 2) {
		h.version = rd_be16(&h.versions);
	}
	e = dis_operation(ctx, PROTO_TLS, m->dir,
	    h.retry ? "hello_retry_request" : "server_hello", TLS_SERVER_HELLO,
	    EV_CLASS_SESSION);
	if (ctx->sv->take(ctx, PAIR_KEY, NULL, 0, &pair)) {
		dis_paired(e, &pair);
	}
	e->status = "ok";
	add_version(e, h.version);
	if (has_cipher) {
		add_cipher(e, h.cipher);
	}
	add_alpn(e, h.alpn);
	if (m->bad == NULL) {
		dis_confirm(ctx);
	}
	dis_emit(ctx, e);
	if (m->bad == NULL && !h.retry) {
		tell_chosen(m, &h);
	}
	m->st->retry = h.retry;
	m->st->server_hello = !h.retry;
	/* What follows is encrypted ([2] 2). */
	if (!h.retry && h.version >= TLS_1_3 && m->bad == NULL) {
		ctx->done = DIS_ALL_DONE;
	}
}
