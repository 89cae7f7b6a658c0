/*
 * landlock: which files a process may open, which TCP ports it may reach.
 *
 * Landlock (Documentation/userspace-api/landlock.rst of the kernel) grows by
 * ABI versions; what a kernel does not know is left out, and the result says
 * so: a weaker fence is told, never assumed.
 */
#ifndef OTUS_PROC_LANDLOCK_H
#define OTUS_PROC_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define LANDLOCK_ABI_MAX 6 /* the newest that is made use of */

enum landlock_access {
	LANDLOCK_READ,  /* read files, list folders                        */
	LANDLOCK_WRITE, /* also write, truncate, create, rename and remove */
};

struct landlock_path {
	const char *path; /* file or folder; NULL: what fd refers to */
	int fd;
	enum landlock_access access;
};

struct landlock_state {
	int abi;          /* 0: the kernel has none              */
	bool fs;          /* opening files is restricted         */
	bool truncate;    /* truncate(2) too (ABI 3)             */
	bool net;         /* TCP connect and bind (ABI 4)        */
	bool scope;       /* signals and abstract sockets (ABI 6) */
	unsigned missing; /* paths that did not exist         */
};

/* Version of this kernel, at most LANDLOCK_ABI_MAX; 0 = none. */
int landlock_abi(void);

/*
 * Everything is forbidden but what the paths allow and TCP connections to the
 * ports.  For good, and for all that the process starts.  max_abi lowers what
 * is used (tests); a path that does not exist is counted.  Needs
 * no_new_privs.  0 also when the kernel has no Landlock: see *ret.
 */
int landlock_enter(int max_abi, const struct landlock_path *paths, size_t n,
    const uint16_t *ports, size_t nports,
    struct landlock_state *ret) MUST_CHECK;

#endif
