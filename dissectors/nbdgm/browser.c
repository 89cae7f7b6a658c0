/*
 * browser: a mailslot's message ([MS-MAIL], 2.2.1: a transaction of SMB that
 * nobody answers), and what the browser service says in its own ([MS-BRWS],
 * 2.2).
 *
 *	 0            4    5       32   33           '- words
 *	+------------+----+-------+----+------------+-------+------------+
 *	| ff S M B   | 25 | ...   | 17 | words (34) | bytes | name 0     |
 *	+------------+----+-------+----+------------+-------+------------+
 *	words  ... data count (22) data offset (24), from ff; ...
 *
 *	 0    1       2           6      22    23    24     28    32
 *	+----+-------+-----------+------+-----+-----+------+-----+---------+
 *	| op | count | period ms | name | maj | min | type | ... | comment |
 *	+----+-------+-----------+------+-----+-----+------+-----+---------+
 *
 * Hosts and local masters announce themselves.  A domain is announced by its
 * master, whose name is the comment, and type and version are not his.  All
 * numbers are little-endian.
 */
#include "dissectors/names.h"
#include "dissectors/nbdgm/nbdgm.h"
#include "dissectors/windows.h"

#define SMB_HEAD_LEN 32
#define SMB_MAGIC    0xff534d42
#define TRANSACTION  0x25
#define WORDS        17
#define BROWSE       "\\MAILSLOT\\BROWSE"
#define NAMES_MAX    64

/* --- the mailslot ----------------------------------------------------------- */

/* Up to the zero that ends it, or to the end. */
static const uint8_t *
text(struct rd *r, size_t *ret_n)
{
	const uint8_t *p = r->p;
	size_t n = 0, left = rd_left(r);

	while (n < left && p[n] != 0) {
		n++;
	}
	*ret_n = n;
	rd_skip(r, n < left ? n + 1 : n);
	return p;
}

static bool
is_browse(const struct nbd_msg *m)
{
	return m->slot_n == sizeof(BROWSE) - 1 &&
	       memcmp(m->slot, BROWSE, m->slot_n) == 0;
}

static const struct command {
	uint8_t code;
	uint8_t dir;
	const char *op;
} commands[] = {
    {NBD_HOST, EV_DIR_NOTIFY, "host_announcement"},
    {NBD_REQUEST, EV_DIR_REQUEST, "announcement_request"},
    {NBD_ELECTION, EV_DIR_NOTIFY, "election"},
    {NBD_GET_BACKUP, EV_DIR_REQUEST, "get_backup_list"},
    {NBD_BACKUP_LIST, EV_DIR_RESPONSE, "get_backup_list"},
    {NBD_BECOME_BACKUP, EV_DIR_NOTIFY, "become_backup"},
    {NBD_DOMAIN, EV_DIR_NOTIFY, "domain_announcement"},
    {NBD_MASTER, EV_DIR_NOTIFY, "master_announcement"},
    {NBD_RESET, EV_DIR_NOTIFY, "reset_state"},
    {NBD_LOCAL_MASTER, EV_DIR_NOTIFY, "local_master_announcement"},
};

static void
read_announcement(struct nbd_msg *m, struct rd r)
{
	struct nbd_announcement a = {0};
	struct rd name;

	rd_skip(&r, 1);
	a.period_ms = rd_le32(&r);
	name = rd_sub(&r, NB_RAW_LEN);
	a.major = rd_u8(&r);
	a.minor = rd_u8(&r);
	a.type = rd_le32(&r);
	rd_skip(&r, 4);
	if (!rd_ok(&r)) {
		nbd_bad(m, NBD_BAD_BROWSER, &m->frame);
		return;
	}
	a.name = text(&name, &a.name_n);
	a.comment = text(&r, &a.comment_n);
	if (a.name_n != 0) {
		m->said = a;
	}
}

static void
read_browser(struct nbd_msg *m, struct rd frame)
{
	const struct command *c = NULL;
	uint8_t code = rd_u8(&frame);

	if (!rd_ok(&frame)) {
		nbd_bad(m, NBD_BAD_BROWSER, &m->frame);
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].code == code) {
			c = &commands[i];
		}
	}
	m->browser = true;
	m->code = code;
	m->cls = EV_CLASS_DISCOVERY;
	m->op = c != NULL ? c->op : "unknown_browser";
	m->dir = c != NULL ? (enum ev_dir)c->dir : EV_DIR_UNKNOWN;
	m->frame = frame;
	if (code == NBD_HOST || code == NBD_LOCAL_MASTER ||
	    code == NBD_DOMAIN) {
		read_announcement(m, frame);
	}
}

void
nbd_mailslot(struct nbd_msg *m, struct rd user)
{
	struct rd r = user, data, look;
	uint32_t magic = rd_be32(&r);
	uint8_t command = rd_u8(&r), words;
	uint16_t data_n, data_at;

	if (magic != SMB_MAGIC || command != TRANSACTION) {
		return; /* not all of them are for mailslots */
	}
	rd_skip(&r, SMB_HEAD_LEN - 5);
	words = rd_u8(&r);
	look = rd_sub(&r, (size_t)words * 2);
	rd_skip(&look, 22);
	data_n = rd_le16(&look);
	data_at = rd_le16(&look);
	rd_skip(&r, 2);
	if (!rd_ok(&r) || words != WORDS) {
		nbd_bad(m, NBD_BAD_MAILSLOT, &user);
		return;
	}
	m->slot = text(&r, &m->slot_n);
	m->op = "mailslot_message";
	data = user;
	rd_skip(&data, data_at);
	data = rd_sub(&data, data_n);
	if (!rd_ok(&data)) {
		nbd_bad(m, NBD_BAD_MAILSLOT, &user);
	} else if (is_browse(m)) {
		m->frame = data;
		read_browser(m, data);
	}
}

/* --- telling --------------------------------------------------------------- */

static const struct name roles[] = {
    {NBD_T_WORKSTATION, "workstation"},
    {NBD_T_SERVER, "server"},
    {0x00000004, "sql_server"},
    {NBD_T_CONTROLLER, "domain_controller"},
    {NBD_T_BACKUP_CONTROLLER, "backup_domain_controller"},
    {0x00000020, "time_source"},
    {0x00000040, "apple_server"},
    {0x00000080, "novell_server"},
    {0x00000100, "domain_member"},
    {NBD_T_PRINT, "print_server"},
    {0x00000400, "dialin_server"},
    {NBD_T_UNIX, "unix"},
    {NBD_T_NT, "nt"},
    {NBD_T_WORKGROUPS, "windows_for_workgroups"},
    {NBD_T_NT_SERVER, "nt_server"},
    {0x00010000, "potential_browser"},
    {0x00020000, "backup_browser"},
    {0x00040000, "master_browser"},
    {0x00080000, "domain_master"},
    {NBD_T_WINDOWS_9X, "windows_9x"},
    {0x00800000, "dfs"},
    {0x02000000, "terminal_server"},
};

static void
put_announcement(struct nbd_msg *m, struct ev *e)
{
	const struct nbd_announcement *a = &m->said;
	bool domain = m->code == NBD_DOMAIN;

	if (a->name == NULL) {
		return;
	}
	ev_bytes(e, domain ? NBDF_DOMAIN : NBDF_SERVER, EV_T_TEXT, a->name,
	    a->name_n);
	ev_uint(e, NBDF_PERIOD, a->period_ms);
	ev_uint(e, NBDF_VERSION_MAJOR, a->major);
	ev_uint(e, NBDF_VERSION_MINOR, a->minor);
	ev_hexnum(e, NBDF_SERVER_TYPE, a->type, 4);
	ev_array(e, NBDF_ROLES);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (a->type & roles[i].number) {
			ev_name(e, EVF_ELEM, roles[i].text);
		}
	}
	ev_end(e);
	if (a->comment_n != 0) {
		ev_bytes(e, domain ? NBDF_MASTER : NBDF_COMMENT, EV_T_TEXT,
		    a->comment, a->comment_n);
	}
}

/* A text to the frame's end; none is no violation. */
static void
put_text(struct ev *e, uint16_t id, struct rd r)
{
	size_t n;
	const uint8_t *p = text(&r, &n);

	if (n != 0) {
		ev_bytes(e, id, EV_T_TEXT, p, n);
	}
}

static void
put_election(struct nbd_msg *m, struct ev *e)
{
	struct rd r = m->frame;
	uint32_t criteria, uptime;

	rd_skip(&r, 1);
	criteria = rd_le32(&r);
	uptime = rd_le32(&r);
	rd_skip(&r, 4);
	if (!rd_ok(&r)) {
		nbd_bad(m, NBD_BAD_BROWSER, &m->frame);
		return;
	}
	ev_hexnum(e, NBDF_CRITERIA, criteria, 4);
	ev_uint(e, NBDF_UPTIME, uptime);
	put_text(e, NBDF_SERVER, r);
}

static void
put_backups(struct nbd_msg *m, struct ev *e)
{
	struct rd r = m->frame;
	uint8_t count = rd_u8(&r);
	uint32_t token = rd_le32(&r);

	if (!rd_ok(&r)) {
		nbd_bad(m, NBD_BAD_BROWSER, &m->frame);
		return;
	}
	ev_hexnum(e, NBDF_TOKEN, token, 4);
	if (m->code == NBD_GET_BACKUP) {
		return;
	}
	ev_array(e, NBDF_NAMES);
	for (; count > 0 && rd_left(&r) > 0; count--) {
		size_t n;
		const uint8_t *p = text(&r, &n);

		ev_bytes(e, EVF_ELEM, EV_T_TEXT, p, n);
	}
	ev_end(e);
	if (count != 0) {
		nbd_bad(m, NBD_BAD_BROWSER, &m->frame);
	}
}

void
nbd_put_browser(struct nbd_msg *m, struct ev *e)
{
	struct rd r = m->frame;

	switch (m->code) {
	case NBD_ELECTION: put_election(m, e); break;
	case NBD_GET_BACKUP:
	case NBD_BACKUP_LIST: put_backups(m, e); break;
	case NBD_REQUEST:
		rd_skip(&r, 1);
		put_text(e, NBDF_SERVER, r);
		break;
	case NBD_BECOME_BACKUP: put_text(e, NBDF_SERVER, r); break;
	case NBD_MASTER: put_text(e, NBDF_MASTER, r); break;
	default: put_announcement(m, e); break;
	}
}

/* --- what follows ----------------------------------------------------------- */

/* Each Windows that shares a folder says server, and print server of a
 * printer: so does what is nothing else. */
static const char *
device_type(uint32_t type)
{
	bool desktop = type & (NBD_T_NT | NBD_T_WORKGROUPS | NBD_T_WINDOWS_9X);

	if (type & (NBD_T_CONTROLLER | NBD_T_BACKUP_CONTROLLER)) {
		return "domain controller";
	}
	if (type & NBD_T_NT_SERVER) {
		return "server";
	}
	if (desktop) {
		return "workstation";
	}
	if (type & NBD_T_PRINT) {
		return "print server";
	}
	return type & NBD_T_SERVER        ? "server"
	       : type & NBD_T_WORKSTATION ? "workstation"
					  : NULL;
}

/*
 * Samba has the version of a Windows that it takes after, and says unix; other
 * such do not say so, but announce as workstation what Windows since 2000
 * announces as file server.
 */
static const char *
os(const struct nbd_msg *m)
{
	const struct nbd_announcement *a = &m->said;
	bool server = a->type & (NBD_T_NT_SERVER | NBD_T_CONTROLLER |
				    NBD_T_BACKUP_CONTROLLER);

	if (a->type & NBD_T_UNIX) {
		return "Unix";
	}
	if (a->type & NBD_T_WINDOWS_9X) {
		return "Windows 95, 98 or Me";
	}
	if (a->type & NBD_T_WORKGROUPS) {
		return "Windows for Workgroups";
	}
	if (!(a->type & (NBD_T_NT | NBD_T_NT_SERVER)) ||
	    (a->major >= 5 && m->from.suffix != NB_FILE_SERVER)) {
		return NULL;
	}
	return windows_name(a->major, a->minor, server);
}

static void
say(struct nbd_msg *m, const char *key, const char *what)
{
	if (what != NULL) {
		dis_identity(m->ctx, PROTO_NBDGM, m->ctx->src, key, EV_T_NAME,
		    what, strlen(what), m->op);
	}
}

/* Announcements go to the master of a workgroup, and masters' to all who
 * elect in one: so their destination is the workgroup's name. */
void
nbd_announced(struct nbd_msg *m)
{
	const struct nbd_announcement *a = &m->said;
	const struct ev_end *who = m->ctx->src;
	const uint8_t *domain = m->to.text;
	size_t n = m->to.n;

	if (m->code == NBD_DOMAIN) {
		domain = a->name;
		n = a->name_n;
	} else {
		say(m, "device_type", device_type(a->type));
		say(m, "os", os(m));
		if (a->comment_n != 0) {
			dis_identity(m->ctx, PROTO_NBDGM, who, "description",
			    EV_T_TEXT, a->comment, a->comment_n, m->op);
		}
	}
	if (m->code != NBD_DOMAIN && ((m->to.suffix != NB_MASTER_BROWSER &&
					  m->to.suffix != NB_ELECTIONS) ||
					 !nb_is_text(&m->to))) {
		return;
	}
	dis_topology(
	    m->ctx, PROTO_NBDGM, who, "member_of", (const char *)domain, n);
	if (m->code != NBD_HOST) {
		dis_topology(m->ctx, PROTO_NBDGM, who, "master_browser_of",
		    (const char *)domain, n);
	}
}
