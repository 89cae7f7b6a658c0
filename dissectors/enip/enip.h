/*
 * enip: what the parts of this dissector share.
 *
 *   enip.c      the dissector: probe, parse, pairing, the operation
 *   header.c    where a message begins and ends: the encapsulation header
 *   items.c     common packet format, and what is handed on to cip
 *   lists.c     ListIdentity, ListServices, ListInterfaces, sessions
 *
 * Reference: [2] The CIP Networks Library, Volume 2: EtherNet/IP Adaptation
 * of CIP, chapter 2.  All numbers are little-endian but those of socket
 * addresses.
 */
#ifndef OTUS_DISSECTORS_ENIP_ENIP_H
#define OTUS_DISSECTORS_ENIP_ENIP_H

#include "dissectors/cip/cip.h"
#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define ENIP_HEAD_LEN   24
#define ENIP_CONTEXT_AT 12
#define ENIP_DATA_MAX   65511 /* [2] 2-3.3 */
#define ENIP_ITEMS_MAX  64    /* told of one message */

/* [2] 2-3.2; 72 and 73 are of the first edition. */
enum enip_command {
	ENIP_NOP = 0x00,
	ENIP_LIST_TARGETS = 0x01, /* of the first edition, in captures still */
	ENIP_LIST_SERVICES = 0x04,
	ENIP_LIST_IDENTITY = 0x63,
	ENIP_LIST_INTERFACES = 0x64,
	ENIP_REGISTER = 0x65,
	ENIP_UNREGISTER = 0x66,
	ENIP_SEND_RR = 0x6f,
	ENIP_SEND_UNIT = 0x70,
	ENIP_INDICATE = 0x72,
	ENIP_CANCEL = 0x73,
	ENIP_START_DTLS = 0xc8,
};

/* Types of items; [2] 2-6.2 */
enum enip_item_type {
	ENIP_ITEM_NULL = 0x0000,
	ENIP_ITEM_IDENTITY = 0x000c,
	ENIP_ITEM_CONNECTED_ADDRESS = 0x00a1,
	ENIP_ITEM_CONNECTED_DATA = 0x00b1,
	ENIP_ITEM_UNCONNECTED_DATA = 0x00b2,
	ENIP_ITEM_SERVICES = 0x0100,
	ENIP_ITEM_SOCKADDR_OT = 0x8000,
	ENIP_ITEM_SOCKADDR_TO = 0x8001,
	ENIP_ITEM_SEQUENCED = 0x8002,
	ENIP_ITEM_UNCONNECTED_DTLS = 0x8003,
};

enum enip_field {
	ENF_CMD = EV_PROTO_BASE,
	ENF_SESSION,
	ENF_STATUS,
	ENF_CONTEXT,
	ENF_OPTIONS,
	ENF_VERSION,
	ENF_FLAGS,
	ENF_INTERFACE,
	ENF_TIMEOUT,
	ENF_ITEMS,
	ENF_TYPE,
	ENF_LENGTH,
	ENF_CONN,
	ENF_SEQ,
	ENF_IP,
	ENF_PORT,
	ENF_NAME,
	ENF_CAPABILITY,
	ENF_DEVICE_STATE,
	ENF_DATA,
	ENF_END
};

/* Reasons of malformed events, explained in README.md: an interface. */
#define ENIP_BAD_HEADER    "header"
#define ENIP_BAD_COMMAND   "command"
#define ENIP_BAD_LENGTH    "length"
#define ENIP_BAD_OPTIONS   "options"
#define ENIP_BAD_INTERFACE "interface_handle"
#define ENIP_BAD_ITEMS     "item_count"
#define ENIP_BAD_ITEM      "item_length"
#define ENIP_BAD_VERSION   "protocol_version"
#define ENIP_BAD_TRANSPORT "transport"
#define ENIP_BAD_DATAGRAM  "datagram_short"

struct enip_header {
	uint16_t command, length;
	uint32_t session, status, options;
	uint8_t context[8];
};

/* State of a flow. */
struct enip_state {
	bool lost[2]; /* by side: the next header must be found */
};

/* What the items of a Send command say. */
struct enip_items {
	bool has_address, has_message, connected;
	uint32_t conn;
	struct rd message; /* the CIP message, sequence count included */
};

struct enip_msg {
	struct dis_ctx *ctx;
	struct enip_header h;
	const uint8_t *start;
	struct rd body, rest; /* behind the header; rest stays there */
	size_t len;           /* on the wire */
	bool cut, request, paired;
	const char *bad;
	size_t bad_at;
	struct dis_pair pair;
	struct enip_items items;
};

static inline void
enip_bad(struct enip_msg *m, const char *reason, size_t at)
{
	if (m->bad == NULL && !m->cut) {
		m->bad = reason;
		m->bad_at = at;
	}
}

static inline size_t
enip_at(const struct enip_msg *m)
{
	return (size_t)(m->body.p - m->start);
}

static inline enum ev_dir
enip_dir(const struct enip_msg *m)
{
	return m->request ? EV_DIR_REQUEST : EV_DIR_RESPONSE;
}

/* --- header.c ------------------------------------------------------------ */

/* Reads what is there; false when it is not whole. */
bool enip_read_header(struct rd *, struct enip_header *ret);
/*
 * Whether a message begins at the reader: DIS_OK, DIS_MORE (*ret_need bytes
 * would say), DIS_NOT_MINE.  strict: only what is beyond doubt.
 */
enum dis_rc enip_find(
    struct rd, bool strict, struct enip_header *ret, size_t *ret_need);
bool enip_is_known(uint16_t command);
const char *enip_command_name(uint16_t);
const char *enip_status_name(uint32_t); /* NULL when unknown */

/* --- items.c ------------------------------------------------------------- */

bool enip_is_send(const struct enip_msg *);
/* Reads the items of a Send command; of others there are none. */
void enip_read_items(struct enip_msg *);
/* Tells them, from the body on. */
void enip_tell_items(struct enip_msg *, struct ev *);
/* Hands the CIP message on. */
void enip_hand_on(struct enip_msg *);
/* Whether the CIP message inside is a reply: 1, 0; -1: there is none. */
int enip_says_reply(const struct enip_msg *);

/* --- lists.c ------------------------------------------------------------- */

void enip_list_body(struct enip_msg *, struct ev *);
void enip_register_body(struct enip_msg *, struct ev *);
void enip_more_list(struct enip_msg *);

extern const struct dissector dissector_enip;

#endif
