/*
 * limits: every number that bounds otus, each with its reason.  `otus limits`
 * prints this page from the same list (LIMITS below).
 *
 * L(NAME, value, unit, reason)
 */
/*
 * The system has a header of this name.  A compiler that comes here on the
 * way to it must find it, so what is included next stands before the guard.
 */
#include_next <limits.h>

#ifndef OTUS_LIMITS_H
#define OTUS_LIMITS_H

#define LIMITS(L)                                                              \
	L(FLOW_MAX, 65536, "flows",                                            \
	    "conversations kept at once; a large "                             \
	    "plant has some 10 000, an office backbone shares the rest")       \
	L(FLOW_PER_SOURCE, 8192, "flows",                                      \
	    "one address may hold this many, "                                 \
	    "so that a scanner evicts itself and not the plant")               \
	L(FLOW_IDLE_S, 300, "s",                                               \
	    "a flow without packets is let go; "                               \
	    "keep-alive and slow polls stay below")                            \
	L(FLOW_CLOSED_S, 60, "s",                                              \
	    "... or this long after both sides have closed it, or one has "    \
	    "broken it off; RFC 9293 has TIME-WAIT for that")                  \
	L(HOST_MAX, 262144, "addresses",                                       \
	    "IP addresses known to the sensor at once, two for each of "       \
	    "100 000 devices, as a router shows them in other VLANs; what "    \
	    "makes room is told to the store again")                           \
	L(LINK_MAX, 65536, "links",                                            \
	    "pairs with protocol and port, counted "                           \
	    "in the sensor until they are flushed")                            \
	L(COVER_PORT_MAX, 16, "interfaces",                                    \
	    "whose view is judged apart; a sensor reads 4, a file may have "   \
	    "more, and the last of these counts for them")                     \
	L(COVER_LANE_MAX, 4096, "interfaces and VLANs",                        \
	    "likewise; VLANs beyond are counted with the untagged frames")     \
	L(COVER_ALL, 4096, "frames",                                           \
	    "that earlier copies are looked for of one by one; then of one "   \
	    "in sixteen")                                                      \
	L(SERVICE_MAX, 393216, "services",                                     \
	    "server ports whose first sight has been told, 40 bytes each: "    \
	    "likewise three for each device")                                  \
	L(BEHAVIOUR_MAX, 131072, "behaviours",                                 \
	    "operations on objects whose "                                     \
	    "repeats are counted rather than told")                            \
	L(BEHAVIOUR_S, 60, "s",                                                \
	    "stream time between two reports of those "                        \
	    "counts; doubled at each report")                                  \
	L(BEHAVIOUR_MAX_S, 960, "s", "... up to this")                         \
	L(FACT_S, 600, "s",                                                    \
	    "an identity or a topology that is said again is told "            \
	    "again after this, which is doubled each time")                    \
	L(FACT_MAX_S, 4800, "s", "... up to this")                             \
	L(POINT_MAX, 131072, "points",                                         \
	    "whose last value is kept, so that only "                          \
	    "what differs is told; the one told longest ago makes room")       \
	L(POINT_SERIES_MAX, 32768, "series",                                   \
	    "of points of one kind of one device, as one "                     \
	    "link shows them; the one sought longest ago makes room")          \
	L(POINT_GUESS_BITS, 14, "bits",                                        \
	    "of the places, 96 KiB in all, that lead to a "                    \
	    "point or to its series without a search")                         \
	L(BEHAVIOUR_GUESS_BITS, 16, "bits",                                    \
	    "of the places, 256 KiB in all, that say what "                    \
	    "came next the last time")                                         \
	L(POINT_S, 600, "s",                                                   \
	    "a measured value that moves is told again after this, "           \
	    "which is doubled each time; states, and what is "                 \
	    "commanded, when they change")                                     \
	L(POINT_MAX_S, 4800, "s", "... up to this")                            \
	L(IMAGE_MAX, 16384, "images of 256 bytes",                             \
	    "last reply of a read, so "                                        \
	    "that a write can be told with the value before it")               \
	L(IMAGE_S, 1, "s", "how old that value may be where it is polled")     \
	L(SPAN_MAX, 4096, "spans of 500 bytes",                                \
	    "values that writes of several "                                   \
	    "points have shown, point by point")                               \
	L(NEWS_BUDGET, 60, "events a minute",                                  \
	    "that one link may tell at once, and as many values that "         \
	    "its devices report; what is over is counted")                     \
	L(PENDING_MAX, 65536, "requests", "waiting for their reply")           \
	L(PENDING_PER_FLOW, 256, "requests",                                   \
	    "BACnet has 256 invoke ids; "                                      \
	    "Modbus masters rarely have more than 16 outstanding")             \
	L(PENDING_S, 30, "s",                                                  \
	    "after this a request counts as unanswered; "                      \
	    "serial gateways take up to 10")                                   \
	L(CHUNK_MAX, 8192, "chunks of 2 KiB",                                  \
	    "TCP data that waits for what "                                    \
	    "was lost or reordered, over all flows")                           \
	L(CHUNK_PER_FLOW, 64, "chunks of 2 KiB", "likewise of one direction")  \
	L(HOLE_MAX, 4096, "streams", "with a hole that may yet be filled")     \
	L(HOLE_WAIT_MS, 1000, "ms",                                            \
	    "a hole in a TCP stream is told as a gap"                          \
	    " when data behind it waits this long in stream time")             \
	L(HOLE_ACKED_MS, 200, "ms",                                            \
	    "... or this long once the other side has "                        \
	    "acknowledged it: it was lost on the way to us, or the mirror "    \
	    "has mixed up the directions; TCP itself repeats no sooner")       \
	L(PARTIAL_SMALL_MAX, 8192, "buffers of 2 KiB",                         \
	    "PDUs that are not "                                               \
	    "complete yet")                                                    \
	L(PARTIAL_LARGE_MAX, 64, "buffers of 68 KiB", "likewise, large ones")  \
	L(FRAG_MAX, 1024, "datagrams", "IP fragments being put together")      \
	L(FRAG_PER_SOURCE, 64, "datagrams", "of one sender")                   \
	L(FRAG_CHUNK_MAX, 4096, "chunks of 2 KiB",                             \
	    "their bytes; 128 "                                                \
	    "datagrams of the largest size, or 1024 of 8 KiB")                 \
	L(FRAG_WAIT_S, 30, "s", "RFC 791 and RFC 8200 allow up to 60")         \
	L(DATAGRAM_MAX, 65535, "bytes", "largest IP datagram")                 \
	L(RED_SEQ_MAX, 16384, "frames",                                        \
	    "PRP and HSR sequence numbers that "                               \
	    "wait for their twin")                                             \
	L(RED_WAIT_MS, 400, "ms",                                              \
	    "IEC 62439-3 asks that duplicates are "                            \
	    "recognised for at least EntryForgetTime, 400 ms")                 \
	L(LAYERS_MAX, 16, "layers", "tags and tunnels decoded in one frame")   \
	L(SHARED_MAX, 4096, "entries", "state that flows share")               \
	L(REASM_MAX, 256, "messages", "segmented messages being put together") \
	L(NDPI_FLOW_MAX, 2048, "flows",                                        \
	    "that nDPI looks at; older ones are "                              \
	    "left undecided")                                                  \
	L(NDPI_HEAP_KIB, 16384, "KiB",                                         \
	    "memory that nDPI may take for flows"                              \
	    "; without it a flow stays undecided")                             \
	L(NDPI_PACKETS, 10, "packets",                                         \
	    "with payload after which nDPI gives "                             \
	    "its best guess")                                                  \
	L(TRAFFIC_S, 10, "s",                                                  \
	    "stream time between two reports of a new "                        \
	    "link's counters; four times as long at each report")              \
	L(TRAFFIC_MAX_S, 120, "s",                                             \
	    "... up to this, for links that just go on")                       \
	L(RULES_MAX, 1024, "rules",                                            \
	    "each costs about a microsecond an event "                         \
	    "that it asks for")                                                \
	L(RULE_FILE_KIB, 256, "KiB", "one file of rules")                      \
	L(RULE_FILES_MAX, 256, "files", "of rules in one directory")           \
	L(RULE_WHEN_MAX, 8192, "bytes", "a rule's condition")                  \
	L(RULE_TEXT_MAX, 1024, "bytes",                                        \
	    "a rule's title, group or template; "                              \
	    "what is rendered from it may be twice that")                      \
	L(RULE_STEPS, 100000, "instructions",                                  \
	    "of SQLite that one rule may "                                     \
	    "spend on one event, 1 to 2 ms; a plain condition takes 20")       \
	L(RULE_VALUE_KIB, 1024, "KiB", "a text that a rule makes")             \
	L(RULE_FAILURES, 3, "failures", "after which a rule rests")            \
	L(RULE_REST_S, 600, "s",                                               \
	    "stream time that it rests; not for ever, "                        \
	    "or whoever provokes failures would silence it for good")          \
	L(STORE_ADDRESS_MAX, 2000000, "addresses",                             \
	    "in the database, 300 "                                            \
	    "bytes each; what comes after is counted to nobody")               \
	L(STORE_LINKS_PER_SOURCE, 8192, "links",                               \
	    "one client has kept apart;"                                       \
	    " a scanner's others are counted together")                        \
	L(STORE_BEHAVIOURS_PER_LINK, 4096, "behaviours",                       \
	    "a master that "                                                   \
	    "polls register by register needs some hundred")                   \
	L(STORE_FACTS_PER_KEY, 8, "facts",                                     \
	    "rivals for one value of one "                                     \
	    "address; the weakest makes room")                                 \
	L(STORE_POINTS_PER_ADDRESS, 16384, "points",                           \
	    "whose last value, and whose "                                     \
	    "learned range of written ones, one address has kept")             \
	L(STORE_NOTES_PER_ADDRESS, 1024, "rows",                               \
	    "of each of services, "                                            \
	    "topology, log-ins, violations and gaps")                          \
	L(STORE_HISTORY, 100000, "rows",                                       \
	    "of states and of transfers; the "                                 \
	    "oldest make room")                                                \
	L(STORE_ALERTS_PER_RULE, 1000, "alerts",                               \
	    "open at once; what comes "                                        \
	    "after is one alert more, with its count")                         \
	L(STORE_ALERT_FRAMES, 10, "frames", "named in one alert")              \
	L(STORE_ALERT_REPEAT_S, 300, "s",                                      \
	    "stream time between two "                                         \
	    "deliveries of one alert that goes on")                            \
	L(STORE_OUTBOX, 100000, "deliveries",                                  \
	    "that wait for a receiver; "                                       \
	    "the oldest make room, and that is counted")                       \
	L(STORE_INPUTS, 524287, "captures",                                    \
	    "by name; frames of further "                                      \
	    "ones are shown without it")                                       \
	L(STORE_ADDRESS_CACHE, 327680, "addresses",                            \
	    "that the writer keeps at "                                        \
	    "hand, 420 bytes each: three for each of 100 000 devices")         \
	L(STORE_LINK_CACHE, 131072, "links",                                   \
	    "likewise, 350 bytes each: "                                       \
	    "those that had traffic last")                                     \
	L(STORE_CACHE, 32768, "rows",                                          \
	    "of behaviours, and of points, likewise")                          \
	L(STORE_COMMIT_EVENTS, 1048576, "events",                              \
	    "of one transaction: what "                                        \
	    "many of them say of one thing is written once")                   \
	L(STORE_COMMIT_MS, 1000, "ms", "a transaction stays open at most")     \
	L(STORE_PAGES_KIB, 65536, "KiB",                                       \
	    "of the database that SQLite keeps "                               \
	    "in memory")                                                       \
	L(STORE_HEAP_KIB, 131072, "KiB", "that SQLite takes at most")          \
	L(DECLARED_FILE_KIB, 16384, "KiB", "of a register that is imported")   \
	L(DECLARED_ROWS, 65536, "rows", "of such a file")                      \
	L(DECLARED_CELL, 32768, "bytes",                                       \
	    "in one cell of it; a spreadsheet's own limit")                    \
	L(DECLARED_DEVICES, 65536, "devices", "that people have declared")     \
	L(DECLARED_TEXT_KIB, 32768, "KiB",                                     \
	    "of their words; who reads them holds all of them")                \
	L(DECLARED_HISTORY, 1000000, "rows",                                   \
	    "of what was declared, changed and taken back; the oldest "        \
	    "make room")                                                       \
	L(PROC_MAX, 24, "processes",                                           \
	    "that one parent runs: store, web, "                               \
	    "courier and 21 sensors")                                          \
	L(PROC_FILES, 256, "descriptors", "that one of them may have open")    \
	L(PROC_STOP_S, 5, "s", "a process may take to drain at a stop")        \
	L(PROC_RESTART_S, 30, "s",                                             \
	    "longest wait before a process that keeps "                        \
	    "dying is started again; the first is 50 ms")                      \
	L(PROC_CRASH_KIB, 63, "KiB",                                           \
	    "of the frame that killed a sensor; "                              \
	    "any Ethernet frame fits, a glued one is cut")                     \
	L(COURIER_WINDOW, 1024, "messages",                                    \
	    "on their way to the syslog "                                      \
	    "receiver at once, 8 KiB each; 200 a second as each waits 5 s")    \
	L(COURIER_SURE_S, 5, "s",                                              \
	    "a connection has to live on before what "                         \
	    "the other side acknowledged counts as sent")                      \
	L(COURIER_SILENT_S, 15, "s",                                           \
	    "without a sign of life after which a "                            \
	    "connection to the receiver is given up")                          \
	L(COURIER_BACKOFF_S, 30, "s",                                          \
	    "longest wait between two attempts to "                            \
	    "connect; the first is 1 s")                                       \
	L(QUEUE_KIB, 4096, "KiB", "events that wait for the store process")    \
	L(FRAME_MAX, 262144, "bytes",                                          \
	    "largest frame that is captured or "                               \
	    "read from a file; libpcap draws the same line")                   \
	L(BLOCK_MAX, 524288, "bytes",                                          \
	    "largest pcapng block that is read "                               \
	    "whole: a frame, and as much again of options")                    \
	L(CAPTURE_IFACES_MAX, 1024, "interfaces", "named in one pcapng file")  \
	L(REPLAY_FILES_MAX, 65536, "files", "of one replay")                   \
	L(REPLAY_IFACES_MAX, 131072, "interfaces",                             \
	    "named in all files of "                                           \
	    "one replay together")                                             \
	L(REPLAY_OPEN_MAX, 64, "files",                                        \
	    "open at once; of more that overlap "                              \
	    "in time, some are closed and opened again")                       \
	L(REPLAY_BUFFER_KIB, 128, "KiB",                                       \
	    "read buffer of each open file; a "                                \
	    "larger one leaves the processor's cache")                         \
	L(REPLAY_DEPTH_MAX, 32, "folders",                                     \
	    "one in another that a replay "                                    \
	    "goes down")                                                       \
	L(REPLAY_ENTRIES_MAX, 1000000, "entries",                              \
	    "looked at in the folders "                                        \
	    "of one replay")                                                   \
	L(LIVE_IFACES_MAX, 8, "interfaces",                                    \
	    "of one group: both legs of a "                                    \
	    "TAP, both PRP networks, with room")                               \
	L(LIVE_RING_MIB, 64, "MiB",                                            \
	    "capture ring of each interface unless "                           \
	    "configured: half a second of a full gigabit")                     \
	L(LIVE_RING_MAX_MIB, 1024, "MiB",                                      \
	    "largest ring that can be "                                        \
	    "configured")                                                      \
	L(LIVE_WAIT_MS, 10, "ms",                                              \
	    "the kernel hands over a part of the ring "                        \
	    "that does not fill after this")                                   \
	L(WEB_CONNECTIONS, 128, "connections",                                 \
	    "of browsers and scripts at "                                      \
	    "once; half of what a process may open")                           \
	L(WEB_PER_ADDRESS, 96, "connections",                                  \
	    "of one address, so that one "                                     \
	    "client cannot shut out those of another")                         \
	L(WEB_STREAMS, 32, "streams",                                          \
	    "of live events at once: one for each "                            \
	    "open page")                                                       \
	L(WEB_HEADER_KIB, 16, "KiB",                                           \
	    "a request's line and headers, and the "                           \
	    "answer's; browsers send about one")                               \
	L(WEB_URL_MAX, 2048, "bytes",                                          \
	    "of a request's path and query; the "                              \
	    "page's longest has 400")                                          \
	L(WEB_QUERY_MAX, 100, "bytes",                                         \
	    "of one filter's value: a name or an "                             \
	    "address is shorter")                                              \
	L(WEB_REQUEST_S, 10, "s",                                              \
	    "a connection may take to send a request; "                        \
	    "idle ones are closed by it, too")                                 \
	L(WEB_QUIET_S, 15, "s",                                                \
	    "a client may leave what is sent to it "                           \
	    "unread")                                                          \
	L(WEB_ANSWER_S, 60, "s", "a client may take to read one answer")       \
	L(WEB_PAGE_MAX, 500, "rows",                                           \
	    "of one page of a list; more come with "                           \
	    "its cursor")                                                      \
	L(WEB_BUFFER_KIB, 128, "KiB",                                          \
	    "of an answer that are in memory at "                              \
	    "once")                                                            \
	L(WEB_HEARTBEAT_S, 15, "s",                                            \
	    "between two signs of life on a silent "                           \
	    "stream; proxies give up after 30 to 60")                          \
	L(WEB_LOOK_MS, 250, "ms",                                              \
	    "between two looks at whether the database "                       \
	    "has changed, while a page is open")

enum {
#define LIMITS_ENUM(name, value, unit, reason) LIMIT_##name = value,
	LIMITS(LIMITS_ENUM)
#undef LIMITS_ENUM
};

#endif
