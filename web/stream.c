/*
 * stream: server-sent events (WHATWG HTML, section 9.2).
 *
 *	id: 12.40.77             last alert, asset and link that were told
 *	event: alert             or asset, link; status has no id
 *	data: {...}              as in the lists, without facts
 *
 * A stream is a cursor into each list, and one buffer.  When the buffer has
 * been sent and the database has changed, the next rows are read into it, a
 * bounded number each tick; so a slow reader, or a flood of news, costs
 * lateness and not memory, and each row is told once.  A client that comes
 * back says where it was (Last-Event-ID).
 *
 * Between news a stream is suspended in libmicrohttpd, which then does not
 * look at its socket; the tick does, so that places of those who left are
 * free within a second.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "web/http.h"
#include "web/web_priv.h"

#define ROWS_A_TICK 100
#define ROWS_A_READ 50
#define RETRY       "retry: 3000\n\n"
#define HEARTBEAT   ": \n\n"
#define LINE_MAX_   96
#define STOP        1

int
streams_init(struct web *w)
{
	/* A page that opens first sees what is there now. */
	return query_version(w->query, &w->version);
}

/* --- where the lists end --------------------------------------------------- */

static int
on_last(void *arg, const struct row *row)
{
	*(int64_t *)arg = row->row;
	return 0;
}

/* Moves w->last to the last row of each list. */
static int
find_last(struct web *w)
{
	struct query_filter newest = {.newest_first = true};
	struct query_filter all = {0};
	struct query_page page = {.limit = 1};
	struct query_status s;
	int rc = query_status(w->query, &s);

	if (rc == 0) {
		rc = rows_read(w->query, KIND_ALERT, &newest, &page, on_last,
		    &w->last[KIND_ALERT]);
	}
	/* Rows are numbered as they come: the n-th has at least number n. */
	if (rc == 0 && w->last[KIND_ASSET] == 0 && s.assets > 0) {
		w->last[KIND_ASSET] = (int64_t)s.assets - 1;
	}
	if (rc == 0 && w->last[KIND_LINK] == 0 && s.links > 0) {
		w->last[KIND_LINK] = (int64_t)s.links - 1;
	}
	for (enum kind k = KIND_ASSET; k < KIND_COUNT && rc == 0; k++) {
		do {
			page = (struct query_page){
			    .after = w->last[k], .limit = LIMIT_WEB_PAGE_MAX};
			rc = rows_read(
			    w->query, k, &all, &page, on_last, &w->last[k]);
		} while (rc == 0 && page.after != 0);
	}
	return rc;
}

/* --- what is sent ---------------------------------------------------------- */

static void
put(struct stream *s, const char *p, size_t n)
{
	if (n <= WEB_BUFFER - s->n) {
		memcpy(s->buf + s->n, p, n);
		s->n += n;
	}
}

/* One event in the buffer, or STOP when it has to wait for the next. */
static int
on_news(void *arg, const struct row *row)
{
	struct stream *s = arg;
	char line[LINE_MAX_];
	int64_t mark[KIND_COUNT];
	struct json j;
	int n;

	memcpy(mark, s->mark, sizeof(mark));
	mark[row->kind] = row->row;
	n = snprintf(line, sizeof(line),
	    "id: %lld.%lld.%lld\nevent: %s\ndata: ",
	    (long long)mark[KIND_ALERT], (long long)mark[KIND_ASSET],
	    (long long)mark[KIND_LINK], kind_name(row->kind));
	if ((size_t)n + 2 > WEB_BUFFER - s->n) {
		return STOP;
	}
	/* A writer's text has no line end: one line is the whole. */
	json_init(&j, s->buf + s->n + n, WEB_BUFFER - s->n - (size_t)n - 2,
	    NULL, NULL);
	(void)row_json(&j, row, 0);
	if (j.err != 0) {
		return s->n == 0 ? j.err : STOP;
	}
	memcpy(s->buf + s->n, line, (size_t)n);
	s->n += (size_t)n + j.used;
	put(s, "\n\n", 2);
	s->mark[row->kind] = row->row;
	s->budget--;
	return 0;
}

static int
fill_news(struct stream *s)
{
	struct query_filter all = {0};
	int64_t version = s->web->version;
	bool rest = false;

	for (enum kind k = 0; k < KIND_COUNT; k++) {
		unsigned max =
		    s->budget < ROWS_A_READ ? s->budget : ROWS_A_READ;
		struct query_page page = {.after = s->mark[k], .limit = max};
		int rc;

		if (max == 0) {
			return 0;
		}
		rc = rows_read(s->web->query, k, &all, &page, on_news, s);
		if (rc < 0) {
			return rc;
		}
		rest = rest || rc == STOP || page.after != 0;
	}
	if (!rest) {
		s->version = version;
	}
	return 0;
}

static int
fill(struct stream *s)
{
	struct web *w = s->web;
	uint64_t now = clock_mono_ns();

	s->n = s->at = 0;
	if (!s->greeted) {
		s->greeted = true;
		put(s, RETRY, sizeof(RETRY) - 1);
	}
	if (s->status != w->status_serial) {
		static const char head[] = "event: status\ndata: ";

		s->status = w->status_serial;
		put(s, head, sizeof(head) - 1);
		put(s, w->status, w->status_len);
		put(s, "\n\n", 2);
	}
	if (s->version != w->version && s->budget > 0) {
		int rc = fill_news(s);

		if (rc != 0) {
			return rc;
		}
	}
	if (s->n == 0 &&
	    now - s->beat_ns >= LIMIT_WEB_HEARTBEAT_S * NS_PER_SEC) {
		put(s, HEARTBEAT, sizeof(HEARTBEAT) - 1);
	}
	if (s->n != 0) {
		s->beat_ns = now;
	}
	return 0;
}

static ssize_t
send_some(void *arg, uint64_t pos, char *out, size_t max)
{
	struct stream *s = arg;
	size_t n;

	if (s->gone || (s->at == s->n && fill(s) != 0)) {
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	if (s->at == s->n) {
		s->suspended = true;
		MHD_suspend_connection(s->c);
		return 0;
	}
	n = s->n - s->at < max ? s->n - s->at : max;
	memcpy(out, s->buf + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

/* --- their life ------------------------------------------------------------ */

static void
stream_free(void *arg)
{
	struct stream *s = arg;

	free(s->buf);
	memset(s, 0, sizeof(*s));
}

static void
resume(struct stream *s)
{
	if (s->suspended) {
		s->suspended = false;
		MHD_resume_connection(s->c);
	}
}

static bool
is_gone(const struct stream *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

static bool
has_something(const struct stream *s, uint64_t now)
{
	const struct web *w = s->web;

	return s->gone || s->status != w->status_serial ||
	       s->version != w->version ||
	       now - s->beat_ns >= LIMIT_WEB_HEARTBEAT_S * NS_PER_SEC;
}

void
streams_tick(struct web *w, uint64_t now)
{
	int64_t version;

	/* A database that cannot be read now is looked at again later. */
	if (query_version(w->query, &version) != 0) {
		return;
	}
	w->version = version;
	if (status_refresh(w, now) != 0) {
		return;
	}
	for (size_t i = 0; i < LIMIT_WEB_STREAMS; i++) {
		struct stream *s = &w->stream[i];

		if (!s->used) {
			continue;
		}
		s->budget = ROWS_A_TICK;
		if (s->suspended) {
			s->gone = is_gone(s);
			if (has_something(s, now)) {
				resume(s);
			}
		}
	}
}

void
streams_end(struct web *w)
{
	for (size_t i = 0; i < LIMIT_WEB_STREAMS; i++) {
		if (w->stream[i].used) {
			w->stream[i].gone = true;
			resume(&w->stream[i]);
		}
	}
}

/* "12.40.77"; false: it is not one of ours. */
static bool
parse_id(const char *text, int64_t mark[KIND_COUNT])
{
	char part[24];

	for (enum kind k = 0; k < KIND_COUNT; k++) {
		size_t n = strcspn(text, ".");
		uint64_t v;

		if (n >= sizeof(part) ||
		    (text[n] == '.') != (k + 1 < KIND_COUNT)) {
			return false;
		}
		memcpy(part, text, n);
		part[n] = '\0';
		if (http_number(part, 0, INT64_MAX, &v) != 0) {
			return false;
		}
		mark[k] = (int64_t)v;
		text += n + (text[n] == '.');
	}
	return true;
}

static struct stream *
place(struct web *w)
{
	for (size_t i = 0; i < LIMIT_WEB_STREAMS; i++) {
		if (!w->stream[i].used) {
			return &w->stream[i];
		}
	}
	return NULL;
}

/* From where: the end of all lists, or where the client was. */
static int
start_at(struct web *w, const char *id, int64_t mark[KIND_COUNT])
{
	int rc;

	if (id != NULL && !parse_id(id, mark)) {
		return ERR_FORMAT;
	}
	rc = find_last(w);
	for (enum kind k = 0; k < KIND_COUNT && rc == 0; k++) {
		/* An id of another database must not hide what comes. */
		if (id == NULL || mark[k] > w->last[k]) {
			mark[k] = w->last[k];
		}
	}
	return rc;
}

static enum MHD_Result
open_stream(struct request *rq, struct stream *s, const int64_t *mark)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "text/event-stream"};
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(rq->c, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct MHD_Response *r;

	*s = (struct stream){.used = true,
	    .c = rq->c,
	    .fd = info->connect_fd,
	    .version = -1,
	    .beat_ns = clock_mono_ns(),
	    .budget = ROWS_A_TICK,
	    .buf = malloc(WEB_BUFFER),
	    .web = rq->web};
	memcpy(s->mark, mark, sizeof(s->mark));
	if (s->buf == NULL) {
		stream_free(s);
		return query_failed(rq, ERR_NOMEM);
	}
	r = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 16 * 1024, send_some, s, stream_free);
	if (r == NULL) {
		stream_free(s);
		return MHD_NO;
	}
	rq->conn->phase = CONN_STREAMING;
	return reply_send(rq->c, &reply, r);
}

enum MHD_Result
stream_get(struct request *rq)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "text/event-stream"};
	const char *id = MHD_lookup_connection_value(
	    rq->c, MHD_HEADER_KIND, "Last-Event-ID");
	int64_t mark[KIND_COUNT];
	struct stream *s;
	struct args a;
	int rc;

	if (args_read(rq->c, 0, &a) != 0) {
		return args_failed(rq, &a);
	}
	if (rq->head) {
		return reply_send(rq->c, &reply,
		    MHD_create_response_from_buffer(
			0, NULL, MHD_RESPMEM_PERSISTENT));
	}
	s = place(rq->web);
	if (s == NULL) {
		return reply_error(rq->c, MHD_HTTP_SERVICE_UNAVAILABLE,
		    "too many streams", false,
		    "%d are open already; close a page or ask "
		    "/api/status instead",
		    LIMIT_WEB_STREAMS);
	}
	rc = start_at(rq->web, id, mark);
	if (rc == ERR_FORMAT) {
		return reply_error(rq->c, MHD_HTTP_BAD_REQUEST, "bad parameter",
		    false, "Last-Event-ID is not one of this server's");
	}
	rc = rc == 0 ? status_refresh(rq->web, clock_mono_ns()) : rc;
	return rc == 0 ? open_stream(rq, s, mark) : query_failed(rq, rc);
}
