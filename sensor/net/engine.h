/*
 * engine: runs dissectors on flows: fills their context, offers the services
 * of the contract, and sends their events on.
 */
#ifndef OTUS_NET_ENGINE_H
#define OTUS_NET_ENGINE_H

#include "net/flow.h"

struct net;

void engine_init(struct net *);
void engine_claim(struct net *, struct flow *, const struct dissector *);
/* The claim was a mistake: other dissectors are asked again. */
void engine_unclaim(struct net *, struct flow *);
/* No dissector wants it: nDPI may look. */
void engine_unclaimable(struct net *, struct flow *);
void engine_confirm(struct net *, struct flow *);
enum dis_rc engine_parse(struct net *, struct flow *, uint8_t side, struct rd *,
    uint64_t frame, uint64_t ts_ns);
/* A gap in a claimed flow, at the frame at hand. */
void engine_gap(struct net *, struct flow *, uint8_t side, uint64_t lost,
    const char *cause);
void engine_gap_at(struct net *, struct flow *, uint8_t side, uint64_t lost,
    const char *cause, uint64_t frame, uint64_t ts_ns);
/* A datagram ended inside a PDU: the sender's fault. */
void engine_short_datagram(
    struct net *, struct flow *, uint8_t side, const uint64_t *frame);

/* An event of net's own about a flow (or about none: flow NULL). */
struct ev *engine_event(
    struct net *, struct flow *, uint8_t src_side, enum ev_kind);
void engine_tell(struct net *, struct flow *, struct ev *);
/* Both ends of a flow as its events show them. */
void engine_ends(const struct flow *, struct ev_end ret[2]);

#endif
