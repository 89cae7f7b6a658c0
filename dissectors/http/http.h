/*
 * http: what servers and clients say of themselves in HTTP/1.0 and 1.1.
 *
 * [1] RFC 9110, HTTP Semantics; [2] RFC 9112, HTTP/1.1; [3] RFC 7617, Basic;
 * [4] RFC 7616, Digest; [5] UPnP Device Architecture 1.1, 2.3 (description).
 *
 *   http.c     which bytes are a head, what is told of it, fields
 *   head.c     its start line and its fields
 *   body.c     the way past a body
 *   page.c     the title of a web page, the description of a UPnP device
 *   who.c      identities and log-ins
 */
#ifndef OTUS_DISSECTORS_HTTP_HTTP_H
#define OTUS_DISSECTORS_HTTP_HTTP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Places in the table of methods: the operation's code, so append only. */
enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 3,
	HTTP_CONNECT = 6,
};

/* Reasons of malformed events: an interface, rules name them. */
#define HTTP_BAD_HEADER  "no_header"      /* neither request nor response  */
#define HTTP_BAD_HEAD    "head_length"    /* longer than HTTP_HEAD_MAX     */
#define HTTP_BAD_FIELD   "field"          /* a line of the head is no field */
#define HTTP_BAD_LENGTH  "content_length" /* no number, or two of them     */
#define HTTP_BAD_LENGTHS "two_lengths"    /* by a number and in chunks     */
#define HTTP_BAD_CHUNK   "chunk"          /* no size, or not where it ends */

/* Servers refuse heads of 8 to 16 KiB and more. */
#define HTTP_HEAD_MAX 16384

enum http_field {
	HTF_PATH = EV_PROTO_BASE,
	HTF_QUERY,
	HTF_HOST,
	HTF_VERSION,
	HTF_STATUS,
	HTF_SOAP,
	HTF_UPGRADE,
	HTF_AGENT,
	HTF_SERVER,
	HTF_REALM,
	HTF_CREDENTIALS,
	HTF_CLEAR,
	HTF_COOKIE,
	HTF_TYPE,
	HTF_LENGTH,
	HTF_CHUNKED,
	HTF_END
};

/* How Authorization proves who asks. */
enum http_scheme {
	HTTP_NONE,
	HTTP_BASIC,
	HTTP_DIGEST,
	HTTP_BEARER,
	HTTP_NEGOTIATE,
	HTTP_OTHER_SCHEME
};

#define HTTP_USER_MAX 40

/* What waits with a request for its response. */
struct http_wait {
	uint8_t method, scheme;
	bool front;   /* a page that may be named after the device     */
	bool proxied; /* who answers is not who says what it is        */
	uint8_t user_n;
	char user[HTTP_USER_MAX];
};

enum http_body {
	BODY_NONE,      /* the next head                               */
	BODY_LENGTH,    /* left bytes                                  */
	BODY_SIZE,      /* the line with a chunk's size                */
	BODY_CHUNK,     /* left bytes of a chunk                       */
	BODY_CHUNK_END, /* the end of line behind it                   */
	BODY_TRAILER,   /* fields behind the last chunk                */
	BODY_REST,      /* all that comes                              */
};

struct http_side {
	uint64_t left;
	uint8_t body; /* enum http_body */
};

#define PAGE_TAG_MAX  20
#define PAGE_TEXT_MAX 128

/* What has been read of a document, tag by tag. */
struct http_page {
	uint16_t budget; /* bytes that are still looked at; 0: no document */
	uint8_t mode, ntag, ntext;
	uint8_t what; /* whose text it is, as a place in a table           */
	bool xml, upnp, latin1;
	uint16_t seen; /* a bit a place                                    */
	char tag[PAGE_TAG_MAX], text[PAGE_TEXT_MAX];
};

struct http_state {
	struct http_side side[2];
	uint32_t agent, server, host, user, realm; /* hashes of the last told */
	bool lost; /* bytes of the server's, and perhaps a head      */
	bool page_told;
	struct http_page page;
};

/* A head. */
struct http_msg {
	struct dis_ctx *ctx;
	struct http_state *st;
	const uint8_t *start;
	bool request, paired;
	enum ev_dir dir;
	uint8_t method;
	uint8_t minor;   /* of the version */
	uint16_t status; /* of a response  */
	const char *op;
	enum ev_class cls;
	struct http_wait wait;
	struct dis_pair pair;
	struct rd target; /* of the request                            */
	struct rd path;   /* ... of it, without what may be secret     */
	bool query, absolute;
	/* fields; empty where there is none */
	struct rd host, agent, server, authorization, challenge, type;
	struct rd upgrade, soap;
	bool cookie, via, coded, chunked, transfer, has_length;
	uint64_t length;
	const char *bad;
	size_t bad_at;
};

/* --- head.c ---------------------------------------------------------------- */

/*
 * Whether bytes begin a request or a response; its start line's length.  More
 * is asked for only where what is there may be the beginning of one.
 */
enum dis_rc http_start_line(struct rd, size_t *ret_len);
/* The same of a whole head; DIS_BAD where it is too long. */
enum dis_rc http_find(struct rd, size_t *ret_len);
/* Fills in what a whole head says. */
void http_read(struct http_msg *, struct rd head);
const char *http_method_name(uint8_t method, enum ev_class *ret_class);
/* Up to the end of a line, which goes; false: it is not there. */
bool http_line(struct rd *, struct rd *ret_line);
bool http_is(struct rd, const char *lower); /* case apart */
bool http_begins(struct rd, const char *lower);
bool http_has(struct rd, const char *lower);

/* --- body.c ---------------------------------------------------------------- */

/* How the body behind a head goes by. */
void http_body_of(struct http_msg *);
/* Passes over what there is of a body. */
enum dis_rc http_body(struct dis_ctx *, struct http_side *, struct rd *);

/* --- page.c ---------------------------------------------------------------- */

/* Whether the response's body is a document to look at. */
void http_page_begin(struct http_msg *);
void http_page(struct dis_ctx *, struct rd);

/* --- who.c ----------------------------------------------------------------- */

enum http_scheme http_scheme_of(struct rd authorization);
const char *http_scheme_name(enum http_scheme);
/* Of a challenge, or of credentials: what stands behind name=. */
struct rd http_param(struct rd, const char *lower);
/* Who asks; never the password.  Length, 0 where that is not said. */
uint8_t http_user(const struct http_msg *, char ret[HTTP_USER_MAX]);
void http_facts(struct http_msg *);

#endif
