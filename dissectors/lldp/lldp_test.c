/*
 * LLDP: each TLV to the letter, who the facts are about, each violation, each
 * truncation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/harness.h"

extern const struct dissector dissector_lldp;

#define CHASSIS "0207 04 020000000001" /* MAC address, that of A */
#define SWITCH  "0207 04 020000000040" /* MAC address, another one */
#define PORT    "0406 05 47302f3031"   /* interface name G0/01 */
#define TTL     "0602 0078"            /* 120 s */
#define GONE    "0602 0000"            /* shut down */
#define END     "0000"
#define START   CHASSIS PORT TTL
#define TELL                                                   \
	"{'kind':'operation','dir':'notify','op':'advertise'," \
	"'class':'report'"
#define IDS                                                              \
	",'ttl':120,'chassis_type':'mac_address',"                       \
	"'chassis_id':'02:00:00:00:00:01','port_type':'interface_name'," \
	"'port_id':'G0/01'"
#define OF(mac) "{'kind':'%s','dir':'notify','subject':{'mac':'" mac "'},"
#define WHO     "'dir':'notify','subject':{'mac':'02:00:00:00:00:01'},"
#define ID(key, value)                                              \
	"{'kind':'identity'," WHO "'key':'" key "','value':'" value \
	"','via':'advertise','claim':'self'}\n"
#define MAC_IS  ID("mac", "02:00:00:00:00:01")
#define PORT_IS "{'kind':'topology'," WHO "'relation':'port','peer':'G0/01'}\n"
#define BAD(r, at)                                             \
	"{'kind':'malformed','dir':'notify','reason':'" r "'," \
	"'offset':" at "}\n"

static struct harness *
frames(void)
{
	struct harness *h = harness_new(&dissector_lldp, DIS_ETHER);

	/* Nothing below has an address of IP. */
	h->end[A].ipver = h->end[B].ipver = 0;
	h->end[A].has_port = h->end[B].has_port = false;
	return h;
}

/* What the message tells, the lines of a whole frame. */
static void
assert_told(const char *hex, const char *lines)
{
	struct harness *h = frames();

	harness_hex(h, A, hex);
	harness_assert(h, lines);
	harness_free(h);
}

/* Whether the text is in what the message tells. */
static bool
told(const char *hex, const char *text)
{
	struct harness *h = frames();
	bool has;

	harness_hex(h, A, hex);
	has = harness_has(h, text);
	harness_free(h);
	return has;
}

static void
test_least_message(void **state)
{
	assert_told(START END, TELL IDS "}\n" MAC_IS PORT_IS);
	/* The end may be missing, and padding stands behind it. */
	assert_told(START, TELL IDS "}\n" MAC_IS PORT_IS);
	assert_told(START END "00ff0102", TELL IDS "}\n" MAC_IS PORT_IS);
}

static void
test_whole_message(void **state)
{
	assert_told(START
	    "0805 75706c696e"                    /* port description uplink: */
	    "0a03 737731"                        /* system name sw1 */
	    "0c04 53572033"                      /* description SW 3 */
	    "0e04 0014 0004"                     /* layer 3 switch; bridge */
	    "100c 05 01 0a000001 02 00000007 00" /* 10.0.0.1, interface 7 */
	    "fe06 0080c2 01 0005"                /* port VLAN 5 */
	    "fe0a 0080c2 03 0005 03 6f7073"      /* VLAN 5 is ops */
	    "fe09 00120f 01 03 6c00 0010"        /* autonegotiation */
	    "fe06 00120f 04 05f2"                /* frames of 1522 bytes */
	    "fe07 0012bb 01 0033 04"             /* MED: network device */
	    "fe08 0012bb 02 01020304" END,       /* a policy */
	    TELL IDS
	    ",'port_description':'uplin','capabilities':['bridge','router'],"
	    "'enabled':['bridge'],"
	    "'management':[{'address':'10.0.0.1','interface':7}],"
	    "'port_vlan':5,'vlans':[{'id':5,'name':'ops'}],"
	    "'autoneg':'enabled','advertised':'0x6c00','mau':16,"
	    "'max_frame':1522,'med_class':4,'others':[{'type':127,"
	    "'oui':'0x0012bb','subtype':2,'length':4}]}\n" MAC_IS ID(
		"name", "sw1") ID("description", "SW 3") ID("device_type",
		"bridge") "{'kind':'topology'," WHO
			  "'relation':'port','peer':'G0/01',"
			  "'detail':'uplin'}\n"
			  "{'kind':'topology'," WHO
			  "'relation':'managed_at','peer':'10.0.0.1'}\n");
}

static void
test_inventory_of_med(void **state)
{
	assert_told(START "fe06 0012bb 05 4831" /* hardware H1 */
			  "fe06 0012bb 06 4632" /* firmware F2 */
			  "fe06 0012bb 07 5333" /* software S3 */
			  "fe06 0012bb 08 2034" /* serial, a blank before it */
			  "fe08 0012bb 09 41636d65"  /* manufacturer Acme */
			  "fe06 0012bb 0a 4d35"      /* model M5 */
			  "fe06 0012bb 0b 5436" END, /* asset id T6 */
	    TELL IDS "}\n" MAC_IS ID("hardware", "H1") ID("firmware", "F2")
		ID("software", "S3") ID("serial", "4") ID("vendor", "Acme")
		    ID("model", "M5") ID("user_text", "T6") PORT_IS);
}

static void
test_nothing_is_told_of_what_says_nothing(void **state)
{
	assert_told(START "0a00 0802 2000" /* empty, blanks */
			  "fe11 0012bb 08 4e6f7420537065636966696564"
			  "fe05 0012bb 0a 2d" END, /* Not Specified, - */
	    TELL IDS "}\n" MAC_IS PORT_IS);
	/* 0.0.0.0, 127.0.0.1 and :: are everybody's. */
	assert_false(told(START "100c 05 01 00000000 02 00000007 00"
				"100c 05 01 7f000001 02 00000007 00"
				"1018 11 02 00000000000000000000000000000000"
				"02 00000007 00" END,
	    "managed_at"));
}

static void
test_subject_is_the_device_not_its_port(void **state)
{
	assert_told(SWITCH PORT TTL "0a03 737731" END, TELL
	    ",'ttl':120,'chassis_type':'mac_address',"
	    "'chassis_id':'02:00:00:00:00:40','port_type':'interface_name',"
	    "'port_id':'G0/01'}\n"
	    "{'kind':'identity','dir':'notify',"
	    "'subject':{'mac':'02:00:00:00:00:40'},'key':'mac',"
	    "'value':'02:00:00:00:00:40','via':'advertise','claim':'self'}\n"
	    "{'kind':'identity','dir':'notify',"
	    "'subject':{'mac':'02:00:00:00:00:40'},'key':'name',"
	    "'value':'sw1','via':'advertise','claim':'self'}\n"
	    "{'kind':'topology','dir':'notify',"
	    "'subject':{'mac':'02:00:00:00:00:40'},'relation':'port',"
	    "'peer':'G0/01'}\n"
	    "{'kind':'topology'," WHO "'relation':'port_of',"
	    "'peer':'02:00:00:00:00:40'}\n");
	/* A group or nobody has no facts: they are the sender's. */
	assert_true(told("0207 04 010000000040" PORT TTL "0a03 737731",
	    "{'kind':'identity'," WHO "'key':'name'"));
	assert_true(told("0207 04 000000000000" PORT TTL "0a03 737731",
	    "{'kind':'identity'," WHO "'key':'name'"));
}

/* The chassis id is the name of station; its MAC stands by itself. */
#define STATION  "0205 07 706c6331"                   /* local: plc1 */
#define PORT_001 "0409 07 706f72742d303031"           /* local: port-001 */
#define PORT_DOT "040e 07 706f72742d3030312e706c6332" /* port-001.plc2 */
#define PNIO_MAC "fe0a 000ecf 05 020000000055"

static void
test_profinet_names_the_station(void **state)
{
	static const char of[] =
	    "'subject':{'mac':'02:00:00:00:00:55'},'key':'name','value':";

	assert_true(told(STATION PORT_001 TTL PNIO_MAC END, of));
	assert_true(told(STATION PORT_001 TTL PNIO_MAC END, "'value':'plc1'"));
	assert_true(told(STATION PORT_DOT TTL PNIO_MAC END, "'value':'plc2'"));
	assert_false(told(STATION PORT_DOT TTL PNIO_MAC END, "'value':'plc1'"));
	/* The system's name goes before it. */
	assert_false(told(
	    STATION PORT_001 TTL "0a03 737731" PNIO_MAC END, "'value':'plc1'"));
	/* Without PROFINET a local id is no name. */
	assert_false(told(STATION PORT_001 TTL END, "'key':'name'"));
}

#define BLANKS5 "2020202020"
#define SYSTEM                                              \
	"0251 07"                                           \
	"43505520312020202020" BLANKS5 BLANKS5 BLANKS5 "20" \
	"36455337" BLANKS5 BLANKS5 BLANKS5 "2020"           \
	"532043" BLANKS5 BLANKS5 "20202020"                 \
	"2020202033"                                        \
	"20"                                                \
	"562020312031302020"                                \
	"33"

static void
test_profinet_identifies_the_system(void **state)
{
	struct harness *h = frames();
	static const char *const facts[] = {
	    "'key':'model','value':'CPU 1'",
	    "'key':'order_number','value':'6ES7'",
	    "'key':'serial','value':'S C'",
	    "'key':'hardware','value':'3'",
	    "'key':'firmware','value':'V1.10.3'",
	    "'key':'name','value':'plc2'",
	};

	harness_hex(h, A, SYSTEM PORT_DOT TTL PNIO_MAC END);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		assert_true(harness_has(h, facts[i]));
	}
	harness_free(h);
}

static void
test_ids_by_their_types(void **state)
{
	assert_true(told("0206 05 01 0a000009" PORT TTL,
	    "'chassis_type':'network_address','chassis_id':'10.0.0.9'"));
	assert_true(told("0206 05 01 0a000009" PORT TTL,
	    "{'kind':'topology'," WHO "'relation':'port','peer':'G0/01'"));
	/* A family that is none of IP's, 0 among them, and longer than both. */
	assert_true(told(CHASSIS "0416 04 00 "
				 "000102030405060708090a0b0c0d0e0f10111213" TTL,
	    "'relation':'port','peer':"
	    "'00000102030405060708090a0b0c0d0e0f10111213'"));
	assert_true(told("0205 05 06 0a0000" PORT TTL,
	    "'chassis_type':'network_address','chassis_id':'060a0000'"));
	assert_true(told("0204 06 657468" PORT TTL,
	    "'chassis_type':'interface_name','chassis_id':'eth'"));
	assert_true(told("0203 09 ff01" PORT TTL,
	    "'chassis_type':'reserved','chassis_id':'ff01'"));
	assert_true(told(CHASSIS "0403 06 8001" TTL,
	    "'port_type':'agent_circuit_id','port_id':'8001'"));
	assert_true(told(
	    CHASSIS "0403 06 8001" TTL, "'relation':'port','peer':'8001'"));
	assert_true(told(CHASSIS "0407 03 020000000007" TTL,
	    "'relation':'port','peer':'02:00:00:00:00:07'"));
	assert_true(told(CHASSIS "0406 04 01 0a000009" TTL,
	    "'relation':'port','peer':'10.0.0.9'"));
}

static void
test_device_type_only_where_it_is_sure(void **state)
{
	assert_true(told(START "0e04 0024 0024", "'value':'telephone'"));
	assert_true(told(START "0e04 0010 0010", "'value':'router'"));
	/* A switch that routes; an access point bridges. */
	assert_true(told(START "0e04 0014 0014", "'value':'layer 3 switch'"));
	assert_true(
	    told(START "0e04 000c 000c", "'value':'WLAN access point'"));
	assert_false(told(START "0e04 0084 0084", "device_type"));
	assert_false(told(START "0e04 0090 0090", "device_type"));
	/* A computer with guests: "Ubuntu 24", and what could be a station. */
	assert_false(told(START "0e04 009c 0014", "device_type"));
	assert_false(told(
	    START "0c09 5562756e7475203234 0e04 0004 0004", "device_type"));
	assert_false(told(START "0e04 0080 0080", "device_type"));
	assert_false(told(START "0e04 0004 0000", "device_type"));
}

static void
test_shutdown_says_nothing_of_the_device(void **state)
{
	assert_told(CHASSIS PORT GONE "0a03 737731" END,
	    "{'kind':'operation','dir':'notify','op':'shutdown',"
	    "'class':'report','ttl':0,'chassis_type':'mac_address',"
	    "'chassis_id':'02:00:00:00:00:01','port_type':'interface_name',"
	    "'port_id':'G0/01'}\n");
}

/* Each is told once, and a good message after it as ever. */
static void
test_violations(void **state)
{
	static const struct {
		const char *hex, *line;
	} cases[] = {
	    {PORT CHASSIS TTL, "'reason':'chassis_id','offset':0"},
	    {END, "'reason':'chassis_id','offset':0"},
	    {"0206 04 0200000000" PORT TTL, "'reason':'chassis_id','offset':0"},
	    {"0201 04" PORT TTL, "'reason':'chassis_id','offset':0"},
	    {CHASSIS TTL PORT, "'reason':'port_id','offset':9"},
	    {CHASSIS "0405 04 01 0a0000" TTL, "'reason':'port_id','offset':9"},
	    {CHASSIS PORT, "'reason':'ttl','offset':17"},
	    {CHASSIS PORT "0601 78" END, "'reason':'ttl','offset':17"},
	    {CHASSIS "0420 05 47", "'reason':'tlv_length','offset':9"},
	    {START "0a05 7377", "'reason':'tlv_length','offset':21"},
	    {START "0a", "'reason':'tlv_length','offset':21"},
	    {START "0e03 001400", "'reason':'tlv_value','offset':21"},
	    {START "100b 05 01 0a0000 02 00000007 00",
		"'reason':'tlv_value','offset':21"},
	    {START "fe02 0080", "'reason':'tlv_value','offset':21"},
	    {START "fe05 0080c2 01 00", "'reason':'tlv_value','offset':21"},
	    {START "fe09 0080c2 03 0005 07 6f70",
		"'reason':'tlv_value','offset':21"},
	    {START TTL, "'reason':'repeated','offset':21"},
	    {START "0001 00", "'reason':'end_length','offset':21"},
	};
	struct harness *h = frames();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		harness_reset(h);
		harness_hex(h, A, cases[i].hex);
		assert_int_equal(h->bad, 1);
		assert_false(harness_has(h, "[]"));
		if (!harness_has(h, cases[i].line)) {
			fail_msg("%s: %s", cases[i].hex, harness_take(h));
		}
		(void)harness_take(h);
		harness_hex(h, A, START END);
		harness_assert(h, TELL IDS "}\n" MAC_IS PORT_IS);
	}
	harness_free(h);
}

static void
test_nothing_is_concluded_from_a_broken_start(void **state)
{
	assert_told(CHASSIS TTL PORT "0a03 737731",
	    "{'kind':'operation','dir':'notify','tentative':true,"
	    "'op':'advertise','class':'report','chassis_type':'mac_address',"
	    "'chassis_id':'02:00:00:00:00:01'}\n"
	    "{'kind':'malformed','dir':'notify','tentative':true,"
	    "'reason':'port_id','offset':9}\n");
}

static void
test_what_is_good_before_a_violation_is_told(void **state)
{
	assert_told(START "0a03 737731"
			  "0e03 001400"
			  "0c04 53572033",
	    TELL IDS "}\n" MAC_IS ID("name", "sw1") ID("description", "SW 3")
		PORT_IS BAD("tlv_value", "26"));
}

static void
test_lists_are_bounded(void **state)
{
#define ADDRESS    "100c 05 01 0a000001 02 00000007 00"
#define ADDRESSES4 ADDRESS ADDRESS ADDRESS ADDRESS
	struct harness *h = frames();

	harness_hex(
	    h, A, START ADDRESSES4 ADDRESSES4 ADDRESSES4 ADDRESSES4 ADDRESSES4);
	assert_true(harness_has(h, "'reason':'budget','offset':0,'skipped':4"));
	harness_free(h);
}

/* What the capture cut is told as far as it goes, and not judged. */
static void
test_cut_is_not_broken(void **state)
{
	static const uint8_t msg[] = {2, 7, 4, 2, 0, 0, 0, 0,
	    0x40,            /* chassis */
	    4, 2, 7, '1',    /* port */
	    6, 2, 0, 120,    /* TTL */
	    10, 2, 's', '1', /* name */
	    0, 0};           /* end */
	struct harness *h = frames();

	for (size_t n = 1; n < sizeof(msg); n++) {
		harness_reset(h);
		harness_send_cut(h, A, msg, n);
		assert_true(harness_has(h, "'op':'advertise'"));
		assert_true(harness_has(h, "'cut':true"));
		assert_false(harness_has(h, "malformed"));
		assert_false(harness_has(h, "identity"));
		(void)harness_take(h);
	}
	harness_send_cut(h, A, msg, sizeof(msg));
	assert_false(harness_has(h, "'cut':true"));
	assert_true(harness_has(h, "'value':'s1'"));
	harness_free(h);
}

static void
test_only_its_ethertype_is_taken(void **state)
{
	static const uint8_t msg[] = {2, 2, 7, '1', 4, 2, 7, '1', 6, 2, 0, 9};
	struct dis_probe pr = {.transport = DIS_ETHER, .hinted = true};

	assert_int_equal(
	    dissector_lldp.probe(rd_make(msg, sizeof(msg)), &pr), DIS_OK);
	pr.hinted = false;
	assert_int_equal(
	    dissector_lldp.probe(rd_make(msg, sizeof(msg)), &pr), DIS_NOT_MINE);
	pr = (struct dis_probe){.transport = DIS_LLC, .hinted = true};
	assert_int_equal(
	    dissector_lldp.probe(rd_make(msg, sizeof(msg)), &pr), DIS_NOT_MINE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_least_message),
	    cmocka_unit_test(test_whole_message),
	    cmocka_unit_test(test_inventory_of_med),
	    cmocka_unit_test(test_nothing_is_told_of_what_says_nothing),
	    cmocka_unit_test(test_subject_is_the_device_not_its_port),
	    cmocka_unit_test(test_profinet_names_the_station),
	    cmocka_unit_test(test_profinet_identifies_the_system),
	    cmocka_unit_test(test_ids_by_their_types),
	    cmocka_unit_test(test_device_type_only_where_it_is_sure),
	    cmocka_unit_test(test_shutdown_says_nothing_of_the_device),
	    cmocka_unit_test(test_violations),
	    cmocka_unit_test(test_nothing_is_concluded_from_a_broken_start),
	    cmocka_unit_test(test_what_is_good_before_a_violation_is_told),
	    cmocka_unit_test(test_lists_are_bounded),
	    cmocka_unit_test(test_cut_is_not_broken),
	    cmocka_unit_test(test_only_its_ethertype_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
