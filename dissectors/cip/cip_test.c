/*
 * CIP messages as EtherNet/IP carries them: services by path, messages within
 * messages, tags, identity, connections, violations.
 */
#include "dissectors/enip/enip_test.h"

static void
test_attribute_is_read_and_paired(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* service, path words, class 1, instance 1, attribute 7 */
	send_rr(h, A, 1, "0e 03 2001 2401 3007");
	HAS(h, "'op':'get_attribute_single','code':14,'class':'read',"
	       "'service':14,'epath':['2001','2401','3007'],'class_id':1,"
	       "'instance':1,'attribute':7}");
	(void)harness_take(h);
	/* service, 0, status, size, short string */
	send_rr(h, B, 1, "8e 00 00 00 04 4c363162");
	HAS(h, "'status':'ok','rtt_us':0,'req_frame':1,'service':14,"
	       "'class_id':1,'instance':1,'attribute':7,'cip_status':0");
	HAS(h, "'key':'model','value':'L61b'");
	harness_free(h);
}

static void
test_services_are_named_by_their_path(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
	    {"4c 02 2072 2401", "'op':'read_data','code':76,'class':'read'"},
	    {"4c 02 2001 2401",
		"'op':'class_service','code':76,'class':'other'"},
	    {"4c 03 9103 546167 00 0100",
		"'op':'read_tag','code':76,'class':'read'"},
	    {"4c 03 206b 2500 3412 0100", "'op':'read_tag'"},
	    /* the symbols of program Ab */
	    {"55 08 910a 50726f6772616d3a4162 206b 2400 0200 0100 0200",
		"'op':'get_instance_attribute_list','code':85,'class':'read'"},
	    {"4e 03 208e 2074 2401", "'op':'class_service'"},
	    {"4b 03 208e 2074 2401", "'op':'lock_controller'"},
	    {"4c 03 208e 2074 2401", "'op':'unlock_controller'"},
	    {"07 02 208e 2401", "'op':'stop','code':7,'class':'control'"},
	    {"4d 02 20a1 2401 00",
		"'op':'write_firmware','code':77,'class':'firmware'"},
	    {"08 02 20ac 2401",
		"'op':'download_program','code':8,'class':'program'"},
	    {"10 03 20f5 2401 3005 00",
		"'op':'set_attribute_single','code':16,'class':'config'"},
	    {"10 03 2004 2464 3003 01", "'class':'write'"},
	    {"05 02 2001 2401 01",
		"'op':'reset','code':5,'class':'control','service':5,"
		"'epath':['2001','2401'],'class_id':1,'instance':1,"
		"'conn':'0x00000005','seq':1,'reset_type':1"},
	    {"4e 02 2069 2400", "'op':'enable_forces'"},
	    {"51 02 206a 2401", "'op':'modify_parameter'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);

		send_unit(h, A, 5, 1, rows[i].bytes);
		HAS(h, rows[i].text);
		harness_free(h);
	}
}

static void
test_tag_has_type_values_and_points(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* Rate[2].Max, two elements */
	send_unit(h, A, 5, 9, "4c 07 9104 52617465 2802 9103 4d6178 00 0200");
	HAS(h, "'symbol':'Rate[2].Max'");
	HAS(h, "'count':2");
	(void)harness_take(h);
	send_unit(h, B, 6, 9, "cc 00 00 00 c400 ffffffff 2a000000");
	HAS(h, "'op':'read_tag'");
	HAS(h, "'type':'DINT','values':[-1,42]");
	HAS(h, "'object':'Rate[2].Max[0]','value':-1,'source':'reported'");
	HAS(h, "'object':'Rate[2].Max[1]','value':42,'source':'reported'");
	(void)harness_take(h);
	send_unit(h, A, 5, 10, "4d 03 9103 546167 00 ca00 0100 0000c03f");
	HAS(h, "'op':'write_tag','code':77,'class':'write'");
	HAS(h, "'type':'REAL','count':1,'values':[1.5]");
	HAS(h, "'object':'Tag','value':1.5,'source':'commanded'");
	harness_free(h);
}

static void
test_elements_are_numbered_from_where_they_begin(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* Ab[3], two elements: the next one is Ab[4] */
	send_unit(h, A, 5, 1, "4c 03 9102 4162 2803 0200");
	(void)harness_take(h);
	send_unit(h, B, 6, 1, "cc 00 00 00 c300 0700 0800");
	HAS(h, "'object':'Ab[3]','value':7");
	HAS(h, "'object':'Ab[4]','value':8");
	(void)harness_take(h);
	/* from octet 4 on: the third element of two octets */
	send_unit(h, A, 5, 2, "52 02 9102 4162 0400 04000000");
	(void)harness_take(h);
	send_unit(h, B, 6, 2, "d2 00 00 00 c300 0900");
	HAS(h, "'object':'Ab[2]','value':9,'source':'reported'");
	(void)harness_take(h);
	send_unit(h, A, 5, 3, "53 02 9102 4162 c300 0400 02000000 0a00 0b00");
	HAS(h, "'object':'Ab[1]','value':10,'source':'commanded'");
	HAS(h, "'object':'Ab[2]','value':11");
	(void)harness_take(h);
	/* an offset within an element, and a name that only looks like one */
	send_unit(h, A, 5, 4, "53 02 9102 4162 c300 0400 01000000 0a00 0b00");
	assert_false(harness_has(h, "'kind':'value'"));
	(void)harness_take(h);
	send_unit(h, A, 5, 5, "4d 02 9102 335d c300 0200 0a00 0b00");
	HAS(h, "'object':'3]+1','value':11");
	/* a symbol of program Ab, by its number */
	send_unit(h, A, 5, 6,
	    "4d 08 910a 50726f6772616d3a4162 206b 2405 c300 0100 0a00");
	HAS(h, "'op':'write_tag'");
	HAS(h, "'object':'Program:Ab.symbol 5','value':10");
	harness_free(h);
}

static void
test_long_symbol_comes_back_with_the_reply(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_unit(h, A, 5, 1,
	    "4c 14 9125 50726f6772616d3a4d61696e50726f6772616d54686174497356"
	    "6572794c6f6e6749734974 00 0100");
	(void)harness_take(h);
	send_unit(h, B, 6, 1, "cc 00 00 00 c300 0700");
	HAS(h, "'symbol':'Program:MainProgramThatIsVeryLongIsIt'");
	HAS(h, "'value':7");
	harness_free(h);
}

static void
test_multiple_services_are_unwrapped(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* two services, offsets 6 and 14 */
	send_unit(h, A, 5, 1,
	    "0a 02 2002 2401 0200 0600 0e00"
	    "0e 03 2001 2401 3007  0e 03 2001 2401 3001");
	HAS(h, "'op':'multiple_service_packet'");
	HAS(h, "'services':2");
	HAS(h, "'attribute':7");
	HAS(h, "'attribute':1");
	(void)harness_take(h);
	send_unit(h, B, 6, 1,
	    "8a 00 00 00 0200 0600 0c00  8e 00 00 00 01 41"
	    "8e 00 00 00 0100");
	HAS(h, "'key':'model','value':'A'");
	HAS(h, "'key':'vendor_id','value':'1'");
	(void)harness_take(h);
	/* the second offset goes back */
	send_unit(h, A, 5, 2,
	    "0a 02 2002 2401 0200 0600 0600"
	    "0e 03 2001 2401 3007  0e 03 2001 2401 3001");
	HAS(h, "'reason':'service_offsets'");
	(void)harness_take(h);
	send_unit(h, A, 5, 3, "0a 02 2002 2401 ff00 0600 0600");
	HAS(h, "'reason':'service_count'");
	harness_free(h);
}

#define ROUTED                                      \
	"52 02 2006 2401" /* Unconnected Send    */ \
	"07f9 0600"       /* time, size          */ \
	"01 02 2001 2401" /* Get_Attributes_All  */ \
	"01 00 0103"      /* backplane, slot 3   */

static void
test_module_in_a_slot_is_its_own_subject(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, ROUTED);
	HAS(h, "'op':'unconnected_send'");
	HAS(h, "'op':'get_attributes_all','code':1,'class':'read','service':1,"
	       "'epath':['2001','2401'],'class_id':1,'instance':1,"
	       "'path':'1,3'}");
	(void)harness_take(h);
	h->full = true;
	send_rr(
	    h, B, 1, "81 00 00 00 0100 0e00 3600 1403 6030 3f825100 03 4c3631");
	assert_false(harness_has(h, "unconnected_send"));
	HAS(h, "'sub':{'path':'1,3'}},'key':'serial','value':'0x0051823f'");
	HAS(h, "'key':'slot','value':'3'");
	HAS(h, "'key':'run_state','value':'run'");
	HAS(h, "'key':'key_switch','value':'remote'");
	(void)harness_take(h);
	/* A failed one is the Connection Manager's. */
	h->full = false;
	send_rr(h, A, 2, ROUTED);
	(void)harness_take(h);
	send_rr(h, B, 2, "d2 00 01 01 0402 01");
	HAS(h, "'op':'unconnected_send','code':82,'class':'session',"
	       "'status':'connection_failure'");
	HAS(h, "'ext_status':[516],"
	       "'ext_name':'unconnected_request_timed_out'");
	harness_free(h);
}

#define OPEN                                                         \
	"54 02 2006 2401 07f9"           /* priority and ticks    */ \
	"00000000 11000000"              /* ids                   */ \
	"0700 4d00 d323aa07"             /* serials               */ \
	"01 000000"                      /* multiplier            */ \
	"10270000 f443 204e0000 f543"    /* intervals, parameters */ \
	"a3 07 3404 0100 0e00 3600 9403" /* class 3, path: key    */ \
	"0100 2002 2401"

static void
test_forward_open_is_told_and_followed(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	h->full = true;
	send_rr(h, A, 1, OPEN);
	HAS(h, "'op':'forward_open','code':84,'class':'session'");
	HAS(h, "'open':{'ot':'0x00000000','to':'0x00000011','rpi':10000,"
	       "'rpi_to':20000,'size':500,'size_to':501,'class':3,'trigger':2,"
	       "'multiplier':8,'serial':7,'orig_vendor':77,"
	       "'orig_serial':128590803,'key':{'vendor':1,'device_type':14,"
	       "'product_code':54,'revision':[20,3]}");
	HAS(h, "'key':'originator'");
	HAS(h, "'sub':{'path':'1,0'}},'key':'vendor_id','value':'1',"
	       "'via':'forward_open','claim':'expected'");
	(void)harness_take(h);
	send_rr(h, B, 1,
	    "d4 00 00 00 05000000 11000000 0700 4d00 d323aa07"
	    "10270000 204e0000 00 00");
	HAS(h, "'class':3,'serial':7");
	(void)harness_take(h);
	/* What the connection carries is for the module at its end. */
	send_unit(h, A, 5, 1, "01 02 2001 2401");
	HAS(h, "'sub':{'path':'1,0'}");
	HAS(h, "'path':'1,0','conn':'0x00000005','seq':1");
	(void)harness_take(h);
	send_rr(h, A, 2, "4e 02 2006 2401 07f9 0700 4d00 d323aa07 00 00");
	HAS(h, "'op':'forward_close'");
	send_rr(h, B, 2, "ce 00 00 00 0700 4d00 d323aa07 00 00");
	(void)harness_take(h);
	send_unit(h, A, 5, 2, "01 02 2001 2401");
	assert_false(harness_has(h, "'path':'1,0'"));
	harness_free(h);
}

static void
test_paths_of_every_segment_type(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
	    /* extended port 300, link of 4 bytes */
	    {"01 06 1f04 2c01 0a000001 2001 2401 ",
		"'epath':['1f042c010a000001','2001','2401']"},
	    {"01 04 3d00 0100 2001 2401", "'epath'"},
	    {"01 05 2600 01000000 2401 3001", "'instance':1"},
	    {"01 04 2102 5634 2500 7856", "'class_id':13398"},
	    {"01 03 6354 6167 2401", "'symbol':'Tag'"},
	    {"01 04 8001 1234 2001 2401", "'epath':['80011234'"},
	    {"01 03 4308 2001 2401", "'epath':['4308'"},
	    {"01 04 5001 1234 2001 2401", "'epath':['50011234'"},
	    {"01 03 2004 2c65 3003", "'connection_point':101"},
	    {"01 02 f001 2001", "'reason':'path_segment','offset':2"},
	    {"01 09 2001 2401", "'reason':'path_size','offset':1"},
	    {"00 02 2001 2401", "'reason':'service_zero','offset':0"},
	    {"03 02 2001 2401 0500 0100", "'reason':'service_count'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harness *h = enip_flow(DIS_TCP);

		send_rr(h, A, 1, rows[i].bytes);
		HAS(h, rows[i].text);
		harness_free(h);
	}
}

static void
test_addresses_and_names_of_the_interface(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, "0e 03 20f5 2401 3005");
	send_rr(h, B, 1,
	    "8e 00 00 00 0200000a 00ffffff 0100000a 00000000 00000000 0000");
	HAS(h, "'key':'netmask','value':'255.255.255.0'");
	HAS(h, "'key':'gateway','value':'10.0.0.1'");
	send_rr(h, A, 2, "0e 03 20f5 2401 3006");
	send_rr(h, B, 2, "8e 00 00 00 0300 706c63 00");
	HAS(h, "'key':'hostname','value':'plc'");
	send_rr(h, A, 3, "0e 03 20f6 2401 3003");
	send_rr(h, B, 3, "8e 00 00 00 0000bc3eebe4");
	HAS(h, "'key':'mac','value':'00:00:bc:3e:eb:e4'");
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_attribute_is_read_and_paired),
	    cmocka_unit_test(test_services_are_named_by_their_path),
	    cmocka_unit_test(test_tag_has_type_values_and_points),
	    cmocka_unit_test(test_elements_are_numbered_from_where_they_begin),
	    cmocka_unit_test(test_long_symbol_comes_back_with_the_reply),
	    cmocka_unit_test(test_multiple_services_are_unwrapped),
	    cmocka_unit_test(test_module_in_a_slot_is_its_own_subject),
	    cmocka_unit_test(test_forward_open_is_told_and_followed),
	    cmocka_unit_test(test_paths_of_every_segment_type),
	    cmocka_unit_test(test_addresses_and_names_of_the_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
