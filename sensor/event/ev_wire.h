/*
 * ev_wire: the binary form of an event between processes.
 *
 * A record is one SOCK_SEQPACKET message: version, envelope, fields, each
 * little-endian and length-prefixed (layout in ev_wire.c).  Sender and
 * receiver do not trust each other: decoding bounds every length, checks
 * every type, id and nesting, and fails as a whole.
 */
#ifndef OTUS_EVENT_EV_WIRE_H
#define OTUS_EVENT_EV_WIRE_H

#include "base/arena.h"
#include "base/rd.h"
#include "event/event.h"

#define EV_WIRE_VERSION 1
#define EV_WIRE_MAX     (64 * 1024) /* one record */
/* An arena of this size holds whatever a record of EV_WIRE_MAX decodes to. */
#define EV_WIRE_ARENA (128 * 1024)

/* Bytes written to buf; ERR_TOOBIG when it does not fit. */
int ev_wire_encode(const struct ev *, void *buf, size_t size, size_t *ret_len)
    __attribute__((warn_unused_result));

/*
 * Decodes one record that fills the reader.  Fields, texts and op names are
 * in the arena or point into the reader's bytes; both must outlive *ret_ev.
 * ERR_PEER when anything is off; *ret_ev is then untouched.
 */
int ev_wire_decode(struct rd *, struct arena *, struct ev *ret_ev)
    __attribute__((warn_unused_result));

#endif
