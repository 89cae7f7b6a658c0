/*
 * samples: small capture files of every kind that replay reads, byte by
 * byte, for the unit tests and (through seed_tool.c) as seeds of the fuzzer.
 */
#ifndef OTUS_CAPTURE_SAMPLES_H
#define OTUS_CAPTURE_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */

/* pcap, little-endian, microseconds: three frames of 4, 6 and 3 bytes, the
 * last cut from 9. */
static const uint8_t sample_pcap_us_le[] = {
	0xd4, 0xc3, 0xb2, 0xa1,		/* magic: microseconds		*/
	2, 0, 4, 0,			/* version 2.4			*/
	0, 0, 0, 0, 0, 0, 0, 0,		/* reserved			*/
	0x00, 0x00, 0x04, 0x00,		/* snap length 262144		*/
	1, 0, 0, 0x30,			/* Ethernet, and FCS bits	*/

	0xe1, 0xd1, 0x2d, 0x41,		/* 1093521889 s			*/
	0x2c, 0xa1, 0x0a, 0x00,		/* 696620 us			*/
	4, 0, 0, 0,			/* captured			*/
	4, 0, 0, 0,			/* on the wire			*/
	0x11, 0x12, 0x13, 0x14,

	0xe1, 0xd1, 0x2d, 0x41, 0x2d, 0xa1, 0x0a, 0x00,
	6, 0, 0, 0, 6, 0, 0, 0,
	0x21, 0x22, 0x23, 0x24, 0x25, 0x26,

	0xe2, 0xd1, 0x2d, 0x41, 0x00, 0x00, 0x00, 0x00,
	3, 0, 0, 0,			/* captured			*/
	9, 0, 0, 0,			/* on the wire			*/
	0x31, 0x32, 0x33,
};

/* pcap, big-endian, nanoseconds: two frames. */
static const uint8_t sample_pcap_ns_be[] = {
	0xa1, 0xb2, 0x3c, 0x4d,		/* magic: nanoseconds		*/
	0, 2, 0, 4,			/* version 2.4			*/
	0, 0, 0, 0, 0, 0, 0, 0,		/* reserved			*/
	0, 0, 0, 0,			/* snap length: none		*/
	0, 0, 0, 113,			/* Linux cooked			*/

	0x41, 0x2d, 0xd1, 0xe1,		/* 1093521889 s			*/
	0x3b, 0x9a, 0xc9, 0xff,		/* 999999999 ns			*/
	0, 0, 0, 2, 0, 0, 0, 2,
	0x11, 0x12,

	0xff, 0xff, 0xff, 0xff,		/* the last second		*/
	0xff, 0xff, 0xff, 0xff,		/* and more than one more	*/
	0, 0, 0, 1, 0, 0, 0, 1,
	0x21,
};

/* pcap with Kuznetzov's longer record headers: two frames. */
static const uint8_t sample_pcap_modified[] = {
	0x34, 0xcd, 0xb2, 0xa1,		/* magic: modified		*/
	2, 0, 4, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0xff, 0xff, 0, 0,
	1, 0, 0, 0,

	1, 0, 0, 0, 2, 0, 0, 0,		/* 1.000002 s			*/
	3, 0, 0, 0, 3, 0, 0, 0,
	2, 0, 0, 0,			/* interface index		*/
	0x08, 0x00,			/* protocol			*/
	4, 0,				/* packet type, padding		*/
	0x11, 0x12, 0x13,

	2, 0, 0, 0, 0, 0, 0, 0,
	1, 0, 0, 0, 1, 0, 0, 0,
	2, 0, 0, 0, 0x08, 0x00, 4, 0,
	0x21,
};

/* The same with a frame of which nothing was captured: a read that is cut
 * inside the longer header must not pass for a frame of no bytes. */
static const uint8_t sample_pcap_modified_empty[] = {
	0x34, 0xcd, 0xb2, 0xa1,
	2, 0, 4, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0xff, 0xff, 0, 0,
	1, 0, 0, 0,

	1, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0,			/* captured			*/
	60, 0, 0, 0,			/* on the wire			*/
	2, 0, 0, 0, 0x08, 0x00, 4, 0,

	2, 0, 0, 0, 0, 0, 0, 0,
	1, 0, 0, 0, 60, 0, 0, 0,
	2, 0, 0, 0, 0x08, 0x00, 4, 0,
	0x21,
};

/* pcap of version 2.2, when the length on the wire came first. */
static const uint8_t sample_pcap_old[] = {
	0xd4, 0xc3, 0xb2, 0xa1,
	2, 0, 2, 0,			/* version 2.2			*/
	0, 0, 0, 0, 0, 0, 0, 0,
	68, 0, 0, 0,
	1, 0, 0, 0,

	1, 0, 0, 0, 0, 0, 0, 0,
	90, 0, 0, 0,			/* on the wire			*/
	2, 0, 0, 0,			/* captured			*/
	0x11, 0x12,

	2, 0, 0, 0, 0, 0, 0, 0,
	1, 0, 0, 0, 1, 0, 0, 0,
	0x21,
};

/* pcapng: a little-endian section with two interfaces and every block that
 * holds a frame, then a big-endian one. */
static const uint8_t sample_pcapng[] = {
	/* section header */
	0x0a, 0x0d, 0x0d, 0x0a,
	40, 0, 0, 0,			/* total length			*/
	0x4d, 0x3c, 0x2b, 0x1a,		/* byte order: little		*/
	1, 0, 0, 0,			/* version 1.0			*/
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* length unknown */
	4, 0, 2, 0, 'm', 'e', 0, 0,	/* shb_userappl			*/
	0, 0, 0, 0,			/* end of options		*/
	40, 0, 0, 0,

	/* interface 0: eth0, Ethernet, nanoseconds */
	1, 0, 0, 0,
	44, 0, 0, 0,
	1, 0, 0, 0,			/* link type, reserved		*/
	2, 0, 0, 0,			/* snap length 2		*/
	2, 0, 4, 0, 'e', 't', 'h', '0',	/* if_name			*/
	9, 0, 1, 0, 9, 0, 0, 0,		/* if_tsresol 10^-9		*/
	0, 0, 0, 0,			/* end of options		*/
	0, 0, 0, 0,			/* and what nobody reads	*/
	44, 0, 0, 0,

	/* interface 1: no name, raw IP, microseconds by default */
	1, 0, 0, 0,
	20, 0, 0, 0,
	101, 0, 0, 0,
	0, 0, 0, 0,			/* no snap length		*/
	20, 0, 0, 0,

	/* enhanced packet block, interface 0 */
	6, 0, 0, 0,
	36, 0, 0, 0,
	0, 0, 0, 0,			/* interface			*/
	1, 0, 0, 0, 2, 0, 0, 0,		/* 0x0000000100000002 ns	*/
	2, 0, 0, 0,			/* captured			*/
	60, 0, 0, 0,			/* on the wire			*/
	0x11, 0x12, 0, 0,		/* data, padding		*/
	36, 0, 0, 0,

	/* name resolution block: passed over */
	4, 0, 0, 0,
	16, 0, 0, 0,
	0, 0, 0, 0,
	16, 0, 0, 0,

	/* simple packet block: interface 0, cut to its snap length */
	3, 0, 0, 0,
	20, 0, 0, 0,
	7, 0, 0, 0,			/* on the wire			*/
	0x21, 0x22, 0, 0,
	20, 0, 0, 0,

	/* obsolete packet block, interface 1 */
	2, 0, 0, 0,
	36, 0, 0, 0,
	1, 0, 0xff, 0xff,		/* interface, drops unknown	*/
	0, 0, 0, 0, 5, 0, 0, 0,		/* 5 us				*/
	3, 0, 0, 0, 3, 0, 0, 0,
	0x31, 0x32, 0x33, 0,
	36, 0, 0, 0,

	/* section header: big-endian */
	0x0a, 0x0d, 0x0d, 0x0a,
	0, 0, 0, 28,
	0x1a, 0x2b, 0x3c, 0x4d,
	0, 1, 0, 0,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0, 0, 0, 28,

	/* interface 0 of this section: eth0 again, 2^-10 s, one second later */
	0, 0, 0, 1,
	0, 0, 0, 52,
	0, 1, 0, 0,
	0, 0, 0, 0,
	0, 2, 0, 4, 'e', 't', 'h', '0',	/* if_name			*/
	0, 9, 0, 1, 0x8a, 0, 0, 0,	/* if_tsresol 2^-10		*/
	0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, /* if_tsoffset 1 s		*/
	0, 0, 0, 0,
	0, 0, 0, 52,

	/* enhanced packet block with options */
	0, 0, 0, 6,
	0, 0, 0, 48,
	0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 2, 0,		/* 512 ticks: half a second	*/
	0, 0, 0, 4, 0, 0, 0, 4,
	0x41, 0x42, 0x43, 0x44,
	0, 2, 0, 4, 0, 0, 0, 1,		/* epb_flags: inbound		*/
	0, 0, 0, 0,
	0, 0, 0, 48,

	/* a vendor's own block: passed over */
	0x00, 0x00, 0x0b, 0xad,
	0, 0, 0, 20,
	0, 0, 0x7e, 0xd9,		/* enterprise number		*/
	0xde, 0xad, 0xbe, 0xef,
	0, 0, 0, 20,
};

/* clang-format on */

#define SAMPLE(name)                                        \
	{                                                   \
#name, sample_##name, sizeof(sample_##name) \
	}

static const struct sample {
	const char *name;
	const uint8_t *p;
	size_t n;
} samples[] = {
    SAMPLE(pcap_us_le),
    SAMPLE(pcap_ns_be),
    SAMPLE(pcap_modified),
    SAMPLE(pcap_modified_empty),
    SAMPLE(pcap_old),
    SAMPLE(pcapng),
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

#endif
