/*
 * text: others' words made fit for keys and columns: valid UTF-8, no control
 * characters, of bounded length.
 */
#ifndef OTUS_STORE_TEXT_H
#define OTUS_STORE_TEXT_H

#include <stddef.h>

#include "event/event.h"

/*
 * At most size - 1 bytes of s; each control character as a space.  What is
 * cut off leaves a hash behind, so that two texts that differ stay two.
 * Returns the length.  buf must not overlap s.
 */
size_t text_fit(char *buf, size_t size, const char *s, size_t n);
/* ev_sub_text(), made fit; "" when nobody is behind. */
size_t text_sub(const struct ev_sub *, char *buf, size_t size);

/*
 * A text that grows in a buffer; what does not fit is dropped at a
 * character's edge, and full is set.
 */
struct text {
	char *buf;
	size_t size, n;
	int full;
};

void text_start(struct text *, char *buf, size_t size);
void text_put(struct text *, const char *s);
void text_putn(struct text *, const char *s, size_t n);
void text_put_uint(struct text *, uint64_t);

#endif
