/*
 * serve_tool: the real web process over a state directory that is there
 * already, without sensors and store: for tests of this folder.
 *
 *	serve_tool ADDR:PORT DIR
 *
 * Parent and child are those of the program, sandbox included.  Port 0 is not
 * possible: whoever starts this knows where to ask.
 */
#include <stdio.h>
#include <string.h>

#include "dissectors/registry.h"
#include "proc/parent.h"
#include "proc/proc.h"
#include "web/listen.h"
#include "web/web.h"

static const struct proc_role roles[] = {
    {.name = "web", .main = web_role, .profile = SANDBOX_WEB},
};

static void
ready(void *arg)
{
	(void)puts("ready");
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct parent_options po = {
	    .confine = true, .log_level = LOG_LEVEL_WARN, .ready = ready};
	struct parent_spec spec = {.role = "web", .label = ""};
	struct parent *p = NULL;
	char why[WEB_WHY_MAX];
	unsigned child;
	int fd = -1;
	int rc;

	log_init("serve", LOG_LEVEL_WARN);
	registry_init();
	proc_child(argc, argv, roles, 1);
	if (argc != 3) {
		(void)fprintf(stderr, "usage: serve_tool ADDR:PORT DIR\n");
		return err_exit_code(ERR_USAGE);
	}
	rc = web_listen(argv[1], &fd, why);
	if (rc != 0) {
		(void)fprintf(stderr, "serve_tool: %s\n", why);
		return err_exit_code(rc);
	}
	spec.config = argv[2];
	spec.config_len = strlen(argv[2]);
	spec.silent_ms = 5000;
	rc = parent_new(&po, &p);
	if (rc == 0) {
		rc = parent_add(p, &spec, &child);
	}
	if (rc == 0) {
		rc = parent_fd(p, child, PROC_FD_LISTEN, "listen", fd);
	}
	if (rc == 0) {
		return parent_run(p);
	}
	parent_free(p);
	(void)fprintf(stderr, "serve_tool: %s\n", err_text(rc));
	return err_exit_code(rc);
}
