/*
 * safety: which facts say that a device is part of a safety system.
 *
 * Surely by a protocol that only such devices speak, CIP Safety or FSoE, where
 * a dissector has seen that the device has it.  Else by its name or its order
 * number, where the maker sells nothing else under it: a mark that is wrong is
 * worse than one that is missing, so families of which only some are (Logix,
 * SIMATIC, M580, AC500) stand here by the letters that make the difference.
 *
 * PROFIsafe is not seen: its messages are cyclic data like others, and which
 * submodules have it is said over RPC, in parameters that each device's
 * description (GSD) numbers as it likes.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "store/store_priv.h"

/* Words within a value; case does not matter. */
static const struct {
	const char *key, *word;
} words[] = {
    {"protocols", "cip safety"}, {"protocols", "fsoe"},
    {"device_type", "safety"}, {"model", "guardlogix"}, {"model", "guard i/o"},
    {"model", "smartguard"}, {"model", "aadvance"}, {"model", "triconex"},
    {"model", "himax"}, {"model", "himatrix"}, {"model", "hiquad"},
    {"model", "prosafe-rs"}, {"model", "safety manager"}, /* Honeywell */
    {"model", "deltav sis"}, {"model", "pnoz"}, {"model", "pss 4000"},
    {"model", "flexi soft"}, {"model", "flexi compact"}, {"model", "samos pro"},
    {"model", "safelogic"}, {"model", "sfcpu"}, /* MELSEC iQ-R */
    {"model", "qs001cpu"},                      /* MELSEC-QS   */
};

/*
 * Beginnings of order numbers, without their blanks: # is a digit, ? anything.
 */
static const char *const orders[] = {
    /* SIMATIC: S7-300, 400, 1500; ET 200SP and drive controllers; S7-1200 */
    "6ES731#-#F",
    "6ES741#-#F",
    "6ES751#-#F",
    "6ES7510-1S",
    "6ES7512-1S",
    "6ES7511-1U",
    "6ES7515-2U",
    "6ES7516-3U",
    "6ES7517-3U",
    "6ES721#-1?F4",
    /* their inputs and outputs: S7-300, 1200, 1500, ET 200S, ET 200SP */
    "6ES7326-",
    "6ES7336-4",
    "6ES7226-6",
    "6ES7526-",
    "6ES7138-4F",
    "6ES7136-6",
    "3RK3", /* SIRIUS modular safety system */
    /* GuardLogix, its partners, Compact GuardLogix */
    "1756-L6#S",
    "1756-L7#S",
    "1756-L8#ES",
    "1756-LSP",
    "1756-L7SP",
    "1756-L8SP",
    "1768-L4#S",
    "1769-L3#ERMS",
    "5069-L3##ERS",
    "5069-L3##ERMS",
    "5069-L3###ERS",
    "5069-L3###ERMS",
    /* Guard I/O, SmartGuard */
    "1734-IB8S",
    "1734-OB8S",
    "1734-OBV#S",
    "1734-IE4S",
    "1732ES-",
    "1732DS-",
    "1791ES-",
    "1791DS-",
    "5069-IB8S",
    "5069-OBV8S",
    "5094-IB16S",
    "5094-OB16S",
    "1752-L24",
    /* Modicon M580, Quantum; Preventa */
    "BMEP58####S",
    "BMEH58####S",
    "140CPU65160S",
    "140CPU67160S",
    "XPSMF",
    "XPSMCM",
    /* AC500-S */
    "SM560-S",
    "DI581-S",
    "DX581-S",
    "AI581-S",
    /* ProSafe-RS, B&R, Phoenix Contact */
    "SSC60S",
    "SSC60D",
    "S2SC70",
    "X20SL8",
    "X20SI#",
    "X20SO#",
    "RFC470S",
    "RFC480S",
    /* Omron NX, NE1A; MELSEC-WS; SICK */
    "NX-SL#",
    "NX-SIH",
    "NX-SID",
    "NX-SOH",
    "NX-SOD",
    "NE1A-SCPU",
    "WS0-CPU",
    "FX3-CPU",
};

static bool
begins(const char *p, const char *order)
{
	for (; *order != '\0'; order++, p++) {
		while (*p == ' ') {
			p++;
		}
		if (*p == '\0' ||
		    (*order == '#'
			    ? !isdigit((unsigned char)*p)
			    : *order != '?' &&
				  toupper((unsigned char)*p) != *order)) {
			return false;
		}
	}
	return true;
}

static bool
has_order(const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		/* Not within a longer number. */
		if (p != value && (isalnum((unsigned char)p[-1]) ||
				      p[-1] == '-' || *p == ' ')) {
			continue;
		}
		for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]);
		     i++) {
			if (begins(p, orders[i])) {
				return true;
			}
		}
	}
	return false;
}

/* One of Siemens' processors: "CPU 1516F-3 PN/DP", "CPU 1214FC DC/DC/DC",
 * "CPU 1512SP F-1 PN", "CPU 1515TF-2 PN". */
static bool
is_failsafe_cpu(const char *value)
{
	const char *p = strstr(value, "CPU ");
	size_t digits;

	if (p == NULL) {
		return false;
	}
	p += 4;
	digits = strspn(p, "0123456789");
	p += digits;
	p += strncmp(p, "SP ", 3) == 0 ? 3 : strspn(p, "TH");
	return digits >= 3 && digits <= 4 && p[0] == 'F' &&
	       strchr("-C X", p[1]) != NULL;
}

bool
safety_says(const char *key, const char *value)
{
	bool is_name = strcmp(key, "model") == 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].key, key) == 0 &&
		    strcasestr(value, words[i].word) != NULL) {
			return true;
		}
	}
	if (is_name && is_failsafe_cpu(value)) {
		return true;
	}
	return (is_name || strcmp(key, "order_number") == 0 ||
		   strcmp(key, "description") == 0) &&
	       has_order(value);
}
