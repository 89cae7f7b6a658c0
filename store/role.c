/*
 * role: what an address is in a plant, and why.
 *
 * Roles are a set: a BACnet router can be a broadcast manager and a
 * controller.  Each is shown by something: what the device says it is (a fact
 * of its own), what its protocol makes of it (a DNP3 outstation is a remote
 * terminal), or what it is seen to do (it asks eight devices and writes).
 * The first thing that showed a role is kept with its frame; model.c puts the
 * set into words.
 *
 * A role is never taken back: what loaded a program once is an engineering
 * station on every other day, too.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/maker.h"
#include "store/store_priv.h"

int
role_because(struct store *s, struct addr *a, uint32_t role, const char *why)
{
	sqlite3_stmt *st = s->st[ST_REASON_NEW];
	const struct ev *e = s->now.ev;

	if (role == 0 || (a->roles & role) == role || a->kind == ADDR_GROUP) {
		return 0;
	}
	addr_role(s, a, role);
	db_bind(st, 1, a->id);
	db_bind(st, 2, role);
	db_bind_text(st, 3, why);
	db_bind_text(st, 4, ev_proto_name(e->proto));
	db_bind(st, 5, (int64_t)e->ts_ns);
	db_bind(st, 6, frame_at_hand(s));
	return db_run(st);
}

/* --- what it says ----------------------------------------------------------- */

/*
 * Words within a fact's value; case does not matter.  Product families stand
 * for what is sold under the name, whoever carries the protocol.  "=word" is
 * the whole value.
 */
static const struct word {
	const char *key, *word;
	uint32_t role;
	uint32_t unless; /* a longer word has shown this            */
} words[] = {
    /* CIP (ODVA volume 1, 6-1), PROFINET, LLDP, CDP, printed by us */
    {"device_type", "programmable logic controller", ROLE_PLC, 0},
    {"device_type", "io controller", ROLE_PLC, 0},
    {"device_type", "human-machine interface", ROLE_HMI, 0},
    {"device_type", "drive", ROLE_DRIVE, 0},
    {"device_type", "soft start", ROLE_DRIVE, 0},
    {"device_type", "motor starter", ROLE_DRIVE, 0},
    {"device_type", "i/o", ROLE_IO, 0},
    {"device_type", "io device", ROLE_IO, 0},
    {"device_type", "limit switch", ROLE_IO, 0},
    {"device_type", "sensor", ROLE_IO, 0},
    {"device_type", "encoder", ROLE_IO, 0},
    {"device_type", "valve", ROLE_IO, 0},
    {"device_type", "io supervisor", ROLE_ENGINEER, 0},
    {"device_type", "bridge", ROLE_SWITCH, 0},
    {"device_type", "proximity switch", ROLE_IO, 0},
    {"device_type", "ethernet switch", ROLE_SWITCH, 0},
    {"device_type", "network switch", ROLE_SWITCH, 0},
    {"device_type", "managed switch", ROLE_SWITCH, 0},
    {"device_type", "layer 3 switch", ROLE_SWITCH, 0},
    {"device_type", "=switch", ROLE_SWITCH, 0},
    {"device_type", "hart gateway", ROLE_GATEWAY, 0},
    {"device_type", "hart process", ROLE_IO, 0},
    {"device_type", "hart discrete", ROLE_IO, 0},
    {"device_type", "codesys runtime", ROLE_PLC, 0},
    {"device_type", "telephone", ROLE_PHONE, 0},
    {"device_type", "phone", ROLE_PHONE, 0},
    {"device_type", "router", ROLE_ROUTER, 0},
    {"device_type", "internetgatewaydevice", ROLE_ROUTER, 0}, /* UPnP */
    {"device_type", "wlan", ROLE_WIRELESS, 0},
    {"device_type", "access point", ROLE_WIRELESS, 0},
    {"device_type", "printer", ROLE_PRINTER, 0},
    {"device_type", "camera", ROLE_CAMERA, 0},
    {"device_type", "domain controller", ROLE_HOST, 0},
    {"device_type", "server", ROLE_HOST, 0},
    {"device_type", "workstation", ROLE_WORKSTATION, ROLE_HOST},
    {"software", "niagara workbench", ROLE_ENGINEER, 0},
    {"os", "windows server", ROLE_HOST, 0},
    {"os", "windows", ROLE_WORKSTATION, ROLE_HOST},
    {"description", "printer", ROLE_PRINTER, 0},
    {"description", "laserjet", ROLE_PRINTER, 0},
    {"description", "jetdirect", ROLE_PRINTER, 0},
    {"description", "network camera", ROLE_CAMERA, 0},
    {"description", "access point", ROLE_WIRELESS, 0},
    {"description", "scalance w", ROLE_WIRELESS, 0},
    {"description", "firewall", ROLE_FIREWALL, 0},
    {"description", "adaptive security appliance", ROLE_FIREWALL, 0},
    {"description", "ethernet switch", ROLE_SWITCH, 0},
    {"description", "managed switch", ROLE_SWITCH, 0},
    {"description", "scalance x", ROLE_SWITCH, 0},
    {"description", "simocode", ROLE_DRIVE, 0}, /* motor management */
    {"model", "scalance x", ROLE_SWITCH, 0},
    {"model", "scalance w", ROLE_WIRELESS, 0},
    {"model", "air-cap", ROLE_WIRELESS, 0}, /* Cisco's access points */
    {"model", "air-ap", ROLE_WIRELESS, 0}, {"model", "simocode", ROLE_DRIVE, 0},
    {"model", "laserjet", ROLE_PRINTER, 0},
    {"model", "aent", ROLE_IO, 0}, /* adapters of distributed I/O */
    {"model", "network camera", ROLE_CAMERA, 0},
    {"model", "historian", ROLE_HISTORIAN, 0},
    {"model", "panelview", ROLE_HMI, 0}, {"model", "simatic-hmi", ROLE_HMI, 0},
    {"model", "powerflex", ROLE_DRIVE, 0},
    {"model", "fx5", ROLE_PLC, 0}, /* MELSEC, by SLMP */
    {"model", "cpu", ROLE_PLC, 0},
    {"model", "pn-controller", ROLE_PLC, 0}, /* CODESYS */
};

static int
say(struct store *s, struct addr *a, uint32_t role, const char *key,
    const char *value)
{
	char why[EV_TEXT_MAX + 64];

	(void)snprintf(why, sizeof(why), "%s: %s", key, value);
	return role_because(s, a, role, why);
}

/* A description that the agent of the system itself gives, and no person, page
 * or banner: what these speak of need not be the device. */
static bool
is_of_system(const struct ev *e)
{
	static const char *const agents[] = {"snmp", "lldp", "cdp"};
	const char *name = ev_proto_name(e->proto);

	for (size_t i = 0; i < sizeof(agents) / sizeof(*agents); i++) {
		if (strcmp(agents[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The page of a device is called by what it is, which comes last: "P3245 Network
 * Camera", and not "Network camera recordings". */
static bool
is_title(const struct ev *e, const struct word *w, const char *rest)
{
	return strcmp(ev_proto_name(e->proto), "http") == 0 &&
	       (w->role & (ROLE_CAMERA | ROLE_PRINTER)) && rest[0] == '\0';
}

/* "firewall off", "access point mode disabled": a part of it, at most. */
static bool
is_of_a_part(const char *next)
{
	static const char *const states[] = {"off", "on", "mode", "disabled",
	    "enabled", "support", "not ", "room", "driver", "client", "damper",
	    "port"};

	next += strspn(next, " :=(-");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (strncasecmp(next, states[i], strlen(states[i])) == 0) {
			return true;
		}
	}
	return false;
}

/* Of a controller it is a word of its own with a number, or a word's end: no
 * "multi CPU server". */
static bool
is_controller(const char *value, const char *at)
{
	const char *next = at + strlen("cpu");

	return at == value || at[-1] != ' ' || next[0] == '\0' ||
	       isdigit((unsigned char)next[0]) ||
	       isdigit((unsigned char)next[strspn(next, " -")]);
}

static bool
shows(const struct ev *e, const struct word *w, const char *value)
{
	const char *at;

	if (w->word[0] == '=') {
		return strcasecmp(w->word + 1, value) == 0;
	}
	at = strcasestr(value, w->word);
	if (at == NULL) {
		return false;
	}
	if (strcmp(w->key, "description") == 0) {
		at += strlen(w->word);
		return is_title(e, w, at) ||
		       (is_of_system(e) && !is_of_a_part(at));
	}
	return strcmp(w->word, "cpu") != 0 || is_controller(value, at);
}

/* What a device offers by DNS-SD (RFC 6763, 7), which is the message. */
static const struct {
	const char *via;
	uint32_t role;
} offers[] = {
    {"_ipp", ROLE_PRINTER},
    {"_ipps", ROLE_PRINTER},
    {"_printer", ROLE_PRINTER},
    {"_pdl-datastream", ROLE_PRINTER},
    {"_axis-video", ROLE_CAMERA},
    {"_rtsp", ROLE_CAMERA},
    {"_onvif", ROLE_CAMERA},
};

static int
by_offer(struct store *s, struct addr *a)
{
	char via[EV_NAME_MAX];
	int rc = 0;

	(void)field_text(s->now.ev, EVF_VIA, via, sizeof(via));
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		if (rc == 0 && strcmp(offers[i].via, via) == 0) {
			rc = say(s, a, offers[i].role, "offers", via);
		}
	}
	return rc;
}

/* By its kernel alone, as NTLM tells it: a work station's or a server's. */
static bool
is_any_windows(const char *key, const char *value)
{
	return strcmp(key, "os") == 0 &&
	       strncmp(value, "Windows NT ", 11) == 0 &&
	       strstr(value, " build ") != NULL;
}

/* What a protocol makes of who answers by it, asks by it, or says by it who
 * he is; 0: nothing in particular. */
static const struct protocol {
	const char *name;
	uint32_t server, client, says;
	const char *as_server, *as_client, *as_speaker;
} protocols[] = {
    {"bacnet", ROLE_BUILDING, 0, ROLE_BUILDING, "answers BACnet requests", "",
	"says who it is by BACnet"},
    {"s7comm", ROLE_PLC, 0, ROLE_PLC, "answers S7 requests", "",
	"says who it is by S7"},
    {"gesrtp", ROLE_PLC, 0, 0, "answers GE-SRTP requests", "", ""},
    {"fins", 0, 0, ROLE_PLC, "", "", "says which controller it is by FINS"},
    {"dnp3", ROLE_RTU, ROLE_SCADA, 0, "answers as a DNP3 outstation",
	"is a DNP3 master", ""},
    {"iec104", ROLE_RTU, ROLE_SCADA, 0, "answers as a controlled station",
	"asks as a controlling station", ""},
    {"goose", 0, 0, ROLE_RTU, "", "", "publishes events by GOOSE"},
    {"fox", ROLE_BUILDING, 0, 0, "answers as a Niagara station", "", ""},
    {"rdp", 0, 0, ROLE_WORKSTATION, "", "", "opens remote desktops"},
    {"ethercat", 0, ROLE_PLC, 0, "", "is the master of EtherCAT slaves", ""},
    {"dns", ROLE_HOST, 0, 0, "answers for names", "", ""},
    {"nbns", 0, 0, ROLE_WORKSTATION, "", "", "registers NetBIOS names"},
};

static const struct protocol *
protocol_of(const struct ev *e)
{
	static const struct protocol none;
	const char *name = ev_proto_name(e->proto);

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(protocols[i].name, name) == 0) {
			return &protocols[i];
		}
	}
	return &none;
}

/*
 * Windows CE, too, has NetBIOS names, and so have the controllers and panels
 * that run it: of who makes mostly these a name proves no work station.
 */
static bool
is_made_for_plants(const struct addr *a)
{
	static const char *const makers[] = {"Beckhoff", "Siemens", "Rockwell",
	    "Schneider Electric", "PHOENIX CONTACT", "WAGO", "OMRON",
	    "Mitsubishi Electric", "Yokogawa", "Bosch Rexroth", "Pilz", "KEBA",
	    "Lenze", "Festo", "Turck", "Weidm", "Digital Electronics Corp"};
	const char *name = a->has_mac ? maker_of(a->mac) : NULL;

	for (size_t i = 0; name != NULL && i < sizeof(makers) / sizeof(*makers);
	     i++) {
		if (strncasecmp(name, makers[i], strlen(makers[i])) == 0) {
			return true;
		}
	}
	return false;
}

static int
by_speaking(struct store *s, struct addr *a)
{
	const struct protocol *p = protocol_of(s->now.ev);

	if (p->says == 0 || (a->roles & p->says) ||
	    (strcmp(p->name, "nbns") == 0 && is_made_for_plants(a))) {
		return 0;
	}
	return role_because(s, a, p->says, p->as_speaker);
}

int
role_of_fact(
    struct store *s, struct addr *a, const char *key, const char *value)
{
	int rc = by_speaking(s, a);

	rc = rc == 0 ? by_offer(s, a) : rc;
	if (rc == 0 && is_any_windows(key, value)) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && rc == 0;
	     i++) {
		if (strcmp(words[i].key, key) == 0 &&
		    !(a->roles & words[i].unless) &&
		    shows(s->now.ev, &words[i], value)) {
			rc = say(s, a, words[i].role, key, value);
		}
	}
	return rc == 0 && safety_says(key, value)
		   ? say(s, a, ROLE_SAFETY, key, value)
		   : rc;
}

/* --- what it does ------------------------------------------------------------ */

static int
as_server(struct store *s, struct addr *a)
{
	const struct ev *e = s->now.ev;
	const struct protocol *p = protocol_of(e);
	int rc = 0;

	/* To say who one is, or to open a session, is to serve nobody. */
	if (is_of_the_process(e) && e->cls != EV_CLASS_DISCOVERY &&
	    e->cls != EV_CLASS_SESSION && e->kind == EV_OPERATION) {
		rc = role_because(s, a, ROLE_SERVER, "answers requests");
	}
	return rc == 0 ? role_because(s, a, p->server, p->as_server) : rc;
}

/* What was sent; of an answer that has no better name, of which class. */
static int
because_sent(struct store *s, struct addr *a, uint32_t role)
{
	const struct ev *e = s->now.ev;
	const char *op = e->op;
	char why[EV_NAME_MAX + 32];

	if (op == NULL ||
	    (e->dir == EV_DIR_RESPONSE && strstr(op, "response") != NULL)) {
		op = ev_class_name((enum ev_class)e->cls);
	}
	(void)snprintf(why, sizeof(why), "sent %s", op);
	return role_because(s, a, role, why);
}

/* Of how many devices it asks, and whether it writes, an operator's station
 * is made (model.c). */
static int
as_supervisor(struct store *s, struct addr *a)
{
	const struct ev *e = s->now.ev;
	int rc = asked_count(s, a, false);

	if (rc == 0 && a->asked.server_n >= SERVERS_MANY) {
		rc = role_because(s, a, ROLE_MANY, "asks three devices");
	}
	if (rc == 0 && a->asked.server_n >= SERVERS_MOST) {
		rc = role_because(s, a, ROLE_MOST, "asks eight devices");
	}
	if (rc == 0 && !(a->roles & ROLE_WRITER) &&
	    (e->cls == EV_CLASS_WRITE || e->cls == EV_CLASS_CONTROL)) {
		rc = because_sent(s, a, ROLE_WRITER);
	}
	return rc;
}

/*
 * A controller asks for the blocks of its program while it is loaded (S7's
 * download): who was asked first is no engineering station.
 */
static bool
loads(const struct store *s, const struct addr *client)
{
	const struct judged *n = &s->now;
	bool asked = (client->roles & (ROLE_SERVER | ROLE_PLC)) &&
		     n->server != NULL && (n->server->roles & ROLE_CLIENT);

	return !asked && (n->ev->cls == EV_CLASS_PROGRAM ||
			     n->ev->cls == EV_CLASS_FIRMWARE);
}

static int
as_client(struct store *s, struct addr *a)
{
	const struct ev *e = s->now.ev;
	const struct protocol *p = protocol_of(e);
	int rc = 0;

	/* By IP it is a tool at the mailbox gateway of one. */
	if (p->client != ROLE_PLC || a->kind == ADDR_MAC) {
		rc = role_because(s, a, p->client, p->as_client);
	}
	/* A device looks for its own name before it takes it, a switch for
	 * its neighbours: who seeks asks nobody for anything. */
	if (rc != 0 || e->cls == EV_CLASS_DISCOVERY) {
		return rc;
	}
	rc = role_because(s, a, ROLE_CLIENT, "sends requests");
	rc = rc == 0 ? as_supervisor(s, a) : rc;
	return rc == 0 && loads(s, a) ? because_sent(s, a, ROLE_ENGINEER) : rc;
}

/* Who asks several devices how they are manages a network. */
static int
as_manager(struct store *s, struct addr *a)
{
	int rc;

	if (strcmp(ev_proto_name(s->now.ev->proto), "snmp") != 0) {
		return 0;
	}
	rc = asked_count(s, a, true);
	return rc == 0 && a->asked.managed_n >= SERVERS_MANY
		   ? role_because(
			 s, a, ROLE_HOST, "asks several devices by SNMP")
		   : rc;
}

/*
 * The first request of each connection may yet turn out to be another
 * protocol's.  Not so what answers a request, nor what goes over a link whose
 * protocol was proven before.
 */
static bool
is_proven(const struct judged *n)
{
	const struct ev *e = n->ev;

	if (!(e->flags & EV_TENTATIVE) ||
	    (e->dir == EV_DIR_RESPONSE && (e->flags & EV_HAS_RTT))) {
		if (n->link != NULL) {
			n->link->flags |= LINK_PROVEN;
		}
		return true;
	}
	return n->link != NULL && (n->link->flags & LINK_PROVEN);
}

/* Who has asked: its request may have come before the proof, and an equal one
 * is only counted; the answer is of the request's class. */
static struct addr *
who_asks(const struct judged *n)
{
	struct addr *a = n->client;

	if (a == NULL || a->kind == ADDR_GROUP) {
		return NULL;
	}
	return n->ev->dir == EV_DIR_REQUEST || (n->ev->dir == EV_DIR_RESPONSE &&
						   (a->flags & ADDR_HEARD))
		   ? a
		   : NULL;
}

int
role_of_operation(struct store *s)
{
	const struct judged *n = &s->now;
	struct addr *client = who_asks(n);
	int rc = 0;

	if (!is_proven(n)) {
		return 0;
	}
	if (!is_of_the_process(n->ev)) {
		return client != NULL ? as_manager(s, client) : 0;
	}
	if (n->server != NULL && n->ev->dir == EV_DIR_RESPONSE) {
		rc = as_server(s, n->server);
	}
	return rc == 0 && client != NULL ? as_client(s, client) : rc;
}

int
role_of_service(struct store *s)
{
	const struct judged *n = &s->now;
	int rc = as_server(s, n->server);

	if (n->link == NULL || (n->ev->flags & EV_TENTATIVE)) {
		return rc;
	}
	n->link->flags |= LINK_PROVEN;
	return rc == 0 && n->client != NULL && !is_of_the_process(n->ev)
		   ? as_manager(s, n->client)
		   : rc;
}

/* --- where it stands ---------------------------------------------------------- */

/* The IP at the beginning of a peer's text, if it has a row. */
static int
peer_row(struct store *s, const char *peer, struct addr **ret)
{
	struct ev_end end = {0};
	char ip[EV_IP_TEXT];
	size_t n = strspn(peer, "0123456789.");

	*ret = NULL;
	(void)snprintf(ip, sizeof(ip), "%.*s", (int)n, peer);
	if (n == 0 || !addr_parse_ip(ip, &end.ipver, &end.ip)) {
		return 0;
	}
	return addr_ip(s, end.ipver, &end.ip, 0, false, ret);
}

static int
of_peer(struct store *s, const char *relation, const char *peer)
{
	bool gateway = strcmp(relation, "names_gateway") == 0;
	struct addr *a;
	int rc;

	if (!gateway && strcmp(relation, "registers_at") != 0 &&
	    strcmp(relation, "bbmd") != 0) {
		return 0;
	}
	rc = peer_row(s, peer, &a);
	if (rc != 0 || a == NULL || a->asset == 0) {
		return rc;
	}
	return gateway ? role_because(s, a, ROLE_ROUTER,
			     "DHCP gives it to hosts as their gateway")
		       : role_because(s, a, ROLE_BBMD,
			     "stands in a broadcast distribution table");
}

int
role_of_relation(
    struct store *s, struct addr *a, const char *relation, const char *peer)
{
	int rc = of_peer(s, relation, peer);

	if (rc != 0) {
		return rc;
	}
	if (strcmp(relation, "bbmd") == 0) {
		return role_because(
		    s, a, ROLE_BBMD, "has a broadcast distribution table");
	}
	if (strcmp(relation, "routes") == 0) {
		return role_because(s, a, ROLE_BACNET_ROUTER,
		    "announces BACnet networks behind it");
	}
	if (strcmp(relation, "dhcp_server") == 0) {
		return role_because(s, a, ROLE_HOST, "leases addresses");
	}
	/* Told by who is in step, not by each that answers by NTP. */
	if (strcmp(relation, "time_source") == 0) {
		return role_because(s, a, ROLE_HOST, "tells others the time");
	}
	if (strcmp(relation, "dhcp_relay") == 0) {
		return role_because(
		    s, a, ROLE_ROUTER, "relays DHCP between networks");
	}
	return 0;
}
