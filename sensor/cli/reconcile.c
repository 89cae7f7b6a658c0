/*
 * otus reconcile, export: the register and the wire, side by side; and the
 * inventory for other programs.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/list.h"
#include "cli/output.h"

int
cmd_reconcile(const struct options *o)
{
	struct export_reconcile opt = {.all = options_has(o, "all")};
	enum export_format format;
	struct query *q = NULL;
	int err;

	if (options_time(options_get(o, "silent"), &opt.silent_ns) < 0) {
		fprintf(stderr, "otus: --silent takes a time as 12h or 7d\n");
		return err_exit_code(ERR_USAGE);
	}
	if ((err = list_format(o, &format)) < 0 ||
	    (err = list_open(o, &q)) < 0) {
		return err_exit_code(err);
	}
	err = export_reconcile(q, &opt, format, stdout);
	query_close(q);
	return output_status(err);
}

int
cmd_export(const struct options *o)
{
	const char *format = options_get(o, "format");
	struct query *q = NULL;
	int err;

	if (strcmp(format, "csv") != 0 && strcmp(format, "json") != 0 &&
	    strcmp(format, "cyclonedx") != 0) {
		fprintf(
		    stderr, "otus: --format takes csv, json or cyclonedx\n");
		return err_exit_code(ERR_USAGE);
	}
	if ((err = list_open(o, &q)) < 0) {
		return err_exit_code(err);
	}
	if (strcmp(format, "cyclonedx") == 0) {
		err = export_cyclonedx(q, stdout);
	} else {
		err = export_inventory(q,
		    strcmp(format, "csv") == 0 ? EXPORT_CSV : EXPORT_JSON,
		    stdout);
	}
	query_close(q);
	return output_status(err);
}
