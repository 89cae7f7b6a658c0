/*
 * link: the rows of who talks to whom over what.
 *
 * A link is (client, server, transport, server port, protocol), the first two
 * being addresses.  A conversation is untyped until a dissector claims it:
 * its link then takes the protocol over, and what is still counted untyped
 * afterwards (a connection that never got to its first message) goes to the
 * typed link, so that one conversation stays one row.
 *
 * A client keeps STORE_LINKS_PER_SOURCE links; what it opens beyond is
 * counted in one row more, with server 0: a scanner shows as a scanner, and
 * the totals stay right.
 */
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

static const char *const transports[] = {
    "", "tcp", "udp", "ethernet", "llc", "icmp", "icmp6", "igmp", "ip"};

#define TRANSPORTS (sizeof(transports) / sizeof(transports[0]))

uint8_t
transport_parse(const char *text)
{
	for (uint8_t i = 0; i < TRANSPORTS; i++) {
		if (strcmp(transports[i], text) == 0) {
			return i;
		}
	}
	return LINK_OVER_OTHER;
}

const char *
transport_name(uint8_t t)
{
	return transports[t < TRANSPORTS ? t : LINK_OVER_OTHER];
}

/* The number of a protocol by its name, 0 when it is no longer known. */
static uint16_t
proto_parse(const char *name)
{
	for (uint16_t i = 1; name[0] != '\0' && i < EV_PROTOS_MAX; i++) {
		if (strcmp(ev_proto_name(i), name) == 0) {
			return i;
		}
	}
	return 0;
}

/* --- rows ----------------------------------------------------------------- */

static void
make_key(const struct link_ends *e, uint64_t key[LINK_KEY_WORDS])
{
	key[0] = (uint64_t)e->src;
	key[1] = (uint64_t)e->dst;
	key[2] = (uint64_t)e->transport | (uint64_t)e->proto << 16 |
		 (uint64_t)e->port << 32;
}

/* Of the ends alone: rows of one conversation stand together, whatever its
 * protocol turns out to be. */
static uint64_t
hash(const struct store *s, const struct link_ends *e)
{
	struct link_ends untyped = *e;
	uint64_t key[LINK_KEY_WORDS];

	untyped.proto = 0;
	make_key(&untyped, key);
	return hash_place(&s->key, key, LINK_KEY_WORDS);
}

static struct slink *
cached(struct store *s, const struct link_ends *e, uint64_t h)
{
	uint64_t key[LINK_KEY_WORDS];

	make_key(e, key);
	HT_FOREACH (&s->links.ht, h, i) {
		struct slink *l = pool_at(&s->links.pool, i);

		if (memcmp(l->key, key, sizeof(key)) == 0) {
			cache_touch(&s->links, l);
			return l;
		}
	}
	return NULL;
}

/* Of several protocols the one that is registered first. */
static struct slink *
cached_typed(struct store *s, const struct link_ends *e, uint64_t h)
{
	struct slink *found = NULL;

	HT_FOREACH (&s->links.ht, h, i) {
		struct slink *l = pool_at(&s->links.pool, i);

		if (l->src == e->src && l->dst == e->dst &&
		    l->transport == e->transport && l->port == e->port &&
		    l->proto != 0 &&
		    (found == NULL || l->proto < found->proto)) {
			found = l;
		}
	}
	if (found != NULL) {
		cache_touch(&s->links, found);
	}
	return found;
}

static int
enter(struct store *s, const struct link_ends *e, struct slink **ret)
{
	struct slink *l;
	void *p;
	int rc = cache_add(&s->links, hash(s, e), &p);

	if (rc != 0) {
		return rc;
	}
	l = p;
	make_key(e, l->key);
	l->src = e->src;
	l->dst = e->dst;
	l->transport = e->transport;
	l->port = e->port;
	l->proto = e->proto;
	*ret = l;
	return 0;
}

/* Columns as LINK_COLUMNS of stmt.def has them. */
static void
load(struct slink *l, sqlite3_stmt *st)
{
	int col = 0;

	l->stored = true;
	l->stored_proto = l->proto;
	l->id = db_get(st, col++);
	col++; /* proto: in the key */
	db_copy(st, col++, l->label, sizeof(l->label));
	l->flags = (uint8_t)db_get(st, col++);
	l->classes = (uint32_t)db_get(st, col++);
	l->behaviours = (uint32_t)db_get(st, col++);
	for (int i = 0; i < LINK_COUNTERS; i++) {
		l->count[i] = (uint64_t)db_get(st, col++);
	}
	for (int i = EV_CLASS_NONE + 1; i < EV_CLASS_COUNT; i++) {
		l->ops[i] = (uint64_t)db_get(st, col++);
	}
	l->first = (uint64_t)db_get(st, col++);
	l->last = (uint64_t)db_get(st, col++);
}

static int
write_row(void *arg, void *row)
{
	struct store *s = arg;
	struct slink *l = row;
	sqlite3_stmt *st =
	    s->st[!l->stored                    ? ST_LINK_NEW
		  : l->stored_proto == l->proto ? ST_LINK_AGAIN
						: ST_LINK_CLAIMED];
	int at = 1, rc;

	db_bind(st, at++, l->id);
	db_bind(st, at++, l->src);
	db_bind(st, at++, l->dst);
	db_bind_text(st, at++, transport_name(l->transport));
	db_bind(st, at++, l->port);
	db_bind_text(st, at++, ev_proto_name(l->proto));
	db_bind_text(st, at++, l->label[0] != '\0' ? l->label : NULL);
	db_bind(st, at++, l->flags);
	db_bind(st, at++, l->classes);
	db_bind(st, at++, l->behaviours);
	for (int i = 0; i < LINK_COUNTERS; i++) {
		db_bind(st, at++, (int64_t)l->count[i]);
	}
	for (int i = EV_CLASS_NONE + 1; i < EV_CLASS_COUNT; i++) {
		db_bind(st, at++, (int64_t)l->ops[i]);
	}
	db_bind(st, at++, (int64_t)l->first);
	db_bind(st, at++, (int64_t)l->last);
	rc = db_run(st);
	if (rc == 0) {
		l->stored = true;
		l->stored_proto = l->proto;
	}
	return rc;
}

int
links_init(struct store *s)
{
	return cache_init(&s->links, cache_rows_of(s, LIMIT_STORE_LINK_CACHE),
	    sizeof(struct slink), write_row, s);
}

/* --- finding -------------------------------------------------------------- */

/*
 * From the database: the very link, or (any) one between the ends on the
 * port, whatever its protocol.  What is cached is preferred, being newer.
 */
static int
fetch(
    struct store *s, const struct link_ends *want, bool any, struct slink **ret)
{
	sqlite3_stmt *st = s->st[any ? ST_LINK_ANY : ST_LINK_GET];
	struct link_ends e = *want;
	int rc;

	db_bind(st, 1, e.src);
	db_bind(st, 2, e.dst);
	db_bind_text(st, 3, transport_name(e.transport));
	db_bind(st, 4, e.port);
	if (!any) {
		db_bind_text(st, 5, ev_proto_name(e.proto));
	}
	rc = db_step(st);
	if (rc != 1) {
		return rc;
	}
	e.proto = proto_parse(db_text(st, 1));
	if (any && e.proto == 0) { /* one that this program has not */
		db_reset(st);
		return 0;
	}
	*ret = cached(s, &e, hash(s, &e));
	rc = 0;
	if (*ret == NULL) {
		rc = enter(s, &e, ret);
		if (rc == 0) {
			load(*ret, st);
		}
	}
	db_reset(st);
	return rc;
}

bool
link_is_cached(struct store *s, const struct link_ends *e, struct slink **ret)
{
	uint64_t h = hash(s, e);

	*ret = cached(s, e, h);
	if (*ret == NULL && e->proto == 0) {
		*ret = cached_typed(s, e, h);
	}
	return *ret != NULL || !cache_may_be_stored(&s->links, h);
}

int
link_find(struct store *s, const struct link_ends *e, struct slink **ret)
{
	uint64_t h = hash(s, e);

	*ret = cached(s, e, h);
	if (*ret == NULL && cache_may_be_stored(&s->links, h)) {
		return fetch(s, e, false, ret);
	}
	return 0;
}

int
link_find_typed(struct store *s, const struct link_ends *e, struct slink **ret)
{
	uint64_t h = hash(s, e);

	*ret = cached_typed(s, e, h);
	if (*ret == NULL && cache_may_be_stored(&s->links, h)) {
		return fetch(s, e, true, ret);
	}
	return 0;
}

/* The untyped link of these ends becomes one of this protocol. */
static int
upgrade(struct store *s, const struct link_ends *e, struct slink **ret)
{
	struct link_ends untyped = *e;
	struct slink *l;
	int rc;

	untyped.proto = 0;
	rc = link_find(s, &untyped, &l);
	if (rc != 0 || l == NULL) {
		return rc;
	}
	make_key(e, l->key);
	l->proto = e->proto;
	cache_dirty(&s->links, l);
	*ret = l;
	return 0;
}

static int
make(struct store *s, const struct link_ends *e, struct addr *client,
    struct slink **ret)
{
	int rc = enter(s, e, ret);

	if (rc != 0) {
		return rc;
	}
	(*ret)->id = ++s->link_id;
	(*ret)->flags = s->learning ? LINK_LEARNED : 0;
	if (client != NULL) {
		client->links++;
		cache_counted(&s->addrs, client);
	}
	cache_dirty(&s->links, *ret);
	return 0;
}

/* The row for what a client does beyond its links. */
static int
others(struct store *s, const struct addr *client, struct slink **ret)
{
	struct link_ends e = {.src = client != NULL ? client->id : 0};
	int rc = link_find(s, &e, ret);

	if (rc == 0 && *ret == NULL) {
		rc = make(s, &e, NULL, ret);
		if (rc == 0) {
			(void)text_fit(
			    (*ret)->label, sizeof((*ret)->label), "others", 6);
		}
	}
	return rc;
}

int
link_find_or_make(struct store *s, const struct link_ends *e,
    struct addr *client, struct slink **ret, bool *ret_new)
{
	int rc = 0;

	/* A typed one has taken the untyped one over: that is not looked for
	 * in the table, then. */
	if (!link_is_cached(s, e, ret)) {
		rc = link_find(s, e, ret);
	}
	if (rc == 0 && *ret == NULL) {
		rc = e->proto != 0 ? upgrade(s, e, ret)
				   : link_find_typed(s, e, ret);
	}
	if (rc != 0 || *ret != NULL) {
		return rc;
	}
	if (client == NULL || e->dst == 0 ||
	    client->links >= LIMIT_STORE_LINKS_PER_SOURCE) {
		return others(s, client, ret);
	}
	*ret_new = true;
	return make(s, e, client, ret);
}
