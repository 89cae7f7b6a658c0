/*
 * proc: what a role gets and in which order it starts.
 *
 * main() hands its arguments to proc_child() first.  In a process that the
 * parent started, that runs the role's main function and does not return:
 *
 *	int
 *	sensor_role(struct proc_env *env)
 *	{
 *		open what needs privileges or files, from env->config and
 *		proc_fd(env, "events");
 *		proc_barrier(env);           fan-out: all members have joined
 *		proc_confine(env, &needs);   drop, sandbox, report ready
 *		while (!env->stop) {
 *			work; proc_next(env, &note); proc_alive(env);
 *		}
 *		drain; return 0;
 *	}
 *
 * A role returns 0 or a negative enum err.  ERR_LOST says that its interface
 * is gone: the parent then waits for its return.
 *
 * Before a role's main function runs, its process is hardened (priv.h), and
 * when it was given crash memory the handlers of crash.h are in place: a
 * sensor has but to call crash_frame().  The role does neither itself.
 *
 * Descriptors: 0 and 1 are /dev/null, 2 is the log, 3 the channel to the
 * parent, 4 and up the role's own, by name (README.md lists them); nothing
 * else is open.  SIGINT, SIGTERM, SIGHUP and SIGPIPE are ignored: a child
 * stops when its parent says so or is gone.
 */
#ifndef OTUS_PROC_PROC_H
#define OTUS_PROC_PROC_H

#include "base/log.h"
#include "proc/chan.h"
#include "proc/msg.h"
#include "proc/sandbox.h"

#define PROC_FD_PARENT 3
#define PROC_FD_FIRST  4

/* Exit codes of a child beside those of err.def; the parent acts on them. */
enum {
	PROC_EXIT_LOST = 100,  /* the role returned ERR_LOST           */
	PROC_EXIT_SPAWN = 101, /* it could not be started as asked     */
};

struct proc_env;

struct proc_role {
	const char *name; /* "sensor"; also the process's name */
	int (*main)(struct proc_env *);
	enum sandbox_profile profile;
};

struct proc_env {
	const struct proc_role *role;
	const char *label;   /* which of several: the interfaces, or "" */
	uint32_t generation; /* of this life, from 0                    */
	struct rd config;    /* the role's own form; read it to the end */
	struct chan parent;
	bool stop; /* the parent asked, or is gone            */
	bool confined;
	struct sandbox_state sandbox;
	/* the frame's own */
	struct msg_start start;
	uint8_t *config_copy;
	uint64_t alive_ns;
};

/* What a role needs beyond its profile. */
struct proc_needs {
	const struct landlock_path *paths;
	size_t npaths;
	const uint16_t *ports;
	size_t nports;
};

/* What the parent has to say. */
enum proc_note_kind {
	PROC_NOTE_STOP,   /* env->stop is set                              */
	PROC_NOTE_PEER,   /* behind fd now is a new process: what the old one
			     had read and not yet kept is gone             */
	PROC_NOTE_HEALTH, /* store: of one process                         */
	PROC_NOTE_CRASH,  /* store: evidence; answer with proc_kept()      */
};

struct proc_note {
	enum proc_note_kind kind;
	int fd;              /* PEER */
	uint32_t generation; /* PEER */
	struct proc_health health;
	struct proc_crash crash; /* data: valid until the next call */
};

/*
 * First thing in main().  Returns when the program was not started by its own
 * parent process; else runs the role and ends the process.
 */
void proc_child(int argc, char **argv, const struct proc_role *, size_t n);

/* The descriptor of that name; -1 when the parent gave none. */
int proc_fd(const struct proc_env *, const char *name);
/* The i-th descriptor whose name starts with prefix; -1 at the end. */
int proc_fd_at(const struct proc_env *, const char *prefix, size_t i,
    const char **ret_name);

/* Waits until all of its group have come here.  ERR_STATE: stop was asked. */
int proc_barrier(struct proc_env *) MUST_CHECK;

/*
 * The step from opening to working: drops all privileges, enters the role's
 * profile with the needs (NULL: none) and the descriptors of the environment,
 * and tells the parent.  Once.
 */
int proc_confine(struct proc_env *, const struct proc_needs *) MUST_CHECK;

/*
 * The parent's next message: 1 and a note, 0 when there is none now.  Poll
 * env->parent.fd with chan_events(&env->parent).  Also sends what waits.
 */
int proc_next(struct proc_env *, struct proc_note *ret) MUST_CHECK;

/* Call it in every round of the loop: tells the parent, once a second, that
 * the loop turns.  A process that stops doing so is ended and restarted. */
void proc_alive(struct proc_env *);
/* One line about the role's condition, for the status page: "not silent: ..."
 * It stays until the next one. */
void proc_status(struct proc_env *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Store: this evidence is committed. */
void proc_kept(struct proc_env *, const struct proc_crash *);

#endif
