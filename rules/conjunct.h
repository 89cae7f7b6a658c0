/*
 * conjunct: the parts of a condition that all have to hold, by its text.
 *
 * AND binds tighter than OR and looser than NOT, so without OR at the outermost
 * level each part between two ANDs stands for itself.  Only what is beyond
 * doubt is taken apart: BETWEEN and CASE have ANDs of their own, and comments
 * could hide anything.
 */
#ifndef OTUS_RULES_CONJUNCT_H
#define OTUS_RULES_CONJUNCT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The end of the part that starts at p: where its AND stands, or the end of
 * the text; NULL when a look is not enough.
 */
const char *conjunct_end(const char *p);
/* Behind that AND, or NULL behind the last part. */
const char *conjunct_next(const char *end);

/* Likewise of the parts of which one has to hold, in a text up to end. */
const char *alternative_end(const char *p, const char *end);
const char *alternative_next(const char *at, const char *end);

/* What texts of SQL are made of. */
bool sql_is_word(char);
const char *sql_skip_space(const char *p);
/* Behind the word when it stands here, else NULL. */
const char *sql_word(const char *p, const char *what);
/* Behind the quoted text at p, or NULL: a doubled quote is part of it. */
const char *sql_skip_quoted(const char *p);

#endif
