/*
 * goose: events of IEC 61850 devices, frames of ethertype 0x88b8.
 *
 * [1] IEC 61850-8-1, 18 and annex A: the message; annex C: the frame
 * [2] IEC 61850-7-2, 18: control blocks, and what their numbers count
 *
 *   goose.c   the frame and its message, fields
 *   facts.c   what changes from message to message: values, states
 */
#ifndef OTUS_DISSECTORS_GOOSE_GOOSE_H
#define OTUS_DISSECTORS_GOOSE_GOOSE_H

#include "dissectors/dissector.h"
#include "dissectors/mms/data.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define GOOSE_BAD_APPID   "appid"   /* of another kind of message       */
#define GOOSE_BAD_LENGTH  "length"  /* not that of the message          */
#define GOOSE_BAD_PDU     "pdu"     /* ends inside, or is no message    */
#define GOOSE_BAD_MISSING "missing" /* what every message has           */
#define GOOSE_BAD_VALUE   "value"   /* of a length that it cannot have  */
#define GOOSE_BAD_ENTRIES "entries" /* other values than it says        */
#define GOOSE_BAD_DATA    "data"    /* a value that its type has not    */

enum goose_field {
	GOF_APPID = EV_PROTO_BASE,
	GOF_GOCB,
	GOF_LIVES,
	GOF_DATASET,
	GOF_ID,
	GOF_TIME,
	GOF_STATE,
	GOF_SEQ,
	GOF_SIMULATION,
	GOF_CONF_REV,
	GOF_COMMISSION,
	GOF_ENTRIES,
	GOF_VALUES,
	GOF_END
};

/* What a control block said last. */
struct goose_block {
	uint32_t id; /* of its reference and APPID; 0: free */
	uint32_t state;
	uint8_t flags;
};

/* More blocks of one publisher to one address are told, and not followed. */
#define GOOSE_BLOCKS_MAX 40
struct goose_state {
	struct goose_block block[GOOSE_BLOCKS_MAX];
};

enum { GOOSE_SIMULATED = 1, GOOSE_COMMISSION = 2 };

struct goose_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	uint16_t appid, length;
	bool reserved_s; /* the frame's own mark of simulation */
	bool cut;
	/* of the message; failed readers are not there */
	struct rd gocb, lives, dataset, id, time, state, seq, simulation,
	    conf_rev, commission, entries, data;
	uint64_t state_number;
	uint8_t flags;
	const char *bad;
	size_t bad_at;
	struct mms_text text; /* last: not cleared as a whole */
};

/* What is news of this message. */
struct goose_news {
	bool first, changed, restarted;
	uint8_t flags; /* those that are not what they were */
};

void goose_compare(struct goose_msg *, struct goose_news *ret);
void goose_facts(struct goose_msg *, const struct goose_news *);

#endif
