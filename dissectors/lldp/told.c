/*
 * told: the operation: what a message says of the port, and of the device
 * what is no fact of its own.
 */
#include "dissectors/lldp/lldp.h"

/* What one message may list; more is told as too much. */
#define VLANS_MAX  256
#define OTHERS_MAX 64

enum field {
	F_TTL = EV_PROTO_BASE,
	F_CHASSIS_TYPE,
	F_CHASSIS_ID,
	F_PORT_TYPE,
	F_PORT_ID,
	F_PORT_DESCRIPTION,
	F_CAPABILITIES,
	F_ENABLED,
	F_MANAGEMENT,
	F_FAMILY,
	F_ADDRESS,
	F_INTERFACE,
	F_PORT_VLAN,
	F_VLANS,
	F_ID,
	F_NAME,
	F_AUTONEG,
	F_ADVERTISED,
	F_MAU,
	F_MAX_FRAME,
	F_MED_CLASS,
	F_CHASSIS_MAC,
	F_MUD_URL,
	F_OTHERS,
	F_TYPE,
	F_OUI,
	F_SUBTYPE,
	F_LENGTH,
	F_END
};

#define ROW(f) [(f)-EV_PROTO_BASE]

static const struct ev_field_info fields[] = {
    ROW(F_TTL) = {"ttl", EV_R_NONE, "8.5.4"},
    ROW(F_CHASSIS_TYPE) = {"chassis_type", EV_R_NONE, "8.5.2.2"},
    ROW(F_CHASSIS_ID) = {"chassis_id", EV_R_NONE, "8.5.2.3"},
    ROW(F_PORT_TYPE) = {"port_type", EV_R_NONE, "8.5.3.2"},
    ROW(F_PORT_ID) = {"port_id", EV_R_NONE, "8.5.3.3"},
    ROW(F_PORT_DESCRIPTION) = {"port_description", EV_R_NONE, "8.5.5"},
    ROW(F_CAPABILITIES) = {"capabilities", EV_R_NONE, "8.5.8.1"},
    ROW(F_ENABLED) = {"enabled", EV_R_NONE, "8.5.8.2"},
    ROW(F_MANAGEMENT) = {"management", EV_R_NONE, "8.5.9"},
    ROW(F_FAMILY) = {"family", EV_R_NONE, "8.5.9.3"},
    ROW(F_ADDRESS) = {"address", EV_R_NONE, "8.5.9.4"},
    ROW(F_INTERFACE) = {"interface", EV_R_NONE, "8.5.9.6"},
    ROW(F_PORT_VLAN) = {"port_vlan", EV_R_NONE, "802.1Q D.2.1"},
    ROW(F_VLANS) = {"vlans", EV_R_NONE, "802.1Q D.2.3"},
    ROW(F_ID) = {"id", EV_R_NONE, "802.1Q D.2.3"},
    ROW(F_NAME) = {"name", EV_R_NONE, "802.1Q D.2.3"},
    ROW(F_AUTONEG) = {"autoneg", EV_R_NONE, "802.3 79.3.1"},
    ROW(F_ADVERTISED) = {"advertised", EV_R_NONE, "802.3 79.3.1"},
    ROW(F_MAU) = {"mau", EV_R_NONE, "802.3 79.3.1"},
    ROW(F_MAX_FRAME) = {"max_frame", EV_R_NONE, "802.3 79.3.4"},
    ROW(F_MED_CLASS) = {"med_class", EV_R_NONE, "TIA-1057 10.2.2"},
    ROW(F_CHASSIS_MAC) = {"chassis_mac", EV_R_NONE, "61158-6-10 4.3"},
    ROW(F_MUD_URL) = {"mud_url", EV_R_NONE, "RFC 8520 12"},
    ROW(F_OTHERS) = {"others", EV_R_NONE, "8.4"},
    ROW(F_TYPE) = {"type", EV_R_NONE, "8.4.1"},
    ROW(F_OUI) = {"oui", EV_R_NONE, "8.6.1.3"},
    ROW(F_SUBTYPE) = {"subtype", EV_R_NONE, "8.6.1.4"},
    ROW(F_LENGTH) = {"length", EV_R_NONE, "8.4.2"},
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == F_END - EV_PROTO_BASE,
    "a field has no name");

const struct ev_proto lldp_proto = {
    .name = "lldp",
    .fields = fields,
    .nfields = sizeof(fields) / sizeof(fields[0]),
    .common = true,
};

/* Table 8-4. */
const struct nb_bit lldp_capabilities[] = {
    {1 << 5, "telephone", "telephone", NB_PHONE},
    {1 << 0, "other", NULL, NB_ANY},
    {1 << 1, "repeater", "repeater", NB_ANY},
    {1 << 2, "bridge", "bridge", NB_BRIDGE},
    {1 << 3, "wlan_access_point", "WLAN access point", NB_WIRELESS},
    {1 << 4, "router", "router", NB_ROUTER},
    {1 << 6, "docsis", "cable modem", NB_ANY},
    {1 << 7, "station", NULL, NB_STATION},
    {1 << 8, "c_vlan", "bridge", NB_ANY},
    {1 << 9, "s_vlan", "bridge", NB_ANY},
    {1 << 10, "two_port_mac_relay", NULL, NB_ANY},
    {0, NULL, NULL, NB_ANY},
};

static void
tell_id(struct ev *e, uint16_t type, uint16_t id, const struct lldp_id *from)
{
	struct rd r = from->id;

	ev_name(e, type, from->type);
	if (from->form == ID_ADDRESS) {
		rd_skip(&r, 1);
		ev_bytes(e, id, EV_T_IP, r.p, rd_left(&r));
	} else if (from->form == ID_MAC) {
		ev_bytes(e, id, EV_T_MAC, r.p, NB_MAC_LEN);
	} else if (from->form == ID_BYTES && !nb_is_ascii(r)) {
		ev_bytes(e, id, EV_T_HEX, r.p, rd_left(&r));
	} else {
		r = nb_trimmed(r);
		ev_bytes(e, id, EV_T_TEXT, r.p, rd_left(&r));
	}
}

static void
tell_text(struct ev *e, uint16_t field, struct rd text)
{
	text = nb_trimmed(text);
	if (rd_left(&text) != 0) {
		ev_bytes(e, field, EV_T_TEXT, text.p, rd_left(&text));
	}
}

/* --- lists ----------------------------------------------------------------- */

static void
tell_address(struct ev *e, const struct lldp_tlv *t)
{
	uint8_t family;
	uint32_t number;
	struct rd a;

	(void)lldp_management(t->value, &family, &a, &number);
	ev_object(e, EVF_ELEM);
	if (family == 1 || family == 2) {
		ev_bytes(e, F_ADDRESS, EV_T_IP, a.p, rd_left(&a));
	} else if (family == 6 && rd_left(&a) == NB_MAC_LEN) {
		ev_bytes(e, F_ADDRESS, EV_T_MAC, a.p, NB_MAC_LEN);
	} else {
		ev_uint(e, F_FAMILY, family);
		ev_bytes(e, F_ADDRESS, EV_T_HEX, a.p, rd_left(&a));
	}
	ev_uint(e, F_INTERFACE, number);
	ev_end(e);
}

static void
tell_vlan(struct ev *e, const struct lldp_tlv *t)
{
	uint16_t id;
	struct rd name;

	(void)lldp_vlan_name(t->value, &id, &name);
	ev_object(e, EVF_ELEM);
	ev_uint(e, F_ID, id);
	tell_text(e, F_NAME, name);
	ev_end(e);
}

static void
tell_other(struct ev *e, const struct lldp_tlv *t)
{
	ev_object(e, EVF_ELEM);
	ev_uint(e, F_TYPE, t->type);
	if (t->kind != t->type) {
		ev_hexnum(e, F_OUI, t->oui, 3);
		ev_uint(e, F_SUBTYPE, t->subtype);
	}
	ev_uint(e, F_LENGTH, rd_left(&t->value));
	ev_end(e);
}

/* Elements that contradict themselves are no elements. */
static bool
is_management(const struct lldp_tlv *t)
{
	uint8_t family;
	uint32_t number;
	struct rd a;

	return t->kind == LLDP_MANAGEMENT &&
	       lldp_management(t->value, &family, &a, &number);
}

static bool
is_vlan(const struct lldp_tlv *t)
{
	uint16_t id;
	struct rd name;

	return t->kind == LLDP_VLAN_NAME &&
	       lldp_vlan_name(t->value, &id, &name);
}

/* What is not told anywhere else. */
static bool
is_other(const struct lldp_tlv *t)
{
	switch (t->kind) {
	case LLDP_PORT_VLAN:
	case LLDP_VLAN_NAME:
	case LLDP_MAC_PHY:
	case LLDP_FRAME_SIZE:
	case LLDP_MED_CLASS:
	case LLDP_PNIO_CHASSIS:
	case LLDP_MUD_URL: return false;
	default:
		return t->kind > LLDP_MANAGEMENT &&
		       (t->kind < LLDP_MED_HARDWARE ||
			   t->kind > LLDP_MED_ASSET);
	}
}

/* All that match, as an array of their own; nothing where none does. */
static void
tell_list(struct lldp_pdu *p, struct ev *e, uint16_t field, unsigned max,
    bool (*matches)(const struct lldp_tlv *),
    void (*tell)(struct ev *, const struct lldp_tlv *))
{
	struct rd more = p->more;
	struct lldp_tlv t;
	unsigned n = 0;

	while (lldp_next(&more, p->base, &t)) {
		if (!matches(&t)) {
			continue;
		}
		if (n == max) {
			p->skipped++;
			continue;
		}
		if (n++ == 0) {
			ev_array(e, field);
		}
		tell(e, &t);
	}
	if (n != 0) {
		ev_end(e);
	}
}

/* --- the operation --------------------------------------------------------- */

/* IEEE 802.3, 79.3.1: bit 0 says that the port can, bit 1 that it does. */
static const char *
autoneg_name(uint8_t bits)
{
	return bits & 2 ? "enabled" : bits & 1 ? "disabled" : "unsupported";
}

static void
tell_port(struct lldp_pdu *p, struct ev *e)
{
	if (p->has_port_vlan) {
		ev_uint(e, F_PORT_VLAN, p->port_vlan);
	}
	tell_list(p, e, F_VLANS, VLANS_MAX, is_vlan, tell_vlan);
	if (p->has_mac_phy) {
		ev_name(e, F_AUTONEG, autoneg_name(p->autoneg));
		ev_hexnum(e, F_ADVERTISED, p->advertised, 2);
		ev_uint(e, F_MAU, p->mau);
	}
	if (p->has_frame_size) {
		ev_uint(e, F_MAX_FRAME, p->frame_size);
	}
	if (p->has_med_class) {
		ev_uint(e, F_MED_CLASS, p->med_class);
	}
}

void
lldp_tell(struct lldp_pdu *p, const char *op)
{
	struct ev *e = nb_operation(p->ctx, PROTO_LLDP, op);

	if (p->cut) {
		e->flags |= EV_CUT;
	}
	if (p->mandatory > 2) {
		ev_uint(e, F_TTL, p->ttl);
	}
	if (p->mandatory > 0) {
		tell_id(e, F_CHASSIS_TYPE, F_CHASSIS_ID, &p->chassis);
	}
	if (p->mandatory > 1) {
		tell_id(e, F_PORT_TYPE, F_PORT_ID, &p->port);
	}
	tell_text(e, F_PORT_DESCRIPTION, p->port_description);
	if (p->has_capabilities) {
		nb_bits(e, F_CAPABILITIES, p->capabilities, lldp_capabilities);
		nb_bits(e, F_ENABLED, p->enabled, lldp_capabilities);
	}
	tell_list(p, e, F_MANAGEMENT, LLDP_MANAGEMENT_MAX, is_management,
	    tell_address);
	tell_port(p, e);
	if (p->chassis_mac != NULL) {
		ev_bytes(
		    e, F_CHASSIS_MAC, EV_T_MAC, p->chassis_mac, NB_MAC_LEN);
	}
	tell_text(e, F_MUD_URL, p->mud_url);
	tell_list(p, e, F_OTHERS, OTHERS_MAX, is_other, tell_other);
	dis_emit(p->ctx, e);
}
