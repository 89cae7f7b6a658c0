/*
 * conversation: which link an event is about, and what it adds to it.
 *
 * Who is client and who is server the protocol says (direction), else the
 * link that is there already, else the ports.  An operation does not say over
 * which transport it came: it belongs to the link that is there, or to the
 * transport that the service event named.
 */
#include <string.h>

#include "store/store_priv.h"

static struct link_ends
ends_of(const struct addr *client, const struct addr *server, uint16_t port,
    uint16_t proto, uint8_t transport)
{
	return (struct link_ends){
	    .src = client != NULL ? client->id : 0,
	    .dst = server != NULL ? server->id : 0,
	    .transport = transport,
	    .port = port,
	    .proto = proto,
	};
}

static int
find_over(struct store *s, const struct link_ends *e, struct slink **ret)
{
	int rc = link_find(s, e, ret);

	if (rc == 0 && *ret == NULL && e->proto == 0) {
		rc = link_find_typed(s, e, ret);
	}
	return rc;
}

/*
 * The link between the two that is there already, over any transport.  Of those
 * that are not at hand the server's own is asked for first: nearly always it is
 * the one, and each that it is not costs a question.
 */
static int
find_over_any(struct store *s, const struct addr *client, struct addr *server,
    uint16_t port, uint16_t proto, struct slink **ret)
{
	struct link_ends e = ends_of(client, server, port, proto, 0);
	uint8_t usual = 0;
	bool sure = true;
	int rc = 0;

	*ret = NULL;
	for (uint8_t t = LINK_OVER_TCP; t <= LINK_OVER_LLC && *ret == NULL;
	     t++) {
		e.transport = t;
		sure = link_is_cached(s, &e, ret) && sure;
	}
	if (*ret != NULL || sure) {
		return 0;
	}
	if (server != NULL && proto != 0) {
		rc = record_transport(s, server, port, proto, &usual);
	}
	if (rc == 0 && usual != 0) {
		e.transport = usual;
		rc = find_over(s, &e, ret);
	}
	for (uint8_t t = LINK_OVER_TCP;
	     t <= LINK_OVER_LLC && rc == 0 && *ret == NULL; t++) {
		e.transport = t;
		rc = t != usual ? find_over(s, &e, ret) : 0;
	}
	return rc;
}

static int
transport_of(struct store *s, const struct ev *e, struct addr *server,
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
		*ret = has_port ? LINK_OVER_TCP : LINK_OVER_ETHERNET;
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
	return e->src.has_port && e->dst.has_port && e->src.port < e->dst.port;
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

/*
 * Where the server answers.  Operations over Ethernet know neither ethertype
 * nor SAP: there the protocol is enough.
 */
static int
answers_at(struct store *s, const struct ev_end *end, uint16_t proto,
    uint16_t *ret_port, uint8_t *ret_transport)
{
	const struct judged *n = &s->now;
	uint16_t port = (uint16_t)field_uint(n->ev, EVF_PORT, end->port);
	int rc = transport_of(
	    s, n->ev, n->server, port, end->has_port, ret_transport);

	*ret_port = port;
	if (rc == 0 && proto != 0 && !end->has_port &&
	    (*ret_transport == LINK_OVER_ETHERNET ||
		*ret_transport == LINK_OVER_LLC)) {
		*ret_transport = LINK_OVER_ETHERNET;
		*ret_port = 0;
	}
	return rc;
}

int
link_resolve(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	bool back = is_backwards(e, n->dst);
	struct link_ends want;
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
	rc = answers_at(s, back ? &e->src : &e->dst, proto, &port, &transport);
	if (rc != 0) {
		return rc;
	}
	want = ends_of(n->client, n->server, port, proto, transport);
	return link_find_or_make(s, &want, n->client, &n->link, &n->link_new);
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

/* Once of each link, when both its ends were heard. */
static int
tell_place(struct store *s, struct slink *l, const struct ev *e)
{
	if ((l->flags & LINK_PLACED) || l->count[LINK_PACKETS] == 0 ||
	    l->count[LINK_PACKETS_BACK] == 0) {
		return 0;
	}
	l->flags |= LINK_PLACED;
	return place_talk(s, e);
}

/*
 * Whether the client has asked for something.  What is counted is whatever is
 * no response: what a device publishes to whom it may concern as well, and
 * seeking.  Sessions, and what has no class, may be either: an answer tells.
 */
static bool
has_asked(const struct slink *l)
{
	static const uint8_t asks[] = {EV_CLASS_READ, EV_CLASS_WRITE,
	    EV_CLASS_CONTROL, EV_CLASS_PROGRAM, EV_CLASS_FIRMWARE,
	    EV_CLASS_CONFIG, EV_CLASS_DIAGNOSTIC, EV_CLASS_FILE};

	for (size_t i = 0; i < sizeof(asks); i++) {
		if (l->ops[asks[i]] != 0) {
			return true;
		}
	}
	return l->count[LINK_REPLIES] != 0 &&
	       (l->ops[EV_CLASS_SESSION] != 0 || l->ops[EV_CLASS_OTHER] != 0);
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
		(void)field_text(e, EVF_LABEL, l->label, sizeof(l->label));
	}
	if (field_uint(e, EVF_INITIATOR, 0) != 0) {
		l->flags |= LINK_INITIATOR;
	}
	if (field_uint(e, EVF_HALF, 0) != 0) {
		l->flags |= LINK_HALF;
	}
	if (l->count[LINK_REPLIES] != 0) {
		l->flags |= LINK_ANSWERED;
	}
	if (s->now.client != NULL && (s->now.client->flags & ADDR_HEARD) &&
	    is_of_the_process(e) && has_asked(l)) {
		addr_role(s, s->now.client, ROLE_CLIENT);
	}
	link_seen(s, l, field_uint(e, EVF_FIRST, e->ts_ns), e->ts_ns);
	return tell_place(s, l, e);
}
