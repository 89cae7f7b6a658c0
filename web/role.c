/*
 * role: the web process: takes the socket that the parent opened, opens the
 * database for reading, gives up everything else, and serves.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "proc/proc.h"
#include "web/web.h"

#define PATH_MAX_ 4096

/* The configuration is the path of the state directory. */
static int
take_path(struct rd *config, char path[PATH_MAX_])
{
	size_t n = rd_left(config);
	const uint8_t *p = rd_bytes(config, n);

	if (n == 0 || n >= PATH_MAX_ || memchr(p, '\0', n) != NULL) {
		return ERR_CONFIG;
	}
	memcpy(path, p, n);
	path[n] = '\0';
	return 0;
}

/* SQLite opens the log and its index again when it has to. */
static int
confine(struct proc_env *env, const char *dir)
{
	const struct landlock_path paths[] = {
	    {.path = dir, .fd = -1, .access = LANDLOCK_READ}};
	const struct proc_needs needs = {.paths = paths, .npaths = 1};

	return proc_confine(env, &needs);
}

static int
serve(struct proc_env *env, struct web *w)
{
	struct pollfd pfd[2] = {
	    {.fd = web_fd(w), .events = POLLIN},
	    {.fd = env->parent.fd},
	};
	struct proc_note note;
	int rc = 0;

	while (rc == 0 && !env->stop) {
		pfd[1].events = chan_events(&env->parent);
		if (poll(pfd, 2, web_timeout_ms(w)) < 0) {
			return ERR_IO;
		}
		rc = web_run(w);
		while (rc == 0 && proc_next(env, &note) == 1) {
			/* The others' notes are not for this role. */
		}
		proc_alive(env);
	}
	return rc;
}

int
web_role(struct proc_env *env)
{
	struct web_options o = {.listen_fd = proc_fd(env, "listen")};
	char path[PATH_MAX_], box[SANDBOX_TEXT];
	struct web *w = NULL;
	int rc;

	rc = take_path(&env->config, path);
	if (rc != 0 || o.listen_fd < 0) {
		log_error("started without a socket or a state directory");
		return ERR_CONFIG;
	}
	o.dir = path;
	rc = web_new(&o, &w);
	if (rc != 0) {
		log_error("cannot serve what is in %s: %s", path, err_text(rc));
		return rc;
	}
	rc = confine(env, path);
	if (rc == 0) {
		sandbox_describe(&env->sandbox, box);
		web_sandbox(w, box);
		rc = serve(env, w);
	}
	web_free(w);
	return rc;
}
