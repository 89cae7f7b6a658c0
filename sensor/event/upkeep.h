/*
 * upkeep: what a switch sends on a port by itself, also on a mirror port whose
 * session is off: such a frame shows no station.
 *
 * To groups that no bridge passes on (IEEE 802.1Q-2018, 8.6.3: spanning tree,
 * LACP, LLDP), to those of MRP (10.5) and to the like of vendors.
 */
#ifndef OTUS_EVENT_UPKEEP_H
#define OTUS_EVENT_UPKEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool
upkeep_is_group(const uint8_t mac[6])
{
	static const struct {
		uint8_t mac[6], bits; /* of the last byte: those that count */
	} group[] = {
	    {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x00}, 0xf0},
	    {{0x01, 0x80, 0xc2, 0x00, 0x00, 0x20}, 0xf0},
	    {{0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc}, 0xfe}, /* CDP, PVST+  */
	    {{0x01, 0x00, 0x0c, 0xcd, 0xcd, 0xcd}, 0xff}, /* UplinkFast  */
	    {{0x01, 0xe0, 0x52, 0xcc, 0xcc, 0xcc}, 0xff}, /* FDP         */
	    {{0x00, 0xe0, 0x2b, 0x00, 0x00, 0x00}, 0xff}, /* EDP         */
	};

	for (size_t i = 0; i < sizeof(group) / sizeof(group[0]); i++) {
		if (memcmp(mac, group[i].mac, 5) == 0 &&
		    (mac[5] & group[i].bits) == group[i].mac[5]) {
			return true;
		}
	}
	return false;
}

#endif
