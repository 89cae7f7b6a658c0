/*
 * Fuzzes rule files: any bytes are cut into sections, understood, compiled
 * under the guard, and what loads judges a few events, whose texts must come
 * out clean.
 *
 * Whatever the file says, the connection must be as it was afterwards: its
 * one row untouched, its transaction open.
 *
 * All of it takes some 300 us a file, most of them SQLite's; load_fuzz reads
 * the text and guard_fuzz compiles conditions, each many times as fast.
 *
 * libFuzzer: -max_len=640
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "rules/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world w;

static void
run(const char *sql)
{
	if (sqlite3_exec(w.db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		abort();
	}
}

static void
check_database(void)
{
	static sqlite3_stmt *st;

	if (st == NULL) {
		(void)sqlite3_prepare_v2(w.db,
		    "SELECT 1 FROM guarded WHERE a = 1 AND "
		    "(SELECT count(*) FROM guarded) = 1 AND "
		    "(SELECT count(*) FROM sqlite_schema) = 1",
		    -1, &st, NULL);
	}
	if (sqlite3_get_autocommit(w.db) != 0 ||
	    sqlite3_step(st) != SQLITE_ROW) {
		abort();
	}
	(void)sqlite3_reset(st);
}

static void
check_clean(const char *s)
{
	static char copy[4096];
	bool bad = false;

	(void)utf8_clean(copy, sizeof(copy), s, strlen(s), &bad);
	if (bad || strpbrk(s, "\n\r\t\x1b\x7f") != NULL) {
		abort();
	}
}

static int
on_hit(struct world *world)
{
	check_clean(world->key);
	check_clean(world->title);
	check_clean(world->soc);
	check_clean(world->ot);
	check_clean(world->check);
	return 0;
}

static void
judge(void)
{
	if (world_judge(&w) != 0) {
		abort();
	}
}

static void
judge_all(void)
{
	static const char nasty[] = "A\n\x1b[2J\xe2\x80\xae\xff{src}|%";
	struct ev *e =
	    world_request(&w, "write_multiple_registers", 16, EV_CLASS_WRITE);

	ev_uint(e, H_ADDR, 100);
	ev_uint(e, H_QTY, 2);
	ev_bytes(e, H_VALUES, EV_T_REGS, "\0\1\xff\xff", 4);
	judge();
	e = world_reply(&w, "read_coils", 1, EV_CLASS_READ, "ok");
	e->flags |= EV_TENTATIVE | EV_DUP;
	ev_bytes(e, H_VALUES, EV_T_BITS, "\xaa\x55", 16);
	judge();
	e = world_event(&w, EV_IDENTITY);
	ev_name(e, EVF_KEY, "vendor");
	ev_bytes(e, EVF_VALUE, EV_T_TEXT, nasty, sizeof(nasty) - 1);
	judge();
	e = world_event(&w, EV_GAP);
	ev_double(e, EVF_COUNT, 0.1);
	judge();
}

static void
open_world(void)
{
	world_open(&w);
	w.link = w.operation = 0;
	w.range = WORLD_NULL;
	w.src_name = "\xff\x1b<b>";
	w.on_hit = on_hit;
	run("CREATE TABLE guarded (a)");
	run("INSERT INTO guarded VALUES (1)");
	run("BEGIN");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (w.db == NULL) {
		open_world();
	}
	if (world_load_text_n(&w, (const char *)data, size) != 0) {
		abort();
	}
	judge_all();
	check_database();
	return 0;
}
