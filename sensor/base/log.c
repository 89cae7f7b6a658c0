/*
 * log: one line, one write(2) to standard error.
 *
 * The whole line goes out in one call, so that lines of several processes
 * on one descriptor do not mix, and no buffer or allocation is needed.
 * sd-daemon(3): a leading "<N>" is the syslog priority, and systemd sets
 * INVOCATION_ID for what it runs.  Bytes that would end the line or steer a
 * terminal are replaced: arguments include file names and what peers said.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define LINE_MAX_BYTES 1024

static const char *role = "otus";
static enum log_level max_level = LOG_LEVEL_INFO;
static bool journal;

/* RFC 5424, table 2; and what a person reads. */
static const struct {
	const char *priority, *word;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"<3>", "error: "},
    [LOG_LEVEL_WARN] = {"<4>", "warning: "},
    [LOG_LEVEL_INFO] = {"<6>", ""},
    [LOG_LEVEL_DEBUG] = {"<7>", "debug: "},
};

void
log_init(const char *new_role, enum log_level level)
{
	role = new_role;
	max_level = level;
	journal = getenv("INVOCATION_ID") != NULL;
}

static void __attribute__((format(printf, 2, 0)))
log_line(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	size_t n, room = sizeof(line) - 1; /* the newline */
	ssize_t rc;
	int k;

	if (level > max_level) {
		return;
	}
	k = snprintf(line, room, "%s%s: %s",
	    journal ? levels[level].priority : "", role,
	    journal ? "" : levels[level].word);
	n = k < 0 ? 0 : (size_t)k < room ? (size_t)k : room - 1;
	k = vsnprintf(line + n, room - n, fmt, ap);
	if (k >= 0 && (size_t)k >= room - n) {
		n = room - 1;
		memcpy(line + n - 3, "...", 3);
	} else if (k > 0) {
		n += (size_t)k;
	}
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f) {
			line[i] = '?';
		}
	}
	line[n++] = '\n';
	/* Nobody is left to tell when this fails. */
	rc = write(STDERR_FILENO, line, n);
	(void)rc;
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_WARN, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_INFO, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_DEBUG, fmt, ap);
	va_end(ap);
}
