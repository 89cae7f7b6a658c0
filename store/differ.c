/*
 * differ: whether a device says something else of itself than before.
 *
 * Two messages may name one thing in two ways: a vendor by the table of its id
 * and by its own spelling.  So a message is held against what the same message
 * said before; and it must be believed no less than all that was said.
 *
 * What two say in turns, as both sides of a redundant pair behind one address
 * do, is no change each time.  A value that was there before is one again only
 * if it had gone when the present one came, and that has stayed for a while.
 *
 * What was said earlier than the last word is what was so then: captures may be
 * read in any order of their days.
 *
 * V1.0 and 1.0.0 are one version, and a host is the same with its domain and
 * without.
 *
 * No change of a device is what a program on it says (a browser, a second web
 * server), nor anything that somebody outside of the plant says, nor what comes
 * from one of several ports with one protocol.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/declared/compare.h"
#include "store/store_priv.h"

/* Who says one thing and within this time again the other one, says both. */
#define STAY_NS (600 * NS_PER_SEC)

/* Two interfaces may tell a little out of order. */
#define ORDER_NS NS_PER_SEC

/* What was said of a key before. */
struct said {
	bool any;  /* by the same message */
	bool none; /* by nobody           */
	char value[EV_TEXT_MAX + 1];
	int64_t rank[3]; /* confidence, last, first */
	int64_t most;    /* confidence, whatever the message */
	int64_t own;     /* when this value was said last; 0: never */
};

static const struct addr *
whose(const struct judged *n)
{
	return n->subject != NULL ? n->subject : n->src;
}

static bool
is_better(sqlite3_stmt *st, const struct said *best)
{
	for (int i = 0; i < 3; i++) {
		int64_t rank = db_get(st, i + 1);

		if (!best->any || rank != best->rank[i]) {
			return !best->any || rank > best->rank[i];
		}
	}
	return strcmp(db_text(st, 0), best->value) > 0;
}

/* The best that the same message said; LIMIT_STORE_FACTS_PER_KEY rows at most. */
static int
said_before(
    struct store *s, int64_t addr, const struct fact *f, struct said *ret)
{
	sqlite3_stmt *st = s->st[ST_FACT_SAID];
	int rc;

	*ret = (struct said){.none = true};
	db_bind(st, 1, addr);
	db_bind_text(st, 2, f->key);
	db_bind_text(st, 3, f->via);
	while ((rc = db_step(st)) == 1) {
		ret->none = false;
		if (db_get(st, 5) == 0) {
			continue;
		}
		if (db_get(st, 1) > ret->most) {
			ret->most = db_get(st, 1);
		}
		if (db_get(st, 4) == 0) {
			continue;
		}
		if (strcmp(db_text(st, 0), f->value) == 0) {
			ret->own = db_get(st, 2);
		}
		if (!is_better(st, ret)) {
			continue;
		}
		ret->any = true;
		db_copy(st, 0, ret->value, sizeof(ret->value));
		for (int i = 0; i < 3; i++) {
			ret->rank[i] = db_get(st, i + 1);
		}
	}
	return rc;
}

/* A state comes and goes; what a device is stays. */
static bool
is_state(const char *key)
{
	return strcmp(key, "run_state") == 0 || strcmp(key, "key_switch") == 0;
}

static bool
is_said_in_turns(const char *key, const struct said *said)
{
	int64_t last = said->rank[1], first = said->rank[2];

	return !is_state(key) && said->own != 0 &&
	       (said->own >= first || last - said->own < (int64_t)STAY_NS);
}

static bool
is_earlier(const struct judged *n, const struct said *said)
{
	return (int64_t)n->ev->ts_ns + (int64_t)ORDER_NS < said->rank[1];
}

/* The same name in capitals, or up to the first dot of its domain. */
static bool
is_same_name(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), least = n < m ? n : m;
	char next = n < m ? b[least] : a[least];

	return strncasecmp(a, b, least) == 0 && (next == '\0' || next == '.') &&
	       memchr(a, '.', n == m ? 0 : least) == NULL;
}

/* Who gives several names, as NetBIOS does, gives them one after another. */
static bool
is_further_name(
    const struct judged *n, const char *key, const struct said *said)
{
	return fact_is_name(key) &&
	       (int64_t)n->ev->ts_ns - said->rank[2] < (int64_t)STAY_NS;
}

static bool
is_same(const char *key, const char *a, const char *b)
{
	if (fact_is_name(key)) {
		return is_same_name(a, b);
	}
	if (strcmp(key, "firmware") == 0 || strcmp(key, "software") == 0 ||
	    strcmp(key, "hardware") == 0) {
		return decl_agrees(DECL_FIRMWARE, a, b);
	}
	return strcmp(a, b) == 0;
}

static bool
is_outside(const struct addr *a)
{
	return a->kind == ADDR_IP && !(a->flags & ADDR_FIRM) &&
	       ev_ip_is_public(a->ipver, &a->ip);
}

/* Whether what the event says is the device's own, and to be held to it. */
static bool
is_of_device(const struct judged *n, const struct addr *a, const struct fact *f)
{
	const struct ev_proto *p = ev_proto(n->ev->proto);

	return strcmp(f->claim, "self") == 0 && f->confidence > 0 &&
	       (p == NULL || !p->program) &&
	       !is_outside(n->front != NULL ? n->front : a);
}

/*
 * A protocol that answers at several ports of one IP may be several devices:
 * ports are forwarded to them, and a BACnet/IP address is an IP and a port
 * (135, J.1.2), where announcements come from it, too.
 */
static int
has_several(struct store *s, const struct addr *a, bool *ret)
{
	const struct judged *n = &s->now;
	const struct ev *e = n->ev;
	const char *proto = ev_proto_name(e->proto);
	const struct addr *at = n->front != NULL ? n->front : a;
	sqlite3_stmt *st = s->st[ST_SERVICE_PORTS];
	int rc;

	*ret = false;
	if (!e->src.has_port) {
		return 0;
	}
	db_bind(st, 1, at->id);
	db_bind(st, 2, e->src.port);
	db_bind_text(st, 3, strcmp(proto, "bacnet") == 0 ? proto : "");
	rc = db_step(st);
	if (rc == 1) {
		*ret = true;
		db_reset(st);
		rc = 0;
	}
	return rc;
}

int
differ_find(struct store *s, const struct addr *a, const struct fact *f)
{
	struct judged *n = &s->now;
	struct said said;
	int rc = said_before(s, a->id, f, &said);

	n->fact_known = rc == 0;
	n->fact_first = rc == 0 && said.none;
	n->fact_same =
	    rc == 0 && said.any && is_same(f->key, said.value, f->value);
	n->fact_changes = false;
	n->fact_old[0] = '\0';
	if (rc == 0 && said.any && !is_same(f->key, said.value, f->value)) {
		n->fact_changes =
		    is_of_device(n, a, f) && f->confidence >= said.most &&
		    !is_earlier(n, &said) && !is_said_in_turns(f->key, &said) &&
		    !is_further_name(n, f->key, &said);
		(void)snprintf(
		    n->fact_old, sizeof(n->fact_old), "%s", said.value);
	}
	if (rc == 0 && n->fact_changes) {
		bool several = false;

		rc = has_several(s, a, &several);
		n->fact_changes = rc == 0 && !several;
	}
	return rc;
}

int
differ_changes(struct store *s, bool *ret, char *old, size_t size)
{
	const struct addr *a = whose(&s->now);
	struct judged *n = &s->now;
	struct fact f;
	int rc = 0;

	*ret = false;
	old[0] = '\0';
	if (a == NULL || !fact_parse(n->ev, &f)) {
		return 0;
	}
	if (!n->fact_known) {
		rc = differ_find(s, a, &f);
	}
	if (rc == 0) {
		*ret = n->fact_changes;
		(void)snprintf(old, size, "%s", n->fact_old);
	}
	return rc;
}
