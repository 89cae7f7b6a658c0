/*
 * courier: one connection to a syslog receiver and the messages that are on
 * their way.
 *
 * RFC 6587, 3.4.1: "LENGTH SP MESSAGE" over TCP (octet counting).  Neither
 * that nor TCP tells when a receiver has dealt with a message, so one counts
 * as sent when the peer's kernel has acknowledged its last byte and the
 * connection has lived COURIER_SURE_NS more without a break.  After a break
 * (reset, end, error, silence) all that is younger goes again, in order and
 * unchanged.
 *
 *	       confirmed | acknowledged | on its way | not yet written
 *	          gone     head           acked        next            tail
 *
 *	WAITING --time is up--> CONNECTING --> UP
 *	   ^                        |           |
 *	   +-------- back-off ------+-- break --+
 *
 * No clock and no process: the caller says what time it is, and polls.
 */
#ifndef OTUS_RUN_COURIER_H
#define OTUS_RUN_COURIER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "limits.h"
#include "run/outbox_msg.h"

#define COURIER_WINDOW      LIMIT_COURIER_WINDOW
#define COURIER_ADDRS_MAX   8 /* of one name                           */
#define COURIER_SURE_NS     (LIMIT_COURIER_SURE_S * NS_PER_SEC)
#define COURIER_BACKOFF_MIN (1 * NS_PER_SEC)
#define COURIER_BACKOFF_MAX (LIMIT_COURIER_BACKOFF_S * NS_PER_SEC)
#define COURIER_CONNECT_NS  (10 * NS_PER_SEC)
/* A receiver that says nothing for so long is gone. */
#define COURIER_SILENT_S LIMIT_COURIER_SILENT_S
#define COURIER_NEVER    UINT64_MAX

struct courier_addr {
	struct sockaddr_storage sa;
	socklen_t len;
};

enum courier_state { COURIER_WAITING, COURIER_CONNECTING, COURIER_UP };

struct courier_entry {
	int64_t id;
	char event[OUTBOX_EVENT_MAX];
	size_t len;        /* of the frame                           */
	uint64_t end;      /* place in this connection's bytes       */
	uint64_t acked_ns; /* when the kernel was seen to have it    */
};

struct courier {
	const char *name; /* "host:port", the caller's */
	struct courier_addr addr[COURIER_ADDRS_MAX];
	size_t naddrs, at; /* the next to try */
	enum courier_state state;
	int fd;
	uint64_t due_ns;  /* WAITING, CONNECTING: when that ends       */
	uint64_t up_ns;   /* UP: since when                            */
	uint64_t look_ns; /* UP: when to look at what is unacknowledged */
	uint64_t backoff_ns;
	bool down; /* no connection: since down_ns, because of why */
	uint64_t down_ns;
	char why[96];
	/* Numbers of messages, ever rising; modulo COURIER_WINDOW the place. */
	uint64_t head, acked, next, tail;
	uint64_t written_to; /* so many were written before: the rest is new */
	size_t off;          /* of next's frame: written already             */
	uint64_t written;    /* bytes on this connection                     */
	uint64_t heard;      /* likewise, from the receiver                  */
	int64_t last;        /* id of the youngest                           */
	int64_t sent;        /* id of the youngest that was confirmed        */
	char sent_event[OUTBOX_EVENT_MAX];
	uint64_t total[OUTBOX_TOTALS];
	struct courier_entry entry[COURIER_WINDOW];
	uint8_t *frame; /* COURIER_WINDOW of them */
};

/* naddrs may be 0: then it never connects, because of why. */
int courier_init(struct courier *, const char *name,
    const struct courier_addr *, size_t naddrs, const char *why,
    uint64_t now_ns) MUST_CHECK;
void courier_done(struct courier *); /* accepts a zeroed courier */

/* How many more it takes. */
size_t courier_room(const struct courier *);
/* ERR_FULL; ERR_PEER: its id is not greater than the last one's. */
int courier_put(struct courier *, const struct outbox_mail *) MUST_CHECK;

/* Does what there is to do; call it when fd is ready and when it is due. */
void courier_work(struct courier *, uint64_t now_ns);
short courier_events(const struct courier *); /* to poll fd for; fd may be -1 */
uint64_t courier_due(const struct courier *); /* COURIER_NEVER              */

/* For how long there has been no connection; 0 when there is one. */
uint64_t courier_down_for(const struct courier *, uint64_t now_ns);
/* "connected to 127.0.0.1:514, 0 waiting" */
void courier_describe(const struct courier *, uint64_t waiting, uint64_t now_ns,
    uint64_t wall_ns, char *buf, size_t size);

#endif
