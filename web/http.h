/*
 * http: what a request says, judged without a server: pure functions on
 * strings that anybody may have sent.
 *
 * References: RFC 9110 (Host 7.2, methods 9), RFC 6454 (Origin), the Fetch
 * metadata headers of W3C.  Not here: parsing HTTP, which is libmicrohttpd's.
 */
#ifndef OTUS_WEB_HTTP_H
#define OTUS_WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Host names this machine by a name that no name server can give to another
 * one: 127.0.0.1, localhost, [::1], with the port that is served.  Anything
 * else may be DNS rebinding: a page of an attacker whose name now points here.
 * NULL is refused.
 */
bool http_host_is_ours(const char *host, uint16_t port);
/* "http://" and such a host; NULL is refused. */
bool http_origin_is_ours(const char *origin, uint16_t port);

/* Decimal digits alone, no sign, no space; within the bounds; else
 * ERR_FORMAT. */
int http_number(
    const char *, uint64_t min, uint64_t max, uint64_t *ret) MUST_CHECK;

/* Whether a list of entity tags (If-None-Match) names this one. */
bool http_etag_matches(const char *list, const char *etag);

/* Text without control characters, at most max bytes. */
bool http_text_is_plain(const char *, size_t max);

#endif
