/*
 * pcaploop: the bare libpcap read loop, the yardstick of `make bench`: reads
 * every packet of a file and looks at its first byte.  Prints packets and
 * bytes.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *head;
	const u_char *data;
	uint64_t packets = 0, bytes = 0, sum = 0;
	pcap_t *pcap;
	int rc;

	if (argc != 2) {
		(void)fputs("usage: pcaploop FILE\n", stderr);
		return 2;
	}
	pcap = pcap_open_offline(argv[1], why);
	if (pcap == NULL) {
		(void)fprintf(stderr, "pcaploop: %s\n", why);
		return 1;
	}
	while ((rc = pcap_next_ex(pcap, &head, &data)) == 1) {
		packets++;
		bytes += head->caplen;
		sum += head->caplen > 0 ? data[0] : 0;
	}
	pcap_close(pcap);
	(void)printf("packets %" PRIu64 " bytes %" PRIu64 " sum %" PRIu64 "\n",
	    packets, bytes, sum);
	return rc == PCAP_ERROR_BREAK ? 0 : 1;
}
