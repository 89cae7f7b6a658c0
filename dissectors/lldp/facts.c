/*
 * facts: who the device is, where it is managed, which of its ports this is.
 *
 * The frame comes from a port, and the MAC it comes from is often the port's
 * alone: switches and PROFINET devices have one for each, besides that of the
 * device.  So the facts are about the MAC that the device says it has: its
 * chassis id, or PROFINET's chassis MAC where that id is a name.  What is heard
 * at other ports then joins up, as does what it says over IP.  Where it gives
 * no MAC, the facts are about the frame's source.
 *
 * PROFINET (IEC 61158-6-10, 4.3) puts what it knows into the ids.  Either the
 * chassis id is the name of station, and the port id "port-001"; or the port
 * id is "port-001.name", and the chassis id is a MAC, or
 *
 *	device type 25 | ' ' | order number 20 | ' ' | serial number 16 | ' ' |
 *	hardware 5 | ' ' | letter 1 | software 3 + 3 + 3
 */
#include "dissectors/lldp/lldp.h"

#define FAMILY_IPV6 2         /* IANA's address families: 1 is IPv4 */
#define STATION     (1u << 7) /* table 8-4 */

static const char *const text_keys[TEXT_COUNT] = {
    [TEXT_NAME] = "name",
    [TEXT_DESCRIPTION] = "description",
    [TEXT_HARDWARE] = "hardware",
    [TEXT_FIRMWARE] = "firmware",
    [TEXT_SOFTWARE] = "software",
    [TEXT_SERIAL] = "serial",
    [TEXT_VENDOR] = "vendor",
    [TEXT_MODEL] = "model",
    [TEXT_ASSET] = "user_text",
};

static void
fact(struct lldp_pdu *p, const struct ev_end *who, const char *key,
    struct rd text, const char *via)
{
	nb_fact(p->ctx, PROTO_LLDP, who, key, text, via);
}

/* The MAC that the device gives as its own; NULL: none. */
static const uint8_t *
own_mac(const struct lldp_pdu *p)
{
	if (p->chassis.form == ID_MAC && nb_is_station(p->chassis.id.p)) {
		return p->chassis.id.p;
	}
	return p->chassis_mac != NULL && nb_is_station(p->chassis_mac)
		   ? p->chassis_mac
		   : NULL;
}

/* --- PROFINET -------------------------------------------------------------- */

/* What stands behind "port-001."; empty where nothing does. */
static struct rd
station_of_port(const struct lldp_pdu *p)
{
	struct rd r = p->port.id;
	const uint8_t *start = rd_bytes(&r, 5);

	if (p->port.subtype != LLDP_ID_LOCAL || start == NULL ||
	    memcmp(start, "port-", 5) != 0) {
		return rd_make(NULL, 0);
	}
	while (rd_left(&r) > 0) {
		if (rd_u8(&r) == '.') {
			return r;
		}
	}
	return r;
}

/* Three numbers of three columns, as V1.20.3. */
static size_t
revision(struct rd r, char buf[16])
{
	size_t n = 0;

	buf[n++] = (char)rd_u8(&r);
	for (int i = 0; i < 9; i++) {
		char c = (char)rd_u8(&r);

		if (i == 3 || i == 6) {
			buf[n++] = '.';
		}
		if (c != ' ') {
			buf[n++] = c;
		}
	}
	return n;
}

/* False when the chassis id is something else. */
static bool
identification(struct lldp_pdu *p, const struct ev_end *who, const char *via)
{
	static const uint8_t widths[] = {25, 20, 16, 5};
	static const char *const keys[] = {
	    "model", "order_number", "serial", "hardware"};
	struct rd column[4], r = p->chassis.id;
	char text[16];
	size_t n;

	if (rd_left(&r) != 80 || !nb_is_ascii(r)) {
		return false;
	}
	for (int i = 0; i < 4; i++) {
		column[i] = rd_sub(&r, widths[i]);
		if (rd_u8(&r) != ' ') {
			return false;
		}
	}
	for (int i = 0; i < 4; i++) {
		fact(p, who, keys[i], column[i], via);
	}
	n = revision(r, text);
	dis_identity(
	    p->ctx, PROTO_LLDP, who, "firmware", EV_T_TEXT, text, n, via);
	return true;
}

/* The system's name goes before the station's: one fact of each key. */
static void
profinet(struct lldp_pdu *p, const struct ev_end *who, const char *via)
{
	struct rd station = station_of_port(p);
	bool local = p->chassis.subtype == LLDP_ID_LOCAL;

	if (local && !identification(p, who, via) && rd_left(&station) == 0) {
		station = p->chassis.id;
	}
	if (rd_left(&p->text[TEXT_NAME]) == 0) {
		fact(p, who, "name", station, via);
	}
}

/* --- neighbours ------------------------------------------------------------ */

struct rd
lldp_id_text(const struct lldp_id *id, char buf[LLDP_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	struct rd r = id->id;
	struct ev_ip ip = {{0}};
	size_t n = 0;

	if (id->form == ID_MAC) {
		return rd_make(buf, ev_mac_text(buf, r.p));
	}
	if (id->form == ID_ADDRESS) {
		uint8_t family = rd_u8(&r);

		rd_copy(&r, ip.a, family == FAMILY_IPV6 ? 16 : 4);
		n = ev_ip_text(buf, family == FAMILY_IPV6 ? 6 : 4, &ip);
		return rd_make(buf, n);
	}
	if (id->form == ID_TEXT || nb_is_ascii(r)) {
		return r;
	}
	while (rd_left(&r) > 0 && n < 2 * (size_t)LLDP_ID_HEX_MAX) {
		uint8_t c = rd_u8(&r);

		buf[n++] = digits[c >> 4];
		buf[n++] = digits[c & 15];
	}
	return rd_make(buf, n);
}

static void
addresses(struct lldp_pdu *p, const struct ev_end *who)
{
	struct rd more = p->more;
	struct lldp_tlv t;
	unsigned left = LLDP_MANAGEMENT_MAX;

	while (left > 0 && lldp_next(&more, p->base, &t)) {
		uint8_t family;
		uint32_t number;
		struct rd a;

		if (t.kind == LLDP_MANAGEMENT &&
		    lldp_management(t.value, &family, &a, &number)) {
			left--;
			if (family == 1 || family == FAMILY_IPV6) {
				nb_address(
				    p->ctx, PROTO_LLDP, who, "managed_at", a);
			}
		}
	}
}

/* Agents of computers can be stations, and enable that only where they do
 * nothing else. */
static uint32_t
functions(const struct lldp_pdu *p)
{
	uint32_t set = p->enabled;

	return (set & (set - 1)) != 0 ? set | (p->capabilities & STATION) : set;
}

void
lldp_facts(struct lldp_pdu *p, const char *via)
{
	const uint8_t *mac = own_mac(p);
	struct ev_end who = *p->ctx->src;
	char text[LLDP_ID_TEXT];

	if (mac != NULL) {
		memcpy(who.mac, mac, NB_MAC_LEN);
		who.has_mac = true;
		dis_identity(p->ctx, PROTO_LLDP, &who, "mac", EV_T_MAC, mac,
		    NB_MAC_LEN, via);
	}
	for (unsigned i = 0; i < TEXT_COUNT; i++) {
		fact(p, &who, text_keys[i], p->text[i], via);
	}
	if (p->is_profinet) {
		profinet(p, &who, via);
	}
	if (p->has_capabilities && !nb_is_computer(p->text[TEXT_DESCRIPTION])) {
		nb_device_type(p->ctx, PROTO_LLDP, &who, functions(p),
		    lldp_capabilities, via);
	}
	nb_port(p->ctx, PROTO_LLDP, &who, lldp_id_text(&p->port, text),
	    p->port_description);
	if (memcmp(who.mac, p->ctx->src->mac, NB_MAC_LEN) != 0) {
		size_t n = ev_mac_text(text, who.mac);

		dis_topology(
		    p->ctx, PROTO_LLDP, p->ctx->src, "port_of", text, n);
	}
	addresses(p, &who);
}
