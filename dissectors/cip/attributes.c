/*
 * attributes: values of objects, one after the other, out of every service
 * that carries some ([1] A-4):
 *
 *	get all     reply    value | value ...             in the object's order
 *	get, set single      value
 *	get list    reply    count | id | status | [value] ...
 *	set list    request  count | id | value ...
 *
 * A list says no lengths: where the object is not in attributes.def, only a
 * last value can be told from what follows, because nothing does.
 */
#include "dissectors/cip/cip.h"

#define TYPE_STRING       0xd0 /* [1] C-6.1 */
#define TYPE_STRING2      0xd5
#define TYPE_SHORT_STRING 0xda

enum form {
	FORM_UINT, /* n bytes                                       */
	FORM_SINT,
	FORM_HEX,          /* told as a hex number                          */
	FORM_REVISION,     /* major, minor                                  */
	FORM_SHORT_STRING, /* length (1)                                    */
	FORM_STRING,       /* length (2)                                    */
	FORM_LONG_STRING,  /* length (4)                                    */
	FORM_PADDED,       /* length (2), padded to an even length          */
	FORM_STRINGI,      /* [1] C-5.2.6: in several languages             */
	FORM_UINTS,        /* count (2), that many UINT                     */
	FORM_ARRAY4,       /* n UDINT                                       */
	FORM_PATH,         /* words (2), that many                          */
	FORM_INTERFACE,    /* [2] 5-4.3.2.5                                 */
	FORM_MAC,
	FORM_BYTES, /* n bytes                                       */
	FORM_REST,  /* all that is left                              */
};

struct cip_attribute {
	uint16_t class_id;
	uint8_t id, all, form, n;
	const char *name;
};

static const struct cip_attribute table[] = {
#define A(class_id, id, all, form, n, name) \
	{(class_id), (id), (all), FORM_##form, (n), (name)},
#include "attributes.def"
#undef A
};

#define ROWS (sizeof(table) / sizeof(table[0]))

static const struct cip_attribute *
first_of(uint32_t class_id)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (table[i].class_id == class_id) {
			return &table[i];
		}
	}
	return NULL;
}

static const struct cip_attribute *
find(const struct cip_attribute *row, unsigned id)
{
	uint32_t class_id;

	if (row == NULL) {
		return NULL;
	}
	class_id = row->class_id;
	for (; row < table + ROWS && row->class_id == class_id; row++) {
		if (row->id == id) {
			return row;
		}
	}
	return NULL;
}

/* [1] C-5.2.6: count, then language (3), type, charset (2) and text of each. */
static size_t
stringi_len(struct rd look)
{
	size_t left = rd_left(&look);
	unsigned count = rd_u8(&look);

	for (; count > 0 && rd_ok(&look); count--) {
		uint8_t type;

		rd_skip(&look, 3);
		type = rd_u8(&look);
		rd_skip(&look, 2);
		switch (type) {
		case TYPE_STRING: rd_skip(&look, rd_le16(&look)); break;
		case TYPE_STRING2:
			rd_skip(&look, 2 * (size_t)rd_le16(&look));
			break;
		case TYPE_SHORT_STRING: rd_skip(&look, rd_u8(&look)); break;
		default: rd_fail(&look); break;
		}
	}
	return rd_ok(&look) ? left - rd_left(&look) : SIZE_MAX;
}

/* Length of the value that begins at the reader; SIZE_MAX: cannot be. */
static size_t
length(const struct cip_attribute *a, struct rd look)
{
	size_t n;

	switch (a->form) {
	case FORM_SHORT_STRING: return 1 + (size_t)rd_u8(&look);
	case FORM_STRING: return 2 + (size_t)rd_le16(&look);
	case FORM_LONG_STRING: return 4 + (size_t)rd_le32(&look);
	case FORM_PADDED: n = rd_le16(&look); return 2 + n + n % 2;
	case FORM_STRINGI: return stringi_len(look);
	case FORM_UINTS:
	case FORM_PATH: return 2 + 2 * (size_t)rd_le16(&look);
	case FORM_ARRAY4: return 4 * (size_t)a->n;
	case FORM_INTERFACE:
		rd_skip(&look, 20);
		n = rd_le16(&look);
		return 22 + n + n % 2;
	case FORM_REST: return rd_left(&look);
	default: return a->n;
	}
}

/* --- one after the other -------------------------------------------------- */

void
cip_walk_start(struct cip_walk *w, const struct cip_msg *m, struct rd body)
{
	const struct cip_path *p = &m->path;

	*w = (struct cip_walk){.service = m->service, .body = body};
	if (p->has_class) {
		/* Instance 0 is the class itself. */
		w->row = first_of(
		    p->has_instance && p->instance == 0 ? 0 : p->class_id);
	}
	switch (m->service) {
	case CIP_GET_ALL: w->left = m->request ? 0 : UINT8_MAX; break;
	case CIP_GET_SINGLE:
		w->left = m->request || !p->has_attribute ? 0 : 1;
		break;
	case CIP_SET_SINGLE:
		w->left = !m->request || !p->has_attribute ? 0 : 1;
		break;
	case CIP_GET_LIST:
	case CIP_SET_LIST:
		if (m->request == (m->service == CIP_SET_LIST)) {
			w->left = rd_le16(&w->body);
			w->list = true;
		}
		break;
	default: break;
	}
	w->id = p->attribute;
}

/* In the order of the table, those that are given. */
static const struct cip_attribute *
next_of_all(struct cip_walk *w)
{
	const struct cip_attribute *a = w->row;

	if (a == NULL || !a->all) {
		return NULL;
	}
	w->row =
	    a + 1 < table + ROWS && a[1].class_id == a->class_id ? a + 1 : NULL;
	w->id = a->id;
	return a;
}

/* Where nothing says how long it is, a value is the last that is told. */
static bool
is_open(const struct cip_walk *w, const struct cip_attribute *a)
{
	return w->left != 0 && (a == NULL || a->form == FORM_REST);
}

bool
cip_walk_next(struct cip_walk *w, struct cip_value *v)
{
	struct rd at = w->body;
	size_t n;

	*v = (struct cip_value){.bytes = rd_make(NULL, 0)};
	if (w->left == 0 || rd_left(&at) == 0) {
		return false;
	}
	w->left--;
	if (w->list) {
		w->id = rd_le16(&at);
		v->status = w->service == CIP_GET_LIST ? rd_le16(&at) : 0;
	}
	v->attribute =
	    w->service == CIP_GET_ALL ? next_of_all(w) : find(w->row, w->id);
	v->id = w->id;
	if (!rd_ok(&at) || (w->service == CIP_GET_ALL && !v->attribute)) {
		w->left = 0;
		return false;
	}
	if (v->status != 0) {
		w->body = at;
		return true;
	}
	if (is_open(w, v->attribute) && w->list) {
		w->left = 0;
		w->body = at;
		v->open = true;
		return true;
	}
	n = v->attribute != NULL ? length(v->attribute, at) : rd_left(&at);
	if (n > rd_left(&at)) {
		w->left = 0;
		return false;
	}
	v->bytes = rd_sub(&at, n);
	w->body = at;
	return true;
}

bool
cip_take_value(
    uint32_t class_id, unsigned id, struct rd *r, struct cip_value *v)
{
	const struct cip_attribute *a = find(first_of(class_id), id);
	size_t n = a != NULL ? length(a, *r) : SIZE_MAX;

	if (n > rd_left(r)) {
		return false;
	}
	*v =
	    (struct cip_value){.id = id, .attribute = a, .bytes = rd_sub(r, n)};
	return true;
}

/* --- telling -------------------------------------------------------------- */

/* UDINT here, but an address for all that; [2] 5-4.3.2.5 */
static void
tell_ip(struct cip_msg *m, struct ev *e, uint16_t id, struct rd *r)
{
	uint32_t ip = rd_le32(r);
	uint8_t *room = m->ips + m->ips_n;

	if (!rd_ok(r) || (size_t)m->ips_n + 4 > sizeof(m->ips)) {
		return;
	}
	m->ips_n += 4;
	room[0] = (uint8_t)(ip >> 24);
	room[1] = (uint8_t)(ip >> 16);
	room[2] = (uint8_t)(ip >> 8);
	room[3] = (uint8_t)ip;
	ev_bytes(e, id, EV_T_IP, room, 4);
}

static void
tell_interface(struct cip_msg *m, struct ev *e, struct rd r)
{
	size_t n;

	ev_object(e, EVF_VALUE);
	tell_ip(m, e, CIPF_IP, &r);
	tell_ip(m, e, CIPF_NETMASK, &r);
	tell_ip(m, e, CIPF_GATEWAY, &r);
	tell_ip(m, e, CIPF_DNS, &r);
	tell_ip(m, e, CIPF_DNS_2, &r);
	n = rd_le16(&r);
	if (n != 0 && rd_has(&r, n)) {
		ev_bytes(e, CIPF_DOMAIN, EV_T_LATIN1, rd_bytes(&r, n), n);
	}
	ev_end(e);
}

static uint64_t
number(struct rd *r, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		v |= (uint64_t)rd_u8(r) << 8 * i;
	}
	return v;
}

static void
tell_array(struct ev *e, struct rd r, size_t size)
{
	ev_array(e, EVF_VALUE);
	for (unsigned i = 0; i < CIP_ELEMENTS_MAX && rd_has(&r, size); i++) {
		ev_uint(e, EVF_ELEM, number(&r, size));
	}
	ev_end(e);
}

struct rd
cip_text_of(const struct cip_value *v)
{
	struct rd r = v->bytes;
	size_t n;

	switch (v->attribute != NULL ? v->attribute->form : FORM_REST) {
	case FORM_SHORT_STRING: n = rd_u8(&r); break;
	case FORM_STRING:
	case FORM_PADDED: n = rd_le16(&r); break;
	case FORM_LONG_STRING: n = rd_le32(&r); break;
	case FORM_STRINGI:
		/* Count, language (3), type, charset (2), text; the first. */
		rd_skip(&r, 4);
		n = rd_u8(&r);
		rd_skip(&r, 2);
		n = n == TYPE_SHORT_STRING ? rd_u8(&r)
		    : n == TYPE_STRING     ? rd_le16(&r)
					   : 0;
		break;
	default: n = 0; break;
	}
	r = rd_sub(&r, n);
	return rd_ok(&r) ? r : rd_make(NULL, 0);
}

static void
tell_value(struct cip_msg *m, struct ev *e, const struct cip_value *v)
{
	const struct cip_attribute *a = v->attribute;
	struct rd r = v->bytes, text;
	size_t n = rd_left(&r);

	switch (a != NULL ? a->form : FORM_REST) {
	case FORM_UINT: ev_uint(e, EVF_VALUE, number(&r, n)); break;
	case FORM_SINT: ev_int(e, EVF_VALUE, (int64_t)number(&r, n)); break;
	case FORM_HEX:
		ev_hexnum(e, EVF_VALUE, number(&r, n), (unsigned)n);
		break;
	case FORM_REVISION: tell_array(e, r, 1); break;
	case FORM_SHORT_STRING:
	case FORM_STRING:
	case FORM_LONG_STRING:
	case FORM_PADDED:
	case FORM_STRINGI:
		text = cip_text_of(v);
		n = rd_left(&text);
		ev_bytes(e, EVF_VALUE, EV_T_LATIN1, rd_bytes(&text, n), n);
		break;
	case FORM_UINTS:
		rd_skip(&r, 2);
		tell_array(e, r, 2);
		break;
	case FORM_ARRAY4: tell_array(e, r, 4); break;
	case FORM_INTERFACE: tell_interface(m, e, r); break;
	case FORM_MAC: ev_bytes(e, EVF_VALUE, EV_T_MAC, r.p, n); break;
	default:
		if (n != 0) {
			ev_bytes(e, EVF_VALUE, EV_T_HEX, r.p, n);
		}
		break;
	}
}

/* Of an object that is not known the bytes say as much. */
static bool
is_worth_telling(const struct cip_walk *w)
{
	if (w->left == 0) {
		return false;
	}
	if (w->list) {
		return w->row != NULL || w->left == 1;
	}
	return w->service == CIP_GET_ALL ? w->row != NULL && w->row->all
					 : find(w->row, w->id) != NULL;
}

void
cip_tell_values(struct cip_msg *m, struct ev *e, struct cip_walk w)
{
	struct cip_value v;
	unsigned told = 0;

	m->body = w.body;
	if (!is_worth_telling(&w)) {
		return;
	}
	ev_array(e, CIPF_ATTRIBUTE_VALUES);
	while (told++ < CIP_ELEMENTS_MAX && cip_walk_next(&w, &v)) {
		ev_object(e, EVF_ELEM);
		ev_uint(e, CIPF_OF_ATTRIBUTE, v.id);
		if (v.attribute != NULL) {
			ev_name(e, EVF_NAME, v.attribute->name);
		}
		if (v.status != 0) {
			ev_uint(e, CIPF_OF_STATUS, v.status);
		} else if (!v.open) {
			tell_value(m, e, &v);
		}
		ev_end(e);
	}
	ev_end(e);
	m->body = w.body;
}
