/*
 * compare: whether a declared value and an observed one can both be true.
 *
 *	MAC, IP   one of the declared ones is one of the observed ones
 *	serial    equal without case, punctuation, leading zeros and "0x"
 *	name      equal without case and punctuation; of a host name, the host
 *	words     one has all of the other's words side by side, case, punctuation
 *	          and legal forms (AG, GmbH, Inc ...) aside: "Siemens" is "SIEMENS
 *	          AG", "Rockwell Automation" is "Rockwell Automation/Allen-Bradley"
 *	model     likewise; or equal without anything between letters and
 *	          digits: "6ES7315-2EH14" is "6ES7 315-2EH14"
 *	version   the same numbers and words, without a "V" in front, leading zeros
 *	          and ".0" at the end: V02.09.00 is 2.9, but 2.9 is not 2.9.4
 *
 * A placeholder, and what has no value on one side, contradicts nothing.
 */
#ifndef OTUS_STORE_DECLARED_COMPARE_H
#define OTUS_STORE_DECLARED_COMPARE_H

#include "store/declared/key.h"

bool decl_agrees(enum decl_key, const char *declared, const char *observed);

#endif
