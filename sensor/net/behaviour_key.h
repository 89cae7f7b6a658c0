/*
 * behaviour_key: what makes an event the same behaviour again, and its hash.
 */
#ifndef OTUS_NET_BEHAVIOUR_KEY_H
#define OTUS_NET_BEHAVIOUR_KEY_H

#include <string.h>

#include "net/behaviour.h"

static inline bool
behaviour_is_text(const struct ev_field *f)
{
	return (f->type >= EV_T_TEXT && f->type <= EV_T_HEX) ||
	       f->type == EV_T_MAC || f->type == EV_T_IP;
}

/* That all is well makes no difference: NULL for that, too. */
static inline const char *
behaviour_error(const char *status)
{
	return status == NULL || strcmp(status, "ok") == 0 ? NULL : status;
}

/*
 * The next field from *at on that is a key.  What a device reports by itself
 * is another choice of points each time: what stands within objects does not
 * make a notification another one.
 */
const struct ev_field *behaviour_next_key(
    const struct ev *, const struct ev_proto *, uint16_t *at);
/* Who is behind both ends of an operation; mostly nobody or a number. */
uint64_t behaviour_stations(const struct behaviours *, const struct ev *);
uint64_t behaviour_hash(
    const struct behaviours *, const struct ev *, const struct link *);
/* Of the points of a server in the event's space. */
uint64_t behaviour_server(
    const struct behaviours *, const struct ev *, const struct ev_end *server);

#endif
