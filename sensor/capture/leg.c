/*
 * leg: libpcap, behind leg.h.  The only file that includes its header.
 *
 * libpcap reads from the ring that the kernel fills (TPACKET_V3): blocks of
 * frames, handed over when full or after LIVE_WAIT_MS, so that a busy link
 * costs one system call a block.  Its counters are not used: pcap_stats()
 * opens files of sysfs, which a sensor may not, and counts to 2^32.
 *
 * An interface that went down and one without traffic look alike in the
 * ring.  Each time that the ring is found empty the interface's flags are
 * asked; libpcap itself notices one that was removed.
 */
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "base/clock.h"
#include "capture/fanout.h"
#include "capture/leg.h"
#include "limits.h"

enum { MISSED, FIFO, IFACE_COUNTERS };

static const char *const counter_name[IFACE_COUNTERS] = {
    [MISSED] = "rx_missed_errors",
    [FIFO] = "rx_fifo_errors",
};

struct leg {
	pcap_t *pcap;
	char name[IF_NAMESIZE];
	int fd;                         /* libpcap's                   */
	int counter_fd[IFACE_COUNTERS]; /* -1: this system has none    */
	uint64_t counter_base;
	struct live_stats stats;
	uint32_t unit_ns; /* of libpcap's fractions      */
	uint16_t linktype;
	bool lost;
};

/* --- opening -------------------------------------------------------------*/

int
live_tell(char *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, LIVE_WHY_MAX, fmt, ap);
	va_end(ap);
	return err;
}

static int
tell_activation(const struct leg *l, int status, char *why)
{
	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return live_tell(why, ERR_NOENT,
		    "%s: no such interface (ip link shows those that there "
		    "are)",
		    l->name);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return live_tell(why, ERR_PERM,
		    "%s: capturing needs CAP_NET_RAW: run as root", l->name);
	case PCAP_ERROR_IFACE_NOT_UP:
		return live_tell(why, ERR_STATE,
		    "%s: the interface is down: ip link set %s up", l->name,
		    l->name);
	default:
		return live_tell(why, ERR_IO, "%s: %s", l->name,
		    status == PCAP_ERROR ? pcap_geterr(l->pcap)
					 : pcap_statustostr(status));
	}
}

/* pcap_datalink() is a DLT_ value; where files say otherwise, theirs. */
static uint16_t
linktype_of(int dlt)
{
	switch (dlt) {
	case DLT_RAW: return LINKTYPE_RAW;
	case DLT_PPP_SERIAL: return 50;
	case DLT_ATM_RFC1483: return 100;
	default: return (uint16_t)dlt;
	}
}

static void
open_counters(struct leg *l)
{
	char path[128];

	for (int i = 0; i < IFACE_COUNTERS; i++) {
		snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s",
		    l->name, counter_name[i]);
		l->counter_fd[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

static uint64_t
read_counters(const struct leg *l)
{
	uint64_t sum = 0;
	char text[32];
	ssize_t n;

	for (int i = 0; i < IFACE_COUNTERS; i++) {
		if (l->counter_fd[i] < 0) {
			continue;
		}
		n = pread(l->counter_fd[i], text, sizeof(text) - 1, 0);
		if (n > 0) {
			text[n] = '\0';
			sum += strtoull(text, NULL, 10);
		}
	}
	return sum;
}

static int
set_options(struct leg *l, const struct live_options *o)
{
	size_t ring = o->ring_bytes != 0 ? o->ring_bytes
					 : (size_t)LIMIT_LIVE_RING_MIB << 20;
	int snaplen = o->snaplen != 0 ? (int)o->snaplen : LIMIT_FRAME_MAX;

	return pcap_set_snaplen(l->pcap, snaplen) != 0 ||
		       pcap_set_promisc(l->pcap, 1) != 0 ||
		       pcap_set_timeout(l->pcap, LIMIT_LIVE_WAIT_MS) != 0 ||
		       pcap_set_buffer_size(l->pcap, (int)ring) != 0
		   ? ERR_INTERNAL
		   : 0;
}

static int
set_filter(struct leg *l, const char *filter, char *why)
{
	struct bpf_program program;
	int rc;

	if (filter == NULL || filter[0] == '\0') {
		return 0;
	}
	if (pcap_compile(l->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) !=
	    0) {
		return live_tell(why, ERR_CONFIG, "filter \"%s\": %s", filter,
		    pcap_geterr(l->pcap));
	}
	rc = pcap_setfilter(l->pcap, &program);
	pcap_freecode(&program);
	return rc == 0 ? 0
		       : live_tell(why, ERR_IO, "%s: filter: %s", l->name,
			     pcap_geterr(l->pcap));
}

static int
join(struct leg *l, uint16_t group, char *why)
{
	int rc = fanout_shut(l->fd);

	if (rc == 0) {
		rc = fanout_join(l->fd, group);
	}
	return rc == 0 ? 0
		       : live_tell(why, rc,
			     "%s: cannot share the interface: %s (run with "
			     "--sensors 1)",
			     l->name, strerror(errno));
}

static int
activate(struct leg *l, const struct live_options *o, uint16_t group, char *why)
{
	char errbuf[PCAP_ERRBUF_SIZE] = "";
	int rc;

	l->pcap = pcap_create(l->name, errbuf);
	if (l->pcap == NULL) {
		return live_tell(why, ERR_NOMEM, "%s: %s", l->name, errbuf);
	}
	rc = set_options(l, o);
	if (rc != 0) {
		return live_tell(why, rc, "%s: options refused", l->name);
	}
	/* Refused where the kernel cannot; microseconds then. */
	l->unit_ns =
	    pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO) == 0
		? 1
		: 1000;
	rc = pcap_activate(l->pcap);
	if (rc < 0) {
		return tell_activation(l, rc, why);
	}
	l->fd = pcap_get_selectable_fd(l->pcap);
	if (l->fd < 0 || fcntl(l->fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    pcap_setnonblock(l->pcap, 1, errbuf) != 0) {
		return live_tell(why, ERR_IO, "%s: %s", l->name,
		    errbuf[0] != '\0' ? errbuf : strerror(errno));
	}
	l->linktype = linktype_of(pcap_datalink(l->pcap));
	open_counters(l);
	l->counter_base = read_counters(l);
	return group != 0 ? join(l, group, why) : set_filter(l, o->filter, why);
}

int
leg_open(const char *name, const struct live_options *o, uint16_t group,
    struct leg **ret_leg, char *why)
{
	struct leg *l = calloc(1, sizeof(*l));

	*ret_leg = l;
	if (l == NULL) {
		return live_tell(why, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	l->fd = l->counter_fd[MISSED] = l->counter_fd[FIFO] = -1;
	snprintf(l->name, sizeof(l->name), "%s", name);
	return activate(l, o, group, why);
}

/* Throws away what came before the gate was shut: nothing more arrives, and
 * a block that is not full comes after LIVE_WAIT_MS. */
static void
discard(struct leg *l)
{
	struct pcap_pkthdr *h;
	const uint8_t *data;

	for (int i = 0; i < 3; i++) {
		while (pcap_next_ex(l->pcap, &h, &data) == 1) {
		}
		(void)poll(NULL, 0, LIMIT_LIVE_WAIT_MS);
	}
	while (pcap_next_ex(l->pcap, &h, &data) == 1) {
	}
}

/* Reading resets the kernel's counters, so that they never wrap. */
static int
add_counters(struct leg *l)
{
	struct tpacket_stats_v3 st = {0};
	socklen_t n = sizeof(st);

	if (getsockopt(l->fd, SOL_PACKET, PACKET_STATISTICS, &st, &n) != 0) {
		return ERR_IO;
	}
	/* tp_packets includes those that found the ring full. */
	l->stats.received += st.tp_packets - st.tp_drops;
	l->stats.dropped += st.tp_drops;
	return 0;
}

int
leg_start(struct leg *l, const char *filter, char *why)
{
	int rc;

	discard(l);
	(void)add_counters(l);
	l->stats = (struct live_stats){0};
	l->counter_base = read_counters(l);
	if (filter != NULL && filter[0] != '\0') {
		return set_filter(l, filter, why); /* takes the gate's place */
	}
	rc = fanout_open(l->fd);
	return rc == 0 ? 0
		       : live_tell(why, rc, "%s: filter: %s", l->name,
			     strerror(errno));
}

void
leg_close(struct leg *l)
{
	if (l == NULL) {
		return;
	}
	if (l->pcap != NULL) {
		pcap_close(l->pcap);
	}
	for (int i = 0; i < IFACE_COUNTERS; i++) {
		if (l->counter_fd[i] >= 0) {
			close(l->counter_fd[i]);
		}
	}
	free(l);
}

/* --- reading -------------------------------------------------------------*/

/* Asks the flags; an interface that is down, or not there, gives nothing. */
static bool
is_lost(struct leg *l)
{
	struct ifreq ifr = {0};

	memcpy(ifr.ifr_name, l->name, sizeof(ifr.ifr_name));
	if (ioctl(l->fd, SIOCGIFFLAGS, &ifr) != 0) {
		l->stats.running = false;
		return true;
	}
	l->stats.running = (ifr.ifr_flags & IFF_RUNNING) != 0;
	return (ifr.ifr_flags & IFF_UP) == 0;
}

/* A socket whose interface was removed is bound to none, even when another
 * of the same name has come. */
static bool
is_unbound(const struct leg *l)
{
	struct sockaddr_ll at = {0};
	socklen_t n = sizeof(at);

	return getsockname(l->fd, (struct sockaddr *)&at, &n) == 0 &&
	       at.sll_ifindex <= 0;
}

/* The next frame that stands in the ring: 1, 0, or negative. */
static int
take(struct leg *l, struct frame *ret)
{
	struct pcap_pkthdr *h;
	const uint8_t *data;
	int rc;

	rc = pcap_next_ex(l->pcap, &h, &data);
	if (rc == 1) {
		ret->data = data;
		ret->caplen = h->caplen;
		ret->len = h->len < h->caplen ? h->caplen : h->len;
		ret->ts_ns = (uint64_t)h->ts.tv_sec * NS_PER_SEC +
			     (uint64_t)h->ts.tv_usec * l->unit_ns;
		ret->input = 0;
		ret->linktype = l->linktype;
	}
	return rc;
}

int
leg_next(struct leg *l, struct frame *ret)
{
	int rc = take(l, ret);

	if (rc == 1) {
		return 1;
	}
	if (!l->lost && (is_lost(l) || (rc < 0 && is_unbound(l)))) {
		l->lost = true;
		/* Its last frames may stand in a block that is not full. */
		(void)poll(NULL, 0, 2 * LIMIT_LIVE_WAIT_MS);
		rc = take(l, ret);
		if (rc == 1) {
			return 1;
		}
	}
	return l->lost ? ERR_LOST : rc == 0 ? 0 : ERR_IO;
}

int
leg_stats(struct leg *l, struct live_stats *ret)
{
	uint64_t missed = read_counters(l);
	int rc = add_counters(l);

	if (is_lost(l)) {
		return ERR_LOST;
	}
	if (rc != 0) {
		return rc;
	}
	if (missed > l->counter_base) {
		l->stats.iface_missed = missed - l->counter_base;
	}
	*ret = l->stats;
	return 0;
}

int
leg_fd(const struct leg *l)
{
	return l->fd;
}

const char *
leg_name(const struct leg *l)
{
	return l->name;
}
