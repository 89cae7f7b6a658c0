/*
 * import: see import.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store/declared/compare.h"
#include "store/declared/import.h"
#include "store/declared/unsaid.h"

/* --- the file ------------------------------------------------------------- */

static int
add_row(struct import *im, const struct csv_row *row)
{
	if (im->n == im->room) {
		size_t room = im->room == 0 ? 256 : 2 * im->room;
		struct csv_row *c =
		    realloc(im->cells, room * sizeof(*im->cells));

		if (c == NULL) {
			return ERR_NOMEM;
		}
		im->cells = c;
		im->room = room;
	}
	im->cells[im->n++] = *row;
	return 0;
}

/* Empty cells beyond the header are a spreadsheet's; others are somebody's. */
static int
fit_row(const struct csv_row *head, struct csv_row *row, struct csv_error *e)
{
	while (row->n > head->n && row->cell[row->n - 1][0] == '\0') {
		row->n--;
	}
	if (row->n > head->n) {
		(void)snprintf(e->text, sizeof(e->text),
		    "line %u, column %zu: the header has %zu columns",
		    row->line, head->n + 1, head->n);
		return ERR_FORMAT;
	}
	return 0;
}

static size_t
filled(const struct csv_row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->n; i++) {
		n += row->cell[i][0] != '\0';
	}
	return n;
}

/* What speaks for a row as the header: columns known in whole count twice. */
static size_t
score(const struct csv_row *row)
{
	return guess_count(row, false) + guess_count(row, true);
}

/*
 * Above the header may stand a title, or headings of several columns each: of
 * the first rows the one with the most known columns is the header, two of
 * them in whole, else the first one.
 */
static void
skip_title(struct import *im)
{
	/* One cell is a title, whatever words are in it. */
	size_t best = filled(&im->head) > 1 ? score(&im->head) : 0;
	size_t at = im->n;

	for (size_t i = 0; i < im->n && i < IMPORT_TITLE_MAX; i++) {
		size_t n = score(&im->cells[i]);

		if (n > best && guess_count(&im->cells[i], false) >= 2) {
			best = n;
			at = i;
		}
	}
	if (at == im->n) {
		return;
	}
	im->head = im->cells[at];
	im->titles = at + 1;
	im->n -= at + 1;
	memmove(im->cells, &im->cells[at + 1], im->n * sizeof(*im->cells));
}

static int
read_rows(struct import *im, struct csv_error *e)
{
	struct csv_row row;
	int rc = csv_row(&im->csv, &im->head, e);

	if (rc == 0) {
		(void)snprintf(
		    e->text, sizeof(e->text), "there is nothing in it");
		return ERR_FORMAT;
	}
	while (rc == 1 && (rc = csv_row(&im->csv, &row, e)) == 1) {
		if (add_row(im, &row) != 0) {
			return ERR_NOMEM;
		}
	}
	if (rc == 0) {
		skip_title(im);
	}
	for (size_t i = 0; i < im->n && rc == 0; i++) {
		rc = fit_row(&im->head, &im->cells[i], e);
	}
	return rc;
}

int
import_open(struct import *im, const void *bytes, size_t n, struct csv_error *e)
{
	int rc;

	memset(im, 0, sizeof(*im));
	rc = csv_open(&im->csv, bytes, n, e);
	rc = rc == 0 ? read_rows(im, e) : rc;
	if (rc == 0) {
		im->row = calloc(im->n + 1, sizeof(*im->row));
		im->problem = calloc(IMPORT_PROBLEMS_MAX, sizeof(*im->problem));
		rc = im->row == NULL || im->problem == NULL ? ERR_NOMEM : 0;
	}
	if (rc != 0) {
		import_close(im);
		return rc;
	}
	guess_columns(&im->head, im->cells, im->n, im->guess);
	im->unsaid = im->head.n;
	for (size_t c = 0; c < im->head.n; c++) {
		if (strcasecmp(im->head.cell[c], UNSAID_HEADER) == 0) {
			im->unsaid = c;
		}
	}
	return 0;
}

void
import_close(struct import *im)
{
	csv_close(&im->csv);
	free(im->cells);
	free(im->row);
	free(im->problem);
	bag_free(&im->texts);
	memset(im, 0, sizeof(*im));
}

int
import_map(struct import *im, const char *correction)
{
	return guess_correct(&im->head, correction, im->guess);
}

/* --- what is told ----------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
problem(struct import *im, const char *format, ...)
{
	va_list ap;

	if (im->problems++ >= IMPORT_PROBLEMS_MAX) {
		return;
	}
	va_start(ap, format);
	(void)vsnprintf(
	    im->problem[im->problems - 1], sizeof(im->problem[0]), format, ap);
	va_end(ap);
}

static void
leave_out(struct import *im, struct import_row *r)
{
	r->state = IMPORT_LEFT_OUT;
	r->device = -1;
}

/* --- values --------------------------------------------------------------- */

/* Two columns of one key: addresses side by side, texts in a row. */
static int
add_value(
    struct import *im, struct import_row *r, enum decl_key k, const char *value)
{
	bool words = k != DECL_MAC && k != DECL_IP;
	const char *had = r->value[k];
	char both[2 * DECL_VALUE_MAX + 2];

	if (had != NULL) {
		(void)snprintf(both, sizeof(both), "%s%s%s", had,
		    words ? ", " : " ", value);
		if (strlen(both) >= DECL_VALUE_MAX) {
			return ERR_TOOBIG;
		}
		value = both;
	}
	r->value[k] = bag_keep(&im->texts, value);
	return r->value[k] != NULL ? 0 : ERR_NOMEM;
}

static int
take_cell(struct import *im, struct import_row *r, size_t column,
    const char *text, const char *unsaid)
{
	enum decl_key k = im->guess[column].key;
	char value[DECL_VALUE_MAX];
	const char *note = NULL;
	int rc;

	/* What a spreadsheet must not take for a formula (layout.c). */
	if (text[0] == '\'' && text[1] != '\0' &&
	    strchr("=+-@", text[1]) != NULL) {
		text++;
	}
	if (k != DECL_ASSET && unsaid_has(unsaid, k, text)) {
		return 0;
	}
	rc = decl_value_noted(k, text, strlen(text), value, &note);
	if (rc == 0 && note != NULL) {
		problem(im,
		    "line %u, column %zu (%.40s): '%.60s': %s: that is not "
		    "taken",
		    r->line, column + 1, im->head.cell[column], text, note);
	}
	if (rc == 0 && value[0] != '\0') {
		rc = add_value(im, r, k, value);
	}
	if (rc == ERR_FORMAT || rc == ERR_TOOBIG) {
		problem(im,
		    "line %u, column %zu (%.40s): '%.60s' is not %s; this "
		    "cell is not taken",
		    r->line, column + 1, im->head.cell[column], text,
		    decl_expects(k));
		return 0;
	}
	return rc;
}

static bool
is_identified(const struct import_row *r)
{
	return r->value[DECL_NUMBER] != NULL || r->value[DECL_ASSET] != NULL ||
	       r->value[DECL_MAC] != NULL || r->value[DECL_SERIAL] != NULL ||
	       r->value[DECL_IP] != NULL || r->value[DECL_NAME] != NULL ||
	       r->value[DECL_HOSTNAME] != NULL;
}

static int
take_rows(struct import *im)
{
	int rc = 0;

	for (size_t i = 0; i < im->n; i++) {
		const struct csv_row *cells = &im->cells[i];
		struct import_row *r = &im->row[i];
		const char *unsaid =
		    im->unsaid < cells->n ? cells->cell[im->unsaid] : "";

		*r = (struct import_row){.line = cells->line, .device = -1};
		for (size_t c = 0; c < cells->n && rc == 0; c++) {
			if (im->guess[c].key != DECL_NONE) {
				rc =
				    take_cell(im, r, c, cells->cell[c], unsaid);
			}
		}
		if (rc != 0) {
			return rc;
		}
		if (!is_identified(r)) {
			problem(im,
			    "line %u: no address, serial number, number or "
			    "name: the row is left out",
			    r->line);
			leave_out(im, r);
		}
	}
	return 0;
}

/* --- rows that are one another ------------------------------------------------ */

static int
by_text(const void *a, const void *b)
{
	const struct match_key *x = a, *y = b;
	int c = x->proof - y->proof;

	c = c != 0 ? c : strcmp(x->text, y->text);
	return c != 0 ? c : (x->party > y->party) - (x->party < y->party);
}

/* The strongest proof that each row has. */
static void
strongest(const struct match *m, uint8_t *best, size_t n)
{
	memset(best, PROOF_COUNT, n);
	for (size_t i = 0; i < m->nkeys; i++) {
		uint8_t *b = &best[m->key[i].party];

		*b = m->key[i].proof < *b ? m->key[i].proof : *b;
	}
}

static int
by_words(const void *a, const void *b)
{
	const struct import_row *x = *(const struct import_row *const *)a;
	const struct import_row *y = *(const struct import_row *const *)b;

	for (int k = 0; k < DECL_KEYS; k++) {
		const char *v = x->value[k] != NULL ? x->value[k] : "";
		const char *w = y->value[k] != NULL ? y->value[k] : "";
		int c = strcmp(v, w);

		if (c != 0) {
			return c;
		}
	}
	return 0;
}

static int
by_words_and_line(const void *a, const void *b)
{
	const struct import_row *x = *(const struct import_row *const *)a;
	const struct import_row *y = *(const struct import_row *const *)b;
	int c = by_words(a, b);

	return c != 0 ? c : (x->line > y->line) - (x->line < y->line);
}

/* Of rows that say the same the first one is taken. */
static int
find_same(struct import *im)
{
	struct import_row **row =
	    malloc((im->n + 1) * sizeof(struct import_row *));
	size_t n = 0;

	if (row == NULL) {
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < im->n; i++) {
		if (im->row[i].state != IMPORT_LEFT_OUT) {
			row[n++] = &im->row[i];
		}
	}
	if (n != 0) {
		qsort(row, n, sizeof(struct import_row *), by_words_and_line);
	}
	for (size_t i = 1, first = 0; i < n; i++) {
		if (by_words(&row[first], &row[i]) != 0) {
			first = i;
			continue;
		}
		problem(im, "line %u says the same as line %u: left out",
		    row[i]->line, row[first]->line);
		leave_out(im, row[i]);
	}
	free(row);
	return 0;
}

static bool
has_other(
    const struct import_row *x, const struct import_row *y, enum decl_key k)
{
	return x->value[k] != NULL && y->value[k] != NULL &&
	       !decl_agrees(k, x->value[k], y->value[k]);
}

static void
told_twice(
    struct import *im, const struct match_key *a, const struct match_key *b)
{
	struct import_row *x = &im->row[a->party], *y = &im->row[b->party];

	/* "see label" is no serial number where the addresses differ. */
	if (a->proof == PROOF_SERIAL &&
	    (has_other(x, y, DECL_IP) || has_other(x, y, DECL_MAC))) {
		problem(im,
		    "line %u and line %u have other addresses and the same "
		    "serial number: that is not taken",
		    x->line, y->line);
		x->value[DECL_SERIAL] = y->value[DECL_SERIAL] = NULL;
		return;
	}
	problem(im, "line %u and line %u have the same %s: left out",
	    im->row[a->party].line, im->row[b->party].line,
	    proof_name((enum proof)a->proof));
	leave_out(im, &im->row[a->party]);
	leave_out(im, &im->row[b->party]);
}

/* Rows that share the best that they have to tell who they are. */
static int
find_doubles(struct import *im, struct match *m)
{
	uint8_t *best = malloc(im->n + 1);
	size_t kept = 0;

	if (best == NULL) {
		return ERR_NOMEM;
	}
	strongest(m, best, im->n);
	for (size_t i = 0; i < m->nkeys; i++) {
		if (m->key[i].proof == best[m->key[i].party]) {
			m->key[kept++] = m->key[i];
		}
	}
	if (kept != 0) {
		qsort(m->key, kept, sizeof(m->key[0]), by_text);
	}
	for (size_t i = 1; i < kept; i++) {
		const struct match_key *a = &m->key[i - 1], *b = &m->key[i];

		if (a->proof == b->proof && a->party != b->party &&
		    strcmp(a->text, b->text) == 0) {
			told_twice(im, a, b);
		}
	}
	free(best);
	return 0;
}

static int
row_keys(struct import *im, struct match *m)
{
	int rc = 0;

	for (size_t i = 0; i < im->n && rc == 0; i++) {
		if (im->row[i].state != IMPORT_LEFT_OUT) {
			rc = register_keys_of(&im->texts, m, MATCH_LEFT,
			    (uint32_t)i, im->row[i].value, true);
		}
	}
	return rc;
}

static int
doubles(struct import *im)
{
	struct match m;
	int rc = match_init(&m, im->n, 0);

	rc = rc == 0 ? find_same(im) : rc;
	rc = rc == 0 ? row_keys(im, &m) : rc;
	rc = rc == 0 ? find_doubles(im, &m) : rc;
	match_done(&m);
	return rc;
}

/* --- rows that were declared before --------------------------------------------- */

struct both {
	const struct import *im;
	const struct declared *reg;
};

static bool
differ(const struct both *b, uint32_t row, uint32_t device, enum decl_key k)
{
	const char *x = b->im->row[row].value[k];
	const char *y = register_value(b->reg, &b->reg->device[device], k);

	if (x == NULL || y == NULL) {
		return false;
	}
	return k == DECL_NUMBER ? strcasecmp(x, y) != 0 : !decl_agrees(k, x, y);
}

/* Two numbers, two devices; and a name or an address alone is no proof where
 * what is better says otherwise. */
static bool
refuse(void *arg, uint32_t row, uint32_t device, enum proof p)
{
	const struct both *b = arg;
	bool mac = differ(b, row, device, DECL_MAC);
	bool serial = differ(b, row, device, DECL_SERIAL);

	if (p != PROOF_NUMBER && differ(b, row, device, DECL_NUMBER)) {
		return true;
	}
	switch (p) {
	case PROOF_IP: return mac && serial;
	case PROOF_NAME:
		return mac || serial || differ(b, row, device, DECL_IP);
	case PROOF_SERIAL: return differ(b, row, device, DECL_VENDOR);
	default: return false;
	}
}

/* Whether anything is said but which device it is: nobody signs by that. */
static bool
is_said(const struct import_row *r)
{
	for (int k = 0; k < DECL_KEYS; k++) {
		if (k != DECL_ASSET && r->value[k] != NULL) {
			return true;
		}
	}
	return false;
}

static bool
changes(const struct import_row *r, const struct declared *reg)
{
	const struct decl_device *d = &reg->device[r->device];

	for (int k = 0; k < DECL_KEYS; k++) {
		const char *had = register_value(reg, d, (enum decl_key)k);

		if (r->value[k] != NULL &&
		    (had == NULL || strcmp(had, r->value[k]) != 0)) {
			return true;
		}
	}
	return false;
}

static void
judge(struct import *im, const struct declared *reg, const struct match *m)
{
	size_t known = 0;

	for (size_t i = 0; i < im->n; i++) {
		const struct match_party *p = &m->party[MATCH_LEFT][i];
		struct import_row *r = &im->row[i];

		if (r->state != IMPORT_LEFT_OUT && p->partner == MATCH_MANY) {
			problem(im,
			    "line %u: its %s (%.60s) is that of several "
			    "declared devices, or theirs of several rows: left "
			    "out",
			    r->line, proof_name((enum proof)p->proof), p->key);
			leave_out(im, r);
		} else if (r->state != IMPORT_LEFT_OUT && p->partner >= 0) {
			r->device = p->partner;
			r->state =
			    changes(r, reg) ? IMPORT_CHANGES : IMPORT_SAME;
		} else if (r->state == IMPORT_NEW && !is_said(r)) {
			r->state = IMPORT_UNSAID;
		}
		known += r->device >= 0;
		im->count[r->state]++;
	}
	im->not_in_file = reg->n - known;
}

/* Its keys are the register's own; they live as long as im->texts. */
static int
register_side(struct import *im, const struct declared *reg, struct match *m)
{
	int rc = 0;

	for (size_t i = 0; i < reg->n && rc == 0; i++) {
		const char *value[DECL_KEYS];

		for (int k = 0; k < DECL_KEYS; k++) {
			value[k] = register_value(
			    reg, &reg->device[i], (enum decl_key)k);
		}
		rc = register_keys_of(
		    &im->texts, m, MATCH_RIGHT, (uint32_t)i, value, true);
	}
	return rc;
}

int
import_plan(struct import *im, const struct declared *reg)
{
	struct both both = {im, reg};
	struct match m;
	int rc;

	im->problems = 0;
	memset(im->count, 0, sizeof(im->count));
	bag_free(&im->texts);
	rc = take_rows(im);
	rc = rc == 0 ? doubles(im) : rc;
	if (rc != 0) {
		return rc;
	}
	rc = match_init(&m, im->n, reg->n);
	rc = rc == 0 ? row_keys(im, &m) : rc;
	rc = rc == 0 ? register_side(im, reg, &m) : rc;
	if (rc == 0) {
		m.refuse = refuse;
		m.arg = &both;
		match_run(&m);
		judge(im, reg, &m);
	}
	match_done(&m);
	return rc;
}

/* --- doing it ------------------------------------------------------------------- */

static int
apply_row(const struct import_row *r, const struct declared *reg,
    struct register_writer *w, const struct register_act *act)
{
	int64_t id = r->device >= 0 ? reg->device[r->device].id : 0;
	int rc = id == 0 ? register_add(w, act, &id) : 0;

	for (int k = 0; k < DECL_KEYS && rc == 0; k++) {
		if (r->value[k] != NULL) {
			rc = register_set(
			    w, act, id, (enum decl_key)k, r->value[k], NULL);
		}
	}
	return rc;
}

int
import_apply(struct import *im, const struct declared *reg,
    struct register_writer *w, const char *source, const char *who,
    uint64_t at_ns)
{
	int rc = 0;

	for (size_t i = 0; i < im->n && rc == 0; i++) {
		const struct import_row *r = &im->row[i];
		char from[320];
		const struct register_act act = {who, from, at_ns};

		(void)snprintf(
		    from, sizeof(from), "%.255s, line %u", source, r->line);
		if (r->state == IMPORT_NEW || r->state == IMPORT_CHANGES) {
			rc = apply_row(r, reg, w, &act);
		}
	}
	return rc;
}
