/*
 * real: see real.h.
 *
 * Six digits always survive a number of 32 bits, and nine always make one
 * (FLT_DIG, FLT_DECIMAL_DIG), so one of four lengths is the shortest that reads
 * back.  n digits behind k places are n / 10^k, and since both are whole and
 * held exactly, the quotient is the double next to them (IEEE 754, 5.4.1).
 */
#include "base/real.h"

/* Places behind the point, at most: nine digits of 0.00009. */
#define PLACES 13
#define ONES   5 /* places of 1 to 10, of six digits */

static const double power[PLACES + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13};

double
real_of_float(float f)
{
	const double d = (double)f, a = d < 0 ? -d : d;
	int places = ONES;

	/* Beyond this it is whole, or so small that printing has an exponent;
	 * not a number is no less than anything. */
	if (!(a >= 9e-5 && a < 1e7)) {
		return d;
	}
	if (a >= 1) {
		while (places > 0 && a >= power[ONES - places + 1]) {
			places--;
		}
	} else {
		while (a * power[places - ONES] < 1) {
			places++;
		}
	}
	for (int longest = places + 3; places <= longest && places <= PLACES;
	     places++) {
		double n = d * power[places];
		double q = (double)(int64_t)(n < 0 ? n - 0.5 : n + 0.5) /
			   power[places];

		if ((float)q == f) {
			return q;
		}
	}
	return d;
}
