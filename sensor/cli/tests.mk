TESTS += sensor/cli/options_test
sensor/cli/options_test_OBJS := sensor/cli/options.o
SCRIPTS += sensor/cli/test_output
