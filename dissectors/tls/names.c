/*
 * names: numbers of TLS, of IANA's registries; object identifiers of keys and
 * signatures ([5], RFC 3279, 5480, 8410).
 */
#include <string.h>

#include "dissectors/names.h"
#include "dissectors/tls/tls.h"

const char *
tls_version_name(uint16_t v)
{
	static const struct name names[] = {{0x0002, "SSL 2.0"},
	    {0x0300, "SSL 3.0"}, {0x0301, "TLS 1.0"}, {0x0302, "TLS 1.1"},
	    {0x0303, "TLS 1.2"}, {0x0304, "TLS 1.3"}};
	const char *name = NAME_OF(names, v);

	return name != NULL ? name : "unknown";
}

/* The ones that are in use, and those that should not be. */
const char *
tls_cipher_name(uint16_t v)
{
	static const struct name names[] = {
	    {0x0001, "TLS_RSA_WITH_NULL_MD5"},
	    {0x0002, "TLS_RSA_WITH_NULL_SHA"},
	    {0x0004, "TLS_RSA_WITH_RC4_128_MD5"},
	    {0x0005, "TLS_RSA_WITH_RC4_128_SHA"},
	    {0x0009, "TLS_RSA_WITH_DES_CBC_SHA"},
	    {0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
	    {0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"},
	    {0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
	    {0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
	    {0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
	    {0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"},
	    {0x003b, "TLS_RSA_WITH_NULL_SHA256"},
	    {0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"},
	    {0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"},
	    {0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"},
	    {0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"},
	    {0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
	    {0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
	    {0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
	    {0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
	    {0x1301, "TLS_AES_128_GCM_SHA256"},
	    {0x1302, "TLS_AES_256_GCM_SHA384"},
	    {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
	    {0x1304, "TLS_AES_128_CCM_SHA256"},
	    {0x1305, "TLS_AES_128_CCM_8_SHA256"},
	    {0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"},
	    {0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
	    {0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
	    {0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"},
	    {0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
	    {0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
	    {0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
	    {0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
	    {0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
	    {0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
	    {0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
	    {0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
	    {0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
	    {0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
	    {0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
	    {0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"},
	    {0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"},
	    {0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
	    {0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
	    {0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
	};

	return NAME_OF(names, v);
}

/* No encryption, RC4, DES, 3DES; by name, for those that have one. */
bool
tls_cipher_is_weak(uint16_t v)
{
	const char *name = tls_cipher_name(v);

	return name != NULL &&
	       (strstr(name, "NULL") != NULL || strstr(name, "RC4") != NULL ||
		   strstr(name, "DES_") != NULL);
}

const char *
tls_alert_name(uint8_t v)
{
	static const struct name names[] = {{0, "close_notify"},
	    {10, "unexpected_message"}, {20, "bad_record_mac"},
	    {21, "decryption_failed"}, {22, "record_overflow"},
	    {30, "decompression_failure"}, {40, "handshake_failure"},
	    {41, "no_certificate"}, {42, "bad_certificate"},
	    {43, "unsupported_certificate"}, {44, "certificate_revoked"},
	    {45, "certificate_expired"}, {46, "certificate_unknown"},
	    {47, "illegal_parameter"}, {48, "unknown_ca"},
	    {49, "access_denied"}, {50, "decode_error"}, {51, "decrypt_error"},
	    {70, "protocol_version"}, {71, "insufficient_security"},
	    {80, "internal_error"}, {86, "inappropriate_fallback"},
	    {90, "user_canceled"}, {100, "no_renegotiation"},
	    {109, "missing_extension"}, {110, "unsupported_extension"},
	    {112, "unrecognized_name"}, {113, "bad_certificate_status"},
	    {115, "unknown_psk_identity"}, {116, "certificate_required"},
	    {120, "no_application_protocol"}};
	const char *name = NAME_OF(names, v);

	return name != NULL ? name : "unknown";
}

/* By the port that IANA has for it: a hint, as ports are. */
const char *
tls_port_name(uint16_t port)
{
	static const struct name names[] = {{443, "https"}, {636, "ldaps"},
	    {802, "modbus_security"}, {853, "dns"}, {2221, "enip"},
	    {3389, "rdp"}, {3782, "iec61850_mms"}, {4843, "opcua"},
	    {5671, "amqp"}, {6514, "syslog"}, {8443, "https"}, {8883, "mqtt"},
	    {19998, "iec104"}, {19999, "dnp3"}};

	return NAME_OF(names, port);
}

struct oid {
	const char *oid; /* in hex */
	const char *name;
};

static const char *
find(const struct oid *t, size_t n, struct rd oid)
{
	static const char digits[] = "0123456789abcdef";
	char hex[64] = "";
	size_t len = 0;

	while (rd_left(&oid) > 0 && len + 2 < sizeof(hex)) {
		uint8_t c = rd_u8(&oid);

		hex[len++] = digits[c >> 4];
		hex[len++] = digits[c & 15];
	}
	hex[len] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (strcmp(t[i].oid, hex) == 0) {
			return t[i].name;
		}
	}
	return "other";
}

const char *
tls_signature_name(struct rd oid)
{
	static const struct oid oids[] = {{"2a864886f70d010102", "md2_rsa"},
	    {"2a864886f70d010104", "md5_rsa"},
	    {"2a864886f70d010105", "sha1_rsa"},
	    {"2a864886f70d01010a", "rsa_pss"},
	    {"2a864886f70d01010b", "sha256_rsa"},
	    {"2a864886f70d01010c", "sha384_rsa"},
	    {"2a864886f70d01010d", "sha512_rsa"},
	    {"2a8648ce3d0401", "sha1_ecdsa"},
	    {"2a8648ce3d040302", "sha256_ecdsa"},
	    {"2a8648ce3d040303", "sha384_ecdsa"},
	    {"2a8648ce3d040304", "sha512_ecdsa"}, {"2b6570", "ed25519"}};

	return find(oids, sizeof(oids) / sizeof(oids[0]), oid);
}

const char *
tls_key_name(struct rd oid)
{
	static const struct oid oids[] = {{"2a864886f70d010101", "rsa"},
	    {"2a864886f70d01010a", "rsa"}, {"2a8648ce380401", "dsa"},
	    {"2a8648ce3d0201", "ec"}, {"2b6570", "ed25519"},
	    {"2b6571", "ed448"}};

	return find(oids, sizeof(oids) / sizeof(oids[0]), oid);
}
