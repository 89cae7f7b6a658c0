/*
 * health: what the sensors count about themselves.
 *
 * Sensors tell absolute totals of their own run; kept is the sum over runs.
 * When a counter of losses rises, the rules get to judge it at the next tick,
 * as a gap event without ends (rules/functions.md): a sensor that misses
 * something must say so.  A counter is one of losses when the last part of
 * its name begins with "drop"; those of the queue to store, whose name begins
 * with "queue.", lose events, all others lose frames.
 */
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

#define NAME_MAX_ 64

int
health_start(struct store *s)
{
	int rc =
	    db_int(s->db, "SELECT count(*) FROM outbox", 0, &s->outbox_rows);

	/* A replay's sensor begins from zero, whatever the last one said. */
	if (rc == 0 && s->deterministic) {
		rc = db_exec(s->db, "UPDATE counters SET run = 0");
	}
	return rc;
}

static bool
counts_losses(const char *name)
{
	const char *dot = strrchr(name, '.');

	return strncmp(dot != NULL ? dot + 1 : name, "drop", 4) == 0;
}

/* Tells the rules what was lost since they were told last. */
static int
tell(struct store *s, struct loss *l, const char *cause)
{
	struct ev_field fields[3];
	struct ev e = {
	    .kind = EV_GAP,
	    .ts_ns = s->stream_ns,
	    .f = fields,
	    .max_fields = sizeof(fields) / sizeof(fields[0]),
	};
	char sensor[sizeof(l->sensor)];
	int rc;

	if (l->count == 0) {
		return 0;
	}
	memcpy(sensor, l->sensor, sizeof(sensor));
	ev_name(&e, EVF_CAUSE, cause);
	ev_uint(&e, EVF_COUNT, l->count);
	ev_bytes(&e, EVF_LABEL, EV_T_TEXT, sensor, strlen(sensor));
	l->count = 0;
	memset(&s->now, 0, sizeof(s->now));
	s->now.ev = &e;
	rc = judge(s);
	s->now.ev = NULL;
	return rc;
}

static int
tell_dropped(struct store *s)
{
	return tell(s, &s->dropped, "dropped");
}

static int
tell_queue(struct store *s)
{
	return tell(s, &s->queue_dropped, "queue");
}

int
health_tick(struct store *s)
{
	int rc = tell_dropped(s);

	return rc == 0 ? tell_queue(s) : rc;
}

static int
note_loss(struct store *s, const char *sensor, const char *name, uint64_t count)
{
	bool queue = strncmp(name, "queue.", 6) == 0;
	struct loss *l = queue ? &s->queue_dropped : &s->dropped;
	int rc = 0;

	if (l->count != 0 && strcmp(l->sensor, sensor) != 0) {
		rc = queue ? tell_queue(s) : tell_dropped(s);
	}
	l->count += count;
	(void)snprintf(l->sensor, sizeof(l->sensor), "%s", sensor);
	return rc;
}

static int
add_counter(
    struct store *s, const char *sensor, const char *name, uint64_t value)
{
	sqlite3_stmt *st = s->st[ST_COUNTER_GET];
	uint64_t before = 0;
	int rc;

	if (counts_losses(name)) {
		db_bind_text(st, 1, sensor);
		db_bind_text(st, 2, name);
		rc = db_step(st);
		if (rc < 0) {
			return rc;
		}
		if (rc == 1) {
			before = (uint64_t)db_get(st, 0);
			db_reset(st);
		}
		if (value < before) {
			before = 0;
		}
		if (value > before) {
			rc = note_loss(s, sensor, name, value - before);
			if (rc != 0) {
				return rc;
			}
		}
	}
	st = s->st[ST_COUNTER_PUT];
	db_bind_text(st, 1, sensor);
	db_bind_text(st, 2, name);
	db_bind(st, 3, (int64_t)(value & INT64_MAX));
	db_bind(st, 4, (int64_t)s->stream_ns);
	return db_run(st);
}

int
store_counter(
    struct store *s, const char *sensor, const char *name, uint64_t value)
{
	char sensor_fit[sizeof(s->dropped.sensor)], name_fit[NAME_MAX_];
	int rc = store_begin(s);

	if (rc == 0) {
		(void)text_fit(sensor_fit, sizeof(sensor_fit), sensor,
		    strnlen(sensor, EV_TEXT_MAX));
		(void)text_fit(name_fit, sizeof(name_fit), name,
		    strnlen(name, EV_TEXT_MAX));
		rc = add_counter(s, sensor_fit, name_fit, value);
	}
	if (rc != 0) {
		store_fail(s);
	}
	return rc;
}
