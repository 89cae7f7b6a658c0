/*
 * blocks: a DCP message's blocks as its operation tells them, [1] 4.3.1.4, and
 * in one short text what the operation is about.
 */
#include <string.h>

#include "dissectors/profinet/profinet.h"

/* Text fills its block; some devices end it with zeros or blanks. */
static size_t
text_len(const struct rd *r)
{
	size_t n = rd_left(r);

	while (n > 0 && (r->p[n - 1] == 0 || r->p[n - 1] == ' ')) {
		n--;
	}
	return n;
}

static void
tell_ip(struct ev *e, struct rd r)
{
	ev_bytes(e, PNF_IP, EV_T_IP, rd_bytes(&r, 4), 4);
	ev_bytes(e, PNF_NETMASK, EV_T_IP, rd_bytes(&r, 4), 4);
	ev_bytes(e, PNF_GATEWAY, EV_T_IP, rd_bytes(&r, 4), 4);
}

static void
tell_ids(struct ev *e, struct rd r)
{
	ev_uint(e, PNF_VENDOR_ID, rd_be16(&r));
	ev_uint(e, PNF_DEVICE_ID, rd_be16(&r));
}

/* What was asked for, and what came of it. */
static void
tell_response(struct ev *e, struct rd r)
{
	uint16_t of = rd_be16(&r);
	uint8_t error = rd_u8(&r);
	const char *name = pn_block_name(of);

	ev_name(e, PNF_OF, name != NULL ? name : "unknown");
	name = pn_error_name(error);
	ev_name(e, PNF_ERROR, name != NULL ? name : "unknown_error");
}

/* Bytes that a block of this kind has at least. */
static size_t
least(uint16_t kind)
{
	switch (kind) {
	case DCP_MAC: return 6;
	case DCP_IP:
	case DCP_IP_SUITE: return 12;
	case DCP_DEVICE_ID:
	case DCP_OEM_ID:
	case DCP_GATEWAY: return 4;
	case DCP_SIGNAL:
	case DCP_INITIATIVE: return 2;
	case DCP_RESPONSE: return 3;
	case DCP_ROLE: return 1;
	default: return 0;
	}
}

static void
tell_value(struct ev *e, const struct dcp_block *b)
{
	struct rd r = b->body;

	switch (b->kind) {
	case DCP_MAC:
		ev_bytes(e, PNF_VALUE, EV_T_MAC, rd_bytes(&r, 6), 6);
		break;
	case DCP_IP:
	case DCP_IP_SUITE: tell_ip(e, r); break;
	case DCP_GATEWAY:
		ev_bytes(e, PNF_GATEWAY, EV_T_IP, rd_bytes(&r, 4), 4);
		break;
	case DCP_TYPE:
	case DCP_NAME:
	case DCP_ALIAS:
	case DCP_TSN_DOMAIN:
		ev_bytes(e, PNF_VALUE, EV_T_TEXT, r.p, text_len(&r));
		break;
	case DCP_DEVICE_ID:
	case DCP_OEM_ID: tell_ids(e, r); break;
	case DCP_ROLE: ev_uint(e, PNF_VALUE, rd_u8(&r)); break;
	case DCP_SIGNAL:
	case DCP_INITIATIVE: ev_uint(e, PNF_VALUE, rd_be16(&r)); break;
	case DCP_RESPONSE: tell_response(e, r); break;
	default:
		if (rd_left(&r) > 0) {
			ev_bytes(e, PNF_DATA, EV_T_HEX, r.p, rd_left(&r));
		}
		break;
	}
}

static void
tell_block(struct dcp_msg *m, struct ev *e, const struct dcp_block *b)
{
	const char *name = pn_block_name(b->kind);

	ev_object(e, EVF_ELEM);
	ev_uint(e, PNF_OPTION, b->kind >> 8);
	ev_uint(e, PNF_SUB, b->kind & 0xff);
	ev_name(e, PNF_BLOCK, name != NULL ? name : "unknown");
	if (b->has_info) {
		ev_uint(e, m->service == DCP_SET ? PNF_QUALIFIER : PNF_INFO,
		    b->info);
	}
	if (m->service == DCP_GET && m->type == DCP_REQUEST) {
		ev_end(e);
		return;
	}
	if (rd_left(&b->body) < least(b->kind)) {
		dcp_bad(m, PN_BAD_SHORT, b->at);
	} else {
		tell_value(e, b);
	}
	ev_end(e);
}

/* --- what it is about ------------------------------------------------------ */

static size_t
put(struct dcp_msg *m, size_t at, const void *p, size_t n)
{
	size_t room = sizeof(m->text) - at;

	n = n < room ? n : room;
	memcpy(m->text + at, p, n);
	return at + n;
}

/*
 * Of a request, the blocks by name; of one that looks for a station, the name
 * of that, too: whoever looks for another does something new.
 */
static void
tell_about(struct dcp_msg *m, struct ev *e)
{
	struct rd r = m->blocks;
	struct dcp_block b;
	size_t n = 0;

	while (n < sizeof(m->text) && dcp_next(m, &r, &b)) {
		const char *name = pn_block_name(b.kind);

		name = name != NULL ? name : "unknown";
		n = put(m, n, ", ", n > 0 ? 2 : 0);
		n = put(m, n, name, strlen(name));
		if (m->service == DCP_IDENTIFY &&
		    (b.kind == DCP_NAME || b.kind == DCP_ALIAS)) {
			n = put(m, n, " ", 1);
			n = put(m, n, b.body.p, text_len(&b.body));
		}
	}
	if (n > 0) {
		ev_bytes(e, PNF_ABOUT, EV_T_TEXT, m->text, n);
	}
}

void
dcp_tell_blocks(struct dcp_msg *m, struct ev *e)
{
	struct rd r = m->blocks;
	struct dcp_block b;
	unsigned told = 0;

	if (rd_left(&r) == 0) {
		return;
	}
	if (m->dir == EV_DIR_REQUEST) {
		tell_about(m, e);
	}
	ev_array(e, PNF_BLOCKS);
	while (told++ < DCP_BLOCKS_MAX && dcp_next(m, &r, &b)) {
		tell_block(m, e, &b);
	}
	ev_end(e);
}
