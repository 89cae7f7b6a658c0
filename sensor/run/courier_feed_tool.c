/*
 * courier_feed_tool: alerts on their way out, with everything real but what
 * causes them.
 *
 *	courier_feed_tool run DIR HOST:PORT FORM COUNT GAP_MS
 *	courier_feed_tool list DIR
 *
 * run starts store and courier under a parent as `otus run` does, sandboxes
 * included, and a third process in a sensor's place that sends one event each
 * GAP_MS, each of which raises an alert; it ends with SIGTERM.  On standard
 * output it tells the processes' states and numbers.  list prints the outbox:
 * a line "EVENT STATE" for each row.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "dissectors/registry.h"
#include "event/ev_wire.h"
#include "proc/parent.h"
#include "run/run.h"
#include "run/target.h"
#include "store/db.h"
#include "store/export/message.h"
#include "store/harness.h"

static const char rule[] = "[feed]\n"
			   "title = Alert by {src}\n"
			   "on = operation\n"
			   "when = class = 'write'\n"
			   "severity = high\n"
			   "attack = T0855\n"
			   "group = src\n"
			   "soc = {src} wrote \"a|b\\c=d]\" to {dst}\n"
			   "ot = {src} wrote to {dst}\n"
			   "check = Nothing: this is a test\n";

struct feed {
	uint16_t count, gap_ms;
};

static int
send_one(struct chan *c, struct sample *x, uint16_t i)
{
	static uint8_t wire[EV_WIRE_MAX];
	struct host src =
	    sample_host(10, 1, (uint8_t)(i / 200), (uint8_t)(i % 200 + 1));
	struct host dst = sample_host(10, 0, 0, 1);
	struct ev *e;
	size_t n;

	sample_at(x, clock_wall_ns());
	e = sample_start(x, EV_OPERATION, &src, &dst);
	e->proto = PROTO_MODBUS;
	e->dir = EV_DIR_REQUEST;
	e->cls = EV_CLASS_WRITE;
	e->op = "write_single_register";
	e->code = 6;
	e->flags |= EV_HAS_CODE;
	if (ev_wire_encode(e, wire, sizeof(wire), &n) < 0) {
		return ERR_INTERNAL;
	}
	return chan_send(c, RUN_EVENT, RUN_PRIO_HIGH, EV_OPERATION, wire, n);
}

static int
feeder_role(struct proc_env *env)
{
	struct feed f = {
	    .count = rd_le16(&env->config), .gap_ms = rd_le16(&env->config)};
	struct proc_note note;
	struct sample x;
	struct chan c;
	uint64_t start, gap_ns = (uint64_t)f.gap_ms * NS_PER_MS;
	uint16_t sent = 0;
	int err = chan_init(&c, proc_fd(env, "events"), CHAN_MSG_MAX);

	sample_init(&x, NULL);
	if (err < 0 || (err = proc_confine(env, NULL)) < 0) {
		return err;
	}
	start = clock_mono_ns();
	while (!env->stop) {
		struct pollfd p = {.fd = env->parent.fd, .events = POLLIN};
		uint64_t passed = clock_mono_ns() - start;

		while (sent < f.count && (sent + 1) * gap_ns <= passed) {
			if ((err = send_one(&c, &x, sent++)) < 0) {
				return err;
			}
		}
		if ((err = chan_flush(&c)) < 0) {
			return err;
		}
		(void)poll(&p, 1, 20);
		while (proc_next(env, &note) == 1) {
		}
		proc_alive(env);
	}
	return 0;
}

static const struct proc_role role[] = {
    {"store", store_role, SANDBOX_STORE},
    {"courier", courier_role, SANDBOX_COURIER},
    {"feeder", feeder_role, SANDBOX_SENSOR},
};

static void
changed(void *arg, const struct proc_health *h)
{
	(void)arg;
	printf("%s %s %u %s\n", h->role, proc_state_name(h->state), h->pid,
	    h->status);
	(void)fflush(stdout);
}

static int
write_rules(const char *dir, char *path, size_t size)
{
	char file[RUN_PATH_MAX + 16];
	FILE *f;
	bool ok;

	(void)snprintf(path, size, "%s/rules", dir);
	(void)snprintf(file, sizeof(file), "%s/feed.rules", path);
	(void)mkdir(path, 0755);
	f = fopen(file, "we");
	if (f == NULL) {
		return ERR_IO;
	}
	ok = fputs(rule, f) >= 0;
	return fclose(f) == 0 && ok ? 0 : ERR_IO;
}

static int
add(struct parent *p, const char *name, unsigned phase, const uint8_t *config,
    size_t n, unsigned *ret)
{
	struct parent_spec spec = {.role = name,
	    .label = "",
	    .phase = phase,
	    .health = phase == 0,
	    .silent_ms = 20000,
	    .config = config,
	    .config_len = n};

	return parent_add(p, &spec, ret);
}

static int
add_all(struct parent *p, char **argv)
{
	static struct run_store_config store;
	static uint8_t buf[PROC_CONFIG_MAX];
	struct run_courier_config courier = {0};
	unsigned s, c, f, count = (unsigned)strtoul(argv[5], NULL, 10);
	unsigned gap = (unsigned)strtoul(argv[6], NULL, 10);
	uint8_t feed[4] = {(uint8_t)count, (uint8_t)(count >> 8), (uint8_t)gap,
	    (uint8_t)(gap >> 8)};
	int err;

	(void)snprintf(store.dir, sizeof(store.dir), "%s/state", argv[2]);
	if ((err = write_rules(argv[2], store.rules, sizeof(store.rules))) <
		0 ||
	    (err = target_parse(argv[3], courier.host, &courier.port)) < 0) {
		return err;
	}
	courier.form = (uint8_t)message_form_parse(argv[4]);
	(void)mkdir(store.dir, 0750);
	err = add(
	    p, "store", 0, buf, run_store_encode(buf, sizeof(buf), &store), &s);
	err = err == 0 ? add(p, "courier", 1, buf,
			     run_courier_encode(buf, sizeof(buf), &courier), &c)
		       : err;
	err = err == 0 ? add(p, "feeder", 2, feed, sizeof(feed), &f) : err;
	err = err == 0 ? parent_link(p, f, "events", s, "events:feeder") : err;
	return err == 0 ? parent_link(p, c, "outbox", s, "outbox") : err;
}

static int
run(char **argv)
{
	const struct parent_options o = {
	    .confine = true, .log_level = LOG_LEVEL_INFO, .changed = changed};
	struct parent *p = NULL;
	int err = parent_new(&o, &p);

	err = err == 0 ? add_all(p, argv) : err;
	if (err < 0) {
		(void)fprintf(stderr, "%s\n", err_text(err));
		return err_exit_code(err);
	}
	return parent_run(p);
}

static int
list(const char *dir)
{
	char path[RUN_PATH_MAX];
	sqlite3_stmt *st = NULL;
	sqlite3 *db;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/state/" DB_FILE, dir);
	if ((rc = db_open(path, false, &db)) < 0) {
		return err_exit_code(rc);
	}
	rc = db_prepare(db, "SELECT event, state FROM outbox ORDER BY id", &st);
	while (rc >= 0 && (rc = db_step(st)) == 1) {
		printf("%s %s\n", db_text(st, 0), db_text(st, 1));
	}
	(void)sqlite3_finalize(st);
	(void)sqlite3_close_v2(db);
	return rc < 0 ? err_exit_code(rc) : 0;
}

int
main(int argc, char **argv)
{
	registry_init();
	proc_child(argc, argv, role, sizeof(role) / sizeof(role[0]));
	log_init("feed", LOG_LEVEL_INFO);
	if (argc == 7 && strcmp(argv[1], "run") == 0) {
		_exit(run(argv)); /* confined by then: no more than that */
	}
	if (argc == 3 && strcmp(argv[1], "list") == 0) {
		return list(argv[2]);
	}
	(void)fprintf(stderr, "courier_feed_tool run DIR HOST:PORT FORM COUNT "
			      "GAP_MS | list DIR\n");
	return 64;
}
