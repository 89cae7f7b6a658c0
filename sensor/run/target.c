/*
 * target: see target.h.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/target.h"

static int
parse_port(const char *s, uint16_t *ret)
{
	unsigned v = 0;

	if (*s == '\0' || strlen(s) > 5) {
		return ERR_CONFIG;
	}
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9') {
			return ERR_CONFIG;
		}
		v = v * 10 + (unsigned)(*s - '0');
	}
	if (v == 0 || v > UINT16_MAX) {
		return ERR_CONFIG;
	}
	*ret = (uint16_t)v;
	return 0;
}

int
target_parse(const char *text, char host[TARGET_HOST_MAX], uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;
	bool brackets = n > 2 && text[0] == '[' && text[n - 1] == ']';
	uint16_t port;

	if (brackets) {
		text++;
		n -= 2;
	}
	/* Without brackets nobody can tell an IPv6 address from its port. */
	if (n == 0 || n >= TARGET_HOST_MAX || strcspn(text, "[]") < n ||
	    (memchr(text, ':', n) != NULL) != brackets ||
	    parse_port(colon + 1, &port) < 0) {
		return ERR_CONFIG;
	}
	memcpy(host, text, n);
	host[n] = '\0';
	*ret_port = port;
	return 0;
}

void
target_text(const char *host, uint16_t port, char buf[TARGET_TEXT_MAX])
{
	bool v6 = strchr(host, ':') != NULL;

	(void)snprintf(buf, TARGET_TEXT_MAX, "%s%s%s:%u", v6 ? "[" : "", host,
	    v6 ? "]" : "", (unsigned)port);
}

size_t
target_resolve(const char *host, uint16_t port, struct courier_addr *ret,
    size_t max, bool *ret_named, const char **ret_why)
{
	struct addrinfo want = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	char service[8];
	size_t n = 0;
	int rc;

	(void)snprintf(service, sizeof(service), "%u", (unsigned)port);
	rc = getaddrinfo(host, service, &want, &list);
	*ret_named = rc != 0;
	if (rc != 0) {
		/* The default is half a minute with three dead servers. */
		(void)setenv("RES_OPTIONS", "timeout:2 attempts:2", 0);
		want.ai_flags = AI_NUMERICSERV;
		rc = getaddrinfo(host, service, &want, &list);
	}
	if (rc != 0) {
		*ret_why = gai_strerror(rc);
		return 0;
	}
	for (const struct addrinfo *a = list; a != NULL && n < max;
	     a = a->ai_next) {
		if (a->ai_addrlen <= sizeof(ret[n].sa)) {
			memset(&ret[n], 0, sizeof(ret[n]));
			memcpy(&ret[n].sa, a->ai_addr, a->ai_addrlen);
			ret[n++].len = a->ai_addrlen;
		}
	}
	freeaddrinfo(list);
	*ret_why = n > 0 ? "" : "no address";
	return n;
}
