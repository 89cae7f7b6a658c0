/*
 * version: of the program, in one place.
 */
#ifndef OTUS_VERSION_H
#define OTUS_VERSION_H

#define OTUS_VERSION "0.1.0"

#endif
