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
	/*
	 * Bits 12 and 13 are the vendor's: Logix tells its key there.  3 was
	 * seen in remote run (3060) and remote program (3070); 1 and 2 are
	 * what clients take them for.
	 */
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

static bool
is_catalog_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-';
}

/*
 * Rockwell puts the catalog number first, and the series behind a stroke:
 * "1756-L61/B LOGIX5561".  Names without a number of four digits and a dash
 * in front are something else.
 */
static void
tell_catalog(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const struct cip_identity *id, const char *via)
{
	const char *name = id->name;
	size_t n = 0;

	while (n < id->name_len && is_catalog_char(name[n])) {
		n++;
	}
	if (n < 6 || name[4] != '-') {
		return;
	}
	for (size_t i = 0; i < 4; i++) {
		if (name[i] < '0' || name[i] > '9') {
			return;
		}
	}
	dis_identity(ctx, proto, who, "order_number", EV_T_TEXT, name, n, via);
	if (n + 1 < id->name_len && name[n] == '/' && name[n + 1] >= 'A' &&
	    name[n + 1] <= 'Z') {
		dis_identity(ctx, proto, who, "hardware", EV_T_TEXT,
		    name + n + 1, 1, via);
	}
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
		if (id->has_vendor && id->vendor == VENDOR_ROCKWELL) {
			tell_catalog(ctx, proto, who, id, via);
		}
	}
	if (id->has_status) {
		tell_status(ctx, proto, who, id, via);
	}
}

static void
take_attribute(struct cip_identity *id, const struct cip_value *v)
{
	struct rd r = v->bytes;

	switch (v->id) {
	case 1:
		id->vendor = rd_le16(&r);
		id->has_vendor = rd_ok(&r);
		break;
	case 2:
		id->device_type = rd_le16(&r);
		id->has_device_type = rd_ok(&r);
		break;
	case 3:
		id->product_code = rd_le16(&r);
		id->has_product_code = rd_ok(&r);
		break;
	case 4:
		id->major = rd_u8(&r);
		id->minor = rd_u8(&r);
		id->has_revision = rd_ok(&r);
		break;
	case 5:
		id->status = rd_le16(&r);
		id->has_status = rd_ok(&r);
		break;
	case 6:
		id->serial = rd_le32(&r);
		id->has_serial = rd_ok(&r);
		break;
	case 7:
		r = cip_text_of(v);
		id->name_len = rd_left(&r);
		id->name = r.p;
		break;
	default: break;
	}
}

static void
string_fact(struct cip_msg *m, const struct ev_end *who, const char *key,
    const struct cip_value *v)
{
	struct rd s = cip_text_of(v);
	size_t n = rd_left(&s);

	if (n != 0) {
		dis_identity(m->ctx, PROTO_CIP, who, key, EV_T_LATIN1,
		    rd_bytes(&s, n), n, m->op);
	}
}

/* Port 1 of what holds modules is their backplane: the link is the slot. */
static void
tell_slot(struct cip_msg *m, const struct ev_end *who)
{
	const struct ev_sub *sub = &who->sub;
	size_t n = sub->len, digits = 0;

	if (sub->kind != EV_SUB_PATH) {
		return;
	}
	while (digits < n && sub->path[n - digits - 1] >= '0' &&
	       sub->path[n - digits - 1] <= '9') {
		digits++;
	}
	n -= digits;
	if (digits == 0 || n < 2 || sub->path[n - 1] != ',' ||
	    sub->path[n - 2] != '1' || (n > 2 && sub->path[n - 3] != ',')) {
		return;
	}
	dis_identity(m->ctx, PROTO_CIP, who, "slot", EV_T_TEXT, sub->path + n,
	    digits, m->op);
}

static void
more_identity(struct cip_msg *m, const struct ev_end *who)
{
	struct cip_identity id = {0};
	struct cip_walk w;
	struct cip_value v;

	cip_walk_start(&w, m, m->rest);
	while (cip_walk_next(&w, &v)) {
		take_attribute(&id, &v);
	}
	cip_tell_identity(m->ctx, PROTO_CIP, who, &id, m->op);
	if (id.has_serial) {
		tell_slot(m, who);
	}
	/* What its owner has called it comes after what it is. */
	cip_walk_start(&w, m, m->rest);
	while (cip_walk_next(&w, &v)) {
		if (v.id >= 15 && v.id <= 17) {
			string_fact(m, who,
			    v.id == 15   ? "name"
			    : v.id == 16 ? "description"
					 : "location",
			    &v);
		}
	}
}

/* --- TCP/IP Interface, Ethernet Link, Program Name ------------------------ */

/* UDINT in this object, most significant byte last; [2] 5-4.3.2.5 */
static void
ip_fact(
    struct cip_msg *m, const struct ev_end *who, const char *key, uint32_t ip)
{
	uint8_t a[4] = {(uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
	    (uint8_t)(ip >> 8), (uint8_t)ip};

	if (ip != 0) {
		dis_identity(m->ctx, PROTO_CIP, who, key, EV_T_IP, a, 4, m->op);
	}
}

static void
interface(struct cip_msg *m, const struct ev_end *who, struct rd r)
{
	uint32_t mask, gateway;

	rd_skip(&r, 4); /* its own address, which is that of the sender */
	mask = rd_le32(&r);
	gateway = rd_le32(&r);
	if (rd_ok(&r)) {
		ip_fact(m, who, "netmask", mask);
		ip_fact(m, who, "gateway", gateway);
	}
}

static void
more_network(struct cip_msg *m, const struct ev_end *who)
{
	struct cip_walk w;
	struct cip_value v;

	cip_walk_start(&w, m, m->rest);
	while (cip_walk_next(&w, &v)) {
		if (cip_is_on(m, CIP_LINK)) {
			if (v.id == 3 && rd_left(&v.bytes) == 6) {
				dis_identity(m->ctx, PROTO_CIP, who, "mac",
				    EV_T_MAC, v.bytes.p, 6, m->op);
			}
		} else if (v.id == 5 && v.attribute != NULL) {
			interface(m, who, v.bytes);
		} else if (v.id == 6) {
			string_fact(m, who, "hostname", &v);
		}
	}
}

/* The project's name and description; a module gives its own name here. */
static void
more_program(struct cip_msg *m, const struct ev_end *who)
{
	struct cip_walk w;
	struct cip_value v;

	cip_walk_start(&w, m, m->rest);
	while (cip_walk_next(&w, &v)) {
		if (v.id == 1) {
			string_fact(m, who, "program_name", &v);
		} else if (v.id == 2) {
			string_fact(m, who, "description", &v);
		}
	}
}

void
cip_more_identity(struct cip_msg *m)
{
	struct ev_end who;

	/* Instance 0 is the class itself. */
	if (!m->path.has_class || !m->path.has_instance ||
	    m->path.instance == 0 ||
	    (m->service != CIP_GET_ALL && m->service != CIP_GET_SINGLE &&
		m->service != CIP_GET_LIST)) {
		return;
	}
	cip_target(m, &who);
	switch (m->path.class_id) {
	case CIP_IDENTITY:
		if (m->path.instance == 1) {
			more_identity(m, &who);
		}
		break;
	case CIP_TCPIP:
	case CIP_LINK: more_network(m, &who); break;
	case CIP_PROGRAM_NAME: more_program(m, &who); break;
	case CIP_TEMPLATE: cip_keep_template(m); break;
	default: break;
	}
}
