/*
 * The command line: what is taken, what is refused, and that help and man
 * page speak of every option.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cli/options.h"

static int
parse(struct options *o, char *said, size_t n, int argc, char **argv)
{
	FILE *err = fmemopen(said, n, "w");
	int rc;

	assert_non_null(err);
	memset(said, 0, n);
	rc = options_parse(o, argc, argv, err);
	assert_int_equal(fclose(err), 0);
	return rc;
}

#define PARSE(o, said, ...)                                                  \
	parse((o), (said), sizeof(said),                                     \
	    (int)(sizeof((char *[]){"otus", __VA_ARGS__}) / sizeof(char *)), \
	    (char *[]){"otus", __VA_ARGS__, NULL})

static void
test_options_and_files_are_taken(void **state)
{
	struct options o;
	char said[256];

	(void)state;
	assert_int_equal(PARSE(&o, said, "dissect", "-q", "a.pcap", "b"), 0);
	assert_string_equal(o.command, "dissect");
	assert_true(options_has(&o, "quiet"));
	assert_int_equal(o.nargs, 2);
	assert_string_equal(o.args[1], "b");
}

static void
test_unknown_command_says_what_to_do(void **state)
{
	struct options o;
	char said[256];

	(void)state;
	assert_int_equal(PARSE(&o, said, "disect"), ERR_USAGE);
	assert_non_null(strstr(said, "otus help"));
}

static void
test_option_of_another_command_is_refused(void **state)
{
	struct options o;
	char said[256];

	(void)state;
	assert_int_equal(PARSE(&o, said, "dissect", "--csv", "x"), ERR_USAGE);
	assert_non_null(strstr(said, "--csv"));
}

static void
test_repeats_are_bounded(void **state)
{
	char *argv[OPTION_TIMES + 4];
	struct options o;
	char said[256];
	int n = 0;

	(void)state;
	argv[n++] = "otus";
	argv[n++] = "dissect";
	while (n < OPTION_TIMES + 3) {
		argv[n++] = "-q";
	}
	argv[n] = NULL;
	assert_int_equal(parse(&o, said, sizeof said, n, argv), ERR_USAGE);
}

static void
test_times_have_units(void **state)
{
	uint64_t ns;

	(void)state;
	assert_int_equal(options_time("30s", &ns), 0);
	assert_int_equal(ns, 30 * NS_PER_SEC);
	assert_int_equal(options_time("7d", &ns), 0);
	assert_int_equal(ns, 7 * 86400 * NS_PER_SEC);
	assert_int_equal(options_time("7", &ns), ERR_USAGE);
	assert_int_equal(options_time("-7d", &ns), ERR_USAGE);
	assert_int_equal(options_time("7w", &ns), ERR_USAGE);
	assert_int_equal(options_time("", &ns), ERR_USAGE);
	assert_int_equal(options_time("99999999999999999999d", &ns), ERR_USAGE);
}

static void
test_help_and_man_page_name_every_option(void **state)
{
	char *man = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&man, &n);

	(void)state;
	options_mdoc(f);
	assert_int_equal(fclose(f), 0);
	for (size_t i = 0; i < options_count(); i++) {
		char word[64];

		snprintf(word, sizeof word, "Fl Fl %s", options_name(i));
		assert_non_null(strstr(man, word));
	}
	free(man);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_options_and_files_are_taken),
	    cmocka_unit_test(test_unknown_command_says_what_to_do),
	    cmocka_unit_test(test_option_of_another_command_is_refused),
	    cmocka_unit_test(test_repeats_are_bounded),
	    cmocka_unit_test(test_times_have_units),
	    cmocka_unit_test(test_help_and_man_page_name_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
