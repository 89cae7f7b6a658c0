/*
 * facts: who the device is, at which addresses, which of its ports this is.
 *
 * CDP names no MAC of the device, so the facts are about the one that the
 * frame comes from, which on a switch is the port's.
 */
#include "dissectors/cdp/cdp.h"

/* Says little of a device besides another bit, and many have it. */
#define ROUTER 0x01
#define SWITCH 0x08
#define IGMP   0x20

static void
fact(struct cdp_pdu *p, const char *key, struct rd text, const char *via)
{
	nb_fact(p->ctx, PROTO_CDP, p->ctx->src, key, text, via);
}

/* What stands up to one of the octets. */
static struct rd
until(struct rd r, const char *ends)
{
	struct rd look = r;
	size_t n = 0;

	while (rd_left(&look) > 0) {
		uint8_t c = rd_u8(&look);

		if (c == 0 || strchr(ends, c) != NULL) {
			break;
		}
		n++;
	}
	return rd_sub(&r, n);
}

/*
 * "Cisco IOS Software, C3560 Software (C3560-IPBASE-M), Version 12.2(25)SEB4,
 * RELEASE SOFTWARE (fc1)", and lines of copyright: the version.  Telephones and
 * others tell it bare.
 */
static struct rd
version(struct rd text)
{
	static const char word[] = "Version ";
	size_t n = sizeof(word) - 1;

	for (struct rd r = text; rd_left(&r) > n; rd_skip(&r, 1)) {
		struct rd look = r;

		if (memcmp(rd_bytes(&look, n), word, n) == 0 &&
		    rd_left(&look) > 0 && look.p[0] >= '0' &&
		    look.p[0] <= '9') {
			return until(look, ", \r\n");
		}
	}
	return until(text, "\r\n");
}

static void
software(struct cdp_pdu *p, const char *via)
{
	struct rd text = nb_trimmed(p->text[CDP_SOFTWARE]);
	struct rd only = version(text);

	fact(p, "software", only, via);
	if (rd_left(&only) < rd_left(&text)) {
		fact(p, "description", text, via);
	}
}

/* "cisco WS-C3560G-24PS": others put their own name there, or none. */
static void
platform(struct cdp_pdu *p, const char *via)
{
	static const char cisco[] = "cisco ";
	struct rd r = nb_trimmed(p->text[CDP_PLATFORM]);
	size_t n = 0;

	fact(p, "model", r, via);
	while (n < sizeof(cisco) - 1 && (rd_u8(&r) | 0x20) == cisco[n]) {
		n++;
	}
	if (n == sizeof(cisco) - 1 && rd_ok(&r)) {
		dis_identity(p->ctx, PROTO_CDP, p->ctx->src, "vendor",
		    EV_T_NAME, "Cisco", 0, via);
	}
}

static void
addresses(struct cdp_pdu *p, const char *relation, struct rd list)
{
	uint32_t count = rd_be32(&list);
	struct cdp_address a;

	for (uint32_t n = 0;
	     n < count && n < CDP_ADDRESSES_MAX && cdp_next_address(&list, &a);
	     n++) {
		if (a.is_ip) {
			nb_address(
			    p->ctx, PROTO_CDP, p->ctx->src, relation, a.bytes);
		}
	}
}

/*
 * What Cisco sells as routers has a number or a family's letters where a
 * switch has WS-C2960 or IE-3300; with a card of ports in it, it says that it
 * switches, too.
 */
static bool
is_sold_as_router(const struct cdp_pdu *p)
{
	static const char *const families[] = {"isr", "asr", "csr", "c11"};
	struct rd r = nb_trimmed(p->text[CDP_PLATFORM]), look;
	unsigned digits = 0;

	if (!nb_starts(r, "cisco")) {
		return false;
	}
	rd_skip(&r, sizeof("cisco") - 1);
	r = nb_trimmed(r);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
		if (nb_starts(r, families[i])) {
			return true;
		}
	}
	for (look = r; digits < 5; digits++) {
		uint8_t c = rd_u8(&look);

		if (c < '0' || c > '9') {
			break;
		}
	}
	return digits == 3 || digits == 4;
}

static void
device_type(struct cdp_pdu *p, const char *via)
{
	uint32_t set = p->capabilities & ~(uint32_t)IGMP;

	if (!p->has_capabilities || nb_is_computer(p->text[CDP_PLATFORM])) {
		return;
	}
	if ((set & ROUTER) && is_sold_as_router(p)) {
		set &= ~(uint32_t)SWITCH;
	}
	nb_device_type(
	    p->ctx, PROTO_CDP, p->ctx->src, set, cdp_capabilities, via);
}

void
cdp_facts(struct cdp_pdu *p, const char *via)
{
	struct rd name = nb_trimmed(p->text[CDP_SYSTEM_NAME]);
	struct rd location = p->text[CDP_LOCATION];
	struct rd none = rd_make(NULL, 0);

	/* The id may be six octets of MAC, which are no name. */
	if (rd_left(&name) == 0) {
		name = nb_trimmed(p->text[CDP_DEVICE_ID]);
		name = nb_is_ascii(name) ? name : none;
	}
	fact(p, "name", name, via);
	platform(p, via);
	software(p, via);
	if (rd_left(&location) > 1) {
		rd_skip(&location, 1); /* 0: it is a text */
		fact(p, "location", location, via);
	}
	device_type(p, via);
	nb_port(p->ctx, PROTO_CDP, p->ctx->src, p->text[CDP_PORT_ID], none);
	addresses(p, "has_address", p->text[CDP_ADDRESSES]);
	addresses(p, "managed_at", p->text[CDP_MANAGEMENT]);
}
