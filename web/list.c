/*
 * list: pages of assets, links and alerts as JSON, and single ones.
 *
 *	{"total": N, "items": [...], "next": CURSOR or null}
 *
 * A page is sent in batches: whenever libmicrohttpd has room, as many rows as
 * fit into one buffer are read by a statement of its own.  So memory is bounded
 * whatever the rows are, and no read transaction outlasts a batch; rows that
 * come in between are in the next batch or not, none twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/web_priv.h"

#define STOP 1 /* from a row function: not an error */

#define CLOSING_ROOM 64 /* "],"next":"9223372036854775807"}" */

struct page {
	struct web *web;
	enum kind kind;
	struct args args;
	unsigned flags;
	int64_t after;
	unsigned left; /* rows that may still come */
	bool begun, ended, more, some;
	struct json j;
	size_t at; /* of the buffer: sent so far */
	char buf[WEB_BUFFER];
};

/* Puts a row behind the others, or ends the batch. */
static int
on_row(void *arg, const struct row *row)
{
	struct page *p = arg;
	struct json before = p->j;
	bool first = !p->some, whole;

	if (p->left == 0) {
		p->more = true;
		return STOP;
	}
	p->j.size = WEB_BUFFER - CLOSING_ROOM;
	whole = row_json(&p->j, row, p->flags);
	if (p->j.err != 0 || (!whole && !first)) {
		p->j = before;
		/* Alone in the buffer every row fits: row.c leaves out. */
		return first ? ERR_TOOBIG : STOP;
	}
	p->j.size = WEB_BUFFER;
	p->some = true;
	p->after = row->row;
	p->left--;
	return 0;
}

static int
batch(struct page *p)
{
	struct query_page page = {.after = p->after, .limit = p->left + 1};
	struct query_filter f;
	uint64_t total;
	char next[24];
	int rc;

	args_filter(&p->args, &f);
	p->at = 0;
	p->j.used = 0;
	p->some = false;
	if (!p->begun) {
		rc = rows_count(p->web->query, p->kind, &f, &total);
		if (rc != 0) {
			return rc;
		}
		p->begun = true;
		json_object(&p->j);
		json_kuint(&p->j, "total", total);
		json_key(&p->j, "items");
		json_array(&p->j);
	}
	rc = rows_read(p->web->query, p->kind, &f, &page, on_row, p);
	if (rc < 0) {
		return rc;
	}
	if (rc == 0 || p->more) {
		p->ended = true;
		json_array_end(&p->j);
		json_key(&p->j, "next");
		if (p->more) {
			(void)snprintf(
			    next, sizeof(next), "%lld", (long long)p->after);
			json_str(&p->j, next);
		} else {
			json_null(&p->j);
		}
		json_object_end(&p->j);
	}
	return p->j.err;
}

static ssize_t
send_some(void *arg, uint64_t pos, char *out, size_t max)
{
	struct page *p = arg;
	size_t n;

	if (p->at == p->j.used) {
		if (p->ended) {
			return MHD_CONTENT_READER_END_OF_STREAM;
		}
		if (batch(p) != 0) {
			return MHD_CONTENT_READER_END_WITH_ERROR;
		}
	}
	n = p->j.used - p->at < max ? p->j.used - p->at : max;
	memcpy(out, p->buf + p->at, n);
	p->at += n;
	return (ssize_t)n;
}

enum MHD_Result
query_failed(struct request *rq, int err)
{
	if (err == ERR_NOTFOUND) {
		return reply_error(rq->c, MHD_HTTP_NOT_FOUND, "not found",
		    false, "there is none of this id");
	}
	return reply_error(rq->c, MHD_HTTP_SERVICE_UNAVAILABLE,
	    "database not available", false, "%s", err_text(err));
}

enum MHD_Result
args_failed(struct request *rq, const struct args *a)
{
	return reply_error(rq->c, MHD_HTTP_BAD_REQUEST, "bad parameter", false,
	    "%s%s%s", a->wrong, a->wrong[0] != '\0' ? ": " : "", a->reason);
}

static enum MHD_Result
list(struct request *rq, enum kind kind, unsigned may)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "application/json"};
	struct page *p = calloc(1, sizeof(*p));
	struct MHD_Response *r;
	int rc;

	if (p == NULL) {
		return query_failed(rq, ERR_NOMEM);
	}
	if (args_read(
		rq->c, may | ARG_AFTER | ARG_LIMIT | ARG_TEXT, &p->args) != 0) {
		enum MHD_Result result = args_failed(rq, &p->args);

		free(p);
		return result;
	}
	p->web = rq->web;
	p->kind = kind;
	p->after = p->args.after;
	p->left = p->args.limit;
	p->flags = p->args.facts ? ROW_FACTS : 0;
	json_init(&p->j, p->buf, sizeof(p->buf), NULL, NULL);
	rc = batch(p);
	if (rc != 0) {
		free(p);
		return query_failed(rq, rc);
	}
	r = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 16 * 1024, send_some, p, free);
	if (r == NULL) {
		free(p);
	}
	return reply_send(rq->c, &reply, r);
}

enum MHD_Result
list_alerts(struct request *rq)
{
	return list(rq, KIND_ALERT,
	    ARG_STATE | ARG_SEVERITY | ARG_ASSET | ARG_RULE | ARG_ORDER);
}

enum MHD_Result
list_assets(struct request *rq)
{
	return list(
	    rq, KIND_ASSET, ARG_ROLE | ARG_PROTO | ARG_PARENT | ARG_FACTS);
}

enum MHD_Result
list_links(struct request *rq)
{
	return list(rq, KIND_LINK, ARG_PROTO | ARG_ASSET);
}

/* --- single ones ----------------------------------------------------------- */

static int
on_one(void *arg, const struct row *row)
{
	(void)row_json(arg, row, ROW_FACTS);
	return 0;
}

static enum MHD_Result
one(struct request *rq, enum kind kind)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "application/json"};
	struct MHD_Response *r;
	struct args a;
	struct json j;
	char *buf;
	int rc;

	if (args_read(rq->c, 0, &a) != 0) {
		return args_failed(rq, &a);
	}
	buf = malloc(WEB_BUFFER);
	if (buf == NULL) {
		return query_failed(rq, ERR_NOMEM);
	}
	json_init(&j, buf, WEB_BUFFER, NULL, NULL);
	rc = rows_one(rq->web->query, kind, rq->rest, on_one, &j);
	if (rc == 0) {
		rc = j.err;
	}
	if (rc != 0) {
		free(buf);
		return query_failed(rq, rc);
	}
	r = MHD_create_response_from_buffer(j.used, buf, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(buf);
	}
	return reply_send(rq->c, &reply, r);
}

enum MHD_Result
one_alert(struct request *rq)
{
	return one(rq, KIND_ALERT);
}

enum MHD_Result
one_asset(struct request *rq)
{
	return one(rq, KIND_ASSET);
}
