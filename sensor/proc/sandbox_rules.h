/*
 * sandbox_rules: the table of system calls that sandbox.c loads.
 */
#ifndef OTUS_PROC_SANDBOX_RULES_H
#define OTUS_PROC_SANDBOX_RULES_H

#include <stddef.h>
#include <stdint.h>

/* On which arguments a rule holds. */
enum sandbox_when {
	WHEN_ALWAYS,
	WHEN_FD,      /* argument 0 is one of write_fds                   */
	WHEN_SELF,    /* argument 0 is the process itself                 */
	WHEN_EQ,      /* argument arg equals value                        */
	WHEN_BITS,    /* argument arg has all the bits of value           */
	WHEN_NO_BITS, /* argument arg has none of the bits of value       */
};

struct sandbox_rule {
	int call;          /* libseccomp's number; unknown here: left out  */
	unsigned profiles; /* 1 << enum sandbox_profile                    */
	uint8_t when, arg;
	int error; /* 0: allow; else refuse with this errno        */
	uint64_t value;
};

extern const struct sandbox_rule sandbox_rules[];
extern const size_t sandbox_nrules;

#endif
