/*
 * safety: the safety segment of a connection's path (CIP Volume 5), which
 * makes the connection one of CIP Safety.
 *
 *	50 | words | format (1) | by format:
 *	target    reserved | SCCRC (4) | SCTS (6) | time correction EPI (4),
 *	          parameters (2) | TUNID (10) | OUNID (10) | ...
 *	router    time correction, nothing about who
 *	extended  as target, and more behind it
 *
 * TUNID and OUNID are the unique node ids of target and originator: a safety
 * network number of six bytes and a node address.  SCCRC and SCTS sign the
 * target's configuration: a changed configuration has others.
 *
 * Who opens such a connection, who accepts it, and who answers for a Safety
 * Supervisor (5-4) has CIP Safety: a fact among its protocols.  What is refused
 * says that of nobody.
 */
#include "dissectors/cip/cip.h"

#define SEGMENT_SAFETY 16 /* subtype of a network segment: 50 */
#define UNID_LEN       10
#define SCTS_LEN       6

static bool
find(struct rd path, struct rd *ret)
{
	struct cip_segment s;

	while (cip_segment(&path, &s)) {
		if (s.kind == CIP_SEG_NETWORK && s.type == SEGMENT_SAFETY) {
			*ret = s.bytes;
			return true;
		}
	}
	return false;
}

bool
cip_is_safety(struct rd path)
{
	struct rd ignored;

	return find(path, &ignored);
}

static void
tell_bytes(struct ev *e, uint16_t id, struct rd *r, size_t n)
{
	const uint8_t *p = rd_bytes(r, n);

	if (p != NULL) {
		ev_bytes(e, id, EV_T_HEX, p, n);
	}
}

void
cip_tell_safety(struct ev *e, struct rd path)
{
	static const char *const formats[] = {"target", "router", "extended"};
	struct rd r = path;
	uint32_t crc;
	uint8_t format;

	if (!find(path, &r)) {
		return;
	}
	format = rd_u8(&r);
	ev_object(e, CIPF_SAFETY);
	if (rd_ok(&r) && format < 3) {
		ev_name(e, CIPF_FORMAT, formats[format]);
	}
	if (format == 0 || format == 2) {
		rd_skip(&r, 1);
		crc = rd_le32(&r);
		if (rd_ok(&r)) {
			ev_hexnum(e, CIPF_SCCRC, crc, 4);
		}
		tell_bytes(e, CIPF_SCTS, &r, SCTS_LEN);
		rd_skip(&r, 6);
		tell_bytes(e, CIPF_TUNID, &r, UNID_LEN);
		tell_bytes(e, CIPF_OUNID, &r, UNID_LEN);
	}
	ev_end(e);
}

void
cip_has_safety(struct cip_msg *m, const struct ev_end *who)
{
	dis_identity(m->ctx, PROTO_CIP, who, "protocols", EV_T_NAME,
	    "CIP Safety", 0, m->op);
}

void
cip_more_safety(struct cip_msg *m)
{
	struct ev_end who;

	if (m->request || !m->paired || !cip_is_ok(m)) {
		return;
	}
	cip_target(m, &who);
	cip_has_safety(m, &who);
}
