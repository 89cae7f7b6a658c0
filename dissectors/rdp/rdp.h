/*
 * rdp: Remote Desktop Protocol, as far as it is in the clear.
 *
 * Documents: [1] MS-RDPBCGR, Basic Connectivity and Graphics Remoting;
 * [2] RFC 2126, TPKT; [3] ITU-T X.224, connections; [4] ITU-T T.125, MCS;
 * [5] ITU-T T.124, conferences.
 *
 *   rdp.c    TPKT, connections and what they agree on, TLS behind them, fields
 *   mcs.c    MCS: settings of both ends, channels, log-ins in the clear
 *   names.c  what numbers are called
 */
#ifndef OTUS_DISSECTORS_RDP_RDP_H
#define OTUS_DISSECTORS_RDP_RDP_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"
#include "dissectors/tls/tls.h"

/* Reasons of malformed events: an interface, rules name them. */
#define RDP_BAD_HEADER      "no_header"   /* neither TPKT nor TLS            */
#define RDP_BAD_CONNECT     "connect"     /* a connection's parts do not fit */
#define RDP_BAD_NEGOTIATION "negotiation" /* what is asked for or agreed on  */
#define RDP_BAD_MCS         "mcs"         /* ends inside its head            */
#define RDP_BAD_SETTINGS    "settings"    /* blocks that do not fit          */
#define RDP_BAD_INFO        "client_info" /* texts longer than there is      */

enum rdp_field {
	RDPF_USER = EV_PROTO_BASE,
	RDPF_DOMAIN,
	RDPF_TOKEN,
	RDPF_REQUESTED,
	RDPF_RESTRICTED,
	RDPF_SELECTED,
	RDPF_FAILURE,
	RDPF_VERSION,
	RDPF_CLIENT,
	RDPF_BUILD,
	RDPF_PRODUCT,
	RDPF_WIDTH,
	RDPF_HEIGHT,
	RDPF_KEYBOARD,
	RDPF_CHANNELS,
	RDPF_METHODS,
	RDPF_ENCRYPTION,
	RDPF_LEVEL,
	RDPF_CHANNEL,
	RDPF_REASON,
	RDPF_ENCRYPTED,
	RDPF_SHELL,
	RDPF_ADDRESS,
	RDPF_LAST
};

/* What waits with a connection request for its answer. */
struct rdp_wait {
	uint8_t n;
	char user[40];
};

struct rdp_state {
	struct tls_state tls;
	bool tls_begun;
	bool begun; /* settings were seen: what follows is no surprise */
};

struct rdp_msg {
	struct dis_ctx *ctx;
	struct rdp_state *st;
	const uint8_t *start;
	bool cut, paired;
	enum ev_dir dir;
	const char *op, *status;
	struct dis_pair pair;
	const char *bad;
	size_t bad_at;
};

void rdp_bad(struct rdp_msg *, const char *reason, const struct rd *at);
/* The operation, op, direction, status and pair being set. */
struct ev *rdp_start(struct rdp_msg *, uint32_t code);
/* Requests wait for their answers under a key: true when it is paired. */
void rdp_ask(struct rdp_msg *, uint64_t key, const void *blob, size_t n);
void rdp_answer(struct rdp_msg *, uint64_t key, void *ret_blob, size_t n);
/* Who says so is the client, or the server. */
void rdp_from_client(struct rdp_msg *, bool client);

/* mcs.c */
bool rdp_is_mcs(struct rd r, bool any); /* behind X.224 */
void rdp_mcs(struct rdp_msg *, struct rd r);

/* names.c */
void rdp_protocols(struct ev *, uint16_t id, uint32_t protocols);
const char *rdp_protocol(uint32_t protocol);
const char *rdp_failure(uint32_t code);
const char *rdp_version(uint32_t version);
const char *rdp_encryption(uint32_t method);
const char *rdp_level(uint32_t level);
const char *rdp_leaving(unsigned reason);
#define RDP_OS_MAX 48
/* The version of Windows that has this build; 0: nobody knows. */
size_t rdp_os(uint32_t build, char ret[RDP_OS_MAX]);

#endif
