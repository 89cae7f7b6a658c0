/*
 * lists: commands that the encapsulation layer answers itself: ListIdentity,
 * ListServices, ListInterfaces, RegisterSession ([2] 2-4).
 *
 *	identity item  version | socket address (16) | vendor | device type |
 *	               product | revision | status | serial | name | state
 *	services item  version | capability flags | name (16)
 */
#include "dissectors/enip/enip.h"

#define PROTOCOL_VERSION 1

static void
tell_services(struct ev *e, struct rd r)
{
	const uint8_t *name;
	unsigned version = rd_le16(&r), flags = rd_le16(&r);
	size_t n = rd_left(&r) < 16 ? rd_left(&r) : 16;

	if (!rd_ok(&r)) {
		return;
	}
	ev_uint(e, ENF_VERSION, version);
	/* Bit 5: CIP over TCP, bit 8: class 0 and 1 over UDP. */
	ev_uint(e, ENF_CAPABILITY, flags);
	name = rd_bytes(&r, n);
	while (n > 0 && name[n - 1] == 0) {
		n--;
	}
	ev_bytes(e, ENF_NAME, EV_T_LATIN1, name, n);
}

static void
tell_identity(struct ev *e, struct rd r)
{
	unsigned version = rd_le16(&r), port;

	rd_skip(&r, 2);
	port = rd_be16(&r);
	if (!rd_has(&r, 4)) {
		return;
	}
	ev_uint(e, ENF_VERSION, version);
	ev_bytes(e, ENF_IP, EV_T_IP, rd_bytes(&r, 4), 4);
	ev_uint(e, ENF_PORT, port);
	/* Behind zeros, numbers and name, which are told as identity. */
	rd_skip(&r, 8 + 14);
	rd_skip(&r, rd_u8(&r));
	if (rd_has(&r, 1)) {
		ev_uint(e, ENF_DEVICE_STATE, rd_u8(&r));
	}
}

void
enip_list_body(struct enip_msg *m, struct ev *e)
{
	size_t at = enip_at(m);
	unsigned count;

	if (m->request || rd_left(&m->body) == 0) {
		return;
	}
	count = rd_le16(&m->body);
	if (!rd_ok(&m->body)) {
		enip_bad(m, ENIP_BAD_LENGTH, at);
		return;
	}
	ev_array(e, ENF_ITEMS);
	for (unsigned told = 0; count > 0 && rd_has(&m->body, 4); count--) {
		unsigned type = rd_le16(&m->body);
		size_t n = rd_le16(&m->body);
		struct rd item;

		if (rd_left(&m->body) < n) {
			enip_bad(m, ENIP_BAD_ITEM, enip_at(m) - 2);
			n = rd_left(&m->body);
		}
		item = rd_sub(&m->body, n);
		if (told++ >= ENIP_ITEMS_MAX) {
			continue;
		}
		ev_object(e, EVF_ELEM);
		ev_uint(e, ENF_TYPE, type);
		ev_uint(e, ENF_LENGTH, n);
		if (type == ENIP_ITEM_SERVICES) {
			tell_services(e, item);
		} else if (type == ENIP_ITEM_IDENTITY) {
			tell_identity(e, item);
		} else if (n != 0) {
			ev_bytes(e, ENF_DATA, EV_T_HEX, item.p, n);
		}
		ev_end(e);
	}
	ev_end(e);
	if (count > 0) {
		enip_bad(m, ENIP_BAD_ITEMS, at);
	}
}

void
enip_register_body(struct enip_msg *m, struct ev *e)
{
	size_t at = enip_at(m);
	unsigned version = rd_le16(&m->body), flags = rd_le16(&m->body);

	if (!rd_ok(&m->body)) {
		if (m->request || m->h.status == 0) {
			enip_bad(m, ENIP_BAD_LENGTH, 2);
		}
		return;
	}
	ev_uint(e, ENF_VERSION, version);
	ev_uint(e, ENF_FLAGS, flags);
	/* A reply says what it can do instead, with a status. */
	if (version != PROTOCOL_VERSION && m->h.status == 0) {
		enip_bad(m, ENIP_BAD_VERSION, at);
	}
}

/*
 * Where a device says that it listens, when that is not where it was heard:
 * behind a router that translates addresses, or at another of its ports.
 */
static void
listens_elsewhere(struct enip_msg *m, struct rd r)
{
	const struct ev_end *src = m->ctx->src;
	struct ev_ip ip = {{0}};
	char peer[EV_IP_TEXT + 8];
	uint16_t port;
	size_t n;

	rd_skip(&r, 2 + 2);
	port = rd_be16(&r);
	rd_copy(&r, ip.a, 4);
	if (!rd_ok(&r) || src->ipver != 4 || memcmp(ip.a, src->ip.a, 4) == 0 ||
	    memcmp(ip.a, "\0\0\0", 4) == 0) {
		return;
	}
	n = ev_ip_text(peer, 4, &ip);
	peer[n++] = ':';
	n += cip_put_number(peer + n, port);
	dis_topology(m->ctx, PROTO_ENIP, src, "listens_at", peer, n);
}

static void
identity(struct enip_msg *m, struct rd r)
{
	struct rd item = r;
	struct cip_identity id = {.has_vendor = true,
	    .has_device_type = true,
	    .has_product_code = true,
	    .has_revision = true,
	    .has_status = true,
	    .has_serial = true};

	rd_skip(&r, 2 + 16);
	id.vendor = rd_le16(&r);
	id.device_type = rd_le16(&r);
	id.product_code = rd_le16(&r);
	id.major = rd_u8(&r);
	id.minor = rd_u8(&r);
	id.status = rd_le16(&r);
	id.serial = rd_le32(&r);
	if (!rd_ok(&r)) {
		return;
	}
	id.name_len = rd_u8(&r);
	id.name = rd_bytes(&r, id.name_len);
	if (id.name == NULL) {
		id.name_len = 0;
	}
	dis_confirm(m->ctx);
	cip_tell_identity(
	    m->ctx, PROTO_ENIP, m->ctx->src, &id, "list_identity");
	listens_elsewhere(m, item);
}

/* From here on nothing is said in the clear: [2] 2-4, CIP Volume 8. */
static void
start_dtls(struct enip_msg *m)
{
	struct ev *e = dis_event(m->ctx, EV_AUTH, PROTO_ENIP, enip_dir(m));

	ev_name(e, EVF_ACTION, m->h.status == 0 ? "start_dtls" : "fail");
	ev_name(e, EVF_DETAIL, "start_dtls");
	dis_emit(m->ctx, e);
}

void
enip_more_list(struct enip_msg *m)
{
	struct rd r = m->rest;
	unsigned count;

	if (m->h.command == ENIP_START_DTLS && !m->request) {
		start_dtls(m);
	}
	if (m->request || m->h.command != ENIP_LIST_IDENTITY) {
		return;
	}
	count = rd_le16(&r);
	for (; count > 0 && rd_has(&r, 4); count--) {
		unsigned type = rd_le16(&r);
		size_t n = rd_le16(&r);
		struct rd item = rd_sub(&r, n);

		if (type == ENIP_ITEM_IDENTITY && rd_ok(&item)) {
			identity(m, item);
		}
	}
}
