/*
 * export: runs over a list, page by page, in one of the formats.
 *
 * A table is read twice: for the widths of its columns, and to be printed.
 * What changes in between is cut or padded to those widths.  That of a long
 * list goes by parts, so that its first lines need not wait for its last: a
 * part is as wide as the widest before it and itself, and has a head of its own
 * where it shows a column that the part before did not.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/export/source.h"

#define PAGE_ROWS   256
#define PART_ROWS   512 /* 20 ms of assets; the first lines wait for them */
#define JSON_BUFFER (64 * 1024)

struct run {
	const struct source *src;
	struct query *q;
	const struct query_filter *filter;
	enum export_format format;
	FILE *out;
	FILE *page; /* what is written meanwhile */
	struct layout layout;
	bool measuring, marked;
	struct json json;
	uint64_t rows;
};

static int
to_page(void *arg, const char *p, size_t n)
{
	struct run *r = arg;

	return fwrite(p, 1, n, r->page) == n ? 0 : ERR_NOMEM;
}

static int
take_row(void *arg, const void *row)
{
	struct run *r = arg;

	r->rows++;
	if (r->measuring) {
		layout_measure(&r->layout, row);
		r->marked = r->marked ||
			    (r->src->marked != NULL && r->src->marked(row));
	} else if (r->format == EXPORT_TABLE) {
		layout_row(&r->layout, row, r->page);
	} else if (r->format == EXPORT_CSV) {
		layout_csv_row(r->src->column, r->src->n, row, r->page);
	} else {
		r->src->json(&r->json, row);
		json_line_end(&r->json);
		return r->json.err;
	}
	return 0;
}

/* One page, read to its end before anything waits for the output. */
static int
run_page(struct run *r, struct query_page *page)
{
	char *text = NULL;
	size_t n = 0;
	int rc;

	r->page = open_memstream(&text, &n);
	if (r->page == NULL) {
		return ERR_NOMEM;
	}
	rc = r->src->page(r->q, r->filter, page, take_row, r);
	if (rc == 0 && r->format == EXPORT_JSON) {
		rc = json_flush(&r->json);
	}
	if (fclose(r->page) != 0 && rc == 0) {
		rc = ERR_NOMEM;
	}
	if (rc == 0 && fwrite(text, 1, n, r->out) != n) {
		rc = ERR_IO;
	}
	free(text);
	return rc;
}

/* From page on: all rows, or the pages that make max of them. */
static int
run_rows(struct run *r, struct query_page *page, uint64_t max)
{
	int rc;

	r->rows = 0;
	do {
		rc = run_page(r, page);
	} while (rc == 0 && page->after != 0 && r->rows < max);
	return rc;
}

unsigned
source_width(FILE *f)
{
	struct winsize w;
	int fd = fileno(f);

	if (fd < 0 || !isatty(fd) || ioctl(fd, TIOCGWINSZ, &w) < 0) {
		return 0;
	}
	return w.ws_col;
}

/* The rows from page on that are laid out together. */
static int
run_part(struct run *r, struct query_page *page, bool *shown)
{
	struct query_page measured = *page;
	bool news = false;
	int rc;

	r->measuring = true;
	rc = run_rows(r, &measured, PART_ROWS);
	r->measuring = false;
	if (rc != 0 || r->rows == 0) {
		page->after = 0;
		return rc;
	}
	layout_fit(&r->layout, source_width(r->out));
	for (size_t i = 0; i < r->layout.n; i++) {
		news = news || shown[i] == r->layout.hidden[i];
		shown[i] = !r->layout.hidden[i];
	}
	if (news) {
		layout_head(&r->layout, r->out);
	}
	return run_rows(r, page, PART_ROWS);
}

static int
run_table(struct run *r)
{
	struct query_page page = {.limit = PAGE_ROWS};
	bool shown[LAYOUT_COLUMNS_MAX] = {false};
	int rc;

	layout_start(&r->layout, r->src->column, r->src->n);
	do {
		rc = run_part(r, &page, shown);
	} while (rc == 0 && page.after != 0);
	if (rc == 0 && !r->layout.any) {
		(void)fprintf(r->out, "%s\n", r->src->empty);
	}
	if (rc == 0 && r->marked) {
		(void)fprintf(r->out, "%s\n", r->src->legend);
	}
	return rc;
}

int
source_export(const struct source *src, struct query *q,
    const struct query_filter *filter, enum export_format format, FILE *out)
{
	static const struct query_filter everything;
	struct run r = {.src = src,
	    .q = q,
	    .filter = filter != NULL ? filter : &everything,
	    .format = format,
	    .out = out};
	struct query_page page = {.limit = PAGE_ROWS};
	char *buf = malloc(JSON_BUFFER);
	int rc;

	if (buf == NULL) {
		return ERR_NOMEM;
	}
	json_init(&r.json, buf, JSON_BUFFER, to_page, &r);
	if (format == EXPORT_TABLE) {
		rc = run_table(&r);
	} else {
		if (format == EXPORT_CSV) {
			layout_csv_head(src->column, src->n, out);
		}
		rc = run_rows(&r, &page, UINT64_MAX);
	}
	free(buf);
	if (rc == 0 && (fflush(out) != 0 || ferror(out))) {
		rc = ERR_IO;
	}
	return rc;
}

/* --- what all lists have ------------------------------------------------------ */

void
put_end(struct text *t, const struct query_end *e)
{
	text_put(t, e->name[0] != '\0'  ? e->name
		    : e->ip[0] != '\0'  ? e->ip
		    : e->mac[0] != '\0' ? e->mac
					: e->id);
	put_at(t, e->at);
}

void
put_at(struct text *t, const char *at)
{
	if (at != NULL && at[0] != '\0') {
		text_put(t, " (");
		text_put(t, at);
		text_put(t, ")");
	}
}

const char *
source_fact(const struct query_asset *a, const char *key)
{
	for (size_t i = 0; i < a->nfacts; i++) {
		if (strcmp(a->facts[i].key, key) == 0 &&
		    a->facts[i].confidence >= 50) {
			return a->facts[i].value;
		}
	}
	return NULL;
}

void
json_stamp(struct json *j, const char *key, uint64_t ts_ns)
{
	char buf[CLOCK_STAMP_MAX];

	json_key(j, key);
	json_ascii(j, buf, clock_stamp(buf, ts_ns));
}

void
json_known(struct json *j, const char *key, const char *s)
{
	json_kstr(j, key, s != NULL && s[0] != '\0' ? s : NULL);
}

void
json_end(struct json *j, const char *key, const struct query_end *e)
{
	json_known(j, key, e->id);
}
