/*
 * iec104: telecontrol over TCP.
 *
 * [1] IEC 60870-5-101, Companion standard for basic telecontrol tasks: the
 *     ASDUs (7)
 * [2] IEC 60870-5-104, Network access: what carries them (5), types with long
 *     time tags (8)
 *
 *   iec104.c   frames (APCI), who is who, fields
 *   asdu.c     the head of an ASDU, its operation, its pair
 *   objects.c  information objects: addresses, values, qualities, times
 */
#ifndef OTUS_DISSECTORS_IEC104_IEC104_H
#define OTUS_DISSECTORS_IEC104_IEC104_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Reasons of malformed events: an interface, rules name them. */
#define T104_BAD_HEADER  "no_header"      /* neither start nor length        */
#define T104_BAD_CONTROL "control"        /* a frame of no format            */
#define T104_BAD_COUNT   "object_count"   /* not what the length says     */
#define T104_BAD_CAUSE   "cause"          /* 0 is not used                */
#define T104_BAD_STATION "common_address" /* neither is 0                */

#define T104_APCI      6
#define T104_LEN_LEAST 4
#define T104_LEN_MOST  253
#define T104_HEAD      6      /* of an ASDU */
#define T104_ALL       0xffff /* every station's common address */

#define T104_OBJECTS_MAX 127
#define T104_TIME_MAX    24 /* 2026-01-02T03:04:05.678 */

/* What an information object holds. */
enum t104_element {
	T104_NONE,
	T104_SP,  /* single point with quality     */
	T104_DP,  /* double point                  */
	T104_ST,  /* step position                 */
	T104_BO,  /* 32 bits                       */
	T104_NVA, /* normalized value              */
	T104_NVQ, /* the same, without quality     */
	T104_SVA, /* scaled value                  */
	T104_FLT, /* short floating point          */
	T104_BCR, /* counter reading               */
	T104_SEP, /* event of protection           */
	T104_SPE, /* start of protection           */
	T104_OCI, /* output circuit of protection  */
	T104_PS,  /* 16 points and their changes   */
	T104_SCO, /* commands: single, double, step */
	T104_DCO,
	T104_RCO,
	T104_SNV, /* set points                    */
	T104_SSV,
	T104_SFL,
	T104_SBO,
	T104_COI, /* cause of initialization       */
	T104_QOI, /* qualifiers                    */
	T104_QCC,
	T104_QRP,
	T104_PNV, /* parameters                    */
	T104_PSV,
	T104_PFL,
	T104_OTHER1, /* so many octets             */
	T104_OTHER2,
	T104_FILE4,
	T104_FILE5,
	T104_FILE6,
	T104_FILE7,
	T104_FILE16,
	T104_SEG, /* as long as it says            */
	T104_ELEMENTS
};

/* Causes of transmission, [1] 7.2.3. */
enum {
	T104_SPONTANEOUS = 3,
	T104_REQUEST = 5,
	T104_ACT = 6,
	T104_ACT_CON = 7,
	T104_DEACT = 8,
	T104_DEACT_CON = 9,
	T104_ACT_TERM = 10,
	T104_UNKNOWN_TYPE = 44,
	T104_UNKNOWN_OBJECT = 47,
};

enum t104_field {
	T104F_FRAME = EV_PROTO_BASE,
	T104F_SENT,
	T104F_RECEIVED,
	T104F_TYPE,
	T104F_CAUSE,
	T104F_NEGATIVE,
	T104F_TEST,
	T104F_ORIGINATOR,
	T104F_STATION,
	T104F_ADDR,
	T104F_COUNT,
	T104F_OBJECTS,
	T104F_VALUE,
	T104F_QUALITY,
	T104F_TIME,
	T104F_PHASE,
	T104F_QUALIFIER,
	T104F_FILE,
	T104F_SECTION,
	T104F_END
};

struct t104_type {
	uint8_t number, element, time;
	const char *name, *op;
	uint8_t cls; /* enum ev_class */
};

/* One information object. */
struct t104_object {
	uint32_t address;
	struct rd element;
	struct rd time;
};

/* What an element says. */
struct t104_value {
	uint8_t kind; /* enum ev_type; EV_T_NULL: nothing that is told */
	union {
		uint64_t u;
		int64_t i;
		double d;
		const char *s;
	};
	const char *quality; /* NULL: the element has none */
	bool measured;
	bool select;
	int qualifier; /* -1: it has none */
};

struct t104_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	bool cut, paired, negative, test, sequence;
	enum ev_dir dir;
	enum ev_class cls;
	const char *op, *status;
	struct dis_pair pair;
	uint16_t sent, received;
	const struct t104_type *type; /* NULL: not known */
	uint8_t number, count, cause, originator;
	uint16_t station;
	uint32_t first; /* the first object's address */
	struct rd objects;
	const char *bad;
	size_t bad_at;
	char times[T104_OBJECTS_MAX + 1][T104_TIME_MAX]; /* last: not cleared */
};

/* --- iec104.c ------------------------------------------------------------- */

void t104_bad(struct t104_msg *, const char *reason, const struct rd *at);
struct ev *t104_start(struct t104_msg *, uint32_t code);
void t104_finish(struct t104_msg *, struct ev *);

/* --- asdu.c --------------------------------------------------------------- */

/* NULL: there is none. */
const struct t104_type *t104_type(uint8_t number);
/* Whether the octets behind the APCI are an ASDU beyond doubt. */
bool t104_is_asdu(struct rd);
void t104_asdu(struct t104_msg *, struct rd);

/* --- objects.c ------------------------------------------------------------ */

/* Octets of an element; 0: it tells itself. */
size_t t104_element_len(uint8_t element);
/* The next one; false at the end.  at counts from 0. */
bool t104_next(
    const struct t104_msg *, struct rd *, unsigned at, struct t104_object *ret);
void t104_value(uint8_t element, struct rd, struct t104_value *ret);
void t104_tell_objects(struct t104_msg *, struct ev *);
/* Values and states that follow from them. */
void t104_facts(struct t104_msg *);

#endif
