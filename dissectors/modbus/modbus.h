/*
 * modbus: what the parts of this dissector share.
 *
 *   modbus.c       the dissector: probe, parse, fields
 *   flow.c         which framing a flow has, and its next ADU
 *   framing.c      where an ADU begins and ends: MBAP, RTU with CRC
 *   functions.c    one table row a function code: name, class, lengths
 *   direction.c    who is the client, which request a response answers
 *   requests.c     functions 1 to 6, 15, 16, 22 to 24, as requests
 *   responses.c    the same as responses, and exceptions
 *   diagnostics.c  7, 8, 11, 12, 17
 *   records.c      20, 21
 *   mei.c          43
 *   umas.c         90
 *
 * References: [A] MODBUS Application Protocol Specification V1.1b3, 2012;
 * [T] MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 2006; [S] MODBUS
 * over Serial Line V1.02, 2006; [P] Modicon Modbus Protocol Reference Guide
 * PI-MBUS-300 Rev. J, 1996, for functions that [A] reserves.
 */
#ifndef OTUS_DISSECTORS_MODBUS_MODBUS_H
#define OTUS_DISSECTORS_MODBUS_MODBUS_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

enum mb_framing { MB_UNKNOWN, MB_TCP, MB_UDP, MB_RTU };

#define MB_MBAP_LEN 6   /* transaction, protocol id, length; [T] 3.1.3 */
#define MB_HEAD_LEN 8   /* ... and unit and function */
#define MB_LEN_MIN  2   /* of the length field: unit and function */
#define MB_LEN_MAX  254 /* unit and a PDU of 253 bytes; [A] 4.1 */
/* Controllers announce UMAS messages of up to 1024 bytes in their reply to
 * 01 and use them over TCP; unit, function and slack on top. */
#define MB_LEN_UMAS_MAX 1032
#define MB_RTU_MIN      4    /* unit, function, CRC */
#define MB_RTU_MAX      256  /* [S] 2.5.1 */
#define MB_EXCEPTION    0x80 /* [A] 7 */
#define MB_WQTY_MAX     121  /* FC 23: registers written; [A] 6.17 */
#define MB_FC_UMAS      90
#define MB_FC_MEI       43
#define MB_FC_DIAG      8
#define MB_MEI_CANOPEN  13
#define MB_MEI_DEVICE   14
#define MB_DIAG_SILENT  4 /* Force Listen Only Mode: never answered */

/* Field ids, in the order of the table in modbus.c. */
enum mb_field {
	MBF_FRAMING = EV_PROTO_BASE,
	MBF_TXN,
	MBF_UNIT,
	MBF_FC,
	MBF_EXCEPTION,
	MBF_ADDR,
	MBF_QTY,
	MBF_VALUES,
	MBF_AND,
	MBF_OR,
	MBF_WADDR,
	MBF_WQTY,
	MBF_RECORDS,
	MBF_SUB,
	MBF_MEI,
	MBF_UMAS,
	MBF_FILE,
	MBF_RECORD,
	MBF_LENGTH,
	MBF_DATA,
	MBF_LEN,
	MBF_COUNTER,
	MBF_OUTPUTS,
	MBF_BUSY,
	MBF_EVENT_COUNT,
	MBF_MESSAGE_COUNT,
	MBF_EVENTS,
	MBF_SERVER_ID,
	MBF_RUN,
	MBF_READ_CODE,
	MBF_OBJECT_ID,
	MBF_CONFORMITY,
	MBF_MORE,
	MBF_NEXT,
	MBF_OBJECTS,
	MBF_ID,
	MBF_END
};

/*
 * Reasons of malformed events, explained in README.md.  Rules name them, so
 * they are an interface.
 */
#define MB_BAD_PROTOCOL_ID   "protocol_id"
#define MB_BAD_LENGTH        "mbap_length"
#define MB_BAD_CRC           "crc"
#define MB_BAD_BYTE_COUNT    "byte_count"
#define MB_BAD_QUANTITY      "quantity"
#define MB_BAD_COIL          "coil_value"
#define MB_BAD_ZERO          "function_zero"
#define MB_BAD_EXCEPTION_BIT "exception_in_request"
#define MB_BAD_EXCEPTION     "exception_code"
#define MB_BAD_DIAG_DATA     "diagnostic_data"
#define MB_BAD_REFERENCE     "reference_type"
#define MB_BAD_FILE          "file_number"
#define MB_BAD_RECORD        "record_number"
#define MB_BAD_RECORD_LEN    "record_length"
#define MB_BAD_NOT_QUANTITY  "response_quantity"
#define MB_BAD_NOT_FUNCTION  "response_function"
#define MB_BAD_NOT_ECHO      "response_echo"
#define MB_BAD_MEI           "mei_type"
#define MB_BAD_READ_CODE     "device_id_code"
#define MB_BAD_CONFORMITY    "conformity"
#define MB_BAD_MORE          "more_follows"
#define MB_BAD_OBJECTS       "object_count"
#define MB_BAD_STATUS        "status_word"
#define MB_BAD_UMAS          "umas_status"
#define MB_BAD_SHORT         "pdu_short"
#define MB_BAD_LONG          "pdu_long"
#define MB_BAD_DATAGRAM      "datagram_short"

/* Record references of a request that its response does not repeat. */
struct mb_record {
	uint16_t file, record, length;
};

#define MB_RECORDS_KEPT 6

/*
 * What waits with a request for its response.  Most functions need the part
 * before rec only.
 */
struct mb_wait {
	uint8_t fc;
	uint8_t sub;          /* UMAS sub-function, MEI type */
	uint8_t nrec;         /* FC 20: in rec; 0 when there were too many */
	uint8_t known;        /* what of all this the request said */
	uint16_t addr, qty;   /* FC 5, 6: qty = value; FC 8: sub, data */
	uint16_t waddr, wqty; /* FC 22: and, or */
	struct mb_record rec[MB_RECORDS_KEPT];
};

/* Bits of known: requests can be too short, or cut by the capture. */
enum {
	MB_HAS_SUB = 1 << 0,
	MB_HAS_ADDR = 1 << 1,
	MB_HAS_QTY = 1 << 2,
	MB_HAS_WADDR = 1 << 3,
	MB_HAS_WQTY = 1 << 4,
	MB_IS_WRITE = 1 << 5, /* FC 43/13 */
};

#define MB_WAIT_BASE offsetof(struct mb_wait, rec)

_Static_assert(sizeof(struct mb_wait) <= DIS_BLOB_MAX, "does not fit a blob");

/* State of a flow. */
struct mb_state {
	uint8_t framing;   /* enum mb_framing of a TCP flow */
	bool proven;       /* a valid pair was seen in this framing */
	bool lost[2];      /* by side: the next header must be found */
	bool seen[2];      /* by side: an ADU was found */
	uint8_t unit;      /* of the last ADU */
	bool gave_up;      /* it was never Modbus */
	bool weak;         /* ctx->client rests on a message that looks
				 the same both ways */
	bool zero_answers; /* unit 0 is a device here, not a broadcast */
	uint8_t contra;    /* contradictions to the port (direction.c) */
	/* requests without a transaction id of their own */
	bool asked;
	bool gap; /* bytes were lost since the last request */
	uint16_t last_txn;
	uint16_t epoch;
	uint16_t waiting;
	uint64_t last_ns;
	/* the last request that need not be answered */
	struct {
		uint64_t frame, ts_ns;
		uint16_t txn, addr, qty, waddr, wqty;
		uint8_t unit, fc, side, known;
		bool used;
	} quiet;
};

/* One ADU under way from bytes to events. */
struct mb_pdu {
	struct dis_ctx *ctx;
	struct mb_state *st;
	const uint8_t *start; /* of the ADU, for offsets */
	struct rd body;       /* behind the function code */
	size_t len;           /* of the ADU, on the wire */
	bool cut;             /* the capture has less; MBAP only */
	uint16_t txn;
	uint8_t framing, unit;
	uint8_t fc; /* without the exception bit */
	bool exception;
	bool request;
	bool paired;
	const char *op;
	enum ev_class cls;
	const char *bad; /* first violation */
	size_t bad_at;
	struct dis_pair pair;
	struct mb_wait wait; /* request: will wait; response: its request */
};

/* --- functions.c --------------------------------------------------------- */

#define MB_LEN_ANY  (-1) /* the function does not say */
#define MB_LEN_MORE (-2) /* *ret_need bytes of the body would say */

enum { MB_SHAPE_REQUEST = 1, MB_SHAPE_RESPONSE = 2 };

struct mb_length {
	int16_t fixed;    /* bytes beside the counted ones; MB_LEN_ANY */
	int16_t count_at; /* offset of the byte count, -1 = nothing counted */
};

struct mb_function {
	const char *name;
	uint8_t cls;  /* enum ev_class */
	bool write;   /* broadcast to unit 0 makes sense */
	uint16_t max; /* quantity that a request may ask for; 0: has none */
	struct mb_length req, rsp;
	void (*request)(struct mb_pdu *, struct ev *);
	void (*response)(struct mb_pdu *, struct ev *);
	/* Other events that follow the operation. */
	void (*more)(struct mb_pdu *);
};

extern const struct mb_function mb_functions[128];

/* Length of the body of a function by its bytes: number, ANY or MORE. */
int mb_body_len(uint8_t fc, bool request, struct rd body, size_t *ret_need);
/* What a whole body can be: MB_SHAPE_ bits; 0: neither. */
unsigned mb_shape(uint8_t fc_byte, struct rd body);
/* Whether the bytes make sense one way, where the length leaves it open. */
bool mb_reads_as(uint8_t fc, bool request, struct rd body);
/* Beyond doubt a message of this protocol: the strict probe. */
bool mb_plausible(uint8_t fc_byte, struct rd body);
/* Name and class of the PDU at hand, by sub-function where there is one. */
void mb_name(struct mb_pdu *);
/* NULL when the code is not assigned. */
const char *mb_exception_name(uint8_t code);

/* --- framing.c ----------------------------------------------------------- */

struct mb_adu {
	uint8_t framing;
	size_t len;      /* of the whole ADU */
	bool cut;        /* the capture cut it behind its header */
	size_t need;     /* MORE: bytes needed */
	const char *bad; /* BAD: reason */
	size_t bad_at;
};

/*
 * Whether an ADU begins at the reader: DIS_OK (whole, *ret filled), DIS_MORE,
 * DIS_BAD (ret->bad), DIS_NOT_MINE.  strict: only what is beyond doubt.
 */
enum dis_rc mb_find_mbap(struct rd, bool strict, struct mb_adu *ret);
enum dis_rc mb_find_rtu(struct rd, bool strict, struct mb_adu *ret);
/*
 * Whether the MBAP message at the reader is of a function whose form nobody
 * knows, so that only its header speaks for it.
 */
bool mb_is_opaque(struct rd, uint8_t *ret_unit);
/*
 * A whole header with nothing wrong, and what the capture has left of the
 * message.  DIS_OK or DIS_NOT_MINE.
 */
enum dis_rc mb_find_cut(struct rd, struct mb_adu *ret);
/* Either of them; never DIS_BAD. */
enum dis_rc mb_detect(struct rd, bool lenient, struct mb_adu *ret);
/*
 * An MBAP header with one fault before a message that is beyond doubt; ret
 * tells the fault (bad), and the length where it can be trusted (else 0).
 */
enum dis_rc mb_find_faulty(struct rd, struct mb_adu *ret);
uint16_t mb_crc(const uint8_t *, size_t n);

/* --- flow.c -------------------------------------------------------------- */

/* The next ADU of the flow; what is wrong with the framing is told. */
enum dis_rc mb_next(
    struct dis_ctx *, struct mb_state *, struct rd *, struct mb_adu *ret);

/* --- direction.c --------------------------------------------------------- */

/* Whether the ports say who is client: ctx->to_hint is the answer then. */
bool mb_port_tells(const struct dis_ctx *);
/* Sets p->request, finds a response's request. */
void mb_direct(struct mb_pdu *);
/* Lets a request wait for its response. */
void mb_expect(struct mb_pdu *);
/* Draws conclusions about the flow from a PDU that was read to its end. */
void mb_conclude(struct mb_pdu *);

/* --- the functions ------------------------------------------------------- */

void mb_req_read(struct mb_pdu *, struct ev *);
void mb_req_write_one(struct mb_pdu *, struct ev *);
void mb_req_write_many(struct mb_pdu *, struct ev *);
void mb_req_mask_write(struct mb_pdu *, struct ev *);
void mb_req_read_write(struct mb_pdu *, struct ev *);
void mb_req_read_fifo(struct mb_pdu *, struct ev *);
void mb_req_empty(struct mb_pdu *, struct ev *);
void mb_rsp_read(struct mb_pdu *, struct ev *);
void mb_rsp_write_one(struct mb_pdu *, struct ev *);
void mb_rsp_write_many(struct mb_pdu *, struct ev *);
void mb_rsp_mask_write(struct mb_pdu *, struct ev *);
void mb_rsp_read_fifo(struct mb_pdu *, struct ev *);
void mb_rsp_exception(struct mb_pdu *, struct ev *);
void mb_opaque(struct mb_pdu *, struct ev *);
void mb_function_zero(struct mb_pdu *, struct ev *);

void mb_rsp_exception_status(struct mb_pdu *, struct ev *);
void mb_req_diagnostics(struct mb_pdu *, struct ev *);
void mb_rsp_diagnostics(struct mb_pdu *, struct ev *);
void mb_rsp_event_counter(struct mb_pdu *, struct ev *);
void mb_rsp_event_log(struct mb_pdu *, struct ev *);
void mb_rsp_server_id(struct mb_pdu *, struct ev *);
void mb_more_server_id(struct mb_pdu *);
/* Names a diagnostic sub-function; leaves both alone when it is unknown. */
void mb_diag_name(uint16_t sub, const char **op, enum ev_class *cls);

void mb_req_read_file(struct mb_pdu *, struct ev *);
void mb_rsp_read_file(struct mb_pdu *, struct ev *);
void mb_write_file(struct mb_pdu *, struct ev *);

void mb_req_mei(struct mb_pdu *, struct ev *);
void mb_rsp_mei(struct mb_pdu *, struct ev *);
void mb_more_mei(struct mb_pdu *);
/* Body length of a Read Device Identification response. */
int mb_device_id_len(struct rd body, size_t *ret_need);
/* Whether a CANopen General Reference request writes. */
bool mb_canopen_is_write(struct rd body);

void mb_req_umas(struct mb_pdu *, struct ev *);
void mb_rsp_umas(struct mb_pdu *, struct ev *);
void mb_more_umas(struct mb_pdu *);
void mb_umas_name(uint8_t sub, const char **op, enum ev_class *cls);
bool mb_umas_known(uint8_t sub);
bool mb_umas_is_status(uint8_t);

/* --- small help ---------------------------------------------------------- */

/* Offset of what is read next, from the ADU's first byte. */
static inline size_t
mb_at(const struct mb_pdu *p)
{
	return (size_t)(p->body.p - p->start);
}

/* rec counts for nothing without nrec. */
static inline void
mb_wait_clear(struct mb_wait *w)
{
	w->fc = w->sub = w->nrec = w->known = 0;
	w->addr = w->qty = w->waddr = w->wqty = 0;
}

/* Whether the response at hand has a request that said all of this. */
static inline bool
mb_was_asked(const struct mb_pdu *p, uint8_t bits)
{
	return p->paired && (p->wait.known & bits) == bits;
}

/*
 * The first violation of a PDU is the one that is told.  What the capture has
 * cut is not judged.
 */
static inline void
mb_bad(struct mb_pdu *p, const char *reason, size_t at)
{
	if (p->bad == NULL && !p->cut) {
		p->bad = reason;
		p->bad_at = at;
	}
}

/* A 16-bit field that is told; false and a failed body when short. */
static inline bool
mb_u16(struct mb_pdu *p, struct ev *e, uint16_t id, uint16_t *ret)
{
	if (!rd_has(&p->body, 2)) {
		rd_fail(&p->body);
		return false;
	}
	*ret = rd_be16(&p->body);
	ev_uint(e, id, *ret);
	return true;
}

/* The same of a request, for its response. */
static inline bool
mb_ask(struct mb_pdu *p, struct ev *e, uint16_t id, uint16_t *ret, uint8_t bit)
{
	if (!mb_u16(p, e, id, ret)) {
		return false;
	}
	p->wait.known |= bit;
	return true;
}

#endif
