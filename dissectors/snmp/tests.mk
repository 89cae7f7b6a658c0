SNMP_OBJS := $(addprefix dissectors/snmp/,snmp.o tell.o ber.o v3.o facts.o)

TESTS += dissectors/snmp/snmp_test
dissectors/snmp/snmp_test_OBJS = $(SNMP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/snmp/snmp_fuzz
dissectors/snmp/snmp_fuzz_OBJS = $(SNMP_OBJS) $(DISSECTOR_TEST_OBJS)
