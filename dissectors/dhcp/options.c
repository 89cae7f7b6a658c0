/*
 * options: the options of a message as a table by code, and what each is.
 *
 * They stand behind the cookie, and, where option 52 says so, in the fields
 * file and sname as well (RFC 2131, 4.1; RFC 2132, 9.3).  What appears more
 * than once is one value in pieces: file is read before sname (RFC 3396, 5).
 *
 *	  0      1
 *	+------+-----+--------------+
 *	| code | len | len bytes    |   code 0 pads and 255 ends: no length
 *	+------+-----+--------------+
 *
 * Pieces are joined in a block of the message's own; what does not fit there
 * is not told.
 */
#include "dissectors/dhcp/dhcp.h"

/* RFC 2132, 9.3 */
#define OVERLOAD_FILE  1
#define OVERLOAD_SNAME 2

/* RFC 3046, 2; RFC 3993 */
#define RELAY_CIRCUIT_ID    1
#define RELAY_REMOTE_ID     2
#define RELAY_SUBSCRIBER_ID 6

/* RFC 4702, 2: flags, two codes; E: the name is in DNS's wire form. */
#define FQDN_HEAD 3
#define FQDN_WIRE 0x04
#define LABEL_MAX 63

enum form { U8S, U16, U32, IP, IPS, TEXT, HEX };

/* In the order in which they are told. */
static const struct {
	uint8_t code, form;
	uint16_t field;
} forms[] = {
    {DHO_REQUESTED, IP, DHF_REQUESTED},
    {DHO_LEASE, U32, DHF_LEASE},
    {DHO_SERVER, IP, DHF_SERVER},
    {DHO_MASK, IP, DHF_MASK},
    {DHO_ROUTERS, IPS, DHF_ROUTERS},
    {DHO_DNS, IPS, DHF_DNS},
    {DHO_HOSTNAME, TEXT, DHF_HOSTNAME},
    {DHO_DOMAIN, TEXT, DHF_DOMAIN},
    {DHO_NTP, IPS, DHF_NTP},
    {DHO_PARAMETERS, U8S, DHF_PARAMETERS},
    {DHO_MESSAGE, TEXT, DHF_MESSAGE},
    {DHO_MAX_SIZE, U16, DHF_MAX_SIZE},
    {DHO_T1, U32, DHF_T1},
    {DHO_T2, U32, DHF_T2},
    {DHO_VENDOR_CLASS, TEXT, DHF_VENDOR_CLASS},
    {DHO_USER_CLASS, HEX, DHF_USER_CLASS},
    {DHO_CLIENT_ID, HEX, DHF_CLIENT_ID},
    {DHO_TFTP_NAME, TEXT, DHF_TFTP_NAME},
    {DHO_BOOT_FILE, TEXT, DHF_BOOT_FILE},
    {DHO_TFTP_SERVERS, IPS, DHF_TFTP_SERVERS},
    {DHO_VENDOR_INFO, HEX, DHF_VENDOR_INFO},
    {DHO_VENDOR_IDENT, HEX, DHF_VENDOR_IDENT},
};

/* --- reading --------------------------------------------------------------- */

static void
join(struct dhcp_msg *m, struct dhcp_option *o, struct rd piece, size_t at)
{
	uint8_t *end = m->joined + m->joined_n;
	size_t n = rd_left(&piece), head = o->p + o->n == end ? 0 : o->n;

	if (head + n > sizeof(m->joined) - m->joined_n) {
		dhcp_bad(m, DHCP_BAD_BUDGET, at);
		return;
	}
	if (head != 0) {
		memcpy(end, o->p, head);
	}
	if (head != 0 || o->n == 0) {
		o->p = end;
	}
	rd_copy(&piece, end + head, n);
	m->joined_n += head + n;
	o->n += n;
}

static void
keep(struct dhcp_msg *m, uint8_t code, struct rd piece, size_t at)
{
	struct dhcp_option *o = &m->option[code];

	if (o->p != NULL) {
		join(m, o, piece, at);
		return;
	}
	o->n = rd_left(&piece);
	o->p = rd_bytes(&piece, o->n);
	o->at = at;
	m->order[m->count++] = code;
}

static size_t
offset(const struct dhcp_msg *m, const struct rd *r)
{
	return (size_t)(r->p - m->start);
}

static void
walk(struct dhcp_msg *m, struct rd area)
{
	size_t at = offset(m, &area);

	while (rd_left(&area) > 0) {
		uint8_t code = rd_u8(&area);
		struct rd piece;

		if (code == DHO_END) {
			return;
		}
		if (code != DHO_PAD) {
			piece = rd_sub(&area, rd_u8(&area));
			if (!rd_ok(&piece)) {
				dhcp_bad(m, DHCP_BAD_OPTION, at);
				return;
			}
			keep(m, code, piece, at);
		}
		at = offset(m, &area);
	}
	dhcp_bad(m, DHCP_BAD_END, at);
}

static const struct dhcp_option *
find(const struct dhcp_msg *m, enum dhcp_code code)
{
	const struct dhcp_option *o = &m->option[code];

	return o->p != NULL ? o : NULL;
}

/* A number of one byte; 0 when there is none. */
static uint8_t
one_byte(struct dhcp_msg *m, enum dhcp_code code)
{
	const struct dhcp_option *o = find(m, code);

	if (o == NULL) {
		return 0;
	}
	if (o->n != 1) {
		dhcp_bad(m, DHCP_BAD_VALUE, o->at);
		return 0;
	}
	return o->p[0];
}

static void
overloaded(struct dhcp_msg *m)
{
	uint8_t where = one_byte(m, DHO_OVERLOAD);

	if (where > (OVERLOAD_FILE | OVERLOAD_SNAME) ||
	    (where == 0 && find(m, DHO_OVERLOAD) != NULL)) {
		dhcp_bad(m, DHCP_BAD_OVERLOAD, m->option[DHO_OVERLOAD].at);
		return;
	}
	if (where & OVERLOAD_FILE) {
		walk(m, m->file);
		(void)rd_rest(&m->file);
	}
	if (where & OVERLOAD_SNAME) {
		walk(m, m->sname);
		(void)rd_rest(&m->sname);
	}
}

/* RFC 1035, 3.1, without compression; the last label may lack its end. */
static bool
name_from_wire(struct dhcp_msg *m, struct rd r)
{
	while (rd_left(&r) > 0) {
		size_t n = rd_u8(&r), dot = m->name_n != 0;
		const uint8_t *label = rd_bytes(&r, n);

		if (n == 0) {
			return rd_left(&r) == 0;
		}
		if (label == NULL || n > LABEL_MAX ||
		    m->name_n + dot + n > sizeof(m->name)) {
			m->name_n = 0;
			return false;
		}
		if (dot) {
			m->name[m->name_n++] = '.';
		}
		memcpy(m->name + m->name_n, label, n);
		m->name_n += n;
	}
	return true;
}

static void
read_name(struct dhcp_msg *m)
{
	const struct dhcp_option *o = find(m, DHO_FQDN);
	struct rd r;
	uint8_t flags;

	if (o == NULL) {
		return;
	}
	r = rd_make(o->p, o->n);
	flags = rd_u8(&r);
	rd_skip(&r, FQDN_HEAD - 1);
	if (!rd_ok(&r)) {
		dhcp_bad(m, DHCP_BAD_VALUE, o->at);
	} else if (flags & FQDN_WIRE) {
		if (!name_from_wire(m, r)) {
			dhcp_bad(m, DHCP_BAD_FQDN, o->at);
		}
	} else if (rd_left(&r) <= sizeof(m->name)) {
		m->name_n = rd_left(&r);
		rd_copy(&r, m->name, m->name_n);
		while (m->name_n > 0 && m->name[m->name_n - 1] == '\0') {
			m->name_n--;
		}
		/* The root's dot: one name, however it is written. */
		if (m->name_n > 0 && m->name[m->name_n - 1] == '.') {
			m->name_n--;
		}
	} else {
		dhcp_bad(m, DHCP_BAD_FQDN, o->at);
	}
}

static bool
fits(enum form form, size_t n)
{
	switch (form) {
	case U16: return n == 2;
	case U32:
	case IP: return n == 4;
	case IPS: return n != 0 && n % 4 == 0;
	case U8S:
	case TEXT:
	case HEX: break;
	}
	return n != 0;
}

/* What is not as long as its kind is told as a code and no more. */
static void
check(struct dhcp_msg *m)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct dhcp_option *o = &m->option[forms[i].code];

		if (o->p != NULL && !fits(forms[i].form, o->n)) {
			dhcp_bad(m, DHCP_BAD_VALUE, o->at);
			o->p = NULL;
			o->n = 0;
		}
	}
}

void
dhcp_read_options(struct dhcp_msg *m, struct rd area)
{
	walk(m, area);
	overloaded(m);
	check(m);
	m->type = one_byte(m, DHO_TYPE);
	read_name(m);
}

struct rd
dhcp_text(const struct dhcp_msg *m, enum dhcp_code code)
{
	const struct dhcp_option *o = &m->option[code];
	size_t n = o->n;

	while (n > 0 && o->p[n - 1] == 0) {
		n--;
	}
	return rd_make(o->p, n);
}

bool
dhcp_address(const struct dhcp_msg *m, enum dhcp_code code, struct ev_ip *ret)
{
	const struct dhcp_option *o = &m->option[code];
	struct rd r = rd_make(o->p, o->n);

	*ret = (struct ev_ip){{0}};
	rd_copy(&r, ret->a, 4);
	return rd_ok(&r) && dhcp_is_ip(ret);
}

/* --- telling --------------------------------------------------------------- */

static void
put_list(struct ev *e, uint16_t field, struct rd r, size_t each)
{
	ev_array(e, field);
	while (rd_left(&r) > 0) {
		if (each == 1) {
			ev_uint(e, EVF_ELEM, rd_u8(&r));
		} else {
			ev_bytes(
			    e, EVF_ELEM, EV_T_IP, rd_bytes(&r, each), each);
		}
	}
	ev_end(e);
}

static void
put(const struct dhcp_msg *m, struct ev *e, size_t i)
{
	const struct dhcp_option *o = &m->option[forms[i].code];
	uint16_t field = forms[i].field;
	struct rd r = rd_make(o->p, o->n), text;

	switch ((enum form)forms[i].form) {
	case U8S: put_list(e, field, r, 1); break;
	case U16: ev_uint(e, field, rd_be16(&r)); break;
	case U32: ev_uint(e, field, rd_be32(&r)); break;
	case IP: ev_bytes(e, field, EV_T_IP, o->p, 4); break;
	case IPS: put_list(e, field, r, 4); break;
	case TEXT:
		text = dhcp_text(m, forms[i].code);
		ev_bytes(e, field, EV_T_TEXT, text.p, rd_left(&text));
		break;
	case HEX: ev_bytes(e, field, EV_T_HEX, o->p, o->n); break;
	}
}

static uint16_t
relay_field(uint8_t code)
{
	switch (code) {
	case RELAY_CIRCUIT_ID: return DHF_CIRCUIT_ID;
	case RELAY_REMOTE_ID: return DHF_REMOTE_ID;
	case RELAY_SUBSCRIBER_ID: return DHF_SUBSCRIBER_ID;
	default: return 0;
	}
}

/* What the relay knows of where the client is: each vendor's own bytes. */
static void
put_relay(struct dhcp_msg *m, struct ev *e)
{
	const struct dhcp_option *o = find(m, DHO_RELAY);
	struct rd r;

	if (o == NULL) {
		return;
	}
	r = rd_make(o->p, o->n);
	while (rd_left(&r) > 0) {
		uint16_t field = relay_field(rd_u8(&r));
		size_t n = rd_u8(&r);
		const uint8_t *p = rd_bytes(&r, n);

		if (!rd_ok(&r)) {
			dhcp_bad(m, DHCP_BAD_RELAY, o->at);
			return;
		}
		if (field != 0) {
			ev_bytes(e, field, EV_T_HEX, p, n);
		}
	}
}

void
dhcp_put_options(struct dhcp_msg *m, struct ev *e)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (find(m, forms[i].code) != NULL) {
			put(m, e, i);
		}
	}
	if (m->name_n != 0) {
		ev_bytes(e, DHF_FQDN, EV_T_TEXT, m->name, m->name_n);
	}
	put_relay(m, e);
	if (m->count != 0) {
		put_list(e, DHF_OPTIONS, rd_make(m->order, m->count), 1);
	}
}
