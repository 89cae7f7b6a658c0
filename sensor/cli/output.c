/*
 * output: see output.h.
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "cli/output.h"

bool
output_unread(void)
{
	struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

	/* A pipe's other end is closed (poll(2)); files never say so. */
	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0;
}

int
output_status(int err)
{
	if (err >= 0) {
		return 0;
	}
	if (err != ERR_IO || !output_unread()) {
		fprintf(stderr, "otus: %s\n", err_text(err));
	}
	return err_exit_code(err);
}

int
output_end(int status)
{
	bool whole = fflush(stdout) == 0 && ferror(stdout) == 0;

	return whole || status != 0 ? status : output_status(ERR_IO);
}
