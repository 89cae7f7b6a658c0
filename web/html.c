/*
 * html: see html.h.  The five characters of WHATWG HTML, section 13.3.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "web/html.h"

#define TEXT_MAX 4096

void
html_init(struct html *h, char *buf, size_t size)
{
	*h = (struct html){.buf = buf, .size = size};
}

static void
put(struct html *h, const char *p, size_t n)
{
	if (h->full || n > h->size - h->used) {
		h->full = true;
		return;
	}
	memcpy(h->buf + h->used, p, n);
	h->used += n;
}

void
html_raw(struct html *h, const char *s)
{
	put(h, s, strlen(s));
}

static const char *
entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return iscntrl((unsigned char)c) ? "\xef\xbf\xbd" : NULL;
	}
}

void
html_text(struct html *h, const char *s)
{
	char clean[TEXT_MAX];
	size_t n, from = 0;

	if (s == NULL) {
		return;
	}
	n = utf8_clean(clean, sizeof(clean), s, strlen(s), NULL);
	for (size_t i = 0; i < n; i++) {
		const char *e = entity(clean[i]);

		if (e != NULL) {
			put(h, clean + from, i - from);
			html_raw(h, e);
			from = i + 1;
		}
	}
	put(h, clean + from, n - from);
}

void
html_url(struct html *h, const char *s)
{
	char code[4];

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x80 && (isalnum(c) || strchr("-._~", c) != NULL)) {
			put(h, s, 1);
		} else {
			(void)snprintf(code, sizeof(code), "%%%02X", c);
			put(h, code, 3);
		}
	}
}
