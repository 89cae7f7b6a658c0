/*
 * html: a writer for plain pages, into a buffer of fixed size.  Text is
 * escaped and made valid UTF-8; what does not fit marks the writer full.
 */
#ifndef OTUS_WEB_HTML_H
#define OTUS_WEB_HTML_H

#include <stdbool.h>
#include <stddef.h>

struct html {
	char *buf;
	size_t size, used;
	bool full;
};

void html_init(struct html *, char *buf, size_t size);
void html_raw(struct html *, const char *); /* our own markup */
/* Anybody's text; NULL is nothing.  Also safe inside a quoted attribute. */
void html_text(struct html *, const char *);
/* As a part of a URL: everything but letters, digits and "-._~" encoded. */
void html_url(struct html *, const char *);

#endif
