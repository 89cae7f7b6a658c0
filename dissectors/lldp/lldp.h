/*
 * lldp: what the files of this folder share: a TLV, and what was found in a
 * message before anything is told of it.
 */
#ifndef OTUS_DISSECTORS_LLDP_LLDP_H
#define OTUS_DISSECTORS_LLDP_LLDP_H

#include "dissectors/lldp/neighbour.h"
#include "dissectors/registry.h"

/* The kind of a TLV: its type, or whose it is (8.6) and the subtype. */
#define LLDP_ORG(oui, subtype) \
	((uint64_t)1 << 32 | (uint64_t)(oui) << 8 | (subtype))

#define OUI_8021     0x0080c2
#define OUI_8023     0x00120f
#define OUI_MED      0x0012bb /* TIA                                   */
#define OUI_PROFINET 0x000ecf /* PROFIBUS Nutzerorganisation           */
#define OUI_IANA     0x00005e

enum lldp_kind {
	LLDP_END,
	LLDP_CHASSIS_ID,
	LLDP_PORT_ID,
	LLDP_TTL,
	LLDP_PORT_DESCRIPTION,
	LLDP_SYSTEM_NAME,
	LLDP_SYSTEM_DESCRIPTION,
	LLDP_CAPABILITIES,
	LLDP_MANAGEMENT,
	LLDP_ORGANISATION = 127,
};

#define LLDP_PORT_VLAN    LLDP_ORG(OUI_8021, 1)
#define LLDP_VLAN_NAME    LLDP_ORG(OUI_8021, 3)
#define LLDP_MAC_PHY      LLDP_ORG(OUI_8023, 1)
#define LLDP_FRAME_SIZE   LLDP_ORG(OUI_8023, 4)
#define LLDP_MED_CLASS    LLDP_ORG(OUI_MED, 1)
#define LLDP_MED_HARDWARE LLDP_ORG(OUI_MED, 5)
#define LLDP_MED_ASSET    LLDP_ORG(OUI_MED, 11)
#define LLDP_PNIO_STATUS  LLDP_ORG(OUI_PROFINET, 2)
#define LLDP_PNIO_CHASSIS LLDP_ORG(OUI_PROFINET, 5)
#define LLDP_MUD_URL      LLDP_ORG(OUI_IANA, 1) /* RFC 8520, 12 */

struct lldp_tlv {
	uint64_t kind;
	uint32_t oui; /* where it is an organisation's */
	uint8_t type, subtype;
	size_t at;       /* offset in the message */
	struct rd value; /* behind OUI and subtype */
};

/* Subtypes of a chassis id (8.5.2.2) and a port id (8.5.3.2), where they name
 * the same; reserved ones are told as such. */
enum lldp_id_form { ID_TEXT, ID_MAC, ID_ADDRESS, ID_BYTES };

struct lldp_id {
	const char *type;
	enum lldp_id_form form;
	struct rd id; /* a number of IANA's address families goes first where
			 it is an ADDRESS */
	uint8_t subtype;
};

#define LLDP_MANAGEMENT_MAX 16 /* addresses; more is told as too much */

#define LLDP_ID_LOCAL   7
#define LLDP_ID_TEXT    130 /* 64 bytes in hex */
#define LLDP_ID_HEX_MAX 64

/* Texts that are facts, each under its key. */
enum lldp_text {
	TEXT_NAME,
	TEXT_DESCRIPTION,
	TEXT_HARDWARE,
	TEXT_FIRMWARE,
	TEXT_SOFTWARE,
	TEXT_SERIAL,
	TEXT_VENDOR,
	TEXT_MODEL,
	TEXT_ASSET,
	TEXT_COUNT
};

struct lldp_pdu {
	struct dis_ctx *ctx;
	const uint8_t *base; /* of the message; offsets count from here */
	/* from the first TLV behind the three that must be, to the last one
	 * that is whole */
	struct rd more;
	bool cut;        /* the capture ended before the message did */
	const char *bad; /* the first violation */
	size_t bad_at;
	unsigned mandatory; /* how many of the three are there */
	struct lldp_id chassis, port;
	uint16_t ttl;
	struct rd text[TEXT_COUNT]; /* empty: none */
	struct rd port_description, mud_url;
	bool has_capabilities, has_port_vlan, has_mac_phy, has_frame_size;
	bool has_med_class, is_profinet;
	uint16_t capabilities, enabled, port_vlan, advertised, mau, frame_size;
	uint8_t autoneg, med_class;
	const uint8_t *chassis_mac; /* PROFINET's; NULL: none */
	unsigned skipped;           /* list elements that are not told */
};

extern const struct nb_bit lldp_capabilities[];
extern const struct ev_proto lldp_proto;

/* The next TLV; false at the end, and when it does not fit: more is failed
 * then. */
bool lldp_next(struct rd *more, const uint8_t *base, struct lldp_tlv *ret);
/* One element of the two lists: 8.5.9; IEEE 802.1Q, annex D.  False when it
 * contradicts itself. */
bool lldp_management(struct rd, uint8_t *ret_family, struct rd *ret_address,
    uint32_t *ret_number);
bool lldp_vlan_name(struct rd, uint16_t *ret_id, struct rd *ret_name);
/* The id as text, which may be in buf. */
struct rd lldp_id_text(const struct lldp_id *, char buf[LLDP_ID_TEXT]);

void lldp_tell(struct lldp_pdu *, const char *op);   /* told.c  */
void lldp_facts(struct lldp_pdu *, const char *via); /* facts.c */

#endif
