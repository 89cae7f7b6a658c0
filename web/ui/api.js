/*
 * api: what the server says.  Lists come in pages, news by server-sent
 * events; the browser reconnects by itself and says where it was.
 */

export async function get(path, params) {
	const url = new URL(path, location.origin);

	for (const [k, v] of Object.entries(params || {})) {
		if (v !== "" && v !== null && v !== undefined) {
			url.searchParams.set(k, v);
		}
	}
	const answer = await fetch(url, {
		credentials: "same-origin", cache: "no-store",
		signal: AbortSignal.timeout(30000),
	});

	if (!answer.ok) {
		let said = answer.statusText;

		try {
			const body = await answer.json();

			said = body.detail || body.error || said;
		} catch {
			/* not JSON: the status says it */
		}
		throw new Error(answer.status + " " + said);
	}
	return answer.json();
}

/* Up to max rows of a list: {rows, next, total}. */
export async function list(path, params, max) {
	const rows = [];
	let after = "";
	let page;

	do {
		page = await get(path, {
			...params, after, limit: Math.min(500, max - rows.length),
		});
		rows.push(...page.items);
		after = page.next;
	} while (after && rows.length < max);
	return {rows, next: after, total: page.total};
}

/* heard(name, data) for each event, state("live" | "lost") on changes. */
export function listen(heard, state) {
	let source;

	function open() {
		source = new EventSource("/api/stream");
		for (const name of ["status", "alert", "asset", "link"]) {
			source.addEventListener(name, (e) => {
				state("live");
				heard(name, JSON.parse(e.data));
			});
		}
		source.onopen = () => state("live");
		source.onerror = () => {
			state("lost");
			/* A refusal ends it for good: try again later. */
			if (source.readyState === EventSource.CLOSED) {
				setTimeout(open, 5000);
			}
		};
	}
	open();
	addEventListener("pagehide", () => source.close());
	addEventListener("pageshow", (e) => {
		if (e.persisted) {
			open();
		}
	});
}
