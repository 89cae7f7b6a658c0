/*
 * Any bytes as a frame.  First byte: link type (255 = Linux SLL2); second:
 * bytes that the capture cut off; the rest: the frame.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t sink;

/* Reads every byte that the packet hands on: a sanitizer sees one too many. */
static void
touch(const struct frame *f, const struct rd *r)
{
	assert(rd_ok(r));
	if (r->p == NULL) {
		return;
	}
	assert(
	    r->p >= f->data && r->p <= r->end && r->end <= f->data + f->caplen);
	for (const uint8_t *p = r->p; p < r->end; p++) {
		sink ^= *p;
	}
}

static void
check(const struct frame *f, const struct pkt *p)
{
	touch(f, &p->payload);
	touch(f, &p->ip);
	touch(f, &p->ip_rest);
	assert(p->frame == f);
	assert(p->end <= PKT_DEEP);
	assert((p->reason != NULL) == (p->end == PKT_BAD));
	assert(p->at <= f->caplen);
	assert(p->vlan_n <= EV_VLANS_MAX);
	assert((p->ipver == 0) == (p->l3 != PKT_L3_IP4 && p->l3 != PKT_L3_IP6));
	assert(p->ipver != 0 || p->l4 == PKT_L4_NONE);
	/* A cut is nobody's violation, and a violation needs no cut. */
	assert(p->end != PKT_CUT || p->missing > 0);
	if (p->smac != NULL) {
		struct rd mac = rd_make(p->smac, 6);

		touch(f, &mac);
	}
	if (p->dmac != NULL) {
		struct rd mac = rd_make(p->dmac, 6);

		touch(f, &mac);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame f = {.number = 1};
	struct pkt p;
	uint8_t *block;

	if (size < 2) {
		return 0;
	}
	block = malloc(size - 2 > 0 ? size - 2 : 1);
	if (block == NULL) {
		return 0;
	}
	memcpy(block, data + 2, size - 2);
	f.data = block;
	f.caplen = (uint32_t)size - 2;
	f.len = f.caplen + data[1];
	f.linktype = data[0] == 0xff ? LINKTYPE_LINUX_SLL2 : data[0];
	memset(&p, 0xa5, sizeof(p));
	decode_frame(&f, &p);
	check(&f, &p);
	if (p.l4 == PKT_L4_FRAG && p.end == PKT_OK) {
		/* As if it were the whole. */
		decode_transport(&p, p.payload);
		check(&f, &p);
	}
	free(block);
	return 0;
}
