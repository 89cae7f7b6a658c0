FOX_OBJS := $(addprefix dissectors/fox/,fox.o body.o)

TESTS += dissectors/fox/fox_test
dissectors/fox/fox_test_OBJS = $(FOX_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/fox/fox_fuzz
dissectors/fox/fox_fuzz_OBJS = $(FOX_OBJS) $(DISSECTOR_TEST_OBJS)
