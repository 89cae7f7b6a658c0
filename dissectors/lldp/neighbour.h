/*
 * neighbour: what LLDP and CDP have in common: a device tells the next one on
 * the cable who it is, at which port, and where it is managed.
 *
 * Who is meant is not who sends: frames come from a port, which often has a
 * MAC address of its own, and speak of the device.
 */
#ifndef OTUS_DISSECTORS_LLDP_NEIGHBOUR_H
#define OTUS_DISSECTORS_LLDP_NEIGHBOUR_H

#include "dissectors/dissector.h"

#define NB_MAC_LEN 6

/* What makes a device of one kind beside other functions. */
enum nb_function {
	NB_ANY,
	NB_PHONE,
	NB_STATION,
	NB_WIRELESS,
	NB_BRIDGE,
	NB_ROUTER,
	NB_FUNCTIONS
};

/* One bit of a word of capabilities. */
struct nb_bit {
	uint32_t bit;
	const char *name;
	/* what a device is of which this is the only one; NULL: not sure */
	const char *device_type;
	enum nb_function function;
};

/* The operation, whose fields are to be added; op is static text. */
struct ev *nb_operation(struct dis_ctx *, uint16_t proto, const char *op);
/* The array of the names of the bits that are set; bits end with bit 0. */
void nb_bits(struct ev *, uint16_t field, uint32_t set, const struct nb_bit *);
/* An identity fact of device_type, where the functions that are enabled leave
 * no doubt of it. */
void nb_device_type(struct dis_ctx *, uint16_t proto, const struct ev_end *who,
    uint32_t set, const struct nb_bit *, const char *via);
/* Without the blanks and zeros that fill up a field. */
struct rd nb_trimmed(struct rd);
/* Whether it begins with a word, which is in small letters. */
bool nb_starts(struct rd, const char *word);
/* What systems of computers say: that they bridge makes no switch of them. */
bool nb_is_computer(struct rd system);
/* Whether all of it can be printed as it is. */
bool nb_is_ascii(struct rd);
/* An identity fact; none of an empty text or a placeholder. */
void nb_fact(struct dis_ctx *, uint16_t proto, const struct ev_end *who,
    const char *key, struct rd text, const char *via);
/* A MAC address that one station has. */
bool nb_is_station(const uint8_t mac[NB_MAC_LEN]);
/* Topology: an address at which the device is; none of addresses that any
 * device has.  a has 4 or 16 bytes. */
void nb_address(struct dis_ctx *, uint16_t proto, const struct ev_end *who,
    const char *relation, struct rd a);
/* Topology: the device's port that is at this end; detail may be empty. */
void nb_port(struct dis_ctx *, uint16_t proto, const struct ev_end *who,
    struct rd port, struct rd detail);
/* A violation; with skipped != 0 it is only that there was too much of it. */
void nb_bad(struct dis_ctx *, uint16_t proto, const char *reason, size_t offset,
    unsigned skipped);

#endif
