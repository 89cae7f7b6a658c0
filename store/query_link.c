/*
 * query_link: links with both their ends.
 */
#include <string.h>

#include "store/query_priv.h"

/* The counters and classes in model.h's and event.def's order. */
#define COLUMNS                                                            \
	"l.id, l.transport, l.port, l.proto, l.label, l.flags, "           \
	"l.first, l.last, l.packets, l.bytes, l.packets_back, "            \
	"l.bytes_back, l.replies, l.errors, l.unanswered, l.retransmits, " \
	"l.duplicates, l.rtt_count, l.rtt_sum_us, l.rtt_max_us, "          \
	"l.op_read, l.op_write, l.op_control, l.op_program, "              \
	"l.op_firmware, l.op_config, l.op_diagnostic, l.op_discovery, "    \
	"l.op_session, l.op_report, l.op_file, l.op_other, " SRC_COLUMNS   \
	", " DST_COLUMNS

enum { COUNTERS = 8, OPS = COUNTERS + LINK_COUNTERS };
enum { SRC = OPS + EV_CLASS_COUNT - 1, DST = SRC + END_COLUMNS };

static void
build(struct sql *s, const char *columns, const struct query_filter *f)
{
	sql_start_ends(s, columns, "links", f);
	sql_if(s, f->text != NULL,
	    " AND (" ENDS_LIKE " OR l.proto" LIKE " OR l.label" LIKE
	    " OR l.port" LIKE ")");
	sql_if(s, f->proto != NULL, " AND l.proto = :proto");
	sql_if(s, f->since_ns != 0, " AND l.last > :since");
	sql_if(s, f->asset != NULL, AT_EITHER_END);
}

static const char *
null_if_empty(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : NULL;
}

static void
fill(sqlite3_stmt *st, struct query_link *l)
{
	int64_t flags = db_get(st, 5);

	memset(l, 0, sizeof(*l));
	l->row = db_get(st, 0);
	l->transport = db_text(st, 1);
	l->port = (uint16_t)db_get(st, 2);
	l->proto = null_if_empty(query_text(st, 3));
	l->label = null_if_empty(query_text(st, 4));
	l->initiator = (flags & LINK_INITIATOR) != 0;
	l->answered = (flags & LINK_ANSWERED) != 0;
	l->learned = (flags & LINK_LEARNED) != 0;
	l->first = (uint64_t)db_get(st, 6);
	l->last = (uint64_t)db_get(st, 7);
	for (int i = 0; i < LINK_COUNTERS; i++) {
		l->count[i] = (uint64_t)db_get(st, COUNTERS + i);
	}
	for (int i = EV_CLASS_NONE + 1; i < EV_CLASS_COUNT; i++) {
		l->ops[i] = (uint64_t)db_get(st, OPS + i - 1);
	}
	query_end(st, SRC, &l->src);
	query_end(st, DST, &l->dst);
}

int
query_links(struct query *q, const struct query_filter *f,
    struct query_page *page, int (*row)(void *, const struct query_link *),
    void *arg)
{
	struct query_link l;
	sqlite3_stmt *st;
	unsigned n = 0;
	struct sql s;
	int rc;

	build(&s, COLUMNS, f);
	sql_add(&s, " AND l.id > :after ORDER BY l.id LIMIT :limit");
	rc = query_prepare(q, &s, f, page, &st);
	if (rc != 0) {
		return rc;
	}
	while ((rc = db_step(st)) == 1) {
		fill(st, &l);
		rc = row(arg, &l);
		if (rc != 0) {
			break;
		}
		page->after = l.row;
		n++;
	}
	(void)sqlite3_finalize(st);
	if (page->limit == 0 || n < page->limit) {
		page->after = 0;
	}
	return rc;
}

int
query_links_count(struct query *q, const struct query_filter *f, uint64_t *ret)
{
	struct sql s;

	build(&s, NULL, f);
	return query_count(q, &s, f, ret);
}
