CDP_OBJS := dissectors/cdp/cdp.o dissectors/cdp/facts.o \
	dissectors/lldp/neighbour.o

TESTS += dissectors/cdp/cdp_test
dissectors/cdp/cdp_test_OBJS = $(CDP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/cdp/cdp_fuzz
dissectors/cdp/cdp_fuzz_OBJS = $(CDP_OBJS) $(DISSECTOR_TEST_OBJS)
