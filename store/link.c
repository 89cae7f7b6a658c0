/*
 * link: who talks to whom over what, counted.
 *
 * A link is (client, server, transport, server port, protocol), the first two
 * being addresses.  A conversation is untyped until a dissector claims it:
 * its link then takes the protocol over, and what is still counted untyped
 * afterwards (a connection that never got to its first message) goes to the
 * typed link, so that one conversation stays one row.
 *
 * An operation does not say over which transport it came.  It belongs to the
 * link that is there, or to the transport that the service event named.
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

enum { TCP = 1, UDP, ETHERNET, LLC, OTHER = TRANSPORTS - 1 };

uint8_t
transport_parse(const char *text)
{
	for (uint8_t i = 0; i < TRANSPORTS; i++) {
		if (strcmp(transports[i], text) == 0) {
			return i;
		}
	}
	return OTHER;
}

const char *
transport_name(uint8_t t)
{
	return transports[t < TRANSPORTS ? t : OTHER];
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

struct ends {
	int64_t src, dst;
	uint8_t transport;
	uint16_t port, proto;
};

static void
make_key(const struct ends *e, uint64_t key[LINK_KEY_WORDS])
{
	key[0] = (uint64_t)e->src;
	key[1] = (uint64_t)e->dst;
	key[2] = (uint64_t)e->transport | (uint64_t)e->proto << 16 |
	    (uint64_t)e->port << 32;
}

static struct slink *
cached(struct store *s, const struct ends *e, uint64_t *ret_hash)
{
	uint64_t key[LINK_KEY_WORDS];
	uint64_t h;

	make_key(e, key);
	h = hash_words(&s->key, key, LINK_KEY_WORDS);
	if (ret_hash != NULL) {
		*ret_hash = h;
	}
	HT_FOREACH (&s->links.ht, h, i) {
		struct slink *l = pool_at(&s->links.pool, i);

		if (memcmp(l->key, key, sizeof(key)) == 0) {
			cache_touch(&s->links, l);
			return l;
		}
	}
	return NULL;
}

static int
enter(struct store *s, const struct ends *e, struct slink **ret)
{
	uint64_t key[LINK_KEY_WORDS];
	struct slink *l;
	int rc = 0;

	make_key(e, key);
	l = cache_add(
	    &s->links, hash_words(&s->key, key, LINK_KEY_WORDS), &rc);
	if (l == NULL) {
		return rc;
	}
	memcpy(l->key, key, sizeof(key));
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

int
link_write(void *arg, void *row)
{
	struct store *s = arg;
	struct slink *l = row;
	sqlite3_stmt *st = s->st[ST_LINK_PUT];
	int at = 1;

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
	return db_run(st);
}

int
links_init(struct store *s)
{
	return cache_init(&s->links, LIMIT_STORE_CACHE, sizeof(struct slink),
	    link_write, s);
}

/* --- finding -------------------------------------------------------------- */

/*
 * From the database: the very link, or (any) one between the ends on the
 * port, whatever its protocol.  What is cached is preferred, being newer.
 */
static int
fetch(struct store *s, const struct ends *want, bool any, struct slink **ret)
{
	sqlite3_stmt *st = s->st[any ? ST_LINK_ANY : ST_LINK_GET];
	struct ends e = *want;
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
	*ret = cached(s, &e, NULL);
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

static int
find(struct store *s, const struct ends *e, struct slink **ret)
{
	*ret = cached(s, e, NULL);
	if (*ret == NULL && !s->links.complete) {
		return fetch(s, e, false, ret);
	}
	return 0;
}

/* A link with any protocol between the ends, for what has none. */
static int
find_typed(struct store *s, const struct ends *e, struct slink **ret)
{
	struct ends typed = *e;

	*ret = NULL;
	for (uint16_t i = 1; i < EV_PROTOS_MAX && *ret == NULL; i++) {
		typed.proto = i;
		if (ev_proto(i) != NULL) {
			*ret = cached(s, &typed, NULL);
		}
	}
	if (*ret == NULL && !s->links.complete) {
		return fetch(s, e, true, ret);
	}
	return 0;
}

/* The untyped link of these ends becomes one of this protocol. */
static int
upgrade(struct store *s, const struct ends *e, struct slink **ret)
{
	struct ends untyped = *e;
	struct slink *l;
	uint64_t hash;
	int rc;

	untyped.proto = 0;
	rc = find(s, &untyped, &l);
	if (rc != 0 || l == NULL) {
		return rc;
	}
	(void)cached(s, e, &hash);
	make_key(e, l->key);
	l->proto = e->proto;
	cache_rehash(&s->links, l, hash);
	cache_dirty(&s->links, l);
	*ret = l;
	return 0;
}

static int
make(struct store *s, const struct ends *e, struct addr *client,
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
		cache_dirty(&s->addrs, client);
	}
	cache_dirty(&s->links, *ret);
	return 0;
}

/* The row for what a client does beyond its links. */
static int
others(struct store *s, const struct addr *client, struct slink **ret)
{
	struct ends e = {.src = client != NULL ? client->id : 0};
	int rc = find(s, &e, ret);

	if (rc == 0 && *ret == NULL) {
		rc = make(s, &e, NULL, ret);
		if (rc == 0) {
			(void)text_fit((*ret)->label, sizeof((*ret)->label),
			    "others", 6);
		}
	}
	return rc;
}

static int
find_or_make(struct store *s, const struct ends *e, struct addr *client,
    struct slink **ret, bool *ret_new)
{
	int rc = find(s, e, ret);

	if (rc == 0 && *ret == NULL) {
		rc = e->proto != 0 ? upgrade(s, e, ret)
				   : find_typed(s, e, ret);
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

/* --- the event's link ----------------------------------------------------- */

static struct ends
ends_of(const struct addr *client, const struct addr *server, uint16_t port,
    uint16_t proto, uint8_t transport)
{
	return (struct ends){
	    .src = client != NULL ? client->id : 0,
	    .dst = server != NULL ? server->id : 0,
	    .transport = transport,
	    .port = port,
	    .proto = proto,
	};
}

/* The link between the two that is there already, over any transport. */
static int
find_over_any(struct store *s, const struct addr *client,
    const struct addr *server, uint16_t port, uint16_t proto,
    struct slink **ret)
{
	int rc = 0;

	*ret = NULL;
	for (uint8_t t = TCP; t <= LLC && rc == 0 && *ret == NULL; t++) {
		struct ends e = ends_of(client, server, port, proto, t);

		rc = find(s, &e, ret);
		if (rc == 0 && *ret == NULL && proto == 0) {
			rc = find_typed(s, &e, ret);
		}
	}
	return rc;
}

static int
transport_of(struct store *s, const struct ev *e, const struct addr *server,
    uint16_t port, bool has_port, uint8_t *ret)
{
	char text[16];
	int rc = 0;

	*ret = 0;
	if (field_text(e, EVF_TRANSPORT, text, sizeof(text)) != 0) {
		*ret = transport_parse(text);
	} else if (server != NULL) {
		rc = record_transport(s, server, port, e->proto, ret);
	}
	if (*ret == 0) {
		*ret = has_port ? TCP : ETHERNET;
	}
	return rc;
}

/*
 * Whether dst is the client.  Servers sit on low and registered ports, where
 * nothing better is known.
 */
static bool
is_backwards(const struct ev *e, const struct addr *dst)
{
	if (dst == NULL || dst->kind == ADDR_GROUP || e->kind == EV_TRAFFIC ||
	    e->kind == EV_SERVICE || e->dir == EV_DIR_REQUEST) {
		return false;
	}
	if (e->dir == EV_DIR_RESPONSE || e->dir == EV_DIR_NOTIFY) {
		return true;
	}
	return e->src.has_port && e->dst.has_port &&
	    e->src.port < e->dst.port;
}

static bool
has_link(const struct ev *e)
{
	switch ((enum ev_kind)e->kind) {
	case EV_SERVICE:
	case EV_OPERATION:
	case EV_AUTH:
	case EV_TRANSFER:
	case EV_MALFORMED:
	case EV_GAP:
	case EV_TRAFFIC: return true;
	default: return false;
	}
}

static int
find_either_way(struct store *s, struct judged *n, uint16_t proto, bool *back)
{
	const struct ev *e = n->ev;
	int rc = 0;

	for (int i = 0; i < 2 && rc == 0 && n->link == NULL; i++) {
		bool turned = *back != (i == 1);
		uint16_t port = turned ? e->src.port : e->dst.port;

		rc = find_over_any(s, turned ? n->dst : n->src,
		    turned ? n->src : n->dst, port, proto, &n->link);
		if (n->link != NULL) {
			*back = turned;
		}
		if (e->dir == EV_DIR_REQUEST || e->dir == EV_DIR_RESPONSE) {
			break; /* the protocol has said who is who */
		}
	}
	return rc;
}

int
link_resolve(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	const struct ev_end *server_end;
	bool back = is_backwards(e, n->dst);
	struct ends want;
	uint16_t port;
	uint8_t transport;
	uint16_t proto = ev_proto(e->proto) != NULL ? e->proto : 0;
	int rc = 0;

	n->client = back ? n->dst : n->src;
	n->server = back ? n->src : n->dst;
	if (!has_link(e) || (n->src == NULL && n->dst == NULL)) {
		return 0;
	}
	if (e->kind != EV_TRAFFIC && e->kind != EV_SERVICE) {
		rc = find_either_way(s, n, proto, &back);
		n->client = back ? n->dst : n->src;
		n->server = back ? n->src : n->dst;
	}
	if (rc != 0 || n->link != NULL) {
		return rc;
	}
	server_end = back ? &e->src : &e->dst;
	port = (uint16_t)field_uint(e, EVF_PORT, server_end->port);
	rc = transport_of(
	    s, e, n->server, port, server_end->has_port, &transport);
	if (rc != 0) {
		return rc;
	}
	want = ends_of(n->client, n->server, port, proto, transport);
	return find_or_make(
	    s, &want, n->client, &n->link, &n->link_new);
}

/* --- what events add ------------------------------------------------------ */

static void
add(struct slink *l, enum link_counter c, const struct ev *e, uint16_t field)
{
	uint64_t v = field_uint(e, field, 0);

	/* A sum that would not fit stays where it is: SQLite's are signed. */
	if (v <= INT64_MAX - l->count[c]) {
		l->count[c] += v;
	}
}

static void
add_ops(struct slink *l, const struct ev *e)
{
	const struct ev_field *f = ev_find(e, EVF_OPS);
	const struct ev_field *end = e->f + e->nfields;
	int cls = 0;

	if (f == NULL || f->type != EV_T_ARRAY) {
		return;
	}
	for (f++; f < end && f->type == EV_T_UINT && cls < EV_CLASS_COUNT;
	     f++, cls++) {
		int to = cls != EV_CLASS_NONE ? cls : EV_CLASS_OTHER;

		if (f->u <= INT64_MAX - l->ops[to]) {
			l->ops[to] += f->u;
		}
	}
}

void
link_seen(struct store *s, struct slink *l, uint64_t first, uint64_t last)
{
	if (l->first == 0 || first < l->first) {
		l->first = first;
	}
	if (last > l->last) {
		l->last = last;
	}
	cache_dirty(&s->links, l);
}

int
link_traffic(struct store *s)
{
	static const struct {
		enum link_counter counter;
		uint16_t field;
	} sums[] = {
	    {LINK_PACKETS, EVF_PACKETS},
	    {LINK_BYTES, EVF_BYTES},
	    {LINK_PACKETS_BACK, EVF_PACKETS_BACK},
	    {LINK_BYTES_BACK, EVF_BYTES_BACK},
	    {LINK_REPLIES, EVF_REPLIES},
	    {LINK_ERRORS, EVF_ERRORS},
	    {LINK_UNANSWERED, EVF_UNANSWERED},
	    {LINK_RETRANSMITS, EVF_RETRANSMITS},
	    {LINK_DUPLICATES, EVF_DUPLICATES},
	    {LINK_RTT_COUNT, EVF_RTT_COUNT},
	    {LINK_RTT_SUM, EVF_RTT_SUM},
	};
	const struct ev *e = s->now.ev;
	struct slink *l = s->now.link;
	uint64_t max = field_uint(e, EVF_RTT_MAX, 0);
	bool asked = false;

	if (l == NULL) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		add(l, sums[i].counter, e, sums[i].field);
	}
	add_ops(l, e);
	if (max > l->count[LINK_RTT_MAX] && max <= INT64_MAX) {
		l->count[LINK_RTT_MAX] = max;
	}
	if (l->label[0] == '\0') {
		(void)field_text(
		    e, EVF_LABEL, l->label, sizeof(l->label));
	}
	if (field_uint(e, EVF_INITIATOR, 0) != 0) {
		l->flags |= LINK_INITIATOR;
	}
	if (l->count[LINK_REPLIES] != 0) {
		l->flags |= LINK_ANSWERED;
	}
	for (int i = 0; i < EV_CLASS_COUNT; i++) {
		asked = asked || l->ops[i] != 0;
	}
	if (asked && s->now.client != NULL) {
		addr_role(s, s->now.client, ROLE_CLIENT);
	}
	link_seen(s, l, field_uint(e, EVF_FIRST, e->ts_ns), e->ts_ns);
	return 0;
}
