/*
 * facts: what a message says of the agent that sent it.
 *
 *	system group     sysDescr, sysObjectID, sysName, sysLocation of
 *	                 instance 0 (RFC 3418 2); sysContact is a person;
 *	                 the object id is told beside what is known of it
 *	entPhysicalTable the row of the chassis (RFC 6933 2.12.1): revisions,
 *	                 serial number, maker, model
 *	traps            a start is a state, a wrong community a failed log-in
 *	                 (RFC 1157 4.1.6, RFC 3418 2)
 *
 * Believed is a good response to a request of an object; what is not paired
 * comes from the agent's port; and traps, but for those that another sent on.
 * The response to an inform repeats what the inform said: of somebody else.
 *
 * Which row is the chassis is said by another column (entPhysicalClass), which
 * may come in another message or by another flow: it is remembered for the
 * agent.  Of several, a stack's, the first one stands for all.
 */
#include "dissectors/snmp/snmp.h"

#define SYSTEM   OID_MIB2 "\x01"
#define UPS      OID_MIB2 "\x21\x01\x01"         /* upsIdent, RFC 1628 */
#define PHYSICAL OID_MIB2 "\x2f\x01\x01\x01\x01" /* entPhysicalEntry */

#define SYS_OBJECT_ID    SYSTEM "\x02\x00"
#define ZERO_DOT_ZERO    "\0" /* no object: RFC 2578, 2 */
#define TRAP_OID         OID_SNMP_MODULES "\x01\x01\x04\x01\x00"
#define TRAPS            OID_SNMP_MODULES "\x01\x01\x05"
#define TRAP_ADDRESS     OID_SNMP_MODULES "\x12\x01\x03\x00" /* RFC 3584 */
#define TRAP_COLD_START  0
#define TRAP_WARM_START  1
#define TRAP_WRONG_NAME  4
#define TRAP_ENTERPRISE  6
#define PHYSICAL_CLASS   5
#define PHYSICAL_CHASSIS 3

struct object {
	const char *oid;
	size_t n;
	const char *key, *via;
};

#define O(oid, key, via)                       \
	{                                      \
		oid, sizeof(oid) - 1, key, via \
	}

static const struct object objects[] = {
    O(SYSTEM "\x01\x00", "description", "sysDescr"),
    O(SYSTEM "\x05\x00", "name", "sysName"),
    O(SYSTEM "\x06\x00", "location", "sysLocation"),
    O(UPS "\x01\x00", "vendor", "upsIdentManufacturer"),
    O(UPS "\x02\x00", "model", "upsIdentModel"),
    O(UPS "\x03\x00", "firmware", "upsIdentUPSSoftwareVersion"),
    O(UPS "\x04\x00", "software", "upsIdentAgentSoftwareVersion"),
};

/* By column; the row's number follows. */
static const struct object columns[] = {
    O(PHYSICAL "\x08", "hardware", "entPhysicalHardwareRev"),
    O(PHYSICAL "\x09", "firmware", "entPhysicalFirmwareRev"),
    O(PHYSICAL "\x0a", "software", "entPhysicalSoftwareRev"),
    O(PHYSICAL "\x0b", "serial", "entPhysicalSerialNum"),
    O(PHYSICAL "\x0c", "vendor", "entPhysicalMfgName"),
    O(PHYSICAL "\x0d", "model", "entPhysicalModelName"),
};

/*
 * Agents that say which system they run on: netSnmpAgentOIDs, the ones of
 * ucd-snmp before it, and Microsoft's.
 */
static const struct {
	const char *oid;
	size_t n;
	const char *os, *type; /* what is not told is NULL */
} systems[] = {
#define S(oid, os, type)                       \
	{                                      \
		oid, sizeof(oid) - 1, os, type \
	}
#define WINDOWS OID_ENTERPRISES "\x82\x37\x01\x01\x03\x01"
    S(OID_ENTERPRISES "\xbf\x08\x03\x02\x0a", "Linux", NULL),
    S(OID_ENTERPRISES "\x8f\x65\x81\x7a\x0a", "Linux", NULL),
    S(OID_ENTERPRISES "\xbf\x08\x03\x02\x08", "FreeBSD", NULL),
    S(WINDOWS "\x01", "Windows", "workstation"),
    S(WINDOWS "\x02", "Windows", "server"),
    S(WINDOWS "\x03", "Windows", "domain controller"),
#undef WINDOWS
#undef S
};

#undef O

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- numbers and names ---------------------------------------------------- */

static const struct {
	uint32_t number;
	const char *name;
} vendors[] = {
#define V(number, name) {number, name},
#include "dissectors/snmp/vendors.def"
#undef V
};

static const char *
vendor_name(uint32_t number)
{
	for (size_t i = 0; i < COUNT(vendors); i++) {
		if (vendors[i].number == number) {
			return vendors[i].name;
		}
	}
	return NULL;
}

static uint32_t
enterprise(struct rd oid)
{
	if (!OID_BEGINS(oid, OID_ENTERPRISES)) {
		return 0;
	}
	rd_skip(&oid, sizeof(OID_ENTERPRISES) - 1);
	return oid_arc(&oid);
}

uint32_t
snmp_vendor_number(struct snmp_msg *m)
{
	struct rd r = m->varbinds;
	struct varbind x;

	if (m->tag == SNMP_TRAP) {
		return enterprise(m->enterprise);
	}
	if (m->dir == EV_DIR_REQUEST || m->error != 0) {
		return 0;
	}
	for (size_t i = 0; i < m->nvarbinds && snmp_varbind(m, &r, &x); i++) {
		if (OID_IS(x.oid, SYS_OBJECT_ID) && x.value.tag == BER_OID) {
			return enterprise(x.value.body);
		}
	}
	return 0;
}

const char *
snmp_trap_name(int32_t generic)
{
	static const char *const names[] = {"cold_start", "warm_start",
	    "link_down", "link_up", "authentication_failure",
	    "egp_neighbor_loss"};

	return generic >= 0 && (size_t)generic < COUNT(names) ? names[generic]
							      : NULL;
}

/* RFC 3584 3.1: snmpTraps 1 to 6 are the numbers 0 to 5. */
int32_t
snmp_trap_of(struct snmp_msg *m)
{
	struct rd r = m->varbinds, oid;
	struct varbind x;

	if (m->tag != SNMP_TRAP_V2 && m->tag != SNMP_INFORM) {
		return -1;
	}
	for (size_t i = 0; i < m->nvarbinds && snmp_varbind(m, &r, &x); i++) {
		oid = x.value.body;
		if (!OID_IS(x.oid, TRAP_OID) || x.value.tag != BER_OID ||
		    !OID_BEGINS(oid, TRAPS)) {
			continue;
		}
		rd_skip(&oid, sizeof(TRAPS) - 1);
		if (rd_left(&oid) == 1) {
			int32_t n = rd_u8(&oid) - 1;

			return snmp_trap_name(n) != NULL ? n : -1;
		}
	}
	return -1;
}

/* --- whose message it is -------------------------------------------------- */

static bool
is_source(const struct snmp_msg *m, const uint8_t ip[4])
{
	const struct ev_end *src = m->ctx->src;

	return src->ipver == 4 && memcmp(src->ip.a, ip, 4) == 0;
}

/* One that came a longer way says who it is from. */
static bool
is_forwarded(struct snmp_msg *m)
{
	struct rd r = m->varbinds;
	struct varbind x;

	if (m->has_agent && !is_source(m, m->agent) &&
	    memcmp(m->agent, "\0\0\0", 4) != 0) {
		return true;
	}
	for (size_t i = 0; i < m->nvarbinds && snmp_varbind(m, &r, &x); i++) {
		if (OID_IS(x.oid, TRAP_ADDRESS) && x.value.tag == SNMP_IP &&
		    rd_left(&x.value.body) == 4 &&
		    !is_source(m, x.value.body.p)) {
			return true;
		}
	}
	return false;
}

bool
snmp_is_agent(struct snmp_msg *m)
{
	const struct ev_end *src = m->ctx->src;

	if (m->dir == EV_DIR_RESPONSE) {
		return m->error == 0 &&
		       (m->paired ? m->asked != SNMP_INFORM
				  : src->has_port && src->port == SNMP_PORT);
	}
	return (m->dir == EV_DIR_NOTIFY || m->tag == SNMP_INFORM) &&
	       !is_forwarded(m);
}

/* --- identity ------------------------------------------------------------- */

static void
text_fact(
    struct snmp_msg *m, const char *key, const struct ber *v, const char *via)
{
	const uint8_t *p = v->body.p;
	size_t n = rd_left(&v->body);

	if (v->tag != BER_STRING) {
		return;
	}
	for (; n > 0 && p[n - 1] <= ' '; n--) {
	}
	for (; n > 0 && *p <= ' '; n--) {
		p++;
	}
	if (n > 0) {
		dis_identity(
		    m->ctx, PROTO_SNMP, m->ctx->src, key, EV_T_TEXT, p, n, via);
	}
}

static void
name_fact(
    struct snmp_msg *m, const char *key, const char *name, const char *via)
{
	dis_identity(
	    m->ctx, PROTO_SNMP, m->ctx->src, key, EV_T_NAME, name, 0, via);
}

void
snmp_vendor_fact(struct snmp_msg *m, uint32_t number, const char *via)
{
	const char *vendor = vendor_name(number);

	if (vendor != NULL) {
		name_fact(m, "vendor", vendor, via);
	}
}

static void
object_id(struct snmp_msg *m, const struct ber *v)
{
	const char *text;
	size_t n;

	if (v->tag != BER_OID) {
		return;
	}
	/* The operation is told, and with it the texts that it had. */
	m->text_n = 0;
	text = oid_is_good(v->body) && !OID_IS(v->body, ZERO_DOT_ZERO)
		   ? oid_text(m, v->body, &n)
		   : NULL;
	if (text != NULL) {
		dis_identity(m->ctx, PROTO_SNMP, m->ctx->src, "object_id",
		    EV_T_TEXT, text, n, "sysObjectID");
	}
	snmp_vendor_fact(m, enterprise(v->body), "sysObjectID");
	for (size_t i = 0; i < COUNT(systems); i++) {
		if (!oid_begins(v->body, systems[i].oid, systems[i].n)) {
			continue;
		}
		/* First: the system alone would make a work station of it. */
		if (systems[i].type != NULL) {
			name_fact(
			    m, "device_type", systems[i].type, "sysObjectID");
		}
		name_fact(m, "os", systems[i].os, "sysObjectID");
	}
}

static void
scalar_fact(struct snmp_msg *m, const struct varbind *x)
{
	if (OID_IS(x->oid, SYS_OBJECT_ID)) {
		object_id(m, &x->value);
		return;
	}
	for (size_t i = 0; i < COUNT(objects); i++) {
		if (rd_left(&x->oid) == objects[i].n &&
		    oid_begins(x->oid, objects[i].oid, objects[i].n)) {
			text_fact(m, objects[i].key, &x->value, objects[i].via);
		}
	}
}

/* --- the row of the chassis ----------------------------------------------- */

/* For all flows of an agent; row 0: none is known. */
struct chassis {
	uint32_t row;
};

struct chassis_key {
	uint8_t what[2], ver, ip[16];
};

static struct chassis_key
chassis_key(const struct ev_end *agent)
{
	struct chassis_key key = {.what = {'s', 'n'}, .ver = agent->ipver};

	memcpy(key.ip, agent->ip.a, agent->ipver == 4 ? 4 : 16);
	return key;
}

/* Column and row of an entPhysicalTable's object; false: it is none. */
static bool
physical(struct rd oid, uint32_t *ret_column, uint32_t *ret_row)
{
	if (!OID_BEGINS(oid, PHYSICAL)) {
		return false;
	}
	rd_skip(&oid, sizeof(PHYSICAL) - 1);
	*ret_column = oid_arc(&oid);
	*ret_row = oid_arc(&oid);
	return rd_ok(&oid) && rd_left(&oid) == 0 && *ret_row != 0;
}

static void
learn_class(struct snmp_msg *m, const struct varbind *x)
{
	uint32_t column, row;
	struct chassis_key key;
	struct chassis *c;
	int32_t class;

	if (!physical(x->oid, &column, &row) || column != PHYSICAL_CLASS ||
	    x->value.tag != BER_INTEGER || !ber_signed(&x->value, &class)) {
		return;
	}
	key = chassis_key(m->ctx->src);
	c = m->ctx->sv->shared(
	    m->ctx, &key, sizeof(key), sizeof(*c), class == PHYSICAL_CHASSIS);
	if (c == NULL) {
		return;
	}
	if (class == PHYSICAL_CHASSIS && (c->row == 0 || row < c->row)) {
		c->row = row;
	} else if (class != PHYSICAL_CHASSIS && c->row == row) {
		c->row = 0;
	}
}

static void
physical_fact(struct snmp_msg *m, const struct varbind *x)
{
	uint32_t column, row;
	struct chassis_key key = chassis_key(m->ctx->src);
	const struct chassis *c;

	if (!physical(x->oid, &column, &row)) {
		return;
	}
	c = m->ctx->sv->shared(m->ctx, &key, sizeof(key), sizeof(*c), false);
	if (c == NULL || c->row != row) {
		return;
	}
	for (size_t i = 0; i < COUNT(columns); i++) {
		if (oid_begins(x->oid, columns[i].oid, columns[i].n)) {
			text_fact(m, columns[i].key, &x->value, columns[i].via);
		}
	}
}

/* --- traps ---------------------------------------------------------------- */

static void
trap_fact(struct snmp_msg *m)
{
	int32_t trap = m->tag == SNMP_TRAP ? m->generic : snmp_trap_of(m);
	struct ev *e;

	if (trap == TRAP_COLD_START || trap == TRAP_WARM_START) {
		e = dis_event(m->ctx, EV_STATE, PROTO_SNMP, m->dir);
		e->flags |= EV_HAS_SUBJECT;
		e->subject = *m->ctx->src;
		ev_name(e, EVF_STATE, "restarted");
		ev_name(e, EVF_DETAIL, snmp_trap_name(trap));
		dis_emit(m->ctx, e);
	} else if (trap == TRAP_WRONG_NAME) {
		/* At the sender; who tried is not said. */
		e = dis_event(m->ctx, EV_AUTH, PROTO_SNMP, m->dir);
		ev_name(e, EVF_ACTION, "fail");
		ev_name(e, EVF_DETAIL, snmp_trap_name(trap));
		dis_emit(m->ctx, e);
	}
}

void
snmp_facts(struct snmp_msg *m)
{
	struct rd r = m->varbinds;
	struct varbind x;

	if (!snmp_is_agent(m)) {
		return;
	}
	/* Of an enterprise's own trap it may be a MIB's number. */
	if (m->tag == SNMP_TRAP && m->generic < TRAP_ENTERPRISE) {
		snmp_vendor_fact(m, enterprise(m->enterprise), "trap");
	}
	while (snmp_varbind(m, &r, &x)) {
		learn_class(m, &x);
	}
	r = m->varbinds;
	while (snmp_varbind(m, &r, &x)) {
		if (OID_BEGINS(x.oid, SYSTEM) || OID_BEGINS(x.oid, UPS)) {
			scalar_fact(m, &x);
		} else {
			physical_fact(m, &x);
		}
	}
	trap_fact(m);
}
