/*
 * alert: what rules found, grouped, and the deliveries that this asks for.
 *
 * A group key has one alert that is not closed; what holds again counts it
 * (alert_group.c).  An alert and its place in the outbox are committed
 * together, so that what is sent is stored, and what is stored is sent.  An
 * alert that goes on is delivered again, not more often than every
 * STORE_ALERT_REPEAT_S of stream time; each delivery has an id of its own: the
 * alert's and a number.
 *
 * A rule that holds for more than STORE_ALERTS_PER_RULE groups at once has
 * one alert more, which counts all the others: nobody reads the thousandth,
 * and an attacker must not fill the disk.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/store_priv.h"
#include "store/text.h"

#define SALT_MAX  64
#define OTHERS    "(others)" /* the group key of what is not kept apart */
#define TRIM_ROWS 1000       /* of the outbox, at a time                */

/* --- what templates ask for ------------------------------------------------ */

static int
lookup_end(struct store *s, const char *name, char *buf, size_t size)
{
	const struct judged *n = &s->now;
	const struct addr *a = strncmp(name, "src.", 4) == 0   ? n->src
			       : strncmp(name, "dst.", 4) == 0 ? n->dst
							       : NULL;

	return asset_value(s, a, name + 4, buf, size);
}

static int
lookup_new(struct store *s, char *buf, size_t size)
{
	const struct ev *e = s->now.ev;
	uint16_t field = e->kind == EV_STATE ? EVF_STATE : EVF_VALUE;

	if (e->kind == EV_OPERATION) {
		(void)utf8_clean(buf, size, s->now.object.value,
		    strlen(s->now.object.value), NULL);
		return buf[0] != '\0' ? 0 : ERR_NOTFOUND;
	}
	return field_text(e, field, buf, size) != 0 ? 0 : ERR_NOTFOUND;
}

static int
lookup(void *arg, const char *name, char *buf, size_t size)
{
	struct store *s = arg;

	if (size == 0) {
		return ERR_TOOBIG;
	}
	if (strncmp(name, "src.", 4) == 0 || strncmp(name, "dst.", 4) == 0) {
		return lookup_end(s, name, buf, size);
	}
	if (strcmp(name, "object") == 0) {
		return object_words(s->now.ev, &s->now.object, buf, size) != 0
			   ? 0
			   : ERR_NOTFOUND;
	}
	if (strcmp(name, "old") == 0) {
		return baseline_old(s, buf, size);
	}
	if (strcmp(name, "new") == 0) {
		return lookup_new(s, buf, size);
	}
	if (strcmp(name, "usual") == 0) {
		return baseline_usual(s, buf, size);
	}
	if (strcmp(name, "learned") == 0) {
		return written_words(s, buf, size);
	}
	return ERR_NOTFOUND;
}

/* --- the outbox ------------------------------------------------------------ */

static int
deliver(struct store *s, int64_t alert, int64_t uid, int64_t revision)
{
	sqlite3_stmt *st = s->st[ST_OUTBOX_PUT];
	char id[UID_TEXT], event[UID_TEXT + 24];
	int rc;

	uid_text(id, 'e', uid);
	(void)snprintf(
	    event, sizeof(event), "%s.%lld", id, (long long)revision);
	db_bind_text(st, 1, event);
	db_bind(st, 2, alert);
	db_bind(st, 3, (int64_t)s->stream_ns);
	rc = db_run(st);
	if (rc == 0) {
		s->outbox_rows++;
	}
	return rc;
}

int
alert_trim(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_OUTBOX_TRIM];
	int64_t rows = 0, waiting = 0;
	int rc;

	if (s->outbox_rows <= LIMIT_STORE_OUTBOX) {
		return 0;
	}
	db_bind(st, 1, TRIM_ROWS);
	while ((rc = db_step(st)) == 1) {
		rows++;
		waiting += db_get(st, 0);
	}
	s->outbox_rows -= rows;
	if (rc != 0 || waiting == 0) {
		return rc;
	}
	st = s->st[ST_COUNTER_ADD];
	db_bind_text(st, 1, "outbox.dropped");
	db_bind(st, 2, waiting);
	db_bind(st, 3, (int64_t)s->stream_ns);
	return db_run(st);
}

/* --- alerts ---------------------------------------------------------------- */

static void
add_frame(const struct store *s, char *frames, size_t size)
{
	const int64_t frame = frame_at_hand(s);
	size_t n = strlen(frames);
	unsigned count = n > 2;

	for (size_t i = 0; i < n; i++) {
		count += frames[i] == ',';
	}
	/* What is counted, not seen, has no frame. */
	if (frame == 0 || count >= LIMIT_STORE_ALERT_FRAMES) {
		return;
	}
	(void)snprintf(frames + n - 1, size - n + 1, "%s%lld]",
	    n > 2 ? "," : "", (long long)frame);
}

static int
again(struct store *s, struct open_alert *a)
{
	const struct ev *e = s->now.ev;
	sqlite3_stmt *st = s->st[ST_ALERT_AGAIN];
	uint64_t told = (uint64_t)a->told;
	bool tell =
	    s->stream_ns >= told &&
	    s->stream_ns - told >= LIMIT_STORE_ALERT_REPEAT_S * NS_PER_SEC;
	int rc;

	add_frame(s, a->frames, sizeof(a->frames));
	if (tell) {
		a->revision++;
		told = s->stream_ns;
	}
	db_bind(st, 1, a->id);
	db_bind(st, 2, (int64_t)e->ts_ns);
	db_bind_text(st, 3, a->frames);
	db_bind(st, 4, (int64_t)told);
	db_bind(st, 5, a->revision);
	rc = db_run(st);
	return rc == 0 && tell ? deliver(s, a->id, a->uid, a->revision) : rc;
}

/* Rule, group and first occurrence: the same in every replay. */
static int64_t
make_uid(const struct ev *e, const char *rule, const char *group, unsigned salt)
{
	char origin[EV_NAME_MAX + ALERT_GROUP_MAX + 64];

	(void)snprintf(origin, sizeof(origin), "%s\n%s\n%llu\n%llu", rule,
	    group, (unsigned long long)e->ts_ns, (unsigned long long)e->frame);
	return uid_make(origin, salt);
}

/* Where it happened, when one of the IPs is there more than once. */
static const char *
put_place(const struct judged *n, const char *title, char buf[EV_TEXT_MAX])
{
	uint16_t vlan = place_vlan(place_of(n->ev));
	struct text t;

	if (vlan == 0 ||
	    (!addr_is_of_several(n->src) && !addr_is_of_several(n->dst))) {
		return title;
	}
	text_start(&t, buf, EV_TEXT_MAX);
	text_put(&t, title);
	text_put(&t, " (VLAN ");
	text_put_uint(&t, vlan);
	text_put(&t, ")");
	return buf;
}

static int
raise(struct store *s, const struct rules_hit *hit, const char *group,
    const char *title)
{
	const struct judged *n = &s->now;
	const struct rule *r = hit->rule;
	sqlite3_stmt *st = s->st[ST_ALERT_NEW];
	char frames[ALERT_FRAMES_MAX] = "[]", placed[EV_TEXT_MAX];

	rules_texts(hit);
	if (title == NULL) {
		title = put_place(n, hit->title, placed);
	}
	add_frame(s, frames, sizeof(frames));
	for (unsigned salt = 0; salt < SALT_MAX; salt++) {
		int64_t uid = make_uid(n->ev, r->id, group, salt);
		int rc;

		db_bind(st, 1, uid);
		db_bind_text(st, 2, r->id);
		db_bind_text(st, 3, group);
		db_bind_text(st, 4, r->severity);
		db_bind(st, 5, (int64_t)n->ev->ts_ns);
		db_bind(st, 6, n->src != NULL ? n->src->id : 0);
		db_bind(st, 7, n->dst != NULL ? n->dst->id : 0);
		db_bind_text(st, 8, title);
		db_bind_text(st, 9, hit->soc);
		db_bind_text(st, 10, hit->ot);
		db_bind_text(st, 11, hit->check);
		db_bind_text(st, 12, r->attack);
		db_bind_text(st, 13, frames);
		db_bind(st, 14, (int64_t)s->stream_ns);
		rc = db_run(st);
		if (rc != 0) {
			return rc;
		}
		if (sqlite3_changes(s->db) == 1) {
			return deliver(
			    s, sqlite3_last_insert_rowid(s->db), uid, 1);
		}
	}
	return ERR_EXISTS;
}

/* One group too many: they all count as one. */
static int
raise_others(struct store *s, const struct rules_hit *hit)
{
	char title[EV_TEXT_MAX];
	struct open_alert a;
	struct text t;
	int rc = alert_find(s, hit->rule->id, OTHERS, &a);

	if (rc != 0) {
		return rc == 1 ? again(s, &a) : rc;
	}
	rules_texts(hit);
	text_start(&t, title, sizeof(title));
	text_put(&t, "More than ");
	text_put_uint(&t, LIMIT_STORE_ALERTS_PER_RULE);
	text_put(&t, " open alerts of this kind; last: ");
	text_put(&t, hit->title);
	return raise(s, hit, OTHERS, title);
}

int
alert_hit(void *arg, const struct rules_hit *hit)
{
	struct store *s = arg;
	sqlite3_stmt *st = s->st[ST_ALERT_COUNT];
	char group[ALERT_GROUP_MAX];
	struct open_alert a;
	int64_t open = 0;
	int rc;

	(void)text_fit(
	    group, sizeof(group), hit->group_key, strlen(hit->group_key));
	rc = alert_find(s, hit->rule->id, group, &a);
	if (rc != 0) {
		return rc == 1 ? again(s, &a) : rc;
	}
	db_bind_text(st, 1, hit->rule->id);
	rc = db_step(st);
	if (rc < 0) {
		return rc;
	}
	open = rc == 1 ? db_get(st, 0) : 0;
	db_reset(st);
	if (open >= LIMIT_STORE_ALERTS_PER_RULE) {
		return raise_others(s, hit);
	}
	return raise(s, hit, group, NULL);
}

int
judge(struct store *s)
{
	const struct judged *n = &s->now;
	struct rules_subject subject = {
	    .ev = n->ev,
	    .src_asset = n->src != NULL ? n->src->asset : 0,
	    .dst_asset = n->dst != NULL ? n->dst->asset : 0,
	    .stream_ns = s->stream_ns,
	    .learning = s->learning,
	    .lookup = lookup,
	    .arg = s,
	};

	int rc;

	if (s->rules == NULL || !rules_ask_for(s->rules, n->ev)) {
		return 0;
	}
	/*
	 * A rule's statement runs on a budget, and what it breaks off is
	 * taken back: so nothing may be written while one runs.  Whatever
	 * learned() has to find in the database is written now.
	 */
	if (!s->learning && n->ev->kind == EV_OPERATION) {
		rc = cache_flush(&s->behaves);
		if (rc != 0) {
			return rc;
		}
	}
	rc = rules_judge(s->rules, &subject, alert_hit, s);
	/* A template's question may have failed without anybody noticing. */
	return rc == 0 && sqlite3_get_autocommit(s->db) ? ERR_DB : rc;
}
