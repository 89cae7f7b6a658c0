/*
 * guess_test: columns of registers as they are met, and keys that are taken
 * apart and compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"
#include "store/declared/compare.h"
#include "store/declared/guess.h"

/* What "a;b;c" and one row below is taken for: "vendor,-,ip". */
static const char *
guessed(const char *text, const char *correction)
{
	static char out[512];
	struct guess g[CSV_COLUMNS_MAX];
	struct csv_row head, rows[8];
	struct csv_error e;
	struct csv c;
	size_t n = 0, used = 0;

	assert_int_equal(csv_open(&c, text, strlen(text), &e), 0);
	assert_int_equal(csv_row(&c, &head, &e), 1);
	while (n < 8 && csv_row(&c, &rows[n], &e) == 1) {
		n++;
	}
	guess_columns(&head, rows, n, g);
	if (correction != NULL) {
		int rc = guess_correct(&head, correction, g);

		if (rc != 0) {
			csv_close(&c);
			return rc == ERR_NOTFOUND ? "no column" : "no key";
		}
	}
	for (size_t i = 0; i < head.n; i++) {
		used += (size_t)snprintf(out + used, sizeof(out) - used, "%s%s",
		    i != 0 ? "," : "",
		    g[i].key == DECL_NONE ? "-" : decl_word(g[i].key));
	}
	csv_close(&c);
	return out;
}

static void
test_headers_are_known(void **state)
{
	(void)state;
	assert_string_equal(
	    guessed("Hersteller;Modell;Seriennummer;Standort;IP-Adresse;"
		    "MAC-Adresse;Inventar-Nr.;Kritikalit\xc3\xa4t\n",
		NULL),
	    "vendor,model,serial,location,ip,mac,asset_number,criticality");
	assert_string_equal(
	    guessed("GER\xc3\x84TENAME,Geraetetyp,FW-Stand,EIGENT\xc3\x9cMER\n",
		NULL),
	    "name,role,firmware,owner");
	assert_string_equal(guessed("Device IP,Device Serial,Location name,"
				    "Purdue Level,Colour\n",
				NULL),
	    "ip,serial,location,level,-");
	/* Addresses of others are not the device's. */
	assert_string_equal(
	    guessed("IP Subnet Mask,IP Gateway,IP,Switch MAC\n"
		    "255.255.255.0,10.0.0.1,10.0.0.2,00:00:00:00:00:01\n",
		NULL),
	    "-,-,ip,-");
}

static void
test_headers_of_other_countries_are_known(void **state)
{
	(void)state;
	assert_string_equal(
	    guessed("Nom;Adresse IP;Adresse MAC;Fabricant;Mod\xc3\xa8le;"
		    "N\xc2\xb0 de s\xc3\xa9rie;Emplacement;"
		    "Propri\xc3\xa9taire;Criticit\xc3\xa9;Zone;Version;"
		    "R\xc3\xb4le;Remarques\n",
		NULL),
	    "name,ip,mac,vendor,model,serial,location,owner,criticality,zone,"
	    "firmware,role,notes");
	assert_string_equal(guessed("Ger\xc3\xa4t;Hersteller;Typ/Modell;"
				    "Seriennummer;Standort;Verantwortlicher;"
				    "Kritikalit\xc3\xa4t;Bemerkung\n",
				NULL),
	    "name,vendor,model,serial,location,owner,criticality,notes");
	assert_string_equal(
	    guessed("Name;Typ;Einbauort\n", NULL), "name,model,location");
}

static void
test_a_known_word_may_be_about_something_else(void **state)
{
	(void)state;
	assert_string_equal(guessed("Art.-Nr.;Art\n", NULL), "model,role");
	assert_string_equal(guessed("Art;Rolle\n", NULL), "-,role");
	assert_string_equal(
	    guessed("Artikel-Nr.;Art der Kabel\n", NULL), "model,-");
	assert_string_equal(guessed("Version;Firmware;SW Version\n", NULL),
	    "-,firmware,software");
	assert_string_equal(
	    guessed("Name,Old IP,New IP,MAC,MAC Vendor,Serial Port\n"
		    "a,10.0.0.1,10.0.0.9,,WAGO,COM1\n"
		    "b,10.0.0.2,10.0.0.8,,WAGO,COM1\n"
		    "c,10.0.0.3,10.0.0.7,,WAGO,COM1\n",
		NULL),
	    "name,-,ip,mac,-,-");
	assert_string_equal(guessed("IP Schutzart,Alte Seriennummer,"
				    "Hersteller Nr.,Device Serial No\n",
				NULL),
	    "-,-,-,serial");
}

static void
test_one_column_a_key_but_for_lists(void **state)
{
	(void)state;
	assert_string_equal(
	    guessed("Device,Name,IP 1,IP 2\n", NULL), "name,-,ip,ip");
	assert_string_equal(guessed("My model code,Model\n", NULL), "-,model");
}

static void
test_values_tell_addresses(void **state)
{
	(void)state;
	assert_string_equal(guessed("x,y,z\n10.0.0.1,00-11-22-33-44-55,1\n"
				    "10.0.0.2,0011.2233.4456,2\n"
				    "10.0.0.3,001122334457,3\n",
				NULL),
	    "ip,mac,-");
	/* Two may be chance. */
	assert_string_equal(guessed("x\n10.0.0.1\n10.0.0.2\n", NULL), "-");
}

static void
test_a_person_corrects(void **state)
{
	(void)state;
	assert_string_equal(
	    guessed("Name,Extra\n", "extra=serial"), "name,serial");
	assert_string_equal(guessed("Name,Extra\n", "#2=name"), "-,name");
	assert_string_equal(guessed("Name,Extra\n", "Name="), "-,-");
	assert_string_equal(guessed("Name\n", "Nam=serial"), "no column");
	assert_string_equal(guessed("Name\n", "#2=serial"), "no column");
	assert_string_equal(guessed("Name\n", "Name=serials"), "no key");
	assert_string_equal(guessed("Name\n", "Name"), "no key");
}

static const char *
value(enum decl_key k, const char *text)
{
	static char out[DECL_VALUE_MAX];
	int rc = decl_value(k, text, strlen(text), out);

	return rc == ERR_FORMAT ? "format" : rc == ERR_TOOBIG ? "too big" : out;
}

static void
test_values_are_made_fit(void **state)
{
	char big[DECL_VALUE_MAX + 1];

	(void)state;
	assert_string_equal(
	    value(DECL_MAC, "00-1B-1b.00 0001"), "00:1b:1b:00:00:01");
	assert_string_equal(value(DECL_MAC, "001b1b000001, 001b1b000002"),
	    "00:1b:1b:00:00:01 00:1b:1b:00:00:02");
	assert_string_equal(value(DECL_MAC, "00:1b:1b:00:00"), "format");
	assert_string_equal(value(DECL_IP, "010.001.002.003/24"), "10.1.2.3");
	assert_string_equal(value(DECL_IP, "FE80:0::1"), "fe80::1");
	assert_string_equal(value(DECL_IP, "10.0.0.256"), "format");
	assert_string_equal(value(DECL_IP, "10.0.0"), "format");
	assert_string_equal(value(DECL_IP, "DHCP"), "format");
	assert_string_equal(value(DECL_IP, " n/a "), "");
	assert_string_equal(
	    value(DECL_IP, "10.0.0.1/10.0.0.2"), "10.0.0.1 10.0.0.2");
	assert_string_equal(
	    value(DECL_IP, "10.0.0.1 / 10.0.0.2/24"), "10.0.0.1 10.0.0.2");
	assert_string_equal(value(DECL_IP, "10.0.0.1/33"), "format");
	assert_string_equal(value(DECL_IP, "fe80::1/64"), "fe80::1");
	assert_string_equal(value(DECL_IP, "10.0.0.1:502"), "10.0.0.1");
	assert_string_equal(value(DECL_IP, "10.0.0.1:x"), "format");
	assert_string_equal(value(DECL_IP, "10.0.0.1:"), "format");
	assert_string_equal(value(DECL_IP, "[fe80::1]:502"), "fe80::1");
	assert_string_equal(value(DECL_IP, "[fe80::1]"), "fe80::1");
	assert_string_equal(value(DECL_IP, "[fe80::1]x"), "format");
	assert_string_equal(value(DECL_IP, "http://10.0.0.1/"), "10.0.0.1");
	assert_string_equal(
	    value(DECL_IP, "https://10.0.0.1:8443/a/b?c"), "10.0.0.1");
	assert_string_equal(value(DECL_IP, "http://plc/"), "format");
	assert_string_equal(value(DECL_LEVEL, "Level 2"), "2");
	assert_string_equal(value(DECL_LEVEL, "3,5"), "3.5");
	assert_string_equal(value(DECL_LEVEL, "6"), "format");
	assert_string_equal(value(DECL_APPROVED, "Ja"), "yes");
	assert_string_equal(value(DECL_APPROVED, "maybe"), "format");
	assert_string_equal(value(DECL_NAME, "  a\tb\xff "), "a b\xef\xbf\xbd");
	assert_string_equal(value(DECL_NAME, "unbekannt"), "");
	memset(big, 'x', DECL_VALUE_MAX);
	big[DECL_VALUE_MAX] = '\0';
	assert_string_equal(value(DECL_NOTES, big), "too big");
}

static void
test_what_stands_for_nothing_is_not_kept(void **state)
{
	static const struct {
		enum decl_key key;
		const char *text, *kept;
		bool noted;
	} rows[] = {
	    {DECL_MAC, "00:00:00:00:00:00", "", true},
	    {DECL_MAC, "ffff.ffff.ffff", "", true},
	    {DECL_MAC, "01:00:5e:00:00:01", "", true},
	    {DECL_MAC, "001b1b000001/001b1b000002",
		"00:1b:1b:00:00:01 00:1b:1b:00:00:02", false},
	    {DECL_IP, "0.0.0.0", "", true},
	    {DECL_IP, "127.0.0.1", "", true},
	    {DECL_IP, "224.0.0.1", "", true},
	    {DECL_IP, "10.0.0.1 255.255.255.0", "10.0.0.1", true},
	    {DECL_IP, "10.0.0.1/255.255.255.0", "10.0.0.1", true},
	    {DECL_IP, "::", "", true},
	    {DECL_IP, "ff02::1", "", true},
	    {DECL_IP, "223.255.255.1", "223.255.255.1", false},
	    {DECL_SERIAL, "1,23457E+11", "", true},
	    {DECL_SERIAL, "1.23E+11", "", true},
	    {DECL_SERIAL, "1E+11", "", true},
	    {DECL_SERIAL, "12E+11", "12E+11", false},
	    {DECL_SERIAL, "1E11", "1E11", false},
	    {DECL_SERIAL, "1,2E+1x", "1,2E+1x", false},
	    {DECL_SERIAL, "E", "E", false},
	    {DECL_SERIAL, "unknown", "", false},
	};
	char out[DECL_VALUE_MAX];
	const char *note;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(decl_value_noted(rows[i].key, rows[i].text,
				     strlen(rows[i].text), out, &note),
		    0);
		assert_string_equal(out, rows[i].kept);
		assert_int_equal(note != NULL, rows[i].noted);
	}
}

static void
test_what_agrees_and_what_does_not(void **state)
{
	static const struct {
		enum decl_key key;
		const char *declared, *observed;
		bool agrees;
	} rows[] = {
	    {DECL_MAC, "00:1b:1b:00:00:01", "00-1B-1B-00-00-01", true},
	    {DECL_MAC, "00:1b:1b:00:00:01", "00:1b:1b:00:00:02", false},
	    {DECL_IP, "10.0.0.1 10.1.0.1", "10.1.0.1 10.2.0.1", true},
	    {DECL_IP, "10.0.0.1", "10.0.0.10", false},
	    {DECL_MAC, "00:00:00:00:00:00", "00-1B-1B-00-00-01", true},
	    {DECL_SERIAL, "S C-0042/a", "sc0042A", true},
	    {DECL_SERIAL, "00042", "42", true},
	    {DECL_SERIAL, "0x00C0FFEE", "c0ffee", true},
	    {DECL_SERIAL, "420", "42", false},
	    {DECL_NAME, "PLC-1", "plc 1", true},
	    {DECL_HOSTNAME, "plc1.plant.example", "PLC1", true},
	    {DECL_NAME, "10.0.0.1", "10.0.0.2", false},
	    {DECL_NAME, "plc1", "plc2", false},
	    {DECL_VENDOR, "Siemens AG", "SIEMENS", true},
	    {DECL_VENDOR, "Rockwell Automation",
		"Rockwell Automation/Allen-Bradley", true},
	    {DECL_VENDOR, "WAGO Kontakttechnik", "WAGO", true},
	    {DECL_VENDOR, "Schneider", "Siemens", false},
	    {DECL_VENDOR, "Wago", "Wagon Works", false},
	    {DECL_MODEL, "1756-L71", "1756-L71/B LOGIX5571", true},
	    {DECL_MODEL, "S7-150", "S7-1500", false},
	    {DECL_MODEL, "6ES7315-2EH14-0AB0", "6ES7 315-2EH14-0AB0", true},
	    {DECL_MODEL, "BMXP342020", "BMX P34 2020", true},
	    {DECL_MODEL, "BMXP34202", "BMX P34 2020", false},
	    {DECL_VENDOR, "wag o", "wago", false},
	    {DECL_FIRMWARE, "V02.09.00", "2.9", true},
	    {DECL_FIRMWARE, "2.9", "2.9.4", false},
	    {DECL_FIRMWARE, "20.1", "20.11", false},
	    {DECL_FIRMWARE, "fw 1.20", "1.2", false},
	    {DECL_FIRMWARE, "unknown", "1.2", true},
	    {DECL_FIRMWARE, "1.2", "", true},
	    {DECL_FIRMWARE, "1.2", NULL, true},
	    {DECL_ZONE, "a", "b", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (decl_agrees(rows[i].key, rows[i].declared,
			rows[i].observed) != rows[i].agrees) {
			fail_msg("%s: %s, %s", decl_word(rows[i].key),
			    rows[i].declared, rows[i].observed);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_headers_are_known),
	    cmocka_unit_test(test_headers_of_other_countries_are_known),
	    cmocka_unit_test(test_a_known_word_may_be_about_something_else),
	    cmocka_unit_test(test_one_column_a_key_but_for_lists),
	    cmocka_unit_test(test_values_tell_addresses),
	    cmocka_unit_test(test_a_person_corrects),
	    cmocka_unit_test(test_values_are_made_fit),
	    cmocka_unit_test(test_what_stands_for_nothing_is_not_kept),
	    cmocka_unit_test(test_what_agrees_and_what_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
