/*
 * log: lines to standard error for whoever runs the process.
 *
 * With INVOCATION_ID set (systemd) each line starts with <priority> for the
 * journal; else with the program's role.  Hostile input is never a log line:
 * it is an event and a counter, since log flooding is an attack.
 */
#ifndef OTUS_BASE_LOG_H
#define OTUS_BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/* role is kept, not copied: "sensor", "store", ... */
void log_init(const char *role, enum log_level);
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
