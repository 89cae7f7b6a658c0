/*
 * names: what numbers of RDP are called.
 */
#include <string.h>

#include "dissectors/names.h"
#include "dissectors/rdp/rdp.h"

/* [1] 2.2.1.1.1: a set; none of them is RDP's own security. */
static const struct name protocols[] = {{0, "rdp"}, {0x01, "tls"},
    {0x02, "nla"}, {0x04, "rdstls"}, {0x08, "nla_extended"}, {0x10, "entra"}};

const char *
rdp_protocol(uint32_t protocol)
{
	const char *text = NAME_OF(protocols, protocol);

	return text != NULL ? text : "unknown";
}

void
rdp_protocols(struct ev *e, uint16_t id, uint32_t set)
{
	ev_array(e, id);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (protocols[i].number & set || protocols[i].number == set) {
			ev_name(e, EVF_ELEM, protocols[i].text);
		}
	}
	ev_end(e);
}

/* [1] 2.2.1.2.2 */
const char *
rdp_failure(uint32_t code)
{
	static const struct name names[] = {{1, "tls_required"},
	    {2, "tls_not_allowed"}, {3, "no_certificate"},
	    {4, "inconsistent_flags"}, {5, "nla_required"},
	    {6, "tls_with_client_certificate_required"}};
	const char *text = NAME_OF(names, code);

	return text != NULL ? text : "unknown_failure";
}

/* [1] 2.2.1.3.2; of clients and servers. */
const char *
rdp_version(uint32_t version)
{
	static const struct name names[] = {{0x00080001, "4.0"},
	    {0x00080004, "5.0 to 8.1"}, {0x00080005, "10.0"},
	    {0x00080006, "10.1"}, {0x00080007, "10.2"}, {0x00080008, "10.3"},
	    {0x00080009, "10.4"}, {0x0008000a, "10.5"}, {0x0008000b, "10.6"},
	    {0x0008000c, "10.7"}, {0x0008000d, "10.8"}, {0x0008000e, "10.9"},
	    {0x0008000f, "10.10"}, {0x00080010, "10.11"},
	    {0x00080011, "10.12"}};

	return NAME_OF(names, version);
}

/* [1] 2.2.1.4.3, and what clients offer: 2.2.1.3.3 */
const char *
rdp_encryption(uint32_t method)
{
	static const struct name names[] = {{0x00, "none"}, {0x01, "40_bit"},
	    {0x02, "128_bit"}, {0x08, "56_bit"}, {0x10, "fips"}};

	return NAME_OF(names, method);
}

const char *
rdp_level(uint32_t level)
{
	static const struct name names[] = {{0, "none"}, {1, "low"},
	    {2, "client_compatible"}, {3, "high"}, {4, "fips"}};

	return NAME_OF(names, level);
}

/* [4] 7, Reason */
const char *
rdp_leaving(unsigned reason)
{
	static const struct name names[] = {{0, "domain_disconnected"},
	    {1, "provider_initiated"}, {2, "token_purged"},
	    {3, "user_requested"}, {4, "channel_purged"}};

	return NAME_OF(names, reason);
}

/*
 * Builds of Windows, from each on.  Clients of others send one that was right
 * when they were written, and never another: rdesktop and FreeRDP that of
 * Windows XP (2600), later that of Windows 10 1909 (18363).  Those two prove
 * nothing.
 */
static const struct {
	uint32_t build;
	const char *version;
} builds[] = {
    {2195, "5.0"},
    {2196, NULL},
    {3790, "5.2"},
    {3791, NULL},
    {6000, "6.0"},
    {7600, "6.1"},
    {7602, NULL},
    {9200, "6.2"},
    {9201, NULL},
    {9600, "6.3"},
    {9601, NULL},
    {10240, "10.0"},
    {18363, NULL},
    {18364, "10.0"},
    {32768, NULL},
};

static size_t
put(char *to, size_t at, const char *text)
{
	size_t n = strlen(text);

	memcpy(to + at, text, n);
	return at + n;
}

/* As NTLM has it: the kernel, which servers and work stations share. */
size_t
rdp_os(uint32_t build, char ret[RDP_OS_MAX])
{
	const char *version = NULL;
	char digits[12];
	size_t n, at = sizeof(digits);

	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
		if (build >= builds[i].build) {
			version = builds[i].version;
		}
	}
	if (version == NULL) {
		return 0;
	}
	n = put(ret, 0, "Windows NT ");
	n = put(ret, n, version);
	n = put(ret, n, " build ");
	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + build % 10);
		build /= 10;
	} while (build != 0);
	return put(ret, n, digits + at);
}
