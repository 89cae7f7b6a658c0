/*
 * slmp: SLMP, which is the MC protocol of MELSEC controllers (3E and 4E
 * frames, binary and ASCII), and the frames of MELSOFT, their engineering
 * tools.
 *
 * Documents: [1] SH(NA)-080956ENG, SLMP Reference Manual; SH(NA)-080008,
 * MELSEC Communication Protocol Reference Manual, has the same frames;
 * [2] JY997D56001, SLMP of FX5, and the end codes in JY997D55401 and
 * SH(NA)-081257ENG; [3] CC-Link Partner Association, BAP-C2006ENG (SLMP) and
 * BAP-C2010ENG (CC-Link IE Field Basic).
 * Of MELSOFT nothing is published by its maker.  What is told rests on
 * [4] Nozomi Networks, "melsoft_bhmea2023" (a dissector, 2023), and
 * [5] the script melsecq-discover, which asks for a CPU's name.
 *
 *   slmp.c      the frames, their ways, fields
 *   data.c      what commands and answers have in them
 *   facts.c     what follows from them
 *   melsoft.c   frames of MELSOFT
 *   names.c     names of commands, ends, devices
 */
#ifndef OTUS_DISSECTORS_SLMP_SLMP_H
#define OTUS_DISSECTORS_SLMP_SLMP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Commands that are looked into. */
enum {
	SLMP_TYPE_NAME = 0x0101,
	SLMP_READ = 0x0401,
	SLMP_READ_RANDOM = 0x0403,
	SLMP_READ_BLOCK = 0x0406,
	SLMP_LABEL_READ = 0x041c,
	SLMP_MODULE_READ = 0x0601,
	SLMP_MEMORY_READ = 0x0613,
	SLMP_MONITOR_REGISTER = 0x0801,
	SLMP_MONITOR = 0x0802,
	SLMP_NODE_SEARCH = 0x0e30,
	SLMP_SET_IP = 0x0e31,
	SLMP_CYCLIC = 0x0e70,
	SLMP_RUN = 0x1001,
	SLMP_STOP = 0x1002,
	SLMP_PAUSE = 0x1003,
	SLMP_RESET = 0x1006,
	SLMP_WRITE = 0x1401,
	SLMP_WRITE_RANDOM = 0x1402,
	SLMP_WRITE_BLOCK = 0x1406,
	SLMP_LABEL_WRITE = 0x141b,
	SLMP_MODULE_WRITE = 0x1601,
	SLMP_MEMORY_WRITE = 0x1613,
	SLMP_UNLOCK = 0x1630,
	SLMP_LOCK = 0x1631,
	SLMP_FILE_CREATE = 0x1820,
	SLMP_FILE_DELETE = 0x1822,
	SLMP_FILE_OPEN = 0x1827,
	SLMP_FILE_READ = 0x1828,
	SLMP_FILE_WRITE = 0x1829,
	SLMP_FILE_CLOSE = 0x182a,
	SLMP_ONDEMAND = 0x2101,
};

/* Bits of subcommands ([1] 5.2). */
#define SLMP_BITS    0x0001 /* bits, not words                          */
#define SLMP_LONG    0x0002 /* device numbers of 4 octets, codes of 2   */
#define SLMP_COND    0x0040 /* with a condition; of files: Unicode      */
#define SLMP_EXTENDS 0x0080 /* devices of modules, by index registers   */

#define SLMP_SEARCH_PORT 61451 /* [3] */
#define SLMP_CYCLIC_PORT 61450

/* Reasons of malformed events: an interface, rules name them. */
#define SLMP_BAD_HEADER "no_header" /* not a frame of SLMP               */
#define SLMP_BAD_NUMBER "number"    /* ASCII, and no hexadecimal digit   */
#define SLMP_BAD_DATA   "data"      /* a command's data end too early    */
#define SLMP_BAD_COUNT  "count"     /* not as many points as are said    */

enum slmp_field {
	SLMPF_FRAME = EV_PROTO_BASE,
	SLMPF_ASCII,
	SLMPF_SERIAL,
	SLMPF_TO,
	SLMPF_FROM,
	SLMPF_COMMAND,
	SLMPF_SUBCOMMAND,
	SLMPF_END,
	SLMPF_DEVICE,
	SLMPF_ADDR,
	SLMPF_COUNT,
	SLMPF_DOUBLE,
	SLMPF_VALUE,
	SLMPF_VALUES,
	SLMPF_DATA,
	SLMPF_ITEMS,
	SLMPF_LABEL,
	SLMPF_LABELS,
	SLMPF_MODULE,
	SLMPF_MODE,
	SLMPF_CLEAR,
	SLMPF_DRIVE,
	SLMPF_FILE,
	SLMPF_POINTER,
	SLMPF_OFFSET,
	SLMPF_MODEL,
	SLMPF_MODEL_CODE,
	SLMPF_MAC,
	SLMPF_IP,
	SLMPF_LAST
};

#define SLMP_NAME 20 /* of a file's name, what is kept of it */

/* What kind of thing a device is. */
enum { WORD = 0, BIT = 1, HEX = 2 };

struct slmp_device {
	uint16_t code;
	uint8_t what;
	const char *name;
};

struct slmp_command {
	uint16_t code;
	const char *name;
	enum ev_class cls;
};

/* Whom a frame is for, and who answers ([1] 4.2). */
struct slmp_route {
	uint8_t net, station, drop;
	uint16_t io;
};

/* What waits with a request for its answer. */
struct slmp_wait {
	uint16_t command, sub;
	uint32_t addr;
	uint16_t device, count;
	uint8_t words, doubles;
	bool has_device;
	struct slmp_route route; /* of MELSOFT, where answers have another */
	bool writes;             /* the file is opened for that */
	uint8_t name_n;
	char name[SLMP_NAME]; /* of the file, where it is of ASCII */
};

/* State of a flow: 3E frames have no number, so they are counted. */
struct slmp_state {
	uint32_t asked, answered;
	uint64_t until_ns; /* when the last one's time is over */
	bool open, writes; /* a file: the last one that was opened */
	uint8_t name_n;
	char name[SLMP_NAME];
};

struct slmp_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	const char *frame;
	bool ascii, numbered, melsoft;
	bool reply, cut, paired;
	bool hushed; /* of a good answer the values need not be told */
	enum ev_dir dir;
	const char *op, *status;
	enum ev_class cls;
	bool has_command;
	uint16_t command, sub, end, serial, timer;
	struct slmp_route route;
	struct dis_pair pair;
	struct slmp_wait wait;
	struct rd data;
	const char *bad;
	size_t bad_at;
	uint8_t mac[6], ip[4]; /* that are told */
};

void slmp_bad(struct slmp_msg *, const char *reason, const struct rd *at);
/* A number of so many octets: low octet first, or hexadecimal digits. */
uint32_t slmp_num(const struct slmp_msg *, struct rd *, size_t octets);
/* Where a flow's event starts, and what all have. */
struct ev *slmp_start(struct slmp_msg *);
/* What is in another network or station, or is no CPU at hand, is behind. */
void slmp_place(struct ev_end *, const struct slmp_route *);
bool slmp_is_good(const struct slmp_msg *);

/* data.c */
void slmp_read_wait(struct slmp_msg *); /* what its answer has to know */
void slmp_check(struct slmp_msg *);     /* whether the data are whole  */
void slmp_tell(struct slmp_msg *, struct ev *);
/* Word of the batch at hand with a device's value; -1: it is not there. */
int32_t slmp_word_of(const struct slmp_msg *, uint16_t device, uint32_t addr);

/* facts.c */
void slmp_facts(struct slmp_msg *);
/* The answer of one that was looked for, to all. */
bool slmp_is_node(const struct slmp_msg *);
/* A CPU's name, 16 octets, and the code of its model. */
void slmp_cpu(struct slmp_msg *, struct rd name, uint16_t code);
void slmp_state_fact(struct slmp_msg *, const char *state, const char *detail);
void slmp_auth(struct slmp_msg *, const char *action, const char *detail);
/* Octets of a name that is padded with blanks or zeros, in letters. */
struct rd slmp_trimmed(struct rd);
/* Addresses come last octet first. */
void slmp_turned(struct rd, uint8_t *ret);

/* melsoft.c */
enum dis_rc melsoft_find(
    struct rd, bool stream, size_t *ret_len, size_t *ret_need);
bool melsoft_is_certain(struct rd);
void melsoft_frame(struct slmp_msg *, struct rd);

/* names.c */
const struct slmp_device *slmp_device(uint16_t code);
const struct slmp_device *slmp_device_named(struct rd letters);
const struct slmp_command *slmp_command(uint16_t code);
const struct slmp_command *melsoft_command(uint16_t code);
const char *slmp_end(uint16_t code); /* NULL: nobody has said */
bool slmp_is_melsec(uint16_t model); /* the code of a model of the maker's */

#endif
