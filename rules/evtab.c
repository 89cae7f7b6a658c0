/*
 * evtab: the event under judgement as the SQL table `ev`, one row.
 *
 * An eponymous-only virtual table (sqlite.org/vtab.html, section 2.1.3): it
 * exists on the connection without CREATE, has no constraint worth an index,
 * and makes a column's value when a statement reads it, so a rule pays for
 * the columns that it names.
 *
 * A statement opens a cursor each time it runs.  The one closed last is kept
 * for the next, so that judging allocates nothing.
 */
#include <assert.h>
#include <stdlib.h>

#include "rules/evtab.h"

/* What making one column of so many bytes costs, in instructions. */
#define BYTES_PER_INSTRUCTION 8

struct cursor {
	sqlite3_vtab_cursor base;
	bool at_end;
};

struct table {
	sqlite3_vtab base;
	struct evtab *t;
	struct cursor *spare;
};

void
evtab_unref(void *arg)
{
	struct evtab *t = arg;

	if (--t->refs == 0) {
		evcols_free(t->cols);
		free(t);
	}
}

static char *
declaration(const struct evcols *c)
{
	sqlite3_str *s = sqlite3_str_new(NULL);

	for (size_t i = 0; i < evcols_count(c); i++) {
		/* Quoted: "values", "and", "or" are fields of Modbus. */
		sqlite3_str_appendf(s, "%s\"%w\"",
		    i == 0 ? "CREATE TABLE ev(" : ",", evcols_name(c, i));
	}
	sqlite3_str_appendall(s, ")");
	return sqlite3_str_finish(s); /* NULL: out of memory */
}

static int
ev_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
    sqlite3_vtab **ret, char **ret_msg)
{
	struct table *tab = sqlite3_malloc(sizeof(*tab));
	struct evtab *t = aux;
	char *sql = declaration(t->cols);
	int rc = SQLITE_NOMEM;

	if (tab != NULL && sql != NULL) {
		rc = sqlite3_declare_vtab(db, sql);
	}
	sqlite3_free(sql);
	if (rc != SQLITE_OK) {
		sqlite3_free(tab);
		return rc;
	}
	*tab = (struct table){.t = t};
	t->refs++;
	*ret = &tab->base;
	return SQLITE_OK;
}

static int
ev_disconnect(sqlite3_vtab *base)
{
	struct table *tab = (struct table *)base;

	sqlite3_free(tab->spare);
	evtab_unref(tab->t);
	sqlite3_free(tab);
	return SQLITE_OK;
}

static int
ev_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	info->estimatedCost = 1;
	info->estimatedRows = 1;
	info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE; /* one row at most */
	return SQLITE_OK;
}

static int
ev_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret)
{
	struct table *tab = (struct table *)base;
	struct cursor *c = tab->spare;

	tab->spare = NULL;
	if (c == NULL) {
		c = sqlite3_malloc(sizeof(*c));
	}
	if (c == NULL) {
		return SQLITE_NOMEM;
	}
	*c = (struct cursor){.at_end = true};
	*ret = &c->base;
	return SQLITE_OK;
}

static int
ev_close_cursor(sqlite3_vtab_cursor *base)
{
	struct table *tab = (struct table *)base->pVtab;
	struct cursor *c = (struct cursor *)base;

	if (tab->spare == NULL) {
		tab->spare = c;
	} else {
		sqlite3_free(c);
	}
	return SQLITE_OK;
}

static int
ev_filter(sqlite3_vtab_cursor *base, int num, const char *str, int argc,
    sqlite3_value **argv)
{
	struct table *tab = (struct table *)base->pVtab;

	((struct cursor *)base)->at_end = tab->t->subject == NULL;
	return SQLITE_OK;
}

static int
ev_next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->at_end = true;
	return SQLITE_OK;
}

static int
ev_eof(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->at_end;
}

static int
ev_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
	*ret = 1;
	return SQLITE_OK;
}

static int
ev_column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col)
{
	struct evtab *t = ((struct table *)base->pVtab)->t;
	struct evval v;

	assert(t->subject != NULL);
	evcols_get(t->cols, t->subject, (size_t)col, &v);
	switch (v.type) {
	case EVVAL_NULL: break; /* what a result is to begin with */
	case EVVAL_INT: sqlite3_result_int64(ctx, v.i); break;
	case EVVAL_REAL: sqlite3_result_double(ctx, v.d); break;
	case EVVAL_TEXT:
		/*
		 * Long texts are work that the instruction counter does not
		 * see; one that is read in a loop must end it, too.
		 */
		t->budget -= (int64_t)v.n / BYTES_PER_INSTRUCTION;
		if (t->budget < 0) {
			return SQLITE_INTERRUPT;
		}
		sqlite3_result_text(ctx, v.s, (int)v.n,
		    v.made ? SQLITE_TRANSIENT : SQLITE_STATIC);
		break;
	}
	return SQLITE_OK;
}

static const sqlite3_module ev_module = {
    .iVersion = 1,
    .xConnect = ev_connect, /* no xCreate: eponymous only */
    .xBestIndex = ev_best_index,
    .xDisconnect = ev_disconnect,
    .xDestroy = ev_disconnect,
    .xOpen = ev_open,
    .xClose = ev_close_cursor,
    .xFilter = ev_filter,
    .xNext = ev_next,
    .xEof = ev_eof,
    .xColumn = ev_column,
    .xRowid = ev_rowid,
};

int
evtab_new(sqlite3 *db, struct evtab **ret)
{
	struct evtab *t = calloc(1, sizeof(*t));
	int rc;

	if (t == NULL) {
		return ERR_NOMEM;
	}
	t->refs = 1;
	rc = evcols_new(&t->cols);
	if (rc != 0) {
		evtab_unref(t);
		return rc;
	}
	t->refs++;
	/* On failure SQLite calls evtab_unref for its share. */
	rc = sqlite3_create_module_v2(db, "ev", &ev_module, t, evtab_unref);
	if (rc != SQLITE_OK) {
		evtab_unref(t);
		return rc == SQLITE_NOMEM ? ERR_NOMEM : ERR_DB;
	}
	*ret = t;
	return 0;
}

void
evtab_free(struct evtab *t)
{
	if (t != NULL) {
		t->subject = NULL;
		evtab_unref(t);
	}
}
