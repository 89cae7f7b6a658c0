/*
 * The commands that need nothing but the program itself: help, version,
 * limits.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/man.h"
#include "limits.h"
#include "version.h"

static const struct limit {
	const char *name;
	unsigned long long value;
	const char *unit, *reason;
} limit[] = {
#define LIMIT_ROW(name, value, unit, reason) {#name, value, unit, reason},
    LIMITS(LIMIT_ROW)
#undef LIMIT_ROW
};

int
cmd_help(const struct options *o)
{
	const char *what = o->nargs > 0 ? o->args[0] : NULL;

	if (what != NULL && strcmp(what, "man") == 0) {
		man_print(stdout);
		return 0;
	}
	options_help(stdout, what);
	if (what != NULL && strcmp(what, "declare") == 0) {
		declare_help(stdout);
	}
	return 0;
}

int
cmd_version(const struct options *o)
{
	(void)o;
	printf("otus %s\n", OTUS_VERSION);
	return 0;
}

static int
to_stdout(void *arg, const char *p, size_t n)
{
	(void)arg;
	return fwrite(p, 1, n, stdout) == n ? 0 : ERR_IO;
}

int
cmd_limits(const struct options *o)
{
	struct json j;
	char buf[2048];

	json_init(&j, buf, sizeof buf, to_stdout, NULL);
	for (size_t i = 0; i < sizeof limit / sizeof limit[0]; i++) {
		const struct limit *l = &limit[i];

		if (!options_has(o, "json")) {
			printf("%-20s %8llu %s\n%-20s %s\n", l->name, l->value,
			    l->unit, "", l->reason);
			continue;
		}
		json_object(&j);
		json_kstr(&j, "name", l->name);
		json_kuint(&j, "value", l->value);
		json_kstr(&j, "unit", l->unit);
		json_kstr(&j, "reason", l->reason);
		json_object_end(&j);
		json_line_end(&j);
	}
	return json_flush(&j) < 0 ? err_exit_code(ERR_IO) : 0;
}
