/*
 * dup: packets that the mirror delivered twice.
 *
 * A SPAN session over several ports or VLANs copies a routed or forwarded
 * packet once for each; the copies differ in MAC addresses, TTL and header
 * checksum only.  Identical within 10 ms: discarded and counted.  A datagram
 * whose payload repeats later, or under another IP id, was sent again (a
 * retry, or a loop): it is kept and marked.
 */
#ifndef OTUS_NET_DUP_H
#define OTUS_NET_DUP_H

#include "base/hash.h"
#include "net/flow.h"
#include "net/pkt.h"

enum dup_verdict { DUP_NEW, DUP_REPEAT, DUP_MIRRORED };

enum dup_verdict dup_datagram(const struct hash_key *, struct flow_side *,
    const struct pkt *, uint64_t ts_ns);
/* TCP: only for segments that bring nothing new, which is where a copy can
 * be; new data is judged by its sequence number alone. */
enum dup_verdict dup_segment(
    struct flow_side *, const struct pkt *, uint64_t ts_ns);
/* Whether it is one of these; remembers nothing. */
bool dup_is_copy(const struct flow_side *, const struct pkt *, uint64_t ts_ns);

#endif
