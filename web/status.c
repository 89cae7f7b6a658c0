/*
 * status: what the sensor does, how much it has seen and what it has lost.
 *
 * The database says where stream time stands, not who moves it.  Time that
 * moves and is today's is a capture; time that moves and is not is a replay;
 * time that has stood still is neither.  An idle live sensor moves it, too,
 * every second, so that silence of the network is not taken for a stop.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/process.h"
#include "version.h"
#include "web/web_priv.h"

#define STILL_NS   (4 * NS_PER_SEC)   /* commits come every second       */
#define TODAY_NS   (120 * NS_PER_SEC) /* between the two clocks           */
#define REFRESH_NS NS_PER_SEC
#define HEAD_MAX   128 /* bytes of a frame that are shown */

static const char *
last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? dot + 1 : name;
}

static int
add_up(void *arg, const struct query_counter *c)
{
	struct status_sums *s = arg;

	if (strcmp(c->name, "capture.frames") == 0) {
		s->frames += c->value;
	} else if (strcmp(c->name, "event.operations") == 0) {
		s->operations += c->value;
	} else if (strncmp(last_part(c->name), "drop", 4) == 0) {
		s->drops += c->value;
	}
	return 0;
}

int
status_sums(struct query *q, struct status_sums *ret)
{
	struct status_sums s = {0};
	int rc = query_counters(q, add_up, &s);

	if (rc == 0) {
		*ret = s;
	}
	return rc;
}

const char *
status_state(const struct web *w, uint64_t now)
{
	uint64_t wall = clock_wall_ns();
	uint64_t off =
	    wall > w->stream_ns ? wall - w->stream_ns : w->stream_ns - wall;

	if (w->moved_ns == 0 || now - w->moved_ns > STILL_NS) {
		return "idle";
	}
	return off < TODAY_NS ? "capturing" : "replaying";
}

static int
put_process(void *arg, const struct store_process *p)
{
	struct json *j = arg;

	json_object(j);
	json_kstr(j, "role", p->role);
	json_kstr(j, "label", p->label);
	json_kstr(j, "state", p->state);
	json_kstr(j, "ended", p->ended);
	json_kstr(j, "status", p->status);
	json_kstr(j, "sandbox", p->sandbox);
	json_kuint(j, "pid", p->pid);
	json_kuint(j, "restarts", p->restarts);
	json_kuint(j, "crashes", p->crashes);
	json_object_end(j);
	return 0;
}

/* The part that streams tell, too; the object stays open. */
static int
put_short(struct json *j, struct web *w, uint64_t now)
{
	struct query_status s;
	struct status_sums sums;
	int rc = query_status(w->query, &s);

	rc = rc == 0 ? status_sums(w->query, &sums) : rc;
	if (rc != 0) {
		return rc;
	}
	/* What is there at the start has not moved. */
	if (s.stream_ns != w->stream_ns) {
		w->moved_ns = w->status_serial != 0 ? now : 0;
		w->stream_ns = s.stream_ns;
	}
	json_object(j);
	json_kstr(j, "version", OTUS_VERSION);
	json_kstr(j, "state", status_state(w, now));
	if (s.stream_ns != 0) {
		json_kstamp(j, "stream_time", s.stream_ns);
	} else {
		json_kstr(j, "stream_time", NULL);
	}
	json_key(j, "learning");
	json_object(j);
	json_kbool(j, "active", s.learning);
	if (s.learn_from_ns != 0) {
		json_kstamp(j, "from", s.learn_from_ns);
	} else {
		json_kstr(j, "from", NULL);
	}
	json_object_end(j);
	json_kuint(j, "frames", sums.frames);
	json_kuint(j, "operations", sums.operations);
	json_kuint(j, "malformed", s.malformed);
	json_kuint(j, "gaps", s.gaps);
	json_kuint(j, "drops", sums.drops);
	json_key(j, "counts");
	json_object(j);
	json_kuint(j, "assets", s.assets);
	json_kuint(j, "links", s.links);
	json_kuint(j, "behaviours", s.behaviours);
	json_kuint(j, "alerts", s.alerts);
	json_kuint(j, "alerts_open", s.alerts_open);
	json_kuint(j, "outbox", s.outbox);
	json_object_end(j);
	json_key(j, "processes");
	json_array(j);
	rc = query_processes(w->query, put_process, j);
	json_array_end(j);
	return rc;
}

int
status_refresh(struct web *w, uint64_t now)
{
	static char buf[STATUS_MAX];
	struct json j;
	int rc;

	if (now < w->status_ns ||
	    (w->status_serial != 0 && w->version == w->status_version &&
		strcmp(w->state, status_state(w, now)) == 0)) {
		return 0;
	}
	w->status_ns = now + REFRESH_NS;
	json_init(&j, buf, sizeof(buf), NULL, NULL);
	rc = put_short(&j, w, now);
	if (rc != 0) {
		return rc;
	}
	json_object_end(&j);
	if (j.err != 0) {
		return j.err;
	}
	w->status_version = w->version;
	w->state = status_state(w, now);
	if (j.used != w->status_len || memcmp(buf, w->status, j.used) != 0) {
		memcpy(w->status, buf, j.used);
		w->status_len = j.used;
		w->status_serial++;
	}
	return 0;
}

static int
put_counter(void *arg, const struct query_counter *c)
{
	struct json *j = arg;

	json_object(j);
	json_kstr(j, "sensor", c->sensor);
	json_kstr(j, "name", c->name);
	json_kuint(j, "value", c->value);
	json_kstamp(j, "changed", c->changed);
	json_object_end(j);
	return 0;
}

/* The frame that killed a process, and how it begins. */
static int
put_evidence(void *arg, const struct store_evidence *e)
{
	struct json *j = arg;
	size_t n = e->data_len < HEAD_MAX ? e->data_len : HEAD_MAX;

	json_object(j);
	json_kstr(j, "role", e->role);
	json_kstr(j, "label", e->label);
	json_kuint(j, "generation", e->generation);
	json_kstr(j, "reason", e->reason);
	json_kstamp(j, "found", e->wall_ns);
	json_kuint(j, "frame", e->number);
	json_kstamp(j, "ts", e->ts_ns);
	json_kuint(j, "linktype", e->linktype);
	json_kuint(j, "len", e->len);
	json_kuint(j, "kept", e->data_len);
	json_key(j, "head");
	json_hex(j, e->data != NULL ? e->data : "", e->data != NULL ? n : 0);
	json_object_end(j);
	return 0;
}

/* What only the long form says. */
static int
put_long(struct json *j, const struct web *w)
{
	int rc;

	json_kstr(j, "sandbox", w->sandbox[0] != '\0' ? w->sandbox : NULL);
	json_key(j, "evidence");
	json_array(j);
	rc = query_evidence(w->query, put_evidence, j);
	json_array_end(j);
	json_key(j, "counters");
	json_array(j);
	rc = rc == 0 ? query_counters(w->query, put_counter, j) : rc;
	json_array_end(j);
	json_object_end(j);
	return rc;
}

enum MHD_Result
status_get(struct request *rq)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "application/json"};
	struct web *w = rq->web;
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
	rc = put_short(&j, w, clock_mono_ns());
	rc = rc == 0 ? put_long(&j, w) : rc;
	rc = rc == 0 ? j.err : rc;
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
