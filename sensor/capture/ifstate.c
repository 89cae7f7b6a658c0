/*
 * ifstate: see ifstate.h.
 *
 * Reference: netdevice(7) for the flags, Linux
 * Documentation/networking/ip-sysctl.rst for disable_ipv6.
 *
 * The text is one word and one value a line, after a line that names the
 * form; only what silent_apply() may change stands in it:
 *
 *	otus-silent 1
 *	interface eth1
 *	up 0
 *	arp 1
 *	ipv6 1
 *	rx-gro 1
 *	end 1
 *
 * The last line tells a whole text from one whose writing was interrupted.
 */
#include <sys/ioctl.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/ifstate.h"

#define HEAD "otus-silent 1\n"
#define TAIL "end 1\n"

bool
ifstate_is_plain_name(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n >= IF_NAMESIZE || s[0] == '-' || strcmp(s, ".") == 0 ||
	    strcmp(s, "..") == 0) {
		return false;
	}
	for (; *s != '\0'; s++) {
		if (!isalnum((unsigned char)*s) && strchr("._-@", *s) == NULL) {
			return false;
		}
	}
	return true;
}

/* --- one setting at a time -----------------------------------------------*/

static int
get_flags(int fd, const char *iface, short *ret)
{
	struct ifreq ifr = {0};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr) != 0) {
		return errno == ENODEV ? ERR_NOENT : ERR_IO;
	}
	*ret = ifr.ifr_flags;
	return 0;
}

static int
set_flags(int fd, const char *iface, short set, short clear)
{
	struct ifreq ifr = {0};
	int rc;

	rc = get_flags(fd, iface, &ifr.ifr_flags);
	if (rc != 0) {
		return rc;
	}
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	ifr.ifr_flags = (short)((ifr.ifr_flags | set) & ~clear);
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) != 0) {
		return errno == EPERM ? ERR_PERM : ERR_IO;
	}
	return 0;
}

static void
ipv6_path(char *buf, size_t n, const char *iface)
{
	snprintf(buf, n, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", iface);
}

/* ERR_NOENT: a kernel without IPv6. */
static int
get_ipv6(const char *iface, bool *ret_on)
{
	char path[128], c = 0;
	ssize_t n;
	int fd;

	ipv6_path(path, sizeof(path), iface);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	}
	n = read(fd, &c, 1);
	close(fd);
	if (n != 1) {
		return ERR_IO;
	}
	*ret_on = c == '0';
	return 0;
}

static int
set_ipv6(const char *iface, bool on)
{
	char path[128];
	ssize_t n;
	int fd, e;

	ipv6_path(path, sizeof(path), iface);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		return errno == EACCES || errno == EPERM ? ERR_PERM : ERR_IO;
	}
	n = write(fd, on ? "0" : "1", 1);
	e = errno;
	close(fd);
	return n == 1 ? 0 : e == EPERM || e == EACCES ? ERR_PERM : ERR_IO;
}

int
ifstate_get(int fd, const char *iface, struct ifstate *ret)
{
	short flags;
	int rc;

	*ret = (struct ifstate){0};
	snprintf(ret->iface, sizeof(ret->iface), "%s", iface);
	rc = get_flags(fd, iface, &flags);
	if (rc != 0) {
		return rc;
	}
	ret->up = (flags & IFF_UP) != 0;
	ret->arp = (flags & IFF_NOARP) == 0;
	rc = get_ipv6(iface, &ret->ipv6);
	if (rc != 0 && rc != ERR_NOENT) {
		return rc;
	}
	ret->has_ipv6 = rc == 0;
	rc = offload_get(fd, iface, ret->offload);
	return rc == ERR_UNSUPPORTED ? 0 : rc;
}

/* IPv6 first and the link last when something is switched off: an interface
 * that comes up with IPv6 on speaks at once. */
int
ifstate_set(int fd, const struct ifstate *s)
{
	int rc = 0;

	if (!s->up) {
		rc = set_flags(fd, s->iface, 0, IFF_UP);
	}
	if (rc == 0 && s->has_ipv6 && !s->ipv6) {
		rc = set_ipv6(s->iface, false);
	}
	if (rc == 0) {
		rc = set_flags(fd, s->iface, s->arp ? 0 : IFF_NOARP,
		    s->arp ? IFF_NOARP : 0);
	}
	if (rc == 0) {
		rc = offload_set(fd, s->iface, s->offload);
		rc = rc == ERR_UNSUPPORTED ? 0 : rc;
	}
	if (rc == 0 && s->has_ipv6 && s->ipv6) {
		rc = set_ipv6(s->iface, true);
	}
	if (rc == 0 && s->up) {
		rc = set_flags(fd, s->iface, IFF_UP, 0);
	}
	return rc;
}

/* --- as text --------------------------------------------------------------*/

bool
ifstate_print(const struct ifstate *s, char *buf, size_t size)
{
	size_t n;

	n = (size_t)snprintf(buf, size, HEAD "interface %s\nup %d\narp %d\n",
	    s->iface, s->up, s->arp);
	if (s->has_ipv6 && n < size) {
		n += (size_t)snprintf(buf + n, size - n, "ipv6 %d\n", s->ipv6);
	}
	for (int k = 0; k < OFFLOADS && n < size; k++) {
		if (s->offload[k].known && !s->offload[k].fixed) {
			n += (size_t)snprintf(buf + n, size - n, "%s %d\n",
			    offload_name[k], s->offload[k].on);
		}
	}
	if (n < size) {
		n += (size_t)snprintf(buf + n, size - n, TAIL);
	}
	return n < size;
}

/* One line: a word, a space, a value. */
static bool
take_line(struct ifstate *s, const char *word, const char *value)
{
	bool on = strcmp(value, "1") == 0;

	if (strcmp(word, "interface") == 0) {
		if (!ifstate_is_plain_name(value)) {
			return false;
		}
		memcpy(s->iface, value, strlen(value) + 1);
		return true;
	}
	if (!on && strcmp(value, "0") != 0) {
		return false;
	}
	if (strcmp(word, "up") == 0) {
		s->up = on;
		return true;
	}
	if (strcmp(word, "arp") == 0) {
		s->arp = on;
		return true;
	}
	if (strcmp(word, "ipv6") == 0) {
		s->has_ipv6 = true;
		s->ipv6 = on;
		return true;
	}
	for (int k = 0; k < OFFLOADS; k++) {
		if (strcmp(word, offload_name[k]) == 0) {
			s->offload[k] =
			    (struct offload){.known = true, .on = on};
			return true;
		}
	}
	return false;
}

int
ifstate_parse(const char *text, struct ifstate *ret)
{
	struct ifstate s = {0};
	char word[32], value[32], newline;
	int used;

	if (strncmp(text, HEAD, strlen(HEAD)) != 0) {
		return ERR_FORMAT;
	}
	text += strlen(HEAD);
	while (strcmp(text, TAIL) != 0) {
		used = 0;
		if (sscanf(text, "%31[a-z0-9-] %31[^ \n]%c%n", word, value,
			&newline, &used) != 3 ||
		    newline != '\n' || used == 0 ||
		    !take_line(&s, word, value)) {
			return ERR_FORMAT;
		}
		text += used;
	}
	if (s.iface[0] == '\0') {
		return ERR_FORMAT;
	}
	*ret = s;
	return 0;
}
