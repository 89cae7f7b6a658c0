/*
 * names: what numbers are called.  The tables are facts, kept in .def files;
 * a number that is not in them has no name here.
 */
#include "dissectors/cip/cip.h"
#include "dissectors/names.h"

#define NAME(id, text) {(id), (text)},
static const struct name vendors[] = {
#define V NAME
#include "vendors_1.def"
#include "vendors_2.def"
#include "vendors_3.def"
#undef V
};
static const struct name device_types[] = {
#define T NAME
#include "device_types.def"
#undef T
};
static const struct name classes[] = {
#define C NAME
#include "classes.def"
#undef C
};
static const char *const statuses[256] = {
#define S(id, text) [id] = (text),
#include "status.def"
#undef S
    /* Not in use any more, by number; [1] B-1 */
    [0xd0] = "object_class_specific",
    [0xff] = "object_class_specific_error",
};
/* Of the Connection Manager, with general status 1; [1] 3-5.6 */
static const struct name extended[] = {
#define X NAME
#include "ext_status.def"
#undef X
};

const char *
cip_vendor_name(uint32_t id)
{
	return NAME_OF(vendors, id);
}

const char *
cip_device_type_name(uint32_t id)
{
	return NAME_OF(device_types, id);
}

const char *
cip_class_name(uint32_t id)
{
	return NAME_OF(classes, id);
}

const char *
cip_status_name(uint8_t status)
{
	return statuses[status] != NULL ? statuses[status] : "unknown_status";
}

const char *
cip_ext_name(uint16_t ext)
{
	return NAME_OF(extended, ext);
}
