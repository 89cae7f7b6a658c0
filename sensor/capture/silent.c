/*
 * silent: see silent.h.
 *
 * Reference: Linux Documentation/ABI/testing/sysfs-class-net for what is
 * built on an interface, proc(5) for if_inet6.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <dirent.h>
#include <ifaddrs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/ifstate.h"
#include "capture/silent.h"

#define IFA_PERMANENT 0x80 /* as /proc/net/if_inet6 shows IFA_F_PERMANENT */
#define SCOPE_LINK    0x20 /* there: IPV6_ADDR_LINKLOCAL                  */

/* --- findings ------------------------------------------------------------*/

struct findings {
	const char *iface;
	struct silent_finding *v;
	size_t n;
};

/* The next finding; what does not fit overwrites the last. */
static struct silent_finding *
add(struct findings *f, enum silent_what what)
{
	struct silent_finding *v;

	f->n += f->n < SILENT_FINDINGS_MAX;
	v = &f->v[f->n - 1];
	*v = (struct silent_finding){.what = what};
	return v;
}

#define SAY(field, ...) snprintf(field, sizeof(field), __VA_ARGS__)

static void
find_ipv6(struct findings *f)
{
	struct silent_finding *v = add(f, SILENT_IPV6);

	SAY(v->text, "IPv6 is on");
	/* sysctl(8) takes dots for slashes, unless it sees a slash first. */
	SAY(v->remedy,
	    strchr(f->iface, '.') != NULL
		? "sysctl -w net/ipv6/conf/%s/disable_ipv6=1"
		: "sysctl -w net.ipv6.conf.%s.disable_ipv6=1",
	    f->iface);
}

static int
find_address(struct findings *f)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct ifaddrs *all, *a;
	struct silent_finding *v;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	size_t n = 0;

	if (getifaddrs(&all) != 0) {
		return ERR_IO;
	}
	for (a = all; a != NULL; a = a->ifa_next) {
		if (a->ifa_addr == NULL || strcmp(a->ifa_name, f->iface) != 0) {
			continue;
		}
		if (a->ifa_addr->sa_family == AF_INET) {
			memcpy(&in, a->ifa_addr, sizeof(in));
			inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
			n++;
		} else if (a->ifa_addr->sa_family == AF_INET6) {
			memcpy(&in6, a->ifa_addr, sizeof(in6));
			inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
			n++;
		}
	}
	freeifaddrs(all);
	if (n != 0) {
		v = add(f, SILENT_ADDRESS);
		SAY(v->text,
		    n == 1 ? "it has an address, %s"
			   : "it has addresses, %s among them",
		    text);
		SAY(v->remedy, "ip addr flush dev %s", f->iface);
	}
	return 0;
}

/* A hexadecimal file of sysfs; 0 when it cannot be read. */
static unsigned
sysfs_flags(const char *iface)
{
	char path[128];
	unsigned v = 0;
	FILE *in;

	SAY(path, "/sys/class/net/%s/flags", iface);
	in = fopen(path, "re");
	if (in != NULL) {
		if (fscanf(in, "%x", &v) != 1) {
			v = 0;
		}
		(void)fclose(in);
	}
	return v;
}

/* The bridge or bond that owns the interface, "" when none does. */
static void
find_master(struct findings *f, char ret_master[static IF_NAMESIZE])
{
	char path[128], to[256];
	struct silent_finding *v;
	const char *name;
	ssize_t n;

	ret_master[0] = '\0';
	SAY(path, "/sys/class/net/%s/master", f->iface);
	n = readlink(path, to, sizeof(to) - 1);
	if (n <= 0) {
		return;
	}
	to[n] = '\0';
	name = strrchr(to, '/') != NULL ? strrchr(to, '/') + 1 : to;
	if (ifstate_is_plain_name(name)) {
		memcpy(ret_master, name, strlen(name) + 1);
	}
	v = add(f, SILENT_MASTER);
	SAY(v->text, "it is a port of %s", ret_master);
	SAY(v->remedy, "ip link set %s nomaster", f->iface);
}

/* What else is built on the interface: in sysfs, a link for each. */
static void
find_uppers(struct findings *f)
{
	static const char prefix[] = "upper_";
	char path[128], master[IF_NAMESIZE];
	struct silent_finding *v;
	const char *upper;
	struct dirent *e;
	DIR *d;

	find_master(f, master);
	SAY(path, "/sys/class/net/%s", f->iface);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0) {
			continue;
		}
		upper = e->d_name + strlen(prefix);
		if (strcmp(upper, master) != 0 &&
		    ifstate_is_plain_name(upper) &&
		    (sysfs_flags(upper) & IFF_UP) != 0) {
			v = add(f, SILENT_UPPER);
			SAY(v->text, "%.15s is built on it and up", upper);
			SAY(v->remedy, "ip link set %.15s down", upper);
		}
	}
	if (d != NULL) {
		closedir(d);
	}
}

static void
find_offloads(struct findings *f, const struct ifstate *s)
{
	char options[96] = "";
	struct silent_finding *v;
	size_t n = 0;

	for (int k = 0; k < OFFLOADS; k++) {
		if (!s->offload[k].on) {
			continue;
		}
		if (!s->offload[k].fixed) {
			n += (size_t)snprintf(options + n, sizeof(options) - n,
			    " %s off", offload_option[k]);
			continue;
		}
		v = add(f, SILENT_OFFLOAD);
		SAY(v->text,
		    "its driver joins frames (%s) and cannot be told not to; "
		    "use another adapter",
		    offload_option[k]);
	}
	if (n != 0) {
		v = add(f, SILENT_OFFLOAD);
		SAY(v->text, "frames are joined before they are seen");
		SAY(v->remedy, "ethtool -K %s%s", f->iface, options);
	}
}

int
silent_check(const char *iface, bool capturing,
    struct silent_finding ret[static SILENT_FINDINGS_MAX], size_t *ret_n)
{
	struct findings f = {.iface = iface, .v = ret};
	struct silent_finding *v;
	struct ifstate s;
	int fd, rc;

	if (!ifstate_is_plain_name(iface)) {
		return ERR_USAGE;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return ERR_IO;
	}
	rc = ifstate_get(fd, iface, &s);
	close(fd);
	if (rc != 0) {
		return rc;
	}
	if (s.has_ipv6 && s.ipv6) {
		find_ipv6(&f);
	}
	if (s.arp) {
		v = add(&f, SILENT_ARP);
		SAY(v->text, "ARP is on");
		SAY(v->remedy, "ip link set %s arp off", iface);
	}
	rc = find_address(&f);
	if (rc != 0) {
		return rc;
	}
	find_uppers(&f);
	find_offloads(&f, &s);
	if (!s.up) {
		v = add(&f, SILENT_DOWN);
		SAY(v->text, "it is down");
		SAY(v->remedy, "ip link set %s up", iface);
	}
	if (capturing && (sysfs_flags(iface) & IFF_PROMISC) == 0) {
		v = add(&f, SILENT_PROMISC);
		SAY(v->text, "it is not promiscuous");
		SAY(v->remedy, "ip link set %s promisc on", iface);
	}
	*ret_n = f.n;
	return 0;
}

/* --- making it so --------------------------------------------------------*/

static int tell(char *why, int err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
tell(char *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, SILENT_WHY_MAX, fmt, ap);
	va_end(ap);
	return err;
}

/* An IPv6 address that somebody configured: switching IPv6 off would lose
 * it.  What the kernel made itself, it makes again. */
static bool
has_permanent_ipv6(const char *iface)
{
	unsigned index, prefix, scope, flags;
	char address[33], name[32];
	bool found = false;
	FILE *in;

	in = fopen("/proc/net/if_inet6", "re");
	if (in == NULL) {
		return false;
	}
	while (!found && fscanf(in, "%32s %x %x %x %x %31s", address, &index,
			     &prefix, &scope, &flags, name) == 6) {
		found = strcmp(name, iface) == 0 &&
			(flags & IFA_PERMANENT) != 0 && scope != SCOPE_LINK;
	}
	(void)fclose(in);
	return found;
}

static bool
has_ipv4(const char *iface)
{
	struct ifaddrs *all, *a;
	bool found = false;

	if (getifaddrs(&all) != 0) {
		return true;
	}
	for (a = all; a != NULL; a = a->ifa_next) {
		found = found || (a->ifa_addr != NULL &&
				     a->ifa_addr->sa_family == AF_INET &&
				     strcmp(a->ifa_name, iface) == 0);
	}
	freeifaddrs(all);
	return found;
}

static int
tell_failure(const char *iface, int err, char *why)
{
	switch (err) {
	case ERR_NOENT: return tell(why, err, "%s: no such interface", iface);
	case ERR_PERM:
		return tell(why, err,
		    "%s: changing it needs CAP_NET_ADMIN: run as root", iface);
	default:
		return tell(
		    why, err, "%s: its settings cannot be changed", iface);
	}
}

/* Saves, changes, and puts back what was changed when that fails. */
static int
change(int fd, const char *iface, char *ret_saved, char *why)
{
	struct ifstate was, want;
	int rc;

	rc = ifstate_get(fd, iface, &was);
	if (rc != 0) {
		return tell_failure(iface, rc, why);
	}
	if (has_ipv4(iface) || has_permanent_ipv6(iface)) {
		return tell(why, ERR_STATE,
		    "%s has an address: is it the mirror port?  If so: ip "
		    "addr flush dev %s",
		    iface, iface);
	}
	if (!ifstate_print(&was, ret_saved, SILENT_SAVED_MAX)) {
		return tell(why, ERR_INTERNAL, "%s", err_text(ERR_INTERNAL));
	}
	want = was;
	want.up = true;
	want.arp = want.ipv6 = false;
	for (int k = 0; k < OFFLOADS; k++) {
		want.offload[k].on = false;
	}
	rc = ifstate_set(fd, &want);
	if (rc != 0) {
		(void)!ifstate_set(fd, &was);
		return tell_failure(iface, rc, why);
	}
	return 0;
}

int
silent_apply(const char *iface, char ret_saved[static SILENT_SAVED_MAX],
    char why[static SILENT_WHY_MAX])
{
	int fd, rc;

	if (!ifstate_is_plain_name(iface)) {
		return tell(why, ERR_USAGE,
		    "interface names are letters, digits and \"._-@\"");
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return tell_failure(iface, ERR_IO, why);
	}
	rc = change(fd, iface, ret_saved, why);
	close(fd);
	return rc;
}

int
silent_restore(const char *saved, char why[static SILENT_WHY_MAX])
{
	struct ifstate was;
	int fd, rc;

	rc = ifstate_parse(saved, &was);
	if (rc != 0) {
		return tell(why, rc,
		    "what was saved of the interface cannot "
		    "be read");
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return tell_failure(was.iface, ERR_IO, why);
	}
	rc = ifstate_set(fd, &was);
	close(fd);
	return rc != 0 ? tell_failure(was.iface, rc, why) : 0;
}
