/*
 * format: numbers, times and names as people read them.
 *
 * Times of the API are stream time: seconds since 1970 with nine decimals, as
 * text, from the capture's stamps and not from a clock.  They are shown in
 * the reader's zone; the exact UTC stands in the title and the datetime.
 */

import {h} from "./dom.js";

const whole = new Intl.NumberFormat(undefined, {maximumFractionDigits: 0});
const tenth = new Intl.NumberFormat(undefined, {maximumFractionDigits: 1});

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "local";

/* Counters beyond 2^53 come as text. */
export function count(n) {
	if (n === null || n === undefined) {
		return "–";
	}
	return whole.format(typeof n === "string" ? BigInt(n) : n);
}

/* A frame, and its capture where there are several. */
export function frameText(x) {
	return count(x.frame) + (x.file ? " of " + x.file : "");
}

export function number(n) {
	return Number(n || 0);
}

export function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB", "PB"];
	let v = number(n);
	let u = 0;

	while (v >= 1000 && u < units.length - 1) {
		v /= 1000;
		u++;
	}
	return (u === 0 ? whole : tenth).format(v) + "\u00a0" + units[u];
}

export function micros(us) {
	if (us === null || us === undefined) {
		return "–";
	}
	if (us < 1000) {
		return whole.format(us) + "\u00a0µs";
	}
	if (us < 1000000) {
		return tenth.format(us / 1000) + "\u00a0ms";
	}
	return tenth.format(us / 1000000) + "\u00a0s";
}

function two(n) {
	return String(n).padStart(2, "0");
}

function date(ts) {
	const ms = Math.floor(Number(ts) * 1000);

	return ts !== null && ts !== undefined && ms > 0 &&
	    ms < 8.64e15 ? new Date(ms) : null;
}

export function clock(ts) {
	const d = date(ts);

	return d ? two(d.getHours()) + ":" + two(d.getMinutes()) + ":" +
	    two(d.getSeconds()) : "–";
}

function day(d) {
	return d.getFullYear() + "-" + two(d.getMonth() + 1) + "-" +
	    two(d.getDate());
}

/* A <time>: date and time of the reader's zone, UTC on hover. */
export function time(ts) {
	const d = date(ts);

	if (!d) {
		return h("span", {class: "quiet"}, "–");
	}
	const utc = d.toISOString();

	return h("time", {
		datetime: utc,
		title: utc.replace("T", " ").replace("Z", " UTC") +
		    " (stream time)",
	}, h("span", {class: "day"}, day(d)), " ",
	    h("span", {class: "clock"}, clock(ts)));
}

export function duration(s) {
	if (s < 90) {
		return Math.round(s) + " s";
	}
	if (s < 5400) {
		return Math.round(s / 60) + " min";
	}
	if (s < 172800) {
		return tenth.format(s / 3600) + " h";
	}
	return tenth.format(s / 86400) + " days";
}

/* Techniques of MITRE ATT&CK for ICS, by number. */
const TECHNIQUES = {
	T0800: "Activate Firmware Update Mode", T0801: "Monitor Process State",
	T0802: "Automated Collection", T0803: "Block Command Message",
	T0804: "Block Reporting Message", T0806: "Brute Force I/O",
	T0811: "Data from Information Repositories", T0812: "Default Credentials",
	T0813: "Denial of Control", T0814: "Denial of Service",
	T0815: "Denial of View", T0816: "Device Restart/Shutdown",
	T0819: "Exploit Public-Facing Application",
	T0821: "Modify Controller Tasking", T0822: "External Remote Services",
	T0826: "Loss of Availability", T0827: "Loss of Control",
	T0829: "Loss of View", T0830: "Adversary-in-the-Middle",
	T0831: "Manipulation of Control", T0832: "Manipulation of View",
	T0835: "Manipulate I/O Image", T0836: "Modify Parameter",
	T0838: "Modify Alarm Settings", T0839: "Module Firmware",
	T0840: "Network Connection Enumeration", T0842: "Network Sniffing",
	T0843: "Program Download", T0845: "Program Upload",
	T0846: "Remote System Discovery", T0848: "Rogue Master",
	T0851: "Rootkit", T0853: "Scripting", T0855: "Unauthorized Command Message",
	T0856: "Spoof Reporting Message", T0857: "System Firmware",
	T0858: "Change Operating Mode", T0859: "Valid Accounts",
	T0860: "Wireless Compromise", T0861: "Point & Tag Identification",
	T0864: "Transient Cyber Asset", T0866: "Exploitation of Remote Services",
	T0867: "Lateral Tool Transfer", T0868: "Detect Operating Mode",
	T0869: "Standard Application Layer Protocol", T0871: "Execution through API",
	T0877: "I/O Image", T0878: "Alarm Suppression",
	T0879: "Damage to Property", T0880: "Loss of Safety",
	T0881: "Service Stop", T0882: "Theft of Operational Information",
	T0883: "Internet Accessible Device", T0884: "Connection Proxy",
	T0885: "Commonly Used Port", T0886: "Remote Services",
	T0888: "Remote System Information Discovery", T0889: "Modify Program",
	T0890: "Exploitation for Privilege Escalation", T0891: "Hardcoded Credentials",
	T0892: "Change Credential",
};

export function technique(id) {
	return TECHNIQUES[id] ? id + " " + TECHNIQUES[id] : id;
}

const PROTOCOLS = {
	modbus: "Modbus",
	bacnet: "BACnet",
	enip: "EtherNet/IP",
	cip: "CIP",
	cipio: "CIP I/O",
	pccc: "PCCC",
	dnp3: "DNP3",
	profinet: "PROFINET",
	s7comm: "S7comm",
	lldp: "LLDP",
	cdp: "CDP",
	dhcp: "DHCP",
	dns: "DNS",
	mdns: "mDNS",
	llmnr: "LLMNR",
	nbns: "NetBIOS names",
	nbdgm: "NetBIOS datagrams",
	smb: "SMB",
	snmp: "SNMP",
	opcua: "OPC UA",
	iec104: "IEC 60870-5-104",
	http: "HTTP",
	tls: "TLS",
	ssh: "SSH",
	ftp: "FTP",
	telnet: "Telnet",
	ssdp: "SSDP",
	ntp: "NTP",
	hartip: "HART-IP",
	fins: "FINS",
	slmp: "SLMP",
	codesys: "CODESYS",
	mqtt: "MQTT",
	fox: "Niagara Fox",
	mms: "MMS",
	goose: "GOOSE",
	rdp: "Remote Desktop",
	gesrtp: "GE-SRTP",
	ethercat: "EtherCAT",
};

/* What lists may be filtered by. */
export const PROTOCOL_CHOICES = Object.entries(PROTOCOLS);

export function protocol(p) {
	return PROTOCOLS[p] || p;
}
