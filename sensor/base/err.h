/*
 * err: one list of errors, each with its exit code and text (err.def).
 * Functions return 0 or a negative enum err; out-parameters are not written
 * on failure.
 */
#ifndef OTUS_BASE_ERR_H
#define OTUS_BASE_ERR_H

enum err {
	ERR_OK = 0,
#define E(name, code, text) ERR_NEG_##name,
#include "err.def"
#undef E
	ERR_COUNT_
};

enum {
#define E(name, code, text) ERR_##name = -ERR_NEG_##name,
#include "err.def"
#undef E
};

/* Accepts a value of either sign. */
const char *err_text(int err);
const char *err_name(int err);
int err_exit_code(int err);

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
