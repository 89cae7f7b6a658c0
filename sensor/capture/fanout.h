/*
 * fanout: several sensor processes share one interface, each seeing whole
 * conversations between two addresses.
 *
 * The kernel asks a classic BPF program which member gets a frame
 * (PACKET_FANOUT_CBPF, packet(7)).  It hashes the unordered pair of IP
 * addresses and never ports: a Forward Open on TCP and its I/O on UDP must
 * meet.  ARP goes with the pair that it is about.  All that cannot be told
 * apart so goes to member 0: what is sent to many, tunnels whose inside
 * decides (GRE and with it ERSPAN, IP in IP, VXLAN), and every other
 * protocol.  Fragments follow their addresses.
 *
 * Members are numbered in the order of joining, and the kernel moves the
 * last into the place of one that leaves.  A process must therefore join the
 * groups of all its interfaces before the next process joins any: then both
 * legs of a conversation have the same number everywhere.
 */
#ifndef OTUS_CAPTURE_FANOUT_H
#define OTUS_CAPTURE_FANOUT_H

#include <linux/filter.h>

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FANOUT_PROGRAM_MAX 160

/* Writes the program; returns its length in instructions. */
size_t fanout_program(struct sock_filter ret[static FANOUT_PROGRAM_MAX]);

/* Lets nothing through to this packet socket. */
int fanout_shut(int fd) MUST_CHECK;
/* Lets everything through. */
int fanout_open(int fd) MUST_CHECK;
/* Joins the group, which the first to join creates.  All of these: 0 or
 * ERR_UNSUPPORTED, ERR_PERM, ERR_IO with errno. */
int fanout_join(int fd, uint16_t group) MUST_CHECK;

#endif
