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

void
enip_items(
    struct enip_msg *m, struct rd *r, struct ev *e, struct enip_items *ret)
{
	size_t at = (size_t)(r->p - m->start);
	unsigned count = rd_le16(r), told = 0;

	*ret = (struct enip_items){.message = rd_make(NULL, 0)};
	if (!rd_ok(r)) {
		enip_bad(m, ENIP_BAD_LENGTH, at);
		return;
	}
	if (e != NULL) {
		ev_array(e, ENF_ITEMS);
	}
	for (; count > 0 && rd_has(r, 4); count--) {
		unsigned type = rd_le16(r);
		size_t n = rd_le16(r);
		struct rd item;

		at = (size_t)(r->p - m->start) - 2;
		if (rd_left(r) < n) {
			enip_bad(m, ENIP_BAD_ITEM, at);
			n = rd_left(r);
		}
		item = rd_sub(r, n);
		if (e != NULL && told++ < ENIP_ITEMS_MAX) {
			tell_item(e, type, item);
		}
		keep_item(ret, type, item);
	}
	if (e != NULL) {
		ev_end(e);
	}
	if (count > 0) {
		enip_bad(m, ENIP_BAD_ITEMS, at);
	}
}

/* --- what is inside ------------------------------------------------------- */

static bool
is_send(const struct enip_msg *m)
{
	return m->h.command == ENIP_SEND_RR || m->h.command == ENIP_SEND_UNIT;
}

static struct enip_items
items_of(const struct enip_msg *m)
{
	struct enip_msg quiet = *m;
	struct enip_items items;
	struct rd r = m->rest;

	rd_skip(&r, 6); /* interface handle, timeout */
	enip_items(&quiet, &r, NULL, &items);
	return items;
}

int
enip_says_reply(const struct enip_msg *m)
{
	struct enip_items items;

	if (!is_send(m)) {
		return -1;
	}
	items = items_of(m);
	if (items.connected) {
		rd_skip(&items.message, 2);
	}
	if (!items.has_message || rd_left(&items.message) == 0) {
		return -1;
	}
	return (rd_u8(&items.message) & CIP_RESPONSE) != 0;
}

void
enip_hand_on(struct enip_msg *m)
{
	struct cip_call call = {.cut = m->cut};
	const struct cip_leg *leg = NULL;
	struct enip_items items;

	/* Of class 0 and 1 in a datagram there is no message. */
	if (!is_send(m) ||
	    (m->ctx->transport != DIS_TCP && m->h.command == ENIP_SEND_UNIT)) {
		return;
	}
	items = items_of(m);
	if (!items.has_message) {
		return;
	}
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
