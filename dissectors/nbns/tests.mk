NBNS_OBJS := dissectors/nbns/nbns.o dissectors/nbns/name.o

TESTS += dissectors/nbns/nbns_test
dissectors/nbns/nbns_test_OBJS = $(NBNS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/nbns/nbns_fuzz
dissectors/nbns/nbns_fuzz_OBJS = $(NBNS_OBJS) $(DISSECTOR_TEST_OBJS)
