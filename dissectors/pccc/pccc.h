/*
 * pccc: what the parts of this dissector share, and what a carrier gives to
 * it (CIP's class 67 today).
 *
 *   pccc.c       one message: requestor, header, pairing, events
 *   commands.c   one table row a command and function: name, class, form
 *   address.c    what is read or written: files, elements, PLC-5 addresses
 *   values.c     what stands there, by the file's type; points
 *   multiple.c   several functions in one message
 *   effects.c    modes and transfers that follow from a message
 *   status.c     diagnostic status: identity and mode
 *
 * References: [D] DF1 Protocol and Command Set Reference Manual, Rockwell
 * publication 1770-6.5.16, 1996; [1] as in cip/cip.h.
 *
 * All numbers are little-endian.
 */
#ifndef OTUS_DISSECTORS_PCCC_PCCC_H
#define OTUS_DISSECTORS_PCCC_PCCC_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define PCCC_REPLY   0x40 /* of CMD; [D] 6-3 */
#define PCCC_EXT_STS 0xf0 /* of STS: one more byte says more */

#define PCCC_POINTS_MAX 32 /* told of one message, as value events */
#define PCCC_NAME_MAX   48
#define PCCC_ASKED_MAX  352 /* bytes of several functions that are kept */

/* Functions of command 0F that are not like the others. */
#define PCCC_BIT_WRITE    0x02
#define PCCC_MULTIPLE     0x88
#define PCCC_MASKED_WRITE 0xab
#define PCCC_WORDS        0x85 /* type of a file of which only words are known */

enum pccc_field {
	PCF_CMD = EV_PROTO_BASE,
	PCF_FNC,
	PCF_STS,
	PCF_EXT_STS,
	PCF_TXN,
	PCF_FILE,
	PCF_FILE_TYPE,
	PCF_ELEMENT,
	PCF_SUBELEMENT,
	PCF_ADDRESS,
	PCF_OFFSET,
	PCF_SIZE,
	PCF_MODE,
	PCF_DATA_TYPE,
	PCF_MASK,
	PCF_SET,
	PCF_RESET,
	PCF_AND,
	PCF_OR,
	PCF_TOTAL,
	PCF_TAG,
	PCF_COUNT,
	PCF_COMMANDS,
	PCF_VALUES,
	PCF_ORIG_VENDOR,
	PCF_ORIG_SERIAL,
	PCF_DATA,
	PCF_POINT,
	PCF_END
};

#define PCCC_BAD_SHORT     "message_short"
#define PCCC_BAD_REQUESTOR "requestor_length"
#define PCCC_BAD_SIZE      "byte_size"
#define PCCC_BAD_REPLY_BIT "reply_bit"
#define PCCC_BAD_COUNT     "command_count"

struct pccc_call {
	uint64_t key;      /* requests and replies of one exchange have it */
	bool request;      /* by the carrier's word */
	struct ev_end who; /* the processor, at the end of the way */
};

/* What stands behind the function code. */
enum pccc_form {
	PCCC_DATA,     /* nobody knows, or nothing */
	PCCC_LOGICAL2, /* size, file, type, element */
	PCCC_LOGICAL3, /* ... and subelement */
	PCCC_FILE,     /* size, tag, offset, type: of an open file */
	PCCC_RANGE,    /* offset, total, PLC-5 address, size or words */
	PCCC_TYPED,    /* the same, with values that say their type */
	PCCC_PLC5,     /* PLC-5 address, two masks */
	PCCC_MODE,     /* a byte */
	PCCC_BASIC,    /* CMD 00 to 08: address, size or data */
	PCCC_MULTI,    /* several functions */
};

struct pccc_command {
	uint8_t cmd, fnc, cls, form;
	bool write;
	const char *name;
};

/* What waits with a request for its reply. */
struct pccc_wait {
	uint8_t cmd, fnc;
	uint8_t cls;  /* where the command alone does not say; 0: it does */
	uint8_t form; /* of what follows; PCCC_DATA: nothing does */
	uint8_t file_type, size;
	uint8_t levels; /* of a PLC-5 address: which of the three are there */
	uint16_t file, element, subelement, offset;
	uint8_t text_len; /* of a PLC-5 address */
	char text[24];
};

_Static_assert(sizeof(struct pccc_wait) <= DIS_BLOB_MAX, "too big a blob");

/* Characters in their order, for fields. */
struct pccc_text {
	char text[512]; /* as many as a message has, and those of its request */
	size_t n;
};

/* One type of file: its values. */
struct pccc_type {
	uint8_t code;
	const char *name;
	char kind;
	uint8_t words; /* an element; 1: elements of any size */
};

struct pccc_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	struct rd body, rest;         /* rest: the body as it was */
	struct rd values;             /* what type says of them */
	const struct pccc_type *type; /* NULL: there are none */
	struct pccc_text *text;
	struct ev_end who; /* reply: who the processor is */
	bool whole;        /* values are all of what they are of */
	bool parts;        /* reply: of several functions, taken apart */
	uint64_t key;      /* of its exchange */
	size_t len;
	bool request, paired;
	uint8_t cmd, fnc, sts, ext;
	bool has_head, has_fnc, has_ext;
	uint16_t txn;
	const struct pccc_command *command;
	const char *op;
	enum ev_class cls;
	const char *bad;
	size_t bad_at;
	struct dis_pair pair;
	struct pccc_wait wait;
	char point[PCCC_NAME_MAX]; /* the event's until it is emitted */
};

extern const struct dissector dissector_pccc;

static inline void
pccc_bad(struct pccc_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL) {
		m->bad = reason;
		m->bad_at = at;
	}
}

/* Whether the command is followed by a function code; [D] 7-1. */
bool pccc_has_function(uint8_t cmd);
/* NULL when the pair is not assigned. */
const struct pccc_command *pccc_command(uint8_t cmd, uint8_t fnc);
const char *pccc_status_name(uint8_t sts);

/* Fields of the operation, from the body. */
void pccc_body(struct pccc_msg *, struct ev *);
void pccc_tell_rest(struct pccc_msg *, struct ev *);

/* --- values.c ------------------------------------------------------------- */

const struct pccc_type *pccc_type(uint8_t code); /* NULL when unknown */
/* Reads a description of type and size; *ret_name is NULL when there is
 * none. */
const struct pccc_type *pccc_described(struct rd *, const char **ret_name);
/* Takes the body as values of the type; as bytes where it is not that. */
void pccc_tell_values(struct pccc_msg *, struct ev *, const struct pccc_type *);
/* What one thing is set goes by the name that its values have. */
void pccc_tell_point(struct pccc_msg *, struct ev *);
void pccc_tell_points(
    struct pccc_msg *, const struct pccc_type *, struct rd, const char *source);

/* --- multiple.c ------------------------------------------------------------ */

enum ev_class pccc_multiple_class(const struct pccc_msg *);
void pccc_multiple_body(struct pccc_msg *, struct ev *);
void pccc_multiple_points(struct pccc_msg *);
/* Keeps a request until its reply; forgets it. */
void pccc_multiple_keep(struct pccc_msg *);
void pccc_multiple_forget(const struct pccc_msg *);
/* False when the reply is not what its request makes one expect. */
bool pccc_multiple_reply(struct pccc_msg *, struct ev *);
void pccc_multiple_effects(struct pccc_msg *);

/* --- events behind the operation -------------------------------------------- */

void pccc_more(struct pccc_msg *);
void pccc_more_points(struct pccc_msg *);
/* Identity and state from a reply to 06/03. */
void pccc_more_status(struct pccc_msg *);

#endif
