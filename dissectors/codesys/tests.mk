CODESYS_OBJS := $(addprefix dissectors/codesys/,codesys.o channel.o facts.o \
	v2.o names.o)

TESTS += dissectors/codesys/codesys_test
dissectors/codesys/codesys_test_OBJS = $(CODESYS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/codesys/codesys_fuzz
dissectors/codesys/codesys_fuzz_OBJS = $(CODESYS_OBJS) $(DISSECTOR_TEST_OBJS)
