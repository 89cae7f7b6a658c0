/*
 * table: a list that stays live without moving under the reader.
 *
 * Values of known rows change in place at once.  New rows come in by
 * themselves only while nobody is reading: with the pointer over the table, the
 * focus in it, a row unfolded or the page scrolled, a pill says how many there
 * are, and the reader lets them in.
 *
 * A view gives columns ({id, label, value, cell, cls}), how its rows are found
 * (path, params, filters) and what unfolds (detail).  Rows are kept by id.
 */

import * as api from "./api.js";
import {h, icon, put, say} from "./dom.js";
import {count, time} from "./format.js";

const SHOWN = 200;   /* rows made at first, and with each "show more" */
const HELD = 2000;   /* rows kept: the filter finds the others        */
const TYPING_MS = 200;

/* The columns that most lists have: when a row was seen. */
export const FIRST_AND_LAST = [["first", "First"], ["last", "Last"]].map(
    ([id, label]) => ({id, label, cls: "c-time", down: true,
	value: (row) => Number(row[id]), cell: (row) => time(row[id])}));

function compare(a, b) {
	if (typeof a === "number" && typeof b === "number") {
		return a - b;
	}
	return String(a ?? "").localeCompare(String(b ?? ""), undefined,
	    {numeric: true, sensitivity: "base"});
}

export class Table {
	constructor(view) {
		this.view = view;
		this.rows = new Map();   /* id: {row, text, tr, detail} */
		this.waiting = new Map(); /* rows that came while somebody reads */
		this.unfolded = new Set();
		this.params = {};
		this.sort = {...view.sort};
		this.shown = SHOWN;
		this.loaded = false;
		this.serial = 0;
		this.took = 0; /* ms that the last answer needed */
		this.build();
	}

	build() {
		const v = this.view;

		this.search = h("input", {
			type: "search", placeholder: v.hint, "aria-label": "Filter " + v.name,
			autocomplete: "off", spellcheck: "false", maxlength: 100,
			input: () => this.typed(),
		});
		this.selects = v.filters.map((f) => h("label", {class: "pick"},
		    h("span", {}, f.label),
		    h("select", {change: (e) => this.set(f.param, e.target.value)},
			h("option", {value: ""}, "all"),
			f.options.map(([value, label]) => h("option", {value}, label)))));
		this.figure = h("p", {class: "figure", "aria-live": "off"});
		this.about = h("p", {class: "about", hidden: true});
		this.pill = h("button", {
			class: "pill", type: "button", hidden: true,
			click: () => this.admit(),
		});
		this.head = v.columns.map((c) => h("th", {
			scope: "col", role: "columnheader", class: c.cls,
		}, h("button", {
			type: "button", class: "sort", title: "Sort by " + c.label.toLowerCase(),
			click: () => this.order(c.id),
		}, c.label, h("span", {class: "dir", "aria-hidden": "true"}))));
		this.body = h("tbody", {role: "rowgroup"});
		this.table = h("table", {role: "table", "aria-label": v.title,
			class: "live-table " + v.name},
		    h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, this.head)),
		    this.body);
		this.note = h("div", {class: "empty", role: "status"});
		this.more = h("button", {type: "button", class: "more", hidden: true,
			click: () => this.showMore()});
		this.rest = h("p", {class: "rest", hidden: true});
		this.box = h("div", {class: "card sheet"}, this.table, this.note,
		    this.more, this.rest);
		this.root = h("section", {"aria-label": v.title, class: "view"},
		    h("div", {class: "tools"},
			h("h1", {}, v.title), this.figure,
			h("div", {class: "find"}, this.selects, this.search)),
		    this.about,
		    h("div", {class: "pill-line"}, this.pill), this.box);
		this.box.addEventListener("keydown", (e) => this.key(e));
		this.box.addEventListener("pointerleave", () => this.relax());
		this.box.addEventListener("focusout", () =>
		    setTimeout(() => this.relax(), 0));
		this.marks();
	}

	/* --- asking --------------------------------------------------------- */

	typed() {
		clearTimeout(this.typing);
		this.typing = setTimeout(() =>
		    this.set("q", this.search.value.trim()), TYPING_MS);
	}

	set(param, value) {
		this.params[param] = value;
		this.view.changed?.(this.params);
		this.restart();
	}

	/* Filters from the address of the page. */
	adopt(params) {
		const same = JSON.stringify(params) === JSON.stringify(this.params);

		this.params = {...params};
		this.search.value = params.q || "";
		this.selects.forEach((label, i) => {
			label.querySelector("select").value =
			    params[this.view.filters[i].param] || "";
		});
		const about = params.asset;

		this.about.hidden = !about;
		if (about) {
			put(this.about, "Only what concerns ",
			    h("a", {href: "#assets?id=" + encodeURIComponent(about)},
				params.name || about), ". ",
			    h("a", {href: "#" + this.view.name}, "Show all"));
		}
		if (!same || !this.loaded) {
			this.restart();
		} else {
			this.refresh();
		}
	}

	restart() {
		this.loaded = false;
		this.shown = SHOWN;
		this.rows.clear();
		this.waiting.clear();
		this.body.classList.add("stale");
		return this.refresh();
	}

	/* Fetches what is shown anew; the newest question wins. */
	async refresh() {
		const mine = ++this.serial;
		const params = {...this.view.ask};
		const begin = performance.now();
		let got;

		for (const name of this.view.params) {
			params[name] = this.params[name];
		}
		try {
			got = await api.list(this.view.path, params, HELD);
		} catch (e) {
			if (mine === this.serial) {
				this.failed(e);
			}
			return;
		}
		if (mine !== this.serial) {
			return;
		}
		this.took = performance.now() - begin;
		this.total = got.total;
		this.next = got.next;
		this.take(got.rows);
	}

	failed(e) {
		this.body.classList.remove("stale");
		put(this.note, h("p", {class: "trouble"}, icon("warn"),
		    "The list could not be read: " + e.message),
		    h("button", {type: "button", click: () => this.refresh()},
			"Try again"));
		this.note.hidden = false;
	}

	take(rows) {
		const first = !this.loaded;
		const seen = new Set();

		this.loaded = true;
		this.body.classList.remove("stale");
		for (const row of rows) {
			const id = this.view.id(row);
			const held = this.rows.get(id);
			const text = JSON.stringify(row);

			seen.add(id);
			if (held) {
				if (held.text !== text) {
					this.update(held, row, text);
				}
			} else if (first || !this.isRead()) {
				this.waiting.delete(id);
				this.rows.set(id, {row, text, fresh: !first});
			} else {
				this.waiting.set(id, {row, text, fresh: true});
			}
		}
		for (const id of [...this.rows.keys()]) {
			if (!seen.has(id) && !this.unfolded.has(id)) {
				this.rows.delete(id);
			}
		}
		this.render();
	}

	isRead() {
		return this.box.matches(":hover") ||
		    this.box.contains(document.activeElement) ||
		    this.unfolded.size > 0 || scrollY > 200;
	}

	/* The reader has turned away: what waits may come in. */
	relax() {
		if (this.waiting.size > 0 && !this.isRead()) {
			this.admit();
		}
	}

	admit() {
		const n = this.waiting.size;

		for (const [id, held] of this.waiting) {
			this.rows.set(id, held);
		}
		this.waiting.clear();
		this.render();
		if (n > 0) {
			say(n + " new " + this.view.nouns(n) + " shown");
		}
	}

	showMore() {
		this.shown += SHOWN;
		this.render();
	}

	/* --- showing -------------------------------------------------------- */

	order(id) {
		const c = this.view.columns.find((x) => x.id === id);

		if (this.sort.id === id) {
			this.sort.down = !this.sort.down;
		} else {
			this.sort = {id, down: c.down === true};
		}
		this.marks();
		this.render();
		say("Sorted by " + c.label + (this.sort.down ? ", descending" :
		    ", ascending"));
	}

	marks() {
		this.view.columns.forEach((c, i) => {
			const on = c.id === this.sort.id;

			this.head[i].setAttribute("aria-sort", !on ? "none" :
			    this.sort.down ? "descending" : "ascending");
		});
	}

	sorted() {
		const c = this.view.columns.find((x) => x.id === this.sort.id);
		const sign = this.sort.down ? -1 : 1;
		const all = [...this.rows.values()];

		all.sort((a, b) => sign * compare(c.value(a.row), c.value(b.row)) ||
		    compare(this.view.id(a.row), this.view.id(b.row)));
		return this.view.arrange ? this.view.arrange(all) : all;
	}

	make(held) {
		const id = this.view.id(held.row);
		const open = this.unfolded.has(id);

		held.button = h("button", {
			type: "button", class: "unfold",
			"aria-expanded": String(open),
			"aria-label": "Details of " + this.view.call(held.row),
			click: (e) => {
				e.stopPropagation();
				this.toggle(id);
			},
		}, icon("open"));
		held.cells = this.view.columns.map((c, i) => h("td", {
			role: "cell", class: c.cls, "data-label": c.label,
		}, i === 0 ? held.button : null, h("div", {class: "cell"},
		    c.cell(held.row))));
		held.tr = h("tr", {
			role: "row", class: held.fresh ? "row fresh" : "row",
			click: (e) => this.clicked(e, id),
		}, held.cells);
		held.depth = -1;
	}

	update(held, row, text) {
		held.row = row;
		held.text = text;
		if (!held.tr) {
			return;
		}
		this.view.columns.forEach((c, i) => {
			const cell = held.cells[i].lastElementChild;
			const now = h("div", {class: "cell"}, c.cell(row));

			if (!cell.isEqualNode(now) &&
			    !cell.contains(document.activeElement)) {
				cell.replaceWith(now);
			}
		});
		if (held.detail && this.view.refine) {
			this.view.refine(held.detail.firstElementChild.firstElementChild,
			    row);
		}
	}

	render() {
		const all = this.sorted();
		const part = all.slice(0, this.shown);
		const nodes = [];

		for (const held of part) {
			const id = this.view.id(held.row);

			if (!held.tr) {
				this.make(held);
			}
			const depth = held.level || 0;

			if (held.depth !== depth) {
				held.depth = depth;
				held.tr.classList.toggle("child", depth > 0);
				held.tr.classList.toggle("deep", depth > 1);
			}
			nodes.push(held.tr);
			if (this.unfolded.has(id)) {
				nodes.push(this.detail(held));
			}
		}
		this.place(nodes);
		this.table.hidden = all.length === 0;
		this.tell(all.length);
	}

	/* Moves only what is not where it belongs, so that focus stays. */
	place(nodes) {
		let at = this.body.firstChild;

		for (const node of nodes) {
			if (node === at) {
				at = at.nextSibling;
			} else {
				this.body.insertBefore(node, at);
			}
		}
		while (at) {
			const gone = at;

			at = at.nextSibling;
			gone.remove();
		}
	}

	tell(n) {
		const left = n - Math.min(n, this.shown);
		const filtered = Object.entries(this.params).some(([k, v]) =>
		    v && k !== "name");
		const waits = this.waiting.size;

		put(this.figure, this.loaded ? count(this.total ?? n) + " " +
		    this.view.nouns(this.total ?? n) +
		    (filtered ? " match" + (n === 1 ? "es" : "") : "") : "");
		this.pill.hidden = waits === 0;
		put(this.pill, count(waits) + " new " + this.view.nouns(waits));
		this.note.hidden = n > 0 || !this.loaded;
		if (!this.note.hidden) {
			put(this.note, filtered ? [
				h("p", {class: "lead"}, "Nothing matches."),
				h("button", {type: "button", click: () => {
					this.adopt({});
					this.view.changed?.({});
				}}, "Clear the filter"),
			] : this.view.empty());
		}
		this.more.hidden = left === 0;
		put(this.more, "Show " + count(Math.min(SHOWN, left)) + " more of " +
		    count(n));
		this.rest.hidden = !this.next;
		put(this.rest, "These are " + count(HELD) + " of " +
		    count(this.total) + "; the filter looks through all of them.");
	}

	/* --- unfolding ------------------------------------------------------ */

	detail(held) {
		if (!held.detail) {
			const inner = h("div", {class: "detail"});

			held.detail = h("tr", {role: "row", class: "detail-row"},
			    h("td", {role: "cell", colspan: this.view.columns.length},
				inner));
			this.view.detail(inner, held.row);
		}
		return held.detail;
	}

	toggle(id, open) {
		const held = this.rows.get(id);
		const want = open ?? !this.unfolded.has(id);

		if (!held) {
			return;
		}
		if (want) {
			this.unfolded.add(id);
		} else {
			this.unfolded.delete(id);
			held.detail = null;
		}
		held.button?.setAttribute("aria-expanded", String(want));
		held.tr?.classList.toggle("is-open", want);
		this.render();
	}

	/* Unfolds one row and brings it into sight. */
	reveal(id) {
		const all = this.sorted();
		const at = all.findIndex((x) => this.view.id(x.row) === id);

		if (at < 0) {
			return false;
		}
		this.shown = Math.max(this.shown, at + 1);
		this.render();
		this.toggle(id, true);
		const held = this.rows.get(id);

		held.tr.classList.add("is-open");
		held.tr.scrollIntoView({block: "center"});
		held.button.focus({preventScroll: true});
		return true;
	}

	clicked(e, id) {
		/* Selecting text or following a link is not unfolding. */
		if (!e.target.closest("a, button") &&
		    getSelection().isCollapsed) {
			this.toggle(id);
		}
	}

	key(e) {
		const buttons = [...this.body.querySelectorAll(".unfold")];
		const at = buttons.indexOf(document.activeElement);
		const to = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0,
			End: buttons.length - 1}[e.key];

		if (at >= 0 && to !== undefined && buttons[to]) {
			e.preventDefault();
			buttons[to].focus();
		} else if (e.key === "Escape") {
			const row = document.activeElement.closest("tr");
			const held = [...this.rows.values()].find((x) =>
			    x.tr === row || x.detail === row);

			if (held && held.detail) {
				this.toggle(this.view.id(held.row), false);
				held.button.focus();
			}
		}
	}
}
