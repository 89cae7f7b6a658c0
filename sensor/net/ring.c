/*
 * ring: see ring.h.
 */
#include <string.h>

#include "net/ring.h"

#define LOCAL     0x02
#define TYPE      12 /* of the frame, above its length */
#define DATAGRAMS 1
#define LENGTH    0x07ff

/* Whether a slave has counted itself in a datagram; IEC 61158-4-12, 5.4 */
static bool
is_counted(struct rd r)
{
	uint16_t head = rd_le16(&r), n, count;

	if (!rd_ok(&r) || head >> TYPE != DATAGRAMS) {
		return false;
	}
	n = head & LENGTH;
	r = rd_sub(&r, n < rd_left(&r) ? n : rd_left(&r));
	while (rd_left(&r) > 0) {
		rd_skip(&r, 6);
		n = rd_le16(&r) & LENGTH;
		rd_skip(&r, 2u + n);
		count = rd_le16(&r);
		if (count != 0) {
			return true;
		}
	}
	return false;
}

static void
turn(const struct flow_table *t, struct pkt *p, const uint8_t *master,
    struct flow_seek *ret)
{
	p->smac = p->dmac;
	p->dmac = master;
	flow_seek(t, p, ret);
}

void
ring_turn(const struct flow_table *t, struct pkt *p, struct flow_seek *seek,
    uint8_t master[6])
{
	const uint8_t *smac = p->smac, *dmac = p->dmac;
	const struct flow *f;
	struct flow_seek back;

	if (smac == NULL || dmac == NULL || !(smac[0] & LOCAL)) {
		return;
	}
	memcpy(master, smac, 6);
	master[0] &= (uint8_t)~LOCAL;
	if (p->ipver != 0) {
		f = flow_known(t, seek);
		if (f != NULL &&
		    memcmp(f->side[seek->side].mac, master, 6) == 0) {
			p->smac = master;
		}
		return;
	}
	turn(t, p, master, &back);
	if (flow_known(t, &back) != NULL) {
		*seek = back;
	} else if (is_counted(p->payload)) {
		/* Nobody was heard without the mark: it is one's own. */
		f = flow_known(t, seek);
		master[0] |= f != NULL ? LOCAL : 0;
		flow_seek(t, p, seek);
	} else {
		p->smac = smac;
		p->dmac = dmac;
	}
}
