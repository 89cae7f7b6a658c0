/*
 * ghosts: devices that others name or ask for, and nobody hears.
 */

import {h, put} from "./dom.js";
import {count, number} from "./format.js";
import {FIRST_AND_LAST, Table} from "./table.js";
import {end, endText} from "./who.js";

/* In short, and what it may mean. */
const REASONS = {
	asked: ["asked and silent", "It is talked to and nothing comes from it: " +
	    "it is off, or stands where this mirror does not reach."],
	there: ["speaks, but not seen here", "What is heard shows that it " +
	    "answers: the port, switch or VLAN that it is on is not mirrored."],
	arp: ["looked for by ARP", "Somebody wants to talk to it and does not " +
	    "find it, again and again."],
	table: ["in a BACnet broadcast table", "A broadcast manager passes " +
	    "broadcasts on to it."],
	foreign: ["in a BACnet table of foreign devices", "It has registered " +
	    "with a broadcast manager."],
	bound: ["in a BACnet binding list", "Another device has it on record as " +
	    "a partner."],
	sought: ["asked for by Who-Is", "It is asked for by its instance, again " +
	    "and again, and no device says that it is the one."],
	behind: ["asked there and silent", "A unit, slot or station behind a " +
	    "device: it was asked for there and never answered."],
};

/* It is no silence that does not come by here. */
function known(g) {
	return g.why.filter((w) => w !== "asked" || !g.why.includes("there"));
}

function reasons(g) {
	return known(g).map((w) => (REASONS[w] || [w, ""])[0]).join(", ");
}

function asker(g) {
	if (!endText(g, "asker")) {
		return h("span", {class: "quiet"}, "–");
	}
	return [end(g, "asker"), number(g.askers) > 1
		? h("span", {class: "sub"}, " and " +
		    count(number(g.askers) - 1) + " more") : null];
}

function detail(root, g) {
	put(root, h("section", {class: "block"},
	    h("h3", {}, "How it is known"),
	    h("dl", {class: "reasons"}, known(g).map((w) => {
		const [short, long] = REASONS[w] || [w, ""];

		return [h("dt", {}, short), h("dd", {}, long)];
	    }))));
}

export function ghosts(changed) {
	return new Table({
		name: "ghosts", title: "Ghosts", path: "/api/ghosts", changed,
		params: ["q"],
		hint: "Address, or who asks",
		nouns: (n) => n === 1 ? "ghost" : "ghosts",
		id: (g) => g.address,
		call: (g) => g.address,
		sort: {id: "last", down: true},
		filters: [],
		columns: [
			{id: "address", label: "Address", cls: "c-main",
				value: (g) => g.address,
				cell: (g) => h("span", {class: "title"}, g.address)},
			{id: "why", label: "Known by",
				value: reasons, cell: reasons},
			{id: "asker", label: "Asked by", cls: "c-end",
				value: (g) => endText(g, "asker"), cell: asker},
			...FIRST_AND_LAST,
		],
		detail,
		refine: detail,
		empty: () => [
			h("p", {class: "lead"}, "No ghosts."),
			h("p", {}, "Nobody names or asks for a device that is not " +
			    "heard."),
		],
	});
}
