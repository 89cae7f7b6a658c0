GESRTP_OBJS := $(addprefix dissectors/gesrtp/,gesrtp.o mail.o names.o)

TESTS += dissectors/gesrtp/gesrtp_test
dissectors/gesrtp/gesrtp_test_OBJS = $(GESRTP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/gesrtp/gesrtp_fuzz
dissectors/gesrtp/gesrtp_fuzz_OBJS = $(GESRTP_OBJS) $(DISSECTOR_TEST_OBJS)
