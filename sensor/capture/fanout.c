/*
 * fanout: the program, as a listing with labels, and the socket options.
 *
 * Reference: Linux Documentation/networking/filter.rst (classic BPF and its
 * extensions) and packet(7).  Offsets from SKF_NET_OFF count from the
 * network header: behind the link layer, and behind a VLAN tag that the
 * kernel has taken out.  Tags that are still there are stepped over.  A load
 * beyond the frame ends the program with 0: member 0.
 *
 * The kernel takes the answer modulo the number of members.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <assert.h>
#include <errno.h>

#include "capture/fanout.h"

enum label {
	NEXT, /* the instruction that follows */
	HSR_1,
	VLAN_1,
	STEP_1,
	HSR_2,
	VLAN_2,
	STEP_2,
	HSR_3,
	VLAN_3,
	STEP_3,
	TYPE,
	IP4,
	UDP4,
	PAIR4,
	IP6,
	UDP6,
	PAIR6,
	ARP,
	MIX,
	ZERO,
	LABELS
};

/* One line of the listing: an instruction, or (code PLACE) a label. */
struct line {
	uint16_t code;
	uint8_t yes, no;
	uint32_t k;
};

#define PLACE 0xffff

/* clang-format off */
#define AT(label)          {PLACE, label, NEXT, 0}
#define OP(code, k)        {code, NEXT, NEXT, (uint32_t)(k)}
#define GO(label)          {BPF_JMP | BPF_JA, label, NEXT, 0}
#define IF(k, yes, no)     {BPF_JMP | BPF_JEQ | BPF_K, yes, no, (k)}
#define IF_ANY(k, yes, no) {BPF_JMP | BPF_JSET | BPF_K, yes, no, (k)}

#define LOAD_AD(field) \
	OP(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_##field)
/* At an offset behind the tags: X says how long those are. */
#define LOAD_8(at)   OP(BPF_LD | BPF_B | BPF_IND, SKF_NET_OFF + (at))
#define LOAD_16(at)  OP(BPF_LD | BPF_H | BPF_IND, SKF_NET_OFF + (at))
#define LOAD_32(at)  OP(BPF_LD | BPF_W | BPF_IND, SKF_NET_OFF + (at))
#define KEEP(slot)   OP(BPF_ST, slot)
#define X_FROM(slot) OP(BPF_LDX | BPF_MEM, slot)
#define A_TO_X       OP(BPF_MISC | BPF_TAX, 0)
#define XOR_X        OP(BPF_ALU | BPF_XOR | BPF_X, 0)

/* Scratch memory. */
#define TAGS_LEN 0
#define SUM      1

/*
 * A tag, with in A the type that announced it: IEEE 802.1Q and .1ad have
 * control and type, four bytes; HSR (IEC 62439-3) has path and size, sequence
 * and type, six.  Behind it, A is the type that it holds and X its end.
 */
#define TYPE_QINQ_OLD 0x9100
#define TYPE_HSR      0x892f
#define TAG(n)                                                     \
	IF(TYPE_HSR, HSR_##n, NEXT),                               \
	IF(ETH_P_8021Q, VLAN_##n, NEXT),                           \
	IF(ETH_P_8021AD, VLAN_##n, NEXT),                          \
	IF(TYPE_QINQ_OLD, VLAN_##n, TYPE),                         \
	AT(HSR_##n), OP(BPF_LD | BPF_IMM, 6), GO(STEP_##n),        \
	AT(VLAN_##n), OP(BPF_LD | BPF_IMM, 4),                     \
	AT(STEP_##n), OP(BPF_ALU | BPF_ADD | BPF_X, 0), A_TO_X,    \
	LOAD_16(-2)

/* What is sent to many. */
#define UNLESS_TO_MANY                    \
	LOAD_AD(PKTTYPE),                 \
	IF(PACKET_BROADCAST, ZERO, NEXT), \
	IF(PACKET_MULTICAST, ZERO, NEXT)

/* Tunnels, by IP protocol number; then A is the protocol still. */
#define PROTO_IPIP 4
#define PROTO_UDP  17
#define PROTO_IPV6 41
#define PROTO_GRE  47
#define PORT_VXLAN 4789 /* RFC 7348, section 5 */
#define UNLESS_TUNNEL               \
	IF(PROTO_IPIP, ZERO, NEXT), \
	IF(PROTO_IPV6, ZERO, NEXT), \
	IF(PROTO_GRE, ZERO, NEXT)

#define ADD_32(at) X_FROM(TAGS_LEN), LOAD_32(at), X_FROM(SUM), XOR_X, KEEP(SUM)

static const struct line listing[] = {
	OP(BPF_LDX | BPF_IMM, 0),
	LOAD_AD(PROTOCOL),
	TAG(1), TAG(2), TAG(3),

	AT(TYPE),
	OP(BPF_STX, TAGS_LEN),
	IF(ETH_P_IP, IP4, NEXT),
	IF(ETH_P_IPV6, IP6, NEXT),
	IF(ETH_P_ARP, ARP, ZERO),

	AT(IP4),
	UNLESS_TO_MANY,
	LOAD_8(9),				/* protocol		*/
	UNLESS_TUNNEL,
	IF(PROTO_UDP, UDP4, PAIR4),
	AT(UDP4),
	LOAD_16(6),				/* more, and offset	*/
	IF_ANY(0x3fff, PAIR4, NEXT),		/* no ports in each	*/
	LOAD_8(0),				/* header length	*/
	OP(BPF_ALU | BPF_AND | BPF_K, 0x0f),
	OP(BPF_ALU | BPF_LSH | BPF_K, 2),
	OP(BPF_ALU | BPF_ADD | BPF_X, 0),
	A_TO_X,
	LOAD_16(2),				/* destination port	*/
	X_FROM(TAGS_LEN),
	IF(PORT_VXLAN, ZERO, PAIR4),
	AT(PAIR4),
	LOAD_32(12), KEEP(SUM),
	ADD_32(16),
	GO(MIX),

	AT(IP6),
	UNLESS_TO_MANY,
	LOAD_8(6),				/* next header		*/
	UNLESS_TUNNEL,
	IF(PROTO_UDP, UDP6, PAIR6),
	AT(UDP6),
	LOAD_16(40 + 2),			/* destination port	*/
	IF(PORT_VXLAN, ZERO, PAIR6),
	AT(PAIR6),
	LOAD_32(8), KEEP(SUM),
	ADD_32(12), ADD_32(16), ADD_32(20),
	ADD_32(24), ADD_32(28), ADD_32(32), ADD_32(36),
	GO(MIX),

	AT(ARP),
	LOAD_16(4),				/* address lengths	*/
	IF(0x0604, NEXT, ZERO),
	LOAD_32(14), KEEP(SUM),			/* sender		*/
	ADD_32(24),				/* target		*/

	/* A is the pair, order forgotten: spread by Knuth's multiplier,
	 * 2^32 over the golden ratio, whose upper half is the better. */
	AT(MIX),
	OP(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1U),
	OP(BPF_ALU | BPF_RSH | BPF_K, 16),
	OP(BPF_RET | BPF_A, 0),

	AT(ZERO),
	OP(BPF_RET | BPF_K, 0),
};
/* clang-format on */

#define LINES (sizeof(listing) / sizeof(listing[0]))

/* Distance that a jump at instruction `at` has to a label. */
static uint8_t
distance(const size_t place[static LABELS], size_t at, uint8_t label)
{
	if (label == NEXT) {
		return 0;
	}
	assert(place[label] > at && place[label] - at - 1 <= UINT8_MAX);
	return (uint8_t)(place[label] - at - 1);
}

size_t
fanout_program(struct sock_filter ret[static FANOUT_PROGRAM_MAX])
{
	size_t place[LABELS] = {0}, n = 0;
	const struct line *l;

	for (l = listing; l < listing + LINES; l++) {
		if (l->code == PLACE) {
			place[l->yes] = n;
		} else {
			n++;
		}
	}
	assert(n <= FANOUT_PROGRAM_MAX);
	n = 0;
	for (l = listing; l < listing + LINES; l++) {
		if (l->code == PLACE) {
			continue;
		}
		ret[n] = (struct sock_filter){.code = l->code, .k = l->k};
		if (l->code == (BPF_JMP | BPF_JA)) {
			ret[n].k = distance(place, n, l->yes);
		} else if (BPF_CLASS(l->code) == BPF_JMP) {
			ret[n].jt = distance(place, n, l->yes);
			ret[n].jf = distance(place, n, l->no);
		}
		n++;
	}
	return n;
}

static int
set_option(int fd, int level, int option, const void *p, size_t n)
{
	if (setsockopt(fd, level, option, p, (socklen_t)n) == 0) {
		return 0;
	}
	switch (errno) {
	case EPERM: return ERR_PERM;
	case EINVAL: /* kernel without the fan-out type */
	case ENOPROTOOPT:
	case EOPNOTSUPP: return ERR_UNSUPPORTED;
	default: return ERR_IO;
	}
}

int
fanout_shut(int fd)
{
	struct sock_filter none[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
	const struct sock_fprog program = {1, none};

	return set_option(
	    fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int
fanout_open(int fd)
{
	const int unused = 0;

	return set_option(
	    fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused));
}

int
fanout_join(int fd, uint16_t group)
{
	const uint32_t how = group | (uint32_t)PACKET_FANOUT_CBPF << 16;
	struct sock_filter code[FANOUT_PROGRAM_MAX];
	struct sock_fprog program = {.filter = code};
	int rc;

	program.len = (unsigned short)fanout_program(code);
	rc = set_option(fd, SOL_PACKET, PACKET_FANOUT, &how, sizeof(how));
	if (rc != 0) {
		return rc;
	}
	/* The program is the group's: each member brings the same. */
	return set_option(
	    fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof(program));
}
