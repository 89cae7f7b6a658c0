/*
 * facts: what follows from the objects and properties of a message: identity
 * of devices, values of points, the system's state (clause 12).
 *
 * Facts are about p->who: the originator behind a broadcast manager, the
 * device behind a router.
 */
#include "dissectors/bacnet/bacnet.h"

#define FACT_TEXT_MAX 256
#define BINDINGS_MAX  64

/* --- help ---------------------------------------------------------------- */

void
bn_identity_of(struct bn_pdu *p, const struct ev_end *who, const char *claim,
    const char *key, enum ev_type type, const void *text, size_t len,
    const char *via)
{
	struct ev *e = bn_event(p, EV_IDENTITY);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_KEY, key);
	ev_bytes(e, EVF_VALUE, type, text, len);
	ev_name(e, EVF_VIA, via);
	ev_name(e, EVF_CLAIM, claim);
	dis_emit(p->ctx, e);
}

void
bn_identity(struct bn_pdu *p, const char *key, enum ev_type type,
    const void *text, size_t len, const char *via)
{
	bn_identity_of(p, &p->who, "self", key, type, text, len, via);
}

void
bn_identity_text(
    struct bn_pdu *p, const char *key, const char *text, const char *via)
{
	if (text != NULL && text[0] != '\0') {
		bn_identity(p, key, EV_T_TEXT, text, strlen(text), via);
	}
}

void
bn_identity_vendor(
    struct bn_pdu *p, uint64_t id, const char *via, const char *name_via)
{
	bn_identity_text(
	    p, "vendor_id", bn_text(p->m, "%llu", (unsigned long long)id), via);
	if (id <= UINT16_MAX) {
		bn_identity_text(
		    p, "vendor", bn_vendor_name((uint32_t)id), name_via);
	}
}

void
bn_topology(struct bn_pdu *p, const char *relation, const char *peer,
    const char *detail, int64_t ttl)
{
	struct ev *e = bn_fact(p, EV_TOPOLOGY);

	ev_name(e, EVF_RELATION, relation);
	if (peer != NULL) {
		bn_put_text(e, EVF_PEER, peer);
	}
	if (ttl >= 0) {
		ev_uint(e, EVF_TTL, (uint64_t)ttl);
	}
	if (detail != NULL) {
		bn_put_text(e, EVF_DETAIL, detail);
	}
	dis_emit(p->ctx, e);
}

static void
state(struct bn_pdu *p, const char *what, const char *detail)
{
	struct ev *e = bn_event(p, EV_STATE);

	e->flags |= EV_HAS_SUBJECT;
	e->subject = p->who;
	ev_name(e, EVF_STATE, what);
	if (detail != NULL) {
		bn_put_text(e, EVF_DETAIL, detail);
	}
	dis_emit(p->ctx, e);
}

static bool
is_whole(const struct bn_item *i)
{
	const uint16_t need = BN_HAS_OID | BN_HAS_PROP | BN_HAS_VALUE;

	return (i->has & need) == need;
}

/*
 * A property of the same object, read or told together with the one at hand:
 * services have what they say of one object in a row.
 */
static const struct bn_item *
beside(const struct bn_msg *m, const struct bn_item *of, uint32_t property)
{
	const struct bn_item *first = of, *end = m->item + m->n;

	while (first > m->item && first[-1].type == of->type &&
	       first[-1].instance == of->instance) {
		first--;
	}
	for (; first < end && first->type == of->type &&
	       first->instance == of->instance;
	     first++) {
		if (first->property == property && is_whole(first)) {
			return first;
		}
	}
	return NULL;
}

/* --- the Device object --------------------------------------------------- */

/* Text properties and the inventory's key, 12.11. */
static const char *
text_key(uint32_t property)
{
	switch (property) {
	case 77: return "name";
	case 121: return "vendor";
	case 70: return "model";
	case 44: return "firmware";
	case 12: return "software";
	case 28: return "description";
	case 58: return "location";
	case 372: return "serial";
	case 168: return "device_type"; /* profile-name */
	default: return NULL;
	}
}

static void
tell_text(struct bn_pdu *p, const struct bn_item *i, const char *via)
{
	const char *key = text_key(i->property);
	struct rd c, text;
	enum ev_type type;
	size_t n;

	if (key == NULL || !bn_lone(i->value, BN_TEXT, &c)) {
		return;
	}
	type = bn_string(c, &text);
	n = rd_left(&text);
	if (type == EV_T_TEXT || type == EV_T_LATIN1) {
		while (n > 0 && (text.p[n - 1] == ' ' || text.p[n - 1] == 0)) {
			n--;
		}
	}
	if (n > FACT_TEXT_MAX) {
		/* Not within a character of UTF-8 (RFC 3629, section 3). */
		for (n = FACT_TEXT_MAX;
		     type == EV_T_TEXT && n > 0 && (text.p[n] & 0xc0) == 0x80;
		     n--) {
		}
	}
	if (n > 0) {
		bn_identity(p, key, type, text.p, n, via);
	}
}

/* BACnetServicesSupported, clause 21: a service for each bit. */
static const char *
supported_name(unsigned bit)
{
	if (bit < 26) {
		return bn_confirmed[bit].name;
	}
	if (bit < 35) {
		return bn_unconfirmed[bit - 26].name;
	}
	switch (bit) {
	case 35: return bn_confirmed[26].name;
	case 36: return bn_unconfirmed[9].name;
	case 37: return bn_confirmed[27].name;
	case 38: return bn_confirmed[28].name;
	case 39: return bn_confirmed[29].name;
	case 40: return bn_unconfirmed[10].name;
	case 41: return bn_confirmed[30].name;
	case 42: return bn_confirmed[31].name;
	case 43: return bn_unconfirmed[11].name;
	case 44: return bn_confirmed[32].name;
	case 45: return bn_confirmed[33].name;
	case 46: return bn_unconfirmed[12].name;
	case 47: return bn_unconfirmed[13].name;
	case 48: return bn_unconfirmed[14].name;
	case 49: return bn_confirmed[34].name;
	default: return NULL;
	}
}

static void
tell_services(struct bn_pdu *p, struct rd value, const char *via)
{
	char text[FACT_TEXT_MAX * 4];
	uint8_t byte = 0;
	size_t n = 0;
	struct rd c;

	if (!bn_lone(value, BN_BITS, &c)) {
		return;
	}
	rd_skip(&c, 1);
	for (unsigned bit = 0; bit % 8 != 0 || rd_left(&c) > 0; bit++) {
		const char *name = supported_name(bit);
		size_t len = name != NULL ? strlen(name) : 0;

		byte = bit % 8 == 0 ? rd_u8(&c) : (uint8_t)(byte << 1);
		if (!(byte & 0x80) || len == 0 || n + len + 1 > sizeof(text)) {
			continue;
		}
		if (n != 0) {
			text[n++] = ' ';
		}
		memcpy(text + n, name, len);
		n += len;
	}
	if (n != 0) {
		bn_identity(p, "protocols", EV_T_TEXT, text, n, via);
	}
}

/* 12.11.9 */
static void
tell_status(struct bn_pdu *p, struct rd value)
{
	static const char *const names[] = {"running", "running_read_only",
	    "download_required", "download_in_progress", "stopped",
	    "backup_in_progress"};
	uint64_t v;

	if (bn_lone_uint(value, BN_ENUM, &v)) {
		state(p,
		    v < sizeof(names) / sizeof(names[0]) ? names[v] : "other",
		    "system-status");
	}
}

/* BACnetTimeStamp of date and time as text; others say no more than order. */
static const char *
when(struct bn_pdu *p, const struct bn_item *i)
{
	struct rd v, inside, date, time;
	struct bn_tag t;

	if (i == NULL) {
		return NULL;
	}
	v = i->value;
	if (!bn_at_open(&v, 2) || !bn_tag(&v, &t) ||
	    !bn_enclosed(&v, 2, &inside) || !bn_element(&inside, &date) ||
	    !bn_lone(date, BN_DATE, &date) ||
	    !bn_lone(inside, BN_TIME, &time) || rd_left(&date) != 4 ||
	    rd_left(&time) != 4) {
		return NULL;
	}
	return bn_date_time_text(p->m, date, time);
}

/*
 * 12.11.44, 12.11.45: why the device restarted and when, in whatever order a
 * message tells it.
 */
static void
tell_restart(struct bn_pdu *p, const struct bn_item *i, bool now)
{
	static const char *const names[] = {"unknown", "coldstart", "warmstart",
	    "detected-power-lost", "detected-powered-off", "hardware-watchdog",
	    "software-watchdog", "suspended", "activate-changes"};
	const char *at = when(p, beside(p->m, i, BN_PROP_RESTART_TIME));
	struct ev *e;
	uint64_t v;

	if (!bn_lone_uint(i->value, BN_ENUM, &v)) {
		return;
	}
	e = bn_event(p, EV_STATE);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = p->who;
	ev_name(e, EVF_STATE, now ? "restarted" : "last_restart");
	if (at != NULL) {
		bn_put_text(e, EVF_TIME, at);
	}
	bn_put_text(e, EVF_DETAIL,
	    v < sizeof(names) / sizeof(names[0]) ? names[v] : "other");
	dis_emit(p->ctx, e);
}

/*
 * Who is at a network and address that another device has bound to: on a
 * network of its own the speaker's (0: its local one); a B/IP address that is
 * one; or behind the router that was seen in front of that network.
 */
static void
bound(struct bn_pdu *p, uint16_t net, struct rd mac, struct ev_end *who)
{
	bool routed = p->who.sub.kind == EV_SUB_BACNET;
	size_t n = rd_left(&mac);

	memset(who, 0, sizeof(*who));
	if (n == 6 && ((net == 0 && !routed) || bn_is_known(p, mac))) {
		bn_bip(mac, who);
		return;
	}
	if (net == 0 && routed) {
		net = p->who.sub.net;
	}
	if (!bn_router_of(p, net, who)) {
		*who = p->who;
	}
	memset(&who->sub, 0, sizeof(who->sub));
	who->sub.kind = EV_SUB_BACNET;
	who->sub.net = net;
	who->sub.len = (uint8_t)n;
	rd_copy(&mac, who->sub.mac, n);
}

/*
 * 12.11.30: whom the device has bound to.  It speaks of others; an address
 * nobody has seen is a ghost.
 */
static void
tell_bindings(struct bn_pdu *p, struct rd v, const char *via)
{
	unsigned left = BINDINGS_MAX;

	while (rd_left(&v) > 0 && left-- > 0) {
		struct rd oid, net, mac, c;
		struct ev_end who;
		uint64_t number;
		uint32_t instance;
		const char *text;

		if (!bn_element(&v, &oid) || !bn_element(&v, &net) ||
		    !bn_element(&v, &mac) || !bn_lone(oid, BN_OID, &c) ||
		    !bn_lone_uint(net, BN_UINT, &number) ||
		    !bn_lone(mac, BN_OCTETS, &mac)) {
			return;
		}
		instance = rd_be32(&c) & BN_INSTANCES;
		text = bn_text(p->m, "%u", instance);
		if (rd_left(&mac) == 0 || rd_left(&mac) > BN_MAC_MAX ||
		    number >= BN_NET_ALL || text == NULL ||
		    instance == BN_INSTANCES) {
			continue;
		}
		bound(p, (uint16_t)number, mac, &who);
		bn_identity_of(p, &who, "peer", "device_instance", EV_T_TEXT,
		    text, strlen(text), via);
	}
}

static void
device(struct bn_pdu *p, const struct bn_item *i, const char *via)
{
	struct rd c;
	uint64_t v;

	tell_text(p, i, via);
	switch (i->property) {
	case 75:
		if (bn_lone(i->value, BN_OID, &c) && rd_left(&c) == 4) {
			bn_identity_text(p, "device_instance",
			    bn_text(p->m, "%u", rd_be32(&c) & BN_INSTANCES),
			    via);
		}
		break;
	case 120:
		if (bn_lone_uint(i->value, BN_UINT, &v)) {
			/* Vendor_Name says it, too, as the device spells it:
			 * another fact, not another vendor. */
			bn_identity_vendor(p, v, via, "vendor_identifier");
		}
		break;
	case 139:
		if (bn_lone_uint(i->value, BN_UINT, &v)) {
			bn_identity_text(p, "protocol_revision",
			    bn_text(p->m, "%llu", (unsigned long long)v), via);
		}
		break;
	case 155:
		if (bn_lone_uint(i->value, BN_UINT, &v)) {
			bn_identity_text(p, "config_version",
			    bn_text(p->m, "%llu", (unsigned long long)v), via);
		}
		break;
	case 97: tell_services(p, i->value, via); break;
	case BN_PROP_SYSTEM_STATUS: tell_status(p, i->value); break;
	case BN_PROP_RESTART_REASON:
		/* 19.3.3: told unasked, it has just restarted. */
		tell_restart(p, i, p->dir == EV_DIR_NOTIFY);
		break;
	case BN_PROP_DEVICE_ADDRESS_BINDING:
		tell_bindings(p, i->value, via);
		break;
	default: break;
	}
}

/* --- values -------------------------------------------------------------- */

/* BACnetStatusFlags, clause 21: in-alarm, fault, overridden, out of service. */
static const char *
flags_name(struct rd value)
{
	static const char *const names[] = {"good", "out_of_service",
	    "overridden", "overridden,out_of_service", "fault",
	    "fault,out_of_service", "fault,overridden",
	    "fault,overridden,out_of_service", "in_alarm",
	    "in_alarm,out_of_service", "in_alarm,overridden",
	    "in_alarm,overridden,out_of_service", "in_alarm,fault",
	    "in_alarm,fault,out_of_service", "in_alarm,fault,overridden",
	    "in_alarm,fault,overridden,out_of_service"};
	struct rd c;

	if (!bn_lone(value, BN_BITS, &c) || rd_left(&c) != 2) {
		return NULL;
	}
	rd_skip(&c, 1);
	return names[rd_u8(&c) >> 4];
}

/* 19.2.1: always commandable, so that no priority means the lowest. */
static bool
is_commandable(uint16_t type)
{
	switch (type) {
	case 1:
	case 4:
	case 14:
	case 30:
	case 54:
	case 55: return true;
	default: return false;
	}
}

/*
 * What is commanded at which priority; Null gives that one back (19.2.1).
 */
static void
tell_priority(struct bn_pdu *p, struct ev *e, const struct bn_item *i)
{
	bool always = i->property == BN_PROP_PRESENT_VALUE &&
		      !(i->has & BN_HAS_INDEX) && is_commandable(i->type);
	unsigned prio = i->has & BN_HAS_PRIO ? i->priority : always ? 16 : 0;
	struct rd c;
	bool null = bn_lone(i->value, BN_NULL, &c);

	if (prio == 0) {
		return;
	}
	bn_put_text(e, EVF_DETAIL,
	    bn_numbered(p->m, null ? "relinquish priority" : "priority", prio));
	ev_uint(e, EVF_PRIORITY, prio);
	if (null) {
		ev_bool(e, EVF_RELINQUISH, true);
	}
}

/* The object for its present-value, else with the property's name. */
static void
put_point(struct bn_pdu *p, struct ev *e, const struct bn_item *i)
{
	const char *object, *name = bn_object_name(i->type);
	bool indexed = i->has & BN_HAS_INDEX;

	if (i->property == BN_PROP_PRESENT_VALUE && !indexed && name != NULL) {
		/* nearly all; nobody may ever ask for the text */
		ev_numbered(e, EVF_OBJECT, name, i->instance);
		return;
	}
	object = bn_object_text(p->m, i->type, i->instance);
	name = bn_property_name(i->property);
	if (object != NULL &&
	    (i->property != BN_PROP_PRESENT_VALUE || indexed)) {
		object = name != NULL ? bn_text(p->m, "%s %s", object, name)
				      : bn_text(p->m, "%s property-%u", object,
					    i->property);
	}
	if (object != NULL && indexed) {
		object = bn_text(p->m, "%s[%u]", object, i->index);
	}
	bn_put_text(e, EVF_OBJECT, object);
}

/* One number of the usual length. */
static bool
is_number(struct rd value)
{
	struct bn_tag t;

	if (!bn_tag(&value, &t) || t.cls != BN_APP || t.len == 0 || t.len > 4) {
		return false;
	}
	(void)bn_content(&value, &t);
	if (!rd_ok(&value) || rd_left(&value) != 0) {
		return false;
	}
	switch (t.num) {
	case BN_UINT:
	case BN_ENUM:
	case BN_INT: return true;
	case BN_REAL: return t.len == 4;
	default: return false;
	}
}

/* Whether the sender told that number of its own not long ago, and its quality
 * is as it was then: nobody needs this one. */
static bool
is_fresh(const struct bn_pdu *p, const struct bn_item *i, const char *quality)
{
	const struct dis_reading r = {.proto = PROTO_BACNET,
	    .name = bn_object_name(i->type),
	    .number = i->instance,
	    .quality = quality};

	return !p->has_origin && i->property == BN_PROP_PRESENT_VALUE &&
	       !(i->has & BN_HAS_INDEX) && r.name != NULL &&
	       is_number(i->value) && dis_is_fresh(p->ctx, &r);
}

static void
tell_value(struct bn_pdu *p, const struct bn_item *i, bool commanded)
{
	const struct bn_item *flags = beside(p->m, i, BN_PROP_STATUS_FLAGS);
	const char *quality = flags != NULL ? flags_name(flags->value) : NULL;
	struct ev *e;

	if (!commanded && is_fresh(p, i, quality)) {
		return;
	}
	e = bn_fact(p, EV_VALUE);
	put_point(p, e, i);
	bn_print(p->m, e, EVF_VALUE, i->value, 0);
	if (quality != NULL) {
		ev_name(e, EVF_QUALITY, quality);
	}
	if (i->has & BN_HAS_TIME) {
		bn_print_prim(p->m, e, EVF_TIME, BN_TIME,
		    rd_make(i->time, sizeof(i->time)));
	}
	ev_name(e, EVF_SOURCE, commanded ? ev_commanded : ev_reported);
	if (commanded) {
		tell_priority(p, e, i);
	}
	dis_tell_value(p->ctx, e);
}

/* --- a message ----------------------------------------------------------- */

/*
 * Of what is reported the present-value, and status flags where they are not
 * the quality of one; of what is written every single value.
 */
static bool
is_shown(const struct bn_msg *m, const struct bn_item *i, bool commanded)
{
	struct rd v = i->value, one;
	struct bn_tag t;

	if (commanded) {
		return bn_element(&v, &one) && rd_left(&v) == 0 &&
		       bn_tag(&one, &t) && t.cls == BN_APP;
	}
	if (i->property == BN_PROP_STATUS_FLAGS) {
		return beside(m, i, BN_PROP_PRESENT_VALUE) == NULL;
	}
	return i->property == BN_PROP_PRESENT_VALUE && !(i->has & BN_HAS_INDEX);
}

static void
item(struct bn_pdu *p, const struct bn_item *i, bool commanded, const char *via)
{
	if (!is_whole(i)) {
		return;
	}
	if (is_shown(p->m, i, commanded)) {
		tell_value(p, i, commanded);
	} else if (i->type == BN_OBJ_NETWORK_PORT &&
		   (!commanded || i->property == BN_PROP_BDT)) {
		bn_network_port(p, i, via);
	} else if (i->type == BN_OBJ_DEVICE && !commanded) {
		device(p, i, via);
	}
}

static bool
reports(const struct bn_pdu *p)
{
	if (p->type == BN_COMPLEX_ACK) {
		return p->service == 12 || p->service == 13 ||
		       p->service == 14 || p->service == 26;
	}
	if (p->type == BN_UNCONFIRMED) {
		return p->service == 2 || p->service == 11;
	}
	return p->type == BN_CONFIRMED && (p->service == 1 || p->service == 31);
}

void
bn_facts(struct bn_pdu *p)
{
	bool commanded =
	    p->type == BN_CONFIRMED && (p->service == 15 || p->service == 16);
	const char *via =
	    p->type == BN_UNCONFIRMED ? bn_unconfirmed[p->service].name : NULL;
	uint16_t n = p->m->n;

	if (!commanded && !reports(p)) {
		return;
	}
	if (via == NULL) {
		via = bn_confirmed[p->service].name;
	}
	for (uint16_t k = 0; k < n; k++) {
		item(p, &p->m->item[k], commanded, via);
	}
}
