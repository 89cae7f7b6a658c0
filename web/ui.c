/*
 * ui: see ui.h.
 */
#include <string.h>

#include "web/ui.h"

#include "web/ui.inc"

const struct ui_file *
ui_find(const char *path)
{
	for (size_t i = 0; i < sizeof(ui_files) / sizeof(ui_files[0]); i++) {
		if (strcmp(ui_files[i].path, path) == 0) {
			return &ui_files[i];
		}
	}
	return NULL;
}
