/*
 * neighbour: see neighbour.h.
 *
 * The class is `report`: devices say this of themselves every few seconds,
 * unasked, and nobody is looking for anything.
 */
#include <string.h>

#include "dissectors/lldp/neighbour.h"

/* What agents say that have nothing to say. */
static const char *const placeholders[] = {
    "-", "n/a", "none", "unknown", "not specified", "not available"};

struct ev *
nb_operation(struct dis_ctx *ctx, uint16_t proto, const char *op)
{
	struct ev *e = dis_event(ctx, EV_OPERATION, proto, EV_DIR_NOTIFY);

	/* Neither protocol numbers its messages: no code. */
	e->op = op;
	e->cls = EV_CLASS_REPORT;
	return e;
}

void
nb_bits(struct ev *e, uint16_t field, uint32_t set, const struct nb_bit *names)
{
	ev_array(e, field);
	for (; names->bit != 0; names++) {
		if (set & names->bit) {
			ev_name(e, EVF_ELEM, names->name);
		}
	}
	ev_end(e);
}

/*
 * A telephone has a switch in it, an access point bridges, and both say so.
 * Who is a station as well may be a controller with two ports, or a server
 * with virtual bridges: of these it is not sure.  A bridge that can route is a
 * switch; whether it routes, its packets show.  Any other device with several
 * functions is not one of them.
 */
static const char *
type_of(uint32_t set, const struct nb_bit *names)
{
	const struct nb_bit *by[NB_FUNCTIONS] = {NULL};
	const char *only = NULL;

	for (; names->bit != 0; names++) {
		if (set & names->bit) {
			by[names->function] = names;
		}
		if (set == names->bit) {
			only = names->device_type;
		}
	}
	if (by[NB_PHONE] != NULL) {
		return by[NB_PHONE]->device_type;
	}
	if (by[NB_STATION] != NULL) {
		return NULL;
	}
	if (by[NB_WIRELESS] != NULL) {
		return by[NB_WIRELESS]->device_type;
	}
	return by[NB_BRIDGE] != NULL && by[NB_ROUTER] != NULL ? "layer 3 switch"
							      : only;
}

void
nb_device_type(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    uint32_t set, const struct nb_bit *names, const char *via)
{
	const char *type = type_of(set, names);

	if (type != NULL) {
		dis_identity(
		    ctx, proto, who, "device_type", EV_T_NAME, type, 0, via);
	}
}

bool
nb_starts(struct rd r, const char *word)
{
	for (; *word != '\0'; word++) {
		uint8_t c = rd_u8(&r);

		if (c >= 'A' && c <= 'Z') {
			c += 'a' - 'A';
		}
		if (!rd_ok(&r) || c != (uint8_t)*word) {
			return false;
		}
	}
	return true;
}

bool
nb_is_computer(struct rd system)
{
	static const char *const systems[] = {
	    "vmware esx", "debian gnu/linux", "ubuntu ", "red hat "};

	system = nb_trimmed(system);
	for (size_t i = 0; i < sizeof(systems) / sizeof(*systems); i++) {
		if (nb_starts(system, systems[i])) {
			return true;
		}
	}
	return false;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0;
}

struct rd
nb_trimmed(struct rd r)
{
	struct rd look = r;
	size_t n, end = 0;

	while (rd_left(&look) > 0 && is_blank(rd_u8(&look))) {
		rd_skip(&r, 1);
	}
	look = r;
	n = rd_left(&r);
	for (size_t i = 1; i <= n; i++) {
		if (!is_blank(rd_u8(&look))) {
			end = i;
		}
	}
	return rd_sub(&r, end);
}

bool
nb_is_ascii(struct rd r)
{
	if (rd_left(&r) == 0) {
		return false;
	}
	while (rd_left(&r) > 0) {
		uint8_t c = rd_u8(&r);

		if (c < 0x20 || c > 0x7e) {
			return false;
		}
	}
	return true;
}

static bool
is_word(struct rd r, const char *word)
{
	return rd_left(&r) == strlen(word) && nb_starts(r, word);
}

void
nb_fact(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const char *key, struct rd text, const char *via)
{
	size_t n = sizeof(placeholders) / sizeof(placeholders[0]);

	text = nb_trimmed(text);
	for (size_t i = 0; i < n; i++) {
		if (is_word(text, placeholders[i])) {
			return;
		}
	}
	if (rd_left(&text) != 0) {
		dis_identity(ctx, proto, who, key, EV_T_TEXT, text.p,
		    rd_left(&text), via);
	}
}

bool
nb_is_station(const uint8_t mac[NB_MAC_LEN])
{
	static const uint8_t none[NB_MAC_LEN];

	return (mac[0] & 1) == 0 && memcmp(mac, none, sizeof(none)) != 0;
}

/* 0.0.0.0, this host, groups: RFC 6890; RFC 4291, 2.5 to 2.7. */
static bool
is_any_hosts(const struct ev_ip *ip, uint8_t ipver)
{
	static const uint8_t none[15];

	if (ipver == 4) {
		return ip->a[0] == 0 || ip->a[0] == 127 || ip->a[0] >= 224;
	}
	return ip->a[0] == 0xff ||
	       (memcmp(ip->a, none, sizeof(none)) == 0 && ip->a[15] <= 1);
}

void
nb_address(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    const char *relation, struct rd a)
{
	uint8_t ipver = rd_left(&a) == 4 ? 4 : 6;
	struct ev_ip ip = {{0}};
	char text[EV_IP_TEXT];
	size_t n;

	if (rd_left(&a) != 4 && rd_left(&a) != sizeof(ip.a)) {
		return;
	}
	rd_copy(&a, ip.a, rd_left(&a));
	if (!is_any_hosts(&ip, ipver)) {
		n = ev_ip_text(text, ipver, &ip);
		dis_topology(ctx, proto, who, relation, text, n);
	}
}

void
nb_port(struct dis_ctx *ctx, uint16_t proto, const struct ev_end *who,
    struct rd port, struct rd detail)
{
	struct ev *e;

	port = nb_trimmed(port);
	detail = nb_trimmed(detail);
	if (rd_left(&port) == 0) {
		return;
	}
	e = dis_event(ctx, EV_TOPOLOGY, proto, EV_DIR_NOTIFY);
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	ev_name(e, EVF_RELATION, "port");
	ev_bytes(e, EVF_PEER, EV_T_TEXT, port.p, rd_left(&port));
	if (rd_left(&detail) != 0) {
		ev_bytes(e, EVF_DETAIL, EV_T_TEXT, detail.p, rd_left(&detail));
	}
	dis_emit(ctx, e);
}

void
nb_bad(struct dis_ctx *ctx, uint16_t proto, const char *reason, size_t offset,
    unsigned skipped)
{
	struct ev *e = dis_event(ctx, EV_MALFORMED, proto, EV_DIR_NOTIFY);

	ev_name(e, EVF_REASON, reason);
	ev_uint(e, EVF_OFFSET, offset);
	if (skipped != 0) {
		ev_uint(e, EVF_SKIPPED, skipped);
	}
	dis_emit(ctx, e);
}
