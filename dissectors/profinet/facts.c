/*
 * facts: what the blocks of a DCP message say of a device.
 *
 * Hello and the responses to Identify and Get are a device's own word (claim
 * self), and bind its MAC to its IP.  What a Set gives to a device is what
 * somebody expects of it (claim expected).  Who looks for a station by name
 * expects one that is called so: a topology event, since it need not exist.
 *
 * Type of station, which the standard calls DeviceVendorValue, is the name of
 * the vendor's product family and so the model; the vendor is named by its id.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/profinet/profinet.h"

/* BlockInfo of IP: [1] 4.3.1.4.3 */
#define IP_SET      0x03 /* 0: none, 1: set, 2: by DHCP */
#define IP_CONFLICT 0x80

/* Whose word it is, and of whom. */
struct speaker {
	const struct ev_end *who;
	const char *claim;
};

static void
fact(struct dcp_msg *m, const struct speaker *s, const char *key,
    enum ev_type type, const void *p, size_t n)
{
	struct ev *e = dis_event(m->ctx, EV_IDENTITY, PROTO_PROFINET, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *s->who;
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, type, p, n);
	ev_name(e, EVF_VIA, m->op);
	ev_name(e, EVF_CLAIM, s->claim);
	dis_emit(m->ctx, e);
}

static void
text_fact(
    struct dcp_msg *m, const struct speaker *s, const char *key, struct rd r)
{
	size_t n = rd_left(&r);

	while (n > 0 && (r.p[n - 1] == 0 || r.p[n - 1] == ' ')) {
		n--;
	}
	if (n > 0) {
		fact(m, s, key, EV_T_TEXT, r.p, n);
	}
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0) {
			return false;
		}
	}
	return true;
}

/* This MAC and IP belong together: as good as a lease. */
static void
bind(struct dcp_msg *m, const struct speaker *s, const uint8_t *ip)
{
	struct ev_end who = *s->who;

	if (ip[0] == 0 || ip[0] >= 224 || !who.has_mac) {
		return;
	}
	memset(&who.ip, 0, sizeof(who.ip));
	memcpy(who.ip.a, ip, 4);
	who.ipver = 4;
	dis_endpoint(m->ctx, &who, "dcp");
}

static void
conflict(struct dcp_msg *m, const struct speaker *s)
{
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_PROFINET, m->dir);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *s->who;
	ev_name(e, EVF_STATE, "trouble");
	ev_name(e, EVF_DETAIL, "ip_conflict");
	ev_name(e, EVF_VIA, m->op);
	dis_emit(m->ctx, e);
}

static void
ip_facts(struct dcp_msg *m, const struct speaker *s, const struct dcp_block *b)
{
	struct rd r = b->body;
	const uint8_t *ip = rd_bytes(&r, 4), *mask = rd_bytes(&r, 4);
	const uint8_t *gateway = rd_bytes(&r, 4);
	bool self = m->service != DCP_SET;

	if (!rd_ok(&r)) {
		return;
	}
	if (self && (b->info & IP_SET) != 0) {
		bind(m, s, ip);
	}
	if (!is_zero(mask, 4)) {
		fact(m, s, "netmask", EV_T_IP, mask, 4);
	}
	/* A device that has no gateway gives its own address. */
	if (!is_zero(gateway, 4) && memcmp(gateway, ip, 4) != 0) {
		fact(m, s, "gateway", EV_T_IP, gateway, 4);
	}
	if (self && b->info & IP_CONFLICT) {
		conflict(m, s);
	}
}

static void
id_facts(struct dcp_msg *m, const struct speaker *s, struct rd r)
{
	uint16_t vendor = rd_be16(&r), device = rd_be16(&r);
	const char *name = pn_vendor_name(vendor);
	char text[8];

	if (!rd_ok(&r)) {
		return;
	}
	fact(m, s, "vendor_id", EV_T_TEXT, text,
	    (size_t)snprintf(text, sizeof(text), "%u", vendor));
	if (name != NULL) {
		fact(m, s, "vendor", EV_T_TEXT, name, strlen(name));
	}
	fact(m, s, "product_code", EV_T_TEXT, text,
	    (size_t)snprintf(text, sizeof(text), "%u", device));
}

/* DeviceRoleDetails, a bit each; [1] 4.3.1.4.4 */
static void
role_fact(struct dcp_msg *m, const struct speaker *s, struct rd r)
{
	static const char *const roles[] = {
	    "IO device", "IO controller", "IO multidevice", "IO supervisor"};
	uint8_t bits = rd_u8(&r);
	char text[64];
	size_t n = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (bits >> i & 1) {
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n > 0 ? ", " : "", roles[i]);
		}
	}
	if (n > 0) {
		fact(m, s, "device_type", EV_T_TEXT, text, n);
	}
}

static void
block_facts(
    struct dcp_msg *m, const struct speaker *s, const struct dcp_block *b)
{
	struct rd r = b->body;

	switch (b->kind) {
	case DCP_NAME: text_fact(m, s, "name", r); break;
	case DCP_TYPE: text_fact(m, s, "model", r); break;
	case DCP_DEVICE_ID: id_facts(m, s, r); break;
	case DCP_ROLE: role_fact(m, s, r); break;
	case DCP_IP:
	case DCP_IP_SUITE: ip_facts(m, s, b); break;
	case DCP_MAC:
		if (rd_left(&r) >= 6) {
			fact(m, s, "mac", EV_T_MAC, r.p, 6);
		}
		break;
	case DCP_GATEWAY:
		if (rd_left(&r) >= 4 && !is_zero(r.p, 4)) {
			fact(m, s, "gateway", EV_T_IP, r.p, 4);
		}
		break;
	default: break;
	}
}

static void
looks_for(struct dcp_msg *m, const struct dcp_block *b)
{
	size_t n = rd_left(&b->body);

	if ((b->kind == DCP_NAME || b->kind == DCP_ALIAS) && n > 0) {
		dis_topology(m->ctx, PROTO_PROFINET, m->ctx->src, "looks_for",
		    (const char *)b->body.p, n);
	}
}

void
dcp_more(struct dcp_msg *m)
{
	bool request = m->dir == EV_DIR_REQUEST;
	struct speaker s = {.who = m->ctx->src, .claim = "self"};
	struct rd r = m->blocks;
	struct dcp_block b;

	if (request && m->service == DCP_SET) {
		s = (struct speaker){.who = m->ctx->dst, .claim = "expected"};
	} else if (request && m->service != DCP_IDENTIFY) {
		return;
	}
	for (unsigned n = 0; n < DCP_BLOCKS_MAX && dcp_next(m, &r, &b); n++) {
		if (request && m->service == DCP_IDENTIFY) {
			looks_for(m, &b);
		} else {
			block_facts(m, &s, &b);
		}
	}
}
