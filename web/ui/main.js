/*
 * main: which page is shown, and what comes in from the server.
 *
 * The address says it all, so that it can be kept and sent:
 *   #alerts?severity=high   #assets?id=a-...   #links?asset=a-...
 */

import {alerts} from "./alerts.js";
import * as api from "./api.js";
import {assets} from "./assets.js";
import {coverage} from "./coverage.js";
import {h, put, say} from "./dom.js";
import {count, zone} from "./format.js";
import {ghosts} from "./ghosts.js";
import {links} from "./links.js";
import {Status} from "./status.js";

const REFRESH_MS = 2000; /* of a list, when something has changed */

const $ = (id) => document.getElementById(id);

const status = new Status($("status"));
const pages = {};
const tabs = {};
let shown = null;
let due = 0;
let last = 0;

for (const [name, make] of Object.entries({alerts, assets, links,
	ghosts, coverage})) {
	pages[name] = make((params) => address(name, params));
	tabs[name] = h("a", {href: "#" + name, class: "tab"},
	    pages[name].view.title, h("span", {class: "n"}));
}
put($("tabs"), Object.values(tabs));

function hash(name, params) {
	const text = new URLSearchParams(Object.entries(params).filter(
	    ([, v]) => v)).toString();

	return "#" + name + (text ? "?" + text : "");
}

function address(name, params) {
	history.replaceState(null, "", hash(name, params));
}

async function route() {
	const [name, rest] = location.hash.slice(1).split("?");
	const page = pages[name] || pages.alerts;
	const {id, ...params} = Object.fromEntries(new URLSearchParams(rest));

	for (const [n, tab] of Object.entries(tabs)) {
		if (pages[n] === page) {
			tab.setAttribute("aria-current", "page");
		} else {
			tab.removeAttribute("aria-current");
		}
	}
	document.title = page.view.title + " · otus";
	if (shown !== page) {
		shown = page;
		put($("view"), page.root);
		scrollTo(0, 0);
	}
	page.adopt(params);
	if (id) {
		await find(page, id);
	}
}

/* A row by its id, wherever in the list it is. */
async function find(page, id) {
	await page.refresh();
	if (page.reveal(id)) {
		return;
	}
	try {
		const row = await api.get(page.view.path + "/" +
		    encodeURIComponent(id));

		page.rows.set(id, {row, text: ""});
		page.unfolded.add(id);
		page.reveal(id);
	} catch (e) {
		say(e.message);
		page.failed(e);
	}
}

/* The list follows, but not faster than it can be read, and not unseen. */
function soon() {
	if (due !== 0) {
		return;
	}
	due = setTimeout(async () => {
		if (!document.hidden) {
			await shown.refresh();
		}
		due = 0;
	}, Math.max(REFRESH_MS, 10 * shown.took));
}

/* What is new in it is shown at once, unless it has just been read. */
function now() {
	if (Date.now() - last > REFRESH_MS && !document.hidden) {
		last = Date.now();
		setTimeout(() => void shown.refresh(), 150);
	} else {
		soon();
	}
}

function figures(s) {
	const c = s.counts;
	const n = {alerts: c.alerts_open, assets: c.assets, links: c.links};

	for (const [name, tab] of Object.entries(tabs)) {
		put(tab.querySelector(".n"), n[name] === undefined ? ""
			: count(n[name]));
	}
	put($("foot"), "otus " + (s.version || "") + " · times are stream time, " +
	    "shown in " + zone + " · ", h("a", {href: "/plain"}, "plain pages"),
	    " · ", h("a", {href: "/api/openapi.json"}, "API"));
}

function heard(name, data) {
	if (name === "status") {
		status.show(data);
		figures(data);
		soon();
		return;
	}
	if (name === "alert") {
		say("New " + data.severity + " alert: " + data.title);
	}
	if (name + "s" === shown.view.name) {
		now();
	}
}

function connected(state) {
	const live = $("live");

	if (live.dataset.state !== state) {
		live.dataset.state = state;
		put(live, h("span", {class: "dot"}), state === "live" ? "live"
			: "connection lost, trying again");
	}
}

addEventListener("hashchange", () => void route());
document.addEventListener("visibilitychange", () => {
	if (!document.hidden) {
		void shown.refresh();
	}
});
document.addEventListener("keydown", (e) => {
	const typing = e.target.closest("input, select, textarea");

	if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey) {
		e.preventDefault();
		shown.search?.focus();
	}
});

void route();
api.listen(heard, connected);
