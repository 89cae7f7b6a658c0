/*
 * event: the narrow waist.  Everything that otus knows passes here as one of
 * a closed set of kinds (event.def, events.md); a protocol adds fields to an
 * operation, never a kind.
 *
 * An event is an envelope and a flat list of typed fields.  Nesting is told
 * by OBJECT, ARRAY and END marks in that list, so building, printing and
 * sending are single passes and cost nothing that is not used.  Field values
 * may point into the packet: an event lives until the emit call returns, and
 * whoever keeps it copies it (ev_wire.h).
 *
 * Field ids below EV_PROTO_BASE are common (event.def); from there on they
 * belong to the event's protocol, whose field table is registered once at
 * start, so that this folder knows no protocol by name.
 */
#ifndef OTUS_EVENT_EVENT_H
#define OTUS_EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ev_kind {
#define EV_KIND(n, t) EV_##n,
#include "event.def"
	EV_KIND_COUNT
};

enum ev_class {
#define EV_CLASS(n, t) EV_CLASS_##n,
#include "event.def"
	EV_CLASS_COUNT
};

enum ev_dir {
#define EV_DIR(n, t) EV_DIR_##n,
#include "event.def"
	EV_DIR_COUNT
};

enum ev_common_field {
#define EV_FIELD(n, t) EVF_##n,
#include "event.def"
	EVF_COMMON_COUNT
};

#define EV_PROTO_BASE 256  /* first field id that belongs to a protocol   */
#define EV_FIELDS_MAX 2048 /* marks included; more is MALFORMED "budget"  */
#define EV_DEPTH_MAX  8    /* OBJECT and ARRAY nesting                    */
#define EV_VLANS_MAX  4
#define EV_TEXT_MAX   1024 /* bytes of one text field as printed          */
#define EV_BLOB_MAX   4096 /* bytes behind one HEX, REGS or BITS field    */
#define EV_NAME_MAX   64   /* characters of a NAME, an op, a status       */

/* How a field's value is held. */
enum ev_type {
	EV_T_UINT,   /* u                                               */
	EV_T_INT,    /* i                                               */
	EV_T_DOUBLE, /* d; NaN and infinity print as null               */
	EV_T_BOOL,   /* u                                               */
	EV_T_NAME,   /* s: static ASCII text of our own, needs no escape */
	EV_T_TEXT,   /* p, len: the sender's text, UTF-8 expected; bad
			bytes become U+FFFD and a "raw" follows          */
	EV_T_LATIN1, /* p, len: ISO 8859-1 text                         */
	EV_T_UCS2BE, /* p, len: UCS-2 big-endian text                   */
	EV_T_UCS2LE,
	EV_T_UCS4BE,
	EV_T_HEX,    /* p, len: bytes as a hex string                   */
	EV_T_HEXNUM, /* u, len = bytes: number as "0x%0*x"              */
	EV_T_REGS,   /* p, len = 2 x count: array of big-endian 16 bit  */
	EV_T_BITS,   /* p, len = count of bits, low bit first: array 0/1 */
	EV_T_MAC,    /* p, len = 6                                      */
	EV_T_IP,     /* p, len = 4 or 16                                */
	EV_T_NULL,
	EV_T_OBJECT, /* opens; ends with END                            */
	EV_T_ARRAY,  /* opens; elements carry EVF_ELEM                  */
	EV_T_END,
	EV_T_NUMBERED, /* s, len: static ASCII text and the number behind it,
			  as "%s %u": points come by the hundred, and most
			  of them are never printed                      */
	EV_T_COUNT
};

/* What a value event's source is: these, so that nobody compares texts. */
extern const char ev_commanded[], ev_reported[];

struct ev_field {
	uint16_t id;
	uint8_t type;
	uint8_t spare;
	uint32_t len;
	union {
		uint64_t u;
		int64_t i;
		double d;
		const char *s;
		const void *p;
	};
};

/* IPv4 or IPv6 in network order; the first 4 bytes for IPv4. */
struct ev_ip {
	uint8_t a[16];
};

/* The address behind an endpoint (events.md, src.sub). */
enum ev_sub_kind {
	EV_SUB_NONE,
	EV_SUB_BACNET, /* net, mac: {"net","mac"}  */
	EV_SUB_ADDR,   /* num: {"addr"}, DNP3      */
	EV_SUB_UNIT,   /* num: {"unit"}, Modbus    */
	EV_SUB_PATH,   /* path: {"path"}, CIP      */
	EV_SUB_KIND_COUNT
};

#define EV_SUB_MAC_MAX  18 /* longest BACnet MAC in use: IPv6 and port */
#define EV_SUB_PATH_MAX 64

struct ev_sub {
	uint8_t kind;
	uint8_t len; /* of mac or path */
	uint16_t net;
	uint32_t num;
	union {
		uint8_t mac[EV_SUB_MAC_MAX];
		char path[EV_SUB_PATH_MAX];
	};
};

/* Bytes of mac or path that are in use. */
static inline size_t
ev_sub_len(const struct ev_sub *s)
{
	size_t max = s->kind == EV_SUB_PATH     ? EV_SUB_PATH_MAX
		     : s->kind == EV_SUB_BACNET ? EV_SUB_MAC_MAX
						: 0;

	return s->len < max ? s->len : max;
}

/* One end of a conversation: what is known of it. */
struct ev_end {
	uint8_t mac[6];
	bool has_mac, has_port;
	uint8_t ipver; /* 0 = no IP, 4, 6 */
	uint8_t spare;
	uint16_t port;
	struct ev_ip ip;
	struct ev_sub sub;
};

enum ev_flag {
	EV_TENTATIVE = 1 << 0,
	EV_DUP = 1 << 1,
	EV_HAS_CODE = 1 << 2,
	EV_HAS_RTT = 1 << 3, /* rtt_us and req_frame are set: paired */
	EV_HAS_ORIGIN = 1 << 4,
	EV_HAS_SUBJECT = 1 << 5, /* identity, state: whom it is about */
	EV_REPEAT = 1 << 6,      /* operation: counts repeats of one told before
			       (EVF_COUNT); nothing new, no rule judges it  */
	EV_CUT = 1 << 7,         /* operation: the capture cut the PDU; it says
			       what is there                                */
	EV_UNROUTED = 1 << 8, /* endpoint, by traffic: no router has passed the
			       packet on, as far as its TTL tells; stays
			       between sensor and store                     */
	EV_ROUTED = 1 << 9, /* likewise: one has, so the MAC is a router's   */
};

/*
 * What the taker of events wants to find again at a flow's next event: polls
 * come in the same order round after round, so the next one can be guessed.
 * Whoever makes events keeps it for the flow, and asks memory for what is
 * guessed when a packet of the flow is on its way; the taker verifies what it
 * finds there.
 */
struct ev_memo {
	uint64_t past;       /* what came, folded; 0: nothing yet       */
	uint32_t last, next; /* what came last, what comes, as places;
				EV_MEMO_ASK: the past tells             */
};

#define EV_MEMO_ASK       UINT32_MAX
#define EV_MEMO_SEEN_BITS 16

/* Of the taker: places count from base, in units; seen has what came behind
 * each past. */
struct ev_memos {
	const char *base;
	const uint32_t *seen;
};

#define EV_MEMO_UNIT 16

static inline uint64_t
ev_memo_folded(uint64_t past)
{
	return past * 0x9e3779b97f4a7c15ULL;
}

static inline size_t
ev_memo_slot(uint64_t past)
{
	return ev_memo_folded(past) >> (64 - EV_MEMO_SEEN_BITS);
}

static inline const char *
ev_memo_last(const struct ev_memos *t, const struct ev_memo *m)
{
	return t->base + (size_t)m->last * EV_MEMO_UNIT;
}

static inline const char *
ev_memo_next(const struct ev_memos *t, const struct ev_memo *m)
{
	uint32_t at =
	    m->next != EV_MEMO_ASK ? m->next : t->seen[ev_memo_slot(m->past)];

	return t->base + (size_t)at * EV_MEMO_UNIT;
}

struct ev {
	uint8_t kind, cls, dir, vlan_n;
	uint16_t proto; /* registered protocol, 0 = none */
	uint16_t flags;
	uint16_t vlan[EV_VLANS_MAX];
	uint32_t input; /* number of the file; 0 when live  */
	uint32_t iface; /* interface within the input       */
	uint64_t frame, ts_ns;
	struct ev_end src, dst;
	struct ev_end origin; /* ip and port only */
	struct ev_end subject;
	/* operation */
	const char *op;     /* static text, or lives as long as the event */
	const char *status; /* responses: "ok" or the error's name        */
	/*
	 * Which of the protocol's address spaces an ADDR field counts in (a
	 * coil and a register of one number are two points); 0 = none.  Stays
	 * in the sensor: it lets a write find what was read there before.
	 */
	uint8_t space;
	uint32_t code;
	uint32_t rtt_us;
	uint64_t req_frame;
	struct ev_memo *memo; /* of the flow; NULL where there is none */
	/* fields; f belongs to whoever made the event */
	uint16_t nfields, max_fields;
	bool overflow; /* a field did not fit: the event says less */
	struct ev_field *f;
	struct ev_field spill; /* where it went instead */
};

/* One row of a protocol's field table. */
enum ev_role {
	EV_R_NONE,
	EV_R_KEY,    /* part of what makes an operation the same again  */
	EV_R_ADDR,   /* first address of a range (also key)             */
	EV_R_QTY,    /* length of that range (also key)                 */
	EV_R_VALUES, /* what was read or written there                  */
	EV_R_NAME,   /* a key that is the name of the point, or points,
		        that it is about, as their values have it        */
	EV_R_POINT,  /* that name of one point, where no key has it      */
};

struct ev_field_info {
	const char *name;
	uint8_t role;
	const char *section; /* of the standard */
};

struct ev_proto {
	const char *name;
	const struct ev_field_info *fields; /* id = EV_PROTO_BASE + row */
	uint16_t nfields;
	bool common;  /* of any network: who speaks it need be no part of the
			 process                                         */
	bool program; /* speaks of a program: a host may run several, each
			 with words of its own                           */
};

#define EV_PROTOS_MAX 64

/*
 * Makes the protocol known under the given id (1 to EV_PROTOS_MAX - 1); the
 * table is kept, not copied.  Called at start, before any event.
 */
void ev_proto_register(uint16_t id, const struct ev_proto *);
const struct ev_proto *ev_proto(uint16_t id); /* NULL when unknown */
const char *ev_proto_name(uint16_t id);       /* "" when unknown   */
/* Of a protocol, which fields make an operation the same again (behaviour): a
 * bit a row of its table.  Asked of every field of every operation. */
#define EV_KEY_ROWS 256

struct ev_keys {
	uint64_t rows[EV_KEY_ROWS / 64];
};

const struct ev_keys *ev_keys(uint16_t id); /* of none when unknown */

static inline bool
ev_is_key(const struct ev_keys *k, uint16_t field_id)
{
	unsigned row = (unsigned)field_id - EV_PROTO_BASE;

	return row < EV_KEY_ROWS && (k->rows[row / 64] >> row % 64 & 1) != 0;
}

/* Name of a field of a protocol; NULL when there is none. */
const char *ev_field_name(uint16_t proto, uint16_t id);

const char *ev_kind_name(enum ev_kind);
const char *ev_class_name(enum ev_class);
const char *ev_dir_name(enum ev_dir);
int ev_kind_parse(const char *);  /* -1 when unknown */
int ev_class_parse(const char *); /* -1 when unknown */

/* Adding fields; never fails: beyond max_fields, overflow is set. */
static inline struct ev_field *
ev_add(struct ev *e, uint16_t id, uint8_t type)
{
	struct ev_field *f;

	if (__builtin_expect(e->nfields >= e->max_fields, 0)) {
		e->overflow = true;
		return &e->spill;
	}
	f = &e->f[e->nfields++];
	f->id = id;
	f->type = type;
	f->len = 0;
	return f;
}

static inline void
ev_uint(struct ev *e, uint16_t id, uint64_t v)
{
	ev_add(e, id, EV_T_UINT)->u = v;
}

static inline void
ev_int(struct ev *e, uint16_t id, int64_t v)
{
	ev_add(e, id, EV_T_INT)->i = v;
}

static inline void
ev_double(struct ev *e, uint16_t id, double v)
{
	ev_add(e, id, EV_T_DOUBLE)->d = v;
}

static inline void
ev_bool(struct ev *e, uint16_t id, bool v)
{
	ev_add(e, id, EV_T_BOOL)->u = v;
}

static inline void
ev_name(struct ev *e, uint16_t id, const char *s)
{
	ev_add(e, id, EV_T_NAME)->s = s;
}

static inline void
ev_numbered(struct ev *e, uint16_t id, const char *s, uint32_t number)
{
	struct ev_field *f = ev_add(e, id, EV_T_NUMBERED);

	f->len = number;
	f->s = s;
}

/* type: TEXT, LATIN1, UCS..., HEX, REGS (len in bytes), BITS (len in bits) */
static inline void
ev_bytes(
    struct ev *e, uint16_t id, enum ev_type type, const void *p, size_t len)
{
	struct ev_field *f = ev_add(e, id, (uint8_t)type);

	f->len = (uint32_t)len;
	f->p = p;
}

static inline void
ev_hexnum(struct ev *e, uint16_t id, uint64_t v, unsigned bytes)
{
	struct ev_field *f = ev_add(e, id, EV_T_HEXNUM);

	f->len = bytes;
	f->u = v;
}

static inline void
ev_object(struct ev *e, uint16_t id)
{
	ev_add(e, id, EV_T_OBJECT)->u = 0;
}

static inline void
ev_array(struct ev *e, uint16_t id)
{
	ev_add(e, id, EV_T_ARRAY)->u = 0;
}

static inline void
ev_end(struct ev *e)
{
	ev_add(e, EVF_ELEM, EV_T_END)->u = 0;
}

/*
 * What printers and encoders take of a field that points to bytes: len, cut
 * to EV_BLOB_MAX bytes and to whole units; nothing where there are no bytes (a
 * read that came up short).  In bits for BITS, else in bytes.
 */
static inline uint32_t
ev_len(const struct ev_field *f)
{
	uint32_t max = f->type == EV_T_BITS ? 8 * EV_BLOB_MAX : EV_BLOB_MAX;
	uint32_t len = f->len < max ? f->len : max;

	if (f->p == NULL) {
		return 0;
	}
	return f->type == EV_T_REGS ? len & ~(uint32_t)1 : len;
}

/* The first top-level field with this id; NULL when absent. */
const struct ev_field *ev_find(const struct ev *, uint16_t id);

/*
 * Closes marks left open by an overflow, so that every printer and encoder
 * sees balanced nesting.  net calls it before an event leaves.
 */
void ev_close(struct ev *);

/* Text forms, for keys, alerts and logs; each returns the length. */
#define EV_MAC_TEXT      18
#define EV_IP_TEXT       46
#define EV_SUB_TEXT      80
#define EV_NUMBERED_TEXT (EV_NAME_MAX + 12)
size_t ev_mac_text(char *buf, const uint8_t mac[6]);
/* Neither private (RFC 1918, 6598, 4193) nor of the link: the Internet's. */
bool ev_ip_is_public(uint8_t ipver, const struct ev_ip *);
size_t ev_ip_text(char *buf, uint8_t ipver, const struct ev_ip *);
size_t ev_sub_text(char *buf, const struct ev_sub *); /* "unit 10", ... */
size_t ev_numbered_text(char *buf, const struct ev_field *);

#endif
