/*
 * server: connections, their limits, and the way of a request.
 *
 *	accepted -> WAITING --request--> ANSWERING --done--> WAITING ...
 *	                 |                   |
 *	                 +---- too long -----+--> shut down
 *
 * libmicrohttpd parses HTTP and owns the sockets; its own time-out is about
 * silence, which a client that sends a byte now and then never keeps.  So
 * each connection has a deadline here, too: for sending a request, and for
 * reading the answer.
 *
 * Not here: what a path means (route.c).
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "web/http.h"
#include "web/web_priv.h"

#define TICK_NS (LIMIT_WEB_LOOK_MS * NS_PER_MS)

/* What libmicrohttpd keeps for us between two calls for one request. */
enum { SEEN_LONG = 1, SEEN_NUL, SEEN_FINE, SEEN_HEADERS };
static char seen[SEEN_HEADERS + 1];

/* The request's target as it came: before anything is decoded. */
static void *
on_target(void *arg, const char *target, struct MHD_Connection *c)
{
	if (strlen(target) > LIMIT_WEB_URL_MAX) {
		return &seen[SEEN_LONG];
	}
	/* A decoded NUL would hide what stands behind it. */
	return strstr(target, "%00") != NULL ? &seen[SEEN_NUL]
					     : &seen[SEEN_FINE];
}

static const char *
header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static enum MHD_Result
count_host(
    void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
	int *n = arg;

	*n += strcasecmp(key, "Host") == 0;
	return MHD_YES;
}

/* Who asks, and how: MHD_YES when it may go on, else it has been answered. */
static bool
admit(struct web *w, struct MHD_Connection *c, const char *url,
    const char *method, const char *mark, enum MHD_Result *ret)
{
	bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	const char *site = header(c, "Sec-Fetch-Site");
	const char *origin = header(c, "Origin");
	int hosts = 0;

	(void)MHD_get_connection_values(c, MHD_HEADER_KIND, count_host, &hosts);
	if (hosts != 1 || !http_host_is_ours(header(c, "Host"), w->port)) {
		*ret = reply_error(c, MHD_HTTP_MISDIRECTED_REQUEST,
		    "not this server", true,
		    "this page answers to 127.0.0.1:%u, localhost:%u and "
		    "[::1]:%u only; through a tunnel use the same port at both "
		    "ends",
		    w->port, w->port, w->port);
		return false;
	}
	if (!get) {
		if (origin != NULL && !http_origin_is_ours(origin, w->port)) {
			*ret = reply_error(c, MHD_HTTP_FORBIDDEN,
			    "foreign origin", true,
			    "another site's page may not ask for changes");
			return false;
		}
		*ret = reply_error(c, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "method not allowed", true, "only GET and HEAD");
		return false;
	}
	/* Another site's page could not read it, but take up connections. */
	if (site != NULL && strcmp(site, "cross-site") == 0 &&
	    strncmp(url, "/api/", 5) == 0) {
		*ret = reply_error(c, MHD_HTTP_FORBIDDEN, "foreign origin",
		    true, "another site's page may not use this interface");
		return false;
	}
	if (mark == &seen[SEEN_LONG]) {
		*ret = reply_error(c, MHD_HTTP_URI_TOO_LONG, "address too long",
		    true, "at most %d bytes", LIMIT_WEB_URL_MAX);
		return false;
	}
	if (mark == &seen[SEEN_NUL]) {
		*ret = reply_error(c, MHD_HTTP_BAD_REQUEST, "bad address", true,
		    "a zero byte in the address");
		return false;
	}
	if (header(c, "Content-Length") != NULL ||
	    header(c, "Transfer-Encoding") != NULL) {
		*ret = reply_error(c, MHD_HTTP_BAD_REQUEST, "unexpected body",
		    true, "a request that reads has no body");
		return false;
	}
	return true;
}

static struct conn *
conn_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *c, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **mark)
{
	struct web *w = arg;
	struct request rq = {.web = w, .c = c, .conn = conn_of(c)};
	enum MHD_Result rc;

	if (rq.conn == NULL) {
		return MHD_NO;
	}
	if (*mark != &seen[SEEN_HEADERS]) {
		if (!admit(w, c, url, method, *mark, &rc)) {
			rq.conn->phase = CONN_ANSWERING;
			rq.conn->since_ns = clock_mono_ns();
			return rc;
		}
		*mark = &seen[SEEN_HEADERS];
		return MHD_YES;
	}
	if (*len != 0) {
		*len = 0;
		return MHD_YES;
	}
	rq.conn->phase = CONN_ANSWERING;
	rq.conn->since_ns = clock_mono_ns();
	rq.head = strcmp(method, "HEAD") == 0;
	return route(&rq, url);
}

static void
on_completed(void *arg, struct MHD_Connection *c, void **mark,
    enum MHD_RequestTerminationCode why)
{
	struct conn *conn = conn_of(c);

	if (conn != NULL) {
		conn->phase = CONN_WAITING;
		conn->since_ns = clock_mono_ns();
	}
}

static void
on_connection(void *arg, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info;
	struct web *w = arg;
	struct conn *conn = *context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (conn != NULL) {
			conn->phase = CONN_FREE;
		}
		return;
	}
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	for (size_t i = 0; i < LIMIT_WEB_CONNECTIONS && info != NULL; i++) {
		if (w->conn[i].phase == CONN_FREE) {
			w->conn[i] = (struct conn){.phase = CONN_WAITING,
			    .fd = info->connect_fd,
			    .since_ns = clock_mono_ns()};
			*context = &w->conn[i];
			return;
		}
	}
}

/* Those that take too long; libmicrohttpd then finds them closed. */
static void
enforce(struct web *w, uint64_t now)
{
	for (size_t i = 0; i < LIMIT_WEB_CONNECTIONS; i++) {
		struct conn *c = &w->conn[i];
		uint64_t may = c->phase == CONN_WAITING ? LIMIT_WEB_REQUEST_S
							: LIMIT_WEB_ANSWER_S;

		if (c->phase != CONN_FREE && c->phase != CONN_STREAMING &&
		    now - c->since_ns > may * NS_PER_SEC) {
			(void)shutdown(c->fd, SHUT_RDWR);
		}
	}
}

static int
own_port(int fd, uint16_t *ret)
{
	struct sockaddr_storage ss;
	struct sockaddr_in6 sa6;
	struct sockaddr_in sa;
	socklen_t n = sizeof(ss);

	memset(&ss, 0, sizeof(ss));
	if (getsockname(fd, (struct sockaddr *)&ss, &n) != 0) {
		return ERR_STATE;
	}
	if (ss.ss_family == AF_INET) {
		memcpy(&sa, &ss, sizeof(sa));
		*ret = ntohs(sa.sin_port);
		return 0;
	}
	if (ss.ss_family == AF_INET6) {
		memcpy(&sa6, &ss, sizeof(sa6));
		*ret = ntohs(sa6.sin6_port);
		return 0;
	}
	return ERR_STATE;
}

static int
start(struct web *w, int listen_fd)
{
	const union MHD_DaemonInfo *info;

	w->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, on_request, w, MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_WEB_CONNECTIONS,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)LIMIT_WEB_PER_ADDRESS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)LIMIT_WEB_QUIET_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)LIMIT_WEB_HEADER_KIB * 1024, MHD_OPTION_STRICT_FOR_CLIENT,
	    1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, w,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, w,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, w, MHD_OPTION_END);
	if (w->daemon == NULL) {
		return ERR_NOMEM;
	}
	info = MHD_get_daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL || info->epoll_fd < 0) {
		return ERR_UNSUPPORTED;
	}
	w->fd = info->epoll_fd;
	return 0;
}

int
web_new(const struct web_options *o, struct web **ret)
{
	struct web *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL) {
		return ERR_NOMEM;
	}
	rc = own_port(o->listen_fd, &w->port);
	if (rc == 0) {
		rc = query_open(o->dir, &w->query);
	}
	if (rc == 0) {
		rc = streams_init(w);
	}
	if (rc == 0) {
		rc = start(w, o->listen_fd);
	}
	if (rc != 0) {
		web_free(w);
		return rc;
	}
	*ret = w;
	return 0;
}

void
web_free(struct web *w)
{
	if (w == NULL) {
		return;
	}
	if (w->daemon != NULL) {
		/* The socket is the caller's: take it back first. */
		(void)MHD_quiesce_daemon(w->daemon);
		streams_end(w);
		MHD_stop_daemon(w->daemon);
	}
	query_close(w->query);
	free(w);
}

void
web_sandbox(struct web *w, const char *text)
{
	(void)snprintf(w->sandbox, sizeof(w->sandbox), "%s", text);
}

int
web_fd(const struct web *w)
{
	return w->fd;
}

int
web_timeout_ms(const struct web *w)
{
	uint64_t now = clock_mono_ns();
	uint64_t ms = w->tick_ns > now ? (w->tick_ns - now) / NS_PER_MS + 1 : 0;
	MHD_UNSIGNED_LONG_LONG due;

	if (MHD_get_timeout(w->daemon, &due) == MHD_YES && due < ms) {
		ms = due;
	}
	return (int)ms;
}

int
web_run(struct web *w)
{
	uint64_t now = clock_mono_ns();

	if (now >= w->tick_ns) {
		w->tick_ns = now + TICK_NS;
		enforce(w, now);
		streams_tick(w, now);
	}
	return MHD_run(w->daemon) == MHD_YES ? 0 : ERR_IO;
}
