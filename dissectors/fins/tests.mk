FINS_OBJS := $(addprefix dissectors/fins/,fins.o data.o names.o)

TESTS += dissectors/fins/fins_test
dissectors/fins/fins_test_OBJS = $(FINS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/fins/fins_fuzz
dissectors/fins/fins_fuzz_OBJS = $(FINS_OBJS) $(DISSECTOR_TEST_OBJS)
