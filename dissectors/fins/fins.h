/*
 * fins: Factory Interface Network Service of Omron's controllers, in
 * datagrams and in FINS/TCP.
 *
 * Documents: [1] W342, Communications Commands Reference Manual (SYSMAC CS,
 * CJ, CP); [2] W421, Ethernet Units, Construction of Applications (FINS/TCP).
 *
 *   fins.c      the frame, its ways, fields
 *   data.c      what commands and answers have in them
 *   names.c     names of areas, commands, ends
 */
#ifndef OTUS_DISSECTORS_FINS_FINS_H
#define OTUS_DISSECTORS_FINS_FINS_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Commands that are looked into. */
enum {
	FINS_READ = 0x0101,
	FINS_WRITE = 0x0102,
	FINS_FILL = 0x0103,
	FINS_MULTIPLE = 0x0104,
	FINS_TRANSFER = 0x0105,
	FINS_PARAMETER_READ = 0x0201,
	FINS_PARAMETER_WRITE = 0x0202,
	FINS_PARAMETER_CLEAR = 0x0203,
	FINS_PROTECT = 0x0304,
	FINS_UNPROTECT = 0x0305,
	FINS_PROGRAM_READ = 0x0306,
	FINS_PROGRAM_WRITE = 0x0307,
	FINS_RUN = 0x0401,
	FINS_STOP = 0x0402,
	FINS_RESET = 0x0403,
	FINS_CONTROLLER = 0x0501,
	FINS_CONNECTION = 0x0502,
	FINS_STATUS = 0x0601,
	FINS_CLOCK_READ = 0x0701,
	FINS_CLOCK_WRITE = 0x0702,
	FINS_FILE_READ = 0x2202,
	FINS_FILE_WRITE = 0x2203,
	FINS_FILE_DELETE = 0x2205,
	FINS_FILE_COPY = 0x2207,
	FINS_FILE_RENAME = 0x2208,
	FINS_FILE_CHECK = 0x2209,
	FINS_FORCE = 0x2301,
	FINS_NAME_READ = 0x2603,
};

/* Reasons of malformed events: an interface, rules name them. */
#define FINS_BAD_HEADER "no_header" /* not a frame of FINS              */
#define FINS_BAD_FRAME  "frame"     /* ends inside the header           */
#define FINS_BAD_DATA   "data"      /* a command's data end too early   */
#define FINS_BAD_COUNT  "count"     /* not as many elements as are said */

enum fins_field {
	FINSF_TCP = EV_PROTO_BASE,
	FINSF_CLIENT_NODE,
	FINSF_SERVER_NODE,
	FINSF_TCP_ERROR,
	FINSF_TO,
	FINSF_FROM,
	FINSF_SID,
	FINSF_NO_ANSWER,
	FINSF_COMMAND,
	FINSF_END,
	FINSF_AREA,
	FINSF_ADDR,
	FINSF_BIT,
	FINSF_COUNT,
	FINSF_VALUES,
	FINSF_DATA,
	FINSF_TO_AREA,
	FINSF_TO_ADDR,
	FINSF_ITEMS,
	FINSF_FORCE,
	FINSF_PROGRAM,
	FINSF_MODE,
	FINSF_TIME,
	FINSF_FILE,
	FINSF_OFFSET,
	FINSF_UNITS,
	FINSF_UNIT,
	FINSF_MODEL,
	FINSF_FATAL,
	FINSF_NON_FATAL,
	FINSF_LAST
};

/* A kind of memory. */
struct fins_area {
	uint8_t code;
	uint8_t size; /* octets of an element */
	bool bits;
	const char *name;
};

struct fins_command {
	uint16_t code;
	const char *name;
	enum ev_class cls;
};

/* network, node, unit */
struct fins_addr {
	uint8_t net, node, unit;
};

/* What waits with a request for its answer. */
struct fins_wait {
	uint16_t command;
	uint16_t addr, count;
	uint8_t area, bit;
	bool has_area;
	uint8_t part; /* of the controller's data */
};

struct fins_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	bool tcp, cut, paired, reply;
	enum ev_dir dir;
	const char *op, *status;
	enum ev_class cls;
	struct fins_addr to, from;
	uint8_t icf, sid;
	uint16_t command, end;
	struct dis_pair pair;
	struct fins_wait wait;
	struct rd data;
	const char *bad;
	size_t bad_at;
	char text[24]; /* a time */
};

void fins_bad(struct fins_msg *, const char *reason, const struct rd *at);

/* data.c */
void fins_read_wait(struct fins_msg *); /* what its answer has to know */
void fins_check(struct fins_msg *);     /* whether the data are whole  */
void fins_tell(struct fins_msg *, struct ev *);
void fins_facts(struct fins_msg *);

/* names.c */
const struct fins_area *fins_area(uint8_t code);
const struct fins_command *fins_command(uint16_t code);
const char *fins_end(uint16_t code);
const char *fins_mode(uint8_t mode);

#endif
