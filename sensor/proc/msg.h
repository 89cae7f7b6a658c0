/*
 * msg: what parent and children say to each other, and its wire form.
 *
 *	parent to child           child to parent
 *	START   once, first       BARRIER  waits for its group (fan-out)
 *	GO      past the barrier  READY    confined; now it works
 *	STOP    drain and end     ALIVE    its loop turns
 *	PEER    other end is new  STATUS   one line for people
 *	HEALTH  to store          KEPT     store has the evidence
 *	CRASH   to store
 *
 * A decoder takes a whole body or nothing: it fails with ERR_PEER on
 * anything short, long, out of range or not printable, and writes nothing
 * then.  What roles say to each other (events, requests) is not here.
 */
#ifndef OTUS_PROC_MSG_H
#define OTUS_PROC_MSG_H

#include <stdbool.h>

#include "base/err.h"
#include "base/rd.h"

#define PROC_ROLE_MAX   16  /* sizes of texts, with their NUL */
#define PROC_LABEL_MAX  136 /* eight interface names and their '+' */
#define PROC_TEXT_MAX   256
#define PROC_FDS_MAX    32
#define PROC_CONFIG_MAX (48 * 1024)

enum proc_msg {
	PM_START = 1,
	PM_GO,
	PM_STOP,
	PM_PEER,
	PM_HEALTH,
	PM_CRASH,
	PM_BARRIER = 64,
	PM_READY,
	PM_ALIVE,
	PM_STATUS,
	PM_KEPT,
};

enum proc_fd_kind {
	PROC_FD_CHANNEL, /* to another process: may be written in a sensor */
	PROC_FD_DIR,
	PROC_FD_LISTEN,
	PROC_FD_OTHER,
	PROC_FD_KINDS
};

struct proc_fd {
	uint8_t kind;
	char name[PROC_LABEL_MAX];
	int fd; /* not on the wire: PROC_FD_FIRST + its place */
};

struct msg_start {
	char role[PROC_ROLE_MAX], label[PROC_LABEL_MAX];
	uint32_t generation; /* 0 at first, then one more at each restart */
	uint8_t log_level;
	uint8_t nfds;
	struct proc_fd fd[PROC_FDS_MAX];
	struct rd config; /* points into the message */
};

enum proc_state {
	PROC_WAITING, /* for its turn at start, or for its death to pass */
	PROC_STARTING,
	PROC_RUNNING,
	PROC_LOST, /* its interface is gone; waits for its return */
	PROC_STOPPING,
	PROC_STOPPED,
	PROC_STATES
};

enum proc_end {
	PROC_END_NONE,   /* never ended yet */
	PROC_END_EXIT,   /* value: exit code */
	PROC_END_SIGNAL, /* value: signal */
	PROC_ENDS
};

/* What the parent knows of one child. */
struct proc_health {
	char role[PROC_ROLE_MAX], label[PROC_LABEL_MAX];
	uint8_t state; /* enum proc_state */
	uint8_t end;   /* enum proc_end: how the last life ended */
	uint16_t value;
	uint32_t pid; /* 0 = none */
	uint32_t generation;
	uint32_t restarts; /* deaths that were not asked for, survived */
	uint32_t crashes;  /* of these: with evidence kept */
	uint64_t since_ns; /* in this state for so long */
	char status[PROC_TEXT_MAX];  /* the child's own words */
	char sandbox[PROC_TEXT_MAX]; /* what is in force there */
};

/* The frame that killed a sensor. */
struct proc_crash {
	char role[PROC_ROLE_MAX], label[PROC_LABEL_MAX];
	uint32_t generation; /* the life that ended; unique with role, label */
	uint16_t signal;
	char reason[PROC_TEXT_MAX]; /* for people */
	uint64_t wall_ns;           /* when it was found dead */
	bool has_frame;
	uint16_t linktype;
	uint32_t iface;
	uint32_t len, caplen; /* as captured; data may be shorter */
	uint64_t number, ts_ns;
	const uint8_t *data; /* points into the message */
	uint32_t data_len;
};

struct msg_peer {
	char name[PROC_LABEL_MAX]; /* of the receiver's descriptor */
	uint32_t generation;       /* of the process now behind it */
};

/* The evidence that a KEPT acknowledges. */
struct msg_kept {
	char role[PROC_ROLE_MAX], label[PROC_LABEL_MAX];
	uint32_t generation;
};

/*
 * Each encoder returns the length and asserts that it fits: CHAN_BODY_MAX
 * does for all, MSG_SMALL_MAX for all but START and CRASH.
 */
#define MSG_SMALL_MAX 1024
size_t msg_start_encode(uint8_t *buf, size_t size, const struct msg_start *);
size_t msg_health_encode(uint8_t *buf, size_t size, const struct proc_health *);
size_t msg_crash_encode(uint8_t *buf, size_t size, const struct proc_crash *);
size_t msg_peer_encode(uint8_t *buf, size_t size, const struct msg_peer *);
size_t msg_kept_encode(uint8_t *buf, size_t size, const struct msg_kept *);
size_t msg_text_encode(uint8_t *buf, size_t size, const char *text);

int msg_start_decode(struct rd, struct msg_start *ret) MUST_CHECK;
int msg_health_decode(struct rd, struct proc_health *ret) MUST_CHECK;
int msg_crash_decode(struct rd, struct proc_crash *ret) MUST_CHECK;
int msg_peer_decode(struct rd, struct msg_peer *ret) MUST_CHECK;
int msg_kept_decode(struct rd, struct msg_kept *ret) MUST_CHECK;
/* READY and STATUS. */
int msg_text_decode(struct rd, char ret[PROC_TEXT_MAX]) MUST_CHECK;

const char *proc_state_name(uint8_t state);
/* "exited with code 70", "killed by SIGSEGV": needs 64 bytes. */
void proc_end_text(char *buf, uint8_t end, uint16_t value);

#endif
