/*
 * behaviour_key: what makes an event the same behaviour again, and its hash.
 */
#ifndef OTUS_NET_BEHAVIOUR_KEY_H
#define OTUS_NET_BEHAVIOUR_KEY_H

#include <string.h>

#include "net/behaviour.h"

#define BEHAVIOUR_TYPE(t) (UINT32_C(1) << EV_T_##t)
#define BEHAVIOUR_TEXTS                                       \
	(BEHAVIOUR_TYPE(TEXT) | BEHAVIOUR_TYPE(LATIN1) |      \
	    BEHAVIOUR_TYPE(UCS2BE) | BEHAVIOUR_TYPE(UCS2LE) | \
	    BEHAVIOUR_TYPE(UCS4BE) | BEHAVIOUR_TYPE(HEX) |    \
	    BEHAVIOUR_TYPE(MAC) | BEHAVIOUR_TYPE(IP))

_Static_assert(EV_T_COUNT <= 32, "a type has no bit");

static inline bool
behaviour_is_text(const struct ev_field *f)
{
	return (BEHAVIOUR_TEXTS >> f->type & 1) != 0;
}

/* That all is well makes no difference: NULL for that, too. */
static inline const char *
behaviour_error(const char *status)
{
	return status == NULL || strcmp(status, "ok") == 0 ? NULL : status;
}

/* The next one of an event other than an operation. */
const struct ev_field *behaviour_next_common(const struct ev *, uint16_t *at);

/* Past the end of what f, the field before *at, opens. */
static inline void
behaviour_step_over(const struct ev *e, uint16_t *at)
{
	for (unsigned depth = 1; depth != 0 && *at < e->nfields; (*at)++) {
		uint8_t type = e->f[*at].type;

		depth += type == EV_T_OBJECT || type == EV_T_ARRAY;
		depth -= type == EV_T_END;
	}
}

/*
 * The next field from *at on that is a key.  What a device reports by itself
 * is another choice of points each time: what stands within objects does not
 * make a notification another one.
 */
static inline const struct ev_field *
behaviour_next_key(const struct ev *e, const struct ev_keys *keys, uint16_t *at)
{
	bool outside = e->dir == EV_DIR_NOTIFY;

	if (e->kind != EV_OPERATION) {
		return behaviour_next_common(e, at);
	}
	while (*at < e->nfields) {
		const struct ev_field *f = &e->f[(*at)++];

		if (outside &&
		    (f->type == EV_T_OBJECT || f->type == EV_T_ARRAY)) {
			behaviour_step_over(e, at);
		} else if (ev_is_key(keys, f->id)) {
			return f;
		}
	}
	return NULL;
}

/* Who is behind both ends of an operation; mostly nobody or a number. */
uint64_t behaviour_stations(const struct behaviours *, const struct ev *);
uint64_t behaviour_hash(
    const struct behaviours *, const struct ev *, const struct link *);
/* Of the points of a server in the event's space. */
uint64_t behaviour_server(
    const struct behaviours *, const struct ev *, const struct ev_end *server);

#endif
