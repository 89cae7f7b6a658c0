/*
 * coverage: how well each interface and VLAN is seen, and what to change; the
 * words are those of `otus doctor`.
 */

import * as api from "./api.js";
import {h, icon, put} from "./dom.js";
import {count, protocol, time} from "./format.js";

/* A capture file names its only interface 0, or not at all. */
function called(name) {
	return /^[0-9]*$/.test(name) ? "Capture interface " + name : name;
}

function lane(vlan) {
	return vlan === 0 ? "untagged" : "VLAN " + vlan;
}

function sentence(text) {
	return text + ".";
}

function score(v) {
	if (v.score === null) {
		return h("span", {class: "score quiet"}, "too few frames to judge by");
	}
	return h("span", {class: "score"}, h("b", {}, String(v.score)),
	    " of 100");
}

function reason(r, where) {
	return h("li", {class: r.points > 0 ? "reason" : "reason quiet"},
	    h("p", {class: "what"}, r.points > 0 ? icon("warn") : null,
		where ? where + ": " : "", sentence(r.what)),
	    h("dl", {class: "reasons"},
		h("dt", {}, "Why"), h("dd", {}, sentence(r.cause)),
		h("dt", {}, "Change"), h("dd", {}, sentence(r.change))));
}

function protocols(v) {
	return v.protocols.map(protocol).join(", ") ||
	    "no protocol that otus reads";
}

function lanes(port, vlans) {
	return h("div", {class: "scroll", tabindex: 0, role: "region",
		"aria-label": "VLANs of " + called(port.interface)},
	    h("table", {class: "inner"}, h("thead", {}, h("tr", {},
		["VLAN", "Score", "Frames", "Protocols"].map((t) =>
		    h("th", {scope: "col", class: t === "Frames" ? "num" : ""},
			t)))),
	    h("tbody", {}, vlans.map((v) => h("tr", {},
		h("th", {scope: "row"}, lane(v.vlan)),
		h("td", {}, v.score === null ? "–" : String(v.score)),
		h("td", {class: "num"}, count(v.frames)),
		h("td", {class: "value"}, protocols(v)))))));
}

/* What a VLAN has and the interface as a whole has not. */
function own(port, vlans) {
	const told = new Set(port.reasons.map((r) => r.check));

	return vlans.flatMap((v) => v.reasons.filter((r) => !told.has(r.check))
	    .map((r) => reason(r, lane(v.vlan))));
}

function card(port, all) {
	const vlans = all.filter((v) => v.frames !== 0);
	const several = vlans.length > 1;
	const list = [...port.reasons.map((r) => reason(r)),
		...(several ? own(port, vlans) : [])];

	return h("section", {class: "card port"},
	    h("h2", {}, called(port.interface), " ", score(port)),
	    port.frames === 0 ? null : h("p", {class: "quiet"},
		count(port.frames) + " frames from ", time(port.first), " to ",
		time(port.last), "; " + protocols(port)),
	    list.length > 0 ? h("ul", {class: "reason-list"}, list)
		: port.score === null ? null
		: h("p", {class: "fine"}, "Nothing to change."),
	    several ? lanes(port, vlans) : null);
}

function limits(list) {
	return h("section", {class: "card port"},
	    h("h2", {}, "What cannot be known from here"),
	    h("ul", {class: "plain"}, list.map((l) => h("li", {}, l.what)),
		h("li", {}, "What stays within a switch that is not mirrored " +
		    "leaves no trace here.")));
}

function cards(d) {
	const ports = d.views.filter((v) => v.vlan === null);

	return [
		ports.map((p) => card(p, d.views.filter((v) =>
		    v.vlan !== null && v.interface === p.interface))),
		d.reasons.length === 0 ? null : h("section", {class: "card port"},
		    h("h2", {}, "All interfaces together"),
		    h("ul", {class: "reason-list"},
			d.reasons.map((r) => reason(r)))),
		ports.length > 0 ? limits(d.limits)
			: h("div", {class: "card empty"},
			    h("p", {class: "lead"}, "No coverage yet."),
			    h("p", {}, "How well an interface is seen is told " +
				"when its first frames have been counted.")),
	];
}

/* As main.js asks a page; there is nothing to filter or to unfold in it. */
class Coverage {
	constructor() {
		this.view = {name: "coverage", title: "Coverage",
			path: "/api/coverage"};
		this.took = 0;
		this.serial = 0;
		this.text = "";
		this.figure = h("p", {class: "figure"});
		this.box = h("div", {class: "ports"});
		this.root = h("section", {"aria-label": "Coverage", class: "view"},
		    h("div", {class: "tools"}, h("h1", {}, "Coverage"),
			this.figure), this.box);
	}

	adopt() {
		void this.refresh();
	}

	reveal() {
		return true;
	}

	async refresh() {
		const mine = ++this.serial;
		const begin = performance.now();

		try {
			const d = await api.get(this.view.path);

			if (mine === this.serial) {
				this.took = performance.now() - begin;
				this.show(d);
			}
		} catch (e) {
			if (mine === this.serial) {
				this.failed(e);
			}
		}
	}

	/* What has not changed stays as it is, selected text and all. */
	show(d) {
		const text = JSON.stringify(d);

		if (text !== this.text) {
			this.text = text;
			put(this.figure, d.views.length === 0 ? "" : d.good
				? "Nothing to change" : "Something is to be changed");
			put(this.box, cards(d));
		}
	}

	failed(e) {
		this.text = "";
		put(this.box, h("p", {class: "trouble"}, icon("warn"),
		    "Coverage could not be read: " + e.message));
	}
}

export function coverage() {
	return new Coverage();
}
