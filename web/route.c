/*
 * route: from a path to what answers it.  There is no file system behind
 * these paths: what is not in the table or among the embedded files is not
 * there.
 */
#include <string.h>

#include "web/http.h"
#include "web/ui.h"
#include "web/web_priv.h"

static const struct {
	const char *path;
	bool more; /* an id follows */
	enum MHD_Result (*fn)(struct request *);
} routes[] = {
    {"/api/status", false, status_get},
    {"/api/alerts", false, list_alerts},
    {"/api/alerts/", true, one_alert},
    {"/api/assets", false, list_assets},
    {"/api/assets/", true, one_asset},
    {"/api/links", false, list_links},
    {"/api/ghosts", false, told_ghosts},
    {"/api/coverage", false, told_coverage},
    {"/api/stream", false, stream_get},
    {"/plain", false, plain_alerts},
    {"/plain/alerts", false, plain_alerts},
    {"/plain/assets", false, plain_assets},
    {"/plain/links", false, plain_links},
};

/* Files may be kept by the browser but are asked for anew each time: the
 * program may have been updated. */
static enum MHD_Result
send_file(struct request *rq, const struct ui_file *f)
{
	struct reply reply = {.status = MHD_HTTP_OK,
	    .type = f->type,
	    .cache = "no-cache",
	    .etag = f->etag};
	const char *has = MHD_lookup_connection_value(
	    rq->c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);

	if (http_etag_matches(has, f->etag)) {
		reply.status = MHD_HTTP_NOT_MODIFIED;
		reply.type = NULL;
		return reply_send(rq->c, &reply,
		    MHD_create_response_from_buffer(
			0, NULL, MHD_RESPMEM_PERSISTENT));
	}
	/* Persistent: libmicrohttpd only reads it. */
	return reply_send(rq->c, &reply,
	    MHD_create_response_from_buffer(
		f->len, (void *)f->data, MHD_RESPMEM_PERSISTENT));
}

enum MHD_Result
route(struct request *rq, const char *path)
{
	const struct ui_file *f = ui_find(path);

	if (f != NULL) {
		return send_file(rq, f);
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		size_t n = strlen(routes[i].path);

		if (strncmp(path, routes[i].path, n) != 0 ||
		    (path[n] != '\0') != routes[i].more) {
			continue;
		}
		rq->rest = path + n;
		return routes[i].fn(rq);
	}
	return reply_error(rq->c, MHD_HTTP_NOT_FOUND, "not found", false,
	    "the interface is described in /api/openapi.json");
}
