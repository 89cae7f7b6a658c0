/*
 * capture: where frames come from, live or replayed, behind one interface.
 *
 * A frame handed out is valid until the next call.  Nothing here decodes
 * beyond the capture format itself.
 */
#ifndef OTUS_CAPTURE_CAPTURE_H
#define OTUS_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One frame as it was captured. */
struct frame {
	const uint8_t *data;
	uint32_t caplen; /* bytes at data                                 */
	uint32_t len;    /* bytes on the wire; > caplen: capture cut it   */
	uint64_t ts_ns;
	uint64_t number;   /* from 1, per input                             */
	uint32_t input;    /* which file, from 0; 0 when live               */
	uint32_t iface;    /* interface within the input, from 0            */
	uint16_t linktype; /* LINKTYPE_ value of the pcap formats           */
};

/* Link types that decode knows (tcpdump.org/linktypes.html). */
enum {
	LINKTYPE_NULL = 0,
	LINKTYPE_ETHERNET = 1,
	LINKTYPE_RAW = 101,
	LINKTYPE_LOOP = 108,
	LINKTYPE_LINUX_SLL = 113,
	LINKTYPE_IPV4 = 228,
	LINKTYPE_IPV6 = 229,
	LINKTYPE_LINUX_SLL2 = 276,
	/* what OpenBSD, some BSDs and old files call raw IP */
	LINKTYPE_RAW_BSD = 12,
	LINKTYPE_RAW_OPENBSD = 14,
};

#endif
