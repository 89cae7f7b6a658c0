/*
 * ethercat: EtherCAT, in frames of ethertype 0x88a4 and in datagrams of UDP.
 *
 * Documents: [1] IEC 61158-4-12:2019 (ETG.1000.4), frames, datagrams and
 * registers; [2] IEC 61158-6-12:2019 (ETG.1000.6), states, SII, mailbox;
 * [3] ETG.8200, the mailbox gateway; [4] CiA 301, objects and abort codes.
 *
 *   ethercat.c   the frame, its datagrams, directions, pairs, fields
 *   registers.c  what a register is for; states, SII, station addresses
 *   slaves.c     who is on the segment: positions, addresses, identities
 *   mailbox.c    what mailboxes carry: CoE, FoE, SoE, EoE
 *   names.c      what numbers are called
 */
#ifndef OTUS_DISSECTORS_ETHERCAT_ETHERCAT_H
#define OTUS_DISSECTORS_ETHERCAT_ETHERCAT_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Commands of datagrams; [1] 5.4.1 */
enum {
	EC_NOP,
	EC_APRD,
	EC_APWR,
	EC_APRW,
	EC_FPRD,
	EC_FPWR,
	EC_FPRW,
	EC_BRD,
	EC_BWR,
	EC_BRW,
	EC_LRD,
	EC_LWR,
	EC_LRW,
	EC_ARMW,
	EC_FRMW,
	EC_COMMANDS
};

/* Registers; [1] 6, [2] 5.3 and 6.4 */
enum {
	EC_REG_STATION = 0x0010,
	EC_REG_AL_CONTROL = 0x0120,
	EC_REG_AL_STATUS = 0x0130,
	EC_REG_AL_CODE = 0x0134,
	EC_REG_SII = 0x0502,
	EC_REG_SII_ADDRESS = 0x0504,
	EC_REG_SII_DATA = 0x0508,
	EC_REG_TIME = 0x0910,
	EC_MEMORY = 0x1000, /* process data and mailboxes from here on */
};

/* States; [2] 5.3.1 */
enum { EC_INIT = 1, EC_PREOP = 2, EC_BOOT = 3, EC_SAFEOP = 4, EC_OP = 8 };

/* Reasons of malformed events: an interface, rules name them. */
#define EC_BAD_TYPE     "frame_type" /* none that there is                */
#define EC_BAD_LENGTH   "length"     /* says more than the frame holds    */
#define EC_BAD_DATAGRAM "datagram"   /* ends inside a datagram            */
#define EC_BAD_MORE     "more"       /* what follows is not what is said  */
#define EC_BAD_COMMAND  "command"    /* no command of a datagram          */
#define EC_BAD_MAILBOX  "mailbox"    /* ends inside its header            */
#define EC_BAD_SERVICE  "service"    /* CoE, FoE: ends inside its data    */
#define EC_BAD_VARIABLE "variable"   /* ends inside a network variable    */

enum ec_field {
	ECF_CMD = EV_PROTO_BASE,
	ECF_IDX,
	ECF_ADDR,
	ECF_LENGTH,
	ECF_REGISTER,
	ECF_LOGICAL,
	ECF_WKC,
	ECF_CIRCULATING,
	ECF_ADDRESS,
	ECF_AL_STATE,
	ECF_AL_ERROR,
	ECF_AL_CODE,
	ECF_WORD,
	ECF_VALUE,
	ECF_DATA,
	ECF_SLAVES,
	ECF_MAILBOX,
	ECF_INDEX,
	ECF_SUBINDEX,
	ECF_COMPLETE,
	ECF_SIZE,
	ECF_ABORT,
	ECF_ERROR,
	ECF_FILE,
	ECF_PASSWORD,
	ECF_PACKET,
	ECF_TEXT,
	ECF_IDN,
	ECF_DRIVE,
	ECF_INFO,
	ECF_VENDOR,
	ECF_PUBLISHER,
	ECF_VARIABLES,
	ECF_END
};

/* Whom a datagram is for. */
enum ec_to {
	EC_TO_NOBODY,
	EC_TO_POSITION,
	EC_TO_STATION,
	EC_TO_ALL,
	EC_TO_LOGICAL
};

/* One datagram; [1] 5.4 */
struct ec_datagram {
	uint8_t cmd, idx;
	uint8_t nth; /* in its frame                            */
	enum ec_to to;
	bool reads, writes, circulating, more;
	uint16_t adp, ado;
	uint32_t logical; /* both of these, as one                   */
	uint16_t wkc;
	struct rd data;
	size_t at, data_at; /* in the frame                          */
};

/* Of each slave that was looked at more closely. */
#define EC_SLAVES  96
#define EC_NOWHERE 0xff /* no position is known; the last ones have none */

/* Slaves whose identity waits for their address: see slaves.c. */
#define EC_HOLD_S 10

struct ec_state {
	uint64_t held;   /* by position, the first 64                */
	uint32_t held_s; /* since when, in seconds; 0: none          */
	uint8_t n, all;  /* slaves below; what all are in            */
	uint16_t station[EC_SLAVES];
	uint8_t position[EC_SLAVES];
	uint8_t word[EC_SLAVES]; /* of the SII, that is being read   */
	uint8_t al[EC_SLAVES];   /* the last state                   */
};
_Static_assert(sizeof(struct ec_state) <= DIS_STATE_MAX, "too many slaves");

#define EC_NO_SLAVE EC_SLAVES

#define EC_FILE_MAX 31

/* What waits with a request for its answer. */
struct ec_wait {
	const char *op; /* static text */
	uint8_t cls;
	bool mailbox;
	uint16_t adp;
	uint8_t file_n;
	char file[EC_FILE_MAX]; /* of FoE, its beginning */
};
_Static_assert(sizeof(struct ec_wait) <= DIS_BLOB_MAX, "it does not wait");

struct ec_id {
	uint32_t vendor, product, revision, serial;
};

/* A frame, and the datagram of it that is at hand. */
struct ec_msg {
	struct dis_ctx *ctx;
	struct ec_state *st;
	const uint8_t *start; /* of the frame                        */
	bool cut, back;       /* came back from the slaves           */
	bool partial;         /* the PDU at hand is not whole         */
	bool turned;          /* ... and is from them to the master  */
	bool gateway;         /* a mailbox, not a datagram           */
	enum ev_dir dir;
	struct ec_datagram d;
	unsigned slave; /* in the state; EC_NO_SLAVE           */
	bool paired;
	struct dis_pair pair;
	struct ec_wait wait;
	const char *op, *status;
	enum ev_class cls;
	const char *bad;
	size_t bad_at;
	/* a mailbox, where the data is one */
	struct ec_mailbox {
		bool there;
		uint8_t type;
		uint16_t address;
		struct rd body;
		const char *name; /* of the protocol            */
		uint16_t index;   /* CoE: object; SoE: IDN      */
		uint8_t sub;
		bool complete, request, reply;
		uint64_t key; /* 0: waits for nothing       */
		bool has_size;
		uint32_t size, abort;
		struct rd value;
		uint8_t code; /* CoE: service; others: opcode */
	} box;
};

/* What a register is, and what those do who read or write it. */
struct ec_register {
	uint16_t from, to;
	const char *name;
	const char *reads;
	enum ev_class reads_cls;
	const char *writes;
	enum ev_class writes_cls;
};

void ec_bad(struct ec_msg *, const char *reason, size_t at);
/* The slave itself, behind the master whose frame it is. */
void ec_subject(const struct ec_msg *, struct ev_end *ret);
void ec_about(const struct ec_msg *, struct ev *, const struct ev_end *who);
void ec_fact(struct ec_msg *, const struct ev_end *who, const char *key,
    enum ev_type, const void *, size_t, const char *via);

/* registers.c */
const struct ec_register *ec_register(uint16_t at);
/* Bytes of a register within the data of a datagram; NULL: not there. */
const uint8_t *ec_at(const struct ec_datagram *, uint16_t reg, size_t n);
void ec_name_registers(struct ec_msg *);
void ec_tell_registers(struct ec_msg *, struct ev *);
void ec_register_facts(struct ec_msg *);

/* slaves.c */
void ec_find_slave(struct ec_msg *, bool make);
void ec_sub(struct ec_msg *, struct ev_sub *ret);
void ec_set_station(struct ec_msg *, uint16_t station);
void ec_identify(
    struct ec_msg *, uint16_t word, uint32_t value, const char *via);
void ec_release(struct ec_msg *); /* what has waited long enough */

/* mailbox.c */
bool ec_read_mailbox(struct ec_msg *, struct rd, size_t at);
void ec_tell_mailbox(struct ec_msg *, struct ev *);
void ec_mailbox_facts(struct ec_msg *);

/* names.c: static text; NULL where there is none */
const char *ec_command_name(uint8_t cmd);
const char *ec_al_name(uint8_t state);
const char *ec_al_code_name(uint16_t code);
const char *ec_vendor_name(uint32_t id);
const char *ec_abort_name(uint32_t code);

#endif
