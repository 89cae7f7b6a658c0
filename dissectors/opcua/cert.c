/*
 * cert: the common name of a certificate's subject (RFC 5280 4.1).
 *
 *	Certificate { tbs { [0] version, serial, algorithm, issuer, validity,
 *	    subject, ... }, ... }
 *
 * Certificates of applications are mostly signed by themselves and carry the
 * application's name; they are all that an encrypted channel says.  Of a chain
 * the first is looked at.
 */
#include "dissectors/opcua/opcua.h"

#include "dissectors/ber.h"

#define SEQUENCE 0x30
#define SET      0x31
#define OID      0x06
#define VERSION  0xa0
/* Of what stands before the subject. */
#define BEFORE_SUBJECT 4

static const uint8_t common_name[] = {0x55, 0x04, 0x03}; /* 2.5.4.3 */

/* One attribute: what it is, and its text. */
static struct rd
name_of(struct rd attribute)
{
	struct ber_item what, text;

	if (!ber_item(&attribute, &what) || what.tag != OID ||
	    rd_left(&what.body) != sizeof(common_name) ||
	    memcmp(what.body.p, common_name, sizeof(common_name)) != 0 ||
	    !ber_item(&attribute, &text)) {
		return rd_failed();
	}
	/* UTF8String, PrintableString; others are rare, and not UTF-8. */
	return text.tag == 0x0c || text.tag == 0x13 ? text.body : rd_failed();
}

struct rd
ua_common_name(struct rd der)
{
	struct rd r = ber_find(ber_find(der, SEQUENCE), SEQUENCE), set, name;
	struct ber_item it;

	for (unsigned n = 0; n < BEFORE_SUBJECT;) {
		if (!ber_item(&r, &it)) {
			return rd_failed();
		}
		n += it.tag != VERSION;
	}
	r = ber_find(r, SEQUENCE);
	while (ber_item(&r, &it)) {
		set = ber_find(it.body, SEQUENCE);
		name = it.tag == SET ? name_of(set) : rd_failed();
		if (rd_ok(&name)) {
			return name;
		}
	}
	return rd_failed();
}
