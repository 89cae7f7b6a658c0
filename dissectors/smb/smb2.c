/*
 * smb2: SMB2 and SMB3 ([MS-SMB2], 2.2), little-endian.
 *
 *	 0      4    6         8        12        14        16      20
 *	+------+----+---------+--------+---------+---------+-------+------+
 *	| fe.. | 64 | credits | status | command | credits | flags | next |
 *	+------+----+---------+--------+---------+---------+-------+------+
 *	 24           32    36     40        48                64
 *	+------------+-----+------+---------+-----------------+-----------+
 *	| message id | pid | tree | session | signature       | body      |
 *	+------------+-----+------+---------+-----------------+-----------+
 *
 * A body begins with its own size; texts and blobs stand where an offset from
 * the header's start says.  A response has its request's message id; one that
 * is pending is answered later.  An oplock break that nobody asked for has the
 * id that no request has.
 */
#include "dissectors/names.h"
#include "dissectors/smb/smb.h"

#define FLAG_RESPONSE 0x01
#define FLAG_ASYNC    0x02
#define FLAG_SIGNED   0x08
#define PENDING       0x00000103
#define MORE_NEEDED   0xc0000016
#define NOBODYS       UINT64_MAX
#define ERROR_SIZE    9

enum {
	NEGOTIATE,
	SESSION_SETUP,
	LOGOFF,
	TREE_CONNECT,
	TREE_DISCONNECT,
	CREATE,
	CLOSE,
	FLUSH,
	READ,
	WRITE,
	LOCK,
	IOCTL,
	CANCEL,
	ECHO,
	QUERY_DIRECTORY,
	CHANGE_NOTIFY,
	QUERY_INFO,
	SET_INFO,
	OPLOCK_BREAK,
	COMMANDS
};

/* Sizes of bodies, of request and response. */
static const uint8_t sizes[COMMANDS][2] = {
    [NEGOTIATE] = {36, 65},
    [SESSION_SETUP] = {25, 9},
    [LOGOFF] = {4, 4},
    [TREE_CONNECT] = {9, 16},
    [TREE_DISCONNECT] = {4, 4},
    [CREATE] = {57, 89},
    [CLOSE] = {24, 60},
    [FLUSH] = {24, 4},
    [READ] = {49, 17},
    [WRITE] = {49, 17},
    [LOCK] = {48, 4},
    [IOCTL] = {57, 49},
    [CANCEL] = {4, 4},
    [ECHO] = {4, 4},
    [QUERY_DIRECTORY] = {33, 9},
    [CHANGE_NOTIFY] = {32, 9},
    [QUERY_INFO] = {41, 9},
    [SET_INFO] = {33, 2},
    [OPLOCK_BREAK] = {24, 24}, /* of leases: 36, 44 */
};

#define FILE_ID_LEN 16
#define GUID_LEN    16

static struct smb_text
unicode(struct smb_msg *m, size_t offset, size_t n)
{
	struct smb_text t = {NULL, 0, EV_T_UCS2LE};
	struct rd r;

	if (n != 0) {
		r = smb_at(m, offset, n);
		t.p = r.p;
		t.n = rd_left(&r);
	}
	return t;
}

static void
blob(struct smb_msg *m, size_t offset, size_t n)
{
	if (n != 0) {
		smb_ntlm_read(m, smb_at(m, offset, n));
	}
}

/* --- bodies ----------------------------------------------------------------- */

static const char *
signing(uint16_t mode)
{
	return mode & 2 ? "required" : mode & 1 ? "enabled" : "none";
}

static void
put_dialect(struct ev *e, uint16_t id, uint16_t dialect)
{
	const char *name = smb2_dialect(dialect);

	if (name != NULL) {
		ev_name(e, id, name);
	} else {
		ev_hexnum(e, id, dialect, 2);
	}
}

static void
put_guid(struct ev *e, struct rd *r)
{
	const uint8_t *guid = rd_bytes(r, GUID_LEN);

	if (guid != NULL) {
		ev_bytes(e, SMBF_GUID, EV_T_HEX, guid, GUID_LEN);
	}
}

static void
negotiate(struct smb_msg *m, struct ev *e, struct rd r)
{
	uint16_t count, mode;

	if (m->response) {
		ev_name(e, SMBF_SIGNING, signing(rd_le16(&r)));
		put_dialect(e, SMBF_DIALECT, rd_le16(&r));
		rd_skip(&r, 2);
		put_guid(e, &r);
		return;
	}
	count = rd_le16(&r);
	mode = rd_le16(&r);
	rd_skip(&r, 6);
	ev_name(e, SMBF_SIGNING, signing(mode));
	put_guid(e, &r);
	rd_skip(&r, 8);
	ev_array(e, SMBF_DIALECTS);
	for (; count > 0 && rd_left(&r) >= 2; count--) {
		put_dialect(e, EVF_ELEM, rd_le16(&r));
	}
	ev_end(e);
	if (count != 0) {
		smb_bad(m, SMB_BAD_LENGTH, &r);
	}
}

#define SESSION_GUEST     1
#define SESSION_ANONYMOUS 2

static void
session_setup(struct smb_msg *m, struct ev *e, struct rd r)
{
	uint16_t flags = 0, offset, n;

	if (m->response) {
		flags = rd_le16(&r);
	} else {
		rd_skip(&r, 1);
		ev_name(e, SMBF_SIGNING, signing(rd_u8(&r)));
		rd_skip(&r, 8);
	}
	offset = rd_le16(&r);
	n = rd_le16(&r);
	blob(m, offset, n);
	if (flags & SESSION_GUEST) {
		ev_bool(e, SMBF_GUEST, true);
	}
	if (flags & SESSION_ANONYMOUS) {
		ev_bool(e, SMBF_ANONYMOUS, true);
	}
	smb_ntlm_put(m, e);
}

static void
tree_connect(struct smb_msg *m, struct ev *e, struct rd r)
{
	static const char *const types[] = {"", "disk", "pipe", "printer"};
	struct smb_text path;
	uint16_t offset;
	uint8_t type;

	if (m->response) {
		type = rd_u8(&r);
		if (type >= 1 && type <= 3) {
			ev_name(e, SMBF_SHARE_TYPE, types[type]);
		}
		return;
	}
	rd_skip(&r, 2);
	offset = rd_le16(&r);
	path = unicode(m, offset, rd_le16(&r));
	smb_put_text(e, SMBF_SHARE, &path);
}

static void
put_file_id(struct ev *e, struct rd *r)
{
	const uint8_t *id = rd_bytes(r, FILE_ID_LEN);

	if (id != NULL) {
		ev_bytes(e, SMBF_FILE_ID, EV_T_HEX, id, FILE_ID_LEN);
	}
}

#define ACCESS_WRITE      0x50000006 /* generic all, write; write, append */
#define ACCESS_DELETE     0x00010000
#define DELETE_ON_CLOSE   0x00001000
#define DISPOSITION_LEAST 6

static void
create(struct smb_msg *m, struct ev *e, struct rd r)
{
	static const char *const dispositions[] = {"supersede", "open",
	    "create", "open_or_create", "overwrite", "overwrite_or_create"};
	uint32_t access, disposition, options;
	struct smb_text name;
	uint16_t offset;

	if (m->response) {
		rd_skip(&r, 62);
		put_file_id(e, &r);
		return;
	}
	rd_skip(&r, 22);
	access = rd_le32(&r);
	rd_skip(&r, 8);
	disposition = rd_le32(&r);
	options = rd_le32(&r);
	offset = rd_le16(&r);
	name = unicode(m, offset, rd_le16(&r));
	smb_put_text(e, SMBF_FILE, &name);
	ev_name(e, SMBF_ACCESS,
	    access & ACCESS_WRITE    ? "write"
	    : access & ACCESS_DELETE ? "delete"
				     : "read");
	if (disposition < DISPOSITION_LEAST) {
		ev_name(e, SMBF_DISPOSITION, dispositions[disposition]);
	}
	if (options & DELETE_ON_CLOSE) {
		ev_bool(e, SMBF_DELETES, true);
	}
}

/* Read and write have the same beginning. */
static void
move(struct smb_msg *m, struct ev *e, struct rd r)
{
	uint32_t n;
	uint64_t at;

	if (m->response) {
		return;
	}
	rd_skip(&r, 2);
	n = rd_le32(&r);
	at = rd_le64(&r);
	ev_uint(e, SMBF_AT, at);
	ev_uint(e, SMBF_LENGTH, n);
	put_file_id(e, &r);
}

#define INFO_FILE        1
#define INFO_RENAME      10
#define INFO_DISPOSITION 13
#define RENAME_LEN       20

static void
set_info(struct smb_msg *m, struct ev *e, struct rd r)
{
	uint8_t type = rd_u8(&r), cls = rd_u8(&r);
	uint32_t n = rd_le32(&r);
	uint16_t offset = rd_le16(&r);
	struct smb_text name;
	struct rd info;

	if (m->response) {
		return;
	}
	rd_skip(&r, 6);
	put_file_id(e, &r);
	if (type != INFO_FILE ||
	    (cls != INFO_RENAME && cls != INFO_DISPOSITION)) {
		return;
	}
	info = smb_at(m, offset, n);
	if (cls == INFO_DISPOSITION) {
		ev_bool(e, SMBF_DELETES, rd_u8(&info) != 0);
		return;
	}
	rd_skip(&info, RENAME_LEN - 4);
	name = unicode(m, (size_t)offset + RENAME_LEN, rd_le32(&info));
	smb_put_text(e, SMBF_TO_FILE, &name);
}

static void
query_directory(struct smb_msg *m, struct ev *e, struct rd r)
{
	struct smb_text pattern;
	uint16_t offset;

	if (m->response) {
		return;
	}
	rd_skip(&r, 6);
	put_file_id(e, &r);
	offset = rd_le16(&r);
	pattern = unicode(m, offset, rd_le16(&r));
	smb_put_text(e, SMBF_FILE, &pattern);
}

/* Where the file's id stands in the requests that have only that. */
static void
about_file(struct smb_msg *m, struct ev *e, struct rd r, uint16_t command)
{
	if (m->response) {
		return;
	}
	switch (command) {
	case CLOSE:
	case FLUSH:
	case LOCK:
	case CHANGE_NOTIFY: rd_skip(&r, 6); break;
	case QUERY_INFO: rd_skip(&r, 22); break;
	case IOCTL:
		rd_skip(&r, 2);
		ev_hexnum(e, SMBF_CONTROL, rd_le32(&r), 4);
		break;
	default: return;
	}
	put_file_id(e, &r);
}

static void
body(struct smb_msg *m, struct ev *e, struct rd r, uint16_t command)
{
	switch (command) {
	case NEGOTIATE: negotiate(m, e, r); break;
	case SESSION_SETUP: session_setup(m, e, r); break;
	case TREE_CONNECT: tree_connect(m, e, r); break;
	case CREATE: create(m, e, r); break;
	case READ:
	case WRITE: move(m, e, r); break;
	case SET_INFO: set_info(m, e, r); break;
	case QUERY_DIRECTORY: query_directory(m, e, r); break;
	default: about_file(m, e, r, command); break;
	}
}

/* --- the message ------------------------------------------------------------ */

static void
pair(struct smb_msg *m, uint16_t command)
{
	struct dis_ctx *ctx = m->ctx;
	struct smb_wait wait = {.command = (uint8_t)command};

	m->paired = false;
	if (!m->response) {
		if (command != CANCEL) {
			(void)ctx->sv->put(ctx, m->mid, &wait, sizeof(wait));
		}
	} else if (m->status != PENDING && m->mid != NOBODYS) {
		m->paired =
		    ctx->sv->take(ctx, m->mid, &wait, sizeof(wait), &m->pair);
	}
}

/* True when the body is one of the command's: not of an error, nor of what
 * is pending; and whole as far as its size goes. */
static bool
has_body(struct smb_msg *m, struct rd r, uint16_t command)
{
	struct rd at = r;
	uint16_t size = rd_le16(&r);
	bool error = m->response && m->status != 0 &&
		     !(command == SESSION_SETUP && m->status == MORE_NEEDED);

	if (!rd_ok(&r)) {
		smb_bad(m, SMB_BAD_LENGTH, &at);
		return false;
	}
	if (command >= COMMANDS || command == OPLOCK_BREAK ||
	    (error && size == ERROR_SIZE)) {
		return false;
	}
	if (size != sizes[command][m->response]) {
		smb_bad(m, SMB_BAD_STRUCTURE, &at);
		return false;
	}
	/* An odd size counts a byte of what has none. */
	if (!rd_has(&at, size & ~1u)) {
		smb_bad(m, SMB_BAD_LENGTH, &at);
		return false;
	}
	return !error;
}

static void
turn(struct smb_msg *m, bool response)
{
	struct dis_ctx *ctx = m->ctx;

	m->response = response;
	m->dir = !response           ? EV_DIR_REQUEST
		 : m->mid == NOBODYS ? EV_DIR_NOTIFY
				     : EV_DIR_RESPONSE;
	ctx->client = response ? !ctx->side : ctx->side;
	ctx->client_sure = true;
}

static void
tell(struct smb_msg *m)
{
	struct rd r = m->smb;
	uint16_t command;
	uint32_t flags;
	enum ev_class cls;
	const char *op;
	struct ev *e;

	rd_skip(&r, 8);
	m->status = rd_le32(&r);
	command = rd_le16(&r);
	rd_skip(&r, 2);
	flags = rd_le32(&r);
	rd_skip(&r, 4);
	m->mid = rd_le64(&r);
	rd_skip(&r, SMB2_HEAD - 32);
	turn(m, flags & FLAG_RESPONSE);
	pair(m, command);
	op = smb2_command(command, &cls);
	e = smb_start(m, op, command, cls);
	ev_name(e, SMBF_VERSION, "2");
	if (m->mid != NOBODYS) {
		ev_uint(e, SMBF_MID, m->mid);
	}
	if (flags & FLAG_SIGNED) {
		ev_bool(e, SMBF_SIGNED, true);
	}
	m->ntlm.type = 0;
	if (has_body(m, r, command)) {
		rd_skip(&r, 2);
		body(m, e, r, command);
	}
	dis_emit(m->ctx, e);
	smb_finish(m);
}

bool
smb2(struct smb_msg *m, struct rd *r)
{
	struct rd head = *r;
	uint32_t next;

	if (rd_be32(&head) != 0xfe534d42 || rd_le16(&head) != SMB2_HEAD ||
	    !rd_has(r, SMB2_HEAD)) {
		smb_bad(m, SMB_BAD_CHAIN, r);
		return false;
	}
	rd_skip(&head, 14);
	next = rd_le32(&head);
	if (next != 0 && (next < SMB2_HEAD || next >= rd_left(r))) {
		m->smb = *r;
		tell(m);
		smb_bad(m, SMB_BAD_CHAIN, r);
		return false;
	}
	m->smb = rd_sub(r, next != 0 ? next : rd_left(r));
	tell(m);
	return next != 0 && m->bad == NULL;
}
