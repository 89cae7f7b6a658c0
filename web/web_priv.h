/*
 * web_priv: what the files of the server share.  Nobody else includes it.
 *
 *	server.c  connections, their limits, the way of a request
 *	route.c   from a path to what answers it
 *	args.c    what stands behind the question mark
 *	row.c     one asset, link or alert as JSON
 *	list.c    pages of them, and single ones
 *	told.c    ghosts, and how well the network is seen
 *	status.c  the state of the sensor
 *	stream.c  server-sent events
 *	plain.c   the same lists as HTML without JavaScript
 */
#ifndef OTUS_WEB_WEB_PRIV_H
#define OTUS_WEB_WEB_PRIV_H

#include "base/json.h"
#include "limits.h"
#include "store/query.h"
#include "web/reply.h"
#include "web/web.h"

/* Of rows; also the order in which a stream tells them. */
enum kind { KIND_ALERT, KIND_ASSET, KIND_LINK, KIND_COUNT };

enum conn_phase {
	CONN_FREE,
	CONN_WAITING,   /* for a request, or for the rest of one */
	CONN_ANSWERING, /* it has been answered; the client reads */
	CONN_STREAMING, /* for as long as the client wants        */
};

struct conn {
	enum conn_phase phase;
	int fd;
	uint64_t since_ns; /* monotonic */
};

#define WEB_BUFFER  ((size_t)LIMIT_WEB_BUFFER_KIB * 1024)
#define STATUS_MAX  2048
#define WEB_SANDBOX 256

struct stream {
	bool used;
	bool suspended; /* in libmicrohttpd, until there is something */
	bool gone;      /* its client is */
	bool greeted;
	struct MHD_Connection *c;
	int fd;
	int64_t mark[KIND_COUNT]; /* last row that was told */
	int64_t version;          /* of the database, when all was told */
	uint64_t status;          /* serial of the last one told */
	uint64_t beat_ns;         /* when something was sent last */
	unsigned budget;          /* rows until the next tick */
	char *buf;                /* WEB_BUFFER, while used */
	size_t n, at;
	struct web *web;
};

struct web {
	struct MHD_Daemon *daemon;
	int fd; /* epoll */
	uint16_t port;
	struct query *query;
	uint64_t tick_ns;
	struct conn conn[LIMIT_WEB_CONNECTIONS];
	char sandbox[WEB_SANDBOX];
	/* status.c */
	char status[STATUS_MAX]; /* the short form */
	size_t status_len;
	uint64_t status_serial, status_ns;
	int64_t status_version; /* of the database          */
	const char *state;      /* as status_state() said it */
	uint64_t moved_ns;      /* when stream time moved last */
	uint64_t stream_ns;
	/* stream.c */
	struct stream stream[LIMIT_WEB_STREAMS];
	int64_t version;
	int64_t last[KIND_COUNT];
};

/* One request on its way. */
struct request {
	struct web *web;
	struct MHD_Connection *c;
	struct conn *conn;
	const char *rest; /* of the path, behind what the route names */
	bool head;
};

/* route.c */
enum MHD_Result route(struct request *, const char *path);

/* args.c */
enum arg {
	ARG_AFTER = 1 << 0,
	ARG_LIMIT = 1 << 1,
	ARG_TEXT = 1 << 2,
	ARG_ROLE = 1 << 3,
	ARG_PROTO = 1 << 4,
	ARG_STATE = 1 << 5,
	ARG_SEVERITY = 1 << 6,
	ARG_ASSET = 1 << 7,
	ARG_RULE = 1 << 8,
	ARG_PARENT = 1 << 9,
	ARG_ORDER = 1 << 10,
	ARG_FACTS = 1 << 11,
};

#define ARG_COUNT    12
#define ARG_TEXT_MAX (LIMIT_WEB_QUERY_MAX + 1)

struct args {
	unsigned given; /* enum arg */
	char text[ARG_COUNT][ARG_TEXT_MAX];
	int64_t after;
	unsigned limit; /* LIMIT_WEB_PAGE_MAX unless given */
	bool newest_first, facts;
	const char *wrong;  /* name of the bad one, "" unknown... */
	const char *reason; /* NULL: all is well */
};

/*
 * Reads a request's arguments, of which only those in may are known.
 * ERR_FORMAT: wrong and reason say what is wrong with which.
 */
int args_read(
    struct MHD_Connection *, unsigned may, struct args *ret) MUST_CHECK;
/* One argument; for tests.  ERR_FORMAT as above. */
int args_take(struct args *, unsigned may, const char *name,
    const char *value) MUST_CHECK;
void args_init(struct args *);
/* The filter points into args. */
void args_filter(const struct args *, struct query_filter *ret);

/* row.c */
struct row {
	enum kind kind;
	int64_t row;
	const struct query_asset *asset; /* the one of its kind */
	const struct query_link *link;
	const struct query_alert *alert;
};

#define ROW_FACTS (1 << 0)

/* As query_assets() and its sisters. */
int rows_read(struct query *, enum kind, const struct query_filter *,
    struct query_page *, int (*fn)(void *, const struct row *),
    void *arg) MUST_CHECK;
int rows_count(struct query *, enum kind, const struct query_filter *,
    uint64_t *ret) MUST_CHECK;
/* ERR_NOTFOUND. */
int rows_one(struct query *, enum kind, const char *id,
    int (*fn)(void *, const struct row *), void *arg) MUST_CHECK;
/*
 * False when some facts did not find room in the writer's buffer; they are
 * counted instead (facts_left_out).
 */
bool row_json(struct json *, const struct row *, unsigned flags);
/* "alert", "asset", "link" */
const char *kind_name(enum kind);
void json_kstamp(struct json *, const char *key, uint64_t ns);

/* list.c */
enum MHD_Result list_alerts(struct request *);
enum MHD_Result list_assets(struct request *);
enum MHD_Result list_links(struct request *);
enum MHD_Result one_alert(struct request *);
enum MHD_Result one_asset(struct request *);
/* What a failed query is for the client. */
enum MHD_Result query_failed(struct request *, int err);
enum MHD_Result args_failed(struct request *, const struct args *);

/* told.c */
enum MHD_Result told_coverage(struct request *);
enum MHD_Result told_ghosts(struct request *);

/* status.c */
enum MHD_Result status_get(struct request *);
/* Builds the short form anew when it is due. */
int status_refresh(struct web *, uint64_t now_ns) MUST_CHECK;
struct status_sums {
	uint64_t frames, operations, drops;
};
int status_sums(struct query *, struct status_sums *ret) MUST_CHECK;
const char *status_state(const struct web *, uint64_t now_ns);

/* stream.c */
int streams_init(struct web *) MUST_CHECK;
/* Ends all, before the daemon is stopped. */
void streams_end(struct web *);
void streams_tick(struct web *, uint64_t now_ns);
enum MHD_Result stream_get(struct request *);

/* plain.c */
enum MHD_Result plain_alerts(struct request *);
enum MHD_Result plain_assets(struct request *);
enum MHD_Result plain_links(struct request *);

#endif
