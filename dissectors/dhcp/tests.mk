DHCP_OBJS := $(addprefix dissectors/dhcp/,dhcp.o options.o facts.o)

TESTS += dissectors/dhcp/dhcp_test
dissectors/dhcp/dhcp_test_OBJS = $(DHCP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/dhcp/dhcp_fuzz
dissectors/dhcp/dhcp_fuzz_OBJS = $(DHCP_OBJS) $(DISSECTOR_TEST_OBJS)
