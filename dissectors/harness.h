/*
 * harness: what net offers to a dissector, over small arrays, for tests.
 *
 * A harness is one flow between side A (10.0.0.1) and side B (10.0.0.2).
 * Bytes go in as pieces of a TCP stream or as datagrams; events come out as
 * JSON lines.  It does with a dissector what net/stream.c does: asks the
 * probe before it claims the flow, keeps incomplete PDUs, searches for the
 * next header after damage.  And it holds the dissector to the contract of
 * dissector.h: what breaks that aborts.
 *
 * Bytes are handed over in a heap block of exactly their size, so that a
 * sanitizer sees a read of one byte too many.
 *
 *	struct harness *h = harness_new(&dissector_modbus, DIS_TCP);
 *
 *	harness_hex(h, A,
 *	    "0001 0000 0006"       transaction, protocol id, length
 *	    "0a 01 0000 0008");    unit, function, address, quantity
 *	harness_assert(h, "{'kind':'operation','dir':'request',...}\n");
 *	harness_free(h);
 *
 * The lines leave out what net puts on the envelope (frame to dst), unless
 * `full` is set.
 */
#ifndef OTUS_DISSECTORS_HARNESS_H
#define OTUS_DISSECTORS_HARNESS_H

#include "dissectors/dissector.h"

enum { A = DIS_SIDE_A, B = DIS_SIDE_B };

#define HARNESS_PENDING 64
#define HARNESS_SHARED  64
#define HARNESS_KEY_MAX 32
#define HARNESS_REASM   8
#define HARNESS_INNER   8
#define HARNESS_DEPTH   4
#define HARNESS_OUT     (256 * 1024)

struct harness_pending {
	uint64_t key, frame, ts_ns;
	uint8_t side, n;
	uint8_t blob[DIS_BLOB_MAX];
};

struct harness_side {
	uint8_t *held; /* of an incomplete PDU; exactly n bytes */
	size_t n, need;
	bool searching, fresh, after_gap, looked, done;
	unsigned clean;
};

struct harness_shared {
	uint8_t key[HARNESS_KEY_MAX];
	size_t key_n;
	void *p; /* NULL: free */
};

struct harness_reasm {
	uint8_t key[HARNESS_KEY_MAX];
	size_t key_n;
	uint8_t *bytes, *there; /* DIS_NEED_MAX each, kept for the next one */
	size_t end;             /* what was written to ends here */
	size_t total;           /* 0: the last piece is still to come */
	bool used;
	bool done; /* handed out; goes with the next frame */
};

struct harness {
	/* set by the test as it likes, before the first piece */
	uint16_t port[2]; /* of A and B; B's is the first hint of d */
	size_t segment;   /* TCP: cut what is sent into pieces of this size */
	bool full;        /* lines with their whole envelope */
	bool quiet;       /* print nothing: for measurements */
	/* set by the test at any time */
	uint64_t ts_ns;
	bool brief;    /* ctx->brief */
	bool filtered; /* as before a novelty filter: every other question is
			  answered so that no event is made */
	/* what happened so far */
	bool claimed; /* the probe said that the flow is d's */
	bool done;    /* d has seen what it wants of the connection */
	bool failed;  /* a line did not fit */
	unsigned events, ok, bad, more, not_mine, skipped, unanswered, asked;

	const struct dissector *d;
	struct dis_ctx ctx;
	struct ev ev;
	struct ev_field fields[EV_FIELDS_MAX];
	struct ev_end end[2];
	_Alignas(16) uint8_t state[DIS_STATE_MAX];
	struct harness_side side[2];
	struct harness_pending pending[HARNESS_PENDING];
	unsigned npending;
	struct harness_shared shared[HARNESS_SHARED];
	struct harness_reasm reasm[HARNESS_REASM];
	const struct dissector *inner[HARNESS_INNER];
	uint64_t frame;
	struct dis_reading reading; /* the last that was asked about */
	size_t out_n;
	char out[HARNESS_OUT], taken[HARNESS_OUT], line[HARNESS_OUT];
	char quoted[HARNESS_OUT];
};

/* Registers the dissector's fields too.  Never NULL: aborts without memory. */
struct harness *harness_new(const struct dissector *, uint8_t transport);
void harness_free(struct harness *); /* accepts NULL */
/* The same flow from its beginning, everything forgotten. */
void harness_reset(struct harness *);
/* Makes a dissector callable through the `inner` service. */
void harness_add_inner(struct harness *, const struct dissector *);

/* The next bytes of a side: one frame. */
void harness_send(struct harness *, uint8_t side, const void *, size_t);
/* The same, given as hex digits; what is no digit is passed over. */
void harness_hex(struct harness *, uint8_t side, const char *digits);
/* A datagram, or a segment, of which the capture has only n bytes. */
void harness_send_cut(struct harness *, uint8_t side, const void *, size_t);
/* A datagram that net has recognised as a repeat. */
void harness_send_dup(struct harness *, uint8_t side, const void *, size_t);
/* Bytes of a side were lost here. */
void harness_gap(struct harness *, uint8_t side);

/* The lines since the last call; valid until the next one. */
const char *harness_take(struct harness *);
/* Bytes of hex digits; what is no digit is passed over. */
size_t harness_unhex(const char *digits, void *ret, size_t size);
/* A copy of the text with " for each '; valid until the next call. */
const char *harness_quote(struct harness *, const char *text);
/* For cmocka: the lines since the last look are these, ' standing for ". */
#define harness_assert(h, text) \
	assert_string_equal(harness_take(h), harness_quote((h), (text)))
/* Whether the lines since the last take have the text (' for ") in them. */
bool harness_has(struct harness *, const char *text);
/* How many requests still wait for their reply. */
unsigned harness_waiting(const struct harness *);

#endif
