TESTS += dissectors/ssh/ssh_test
dissectors/ssh/ssh_test_OBJS = dissectors/ssh/ssh.o $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/ssh/ssh_fuzz
dissectors/ssh/ssh_fuzz_OBJS = dissectors/ssh/ssh.o $(DISSECTOR_TEST_OBJS)
