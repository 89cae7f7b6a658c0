/*
 * status: what the sensor does, what it has seen, and what it may have
 * missed.  What is wrong is said in words, above the figures.
 */

import * as api from "./api.js";
import {h, icon, put} from "./dom.js";
import {count, number, time, zone} from "./format.js";

const STATES = {
	capturing: ["Capturing", "on"], replaying: ["Replaying", "on"],
	idle: ["Idle", ""],
};

function figure(name, n, title, bad) {
	return h("div", {class: bad && number(n) > 0 ? "figure-box bad"
		: "figure-box", title},
	    h("dt", {}, name), h("dd", {}, count(n)));
}

function learning(s) {
	if (!s.learning.from) {
		return null;
	}
	return s.learning.active
		? h("span", {class: "learn on", title: "What is seen now counts " +
		    "as normal; only violations alert"}, "Learning since ",
		    time(s.learning.from))
		: h("span", {class: "learn"}, "Baseline learned");
}

const NUMBERS = new Set(["Frame", "Length", "Value"]);

function region(name, heads, rows) {
	return h("div", {class: "scroll", tabindex: 0, role: "region",
		"aria-label": name},
	    h("table", {class: "inner"}, h("thead", {}, h("tr", {},
		heads.map((t) => h("th", {scope: "col", class: NUMBERS.has(t)
			? "num" : ""}, t)))),
	    h("tbody", {}, rows)));
}

function counters(list) {
	return region("Counters", ["Sensor", "Counter", "Value"],
	    list.map((c) => h("tr", {}, h("td", {}, c.sensor),
		h("th", {scope: "row"}, h("code", {}, c.name)),
		h("td", {class: "num"}, count(c.value)))));
}

function named(p) {
	return p.label ? p.role + " " + p.label : p.role;
}

function processes(list) {
	return region("Processes", ["Process", "State", "Restarts", "It says",
		"Sandbox"], list.map((p) => h("tr", {},
	    h("th", {scope: "row"}, named(p)), h("td", {}, p.state),
	    h("td", {}, count(p.restarts), p.ended ? ", last " + p.ended : ""),
	    h("td", {class: "value"}, p.status || "–"),
	    h("td", {class: "value"}, p.sandbox || "–"))));
}

function evidence(list) {
	return region("Frames that ended a process", ["Process", "Frame",
		"Captured", "Reason", "Length", "It begins"],
	    list.map((e) => h("tr", {}, h("th", {scope: "row"}, named(e)),
		h("td", {class: "num"}, count(e.frame)), h("td", {}, time(e.ts)),
		h("td", {}, e.reason), h("td", {class: "num"}, count(e.len)),
		h("td", {class: "value"}, h("code", {}, e.head || "–")))));
}

function inside(s) {
	return [
		s.processes.length > 0 ? processes(s.processes) : null,
		s.evidence.length > 0 ? evidence(s.evidence) : null,
		h("p", {}, "This page's process is locked in: ",
		    s.sandbox || "unknown"),
		s.counters.length > 0 ? counters(s.counters)
			: h("p", {class: "quiet"}, "No sensor has counted " +
			    "anything yet."),
	];
}

function note(text) {
	return h("li", {class: "note bad"}, icon("warn"), h("span", {}, text));
}

function notes(s) {
	const out = [];

	for (const p of s.processes) {
		if (p.role === "sensor" && /not silent|cannot be/.test(p.status)) {
			out.push(note(p.status));
		}
		if (p.state === "interface lost") {
			out.push(note("The interface of " + named(p) + " is gone; otus " +
			    "goes on when it is back"));
		}
		if (number(p.crashes) > 0) {
			out.push(note(named(p) + " was ended by a frame " +
			    count(p.crashes) + "× and went on; the frames are kept " +
			    "under Processes and counters"));
		}
	}
	if (number(s.drops) > 0) {
		out.push(note(count(s.drops) + " packets or events were dropped: " +
		    "alerts and inventory may miss something"));
	}
	return out;
}

export class Status {
	constructor(root) {
		this.root = root;
		this.line = h("div", {class: "status-line"});
		this.figures = h("dl", {class: "figures"});
		this.notes = h("ul", {class: "notes"});
		this.inside = h("div", {class: "inside"});
		this.more = h("details", {class: "more-status",
			toggle: () => void this.fill()},
		    h("summary", {}, "Processes and counters"), this.inside);
		put(root, h("div", {class: "status-box"}, this.line, this.figures,
		    this.notes, this.more));
	}

	show(s) {
		const [word, cls] = STATES[s.state] || [s.state, ""];
		const c = s.counts;

		put(this.line,
		    h("span", {class: "chip " + cls}, h("span", {class: "dot"}), word),
		    learning(s),
		    h("span", {class: "stream", title: "Stream time is the time " +
			"of the capture's last packet; all times here are. " +
			"Shown in the zone " + zone},
			"Stream time ", s.stream_time ? time(s.stream_time) : "–"));
		put(this.figures,
		    figure("Frames", s.frames, "Frames that the sensor has seen"),
		    figure("Operations", s.operations,
			"Requests, responses and notifications that were decoded"),
		    figure("Malformed", s.malformed,
			"Messages that broke their protocol"),
		    figure("Gaps", s.gaps,
			"Places where bytes never reached the sensor"),
		    figure("Dropped", s.drops, "Packets and events that otus could " +
			"not keep up with", true),
		    figure("Open alerts", c.alerts_open, "Alerts nobody has closed"));
		const list = notes(s);

		if (list.length !== this.notes.childElementCount ||
		    list.some((n, i) => !n.isEqualNode(this.notes.children[i]))) {
			put(this.notes, list);
		}
		void this.fill();
	}

	/* The long form is asked for only while somebody looks. */
	async fill() {
		if (!this.more.open) {
			return;
		}
		try {
			put(this.inside, inside(await api.get("/api/status")));
		} catch (e) {
			put(this.inside, h("p", {class: "trouble"}, icon("warn"),
			    e.message));
		}
	}
}
