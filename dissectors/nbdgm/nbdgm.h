/*
 * nbdgm: NetBIOS datagrams, and the browser announcements in them.
 *
 *   nbdgm.c     the datagram: who sends to which name; fields
 *   browser.c   the mailslot in it, and what the browser service says there
 */
#ifndef OTUS_DISSECTORS_NBDGM_NBDGM_H
#define OTUS_DISSECTORS_NBDGM_NBDGM_H

#include "dissectors/dissector.h"
#include "dissectors/nbns/name.h"
#include "dissectors/registry.h"

/* Reasons of malformed events are an interface: rules name them. */
#define NBD_BAD_HEADER   "header"
#define NBD_BAD_NAME     "name"
#define NBD_BAD_LENGTH   "length"
#define NBD_BAD_MAILSLOT "mailslot"
#define NBD_BAD_BROWSER  "browser"

enum nbd_field {
	NBDF_TYPE = EV_PROTO_BASE,
	NBDF_ID,
	NBDF_SOURCE_IP,
	NBDF_SOURCE,
	NBDF_SOURCE_SUFFIX,
	NBDF_TO,
	NBDF_TO_SUFFIX,
	NBDF_FIRST,
	NBDF_PIECE,
	NBDF_ERROR,
	NBDF_MAILSLOT,
	NBDF_SERVER,
	NBDF_DOMAIN,
	NBDF_MASTER,
	NBDF_PERIOD,
	NBDF_VERSION_MAJOR,
	NBDF_VERSION_MINOR,
	NBDF_SERVER_TYPE,
	NBDF_ROLES,
	NBDF_COMMENT,
	NBDF_CRITERIA,
	NBDF_UPTIME,
	NBDF_TOKEN,
	NBDF_NAMES,
	NBDF_END
};

/* Commands of the browser service (MS-BRWS, 2.2). */
enum nbd_browser {
	NBD_HOST = 0x01,
	NBD_REQUEST = 0x02,
	NBD_ELECTION = 0x08,
	NBD_GET_BACKUP = 0x09,
	NBD_BACKUP_LIST = 0x0a,
	NBD_BECOME_BACKUP = 0x0b,
	NBD_DOMAIN = 0x0c,
	NBD_MASTER = 0x0d,
	NBD_RESET = 0x0e,
	NBD_LOCAL_MASTER = 0x0f,
};

/* Bits of a server's type (MS-BRWS, 2.2). */
enum nbd_type {
	NBD_T_WORKSTATION = 0x00000001,
	NBD_T_SERVER = 0x00000002,
	NBD_T_CONTROLLER = 0x00000008,
	NBD_T_BACKUP_CONTROLLER = 0x00000010,
	NBD_T_PRINT = 0x00000200,
	NBD_T_UNIX = 0x00000800,
	NBD_T_NT = 0x00001000,
	NBD_T_WORKGROUPS = 0x00002000,
	NBD_T_NT_SERVER = 0x00008000,
	NBD_T_WINDOWS_9X = 0x00400000,
};

/* A host's, a local master's or a domain's announcement. */
struct nbd_announcement {
	const uint8_t *name, *comment;
	size_t name_n, comment_n;
	uint8_t major, minor;
	uint32_t period_ms, type;
};

struct nbd_msg {
	struct dis_ctx *ctx;
	const uint8_t *start;
	bool cut;
	enum ev_dir dir;
	/* the datagram */
	uint8_t type, flags, error;
	uint16_t id, piece;
	const uint8_t *source_ip;
	uint8_t from_raw[NB_RAW_LEN], to_raw[NB_RAW_LEN];
	struct nb_name from, to; /* text is NULL where there is none */
	/* what it carries */
	const char *op;
	uint32_t code;
	enum ev_class cls;
	const uint8_t *slot;
	size_t slot_n;
	bool browser; /* the rest is there */
	struct rd frame;
	struct nbd_announcement said;
	const char *bad;
	size_t bad_at;
};

void nbd_bad(struct nbd_msg *, const char *reason, const struct rd *at);
/* What is sent to a mailslot: which, and for the browser's its op. */
void nbd_mailslot(struct nbd_msg *, struct rd user);
/* The operation's fields of a browser's command. */
void nbd_put_browser(struct nbd_msg *, struct ev *);
/* What an announcement says of its sender. */
void nbd_announced(struct nbd_msg *);

#endif
