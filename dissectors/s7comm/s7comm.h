/*
 * s7comm: the protocol of SIMATIC S7-200, 300, 400 and their clients.
 *
 * Siemens has not published it.  What stands here is what its manuals say of
 * the services ([1] System Software for S7-300/400, System and Standard
 * Functions, the chapter on SZL: system status lists) and what captures show.
 * Below it: [2] RFC 1006, [3] ISO 8073 (X.224).
 *
 *   s7comm.c    TPKT and COTP, the way of a PDU, fields
 *   job.c       jobs and their acknowledgements
 *   items.c     what Read Var and Write Var name
 *   userdata.c  userdata: groups of functions
 *   szl.c       what system status lists say of a module
 */
#ifndef OTUS_DISSECTORS_S7COMM_S7COMM_H
#define OTUS_DISSECTORS_S7COMM_S7COMM_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

enum { S7_JOB = 1, S7_ACK = 2, S7_ACK_DATA = 3, S7_USERDATA = 7 };
#define S7_ID      0x32
#define S7_ID_PLUS 0x72

/* Functions of jobs. */
enum {
	S7_CPU_SERVICES = 0x00,
	S7_READ = 0x04,
	S7_WRITE = 0x05,
	S7_REQUEST_DOWNLOAD = 0x1a,
	S7_DOWNLOAD = 0x1b,
	S7_DOWNLOAD_END = 0x1c,
	S7_START_UPLOAD = 0x1d,
	S7_UPLOAD = 0x1e,
	S7_UPLOAD_END = 0x1f,
	S7_PI = 0x28,
	S7_STOP = 0x29,
	S7_SETUP = 0xf0,
};

/* Reasons of malformed events: an interface, rules name them. */
#define S7_BAD_HEADER "no_header" /* neither TPKT nor COTP          */
#define S7_BAD_LENGTH "length"    /* the parts are not the whole    */
#define S7_BAD_ROSCTR "rosctr"    /* a kind of PDU that is not      */
#define S7_BAD_PARAM  "parameter" /* ends inside the parameter      */
#define S7_BAD_ITEM   "item"      /* an item ends behind its part   */
#define S7_BAD_DATA   "data"      /* ends inside the data           */

#define S7_ITEMS_MAX 32 /* more do not fit a PDU of 480 bytes */
#define S7_NAME_MAX  16

enum s7_field {
	S7F_ROSCTR = EV_PROTO_BASE,
	S7F_REF,
	S7F_FUNC,
	S7F_ERROR,
	S7F_ABOUT,
	S7F_ITEMS,
	S7F_AREA,
	S7F_DB,
	S7F_ADDR,
	S7F_BIT,
	S7F_TYPE,
	S7F_COUNT,
	S7F_SYNTAX,
	S7F_VALUE,
	S7F_DATA,
	S7F_RESULT,
	S7F_RESULTS,
	S7F_AMQ_CALLING,
	S7F_AMQ_CALLED,
	S7F_PDU,
	S7F_BLOCK,
	S7F_BYTES,
	S7F_SERVICE,
	S7F_GROUP,
	S7F_SUB,
	S7F_SEQ,
	S7F_SZL_ID,
	S7F_SZL_INDEX,
	S7F_MODE,
	S7F_COTP,
	S7F_CALLING,
	S7F_CALLED,
	S7F_CONNECTION,
	S7F_RACK,
	S7F_SLOT,
	S7F_TPDU,
	S7F_REASON,
	S7F_PROTOCOL,
	S7F_VERSION,
	S7F_END
};

/* A list that comes in pieces: how much of it there is. */
struct s7_state {
	uint32_t pieces; /* bytes of the response at hand     */
	uint8_t seq;     /* its sequence number                */
	uint16_t id;     /* its SZL id, from the first piece   */
	bool open;
	char block[S7_NAME_MAX]; /* that is being read from the PLC    */
};

/* What waits with a request for its answer. */
struct s7_wait {
	uint8_t func, set;
	uint16_t szl_id;
	char name[S7_NAME_MAX]; /* of a block */
	uint8_t op;             /* of a PI service */
};

struct s7_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	uint8_t rosctr, func;
	uint16_t ref, error;
	bool cut, paired;
	enum ev_dir dir;
	enum ev_class cls;
	const char *op, *status;
	struct dis_pair pair;
	struct s7_wait wait;
	struct rd param, data;
	const char *bad;
	size_t bad_at;
	char about[128];
	size_t about_n;
	/* userdata */
	uint8_t group, sub, seq, last;
	struct rd payload;
};

void s7_bad(struct s7_msg *, const char *reason, const struct rd *at);
void s7_put(struct s7_msg *, const char *text, size_t n);
void s7_put_number(struct s7_msg *, char before, uint32_t v);
struct ev *s7_start(struct s7_msg *, uint32_t code);
void s7_finish(struct s7_msg *, struct ev *);
void s7_state_event(struct s7_msg *, const char *state, const char *detail);
const char *s7_error_name(uint16_t error);
const char *s7_result_name(uint8_t result);

void s7_job(struct s7_msg *);
void s7_userdata(struct s7_msg *);
void s7_items(struct s7_msg *, struct ev *);
void s7_results(struct s7_msg *, struct ev *);
void s7_szl(struct s7_msg *, uint16_t id, struct rd records);

#endif
