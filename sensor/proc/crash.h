/*
 * crash: the frame that killed a sensor is kept.
 *
 * Nothing is copied while all is well: the sensor notes where its frame is
 * (crash_frame(), one store).  When a fatal signal comes, a handler on its own
 * stack copies the signal and that frame into a small memory file shared
 * with the parent, and the signal then kills as it would have.  The parent
 * reads the file after the death, as hostile input: a broken process wrote it.
 *
 * What ends a process without a signal handler leaves no frame: SIGKILL, the
 * kernel's out-of-memory killer, _exit().
 */
#ifndef OTUS_PROC_CRASH_H
#define OTUS_PROC_CRASH_H

#include "base/err.h"
#include "capture/capture.h"
#include "limits.h"

/* Bytes of a frame that are kept: leaves room in one message of chan.h. */
#define CRASH_DATA_MAX (LIMIT_PROC_CRASH_KIB * 1024)

extern const struct frame *crash_current_;

/*
 * Before a frame is decoded: this is the one.  NULL when done with it.  The
 * frame and its bytes must stay valid in between.
 */
static inline void
crash_frame(const struct frame *f)
{
	crash_current_ = f;
	/* Order against the decoding, as a handler in this thread sees it. */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* --- in the sensor ---------------------------------------------------------*/

/* Maps the memory file and installs the handlers. */
int crash_init(int fd) MUST_CHECK;

/* --- in the parent ---------------------------------------------------------*/

struct crash_info {
	int signal;
	int code;      /* si_code of sigaction(2)                   */
	int sysno;     /* SIGSYS: the forbidden system call, else 0 */
	uint64_t addr; /* SIGSEGV, SIGBUS, SIGFPE, SIGILL: where   */
	bool has_frame;
	struct frame frame; /* data: in the reader's buffer         */
	uint32_t kept;      /* bytes at data                        */
};

#define CRASH_FILE_MAX (CRASH_DATA_MAX + 128)

/* A sealed memory file: nobody can make it longer or shorter. */
int crash_create(int *ret_fd) MUST_CHECK;
/*
 * Reads what a dead process left, using buf of CRASH_FILE_MAX.
 * ERR_NOTFOUND: nothing; ERR_PEER: not what crash.c writes.
 */
int crash_read(int fd, uint8_t *buf, struct crash_info *ret) MUST_CHECK;
int crash_parse(const uint8_t *p, size_t n, struct crash_info *ret) MUST_CHECK;
/* Ready for the next life. */
int crash_clear(int fd) MUST_CHECK;

#endif
