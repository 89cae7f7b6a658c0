/*
 * multiple: Execute Multiple Commands (0F/88), the way in which one message
 * carries several functions of command 0F.
 *
 *	request  count | length | function | data | length | function | data ...
 *	reply    count | length | status | data | length | status | data ...
 *
 * A length counts its function code, or its status.  [D] does not describe any
 * of this: the request's form is what tshark reads, the reply's is its mirror,
 * and no capture at hand has one.  So a reply is taken apart only where it
 * proves its form: as many parts as were asked for, which fill it to its last
 * byte, and of each that was read as many bytes as that should have.  Others
 * stay bytes.
 *
 * What was asked is kept until the reply, under the message's key, since a part
 * of the reply does not say what it answers.
 *
 * The functions are told as an array; the class of the message is that of the
 * one that changes most, so that no write hides in here.
 */
#include "dissectors/cip/cip.h"
#include "dissectors/pccc/pccc.h"

/* What changes more, in ascending order. */
static unsigned
weight(enum ev_class cls)
{
	switch (cls) {
	case EV_CLASS_DIAGNOSTIC: return 1;
	case EV_CLASS_READ: return 2;
	case EV_CLASS_SESSION: return 3;
	case EV_CLASS_WRITE: return 4;
	case EV_CLASS_CONFIG: return 5;
	case EV_CLASS_CONTROL: return 6;
	case EV_CLASS_PROGRAM: return 7;
	default: return 0;
	}
}

/* The next function, as a message of its own; false where there is none. */
static bool
next(const struct pccc_msg *m, struct rd *r, struct pccc_msg *ret)
{
	size_t n = rd_u8(r);
	struct rd piece = rd_sub(r, n);

	if (!rd_ok(&piece) || n == 0) {
		return false;
	}
	*ret = (struct pccc_msg){.ctx = m->ctx,
	    .start = m->start,
	    .len = m->len,
	    .request = true,
	    .cmd = m->cmd,
	    .fnc = rd_u8(&piece),
	    .has_fnc = true,
	    .text = m->text};
	ret->body = piece;
	ret->command = pccc_command(ret->cmd, ret->fnc);
	ret->wait.cmd = ret->cmd;
	ret->wait.fnc = ret->fnc;
	return true;
}

/* --- what was asked --------------------------------------------------------- */

#define ASKED_PART 176 /* bytes that one entry of shared state has */
#define ASKED_MAX  2   /* entries: more than a message has */

struct asked {
	uint8_t n;
	uint8_t bytes[ASKED_PART];
};

_Static_assert(sizeof(struct asked) <= 192, "more than is shared");
_Static_assert(ASKED_MAX *ASKED_PART <= PCCC_ASKED_MAX, "no room");

#define KEY_LEN 10

/* Other flows' exchanges may have the same key. */
static void
make_key(const struct pccc_msg *m, uint8_t no, uint8_t ret[KEY_LEN])
{
	const struct ev_end *end[2] = {m->ctx->src, m->ctx->dst};
	uint64_t hash = m->key;

	for (int i = 0; i < 2; i++) {
		const struct ev_end *e = end[m->request ? i : 1 - i];

		hash = cip_mix(hash, e->port);
		hash = cip_mix_bytes(
		    hash, e->ip.a, e->ipver == 6 ? sizeof(e->ip.a) : 4);
	}
	ret[0] = 'P';
	ret[1] = no;
	memcpy(ret + 2, &hash, sizeof(hash));
}

static struct asked *
asked(const struct pccc_msg *m, uint8_t no, bool make)
{
	uint8_t key[KEY_LEN];

	make_key(m, no, key);
	return m->ctx->sv->shared(
	    m->ctx, key, sizeof(key), sizeof(struct asked), make);
}

void
pccc_multiple_forget(const struct pccc_msg *m)
{
	for (uint8_t i = 0; i < ASKED_MAX; i++) {
		uint8_t key[KEY_LEN];

		make_key(m, i, key);
		m->ctx->sv->shared_drop(m->ctx, key, sizeof(key));
	}
}

/* Told by its hash: of two requests under one key the first is forgotten. */
static uint16_t
mark(struct rd r)
{
	uint16_t v = (uint16_t)cip_mix_bytes('P', r.p, rd_left(&r));

	return v != 0 ? v : 1;
}

/* One that is longer than all that is kept is not. */
void
pccc_multiple_keep(struct pccc_msg *m)
{
	struct rd r = m->rest;

	if (rd_left(&r) > PCCC_ASKED_MAX) {
		return;
	}
	for (uint8_t i = 0; i < ASKED_MAX && rd_left(&r) > 0; i++) {
		struct asked *a = asked(m, i, true);

		if (a == NULL) {
			return;
		}
		a->n = (uint8_t)(rd_left(&r) < ASKED_PART ? rd_left(&r)
							  : ASKED_PART);
		rd_copy(&r, a->bytes, a->n);
	}
	m->wait.form = PCCC_MULTI;
	m->wait.offset = mark(m->rest);
}

/* The request's parts; of none when it is not there any more. */
static struct rd
recall(const struct pccc_msg *m, uint8_t room[PCCC_ASKED_MAX])
{
	struct rd all;
	size_t n = 0;

	for (uint8_t i = 0; i < ASKED_MAX; i++) {
		const struct asked *a = asked(m, i, false);

		if (a == NULL || a->n > ASKED_PART) {
			break;
		}
		memcpy(room + n, a->bytes, a->n);
		n += a->n;
		if (a->n < ASKED_PART) {
			break;
		}
	}
	all = rd_make(room, n);
	return m->wait.offset != 0 && mark(all) == m->wait.offset
		   ? all
		   : rd_make(NULL, 0);
}

/* --- requests --------------------------------------------------------------- */

enum ev_class
pccc_multiple_class(const struct pccc_msg *m)
{
	enum ev_class cls = EV_CLASS_OTHER;
	struct rd r = m->body;
	struct pccc_msg part;
	unsigned count = rd_u8(&r);

	while (count-- > 0 && next(m, &r, &part)) {
		if (part.command != NULL &&
		    weight(part.command->cls) > weight(cls)) {
			cls = part.command->cls;
		}
	}
	return cls;
}

void
pccc_multiple_body(struct pccc_msg *m, struct ev *e)
{
	size_t at = (size_t)(m->body.p - m->start);
	unsigned count = rd_u8(&m->body);
	struct rd r = m->body;
	struct pccc_msg part;

	if (!rd_ok(&m->body)) {
		return;
	}
	ev_uint(e, PCF_COUNT, count);
	ev_array(e, PCF_COMMANDS);
	for (; count > 0 && next(m, &r, &part); count--) {
		m->body = r;
		ev_object(e, EVF_ELEM);
		ev_uint(e, PCF_FNC, part.fnc);
		if (part.command != NULL) {
			ev_name(e, EVF_NAME, part.command->name);
		}
		/* One within another is not read again. */
		if (part.fnc == PCCC_MULTIPLE) {
			part.command = NULL;
		}
		pccc_body(&part, e);
		ev_end(e);
		if (part.bad != NULL) {
			pccc_bad(m, part.bad, part.bad_at);
		}
	}
	ev_end(e);
	if (count > 0 || rd_left(&m->body) > 0) {
		pccc_bad(m, PCCC_BAD_COUNT, at);
		pccc_tell_rest(m, e);
	}
}

/* Reads once more, for the values alone: no field fits into this event. */
void
pccc_multiple_points(struct pccc_msg *m)
{
	struct rd r = m->rest;
	struct pccc_msg part;
	unsigned count = rd_u8(&r);
	struct ev none;

	none.nfields = none.max_fields = 0;
	while (count-- > 0 && next(m, &r, &part)) {
		if (part.command == NULL || part.fnc == PCCC_MULTIPLE) {
			continue;
		}
		pccc_body(&part, &none);
		pccc_more_points(&part);
	}
}

/* --- replies ---------------------------------------------------------------- */

/* Where a reply is read, beside its request. */
struct answers {
	struct pccc_msg *m;
	struct rd asked, body;
	unsigned left;
	bool bare; /* it has nothing but its own status */
	uint8_t room[PCCC_ASKED_MAX];
};

static void
read_answers(struct answers *a, struct pccc_msg *m)
{
	a->m = m;
	a->asked = recall(m, a->room);
	a->body = m->rest;
	a->left = rd_u8(&a->asked);
	a->bare = rd_left(&a->body) == 0;
	if (!rd_ok(&a->asked) || (!a->bare && rd_u8(&a->body) != a->left)) {
		a->left = 0;
	}
}

/* The next part with what was asked in it. */
static bool
next_answer(struct answers *a, struct pccc_msg *ret)
{
	static const uint8_t ok[1] = {0};
	struct rd piece = rd_make(ok, sizeof(ok));
	struct ev none;

	if (a->left == 0) {
		return false;
	}
	a->left--;
	if (!a->bare) {
		piece = rd_sub(&a->body, rd_u8(&a->body));
	}
	if (!rd_has(&piece, 1) || !next(a->m, &a->asked, ret)) {
		return false;
	}
	if (ret->command != NULL && ret->fnc != PCCC_MULTIPLE) {
		size_t texts = ret->text->n;

		none.nfields = none.max_fields = 0;
		pccc_body(ret, &none);
		ret->text->n = texts;
	}
	ret->wait.cls = 0;
	ret->request = false;
	ret->paired = true;
	ret->type = NULL;
	ret->whole = false;
	ret->who = a->m->who;
	ret->sts = rd_u8(&piece);
	if (ret->sts == PCCC_EXT_STS) {
		ret->ext = rd_u8(&piece);
		ret->has_ext = rd_ok(&piece);
	}
	ret->bad = NULL;
	ret->op = ret->command != NULL ? ret->command->name : a->m->op;
	ret->body = ret->rest = piece;
	return rd_ok(&piece);
}

/* What is read has as many bytes as were asked for; nothing else has any. */
static bool
is_sized(const struct pccc_msg *part)
{
	size_t n = rd_left(&part->body);

	if (part->command == NULL || part->fnc == PCCC_MULTIPLE) {
		return false;
	}
	if (part->sts != 0 || part->command->write) {
		return n == 0;
	}
	return (part->wait.form != PCCC_LOGICAL2 &&
		   part->wait.form != PCCC_LOGICAL3) ||
	       n == part->wait.size;
}

static bool
is_proven(struct pccc_msg *m)
{
	struct pccc_msg part;
	struct answers a;
	unsigned n = 0, count;

	read_answers(&a, m);
	count = a.left;
	while (next_answer(&a, &part) && is_sized(&part) &&
	       (!a.bare || part.command->write)) {
		n++;
	}
	return n != 0 && n == count && rd_left(&a.body) == 0;
}

bool
pccc_multiple_reply(struct pccc_msg *m, struct ev *e)
{
	struct pccc_msg part;
	struct answers a;

	if (!m->paired || m->sts != 0 || !is_proven(m)) {
		return false;
	}
	m->parts = true;
	read_answers(&a, m);
	if (a.bare) {
		return true;
	}
	ev_uint(e, PCF_COUNT, a.left);
	ev_array(e, PCF_COMMANDS);
	while (next_answer(&a, &part)) {
		ev_object(e, EVF_ELEM);
		ev_uint(e, PCF_FNC, part.fnc);
		ev_name(e, EVF_NAME, part.command->name);
		ev_uint(e, PCF_STS, part.sts);
		if (part.has_ext) {
			ev_uint(e, PCF_EXT_STS, part.ext);
		}
		pccc_body(&part, e);
		ev_end(e);
	}
	ev_end(e);
	(void)rd_rest(&m->body);
	return true;
}

/* What follows from each part, as from a reply of its own. */
void
pccc_multiple_effects(struct pccc_msg *m)
{
	struct pccc_msg part;
	struct answers a;
	struct ev none;

	if (!m->parts) {
		return;
	}
	none.nfields = none.max_fields = 0;
	read_answers(&a, m);
	while (next_answer(&a, &part)) {
		pccc_body(&part, &none);
		pccc_more(&part);
	}
}
