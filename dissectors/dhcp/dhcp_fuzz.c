/*
 * dhcp_fuzz: datagrams of both sides, as net would hand them over.
 *
 *	way  { what len bytes }...
 *
 * way tells the ports; what tells the side, whether the datagram is a repeat
 * or cut, and whether its bytes are all of it.  Mostly they are options: no
 * fuzzer finds the cookie 236 bytes away, so a head is put before them here,
 * in which file and sname begin with the same bytes again.
 *
 * libFuzzer: -max_len=600 -entropic_scale_per_exec_time=1
 */
#include "dissectors/dhcp/dhcp.h"
#include "dissectors/harness.h"

extern const struct dissector dissector_dhcp;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WAY_RELAY   0x01 /* A has port 67, as B has */
#define WAY_ODD     0x02 /* neither has */
#define WAY_CLAIMED 0x04 /* no probe asked before */

#define WHAT_B    0x80
#define WHAT_ALL  0x40 /* the bytes are the datagram */
#define WHAT_DUP  0x20
#define WHAT_CUT  0x10
#define WHAT_IPS  0x08 /* all addresses are there */
#define WHAT_LESS 0x04 /* cut inside the head */

#define SNAME_AT  (DHCP_HEAD_LEN - DHCP_FILE_LEN - DHCP_SNAME_LEN)
#define COOKIE_AT DHCP_HEAD_LEN
#define BODY_AT   (DHCP_HEAD_LEN + 4)

static size_t
wrap(uint8_t *to, uint8_t what, const uint8_t *p, size_t n)
{
	static const uint8_t head[] = {1, 1, 6, 0, 1, 2, 3, 4};
	static const uint8_t cookie[] = {0x63, 0x82, 0x53, 0x63};
	static const uint8_t mac[] = {2, 0, 0, 0, 10, 1};

	memset(to, 0, BODY_AT);
	memcpy(to, head, sizeof(head));
	to[0] = what & WHAT_B ? DHCP_FROM_SERVER : DHCP_FROM_CLIENT;
	if (what & WHAT_IPS) {
		memset(to + 12, 10, 16);
	}
	memcpy(to + 28, mac, sizeof(mac));
	if (n != 0) {
		memcpy(
		    to + SNAME_AT, p, n < DHCP_SNAME_LEN ? n : DHCP_SNAME_LEN);
		memcpy(to + SNAME_AT + DHCP_SNAME_LEN, p,
		    n < DHCP_FILE_LEN ? n : DHCP_FILE_LEN);
		memcpy(to + BODY_AT, p, n);
	}
	memcpy(to + COOKIE_AT, cookie, sizeof(cookie));
	return what & WHAT_LESS ? n : BODY_AT + n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	uint8_t message[BODY_AT + UINT8_MAX];
	struct rd in = rd_make(data, size);
	uint8_t way = rd_u8(&in);

	if (h == NULL) {
		h = harness_new(&dissector_dhcp, DIS_UDP);
	}
	h->port[A] = way & WAY_ODD ? 40001 : way & WAY_RELAY ? 67 : 68;
	h->port[B] = way & WAY_ODD ? 40002 : 67;
	harness_reset(h);
	h->claimed = way & WAY_CLAIMED;
	while (rd_left(&in) > 2) {
		uint8_t what = rd_u8(&in), side = what & WHAT_B ? B : A;
		size_t n = rd_u8(&in);
		const uint8_t *p;

		n = n < rd_left(&in) ? n : rd_left(&in);
		p = rd_bytes(&in, n);
		if (!(what & WHAT_ALL)) {
			n = wrap(message, what, p, n);
			p = message;
		}
		if (what & WHAT_DUP) {
			harness_send_dup(h, side, p, n);
		} else if (what & (WHAT_CUT | WHAT_LESS)) {
			harness_send_cut(h, side, p, n);
		} else {
			harness_send(h, side, p, n);
		}
	}
	return 0;
}
