/*
 * Handshakes: what is told of hellos and certificates, where the dissector is
 * done; messages in several records and several in one; violations; pieces.
 * The bytes are what gen/tls.py makes, which says what each part is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_tls;

/* record(5): TLS 1.2 and 1.1 (and one to ignore), server name, ALPN h2 */
#define CLIENT_HELLO                                                       \
	"160301005a010000560303000102030405060708090a0b0c0d0e0f1011121314" \
	"15161718191a1b1c1d1e1f0000041301c02f0100002900000011000f00000c70" \
	"6c63372e6578616d706c65001000050003026832002b0007068a8a03030302"

/* record(5): TLS 1.1, RC4 */
#define SERVER_HELLO                                                       \
	"160302002a020000260302202122232425262728292a2b2c2d2e2f3031323334" \
	"35363738393a3b3c3d3e3f00000500"

/* record(5): TLS 1.3 in supported_versions */
#define SERVER_HELLO_13                                                    \
	"16030300320200002e0303202122232425262728292a2b2c2d2e2f3031323334" \
	"35363738393a3b3c3d3e3f001301000006002b00020304"

/* the same with the random that asks for another hello */
#define RETRY                                                              \
	"16030300320200002e0303cf21ad74e59a6111be1d8c021e65b891c2a211167a" \
	"bb8c5e079e09e2c8a8339c001301000006002b00020304"

/* message(4): one certificate, its own issuer, RSA of 1024 bits, SHA-1, 2018 to 2023 */
#define CERTIFICATE                                                        \
	"0b0001df0001dc0001d9308201d53082017fa00302010202021122300d06092a" \
	"864886f70d010105050030383110300e060355040a0c074578616d706c653112" \
	"301006035504030c0953372070756d7020333110300e06035504050c0753432d" \
	"58345534301e170d3138303130313030303030305a170d323330313031303030" \
	"3030305a30383110300e060355040a0c074578616d706c653112301006035504" \
	"030c0953372070756d7020333110300e06035504050c0753432d583455343081" \
	"9f300d06092a864886f70d010101050003818d0030818902818100a5a5a5a5a5" \
	"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5" \
	"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5" \
	"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5" \
	"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a50203010001" \
	"a32f302d300c0603551d130101ff04023000301d0603551d1104163014821270" \
	"6c63372e706c616e742e6578616d706c65300d06092a864886f70d0101050500" \
	"0341000000000000000000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000000000000000000000000000" \
	"000000"

#define CERTIFICATE_LEN 483

#define CHANGE "14 0303 0001 01"
#define DATA   "17 0303 0003 aabbcc"
#define NOW    (1700000000ULL * 1000000000) /* 2023-11-14 */

#define WHO(x, port)                                \
	"'subject':{'mac':'02:00:00:00:00:0" x "'," \
	"'ip':'10.0.0." x "','port':" port "}"

static struct harness *
start(void)
{
	struct harness *h = harness_new(&dissector_tls, DIS_TCP);

	h->port[B] = 443;
	h->ts_ns = NOW;
	return h;
}

/* The certificate in records of this size. */
static void
send_certificate(struct harness *h, uint8_t side, size_t size)
{
	uint8_t message[2048], out[16384];
	size_t len = harness_unhex(CERTIFICATE, message, sizeof(message));
	size_t n = 0;

	assert_int_equal(len, CERTIFICATE_LEN);
	for (size_t at = 0; at < len; at += size) {
		size_t part = len - at < size ? len - at : size;

		out[n++] = 22;
		out[n++] = 3;
		out[n++] = 3;
		out[n++] = (uint8_t)(part >> 8);
		out[n++] = (uint8_t)part;
		memcpy(out + n, message + at, part);
		n += part;
	}
	harness_send(h, side, out, n);
}

#define CERTIFICATE_FACT(key, value)                       \
	"{'kind':'identity','dir':'notify'," WHO(          \
	    "2", "443") ",'key':'" key "','value':'" value \
			"','via':'certificate','claim':'self'}\n"
#define CERTIFICATE_LINES                                                    \
	"{'kind':'operation','dir':'notify','op':'certificate','code':11,"   \
	"'class':'session','cert_subject':'O=Example, CN=S7 pump 3, "        \
	"serialNumber=SC-X4U4','cert_issuer':'O=Example, CN=S7 pump 3, "     \
	"serialNumber=SC-X4U4','self_signed':true,'not_before':"             \
	"'2018-01-01T00:00:00Z','not_after':'2023-01-01T00:00:00Z',"         \
	"'expired':true,'names':['plc7.plant.example'],'key_type':'rsa',"    \
	"'key_bits':1024,'signature':'sha1_rsa'}\n" CERTIFICATE_FACT("name", \
	    "S7 pump 3") CERTIFICATE_FACT("hostname", "plc7.plant.example")  \
	    CERTIFICATE_FACT("serial", "SC-X4U4")                            \
		CERTIFICATE_FACT("certificate_subject",                      \
		    "O=Example, CN=S7 pump 3, serialNumber=SC-X4U4")         \
		    CERTIFICATE_FACT("certificate_issuer", "self-signed")    \
			CERTIFICATE_FACT(                                    \
			    "certificate_expires", "2023-01-01T00:00:00Z")

static void
test_handshake(void **state)
{
	struct harness *h = start();

	harness_hex(h, A, CLIENT_HELLO);
	harness_assert(h,
	    "{'kind':'operation','dir':'request','op':'client_hello','code':1,"
	    "'class':'session','version':'TLS 1.2','versions':['TLS 1.2',"
	    "'TLS 1.1'],'server_name':'plc7.example','alpn':['h2'],"
	    "'carries':'https','ciphers':2}\n"
	    "{'kind':'identity','dir':'request'," WHO(
		"2", "443") ",'key':'hostname','value':'plc7.example','via':'"
			    "client_hello',"
			    "'claim':'peer'}\n");
	h->ts_ns += 1500000;
	harness_hex(h, B, SERVER_HELLO);
	harness_assert(h,
	    "{'kind':'operation','dir':'response','op':'server_hello',"
	    "'code':2,'class':'session','status':'ok','rtt_us':1500,"
	    "'req_frame':1,'version':'TLS 1.1','obsolete':true,'cipher':"
	    "'TLS_RSA_WITH_RC4_128_SHA','weak_cipher':true}\n"
	    "{'kind':'identity','dir':'response'," WHO("2",
		"443") ",'key':'tls_version','value':'TLS 1.1',"
		       "'via':'server_hello','claim':'self'}\n"
		       "{'kind':'identity','dir':'response'," WHO("2",
			   "443") ",'key':'weak_cipher',"
				  "'value':'TLS_RSA_WITH_RC4_128_SHA',"
				  "'via':'server_hello','claim':'self'}\n");
	send_certificate(h, B, 16384);
	harness_assert(h, CERTIFICATE_LINES);
	/* ServerKeyExchange and ServerHelloDone go by. */
	harness_hex(h, B, "16 0303 000d  0c 000005 0102030405  0e 000000");
	harness_assert(h, "");
	assert_false(h->done);
	harness_hex(h, A, CHANGE);
	assert_true(h->done);
	assert_int_equal(h->bad, 0);
	harness_free(h);
}

static void
test_certificate_in_several_records(void **state)
{
	struct harness *h = start();

	for (size_t size = 4; size < 300; size += 37) {
		harness_reset(h);
		harness_hex(h, A, CLIENT_HELLO);
		harness_hex(h, B, SERVER_HELLO);
		(void)harness_take(h);
		send_certificate(h, B, size);
		harness_assert(h, CERTIFICATE_LINES);
	}
	/* Its head in two: given up, and no violation. */
	harness_reset(h);
	harness_hex(h, B, SERVER_HELLO);
	(void)harness_take(h);
	send_certificate(h, B, 3);
	send_certificate(h, B, 16384);
	harness_assert(h, "");
	harness_hex(h, B, CHANGE);
	assert_true(h->done);
	harness_free(h);
}

static void
test_done_where_it_is_encrypted(void **state)
{
	struct harness *h = start();

	/* A retry and records around it end nothing. */
	harness_hex(h, A, CLIENT_HELLO);
	harness_hex(h, B, RETRY CHANGE);
	assert_true(harness_has(h, "'op':'hello_retry_request'"));
	harness_hex(h, A, CHANGE CLIENT_HELLO);
	assert_false(h->done);
	harness_hex(h, B, SERVER_HELLO_13);
	assert_true(harness_has(h, "'version':'TLS 1.3','cipher':"
				   "'TLS_AES_128_GCM_SHA256'"));
	assert_true(h->done);
	/* One that has begun before. */
	harness_reset(h);
	harness_hex(h, B, DATA);
	harness_assert(h,
	    "{'kind':'operation','dir':'unknown','tentative':true,'op':"
	    "'application_data','code':23,'class':'session'}\n");
	assert_true(h->done);
	harness_free(h);
}

static void
test_alert(void **state)
{
	struct harness *h = start();

	harness_hex(h, A, CLIENT_HELLO);
	(void)harness_take(h);
	harness_hex(h, B, "15 0303 0002 02 2d");
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','op':'alert','code':45,"
	    "'class':'session','level':'fatal','alert':"
	    "'certificate_expired'}\n");
	harness_free(h);
}

static void
violation(const char *hex, const char *reason)
{
	struct harness *h = start();

	harness_hex(h, A, CLIENT_HELLO);
	(void)harness_take(h);
	harness_hex(h, A, hex);
	assert_true(harness_has(h, reason));
	(void)harness_take(h);
	harness_hex(h, A, CLIENT_HELLO);
	assert_true(harness_has(h, "'op':'client_hello'"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	violation("16 0303 0000", "'reason':'record_length','offset':3");
	violation("47 4554", "'reason':'no_header','offset':0");
	violation("16 0303 4801", "'reason':'no_header','offset':0");
	/* ends inside the random; an extension longer than their list */
	violation("16 0303 0010 01 00000c 0303 01020304050607080910",
	    "'reason':'hello'");
	violation("16 0303 0033 01 00002f 0303"
		  "0000000000000000000000000000000000000000000000000000000000"
		  "000000 00 0002 1301 01 00 0004 0000 0009",
	    "'reason':'hello','offset':47");
	violation("16 0303 000c 0b 000008 000005 000002 3080",
	    "'reason':'certificate','offset':7");
	violation("16 0303 0009 0b 000005 000005 0000",
	    "'reason':'certificate','offset':0");
}

static void
test_others_are_left_alone(void **state)
{
	static const char *const others[] = {"17 0303 0003 aabbcc",
	    "15 0303 0002 0228", "16 0301 0005 0b00", "16 0301 0100 05",
	    "16 0301 0040 01 000010 0301", "16 0401", "17 0303 ffff", "80 2e"};
	struct harness *h = start();

	h->port[B] = 5000;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		harness_reset(h);
		harness_hex(h, A, others[i]);
		assert_false(h->claimed);
		assert_int_equal(h->not_mine, 1);
	}
	/* Whatever the port, a hello proves it. */
	harness_reset(h);
	harness_hex(h, A, CLIENT_HELLO);
	assert_true(h->claimed);
	harness_free(h);
}

/* Not one octet more is wanted than it takes to see that it is none. */
static void
test_first_octets_refuse(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t n;
		enum dis_rc rc;
	} cases[] = {{{22}, 1, DIS_MORE}, {{13}, 1, DIS_NOT_MINE},
	    {{22, 2}, 2, DIS_NOT_MINE}, {{22, 3, 5}, 3, DIS_NOT_MINE},
	    {{22, 3, 1, 0x49}, 4, DIS_NOT_MINE}, {{22, 3, 1, 0}, 4, DIS_MORE},
	    {{22, 3, 1, 0, 99, 3}, 6, DIS_NOT_MINE},
	    {{22, 3, 1, 0, 99, 1, 1}, 7, DIS_NOT_MINE},
	    {{22, 3, 1, 0, 99, 1, 0, 0, 95, 3}, 10, DIS_MORE},
	    {{22, 3, 1, 0, 99, 1, 0, 0, 95, 3, 3}, 11, DIS_OK}};
	size_t len = 0;
	struct dis_probe pr = {.transport = DIS_TCP, .ret_len = &len};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(dissector_tls.probe(
				     rd_make(cases[i].bytes, cases[i].n), &pr),
		    cases[i].rc);
	}
	assert_int_equal(len, 5 + 99);
}

static void
conversation(struct harness *h)
{
	harness_hex(h, A, CLIENT_HELLO);
	harness_hex(h, B, SERVER_HELLO);
	send_certificate(h, B, 200);
	harness_hex(h, B, "16 0303 000d  0c 000005 0102030405  0e 000000");
	harness_hex(h, B, "15 0303 0002 01 5a");
	harness_hex(h, A, CHANGE DATA);
}

static void
test_pieces_change_nothing(void **state)
{
	static char whole[HARNESS_OUT];
	struct harness *h = start();

	conversation(h);
	(void)snprintf(whole, sizeof(whole), "%s", harness_take(h));
	assert_non_null(strstr(whole, "user_canceled"));
	for (size_t n = 1; n < 40; n++) {
		harness_reset(h);
		h->segment = n;
		conversation(h);
		assert_string_equal(harness_take(h), whole);
	}
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_handshake),
	    cmocka_unit_test(test_certificate_in_several_records),
	    cmocka_unit_test(test_done_where_it_is_encrypted),
	    cmocka_unit_test(test_alert),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_others_are_left_alone),
	    cmocka_unit_test(test_first_octets_refuse),
	    cmocka_unit_test(test_pieces_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
