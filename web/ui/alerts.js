/*
 * alerts: what happened that was not so before, most recent first.
 */

import {h, icon, put} from "./dom.js";
import {count, frameText, number, technique} from "./format.js";
import {FIRST_AND_LAST, Table} from "./table.js";
import {ends, endText} from "./who.js";

const RANK = {info: 0, low: 1, medium: 2, high: 3, critical: 4};

export function severity(s) {
	return h("span", {class: "sev " + (s in RANK ? s : "info")}, icon(s), s);
}

function state(s) {
	return h("span", {class: "state " + (s === "open" ? "on" : "")}, s);
}

function block(title, ...body) {
	return h("section", {class: "block"}, h("h3", {}, title), body);
}

function detail(root, a) {
	put(root,
	    h("div", {class: "pair"},
		block("For security", h("p", {class: "words"}, a.soc)),
		block("For the plant", h("p", {class: "words"}, a.ot))),
	    a.check ? block("What to check", h("p", {class: "words"}, a.check))
		    : null,
	    h("dl", {class: "facts"},
		item("ATT&CK for ICS", (a.attack || []).length
		    ? h("ul", {class: "chips"}, a.attack.map((t) =>
			h("li", {}, technique(t))))
		    : h("span", {class: "quiet"}, "none")),
		item("Frames", frames(a)),
		item("Rule", h("code", {}, a.rule)),
		item("Alert", h("a", {href: "/api/alerts/" +
		    encodeURIComponent(a.id)}, h("code", {}, a.id), " as JSON"))));
}

function frames(a) {
	const list = a.frames || [];

	if (list.length === 0) {
		return h("span", {class: "quiet"}, "none kept");
	}
	const files = a.files || [];

	return h("span", {class: "tabular"}, list.map((frame, i) =>
	    frameText({frame, file: files[i]})).join(", "),
	    a.count > list.length ? " and others" : "");
}

function item(name, value) {
	return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

export function alerts(changed) {
	return new Table({
		name: "alerts", title: "Alerts", path: "/api/alerts", changed,
		params: ["q", "severity", "state", "asset"],
		ask: {order: "newest"},
		hint: "Title, text, address, rule",
		nouns: (n) => n === 1 ? "alert" : "alerts",
		id: (a) => a.id,
		call: (a) => a.severity + " alert: " + a.title,
		sort: {id: "last", down: true},
		filters: [
			{label: "Severity", param: "severity", options:
			    Object.keys(RANK).reverse().map((s) => [s, s])},
			{label: "State", param: "state", options: ["open",
			    "acknowledged", "closed"].map((s) => [s, s])},
		],
		columns: [
			{id: "severity", label: "Severity", cls: "c-sev", down: true,
				value: (a) => RANK[a.severity] ?? 0,
				cell: (a) => severity(a.severity)},
			{id: "title", label: "Alert", cls: "c-main",
				value: (a) => a.title,
				cell: (a) => [h("span", {class: "title"}, a.title),
					h("span", {class: "sub clamp"}, a.ot || a.soc)]},
			{id: "ends", label: "From → to", cls: "c-ends",
				value: (a) => endText(a, "src") + " " + endText(a, "dst"),
				cell: ends},
			{id: "count", label: "Count", cls: "num", down: true,
				value: (a) => number(a.count),
				cell: (a) => count(a.count)},
			...FIRST_AND_LAST,
			{id: "state", label: "State", cls: "c-state",
				value: (a) => a.state, cell: (a) => state(a.state)},
		],
		detail,
		refine: detail,
		empty: () => [
			h("p", {class: "lead"}, "No alerts."),
			h("p", {}, "While the baseline is being learned, what is seen " +
			    "counts as normal and only violations alert. The header " +
			    "says until when. Afterwards each new device, link or " +
			    "operation shows up here."),
		],
	});
}
