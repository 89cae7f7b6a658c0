/*
 * wrapped: messages inside of messages, each handed on as one of its own.
 *
 *	Multiple Service Packet, [1] 5-3.5.5:  count | offsets | messages
 *	Unconnected Send, [1] 3-5.5.4:
 *	    priority | ticks | size | message | [pad] | path size | 0 | path
 *	Execute PCCC, class 67:  a PCCC message with its requestor
 *
 * Offsets of a Multiple Service Packet count from its count; they must ascend
 * and stay inside, so no byte is read twice.
 */
#include "dissectors/cip/cip.h"
#include "dissectors/pccc/pccc.h"

/* --- Multiple Service Packet ---------------------------------------------- */

void
cip_multiple_body(struct cip_msg *m, struct ev *e)
{
	unsigned count;

	if (!m->request && m->status != 0 && m->status != CIP_STATUS_EMBEDDED &&
	    m->status != CIP_STATUS_PARTIAL) {
		return;
	}
	if (!m->request && rd_left(&m->body) == 0) {
		return;
	}
	count = rd_le16(&m->body);
	if (rd_ok(&m->body)) {
		ev_uint(e, CIPF_SERVICES, count);
	}
}

static bool
has_services(const struct cip_msg *m)
{
	return m->service == CIP_MULTIPLE &&
	       (m->request || m->status == 0 ||
		   m->status == CIP_STATUS_EMBEDDED ||
		   m->status == CIP_STATUS_PARTIAL);
}

/*
 * Hands one message on; what it says is wrong is its own.  There may be dozens,
 * all called the same way: what they change is put back.
 */
static void
hand_on(struct cip_msg *m, uint64_t key, struct rd message)
{
	struct cip_call *call = m->call;
	uint64_t outer = call->key;
	uint8_t route_len = call->route_len;

	call->key = key;
	call->nested++;
	(void)m->ctx->sv->inner(m->ctx, PROTO_CIP, &message, call);
	call->key = outer;
	call->nested--;
	call->route_len = route_len;
}

/* Where the offsets break a rule; SIZE_MAX: nowhere. */
static size_t
bad_offset(struct rd offsets, size_t head, size_t total)
{
	size_t last = head, i = 0;

	while (rd_has(&offsets, 2)) {
		size_t off = rd_le16(&offsets);

		/* Two bytes at least: service and path size, or reply. */
		if (off < last || off + 2 > total) {
			return i;
		}
		last = off + 2;
		i++;
	}
	return SIZE_MAX;
}

static void
unwrap_multiple(struct cip_msg *m)
{
	struct rd all = m->rest, list, offsets;
	size_t total = rd_left(&all), count, bad, n = 0;
	uint64_t i = 0;

	if (total == 0 && !m->request) {
		return;
	}
	list = all;
	count = rd_le16(&list);
	if (rd_left(&list) < 2 * count) {
		dis_malformed(m->ctx, PROTO_CIP, cip_dir(m), CIP_BAD_COUNT,
		    (size_t)(all.p - m->start));
		return;
	}
	offsets = rd_sub(&list, 2 * count);
	bad = bad_offset(offsets, 2 + 2 * count, total);
	while (rd_has(&offsets, 2) && n < bad) {
		size_t off = rd_le16(&offsets), end = total;
		struct rd next = offsets, part = all;

		if (rd_has(&next, 2) && n + 1 < bad) {
			end = rd_le16(&next);
		}
		rd_skip(&part, off);
		part = rd_sub(&part, end - off);
		hand_on(m, cip_mix(m->call->key, ++i), part);
		n++;
	}
	if (bad != SIZE_MAX) {
		dis_malformed(m->ctx, PROTO_CIP, cip_dir(m), CIP_BAD_OFFSETS,
		    (size_t)(all.p - m->start) + 2 + 2 * bad);
	}
}

/* --- Unconnected Send ----------------------------------------------------- */

struct routed {
	struct rd message, path;
	unsigned timeout_ms;
	bool good;
};

static struct routed
read_send(struct rd r)
{
	struct routed s = {.good = false};
	unsigned tick = rd_u8(&r) & 0x0f, ticks = rd_u8(&r);
	size_t n = rd_le16(&r);

	s.timeout_ms = ticks << tick;
	s.message = rd_sub(&r, n);
	if (n % 2 != 0) {
		rd_skip(&r, 1);
	}
	n = rd_u8(&r);
	rd_skip(&r, 1);
	s.path = rd_sub(&r, 2 * n);
	s.good = rd_ok(&r);
	return s;
}

void
cip_send_body(struct cip_msg *m, struct ev *e)
{
	struct routed s = read_send(m->body);
	struct cip_path path;

	if (!s.good) {
		cip_bad(m, CIP_BAD_EMBEDDED, cip_at(m) + 2);
		(void)rd_rest(&m->body);
		return;
	}
	(void)rd_rest(&m->body);
	ev_uint(e, CIPF_TIMEOUT_MS, s.timeout_ms);
	cip_path_read(s.path, &path);
	if (path.bad) {
		cip_bad(m, CIP_BAD_PATH,
		    (size_t)(s.path.p - m->start) + path.bad_at);
	}
	/*
	 * Without ports it stays here; [1] 3-5.5.4.  Where the sender itself was
	 * reached by a route, that was told already.
	 */
	if (path.route_len != 0 && m->call->route_len == 0) {
		memcpy(m->path.route, path.route, path.route_len);
		m->path.route_len = path.route_len;
		ev_bytes(
		    e, CIPF_PATH, EV_T_TEXT, m->path.route, m->path.route_len);
	}
}

static void
unwrap_send(struct cip_msg *m)
{
	struct routed s = read_send(m->rest);
	struct cip_call call = *m->call;
	struct cip_path path;

	if (!s.good || rd_left(&s.message) == 0) {
		return;
	}
	cip_path_read(s.path, &path);
	call.nested++;
	call.routed = true;
	/* Routes within routes lead on. */
	cip_route_add(call.route, &call.route_len, path.route, path.route_len);
	(void)m->ctx->sv->inner(m->ctx, PROTO_CIP, &s.message, &call);
}

/* --- PCCC ----------------------------------------------------------------- */

static void
unwrap_pccc(struct cip_msg *m)
{
	struct pccc_call call = {
	    .key = cip_mix(m->call->key, 'P'), .request = m->request};
	struct rd r = m->rest;

	cip_target(m, &call.who);
	if (rd_left(&r) == 0 || (!m->request && !cip_is_ok(m))) {
		return;
	}
	(void)m->ctx->sv->inner(m->ctx, PROTO_PCCC, &r, &call);
}

void
cip_unwrap(struct cip_msg *m)
{
	bool send = m->request && m->service == CIP_UNCONNECTED_SEND &&
		    cip_is_on(m, CIP_MANAGER);
	bool pccc = m->service == CIP_EXEC_PCCC && cip_is_on(m, CIP_PCCC);

	if (!send && !pccc && !has_services(m)) {
		return;
	}
	if (!pccc && m->call->nested >= CIP_NEST_MAX) {
		dis_malformed(m->ctx, PROTO_CIP, cip_dir(m), CIP_BAD_NESTED, 0);
		return;
	}
	if (send) {
		unwrap_send(m);
	} else if (pccc) {
		unwrap_pccc(m);
	} else {
		unwrap_multiple(m);
	}
}
