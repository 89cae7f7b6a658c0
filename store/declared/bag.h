/*
 * bag: copies of texts that live as long as one another.
 */
#ifndef OTUS_STORE_DECLARED_BAG_H
#define OTUS_STORE_DECLARED_BAG_H

#include <stddef.h>

struct bag_block;

struct bag {
	struct bag_block *last;
	size_t bytes; /* of all texts */
};

/* A copy; NULL when memory is short. */
const char *bag_keep(struct bag *, const char *);
void bag_free(struct bag *);

#endif
