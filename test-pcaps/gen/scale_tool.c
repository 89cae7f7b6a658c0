/*
 * scale: makes a capture of a site with as many devices as one asks for.
 *
 *   scale OUT DEVICES CONVERSATIONS POLLS
 *
 * Device i has a MAC, an IPv4 address and a VLAN with a subnet, which it shares
 * with PER_VLAN others (with fewer where there are few devices).  In each round
 * every device, in an order that mixes them, opens one conversation; which, and
 * with whom, the round's number modulo PEERS says:
 *
 *   0        TCP, Modbus: read device identification (who serves says it)
 *   1-3      TCP, Modbus: read holding registers
 *   4-6      UDP, BACnet/IP: ReadProperty of a present value
 *   7        TCP, port 20100: a protocol that nobody knows
 *   8        UDP, port 20200: likewise
 *   9        TCP, Modbus: read holding registers, in another VLAN: the server's
 *            side is a router's MAC
 *
 * So each device has PEERS servers, and is the server of about as many, and the
 * links are PEERS * DEVICES once there were as many conversations; then they
 * come again.  Before each round 0 of a device stands its ARP announcement.
 * TCP connections are whole, from SYN to the last ACK, with a client's port of
 * their own; in each conversation the request is made POLLS times, and answered.
 * The mix of packets depends on the number of conversations alone,
 * whatever the number of devices is: what differs is how many there are to
 * remember.
 *
 * Says what is in the file as JSON, on standard output, or where the file goes
 * there (OUT is -), on standard error.  Deterministic.
 */
#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES_MAX 1000000
#define PEERS       10
#define PER_VLAN    250
#define VLANS_FEW   8    /* that a small site has at least */
#define AT_ONCE     4096 /* conversations that interleave */
#define PACKET_US   100  /* between two packets */
#define POLLS_MAX   10000
#define OPENING     3 /* SYN, SYN, ACK; then request, reply */
#define CLOSING     3 /* FIN, FIN, ACK */
#define FRAME_MAX   256
#define ETHER_LEN   18 /* with the tag of 802.1Q */
#define IP_LEN      20
#define TCP_LEN     20
#define UDP_LEN     8
#define US          UINT64_C(1000000)

enum tcp_flag { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

struct site {
	uint32_t devices;
	uint32_t per_vlan;
	uint32_t stride; /* the order within a round */
	uint32_t polls;
};

/* One conversation at work. */
struct talk {
	uint32_t client, server;
	uint32_t nr; /* of the conversation in the file */
	unsigned what;
	unsigned step; /* the next one */
	unsigned poll; /* requests before that */
	bool announced;
};

struct frame {
	uint8_t data[FRAME_MAX];
	size_t len;
};

struct out {
	FILE *file;
	uint64_t packets;
	bool ok;
};

static void
put(struct frame *f, const void *data, size_t n)
{
	memcpy(f->data + f->len, data, n);
	f->len += n;
}

static void
put8(struct frame *f, unsigned v)
{
	f->data[f->len++] = (uint8_t)v;
}

static void
put16(struct frame *f, unsigned v)
{
	put8(f, v >> 8);
	put8(f, v);
}

static void
put32(struct frame *f, uint32_t v)
{
	put16(f, v >> 16);
	put16(f, v & 0xffff);
}

static void
set16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
put32_le(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* RFC 1071, begun with what a pseudo header adds. */
static unsigned
sum16(const uint8_t *p, size_t n, uint32_t s)
{
	for (size_t i = 0; i + 1 < n; i += 2)
		s += (uint32_t)p[i] << 8 | p[i + 1];
	if (n % 2 != 0)
		s += (uint32_t)p[n - 1] << 8;
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

/* --- who ----------------------------------------------------------------- */

static uint32_t
vlan_of(const struct site *s, uint32_t device)
{
	return device / s->per_vlan;
}

static void
put_mac(struct frame *f, uint32_t device)
{
	/* a controller's maker by turns */
	static const uint8_t maker[4][3] = {{0x00, 0x80, 0xf4},
	    {0x00, 0x00, 0xbc}, {0x00, 0x1b, 0x1b}, {0x00, 0xa0, 0x45}};

	put(f, maker[device % 4], 3);
	put8(f, device >> 16);
	put16(f, device & 0xffff);
}

static void
put_router_mac(struct frame *f, uint32_t vlan)
{
	static const uint8_t maker[3] = {0x00, 0x00, 0x0c};

	put(f, maker, sizeof(maker));
	put8(f, 1);
	put16(f, vlan);
}

static uint32_t
ip_of(const struct site *s, uint32_t device)
{
	return (UINT32_C(10) << 24) + (UINT32_C(16) << 16) +
	       (vlan_of(s, device) << 8) + device % s->per_vlan + 1;
}

/* How many devices the VLAN of one has; the last may have fewer. */
static uint32_t
neighbours(const struct site *s, uint32_t device)
{
	uint32_t first = vlan_of(s, device) * s->per_vlan;

	return s->devices - first < s->per_vlan ? s->devices - first
						: s->per_vlan;
}

static uint32_t
server_of(const struct site *s, uint32_t client, unsigned what)
{
	uint32_t n = neighbours(s, client), at = client % s->per_vlan;

	if (what == PEERS - 1)
		return (client + s->devices / 2) % s->devices;
	return client - at + (at + 1 + what) % n;
}

/* --- frames -------------------------------------------------------------- */

/* On the wire of the client's VLAN; to another VLAN through its router. */
static void
put_ether(
    struct frame *f, const struct site *s, const struct talk *t, bool reply)
{
	uint32_t vlan = vlan_of(s, t->client);
	bool far = vlan_of(s, t->server) != vlan;

	f->len = 0;
	for (int i = 0; i < 2; i++) {
		bool server = (i == 0) != reply;

		if (server && far)
			put_router_mac(f, vlan);
		else
			put_mac(f, server ? t->server : t->client);
	}
	put16(f, 0x8100);
	put16(f, 2 + vlan % 4000);
	put16(f, 0x0800);
}

static void
put_ip(struct frame *f, const struct site *s, const struct talk *t, bool reply,
    unsigned proto, size_t payload)
{
	size_t at = f->len;

	put16(f, 0x4500);
	put16(f, (unsigned)(IP_LEN + payload));
	put16(f, t->nr * 8 + t->step);
	put16(f, 0x4000);
	put8(f,
	    reply && vlan_of(s, t->server) != vlan_of(s, t->client) ? 63 : 64);
	put8(f, proto);
	put16(f, 0);
	put32(f, ip_of(s, reply ? t->server : t->client));
	put32(f, ip_of(s, reply ? t->client : t->server));
	set16(f->data + at + 10, sum16(f->data + at, IP_LEN, 0));
}

/* The sum of the transport's segment, which is the frame's last n bytes. */
static unsigned
transport_sum(const struct frame *f, size_t n, unsigned proto)
{
	/* the addresses stand before it */
	return sum16(f->data + f->len - n - 8, n + 8, proto + (uint32_t)n);
}

static unsigned
client_port(const struct talk *t)
{
	return 32768 + t->nr * 7919 % 27983;
}

static unsigned
server_port(const struct talk *t)
{
	return t->what == 7 ? 20100 : t->what == 8 ? 20200 : 502;
}

/* An object of the identification. */
static void
put_object(struct frame *f, unsigned id, const char *text)
{
	put8(f, id);
	put8(f, (unsigned)strlen(text));
	put(f, text, strlen(text));
}

/* 43/14: basic category, conformity 1, no more, three objects. */
static void
put_identification(struct frame *f, uint32_t device)
{
	static const uint8_t head[] = {0x2b, 0x0e, 0x01, 0x01, 0x00, 0x00, 3};
	char text[32];

	put(f, head, sizeof(head));
	put_object(f, 0, "Example Works");
	(void)snprintf(text, sizeof(text), "SC-%03" PRIu32, device % 40);
	put_object(f, 1, text);
	(void)snprintf(text, sizeof(text), "V%" PRIu32 ".%" PRIu32,
	    device % 3 + 1, device % 7);
	put_object(f, 2, text);
}

/* 3: four registers. */
static void
put_registers(struct frame *f, const struct talk *t, bool reply)
{
	put8(f, 3);
	if (reply) {
		put8(f, 8);
		for (unsigned i = 0; i < 4; i++)
			put16(f, 100 + i);
	} else {
		put16(f, t->client % 100 * 4);
		put16(f, 4);
	}
}

static void
put_modbus(struct frame *f, const struct talk *t, bool reply)
{
	size_t at = f->len;

	put16(f, (t->nr + t->poll) & 0xffff);
	put16(f, 0);
	put16(f, 0);
	put8(f, 1);
	if (t->what != 0)
		put_registers(f, t, reply);
	else if (reply)
		put_identification(f, t->server);
	else
		put32(f, 0x2b0e0100);
	set16(f->data + at + 4, (unsigned)(f->len - at - 6));
}

/* ReadProperty of analog-input 1, present-value (ASHRAE 135, 15.5). */
static void
put_bacnet(struct frame *f, const struct talk *t, bool reply)
{
	static const uint8_t object[] = {
	    0x0c, 0x00, 0x00, 0x00, 0x01, 0x19, 85};
	static const uint8_t value[] = {
	    0x3e, 0x44, 0x41, 0xa4, 0x00, 0x00, 0x3f};

	put16(f, 0x810a); /* BVLC: original unicast NPDU */
	put16(f, reply ? 23 : 17);
	put16(f, reply ? 0x0100 : 0x0104); /* NPDU: expecting a reply */
	if (reply)
		put8(f, 0x30); /* complex ACK */
	else
		put16(f, 0x0005); /* confirmed request, up to 1476 bytes */
	put8(f, t->nr + t->poll);
	put8(f, 12); /* ReadProperty */
	put(f, object, sizeof(object));
	if (reply)
		put(f, value, sizeof(value));
}

static void
put_payload(struct frame *f, const struct talk *t, bool reply)
{
	static const uint8_t unknown[] = {0xe1, 0x02, 0x03, 0x00, 0x11, 0x9a};

	if (t->what >= 4 && t->what <= 6)
		put_bacnet(f, t, reply);
	else if (t->what == 7 || t->what == 8)
		put(f, unknown, sizeof(unknown));
	else
		put_modbus(f, t, reply);
}

static bool
is_udp(unsigned what)
{
	return (what >= 4 && what <= 6) || what == 8;
}

static void
put_udp(struct frame *f, const struct site *s, const struct talk *t, bool reply)
{
	bool bacnet = t->what != 8;
	struct frame body = {.len = 0};
	unsigned a = bacnet ? 47808 : client_port(t);
	unsigned b = bacnet ? 47808 : server_port(t);

	put_payload(&body, t, reply);
	put_ip(f, s, t, reply, 17, UDP_LEN + body.len);
	put16(f, reply ? b : a);
	put16(f, reply ? a : b);
	put16(f, (unsigned)(UDP_LEN + body.len));
	put16(f, 0);
	put(f, body.data, body.len);
	set16(f->data + f->len - body.len - 2,
	    transport_sum(f, UDP_LEN + body.len, 17));
}

/* What a step of a connection is. */
struct segment {
	bool reply, data;
	unsigned flags;
	uint32_t asked, said; /* messages before it */
	bool syn[2], fin[2];  /* that stand before it */
};

static struct segment
segment_of(const struct site *s, const struct talk *t)
{
	static const struct {
		bool reply;
		unsigned flags;
	} opening[OPENING] = {{false, SYN}, {true, SYN | ACK}, {false, ACK}},
	  closing[CLOSING] = {
	      {false, FIN | ACK}, {true, FIN | ACK}, {false, ACK}};
	unsigned at = t->step;
	struct segment g = {.syn = {at > 0, at > 1}};

	if (at < OPENING) {
		g.reply = opening[at].reply;
		g.flags = opening[at].flags;
		return g;
	}
	at -= OPENING;
	g.asked = (at + 1) / 2;
	g.said = at / 2;
	if (at < 2 * s->polls) {
		g.reply = at % 2 != 0;
		g.data = true;
		g.flags = PSH | ACK;
		return g;
	}
	at -= 2 * s->polls;
	g.asked = g.said = s->polls;
	g.fin[0] = at > 0;
	g.fin[1] = at > 1;
	g.reply = closing[at].reply;
	g.flags = closing[at].flags;
	return g;
}

static void
put_tcp(struct frame *f, const struct site *s, const struct talk *t,
    const struct segment *g)
{
	struct frame asked = {.len = 0}, said = {.len = 0}, *body;
	uint32_t seq[2] = {t->nr * 4099, t->nr * 8209};
	size_t n;

	put_payload(&asked, t, false);
	put_payload(&said, t, true);
	seq[0] += g->syn[0] + g->asked * (uint32_t)asked.len + g->fin[0];
	seq[1] += g->syn[1] + g->said * (uint32_t)said.len + g->fin[1];
	body = g->reply ? &said : &asked;
	n = g->data ? body->len : 0;
	put_ip(f, s, t, g->reply, 6, TCP_LEN + n);
	put16(f, g->reply ? server_port(t) : client_port(t));
	put16(f, g->reply ? client_port(t) : server_port(t));
	put32(f, seq[g->reply]);
	put32(f, (g->flags & ACK) != 0 ? seq[!g->reply] : 0);
	put16(f, (TCP_LEN / 4) << 12 | g->flags);
	put16(f, 8192);
	put32(f, 0);
	put(f, body->data, n);
	set16(f->data + f->len - n - 4, transport_sum(f, TCP_LEN + n, 6));
}

/* RFC 5227: it asks for its own address. */
static void
put_announcement(struct frame *f, const struct site *s, const struct talk *t)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0, 1};
	static const uint8_t nobody[6];

	f->len = 0;
	put(f, all, 6);
	put_mac(f, t->client);
	put16(f, 0x8100);
	put16(f, 2 + vlan_of(s, t->client) % 4000);
	put16(f, 0x0806);
	put(f, head, sizeof(head));
	put_mac(f, t->client);
	put32(f, ip_of(s, t->client));
	put(f, nobody, 6);
	put32(f, ip_of(s, t->client));
}

/* --- the file ------------------------------------------------------------ */

static void
write_head(struct out *out)
{
	uint8_t head[24] = {0};

	put32_le(head, 0xa1b2c3d4);
	put32_le(head + 4, 2 | 4 << 16);
	put32_le(head + 16, 262144);
	put32_le(head + 20, DLT_EN10MB);
	out->ok = fwrite(head, sizeof(head), 1, out->file) == 1;
}

static void
write_frame(struct out *out, struct frame *f)
{
	/* a Tuesday, as in replicate */
	const uint64_t start_us = UINT64_C(1709625600) * US;
	uint64_t at = start_us + out->packets * PACKET_US;
	uint8_t record[16];

	while (f->len < 60)
		put8(f, 0);
	put32_le(record, (uint32_t)(at / US));
	put32_le(record + 4, (uint32_t)(at % US));
	put32_le(record + 8, (uint32_t)f->len);
	put32_le(record + 12, (uint32_t)f->len);
	out->ok = out->ok &&
		  fwrite(record, sizeof(record), 1, out->file) == 1 &&
		  fwrite(f->data, f->len, 1, out->file) == 1;
	out->packets++;
}

/* Its next packet; false when that was its last. */
static bool
talk_step(struct out *out, const struct site *s, struct talk *t)
{
	struct frame f;

	if (t->what == 0 && !t->announced) {
		t->announced = true;
		put_announcement(&f, s, t);
		write_frame(out, &f);
		return true;
	}
	if (is_udp(t->what)) {
		bool reply = t->step % 2 != 0;

		t->poll = t->step / 2;
		put_ether(&f, s, t, reply);
		put_udp(&f, s, t, reply);
	} else {
		struct segment g = segment_of(s, t);

		t->poll = g.said;
		put_ether(&f, s, t, g.reply);
		put_tcp(&f, s, t, &g);
	}
	write_frame(out, &f);
	t->step++;
	return t->step <
	       2 * s->polls + (is_udp(t->what) ? 0 : OPENING + CLOSING);
}

static void
talk_begin(const struct site *s, struct talk *t, uint32_t nr)
{
	uint32_t round = nr / s->devices, at = nr % s->devices;

	*t = (struct talk){.nr = nr, .what = round % PEERS};
	t->client = (uint32_t)((uint64_t)at * s->stride % s->devices);
	t->server = server_of(s, t->client, t->what);
}

/* Some at once, a packet of each in turn. */
static void
write_all(struct out *out, const struct site *s, uint32_t conversations)
{
	static struct talk talks[AT_ONCE];
	uint32_t next = 0, running = 0;

	write_head(out);
	while (running < AT_ONCE && next < conversations)
		talk_begin(s, &talks[running++], next++);
	while (running > 0 && out->ok) {
		for (uint32_t i = 0; i < running; i++) {
			if (talk_step(out, s, &talks[i]))
				continue;
			if (next < conversations)
				talk_begin(s, &talks[i], next++);
			else
				talks[i--] = talks[--running];
		}
	}
}

static uint32_t
common_divisor(uint32_t a, uint32_t b)
{
	while (b != 0) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static struct site
site_of(uint32_t devices)
{
	struct site s = {.devices = devices, .per_vlan = PER_VLAN};

	if (devices < PER_VLAN * VLANS_FEW)
		s.per_vlan = devices / VLANS_FEW;
	s.stride = devices * 3 / 5 | 1;
	while (common_divisor(s.stride, devices) != 1)
		s.stride += 2;
	return s;
}

static bool
parse_number(const char *s, uint32_t min, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (*s == '\0' || *end != '\0' || errno != 0 || v < min || v > max)
		return false;
	*ret = (uint32_t)v;
	return true;
}

int
main(int argc, char **argv)
{
	struct out out = {.ok = false};
	uint32_t devices, conversations, polls, vlans;
	bool piped = argc > 1 && strcmp(argv[1], "-") == 0;
	struct site s;

	/* every device has peers, and every server of one is another */
	if (argc != 5 ||
	    !parse_number(
		argv[2], VLANS_FEW * (PEERS + 1), DEVICES_MAX, &devices) ||
	    !parse_number(argv[3], 1, UINT32_MAX, &conversations) ||
	    !parse_number(argv[4], 1, POLLS_MAX, &polls)) {
		(void)fputs(
		    "usage: scale OUT DEVICES CONVERSATIONS POLLS\n", stderr);
		return 2;
	}
	s = site_of(devices);
	s.polls = polls;
	out.file = piped ? stdout : fopen(argv[1], "wb");
	if (out.file != NULL) {
		write_all(&out, &s, conversations);
		if (fclose(out.file) != 0)
			out.ok = false;
	}
	if (!out.ok) {
		(void)fprintf(
		    stderr, "scale: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	vlans = vlan_of(&s, devices - 1) + 1;
	(void)fprintf(piped ? stderr : stdout,
	    "{\"packets\": %" PRIu64 ", \"conversations\": %" PRIu32
	    ", \"devices\": %" PRIu32 ", \"routers\": %" PRIu32
	    ", \"links\": %" PRIu64 "}\n",
	    out.packets, conversations, devices, vlans,
	    conversations < (uint64_t)devices * PEERS
		? conversations
		: (uint64_t)devices * PEERS);
	return 0;
}
