/*
 * who: how a device is called wherever it is mentioned.
 */

import {h, icon} from "./dom.js";

/* side: "src" or "dst" of an alert or a link. */
export function end(row, side) {
	const id = row[side];
	const ip = row[side + "_ip"] || row[side + "_mac"] || "";
	const name = row[side + "_name"] || ip || id || "";
	const at = row[side + "_at"];
	const text = (name || "unknown") + (at ? " (" + at + ")" : "");

	return h("span", {class: "end"},
	    id ? h("a", {href: "#assets?id=" + encodeURIComponent(id)}, text)
	       : h("span", {class: name ? "" : "quiet"}, text),
	    ip && ip !== name ? h("span", {class: "addr sub"}, ip) : null);
}

export function endText(row, side) {
	const at = row[side + "_at"];
	const name = row[side + "_name"] || row[side + "_ip"] ||
	    row[side + "_mac"] || row[side] || "";

	return at ? name + " (" + at + ")" : name;
}

/* Who did it, and to whom. */
export function ends(row) {
	const has = (side) => endText(row, side) !== "";

	if (!has("src") && !has("dst")) {
		return h("span", {class: "quiet"}, "–");
	}
	if (!has("dst")) {
		return end(row, "src");
	}
	return [end(row, "src"), h("span", {class: "to"}, icon("arrow"),
	    h("span", {class: "unseen"}, "to")), end(row, "dst")];
}

/* The best that can be said of an asset. */
export function assetName(a) {
	return a.name || a.ips[0] || subText(a.sub) || a.macs[0] || a.id;
}

export function subText(sub) {
	if (!sub) {
		return "";
	}
	if (sub.unit !== undefined) {
		return "unit " + sub.unit;
	}
	if (sub.addr !== undefined) {
		return "address " + sub.addr;
	}
	if (sub.net !== undefined) {
		return "network " + sub.net + ", " + sub.mac;
	}
	return sub.path || "";
}
