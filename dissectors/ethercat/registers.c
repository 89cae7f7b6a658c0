/*
 * registers: what those of a slave are for ([1] 6), and three that matter.
 *
 *	0010  station address, which the master gives
 *	0120  AL control: the state that is asked for   0130  AL status: the
 *	      state it is in, an error's flag           0134  why
 *	0502  SII: status and command (2) | word address (4) | data (4 or 8)
 *	      words 08 to 0f are vendor, product, revision and serial number
 *
 * What a master does to every slave whenever it starts (addresses, memory
 * mapping, clocks) is `session`; what changes what a slave does is `control`.
 */
#include <string.h>

#include "dissectors/ethercat/ethercat.h"

#define AL_STATE 0x0f
#define AL_ERROR 0x10

/* SII control and status; [1] 6.4.3 */
#define SII_BUSY   0x8000
#define SII_ERRORS 0x7800
#define SII_EIGHT  0x0040
enum { SII_READ = 1, SII_WRITE = 2, SII_RELOAD = 4 };

#define READ    "read_register", EV_CLASS_READ
#define WRITE   "write_register", EV_CLASS_WRITE
#define PREPARE EV_CLASS_SESSION

static const struct ec_register registers[] = {
    {0x0000, 0x000f, "esc_information", "read_esc_information",
	EV_CLASS_DISCOVERY, WRITE},
    {0x0010, 0x0011, "station_address", READ, "set_station_address", PREPARE},
    {0x0012, 0x0013, "station_alias", READ, "set_station_alias",
	EV_CLASS_CONFIG},
    {0x0020, 0x0031, "write_protection", READ, "set_write_protection",
	EV_CLASS_CONFIG},
    {0x0040, 0x0041, "reset", READ, "reset", EV_CLASS_CONTROL},
    {0x0100, 0x0103, "dl_control", READ, "set_ports", EV_CLASS_CONTROL},
    {0x0108, 0x0109, "physical_offset", READ, WRITE},
    {0x0110, 0x0111, "dl_status", "read_dl_status", EV_CLASS_DIAGNOSTIC, WRITE},
    {0x0120, 0x0121, "al_control", READ, "request_state", EV_CLASS_CONTROL},
    {0x0130, 0x0133, "al_status", "read_al_status", EV_CLASS_READ, WRITE},
    {0x0134, 0x0135, "al_status_code", "read_al_status", EV_CLASS_READ, WRITE},
    {0x0138, 0x0139, "led_override", READ, WRITE},
    {0x0140, 0x0153, "pdi_control", READ, WRITE},
    {0x0200, 0x0223, "events", READ, "set_event_mask", PREPARE},
    {0x0300, 0x0313, "error_counters", "read_error_counters",
	EV_CLASS_DIAGNOSTIC, "clear_error_counters", EV_CLASS_DIAGNOSTIC},
    {0x0400, 0x0443, "watchdog", READ, "set_watchdog", PREPARE},
    {0x0500, 0x0501, "sii_access", READ, "assign_sii", PREPARE},
    {0x0502, 0x050f, "sii", "read_sii_data", EV_CLASS_READ, "access_sii",
	PREPARE},
    {0x0510, 0x0517, "phy", READ, "access_phy", EV_CLASS_CONFIG},
    {0x0600, 0x06ff, "fmmu", READ, "set_fmmu", PREPARE},
    {0x0800, 0x087f, "sync_manager", READ, "set_sync_manager", PREPARE},
    {0x0900, 0x09ff, "clock", READ, "set_clock", PREPARE},
    {0x0f00, 0x0f03, "digital_outputs", READ, "write_outputs",
	EV_CLASS_CONTROL},
    {0x0f80, 0x0fff, "user_memory", READ, WRITE},
    {0x1000, 0xffff, "memory", "read_memory", EV_CLASS_READ, "write_memory",
	EV_CLASS_WRITE},
};

const struct ec_register *
ec_register(uint16_t at)
{
	static const struct ec_register other = {0, 0, "other", READ, WRITE};

	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if (at >= registers[i].from && at <= registers[i].to) {
			return &registers[i];
		}
	}
	return &other;
}

const uint8_t *
ec_at(const struct ec_datagram *d, uint16_t reg, size_t n)
{
	struct rd r = d->data;

	if (d->to == EC_TO_LOGICAL || reg < d->ado) {
		return NULL;
	}
	rd_skip(&r, (size_t)(reg - d->ado));
	return rd_bytes(&r, n);
}

static uint16_t
le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

/* --- what is asked for -------------------------------------------------------- */

static void
name_state(struct ec_msg *m, uint8_t state)
{
	switch (state & AL_STATE) {
	case EC_INIT: m->op = "request_init"; break;
	case EC_PREOP: m->op = "request_preop"; break;
	case EC_SAFEOP: m->op = "request_safeop"; break;
	case EC_OP: m->op = "request_op"; break;
	case EC_BOOT:
		m->op = "request_bootstrap";
		m->cls = EV_CLASS_PROGRAM;
		break;
	default: break;
	}
}

static void
name_sii(struct ec_msg *m, uint16_t command)
{
	switch (command >> 8 & 7) {
	case SII_READ:
		m->op = "read_sii";
		m->cls = EV_CLASS_READ;
		break;
	case SII_WRITE:
		m->op = "write_sii";
		m->cls = EV_CLASS_CONFIG;
		break;
	case SII_RELOAD: m->op = "reload_sii"; break;
	default: break;
	}
}

void
ec_name_registers(struct ec_msg *m)
{
	const struct ec_datagram *d = &m->d;
	const struct ec_register *r = ec_register(d->ado);
	const uint8_t *p;

	if (d->cmd == EC_ARMW || d->cmd == EC_FRMW) {
		m->op = d->ado == EC_REG_TIME ? "distribute_time"
					      : "read_and_write_registers";
		m->cls =
		    d->ado == EC_REG_TIME ? EV_CLASS_SESSION : EV_CLASS_WRITE;
		return;
	}
	m->op = d->writes ? r->writes : r->reads;
	m->cls = d->writes ? r->writes_cls : r->reads_cls;
	if (!d->writes) {
		return;
	}
	if ((p = ec_at(d, EC_REG_AL_CONTROL, 1)) != NULL) {
		name_state(m, p[0]);
	} else if ((p = ec_at(d, EC_REG_SII, 2)) != NULL) {
		name_sii(m, le16(p));
	}
}

/* --- fields ------------------------------------------------------------------- */

static void
tell_al(struct ev *e, uint8_t v)
{
	const char *name = ec_al_name(v & AL_STATE);

	ev_name(e, ECF_AL_STATE, name != NULL ? name : "mixed");
	if (v & AL_ERROR) {
		ev_bool(e, ECF_AL_ERROR, true);
	}
}

static void
tell_al_code(struct ev *e, const struct ec_datagram *d)
{
	const uint8_t *p = ec_at(d, EC_REG_AL_CODE, 2);

	if (p != NULL && le16(p) != 0) {
		ev_hexnum(e, ECF_AL_CODE, le16(p), 2);
	}
}

static void
tell_sii(struct ec_msg *m, struct ev *e)
{
	const struct ec_datagram *d = &m->d;
	const uint8_t *word = ec_at(d, EC_REG_SII_ADDRESS, 4);
	const uint8_t *p = ec_at(d, EC_REG_SII, 2);
	bool has_data = d->reads || (p != NULL && (p[1] & 7) == SII_WRITE);

	if (word != NULL) {
		ev_uint(e, ECF_WORD, le32(word));
	} else if (d->reads && m->slave < EC_NO_SLAVE) {
		ev_uint(e, ECF_WORD, m->st->word[m->slave]);
	}
	p = ec_at(d, EC_REG_SII_DATA, d->reads ? 4 : 2);
	if (has_data && p != NULL) {
		ev_hexnum(e, ECF_VALUE, d->reads ? le32(p) : le16(p),
		    d->reads ? 4 : 2);
	}
}

/* What is written, and what was read. */
void
ec_tell_registers(struct ec_msg *m, struct ev *e)
{
	const struct ec_datagram *d = &m->d;
	const uint8_t *p;

	if (!d->writes && !m->back) {
		return;
	}
	if (d->writes) {
		if ((p = ec_at(d, EC_REG_STATION, 2)) != NULL) {
			ev_uint(e, ECF_ADDRESS, le16(p));
		}
		if ((p = ec_at(d, EC_REG_AL_CONTROL, 1)) != NULL) {
			tell_al(e, p[0]);
		}
	} else if (d->wkc == 0) {
		return;
	}
	if (d->reads) {
		if ((p = ec_at(d, EC_REG_AL_STATUS, 1)) != NULL) {
			tell_al(e, p[0]);
		}
		tell_al_code(e, d);
		if (m->back && d->to == EC_TO_ALL) {
			ev_uint(e, ECF_SLAVES, d->wkc);
		}
	}
	if (d->ado >= EC_REG_SII && d->ado <= EC_REG_SII_DATA) {
		tell_sii(m, e);
	}
}

/* --- what follows from it ------------------------------------------------------ */

/* Remembers the word that was asked for, where it is of interest. */
static void
sii_asked(struct ec_msg *m)
{
	const uint8_t *p = ec_at(&m->d, EC_REG_SII_ADDRESS, 2);

	if (p == NULL || !m->d.writes) {
		return;
	}
	ec_find_slave(m, true);
	if (m->slave < EC_NO_SLAVE) {
		m->st->word[m->slave] =
		    le16(p) <= UINT8_MAX ? (uint8_t)le16(p) : 0;
	} else if (m->d.to == EC_TO_ALL && m->st != NULL) {
		for (unsigned i = 0; i < m->st->n; i++) {
			m->st->word[i] = 0;
		}
	}
}

static void
sii_read(struct ec_msg *m)
{
	const struct ec_datagram *d = &m->d;
	const uint8_t *data = ec_at(d, EC_REG_SII_DATA, 4);
	const uint8_t *more = ec_at(d, EC_REG_SII_DATA, 8);
	const uint8_t *word = ec_at(d, EC_REG_SII_ADDRESS, 2);
	const uint8_t *status = ec_at(d, EC_REG_SII, 2);
	uint16_t at;

	if (data == NULL || d->to == EC_TO_ALL ||
	    (status != NULL && le16(status) & (SII_BUSY | SII_ERRORS))) {
		return;
	}
	ec_find_slave(m, true);
	if (word != NULL) {
		at = le16(word);
	} else if (m->slave < EC_NO_SLAVE) {
		at = m->st->word[m->slave];
	} else {
		return;
	}
	ec_identify(m, at, le32(data), "sii");
	/* Who reads eight octets alone has asked before whether there are. */
	if (more != NULL && (status == NULL || le16(status) & SII_EIGHT)) {
		ec_identify(m, (uint16_t)(at + 2), le32(more + 4), "sii");
	}
}

static void
tell_state(struct ec_msg *m, uint8_t al, uint16_t code)
{
	static const char all[] = "all slaves";
	const char *name = ec_al_name(al & AL_STATE), *why;
	struct ev *e = dis_event(m->ctx, EV_STATE, PROTO_ETHERCAT, m->dir);
	struct ev_end who;

	why = code != 0 && al & AL_ERROR ? ec_al_code_name(code) : NULL;
	name = name != NULL ? name : "mixed";
	ec_subject(m, &who);
	if (m->d.to == EC_TO_ALL) {
		who.sub.kind = EV_SUB_PATH;
		who.sub.len = sizeof(all) - 1;
		memcpy(who.sub.path, all, sizeof(all) - 1);
	}
	ec_about(m, e, &who);
	ev_name(e, EVF_STATE,
	    al & AL_ERROR              ? "trouble"
	    : (al & AL_STATE) == EC_OP ? "running"
				       : "stopped");
	ev_name(e, EVF_DETAIL, why != NULL ? why : name);
	ev_name(e, EVF_VIA, "al_status");
	dis_emit(m->ctx, e);
}

static void
al_read(struct ec_msg *m)
{
	const uint8_t *p = ec_at(&m->d, EC_REG_AL_STATUS, 1);
	const uint8_t *code = ec_at(&m->d, EC_REG_AL_CODE, 2);
	uint8_t *last, al;

	if (p == NULL || m->st == NULL || (p[0] & AL_STATE) == 0) {
		return;
	}
	al = p[0] & (AL_STATE | AL_ERROR);
	if (m->d.to == EC_TO_ALL) {
		last = &m->st->all;
	} else {
		ec_find_slave(m, true);
		if (m->slave == EC_NO_SLAVE) {
			return;
		}
		last = &m->st->al[m->slave];
	}
	if (*last != al) {
		*last = al;
		tell_state(m, al, code != NULL ? le16(code) : 0);
	}
}

void
ec_register_facts(struct ec_msg *m)
{
	const struct ec_datagram *d = &m->d;
	const uint8_t *p;

	if (d->to == EC_TO_LOGICAL || d->to == EC_TO_NOBODY) {
		return;
	}
	if (!m->back) {
		sii_asked(m);
		return;
	}
	if (d->wkc == 0) {
		return;
	}
	if (d->reads) {
		al_read(m);
		sii_read(m);
	} else if (d->cmd == EC_APWR || d->cmd == EC_BWR) {
		if ((p = ec_at(d, EC_REG_STATION, 2)) != NULL) {
			ec_find_slave(m, true);
			ec_set_station(m, le16(p));
		}
	}
}
