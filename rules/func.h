/*
 * func: the SQL functions that need nothing but the event.
 */
#ifndef OTUS_RULES_FUNC_H
#define OTUS_RULES_FUNC_H

#include "rules/evtab.h"

/* stream_time() and ip_scope(); functions.md says what they answer. */
int func_register(sqlite3 *, struct evtab *) MUST_CHECK;

/* "private", "public", ...; NULL when the text is no address. */
const char *func_ip_scope(const char *text);

#endif
