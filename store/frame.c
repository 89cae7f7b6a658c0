/*
 * frame: see frame.h.  An input is known by its name, so a capture that is
 * read again is the same one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/store_priv.h"

#define FILE_NAME 256 /* as file systems have it */

_Static_assert(FRAME_MASK == 17592186044415, "as in frame.h's statements");
_Static_assert(LIMIT_STORE_INPUTS < (UINT64_C(1) << (63 - FRAME_BITS)),
    "a number of SQLite has a sign");

/* A file may be called so; it must not speak to the terminal. */
static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* Its row; 0, of no input, when there are too many. */
static int
row_of(struct store *s, const char *name, uint32_t *ret)
{
	sqlite3_stmt *st = s->st[ST_INPUT_NEW];
	char clean[FILE_NAME];
	int rc;

	(void)utf8_clean(clean, sizeof(clean), name, strlen(name), NULL);
	for (char *p = clean; *p != '\0'; p++) {
		*p = is_control(*p) ? '?' : *p;
	}
	db_bind_text(st, 1, clean);
	db_bind(st, 2, LIMIT_STORE_INPUTS);
	rc = db_run(st);
	if (rc != 0) {
		return rc;
	}
	st = s->st[ST_INPUT];
	db_bind_text(st, 1, clean);
	rc = db_step(st);
	if (rc == 1) {
		*ret = (uint32_t)db_get(st, 0);
		db_reset(st);
	}
	return rc < 0 ? rc : 0;
}

int
store_inputs(struct store *s, const char *const names[], size_t n)
{
	uint32_t *rows = calloc(n, sizeof(*rows));
	int rc = rows == NULL ? ERR_NOMEM : store_begin(s);

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = row_of(s, names[i], &rows[i]);
	}
	if (rc != 0) {
		store_fail(s);
	} else {
		/* What is taken back later must not take these rows along. */
		rc = store_commit(s);
	}
	if (rc != 0) {
		free(rows);
		return rc;
	}
	free(s->input);
	s->input = rows;
	s->ninputs = n;
	return 0;
}

int64_t
frame_of(const struct store *s, uint32_t input, uint64_t frame)
{
	uint64_t row = input < s->ninputs ? s->input[input] : 0;

	if (frame == 0) {
		return 0;
	}
	return (int64_t)(row << FRAME_BITS | (frame & FRAME_MASK));
}

int64_t
frame_at_hand(const struct store *s)
{
	return frame_of(s, s->now.ev->input, s->now.ev->frame);
}
