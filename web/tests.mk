# The page's files and the API's description as C.  Made each time, replaced
# only when it differs: a file that was removed is noticed, too.
$(B)/web/ui.inc: FORCE
	@mkdir -p $(@D)
	$(Q)web/ui.sh >$@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(B)/web/ui.o: $(B)/web/ui.inc

WEB_PARTS := server route args row list told status stream plain html http reply ui \
             listen
WEB_LIBS  := -lmicrohttpd -lsqlite3 -linih

TESTS += web/http_test web/args_test web/html_test web/listen_test web/ui_test
web/http_test_OBJS   := web/http.o
web/args_test_OBJS   := web/args.o web/http.o
web/args_test_LIBS   := -lmicrohttpd
web/html_test_OBJS   := web/html.o sensor/base/json.o
web/listen_test_OBJS := web/listen.o web/http.o sensor/base/err.o
web/ui_test_OBJS     := web/ui.o

# The whole store and its export, as otus links them.
WEB_STORE := $(patsubst %.c,%.o,$(filter-out %_test.c %_fuzz.c %_tool.c,$(wildcard store/*.c store/declared/*.c store/export/*.c)))

TOOLS += web/fixture_tool web/serve_tool
web/fixture_tool_OBJS := $(sort $(STORE_ALL) $(WEB_STORE))
web/fixture_tool_LIBS := -lsqlite3 -linih
web/serve_tool_OBJS   := $(sort $(WEB_PARTS:%=web/%.o) web/role.o $(PROC_ALL) \
                         $(PROC_BASE) $(STORE_ALL) $(WEB_STORE))
web/serve_tool_LIBS   := $(WEB_LIBS) -lseccomp -lcap-ng

SCRIPTS += web/test_api.py
SLOW_SCRIPTS += web/test_browser.py
