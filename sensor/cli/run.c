/*
 * otus run: watches interfaces, or serves what is in the data directory,
 * with every process in its sandbox.  Replays files first when any are named.
 *
 * What needs the caller's rights (directory, listen socket) happens here;
 * from parent_run() on nothing is opened by this process.
 */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/settings.h"
#include "proc/parent.h"
#include "run/run.h"
#include "run/target.h"
#include "store/export/message.h"
#include "web/listen.h"

#define SILENT_MS 15000 /* a loop that stands for so long is ended */

/* Phases of the start; the stop goes the other way round. */
enum { PHASE_STORE, PHASE_SERVE, PHASE_SENSE };

struct starting {
	struct settings s;
	struct parent *parent;
	struct priv_id id;
	unsigned store;
	bool quiet;
	uint8_t config[PROC_CONFIG_MAX];
};

/*
 * The directory is the processes' own; what is above it stays as it is.  One
 * that root makes in somebody's folder (sudo in a checkout) is made for that
 * somebody, who can then be whom the processes become.
 */
static int
make_dir(struct starting *x)
{
	char above[DATADIR_MAX + 8];
	struct stat st;

	if (mkdir(x->s.dir, 02750) == 0) {
		snprintf(above, sizeof above, "%s/..", x->s.dir);
		if (priv_can_change() && stat(above, &st) == 0 &&
		    lchown(x->s.dir, st.st_uid, st.st_gid) < 0) {
			log_warn("cannot give %s to its folder's owner: %s",
			    x->s.dir, strerror(errno));
		}
	} else if (errno != EEXIST) {
		fprintf(stderr, "otus: cannot make %s: %s\n", x->s.dir,
		    strerror(errno));
		return ERR_PERM;
	}
	if (stat(x->s.dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
		fprintf(stderr, "otus: %s is no directory\n", x->s.dir);
		return ERR_CONFIG;
	}
	return 0;
}

/*
 * Whether that user comes through all folders above the directory; itself it
 * is given over later (own_dir).
 */
static bool
can_reach(const struct priv_id *id, const char *dir)
{
	char above[DATADIR_MAX];
	int status = -1;
	char *slash;
	pid_t pid;

	if (realpath(dir, above) == NULL ||
	    (slash = strrchr(above, '/')) == NULL) {
		return false;
	}
	slash[slash == above] = '\0';
	pid = fork();
	if (pid == 0) {
		_exit(setgroups(0, NULL) < 0 || setgid(id->gid) < 0 ||
		      setuid(id->uid) < 0 || access(above, X_OK) < 0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int
find_user(struct starting *x)
{
	enum priv_found found;
	struct stat st;
	uid_t owner = stat(x->s.dir, &st) == 0 ? st.st_uid : 0;
	int err = priv_lookup(x->s.user, NULL, owner, &x->id, &found);

	if (err < 0) {
		fprintf(stderr,
		    "otus: no user to run as; create one with 'adduser "
		    "--system --group %s', or name one with --user\n",
		    x->s.user);
		return err;
	}
	if (!priv_can_change()) {
		return 0;
	}
	if (!can_reach(&x->id, x->s.dir)) {
		log_warn("user %s cannot reach %s: running as root, which the "
			 "sandboxes confine all the same; better: --data "
			 "/var/lib/otus and a user '%s'",
		    x->id.user, x->s.dir, x->s.user);
		x->id = (struct priv_id){.user = "root"};
	} else if (found == PRIV_NOBODY || found == PRIV_OWNER) {
		log_info(
		    "no user '%s' here: running as %s", x->s.user, x->id.user);
	}
	return 0;
}

/* Files that an earlier run by another user left behind. */
static int
own_dir(const struct starting *x)
{
	static const char *const name[] = {
	    "", "/lock", "/otus.db", "/otus.db-wal", "/otus.db-shm"};
	char path[DATADIR_MAX + 16];

	if (!priv_can_change()) {
		return 0;
	}
	for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) {
		snprintf(path, sizeof path, "%s%s", x->s.dir, name[i]);
		if (lchown(path, x->id.uid, x->id.gid) < 0 && errno != ENOENT) {
			fprintf(stderr, "otus: cannot give %s to %s: %s\n",
			    path, x->id.user, strerror(errno));
			return ERR_PERM;
		}
	}
	return 0;
}

static int
add_store(struct starting *x)
{
	struct run_store_config c = {.learn_ns = x->s.learn_ns};
	struct parent_spec spec = {
	    .role = "store",
	    .label = "",
	    .phase = PHASE_STORE,
	    .health = true,
	    .silent_ms = 4 * SILENT_MS,
	    .grace_ms = 10000,
	    .config = x->config,
	};

	/* Its sandbox knows full paths only. */
	if (realpath(x->s.dir, c.dir) == NULL) {
		return ERR_IO;
	}
	if (x->s.rules != NULL && realpath(x->s.rules, c.rules) == NULL) {
		fprintf(stderr, "otus: --rules %s: %s\n", x->s.rules,
		    strerror(errno));
		return ERR_CONFIG;
	}
	spec.config_len = run_store_encode(x->config, sizeof x->config, &c);
	return parent_add(x->parent, &spec, &x->store);
}

static int
add_web(struct starting *x)
{
	char dir[DATADIR_MAX], why[WEB_WHY_MAX];
	struct parent_spec spec = {
	    .role = "web",
	    .label = "",
	    .phase = PHASE_SERVE,
	    .silent_ms = 4 * SILENT_MS,
	    .config = dir,
	};
	unsigned child;
	int err, fd;

	if (realpath(x->s.dir, dir) == NULL) {
		return ERR_IO;
	}
	spec.config_len = strlen(dir);
	if ((err = web_listen(x->s.listen, &fd, why)) < 0) {
		fprintf(stderr, "otus: --listen: %s\n", why);
		return err;
	}
	if ((err = parent_add(x->parent, &spec, &child)) < 0) {
		close(fd);
		return err;
	}
	return parent_fd(x->parent, child, PROC_FD_LISTEN, "listen", fd);
}

/* Only where there is somebody to send to; store keeps the rest. */
static int
add_courier(struct starting *x)
{
	struct run_courier_config c = {0};
	struct parent_spec spec = {
	    .role = "courier",
	    .label = "",
	    /* After web: a name server that is dead holds nobody up. */
	    .phase = PHASE_SENSE,
	    .silent_ms = 4 * SILENT_MS,
	    .config = x->config,
	};
	unsigned child;
	int err;

	if (x->s.syslog == NULL) {
		return 0;
	}
	if (target_parse(x->s.syslog, c.host, &c.port) < 0) {
		return ERR_CONFIG;
	}
	c.form = (uint8_t)message_form_parse(x->s.syslog_format);
	spec.config_len = run_courier_encode(x->config, sizeof x->config, &c);
	if ((err = parent_add(x->parent, &spec, &child)) < 0) {
		return err;
	}
	return parent_link(x->parent, child, "outbox", x->store, "outbox");
}

static void
label_of(const struct settings *s, unsigned n, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < s->nifaces && used < size; i++) {
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
		    i > 0 ? "+" : "", s->iface[i]);
	}
	if (s->sensors > 1 && used < size) {
		snprintf(buf + used, size - used, "#%u", n);
	}
}

static int
add_sensor(struct starting *x, unsigned n)
{
	const struct settings *s = &x->s;
	const char *iface[SETTINGS_IFACES_MAX];
	struct run_sensor_config c = {0};
	char name[PROC_LABEL_MAX + 8];
	struct parent_spec spec = {
	    .role = "sensor",
	    .phase = PHASE_SENSE,
	    .net_raw = true,
	    .crash = true,
	    .group = s->sensors > 1 ? 1 : 0,
	    .ifaces = iface,
	    .nifaces = s->nifaces,
	    .silent_ms = SILENT_MS,
	    .config = x->config,
	};
	unsigned child;
	int err;

	label_of(s, n, c.name, sizeof c.name);
	spec.label = c.name;
	c.nifaces = (uint8_t)s->nifaces;
	for (unsigned i = 0; i < s->nifaces; i++) {
		iface[i] = s->iface[i];
		snprintf(c.iface[i], sizeof c.iface[i], "%s", s->iface[i]);
	}
	snprintf(c.filter, sizeof c.filter, "%s",
	    s->filter != NULL ? s->filter : "");
	c.snaplen = s->snaplen;
	c.ring_mib = s->ring_mib;
	/* A number that other programs on this machine hardly use. */
	c.fanout = s->sensors > 1 ? (uint16_t)(getpid() | 0x8000) : 0;
	c.second = s->second;
	spec.config_len = run_sensor_encode(x->config, sizeof x->config, &c);
	if ((err = parent_add(x->parent, &spec, &child)) < 0) {
		return err;
	}
	snprintf(name, sizeof name, "events:%.40s", c.name);
	return parent_link(x->parent, child, "events", x->store, name);
}

/* --- what the person at the terminal is told ------------------------------ */

static void
on_changed(void *arg, const struct proc_health *h)
{
	const char *label = h->label[0] != '\0' ? h->label : NULL;
	char how[64];

	(void)arg;
	if (h->state == PROC_LOST) {
		log_warn("sensor %s: its interface is gone; waiting for it",
		    label != NULL ? label : "");
	} else if (h->state == PROC_WAITING && h->end != PROC_END_NONE) {
		proc_end_text(how, h->end, h->value);
		log_warn("%s%s%s %s; it is started again", h->role,
		    label != NULL ? " " : "", label != NULL ? label : "", how);
	}
}

static void
on_ready(void *arg)
{
	const struct starting *x = arg;

	if (!x->quiet) {
		fprintf(stderr,
		    "otus: http://%s shows what is seen; "
		    "Ctrl-C ends\n",
		    x->s.listen);
	}
}

static int
assemble(struct starting *x)
{
	const struct parent_options po = {
	    .id = &x->id,
	    .confine = true,
	    .log_level = LOG_LEVEL_INFO,
	    .changed = on_changed,
	    .ready = on_ready,
	    .arg = x,
	};
	int err;

	if ((err = parent_new(&po, &x->parent)) < 0 ||
	    (err = add_store(x)) < 0 || (err = add_web(x)) < 0 ||
	    (err = add_courier(x)) < 0) {
		return err;
	}
	for (unsigned i = 0; x->s.nifaces > 0 && i < x->s.sensors; i++) {
		if ((err = add_sensor(x, i)) < 0) {
			return err;
		}
	}
	return 0;
}

static int
check_only(const struct settings *s)
{
	char why[WEB_WHY_MAX];

	if (web_check_listen(s->listen, NULL, NULL, why) < 0) {
		fprintf(stderr, "otus: --listen: %s\n", why);
		return ERR_CONFIG;
	}
	settings_print(s, stdout);
	return 0;
}

/* In a process of its own, since `read` locks itself in for good. */
static int
replay_first(const struct options *o)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		_exit(cmd_read(o));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		fprintf(stderr, "otus: cannot replay: %s\n", strerror(errno));
		return err_exit_code(ERR_IO);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status)
				 : err_exit_code(ERR_INTERNAL);
}

int
cmd_run(const struct options *given)
{
	static struct starting x;
	struct options o = *given;
	int err, code;

	if ((err = settings_load(&o, stderr)) < 0 ||
	    (err = settings_check(&o, &x.s, stderr)) < 0) {
		return err_exit_code(err);
	}
	if (options_has(&o, "check-only")) {
		return err_exit_code(check_only(&x.s));
	}
	x.quiet = options_has(&o, "quiet");
	if ((err = make_dir(&x)) < 0) {
		return err_exit_code(err);
	}
	if (o.nargs > 0 && (code = replay_first(&o)) != 0) {
		return code;
	}
	if ((err = find_user(&x)) < 0 || (err = own_dir(&x)) < 0 ||
	    (err = assemble(&x)) < 0) {
		if (err != ERR_CONFIG) {
			fprintf(
			    stderr, "otus: cannot start: %s\n", err_text(err));
		}
		parent_free(x.parent);
		return err_exit_code(err);
	}
	_exit(parent_run(x.parent));
}
