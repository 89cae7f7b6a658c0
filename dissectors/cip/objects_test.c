/*
 * What objects say: values of attributes in every service that carries some,
 * symbols, templates, strings; to the letter where they are told.
 */
#include "dissectors/enip/enip_test.h"

static void
ask(struct harness *h, unsigned n, const char *request, const char *reply)
{
	send_rr(h, A, n, request);
	(void)harness_take(h);
	send_rr(h, B, n, reply);
}

static void
test_list_is_read_to_its_end(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, 1, "03 02 2001 2401 0300 0600 0700 6300",
	    "83 00 00 00 0300"
	    "0600 0000 3f825100" /* serial number */
	    "0700 0900 "         /* not to be had */
	    "6300 0000 0102");   /* not known, and the last */
	HAS(h, "'count':3,'attributes':[6,7,99],'attribute_values':["
	       "{'attribute':6,'name':'serial_number','value':'0x0051823f'},"
	       "{'attribute':7,'name':'product_name','cip_status':9},"
	       "{'attribute':99,'value':'0102'}]}");
	HAS(h, "'key':'serial','value':'0x0051823f'");
	/* Behind what is not known nothing can be told apart. */
	ask(h, 2, "03 02 2001 2401 0200 6300 0600",
	    "83 00 00 00 0200 6300 0000 01020600 0000 3f825100");
	HAS(h, "'attribute_values':[{'attribute':99}],"
	       "'data':'010206000000"
	       "3f825100'}");
	harness_free(h);
}

static void
test_all_of_tcpip_and_ethernet_link(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, 1, "01 02 20f5 2401",
	    "81 00 00 00 01000000 14000000 00000000"
	    "0200 20f62401" /* physical link */
	    "0200000a 00ffffff 0100000a 0300000a 00000000 0300 6f7267 00"
	    "0400 6c696e65"     /* host name */
	    "010203040506 40"); /* number of the net, TTL */
	HAS(h, "'name':'physical_link','value':'020020f62401'");
	HAS(h, "'name':'interface_configuration','value':{'ip':'10.0.0.2',"
	       "'netmask':'255.255.255.0','gateway':'10.0.0.1',"
	       "'name_server':'10.0.0.3','name_server_2':'0.0.0.0',"
	       "'domain':'org'}}");
	HAS(h, "'name':'safety_network_number','value':'010203040506'},"
	       "{'attribute':8,'name':'ttl','value':64}]}");
	HAS(h, "'key':'gateway','value':'10.0.0.1'");
	HAS(h, "'key':'hostname','value':'line'");
	ask(h, 2, "01 02 20f6 2401",
	    "81 00 00 00 64000000 0f000000 0000bc3eebe4");
	HAS(h, "{'attribute':1,'name':'speed_mbps','value':100}");
	HAS(h, "'name':'physical_address','value':'00:00:bc:3e:eb:e4'}]}");
	HAS(h, "'key':'mac','value':'00:00:bc:3e:eb:e4'");
	harness_free(h);
}

static void
test_writes_tell_what_is_written(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	send_rr(h, A, 1, "10 03 20f5 2401 3006 0300 6e6577 00");
	HAS(h, "'class':'config'");
	HAS(h, "'attribute_values':[{'attribute':6,'name':'host_name',"
	       "'value':'new'}]}");
	send_rr(h, A, 2, "04 02 20f5 2401 0200 0300 02000000 0800 20");
	HAS(h, "'count':2,'attributes':[3,8],'attribute_values':["
	       "{'attribute':3,'name':'configuration_control',"
	       "'value':'0x00000002'},"
	       "{'attribute':8,'name':'ttl','value':32}]}");
	harness_free(h);
}

static void
test_class_and_owner_have_attributes(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, 1, "0e 03 2004 2400 3001", "8e 00 00 00 0200");
	HAS(h, "'name':'class_revision','value':2");
	ask(h, 2, "0e 03 2001 2401 300f",
	    "8e 00 00 00 01 656e67 da 0400 06 507265737331");
	HAS(h, "'key':'name','value':'Press1'");
	ask(h, 3, "01 02 2002 2401", "81 00 00 00 0200 0100 0200 8000");
	HAS(h, "'name':'object_list','value':[1,2]},"
	       "{'attribute':2,'name':'connections_available','value':128}");
	ask(h, 4, "01 02 2064 2401", "81 00 00 00 0400 4c696e65 0300 6f6c64");
	HAS(h, "'key':'program_name','value':'Line'");
	HAS(h, "'key':'description','value':'old'");
	harness_free(h);
}

static void
test_symbols_are_listed(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* of Program:Main: name, type, size, dimensions */
	ask(h, 1,
	    "55 09 91 0c 50726f6772616d3a4d61696e 206b 2400"
	    "0400 0100 0200 0700 0800",
	    "d5 00 06 00 05000000 0500 5370656564 c420 0400"
	    "0a000000 00000000 00000000 "
	    "09000000 0100 55 e982 2000 00000000 00000000 00000000");
	HAS(h, "'op':'get_instance_attribute_list'");
	HAS(h, "'symbols':[{'name':'Speed','type':'DINT','size':4,"
	       "'dimensions':[10],'instance':5},"
	       "{'name':'U','type':'STRUCT','template':745,'size':32,"
	       "'instance':9}],'count':2}");
	/* One that ends within a name. */
	ask(h, 2, "55 02 206b 2400 0100 0100", "d5 00 00 00 05000000 0500 41");
	HAS(h, "'reason':'service_count'");
	harness_free(h);
}

#define MEMBERS "0000 c400 00000000 0300 c100 04000000"

static void
test_template_is_put_together(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	/* 12 words: 48 bytes, of which 23 are not sent */
	ask(h, 1, "03 03 206c 2500 e902 0200 0400 0200",
	    "83 00 00 00 0200 0400 0000 0c000000 0200 0000 0200");
	HAS(h, "'name':'members','value':2");
	ask(h, 2, "4c 03 206c 2500 e902 00000000 1900", "cc 00 06 00" MEMBERS);
	assert_false(harness_has(h, "'template'"));
	ask(h, 3, "4c 03 206c 2500 e902 10000000 0900",
	    "cc 00 00 00 50 756d70 3b 6e 00 41 00 42 00");
	HAS(h, "'offset':16,'template':{'name':'Pump','count':2,'members':["
	       "{'name':'A','type':'DINT','offset':0},"
	       "{'name':'B','type':'BOOL','bit':3,'offset':4}]}}");
	/* Of one that nobody asked about there are bytes. */
	ask(h, 4, "4c 03 206c 2500 ea02 00000000 1900", "cc 00 00 00" MEMBERS);
	HAS(h, "'data':'0000c400");
	harness_free(h);
}

static void
test_string_is_text(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);
	char reply[256] = "cc 00 00 00 a002 ce0f 02000000 4869";

	for (int i = 2; i < 84; i++) {
		strncat(reply, "00", sizeof(reply) - strlen(reply) - 1);
	}
	ask(h, 1, "4c 03 9103 546167 00 0100", reply);
	HAS(h, "'type':'STRING','values':['Hi']}");
	HAS(h, "'object':'Tag','value':'Hi','source':'reported'");
	/* Other structures stay bytes, with their handle. */
	ask(h, 2, "4c 03 9103 546167 00 0100", "cc 00 00 00 a002 3412 0102");
	HAS(h, "'type':'STRUCT','handle':'0x1234','data':'0102'");
	/* A symbol by its number, and a member of it. */
	ask(h, 3, "4c 06 206b 2405 2803 9103 505245 00 0100",
	    "cc 00 00 00 c400 05000000");
	HAS(h, "'object':'symbol 5[3].PRE','value':5");
	harness_free(h);
}

static void
test_elements_count_on(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, 1, "4c 05 9105 5461626c65 00 2802 0200",
	    "cc 00 00 00 c300 0100 0200");
	HAS(h, "'object':'Table[2]','value':1");
	HAS(h, "'object':'Table[3]','value':2");
	/* From the eighth byte on: the fifth of two bytes each. */
	ask(h, 2, "52 04 9105 5461626c65 00 0600 08000000",
	    "d2 00 00 00 c300 0500 0600");
	HAS(h, "'object':'Table[4]','value':5");
	HAS(h, "'object':'Table[5]','value':6");
	send_rr(h, A, 3, "53 04 9105 5461626c65 00 c300 0600 04000000 0900");
	HAS(h, "'object':'Table[2]','value':9,'source':'commanded'");
	(void)harness_take(h);
	ask(h, 4, "4c 06 9105 5461626c65 00 2801 2802 0200",
	    "cc 00 00 00 c300 0100 0200");
	HAS(h, "'object':'Table[1,2]+1','value':2");
	/* Of two there is one in this part. */
	ask(h, 5, "52 04 9105 5461626c65 00 0200 00000000",
	    "d2 00 06 00 c300 0100");
	HAS(h, "'object':'Table[0]','value':1");
	harness_free(h);
}

static void
test_catalog_number_stands_in_the_name(void **state)
{
	struct harness *h = enip_flow(DIS_TCP);

	ask(h, 1, "01 02 2001 2401",
	    "81 00 00 00 0100 0e00 3600 140b 6030 3f825100"
	    "0c 313735362d4c36312f42204c");
	HAS(h, "'key':'model','value':'1756-L61/B L'");
	HAS(h, "'key':'order_number','value':'1756-L61'");
	HAS(h, "'key':'hardware','value':'B'");
	assert_false(harness_has(h, "'key':'slot'"));
	/* Another vendor's may look like one. */
	ask(h, 2, "01 02 2001 2401",
	    "81 00 00 00 0200 0e00 3600 140b 6030 3f825100"
	    "0c 313735362d4c36312f42204c");
	assert_false(harness_has(h, "'key':'order_number'"));
	harness_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_list_is_read_to_its_end),
	    cmocka_unit_test(test_all_of_tcpip_and_ethernet_link),
	    cmocka_unit_test(test_writes_tell_what_is_written),
	    cmocka_unit_test(test_class_and_owner_have_attributes),
	    cmocka_unit_test(test_symbols_are_listed),
	    cmocka_unit_test(test_template_is_put_together),
	    cmocka_unit_test(test_string_is_text),
	    cmocka_unit_test(test_elements_count_on),
	    cmocka_unit_test(test_catalog_number_stands_in_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
