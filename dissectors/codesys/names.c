/*
 * names: of services, and of the components that offer them.
 */
#include "dissectors/codesys/codesys.h"
#include "dissectors/names.h"

static const struct codesys_service services[] = {
#define S(group, service, name, cls) \
	{(group), (service), (name), EV_CLASS_##cls},
#include "dissectors/codesys/services.def"
#undef S
};

/* [1], [3] */
static const struct name groups[] = {
    {0x01, "device"},
    {0x02, "app"},
    {0x03, "monitor"},
    {0x04, "visualization"},
    {0x05, "log"},
    {0x06, "settings"},
    {0x07, "ethernet"},
    {0x08, "file"},
    {0x09, "variables"},
    {0x0b, "io_manager"},
    {0x0c, "user_manager"},
    {0x0f, "trace"},
    {0x11, "shell"},
    {0x12, "breakpoints"},
    {0x13, "forces"},
    {0x18, "alarms"},
    {0x1b, "monitor"},
    {0x1d, "codemeter"},
    {0x1e, "trends"},
    {0x1f, "core_dump"},
    {0x22, "openssl"},
};

const struct codesys_service *
codesys_service(uint16_t group, uint16_t service)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (services[i].group == group &&
		    services[i].service == service) {
			return &services[i];
		}
	}
	return NULL;
}

const char *
codesys_group(uint16_t group)
{
	return NAME_OF(groups, group);
}
