LLDP_OBJS := $(addprefix dissectors/lldp/,lldp.o told.o facts.o neighbour.o)

TESTS += dissectors/lldp/lldp_test
dissectors/lldp/lldp_test_OBJS = $(LLDP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/lldp/lldp_fuzz
dissectors/lldp/lldp_fuzz_OBJS = $(LLDP_OBJS) $(DISSECTOR_TEST_OBJS)
