TLS_OBJS := $(addprefix dissectors/tls/,tls.o hello.o cert.o der.o names.o)

TESTS += dissectors/tls/tls_test
dissectors/tls/tls_test_OBJS = $(TLS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/tls/tls_fuzz
dissectors/tls/tls_fuzz_OBJS = $(TLS_OBJS) $(DISSECTOR_TEST_OBJS)
