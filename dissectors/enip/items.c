/*
 * items: the common packet format ([2] 2-6), and what it carries.
 *
 *	count | type | length | data | type | length | data ...
 *
 * Addresses say whose the data is: null (unconnected), connected (its id), or
 * sequenced (id and sequence number, of class 0 and 1 data).  Connected data
 * starts with a sequence count, as transport classes 2 and 3 do ([1] 3-4.6).
 */
#include "dissectors/enip/enip.h"

/* [2] 2-6.3.3: as in struct sockaddr_in, in network order */
static void
tell_sockaddr(struct ev *e, struct rd r)
{
	uint16_t port;

	rd_skip(&r, 2);
	port = rd_be16(&r);
	if (!rd_has(&r, 4)) {
		return;
	}
	ev_bytes(e, ENF_IP, EV_T_IP, rd_bytes(&r, 4), 4);
	ev_uint(e, ENF_PORT, port);
}

static void
tell_item(struct ev *e, unsigned type, struct rd item)
{
	ev_object(e, EVF_ELEM);
	ev_uint(e, ENF_TYPE, type);
	ev_uint(e, ENF_LENGTH, rd_left(&item));
	switch (type) {
	case ENIP_ITEM_CONNECTED_ADDRESS:
		ev_hexnum(e, ENF_CONN, rd_le32(&item), 4);
		break;
	case ENIP_ITEM_SEQUENCED:
		ev_hexnum(e, ENF_CONN, rd_le32(&item), 4);
		ev_uint(e, ENF_SEQ, rd_le32(&item));
		break;
	case ENIP_ITEM_SOCKADDR_OT:
	case ENIP_ITEM_SOCKADDR_TO: tell_sockaddr(e, item); break;
	default: break;
	}
	ev_end(e);
}

static void
keep_item(struct enip_items *ret, unsigned type, struct rd item)
{
	switch (type) {
	case ENIP_ITEM_CONNECTED_ADDRESS:
	case ENIP_ITEM_SEQUENCED:
		ret->conn = rd_le32(&item);
		ret->has_address = rd_ok(&item);
		break;
	case ENIP_ITEM_CONNECTED_DATA:
	case ENIP_ITEM_UNCONNECTED_DATA:
		if (!ret->has_message) {
			ret->has_message = true;
			ret->connected = type == ENIP_ITEM_CONNECTED_DATA;
			ret->message = item;
		}
		break;
	default: break;
	}
}

/* The next item, or what is there of it. */
static struct rd
take_item(struct rd *r, unsigned *ret_type, bool *ret_short)
{
	size_t n;

	*ret_type = rd_le16(r);
	n = rd_le16(r);
	*ret_short = rd_left(r) < n;
	return *ret_short ? rd_rest(r) : rd_sub(r, n);
}

bool
enip_is_send(const struct enip_msg *m)
{
	return m->h.command == ENIP_SEND_RR || m->h.command == ENIP_SEND_UNIT;
}

void
enip_read_items(struct enip_msg *m)
{
	struct rd r = m->rest;
	unsigned count;

	m->items = (struct enip_items){.message = rd_make(NULL, 0)};
	if (!enip_is_send(m)) {
		return;
	}
	rd_skip(&r, 6); /* interface handle, timeout */
	for (count = rd_le16(&r); count > 0 && rd_has(&r, 4); count--) {
		unsigned type;
		bool is_short;
		struct rd item = take_item(&r, &type, &is_short);

		keep_item(&m->items, type, item);
	}
}

void
enip_tell_items(struct enip_msg *m, struct ev *e)
{
	struct rd *r = &m->body;
	size_t at = enip_at(m);
	unsigned count = rd_le16(r), told = 0;

	if (!rd_ok(r)) {
		enip_bad(m, ENIP_BAD_LENGTH, at);
		return;
	}
	ev_array(e, ENF_ITEMS);
	for (; count > 0 && rd_has(r, 4); count--) {
		unsigned type;
		bool is_short;
		struct rd item;

		at = enip_at(m) + 2;
		item = take_item(r, &type, &is_short);
		if (is_short) {
			enip_bad(m, ENIP_BAD_ITEM, at);
		}
		if (told++ < ENIP_ITEMS_MAX) {
			tell_item(e, type, item);
		}
	}
	ev_end(e);
	if (count > 0) {
		enip_bad(m, ENIP_BAD_ITEMS, at);
	}
}

/* --- what is inside ------------------------------------------------------- */

int
enip_says_reply(const struct enip_msg *m)
{
	struct rd r = m->items.message;

	if (m->items.connected) {
		rd_skip(&r, 2);
	}
	if (!m->items.has_message || rd_left(&r) == 0) {
		return -1;
	}
	return (rd_u8(&r) & CIP_RESPONSE) != 0;
}

void
enip_hand_on(struct enip_msg *m)
{
	struct enip_items items = m->items;
	const struct cip_leg *leg = NULL;
	struct cip_call call;

	/* Of class 0 and 1 in a datagram there is no message. */
	if (!items.has_message ||
	    (m->ctx->transport != DIS_TCP && m->h.command == ENIP_SEND_UNIT)) {
		return;
	}
	/* The route's text counts for nothing without its length. */
	memset(&call, 0, offsetof(struct cip_call, route));
	call.cut = m->cut;
	if (items.connected && items.has_address) {
		leg = cip_leg_find(m->ctx, items.conn);
	}
	if (leg != NULL && leg->transport < 2) {
		return; /* class 0 and 1: no message */
	}
	if (leg != NULL && leg->route_len != 0) {
		memcpy(call.route, leg->route, leg->route_len);
		call.route_len = leg->route_len;
	}
	call.key = cip_mix(m->h.command, m->h.session);
	if (items.connected) {
		call.connected = true;
		call.conn = items.conn;
		call.seq = rd_le16(&items.message);
		call.key = cip_mix(call.key, call.seq);
	} else {
		call.key =
		    cip_mix_bytes(call.key, m->h.context, sizeof(m->h.context));
	}
	if (rd_left(&items.message) > 0) {
		(void)m->ctx->sv->inner(
		    m->ctx, PROTO_CIP, &items.message, &call);
	}
}
