/*
 * identity: what objects say about the device: Identity ([1] 5-2), TCP/IP
 * Interface ([2] 5-4), Ethernet Link ([2] 5-5), Program Name (64, Rockwell).
 *
 * The device is the reply's sender; where the request went by a route, the
 * module at its end.
 */
#include <stdio.h>

#include "dissectors/cip/cip.h"

#define VENDOR_ROCKWELL 1
#define TYPE_PLC        14

/* --- the Identity object -------------------------------------------------- */

static void
text_fact(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const char *key, const char *text, const char *via)
{
	dis_identity(ctx, proto, who, key, EV_T_TEXT, text, strlen(text), via);
}

/* Extended Device Status, [1] 5-2.2.1.5 */
static const char *const conditions[16] = {
    [0] = "self_test_or_unknown",
    [1] = "firmware_update",
    [2] = "io_connection_faulted",
    [3] = "no_io_connections",
    [4] = "configuration_bad",
    [5] = "major_fault",
    [6] = "running",
    [7] = "idle",
};

static const char *
state_of(uint16_t status)
{
	unsigned condition = status >> 4 & 0x0f;

	/* Bits 10 and 11: major faults, recoverable or not. */
	if ((status & 0x0c00) != 0 || condition == 5 || condition == 4) {
		return "trouble";
	}
	return condition == 6 ? "running" : condition == 7 ? "stopped" : NULL;
}

static void
tell_status(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const struct cip_identity *id, const char *via)
{
	static const char *const switches[4] = {
	    NULL, "run", "program", "remote"};
	const char *state = state_of(id->status);
	const char *detail = conditions[id->status >> 4 & 0x0f];
	enum ev_dir dir = (enum ev_dir)ctx->ev->dir;
	struct ev *e;

	if (state != NULL) {
		dis_identity(ctx, proto, who, "run_state", EV_T_NAME,
		    strcmp(state, "running") == 0   ? "run"
		    : strcmp(state, "stopped") == 0 ? "stop"
						    : "fault",
		    0, via);
	}
	/* Bits 12 and 13 are the vendor's: Logix tells its key there. */
	if (id->has_vendor && id->vendor == VENDOR_ROCKWELL &&
	    id->has_device_type && id->device_type == TYPE_PLC &&
	    switches[id->status >> 12 & 3] != NULL) {
		dis_identity(ctx, proto, who, "key_switch", EV_T_NAME,
		    switches[id->status >> 12 & 3], 0, via);
	}
	e = dis_event(ctx, EV_STATE, proto, dir);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_STATE, state != NULL ? state : "unknown");
	if (detail != NULL) {
		ev_name(e, EVF_DETAIL, detail);
	}
	ev_name(e, EVF_VIA, via);
	dis_emit(ctx, e);
}

void
cip_tell_identity(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const struct cip_identity *id, const char *via)
{
	char text[32];

	if (id->has_vendor) {
		const char *name = cip_vendor_name(id->vendor);

		snprintf(text, sizeof(text), "%u", id->vendor);
		text_fact(ctx, proto, who, "vendor_id", text, via);
		if (name != NULL) {
			text_fact(ctx, proto, who, "vendor", name, via);
		}
	}
	if (id->has_device_type) {
		const char *name = cip_device_type_name(id->device_type);

		snprintf(text, sizeof(text), "%u", id->device_type);
		text_fact(ctx, proto, who, "device_type",
		    name != NULL ? name : text, via);
	}
	if (id->has_product_code) {
		snprintf(text, sizeof(text), "%u", id->product_code);
		text_fact(ctx, proto, who, "product_code", text, via);
	}
	if (id->has_revision) {
		snprintf(text, sizeof(text), "%u.%03u", id->major, id->minor);
		text_fact(ctx, proto, who, "firmware", text, via);
	}
	if (id->has_serial) {
		snprintf(text, sizeof(text), "0x%08x", (unsigned)id->serial);
		text_fact(ctx, proto, who, "serial", text, via);
	}
	if (id->name_len != 0) {
		dis_identity(ctx, proto, who, "model", EV_T_LATIN1, id->name,
		    id->name_len, via);
	}
	if (id->has_status) {
		tell_status(ctx, proto, who, id, via);
	}
}

/* Takes one attribute from the reader; false when its length is unknown. */
static bool
take_attribute(struct cip_identity *id, unsigned attr, struct rd *r)
{
	switch (attr) {
	case 1:
		id->vendor = rd_le16(r);
		id->has_vendor = rd_ok(r);
		break;
	case 2:
		id->device_type = rd_le16(r);
		id->has_device_type = rd_ok(r);
		break;
	case 3:
		id->product_code = rd_le16(r);
		id->has_product_code = rd_ok(r);
		break;
	case 4:
		id->major = rd_u8(r);
		id->minor = rd_u8(r);
		id->has_revision = rd_ok(r);
		break;
	case 5:
		id->status = rd_le16(r);
		id->has_status = rd_ok(r);
		break;
	case 6:
		id->serial = rd_le32(r);
		id->has_serial = rd_ok(r);
		break;
	case 7: {
		size_t n = rd_u8(r);

		id->name = rd_bytes(r, n);
		id->name_len = rd_ok(r) ? n : 0;
		break;
	}
	case 8: rd_skip(r, 1); break;
	default: return false;
	}
	return rd_ok(r);
}

static void
more_identity(struct cip_msg *m)
{
	struct cip_identity id = {0};
	struct rd r = m->rest;
	unsigned count;

	switch (m->service) {
	case CIP_GET_ALL:
		for (unsigned a = 1; a <= 7; a++) {
			if (!take_attribute(&id, a, &r)) {
				break;
			}
		}
		break;
	case CIP_GET_SINGLE:
		(void)take_attribute(&id, m->path.attribute, &r);
		break;
	case CIP_GET_LIST:
		count = rd_le16(&r);
		while (count-- > 0 && rd_has(&r, 4)) {
			unsigned a = rd_le16(&r), status = rd_le16(&r);

			if (status == 0 && !take_attribute(&id, a, &r)) {
				break;
			}
		}
		break;
	default: return;
	}
	cip_tell_identity(m->ctx, PROTO_CIP, m->ctx->src, &id, m->op);
}

/* --- TCP/IP Interface ----------------------------------------------------- */

/* UDINT in this object, most significant byte last; [2] 5-4.3.2.5 */
static void
ip_fact(struct cip_msg *m, const char *key, uint32_t ip)
{
	uint8_t a[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
	    (uint8_t)(ip >> 8), (uint8_t)ip};

	if (ip != 0) {
		dis_identity(
		    m->ctx, PROTO_CIP, m->ctx->src, key, EV_T_IP, a, 4, m->op);
	}
}

/* A STRING: length of two bytes, padded to an even length. */
static struct rd
take_string(struct rd *r)
{
	size_t n = rd_le16(r);
	struct rd s = rd_sub(r, n);

	if (n % 2 != 0 && rd_left(r) > 0) {
		rd_skip(r, 1);
	}
	return s;
}

static void
host_name(struct cip_msg *m, struct rd s)
{
	size_t n = rd_left(&s);

	if (rd_ok(&s) && n != 0) {
		dis_identity(m->ctx, PROTO_CIP, m->ctx->src, "hostname",
		    EV_T_LATIN1, rd_bytes(&s, n), n, m->op);
	}
}

static void
interface(struct cip_msg *m, struct rd *r)
{
	uint32_t mask, gateway;

	rd_skip(r, 4); /* its own address, which is that of the sender */
	mask = rd_le32(r);
	gateway = rd_le32(r);
	rd_skip(r, 8); /* name servers */
	if (rd_ok(r)) {
		ip_fact(m, "netmask", mask);
		ip_fact(m, "gateway", gateway);
	}
	(void)take_string(r); /* domain */
}

/* [2] 5-4.3; false when its length is unknown. */
static bool
take_tcpip(struct cip_msg *m, unsigned attr, struct rd *r)
{
	switch (attr) {
	case 1:                       /* status */
	case 2:                       /* capability */
	case 3: rd_skip(r, 4); break; /* control */
	case 4:                       /* physical link: words of a path */
		rd_skip(r, 2 * (size_t)rd_le16(r));
		break;
	case 5: interface(m, r); break;
	case 6: host_name(m, take_string(r)); break;
	default: return false;
	}
	return rd_ok(r);
}

/* --- Ethernet Link, Program Name ------------------------------------------ */

/* [2] 5-5.3 */
static bool
take_link(struct cip_msg *m, unsigned attr, struct rd *r)
{
	const uint8_t *mac;

	switch (attr) {
	case 1:                       /* speed */
	case 2: rd_skip(r, 4); break; /* flags */
	case 3:
		mac = rd_bytes(r, 6);
		if (mac != NULL) {
			dis_identity(m->ctx, PROTO_CIP, m->ctx->src, "mac",
			    EV_T_MAC, mac, 6, m->op);
		}
		break;
	default: return false;
	}
	return rd_ok(r);
}

/* The attributes of a reply, one after the other, up to the last known. */
static void
more_attributes(
    struct cip_msg *m, bool (*take)(struct cip_msg *, unsigned, struct rd *))
{
	struct rd r = m->rest;
	unsigned count, attr = 1;

	switch (m->service) {
	case CIP_GET_ALL:
		while (take(m, attr, &r)) {
			attr++;
		}
		break;
	case CIP_GET_SINGLE: (void)take(m, m->path.attribute, &r); break;
	case CIP_GET_LIST:
		count = rd_le16(&r);
		while (count-- > 0 && rd_has(&r, 4)) {
			bool good;

			attr = rd_le16(&r);
			good = rd_le16(&r) == 0;
			if (good && !take(m, attr, &r)) {
				break;
			}
		}
		break;
	default: break;
	}
}

static void
more_program(struct cip_msg *m)
{
	struct rd r = m->rest, s;
	size_t n;

	if (m->service != CIP_GET_ALL) {
		return;
	}
	s = take_string(&r);
	n = rd_left(&s);
	if (rd_ok(&s) && n != 0) {
		dis_identity(m->ctx, PROTO_CIP, m->ctx->src, "program_name",
		    EV_T_LATIN1, rd_bytes(&s, n), n, m->op);
	}
}

void
cip_more_identity(struct cip_msg *m)
{
	/* Instance 0 is the class itself. */
	if (!m->path.has_class || !m->path.has_instance ||
	    m->path.instance == 0) {
		return;
	}
	switch (m->path.class_id) {
	case CIP_IDENTITY:
		if (m->path.instance == 1) {
			more_identity(m);
		}
		break;
	case CIP_TCPIP: more_attributes(m, take_tcpip); break;
	case CIP_LINK: more_attributes(m, take_link); break;
	case CIP_PROGRAM_NAME: more_program(m); break;
	default: break;
	}
}
