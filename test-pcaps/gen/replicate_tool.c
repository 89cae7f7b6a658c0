/*
 * replicate: makes a large capture of one large plant out of small captures.
 *
 *   replicate OUT PACKETS FILE:COPIES:GAP_MS...
 *
 * Each copy of a capture has stations of its own: new MAC and IPv4 addresses,
 * checksums mended (RFC 1624).  So that what the payload says of a station
 * stays true, the stations' IPv4 addresses in it are rewritten, too (socket
 * addresses of EtherNet/IP, originators of BACnet), and so are marks, from
 * which gen/plant_sim.py makes what no two devices of a plant have in common:
 * device instances, serial numbers.
 *
 * A copy starts at a moment of its own within the first seconds and, when its
 * capture ends, begins again after GAP_MS and a pause of up to a second, with
 * other ephemeral ports: the same stations, new connections.  All copies are
 * merged by time, so that the stamps ascend and flows interleave as on one
 * wire.  Writing stops after PACKETS.
 *
 * Reads Ethernet captures with libpcap; frames other than IPv4 and ARP pass
 * with a new source MAC only.  Deterministic.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCES_MAX 8
#define COPIES_MAX  4096
#define NAMES_MAX   256 /* stations of one capture */
#define FRAME_MAX   2048
#define ETHER_LEN   14
#define EPHEMERAL   32768 /* ports from here on are a client's ... */
#define PORT_ENIP   44818 /* ... but for these */
#define PORT_BACNET 47808
#define PLACES_MAX  4 /* of addresses and marks in one payload */
#define US          UINT64_C(1000000)

struct packet {
	uint64_t at_us; /* since the capture's first */
	uint32_t len;
	uint8_t *data;
	uint16_t places[PLACES_MAX]; /* of what is to be rewritten */
	unsigned nplaces;
};

struct source {
	struct packet *packets;
	size_t n, max;
	uint64_t gap_us;
	uint8_t macs[NAMES_MAX][6];
	uint8_t ips[NAMES_MAX][4];
	unsigned nmacs, nips;
};

/* One copy of a source at work. */
struct copy {
	const struct source *src;
	unsigned id;
	unsigned round;
	size_t next;
	uint64_t start_us; /* of this round */
	uint64_t due_us;   /* of the next packet */
};

static uint64_t
mix(uint64_t z)
{
	z += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static unsigned
get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 1624: the checksum after a 16-bit word under it changed. */
static void
mend(uint8_t *sum, unsigned old, unsigned new)
{
	uint32_t s = (~get16(sum) & 0xffff) + (~old & 0xffff) + new;

	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	put16(sum, ~s & 0xffff);
}

/* Number of a name of n bytes in a list of names, added when new. */
static unsigned
name_index(uint8_t *names, unsigned *count, size_t n, const uint8_t *name)
{
	unsigned i;

	for (i = 0; i < *count; i++) {
		if (memcmp(names + i * n, name, n) == 0)
			return i;
	}
	if (*count < NAMES_MAX) {
		memcpy(names + *count * n, name, n);
		(*count)++;
		return i;
	}
	return NAMES_MAX - 1;
}

static unsigned
find_mac(const struct source *s, const uint8_t *mac)
{
	for (unsigned i = 0; i < s->nmacs; i++) {
		if (memcmp(s->macs[i], mac, 6) == 0)
			return i;
	}
	return NAMES_MAX - 1;
}

static unsigned
find_ip(const struct source *s, const uint8_t *ip)
{
	for (unsigned i = 0; i < s->nips; i++) {
		if (memcmp(s->ips[i], ip, 4) == 0)
			return i;
	}
	return NAMES_MAX - 1;
}

static bool
is_own_ip(const uint8_t *ip)
{
	return ip[0] != 0 && ip[0] < 224 && ip[3] != 255;
}

static void
learn_names(struct source *s, const uint8_t *p, size_t len)
{
	if ((p[0] & 1) == 0)
		(void)name_index(s->macs[0], &s->nmacs, 6, p);
	(void)name_index(s->macs[0], &s->nmacs, 6, p + 6);
	if (get16(p + 12) == 0x0800 && len >= ETHER_LEN + 20) {
		for (size_t at = ETHER_LEN + 12; at <= ETHER_LEN + 16; at += 4)
			if (is_own_ip(p + at))
				(void)name_index(
				    s->ips[0], &s->nips, 4, p + at);
	}
}

static bool
source_add(struct source *s, const struct pcap_pkthdr *h, const u_char *data,
    uint64_t first_us)
{
	struct packet *p;
	size_t max;

	if (h->caplen != h->len || h->len < ETHER_LEN || h->len > FRAME_MAX)
		return true;
	if (s->n == s->max) {
		max = s->max != 0 ? s->max * 2 : 1024;
		p = realloc(s->packets, max * sizeof(*p));
		if (p == NULL)
			return false;
		s->packets = p;
		s->max = max;
	}
	p = &s->packets[s->n];
	memset(p, 0, sizeof(*p));
	p->data = malloc(h->len);
	if (p->data == NULL)
		return false;
	memcpy(p->data, data, h->len);
	p->len = h->len;
	p->at_us =
	    (uint64_t)h->ts.tv_sec * US + (uint64_t)h->ts.tv_usec - first_us;
	s->n++;
	learn_names(s, p->data, p->len);
	return true;
}

/* The payload of a whole TCP or UDP packet; 0 where there is none. */
static size_t
payload_at(const uint8_t *p, size_t len)
{
	const uint8_t *ip = p + ETHER_LEN;
	size_t at;

	if (len < ETHER_LEN + 20 || get16(p + 12) != 0x0800 ||
	    (get16(ip + 6) & 0x3fff) != 0)
		return 0;
	at = ETHER_LEN + (size_t)(ip[0] & 15) * 4;
	if (ip[9] == 17)
		return at + 8;
	return ip[9] == 6 && at + 20 <= len ? at + (p[at + 12] >> 4) * 4u : 0;
}

/* plant_sim.py: mark(), and the address of one that is heard of only. */
static bool
is_mark(const uint8_t *p)
{
	return (p[0] == 0x02 || p[0] == 10) && p[1] == 0x3a && p[2] == 0x5e;
}

static bool
is_station(const struct source *s, const uint8_t *ip)
{
	return is_own_ip(ip) && find_ip(s, ip) < s->nips;
}

static void
find_places(const struct source *s, struct packet *p)
{
	size_t at = payload_at(p->data, p->len);

	if (at == 0)
		return;
	while (at + 4 <= p->len && p->nplaces < PLACES_MAX) {
		if (is_mark(p->data + at) || is_station(s, p->data + at)) {
			p->places[p->nplaces++] = (uint16_t)at;
			at += 4;
		} else {
			at++;
		}
	}
}

static bool
source_load(struct source *s, const char *path)
{
	char why[PCAP_ERRBUF_SIZE] = "out of memory";
	struct pcap_pkthdr *h;
	const u_char *data;
	uint64_t first = 0;
	pcap_t *pcap = pcap_open_offline(path, why);
	bool ok = pcap != NULL && pcap_datalink(pcap) == DLT_EN10MB;

	while (ok && pcap_next_ex(pcap, &h, &data) == 1) {
		if (first == 0)
			first = (uint64_t)h->ts.tv_sec * US +
				(uint64_t)h->ts.tv_usec;
		ok = source_add(s, h, data, first);
	}
	for (size_t i = 0; i < s->n; i++)
		find_places(s, &s->packets[i]);
	if (!ok || s->n == 0)
		(void)fprintf(stderr, "replicate: %s: %s\n", path, why);
	if (pcap != NULL)
		pcap_close(pcap);
	return ok && s->n > 0;
}

static void
source_free(struct source *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->packets[i].data);
	free(s->packets);
}

/* --- rewriting ----------------------------------------------------------- */

static void
new_mac(const struct copy *c, uint8_t *mac)
{
	unsigned i;

	if ((mac[0] & 1) != 0)
		return;
	i = find_mac(c->src, mac);
	/* keeps the maker, so that vendors stay believable */
	mac[3] = (uint8_t)(c->id >> 8);
	mac[4] = (uint8_t)c->id;
	mac[5] = (uint8_t)i;
}

static void
new_ip(const struct copy *c, uint8_t ip[4])
{
	if (!is_own_ip(ip))
		return;
	ip[3] = (uint8_t)(find_ip(c->src, ip) + 1);
	ip[0] = 10;
	ip[1] = (uint8_t)(16 + (c->id >> 8));
	ip[2] = (uint8_t)c->id;
}

static bool
is_server_port(unsigned port)
{
	return port == PORT_ENIP || port == PORT_BACNET;
}

static unsigned
new_port(const struct copy *c, unsigned port)
{
	if (port < EPHEMERAL || is_server_port(port))
		return port;
	port = EPHEMERAL + (port - EPHEMERAL + c->round * 131) % EPHEMERAL;
	return is_server_port(port) ? port - EPHEMERAL : port;
}

/* Both addresses; sum is the transport's checksum, NULL for none. */
static void
rewrite_addresses(const struct copy *c, uint8_t *ip, uint8_t *sum)
{
	uint8_t old[8];

	memcpy(old, ip + 12, sizeof(old));
	new_ip(c, ip + 12);
	new_ip(c, ip + 16);
	for (size_t i = 0; i < sizeof(old); i += 2) {
		mend(ip + 10, get16(old + i), get16(ip + 12 + i));
		if (sum != NULL)
			mend(sum, get16(old + i), get16(ip + 12 + i));
	}
}

static void
rewrite_ports(const struct copy *c, uint8_t *l4, uint8_t *sum)
{
	for (size_t i = 0; i <= 2; i += 2) {
		unsigned old = get16(l4 + i), new = new_port(c, old);

		put16(l4 + i, new);
		mend(sum, old, new);
	}
}

/* Four octets under the checksum sum (NULL where there is none), from an odd
 * place on or from an even one. */
static void
rewrite_place(const struct copy *c, uint8_t *place, bool odd, uint8_t *sum)
{
	uint8_t old[4];

	memcpy(old, place, sizeof(old));
	if (is_station(c->src, place)) {
		new_ip(c, place);
	} else {
		place[1] = (uint8_t)(16 + (c->id >> 8));
		place[2] = (uint8_t)c->id;
	}
	for (unsigned i = 0; i < sizeof(old) && sum != NULL; i++) {
		unsigned shift = (i % 2 == 0) == odd ? 0 : 8;

		mend(sum, (unsigned)old[i] << shift,
		    (unsigned)place[i] << shift);
	}
}

static void
rewrite_payload(const struct copy *c, const struct packet *p, uint8_t *frame)
{
	uint8_t *l4 = frame + ETHER_LEN + (size_t)(frame[ETHER_LEN] & 15) * 4;
	uint8_t *sum = frame[ETHER_LEN + 9] == 6 ? l4 + 16 : l4 + 6;

	for (unsigned i = 0; i < p->nplaces; i++) {
		uint8_t *place = frame + p->places[i];
		bool has_sum = frame[ETHER_LEN + 9] == 6 || get16(sum) != 0;

		rewrite_place(
		    c, place, (place - l4) % 2 != 0, has_sum ? sum : NULL);
	}
}

static void
rewrite_ip(const struct copy *c, uint8_t *p, size_t len)
{
	uint8_t *ip = p + ETHER_LEN, *l4, *sum = NULL;
	size_t head;
	bool udp_without_sum;

	if (len < ETHER_LEN + 20)
		return;
	head = (size_t)(ip[0] & 15) * 4;
	if (head < 20 || len < ETHER_LEN + head + 20 ||
	    (get16(ip + 6) & 0x1fff) != 0) {
		rewrite_addresses(c, ip, NULL);
		return;
	}
	l4 = ip + head;
	udp_without_sum = ip[9] == 17 && get16(l4 + 6) == 0;
	if (ip[9] == 6)
		sum = l4 + 16;
	else if (ip[9] == 17 && !udp_without_sum)
		sum = l4 + 6;
	rewrite_addresses(c, ip, sum);
	if (sum != NULL)
		rewrite_ports(c, l4, sum);
}

static void
rewrite(const struct copy *c, uint8_t *p, size_t len)
{
	new_mac(c, p);
	new_mac(c, p + 6);
	if (get16(p + 12) == 0x0800) {
		rewrite_ip(c, p, len);
	} else if (get16(p + 12) == 0x0806 && len >= ETHER_LEN + 28) {
		new_mac(c, p + ETHER_LEN + 8);
		new_ip(c, p + ETHER_LEN + 14);
		if (get16(p + ETHER_LEN + 6) == 2)
			new_mac(c, p + ETHER_LEN + 18);
		new_ip(c, p + ETHER_LEN + 24);
	}
}

/* --- merging ------------------------------------------------------------- */

/* A heap of copies, the one whose packet is due first on top. */
static bool
before(const struct copy *a, const struct copy *b)
{
	return a->due_us != b->due_us ? a->due_us < b->due_us : a->id < b->id;
}

static void
sink(struct copy **heap, size_t n, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		struct copy *held = heap[i];

		if (child >= n)
			return;
		if (child + 1 < n && before(heap[child + 1], heap[child]))
			child++;
		if (!before(heap[child], held))
			return;
		heap[i] = heap[child];
		heap[child] = held;
		i = child;
	}
}

static void
advance(struct copy *c)
{
	const struct source *s = c->src;

	if (++c->next == s->n) {
		c->next = 0;
		c->round++;
		c->start_us += s->packets[s->n - 1].at_us + s->gap_us +
			       mix((uint64_t)c->id << 32 | c->round) % US;
	}
	c->due_us = c->start_us + s->packets[c->next].at_us;
}

static void
put32_le(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static bool
write_all(FILE *out, struct copy **heap, size_t n, uint64_t packets)
{
	/* a Tuesday; stamps are what a plant's would be */
	const uint64_t start_us = UINT64_C(1709625600) * US;
	uint8_t head[24] = {0}, record[16], frame[FRAME_MAX];
	bool ok;

	put32_le(head, 0xa1b2c3d4);
	put32_le(head + 4, 2 | 4 << 16);
	put32_le(head + 16, 262144);
	put32_le(head + 20, DLT_EN10MB);
	ok = fwrite(head, sizeof(head), 1, out) == 1;
	for (uint64_t i = 0; i < packets && ok; i++) {
		struct copy *c = heap[0];
		const struct packet *p = &c->src->packets[c->next];
		uint64_t at = start_us + c->due_us;

		memcpy(frame, p->data, p->len);
		rewrite(c, frame, p->len);
		rewrite_payload(c, p, frame);
		put32_le(record, (uint32_t)(at / US));
		put32_le(record + 4, (uint32_t)(at % US));
		put32_le(record + 8, p->len);
		put32_le(record + 12, p->len);
		ok = fwrite(record, sizeof(record), 1, out) == 1 &&
		     fwrite(frame, p->len, 1, out) == 1;
		advance(c);
		sink(heap, n, 0);
	}
	return ok;
}

/* --- arguments ----------------------------------------------------------- */

static bool
parse_number(const char *s, char **end, uint64_t max, uint64_t *ret)
{
	unsigned long long v;

	errno = 0;
	v = strtoull(s, end, 10);
	if (*end == s || errno != 0 || v > max)
		return false;
	*ret = v;
	return true;
}

/* FILE:COPIES:GAP_MS */
static bool
parse_source(const char *arg, struct source *s, uint64_t *ret_copies)
{
	char path[PATH_MAX], *end;
	const char *colon = strchr(arg, ':');
	uint64_t gap_ms = 0;

	if (colon == NULL || (size_t)(colon - arg) >= sizeof(path))
		return false;
	memcpy(path, arg, (size_t)(colon - arg));
	path[colon - arg] = '\0';
	if (!parse_number(colon + 1, &end, COPIES_MAX, ret_copies) ||
	    *end != ':' || !parse_number(end + 1, &end, 3600000, &gap_ms) ||
	    *end != '\0')
		return false;
	s->gap_us = gap_ms * 1000;
	return source_load(s, path);
}

/* Copies of all sources; their number, 0 on a bad argument. */
static size_t
make_copies(char **args, int nargs, struct source *sources, struct copy *copies)
{
	uint64_t want;
	size_t n = 0;

	for (int i = 0; i < nargs; i++) {
		if (!parse_source(args[i], &sources[i], &want) ||
		    n + want > COPIES_MAX) {
			(void)fprintf(stderr, "replicate: %s?\n", args[i]);
			return 0;
		}
		for (; want > 0; want--, n++) {
			copies[n] = (struct copy){.src = &sources[i],
			    .id = (unsigned)n,
			    .start_us = mix(n) % (5 * US)};
			copies[n].due_us = copies[n].start_us;
		}
	}
	return n;
}

/* 0, or an exit code. */
static int
write_file(const char *path, struct copy *copies, size_t n, uint64_t packets)
{
	static struct copy *heap[COPIES_MAX];
	FILE *out = fopen(path, "wb");
	bool ok = out != NULL;

	for (size_t i = 0; i < n; i++)
		heap[i] = &copies[i];
	for (size_t i = n; i-- > 0;)
		sink(heap, n, i);
	ok = ok && write_all(out, heap, n, packets);
	if (out != NULL && fclose(out) != 0)
		ok = false;
	if (!ok)
		(void)fprintf(
		    stderr, "replicate: %s: %s\n", path, strerror(errno));
	return ok ? 0 : 1;
}

int
main(int argc, char **argv)
{
	static struct source sources[SOURCES_MAX];
	static struct copy copies[COPIES_MAX];
	uint64_t packets = 0;
	size_t n;
	char *end;
	int rc = 1;

	if (argc < 4 || argc - 3 > SOURCES_MAX ||
	    !parse_number(argv[2], &end, UINT64_MAX, &packets)) {
		(void)fputs("usage: replicate OUT PACKETS "
			    "FILE:COPIES:GAP_MS...\n",
		    stderr);
		return 2;
	}
	n = make_copies(argv + 3, argc - 3, sources, copies);
	if (n > 0)
		rc = write_file(argv[1], copies, n, packets);
	for (int i = 0; i < SOURCES_MAX; i++)
		source_free(&sources[i]);
	return rc;
}
