/*
 * direct: the services that are nearly all of the traffic, read without their
 * tables: ReadProperty (15.5), ReadPropertyMultiple (15.7), WriteProperty
 * (15.9), COV notifications (13.6, 13.7) and subscriptions (13.14).
 *
 * Nothing is judged here: what is in any way unusual is left to the tables,
 * from its beginning.  What is read is what they would make of it
 * (direct_test.c).
 */
#include "dissectors/bacnet/bacnet.h"

/* First octets of tags in a context, 20.2.1. */
#define CTX(num)   ((num) << 4 | 0x08)
#define OID(num)   ((num) << 4 | 0x0c)
#define OPEN(num)  ((num) << 4 | 0x0e)
#define CLOSE(num) ((num) << 4 | 0x0f)

#define APP_ENUM1 0x91 /* an enumeration of one octet */

/* The octet, consumed where it is this one. */
static inline bool
is_next(struct rd *r, uint8_t want)
{
	struct rd look = *r;

	if (rd_u8(&look) != want || !rd_ok(&look)) {
		return false;
	}
	*r = look;
	return true;
}

/* A number of one to four octets in a context. */
static inline bool
number(struct rd *r, uint8_t tag, uint32_t *ret)
{
	struct rd look = *r;

	switch (rd_u8(&look) ^ CTX(tag)) {
	case 1: *ret = rd_u8(&look); break;
	case 2: *ret = rd_be16(&look); break;
	case 3: *ret = rd_be24(&look); break;
	case 4: *ret = rd_be32(&look); break;
	default: return false;
	}
	if (!rd_ok(&look)) {
		return false;
	}
	*r = look;
	return true;
}

static inline bool
object(struct rd *r, uint8_t tag, uint32_t *ret)
{
	if (!is_next(r, OID(tag)) || !rd_has(r, 4)) {
		return false;
	}
	*ret = rd_be32(r);
	return true;
}

/*
 * Application primitives up to a closing tag, which is consumed; anything else
 * is unusual.
 */
static inline bool
primitives(struct rd *r, uint8_t close, struct rd *ret)
{
	struct rd all = *r, look = *r;

	while (rd_ok(&look)) {
		const uint8_t *before = look.p;
		uint8_t first = rd_u8(&look), n = first & 7;

		if (first == close) {
			*ret = rd_sub(&all, (size_t)(before - all.p));
			*r = look;
			return true;
		}
		if (first >= 0xf0 || n > 5 || first & 8) {
			return false;
		}
		if (first >> 4 == BN_BOOL) {
			n = 0; /* its value, as a rule 0 or 1 */
		} else if (n == 5 && (n = rd_u8(&look)) >= 254) {
			return false;
		}
		rd_skip(&look, n);
	}
	return false;
}

/* --- items --------------------------------------------------------------- */

/* NULL when there is no room. */
static inline struct bn_item *
add(struct bn_msg *m, uint32_t oid)
{
	struct bn_item *i;

	if (m->n == BN_ITEMS_MAX) {
		return NULL;
	}
	i = &m->item[m->n++];
	i->has = BN_HAS_OID;
	i->type = (uint16_t)(oid >> 22);
	i->instance = oid & BN_INSTANCES;
	return i;
}

/* A property of the object, and which of its elements; NULL: unusual. */
static inline struct bn_item *
property(struct rd *r, struct bn_msg *m, uint32_t oid, uint8_t tag)
{
	uint32_t v, index;
	struct bn_item *i;

	if (!number(r, tag, &v) || (i = add(m, oid)) == NULL) {
		return NULL;
	}
	i->has |= BN_HAS_PROP;
	i->property = v;
	if (number(r, tag + 1, &index)) {
		i->has |= BN_HAS_INDEX;
		i->index = index;
	}
	return i;
}

static inline bool
valued(struct rd *r, struct bn_item *i, uint8_t close)
{
	i->has |= BN_HAS_VALUE;
	return primitives(r, close, &i->value);
}

/* Class and code, of one octet each. */
static inline bool
failed(struct rd *r, struct bn_item *i)
{
	if (!is_next(r, APP_ENUM1)) {
		return false;
	}
	i->has |= BN_HAS_ERROR;
	i->err_class = rd_u8(r);
	if (!is_next(r, APP_ENUM1)) {
		return false;
	}
	i->err_code = rd_u8(r);
	return is_next(r, CLOSE(5));
}

/* --- services ------------------------------------------------------------ */

static bool
read_request(struct rd *r, struct bn_msg *m)
{
	uint32_t oid;

	return object(r, 0, &oid) && property(r, m, oid, 1) != NULL;
}

static bool
read_ack(struct rd *r, struct bn_msg *m)
{
	struct bn_item *i;
	uint32_t oid;

	return object(r, 0, &oid) && (i = property(r, m, oid, 1)) != NULL &&
	       is_next(r, OPEN(3)) && valued(r, i, CLOSE(3));
}

/* Properties of an object, each with its index, to the closing tag. */
static bool
references(struct rd *r, struct bn_msg *m, uint32_t oid)
{
	struct bn_item *i = NULL;
	struct rd l = *r;

	for (;;) {
		uint8_t first = rd_u8(&l);

		switch (first) {
		case CTX(0) | 1:
		case CTX(0) | 2:
			if ((i = add(m, oid)) == NULL) {
				return false;
			}
			i->has |= BN_HAS_PROP;
			i->property = first & 1 ? rd_u8(&l) : rd_be16(&l);
			break;
		case CTX(1) | 1:
			if (i == NULL || i->has & BN_HAS_INDEX) {
				return false;
			}
			i->has |= BN_HAS_INDEX;
			i->index = rd_u8(&l);
			break;
		case CLOSE(1): *r = l; return i != NULL;
		default: return false; /* the end, too */
		}
	}
}

static bool
read_many_request(struct rd *r, struct bn_msg *m)
{
	uint32_t oid;

	while (rd_left(r) > 0) {
		if (!object(r, 0, &oid) || !is_next(r, OPEN(1)) ||
		    !references(r, m, oid)) {
			return false;
		}
	}
	return true;
}

/* The next property, where the one before it has its result. */
static inline struct bn_item *
result(struct bn_msg *m, uint32_t oid, const struct bn_item *last, uint32_t v)
{
	const unsigned any = BN_HAS_VALUE | BN_HAS_ERROR;
	struct bn_item *i;

	if ((last != NULL && !(last->has & any)) || (i = add(m, oid)) == NULL) {
		return NULL;
	}
	i->has |= BN_HAS_PROP;
	i->property = v;
	return i;
}

/* Properties of an object with their values or errors, to the closing tag. */
static bool
results(struct rd *r, struct bn_msg *m, uint32_t oid)
{
	const unsigned any = BN_HAS_VALUE | BN_HAS_ERROR;
	struct bn_item *i = NULL;
	struct rd l = *r;
	bool good = true;

	while (good) {
		uint8_t first = rd_u8(&l);

		if (first == (CTX(2) | 1)) {
			i = result(m, oid, i, rd_u8(&l));
			good = i != NULL;
		} else if (first == (CTX(2) | 2)) {
			i = result(m, oid, i, rd_be16(&l));
			good = i != NULL;
		} else if (i == NULL) {
			good = false;
		} else if (i->has & any) {
			*r = l;
			return first == CLOSE(1);
		} else if (first == OPEN(4)) {
			good = valued(&l, i, CLOSE(4));
		} else if (first == OPEN(5)) {
			good = failed(&l, i);
		} else {
			good =
			    first == (CTX(3) | 1) && !(i->has & BN_HAS_INDEX);
			i->has |= BN_HAS_INDEX;
			i->index = rd_u8(&l);
		}
	}
	return false;
}

static bool
read_many_ack(struct rd *r, struct bn_msg *m)
{
	uint32_t oid;

	while (rd_left(r) > 0) {
		if (!object(r, 0, &oid) || !is_next(r, OPEN(1)) ||
		    !results(r, m, oid)) {
			return false;
		}
	}
	return true;
}

static bool
write_request(struct rd *r, struct bn_msg *m)
{
	struct bn_item *i;
	uint32_t oid, v;

	if (!object(r, 0, &oid) || (i = property(r, m, oid, 1)) == NULL ||
	    !is_next(r, OPEN(3)) || !valued(r, i, CLOSE(3))) {
		return false;
	}
	if (rd_left(r) > 0) {
		if (!number(r, 4, &v) || v < 1 || v > 16) {
			return false;
		}
		i->has |= BN_HAS_PRIO;
		i->priority = (uint8_t)v;
	}
	return true;
}

static bool
cov_notification(struct rd *r, struct bn_msg *m)
{
	uint32_t process, device, oid, left;

	if (!number(r, 0, &process) || !object(r, 1, &device) ||
	    device >> 22 != BN_OBJ_DEVICE || !object(r, 2, &oid) ||
	    !number(r, 3, &left) || !is_next(r, OPEN(4))) {
		return false;
	}
	ev_uint(&m->args, BNF_PROCESS, process);
	ev_uint(&m->args, BNF_DEVICE, device & BN_INSTANCES);
	ev_uint(&m->args, BNF_TIME_REMAINING, left);
	do {
		struct bn_item *i = property(r, m, oid, 0);

		if (i == NULL || !is_next(r, OPEN(2)) ||
		    !valued(r, i, CLOSE(2))) {
			return false;
		}
	} while (!is_next(r, CLOSE(4)));
	return true;
}

static bool
subscription(struct rd *r, struct bn_msg *m)
{
	uint32_t process, oid, v;

	if (!number(r, 0, &process) || !object(r, 1, &oid)) {
		return false;
	}
	ev_uint(&m->args, BNF_PROCESS, process);
	(void)add(m, oid); /* the first: there is room */
	if (number(r, 2, &v)) {
		if (v > 1) {
			return false;
		}
		ev_bool(&m->args, BNF_CONFIRMED, v != 0);
	}
	if (number(r, 3, &v)) {
		ev_uint(&m->args, BNF_LIFETIME, v);
	}
	return true;
}

typedef bool reader(struct rd *, struct bn_msg *);

static reader *const requests[] = {
    [1] = cov_notification,
    [5] = subscription,
    [12] = read_request,
    [14] = read_many_request,
    [15] = write_request,
};

static reader *
reader_of(const struct bn_pdu *p)
{
	switch (p->type) {
	case BN_CONFIRMED:
		return p->service < sizeof(requests) / sizeof(requests[0])
			   ? requests[p->service]
			   : NULL;
	case BN_UNCONFIRMED: return p->service == 2 ? cov_notification : NULL;
	case BN_COMPLEX_ACK:
		return p->service == 12   ? read_ack
		       : p->service == 14 ? read_many_ack
					  : NULL;
	default: return NULL;
	}
}

bool
bn_direct(struct bn_pdu *p)
{
	reader *read = reader_of(p);
	struct rd r = p->body;

	if (read == NULL || !rd_ok(&r)) {
		return false;
	}
	if (!read(&r, p->m) || rd_left(&r) > 0 || !rd_ok(&r)) {
		p->m->n = 0;
		p->m->args.nfields = 0;
		return false;
	}
	p->body = r;
	return true;
}
