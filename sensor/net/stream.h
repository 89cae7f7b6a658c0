/*
 * stream: between the bytes in order and the dissectors.
 *
 * Decides which dissector a flow belongs to, hands it one PDU after another,
 * keeps the head of a PDU until its rest arrives, and finds the next header
 * after damage or loss.  What it does depends on the bytes alone, never on
 * how they were cut into segments.
 */
#ifndef OTUS_NET_STREAM_H
#define OTUS_NET_STREAM_H

#include "base/rd.h"
#include "net/flow.h"

struct net;

/* Bytes of one frame, in order. */
struct stream_piece {
	struct rd bytes;
	uint64_t frame, ts_ns;
};

/* Next bytes of a TCP side. */
void stream_data(
    struct net *, struct flow *, uint8_t side, const struct stream_piece *);
/* Bytes before the next piece were lost: partial PDUs go, a gap is told. */
void stream_gap(struct net *, struct flow *, uint8_t side, uint64_t lost,
    const char *cause, const struct stream_piece *next);
/*
 * The segment whose bytes went to stream_data() had missing more, which the
 * capture cut off.  What is there of the PDU in them is told, then the gap.
 */
void stream_cut(struct net *, struct flow *, uint8_t side, uint32_t missing);
/* A whole datagram; missing: bytes of it that the capture cut off. */
void stream_datagram(struct net *, struct flow *, uint8_t side,
    const struct stream_piece *, uint32_t missing, bool dup);
/* The flow's parts that stream holds are given back. */
void stream_close(struct net *, struct flow *);

#endif
