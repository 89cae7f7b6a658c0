/*
 * links: who talks to whom, over what, how much and how well.
 */

import {h, put} from "./dom.js";
import {bytes, count, micros, number, protocol, PROTOCOL_CHOICES} from
    "./format.js";
import {FIRST_AND_LAST, Table} from "./table.js";
import {ends, endText} from "./who.js";

/* In the order in which an engineer worries: changes first. */
const CLASSES = ["write", "control", "program", "firmware", "config", "read",
	"diagnostic", "discovery", "session", "report", "file", "other"];

function classes(l) {
	return CLASSES.filter((c) => number((l.ops || {})[c]) > 0);
}

function total(l) {
	return classes(l).reduce((n, c) => n + number(l.ops[c]), 0);
}

function ops(l) {
	const list = classes(l);

	if (list.length === 0) {
		return h("span", {class: "quiet"}, "–");
	}
	return h("ul", {class: "ops"}, list.slice(0, 3).map((c) =>
	    h("li", {class: "op " + c}, h("b", {}, count(l.ops[c])), " " + c)),
	    list.length > 3 ? h("li", {class: "quiet"}, "+" +
		(list.length - 3)) : null);
}

function port(l) {
	const name = l.proto ? protocol(l.proto) : l.label || "unknown";

	return [h("span", {class: l.proto ? "" : "quiet"}, name),
		l.port ? h("span", {class: "addr sub"}, (l.transport || "port") +
		    " " + l.port) : null];
}

function item(name, value) {
	return value === null || value === undefined ? null
		: h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

function detail(root, l) {
	const list = classes(l);
	const sum = total(l);

	put(root,
	    h("dl", {class: "facts"},
		item("Opened by", l.initiator || null),
		item("There", l.packets_back === undefined ? null :
		    count(number(l.packets) - number(l.packets_back)) +
		    " packets"),
		item("Back", l.packets_back === undefined ? null :
		    count(l.packets_back) + " packets"),
		item("Replies", l.replies === undefined ? null
		    : count(l.replies)),
		item("Errors", l.errors === undefined ? null : count(l.errors)),
		item("Unanswered", l.unanswered === undefined ? null
		    : count(l.unanswered)),
		item("Answer time", l.rtt_us === undefined ? null
		    : micros(l.rtt_us) + " on average, " + micros(l.rtt_max_us) +
		      " at most"),
		item("Retransmitted", l.retransmits === undefined ? null
		    : count(l.retransmits)),
		item("Learned", l.learned === undefined ? null
		    : l.learned ? "yes" : "no")),
	    list.length === 0 ? null : h("section", {class: "block"},
		h("h3", {}, "Operations"),
		h("table", {class: "inner bars"}, h("tbody", {}, list.map((c) =>
		    h("tr", {}, h("th", {scope: "row"}, c),
			h("td", {class: "num"}, count(l.ops[c])),
			h("td", {class: "share"}, h("meter", {min: 0, max: sum,
				value: number(l.ops[c]), "aria-hidden": "true"}))))))));
}

export function links(changed) {
	return new Table({
		name: "links", title: "Links", path: "/api/links", changed,
		params: ["q", "proto", "asset"],
		hint: "Name, address, protocol, port",
		nouns: (n) => n === 1 ? "link" : "links",
		id: (l) => l.id,
		call: (l) => endText(l, "src") + " to " + endText(l, "dst"),
		sort: {id: "packets", down: true},
		filters: [
			{label: "Protocol", param: "proto", options: PROTOCOL_CHOICES},
		],
		columns: [
			{id: "ends", label: "From → to", cls: "c-main c-ends",
				value: (l) => endText(l, "src") + " " + endText(l, "dst"),
				cell: ends},
			{id: "proto", label: "Protocol", cls: "c-port",
				value: (l) => (l.proto || "~") + " " + l.port, cell: port},
			{id: "ops", label: "Operations", cls: "c-ops", down: true,
				value: total, cell: ops},
			{id: "packets", label: "Packets", cls: "num", down: true,
				value: (l) => number(l.packets),
				cell: (l) => count(l.packets)},
			{id: "bytes", label: "Bytes", cls: "num", down: true,
				value: (l) => number(l.bytes),
				cell: (l) => bytes(l.bytes)},
			{id: "rtt", label: "Answer time", cls: "num", down: true,
				value: (l) => number(l.rtt_us),
				cell: (l) => micros(l.rtt_us)},
			{id: "unanswered", label: "Unanswered", cls: "num", down: true,
				value: (l) => number(l.unanswered),
				cell: (l) => number(l.unanswered) > 0
					? h("b", {class: "bad"}, count(l.unanswered)) : "0"},
			...FIRST_AND_LAST,
		],
		detail,
		refine: detail,
		empty: () => [
			h("p", {class: "lead"}, "No conversations yet."),
			h("p", {}, "A link appears when one device has sent something " +
			    "to another. Multicast alone makes assets, not links."),
		],
	});
}
