/*
 * The registries that otus was built with: few of their lines ever change.
 */
#include "base/test.h"
#include "store/maker.h"

static void
expect(const char *mac, const char *want)
{
	const char *name = maker_of_text(mac);

	if (want == NULL) {
		assert_null(name);
		return;
	}
	assert_non_null(name);
	assert_string_equal(name, want);
}

static void
test_large_blocks(void **state)
{
	(void)state;
	expect("00:00:bc:12:34:56", "Rockwell Automation");
	expect("00:80:f4:00:00:00", "TELEMECANIQUE ELECTRIQUE");
	expect("00:00:0c:ff:ff:ff", "Cisco Systems, Inc");
}

/* The divided block is the registry's own, which is no maker. */
static void
test_smaller_blocks_come_first(void **state)
{
	(void)state;
	expect("70:b3:d5:00:10:00", "SOREDI touch systems GmbH");
	expect("f0:23:b9:00:00:00", "Aquametro AG");
	expect("f0:23:b9:f0:00:00", NULL);
}

static void
test_nobodys(void **state)
{
	(void)state;
	expect("02:00:00:00:00:01", NULL); /* set locally */
	expect("01:00:5e:00:00:01", NULL); /* a group */
	expect("00:00:00:00:00:00", NULL);
	expect("nonsense", NULL);
	assert_null(maker_of_text(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_large_blocks),
	    cmocka_unit_test(test_smaller_blocks_come_first),
	    cmocka_unit_test(test_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
