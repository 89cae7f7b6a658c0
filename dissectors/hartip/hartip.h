/*
 * hartip: HART over IP, of gateways, multiplexers and field devices.
 *
 * Standards: [1] FieldComm Group TP10300 (HCF_SPEC-085), the network
 * management of HART-IP; [2] HCF_SPEC-081, token-passing data link; [3]
 * HCF_SPEC-127, universal commands; [4] HCF_SPEC-151, common practice
 * commands; [5] HCF_SPEC-183, common tables; [6] HCF_SPEC-307, response codes.
 *
 *   hartip.c    the message, sessions, fields
 *   pdu.c       what messages carry: frames and commands of HART
 *   facts.c     what answers say of devices and their variables
 *   names.c     names of codes
 */
#ifndef OTUS_DISSECTORS_HARTIP_HARTIP_H
#define OTUS_DISSECTORS_HARTIP_HARTIP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define HART_HEADER  8
#define HART_ID_LEN  5  /* a unique identifier, as an address has it */
#define HART_ID_TEXT 10 /* in hexadecimal digits                      */

enum { HART_REQUEST = 0, HART_RESPONSE = 1, HART_PUBLISH = 2, HART_ERROR = 3 };
#define HART_NAK 15

enum {
	HART_INITIATE,
	HART_CLOSE,
	HART_KEEP_ALIVE,
	HART_TOKEN,
	HART_DIRECT,
	HART_AUDIT,
	HART_IDS
};

/* Commands that are looked into. */
enum {
	HART_CMD_IDENTIFY = 0,
	HART_CMD_PV = 1,
	HART_CMD_LOOP = 2,
	HART_CMD_DYNAMIC = 3,
	HART_CMD_VARIABLES = 9,
	HART_CMD_BY_TAG = 11,
	HART_CMD_MESSAGE = 12,
	HART_CMD_TAG = 13,
	HART_CMD_LONG_TAG = 20,
	HART_CMD_BY_LONG_TAG = 21,
	HART_CMD_WRITE_LONG_TAG = 22,
	HART_CMD_EXTENDED = 31,
	HART_CMD_SLOTS = 33,
	HART_CMD_FIND = 73,
	HART_CMD_POLL_SUB = 75,
	HART_CMD_SUB = 77,
	HART_CMD_SUB_IDENTITY = 84,
	HART_CMD_COMMON_END = 121, /* the first that is nobody's or a maker's */
};

/* Reasons of malformed events: an interface, rules name them. */
#define HART_BAD_HEADER "no_header"  /* not a message of HART-IP        */
#define HART_BAD_BODY   "body"       /* ends inside what it has to have */
#define HART_BAD_FRAME  "frame_type" /* not what the message is for     */
#define HART_BAD_CHECK  "check_byte" /* the frame was changed           */
#define HART_BAD_DATA   "data"       /* a command's data end too early  */

enum hart_field {
	HARTF_MESSAGE = EV_PROTO_BASE,
	HARTF_SEQ,
	HARTF_CODE,
	HARTF_MASTER,
	HARTF_TIMER,
	HARTF_FRAME,
	HARTF_POLL,
	HARTF_DEVICE,
	HARTF_COMMAND,
	HARTF_CARD,
	HARTF_CHANNEL,
	HARTF_REVISION,
	HARTF_RESPONSE,
	HARTF_STATUS,
	HARTF_COMMANDS,
	HARTF_VARIABLES,
	HARTF_VARIABLE,
	HARTF_VALUE,
	HARTF_UNIT,
	HARTF_QUALITY,
	HARTF_DATA,
	HARTF_END
};

struct hart_command {
	uint16_t number;
	const char *name;
	enum ev_class cls;
};

/* Whom a frame is for, or is from. */
struct hart_addr {
	bool is_long, is_poll;
	uint8_t poll;
	uint8_t id[HART_ID_LEN]; /* without the bits of the link */
};

/* One command: asked for, or answered. */
struct hart_cmd {
	uint16_t number;
	bool reply;      /* there is a response code    */
	bool has_status; /* and a field device's status */
	uint8_t code, status;
	struct rd data;
};

/* What waits with a request for its answer. */
struct hart_wait {
	uint16_t command;
};

struct hart_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	uint8_t type, id, status;
	uint16_t seq;
	bool cut, paired;
	enum ev_dir dir;
	enum ev_class cls;
	const char *op;
	uint16_t code;  /* of the operation: the command's or message's */
	uint16_t outer; /* what is asked and answered: the gateway's    */
	struct dis_pair pair;
	const char *bad;
	size_t bad_at;
	/* of token-passing and direct messages */
	uint8_t frame; /* type of the frame                         */
	bool embedded; /* through the gateway's command for others  */
	uint8_t card, channel;
	struct hart_addr addr;
	struct hart_cmd cmd; /* the one, or the first           */
	struct rd cmds;      /* of a direct message: all of them */
	uint16_t ncmds;
};

void hart_bad(struct hart_msg *, const char *reason, const struct rd *at);

/* pdu.c: reads what the message carries; then its fields. */
void hart_read_token(struct hart_msg *, struct rd body);
void hart_read_direct(struct hart_msg *, struct rd body);
bool hart_next(struct hart_msg *, struct rd *cmds, struct hart_cmd *ret);
void hart_tell_pdu(struct hart_msg *, struct ev *);
const char *hart_status(const struct hart_msg *);
/* Whether the frame may be one: shape and check byte, with nothing behind. */
bool hart_is_frame(struct rd body);

/* facts.c */
void hart_place(struct hart_msg *); /* sets the address behind the end */
void hart_facts(struct hart_msg *);
void hart_tell_variables(const struct hart_cmd *, struct ev *);
/* The sender's text; its length without padding, 0 for a placeholder. */
size_t hart_unpack(struct rd packed, char *ret, size_t size);

/* names.c */
const struct hart_command *hart_command(uint16_t number);
const char *hart_response_name(uint8_t code);
const char *hart_message_status(uint8_t status);
const char *hart_unit(uint8_t code);
const char *hart_vendor(uint16_t id);
const char *hart_profile(uint8_t code);
const char *hart_quality(uint8_t status);

#endif
