/*
 * message: an alert as a SIEM gets it.
 *
 * Every form travels in a syslog message (RFC 5424) with the alert's data as
 * structured data; what differs is the text behind it: a sentence, CEF, or
 * one JSON object.  The event id is the same in all of them and at every
 * repetition, so that a receiver can tell one.
 */
#ifndef OTUS_STORE_EXPORT_MESSAGE_H
#define OTUS_STORE_EXPORT_MESSAGE_H

#include "store/query.h"

enum message_form { MESSAGE_RFC5424, MESSAGE_CEF, MESSAGE_JSON, MESSAGE_FORMS };

/*
 * RFC 5424, 6.1: every receiver takes 480 bytes and should take 2048; rsyslog
 * cuts at 8096 unless told otherwise.  Texts are cut at a character's edge
 * so that a message is never longer than this.
 */
#define MESSAGE_MAX 8000

/* RFC 5424, 6.2.4, with its NUL. */
#define MESSAGE_HOST_MAX 256

/* "rfc5424", "cef", "json"; -1 when it is none of them. */
int message_form_parse(const char *);

/* This machine's name; "" when it has none. */
void message_host(char buf[MESSAGE_HOST_MAX]);

/*
 * Writes one message, without a NUL; returns its length.  event is the
 * delivery's id, count the alert's at that time, host as of message_host().
 */
size_t message_make(char buf[MESSAGE_MAX], enum message_form, const char *host,
    const char *event, uint64_t count, const struct query_alert *);

#endif
