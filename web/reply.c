/*
 * reply: see reply.h.
 *
 * The headers are those that OWASP's secure headers project asks for on a page
 * that loads nothing from elsewhere and is framed by nobody.  What comes from
 * the network is text in JSON or escaped HTML; the policy is the second
 * fence, for the day when the first has a hole: no inline script or style, no
 * foreign origin, nowhere to send a form to.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "web/reply.h"

#define ERROR_MAX 1024

static const struct {
	const char *name, *value;
} always[] = {
    {"Content-Security-Policy",
	"default-src 'none'; script-src 'self'; style-src 'self'; "
	"img-src 'self'; connect-src 'self'; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

static bool
add(struct MHD_Response *r, const char *name, const char *value)
{
	return value == NULL ||
	       MHD_add_response_header(r, name, value) == MHD_YES;
}

enum MHD_Result
reply_send(
    struct MHD_Connection *c, const struct reply *reply, struct MHD_Response *r)
{
	enum MHD_Result rc = MHD_NO;
	bool ok = r != NULL;

	for (size_t i = 0; ok && i < sizeof(always) / sizeof(always[0]); i++) {
		ok = add(r, always[i].name, always[i].value);
	}
	ok = ok && add(r, "Content-Type", reply->type) &&
	     add(r, "Cache-Control",
		 reply->cache != NULL ? reply->cache : "no-store") &&
	     add(r, "ETag", reply->etag) && add(r, "Allow", reply->allow) &&
	     add(r, "Connection", reply->close ? "close" : NULL);
	if (ok) {
		rc = MHD_queue_response(c, reply->status, r);
	}
	if (r != NULL) {
		MHD_destroy_response(r);
	}
	return rc;
}

enum MHD_Result
reply_error(struct MHD_Connection *c, unsigned status, const char *error,
    bool end, const char *fmt, ...)
{
	struct reply reply = {.status = status,
	    .type = "application/json",
	    .allow = status == MHD_HTTP_METHOD_NOT_ALLOWED ? "GET, HEAD" : NULL,
	    .close = end};
	char detail[ERROR_MAX / 4], buf[ERROR_MAX * 2];
	struct json j;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	json_init(&j, buf, sizeof(buf), NULL, NULL);
	json_object(&j);
	json_kstr(&j, "error", error);
	json_kstr(&j, "detail", detail);
	json_object_end(&j);
	return reply_send(c, &reply,
	    MHD_create_response_from_buffer(
		j.used, buf, MHD_RESPMEM_MUST_COPY));
}
