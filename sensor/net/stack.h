/*
 * stack: what the form of a SYN says of who sent it.
 *
 * Every TCP/IP stack opens a connection in a way of its own: how long a packet
 * may live, which options it has in which order, how large its window is.  That
 * is a guess, and said to be one (claim `guess`, with what it rests on in
 * `via`): it never stands against what anybody says of himself.
 *
 * Of a private address it is told once, of the first SYN, or answer to one,
 * that has the form of a single family of systems.  The time to live tells how
 * many routers it has passed; behind more than a plant has, nothing is guessed.
 */
#ifndef OTUS_NET_STACK_H
#define OTUS_NET_STACK_H

#include "net/pkt.h"

struct net;

struct stack_guess {
	const char *os, *via; /* static text */
};

/* NULL: several have that form, or nobody that is known. */
const struct stack_guess *stack_of(const struct pkt *syn);
void stack_syn(struct net *, const struct pkt *);

#endif
