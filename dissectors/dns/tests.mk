DNS_OBJS := $(addprefix dissectors/dns/,dns.o name.o message.o tell.o facts.o)

TESTS += dissectors/dns/dns_test
dissectors/dns/dns_test_OBJS = $(DNS_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/dns/dns_fuzz
dissectors/dns/dns_fuzz_OBJS = $(DNS_OBJS) $(DISSECTOR_TEST_OBJS)
