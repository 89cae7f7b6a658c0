/*
 * learning: which conditions cannot hold while the baseline is learned.
 */
#ifndef OTUS_RULES_LEARNING_H
#define OTUS_RULES_LEARNING_H

#include <stdbool.h>

/*
 * True when the condition is a row of ANDs of which one is NOT learned('...'):
 * that is never true during learning (functions.md), so nobody need ask.  Where
 * it takes more than a look to tell, false.
 */
bool learning_silences(const char *when);

#endif
