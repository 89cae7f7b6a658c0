"""neighbour: what the tables of LLDP and CDP (ident/) have in common."""

import ipaddress

import words

# what agents say that have nothing to say is no fact
PLACEHOLDERS = ("", "-", "n/a", "none", "unknown", "not specified",
                "not available")


def text_of(node):
    return words.trim(words.decode(bytes.fromhex(node.value)))


def is_fact(text):
    return text.lower() not in PLACEHOLDERS


def is_hosts(address):
    """Of one host: not 0.0.0.0, this host, or a group."""
    ip = ipaddress.ip_address(address)
    return not (ip.is_multicast or ip.is_unspecified or ip.is_loopback or
                (ip.version == 4 and ip.packed[0] in (0, *range(224, 256))))


def is_station(mac):
    return not int(mac[:2], 16) & 1 and mac != "00:00:00:00:00:00"


def addresses(who, relation, found):
    """An address that a device gives as its own: told, and on its asset."""
    for address in filter(is_hosts, found):
        yield who, relation, address
        yield who, "address", address
