/*
 * ui: the files of web/ui and the API's description, inside the program.
 *
 * ui.inc is made by ui.sh in the build folder.
 */
#ifndef OTUS_WEB_UI_H
#define OTUS_WEB_UI_H

#include <stddef.h>
#include <stdint.h>

struct ui_file {
	const char *path; /* of the URL: "/", "/main.js" */
	const char *type; /* Content-Type                */
	const char *etag; /* with its quotes             */
	const uint8_t *data;
	size_t len;
};

/* NULL when there is none. */
const struct ui_file *ui_find(const char *path);

#endif
