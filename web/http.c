/*
 * http: see http.h.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "web/http.h"

#define PORT_HTTP 80

int
http_number(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (*s == '\0') {
		return ERR_FORMAT;
	}
	for (; *s != '\0'; s++) {
		uint64_t digit = (uint64_t)(*s - '0');

		if (*s < '0' || *s > '9' || v > (UINT64_MAX - digit) / 10) {
			return ERR_FORMAT;
		}
		v = v * 10 + digit;
	}
	if (v < min || v > max) {
		return ERR_FORMAT;
	}
	*ret = v;
	return 0;
}

bool
http_host_is_ours(const char *host, uint16_t port)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
	uint64_t said;

	for (size_t i = 0; host != NULL && i < sizeof(names) / sizeof(names[0]);
	     i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(host, names[i], n) != 0) {
			continue;
		}
		if (host[n] == '\0') {
			return port == PORT_HTTP;
		}
		return host[n] == ':' &&
		       http_number(host + n + 1, 1, 65535, &said) == 0 &&
		       said == port;
	}
	return false;
}

bool
http_origin_is_ours(const char *origin, uint16_t port)
{
	static const char scheme[] = "http://";

	return origin != NULL &&
	       strncasecmp(origin, scheme, sizeof(scheme) - 1) == 0 &&
	       http_host_is_ours(origin + sizeof(scheme) - 1, port);
}

bool
http_etag_matches(const char *list, const char *etag)
{
	size_t n = strlen(etag);

	while (list != NULL && *list != '\0') {
		list += strspn(list, " \t,");
		if (*list == '*') {
			return true;
		}
		if (strncmp(list, "W/", 2) == 0) {
			list += 2;
		}
		if (strncmp(list, etag, n) == 0 &&
		    strchr(" \t,", list[n]) != NULL) {
			return true; /* strchr finds the end, too */
		}
		list += strcspn(list, ",");
	}
	return false;
}

bool
http_text_is_plain(const char *s, size_t max)
{
	size_t n = 0;

	for (; s[n] != '\0'; n++) {
		if (n == max || (unsigned char)s[n] < 0x20 || s[n] == 0x7f) {
			return false;
		}
	}
	return true;
}
