/*
 * fields: ids of this protocol's fields, and what the service tables name
 * beside them: values that become part of an item.
 */
#ifndef OTUS_DISSECTORS_BACNET_FIELDS_H
#define OTUS_DISSECTORS_BACNET_FIELDS_H

enum bn_field {
	BNF_FIRST = EV_PROTO_BASE - 1,
#define F(id, name, role, clause) BNF_##id,
#include "dissectors/bacnet/fields.def"
#undef F
	BNF_END,
	/* no fields: where a step's result goes otherwise */
	BI_OID = 0x8000, /* a new item                              */
	BI_PROP,         /* of the item at hand, or of a copy of it */
	BI_INDEX,
	BI_PRIO,
	BI_TYPE,  /* a new item, of a type alone                    */
	BI_CLASS, /* error class, then code, of the item at hand    */
	BI_CODE,
	BI_ERROR_CLASS, /* of the whole message                     */
	BI_ERROR_CODE,
	BI_DEVICE,   /* an object identifier of a device: its number  */
	BI_BOTH,     /* a new item, and the object as text            */
	BI_PASSWORD, /* that there is one                           */
	BI_TYPED,    /* how many bytes of a terminal there are      */
	BI_IP,       /* octets that are an IP address               */
	BI_MASK,
	BI_ADDRESS,   /* octets that are a B/IP address              */
	BI_TIME,      /* of change, of the item at hand              */
	BI_INCREMENT, /* REAL, of the item at hand               */
	BI_STAMPED,
	BI_SKIP
};

#endif
