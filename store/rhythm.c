/*
 * rhythm: who has fallen silent, by the rhythm that it had itself.
 *
 * Kept of each address: when it was heard last, and the longest it was silent
 * in between, but for what was told as its silence.  It is silent now when that
 * was exceeded threefold, and ten minutes.  What has not been here for long has
 * no rhythm yet.  A device is silent when the address of it that was heard last
 * is.
 *
 * Time counts only as long as anybody is heard at all where it is (awake.c):
 * where the mirror port is dark, or the sensor was off, nobody has fallen
 * silent.  Nor has who only answers, while nobody is there to ask (unasked.c):
 * that is looked at again and again, and when somebody is there again, it gets
 * its time anew to be heard, as who starts does not ask at once.
 *
 * What is in the cache is looked at there; the rest, from an earlier run or
 * pushed out, in the database, some rows a minute.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "store/store_priv.h"

#define EVERY_NS (60 * NS_PER_SEC)
#define LEAST_NS (600 * NS_PER_SEC)  /* traffic is told every 120 s at most */
#define KNOWN_NS (1800 * NS_PER_SEC) /* from the first to the last time */
#define HELD_NS  (900 * NS_PER_SEC)  /* to the last, as query.c has it */
#define PATIENCE 3
#define ROWS     1024 /* of the database, at a time */
#define AT_ONCE  32
#define QUIETLY  1 /* silent, and that is told of another address, or of none */
/* Otherwise `silent' is when it was heard last, told; or an excuse: until when
 * nobody asked it, or (WAITED) somebody is there again who may. */
#define EXCUSED (1ULL << 63)
#define WAITED  (1ULL << 62)

static int
read_meta(struct store *s, const char *key, uint64_t *ret)
{
	char sql[64];
	int64_t v = 0;
	int rc;

	(void)snprintf(
	    sql, sizeof(sql), "SELECT value FROM meta WHERE key = '%s'", key);
	rc = db_int(s->db, sql, 0, &v);
	*ret = (uint64_t)v;
	return rc;
}

int
rhythm_start(struct store *s)
{
	int rc = read_meta(s, "looked_ns", &s->looked_ns);

	s->quiet_until_ns = 0;
	return rc == 0 ? awake_start(s) : rc;
}

int
rhythm_write(struct store *s)
{
	int rc;

	if (s->awake[0].heard_ns == 0) {
		return 0;
	}
	rc = awake_write(s);
	return rc == 0 ? store_meta_set(s, "looked_ns", (int64_t)s->looked_ns)
		       : rc;
}

static bool
is_excused(const struct addr *a)
{
	return (a->silent & EXCUSED) != 0;
}

static bool
is_told(const struct addr *a)
{
	return a->silent > QUIETLY && !is_excused(a);
}

static uint64_t
since(const struct store *s, const struct addr *a)
{
	uint64_t awake = awake_of(s, a)->since_ns;

	return a->heard > awake ? a->heard : awake;
}

/* From when on its silence counts. */
static uint64_t
missed_from(const struct store *s, const struct addr *a)
{
	uint64_t from = since(s, a);
	uint64_t excuse =
	    is_excused(a) ? a->silent & ~(EXCUSED | WAITED) : from;

	return excuse > from ? excuse : from;
}

static void
print_span(char *buf, size_t size, const char *word, uint64_t ns)
{
	uint64_t min = ns / NS_PER_SEC / 60;

	if (min >= 48 * 60) {
		(void)snprintf(buf, size, "%s %llu days", word,
		    (unsigned long long)(min / 60 / 24));
	} else if (min >= 120) {
		(void)snprintf(buf, size, "%s %llu h %llu min", word,
		    (unsigned long long)(min / 60),
		    (unsigned long long)(min % 60));
	} else {
		(void)snprintf(
		    buf, size, "%s %llu min", word, (unsigned long long)min);
	}
}

static uint64_t
limit_of(const struct addr *a)
{
	uint64_t limit = PATIENCE * a->pause;

	return limit > LEAST_NS ? limit : LEAST_NS;
}

/* Nobody was told that it is silent. */
static bool
fell_silent_in_learning(const struct store *s, const struct addr *a)
{
	uint64_t at = since(s, a) + limit_of(a);

	return at >= s->learn_from && at - s->learn_from < s->learn_ns;
}

static void
returned(struct store *s, struct addr *a, uint64_t ts_ns)
{
	char span[CHANGE_TEXT];
	struct change *c;

	if (is_told(a)) {
		print_span(span, sizeof(span), "after", ts_ns - a->silent);
		c = change_note(s, a, "returned", span, "");
		if (c != NULL) {
			c->untold = fell_silent_in_learning(s, a);
		}
	}
	a->silent = 0;
}

/* An outage is no habit, unless the baseline was learning meanwhile. */
static bool
is_rhythm(const struct store *s, const struct addr *a)
{
	return a->heard >= awake_of(s, a)->since_ns &&
	       (a->silent == 0 || s->learning || fell_silent_in_learning(s, a));
}

void
rhythm_heard(struct store *s, struct addr *a, uint64_t ts_ns)
{
	bool is;

	awake_heard(s, ts_ns);
	if (s->now.ev != NULL) {
		a->heard_at = (uint8_t)(1 + place_iface(place_of(s->now.ev)));
	}
	if (ts_ns <= a->heard) {
		return;
	}
	is = is_rhythm(s, a);
	if (a->silent != 0) {
		returned(s, a, ts_ns);
	}
	if (is && ts_ns - a->heard > a->pause) {
		a->pause = ts_ns - a->heard;
	}
	a->heard = ts_ns;
	cache_counted(&s->addrs, a);
}

/* When it is silent unless it is heard before, by what time alone says. */
static uint64_t
due(const struct store *s, const struct addr *a)
{
	uint64_t known = a->heard - a->first;

	return (a->silent == 0 || is_excused(a)) && a->heard > a->first &&
		       known >= KNOWN_NS && known >= PATIENCE * a->pause
		   ? missed_from(s, a) + limit_of(a)
		   : UINT64_MAX;
}

static bool
is_overdue(const struct store *s, const struct addr *a)
{
	return awake_of(s, a)->heard_ns > due(s, a) && a->asset != 0 &&
	       !(a->roles & ROLE_EXTERNAL);
}

/* The addresses of one device together: one may be seldom used. */
struct device {
	uint64_t heard, pause; /* where it was heard last */
	uint64_t last, held;   /* seen; the same of an IPv4 that it still has */
	uint64_t passed;       /* when another got an IP that it had */
	bool told;             /* it is silent already */
};

/* Whether another MAC holds its IP now, and that was told. */
static bool
has_passed(const struct addr *a)
{
	return a->kind == ADDR_IP && a->current != a->slot;
}

/*
 * It was replaced: its MAC and its IPv6 addresses, which nobody takes over, are
 * not missed either, unless it went on without that IP or with another one.
 */
static bool
is_retired(const struct addr *a, const struct device *d)
{
	return has_passed(a) ||
	       (d->passed != 0 && d->heard <= d->passed + HELD_NS &&
		   (d->held == 0 || d->last - d->held > HELD_NS));
}

static int
note_ip(struct store *s, struct device *d, const struct addr *x)
{
	struct addr *to = NULL;
	int rc = 0;

	d->last = x->last > d->last ? x->last : d->last;
	if (has_passed(x)) {
		rc = addr_ip(s, x->ipver, &x->ip, x->current, false, &to);
		if (rc == 0 && to != NULL && to->taken > d->passed) {
			d->passed = to->taken;
		}
	} else if (x->kind == ADDR_IP && x->ipver == 4 && x->last > d->held) {
		d->held = x->last;
	}
	return rc;
}

static int
device_of(struct store *s, const struct addr *a, struct device *ret)
{
	sqlite3_stmt *st = s->st[ST_ASSET_ADDRS];
	int64_t ids[AT_ONCE];
	struct addr *x;
	size_t n = 0;
	int rc = cache_settle(&s->addrs);

	memset(ret, 0, sizeof(*ret));
	if (rc != 0) {
		return rc;
	}
	db_bind(st, 1, a->asset);
	db_bind(st, 2, AT_ONCE);
	while ((rc = db_step(st)) == 1) {
		ids[n++] = db_get(st, 0);
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = addr_by_id(s, ids[i], &x);
		if (rc != 0 || x == NULL) {
			break;
		}
		if (x->heard > ret->heard) {
			ret->heard = x->heard;
			ret->pause = x->pause;
		}
		ret->told |= is_told(x);
		rc = note_ip(s, ret, x);
	}
	return rc;
}

/* Whether nobody was there to ask it, or not for long. */
static int
find_excuse(struct store *s, const struct addr *a, bool *ret)
{
	uint64_t limit = limit_of(a);
	struct unasked q = {
	    .own_ns = a->heard - limit / PATIENCE,
	    .asked_ns = a->heard - limit,
	    .there_ns = missed_from(s, a) + limit / 2,
	};

	return unasked_find(s, a->asset, &q, ret);
}

static void
excuse(struct store *s, struct addr *a, uint64_t waited)
{
	a->silent = EXCUSED | waited | awake_of(s, a)->heard_ns;
	rhythm_loaded(s, a);
}

static int
tell_silent(struct store *s, struct addr *a)
{
	char span[CHANGE_TEXT];

	a->silent = a->heard;
	print_span(span, sizeof(span), "every", a->pause);
	change_note(s, a, "silent", span, "");
	return change_tell(s);
}

/* A row is at hand that was not when the cache was looked through. */
void
rhythm_loaded(struct store *s, const struct addr *a)
{
	uint64_t at = due(s, a);

	if (at < s->quiet_until_ns) {
		s->quiet_until_ns = at;
	}
}

static int
judge_silence(struct store *s, struct addr *a, const struct device *d)
{
	bool unasked = false;
	int rc;

	if (is_retired(a, d) || d->told) {
		a->silent = QUIETLY;
		return 0;
	}
	rc = find_excuse(s, a, &unasked);
	if (rc != 0) {
		return rc;
	}
	cache_counted(&s->addrs, a);
	if (unasked) {
		excuse(s, a, 0);
	} else if (is_excused(a) && !(a->silent & WAITED)) {
		excuse(s, a, WAITED);
	} else {
		return tell_silent(s, a);
	}
	return 0;
}

static int
look_at(struct store *s, int64_t id)
{
	struct addr *a = NULL;
	struct device d;
	int rc = addr_by_id(s, id, &a);

	if (rc != 0 || a == NULL || !is_overdue(s, a)) {
		return rc;
	}
	rc = device_of(s, a, &d);
	/* Rows move while others are loaded. */
	rc = rc == 0 ? addr_by_id(s, id, &a) : rc;
	if (rc != 0 || a == NULL) {
		return rc;
	}
	cache_counted(&s->addrs, a);
	if (d.heard > a->heard) {
		a->heard = d.heard;
		a->pause = a->pause > d.pause ? a->pause : d.pause;
		a->silent = 0;
		rhythm_loaded(s, a);
		return 0;
	}
	return judge_silence(s, a, &d);
}

static int
look_at_all(struct store *s, const int64_t *ids, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = look_at(s, ids[i]);
	}
	return rc;
}

/*
 * Whoever is heard from now on is due in LEAST_NS at the earliest, and who was
 * heard before is looked at: until the first of those is due nobody need look.
 */
static int
look_in_cache(struct store *s)
{
	const struct pool *p = &s->addrs.pool;
	int64_t ids[AT_ONCE];
	uint64_t first = s->awake[0].heard_ns + LEAST_NS;
	size_t n = 0;

	if (s->awake[0].heard_ns <= s->quiet_until_ns) {
		return 0;
	}
	/* Looking moves rows: they are picked first, as they stand in memory:
	 * by age each would be waited for. */
	for (uint32_t i = 0; i < p->fresh && n < AT_ONCE; i++) {
		const struct addr *a = pool_at(p, i);
		uint64_t at = due(s, a);

		if (!pool_is_listed(p, i)) {
			continue;
		}
		if (is_overdue(s, a)) {
			ids[n++] = a->id;
		} else if (at >= s->awake[0].heard_ns && at < first) {
			first = at;
		}
	}
	s->quiet_until_ns = n == AT_ONCE ? 0 : first;
	return look_at_all(s, ids, n);
}

/* As is_overdue() has it, by what was written. */
static int
look_in_table(struct store *s)
{
	sqlite3_stmt *st = s->st[ST_OVERDUE];
	int64_t ids[AT_ONCE];
	size_t n = 0;
	int rc;

	if (s->addrs.complete || s->awake[0].heard_ns < LEAST_NS) {
		return 0;
	}
	if (s->rhythm_at >= s->addr_id) {
		s->rhythm_at = 0;
	}
	db_bind(st, 1, s->rhythm_at);
	db_bind(st, 2, s->rhythm_at + ROWS);
	db_bind(st, 3, (int64_t)(s->awake[0].heard_ns - LEAST_NS));
	db_bind(st, 4, (int64_t)KNOWN_NS);
	db_bind(st, 5, AT_ONCE);
	s->rhythm_at += ROWS;
	while ((rc = db_step(st)) == 1) {
		ids[n++] = db_get(st, 0);
		if (n == AT_ONCE) {
			s->rhythm_at = ids[n - 1];
		}
	}
	return rc == 0 ? look_at_all(s, ids, n) : rc;
}

int
rhythm_tick(struct store *s)
{
	int rc;

	if (s->awake[0].heard_ns < s->looked_ns + EVERY_NS) {
		return 0;
	}
	s->looked_ns = s->awake[0].heard_ns;
	rc = look_in_cache(s);
	return rc == 0 ? look_in_table(s) : rc;
}
