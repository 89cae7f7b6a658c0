/*
 * gesrtp: Service Request Transport Protocol of GE's controllers (Series 90,
 * VersaMax, PACSystems; Emerson's now).
 *
 * Nobody has published it whole.  What is told rests on
 * [1] "Leveraging the SRTP protocol for over-the-network memory acquisition of
 *     a GE Fanuc Series 90-30" (DFRWS USA 2017): the message, services,
 *     selectors of memory, what requests and replies have where;
 * [2] GFK-0529, Series 90 PLC SNP Communications: mailbox messages, the status
 *     that comes with each reply, errors;
 * [3] GFK-1004 and GFK-1541, TCP/IP Ethernet Communications for the Series 90:
 *     types of PDUs, which of them have data, errors;
 * [4] what open clients have found to work (uGESRTP, ge-ethernet-SRTP,
 *     gesrtp-py, HslCommunication): where values are in writes, how bits are
 *     packed, which slot, the name of the program, the clock;
 * [5] Horner SUP0740, SRTP servers: services and selectors by number.
 * All else is bytes.
 *
 *   gesrtp.c    the frame, its ways, fields
 *   mail.c      what service requests and replies have in them
 *   names.c     names of areas, services, errors, states
 */
#ifndef OTUS_DISSECTORS_GESRTP_GESRTP_H
#define OTUS_DISSECTORS_GESRTP_GESRTP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* Types of PDUs ([3]). */
enum {
	SRTP_CONNECT = 0,
	SRTP_CONNECTED = 1,
	SRTP_REQUEST = 2,
	SRTP_REPLY = 3,
	SRTP_UNCONFIRMED = 4,
	SRTP_ERROR = 5,
	SRTP_DESTINATIONS = 6,
	SRTP_DESTINATIONS_REPLY = 7,
	SRTP_SESSION = 8,
	SRTP_SESSION_REPLY = 9, /* what answers 8: not in [3] */
};

/* Types of mailbox messages ([2] 3). */
enum {
	MAIL_REQUEST = 0xc0,
	MAIL_REQUEST_TEXT = 0x80,
	MAIL_ACK = 0xd4,
	MAIL_ACK_TEXT = 0x94,
	MAIL_NACK = 0xd1,
};

/* Services that are looked into. */
enum {
	SVC_LONG_STATUS = 0x01,
	SVC_READ = 0x04,
	SVC_WRITE = 0x07,
	SVC_LOGON = 0x20,
	SVC_PRIVILEGE = 0x21,
	SVC_READ_CLOCK = 0x25,
	SVC_LOCK_OEM = 0x47,
};

/* Reasons of malformed events: an interface, rules name them. */
#define SRTP_BAD_HEADER  "no_header"   /* not a PDU of SRTP                 */
#define SRTP_BAD_LENGTH  "data_length" /* data where there must be none     */
#define SRTP_BAD_MAILBOX "mailbox"     /* not what this PDU may carry       */
#define SRTP_BAD_PACKET  "packet"      /* its number is none of the total   */
#define SRTP_BAD_COUNT   "count"       /* fewer elements than are said      */

enum srtp_field {
	SRTPF_SEQ = EV_PROTO_BASE,
	SRTPF_MAILBOX,
	SRTPF_SLOT,
	SRTPF_PACKET,
	SRTPF_PACKETS,
	SRTPF_AREA,
	SRTPF_UNIT,
	SRTPF_ADDR,
	SRTPF_COUNT,
	SRTPF_VALUES,
	SRTPF_PARAMS,
	SRTPF_DATA,
	SRTPF_BYTES,
	SRTPF_MAJOR,
	SRTPF_MINOR,
	SRTPF_PRIVILEGE,
	SRTPF_STATUS,
	SRTPF_STATE,
	SRTPF_PROGRAMMER,
	SRTPF_PROGRAM,
	SRTPF_TIME,
	SRTPF_LAST
};

enum srtp_unit { SRTP_WORD, SRTP_BYTE, SRTP_BIT };

/* A kind of memory, and how it is asked for. */
struct srtp_area {
	uint8_t selector;
	uint8_t unit;  /* enum srtp_unit */
	uint8_t space; /* the same for bytes and bits */
	const char *name;
};

struct srtp_service {
	const char *name;
	enum ev_class cls;
};

/* What waits with a request for its reply. */
struct srtp_wait {
	uint8_t service, selector;
	uint16_t offset, count;
	bool known; /* which service it is */
};

struct srtp_state {
	bool told; /* the status word before this one */
	uint16_t status;
};

struct srtp_msg {
	struct dis_ctx *ctx;
	struct srtp_state *st;
	const uint8_t *start;
	bool cut, paired, reply;
	uint8_t type, mail;
	uint16_t seq;
	enum ev_dir dir;
	const char *op, *status;
	enum ev_class cls;
	uint32_t code;
	struct dis_pair pair;
	struct srtp_wait wait;
	struct rd body; /* behind the mailbox type, to the frame's end */
	struct rd text; /* behind the frame */
	/* of a mailbox message */
	uint8_t slot, packet, packets;
	bool has_slot, has_status;
	uint8_t privilege, major, minor;
	uint16_t status_word;
	struct rd data;
	const char *bad;
	size_t bad_at;
	char time[24];
};

void srtp_bad(struct srtp_msg *, const char *reason, const struct rd *at);

/* mail.c */
void srtp_read_mail(struct srtp_msg *);
void srtp_check_mail(struct srtp_msg *);
void srtp_tell_mail(struct srtp_msg *, struct ev *);
void srtp_facts(struct srtp_msg *);

/* names.c */
const struct srtp_area *srtp_area(uint8_t selector);
const struct srtp_service *srtp_service(uint8_t code);
const char *srtp_error(uint8_t major, uint8_t minor);
const char *srtp_state(unsigned state);

#endif
