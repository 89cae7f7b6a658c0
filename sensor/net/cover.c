/*
 * cover: see cover.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "event/upkeep.h"
#include "net/cover.h"

/* Copies of a mirror come within a millisecond or so; no station repeats
 * itself in less (dup.c has the same limit). */
#define COPY_NS            (10 * NS_PER_MS)
#define SEEN_MAX           1024 /* in 10 ms there are fewer of the looked-at */
#define TALK_FEW           3 /* packets one way that make a conversation    */
#define SAID_MAX           UINT8_MAX
#define ETHERTYPE_LOOPBACK 0x9000

int
cover_init(struct cover *c)
{
	memset(c, 0, sizeof(*c));
	c->lane =
	    aligned_alloc(64, (LIMIT_COVER_LANE_MAX + 1) * sizeof(*c->lane));
	c->at = calloc(LIMIT_COVER_PORT_MAX, sizeof(*c->at));
	c->seen = calloc(SEEN_MAX, sizeof(*c->seen));
	if (c->lane == NULL || c->at == NULL || c->seen == NULL) {
		cover_done(c);
		return ERR_NOMEM;
	}
	/* The others are cleared as they are made: most are never touched. */
	memset(c->lane, 0, sizeof(*c->lane));
	return 0;
}

void
cover_done(struct cover *c)
{
	free(c->lane);
	free(c->at);
	free(c->seen);
	c->lane = NULL;
	c->at = NULL;
	c->seen = NULL;
}

static uint16_t
make(struct cover *c, uint32_t iface, uint16_t vlan)
{
	struct lane *l = &c->lane[++c->lanes];

	memset(l, 0, sizeof(*l));
	l->iface = (uint16_t)iface;
	l->vlan = vlan;
	l->open = true;
	c->at[iface][vlan] = (uint16_t)c->lanes;
	return (uint16_t)c->lanes;
}

uint16_t
cover_lane_new(struct cover *c, uint32_t iface, uint16_t vlan)
{
	/* One for each interface that has none is kept free. */
	const uint32_t room = LIMIT_COVER_LANE_MAX - LIMIT_COVER_PORT_MAX;

	if (c->at[iface][0] == 0) {
		(void)make(c, iface, 0);
	}
	if (vlan != 0 && c->lanes < room) {
		return make(c, iface, vlan);
	}
	return c->at[iface][0];
}

static void
strike(struct lane *l, int i)
{
	memmove(l->station[i], l->station[1], sizeof(l->station[0]));
	l->stations--;
}

/* Keeps of the candidates those that are an end of this frame, too. */
void
cover_stations(struct lane *l, const struct pkt *p)
{
	if (l->stations == 0) {
		bool less = memcmp(p->smac, p->dmac, 6) < 0;

		memcpy(l->station[!less], p->smac, 6);
		memcpy(l->station[less], p->dmac, 6);
		l->stations = 2;
		return;
	}
	for (int i = l->stations - 1; i >= 0; i--) {
		if (!bytes_equal(l->station[i], p->smac, 6) &&
		    !bytes_equal(l->station[i], p->dmac, 6)) {
			strike(l, i);
		}
	}
	l->open = l->stations > 0;
}

/* Stamps that go back, and what lies between two files, are no pause. */
void
cover_pause(struct cover_port *port, const struct frame *f)
{
	if (port->last_ns == 0 || f->ts_ns < port->last_ns ||
	    f->input != port->input) {
		return;
	}
	port->pause_ns = f->ts_ns - port->last_ns;
	port->pause_end_ns = f->ts_ns;
	port->paused = true;
}

/* What a switch sends by itself, and, to itself, whether its line is up
 * (Ethernet 2.0, 8: loopback). */
bool
cover_is_upkeep(const struct pkt *p)
{
	return p->dmac != NULL &&
	       (p->ethertype == ETHERTYPE_LOOPBACK || upkeep_is_group(p->dmac));
}

/* --- copies ---------------------------------------------------------------- */

static uint64_t
mac_word(const uint8_t *mac)
{
	uint64_t w = 0;

	if (mac != NULL) {
		memcpy(&w, mac, 6);
	}
	return w;
}

/* What tells one packet from the next; false when nothing does. */
static bool
mark_of(const struct pkt *p, uint64_t macs, uint64_t *ret)
{
	/* Not random: which entry another takes the place of shows in the
	 * counts.  Whoever makes two packets fall together hides a copy. */
	static const struct hash_key key = {0x6f747573, 0x636f766572};
	const size_t n = rd_left(&p->payload);
	const uint8_t *b = p->payload.p;
	uint64_t w[10] = {0}, ends[4] = {0};

	/* Acknowledgements without identification repeat themselves. */
	if (p->l4 == PKT_L4_TCP && n == 0 && p->ip_id == 0) {
		return false;
	}
	if (n > 0) {
		hash_pair(b, n < 16 ? n : 16, ends);
		hash_pair(n < 16 ? b : b + n - 16, n < 16 ? n : 16, ends + 2);
	}
	if (p->ipver != 0) {
		memcpy(&w[0], p->src.a, 16);
		memcpy(&w[2], p->dst.a, 16);
	} else {
		w[0] = macs;
		w[1] = (uint64_t)p->ethertype << 16 | p->dsap;
	}
	w[4] = (uint64_t)p->sport << 48 | (uint64_t)p->dport << 32 | p->ip_id;
	w[5] = (uint64_t)p->seq << 32 | p->ack;
	w[6] = (uint64_t)p->window << 48 | (uint64_t)p->tcp_flags << 40 |
	       (uint64_t)p->ip_proto << 32 | (uint32_t)n;
	w[7] = ends[0] ^ HASH_ROTL(ends[1], 32);
	w[8] = ends[2];
	w[9] = ends[3];
	*ret = hash_words(&key, w, 10);
	return true;
}

static void
count_copy(
    struct cover *c, uint16_t at, const struct cover_seen *s, uint64_t macs)
{
	struct lane *l = &c->lane[at];

	if (s->macs != macs) {
		l->n[COVERAGE_ROUTED]++;
	} else if (s->lane != at) {
		l->n[COVERAGE_ACROSS]++;
	} else {
		l->n[COVERAGE_COPIES]++;
	}
}

void
cover_look(struct cover *c, uint16_t at, const struct pkt *p)
{
	const uint64_t ts_ns = p->frame->ts_ns;
	const uint64_t macs =
	    mac_word(p->smac) * 0x9e3779b97f4a7c15ULL ^ mac_word(p->dmac);
	struct cover_seen *s;
	uint64_t hash, age;

	c->looked += c->looked < LIMIT_COVER_ALL;
	if (!mark_of(p, macs, &hash)) {
		return;
	}
	c->lane[at].n[COVERAGE_LOOKED]++;
	s = &c->seen[hash % SEEN_MAX];
	age = ts_ns > s->ts_ns ? ts_ns - s->ts_ns : s->ts_ns - ts_ns;
	if (s->hash == hash && age <= COPY_NS) {
		count_copy(c, at, s, macs);
		return;
	}
	*s = (struct cover_seen){hash, ts_ns, macs, at};
}

/* --- conversations ----------------------------------------------------------- */

/* nDPI says "TLS.Something", too. */
static bool
is_encrypted_label(const char *label)
{
	static const char *const list[] = {"tls", "ssh", "quic", "dtls",
	    "ipsec", "openvpn", "wireguard", "rdp"};
	size_t n;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		n = strlen(list[i]);
		if (strncasecmp(label, list[i], n) == 0 &&
		    (label[n] == '\0' || label[n] == '.')) {
			return true;
		}
	}
	return false;
}

static void
count_bytes(struct lane *l, const struct flow *f)
{
	const uint64_t bytes = f->side[0].bytes + f->side[1].bytes;
	int where;

	if (f->dis != NULL) {
		where = f->dis->secret ? COVERAGE_SECRET : COVERAGE_KNOWN;
		l->protos |= 1ULL << (f->dis->proto % 64);
	} else {
		where = f->label != NULL && is_encrypted_label(f->label)
			    ? COVERAGE_SECRET
			    : COVERAGE_OTHER;
	}
	l->n[where] += bytes;
}

static bool
is_group(const struct flow *f)
{
	for (int i = 0; i < 2; i++) {
		if (f->ip[i].a[0] >= (f->ipver == 4 ? 224 : 255) ||
		    (f->side[i].mac[0] & 1)) {
			return true;
		}
	}
	return false;
}

/*
 * Whether the side's partner must have answered for this to be there: TCP
 * beyond the first SYN, whatever it is about; UDP where a dissector has seen
 * requests or replies.  A report that nobody confirms is no conversation.
 */
static bool
wants_both(const struct flow *f, int side)
{
	if (f->transport == DIS_TCP) {
		return (f->side[!side].flags & SIDE_ACKED) != 0;
	}
	return f->transport == DIS_UDP && f->dis != NULL &&
	       (f->asked || f->answered);
}

static void
count_talk(struct lane *l, struct flow *f)
{
	for (int i = 0; i < 2; i++) {
		uint32_t n = f->said[i] + f->side[i].packets;

		f->said[i] = n < SAID_MAX ? (uint8_t)n : SAID_MAX;
	}
	if (f->talk == FLOW_TALK_BOTH || is_group(f)) {
		return;
	}
	if (f->said[0] > 0 && f->said[1] > 0) {
		l->n[COVERAGE_TALKS] += f->talk == FLOW_TALK_NONE;
		l->n[COVERAGE_BOTH]++;
		f->talk = FLOW_TALK_BOTH;
	} else if (f->talk == FLOW_TALK_NONE &&
		   f->said[0] + f->said[1] >= TALK_FEW &&
		   wants_both(f, f->said[1] > 0)) {
		l->n[COVERAGE_TALKS]++;
		f->talk = FLOW_TALK_ONE;
	}
}

void
cover_flow(struct cover *c, struct flow *f)
{
	struct lane *l = &c->lane[f->lane];

	if (f->side[0].packets + f->side[1].packets > 0) {
		count_bytes(l, f);
		if (f->ipver != 0) {
			count_talk(l, f);
		}
	}
}

/* --- told -------------------------------------------------------------------- */

void
cover_losses(struct cover *c, uint32_t iface, uint64_t dropped, uint64_t missed)
{
	struct cover_port *port;
	struct lane *l;

	iface = iface < LIMIT_COVER_PORT_MAX ? iface : LIMIT_COVER_PORT_MAX - 1;
	port = &c->port[iface];
	l = &c->lane[cover_lane_new(c, iface, 0)];
	l->n[COVERAGE_DROPPED] +=
	    dropped > port->dropped ? dropped - port->dropped : 0;
	l->n[COVERAGE_MISSED] +=
	    missed > port->missed ? missed - port->missed : 0;
	port->dropped = dropped;
	port->missed = missed;
}

static bool
has_news(const struct lane *l)
{
	for (int i = 0; i < COVERAGE_COUNTS; i++) {
		if (l->n[i] != 0) {
			return true;
		}
	}
	return !l->told;
}

/* The interface's pause is told with its untagged frames, though none came. */
static bool
has_pause(const struct cover *c, const struct lane *l)
{
	return l->vlan == 0 && c->port[l->iface].paused;
}

static void
fill(const struct cover *c, const struct lane *l, struct coverage *ret)
{
	const struct cover_port *port = &c->port[l->iface];

	memset(ret, 0, sizeof(*ret));
	ret->vlan = l->vlan;
	memcpy(ret->count, l->n, sizeof(ret->count));
	ret->first_ns = l->first_ns;
	ret->last_ns = l->last_ns;
	ret->spoke_ns = l->spoke_ns;
	ret->protos = l->protos;
	ret->stations = l->stations;
	memcpy(ret->station, l->station, sizeof(ret->station));
	if (l->vlan == 0) {
		ret->pause_ns = port->pause_ns;
		ret->pause_end_ns = port->pause_end_ns;
	}
}

bool
cover_next(
    struct cover *c, uint32_t *at, struct coverage *ret, uint32_t *ret_iface)
{
	while (++*at <= c->lanes) {
		struct lane *l = &c->lane[*at];

		if (has_news(l) || has_pause(c, l)) {
			fill(c, l, ret);
			c->port[l->iface].paused &= l->vlan != 0;
			*ret_iface = l->iface;
			memset(l->n, 0, sizeof(l->n));
			l->told = true;
			return true;
		}
	}
	return false;
}
