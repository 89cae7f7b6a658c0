RDP_OBJS := $(addprefix dissectors/rdp/,rdp.o mcs.o names.o)

TESTS += dissectors/rdp/rdp_test
dissectors/rdp/rdp_test_OBJS = $(RDP_OBJS) $(TLS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/rdp/rdp_fuzz
dissectors/rdp/rdp_fuzz_OBJS = $(RDP_OBJS) $(TLS_OBJS) $(DISSECTOR_TEST_OBJS)
