/*
 * names: commands, ends, devices ([1] 5.1, 5.2), and which codes are those of
 * MELSEC CPUs ([1] 5.7, [2] appendix).
 *
 * Others than Mitsubishi Electric make controllers that answer to SLMP, and
 * have codes of their own: only from a code that it lists follows the vendor.
 */
#include <string.h>

#include "dissectors/names.h"
#include "dissectors/slmp/slmp.h"

static const struct slmp_device devices[] = {
#define D(code, name, what) {(code), (what), (name)},
#include "dissectors/slmp/devices.def"
#undef D
};

static const struct slmp_command commands[] = {
#define C(code, name, cls) {(code), (name), EV_CLASS_##cls},
#include "dissectors/slmp/commands.def"
#undef C
};

/* [4]: what it names; the first is [5]'s.  The files that tools read and write
 * are the project's. */
static const struct slmp_command melsoft[] = {
    {0x0101, "read_cpu_name", EV_CLASS_DISCOVERY},
    {0x0121, "open_initial", EV_CLASS_DISCOVERY},
    {0x0131, "login_user", EV_CLASS_SESSION},
    {0x0132, "login_password", EV_CLASS_SESSION},
    {0x0133, "read_users", EV_CLASS_READ},
    {0x0134, "read_users", EV_CLASS_READ},
    {0x0150, "read_safety_mode", EV_CLASS_READ},
    {0x1001, "remote_run", EV_CLASS_CONTROL},
    {0x1002, "remote_stop", EV_CLASS_CONTROL},
    {0x1003, "remote_pause", EV_CLASS_CONTROL},
    {0x1006, "remote_reset", EV_CLASS_CONTROL},
    {0x1120, "change_safety_mode", EV_CLASS_CONFIG},
    {0x1133, "register_users", EV_CLASS_CONFIG},
    {0x1859, "list_files", EV_CLASS_FILE},
    {0x1868, "read_file", EV_CLASS_PROGRAM},
    {0x1869, "write_file", EV_CLASS_PROGRAM},
};

static const struct name ends[] = {
#define E(code, name) {(code), (name)},
#include "dissectors/slmp/ends.def"
#undef E
};

/* Of ASCII with short codes ([1] 5.2): retentive timers have other ones. */
static const struct {
	const char *letters;
	uint16_t code;
} aliases[] = {{"SC", 0x00c6}, {"SS", 0x00c7}, {"SN", 0x00c8}};

/* First and last code of families whose codes are next to one another. */
static const struct {
	uint16_t first, last;
} models[] = {
    {0x0041, 0x0044}, /* Q02 to Q25  */
    {0x0230, 0x0230}, /* QS001       */
    {0x0250, 0x0252}, /* Q00J to Q01 */
    {0x0260, 0x026e}, /* QnU         */
    {0x0360, 0x0360}, /* RCPU        */
    {0x0366, 0x0368}, /* QnUDV       */
    {0x0541, 0x0545}, /* L           */
    {0x4800, 0x48a2}, /* iQ-R        */
    {0x4a21, 0x4b5f}, /* FX5         */
};

const struct slmp_device *
slmp_device(uint16_t code)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		if (devices[i].code == code) {
			return &devices[i];
		}
	}
	return NULL;
}

static bool
is_called(const struct rd *letters, const char *name)
{
	size_t n = strlen(name);

	return rd_left(letters) == n && memcmp(letters->p, name, n) == 0;
}

/* Filled with * on the right. */
const struct slmp_device *
slmp_device_named(struct rd letters)
{
	while (rd_left(&letters) > 0 && letters.end[-1] == '*') {
		letters.end--;
	}
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		if (is_called(&letters, devices[i].name)) {
			return &devices[i];
		}
	}
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (is_called(&letters, aliases[i].letters)) {
			return slmp_device(aliases[i].code);
		}
	}
	return NULL;
}

static const struct slmp_command *
find(const struct slmp_command *all, size_t n, uint16_t code)
{
	for (size_t i = 0; i < n; i++) {
		if (all[i].code == code) {
			return &all[i];
		}
	}
	return NULL;
}

const struct slmp_command *
slmp_command(uint16_t code)
{
	return find(commands, sizeof(commands) / sizeof(commands[0]), code);
}

const struct slmp_command *
melsoft_command(uint16_t code)
{
	return find(melsoft, sizeof(melsoft) / sizeof(melsoft[0]), code);
}

const char *
slmp_end(uint16_t code)
{
	return NAME_OF(ends, code);
}

bool
slmp_is_melsec(uint16_t model)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (model >= models[i].first && model <= models[i].last) {
			return true;
		}
	}
	return false;
}
