/*
 * dissector: the contract between a protocol and the rest of otus
 * (architecture.md, section 4; README.md here has a worked example).
 *
 * A dissector is a pure function: bytes, flow state, direction and time in,
 * events out.  No I/O, clock, allocation, log or global.  Bytes are read
 * through the bounded reader alone.  What must outlive one call goes into the
 * flow state or through the services that dis_ctx offers.
 */
#ifndef OTUS_DISSECTORS_DISSECTOR_H
#define OTUS_DISSECTORS_DISSECTOR_H

#include "base/rd.h"
#include "event/event.h"

#define DIS_STATE_MAX 512 /* bytes of state a flow may have              */
#define DIS_BLOB_MAX  48  /* bytes that wait with a request for its reply */
#define DIS_NEED_MAX  (68 * 1024) /* longest PDU that may be waited for   */
#define DIS_HINTS_MAX 8

enum dis_rc {
	DIS_OK,       /* one PDU consumed, its events emitted              */
	DIS_MORE,     /* nothing consumed; ctx->need says how many bytes
			 from the PDU's first are needed (0 = unknown)     */
	DIS_BAD,      /* the sender broke the protocol: dis_malformed() was
			 called, but for what the search after lost bytes
			 passes over.  If the reader moved, the PDU's end was
			 known and the next one starts there; if not, the
			 stream layer searches for the next header         */
	DIS_NOT_MINE, /* not this protocol; nothing consumed or emitted    */
};

enum dis_transport {
	DIS_TCP,
	DIS_UDP,
	DIS_LLC,   /* IEEE 802.2: the hint's port is the SAP            */
	DIS_ETHER, /* the hint's port is the ethertype                  */
	DIS_INNER, /* called by another dissector only                  */
};

/* Where a protocol usually is: a hint, never proof. */
struct dis_match {
	uint8_t transport;
	uint16_t port;
};

/* Which end of the flow sent the bytes at hand. */
enum dis_side { DIS_SIDE_A, DIS_SIDE_B, DIS_SIDE_UNKNOWN };

/* What the probe is told. */
struct dis_probe {
	uint8_t transport; /* enum dis_transport                          */
	bool hinted;       /* a port of the flow is among the hints       */
	bool to_hint;      /* ... and it is the destination's             */
	bool from_hint;    /* ... and it is the source's                  */
	bool cut;          /* the capture cut the PDU behind the last byte */
	bool searching;    /* stream layer looks for a header after damage
			       or mid-stream: only what is beyond doubt    */
	size_t *ret_len;   /* unless NULL: the PDU's length goes there with
			       DIS_OK, where it is known                   */
};

struct dis_ctx;

struct dissector {
	const char *name;
	uint16_t proto;      /* PROTO_ value: its line in registry.def     */
	uint16_t state_size; /* zeroed per flow, at most DIS_STATE_MAX     */
	bool secret;         /* what it is for is encrypted                */
	struct dis_match hints[DIS_HINTS_MAX];
	/*
	 * Whether the bytes look like the start of a PDU.  Gets a copy, so it
	 * cannot consume.  Never DIS_BAD.  A pure function of the bytes from
	 * the PDU's first on: more bytes behind it may turn MORE into
	 * OK or NOT_MINE, and nothing else (re-segmentation changes nothing).
	 */
	enum dis_rc (*probe)(struct rd in, const struct dis_probe *);
	enum dis_rc (*parse)(struct dis_ctx *, struct rd *); /* one PDU     */
	const struct ev_proto *fields;
};

/* A request that was found for a response. */
struct dis_pair {
	uint64_t frame, ts_ns;
	uint32_t rtt_us;
};

/* A number that the sender tells of a point of its own, before anybody reads
 * it; the object is name and number (ev_numbered). */
struct dis_reading {
	const char *name;
	const char *quality; /* static text; NULL: none is told */
	uint32_t number;
	uint16_t proto;
};

/*
 * What net offers.  One set of functions for the life of the program; arg is
 * the flow at hand.  Tests use dissectors/harness.c, which implements the
 * same over small arrays.
 */
struct dis_services {
	void (*emit)(struct dis_ctx *, struct ev *);
	/* Whether a value event, all but whose ends is there (of them sub is),
	 * would say nothing new; it is counted then.  NULL: it never does. */
	bool (*known)(struct dis_ctx *, const struct ev *);
	/* Whether no number would say anything new, since one was told not
	 * long ago; it is counted then.  NULL: any may. */
	bool (*fresh)(struct dis_ctx *, const struct dis_reading *);
	/* Counts a good reply that is paired, as if it had been told.  NULL:
	 * it has to be told. */
	void (*answered)(struct dis_ctx *, const struct dis_pair *);
	/* Whether such a reply, from the station that src names, is to be told
	 * all the same.  NULL: none is. */
	bool (*wanted)(struct dis_ctx *, const struct dis_pair *);
	/* Waits for a reply under a key, in order of arrival; n bytes of blob
	 * wait with it.  False when the flow's quota is used up. */
	bool (*put)(struct dis_ctx *, uint64_t key, const void *blob, size_t n);
	/* The oldest request under the key that the other side sent; blob
	 * may be NULL.  False when there is none. */
	bool (*take)(struct dis_ctx *, uint64_t key, void *ret_blob, size_t n,
	    struct dis_pair *ret);
	/* State shared between flows (Forward Open to its I/O): finds by
	 * key, or makes it zeroed (make); NULL when absent or full. */
	void *(*shared)(struct dis_ctx *, const void *key, size_t key_n,
	    size_t size, bool make);
	void (*shared_drop)(struct dis_ctx *, const void *key, size_t key_n);
	/* Reassembly of message segments (not TCP): adds bytes at an offset;
	 * when last was seen and no hole is left, gives the whole. */
	enum dis_rc (*reassemble)(struct dis_ctx *, const void *key,
	    size_t key_n, uint32_t off, struct rd piece, bool last,
	    struct rd *ret_whole);
	/* Runs an inner protocol's parse over the reader until it is empty,
	 * to a fixed depth; its state is state (may be NULL). */
	enum dis_rc (*inner)(
	    struct dis_ctx *, uint16_t proto, struct rd *, void *state);
};

/* How much of a connection a dissector has seen enough of: net hands over no
 * byte of that any more, tells no gaps in it, until another one begins. */
enum dis_done {
	DIS_GOES_ON,
	DIS_SIDE_DONE, /* what this side sends; with bytes taken           */
	DIS_ALL_DONE,  /* what either side sends                           */
};

struct dis_ctx {
	/* the bytes at hand */
	uint8_t transport; /* enum dis_transport                           */
	uint8_t side;      /* DIS_SIDE_A or B: who sent them               */
	uint8_t client;    /* enum dis_side; the dissector learns and sets
			      it: the protocol's client, not the port's    */
	bool client_sure;  /* from the protocol itself, not from a guess   */
	uint8_t opened;    /* enum dis_side: who sent the SYN; UNKNOWN
			      where that was not seen, and without TCP     */
	bool hinted, to_hint, from_hint; /* as in dis_probe                */
	bool confirmed; /* read only; dis_confirm() sets it             */
	bool after_gap; /* bytes were lost before these: drop partials  */
	bool cut;       /* the capture cut the datagram, or the segment
			      in which the PDU at hand ends, behind the last
			      byte: of a PDU that is not whole tell what is
			      there, marked EV_CUT, judge nothing, take all
			      and say DIS_OK with its length in need; or
			      say DIS_MORE: net counts it                  */
	bool dup;       /* datagram repeats the one before it           */
	bool brief;     /* of a good reply that is paired only the key
			      fields are looked at: lists of objects and
			      values need not stand in its operation; the
			      events behind it tell as ever                 */
	uint8_t done;   /* enum dis_done: what of the rest is not worth
			   a look (it is encrypted, a session's text,
			   another protocol's); the dissector sets it     */
	uint8_t depth;  /* inner dissectors                             */
	size_t need;    /* DIS_MORE: see there; a cut PDU: its length   */
	uint64_t ts_ns, frame;
	void *state; /* state_size bytes of this flow                */
	struct ev_end *src, *dst; /* of the bytes at hand; net clears sub
			      before each call, the dissector sets it for
			      all events of the PDU                        */
	const struct dis_services *sv;
	void *arg;     /* the services' own                            */
	struct ev *ev; /* the one event under construction             */
};

/*
 * Starts an event of this PDU: envelope from the packet, no fields.  There is
 * one at a time; emit it before the next.  dir tells who is the server.
 */
struct ev *dis_event(
    struct dis_ctx *, enum ev_kind, uint16_t proto, enum ev_dir);
/* Starts an operation: op is static text. */
struct ev *dis_operation(struct dis_ctx *, uint16_t proto, enum ev_dir,
    const char *op, uint32_t code, enum ev_class);
void dis_emit(struct dis_ctx *, struct ev *);
/* Pairs a response's event with its request. */
void dis_paired(struct ev *, const struct dis_pair *);
/*
 * Of a good reply that is paired, and that ctx->brief leaves nothing to tell
 * of: true when it is counted, and needs no event.  What is parsed all the
 * same may still put its fields into ctx->ev, which nobody will see.
 */
bool dis_answered(struct dis_ctx *, uint16_t proto, const struct dis_pair *);
/* The same in two steps, for who has to parse before it is counted: whether it
 * needs no event, and then to count it. */
bool dis_only_counts(struct dis_ctx *, const struct dis_pair *);
void dis_count(struct dis_ctx *, uint16_t proto, const struct dis_pair *);
/* reason is static text; offset counts from the PDU's first byte. */
void dis_malformed(struct dis_ctx *, uint16_t proto, enum ev_dir,
    const char *reason, size_t offset);
/* An identity fact about the sender of this PDU (text: the sender's). */
void dis_identity(struct dis_ctx *, uint16_t proto, const struct ev_end *who,
    const char *key, enum ev_type, const void *text, size_t len,
    const char *via);
/*
 * Starts a value event: what point it is of, the value, and where that comes
 * from are to be added.  There are several a packet, and most repeat what was
 * said before: dis_tell_value() completes and emits those that do not.
 */
struct ev *dis_value(struct dis_ctx *, uint16_t proto, enum ev_dir);
void dis_tell_value(struct dis_ctx *, struct ev *);
/* Asks before all of that, of what moves as the process does: true when it is
 * counted and nothing else is to be done about it. */
bool dis_is_fresh(struct dis_ctx *, const struct dis_reading *);
/* What somebody says of another address or network: relation is static text,
 * peer the other end. */
void dis_topology(struct dis_ctx *, uint16_t proto, const struct ev_end *who,
    const char *relation, const char *peer, size_t len);
/*
 * The MAC and the IP of who belong together: how is static text.  Not of the
 * protocol but of the network, and told once: before the operation.
 */
void dis_endpoint(struct dis_ctx *, const struct ev_end *who, const char *how);
/* The flow's protocol is proven (self-proving message, or a valid pair). */
void dis_confirm(struct dis_ctx *);

#endif
