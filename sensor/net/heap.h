/*
 * heap: a bounded allocator for a library that insists on malloc (nDPI).
 *
 * Before heap_seal() there is no bound, since the library builds its automata
 * then; what it takes goes as a whole in heap_done(), whatever it gives back
 * before: undoing automata node by node takes longer than a short replay.
 * Afterwards blocks come from a region taken at start, in
 * power-of-two classes; when it is used up the answer is NULL.  Global,
 * because the library's hooks carry no argument; one thread only.
 */
#ifndef OTUS_NET_HEAP_H
#define OTUS_NET_HEAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

int heap_init(size_t bytes) MUST_CHECK;
void heap_done(void);
void heap_seal(void);
void *heap_alloc(size_t);
void heap_release(void *); /* accepts NULL and blocks from before the seal */
size_t heap_used(void);
size_t heap_refused(void);

#endif
