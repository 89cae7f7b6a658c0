/*
 * windows: what a version of Windows is called, as network messages have it
 * (MS-BRWS, MS-NLMP).  Those that say the same of themselves share a name.
 */
#ifndef OTUS_DISSECTORS_WINDOWS_H
#define OTUS_DISSECTORS_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>

/* NULL: there is none of this version. */
static inline const char *
windows_name(unsigned major, unsigned minor, bool server)
{
	static const struct {
		unsigned major, minor;
		const char *name, *server;
	} names[] = {
	    {3, 51, "Windows NT 3.51", "Windows NT Server 3.51"},
	    {4, 0, "Windows NT 4.0", "Windows NT Server 4.0"},
	    {5, 0, "Windows 2000", "Windows 2000 Server"},
	    {5, 1, "Windows XP", "Windows XP"},
	    {5, 2, "Windows XP x64", "Windows Server 2003"},
	    {6, 0, "Windows Vista", "Windows Server 2008"},
	    {6, 1, "Windows 7", "Windows Server 2008 R2"},
	    {6, 2, "Windows 8", "Windows Server 2012"},
	    {6, 3, "Windows 8.1", "Windows Server 2012 R2"},
	    {10, 0, "Windows 10 or 11", "Windows Server 2016 or later"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].major == major && names[i].minor == minor) {
			return server ? names[i].server : names[i].name;
		}
	}
	return NULL;
}

#endif
