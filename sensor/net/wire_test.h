/*
 * wire_test: crafts frames for the tests of net and collects what comes out.
 *
 * One conversation between a client (10.0.0.1) and a server (10.0.0.2); the
 * tests say what is sent, with which sequence number and when.
 */
#ifndef OTUS_NET_WIRE_TEST_H
#define OTUS_NET_WIRE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "dissectors/registry.h"
#include "event/ev_json.h"
#include "net/net.h"

/* Not every test needs all of this. */
#define WIRE static __attribute__((unused))

struct wire {
	struct net *net;
	uint64_t number, ts_ns;
	uint8_t frame[65600];
	char out[1 << 20]; /* event lines */
	struct json json;
	unsigned events[EV_KIND_COUNT];
	unsigned ticks;
	uint16_t ip_id;
	/* of the frames to come: tag, bytes that the capture cuts off, bytes
	 * that the IP header has too many */
	uint16_t vlan, cut, announce;
	uint8_t clone; /* other network cards: 1 at its source, 2 at its end */
	/* frames that are handed over at_once, 0 = one by one */
	size_t at_once, held;
	struct frame wait[NET_AHEAD];
	uint8_t wait_bytes[NET_AHEAD][256];
};

/* Hands over what is held. */
WIRE void
wire_flush(struct wire *w)
{
	net_frames(w->net, w->wait, w->held);
	w->held = 0;
}

WIRE void
wire_put(struct wire *w, const struct frame *f)
{
	struct frame *h = &w->wait[w->held];

	if (w->at_once == 0) {
		net_frame(w->net, f);
		return;
	}
	assert_true(f->caplen <= sizeof w->wait_bytes[0]);
	memcpy(w->wait_bytes[w->held], f->data, f->caplen);
	*h = *f;
	h->data = w->wait_bytes[w->held];
	if (++w->held == w->at_once) {
		wire_flush(w);
	}
}

WIRE void
wire_event(void *arg, struct ev *e, struct link *link)
{
	struct wire *w = arg;

	(void)link;
	w->events[e->kind]++;
	ev_json(&w->json, e, NULL, NULL);
	json_line_end(&w->json);
}

WIRE void
wire_tick(void *arg, uint64_t ns)
{
	struct wire *w = arg;

	(void)ns;
	w->ticks++;
}

WIRE struct wire *
wire_new(bool links)
{
	struct wire *w = calloc(1, sizeof *w);
	struct net_options opt = {.links = links};
	struct net_sink sink = {
	    .event = wire_event, .tick = wire_tick, .arg = w};

	assert_non_null(w);
	json_init(&w->json, w->out, sizeof w->out, NULL, NULL);
	w->ts_ns = 1000 * NS_PER_SEC;
	assert_int_equal(net_new(&opt, &sink, &w->net), 0);
	return w;
}

WIRE void
wire_free(struct wire *w)
{
	net_free(w->net);
	free(w);
}

/* Event lines so far, as one text. */
WIRE const char *
wire_text(struct wire *w)
{
	assert_int_equal(w->json.err, 0);
	w->out[w->json.used] = '\0';
	return w->out;
}

WIRE void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

WIRE void
put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

struct wire_ends {
	uint32_t src, dst;
	uint16_t sport, dport;
};

#define WIRE_CLIENT 0x0a000001u
#define WIRE_SERVER 0x0a000002u
#define WIRE_PORT   40000

WIRE struct wire_ends
wire_to(uint16_t port)
{
	return (struct wire_ends){WIRE_CLIENT, WIRE_SERVER, WIRE_PORT, port};
}

WIRE struct wire_ends
wire_from(uint16_t port)
{
	return (struct wire_ends){WIRE_SERVER, WIRE_CLIENT, port, WIRE_PORT};
}

/* Ethernet and IPv4 in front of n bytes of proto; sends the frame. */
WIRE void
wire_ip(struct wire *w, struct wire_ends e, uint8_t proto, size_t n)
{
	uint8_t *p = w->frame;
	struct frame f = {0};

	memcpy(p, "\x02\0\0\0\0\0\x02\0\0\0\0\0\x08\0", 14);
	put32(p + 2, e.dst);
	put32(p + 8, e.src);
	p[1] = w->clone & 2;
	p[7] = w->clone & 1;
	memset(p + 14, 0, 20);
	p[14] = 0x45;
	put16(p + 16, (uint32_t)(20 + n + w->announce));
	put16(p + 18, ++w->ip_id);
	p[22] = 64;
	p[23] = proto;
	put32(p + 26, e.src);
	put32(p + 30, e.dst);
	n += 34;
	if (w->vlan != 0) {
		memmove(p + 16, p + 12, n - 12);
		put16(p + 12, 0x8100);
		put16(p + 14, w->vlan);
		n += 4;
	}
	f.data = p;
	f.len = (uint32_t)n;
	f.caplen = f.len - w->cut;
	f.ts_ns = w->ts_ns;
	f.number = ++w->number;
	f.linktype = LINKTYPE_ETHERNET;
	wire_put(w, &f);
	w->ts_ns += NS_PER_MS;
}

WIRE void
wire_tcp(struct wire *w, struct wire_ends e, uint32_t seq, uint32_t ack,
    uint8_t flags, const void *bytes, size_t n)
{
	uint8_t *p = w->frame + 34;

	memset(p, 0, 20);
	put16(p, e.sport);
	put16(p + 2, e.dport);
	put32(p + 4, seq);
	put32(p + 8, ack);
	p[12] = 0x50;
	p[13] = flags;
	put16(p + 14, 0x2000);
	if (n != 0) {
		/* wire_read() fills them as the last argument of the call. */
		/* cppcheck-suppress uninitvar */
		memcpy(p + 20, bytes, n);
	}
	wire_ip(w, e, 6, 20 + n);
}

WIRE void
wire_udp(struct wire *w, struct wire_ends e, const void *bytes, size_t n)
{
	uint8_t *p = w->frame + 34;

	put16(p, e.sport);
	put16(p + 2, e.dport);
	put16(p + 4, (uint32_t)(8 + n));
	put16(p + 6, 0);
	memcpy(p + 8, bytes, n);
	wire_ip(w, e, 17, 8 + n);
}

/* Modbus: read 2 holding registers at addr, and its reply. */
WIRE size_t
wire_read(uint8_t *p, uint16_t txn, uint16_t addr)
{
	put16(p, txn);
	put16(p + 2, 0);
	put16(p + 4, 6);
	p[6] = 1;
	p[7] = 3;
	put16(p + 8, addr);
	put16(p + 10, 2);
	return 12;
}

WIRE size_t
wire_reply(uint8_t *p, uint16_t txn, uint16_t value)
{
	put16(p, txn);
	put16(p + 2, 0);
	put16(p + 4, 7);
	p[6] = 1;
	p[7] = 3;
	p[8] = 4;
	put16(p + 9, value);
	put16(p + 11, value);
	return 13;
}

WIRE unsigned
wire_count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++) {
		n++;
	}
	return n;
}

#endif
