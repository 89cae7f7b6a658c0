/*
 * json: a streaming writer into a buffer of fixed size.
 *
 * Never a tree.  Commas and escaping are the writer's; nesting is checked
 * by assert, since only our own code calls it.  Text is made valid UTF-8:
 * each bad byte becomes U+FFFD (events.md, Values).  When the buffer fills it is
 * handed to the flush function; with no flush function the writer is marked
 * full and what follows is dropped, so a caller asks once, at the end.
 */
#ifndef OTUS_BASE_JSON_H
#define OTUS_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 32

struct json {
	char *buf;
	size_t size, used;
	/* Takes n bytes; 0 or negative err.  NULL: the buffer is all. */
	int (*flush)(void *arg, const char *p, size_t n);
	void *arg;
	int err; /* first error: ERR_FULL, or what flush said; sticky */
	unsigned depth;
	bool comma[JSON_DEPTH_MAX]; /* the next item needs a comma before it */
	bool in_object[JSON_DEPTH_MAX];
	bool after_key;
};

void json_init(struct json *, char *buf, size_t size,
    int (*flush)(void *, const char *, size_t), void *arg);
/* Ready for the next document in the same buffer; drops what is unflushed. */
void json_clear(struct json *);

void json_object(struct json *);
void json_object_end(struct json *);
void json_array(struct json *);
void json_array_end(struct json *);
void json_key(struct json *, const char *key); /* key is trusted text */

void json_uint(struct json *, uint64_t); /* beyond 2^53: a decimal string */
void json_int(struct json *, int64_t);
void json_double(struct json *, double); /* shortest that reads back; NaN,
					     infinity: null                */
void json_bool(struct json *, bool);
void json_null(struct json *);
void json_str(struct json *, const char *s);            /* NULL: null      */
void json_strn(struct json *, const char *s, size_t n); /* any bytes       */
void json_hex(struct json *, const void *p, size_t n);  /* as a hex string */
/* Trusted ASCII that needs no escaping, as a string; the fast way. */
void json_ascii(struct json *, const char *s, size_t n);
/* Text that is JSON already, commas and all: copied as it is. */
void json_raw(struct json *, const char *s, size_t n);
/* Outside any document: a newline between documents, then flush if large. */
void json_line_end(struct json *);
int json_flush(struct json *) __attribute__((warn_unused_result));

/* Shorthands: key and value. */
void json_kuint(struct json *, const char *key, uint64_t);
void json_kint(struct json *, const char *key, int64_t);
void json_kstr(struct json *, const char *key, const char *);
void json_kbool(struct json *, const char *key, bool);

/*
 * Copies at most n bytes of s as valid UTF-8 into buf of size (always
 * terminated), each bad byte as U+FFFD, cutting at a character's edge.  So is
 * what turns the reading direction of the text around it (UAX #9, 2.1 to
 * 2.5).  Returns the length; *ret_bad (may be NULL) is set when anything was
 * replaced.
 */
size_t utf8_clean(
    char *buf, size_t size, const void *s, size_t n, bool *ret_bad);
/* RFC 3629, whatever its characters do. */
bool utf8_is_valid(const void *s, size_t n);

#endif
