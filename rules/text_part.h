/*
 * text_part: a compiled template, shared by text.c, which makes it, and
 * render.c, which prints it.
 */
#ifndef OTUS_RULES_TEXT_PART_H
#define OTUS_RULES_TEXT_PART_H

#include "rules/text.h"

#define TEXT_PARTS_MAX 64
#define TEXT_NAME_SIZE 48 /* longest {name}, the end mark included */

enum text_kind {
	TEXT_LITERAL,
	TEXT_COLUMN,
	TEXT_END,   /* an end's name and address                 */
	TEXT_ABOUT, /* one thing that the inventory says of it   */
	TEXT_FACT,  /* object, old, new, usual, learned          */
	TEXT_TIME,
	TEXT_KEY_COLUMN, /* in a group: name=value               */
	TEXT_KEY_END,    /* in a group: name=#asset, or address  */
};

struct text_part {
	uint8_t kind;
	bool is_dst, by_role;    /* by_role: client or server            */
	int col, ip, mac, asset; /* columns, -1 = none                   */
	char *s;                 /* literal, or the name                 */
	const char *key;         /* what stands behind the name's dot     */
};

struct text {
	size_t n;
	struct text_part part[TEXT_PARTS_MAX];
};

#endif
