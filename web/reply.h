/*
 * reply: what every answer carries, and answers that say what is wrong.
 */
#ifndef OTUS_WEB_REPLY_H
#define OTUS_WEB_REPLY_H

#include <stdbool.h>

/* microhttpd.h needs these on some systems. */
#include <sys/socket.h>
#include <sys/types.h>
#include <microhttpd.h>

struct reply {
	unsigned status;
	const char *type;
	const char *cache; /* Cache-Control; NULL: no-store          */
	const char *etag;  /* NULL: none                              */
	const char *allow; /* NULL: none                              */
	bool close;        /* the connection ends with this answer    */
};

/* Takes the response over, also NULL (out of memory). */
enum MHD_Result reply_send(
    struct MHD_Connection *, const struct reply *, struct MHD_Response *);
/* {"error": error, "detail": text}; ends the connection when asked to. */
enum MHD_Result reply_error(struct MHD_Connection *, unsigned status,
    const char *error, bool end, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
