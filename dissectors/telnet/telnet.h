/*
 * telnet: what the parts of this folder share.
 */
#ifndef OTUS_DISSECTORS_TELNET_TELNET_H
#define OTUS_DISSECTORS_TELNET_TELNET_H

#include "dissectors/line.h"
#include "dissectors/registry.h"

#define TELNET_LINE_MAX  256 /* ours: a longer one is told in pieces       */
#define TELNET_ABOUT_MAX 200 /* of what a server says before it asks       */

enum telnet_field { TELNETF_OPTION = EV_PROTO_BASE, TELNETF_TEXT, TELNETF_END };

/* What a server waits for. */
enum telnet_prompt { TELNET_NONE, TELNET_USER, TELNET_PASSWORD };

/* What outlives a line. */
struct telnet_state {
	uint8_t prompt; /* enum telnet_prompt: the last, unanswered */
	bool asked;     /* there was one, or the client has typed   */
	bool named;     /* the client has given a name              */
	bool tried;     /* a password was sent, and no prompt since */
	bool failed;    /* ... and that was told                    */
	bool over;      /* nothing more is read                     */
	bool cr[2];     /* a side's last line ended with CR         */
	uint8_t lines;  /* of the server                            */
	uint8_t inputs; /* lines of the client that nobody asked for */
	uint8_t about_n;
	uint8_t about[TELNET_ABOUT_MAX];
};

/* Text that can be seen, of what a terminal is sent: at most
 * TELNET_LINE_MAX octets. */
size_t telnet_clean(struct rd text, uint8_t ret[TELNET_LINE_MAX]);
enum telnet_prompt telnet_prompt_of(struct rd text);

/* login.c: a line of a server, what it asks, a line of a client. */
void telnet_said(struct dis_ctx *, struct rd text);
void telnet_asks(struct dis_ctx *, struct rd text, enum telnet_prompt);
void telnet_typed(struct dis_ctx *, struct rd text);
struct ev *telnet_start(struct dis_ctx *, const char *op, uint32_t code);

#endif
