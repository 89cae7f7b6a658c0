/*
 * names: areas of memory, services, errors, states.
 */
#include "dissectors/gesrtp/gesrtp.h"
#include "dissectors/names.h"

/* [1] table 3, [5] */
static const struct srtp_area areas[] = {
    {0x08, SRTP_WORD, 1, "%R"},
    {0x0a, SRTP_WORD, 2, "%AI"},
    {0x0c, SRTP_WORD, 3, "%AQ"},
    {0x10, SRTP_BYTE, 4, "%I"},
    {0x12, SRTP_BYTE, 5, "%Q"},
    {0x14, SRTP_BYTE, 6, "%T"},
    {0x16, SRTP_BYTE, 7, "%M"},
    {0x18, SRTP_BYTE, 8, "%SA"},
    {0x1a, SRTP_BYTE, 9, "%SB"},
    {0x1c, SRTP_BYTE, 10, "%SC"},
    {0x1e, SRTP_BYTE, 11, "%S"},
    {0x38, SRTP_BYTE, 12, "%G"},
    {0x46, SRTP_BIT, 4, "%I"},
    {0x48, SRTP_BIT, 5, "%Q"},
    {0x4a, SRTP_BIT, 6, "%T"},
    {0x4c, SRTP_BIT, 7, "%M"},
    {0x4e, SRTP_BIT, 8, "%SA"},
    {0x50, SRTP_BIT, 9, "%SB"},
    {0x52, SRTP_BIT, 10, "%SC"},
    {0x54, SRTP_BIT, 11, "%S"},
    {0x56, SRTP_BIT, 12, "%G"},
};

static const struct srtp_service services[] = {
#define S(code, name, cls) {(name), EV_CLASS_##cls},
#include "dissectors/gesrtp/services.def"
#undef S
};

static const struct name errors[] = {
#define E(minor, name) {(minor), (name)},
#include "dissectors/gesrtp/errors.def"
#undef E
};

/* NULL: nobody has said what it is. */
const struct srtp_area *
srtp_area(uint8_t selector)
{
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		if (areas[i].selector == selector) {
			return &areas[i];
		}
	}
	return NULL;
}

const struct srtp_service *
srtp_service(uint8_t code)
{
	static const struct srtp_service unknown = {
	    "unknown_service", EV_CLASS_OTHER};

	return code < sizeof(services) / sizeof(services[0]) ? &services[code]
							     : &unknown;
}

/* [2] 3: major codes, and the minor ones of 5. */
const char *
srtp_error(uint8_t major, uint8_t minor)
{
	static const struct name names[] = {{1, "illegal_service"},
	    {2, "insufficient_privilege"}, {4, "sequence"},
	    {5, "service_error"}, {6, "illegal_mailbox"}, {7, "queue_full"}};
	const char *text = major == 5 ? NAME_OF(errors, minor) : NULL;

	if (text == NULL) {
		text = NAME_OF(names, major);
	}
	return text != NULL ? text : "unknown_error";
}

/* [2] 3: the four upper bits of the status word. */
const char *
srtp_state(unsigned state)
{
	static const struct name names[] = {{0, "run_io_enabled"},
	    {1, "run_io_disabled"}, {2, "stop_io_disabled"},
	    {3, "stop_faulted"}, {4, "halted"}, {5, "suspended"},
	    {6, "stop_io_enabled"}};

	return NAME_OF(names, state);
}
