HARTIP_OBJS := $(addprefix dissectors/hartip/,hartip.o pdu.o facts.o names.o)

TESTS += dissectors/hartip/hartip_test
dissectors/hartip/hartip_test_OBJS = $(HARTIP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/hartip/hartip_fuzz
dissectors/hartip/hartip_fuzz_OBJS = $(HARTIP_OBJS) $(DISSECTOR_TEST_OBJS)
