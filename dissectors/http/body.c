/*
 * body: how long a body is ([2] 6.3), and the way past it.
 *
 *	size in hex [; extension] CRLF  bytes CRLF ... 0 CRLF [fields] CRLF
 *
 * Its bytes are passed over as they come; nothing of it is kept.
 */
#include "dissectors/http/http.h"

#define SIZE_LINE_MAX 256
#define TRAILER_MAX   4096

static bool
has_none(const struct http_msg *m)
{
	if (m->request) {
		return !m->transfer && !m->has_length;
	}
	return m->status < 200 || m->status == 204 || m->status == 304 ||
	       (m->paired && m->wait.method == HTTP_HEAD);
}

void
http_body_of(struct http_msg *m)
{
	struct http_side *s = &m->st->side[m->ctx->side];

	s->left = 0;
	if (has_none(m)) {
		s->body = BODY_NONE;
	} else if (m->chunked) {
		s->body = BODY_SIZE;
	} else if (m->has_length && !m->transfer) {
		s->left = m->length;
		s->body = m->length > 0 ? BODY_LENGTH : BODY_NONE;
	} else {
		s->body = m->request ? BODY_NONE : BODY_REST;
	}
}

static enum dis_rc
bad_chunk(struct dis_ctx *ctx, struct http_side *s, size_t at)
{
	s->body = BODY_NONE;
	dis_malformed(ctx, PROTO_HTTP,
	    ctx->side == ctx->client ? EV_DIR_REQUEST : EV_DIR_RESPONSE,
	    HTTP_BAD_CHUNK, at);
	return DIS_BAD;
}

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Not one octet more is waited for than it takes to see that it is no size. */
static enum dis_rc
chunk_size(struct dis_ctx *ctx, struct http_side *s, struct rd *in)
{
	struct rd r = *in, line;
	uint64_t size = 0;
	size_t n = 0;

	while (n < rd_left(in) && hex(in->p[n]) >= 0) {
		if (n == 15) {
			return bad_chunk(ctx, s, n);
		}
		size = size << 4 | (uint64_t)hex(in->p[n++]);
	}
	if (n == rd_left(in)) {
		return DIS_MORE;
	}
	switch (in->p[n]) {
	case '\r':
	case '\n':
	case ' ':
	case '\t':
	case ';': break;
	default: return bad_chunk(ctx, s, n);
	}
	if (n == 0) {
		return bad_chunk(ctx, s, 0);
	}
	if (!http_line(&r, &line)) {
		return rd_left(in) < SIZE_LINE_MAX
			   ? DIS_MORE
			   : bad_chunk(ctx, s, SIZE_LINE_MAX);
	}
	if ((size_t)(r.p - in->p) > SIZE_LINE_MAX) {
		return bad_chunk(ctx, s, SIZE_LINE_MAX);
	}
	*in = r;
	s->left = size;
	s->body = size > 0 ? BODY_CHUNK : BODY_TRAILER;
	return DIS_OK;
}

static enum dis_rc
chunk_end(struct dis_ctx *ctx, struct http_side *s, struct rd *in)
{
	struct rd r = *in;
	uint8_t c = rd_u8(&r);

	if (c == '\r') {
		if (rd_left(&r) == 0) {
			return DIS_MORE;
		}
		c = rd_u8(&r);
	}
	if (c != '\n') {
		return bad_chunk(ctx, s, 0);
	}
	*in = r;
	s->body = BODY_SIZE;
	return DIS_OK;
}

/* Line by line; s->left counts what was there. */
static enum dis_rc
trailer(struct dis_ctx *ctx, struct http_side *s, struct rd *in)
{
	struct rd r = *in, line;
	size_t n;

	if (!http_line(&r, &line)) {
		return s->left + rd_left(in) < TRAILER_MAX
			   ? DIS_MORE
			   : bad_chunk(ctx, s, 0);
	}
	n = (size_t)(r.p - in->p);
	if (s->left + n > TRAILER_MAX) {
		return bad_chunk(ctx, s, 0);
	}
	s->left += n;
	*in = r;
	if (rd_left(&line) == 0) {
		s->body = BODY_NONE;
	}
	return DIS_OK;
}

static enum dis_rc
pass(struct dis_ctx *ctx, struct http_side *s, struct rd *in)
{
	size_t n = rd_left(in);
	struct rd piece;

	if (s->body != BODY_REST && n > s->left) {
		n = (size_t)s->left;
	}
	piece = rd_sub(in, n);
	http_page(ctx, piece);
	if (s->body == BODY_REST) {
		return DIS_OK;
	}
	s->left -= n;
	if (s->left == 0) {
		s->body = s->body == BODY_CHUNK ? BODY_CHUNK_END : BODY_NONE;
	}
	return DIS_OK;
}

enum dis_rc
http_body(struct dis_ctx *ctx, struct http_side *s, struct rd *in)
{
	switch (s->body) {
	case BODY_SIZE: return chunk_size(ctx, s, in);
	case BODY_CHUNK_END: return chunk_end(ctx, s, in);
	case BODY_TRAILER: return trailer(ctx, s, in);
	default: return pass(ctx, s, in);
	}
}
