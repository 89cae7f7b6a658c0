/*
 * report: the events that net tells of its own: endpoints and the traffic of
 * links.
 */
#ifndef OTUS_NET_REPORT_H
#define OTUS_NET_REPORT_H

#include "net/flow.h"

struct net;
struct link;

bool report_is_unicast(uint8_t ipver, const struct ev_ip *);
/*
 * Whether a device's word, or a lease, that binds the MAC to the IP is worth
 * telling: first sight, another MAC, better evidence than was told.
 */
bool report_binds(struct net *, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *, enum host_told);
/* The same of the packet at hand, which is from this host. */
bool report_shows(struct net *, struct host *);
/* how: traffic, arp, nd; of the packet at hand. */
/* ARP or neighbour discovery asked for target in vain. */
void report_looks_for(struct net *, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *asker, const struct ev_ip *target);
void report_endpoint(struct net *, const uint8_t mac[6], uint8_t ipver,
    const struct ev_ip *, const char *how);

/* The flow has counters to fold at the next report. */
void report_mark(struct net *, struct flow *);
/* ... and is going before that. */
void report_forget(struct net *, struct flow *);
/* Folds all marked flows and tells the links that are due (UINT64_MAX: all
 * that changed). */
void report_traffic(struct net *, uint64_t now_ns);
/* links.report: one `traffic` event. */
void report_link(void *net, struct link *);

/* A frame whose headers contradict themselves. */
void report_broken(struct net *, const struct pkt *);

#endif
