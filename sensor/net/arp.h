/*
 * arp: ARP (RFC 826) and IPv6 neighbour discovery (RFC 4861), as far as they
 * bind a MAC address to an IP address.
 */
#ifndef OTUS_NET_ARP_H
#define OTUS_NET_ARP_H

#include "net/pkt.h"

struct net;

/* l3 is PKT_L3_ARP: the payload is the ARP body. */
void arp_frame(struct net *, const struct pkt *);
/* An ICMPv6 message, of which only neighbour messages say something. */
void arp_neighbour(struct net *, const struct pkt *);

#endif
