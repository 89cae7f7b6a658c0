TESTS += dissectors/ntp/ntp_test
dissectors/ntp/ntp_test_OBJS = dissectors/ntp/ntp.o $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/ntp/ntp_fuzz
dissectors/ntp/ntp_fuzz_OBJS = dissectors/ntp/ntp.o $(DISSECTOR_TEST_OBJS)
