/*
 * nbdgm: announcements to the letter, whose they are, violations.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_nbdgm;

#define BLANKS "4341434143414341434143414341434143414341434143414341"
/* "P1" and "G1" with their suffix in letters: 34 bytes */
#define P1(suffix) "20 46414442" BLANKS suffix "00"
#define G1(suffix) "20 45484442" BLANKS suffix "00"
#define IS_00      "4141"
#define IS_20      "4341"
#define IS_1D      "424e"
#define IS_1E      "424f"

/* Group, first and only piece, id 7, 10.0.0.1, port 138, no offset. */
#define HEAD(len) "11 02 0007 0a000001 008a" len "0000"
/* SMB's transaction: data of n bytes at 86. */
#define SLOT(n)                                                         \
	"ff534d42 25 000000000000000000000000000000000000000000000000"  \
	"000000 11 0000" n "00 0000 0000 00 00 0000 00000000 0000 0000" \
	"0000" n "00 5600 03 00 0100 0000 0200 3200"                    \
	"5c4d41494c534c4f545c42524f57534500"
#define NAME_P1 "50310000000000000000000000000000"
#define NAME_G1 "47310000000000000000000000000000"
#define VERSION "0f 01 55aa"
/* 720 s, P1, version, type, comment */
#define SAYS(op, version, type, comment) \
	op "00 80fc0a00" NAME_P1 version type VERSION comment
#define HOST(version, type, comment) SAYS("01", version, type, comment)
#define ANNOUNCED(source, version, type) \
	HEAD("00bc")                     \
	P1(source) G1(IS_1D) SLOT("21") HOST(version, type, "00") "00"

#define SRC "{'mac':'02:00:00:00:00:01','ip':'10.0.0.1','port':138}"

static struct harness *
flow(void)
{
	struct harness *h = harness_new(&dissector_nbdgm, DIS_UDP);

	h->port[A] = 138;
	return h;
}

static void
test_a_server_announces_itself(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    HEAD("00bd") P1(IS_20) G1(IS_1D) SLOT("22")
		HOST("0a 00", "03900000", "41 42 00"));
	harness_assert(h,
	    "{'kind':'operation','dir':'notify','op':'host_announcement',"
	    "'code':1,'class':'discovery','type':'group','id':7,"
	    "'source':'P1','source_suffix':'0x20','to':'G1',"
	    "'to_suffix':'0x1d','mailslot':'\\\\MAILSLOT\\\\BROWSE',"
	    "'server':'P1','period_ms':720000,'os_major':10,'os_minor':0,"
	    "'server_type':'0x00009003','roles':['workstation','server',"
	    "'nt','nt_server'],'comment':'AB'}\n"
	    "{'kind':'identity','dir':'notify','subject':" SRC
	    ",'key':'hostname','value':'P1','via':'host_announcement',"
	    "'claim':'self'}\n"
	    "{'kind':'identity','dir':'notify','subject':" SRC
	    ",'key':'device_type','value':'server',"
	    "'via':'host_announcement','claim':'self'}\n"
	    "{'kind':'identity','dir':'notify','subject':" SRC
	    ",'key':'os','value':'Windows Server 2016 or later',"
	    "'via':'host_announcement','claim':'self'}\n"
	    "{'kind':'identity','dir':'notify','subject':" SRC
	    ",'key':'description','value':'AB','via':'host_announcement',"
	    "'claim':'self'}\n"
	    "{'kind':'topology','dir':'notify','subject':" SRC
	    ",'relation':'member_of','peer':'G1'}\n");
	harness_free(h);
}

/* What the bits of a type make of who announces it, and what system. */
static void
test_types(void **state)
{
	static const struct {
		const char *hex, *type, *os; /* NULL: none is told */
	} cases[] = {
	    {ANNOUNCED(IS_20, "06 01", "03100000"), "workstation", "Windows 7"},
	    {ANNOUNCED(IS_20, "05 02", "03908200"), "server",
		"Windows Server 2003"},
	    {ANNOUNCED(IS_20, "06 03", "2b108000"), "domain controller",
		"Windows Server 2012 R2"},
	    {ANNOUNCED(IS_20, "06 03", "13108000"), "domain controller",
		"Windows Server 2012 R2"},
	    {ANNOUNCED(IS_00, "04 09", "039a8400"), "server", "Unix"},
	    {ANNOUNCED(IS_00, "04 00", "03204000"), "workstation",
		"Windows 95, 98 or Me"},
	    {ANNOUNCED(IS_00, "03 0b", "03200000"), "workstation",
		"Windows for Workgroups"},
	    {ANNOUNCED(IS_00, "04 00", "03100100"), "workstation",
		"Windows NT 4.0"},
	    {ANNOUNCED(IS_00, "06 01", "03100000"), "workstation", NULL},
	    {ANNOUNCED(IS_20, "07 01", "03120000"), "workstation", NULL},
	    {ANNOUNCED(IS_00, "01 00", "03020000"), "print server", NULL},
	    {ANNOUNCED(IS_00, "01 00", "03000000"), "server", NULL},
	    {ANNOUNCED(IS_00, "01 00", "01000000"), "workstation", NULL},
	    {ANNOUNCED(IS_00, "01 00", "00000000"), NULL, NULL},
	};
	struct harness *h = flow();
	char line[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		harness_hex(h, A, cases[i].hex);
		assert_int_equal(h->bad, 0);
		(void)snprintf(line, sizeof(line),
		    "'key':'device_type','value':'%s'",
		    cases[i].type != NULL ? cases[i].type : "");
		assert_int_equal(harness_has(h, line), cases[i].type != NULL);
		(void)snprintf(line, sizeof(line), "'key':'os','value':'%s'",
		    cases[i].os != NULL ? cases[i].os : "");
		assert_int_equal(harness_has(h, line), cases[i].os != NULL);
		assert_int_equal(
		    harness_has(h, "'key':'os'"), cases[i].os != NULL);
		(void)harness_take(h);
	}
	harness_free(h);
}

/* Type and version of a domain's announcement are nobody's. */
static void
test_masters(void **state)
{
	struct harness *h = flow();

	harness_hex(h, A,
	    HEAD("00bc") P1(IS_20) G1(IS_1E) SLOT("21")
		SAYS("0f", "06 01", "03100500", "00") "00");
	assert_true(harness_has(h, "'op':'local_master_announcement'"));
	assert_true(harness_has(h, "'relation':'member_of','peer':'G1'"));
	assert_true(
	    harness_has(h, "'relation':'master_browser_of','peer':'G1'"));
	(void)harness_take(h);
	harness_hex(h, A,
	    HEAD("00bd") P1(IS_00) G1(IS_00) SLOT("23") "0c00 80fc0a00" NAME_G1
							"04 09 00100080" VERSION
							"503100");
	assert_true(harness_has(h, "'domain':'G1'"));
	assert_true(harness_has(h, "'master':'P1'"));
	assert_true(harness_has(h, "'key':'hostname','value':'P1'"));
	assert_true(
	    harness_has(h, "'relation':'master_browser_of','peer':'G1'"));
	assert_false(harness_has(h, "'key':'os'"));
	assert_false(harness_has(h, "'key':'device_type'"));
	assert_false(harness_has(h, "'key':'description'"));
	harness_free(h);
}

/* Its own address is 10.0.0.1; B forwards it. */
static void
test_who_forwards_says_nothing_of_itself(void **state)
{
	struct harness *h = flow();

	harness_hex(h, B, ANNOUNCED(IS_20, "0a 00", "03900000"));
	assert_true(harness_has(h, "'source_ip':'10.0.0.1'"));
	assert_false(harness_has(h, "identity"));
	assert_false(harness_has(h, "topology"));
	harness_free(h);
}

static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *what;
	} cases[] = {
	    {"11 02 0007 0a000001 008a 00", "'reason':'header','offset':10"},
	    {"13 02 0007 0a000001 008a", "'reason':'header','offset':10"},
	    {HEAD("0045") P1(IS_20) G1(IS_1D), "'reason':'length','offset':10"},
	    {HEAD("0022") G1(IS_20), "'reason':'name','offset':48"},
	    {HEAD("0003") "210000", "'reason':'name','offset':14"},
	    {HEAD("0049") P1(IS_20) G1(IS_1D) "ff534d4225",
		"'reason':'mailslot','offset':82"},
	    {HEAD("009c") P1(IS_20) G1(IS_1D) SLOT("01") "0100",
		"'reason':'browser','offset':169"},
	    {HEAD("009a") P1(IS_20) G1(IS_1D) SLOT("01"),
		"'reason':'mailslot','offset':82"},
	};
	struct harness *h = flow();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		harness_hex(h, A, cases[i].hex);
		assert_int_equal(h->bad, i + 1);
		assert_true(harness_has(h, cases[i].what));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
		harness_hex(h, A, ANNOUNCED(IS_20, "0a 00", "03900000"));
		assert_true(harness_has(h, "'key':'os'"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_cut_is_not_broken(void **state)
{
	uint8_t msg[256];
	size_t n = harness_unhex(
	    ANNOUNCED(IS_20, "0a 00", "03900000"), msg, sizeof(msg));
	struct harness *h = flow();

	for (size_t i = 14; i < n; i++) {
		harness_reset(h);
		harness_send_cut(h, A, msg, i);
		assert_false(harness_has(h, "malformed"));
		assert_false(harness_has(h, "identity"));
		assert_true(harness_has(h, "'cut':true"));
		(void)harness_take(h);
	}
	harness_free(h);
}

static void
test_others_are_left_alone(void **state)
{
	struct harness *h = flow();

	h->port[A] = h->port[B] = 40000;
	harness_hex(h, A, "474554202f20485454502f312e310d0a0d0a");
	assert_false(h->claimed);
	/* A length that is not the rest. */
	harness_reset(h);
	harness_hex(h, A, HEAD("0045") P1(IS_20) G1(IS_1D));
	assert_false(h->claimed);
	/* An error has nothing that nobody else has. */
	harness_reset(h);
	harness_hex(h, A, "13 02 0007 0a000001 008a 82");
	assert_false(h->claimed);
	harness_reset(h);
	harness_hex(h, A, HEAD("0044") P1(IS_20) G1(IS_1D));
	assert_true(h->claimed);
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_server_announces_itself),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_masters),
	    cmocka_unit_test(test_who_forwards_says_nothing_of_itself),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_others_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
