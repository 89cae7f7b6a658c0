/*
 * bacnet_test: messages as hex digits, with the layers above them put on.
 *
 * A test gives an APDU ("10 08") or more, and says which layers go before it.
 */
#ifndef OTUS_DISSECTORS_BACNET_BACNET_TEST_H
#define OTUS_DISSECTORS_BACNET_BACNET_TEST_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/bacnet/bacnet.h"
#include "dissectors/harness.h"

#define HEX_MAX 8192

extern const struct dissector dissector_bacnet;

/* Both ends have BACnet's port, as devices do; the flow is proven. */
static inline struct harness *
flow(uint8_t transport)
{
	struct harness *h = harness_new(&dissector_bacnet, transport);

	h->port[A] = h->port[B];
	h->ctx.confirmed = true;
	return h;
}

/* A BVLC of that function; its length is counted. */
static inline void
bvlc(struct harness *h, uint8_t side, const char *type_function,
    const char *body)
{
	char hex[HEX_MAX];
	size_t digits = 0;

	for (const char *p = body; *p != '\0'; p++) {
		digits += *p != ' ';
	}
	(void)snprintf(hex, sizeof(hex), "%s %04zx %s", type_function,
	    4 + digits / 2, body);
	harness_hex(h, side, hex);
}

/* An original unicast (J.2.11) with a plain NPDU before the APDU. */
static inline void
apdu(struct harness *h, uint8_t side, const char *hex)
{
	char buf[HEX_MAX / 2];

	(void)snprintf(buf, sizeof(buf), "01 00 %s", hex);
	bvlc(h, side, "81 0a", buf);
}

/* What stands before the fields of a plain unicast. */
#define LAYERS "'bvlc':10,'npdu':{'prio':0}"
#define OP(dir, op, code, cls, rest)                                      \
	"{'kind':'operation','dir':'" dir "','op':'" op "','code':" #code \
	",'class':'" cls "'," rest "}\n"
#define TOPOLOGY(dir, rest) "{'kind':'topology','dir':'" dir "'," rest "}\n"
#define BAD(dir, reason, at)                                    \
	"{'kind':'malformed','dir':'" dir "','reason':'" reason \
	"','offset':" #at "}\n"

#endif
