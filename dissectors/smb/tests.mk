SMB_OBJS := $(addprefix dissectors/smb/,smb.o smb1.o smb2.o ntlm.o names.o) \
	dissectors/nbns/name.o

TESTS += dissectors/smb/smb_test
dissectors/smb/smb_test_OBJS = $(SMB_OBJS) $(DISSECTOR_TEST_OBJS)

FUZZERS += dissectors/smb/smb_fuzz
dissectors/smb/smb_fuzz_OBJS = $(SMB_OBJS) $(DISSECTOR_TEST_OBJS)
