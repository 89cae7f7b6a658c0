/*
 * ingest: an event's way through the store.
 *
 *	ends     who it is about, found or made         bind.c
 *	link     who talks to whom                      link.c, unit.c
 *	judge    the rules, before it becomes normal    alert.c
 *	keep     behaviours, values, facts, records     behave.c, written.c,
 *	                                                fact.c, record.c
 *	changes  what it showed of devices              change.c
 *
 * All of it happens in the open transaction.  When something fails, the
 * transaction is taken back as a whole and the caches with it: what was
 * committed before stays, what came since is lost and counted, and the next
 * event begins anew.
 */
#include <string.h>

#include "store/store_priv.h"

/* Events between two looks at the clock, when it matters. */
#define CLOCK_EVENTS 64

static bool
server_was_heard(const struct ev *e)
{
	switch ((enum ev_kind)e->kind) {
	case EV_TRAFFIC: return field_uint(e, EVF_PACKETS_BACK, 0) != 0;
	case EV_SERVICE: return field_uint(e, EVF_ANSWERS, 0) != 0;
	default: return false;
	}
}

/* A client may be one by the protocol only: who announces something to a silent
 * end is its server. */
static bool
source_was_heard(const struct ev *e)
{
	switch ((enum ev_kind)e->kind) {
	case EV_TRAFFIC: return field_uint(e, EVF_PACKETS, 1) != 0;
	case EV_SERVICE: return field_uint(e, EVF_ANSWERS, 0) != 0;
	default: return true;
	}
}

static bool
has_end(const struct ev_end *end)
{
	return addr_has_ip(end) || addr_has_mac(end);
}

/*
 * What says something of itself has spoken, though others carried it: the
 * originator of what a BACnet broadcast manager forwards, or the switch whose
 * port, by a MAC of its own, sends LLDP.
 */
static bool
subject_was_heard(const struct ev *e)
{
	const struct ev_end *end = &e->subject;
	char claim[16];

	(void)field_text(e, EVF_CLAIM, claim, sizeof(claim));
	return e->kind == EV_IDENTITY && strcmp(claim, "self") == 0 &&
	       (addr_has_ip(end) ? !addr_ip_is_group(end->ipver, &end->ip)
				 : addr_has_mac(end) && !(end->mac[0] & 1));
}

/*
 * Where nobody has been seen to answer yet: who announces itself behind a
 * BACnet router does so over UDP (135, annex J), all others mostly over TCP.
 */
static uint8_t
usual_transport(const struct ev_end *end)
{
	return transport_parse(end->sub.kind == EV_SUB_BACNET ? "udp" : "tcp");
}

static int
find_subject(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	const struct ev_end *end = &e->subject;
	bool made;
	int rc;

	if (!(e->flags & EV_HAS_SUBJECT)) {
		return 0;
	}
	if (has_end(end)) {
		rc = bind_end(s, e, end,
		    subject_was_heard(e) ? BIND_HEARD : BIND_NAMED, &n->subject,
		    &made);
	} else {
		n->subject = n->src;
		rc = 0;
	}
	if (rc == 0 && n->subject != NULL && end->sub.kind != EV_SUB_NONE &&
	    n->subject->kind != ADDR_SUB) {
		uint8_t transport = 0;

		n->front = n->subject;
		n->subject = NULL;
		rc = record_transport(
		    s, n->front, end->port, e->proto, &transport);
		if (rc == 0) {
			rc = addr_sub(s, n->front,
			    transport != 0 ? transport : usual_transport(end),
			    end->port, &end->sub, true, &n->subject);
		}
		if (rc == 0 && n->subject != NULL) {
			addr_seen(s, n->subject, e->ts_ns);
			rhythm_heard(s, n->subject, e->ts_ns);
			n->subject->flags |= ADDR_HEARD;
		}
	}
	return rc;
}

static int
find_ends(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	const struct ev_end *const ends[] = {&e->src, &e->dst};
	bool made = false;
	int rc = 0;

	addrs_warm(s, ends, 2);
	if (e->kind == EV_ENDPOINT) {
		return bind_endpoint(s, e, &n->src, &n->talker_new);
	}
	if (has_end(&e->src)) {
		rc = bind_end(s, e, &e->src,
		    source_was_heard(e) ? BIND_HEARD : BIND_NAMED, &n->src,
		    &n->talker_new);
	}
	if (rc == 0 && has_end(&e->dst)) {
		bool full = n->src != NULL &&
			    n->src->links >= LIMIT_STORE_LINKS_PER_SOURCE;
		enum bind_as as = server_was_heard(e) ? BIND_HEARD
				  : full              ? BIND_KNOWN
						      : BIND_NAMED;

		rc = bind_end(s, e, &e->dst, as, &n->dst, &made);
	}
	return rc == 0 ? find_subject(s) : rc;
}

/* What an operation says about those who take part. */
static int
note_operation(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	bool reply = e->dir == EV_DIR_RESPONSE;

	if (n->link != NULL) {
		if (reply) {
			n->link->flags |= LINK_ANSWERED;
		}
		link_seen(s, n->link, e->ts_ns, e->ts_ns);
	}
	return role_of_operation(s);
}

/* Inventory and links are up to date with the event before rules see it. */
static int
note(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;
	int rc = 0;

	switch ((enum ev_kind)e->kind) {
	case EV_TRAFFIC: return link_traffic(s);
	case EV_OPERATION:
		rc = note_operation(s);
		return rc == 0 ? unit_judge(s) : rc;
	case EV_SERVICE:
		if (field_uint(e, EVF_ANSWERS, 0) != 0 && n->server != NULL &&
		    ev_proto(e->proto) != NULL) {
			rc = role_of_service(s);
			rc = rc == 0 ? place_talk(s, e) : rc;
			if (n->link != NULL) {
				n->link->flags |= LINK_ANSWERED;
			}
		}
		break;
	case EV_IDENTITY: rc = replaced_judge(s); break;
	default: break;
	}
	if (n->link != NULL) {
		link_seen(s, n->link, e->ts_ns, e->ts_ns);
	}
	return rc;
}

static int
keep(struct store *s)
{
	int rc;

	switch ((enum ev_kind)s->now.ev->kind) {
	case EV_OPERATION:
		rc = behave_store(s);
		return rc == 0 ? written_store(s) : rc;
	case EV_IDENTITY: return fact_store(s);
	default: return record_store(s);
	}
}

static void
find_object(struct store *s)
{
	struct judged *n = &s->now;
	const struct ev *e = n->ev;

	/* Of a value only rules ask for more than record.c takes of it. */
	if (e->kind == EV_OPERATION ||
	    (e->kind == EV_VALUE && s->rules != NULL &&
		rules_ask_for(s->rules, e))) {
		const struct ev_end *server =
		    n->client == n->dst && n->dst != NULL ? &e->src : &e->dst;

		object_of(e, &server->sub, &n->object);
	}
}

static int
take(struct store *s, const struct ev *e)
{
	int rc = baseline_time(s, e->ts_ns);

	memset(&s->now, 0, sizeof(s->now));
	s->now.ev = e;
	rc = rc == 0 ? find_ends(s) : rc;
	rc = rc == 0 ? link_resolve(s) : rc;
	rc = rc == 0 ? note(s) : rc;
	if (rc == 0) {
		find_object(s);
		rc = judge(s);
	}
	rc = rc == 0 ? keep(s) : rc;
	rc = rc == 0 && s->changes > 0 ? change_tell(s) : rc;
	s->now.ev = NULL;
	return rc;
}

static int
commit_when_due(struct store *s)
{
	if (s->txn_events >= LIMIT_STORE_COMMIT_EVENTS) {
		return store_commit(s);
	}
	if (!s->deterministic && s->txn_events % CLOCK_EVENTS == 0 &&
	    clock_mono_ns() - s->txn_mono_ns >=
		LIMIT_STORE_COMMIT_MS * NS_PER_MS) {
		return store_commit(s);
	}
	return 0;
}

int
store_event(struct store *s, const struct ev *e)
{
	int rc;

	if ((unsigned)e->kind >= EV_KIND_COUNT ||
	    (unsigned)e->cls >= EV_CLASS_COUNT) {
		return ERR_PEER;
	}
	rc = store_begin(s);
	if (rc == 0) {
		s->txn_events++;
		rc = take(s, e);
	}
	if (rc != 0) {
		store_fail(s);
		return rc;
	}
	return commit_when_due(s);
}

int
store_tick(struct store *s, uint64_t stream_ns)
{
	int rc = store_begin(s);

	if (rc == 0) {
		rc = s->learn_from != 0 ? baseline_time(s, stream_ns) : 0;
	}
	rc = rc == 0 ? health_tick(s) : rc;
	rc = rc == 0 ? rhythm_tick(s) : rc;
	if (rc != 0) {
		store_fail(s);
		return rc;
	}
	if (!s->deterministic && clock_mono_ns() - s->txn_mono_ns >=
				     LIMIT_STORE_COMMIT_MS * NS_PER_MS) {
		return store_commit(s);
	}
	return 0;
}
