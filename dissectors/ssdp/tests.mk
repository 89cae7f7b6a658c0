TESTS += dissectors/ssdp/ssdp_test
dissectors/ssdp/ssdp_test_OBJS = dissectors/ssdp/ssdp.o $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/ssdp/ssdp_fuzz
dissectors/ssdp/ssdp_fuzz_OBJS = dissectors/ssdp/ssdp.o $(DISSECTOR_TEST_OBJS)
