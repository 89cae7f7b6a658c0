/*
 * state: see state.h.
 */
#include <assert.h>
#include <string.h>

#include "dissectors/dissector.h"
#include "net/state.h"

_Static_assert(64 << (STATE_CLASSES - 1) == DIS_STATE_MAX,
    "the largest class holds the largest state");

int
states_init(struct states *s, uint32_t max)
{
	int err;

	memset(s, 0, sizeof *s);
	for (int i = 0; i < STATE_CLASSES; i++) {
		err = pool_init(&s->pool[i], max, (size_t)64 << i);
		if (err < 0) {
			states_done(s);
			return err;
		}
	}
	return 0;
}

void
states_done(struct states *s)
{
	for (int i = 0; i < STATE_CLASSES; i++) {
		pool_done(&s->pool[i]);
	}
}

static struct pool *
class_of(struct states *s, size_t size)
{
	int i = 0;

	assert(size <= DIS_STATE_MAX);
	while ((size_t)64 << i < size) {
		i++;
	}
	return &s->pool[i];
}

void *
state_get(struct states *s, size_t size, uint32_t *ret_at)
{
	struct pool *p = class_of(s, size);
	uint32_t at = pool_get(p);

	assert(at != POOL_NONE);
	*ret_at = at;
	return pool_at(p, at);
}

void
state_put(struct states *s, size_t size, uint32_t at)
{
	pool_put(class_of(s, size), at);
}
