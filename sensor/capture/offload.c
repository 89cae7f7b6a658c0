/*
 * offload: ETHTOOL_GFEATURES and ETHTOOL_SFEATURES.
 *
 * Reference: linux/ethtool.h.  Features are bits in blocks of 32; which bit
 * is which feature is told by a set of strings, and differs from kernel to
 * kernel.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "capture/offload.h"

/* Linux 6 has 64 features; room for what comes. */
#define FEATURES_MAX 256
#define BLOCKS_MAX   (FEATURES_MAX / 32)

const char *const offload_name[OFFLOADS] = {
    [OFFLOAD_GRO] = "rx-gro",
    [OFFLOAD_LRO] = "rx-lro",
    [OFFLOAD_GRO_HW] = "rx-gro-hw",
};

const char *const offload_option[OFFLOADS] = {
    [OFFLOAD_GRO] = "gro",
    [OFFLOAD_LRO] = "lro",
    [OFFLOAD_GRO_HW] = "rx-gro-hw",
};

/* Where each feature's bit is; -1: nowhere. */
struct places {
	int bit[OFFLOADS];
	uint32_t blocks;
};

static int
call(int fd, const char *iface, void *data)
{
	struct ifreq ifr = {0};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	ifr.ifr_data = data;
	if (ioctl(fd, SIOCETHTOOL, &ifr) >= 0) {
		return 0;
	}
	switch (errno) {
	case ENODEV: return ERR_NOENT;
	case EPERM: return ERR_PERM;
	case EOPNOTSUPP: return ERR_UNSUPPORTED;
	default: return ERR_IO;
	}
}

/* How many features this kernel names. */
static int
count_features(int fd, const char *iface, uint32_t *ret_n)
{
	union {
		struct ethtool_sset_info info;
		uint8_t
		    room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} u = {.info = {.cmd = ETHTOOL_GSSET_INFO,
		   .sset_mask = 1ULL << ETH_SS_FEATURES}};
	int rc = call(fd, iface, &u);

	if (rc == 0) {
		memcpy(ret_n, u.room + sizeof(u.info), sizeof(*ret_n));
	}
	return rc;
}

static int
find_places(int fd, const char *iface, struct places *ret)
{
	union {
		struct ethtool_gstrings s;
		uint8_t room[sizeof(struct ethtool_gstrings) +
			     FEATURES_MAX * ETH_GSTRING_LEN];
	} u = {.s = {.cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES}};
	const uint8_t *name = u.room + sizeof(u.s);
	uint32_t n = 0;
	int rc;

	rc = count_features(fd, iface, &n);
	if (rc != 0) {
		return rc;
	}
	if (n > FEATURES_MAX) {
		return ERR_UNSUPPORTED;
	}
	u.s.len = n;
	rc = call(fd, iface, &u);
	if (rc != 0) {
		return rc;
	}
	*ret = (struct places){{-1, -1, -1}, (n + 31) / 32};
	for (uint32_t i = 0; i < n; i++, name += ETH_GSTRING_LEN) {
		for (int k = 0; k < OFFLOADS; k++) {
			if (strncmp((const char *)name, offload_name[k],
				ETH_GSTRING_LEN) == 0) {
				ret->bit[k] = (int)i;
			}
		}
	}
	return 0;
}

int
offload_get(int fd, const char *iface, struct offload ret[static OFFLOADS])
{
	union {
		struct ethtool_gfeatures f;
		uint8_t room[sizeof(struct ethtool_gfeatures) +
			     BLOCKS_MAX *
				 sizeof(struct ethtool_get_features_block)];
	} u = {.f = {.cmd = ETHTOOL_GFEATURES}};
	struct ethtool_get_features_block block;
	struct places at;
	int rc;

	rc = find_places(fd, iface, &at);
	if (rc != 0) {
		return rc;
	}
	u.f.size = at.blocks;
	rc = call(fd, iface, &u);
	if (rc != 0) {
		return rc;
	}
	for (int k = 0; k < OFFLOADS; k++) {
		uint32_t mask = 1U << (at.bit[k] & 31);

		ret[k] = (struct offload){0};
		if (at.bit[k] < 0) {
			continue;
		}
		memcpy(&block,
		    u.room + sizeof(u.f) +
			(size_t)(at.bit[k] / 32) * sizeof(block),
		    sizeof(block));
		ret[k].on = (block.active & mask) != 0;
		ret[k].fixed = (block.never_changed & mask) != 0 ||
			       ((block.available & mask) == 0 && !ret[k].on);
		ret[k].known = ret[k].on || !ret[k].fixed;
	}
	return 0;
}

int
offload_set(
    int fd, const char *iface, const struct offload want[static OFFLOADS])
{
	union {
		struct ethtool_sfeatures f;
		uint8_t room[sizeof(struct ethtool_sfeatures) +
			     BLOCKS_MAX *
				 sizeof(struct ethtool_set_features_block)];
	} u = {.f = {.cmd = ETHTOOL_SFEATURES}};
	struct ethtool_set_features_block block[BLOCKS_MAX] = {0};
	struct places at;
	int rc;

	rc = find_places(fd, iface, &at);
	if (rc != 0) {
		return rc;
	}
	for (int k = 0; k < OFFLOADS; k++) {
		uint32_t mask = 1U << (at.bit[k] & 31);

		if (at.bit[k] >= 0 && want[k].known && !want[k].fixed) {
			block[at.bit[k] / 32].valid |= mask;
			block[at.bit[k] / 32].requested |=
			    want[k].on ? mask : 0;
		}
	}
	u.f.size = at.blocks;
	memcpy(u.room + sizeof(u.f), block, sizeof(block));
	return call(fd, iface, &u);
}
