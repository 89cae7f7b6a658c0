/*
 * decode: from a frame's first byte to the transport payload.
 *
 * One pass, no state, no allocation, bounded reader only.  Iterates (never
 * recurses) through tags and tunnels, at most LAYERS_MAX (limits.h).
 */
#ifndef OTUS_NET_DECODE_H
#define OTUS_NET_DECODE_H

#include "net/pkt.h"

/*
 * Fills *ret; ret->end says how far it came.  Where that is neither PKT_OK
 * nor PKT_UNKNOWN, what was found before stands (ports included, where the
 * broken or cut header showed them) and payload is empty.
 *
 * A frame shorter than the lengths in its own headers counts as cut, whoever
 * cut it: the bytes are missing, and that is no violation.
 */
void decode_frame(const struct frame *, struct pkt *ret);

/*
 * Goes on from a reassembled IP payload: pkt holds the addresses and
 * ip_proto, payload the whole datagram; fills the transport part, and
 * follows tunnels as decode_frame does.  Offsets (at) count from the
 * datagram's first byte; pkt->ip is empty unless a tunnel was followed, as
 * no header stands before these bytes.
 */
void decode_transport(struct pkt *, struct rd payload);

#endif
