/*
 * snmp: what the files of this folder share.
 *
 *	ber.c    tag, length, value; integers; object identifiers and their text
 *	snmp.c   finding a message, reading versions 1 and 2c, pairs
 *	tell.c   the fields, versions 1 and 2c as an operation
 *	v3.c     the header of version 3
 *	facts.c  what a message says of the agent that sent it
 */
#ifndef OTUS_DISSECTORS_SNMP_SNMP_H
#define OTUS_DISSECTORS_SNMP_SNMP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define SNMP_PORT      161
#define SNMP_TRAP_PORT 162

#define SNMP_V1  0
#define SNMP_V2C 1
#define SNMP_V3  3

/* X.690 8.1.2, RFC 2578 7.1, RFC 3416 3. */
#define BER_INTEGER  0x02
#define BER_STRING   0x04
#define BER_NULL     0x05
#define BER_OID      0x06
#define BER_SEQUENCE 0x30
#define SNMP_IP      0x40
#define SNMP_TICKS   0x43

/* PDUs: RFC 1157 4.1, RFC 3416 3. */
#define SNMP_GET      0xa0
#define SNMP_RESPONSE 0xa2
#define SNMP_SET      0xa3
#define SNMP_TRAP     0xa4 /* version 1 only */
#define SNMP_BULK     0xa5
#define SNMP_INFORM   0xa6
#define SNMP_TRAP_V2  0xa7
#define SNMP_REPORT   0xa8

/* Reasons of malformed events are an interface: rules name them. */
#define SNMP_BAD_HEADER     "no_header"
#define SNMP_BAD_LENGTH     "length"
#define SNMP_BAD_INDEFINITE "indefinite_length"
#define SNMP_BAD_TAG        "tag"
#define SNMP_BAD_INTEGER    "integer"
#define SNMP_BAD_OID        "oid"
#define SNMP_BAD_VALUE      "value"
#define SNMP_BAD_PDU        "pdu_type"
#define SNMP_BAD_TRAILING   "trailing"
#define SNMP_BAD_FLAGS      "flags"
#define SNMP_BAD_ENGINE     "engine_id"

/* RFC 2578 3.5: an object identifier has at most 128 numbers. */
#define OID_ARCS_MAX 128
#define OID_TEXT_MAX (OID_ARCS_MAX * 11)
/* Of the objects of a message so many are told; all are looked at. */
#define SNMP_TOLD_MAX 64
#define SNMP_TEXT_MAX 6144

enum snmp_field {
	SNF_VERSION = EV_PROTO_BASE,
	SNF_DEFAULT_COMMUNITY,
	SNF_REQUEST_ID,
	SNF_ERROR_STATUS,
	SNF_ERROR_INDEX,
	SNF_NON_REPEATERS,
	SNF_MAX_REPETITIONS,
	SNF_ENTERPRISE,
	SNF_AGENT,
	SNF_TRAP,
	SNF_SPECIFIC,
	SNF_UPTIME,
	SNF_VENDOR_NUMBER,
	SNF_ABOUT,
	SNF_VARBINDS,
	SNF_OBJECTS,
	SNF_OID,
	SNF_TYPE,
	SNF_VALUE,
	SNF_LENGTH,
	SNF_MSG_ID,
	SNF_AUTH,
	SNF_PRIV,
	SNF_REPORTABLE,
	SNF_SECURITY_MODEL,
	SNF_ENGINE_ID,
	SNF_ENGINE_BOOTS,
	SNF_ENGINE_TIME,
	SNF_END
};

/* One tag, length and value; whole is false where the capture ends in it. */
struct ber {
	struct rd body;
	size_t at;  /* of the tag */
	size_t end; /* by its length; may lie behind a cut */
	uint8_t tag;
	bool whole;
};

/* What waits with a request for its response. */
struct snmp_wait {
	uint8_t tag;
};

/* RFC 3412 6, RFC 3414 2.4 */
struct snmp_v3 {
	int32_t id, model, boots, time;
	uint8_t flags;
	bool has_times;
	struct rd engine;
};

struct snmp_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	const char *bad; /* the first violation; NULL: none */
	size_t bad_at;
	bool cut; /* the capture ends within the message */
	uint8_t version, tag;
	enum ev_dir dir;
	bool paired;
	uint8_t asked; /* the request's PDU, where paired */
	struct dis_pair pair;

	/* version 1 and 2c */
	bool has_community, is_default;   /* its text is never told */
	int32_t request_id, error, index; /* or how often, of a GetBulk */
	unsigned have;                    /* how many of those three */
	struct rd varbinds;
	size_t nvarbinds;
	/* a trap of version 1 */
	struct rd enterprise;
	uint8_t agent[4];
	bool has_agent, has_trap;
	int32_t generic, specific;
	uint32_t uptime;

	struct snmp_v3 v3;

	size_t text_n;
	char text[SNMP_TEXT_MAX];
};

struct varbind {
	struct rd oid;
	struct ber value;
};

/* --- ber.c ---------------------------------------------------------------- */

/* The first violation stays; none is told of a message that is cut. */
void snmp_bad(struct snmp_msg *, const char *reason, size_t at);
size_t snmp_at(const struct snmp_msg *, const struct rd *);
/* False at the end, and behind a violation. */
bool ber_next(struct snmp_msg *, struct rd *, struct ber *ret);
/* The same, of one tag only: anything else is a violation. */
bool ber_expect(struct snmp_msg *, struct rd *, uint8_t tag, struct ber *ret);
bool ber_int(struct snmp_msg *, struct rd *, int32_t *ret);
bool ber_signed(const struct ber *, int32_t *ret);
bool ber_unsigned(const struct ber *, unsigned bits, uint64_t *ret);
bool oid_is_good(struct rd);
bool oid_begins(struct rd, const char *prefix, size_t n);
/* The next number of a good one. */
uint32_t oid_arc(struct rd *);
/* In the message's own store; NULL when that is full. */
const char *oid_text(struct snmp_msg *, struct rd, size_t *ret_len);

/* Encoded: "\x2b" is 1.3. */
#define OID_BEGINS(r, text) oid_begins((r), (text), sizeof(text) - 1)
#define OID_IS(r, text) \
	(rd_left(&(r)) == sizeof(text) - 1 && OID_BEGINS((r), (text)))

#define OID_MIB2         "\x2b\x06\x01\x02\x01"
#define OID_ENTERPRISES  "\x2b\x06\x01\x04\x01"
#define OID_SNMP_MODULES "\x2b\x06\x01\x06\x03"

/* What a PDU is by its tag. */
struct snmp_pdu {
	const char *name;
	uint8_t cls, dir; /* enum ev_class, ev_dir */
	bool v1, v2c;
};

/* --- snmp.c --------------------------------------------------------------- */

const struct snmp_pdu *snmp_pdu(uint8_t tag); /* NULL: there is none */
/* False at the end, and behind a violation. */
bool snmp_varbind(struct snmp_msg *, struct rd *list, struct varbind *ret);
/* Who is the client, by the direction. */
void snmp_set_client(struct snmp_msg *);
/* A request waits under the key, a response finds it. */
void snmp_pair(struct snmp_msg *, uint64_t key);

/* --- tell.c --------------------------------------------------------------- */

extern const struct ev_proto snmp_proto;
/* Whether a value is one of its type. */
bool snmp_value_is_good(const struct ber *);
void snmp_tell(struct snmp_msg *);

/* --- v3.c ----------------------------------------------------------------- */

/* Behind the version; false when the header is none. */
bool snmp_v3_read(struct snmp_msg *, struct rd body);
void snmp_v3_tell(struct snmp_msg *);

/* --- facts.c -------------------------------------------------------------- */

/* The name of a standard trap, by its number in version 1 (RFC 1157 4.1.6);
 * NULL for others. */
const char *snmp_trap_name(int32_t generic);
/* The number below enterprises, which IANA gives out, of sysObjectID or of a
 * trap of version 1; 0: there is none. */
uint32_t snmp_vendor_number(struct snmp_msg *);
/* Which trap one of version 2 is, by version 1's numbers; -1: none of them. */
int32_t snmp_trap_of(struct snmp_msg *);
/* Whether it is the agent that speaks, and of itself. */
bool snmp_is_agent(struct snmp_msg *);
/* The sender's vendor, where the number is that of one. */
void snmp_vendor_fact(struct snmp_msg *, uint32_t number, const char *via);
void snmp_facts(struct snmp_msg *);

#endif
