/*
 * decode_dump: what decode finds in each frame of a capture, one line a
 * frame, for comparison with other decoders (test_decode_diff.sh).
 *
 *	decode_dump FILE
 *		frame|end|l3|l4|src|dst|sport|dport|payload|vlans|tunnels|red
 *	decode_dump --time FILE
 *		nanoseconds a frame, frames held in memory; best of many rounds
 *
 * payload counts the bytes on the wire: those at hand and those missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "capture/replay.h"
#include "net/decode.h"

#define HELD_MAX  4096 /* frames: what fits the second-level cache */
#define HELD_SIZE 1024 /* bytes on average                         */
#define ROUNDS    2000

static void
on_problem(void *arg, const struct replay_problem *p)
{
	fprintf(stderr, "%s: %s\n", p->file, p->reason);
}

static void
print_ip(const struct pkt *p, const struct ev_ip *ip)
{
	char text[EV_IP_TEXT];

	if (p->ipver != 0) {
		(void)ev_ip_text(text, p->ipver, ip);
		fputs(text, stdout);
	}
	putchar('|');
}

static void
print_pkt(const struct pkt *p)
{
	static const char *const ends[] = {
	    "ok", "cut", "bad", "unknown", "deep"};
	static const char *const l3s[] = {"", "arp", "ip4", "ip6", "llc"};
	static const char *const l4s[] = {
	    "", "tcp", "udp", "icmp", "other", "frag"};

	printf("%llu|%s|%s|%s|", (unsigned long long)p->frame->number,
	    ends[p->end], l3s[p->l3], l4s[p->l4]);
	print_ip(p, &p->src);
	print_ip(p, &p->dst);
	printf("%u|%u|%zu|", p->sport, p->dport,
	    rd_left(&p->payload) + p->missing);
	for (int i = 0; i < p->vlan_n; i++) {
		printf("%s%u", i > 0 ? "," : "", p->vlan[i]);
	}
	printf("|%u|", p->tunnels);
	if (p->has_red) {
		printf("%s %x %u", p->red_hsr ? "hsr" : "prp", p->red_lan,
		    p->red_seq);
	}
	if (p->end == PKT_BAD) {
		printf("|%s at %u", p->reason, p->at);
	} else if (p->end == PKT_UNKNOWN) {
		printf("|link type %u, ethertype %04x", p->frame->linktype,
		    p->ethertype);
	}
	putchar('\n');
}

static void
dump(struct replay *r)
{
	struct frame f;
	struct pkt p;

	while (replay_next(r, &f) == 1) {
		decode_frame(&f, &p);
		print_pkt(&p);
	}
}

static void
measure(struct replay *r)
{
	static struct frame held[HELD_MAX];
	static uint8_t bytes[HELD_MAX * HELD_SIZE];
	uint64_t best = UINT64_MAX, sum = 0;
	size_t n = 0, used = 0;
	struct frame f;
	struct pkt p;

	while (n < HELD_MAX && replay_next(r, &f) == 1 &&
	       f.caplen <= sizeof(bytes) - used) {
		memcpy(bytes + used, f.data, f.caplen);
		f.data = bytes + used;
		used += f.caplen;
		held[n++] = f;
	}
	for (int round = 0; n > 0 && round < ROUNDS; round++) {
		uint64_t start = clock_mono_ns(), took;

		for (size_t i = 0; i < n; i++) {
			decode_frame(&held[i], &p);
			sum += p.sport;
		}
		took = clock_mono_ns() - start;
		best = took < best ? took : best;
	}
	printf("%zu frames, %.2f ns a frame (%llu)\n", n,
	    n > 0 ? (double)best / (double)n : 0.0, (unsigned long long)sum);
}

int
main(int argc, char **argv)
{
	bool timing = argc == 3 && strcmp(argv[1], "--time") == 0;
	struct replay *r;

	if (argc != 2 && !timing) {
		fprintf(stderr, "usage: decode_dump [--time] FILE\n");
		return 64;
	}
	if (replay_open(&argv[argc - 1], 1, on_problem, NULL, &r) < 0) {
		return 66;
	}
	if (timing) {
		measure(r);
	} else {
		dump(r);
	}
	replay_close(r);
	return 0;
}
