/*
 * plain: the lists as HTML tables, for browsers without JavaScript, text
 * browsers and paper.  One page is one buffer: as many rows as fit, and a link
 * to the next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "web/html.h"
#include "web/web_priv.h"

#define ROWS        100
#define SHOWN       8    /* addresses of one asset            */
#define ENDING_ROOM 1024 /* what stands behind the last row   */
#define STOP        1

struct plain {
	struct html h;
	unsigned left;
	int64_t after;
	bool more;
};

static const struct {
	const char *path, *title, *columns;
	unsigned may;
} pages[KIND_COUNT] = {
    [KIND_ALERT] = {"/plain/alerts", "Alerts",
	"<th>Severity<th>Alert<th>From<th>To<th>Count<th>First<th>Last"
	"<th>State",
	ARG_STATE | ARG_SEVERITY | ARG_ASSET | ARG_RULE},
    [KIND_ASSET] = {"/plain/assets", "Assets",
	"<th>Name<th>Vendor and model<th>Firmware<th>Role<th>Addresses"
	"<th>Protocols<th>First<th>Last",
	ARG_ROLE | ARG_PROTO | ARG_PARENT},
    [KIND_LINK] = {"/plain/links", "Links",
	"<th>From<th>To<th>Protocol<th>Port<th>Packets<th>Bytes"
	"<th>Unanswered<th>First<th>Last",
	ARG_PROTO | ARG_ASSET},
};

static void
number(struct html *h, uint64_t v)
{
	char buf[24];

	(void)snprintf(buf, sizeof(buf), "%llu", (unsigned long long)v);
	html_raw(h, buf);
}

static void
cell(struct html *h, const char *text)
{
	html_raw(h, "<td>");
	html_text(h, text);
}

static void
cell_number(struct html *h, uint64_t v)
{
	html_raw(h, "<td class=num>");
	number(h, v);
}

static void
stamp(struct html *h, uint64_t ns)
{
	char buf[CLOCK_STAMP_MAX];

	(void)clock_rfc3339(buf, ns);
	html_text(h, buf);
}

static void
cell_time(struct html *h, uint64_t ns)
{
	html_raw(h, "<td>");
	stamp(h, ns);
}

static const char *
first_of(const char *a, const char *b, const char *c)
{
	if (a != NULL && a[0] != '\0') {
		return a;
	}
	return b != NULL && b[0] != '\0' ? b : c;
}

static void
end(struct html *h, const struct query_end *e)
{
	const char *name = first_of(e->name, e->ip, e->mac);

	cell(h, name);
	if (e->ip != NULL && e->ip[0] != '\0' && name != e->ip) {
		html_raw(h, " <span class=sub>");
		html_text(h, e->ip);
		html_raw(h, "</span>");
	}
}

static void
alert_row(struct html *h, const struct query_alert *a)
{
	cell(h, a->severity);
	html_raw(h, "<td><b>");
	html_text(h, a->title);
	html_raw(h, "</b><br>");
	html_text(h, a->ot);
	html_raw(h, "<br><span class=sub>");
	html_text(h, a->check);
	html_raw(h, "</span>");
	end(h, &a->src);
	end(h, &a->dst);
	cell_number(h, a->count);
	cell_time(h, a->first);
	cell_time(h, a->last);
	cell(h, a->state);
}

static void
several(struct html *h, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n && i < SHOWN; i++) {
		html_raw(h, i > 0 ? ", " : "");
		html_text(h, list[i]);
	}
	if (n > SHOWN) {
		html_raw(h, " …");
	}
}

static void
asset_row(struct html *h, const struct query_asset *a)
{
	char unit[48] = "";

	if (a->nsubs != 0) {
		(void)snprintf(unit, sizeof(unit), "%s %lld", a->subs[0].kind,
		    (long long)a->subs[0].num);
	}
	cell(h, first_of(a->name, a->nips > 0 ? a->ips[0] : unit,
		    a->nmacs > 0 ? a->macs[0] : a->id));
	if (a->parent[0] != '\0') {
		html_raw(h, " <span class=sub>behind ");
		html_text(h, a->parent);
		html_raw(h, "</span>");
	}
	cell(h, a->vendor_by_mac ? "by MAC: " : "");
	html_text(h, a->vendor);
	html_raw(h, " ");
	html_text(h, a->model);
	cell(h, a->firmware);
	cell(h, a->role);
	html_raw(h, "<td>");
	several(h, a->ips, a->nips);
	html_raw(h, "<br>");
	several(h, a->macs, a->nmacs);
	html_raw(h, "<td>");
	several(h, a->protocols, a->nprotocols);
	cell_time(h, a->first);
	cell_time(h, a->last);
}

static void
link_row(struct html *h, const struct query_link *l)
{
	end(h, &l->src);
	end(h, &l->dst);
	cell(h, first_of(l->proto, l->label, "unknown"));
	cell(h, l->transport);
	html_raw(h, " ");
	number(h, l->port);
	cell_number(h, l->count[LINK_PACKETS] + l->count[LINK_PACKETS_BACK]);
	cell_number(h, l->count[LINK_BYTES] + l->count[LINK_BYTES_BACK]);
	cell_number(h, l->count[LINK_UNANSWERED]);
	cell_time(h, l->first);
	cell_time(h, l->last);
}

static int
on_row(void *arg, const struct row *row)
{
	struct plain *p = arg;
	struct html before = p->h;

	if (p->left == 0) {
		p->more = true;
		return STOP;
	}
	p->h.size = WEB_BUFFER - ENDING_ROOM;
	html_raw(&p->h, "<tr>");
	switch (row->kind) {
	case KIND_ASSET: asset_row(&p->h, row->asset); break;
	case KIND_LINK: link_row(&p->h, row->link); break;
	default: alert_row(&p->h, row->alert); break;
	}
	html_raw(&p->h, "\n");
	if (p->h.full) {
		p->h = before;
		p->more = true;
		return STOP;
	}
	p->h.size = WEB_BUFFER;
	p->after = row->row;
	p->left--;
	return 0;
}

static void
figure(struct html *h, const char *name, uint64_t v)
{
	html_raw(h, "<div class=figure-box><dt>");
	html_raw(h, name);
	html_raw(h, "<dd>");
	number(h, v);
	html_raw(h, "</div>");
}

static int
top(struct html *h, struct web *w, enum kind kind)
{
	struct query_status s;
	struct status_sums sums;
	int rc = query_status(w->query, &s);

	rc = rc == 0 ? status_sums(w->query, &sums) : rc;
	if (rc != 0) {
		return rc;
	}
	html_raw(h,
	    "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8>"
	    "<meta name=viewport content=\"width=device-width\">"
	    "<meta name=color-scheme content=\"light dark\">"
	    "<link rel=icon href=/icon.svg><link rel=stylesheet "
	    "href=/ui.css><link rel=stylesheet href=/table.css><title>");
	html_raw(h, pages[kind].title);
	html_raw(h, " · otus</title><body class=plain><header class=top><div "
		    "class=bar><a class=brand href=/plain>otus</a><nav "
		    "aria-label=Pages>");
	for (enum kind k = 0; k < KIND_COUNT; k++) {
		html_raw(h, "<a class=tab href=");
		html_raw(h, pages[k].path);
		html_raw(h, k == kind ? " aria-current=page>" : ">");
		html_raw(h, pages[k].title);
		html_raw(h, "</a>");
	}
	html_raw(h, "</nav><a class=live href=/>live page</a></div></header>\n"
		    "<main><p>");
	html_raw(h, status_state(w, clock_mono_ns()));
	html_raw(h, s.learning ? ", learning" : "");
	html_raw(h, ", stream time ");
	if (s.stream_ns != 0) {
		stamp(h, s.stream_ns);
	} else {
		html_raw(h, "not begun");
	}
	html_raw(h, "<dl class=figures>");
	figure(h, "Frames", sums.frames);
	figure(h, "Operations", sums.operations);
	figure(h, "Malformed", s.malformed);
	figure(h, "Gaps", s.gaps);
	figure(h, "Dropped", sums.drops);
	figure(h, "Open alerts", s.alerts_open);
	html_raw(h, "</dl>\n<h1>");
	html_raw(h, pages[kind].title);
	html_raw(h,
	    "</h1><div class=\"card scroll\"><table class=inner><thead><tr>");
	html_raw(h, pages[kind].columns);
	html_raw(h, "<tbody>\n");
	return 0;
}

/* The same filter in the address of the next page. */
static void
next(struct plain *p, enum kind kind, const struct query_filter *f)
{
	const struct {
		const char *name, *value;
	} args[] = {{"q", f->text}, {"role", f->role}, {"proto", f->proto},
	    {"state", f->state}, {"severity", f->severity}, {"rule", f->rule},
	    {"asset", f->asset}, {"parent", f->parent}};

	html_raw(&p->h, "<p><a rel=next href=\"");
	html_raw(&p->h, pages[kind].path);
	html_raw(&p->h, "?after=");
	number(&p->h, (uint64_t)p->after);
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		if (args[i].value != NULL) {
			html_raw(&p->h, "&amp;");
			html_raw(&p->h, args[i].name);
			html_raw(&p->h, "=");
			html_url(&p->h, args[i].value);
		}
	}
	html_raw(&p->h, "\">Next page</a>");
}

static int
page(struct plain *p, struct web *w, enum kind kind, const struct args *a)
{
	struct query_page at = {.after = a->after};
	struct query_filter f;
	int rc;

	args_filter(a, &f);
	f.newest_first = kind == KIND_ALERT;
	p->left = a->limit < ROWS ? a->limit : ROWS;
	at.limit = p->left + 1;
	rc = top(&p->h, w, kind);
	rc = rc == 0 ? rows_read(w->query, kind, &f, &at, on_row, p) : rc;
	if (rc < 0) {
		return rc;
	}
	html_raw(&p->h, "</table></div>");
	if (p->after == 0) {
		html_raw(&p->h, "<p>Nothing here.");
	}
	if (p->more && p->after != 0) {
		next(p, kind, &f);
	}
	html_raw(&p->h,
	    "<p class=foot>Times are stream time, UTC. "
	    "<a href=/api/openapi.json>JSON interface</a></main>\n");
	return p->h.full ? ERR_TOOBIG : 0;
}

static enum MHD_Result
plain(struct request *rq, enum kind kind)
{
	struct reply reply = {
	    .status = MHD_HTTP_OK, .type = "text/html; charset=utf-8"};
	struct plain p = {.more = false};
	struct MHD_Response *r;
	struct args a;
	char *buf;
	int rc;

	if (args_read(rq->c, pages[kind].may | ARG_AFTER | ARG_LIMIT | ARG_TEXT,
		&a) != 0) {
		return args_failed(rq, &a);
	}
	buf = malloc(WEB_BUFFER);
	if (buf == NULL) {
		return query_failed(rq, ERR_NOMEM);
	}
	html_init(&p.h, buf, WEB_BUFFER);
	rc = page(&p, rq->web, kind, &a);
	if (rc != 0) {
		free(buf);
		return query_failed(rq, rc);
	}
	r = MHD_create_response_from_buffer(
	    p.h.used, buf, MHD_RESPMEM_MUST_FREE);
	if (r == NULL) {
		free(buf);
	}
	return reply_send(rq->c, &reply, r);
}

enum MHD_Result
plain_alerts(struct request *rq)
{
	return plain(rq, KIND_ALERT);
}

enum MHD_Result
plain_assets(struct request *rq)
{
	return plain(rq, KIND_ASSET);
}

enum MHD_Result
plain_links(struct request *rq)
{
	return plain(rq, KIND_LINK);
}
