/*
 * builtin: the rule files of this folder, inside the program, so that it
 * watches without anything installed beside it.
 *
 * builtin.inc is made by builtin.sh from *.rules in the build folder.
 */
#include "rules/builtin.h"

const struct builtin_file builtin_files[] = {
#include "rules/builtin.inc"
};

const size_t builtin_count = sizeof(builtin_files) / sizeof(builtin_files[0]);
