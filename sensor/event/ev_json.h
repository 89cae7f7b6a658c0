/*
 * ev_json: one event as one line of JSON, exactly as events.md says: stable
 * key order, and what is absent is not printed.
 */
#ifndef OTUS_EVENT_EV_JSON_H
#define OTUS_EVENT_EV_JSON_H

#include "base/json.h"
#include "event/event.h"

/* file: base name of the input, NULL when there is but one; iface likewise. */
void ev_json(
    struct json *, const struct ev *, const char *file, const char *iface);

/* One field's value alone, for {object}, {old} and {new} in alert texts. */
void ev_json_field(struct json *, const struct ev *, size_t at);

#endif
