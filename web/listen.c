/*
 * listen: see listen.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "web/http.h"
#include "web/listen.h"

#define BACKLOG 64

/* Splits ADDR:PORT; brackets of IPv6 go. */
static int
split(const char *s, char *addr, size_t size, bool *ret_v6, uint16_t *ret_port)
{
	const char *colon = strrchr(s, ':');
	bool v6 = s[0] == '[';
	uint64_t port;
	size_t n;

	if (colon == NULL || http_number(colon + 1, 1, 65535, &port) != 0) {
		return ERR_CONFIG;
	}
	n = (size_t)(colon - s);
	if (v6) {
		if (n < 2 || s[n - 1] != ']') {
			return ERR_CONFIG;
		}
		s++;
		n -= 2;
	}
	if (n == 0 || n >= size || (!v6 && memchr(s, ':', n) != NULL)) {
		return ERR_CONFIG;
	}
	memcpy(addr, s, n);
	addr[n] = '\0';
	*ret_v6 = v6;
	*ret_port = (uint16_t)port;
	return 0;
}

/* 0, ERR_CONFIG: not an address, ERR_PERM: one that others can reach. */
static int
loopback(const char *addr, bool v6, uint16_t port, struct sockaddr_storage *ret,
    socklen_t *ret_len)
{
	struct sockaddr_in6 sa6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_port = htons(port)};

	if (v6) {
		if (inet_pton(AF_INET6, addr, &sa6.sin6_addr) != 1) {
			return ERR_CONFIG;
		}
		if (!IN6_IS_ADDR_LOOPBACK(&sa6.sin6_addr)) {
			return ERR_PERM;
		}
		memset(ret, 0, sizeof(*ret));
		memcpy(ret, &sa6, sizeof(sa6));
		*ret_len = sizeof(sa6);
		return 0;
	}
	if (strcmp(addr, "localhost") == 0) {
		addr = "127.0.0.1";
	}
	if (inet_pton(AF_INET, addr, &sa.sin_addr) != 1) {
		return ERR_CONFIG;
	}
	if (ntohl(sa.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET) {
		return ERR_PERM;
	}
	memset(ret, 0, sizeof(*ret));
	memcpy(ret, &sa, sizeof(sa));
	*ret_len = sizeof(sa);
	return 0;
}

int
web_check_listen(const char *addr_port, struct sockaddr_storage *ret,
    socklen_t *ret_len, char why[WEB_WHY_MAX])
{
	char addr[INET6_ADDRSTRLEN + 16];
	struct sockaddr_storage ss;
	socklen_t len;
	uint16_t port;
	bool v6;
	int rc;

	rc = split(addr_port, addr, sizeof(addr), &v6, &port);
	if (rc == 0) {
		rc = loopback(addr, v6, port, &ss, &len);
	}
	if (rc == ERR_PERM) {
		(void)snprintf(why, WEB_WHY_MAX,
		    "%s can be reached from other machines, and this page has "
		    "no accounts yet: otus serves it on loopback only. Use "
		    "127.0.0.1:%u, and from elsewhere\n"
		    "  ssh -L %u:127.0.0.1:%u THIS-HOST",
		    addr, port, port, port);
		return ERR_CONFIG;
	}
	if (rc != 0) {
		(void)snprintf(why, WEB_WHY_MAX,
		    "\"%.80s\" is not ADDRESS:PORT; for example "
		    "127.0.0.1:8080 or [::1]:8080",
		    addr_port);
		return rc;
	}
	if (ret != NULL) {
		*ret = ss;
	}
	if (ret_len != NULL) {
		*ret_len = len;
	}
	return 0;
}

static int
socket_err(void)
{
	switch (errno) {
	case EADDRINUSE: return ERR_BUSY;
	case EACCES:
	case EPERM: return ERR_PERM;
	default: return ERR_IO;
	}
}

int
web_listen(const char *addr_port, int *ret_fd, char why[WEB_WHY_MAX])
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd, on = 1;
	int rc = web_check_listen(addr_port, &ss, &len, why);

	if (rc != 0) {
		return rc;
	}
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		goto fail;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&ss, len) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		goto fail;
	}
	*ret_fd = fd;
	return 0;
fail:
	rc = socket_err();
	(void)snprintf(why, WEB_WHY_MAX, "cannot serve on %.80s: %s%s",
	    addr_port, strerror(errno),
	    rc == ERR_BUSY ? ". Is otus running already? Else choose another "
			     "port with --listen 127.0.0.1:PORT"
			   : "");
	if (fd >= 0) {
		(void)close(fd);
	}
	return rc;
}
