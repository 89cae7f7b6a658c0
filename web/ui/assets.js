/*
 * assets: the devices that were found, those behind another below it, and
 * the evidence for what is said of each.
 */

import * as api from "./api.js";
import {h, icon, put} from "./dom.js";
import {count, frameText, protocol, PROTOCOL_CHOICES, time} from "./format.js";
import {severity} from "./alerts.js";
import {FIRST_AND_LAST, Table} from "./table.js";
import {assetName, endText, subText} from "./who.js";

const LEVELS = {0: "process", 1: "control", 2: "supervision",
	3: "operations", 4: "business"};

function chips(list, word) {
	return list.length === 0 ? h("span", {class: "quiet"}, "–")
		: h("ul", {class: "chips"}, list.map((x) => h("li", {}, word(x))));
}

function addresses(a) {
	const rest = (list) => list.length > 2
		? h("span", {class: "quiet"}, " +" + (list.length - 2)) : null;

	return [
		a.ips.slice(0, 2).map((ip) => h("span", {class: "addr line"}, ip)),
		rest(a.ips),
		/* What tells it from others that have the IP. */
		a.at ? h("span", {class: "line sub"}, a.at) : null,
		a.macs.slice(0, 2).map((m) => h("span", {class: "addr line sub"}, m)),
		rest(a.macs),
		a.sub ? h("span", {class: "addr line"}, subText(a.sub)) : null,
	];
}

/* Children follow their parent, whatever the order. */
function arrange(all) {
	const ids = new Set(all.map((x) => x.row.id));
	const below = new Map();
	const out = [];
	const stack = [];

	for (const x of all) {
		const parent = ids.has(x.row.parent) && x.row.parent !== x.row.id
			? x.row.parent : "";

		below.set(parent, [...(below.get(parent) || []), x]);
	}
	stack.push(...(below.get("") || []).reverse().map((x) => [x, 0]));
	below.delete("");
	while (stack.length > 0) {
		const [x, level] = stack.pop();

		x.level = level;
		out.push(x);
		stack.push(...(below.get(x.row.id) || []).reverse().map((y) =>
		    [y, level + 1]));
		below.delete(x.row.id);
	}
	/* Those whose parents go round in a circle are not lost. */
	for (const rest of below.values()) {
		for (const x of rest) {
			x.level = 0;
			out.push(x);
		}
	}
	return out;
}

function item(name, value) {
	return value === null || value === undefined || value === "" ? null
		: h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

function evidence(facts) {
	const shown = new Map();
	const sorted = [...facts].sort((a, b) => a.key.localeCompare(b.key) ||
	    (b.confidence ?? 0) - (a.confidence ?? 0));

	if (facts.length === 0) {
		return h("p", {class: "quiet"}, "It has said nothing about itself " +
		    "yet: nobody asked, or no protocol that otus reads.");
	}
	return h("div", {class: "scroll", tabindex: 0, role: "region",
		"aria-label": "Evidence"},
	    h("table", {class: "inner"},
		h("thead", {}, h("tr", {}, ["What", "Value", "Said by", "Certainty",
			"First", "Last", "Frame"].map((t) =>
			h("th", {scope: "col", class: t === "Certainty" ||
			    t === "Frame" ? "num" : ""}, t)))),
		h("tbody", {}, sorted.map((f) => {
			// a registry of MAC addresses contradicts nobody
			const rival = f.via !== "oui" && shown.has(f.key) &&
			    shown.get(f.key) !== f.value;

			shown.set(f.key, shown.get(f.key) ?? f.value);
			return h("tr", {class: rival ? "rival" : ""},
			    h("th", {scope: "row"}, f.key.replaceAll("_", " ")),
			    h("td", {class: "value"}, f.value,
				rival ? h("span", {class: "tag"}, "also said") : null),
			    h("td", {}, f.via),
			    h("td", {class: "num"}, f.confidence === undefined ? "–"
				: count(f.confidence)),
			    h("td", {}, time(f.first)), h("td", {}, time(f.last)),
			    h("td", {class: "num"}, frameText(f)));
		}))));
}

function timeline(changes) {
	return h("ol", {class: "timeline"}, changes.map((c) => h("li", {},
	    time(c.at), " ", h("b", {}, c.what.replaceAll("-", " ")), " ",
	    [c.old, c.new].filter(Boolean).join(" → "),
	    c.frame === null ? null
		: h("span", {class: "quiet"}, " frame " + frameText(c)))));
}

function talk(links, id) {
	if (links.rows.length === 0) {
		return h("p", {class: "quiet"}, "Nothing yet.");
	}
	return [h("ul", {class: "lines"}, links.rows.map((l) => {
		const out = l.src === id;
		const peer = out ? "dst" : "src";
		const name = endText(l, peer) || "others";

		return h("li", {}, out ? "asks " : "is asked by ",
		    l[peer] ? h("a", {href: "#assets?id=" +
			encodeURIComponent(l[peer])}, name) : name,
		    " · " + (l.proto ? protocol(l.proto) : l.label ||
			"unknown protocol") + (l.port ? ", " + l.transport + " " +
			l.port : "") + " · " + count(l.packets) + " packets");
	})), h("p", {}, h("a", {href: "#links?asset=" + encodeURIComponent(id)},
	    links.next ? "All its links" : "Show as a table"))];
}

/* What people said of it, and who that was. */
function declared(d) {
	return h("ul", {class: "lines"}, d.words.map((w) =>
	    h("li", {}, w.key + ": " + w.value + " ",
		h("span", {class: "quiet"}, w.who + ", " + w.source))));
}

function told(alerts, id) {
	if (alerts.rows.length === 0) {
		return h("p", {class: "quiet"}, "None.");
	}
	return [h("ul", {class: "lines"}, alerts.rows.map((a) =>
	    h("li", {}, severity(a.severity), " ",
		h("a", {href: "#alerts?id=" + encodeURIComponent(a.id)}, a.title),
		a.count > 1 ? " × " + count(a.count) : ""))),
	    h("p", {}, h("a", {href: "#alerts?asset=" + encodeURIComponent(id)},
		alerts.next ? "All its alerts" : "Show as a table"))];
}

/* An address that several share, so that one can stand in for another. */
function group(g, id) {
	const who = (m) => m.id === id ? "this one"
		: m.id ? h("a", {href: "#assets?id=" + encodeURIComponent(m.id)},
		    m.name || m.id)
		: m.name || "unknown";
	const others = g.members.filter((m) => m.id !== id);

	return [
		g.by_turns ? h("span", {class: "addr"}, g.address) : g.detail, " ",
		g.by_turns ? g.detail
		    : h("span", {class: "addr"}, "(" + g.address + ")"),
		h("span", {class: "line sub"},
		    g.holder ? ["held by ", who(g.holder), " since ",
			time(g.since), ", frame " + frameText(g)] : "holder not heard"),
		others.length > 0
		    ? h("span", {class: "line sub"}, "with ",
			others.map((m, i) => [i > 0 ? ", " : "", who(m)]))
		    : null,
	];
}

async function detail(root, row) {
	put(root, h("p", {class: "quiet"}, "Reading…"));
	try {
		const [a, links, alerts] = await Promise.all([
			api.get("/api/assets/" + encodeURIComponent(row.id)),
			api.list("/api/links", {asset: row.id}, 8),
			api.list("/api/alerts", {asset: row.id, order: "newest"}, 8),
		]);

		put(root,
		    h("dl", {class: "facts"},
			item("Role", a.role && [a.role, a.level === null ||
			    a.level === undefined ? "" : ", level " + a.level +
			    (LEVELS[a.level] ? " (" + LEVELS[a.level] + ")" : "")]),
			item("Vendor", vendor(a)), item("Model", a.model),
			item("Firmware", a.firmware), item("Hardware", a.hardware),
			item("Software", a.software), item("Serial number", a.serial),
			item("IP addresses", a.ips.length
			    ? h("span", {class: "addr"}, a.ips.join(", ")) : null),
			item("MAC addresses", a.macs.length
			    ? h("span", {class: "addr"}, a.macs.join(", ")) : null),
			item("Behind it as", a.sub ? subText(a.sub) : null),
			item("Parent", a.parent ? h("a", {href: "#assets?id=" +
			    encodeURIComponent(a.parent)}, a.parent) : null),
			item("VLANs", a.vlans.join(", ")),
			(a.groups || []).map((g) => item("Shares", group(g, a.id))),
			item("Approved", a.approved ? "yes" : "not yet"),
			item("Asset", h("a", {href: "/api/assets/" +
			    encodeURIComponent(a.id)}, h("code", {}, a.id),
			    " as JSON"))),
		    a.declared && h("section", {class: "block"},
			h("h3", {}, "Declared"), declared(a.declared)),
		    h("section", {class: "block"}, h("h3", {}, "Evidence"),
			evidence(a.facts || [])),
		    h("section", {class: "block"}, h("h3", {}, "What happened"),
			timeline(a.timeline || [])),
		    h("div", {class: "pair"},
			h("section", {class: "block"}, h("h3", {}, "Talks to"),
			    talk(links, row.id)),
			h("section", {class: "block"}, h("h3", {}, "Alerts"),
			    told(alerts, row.id))));
	} catch (e) {
		put(root, h("p", {class: "trouble"}, icon("warn"),
		    "The details could not be read: " + e.message));
	}
}

function vendor(a) {
	return a.vendor && (a.vendor_by_mac ? "by MAC: " : "") + a.vendor;
}

function kind(a) {
	return [vendor(a), a.model].filter(Boolean).join(" ");
}

export function assets(changed) {
	return new Table({
		name: "assets", title: "Assets", path: "/api/assets", changed,
		params: ["q", "role", "proto"],
		ask: {facts: 0},
		hint: "Name, address, vendor, model",
		nouns: (n) => n === 1 ? "asset" : "assets",
		id: (a) => a.id,
		call: assetName,
		sort: {id: "name", down: false},
		arrange,
		filters: [
			{label: "Role", param: "role", options: ["plc", "controller",
			    "building_controller", "rtu", "io", "drive", "chassis",
			    "hmi", "scada", "historian", "engineering", "supervisor",
			    "gateway", "bacnet_router", "bbmd", "switch", "router",
			    "firewall", "wireless", "server", "workstation",
			    "printer", "camera", "phone", "external"].map((r) =>
			    [r, r])},
			{label: "Protocol", param: "proto", options: PROTOCOL_CHOICES},
		],
		columns: [
			{id: "name", label: "Name", cls: "c-main", value: assetName,
				cell: (a) => [h("span", {class: "title"}, assetName(a)),
					kind(a) ? h("span", {class: "sub"}, kind(a)) : null]},
			{id: "role", label: "Role", cls: "c-role",
				value: (a) => a.role || "",
				cell: (a) => a.role || h("span", {class: "quiet"},
				    "unknown")},
			{id: "address", label: "Addresses", cls: "c-addr",
				value: (a) => a.ips[0] || a.macs[0] || "",
				cell: addresses},
			{id: "firmware", label: "Firmware", cls: "c-fw",
				value: (a) => a.firmware || "",
				cell: (a) => a.firmware ||
				    h("span", {class: "quiet"}, "–")},
			{id: "protocols", label: "Protocols", cls: "c-proto",
				value: (a) => a.protocols.join(" "),
				cell: (a) => chips(a.protocols, protocol)},
			...FIRST_AND_LAST,
		],
		detail,
		empty: () => [
			h("p", {class: "lead"}, "Nothing heard yet."),
			h("p", {}, "otus lists each device that it hears. If this stays " +
			    "empty while the plant runs, look whether the mirror port " +
			    "sends anything: the number of frames above must grow."),
		],
	});
}
