/*
 * Unit tests of loading: each thing that can be wrong with a rule or a file is
 * told with its file, line, rule and reason, and the others load.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/test.h"
#include "limits.h"
#include "rules/harness.h"
#include "rules/load.h"

#define REST                                                                 \
	"title = t\non = operation\nwhen = 1\nseverity = low\ngroup = all\n" \
	"soc = s\not = o\ncheck = c\n"

static struct world w;

/* The text loads so many rules, with this one problem ("" = none). */
static void
expect(const char *text, size_t rules, const char *problem)
{
	const char *told;

	w.problems = 0;
	w.problem[0] = '\0';
	assert_int_equal(world_load_text(&w, text), 0);
	assert_int_equal(rules_count(w.rules), rules);
	told = strstr(w.problem, "t.rules:");
	assert_string_equal(told != NULL ? told + 8 : w.problem, problem);
	assert_int_equal(w.problems, problem[0] != '\0');
}

static void
test_a_rule_says_what_its_file_says(void **state)
{
	const struct rule *r;

	expect("# head\n[a-1]\ntitle = T {op}\non = operation, value\n"
	       "when = unit = 1\n  AND fc = 3\nseverity = critical\n"
	       "attack = T0855, T0836.001\ngroup = src,\n  dst\nsoc = S\n"
	       "  more\not = O\ncheck = C\n",
	    1, "");
	r = rules_get(w.rules, 0);
	assert_string_equal(r->id, "a-1");
	assert_string_equal(r->title, "T {op}");
	assert_string_equal(r->on, "operation, value");
	assert_string_equal(r->when, "unit = 1\nAND fc = 3");
	assert_string_equal(r->severity, "critical");
	assert_string_equal(r->attack, "T0855, T0836.001");
	assert_string_equal(r->group, "src, dst");
	assert_string_equal(r->soc, "S more");
	assert_string_equal(r->ot, "O");
	assert_string_equal(r->check, "C");
	assert_int_equal(r->line, 2);
	expect("[a]\n" REST "[b]\nattack =\n" REST, 2, "");
	assert_string_equal(rules_get(w.rules, 1)->attack, "");
}

static void
test_disabled_rules_are_left_out(void **state)
{
	expect(
	    "[a]\n" REST "enabled = no\n[b]\n" REST "enabled = yes\n", 1, "");
	assert_string_equal(rules_get(w.rules, 0)->id, "b");
	/* What it says is checked even so; its name stays taken. */
	expect("[a]\nenabled = no\nsoc = {x}\ntitle = t\non = operation\n"
	       "when = 1\nseverity = low\ngroup = all\not = o\ncheck = c\n",
	    0, "3 [a] no such name: x");
	assert_int_equal(world_load_text(&w, "[a]\n" REST "enabled = no\n"
					     "[a]\n" REST),
	    0);
	assert_int_equal(rules_count(w.rules), 0);
	assert_non_null(strstr(w.problem, ":11 [a] this rule stands in "));
}

/* Problems of one key; the good rule beside it loads. */
static void
expect_key(const char *line, const char *problem)
{
	char text[2 * LIMIT_RULE_WHEN_MAX];

	(void)snprintf(
	    text, sizeof(text), "[bad]\n%s\n" REST "[good]\n" REST, line);
	expect(text, 1, problem);
	assert_string_equal(rules_get(w.rules, 0)->id, "good");
}

static void
test_bad_keys_are_told(void **state)
{
	expect_key("colour = red", "2 [bad] unknown key: colour");
	expect_key("Title = red", "2 [bad] unknown key: Title");
	expect_key("= red", "2 [bad] unknown key: ");
	expect_key("title = twice", "3 [bad] the key stands here twice: title");
	expect_key("hello", "2 [bad] neither a [section] nor key = value");
	expect_key("attack = T085", "2 [bad] not an ATT&CK technique: T085");
	expect_key(
	    "attack = T0855, t0836", "2 [bad] not an ATT&CK technique: t0836");
	expect_key("attack = T0855,", "2 [bad] not an ATT&CK technique: ");
	expect_key(
	    "attack = T0855.1", "2 [bad] not an ATT&CK technique: T0855.1");
	expect_key("class = write, wirte", "2 [bad] no such class: wirte");
	expect_key("class =", "2 [bad] no such class: ");
	expect_key("enabled = maybe", "2 [bad] neither yes nor no: maybe");
	expect_key("enabled = only", "2 [bad] neither yes nor no: only");
	expect_key("replies = on", "2 [bad] neither yes, no nor only: on");
}

/* One value of an otherwise good rule. */
static void
expect_with(const char *key, const char *value, const char *problem)
{
	static const char *const names[] = {
	    "title", "on", "when", "severity", "group", "soc", "ot", "check"};
	static const char *const values[] = {
	    "t", "operation", "1", "low", "all", "s", "o", "c"};
	char text[4 * LIMIT_RULE_WHEN_MAX] = "[bad]\n";
	size_t n = strlen(text);

	n += (size_t)snprintf(
	    text + n, sizeof(text) - n, "%s = %s\n", key, value);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], key) != 0) {
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s = %s\n", names[i], values[i]);
		}
	}
	expect(text, problem[0] == '\0', problem);
}

static void
test_bad_values_are_told(void **state)
{
	expect_with("severity", "medium", "");
	expect_with("severity", "High",
	    "2 [bad] not info, low, medium, high or critical: High");
	expect_with(
	    "on", "operations", "2 [bad] no such kind of event: operations");
	expect_with("on", "operation,", "2 [bad] no such kind of event: ");
	expect_with("on", "operation\nclass = write", "");
	expect_with("on", "value\nclass = write",
	    "3 [bad] only operations have a class");
	expect_with("on", "operation, value\nclass = write",
	    "3 [bad] only operations have a class");
	expect_with("title", "{", "2 [bad] a lone brace; write {{ or }}: {");
	expect_with("soc", "{nothing}", "2 [bad] no such name: nothing");
	expect_with("ot", "{src.key}", "2 [bad] no such name: src.key");
	expect_with("check", "{check}", "2 [bad] no such name: check");
	expect_with("group", "src dst", "2 [bad] no such name: src dst");
	expect_with("title", "a\xff", "2 [bad] not UTF-8: title");
	expect_with("when", "", "2 [bad] the value is missing: when");
	expect_with("check", "", "2 [bad] the value is missing: check");
}

static void
test_bad_conditions_are_told_with_their_line(void **state)
{
	expect_with("when", "fcc = 3", "2 [bad] no such column: fcc");
	expect_with("when", "fc = 3\n\n# why\n  AND unit = 1\n  AND uni = 2",
	    "6 [bad] no such column: uni");
	expect_with("when", "fc = 3 -- a comment\n  AND uni = 2",
	    "3 [bad] no such column: uni");
	expect_with("when", "fc = ", "2 [bad] the expression ends too early");
	expect_with("when", "(fc = 3", "2 [bad] the expression ends too early");
	expect_with("when", "'fc", "2 [bad] a quote is not closed");
	expect_with("when", "\"fcc\" = 3", "2 [bad] no such column: fcc");
	expect_with("when", "learned()",
	    "2 [bad] wrong number of arguments to function learned()");
}

static void
test_missing_keys_are_told(void **state)
{
	expect("[a]\n[b]\n" REST, 1, "1 [a] a key is missing: title");
	expect("[a]\ntitle = t\non = operation\nwhen = 1\nseverity = low\n"
	       "group = all\nsoc = s\not = o\n",
	    0, "1 [a] a key is missing: check");
}

static void
test_bad_sections_are_told(void **state)
{
	expect("[a b]\n" REST, 0,
	    "1 [a b] a rule's name has a-z, 0-9 and - only: a b");
	expect("[]\n" REST, 0, "1 [] a rule's name has a-z, 0-9 and - only: ");
	expect("[b\n" REST "[a]\n" REST, 1, "1 [] the section's name has no ]");
	expect("title = t\n[a]\n" REST, 1, "1 [] a value outside any section");
}

static void
test_long_values_are_told(void **state)
{
	char value[LIMIT_RULE_WHEN_MAX + 400];
	size_t n = 0;

	/* 84 lines of 100 bytes: one too many. */
	while (n + 102 < sizeof(value) && n < 83 * 101) {
		n += (size_t)snprintf(value + n, sizeof(value) - n, "%s%95s",
		    n == 0 ? "1 --" : "\n  --", "x");
	}
	expect_with("when", value, "85 [bad] too long: when");
	value[0] = '\0';
	for (n = 0; n < 11 * 100;) {
		n += (size_t)snprintf(value + n, sizeof(value) - n, "%sx%97s",
		    n == 0 ? "" : "\n  ", "x");
	}
	expect_with("soc", value, "12 [bad] too long: soc");
	memset(value, 'x', 198);
	value[198] = '\0';
	expect_with("soc", value,
	    "2 [bad] longer than 198 bytes; go on in "
	    "the next line, indented");
}

static void
test_too_many_rules_are_told(void **state)
{
	size_t size = (LIMIT_RULES_MAX + 3) * 120, n = 0;
	char *text = malloc(size);

	assert_non_null(text);
	for (int i = 0; i < LIMIT_RULES_MAX + 2; i++) {
		n += (size_t)snprintf(text + n, size - n, "[r%d]\n" REST, i);
	}
	expect(text, LIMIT_RULES_MAX,
	    "9217 [] too many rules: this one and "
	    "all that follow are left out");
	free(text);
}

/* --- files ---------------------------------------------------------------- */

static char dir[64];

static void
make_dir(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/otus-load-XXXXXX");
	assert_non_null(mkdtemp(dir));
	w.problems = 0;
	w.problem[0] = '\0';
}

static void
path_of(char *buf, size_t size, const char *name)
{
	(void)snprintf(buf, size, "%s/%s", dir, name);
}

static void
put_file(const char *name, const char *text, size_t n)
{
	char path[128];
	FILE *f;

	path_of(path, sizeof(path), name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
drop(const char *name)
{
	char path[128];

	path_of(path, sizeof(path), name);
	(void)remove(path);
}

static void
test_files_come_by_name(void **state)
{
	static const char a[] = "[z]\n" REST, b[] = "[a]\n" REST "[z]\n" REST;

	make_dir();
	put_file("10-b.rules", b, sizeof(b) - 1);
	put_file("02-a.rules", a, sizeof(a) - 1);
	put_file("notes.txt", a, sizeof(a) - 1);
	put_file(".hidden.rules", a, sizeof(a) - 1);
	put_file(".rules", a, sizeof(a) - 1);
	assert_int_equal(world_load(&w, dir), 0);
	assert_int_equal(rules_count(w.rules), 2);
	assert_string_equal(rules_get(w.rules, 0)->id, "z");
	assert_non_null(strstr(rules_get(w.rules, 0)->file, "02-a.rules"));
	assert_string_equal(rules_get(w.rules, 1)->id, "a");
	assert_int_equal(w.problems, 1);
	assert_non_null(strstr(w.problem, "10-b.rules:10 [z] this rule stands "
					  "in "));
	assert_non_null(strstr(w.problem, "02-a.rules, line 1, already"));
	drop("10-b.rules");
	drop("02-a.rules");
	drop("notes.txt");
	drop(".hidden.rules");
	drop(".rules");
	drop("");
}

static void
test_unreadable_files_are_told(void **state)
{
	size_t size = (size_t)LIMIT_RULE_FILE_KIB * 1024 + 1;
	char *big = malloc(size);
	char path[128];

	assert_non_null(big);
	memset(big, '\n', size);
	make_dir();
	put_file("big.rules", big, size);
	assert_int_equal(world_load(&w, dir), 0);
	assert_int_equal(rules_count(w.rules), 0);
	assert_non_null(strstr(
	    w.problem, "big.rules:0 [] the file is larger than the limit"));
	put_file("big.rules", big, size - 1);
	w.problems = 0;
	assert_int_equal(world_load(&w, dir), 0);
	assert_int_equal(w.problems, 0);
	free(big);
	drop("big.rules");
	path_of(path, sizeof(path), "pipe.rules");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(world_load(&w, dir), 0);
	assert_non_null(strstr(w.problem, "pipe.rules:0 [] not a file"));
	drop("pipe.rules");
	path_of(path, sizeof(path), "gone.rules");
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(world_load(&w, dir), 0);
	assert_non_null(strstr(w.problem, "gone.rules:0 [] No such file"));
	drop("gone.rules");
	assert_int_equal(world_load(&w, dir), 0);
	assert_non_null(strstr(w.problem, ":0 [] no *.rules file is here"));
	drop("");
}

static void
test_too_many_files_are_told(void **state)
{
	char name[32], text[256];

	make_dir();
	for (int i = 0; i < LIMIT_RULE_FILES_MAX + 1; i++) {
		(void)snprintf(name, sizeof(name), "%03d.rules", i);
		(void)snprintf(text, sizeof(text), "[r%d]\n" REST, i);
		put_file(name, text, strlen(text));
	}
	assert_int_equal(world_load(&w, dir), 0);
	assert_int_equal(rules_count(w.rules), LIMIT_RULE_FILES_MAX);
	assert_int_equal(w.problems, 1);
	assert_non_null(strstr(w.problem,
	    ":0 [] too many *.rules files: the last by name are left out"));
	for (int i = 0; i < LIMIT_RULE_FILES_MAX + 1; i++) {
		(void)snprintf(name, sizeof(name), "%03d.rules", i);
		drop(name);
	}
	drop("");
}

static void
test_missing_directory_is_an_error(void **state)
{
	struct rules *before = w.rules;

	assert_int_equal(world_load(&w, "/nowhere/at/all"), ERR_NOENT);
	assert_ptr_equal(w.rules, before);
}

static void
count_problem(void *arg, const struct rules_problem *p)
{
	++*(size_t *)arg;
}

static void
test_check_needs_no_store(void **state)
{
	size_t n = 99, problems = 0;

	assert_int_equal(rules_check("/nowhere", NULL, NULL, &n), ERR_NOENT);
	assert_int_equal(n, 99);
	assert_int_equal(rules_check(NULL, NULL, NULL, &n), 0);
	assert_true(n > 5 && n < 99);
	make_dir();
	put_file("a.rules", "[a]\nx = 1\n", 10);
	assert_int_equal(
	    rules_check(dir, count_problem, &problems, &n), ERR_CONFIG);
	assert_int_equal(problems, 1);
	assert_int_equal(n, 0);
	drop("a.rules");
	drop("");
}

/* What README.md shows as rules, its indented lines, loads. */
static void
test_the_readme_is_right(void **state)
{
	static char text[32768];
	char line[256];
	size_t n = 0;
	FILE *f = fopen("rules/README.md", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t len = strlen(line);

		if (strncmp(line, "    ", 4) == 0) {
			assert_true(n + len < sizeof(text));
			memcpy(text + n, line + 4, len - 3);
			n += len - 4;
		}
	}
	(void)fclose(f);
	expect(text, 3, "");
	assert_string_equal(rules_get(w.rules, 0)->id, "write-unlearned");
	assert_string_equal(rules_get(w.rules, 1)->id, "dosing-writer");
	assert_string_equal(rules_get(w.rules, 2)->id, "dosing-too-high");
}

static int
setup(void **state)
{
	world_open(&w);
	return 0;
}

static int
teardown(void **state)
{
	world_close(&w);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_rule_says_what_its_file_says),
	    cmocka_unit_test(test_disabled_rules_are_left_out),
	    cmocka_unit_test(test_bad_keys_are_told),
	    cmocka_unit_test(test_bad_values_are_told),
	    cmocka_unit_test(test_bad_conditions_are_told_with_their_line),
	    cmocka_unit_test(test_missing_keys_are_told),
	    cmocka_unit_test(test_bad_sections_are_told),
	    cmocka_unit_test(test_long_values_are_told),
	    cmocka_unit_test(test_too_many_rules_are_told),
	    cmocka_unit_test(test_files_come_by_name),
	    cmocka_unit_test(test_unreadable_files_are_told),
	    cmocka_unit_test(test_too_many_files_are_told),
	    cmocka_unit_test(test_missing_directory_is_an_error),
	    cmocka_unit_test(test_check_needs_no_store),
	    cmocka_unit_test(test_the_readme_is_right),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
