/*
 * smb: file sharing of Windows and Samba, versions 1 to 3.
 *
 *   smb.c    session service and direct TCP below, the way of a message
 *   smb1.c   SMB1: [MS-CIFS], [MS-SMB]
 *   smb2.c   SMB2 and 3: [MS-SMB2]
 *   ntlm.c   who logs on where, as NTLM says it: [MS-NLMP]
 *   names.c  what numbers are called
 */
#ifndef OTUS_DISSECTORS_SMB_SMB_H
#define OTUS_DISSECTORS_SMB_SMB_H

#include "dissectors/dissector.h"
#include "dissectors/registry.h"

#define SMB1_HEAD 32
#define SMB2_HEAD 64

/* Reasons of malformed events: an interface, rules name them. */
#define SMB_BAD_HEADER    "no_header" /* no message begins here           */
#define SMB_BAD_NAME      "name"      /* session service: no NetBIOS name */
#define SMB_BAD_STRUCTURE "structure" /* a body of another size           */
#define SMB_BAD_LENGTH    "length"    /* ends inside the body             */
#define SMB_BAD_OFFSET    "offset"    /* a text or blob that is not there */
#define SMB_BAD_CHAIN     "chain"     /* the next message is not there    */
#define SMB_BAD_NTLM      "ntlm"      /* a text outside NTLM's message    */

enum smb_field {
	SMBF_VERSION = EV_PROTO_BASE,
	SMBF_MID,
	SMBF_SIGNED,
	SMBF_DIALECTS,
	SMBF_DIALECT,
	SMBF_SIGNING,
	SMBF_GUID,
	SMBF_NTLM,
	SMBF_TARGET,
	SMBF_COMPUTER,
	SMBF_DOMAIN,
	SMBF_DNS_COMPUTER,
	SMBF_DNS_DOMAIN,
	SMBF_USER,
	SMBF_USER_DOMAIN,
	SMBF_WORKSTATION,
	SMBF_OS_VERSION,
	SMBF_ANONYMOUS,
	SMBF_GUEST,
	SMBF_OS,
	SMBF_LANMAN,
	SMBF_SHARE,
	SMBF_SHARE_TYPE,
	SMBF_FILE,
	SMBF_TO_FILE,
	SMBF_FILE_ID,
	SMBF_ACCESS,
	SMBF_DISPOSITION,
	SMBF_DELETES,
	SMBF_AT,
	SMBF_LENGTH,
	SMBF_CONTROL,
	SMBF_CALLED,
	SMBF_CALLING,
	SMBF_END
};

/* A text as it stands in the message; p is NULL where there is none. */
struct smb_text {
	const uint8_t *p;
	size_t n;
	uint8_t type; /* EV_T_TEXT, EV_T_UCS2LE */
};

/* One message of NTLM's three. */
struct smb_ntlm {
	uint32_t type; /* 0: there is none */
	struct smb_text target, computer, domain, dns_computer, dns_domain;
	struct smb_text user, user_domain, workstation;
	bool has_version;
	uint8_t major, minor;
	uint16_t build;
};

/* Bytes of a long message that are passed over. */
struct smb_state {
	uint32_t left[2];
};

/* What waits with a request for its response. */
struct smb_wait {
	uint8_t command;
	uint16_t index; /* SMB1 negotiate: of the dialect that we know */
	uint16_t count;
};

struct smb_msg {
	struct dis_ctx *ctx;
	const uint8_t *start; /* of the session service's message */
	struct rd smb;        /* from the SMB header to its end */
	bool cut, more;       /* the end is not here: cut, or passed over */
	bool response, paired, unicode;
	enum ev_dir dir;
	uint32_t status;
	uint64_t mid;
	struct dis_pair pair;
	struct smb_wait wait;
	struct smb_ntlm ntlm;
	struct smb_text os, lanman, server, domain; /* SMB1's own words */
	const char *op;
	const char *bad;
	size_t bad_at;
};

void smb_bad(struct smb_msg *, const char *reason, const struct rd *at);
/* Starts the operation; m has direction, status and pair. */
struct ev *smb_start(
    struct smb_msg *, const char *op, uint32_t code, enum ev_class);
void smb_put_text(struct ev *, uint16_t id, const struct smb_text *);
/* Bytes of the message from its header on: a failed reader where they are
 * not, and a violation if that is one. */
struct rd smb_at(struct smb_msg *, size_t offset, size_t n);
/* What is told behind the operation. */
void smb_finish(struct smb_msg *);

void smb1(struct smb_msg *);
/* One message of those that are chained; the others are left in *r. */
bool smb2(struct smb_msg *, struct rd *r);

void smb_ntlm_read(struct smb_msg *, struct rd blob);
void smb_ntlm_put(struct smb_msg *, struct ev *);
void smb_ntlm_facts(struct smb_msg *);

const char *smb_status_name(uint32_t status);
const char *smb1_command(uint8_t command, enum ev_class *ret);
const char *smb2_command(uint16_t command, enum ev_class *ret);
const char *smb2_dialect(uint16_t dialect); /* NULL when unknown */

#endif
