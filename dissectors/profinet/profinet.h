/*
 * profinet: frames of ethertype 0x8892, and DCP among them.
 *
 * [1] IEC 61158-6-10:2019, the coding of the PDUs; [2] IEC 61158-5-10:2019,
 * what they are for.
 *
 *   profinet.c   which frame it is; cyclic data, alarms, time: a line each
 *   dcp.c        the DCP message: operation, pairs, violations
 *   blocks.c     its blocks, as they are told of an operation
 *   facts.c      what the blocks say of a device
 *   names.c      what numbers are called
 */
#ifndef OTUS_DISSECTORS_PROFINET_PROFINET_H
#define OTUS_DISSECTORS_PROFINET_PROFINET_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

/* FrameIDs of DCP; [1] 4.2.2.2 */
enum {
	PN_HELLO = 0xfefc,
	PN_GET_SET = 0xfefd,
	PN_IDENTIFY_REQ = 0xfefe,
	PN_IDENTIFY_RES = 0xfeff,
};

/* ServiceID and ServiceType; [1] 4.3.1.2 */
enum { DCP_GET = 3, DCP_SET = 4, DCP_IDENTIFY = 5, DCP_HELLO = 6 };
enum { DCP_REQUEST = 0, DCP_SUCCESS = 1, DCP_UNSUPPORTED = 5 };

/* Option and Suboption as one number; [1] 4.3.1.4 */
#define DCP_BLOCK(option, sub) ((option) << 8 | (sub))
enum {
	DCP_MAC = DCP_BLOCK(1, 1),
	DCP_IP = DCP_BLOCK(1, 2),
	DCP_IP_SUITE = DCP_BLOCK(1, 3),
	DCP_TYPE = DCP_BLOCK(2, 1),
	DCP_NAME = DCP_BLOCK(2, 2),
	DCP_DEVICE_ID = DCP_BLOCK(2, 3),
	DCP_ROLE = DCP_BLOCK(2, 4),
	DCP_OPTIONS = DCP_BLOCK(2, 5),
	DCP_ALIAS = DCP_BLOCK(2, 6),
	DCP_OEM_ID = DCP_BLOCK(2, 8),
	DCP_GATEWAY = DCP_BLOCK(2, 9),
	DCP_SIGNAL = DCP_BLOCK(5, 3),
	DCP_RESPONSE = DCP_BLOCK(5, 4),
	DCP_RESET_FACTORY = DCP_BLOCK(5, 5),
	DCP_RESET = DCP_BLOCK(5, 6),
	DCP_INITIATIVE = DCP_BLOCK(6, 1),
	DCP_TSN_DOMAIN = DCP_BLOCK(7, 1),
};
#define DCP_OPTION_DHCP 3

/* More blocks than a device has; further ones are not told one by one. */
#define DCP_BLOCKS_MAX 64

/* Reasons of malformed events: an interface, rules name them. */
#define PN_BAD_HEADER  "header"       /* ends inside the header             */
#define PN_BAD_SERVICE "service"      /* unknown, or not of this FrameID    */
#define PN_BAD_LENGTH  "data_length"  /* says more than the frame holds     */
#define PN_BAD_BLOCK   "block_length" /* says more than the message holds   */
#define PN_BAD_OPTION  "option"       /* of number 0, which is reserved  */
#define PN_BAD_SHORT   "block_short"  /* holds less than its kind has       */
#define PN_BAD_STATUS  "status"       /* cyclic data without its status     */

enum pn_field {
	PNF_FRAME_ID = EV_PROTO_BASE,
	PNF_XID,
	PNF_DELAY,
	PNF_ABOUT,
	PNF_BLOCKS,
	PNF_OPTION,
	PNF_SUB,
	PNF_BLOCK,
	PNF_INFO,
	PNF_QUALIFIER,
	PNF_VALUE,
	PNF_IP,
	PNF_NETMASK,
	PNF_GATEWAY,
	PNF_VENDOR_ID,
	PNF_DEVICE_ID,
	PNF_OF,
	PNF_ERROR,
	PNF_DATA,
	PNF_LENGTH,
	PNF_CYCLE,
	PNF_DATA_STATUS,
	PNF_TRANSFER_STATUS,
	PNF_PRIORITY,
	PNF_ALARM,
	PNF_ALARM_TYPE,
	PNF_SLOT,
	PNF_SUBSLOT,
	PNF_END
};

/* What a side's cyclic frames said last, by FrameID. */
#define PN_CYCLIC_MAX 4
struct pn_state {
	uint16_t id[2][PN_CYCLIC_MAX];
	uint8_t status[2][PN_CYCLIC_MAX], n[2];
};

/* One block.  Info is BlockInfo, in a Set request BlockQualifier. */
struct dcp_block {
	uint16_t kind; /* DCP_BLOCK */
	bool has_info;
	uint16_t info;
	size_t at; /* in the frame's data */
	struct rd body;
};

/* A DCP message. */
struct dcp_msg {
	struct dis_ctx *ctx;
	const uint8_t *start; /* of the frame's data: FrameID       */
	uint16_t frame_id, delay;
	uint8_t service, type;
	uint32_t xid;
	enum ev_dir dir;
	bool cut, paired;
	struct dis_pair pair;
	struct rd blocks; /* all of them */
	const char *op;
	enum ev_class cls;
	const char *error; /* of the first block that was refused  */
	const char *bad;   /* the first violation                  */
	size_t bad_at;
	char text[192]; /* what the operation is about          */
};

void dcp_bad(struct dcp_msg *, const char *reason, size_t at);
enum dis_rc dcp_parse(struct dis_ctx *, struct rd *);
/* Takes the next block; false at the end and where one is cut off. */
bool dcp_next(struct dcp_msg *, struct rd *, struct dcp_block *);
void dcp_tell_blocks(struct dcp_msg *, struct ev *);
void dcp_more(struct dcp_msg *);

/* Static text, NULL where there is none. */
const char *pn_vendor_name(uint16_t id);
const char *pn_block_name(uint16_t kind);
const char *pn_error_name(uint8_t block_error);
const char *pn_alarm_name(uint16_t type);

#endif
