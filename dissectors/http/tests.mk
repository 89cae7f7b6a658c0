HTTP_OBJS := $(addprefix dissectors/http/,http.o head.o body.o page.o who.o)

TESTS += dissectors/http/http_test
dissectors/http/http_test_OBJS = $(HTTP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/http/http_fuzz
dissectors/http/http_fuzz_OBJS = $(HTTP_OBJS) $(DISSECTOR_TEST_OBJS)
