/*
 * stack: see stack.h.
 *
 * Options are a letter each, in the order in which they stand: M maximum
 * segment size, W window scale, S selective acknowledgement permitted,
 * T time stamps, N nothing, E the end, ? any other (RFC 9293, 7323, 2018).
 *
 * An answer has only options that were offered: the same stack answers in two
 * or three forms.  Left out is who looks like others: VxWorks, QNX and NetBSD
 * send the options of 4.4BSD in its order, without any there are dozens, and
 * small stacks differ by their configuration.
 */
#include <string.h>

#include "net/engine.h"
#include "net/net_impl.h"
#include "net/report.h"
#include "net/stack.h"

#define OPTIONS_MAX 16
#define HOPS_MAX    8 /* routers between a sensor and what is in its plant */

enum { SYN = 1, ANSWER = 2, EITHER = SYN | ANSWER };

/* What a window has to be beside the rest. */
enum window { ANY, IS, IS_NOT, SEGMENTS };

#define FORM "TCP SYN: TTL "

static const struct form {
	struct stack_guess guess;
	uint8_t ttl;     /* that it starts with             */
	uint8_t which;   /* a SYN, its answer               */
	bool whole;      /* IPv4: is not to be fragmented   */
	uint8_t window;  /* enum window                     */
	uint16_t number; /* bytes, or segments of the size  */
	const char *options;
} forms[] = {
    /* Since 2.4, Android too: tcp_output.c writes them in this order. */
    {{"Linux", FORM "64; mss,sok,ts,nop,ws"}, 64, EITHER, true, ANY, 0,
	"MSTNW"},
    /* To who offers no time stamps; OpenBSD answers so, too, from 16 KiB. */
    {{"Linux", FORM "64; mss,nop,nop,sok,nop,ws"}, 64, ANSWER, true, IS_NOT,
	16384, "MNNSNW"},
    /* Nobody else starts with 128 and has these: Vista to 11, and servers. */
    {{"Windows", FORM "128; mss,nop,ws,nop,nop,sok"}, 128, EITHER, true, ANY, 0,
	"MNWNNS"},
    {{"Windows", FORM "128; mss,nop,ws,sok,ts"}, 128, EITHER, true, ANY, 0,
	"MNWST"},
    /* 2000, XP, Server 2003: no window scale unless it is asked for. */
    {{"Windows", FORM "128; mss,nop,nop,sok"}, 128, EITHER, true, ANY, 0,
	"MNNS"},
    {{"Windows", FORM "128; mss,nop,ws,nop,nop,ts,nop,nop,sok"}, 128, EITHER,
	true, ANY, 0, "MNWNNTNNS"},
    /* Darwin: the end of the list is written out, the window is the most. */
    {{"macOS or iOS", FORM "64; mss,nop,ws,nop,nop,ts,sok,eol"}, 64, SYN, true,
	IS, 65535, "MNWNNTSE"},
    /* tcp_output.c; firewalls that are made of it as well. */
    {{"FreeBSD", FORM "64; mss,nop,ws,sok,ts"}, 64, SYN, true, IS, 65535,
	"MNWST"},
    {{"OpenBSD", FORM "64; mss,nop,nop,sok,nop,ws,nop,nop,ts"}, 64, SYN, true,
	IS, 16384, "MNNSNWNNT"},
    /* Its window is 4128 bytes unless configured. */
    {{"Cisco IOS", FORM "255; mss, window 4128"}, 255, EITHER, false, IS, 4128,
	"M"},
    /* opt.h: TCP_WND is four segments, and nothing but their size is said. */
    {{"lwIP", FORM "255; mss, window of 4 segments"}, 255, EITHER, false,
	SEGMENTS, 4, "M"},
};

/* The options' letters; false where there are more than any has. */
static bool
letters(struct rd r, char text[OPTIONS_MAX], uint16_t *ret_mss)
{
	size_t n = 0;

	while (rd_left(&r) > 0) {
		uint8_t kind = rd_u8(&r), len;

		if (n + 1 == OPTIONS_MAX) {
			return false;
		}
		if (kind <= 1) {
			text[n++] = kind == 0 ? 'E' : 'N';
			if (kind == 0) {
				break;
			}
			continue;
		}
		len = rd_u8(&r);
		if (kind == 2 && len == 4) {
			*ret_mss = rd_be16(&r);
		} else {
			rd_skip(&r, len >= 2 ? len - 2u : rd_left(&r) + 1);
		}
		text[n++] = kind == 2   ? 'M'
			    : kind == 3 ? 'W'
			    : kind == 4 ? 'S'
			    : kind == 8 ? 'T'
					: '?';
	}
	text[n] = '\0';
	return rd_ok(&r);
}

static bool
is_whole(const struct pkt *p)
{
	struct rd r = p->ip;

	rd_skip(&r, 6);
	return p->ipver != 4 || (rd_u8(&r) & 0x40) != 0;
}

static bool
window_fits(const struct form *f, uint16_t window, uint16_t mss)
{
	switch ((enum window)f->window) {
	case IS: return window == f->number;
	case IS_NOT: return window != f->number;
	case SEGMENTS: return mss != 0 && window == f->number * mss;
	case ANY: break;
	}
	return true;
}

const struct stack_guess *
stack_of(const struct pkt *p)
{
	uint8_t which = p->tcp_flags & PKT_ACK ? ANSWER : SYN;
	char text[OPTIONS_MAX];
	uint16_t mss = 0;

	if (!letters(p->options, text, &mss)) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		const struct form *f = &forms[i];

		if (p->ttl <= f->ttl && p->ttl + HOPS_MAX >= f->ttl &&
		    (f->which & which) && (!f->whole || is_whole(p)) &&
		    strcmp(f->options, text) == 0 &&
		    window_fits(f, p->window, mss)) {
			return &f->guess;
		}
	}
	return NULL;
}

static void
tell(struct net *n, const struct pkt *p, const struct stack_guess *g)
{
	struct ev *e = engine_event(n, NULL, 0, EV_IDENTITY);

	e->vlan_n = p->vlan_n;
	memcpy(e->vlan, p->vlan, sizeof e->vlan);
	if (p->smac != NULL) {
		memcpy(e->src.mac, p->smac, 6);
		e->src.has_mac = true;
	}
	e->src.ipver = p->ipver;
	e->src.ip = p->src;
	e->flags |= EV_HAS_SUBJECT;
	e->subject = e->src;
	ev_name(e, EVF_KEY, "os");
	ev_name(e, EVF_VALUE, g->os);
	ev_name(e, EVF_VIA, g->via);
	ev_name(e, EVF_CLAIM, "guess");
	ev_uint(e, EVF_TTL, p->ttl);
	engine_tell(n, NULL, e);
}

void
stack_syn(struct net *n, const struct pkt *p)
{
	const struct stack_guess *g = stack_of(p);
	struct host *h;

	if (g == NULL || !report_is_unicast(p->ipver, &p->src) ||
	    ev_ip_is_public(p->ipver, &p->src)) {
		return;
	}
	h = host_get(
	    &n->hosts, p->ipver, &p->src, p->vlan, p->vlan_n, n->stream_ns);
	if (h != NULL && !h->guessed) {
		h->guessed = true;
		tell(n, p, g);
	}
}
