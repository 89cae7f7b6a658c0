/*
 * slaves: who is on the segment, and what it is.
 *
 * A slave has no address of its own: it is the one at a position, until the
 * master gives it a station address ([1] 6.1.3).  From then on that is what
 * it is called; what is asked of its position is told of the station that it
 * is known to be.  All of them are behind the master, whose frames pass them.
 *
 * Some masters read who is there by position before they give addresses.  So
 * that one slave does not become two devices, what was read so waits for the
 * address; where none is given within ten seconds, it is told of the position.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/ethercat/ethercat.h"

#define BECKHOFF 2

/* --- slaves in the state ----------------------------------------------------- */

static unsigned
find(const struct ec_state *st, const uint16_t *station, uint8_t position)
{
	for (unsigned i = 0; i < st->n; i++) {
		if (station != NULL ? st->station[i] == *station
				    : st->position[i] == position) {
			return i;
		}
	}
	return EC_NO_SLAVE;
}

static unsigned
add(struct ec_state *st, uint16_t station, uint8_t position)
{
	unsigned i = st->n;

	if (i >= EC_SLAVES) {
		return EC_NO_SLAVE;
	}
	st->n++;
	st->station[i] = station;
	st->position[i] = position;
	st->word[i] = st->al[i] = 0;
	return i;
}

/* The position that was asked for, of who is not beyond those kept. */
static uint8_t
position_of(const struct ec_msg *m)
{
	uint16_t adp = m->back ? m->wait.adp : m->d.adp;
	uint16_t position = (uint16_t)(0u - adp);

	if ((m->back && !m->paired) || position >= EC_NOWHERE) {
		return EC_NOWHERE;
	}
	return (uint8_t)position;
}

void
ec_find_slave(struct ec_msg *m, bool make)
{
	const struct ec_datagram *d = &m->d;
	uint8_t position;

	m->slave = EC_NO_SLAVE;
	if (m->st == NULL) {
		return;
	}
	if (d->to == EC_TO_STATION && d->adp != 0) {
		m->slave = find(m->st, &d->adp, 0);
		if (m->slave == EC_NO_SLAVE && make) {
			m->slave = add(m->st, d->adp, EC_NOWHERE);
		}
	} else if (d->to == EC_TO_POSITION) {
		position = position_of(m);
		if (position == EC_NOWHERE) {
			return;
		}
		m->slave = find(m->st, NULL, position);
		if (m->slave == EC_NO_SLAVE && make) {
			m->slave = add(m->st, 0, position);
		}
	}
}

static void
name_sub(struct ev_sub *sub, const char *what, unsigned number)
{
	memset(sub, 0, sizeof(*sub));
	sub->kind = EV_SUB_PATH;
	sub->len = (uint8_t)snprintf(
	    sub->path, sizeof(sub->path), "%s %u", what, number);
}

/* What the slave at hand is called. */
void
ec_sub(struct ec_msg *m, struct ev_sub *ret)
{
	const struct ec_datagram *d = &m->d;
	uint16_t station = 0;

	if (d->to == EC_TO_STATION) {
		name_sub(ret, "slave", d->adp);
		return;
	}
	if (d->to != EC_TO_POSITION || (m->back && !m->paired)) {
		return;
	}
	if (m->slave < EC_NO_SLAVE) {
		station = m->st->station[m->slave];
	}
	if (station != 0) {
		name_sub(ret, "slave", station);
	} else {
		name_sub(ret, "position",
		    (uint16_t)(0u - (m->back ? m->wait.adp : d->adp)));
	}
}

/* Whose frames they are: what comes back is for it, but where net could not
 * tell; by the gateway it answers itself. */
static const struct ev_end *
master(const struct ec_msg *m)
{
	return m->back && m->turned && !m->gateway ? m->ctx->dst : m->ctx->src;
}

void
ec_subject(const struct ec_msg *m, struct ev_end *ret)
{
	*ret = *master(m);
	ret->sub = m->back ? m->ctx->src->sub : m->ctx->dst->sub;
}

/* --- who it is --------------------------------------------------------------- */

/* What is said of a slave is said by it, behind its master: what all frames
 * are for is no address that anybody has. */
void
ec_about(const struct ec_msg *m, struct ev *e, const struct ev_end *who)
{
	e->flags |= EV_HAS_SUBJECT;
	e->subject = *who;
	if (m->back && m->turned && !m->gateway) {
		e->dst = *m->ctx->src;
		e->dst.sub.kind = EV_SUB_NONE;
		e->src = *who;
	}
}

void
ec_fact(struct ec_msg *m, const struct ev_end *who, const char *key,
    enum ev_type type, const void *p, size_t n, const char *via)
{
	struct ev *e = dis_event(m->ctx, EV_IDENTITY, PROTO_ETHERCAT, m->dir);

	ec_about(m, e, who);
	ev_name(e, EVF_KEY, key);
	if (type == EV_T_NAME) {
		ev_name(e, EVF_VALUE, p);
	} else {
		ev_bytes(e, EVF_VALUE, type, p, n);
	}
	ev_name(e, EVF_VIA, via);
	ev_name(e, EVF_CLAIM, "self");
	dis_emit(m->ctx, e);
}

static void
hex(struct ec_msg *m, const struct ev_end *who, const char *key,
    const char *before, uint32_t v, const char *via)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%s0x%08x", before, (unsigned)v);

	ec_fact(m, who, key, EV_T_TEXT, text, (size_t)n, via);
}

static void
decimal(struct ec_msg *m, const struct ev_end *who, const char *key,
    const char *before, uint32_t v, const char *via)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%s%u", before, (unsigned)v);

	ec_fact(m, who, key, EV_T_TEXT, text, (size_t)n, via);
}

/*
 * Beckhoff's product codes have the number of the type in their upper half,
 * and its family in the lower one; what a terminal is for is in its number's
 * first digit.
 */
static const char *
kind_of(unsigned type)
{
	switch (type) {
	case 1904:
	case 1908:
	case 1918:
	case 1957:
	case 2904:
	case 2911:
	case 2912: return "safety I/O terminal";
	case 6900:
	case 6910:
	case 6930: return "safety logic terminal";
	default: break;
	}
	return type < 1000   ? NULL
	       : type < 6000 ? "I/O terminal"
	       : type < 7000 ? "communication terminal"
	       : type < 8000 ? "drive terminal"
			     : NULL;
}

static void
model(struct ec_msg *m, const struct ev_end *who, uint32_t product,
    const char *via)
{
	const char *family, *kind = kind_of(product >> 16);

	switch (product & 0xffff) {
	case 0x2c52:
		family = "EK";
		kind = product >> 16 == 1914   ? "safety I/O coupler"
		       : product >> 16 == 1960 ? "safety controller"
					       : "I/O coupler";
		break;
	case 0x3052: family = "EL"; break;
	case 0x4052: family = "EP"; break;
	default: return;
	}
	if (product >> 16 < 1000 || product >> 16 > 9999) {
		return;
	}
	decimal(m, who, "model", family, product >> 16, via);
	if (kind != NULL) {
		ec_fact(
		    m, who, "device_type", EV_T_NAME, kind, strlen(kind), via);
	}
}

static bool
is_number(uint32_t v)
{
	return v != 0 && v != UINT32_MAX;
}

/* The words of the SII that are told, a bit each. */
enum { VENDOR = 1, PRODUCT = 2, REVISION = 4, SERIAL = 8, ALL = 15 };

static void
tell_identity(struct ec_msg *m, const struct ev_end *who,
    const struct ec_id *id, unsigned what, const char *via)
{
	const char *name = ec_vendor_name(id->vendor);

	if (what & VENDOR && is_number(id->vendor)) {
		hex(m, who, "vendor_id", "", id->vendor, via);
		if (name != NULL) {
			ec_fact(m, who, "vendor", EV_T_NAME, name, strlen(name),
			    via);
		}
	}
	if (what & PRODUCT && is_number(id->product)) {
		hex(m, who, "product_code", "", id->product, via);
		if (id->vendor == BECKHOFF) {
			model(m, who, id->product, via);
		}
	}
	if (what & REVISION && is_number(id->revision)) {
		hex(m, who, "hardware", "revision ", id->revision, via);
	}
	if (what & SERIAL && is_number(id->serial)) {
		decimal(m, who, "serial", "", id->serial, via);
	}
}

/* --- what was read of a position --------------------------------------------- */

/* By the master's address and the slave's position. */
struct held_key {
	uint8_t mac[6], ip[4];
	char what[4];
	uint16_t number;
};

static struct ec_id *
held(struct ec_msg *m, const char what[4], uint16_t number, bool make)
{
	const struct ev_end *end = master(m);
	struct held_key key;

	memset(&key, 0, sizeof(key));
	memcpy(key.mac, end->mac, 6);
	if (end->ipver == 4) {
		memcpy(key.ip, end->ip.a, 4);
	}
	memcpy(key.what, what, 4);
	key.number = number;
	return m->ctx->sv->shared(
	    m->ctx, &key, sizeof(key), sizeof(struct ec_id), make);
}

static const char at_position[] = "ecps", at_station[] = "ecst";

static uint64_t
held_bit(uint8_t position)
{
	return position < 64 ? (uint64_t)1 << position : 0;
}

/* A number of the four that name a device, by where the SII has it; [2] 6.4 */
void
ec_identify(struct ec_msg *m, uint16_t word, uint32_t value, const char *via)
{
	struct ec_state *st = m->st;
	uint16_t station = m->d.to == EC_TO_STATION ? m->d.adp : 0;
	uint8_t position = EC_NOWHERE;
	struct ev_end who;
	struct ec_id *id;

	if (word < 0x08 || word > 0x0e || word % 2 != 0 || st == NULL) {
		return;
	}
	if (m->slave < EC_NO_SLAVE) {
		station = st->station[m->slave];
		position = st->position[m->slave];
	}
	if (station == 0 && position == EC_NOWHERE) {
		return;
	}
	id = station != 0 ? held(m, at_station, station, true)
			  : held(m, at_position, position, true);
	if (id == NULL) {
		return;
	}
	switch (word) {
	case 0x08: *id = (struct ec_id){.vendor = value}; break;
	case 0x0a: id->product = value; break;
	case 0x0c: id->revision = value; break;
	default: id->serial = value; break;
	}
	if (station != 0 || held_bit(position) == 0) {
		ec_subject(m, &who);
		tell_identity(m, &who, id, 1u << (word - 8) / 2, via);
		return;
	}
	if (st->held == 0) {
		st->held_s = (uint32_t)(m->ctx->ts_ns / 1000000000u);
	}
	st->held |= held_bit(position);
}

static void
tell_held(struct ec_msg *m, uint8_t position, const char *what, unsigned number)
{
	struct ec_id *id = held(m, at_position, position, false);
	struct ev_end who;

	m->st->held &= ~held_bit(position);
	if (id == NULL) {
		return;
	}
	ec_subject(m, &who);
	name_sub(&who.sub, what, number);
	tell_identity(m, &who, id, ALL, "sii");
}

/* The slave at hand, by its position, has a station address from now on. */
void
ec_set_station(struct ec_msg *m, uint16_t station)
{
	struct ec_state *st = m->st;
	unsigned other;

	if (st == NULL) {
		return;
	}
	if (m->d.to == EC_TO_ALL) { /* nobody has one */
		st->n = 0;
		return;
	}
	if (m->slave == EC_NO_SLAVE || m->d.to != EC_TO_POSITION) {
		return;
	}
	other = station != 0 ? find(st, &station, 0) : EC_NO_SLAVE;
	if (other < EC_NO_SLAVE && other != m->slave) {
		st->station[other] = 0;
		st->position[other] = EC_NOWHERE;
	}
	st->station[m->slave] = station;
	if (station != 0 && st->held & held_bit(st->position[m->slave])) {
		tell_held(m, st->position[m->slave], "slave", station);
	}
}

void
ec_release(struct ec_msg *m)
{
	struct ec_state *st = m->st;

	if (st == NULL || st->held == 0 || !m->back || m->cut ||
	    m->ctx->ts_ns / 1000000000u < (uint64_t)st->held_s + EC_HOLD_S) {
		return;
	}
	for (uint8_t p = 0; p < 64 && st->held != 0; p++) {
		if (st->held & held_bit(p)) {
			tell_held(m, p, "position", p);
		}
	}
}
