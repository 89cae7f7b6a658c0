/*
 * target: a receiver as people write it, and the addresses behind it.
 */
#ifndef OTUS_RUN_TARGET_H
#define OTUS_RUN_TARGET_H

#include <stdbool.h>

#include "run/courier.h"

#define TARGET_HOST_MAX 256

/* "HOST:PORT" or "[IPv6]:PORT"; ERR_CONFIG when it is neither. */
int target_parse(const char *text, char host[TARGET_HOST_MAX],
    uint16_t *ret_port) MUST_CHECK;
/* "host:port", in brackets where that needs them. */
#define TARGET_TEXT_MAX (TARGET_HOST_MAX + 10)
void target_text(const char *host, uint16_t port, char buf[TARGET_TEXT_MAX]);

/*
 * At most max addresses; 0 with *ret_why when there is none.  *ret_named: the
 * host is a name, which may mean another address later.  May take seconds, and
 * opens files and sockets.
 */
size_t target_resolve(const char *host, uint16_t port, struct courier_addr *ret,
    size_t max, bool *ret_named, const char **ret_why);

#endif
