/*
 * pccc: what the parts of this dissector share, and what a carrier gives to
 * it (CIP's class 67 today).
 *
 *   pccc.c       one message: requestor, header, pairing, events
 *   commands.c   one table row a command and function: name, class, form
 *   address.c    what is read or written: files, elements, PLC-5 addresses
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
	PCF_VALUES,
	PCF_ORIG_VENDOR,
	PCF_ORIG_SERIAL,
	PCF_DATA,
	PCF_END
};

#define PCCC_BAD_SHORT     "message_short"
#define PCCC_BAD_REQUESTOR "requestor_length"
#define PCCC_BAD_SIZE      "byte_size"
#define PCCC_BAD_REPLY_BIT "reply_bit"

struct pccc_call {
	uint64_t key; /* requests and replies of one exchange have it */
	bool request; /* by the carrier's word */
};

/* What stands behind the function code. */
enum pccc_form {
	PCCC_DATA,     /* nobody knows, or nothing */
	PCCC_LOGICAL2, /* size, file, type, element */
	PCCC_LOGICAL3, /* ... and subelement */
	PCCC_RANGE,    /* offset, total, PLC-5 address, size or data */
	PCCC_PLC5,     /* PLC-5 address, data */
	PCCC_MODE,     /* a byte */
	PCCC_BASIC,    /* CMD 00 to 08: address, size or data */
};

struct pccc_command {
	uint8_t cmd, fnc, cls, form;
	bool write;
	const char *name;
};

/* What waits with a request for its reply. */
struct pccc_wait {
	uint8_t cmd, fnc;
	uint8_t file_type, size;
	uint16_t file, element, subelement;
	bool has_file, has_subelement;
	uint8_t text_len; /* of a PLC-5 address */
	char text[24];
};

_Static_assert(sizeof(struct pccc_wait) <= DIS_BLOB_MAX, "too big a blob");

struct pccc_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	struct rd body;
	size_t len;
	bool request, paired;
	uint8_t cmd, fnc, sts, ext;
	bool has_fnc, has_ext;
	uint16_t txn;
	const struct pccc_command *command;
	const char *op;
	enum ev_class cls;
	const char *bad;
	size_t bad_at;
	struct dis_pair pair;
	struct pccc_wait wait;
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
/* Identity and state from a reply to 06/03. */
void pccc_more_status(struct pccc_msg *, struct rd body);
/* "N", "F", ...; NULL when unknown. */
const char *pccc_file_type(uint8_t);

#endif
