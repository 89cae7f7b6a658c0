/*
 * spawn: starts one child of the same program with exactly the descriptors
 * that it is given.
 */
#ifndef OTUS_PROC_SPAWN_H
#define OTUS_PROC_SPAWN_H

#include <sys/types.h>

#include "proc/chan.h"
#include "proc/msg.h"
#include "proc/priv.h"

struct spawn {
	const struct msg_start *start; /* fd[]: with the parent's numbers */
	const struct priv_id *id;
	bool net_raw;
	int null_fd; /* /dev/null, read and write */
};

/*
 * Forks and executes.  The child's end of a new channel becomes its descriptor
 * 3; the parent's end, with the START message already in it, comes back.
 * What goes wrong in the child ends it with PROC_EXIT_SPAWN.
 */
int spawn_child(const struct spawn *, pid_t *ret_pid, int *ret_fd) MUST_CHECK;

#endif
