/*
 * coverage: see coverage.h.
 *
 *	name length 1 | name | VLAN 2 | numbers of 8 bytes each | stations 1 |
 *	station 6 | station 6
 *
 * all little-endian.
 */
#include <assert.h>
#include <string.h>

#include "event/coverage.h"

#define NUMBERS (COVERAGE_COUNTS + 6)

_Static_assert(
    1 + COVERAGE_NAME_MAX + 2 + 8 * NUMBERS + 1 + 12 <= COVERAGE_WIRE_MAX,
    "a row fits");

const char *
coverage_name(enum coverage_count i)
{
	static const char *const name[] = {
#define C(NAME, column, text) #column,
#include "event/coverage.def"
#undef C
	};

	assert(i < COVERAGE_COUNTS);
	return name[i];
}

static void
numbers_of(struct coverage *c, uint64_t *ret[NUMBERS])
{
	size_t n = 0;

	while (n < COVERAGE_COUNTS) {
		ret[n] = &c->count[n];
		n++;
	}
	ret[n++] = &c->first_ns;
	ret[n++] = &c->last_ns;
	ret[n++] = &c->pause_ns;
	ret[n++] = &c->pause_end_ns;
	ret[n++] = &c->protos;
	ret[n++] = &c->spoke_ns;
	assert(n == NUMBERS);
}

size_t
coverage_encode(const struct coverage *c, uint8_t buf[static COVERAGE_WIRE_MAX])
{
	struct coverage copy = *c;
	uint64_t *number[NUMBERS];
	size_t name = strnlen(c->iface, sizeof(c->iface) - 1), n = 0;

	numbers_of(&copy, number);
	buf[n++] = (uint8_t)name;
	memcpy(buf + n, c->iface, name);
	n += name;
	buf[n++] = (uint8_t)c->vlan;
	buf[n++] = (uint8_t)(c->vlan >> 8);
	for (size_t i = 0; i < NUMBERS; i++) {
		for (int k = 0; k < 8; k++) {
			buf[n++] = (uint8_t)(*number[i] >> (8 * k));
		}
	}
	buf[n++] = c->stations;
	memcpy(buf + n, c->station, sizeof(c->station));
	return n + sizeof(c->station);
}

int
coverage_decode(struct rd in, struct coverage *ret)
{
	struct coverage c = {0};
	uint64_t *number[NUMBERS];
	uint8_t name = rd_u8(&in);

	if (name == 0 || name >= sizeof(c.iface)) {
		return ERR_PEER;
	}
	numbers_of(&c, number);
	rd_copy(&in, c.iface, name);
	c.vlan = rd_le16(&in);
	for (size_t i = 0; i < NUMBERS; i++) {
		*number[i] = rd_le64(&in);
	}
	c.stations = rd_u8(&in);
	rd_copy(&in, c.station, sizeof(c.station));
	if (!rd_ok(&in) || rd_left(&in) != 0 || strlen(c.iface) != name ||
	    c.vlan > 4095 || c.stations > 2) {
		return ERR_PEER;
	}
	*ret = c;
	return 0;
}
