/*
 * evidence: the crash memory of one child, on the parent's side.
 *
 * It is read into a spare buffer after each death by a signal; what can be
 * read replaces the evidence before it, and stays until store says that it
 * is kept.  So evidence is lost only to newer evidence of the same child.
 *
 * Not here: the form of the memory (crash.c), sending (parent.c).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "proc/child.h"

int
evidence_init(struct child *c)
{
	struct proc_fd *f = &c->start.fd[c->start.nfds];
	int err;

	c->crash_buf = malloc(CRASH_FILE_MAX);
	c->crash_spare = malloc(CRASH_FILE_MAX);
	if (c->crash_buf == NULL || c->crash_spare == NULL) {
		return ERR_NOMEM;
	}
	err = crash_create(&c->crash_fd);
	if (err != 0) {
		return err;
	}
	f->kind = PROC_FD_OTHER;
	snprintf(f->name, sizeof(f->name), "crash");
	f->fd = c->crash_fd; /* owned through this table */
	c->start.nfds++;
	return 0;
}

void
evidence_done(struct child *c)
{
	free(c->crash_buf);
	free(c->crash_spare);
	c->crash_buf = c->crash_spare = NULL;
}

static void
say_why(struct child *c, const struct crash_info *info)
{
	char call[64], *buf = c->crash.reason;
	const size_t size = sizeof(c->crash.reason);

	if (info->signal == SIGSYS) {
		sandbox_call_name(info->sysno, call);
		snprintf(buf, size, "forbidden system call %s", call);
	} else if (c->aborted) {
		snprintf(buf, size, "no sign of life for %u ms", c->silent_ms);
	} else if (info->addr != 0) {
		snprintf(buf, size, "%s at address 0x%llx",
		    strsignal(info->signal), (unsigned long long)info->addr);
	} else {
		snprintf(buf, size, "%s", strsignal(info->signal));
	}
}

/* What the dying process left, with its frame. */
void
evidence_collect(struct child *c)
{
	char name[CHILD_NAME_MAX];
	struct crash_info info;
	uint8_t *swap;
	int err;

	if (c->crash_fd < 0 || c->end != PROC_END_SIGNAL) {
		return;
	}
	err = crash_read(c->crash_fd, c->crash_spare, &info);
	if (err != 0) {
		if (err != ERR_NOTFOUND) {
			log_warn("%s: its crash record is not readable: %s",
			    child_name(c, name), err_text(err));
		}
		return;
	}
	swap = c->crash_buf;
	c->crash_buf = c->crash_spare;
	c->crash_spare = swap;
	c->crash = (struct proc_crash){
	    .generation = c->start.generation,
	    .signal = (uint16_t)info.signal,
	    .wall_ns = clock_wall_ns(),
	    .has_frame = info.has_frame,
	    .linktype = info.frame.linktype,
	    .iface = info.frame.iface,
	    .len = info.frame.len,
	    .caplen = info.frame.caplen,
	    .number = info.frame.number,
	    .ts_ns = info.frame.ts_ns,
	    .data = info.frame.data,
	    .data_len = info.kept,
	};
	memcpy(c->crash.role, c->start.role, sizeof(c->crash.role));
	memcpy(c->crash.label, c->start.label, sizeof(c->crash.label));
	say_why(c, &info);
	c->crash_pending = true;
	c->crash_sent = false;
	c->crashes++;
	if (info.has_frame) {
		log_error("%s: %s, while it had frame %llu",
		    child_name(c, name), c->crash.reason,
		    (unsigned long long)c->crash.number);
	} else {
		log_error("%s: %s, between frames", child_name(c, name),
		    c->crash.reason);
	}
}
