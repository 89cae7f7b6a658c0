/*
 * listen: where the page is served, and the rule that this is loopback only.
 *
 * There are no accounts: whoever reaches the port reads the inventory of a
 * plant.  So an address that others can reach is refused, with the way to do
 * it safely in the answer.
 */
#ifndef OTUS_WEB_LISTEN_H
#define OTUS_WEB_LISTEN_H

#include <sys/socket.h>

#include "base/err.h"

#define WEB_WHY_MAX 320

/*
 * ADDR:PORT, with ADDR in 127.0.0.0/8, [::1] or localhost.  ERR_CONFIG and a
 * sentence in why otherwise.  ret, ret_len may be NULL.
 */
int web_check_listen(const char *addr_port, struct sockaddr_storage *ret,
    socklen_t *ret_len, char why[WEB_WHY_MAX]) MUST_CHECK;

/*
 * The socket that the parent hands to the web role: bound, listening,
 * non-blocking, close-on-exec.  ERR_CONFIG, ERR_BUSY, ERR_PERM, ERR_IO, and a
 * sentence in why.
 */
int web_listen(
    const char *addr_port, int *ret_fd, char why[WEB_WHY_MAX]) MUST_CHECK;

#endif
