/*
 * object: what an operation is about, from the roles in its protocol's field
 * table (event.h); no protocol is known here by name.
 *
 * Two conventions of events.md are used beside the roles.  Operations are
 * named verb_object ("read_holding_registers"), so what is left without the
 * verb names the address space.  And a second range in one operation has a w
 * before its fields' names (waddr, wqty).
 */
#include <string.h>

#include "base/rd.h"
#include "store/store_priv.h"
#include "store/text.h"

/* Words of an op that say what is done, not to what. */
static bool
is_verb(const char *s, size_t n)
{
	static const char *const verbs[] = {"read", "write", "single",
	    "multiple", "mask", "get", "set", "force", "preset"};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strlen(verbs[i]) == n && memcmp(verbs[i], s, n) == 0) {
			return true;
		}
	}
	return false;
}

/* The op without its verbs, words apart by sep. */
static void
noun(const char *op, char sep, char *buf, size_t size)
{
	size_t n = 0;

	while (*op != '\0') {
		size_t len = strcspn(op, "_");

		if (!is_verb(op, len) && n + len + 2 < size) {
			if (n != 0) {
				buf[n++] = sep;
			}
			memcpy(buf + n, op, len);
			n += len;
		}
		op += len + (op[len] == '_');
	}
	buf[n] = '\0';
}

/*
 * "register" for what reads and for what writes holding registers: a thing
 * that is only called "holding" where the other kind must be told apart.
 */
static void
space_of(const char *op, char *buf, size_t size)
{
	static const char holding[] = "holding_";
	size_t n;

	noun(op, '_', buf, size);
	n = strlen(buf);
	if (n > 1 && buf[n - 1] == 's') {
		buf[n - 1] = '\0';
	}
	if (strncmp(buf, holding, sizeof(holding) - 1) == 0) {
		memmove(buf, buf + sizeof(holding) - 1,
		    strlen(buf) - sizeof(holding) + 2);
	}
}

static bool
whole_number(const struct ev_field *f, int64_t *ret)
{
	if ((f->type != EV_T_UINT && f->type != EV_T_HEXNUM) ||
	    f->u > INT64_MAX / 2) {
		return false;
	}
	*ret = (int64_t)f->u;
	return true;
}

/* A single number, alone or the only element. */
static bool
lone_number(const struct ev_field *f, double *ret)
{
	struct rd r;

	switch (f->type) {
	case EV_T_UINT:
	case EV_T_BOOL:
	case EV_T_HEXNUM: *ret = (double)f->u; return true;
	case EV_T_INT: *ret = (double)f->i; return true;
	case EV_T_DOUBLE: *ret = f->d; return f->d == f->d;
	case EV_T_REGS:
		r = rd_make(f->p, f->len);
		*ret = rd_be16(&r);
		return rd_ok(&r) && rd_left(&r) == 0;
	case EV_T_BITS:
		r = rd_make(f->p, (f->len + 7) / 8);
		*ret = rd_u8(&r) & 1;
		return rd_ok(&r) && f->len == 1;
	default: return false;
	}
}

static void
take_range(struct object *o, uint8_t role, const char *name, int64_t v)
{
	if (role == EV_R_ADDR && o->ranges == 0) {
		o->ranges = 1;
		o->lo[0] = o->hi[0] = v;
	} else if (role == EV_R_QTY && o->ranges == 1 && v > 0) {
		o->hi[0] = o->lo[0] + v - 1;
	} else if (strcmp(name, "waddr") == 0 && o->ranges == 1) {
		o->ranges = 2;
		o->lo[1] = o->hi[1] = v;
	} else if (strcmp(name, "wqty") == 0 && o->ranges == 2 && v > 0) {
		o->hi[1] = o->lo[1] + v - 1;
	}
}

static bool
is_key(uint8_t role)
{
	return role == EV_R_KEY || role == EV_R_NAME || role == EV_R_ADDR ||
	       role == EV_R_QTY;
}

/* What does not fit any more gives way to its hash: keys stay exact. */
static void
put_key(struct text *t, const char *name, const char *value)
{
	char folded[OBJECT_MAX];

	if (t->n + strlen(name) + strlen(value) + 3 > t->size) {
		(void)text_fit(folded, sizeof(folded), t->buf, t->n);
		text_start(t, t->buf, t->size);
		text_put(t, folded);
	}
	text_put(t, t->n != 0 ? " " : "");
	text_put(t, name);
	text_put(t, name[0] != '\0' ? "=" : "");
	text_put(t, value);
}

/* A summary in words needs no name; of one thing it is the one that the
 * thing's own values have. */
static const char *
bare(const char *name)
{
	return strcmp(name, "about") != 0 ? name : "";
}

static void
take_value(struct object *o, const struct ev *e, const struct ev_field *f)
{
	(void)field_print(e, f, o->value, sizeof(o->value));
	o->has_number = lone_number(f, &o->number);
}

/* What something is set to may stand in a list of objects. */
static void
take_listed_value(struct object *o, const struct ev *e)
{
	bool sets = e->kind == EV_OPERATION && e->dir != EV_DIR_RESPONSE &&
		    (e->cls == EV_CLASS_WRITE || e->cls == EV_CLASS_CONTROL);
	const struct ev_field *f;

	f = sets && o->value[0] == '\0' ? field_lone_value(e) : NULL;
	if (f != NULL) {
		take_value(o, e, f);
	}
}

void
object_of(const struct ev *e, const struct ev_sub *sub, struct object *o)
{
	char part[OBJECT_MAX], whole[2 * EV_NAME_MAX + 2 * OBJECT_MAX];
	const struct ev_field *f;
	struct text t;
	const char *name;
	uint8_t role;
	size_t at = 0;

	memset(o, 0, sizeof(*o));
	if (sub != NULL && sub->kind != EV_SUB_NONE) {
		(void)text_sub(sub, o->sub, sizeof(o->sub));
	}
	if (e->op != NULL) {
		space_of(e->op, o->space, sizeof(o->space));
	}
	text_start(&t, whole, sizeof(whole));
	while ((f = field_next(e, &at, &role, &name)) != NULL) {
		int64_t v;

		if (is_key(role)) {
			(void)field_print(e, f, part, sizeof(part));
			put_key(&t, bare(name), part);
			if (whole_number(f, &v)) {
				take_range(o, role, name, v);
			}
		} else if (f->id == EVF_OBJECT) {
			(void)field_print(e, f, part, sizeof(part));
			put_key(&t, "", part);
		} else if ((role == EV_R_VALUES || f->id == EVF_VALUE) &&
			   o->value[0] == '\0') {
			take_value(o, e, f);
		}
	}
	(void)text_fit(o->text, sizeof(o->text), whole, t.n);
	take_listed_value(o, e);
}

bool
object_point(const struct ev *e, char *buf, size_t size)
{
	const struct ev_field *f;
	const char *name;
	uint8_t role;
	size_t at = 0;

	while ((f = field_next(e, &at, &role, &name)) != NULL) {
		if (role == EV_R_NAME || role == EV_R_POINT) {
			(void)field_print(e, f, buf, size);
			return true;
		}
	}
	return false;
}

size_t
object_words(const struct ev *e, const struct object *o, char *buf, size_t size)
{
	char what[EV_NAME_MAX];
	struct text t;

	if (object_point(e, buf, size)) {
		return strlen(buf);
	}
	text_start(&t, buf, size);
	if (e->op == NULL || o->ranges == 0) {
		text_put(&t, o->text);
		return t.n;
	}
	noun(e->op, ' ', what, sizeof(what));
	for (int i = 0; i < o->ranges; i++) {
		text_put(&t, i != 0 ? ", " : "");
		text_put(&t, what);
		text_put(&t, what[0] != '\0' ? " " : "");
		text_put_uint(&t, (uint64_t)o->lo[i]);
		if (o->hi[i] != o->lo[i]) {
			text_put(&t, " to ");
			text_put_uint(&t, (uint64_t)o->hi[i]);
		}
	}
	if (o->sub[0] != '\0') {
		text_put(&t, " (");
		text_put(&t, o->sub);
		text_put(&t, ")");
	}
	return t.n;
}
