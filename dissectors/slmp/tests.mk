SLMP_OBJS := $(addprefix dissectors/slmp/,slmp.o data.o facts.o melsoft.o \
	names.o)

TESTS += dissectors/slmp/slmp_test
dissectors/slmp/slmp_test_OBJS = $(SLMP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/slmp/slmp_fuzz
dissectors/slmp/slmp_fuzz_OBJS = $(SLMP_OBJS) $(DISSECTOR_TEST_OBJS)
