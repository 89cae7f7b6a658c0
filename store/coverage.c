/*
 * coverage: how well each interface and VLAN is seen, added up.
 */
#include <stdio.h>
#include <string.h>

#include "store/store_priv.h"
#include "store/text.h"

#define STATION_TEXT (2 * sizeof("00:00:00:00:00:00"))

enum { COUNTS = 4, REST = COUNTS + COVERAGE_COUNTS };

_Static_assert(COVERAGE_COUNTS == 23, "as in COVERAGE_PUT and 0008.sql");

/* The lower one first, so that the same two are the same text. */
static void
print_stations(const struct coverage *c, char buf[STATION_TEXT])
{
	int n = 0;

	buf[0] = '\0';
	for (int i = 0; i < c->stations && i < 2; i++) {
		const uint8_t *m = c->station[i];

		n += snprintf(buf + n, STATION_TEXT - (size_t)n,
		    "%s%02x:%02x:%02x:%02x:%02x:%02x", i > 0 ? " " : "", m[0],
		    m[1], m[2], m[3], m[4], m[5]);
	}
}

static int64_t
number(uint64_t v)
{
	return (int64_t)(v & INT64_MAX);
}

int
store_coverage(struct store *s, const char *sensor, const struct coverage *c)
{
	sqlite3_stmt *st = s->st[ST_COVERAGE_PUT];
	char sensor_fit[sizeof(s->dropped.sensor)], iface[COVERAGE_NAME_MAX];
	char stations[STATION_TEXT];
	int rc = store_begin(s);

	if (rc == 0) {
		(void)text_fit(sensor_fit, sizeof(sensor_fit), sensor,
		    strnlen(sensor, EV_TEXT_MAX));
		(void)text_fit(iface, sizeof(iface), c->iface,
		    strnlen(c->iface, sizeof(c->iface)));
		print_stations(c, stations);
		db_bind_text(st, 1, sensor_fit);
		db_bind_text(st, 2, iface);
		db_bind(st, 3, c->vlan);
		for (int i = 0; i < COVERAGE_COUNTS; i++) {
			db_bind(st, COUNTS + i, number(c->count[i]));
		}
		db_bind(st, REST, number(c->first_ns));
		db_bind(st, REST + 1, number(c->last_ns));
		db_bind(st, REST + 2, number(c->pause_ns));
		db_bind(st, REST + 3, number(c->pause_end_ns));
		db_bind(st, REST + 4, number(c->protos));
		db_bind(st, REST + 5, number(c->spoke_ns));
		db_bind_text(st, REST + 6, stations);
		rc = db_run(st);
	}
	if (rc != 0) {
		store_fail(s);
	}
	return rc;
}
