/*
 * clock: the monotonic and the wall clock, and stamps as text.
 *
 * The date is computed here because gmtime_r(3) may open the time zone
 * database on its first call, which the sandboxes forbid.
 */
#include <assert.h>
#include <time.h>

#include "base/clock.h"

static uint64_t
get(clockid_t id)
{
	struct timespec ts;
	int rc = clock_gettime(id, &ts);

	assert(rc == 0); /* both clocks exist on every Linux */
	(void)rc;
	return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

uint64_t
clock_mono_ns(void)
{
	return get(CLOCK_MONOTONIC);
}

uint64_t
clock_wall_ns(void)
{
	return get(CLOCK_REALTIME);
}

/* Exactly n digits of v, leading zeros included. */
static char *
put_digits(char *p, uint64_t v, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		p[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + n;
}

size_t
clock_stamp(char *buf, uint64_t ts_ns)
{
	uint64_t s = ts_ns / NS_PER_SEC;
	char *p = buf;
	int n = 1;

	for (uint64_t rest = s / 10; rest != 0; rest /= 10) {
		n++;
	}
	p = put_digits(p, s, n);
	*p++ = '.';
	p = put_digits(p, ts_ns % NS_PER_SEC, 9);
	*p = '\0';
	return (size_t)(p - buf);
}

/*
 * Days since 1970-01-01 to the proleptic Gregorian date.  Counted in years
 * that begin on 1 March, so that the leap day is a year's last and month
 * lengths follow (153 m + 2) / 5; 719468 days lie between 0000-03-01 and
 * 1970-01-01, 146097 make 400 years.
 */
static void
civil(uint64_t days, unsigned *ret_y, unsigned *ret_m, unsigned *ret_d)
{
	uint64_t z = days + 719468;
	uint64_t era = z / 146097;
	uint64_t doe = z % 146097; /* day of era */
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	uint64_t mp = (5 * doy + 2) / 153; /* 0 = March */

	*ret_d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*ret_m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*ret_y = (unsigned)(era * 400 + yoe + (*ret_m <= 2));
}

size_t
clock_rfc3339(char *buf, uint64_t ts_ns)
{
	uint64_t s = ts_ns / NS_PER_SEC, day = s % 86400;
	unsigned y, m, d;
	char *p = buf;

	civil(s / 86400, &y, &m, &d);
	p = put_digits(p, y, 4); /* 64 bits of nanoseconds end in 2554 */
	*p++ = '-';
	p = put_digits(p, m, 2);
	*p++ = '-';
	p = put_digits(p, d, 2);
	*p++ = 'T';
	p = put_digits(p, day / 3600, 2);
	*p++ = ':';
	p = put_digits(p, day / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, day % 60, 2);
	*p++ = '.';
	p = put_digits(p, ts_ns % NS_PER_SEC / NS_PER_MS, 3);
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - buf);
}
