/*
 * files: file transfer, group 70; IEEE 1815-2012 4.4, A (g70).
 *
 *	v2 authentication   v3 command      v4 command status
 *	v5 transport        v6 transport status
 *	v7 descriptor       v8 specification
 *
 * A directory is read like a file, whose content is a descriptor for each of
 * its files, one behind the other, wherever the blocks end.
 *
 * A transfer begins with the good answer to an open, goes on with each block
 * and ends with the last one, a close or an abort.  The answer does not repeat
 * the name: it is kept for the outstation, then with the handle.
 */
#include <string.h>

#include "dissectors/dnp3/dnp3.h"

enum { MODE_READ = 1, MODE_WRITE = 2, MODE_APPEND = 3 };
enum { FC_WRITE = 2, FC_OPEN = 25, FC_CLOSE = 26, FC_ABORT = 30 };
#define LAST_BLOCK 0x80000000u

/* What an object of group 70 says, as far as it says it. */
struct file {
	bool has_name, has_handle, has_block, has_status, has_size, has_mode;
	bool has_user, is_short, is_refused;
	uint8_t var, status;
	uint16_t mode;
	uint32_t handle, block, size;
	struct rd name, user, data;
};

/* Text at an offset from the object's first octet. */
static struct rd
text_at(struct rd object, uint16_t off, uint16_t len)
{
	rd_skip(&object, off);
	return rd_sub(&object, len);
}

static void
read_command(struct file *x, struct rd object)
{
	struct rd r = object;
	uint16_t off = rd_le16(&r), len = rd_le16(&r);

	rd_skip(&r, 6 + 2 + 4); /* creation, permissions, authentication key */
	x->size = rd_le32(&r);
	x->mode = rd_le16(&r);
	rd_skip(&r, 4); /* largest block, request id */
	x->has_size = x->has_mode = rd_ok(&r);
	x->name = text_at(object, off, len);
	x->has_name = rd_ok(&x->name);
	x->is_short = !rd_ok(&r) || !x->has_name;
}

static void
read_descriptor(struct file *x, struct rd object)
{
	struct rd r = object;
	uint16_t off = rd_le16(&r), len = rd_le16(&r);

	rd_skip(&r, 2); /* type */
	x->size = rd_le32(&r);
	x->has_size = rd_ok(&r);
	x->name = text_at(object, off, len);
	x->has_name = rd_ok(&x->name);
	x->is_short = !rd_ok(&r) || !x->has_name;
}

/* Name and password, where each of them is, and the key that is given. */
static void
read_login(struct file *x, struct rd object)
{
	struct rd r = object;
	uint16_t off = rd_le16(&r), len = rd_le16(&r);

	rd_skip(&r, 4); /* of the password */
	x->is_refused = rd_le32(&r) == 0 && rd_ok(&r);
	x->user = text_at(object, off, len);
	x->has_user = rd_ok(&x->user) && len > 0;
}

static void
read_status(struct file *x, struct rd r)
{
	x->handle = rd_le32(&r);
	if (x->var == 4) {
		x->size = rd_le32(&r);
		rd_skip(&r, 4); /* largest block, request id */
		x->has_size = true;
	} else {
		x->block = rd_le32(&r);
		x->has_block = true;
	}
	x->has_handle = rd_ok(&r);
	x->has_size &= rd_ok(&r);
	x->has_block &= rd_ok(&r);
	x->has_status = rd_left(&r) > 0;
	x->status = rd_left(&r) > 0 ? rd_u8(&r) : 0;
	x->is_short = !x->has_handle;
}

static void
read_file(struct file *x, const struct dn_item *it)
{
	struct rd r = it->data;

	*x = (struct file){.var = it->var};
	switch (it->var) {
	case 2: read_login(x, r); break;
	case 3: read_command(x, r); break;
	case 4:
	case 6: read_status(x, r); break;
	case 5:
		x->handle = rd_le32(&r);
		x->block = rd_le32(&r);
		x->has_handle = x->has_block = rd_ok(&r);
		x->is_short = !x->has_block;
		x->data = rd_rest(&r);
		break;
	case 7: read_descriptor(x, r); break;
	case 8:
		x->name = r;
		x->has_name = true;
		break;
	default: break;
	}
}

static const char *
status_name(uint8_t s)
{
	static const char *const names[] = {"success", "permission_denied",
	    "invalid_mode", "file_not_found", "file_locked",
	    "too_many_open_files", "invalid_handle", "block_size_negotiation",
	    "comm_lost", "cannot_abort"};

	if (s < sizeof(names) / sizeof(names[0])) {
		return names[s];
	}
	return s == 16   ? "file_not_open"
	       : s == 17 ? "file_handle_expired"
	       : s == 18 ? "buffer_overrun"
	       : s == 19 ? "fatal_error"
	       : s == 20 ? "block_sequence"
			 : "file_status";
}

static struct dn_file *
find(struct dn_frag *f, uint32_t handle)
{
	uint16_t addr = dn_is_response(f) ? f->link->src : f->link->dst;

	for (int i = 0; i < DN_FILES; i++) {
		struct dn_file *k = &f->st->file[i];

		if (k->used && k->handle == handle && k->addr == addr) {
			return k;
		}
	}
	return NULL;
}

/* --- directories ---------------------------------------------------------- */

#define FILE_TYPES  2      /* directory, simple file */
#define PERMISSIONS 0x01ff /* read, write, execute, for three */
#define NAME_LONG   255

struct entry {
	uint16_t name_len, type;
	uint32_t size;
	uint64_t time;
};

/* False: octets that no descriptor begins with. */
static bool
read_entry(struct entry *x, struct rd r)
{
	unsigned off = rd_le16(&r), permissions;

	x->name_len = rd_le16(&r);
	x->type = rd_le16(&r);
	x->size = rd_le32(&r);
	x->time = rd_le32(&r);
	x->time |= (uint64_t)rd_le16(&r) << 32;
	permissions = rd_le16(&r);
	return rd_ok(&r) && off == DN_ENTRY && x->name_len > 0 &&
	       x->name_len <= NAME_LONG && x->type < FILE_TYPES &&
	       (permissions & ~PERMISSIONS) == 0;
}

static void
tell_entry(struct ev *e, const struct entry *x, struct rd name)
{
	if ((unsigned)e->nfields + 32 > e->max_fields) {
		return;
	}
	ev_object(e, EVF_ELEM);
	ev_bytes(e, DNF_NAME, EV_T_TEXT, name.p, rd_left(&name));
	if (rd_left(&name) < x->name_len) {
		ev_bool(e, DNF_CUT, true);
	}
	ev_uint(e, DNF_TYPE, x->type);
	ev_uint(e, DNF_SIZE, x->size);
	ev_uint(e, DNF_TIME, x->time);
	ev_end(e);
}

/* The next descriptor's octets before its name; false: not all are there. */
static bool
next_head(struct dn_file *k, struct rd *data, uint8_t head[DN_ENTRY])
{
	size_t had = k->npart, n = DN_ENTRY - had;

	if (!rd_has(data, n)) {
		size_t left = rd_left(data);

		rd_copy(data, k->part + had, left);
		k->npart = (uint8_t)(had + left);
		return false;
	}
	memcpy(head, k->part, had);
	rd_copy(data, head + had, n);
	k->npart = 0;
	return true;
}

/*
 * Entries of a block.  What was opened is a directory when all of what is read
 * of it are descriptors, from the first block on.
 */
static void
directory(struct dn_frag *f, struct ev *e, const struct file *x)
{
	struct dn_file *k = find(f, x->handle);
	struct rd data = x->data;
	uint8_t head[DN_ENTRY];
	uint16_t before = e->nfields;
	struct entry one;

	if (k == NULL || k->dir == DN_DIR_NO || k->mode != MODE_READ ||
	    (k->dir == DN_DIR_UNKNOWN && (x->block & ~LAST_BLOCK) != 0)) {
		return;
	}
	if (k->skip > 0) {
		size_t n = k->skip < rd_left(&data) ? k->skip : rd_left(&data);

		rd_skip(&data, n);
		k->skip -= (uint16_t)n;
	}
	ev_array(e, DNF_ENTRIES);
	while (rd_left(&data) > 0 && next_head(k, &data, head)) {
		size_t n = rd_left(&data);

		if (!read_entry(&one, rd_make(head, sizeof(head)))) {
			k->dir = DN_DIR_NO;
			break;
		}
		k->dir = DN_DIR_YES;
		n = n < one.name_len ? n : one.name_len;
		tell_entry(e, &one, rd_sub(&data, n));
		k->skip = (uint16_t)(one.name_len - n);
	}
	if (e->nfields == before + 1) {
		e->nfields = before;
	} else {
		ev_end(e);
	}
}

/* --- the operation --------------------------------------------------------- */

struct teller {
	struct ev *e;
	bool told;
};

static void
tell(struct dn_frag *f, struct ev *e, const struct file *x)
{
	uint16_t before = e->nfields;

	ev_object(e, DNF_FILE);
	if (x->has_name) {
		ev_bytes(e, DNF_NAME, EV_T_TEXT, x->name.p, rd_left(&x->name));
	}
	if (x->has_handle) {
		ev_uint(e, DNF_HANDLE, x->handle);
	}
	if (x->has_block) {
		ev_uint(e, DNF_BLOCK, x->block & ~LAST_BLOCK);
		ev_bool(e, DNF_LAST, x->block & LAST_BLOCK);
	}
	if (x->has_size) {
		ev_uint(e, DNF_SIZE, x->size);
	}
	if (x->has_mode) {
		ev_uint(e, DNF_MODE, x->mode);
	}
	if (x->has_status) {
		ev_uint(e, DNF_STATUS, x->status);
	}
	if (x->has_user) {
		ev_bytes(e, DNF_USER, EV_T_TEXT, x->user.p, rd_left(&x->user));
	}
	if (x->var == 5 && x->has_block && dn_is_response(f) && !f->cut) {
		directory(f, e, x);
	}
	if (e->nfields == before + 1) {
		e->nfields = before;
		return;
	}
	ev_end(e);
}

struct rd
dn_file_name(const struct dn_item *it)
{
	struct file x = {.has_name = false};

	if (it->group == 70 && rd_left(&it->data) > 0) {
		read_file(&x, it);
	}
	return x.has_name ? x.name : rd_make(NULL, 0);
}

/* Room for a file of the outstation that is asked. */
static struct dn_file *
make(struct dn_frag *f, uint16_t addr)
{
	struct dn_file *k = &f->st->file[f->st->next_file];

	f->st->next_file = (uint8_t)((f->st->next_file + 1) % DN_FILES);
	*k = (struct dn_file){.addr = addr};
	return k;
}

/* What the answer to an open does not repeat. */
static void
ask(struct dn_frag *f, const struct file *x)
{
	struct dn_file *k = make(f, f->link->dst);
	struct rd name = x->name;
	size_t n = rd_left(&name);

	k->mode = (uint8_t)(x->mode & 3);
	k->len = (uint8_t)(n < DN_NAME ? n : DN_NAME);
	rd_copy(&name, k->name, k->len);
}

/* The first object is the operation's; there is hardly ever a second one. */
static void
visit(struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct teller *t = arg;
	struct file x;

	if (header || it->group != 70 || t->told) {
		return;
	}
	read_file(&x, it);
	tell(f, t->e, &x);
	t->told = true;
	if (x.is_short && it->data.p != NULL) {
		dn_bad(f, DN_BAD_FILE, it->data.p);
	}
	if (x.has_status && x.status != 0 && t->e->status != NULL) {
		t->e->status = status_name(x.status);
	}
	if (x.has_name && x.has_mode && f->fc == FC_OPEN && !f->cut) {
		ask(f, &x);
	}
}

void
dn_tell_file(struct dn_frag *f, struct ev *e)
{
	struct teller t = {.e = e};

	if (f->has_file) {
		dn_walk(f, visit, &t);
	}
}

/* --- transfers ----------------------------------------------------------- */

static void
emit(struct dn_frag *f, const char *phase, uint8_t mode,
    const struct dn_file *k, uint32_t bytes)
{
	struct ev *e = dis_event(f->ctx, EV_TRANSFER, PROTO_DNP3, f->dir);

	ev_name(e, EVF_PHASE, phase);
	if (mode != 0) {
		ev_name(e, EVF_DIRECTION,
		    mode == MODE_READ ? "from_device" : "to_device");
	}
	if (k != NULL && k->len != 0) {
		ev_bytes(e, EVF_NAME, EV_T_TEXT, k->name, k->len);
	}
	if (bytes != 0) {
		ev_uint(e, EVF_BYTES, bytes);
	}
	dis_emit(f->ctx, e);
}

static void
begin(struct dn_frag *f, const struct file *x)
{
	for (int i = 0; i < DN_FILES; i++) {
		struct dn_file *k = &f->st->file[i];

		if (!k->used && k->mode != 0 && k->addr == f->link->src) {
			k->handle = x->handle;
			k->used = true;
			emit(f, "begin", k->mode, k, 0);
			return;
		}
	}
}

static void
end(struct dn_frag *f, const struct file *x)
{
	struct dn_file *k = find(f, x->handle);

	if (k != NULL) {
		emit(f, "end", k->mode, k, k->bytes);
		k->used = false;
		k->mode = 0;
	}
}

static void
progress(struct dn_frag *f, const struct file *x)
{
	uint8_t mode = dn_is_response(f) ? MODE_READ : MODE_WRITE;
	struct dn_file *k = find(f, x->handle);
	uint32_t n = (uint32_t)rd_left(&x->data);

	if (k != NULL) {
		k->bytes += n;
		n = k->bytes;
	}
	emit(f, x->block & LAST_BLOCK ? "end" : "progress", mode, k, n);
	if (x->block & LAST_BLOCK && k != NULL) {
		k->used = false;
		k->mode = 0;
	}
}

/* The answer has a key for what follows, or none (0) when it is refused. */
static void
log_in(struct dn_frag *f, const struct file *x)
{
	bool refused = dn_is_response(f);
	struct ev *e;

	if (refused ? !x->is_refused : !x->has_user) {
		return;
	}
	e = dis_event(f->ctx, EV_AUTH, PROTO_DNP3, f->dir);
	ev_name(e, EVF_ACTION, refused ? "fail" : "login");
	if (x->has_user) {
		ev_bytes(e, EVF_USER, EV_T_TEXT, x->user.p, rd_left(&x->user));
	}
	dis_emit(f->ctx, e);
}

/* The good answer to an open, a close or an abort. */
static void
answered(struct dn_frag *f, const struct file *x)
{
	uint8_t asked = f->paired ? f->wait.fc : 0;

	if (!x->has_handle || !x->has_status || x->status != 0) {
		return;
	}
	if (asked == FC_OPEN) {
		begin(f, x);
	} else if (asked == FC_CLOSE || asked == FC_ABORT) {
		end(f, x);
	}
}

static void
visit_transfer(
    struct dn_frag *f, const struct dn_item *it, bool header, void *arg)
{
	struct file x;

	(void)arg;
	if (header || it->group != 70) {
		return;
	}
	read_file(&x, it);
	if (it->var == 2) {
		log_in(f, &x);
	} else if (it->var == 4 && dn_is_response(f)) {
		answered(f, &x);
	} else if (it->var == 5 && x.has_block &&
		   (dn_is_response(f) || f->fc == FC_WRITE)) {
		progress(f, &x);
	}
}

void
dn_transfers(struct dn_frag *f)
{
	if (f->has_file) {
		dn_walk(f, visit_transfer, NULL);
	}
}
