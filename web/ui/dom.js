/*
 * dom: making elements.  Text reaches the page only as text nodes and as
 * attribute values of the few attributes that are set here: no string is
 * ever parsed as HTML, so nothing that was heard on a network can be markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/* h("td", {class: "num"}, "12"): children are nodes, texts, arrays, null. */
export function h(tag, props, ...children) {
	const e = document.createElement(tag);

	for (const [name, value] of Object.entries(props || {})) {
		if (value === null || value === undefined || value === false) {
			continue;
		}
		if (typeof value === "function") {
			e.addEventListener(name, value);
		} else {
			e.setAttribute(name, value === true ? "" : value);
		}
	}
	e.append(...flat(children));
	return e;
}

function flat(children) {
	return children.flat(4).filter((c) => c !== null && c !== undefined &&
	    c !== false && c !== "");
}

export function put(e, ...children) {
	e.replaceChildren(...flat(children));
}

/* Severity has a shape, a colour and a word; none alone carries it. */
const SHAPES = {
	critical: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
	high: "M8 1.500l7 13H1z",
	medium: "M8 1l7 7-7 7-7-7z",
	low: "M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2z",
	info: "M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2zm0 2a4 4 0 1 0 0 8 4 4 0 1 0 0-8z",
	arrow: "M9 3l5 5-5 5V9H2V7h7z",
	open: "M5 3l6 5-6 5z",
	warn: "M8 1.500l7 13H1zM7.200 6v4.500h1.600V6zm0 5.500v1.500h1.600v-1.500z",
};

export function icon(name, cls) {
	const svg = document.createElementNS(SVG, "svg");
	const path = document.createElementNS(SVG, "path");

	svg.setAttribute("viewBox", "0 0 16 16");
	svg.setAttribute("class", "icon " + (cls || ""));
	svg.setAttribute("aria-hidden", "true");
	path.setAttribute("d", SHAPES[name] || SHAPES.info);
	path.setAttribute("fill-rule", "evenodd");
	svg.append(path);
	return svg;
}

/* For screen readers: said once, politely. */
export function say(text) {
	document.getElementById("said").textContent = text;
}
