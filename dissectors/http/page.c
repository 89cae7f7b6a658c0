/*
 * page: the title of a device's web page, and what a UPnP device says of
 * itself ([5] 2.3), as the document goes by.
 *
 *	<title> ... </title>
 *	<root xmlns="urn:schemas-upnp-org:device-1-0"> <device>
 *	  <friendlyName> ... </friendlyName> ... <deviceList>
 *
 * One tag and one text are kept; of a document the first PAGE_BYTES are looked
 * at.  What follows deviceList is of devices within the device.  A title counts
 * when it is of a front page: others are named after what they show.
 */
#include <string.h>

#include "dissectors/http/http.h"

#define PAGE_BYTES 8192

enum mode { AT_TEXT, AT_TAG, AT_INSIDE, AT_VALUE, AT_COMMENT };

/* Root is no fact: it tells whether the others are. */
enum { WHAT_ROOT = 0, WHAT_TITLE = 1, WHAT_LIST = 2, WHAT_NONE = 0xff };

static const struct what {
	const char *tag, *key;
} texts[] = {
    [WHAT_ROOT] = {"root", NULL},
    [WHAT_TITLE] = {"title", "description"},
    [WHAT_LIST] = {"devicelist", NULL},
    {"friendlyname", "name"},
    {"manufacturer", "vendor"},
    {"modelname", "model"},
    {"modeldescription", "description"},
    {"modelnumber", "order_number"},
    {"serialnumber", "serial"},
    {"devicetype", "device_type"},
};

#define TEXTS (sizeof(texts) / sizeof(texts[0]))

/* --- which documents ------------------------------------------------------- */

void
http_page_begin(struct http_msg *m)
{
	struct http_page *p = &m->st->page;
	bool html = http_begins(m->type, "text/html") ||
		    http_begins(m->type, "application/xhtml");

	memset(p, 0, sizeof(*p));
	p->xml = !html && (http_begins(m->type, "text/xml") ||
			      http_begins(m->type, "application/xml"));
	if (m->status != 200 || m->coded || m->via || !m->paired ||
	    m->wait.proxied || m->wait.method == HTTP_HEAD) {
		return;
	}
	if (p->xml || (html && m->wait.front && !m->st->page_told)) {
		p->budget = PAGE_BYTES;
		p->latin1 = http_has(m->type, "8859-1") ||
			    http_has(m->type, "windows-1252");
	}
}

/* --- texts ----------------------------------------------------------------- */

/* The few names of characters that stand in titles. */
static void
decode(struct http_page *p)
{
	static const struct {
		const char *name;
		char c;
	} names[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'},
	    {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}, {"&nbsp;", ' '},
	    {"&#160;", ' '}};
	size_t to = 0;

	for (size_t at = 0; at < p->ntext; at++) {
		struct rd r = rd_make(p->text + at, p->ntext - at);

		p->text[to] = p->text[at];
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (http_begins(r, names[i].name)) {
				p->text[to] = names[i].c;
				at += strlen(names[i].name) - 1;
				break;
			}
		}
		to++;
	}
	while (to > 0 && p->text[to - 1] == ' ') {
		to--;
	}
	p->ntext = (uint8_t)to;
}

/* What devices say that have nothing to say. */
static bool
is_placeholder(struct rd text)
{
	static const char *const none[] = {"untitled", "untitled document",
	    "document", "index", "home", "homepage", "home page", "main",
	    "login", "log in", "logon", "sign in", "welcome", "start",
	    "redirect", "redirecting", "redirecting...", "loading",
	    "loading...", "default", "none", "unknown", "n/a", "null", "web",
	    "12345678", "123456789", "1234567890"};
	bool differ = false;

	for (size_t i = 1; i < rd_left(&text); i++) {
		differ = differ || text.p[i] != text.p[0];
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (http_is(text, none[i])) {
			return true;
		}
	}
	return !differ;
}

/* A model's number that is but a version of what it runs. */
static bool
is_version(struct rd text)
{
	while (rd_left(&text) > 0) {
		uint8_t c = rd_u8(&text);

		if (c != '.' && (c < '0' || c > '9')) {
			return false;
		}
	}
	return true;
}

static void
tell(struct dis_ctx *ctx, struct http_page *p)
{
	struct http_state *st = ctx->state;
	const struct what *w = &texts[p->what];
	struct rd text;

	p->seen |= (uint16_t)(1u << p->what);
	decode(p);
	text = rd_make(p->text, p->ntext);
	if (is_placeholder(text) ||
	    (strcmp(w->key, "order_number") == 0 && is_version(text))) {
		return;
	}
	/* Facts have the direction of what came before. */
	(void)dis_event(ctx, EV_IDENTITY, PROTO_HTTP, EV_DIR_RESPONSE);
	dis_identity(ctx, PROTO_HTTP, ctx->src, w->key,
	    p->latin1 ? EV_T_LATIN1 : EV_T_TEXT, p->text, p->ntext,
	    p->xml ? "upnp_description" : "title");
	if (!p->xml) {
		st->page_told = true;
		p->budget = 0;
	}
}

/* --- tags ------------------------------------------------------------------ */

static uint8_t
what_of(const struct http_page *p)
{
	struct rd tag = rd_make(p->tag, p->ntag);

	for (uint8_t i = 0; i < TEXTS; i++) {
		if ((i == WHAT_TITLE) == !p->xml &&
		    http_is(tag, texts[i].tag)) {
			return i;
		}
	}
	return WHAT_NONE;
}

/* The tag is over; its attributes are the text. */
static void
tag_end(struct http_page *p)
{
	struct rd attributes = rd_make(p->text, p->ntext);

	p->mode = AT_TEXT;
	if (p->what == WHAT_ROOT) {
		p->upnp = http_has(attributes, "urn:schemas-upnp-org:device");
		p->budget = p->upnp ? p->budget : 0;
	} else if (p->what == WHAT_LIST) {
		p->budget = 0;
	} else if (p->what != WHAT_NONE && !(p->seen & 1u << p->what) &&
		   (!p->xml || p->upnp)) {
		p->mode = AT_VALUE;
	}
	p->ntext = 0;
}

/* White space is one blank, and none at the beginning. */
static void
add_text(struct http_page *p, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';

	if (blank && (p->ntext == 0 || p->text[p->ntext - 1] == ' ')) {
		return;
	}
	if (p->ntext < PAGE_TEXT_MAX) {
		p->text[p->ntext++] = blank ? ' ' : c;
	}
}

static void
in_tag(struct http_page *p, char c)
{
	bool end = c == '>' || c == ' ' || c == '\t' || c == '\r' || c == '\n';

	if (!end && p->ntag < PAGE_TAG_MAX) {
		p->tag[p->ntag++] = c;
		if (p->ntag == 3 && memcmp(p->tag, "!--", 3) == 0) {
			p->mode = AT_COMMENT;
			p->ntag = 0;
		}
		return;
	}
	p->what = what_of(p);
	p->mode = AT_INSIDE;
	p->ntext = 0;
	if (c == '>') {
		tag_end(p);
	}
}

/* Ends with "-->"; ntag counts how much of that was there. */
static void
in_comment(struct http_page *p, char c)
{
	if (c == '>' && p->ntag >= 2) {
		p->mode = AT_TEXT;
	}
	p->ntag = c == '-' ? (uint8_t)(p->ntag < 2 ? p->ntag + 1 : 2) : 0;
}

static void
step(struct dis_ctx *ctx, struct http_page *p, char c)
{
	switch ((enum mode)p->mode) {
	case AT_TEXT:
	case AT_VALUE:
		if (c != '<') {
			if (p->mode == AT_VALUE) {
				add_text(p, c);
			}
			return;
		}
		if (p->mode == AT_VALUE) {
			tell(ctx, p);
		}
		p->mode = AT_TAG;
		p->ntag = 0;
		return;
	case AT_TAG: in_tag(p, c); return;
	case AT_INSIDE:
		if (c == '>') {
			tag_end(p);
		} else if (p->what == WHAT_ROOT) {
			add_text(p, c);
		}
		return;
	case AT_COMMENT: in_comment(p, c); return;
	}
}

void
http_page(struct dis_ctx *ctx, struct rd piece)
{
	struct http_state *st = ctx->state;
	struct http_page *p = &st->page;

	if (p->budget == 0 || ctx->side == ctx->client) {
		return;
	}
	while (rd_left(&piece) > 0 && p->budget > 0) {
		p->budget--;
		step(ctx, p, (char)rd_u8(&piece));
	}
}
