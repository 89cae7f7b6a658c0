TESTS += dissectors/template/template_test
dissectors/template/template_test_OBJS = dissectors/template/template.o \
	$(DISSECTOR_TEST_OBJS)
