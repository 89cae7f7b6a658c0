/*
 * plain: see plain.h.
 *
 * A part is read when it is one of
 *
 *	column                          a flag
 *	column IS [NOT] NULL
 *	column =, <>, <, ... constant   == and != as well
 *	column IN (constant, ...)
 *
 * or some of these with OR between them, in parentheses; whatever else stands
 * in a condition is for SQLite.  So is a comparison of a number with a text:
 * there only equal types are compared, and NULL, which is never equal to
 * anything (sqlite.org/datatype3.html, sections 4.1 and 4.3).
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "rules/conjunct.h"
#include "rules/plain.h"

enum op { FLAG, IS_NULL, NOT_NULL, EQ, NE, LT, LE, GT, GE };

#define COLUMN_NAME_MAX 64
#define DIGITS          18 /* that fit an int64_t */

/* A text up to its end, and the parts found so far. */
struct reader {
	const char *p, *end;
	const struct evcols *cols;
	struct plain *to;
	unsigned n; /* tests of the part at hand, behind those of to */
	uint8_t part;
};

static bool
is_at_end(struct reader *r)
{
	r->p = sql_skip_space(r->p);
	return r->p >= r->end;
}

static bool
take_char(struct reader *r, char c)
{
	if (is_at_end(r) || *r->p != c) {
		return false;
	}
	r->p++;
	return true;
}

static bool
take_word(struct reader *r, const char *word)
{
	const char *p = sql_word(r->p, word);

	if (p == NULL || p > r->end) {
		return false;
	}
	r->p = p;
	return true;
}

/* A name, quoted or not, that is a column's. */
static bool
take_column(struct reader *r, uint16_t *ret)
{
	char name[COLUMN_NAME_MAX];
	const char *from;
	size_t n = 0;
	int col;

	if (is_at_end(r)) {
		return false;
	}
	from = r->p;
	if (*from == '"') {
		r->p = sql_skip_quoted(from++);
		n = r->p != NULL ? (size_t)(r->p - from) - 1 : 0;
	} else if (!isdigit((unsigned char)*from)) {
		while (sql_is_word(*r->p)) {
			r->p++;
		}
		n = (size_t)(r->p - from);
	}
	if (n == 0 || n >= sizeof(name)) {
		return false;
	}
	memcpy(name, from, n);
	name[n] = '\0';
	col = evcols_find(r->cols, name);
	*ret = (uint16_t)col;
	return col >= 0 && col <= UINT16_MAX;
}

static bool
take_number(struct reader *r, int64_t *ret)
{
	const char *from = r->p;

	*ret = 0;
	while (isdigit((unsigned char)*r->p) && r->p < from + DIGITS) {
		*ret = *ret * 10 + (*r->p++ - '0');
	}
	/* Longer ones, 0x10, 1e3 and 1.5 are numbers of another kind. */
	return r->p > from && !sql_is_word(*r->p) && *r->p != '.';
}

static bool
take_constant(struct reader *r, struct plain_test *t)
{
	if (is_at_end(r)) {
		return false;
	}
	if (*r->p != '\'') {
		return take_number(r, &t->number);
	}
	t->text = r->p + 1;
	r->p = sql_skip_quoted(r->p);
	if (r->p == NULL) {
		return false;
	}
	t->n = (size_t)(r->p - t->text) - 1;
	return memchr(t->text, '\'', t->n) == NULL; /* none is doubled */
}

/* The sign of a comparison; longer ones first. */
static bool
take_sign(struct reader *r, uint8_t *ret)
{
	static const struct {
		char text[3];
		uint8_t op;
	} signs[] = {{"==", EQ}, {"<>", NE}, {"!=", NE}, {"<=", LE}, {">=", GE},
	    {"=", EQ}, {"<", LT}, {">", GT}};

	(void)is_at_end(r);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t n = strlen(signs[i].text);

		if (strncmp(r->p, signs[i].text, n) == 0) {
			r->p += n;
			*ret = signs[i].op;
			return true;
		}
	}
	return false;
}

static bool
add(struct reader *r, const struct plain_test *t)
{
	unsigned at = r->to->n + r->n;

	if (at >= PLAIN_MAX) {
		return false;
	}
	r->to->test[at] = *t;
	r->to->test[at].part = r->part;
	r->n++;
	return true;
}

static bool
read_list(struct reader *r, uint16_t col)
{
	do {
		struct plain_test t = {.col = col, .op = EQ};

		if (!take_constant(r, &t) || !add(r, &t)) {
			return false;
		}
	} while (take_char(r, ','));
	return take_char(r, ')');
}

static bool
read_null(struct reader *r, struct plain_test *t)
{
	t->op = take_word(r, "NOT") ? NOT_NULL : IS_NULL;
	return take_word(r, "NULL") && add(r, t);
}

static bool
read_one(struct reader *r, const char *end)
{
	struct plain_test t = {.op = FLAG};
	bool ok;

	r->end = end;
	if (!take_column(r, &t.col)) {
		return false;
	}
	if (is_at_end(r)) {
		return add(r, &t);
	}
	if (take_word(r, "IN")) {
		ok = take_char(r, '(') && read_list(r, t.col);
	} else if (take_word(r, "IS")) {
		ok = read_null(r, &t);
	} else {
		ok = take_sign(r, &t.op) && take_constant(r, &t) && add(r, &t);
	}
	return ok && is_at_end(r);
}

static bool
read_alternatives(struct reader *r, const char *p, const char *end)
{
	while (p != NULL) {
		const char *at = alternative_end(p, end);

		r->p = p;
		if (at == NULL || !read_one(r, at)) {
			return false;
		}
		p = alternative_next(at, end);
	}
	return true;
}

/* Keeps what it is, when that is plain. */
static void
read_part(struct reader *r, const char *p, const char *end)
{
	p = sql_skip_space(p);
	while (end > p && isspace((unsigned char)end[-1])) {
		end--;
	}
	r->n = 0;
	/* Of two groups, (a) + (b), the first's parenthesis ends too early:
	 * what is between is no list of alternatives then. */
	if (end - p >= 2 && *p == '(' && end[-1] == ')') {
		p++;
		end--;
	}
	if (read_alternatives(r, p, end)) {
		r->to->n += r->n;
		r->part++;
	}
}

void
plain_read(struct plain *to, const struct evcols *cols, const char *when)
{
	struct reader r = {.cols = cols, .to = to};

	to->n = 0;
	if (conjunct_end(when) == NULL) {
		read_part(&r, when, when + strlen(when));
		return;
	}
	for (const char *p = when; p != NULL && r.part < UINT8_MAX;) {
		const char *end = conjunct_end(p);

		if (end == NULL) { /* OR: nothing stands for itself */
			to->n = 0;
			return;
		}
		read_part(&r, p, end);
		p = conjunct_next(end);
	}
}

/* --- asking ----------------------------------------------------------------- */

static bool
compares(uint8_t op, int64_t a, int64_t b)
{
	switch ((enum op)op) {
	case EQ: return a == b;
	case NE: return a != b;
	case LT: return a < b;
	case LE: return a <= b;
	case GT: return a > b;
	case GE: return a >= b;
	default: return true;
	}
}

/* What SQLite would find untrue, for sure. */
static bool
is_untrue(const struct plain_test *t, const struct evval *v)
{
	if (t->op == IS_NULL || t->op == NOT_NULL) {
		return (v->type == EVVAL_NULL) != (t->op == IS_NULL);
	}
	if (v->type == EVVAL_NULL) {
		return true;
	}
	if (t->op == FLAG) {
		return v->type == EVVAL_INT && v->i == 0;
	}
	if (t->text == NULL) {
		return v->type == EVVAL_INT &&
		       !compares(t->op, v->i, t->number);
	}
	return t->op == EQ && v->type == EVVAL_TEXT &&
	       (v->n != t->n || memcmp(v->s, t->text, t->n) != 0);
}

bool
plain_refutes(
    const struct plain *x, struct evcols *cols, const struct rules_subject *sub)
{
	for (unsigned i = 0; i < x->n;) {
		uint8_t part = x->test[i].part;
		bool untrue = true;

		for (; i < x->n && x->test[i].part == part; i++) {
			struct evval v;

			if (untrue) {
				evcols_get(cols, sub, x->test[i].col, &v);
				untrue = is_untrue(&x->test[i], &v);
			}
		}
		if (untrue) {
			return true;
		}
	}
	return false;
}
