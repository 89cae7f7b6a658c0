/*
 * output: what commands print, and whether somebody took it.
 */
#ifndef OTUS_CLI_OUTPUT_H
#define OTUS_CLI_OUTPUT_H

#include <stdbool.h>

/*
 * Whether standard output is a pipe that nobody reads any more: a reader that
 * has seen enough (head) is no failure to tell.
 */
bool output_unread(void);
/* The exit status for err, which is said on standard error when negative. */
int output_status(int err);
/*
 * Writes out what is buffered; the exit status that is left of status when
 * that fails.
 */
int output_end(int status);

#endif
