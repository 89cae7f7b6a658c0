/*
 * dnp3: what the parts of this dissector share.
 *
 *   dnp3.c        the dissector: probe, one frame, fields
 *   link.c        frames: header, addresses, CRCs, blocks
 *   transport.c   segments into application fragments
 *   app.c         one fragment: operation, pairs, direction, violations
 *   functions.c   function codes, indications, control status by name
 *   walk.c        object headers and objects, one after the other
 *   objects.c     the object library: what each variation is made of
 *   points.c      objects of an operation, and the values of points
 *   attributes.c  device attributes, group 0
 *   about.c       what an operation is about, in a word
 *   controls.c    control blocks, select before operate
 *   files.c       group 70, and the transfers it makes
 *   sets.c        data sets and other objects with a form of their own
 *   activation.c  what became of a configuration, group 91
 *   facts.c       device attributes, indications, roles
 *   auth.c        secure authentication, group 120
 *
 * Reference: IEEE Std 1815-2012.  Clause 4 application layer, 8 transport
 * function, 9 data link layer, 11 objects' use, 13 TCP and UDP, Annex A objects.
 */
#ifndef OTUS_DISSECTORS_DNP3_DNP3_H
#define OTUS_DISSECTORS_DNP3_DNP3_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define DN_HEAD_LEN  10     /* with its CRC; 9.2 */
#define DN_LEN_MIN   5      /* control and addresses count */
#define DN_BLOCK     16     /* user data octets between two CRCs */
#define DN_USER_MAX  250    /* 255 - 5 */
#define DN_BROADCAST 0xfffd /* and above: to everybody */
#define DN_SELF      0xfffc /* whoever hears it answers, from its own */
#define DN_RESERVED  0xfff0 /* and above: no station has them */

/* Field ids, in the order of the table in dnp3.c. */
enum dn_field {
	DNF_FC = EV_PROTO_BASE,
	DNF_LINK,
	DNF_SRC,
	DNF_DST,
	DNF_FUNC,
	DNF_DIR,
	DNF_PRM,
	DNF_FCB,
	DNF_DFC,
	DNF_SEQ,
	DNF_FIR,
	DNF_FIN,
	DNF_CON,
	DNF_UNS,
	DNF_IIN,
	DNF_OBJECTS,
	DNF_GROUP,
	DNF_VAR,
	DNF_QUAL,
	DNF_COUNT,
	DNF_START,
	DNF_STOP,
	DNF_INDEX,
	DNF_VALUE,
	DNF_VALUES,
	DNF_FLAGS,
	DNF_TIME,
	DNF_CONTROLS,
	DNF_CODE,
	DNF_OP_TYPE,
	DNF_TRIP_CLOSE,
	DNF_CLEAR,
	DNF_ON_MS,
	DNF_OFF_MS,
	DNF_STATUS,
	DNF_FILE,
	DNF_NAME,
	DNF_HANDLE,
	DNF_BLOCK,
	DNF_PHASE,
	DNF_SELECT_FRAME,
	DNF_UNTOLD,
	DNF_UNPARSED,
	DNF_LAST,
	DNF_SIZE,
	DNF_MODE,
	DNF_USER,
	DNF_ENTRIES,
	DNF_TYPE,
	DNF_CUT,
	DNF_ELEMENTS,
	DNF_VENDOR,
	DNF_OBJECT,
	DNF_ASSOCIATION,
	DNF_AUTH,
	DNF_MAC,
	DNF_REASON,
	DNF_KEY_WRAP,
	DNF_ERROR,
	DNF_METHOD,
	DNF_CHANGE,
	DNF_ROLE,
	DNF_EXPIRY,
	DNF_TEXT,
	DNF_ABOUT,
	DNF_CONFIRMS,
	DNF_POINT,
	DNF_VARIATIONS,
	DNF_WRITABLE,
	DNF_INTERVAL,
	DNF_UNITS,
	DNF_OVERFLOW,
	DNF_BUFFER,
	DNF_DELAY,
	DNF_END
};

/*
 * Reasons of malformed events, explained in README.md.  Rules name them, so
 * they are an interface.
 */
#define DN_BAD_NO_HEADER  "no_header"
#define DN_BAD_HEADER_CRC "header_crc"
#define DN_BAD_BLOCK_CRC  "block_crc"
#define DN_BAD_LENGTH     "link_length"
#define DN_BAD_LINK_FUNC  "link_function"
#define DN_BAD_DIRECTION  "link_direction"
#define DN_BAD_SOURCE     "link_source"
#define DN_BAD_TR_SEQ     "transport_sequence"
#define DN_BAD_TR_FIRST   "transport_no_first"
#define DN_BAD_LONG       "fragment_long"
#define DN_BAD_SHORT      "fragment_short"
#define DN_BAD_FUNCTION   "function_code"
#define DN_BAD_FIR_FIN    "request_fragments"
#define DN_BAD_CON        "confirm_by_master"
#define DN_BAD_UNS        "unsolicited_bit"
#define DN_BAD_IIN        "reserved_iin"
#define DN_BAD_QUALIFIER  "qualifier"
#define DN_BAD_RANGE      "range"
#define DN_BAD_OBJECT     "object_short"
#define DN_BAD_OBJ_HEADER "object_header"
#define DN_BAD_CONTROL    "control_code"
#define DN_BAD_FILE       "file_object"
#define DN_BAD_AUTH       "auth_object"
#define DN_BAD_SELECT     "operate_without_select"

#define DN_SEGS     3 /* fragments being put together, a side */
#define DN_STATIONS 16
#define DN_FILES    2
#define DN_SELECTS  2
#define DN_CONTS    2
#define DN_NAME     64 /* octets of a file name that are kept */
#define DN_ENTRY    20 /* of a directory's entry, before its name */

/* A fragment that is being put together. */
struct dn_seg {
	uint16_t src, dst, gen;
	uint8_t next, used;
	uint32_t off;
};

/* One who spoke: what it was, and the indications that it gave last. */
struct dn_station {
	uint16_t addr, bits;
	uint8_t side;
	uint8_t role; /* enum dn_role */
};

enum dn_role { DN_UNUSED, DN_NEW, DN_MASTER, DN_OUTSTATION };
enum dn_dir { DN_DIR_UNKNOWN, DN_DIR_YES, DN_DIR_NO };

struct dn_file {
	uint32_t handle, bytes;
	uint16_t addr;
	bool used; /* it was opened, and has a handle */
	uint8_t mode, len;
	/* a directory that is read: what the last block broke off in */
	uint8_t dir; /* enum dn_dir */
	uint8_t npart;
	uint16_t skip; /* octets of a name that are still to come */
	uint8_t part[DN_ENTRY - 1];
	char name[DN_NAME];
};

struct dn_select {
	uint64_t frame;
	uint32_t hash;
	uint16_t src, dst;
	uint8_t seq, used;
};

/* A response of several fragments: what its next one belongs to. */
struct dn_cont {
	uint64_t frame, ts_ns;
	uint16_t src, dst;
	uint8_t seq, used, cls, fc;
};

struct dn_state {
	bool lost[2], seen[2], asked[2];
	uint8_t next_station, next_file, next_select, next_cont, next_seg[2];
	uint16_t gen;
	struct dn_seg seg[2][DN_SEGS];
	struct dn_station station[DN_STATIONS];
	struct dn_file file[DN_FILES];
	struct dn_select select[DN_SELECTS];
	struct dn_cont cont[DN_CONTS];
};

_Static_assert(sizeof(struct dn_state) <= DIS_STATE_MAX, "too large");

/* What waits with a request for its response. */
struct dn_wait {
	uint8_t fc, cls;
};

_Static_assert(sizeof(struct dn_wait) <= DIS_BLOB_MAX, "does not fit a blob");

/* --- link.c -------------------------------------------------------------- */

struct dn_link {
	uint8_t len, ctl;
	uint16_t dst, src;
	size_t total; /* of the frame, CRCs included */
	const char *bad;
	size_t bad_at;
};

static inline uint8_t
dn_link_func(const struct dn_link *l)
{
	return l->ctl & 0x0f;
}

static inline bool
dn_link_prm(const struct dn_link *l)
{
	return l->ctl & 0x40;
}

static inline bool
dn_link_dir(const struct dn_link *l)
{
	return l->ctl & 0x80;
}

static inline bool
dn_is_station(uint16_t addr)
{
	return addr < DN_RESERVED;
}

uint16_t dn_crc(const uint8_t *, size_t n);
/*
 * Whether a frame's header is at the reader: DIS_OK (*ret filled; the rest may
 * still be missing), DIS_MORE, DIS_BAD (ret->bad), DIS_NOT_MINE.
 */
enum dis_rc dn_find(struct rd, struct dn_link *ret);
/*
 * User data without its CRCs, as far as it is there.  Returns how much; *ret_bad
 * is the offset of a wrong CRC, 0 when all are right.
 */
size_t dn_unblock(struct rd, const struct dn_link *, uint8_t ret[DN_USER_MAX],
    size_t *ret_bad);
/* Name of a link function; NULL when it is reserved. */
const char *dn_link_name(const struct dn_link *);

/* --- transport.c --------------------------------------------------------- */

/*
 * Adds a segment.  DIS_OK: *ret is a whole fragment; DIS_MORE: not yet;
 * DIS_BAD: *ret_bad says why, or is NULL where its beginning was not captured.
 */
enum dis_rc dn_segment(struct dis_ctx *, const struct dn_link *, struct rd user,
    struct rd *ret, const char **ret_bad);
/* Bytes of this side were lost: nothing goes on. */
void dn_forget(struct dn_state *, uint8_t side);

/* --- one fragment -------------------------------------------------------- */

struct dn_frag {
	struct dis_ctx *ctx;
	struct dn_state *st;
	const struct dn_link *link;
	const uint8_t *start;
	struct rd objects;
	enum ev_dir dir;
	const char *op;
	enum ev_class cls;
	uint16_t iin;
	uint8_t ctl, fc;
	bool cut, paired;
	bool whole; /* has all of its header */
	/* learned on the first walk */
	bool has_control, has_file, has_auth, has_attribute, has_value;
	bool has_outcome;
	bool only_session, only_attribute, only_terminal, changes_user;
	unsigned headers;
	bool only_headers; /* the walk passes over objects where it can */
	size_t unparsed;
	uint64_t cto; /* common time of occurrence, ms */
	bool has_cto;
	const char *bad; /* first violation */
	size_t bad_at;
	struct dis_pair pair;
	struct dn_wait wait; /* request: will wait; response: its request */
	/* texts of the event at hand; not cleared */
	char text[48], more[96];
};

static inline void
dn_bad(struct dn_frag *f, const char *reason, const uint8_t *at)
{
	if (f->bad == NULL && !f->cut) {
		f->bad = reason;
		f->bad_at = (size_t)(at - f->start);
	}
}

static inline bool
dn_is_response(const struct dn_frag *f)
{
	return f->fc & 0x80;
}

enum dis_rc dn_fragment(
    struct dis_ctx *, const struct dn_link *, struct rd, bool cut);
/* The link's part of an operation. */
void dn_tell_link(struct ev *, const struct dn_link *);
/* A frame of which there is nothing but the link to tell. */
void dn_tell_frame(struct dis_ctx *, const struct dn_link *, bool cut);

/* --- functions.c --------------------------------------------------------- */

#define DN_DATA  1
#define DN_QUIET 2

struct dn_function {
	const char *name; /* NULL: reserved */
	uint8_t cls, what;
};

const struct dn_function *dn_function(uint8_t fc);
const char *dn_phase(uint8_t fc); /* NULL: has none */
/* Bit 0 is IIN1.0, bit 8 is IIN2.0. */
#define DN_IIN_BITS 16
const char *dn_iin_name(unsigned bit);
const char *dn_control_status(uint8_t);
/* Status of a response: "ok", or what its indications say is wrong. */
const char *dn_status(uint16_t iin);

/* --- objects.c, walk.c --------------------------------------------------- */

enum dn_group_what { DN_GROUP_NONE, DN_GROUP_REPORTED, DN_GROUP_COMMANDED };

struct dn_group {
	const char *name;
	uint8_t what;
};

/* Never NULL; name is NULL for a group that nobody knows. */
const struct dn_group *dn_group(uint8_t group);
/* Layout of a variation (objects.def); NULL when it is not known. */
const char *dn_layout(uint8_t group, uint8_t var);
/* Bytes of an object of that layout. */
size_t dn_layout_size(const char *layout, uint8_t var);

/* One object header, and one object of it. */
struct dn_item {
	uint8_t group, var, qual;
	bool has_type, has_qual, has_count, has_range;
	bool points; /* what follows are single objects */
	uint32_t count, start, stop;
	const char *layout;
	/* of one object */
	bool has_index;
	uint32_t index;
	uint8_t packed; /* its bits, where it has no bytes of its own */
	struct rd data; /* with a header: all of its packed bits */
};

/* Called with a header, then with each object of it. */
typedef void (*dn_visit)(
    struct dn_frag *, const struct dn_item *, bool header, void *arg);

void dn_walk(struct dn_frag *, dn_visit, void *arg);
/* Whether the objects of a header are there themselves. */
bool dn_carries(const struct dn_frag *, const struct dn_item *);

enum dn_value {
	DN_NONE,
	DN_UINT,
	DN_INT,
	DN_DOUBLE,
	DN_TEXT,
	DN_HEX,
};

struct dn_point {
	uint8_t kind; /* enum dn_value */
	bool has_flags, has_time, has_status, has_association, has_interval;
	uint8_t flags, status, units;
	uint16_t association;
	uint32_t interval;
	uint64_t time; /* ms since 1970 */
	union {
		uint64_t u;
		int64_t i;
		double d;
	};
	struct rd bytes;
};

void dn_decode(struct dn_frag *, const struct dn_item *, struct dn_point *);
/* Adds the value of a point under an id. */
void dn_put_value(struct ev *, uint16_t id, const struct dn_point *);
/* Adds what a point says beside its value. */
void dn_put_rest(struct ev *, const struct dn_point *);

/* --- what an operation says, and what follows from it --------------------- */

/* Fits what is kept of a behaviour (net/behaviour.h), so that it is whole. */
#define DN_ABOUT 40

struct dn_about {
	char text[DN_ABOUT];
	size_t n;
};

/* Learns, too.  The text is the event's until it is emitted. */
void dn_tell_about(struct dn_frag *, struct ev *, struct dn_about *);
/* The name that an object of group 70 has in it; empty when there is none. */
struct rd dn_file_name(const struct dn_item *);
/* What the objects are, learned without telling them: all, or of one header
 * in a walk of the caller's, which forgets before it begins. */
void dn_learn(struct dn_frag *);
void dn_learn_item(struct dn_frag *, const struct dn_item *);
void dn_learn_nothing(struct dn_frag *);
void dn_tell_objects(struct dn_frag *, struct ev *);
void dn_tell_controls(struct dn_frag *, struct ev *);
void dn_tell_file(struct dn_frag *, struct ev *);
void dn_tell_auth(struct dn_frag *, struct ev *);
/* What a security statistic counts; NULL: nobody knows. */
const char *dn_statistic(uint32_t index);
/* Octets of the attribute at the reader, as far as it says. */
size_t dn_attribute_size(const struct rd *);
void dn_tell_attribute(struct dn_frag *, const struct dn_item *, struct ev *);
/* What a header asks for, where it has a name. */
void dn_tell_attribute_name(const struct dn_item *, struct ev *);
/* Octets of the status of an operation at the reader, as far as it says. */
size_t dn_activation_size(const struct rd *);
bool dn_tell_activation(const struct dn_item *, struct ev *);
/* Status of the answer, where it says that an activation failed. */
void dn_judge_activation(struct dn_frag *, struct ev *);
/* An object that is no point; false: it has no form of its own. */
bool dn_tell_set(const struct dn_item *, struct ev *);

/*
 * Who sent the fragment, as the subject of facts.  Without port where that was
 * made up for the connection, so that the next one is about the same station.
 */
struct ev_end dn_sender(const struct dn_frag *);
/* An event about the sender. */
struct ev *dn_fact(struct dn_frag *, enum ev_kind);
void dn_roles(struct dn_frag *);
void dn_values(struct dn_frag *);
void dn_transfers(struct dn_frag *);
void dn_attributes(struct dn_frag *);
void dn_indications(struct dn_frag *);
void dn_authentication(struct dn_frag *);
void dn_activation(struct dn_frag *);
/* Name of what a control code does. */
const char *dn_control_name(uint8_t code);

#endif
