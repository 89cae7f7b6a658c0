/*
 * cdp: what the two files of this folder share.
 */
#ifndef OTUS_DISSECTORS_CDP_CDP_H
#define OTUS_DISSECTORS_CDP_CDP_H

#include "dissectors/lldp/neighbour.h"
#include "dissectors/registry.h"

#define CDP_ADDRESSES_MAX 32 /* of a list; more is told as too much */

enum cdp_type {
	CDP_DEVICE_ID = 0x01,
	CDP_ADDRESSES = 0x02,
	CDP_PORT_ID = 0x03,
	CDP_CAPABILITIES = 0x04,
	CDP_SOFTWARE = 0x05,
	CDP_PLATFORM = 0x06,
	CDP_VTP_DOMAIN = 0x09,
	CDP_NATIVE_VLAN = 0x0a,
	CDP_DUPLEX = 0x0b,
	CDP_VOICE_VLAN = 0x0e,
	CDP_SYSTEM_NAME = 0x14,
	CDP_MANAGEMENT = 0x16,
	CDP_LOCATION = 0x17,
	CDP_TEXTS = 0x18 /* those that are kept as they are lie below */
};

struct cdp_pdu {
	struct dis_ctx *ctx;
	const uint8_t *base; /* of the message; offsets count from here */
	struct rd tlvs;      /* those that are whole */
	bool cut;            /* the capture ended before the message did */
	const char *bad;     /* the first violation */
	size_t bad_at;
	bool is_sound; /* version and checksum are good */
	bool has_head; /* they are there */
	uint8_t version, ttl;
	uint16_t checksum;
	struct rd text[CDP_TEXTS]; /* by type; empty: none */
	bool has_capabilities, has_native_vlan, has_duplex, has_voice_vlan;
	uint32_t capabilities;
	uint16_t native_vlan, voice_vlan;
	uint8_t duplex;
	unsigned skipped; /* list elements that are not told */
};

/* An address of a list. */
struct cdp_address {
	bool is_ip;
	struct rd bytes;
};

extern const struct nb_bit cdp_capabilities[];

/* The next address; false when it does not fit. */
bool cdp_next_address(struct rd *list, struct cdp_address *ret);
/* Who the device is; via is the operation's name. */
void cdp_facts(struct cdp_pdu *, const char *via);

#endif
