FTP_OBJS := $(addprefix dissectors/ftp/,ftp.o facts.o)

TESTS += dissectors/ftp/ftp_test
dissectors/ftp/ftp_test_OBJS = $(FTP_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/ftp/ftp_fuzz
dissectors/ftp/ftp_fuzz_OBJS = $(FTP_OBJS) $(DISSECTOR_TEST_OBJS)
