/*
 * told: what the commands `ghosts` and `doctor` say, as JSON: who is named
 * and not heard, and how well the network is seen.
 *
 * Both are worked out anew with each request and sent as one piece.  There are
 * at most as many ghosts in it as a page has, and of views one an interface
 * and VLAN (LIMIT_COVER_LANE_MAX a sensor), so the text is bounded.
 */
#include <stdlib.h>
#include <string.h>

#include "store/export/export.h"
#include "web/web_priv.h"

#define BUFFER ((size_t)4096)

static int
to_text(void *arg, const char *p, size_t n)
{
	return fwrite(p, 1, n, arg) == n ? 0 : ERR_NOMEM;
}

/* Sends what put() has written. */
static enum MHD_Result
send_text(
    struct request *rq, int (*put)(struct request *, FILE *, void *), void *arg)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "application/json"};
	struct MHD_Response *r;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	int rc = out == NULL ? ERR_NOMEM : put(rq, out, arg);

	if (out != NULL && fclose(out) != 0 && rc == 0) {
		rc = ERR_NOMEM;
	}
	if (rc != 0) {
		free(text);
		return query_failed(rq, rc);
	}
	r = MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(text);
	}
	return reply_send(rq->c, &reply, r);
}

/* --- coverage ---------------------------------------------------------------- */

static int
put_coverage(struct request *rq, FILE *out, void *arg)
{
	bool good;

	(void)arg;
	return export_doctor(rq->web->query, EXPORT_JSON, out, &good);
}

enum MHD_Result
told_coverage(struct request *rq)
{
	struct args a;

	if (args_read(rq->c, 0, &a) != 0) {
		return args_failed(rq, &a);
	}
	return send_text(rq, put_coverage, NULL);
}

/* --- ghosts ------------------------------------------------------------------ */

/* A cursor is how many have been passed. */
struct ghosts {
	const struct args *args;
	const char *text;
	struct json j;
	uint64_t n; /* that match */
};

static bool
is_shown(const struct ghosts *g)
{
	return g->n > (uint64_t)g->args->after &&
	       g->n <= (uint64_t)g->args->after + g->args->limit;
}

static int
on_ghost(void *arg, const struct query_ghost *ghost)
{
	struct ghosts *g = arg;

	if (g->text != NULL && !export_ghost_has(ghost, g->text)) {
		return 0;
	}
	g->n++;
	if (is_shown(g)) {
		export_ghost_json(&g->j, ghost);
	}
	return g->j.err;
}

static int
put_ghosts(struct request *rq, FILE *out, void *arg)
{
	struct query_page page = {0};
	struct ghosts *g = arg;
	char buf[BUFFER], next[24];
	uint64_t end;
	int rc;

	json_init(&g->j, buf, sizeof(buf), to_text, out);
	json_object(&g->j);
	json_key(&g->j, "items");
	json_array(&g->j);
	rc = query_ghosts(rq->web->query, NULL, &page, on_ghost, g);
	if (rc != 0) {
		return rc;
	}
	json_array_end(&g->j);
	json_kuint(&g->j, "total", g->n);
	end = (uint64_t)g->args->after + g->args->limit;
	(void)snprintf(next, sizeof(next), "%llu", (unsigned long long)end);
	json_kstr(&g->j, "next", end < g->n ? next : NULL);
	json_object_end(&g->j);
	return json_flush(&g->j);
}

enum MHD_Result
told_ghosts(struct request *rq)
{
	struct ghosts g = {0};
	struct query_filter f;
	struct args a;

	if (args_read(rq->c, ARG_AFTER | ARG_LIMIT | ARG_TEXT, &a) != 0) {
		return args_failed(rq, &a);
	}
	args_filter(&a, &f);
	g.args = &a;
	g.text = f.text;
	return send_text(rq, put_ghosts, &g);
}
