/*
 * inventory: what otus knows of each device, for other programs and for a
 * plant's own register.
 *
 * The first fourteen columns are those of CISA and others, "Foundations for
 * OT Cybersecurity: Asset Inventory Guidance for Owners and Operators"
 * (August 2025), in its order and words.  A person's word goes before what
 * was observed; what neither says stays empty.  `otus import` reads the file
 * back: headers are those of declared/key.def.
 *
 *	Protocols, Ports/Services   dissectors and nDPI; that it answers
 *	Criticality, Number,        only people know
 *	  Location (also SNMP's sysLocation and the like)
 *	Role/Type                   what it was seen to do
 *	Hostname, Manufacturer,     its own word, best first; the maker of its
 *	  Model, Operating System     MAC for want of that
 *	IP, MAC                     as bound by ARP, ND, DHCP
 *	Logging                     where it sends syslog
 *	User Accounts               who logged in to it (never a password)
 *
 * After them what a person may want beside a declared value: the addresses
 * heard, and who told the manufacturer.  What is declared and was never heard
 * comes last, and is marked as that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/declared/unsaid.h"
#include "store/export/register_only.h"
#include "store/export/source.h"

#define CELL_SIZE DECL_VALUE_MAX /* so that it can be declared again */

#define CELLS(C)                                                 \
	C(PROTOCOLS, "Active/Supported Communication Protocols") \
	C(CRITICALITY, "Asset Criticality")                      \
	C(NUMBER, "Asset Number")                                \
	C(ROLE, "Asset Role/Type")                               \
	C(HOSTNAME, "Hostname")                                  \
	C(IP, "IP Address")                                      \
	C(LOGGING, "Logging")                                    \
	C(MAC, "MAC Address")                                    \
	C(VENDOR, "Manufacturer")                                \
	C(MODEL, "Model")                                        \
	C(OS, "Operating System")                                \
	C(LOCATION, "Physical Location/Address")                 \
	C(PORTS, "Ports/Services")                               \
	C(ACCOUNTS, "User Accounts")                             \
	C(NAME, "Name")                                          \
	C(SERIAL, "Serial Number")                               \
	C(FIRMWARE, "Firmware")                                  \
	C(HARDWARE, "Hardware")                                  \
	C(SOFTWARE, "Software")                                  \
	C(ZONE, "Zone")                                          \
	C(LEVEL, "Level")                                        \
	C(OWNER, "Owner")                                        \
	C(TAGS, "Tags")                                          \
	C(NOTES, "Notes")                                        \
	C(APPROVED, "Approved")                                  \
	C(ASSET, "Asset ID")                                     \
	C(SUB, "Address Behind")

enum {
#define C(KEY, header) CELL_##KEY,
	CELLS(C)
#undef C
	    CELLS_DECLARED,
	CELL_PARENT = CELLS_DECLARED,
	CELL_FIRST,
	CELL_LAST,
	CELL_SOURCE,
	CELL_HEARD_IP,
	CELL_HEARD_MAC,
	CELL_HEARD,
	CELL_UNSAID,
	CELL_DECLARED,
	CELLS_ALL
};

struct line {
	char cell[CELLS_ALL][CELL_SIZE];
};

#define AT(i) CELL_CHARS, offsetof(struct line, cell) + (i)*CELL_SIZE, NULL

static const struct column columns[] = {
#define C(KEY, header) {header, IN_CSV, false, 0, 0, AT(CELL_##KEY)},
    CELLS(C)
#undef C
	{"Behind", IN_CSV, false, 0, 0, AT(CELL_PARENT)},
    {"First Seen", IN_CSV, false, 0, 0, AT(CELL_FIRST)},
    {"Last Seen", IN_CSV, false, 0, 0, AT(CELL_LAST)},
    {"Manufacturer Source", IN_CSV, false, 0, 0, AT(CELL_SOURCE)},
    {"Observed IP", IN_CSV, false, 0, 0, AT(CELL_HEARD_IP)},
    {"Observed MAC", IN_CSV, false, 0, 0, AT(CELL_HEARD_MAC)},
    {"Heard", IN_CSV, false, 0, 0, AT(CELL_HEARD)},
    {UNSAID_HEADER, IN_CSV, false, 0, 0, AT(CELL_UNSAID)},
    {"Declared Columns", IN_CSV, false, 0, 0, AT(CELL_DECLARED)},
};

static const uint8_t keys[CELLS_DECLARED] = {
#define C(KEY, header) DECL_##KEY,
    CELLS(C)
#undef C
};

/* --- one line ------------------------------------------------------------- */

static void
set(struct line *l, int cell, const char *value)
{
	struct text t;

	text_start(&t, l->cell[cell], CELL_SIZE);
	text_put(&t, value != NULL ? value : "");
}

/* As many as a declared value may have; a router has more. */
static void
set_list(struct line *l, int cell, const char *const *list, size_t n)
{
	struct text t;

	text_start(&t, l->cell[cell], CELL_SIZE);
	for (size_t i = 0; i < n && i < DECL_LIST_MAX; i++) {
		if (t.n + strlen(list[i]) + 2 > CELL_SIZE) {
			break;
		}
		text_put(&t, i != 0 ? " " : "");
		text_put(&t, list[i]);
	}
}

static void
set_observed(struct line *l, const struct query_asset *a)
{
	char level[16] = "";

	if (a->level >= 0) {
		(void)snprintf(level, sizeof(level), "%d", a->level);
	}
	set_list(l, CELL_PROTOCOLS, a->protocols, a->nprotocols);
	set(l, CELL_ROLE, a->role);
	set(l, CELL_HOSTNAME, source_fact(a, "hostname"));
	set_list(l, CELL_IP, a->ips, a->nips);
	set_list(l, CELL_MAC, a->macs, a->nmacs);
	set(l, CELL_VENDOR, a->vendor);
	set(l, CELL_MODEL, a->model);
	set(l, CELL_OS, source_fact(a, "os"));
	set(l, CELL_LOCATION, source_fact(a, "location"));
	set(l, CELL_NAME, a->name);
	set(l, CELL_SERIAL, a->serial);
	set(l, CELL_FIRMWARE, a->firmware);
	set(l, CELL_HARDWARE, a->hardware);
	set(l, CELL_SOFTWARE, a->software);
	set(l, CELL_LEVEL, level);
	set(l, CELL_ASSET, a->id);
	set(l, CELL_PARENT, a->parent);
	set(l, CELL_SOURCE,
	    a->vendor == NULL                     ? ""
	    : a->vendor_by_mac                    ? "MAC registry"
	    : query_declared(a, "vendor") != NULL ? "declared"
						  : "observed");
	set_list(l, CELL_HEARD_IP, a->ips, a->nips);
	set_list(l, CELL_HEARD_MAC, a->macs, a->nmacs);
}

static void
set_time(struct line *l, int cell, uint64_t ns)
{
	char at[CLOCK_STAMP_MAX] = "";

	if (ns != 0) {
		clock_rfc3339(at, ns);
	}
	set(l, cell, at);
}

/* A person's words over it; which those are, and which are not. */
static void
set_declared(struct line *l, const struct query_asset *a)
{
	char word[UNSAID_MAX];
	struct text said, unsaid;

	text_start(&said, l->cell[CELL_DECLARED], CELL_SIZE);
	text_start(&unsaid, l->cell[CELL_UNSAID], CELL_SIZE);
	for (int i = 0; i < CELLS_DECLARED; i++) {
		enum decl_key k = (enum decl_key)keys[i];
		const char *v = query_declared(a, decl_word(k));

		if (i == CELL_ASSET) {
			continue;
		}
		if (v != NULL) {
			set(l, i, v);
			text_put(&said, said.n != 0 ? " " : "");
			text_put(&said, decl_word(k));
			continue;
		}
		unsaid_word(k, l->cell[i], word);
		text_put(&unsaid, unsaid.n != 0 && word[0] != '\0' ? " " : "");
		text_put(&unsaid, word);
	}
}

static int
set_details(struct line *l, struct query *q, const struct query_asset *a)
{
	static const struct {
		int cell;
		enum query_detail what;
	} details[] = {{CELL_PORTS, QUERY_PORTS},
	    {CELL_ACCOUNTS, QUERY_ACCOUNTS}, {CELL_LOGGING, QUERY_LOGGING}};
	int rc = 0;

	for (size_t i = 0; i < 3 && rc == 0; i++) {
		struct text t;

		text_start(&t, l->cell[details[i].cell], CELL_SIZE);
		rc = query_detail(q, a->row, details[i].what, &t);
	}
	return rc;
}

static int
fill(struct line *l, struct query *q, const struct query_asset *a)
{
	struct text t;
	int rc;

	memset(l, 0, sizeof(*l));
	set_observed(l, a);
	text_start(&t, l->cell[CELL_SUB], CELL_SIZE);
	if (a->nsubs != 0) {
		query_put_sub(&t, &a->subs[0]);
	}
	set_time(l, CELL_FIRST, a->first);
	set_time(l, CELL_LAST, a->last);
	rc = set_details(l, q, a);
	set_declared(l, a);
	return rc;
}

/* --- all of them ------------------------------------------------------------ */

struct taker {
	struct query *q;
	int (*row)(void *, const void *);
	void *arg;
	struct line *line;
};

static int
take(void *arg, const struct query_asset *a)
{
	struct taker *t = arg;
	int rc = fill(t->line, t->q, a);

	set(t->line, CELL_HEARD, "yes");
	return rc == 0 ? t->row(t->arg, t->line) : rc;
}

static int
take_unheard(void *arg, const struct query_asset *a, const char *why)
{
	struct taker *t = arg;
	int rc = fill(t->line, t->q, a);

	set(t->line, CELL_HEARD, why);
	set(t->line, CELL_ASSET, query_declared(a, "asset"));
	return rc == 0 ? t->row(t->arg, t->line) : rc;
}

static int
page(struct query *q, const struct query_filter *f, struct query_page *p,
    int (*row)(void *, const void *), void *arg)
{
	struct taker t = {q, row, arg, malloc(sizeof(*t.line))};
	int rc;

	if (t.line == NULL) {
		return ERR_NOMEM;
	}
	rc = query_assets(q, f, p, take, &t);
	if (rc == 0 && p->after == 0) {
		rc = register_only(q, take_unheard, &t);
	}
	free(t.line);
	return rc;
}

/* "Asset Role/Type" is asset_role_type. */
static void
json_name(const char *header, char *buf)
{
	for (; *header != '\0'; header++) {
		char c = *header;

		*buf++ = c >= 'A' && c <= 'Z'   ? (char)(c + 32)
			 : c == ' ' || c == '/' ? '_'
						: c;
	}
	*buf = '\0';
}

static void
json(struct json *j, const void *row)
{
	const struct line *l = row;

	json_object(j);
	for (size_t i = 0; i < CELLS_ALL; i++) {
		char name[64];

		json_name(columns[i].name, name);
		json_known(j, name, l->cell[i]);
	}
	json_object_end(j);
}

int
export_inventory(struct query *q, enum export_format format, FILE *out)
{
	static const struct source source = {
	    .column = columns,
	    .n = sizeof(columns) / sizeof(columns[0]),
	    .empty = "",
	    .page = page,
	    .json = json,
	};

	return source_export(&source, q, NULL, format, out);
}
