GOOSE_OBJS := $(addprefix dissectors/goose/,goose.o facts.o) \
	dissectors/mms/data.o

TESTS += dissectors/goose/goose_test
dissectors/goose/goose_test_OBJS = $(GOOSE_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/goose/goose_fuzz
dissectors/goose/goose_fuzz_OBJS = $(GOOSE_OBJS) $(DISSECTOR_TEST_OBJS)
