# Golden events, invariance and the generator's check are goals of their own
# (Makefile, check-captures).
TOOLS += test-pcaps/peers/mb_server_tool test-pcaps/peers/mb_client_tool \
         test-pcaps/gen/replicate_tool test-pcaps/gen/pcaploop_tool \
         test-pcaps/gen/scale_tool
test-pcaps/peers/mb_server_tool_LIBS := -lmodbus
test-pcaps/peers/mb_client_tool_LIBS := -lmodbus
test-pcaps/gen/pcaploop_tool_LIBS    := -lpcap
test-pcaps/gen/replicate_tool_LIBS   := -lpcap
SCRIPTS += test-pcaps/test_plant test-pcaps/test_cells test-pcaps/test_resolution test-pcaps/test_standby \
           test-pcaps/test_rules test-pcaps/test_devices \
           test-pcaps/test_site test-pcaps/test_register test-pcaps/test_declare \
           test-pcaps/test_doctor
ROOT_SCRIPTS += test-pcaps/test_loss
SCRIPTS += test-pcaps/test_differential test-pcaps/test_identities \
           test-pcaps/test_witness .ci/test_tap_run
SLOW_SCRIPTS += test-pcaps/test_everything
