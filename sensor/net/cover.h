/*
 * cover: how well the network is seen, by interface and VLAN (coverage.h).
 *
 * A lane is one interface and one VLAN, told by the outermost tag.  There are
 * COVER_LANE_MAX of them; what comes after is counted with its interface's
 * untagged frames, which have a lane of their own from the interface's first
 * frame on.  A packet costs some additions; conversations are looked at when
 * their counters are folded into links.
 *
 * Copies of a frame are looked for by what a switch leaves as it is: IP
 * addresses, IP identification, ports, sequence numbers, ends of the payload.
 * Not of every frame: of the first COVER_ALL, then of one in 64, told by its
 * contents, so that the copy is among them when the original is.
 */
#ifndef OTUS_NET_COVER_H
#define OTUS_NET_COVER_H

#include "base/err.h"
#include "event/coverage.h"
#include "limits.h"
#include "net/flow.h"
#include "net/pkt.h"

#define COVER_VLANS 4096
/* An Ethernet frame of 1518 bytes (IEEE 802.3, 3.2.7) and two tags. */
#define COVER_LONG 1526

/* What each packet touches comes first. */
struct lane {
	_Alignas(64) uint64_t last_ns;
	uint64_t first_ns; /* 0: no frame yet */
	uint64_t spoke_ns; /* last frame of a station; 0: none yet */
	uint64_t n[COVERAGE_COUNTS];
	uint64_t protos;
	uint16_t iface, vlan;
	uint8_t stations;
	uint8_t station[2][6];
	bool open; /* stations: frames to one station may yet strike some out */
	bool told;
};

/* What stations say; ports that greet each other end no silence. */
struct cover_port {
	uint64_t last_ns, pause_ns, pause_end_ns;
	uint32_t input; /* that its last frame was in: files are apart */
	bool paused;    /* longer than what was told                   */
	uint64_t dropped, missed;
};

struct cover_seen {
	uint64_t hash, ts_ns, macs;
	uint32_t lane;
};

struct cover {
	struct lane *lane; /* from 1 on; NULL: not initialised */
	uint32_t lanes;
	uint16_t (*at)[COVER_VLANS]; /* by interface and VLAN; 0: none yet */
	struct cover_port port[LIMIT_COVER_PORT_MAX];
	uint32_t looked;
	struct cover_seen *seen;
};

int cover_init(struct cover *) MUST_CHECK;
void cover_done(struct cover *);

/* The lane's number, made when new. */
uint16_t cover_lane_new(struct cover *, uint32_t iface, uint16_t vlan);
void cover_stations(struct lane *, const struct pkt *);
void cover_pause(struct cover_port *, const struct frame *);
void cover_look(struct cover *, uint16_t at, const struct pkt *);
/* Of a frame without IP: whether a port said it, and no station behind it. */
bool cover_is_upkeep(const struct pkt *);

static inline uint32_t
cover_port_of(const struct frame *f)
{
	return f->iface < LIMIT_COVER_PORT_MAX ? f->iface
					       : LIMIT_COVER_PORT_MAX - 1;
}

static inline void
cover_spoke(struct cover_port *port, struct lane *l, const struct frame *f)
{
	if (f->ts_ns - port->last_ns > port->pause_ns) {
		cover_pause(port, f);
	}
	if (f->ts_ns > port->last_ns) {
		port->last_ns = f->ts_ns;
	}
	if (f->ts_ns > l->spoke_ns) {
		l->spoke_ns = f->ts_ns;
	}
	port->input = f->input;
}

/* Counts a frame and says in which lane. */
static inline uint16_t
cover_frame(struct cover *c, const struct pkt *p)
{
	const struct frame *f = p->frame;
	const uint32_t iface = cover_port_of(f);
	const uint16_t vlan = p->vlan_n > 0 ? p->vlan[0] % COVER_VLANS : 0;
	uint16_t at = c->at[iface][vlan];
	struct lane *l;

	if (at == 0) {
		at = cover_lane_new(c, iface, vlan);
	}
	l = &c->lane[at];
	l->n[COVERAGE_FRAMES]++;
	l->n[COVERAGE_BYTES] += f->len;
	if (f->caplen < f->len || f->len > COVER_LONG) {
		l->n[COVERAGE_CUT] += f->caplen < f->len;
		l->n[COVERAGE_LONG] += f->len > COVER_LONG;
	}
	if (p->dmac == NULL || f->linktype != LINKTYPE_ETHERNET) {
		l->n[COVERAGE_COOKED]++;
	} else if (p->dmac[0] & 1) {
		l->n[COVERAGE_GROUPS]++;
	} else if (l->open) {
		cover_stations(l, p);
	}
	if (p->end != PKT_OK) {
		l->n[COVERAGE_BROKEN] += p->end == PKT_BAD;
		l->n[COVERAGE_UNKNOWN] += p->end == PKT_DEEP;
	}
	if (p->ipver == 0 && cover_is_upkeep(p)) {
		l->n[COVERAGE_UPKEEP]++;
	} else {
		cover_spoke(&c->port[iface], l, f);
	}
	if (f->ts_ns > l->last_ns) {
		l->first_ns = l->first_ns != 0 ? l->first_ns : f->ts_ns;
		l->last_ns = f->ts_ns;
	}
	return at;
}

/* A frame of a type that neither decode nor a dissector knows. */
static inline void
cover_unknown(struct cover *c, uint16_t at)
{
	c->lane[at].n[COVERAGE_UNKNOWN]++;
}

/* Looks for earlier copies of a packet, if it is one of those looked at. */
static inline void
cover_packet(struct cover *c, uint16_t at, const struct pkt *p)
{
	const uint32_t mark = (p->ip_id ^ p->seq ^ p->ack) * 0x9e3779b1u;

	if (c->looked < LIMIT_COVER_ALL || mark >> 26 == 0) {
		cover_look(c, at, p);
	}
}

/* Bytes of a stream that came, or of which the capture cut off some. */
static inline void
cover_stream(struct cover *c, const struct flow *f, uint64_t bytes)
{
	if (c->lane != NULL) {
		c->lane[f->lane].n[COVERAGE_TCP] += bytes;
	}
}

/* Bytes of a stream that did not come. */
static inline void
cover_gap(struct cover *c, const struct flow *f, uint64_t lost)
{
	if (c->lane != NULL) {
		c->lane[f->lane].n[COVERAGE_GAPS]++;
		c->lane[f->lane].n[COVERAGE_LOST] += lost;
	}
}

/* Before a flow's counters are folded into its link. */
void cover_flow(struct cover *, struct flow *);

/* Running totals of an interface, which has a row from then on. */
void cover_losses(
    struct cover *, uint32_t iface, uint64_t dropped, uint64_t missed);

/*
 * The next lane that has news, and its interface; *at is 0 to begin.  What is
 * told is counted anew.  False at the end.  The name is left to the caller.
 */
bool cover_next(
    struct cover *, uint32_t *at, struct coverage *ret, uint32_t *ret_iface);

#endif
