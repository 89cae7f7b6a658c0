/*
 * names: areas of memory, commands, ends ([1] 5-1, 5-2).
 *
 * The codes of areas are those of CS, CJ and CP; of CV, whose codes in part
 * differ, those that mean something else are not there.
 */
#include "dissectors/fins/fins.h"
#include "dissectors/names.h"

static const struct fins_area areas[] = {
    {0x00, 1, true, "CIO"},
    {0x01, 1, true, "T/C"},
    {0x02, 1, true, "D"},
    {0x06, 1, true, "TK"},
    {0x07, 1, true, "CF"},
    {0x09, 1, true, "T/C"},
    {0x0a, 1, true, "E"},
    {0x30, 1, true, "CIO"},
    {0x31, 1, true, "W"},
    {0x32, 1, true, "H"},
    {0x33, 1, true, "A"},
    {0x46, 1, false, "TK"},
    {0x80, 2, false, "CIO"},
    {0x81, 2, false, "T/C"},
    {0x82, 2, false, "D"},
    {0x89, 2, false, "T/C"},
    {0x98, 2, false, "E"},
    {0xb0, 2, false, "CIO"},
    {0xb1, 2, false, "W"},
    {0xb2, 2, false, "H"},
    {0xb3, 2, false, "A"},
    {0xbc, 2, false, "DR"},
    {0xdc, 4, false, "IR"},
};

static const struct fins_area banks[][13] = {
#define BANKS(code, size, bits)                           \
	{                                                 \
		{(code), (size), (bits), "E0"},           \
		    {(code) + 1, (size), (bits), "E1"},   \
		    {(code) + 2, (size), (bits), "E2"},   \
		    {(code) + 3, (size), (bits), "E3"},   \
		    {(code) + 4, (size), (bits), "E4"},   \
		    {(code) + 5, (size), (bits), "E5"},   \
		    {(code) + 6, (size), (bits), "E6"},   \
		    {(code) + 7, (size), (bits), "E7"},   \
		    {(code) + 8, (size), (bits), "E8"},   \
		    {(code) + 9, (size), (bits), "E9"},   \
		    {(code) + 10, (size), (bits), "EA"},  \
		    {(code) + 11, (size), (bits), "EB"},  \
		{                                         \
			(code) + 12, (size), (bits), "EC" \
		}                                         \
	}
    BANKS(0x20, 1, true),
    BANKS(0xa0, 2, false),
#undef BANKS
};

static const struct fins_command commands[] = {
#define C(code, name, cls) {(code), (name), EV_CLASS_##cls},
#include "dissectors/fins/commands.def"
#undef C
};

static const struct name ends[] = {
#define E(code, name) {(code), (name)},
#include "dissectors/fins/ends.def"
#undef E
};

/* NULL: nobody has said what it is. */
const struct fins_area *
fins_area(uint8_t code)
{
	for (size_t i = 0; i < sizeof(banks) / sizeof(banks[0]); i++) {
		if (code >= banks[i][0].code && code <= banks[i][12].code) {
			return &banks[i][code - banks[i][0].code];
		}
	}
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		if (areas[i].code == code) {
			return &areas[i];
		}
	}
	return NULL;
}

const struct fins_command *
fins_command(uint16_t code)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].code == code) {
			return &commands[i];
		}
	}
	return NULL;
}

/* Bits 15, 7 and 6 say whether a relay, or the controller, had an error. */
const char *
fins_end(uint16_t code)
{
	const char *text = NAME_OF(ends, code & 0x7f3f);

	return text != NULL ? text : "unknown_end";
}

const char *
fins_mode(uint8_t mode)
{
	static const struct name names[] = {
	    {0, "program"}, {1, "debug"}, {2, "monitor"}, {4, "run"}};

	return NAME_OF(names, mode);
}
