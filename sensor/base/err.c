/*
 * err: the tables behind err.def.
 */
#include <stddef.h>

#include "base/err.h"

struct err_row {
	const char *name, *text;
	int exit_code;
};

static const struct err_row rows[] = {
    {"OK", "no error", 0},
#define E(name, code, text) {#name, text, code},
#include "base/err.def"
#undef E
};

static const struct err_row unknown = {"UNKNOWN", "unknown error", 70};

static const struct err_row *
find(int err)
{
	/* Not -err for every value: the smallest int has no opposite. */
	if (err < 0) {
		err = err <= -(int)ERR_COUNT_ ? (int)ERR_COUNT_ : -err;
	}
	return err < (int)ERR_COUNT_ ? &rows[err] : &unknown;
}

const char *
err_text(int err)
{
	return find(err)->text;
}

const char *
err_name(int err)
{
	return find(err)->name;
}

int
err_exit_code(int err)
{
	return find(err)->exit_code;
}
