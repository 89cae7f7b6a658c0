/*
 * func: the SQL functions that need nothing but the event (functions.md).
 *
 * stream_time() stands in for SQLite's date functions, which read the clock
 * of the machine: a capture of 2004 must raise the same alerts today.
 */
#include <arpa/inet.h>
#include <string.h>

#include "base/clock.h"
#include "rules/func.h"

/* A prefix of the IANA special-purpose registries, and what we call it. */
struct scope {
	uint8_t net[16];
	uint8_t bits;
	const char *name;
};

/* RFC 6890 and the IANA IPv4 registry; the first that fits. */
static const struct scope scopes4[] = {
    {{0, 0, 0, 0}, 32, "none"},
    {{0}, 8, "reserved"}, /* RFC 791: "this network" */
    {{10}, 8, "private"}, /* RFC 1918 */
    {{172, 16}, 12, "private"},
    {{192, 168}, 16, "private"},
    {{100, 64}, 10, "private"}, /* RFC 6598 */
    {{127}, 8, "loopback"},
    {{169, 254}, 16, "link"},      /* RFC 3927 */
    {{192, 0, 2}, 24, "reserved"}, /* RFC 5737: documentation */
    {{198, 51, 100}, 24, "reserved"},
    {{203, 0, 113}, 24, "reserved"},
    {{198, 18}, 15, "reserved"}, /* RFC 2544: benchmarks */
    {{224}, 4, "multicast"},
    {{255, 255, 255, 255}, 32, "broadcast"},
    {{240}, 4, "reserved"}, /* RFC 1112, section 4 */
    {{0}, 0, "public"},
};

/* RFC 4291, section 2.4; mapped IPv4 addresses are judged as IPv4. */
static const struct scope scopes6[] = {
    {{0}, 128, "none"},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},
    {{0xfe, 0x80}, 10, "link"},
    {{0xfc}, 7, "private"}, /* RFC 4193 */
    {{0xff}, 8, "multicast"},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, "reserved"}, /* RFC 3849 */
    {{0x20}, 3, "public"},                      /* global unicast */
    {{0}, 0, "reserved"},
};

static bool
has_prefix(const uint8_t *a, const struct scope *s)
{
	unsigned whole = s->bits / 8, rest = s->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return memcmp(a, s->net, whole) == 0 &&
	       (rest == 0 || (a[whole] & mask) == (s->net[whole] & mask));
}

/* The last row of either table fits everything. */
static const char *
find(const uint8_t *a, const struct scope *s)
{
	while (!has_prefix(a, s)) {
		s++;
	}
	return s->name;
}

const char *
func_ip_scope(const char *text)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t a[16];

	if (inet_pton(AF_INET, text, a) == 1) {
		return find(a, scopes4);
	}
	if (inet_pton(AF_INET6, text, a) != 1) {
		return NULL;
	}
	return memcmp(a, mapped, sizeof(mapped)) == 0
		   ? find(a + sizeof(mapped), scopes4)
		   : find(a, scopes6);
}

static void
ip_scope(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const char *text = (const char *)sqlite3_value_text(argv[0]);
	const char *scope = text != NULL ? func_ip_scope(text) : NULL;

	if (scope != NULL) {
		sqlite3_result_text(ctx, scope, -1, SQLITE_STATIC);
	}
}

static void
stream_time(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	const struct evtab *t = sqlite3_user_data(ctx);

	if (t->subject != NULL) {
		sqlite3_result_int64(
		    ctx, (sqlite3_int64)(t->subject->stream_ns / NS_PER_SEC));
	}
}

int
func_register(sqlite3 *db, struct evtab *t)
{
	int rc;

	rc = sqlite3_create_function_v2(db, "ip_scope", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
	    ip_scope, NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		return rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_DB;
	}
	t->refs++;
	rc = sqlite3_create_function_v2(db, "stream_time", 0, SQLITE_UTF8, t,
	    stream_time, NULL, NULL, evtab_unref);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_DB;
}
