/*
 * Unit tests of the fan-out program, run by a small interpreter of classic
 * BPF with the kernel's extensions: which frames must meet, and which must
 * go to member 0.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "base/rd.h"
#include "capture/fanout.h"

/* A frame as the kernel shows it to the program. */
struct skb {
	uint16_t protocol;
	uint8_t pkttype;
	size_t n;
	uint8_t net[128]; /* from the network header on */
};

/* --- interpreter ---------------------------------------------------------*/

static bool
load(const struct skb *s, uint16_t size, uint32_t at, uint32_t *ret)
{
	struct rd r = rd_make(s->net, s->n);

	if (at == (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)) {
		*ret = s->protocol;
		return true;
	}
	if (at == (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)) {
		*ret = s->pkttype;
		return true;
	}
	/* Nothing else is read but behind the network header. */
	assert_true(at >= (uint32_t)SKF_NET_OFF);
	rd_skip(&r, at - (uint32_t)SKF_NET_OFF);
	*ret = size == BPF_W   ? rd_be32(&r)
	       : size == BPF_H ? rd_be16(&r)
			       : rd_u8(&r);
	return rd_ok(&r);
}

static uint32_t
alu(uint16_t op, uint32_t a, uint32_t b)
{
	switch (op) {
	case BPF_ADD: return a + b;
	case BPF_MUL: return a * b;
	case BPF_AND: return a & b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return a << b;
	case BPF_RSH: return a >> b;
	default: fail(); return 0;
	}
}

static uint32_t
run(const struct skb *s)
{
	struct sock_filter code[FANOUT_PROGRAM_MAX];
	size_t n = fanout_program(code);
	uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = {0};

	for (size_t pc = 0;; pc++) {
		const struct sock_filter *i = &code[pc];
		uint32_t b = BPF_SRC(i->code) == BPF_X ? x : i->k;

		assert_true(pc < n);
		switch (i->code) {
		case BPF_RET | BPF_A: return a;
		case BPF_RET | BPF_K: return i->k;
		case BPF_LD | BPF_IMM: a = i->k; continue;
		case BPF_LDX | BPF_IMM: x = i->k; continue;
		case BPF_LDX | BPF_MEM: x = mem[i->k]; continue;
		case BPF_ST: mem[i->k] = a; continue;
		case BPF_STX: mem[i->k] = x; continue;
		case BPF_MISC | BPF_TAX: x = a; continue;
		case BPF_JMP | BPF_JA: pc += i->k; continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			continue;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += (a & i->k) != 0 ? i->jt : i->jf;
			continue;
		default: break;
		}
		if (BPF_CLASS(i->code) == BPF_ALU) {
			a = alu(BPF_OP(i->code), a, b);
			continue;
		}
		assert_int_equal(BPF_CLASS(i->code), BPF_LD);
		b = BPF_MODE(i->code) == BPF_IND ? i->k + x : i->k;
		if (!load(s, BPF_SIZE(i->code), b, &a)) {
			return 0;
		}
	}
}

/* --- frames --------------------------------------------------------------*/

static void
put(struct skb *s, const void *p, size_t n)
{
	assert_true(s->n + n <= sizeof(s->net));
	memcpy(s->net + s->n, p, n);
	s->n += n;
}

static void
put16(struct skb *s, uint16_t v)
{
	v = htons(v);
	put(s, &v, 2);
}

static void
put_ip4(struct skb *s, uint8_t proto, uint16_t frag, const char *src,
    const char *dst)
{
	const uint8_t head[] = {
	    0x45, 0, 0, 60, /* version, length: 20; total length	*/
	    0x12, 0x34,     /* id					*/
	    (uint8_t)(frag >> 8), (uint8_t)frag, 64, proto, 0,
	    0, /* ttl, protocol, checksum		*/
	};
	uint32_t a[2];

	assert_int_equal(inet_pton(AF_INET, src, &a[0]), 1);
	assert_int_equal(inet_pton(AF_INET, dst, &a[1]), 1);
	put(s, head, sizeof(head));
	put(s, a, sizeof(a));
}

static struct skb
ip4(uint8_t proto, uint16_t frag, const char *src, const char *dst,
    uint16_t sport, uint16_t dport)
{
	struct skb s = {.protocol = ETH_P_IP, .pkttype = PACKET_OTHERHOST};

	put_ip4(&s, proto, frag, src, dst);
	put16(&s, sport);
	put16(&s, dport);
	return s;
}

static struct skb
ip6(uint8_t next, const char *src, const char *dst, uint16_t sport,
    uint16_t dport)
{
	struct skb s = {.protocol = ETH_P_IPV6, .pkttype = PACKET_OTHERHOST};
	const uint8_t head[] = {
	    0x60, 0, 0, 0,   /* version, class, label		*/
	    0, 20, next, 64, /* payload length, next header, hops	*/
	};
	uint8_t a[16];

	put(&s, head, sizeof(head));
	assert_int_equal(inet_pton(AF_INET6, src, a), 1);
	put(&s, a, 16);
	assert_int_equal(inet_pton(AF_INET6, dst, a), 1);
	put(&s, a, 16);
	put16(&s, sport);
	put16(&s, dport);
	return s;
}

static struct skb
arp(const char *sender, const char *target)
{
	struct skb s = {.protocol = ETH_P_ARP, .pkttype = PACKET_BROADCAST};
	const uint8_t head[] = {
	    0, 1, 0x08, 0,    /* Ethernet, IPv4			*/
	    6, 4, 0, 1,       /* address lengths, request		*/
	    2, 0, 0, 0, 0, 1, /* sender's MAC				*/
	};
	uint32_t ip;

	put(&s, head, sizeof(head));
	assert_int_equal(inet_pton(AF_INET, sender, &ip), 1);
	put(&s, &ip, 4);
	put(&s, (const uint8_t[6]){0}, 6);
	assert_int_equal(inet_pton(AF_INET, target, &ip), 1);
	put(&s, &ip, 4);
	return s;
}

/* The same frame behind a tag, which is what protocol now names. */
static struct skb
tagged(struct skb s, uint16_t type, const void *tag, size_t n)
{
	struct skb t = {.protocol = type, .pkttype = s.pkttype};

	put(&t, tag, n);
	put16(&t, s.protocol);
	put(&t, s.net, s.n);
	return t;
}

static uint32_t
run_copy(struct skb s)
{
	return run(&s);
}

#define TCP 6
#define UDP 17

/* --- tests ---------------------------------------------------------------*/

static void
test_both_directions_and_all_ports_meet(void **state)
{
	uint32_t v =
	    run_copy(ip4(TCP, 0, "10.0.0.1", "10.0.0.9", 40000, 44818));

	assert_int_not_equal(v, 0);
	assert_int_equal(
	    v, run_copy(ip4(TCP, 0, "10.0.0.9", "10.0.0.1", 44818, 40000)));
	assert_int_equal(
	    v, run_copy(ip4(UDP, 0, "10.0.0.9", "10.0.0.1", 2222, 2222)));
	assert_int_not_equal(
	    v, run_copy(ip4(TCP, 0, "10.0.0.1", "10.0.0.8", 40000, 44818)));
}

static void
test_ip6_directions_meet(void **state)
{
	uint32_t v = run_copy(ip6(TCP, "fd00::1", "fd00::99", 40000, 502));

	assert_int_not_equal(v, 0);
	assert_int_equal(
	    v, run_copy(ip6(UDP, "fd00::99", "fd00::1", 502, 40000)));
	assert_int_not_equal(
	    v, run_copy(ip6(TCP, "fd00::1", "fd00::98", 40000, 502)));
	/* every word counts */
	assert_int_not_equal(
	    v, run_copy(ip6(TCP, "fd01::1", "fd00::99", 40000, 502)));
}

static void
test_fragments_follow_their_addresses(void **state)
{
	uint32_t v =
	    run_copy(ip4(UDP, 0, "10.0.0.1", "10.0.0.9", 47808, 47808));

	assert_int_equal(
	    v, run_copy(ip4(UDP, 0x2000, "10.0.0.1", "10.0.0.9", 1, 2)));
	/* A later fragment's bytes are no ports, whatever they look like. */
	assert_int_equal(
	    v, run_copy(ip4(UDP, 0x00b9, "10.0.0.1", "10.0.0.9", 4789, 4789)));
	assert_int_equal(
	    v, run_copy(ip4(UDP, 0x2000, "10.0.0.1", "10.0.0.9", 4789, 4789)));
}

static void
test_arp_goes_with_its_pair(void **state)
{
	uint32_t v = run_copy(ip4(TCP, 0, "10.0.0.1", "10.0.0.9", 1, 2));
	struct skb s = arp("10.0.0.1", "10.0.0.9");

	assert_int_equal(v, run(&s));
	assert_int_equal(v, run_copy(arp("10.0.0.9", "10.0.0.1")));
	s.net[5] = 6;
	assert_int_equal(run(&s), 0);
}

static void
test_what_is_sent_to_many_goes_to_member_0(void **state)
{
	struct skb s = ip4(UDP, 0, "10.0.0.1", "10.0.0.255", 47808, 47808);

	assert_int_not_equal(run(&s), 0);
	s.pkttype = PACKET_BROADCAST;
	assert_int_equal(run(&s), 0);
	s = ip4(UDP, 0, "10.0.0.1", "239.192.0.1", 2222, 2222);
	s.pkttype = PACKET_MULTICAST;
	assert_int_equal(run(&s), 0);
	s = ip6(UDP, "fe80::1", "ff02::1", 1, 2);
	s.pkttype = PACKET_MULTICAST;
	assert_int_equal(run(&s), 0);
}

static void
test_tunnels_go_to_member_0(void **state)
{
	static const uint8_t protos[] = {4, 41, 47};

	for (size_t i = 0; i < sizeof(protos); i++) {
		assert_int_equal(
		    run_copy(ip4(protos[i], 0, "10.0.0.1", "10.0.0.9", 1, 2)),
		    0);
		assert_int_equal(
		    run_copy(ip6(protos[i], "fd00::1", "fd00::9", 1, 2)), 0);
	}
	assert_int_equal(
	    run_copy(ip4(UDP, 0, "10.0.0.1", "10.0.0.9", 5555, 4789)), 0);
	assert_int_equal(
	    run_copy(ip6(UDP, "fd00::1", "fd00::9", 5555, 4789)), 0);
	/* TCP to that port is none */
	assert_int_not_equal(
	    run_copy(ip4(TCP, 0, "10.0.0.1", "10.0.0.9", 5555, 4789)), 0);
}

/* Options move the ports; do not fragment is no fragment. */
static void
test_vxlan_behind_ip_options_is_found(void **state)
{
	struct skb s = ip4(UDP, 0x4000, "10.0.0.1", "10.0.0.9", 1, 2);

	s.net[0] = 0x46;
	put16(&s, 5555);
	put16(&s, 4789);
	assert_int_equal(s.n, 28);
	assert_int_equal(run(&s), 0);
	s.net[27] = 0;
	assert_int_not_equal(run(&s), 0);
}

static void
test_tags_are_stepped_over(void **state)
{
	static const uint8_t control[] = {0x20, 0x64};
	/* path and size, sequence number */
	static const uint8_t hsr[] = {0x00, 0x58, 0x12, 0x34};
	struct skb s = ip4(UDP, 0, "10.0.0.1", "10.0.0.9", 1, 2);
	struct skb v = ip4(UDP, 0, "10.0.0.1", "10.0.0.9", 1, 4789);
	struct skb six = ip6(TCP, "fd00::1", "fd00::99", 40000, 502);
	struct skb ask = arp("10.0.0.1", "10.0.0.9");
	uint32_t want = run(&s), want6 = run(&six);

	for (int depth = 0; depth < 3; depth++) {
		s = depth == 1 ? tagged(s, 0x892f, hsr, 4)
			       : tagged(s, ETH_P_8021Q, control, 2);
		v = tagged(v, ETH_P_8021AD, control, 2);
		six = tagged(six, 0x9100, control, 2);
		ask = tagged(ask, ETH_P_8021Q, control, 2);
		assert_int_equal(run(&s), want);
		assert_int_equal(run(&v), 0);
		assert_int_equal(run(&six), want6);
		assert_int_equal(run(&ask), want);
	}
	/* deeper than that, and anything else, is member 0's */
	s = tagged(s, ETH_P_8021Q, control, 2);
	assert_int_equal(run(&s), 0);
}

static void
test_other_protocols_go_to_member_0(void **state)
{
	static const uint16_t types[] = {
	    0x88cc, 0x8892, 0x88b8, 0x8847, 0x8864, 0x0004, 0x0000};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct skb s = ip4(TCP, 0, "10.0.0.1", "10.0.0.9", 1, 2);

		s.protocol = types[i];
		assert_int_equal(run(&s), 0);
	}
}

static void
test_short_frames_go_to_member_0(void **state)
{
	const struct skb whole[] = {
	    ip4(TCP, 0, "10.0.0.1", "10.0.0.9", 1, 2),
	    ip6(TCP, "fd00::1", "fd00::9", 1, 2),
	    arp("10.0.0.1", "10.0.0.9"),
	};
	static const size_t needed[] = {20, 40, 28};

	for (size_t i = 0; i < 3; i++) {
		for (size_t n = 0; n < needed[i]; n++) {
			struct skb s = whole[i];

			s.n = n;
			assert_int_equal(run(&s), 0);
		}
	}
}

/* One master and its 200 devices: no member far from its share. */
static void
test_pairs_spread_over_members(void **state)
{
	char ip[32];

	for (uint32_t members = 2; members <= 8; members *= 2) {
		uint32_t count[8] = {0};

		for (int i = 2; i < 202; i++) {
			snprintf(ip, sizeof(ip), "192.168.17.%d", i);
			count[run_copy(ip4(TCP, 0, "192.168.17.1", ip, 1, 2)) %
			      members]++;
		}
		for (uint32_t m = 0; m < members; m++) {
			assert_in_range(count[m], 200 / members * 6 / 10,
			    200 / members * 14 / 10);
		}
	}
}

/* Any socket takes a filter, and the kernel checks it then. */
static void
test_program_is_accepted_by_the_kernel(void **state)
{
	struct sock_filter code[FANOUT_PROGRAM_MAX];
	struct sock_fprog program = {.filter = code};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	program.len = (unsigned short)fanout_program(code);
	assert_in_range(program.len, 1, FANOUT_PROGRAM_MAX);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			     sizeof(program)),
	    0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_both_directions_and_all_ports_meet),
	    cmocka_unit_test(test_ip6_directions_meet),
	    cmocka_unit_test(test_fragments_follow_their_addresses),
	    cmocka_unit_test(test_arp_goes_with_its_pair),
	    cmocka_unit_test(test_what_is_sent_to_many_goes_to_member_0),
	    cmocka_unit_test(test_tunnels_go_to_member_0),
	    cmocka_unit_test(test_vxlan_behind_ip_options_is_found),
	    cmocka_unit_test(test_tags_are_stepped_over),
	    cmocka_unit_test(test_other_protocols_go_to_member_0),
	    cmocka_unit_test(test_short_frames_go_to_member_0),
	    cmocka_unit_test(test_pairs_spread_over_members),
	    cmocka_unit_test(test_program_is_accepted_by_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
