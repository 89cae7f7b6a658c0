/*
 * model: see model.h.
 *
 * Base 32 is Crockford's: no i, l, o, u, so that an id survives being read
 * out over the telephone.
 */
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "store/model.h"

static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

#define UID_DIGITS (UID_BITS / 5)

/* Words of one family are said in place of each other: the first that holds.
 * Who asks is one thing more where it is a device that asks for its own use. */
enum family { NONE = 0, DEVICE = 1, ASKS = 2, COMPUTER = 4 };

#define ASKS_MANY (ROLE_CLIENT | ROLE_MANY)
#define ASKS_MOST (ROLE_CLIENT | ROLE_MANY | ROLE_MOST)
#define MERELY    (DEVICE | ASKS) /* nothing that is a device is merely that */

/*
 * The most telling one first: what a thing says it is, before what it is seen
 * to do, and before what any computer does.
 */
static const struct role_word words[] = {
    {ROLE_PHONE, "phone", 4, DEVICE, "says that it is a telephone"},
    {ROLE_PRINTER, "printer", 4, DEVICE, "says that it is a printer"},
    {ROLE_CAMERA, "camera", 4, DEVICE, "says that it is a camera"},
    {ROLE_WIRELESS, "wireless", -1, DEVICE, "is an access point"},
    {ROLE_FIREWALL, "firewall", -1, NONE, "says that it is a firewall"},
    {ROLE_SWITCH | ROLE_ROUTER, "router", -1, DEVICE,
	"says that it is a bridge, and its MAC carries other hosts' packets"},
    {ROLE_SWITCH, "switch", -1, DEVICE, "says that it is a bridge"},
    {ROLE_CHASSIS, "chassis", 1, NONE, "holds modules"},
    {ROLE_BACNET_ROUTER, "bacnet_router", 1, DEVICE,
	"announces BACnet networks behind it"},
    {ROLE_DRIVE, "drive", 0, DEVICE, "says that it is a drive"},
    {ROLE_HMI, "hmi", 2, DEVICE | ASKS, "says that it is a panel"},
    {ROLE_PLC, "plc", 1, DEVICE, "says that it is a controller"},
    {ROLE_IO, "io", 0, DEVICE, "says that it is inputs and outputs"},
    {ROLE_GATEWAY, "gateway", 1, DEVICE, "answers for others behind it"},
    {ROLE_RTU, "rtu", 1, DEVICE, "is a station that a master asks"},
    {ROLE_ROUTER, "router", -1, DEVICE, "its MAC carries other hosts' packets"},
    {ROLE_ENGINEER, "engineering", 2, ASKS, "loads programs or firmware"},
    {ROLE_SCADA, "scada", 2, ASKS, "is the master of stations"},
    {ROLE_HISTORIAN, "historian", 3, ASKS, "says that it keeps histories"},
    {ASKS_MOST | ROLE_WRITER, "scada", 2, ASKS,
	"asks eight devices or more, and writes"},
    {ROLE_BUILDING, "building_controller", 1, DEVICE, "is a BACnet device"},
    {ROLE_SERVER, "controller", 1, DEVICE, "answers an OT protocol"},
    {ASKS_MANY | ROLE_WRITER, "hmi", 2, MERELY,
	"asks devices by an OT protocol, and writes"},
    {ASKS_MANY, "historian", 3, MERELY,
	"asks three devices or more, and was not seen to write"},
    {ROLE_CLIENT | ROLE_WRITER, "hmi", 2, MERELY,
	"asks by an OT protocol, and writes"},
    {ROLE_CLIENT, "supervisor", 2, MERELY, "asks by an OT protocol"},
    {ROLE_HOST, "server", 4, COMPUTER, "serves names, addresses or files"},
    {ROLE_WORKSTATION, "workstation", 4, COMPUTER | MERELY,
	"says that it is a computer"},
    {ROLE_BBMD, "bbmd", 1, NONE, "distributes BACnet broadcasts"},
    {ROLE_EXTERNAL, "external", 5, NONE, "a public address behind a router"},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

size_t
role_words(int64_t roles, const struct role_word **list, size_t max)
{
	unsigned said = 0;
	size_t n = 0;

	for (size_t i = 0; i < WORDS && n < max; i++) {
		const struct role_word *w = &words[i];

		if ((roles & w->need) == w->need && !(said & w->family)) {
			list[n++] = w;
			said |= w->family;
		}
	}
	return n;
}

const struct role_word *
role_best(int64_t roles)
{
	const struct role_word *w = NULL;

	(void)role_words(roles, &w, 1);
	return w;
}

const char *
role_name(int64_t roles)
{
	const struct role_word *w = role_best(roles);

	return w != NULL ? w->name : NULL;
}

const struct role_word *
role_known(const char *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i].name, name) == 0) {
			return &words[i];
		}
	}
	return NULL;
}

int
role_level(int64_t roles)
{
	const struct role_word *w = role_best(roles);

	return w != NULL ? w->level : -1;
}

int64_t
uid_make(const char *origin, unsigned salt)
{
	uint8_t h[crypto_generichash_BYTES_MIN];
	crypto_generichash_state st;
	uint8_t salt_byte = (uint8_t)salt;
	uint64_t v = 0;

	(void)crypto_generichash_init(&st, NULL, 0, sizeof(h));
	(void)crypto_generichash_update(
	    &st, (const uint8_t *)origin, strlen(origin));
	if (salt != 0) {
		(void)crypto_generichash_update(&st, &salt_byte, 1);
	}
	(void)crypto_generichash_final(&st, h, sizeof(h));
	for (int i = 0; i < 8; i++) {
		v = v << 8 | h[i];
	}
	return (int64_t)(v >> (64 - UID_BITS));
}

void
uid_text(char buf[UID_TEXT], char prefix, int64_t uid)
{
	buf[0] = prefix;
	buf[1] = '-';
	for (int i = 0; i < UID_DIGITS; i++) {
		int shift = UID_BITS - 5 * (i + 1);

		buf[2 + i] = digits[(uint64_t)uid >> shift & 31];
	}
	buf[2 + UID_DIGITS] = '\0';
}

int64_t
uid_parse(const char *text, char prefix)
{
	uint64_t v = 0;

	if (strnlen(text, UID_TEXT) != 2 + UID_DIGITS || text[0] != prefix ||
	    text[1] != '-') {
		return -1;
	}
	for (int i = 0; i < UID_DIGITS; i++) {
		const char *p = strchr(digits, text[2 + i]);

		if (p == NULL) {
			return -1;
		}
		v = v << 5 | (uint64_t)(p - digits);
	}
	return (int64_t)v;
}
