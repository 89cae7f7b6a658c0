/*
 * frame: which frame of which capture shows a thing, as one number.
 *
 * A frame's number counts within its input, and what is kept outlives the
 * inputs it was read from.  So a row has both: FRAME_BITS of number (a year
 * and a half of 300 000 frames a second), above them the input's row of
 * `inputs`.  A live interface is the input without a name.  0: no frame.
 */
#ifndef OTUS_STORE_FRAME_H
#define OTUS_STORE_FRAME_H

#define FRAME_BITS 44
#define FRAME_MASK ((UINT64_C(1) << FRAME_BITS) - 1)

/* A file by its row; not while all that there is came from one input: rows
 * count from 1. */
#define INPUT_SQL                                                \
	"SELECT nullif(name, '') FROM inputs WHERE id = ?1 AND " \
	"EXISTS (SELECT 1 FROM inputs WHERE id = 2)"
/*
 * Of an alert l: the numbers as JSON has them, and the files one for each,
 * with a / between them, as no name has it; none as above.
 */
#define ALERT_FRAMES                                                        \
	"(SELECT json_group_array(value & 17592186044415) FROM "            \
	"json_each(l.frames)), (SELECT group_concat(coalesce((SELECT name " \
	"FROM inputs WHERE id = (value >> 44)), ''), '/') FROM "            \
	"json_each(l.frames) WHERE EXISTS (SELECT 1 FROM inputs WHERE "     \
	"id = 2))"

#endif
