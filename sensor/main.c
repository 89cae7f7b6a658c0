/*
 * otus: one binary, one command a run.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "dissectors/registry.h"
#include "proc/proc.h"
#include "run/run.h"
#include "web/web.h"

static const struct {
	const char *name;
	int (*run)(const struct options *);
} command[] = {
#define COMMAND(name, arguments, summary) {#name, cmd_##name},
#include "options.def"
};

/* What `otus run` starts, each in its own process. */
static const struct proc_role role[] = {
    {"store", store_role, SANDBOX_STORE},
    {"web", web_role, SANDBOX_WEB},
    {"courier", courier_role, SANDBOX_COURIER},
    {"sensor", sensor_role, SANDBOX_SENSOR},
};

int
main(int argc, char **argv)
{
	struct options o;
	int err;

	registry_init();
	/* Runs the role and does not return in a process of ours. */
	proc_child(argc, argv, role, sizeof role / sizeof role[0]);
	/* A closed pipe is an error of the write that met it. */
	signal(SIGPIPE, SIG_IGN);
	log_init("otus", LOG_LEVEL_INFO);
	if ((err = options_parse(&o, argc, argv, stderr)) < 0) {
		return err_exit_code(err);
	}
	if (options_has(&o, "help")) {
		options_help(stdout, o.command);
		return output_end(0);
	}
	for (size_t i = 0; i < sizeof command / sizeof command[0]; i++) {
		if (strcmp(command[i].name, o.command) == 0) {
			return output_end(command[i].run(&o));
		}
	}
	return err_exit_code(ERR_INTERNAL);
}
