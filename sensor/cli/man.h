/*
 * man: the program's manual page, in mdoc.
 */
#ifndef OTUS_CLI_MAN_H
#define OTUS_CLI_MAN_H

#include <stdio.h>

void man_print(FILE *);

#endif
