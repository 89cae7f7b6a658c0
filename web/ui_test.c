/*
 * ui_test: the files are inside, as they are on disk.
 */
#include <stdio.h>
#include <string.h>

#include "base/test.h"
#include "web/ui.h"

static void
same_as(const char *path, const char *file)
{
	const struct ui_file *f = ui_find(path);
	FILE *fp = fopen(file, "r");
	int c;

	assert_non_null(f);
	assert_non_null(fp);
	for (size_t i = 0; i < f->len; i++) {
		c = fgetc(fp);
		assert_int_equal(c, f->data[i]);
	}
	assert_int_equal(fgetc(fp), EOF);
	assert_int_equal(fclose(fp), 0);
}

static void
test_files_are_the_files_of_this_folder(void **state)
{
	same_as("/", "web/ui/index.html");
	same_as("/index.html", "web/ui/index.html");
	same_as("/main.js", "web/ui/main.js");
	same_as("/icon.svg", "web/ui/icon.svg");
	same_as("/api/openapi.json", "web/openapi.json");
}

static void
test_types_and_tags(void **state)
{
	assert_string_equal(
	    ui_find("/main.js")->type, "text/javascript; charset=utf-8");
	assert_string_equal(
	    ui_find("/ui.css")->type, "text/css; charset=utf-8");
	assert_string_equal(
	    ui_find("/api/openapi.json")->type, "application/json");
	assert_int_equal(strlen(ui_find("/")->etag), 34);
	assert_string_equal(ui_find("/")->etag, ui_find("/index.html")->etag);
	assert_string_not_equal(
	    ui_find("/main.js")->etag, ui_find("/ui.css")->etag);
}

static void
test_others_are_not_there(void **state)
{
	assert_null(ui_find(""));
	assert_null(ui_find("/main.js/"));
	assert_null(ui_find("/../web/ui.sh"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_files_are_the_files_of_this_folder),
	    cmocka_unit_test(test_types_and_tags),
	    cmocka_unit_test(test_others_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
