/*
 * crash: handler and reader of the memory file that outlives a sensor.
 *
 *	  0  u32 magic, written first      40  u32 input
 *	  4  u32 stage (below)             44  u32 iface
 *	  8  u32 signal                    48  u32 len
 *	 12  u32 code                      52  u32 caplen
 *	 16  u32 system call               56  u32 link type
 *	 20  u32 0                         60  u32 kept
 *	 24  u64 address                   64  u64 frame number
 *	 32  u64 0                         72  u64 ts
 *	                                  128  the frame's bytes
 *
 * Little-endian.  The stage says how far the handler came: the process is
 * broken when it runs, and even the pointer to the frame may be wrong.  A
 * fault inside the handler ends the process, and what was written by then
 * stands.
 *
 * The handler makes no system call but the one that re-raises the signal, so
 * it works under the sensor's seccomp profile, and also for SIGSYS: there a
 * forbidden call traps instead of killing at once, which the kernel does
 * without executing the call.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rd.h"
#include "proc/crash.h"

#define MAGIC    0x7375746fU /* "otus" */
#define DATA_OFF 128
#define STACK    (64 * 1024) /* AVX-512 state alone takes some 3 KiB */

enum stage {
	STAGE_SIGNAL = 1, /* signal, code, address are there */
	STAGE_FRAME,      /* the frame's description is too  */
	STAGE_DATA,       /* and its bytes                   */
};

static_assert(CRASH_FILE_MAX == DATA_OFF + CRASH_DATA_MAX, "layout");

const struct frame *crash_current_;

static uint8_t *page; /* the mapped file */

static const int signals[] = {
    SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

static void
put32(size_t off, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++) {
		page[off + i] = (uint8_t)(v >> 8 * i);
	}
}

static void
put64(size_t off, uint64_t v)
{
	put32(off, (uint32_t)v);
	put32(off + 4, (uint32_t)(v >> 32));
}

static void
set_stage(enum stage s)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	put32(4, s);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void
keep(int sig, const siginfo_t *si)
{
	const struct frame *f = crash_current_;
	uint32_t n;

	put32(0, MAGIC);
	put32(8, (uint32_t)sig);
	put32(12, (uint32_t)si->si_code);
	put32(16, sig == SIGSYS ? (uint32_t)si->si_syscall : 0);
	/* For the other signals the union holds a process id there. */
	put64(24,
	    sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL
		? (uint64_t)(uintptr_t)si->si_addr
		: 0);
	set_stage(STAGE_SIGNAL);
	if (f == NULL) {
		return;
	}
	n = f->caplen < CRASH_DATA_MAX ? f->caplen : CRASH_DATA_MAX;
	put32(40, f->input);
	put32(44, f->iface);
	put32(48, f->len);
	put32(52, f->caplen);
	put32(56, f->linktype);
	put32(60, n);
	put64(64, f->number);
	put64(72, f->ts_ns);
	set_stage(STAGE_FRAME);
	memcpy(page + DATA_OFF, f->data, n);
	set_stage(STAGE_DATA);
}

static void
on_signal(int sig, siginfo_t *si, void *context)
{
	static volatile sig_atomic_t busy;

	if (!busy) {
		busy = 1;
		keep(sig, si);
	}
	/* SA_RESETHAND and SA_NODEFER: this one kills. */
	raise(sig);
}

int
crash_init(int fd)
{
	struct sigaction sa = {.sa_sigaction = on_signal,
	    .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND | SA_NODEFER};
	stack_t ss = {.ss_size = STACK};

	/* Nothing is undone on failure: the process ends. */
	sigemptyset(&sa.sa_mask);
	ss.ss_sp = mem_map(STACK);
	if (ss.ss_sp == NULL) {
		return ERR_NOMEM;
	}
	page = mmap(
	    NULL, CRASH_FILE_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED || sigaltstack(&ss, NULL) != 0) {
		return ERR_IO;
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], &sa, NULL) != 0) {
			return ERR_IO;
		}
	}
	return 0;
}

int
crash_create(int *ret_fd)
{
	int fd = memfd_create("otus-crash", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0) {
		return ERR_IO;
	}
	if (ftruncate(fd, CRASH_FILE_MAX) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) !=
		0) {
		close(fd);
		return ERR_IO;
	}
	*ret_fd = fd;
	return 0;
}

int
crash_parse(const uint8_t *p, size_t n, struct crash_info *ret)
{
	struct crash_info c = {0};
	struct rd r = rd_make(p, n), data;
	uint32_t magic, stage, linktype;

	magic = rd_le32(&r);
	stage = rd_le32(&r);
	if (!rd_ok(&r)) {
		return ERR_PEER;
	}
	if (magic == 0 && stage == 0) {
		return ERR_NOTFOUND;
	}
	c.signal = (int)rd_le32(&r);
	c.code = (int)rd_le32(&r);
	c.sysno = (int)rd_le32(&r);
	rd_skip(&r, 4);
	c.addr = rd_le64(&r);
	rd_skip(&r, 8);
	c.frame.input = rd_le32(&r);
	c.frame.iface = rd_le32(&r);
	c.frame.len = rd_le32(&r);
	c.frame.caplen = rd_le32(&r);
	linktype = rd_le32(&r);
	c.frame.linktype = (uint16_t)linktype;
	c.kept = rd_le32(&r);
	c.frame.number = rd_le64(&r);
	c.frame.ts_ns = rd_le64(&r);
	rd_skip(&r, DATA_OFF - 80);
	if (stage < STAGE_DATA) {
		c.kept = 0; /* the copy did not end */
	}
	data = rd_sub(&r, c.kept);
	if (!rd_ok(&r) || magic != MAGIC || stage < STAGE_SIGNAL ||
	    stage > STAGE_DATA || c.signal < 1 || c.signal >= NSIG ||
	    linktype > UINT16_MAX || c.kept > c.frame.caplen) {
		return ERR_PEER;
	}
	c.has_frame = stage >= STAGE_FRAME;
	c.frame.data = data.p;
	*ret = c;
	return 0;
}

int
crash_read(int fd, uint8_t *buf, struct crash_info *ret)
{
	size_t have = 0;

	while (have < CRASH_FILE_MAX) {
		ssize_t k =
		    pread(fd, buf + have, CRASH_FILE_MAX - have, (off_t)have);

		if (k < 0 && errno == EINTR) {
			continue;
		}
		if (k <= 0) {
			return ERR_IO;
		}
		have += (size_t)k;
	}
	return crash_parse(buf, have, ret);
}

int
crash_clear(int fd)
{
	static const uint8_t zero[DATA_OFF];

	return pwrite(fd, zero, sizeof(zero), 0) == (ssize_t)sizeof(zero)
		   ? 0
		   : ERR_IO;
}
