/*
 * eip_client: EtherNet/IP clients for recordings, each of another stack.
 *
 *   eip_client.js WHAT PLC IO
 *
 * st-ethernet-ip:
 *   browse     ListIdentity by broadcast
 *   tags       class 3 connection: symbols, templates, tags, fragments
 *   attributes the same without a connection: attributes, clock, routes
 *   scanner    class 1 I/O with the adapter
 * ethernet-ip:
 *   panel      unconnected: single tags, groups, bits
 * nodepccc:
 *   pccc       data files, plain and by a route
 *
 * Exit code 0: every exchange went as expected.
 */
"use strict";

const [what, PLC, IO] = process.argv.slice(2);
let failed = false;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function expect(label, good) {
	if (!good) {
		console.error("eip_client: %s", label);
		failed = true;
	}
}

/* The general status with which a request was refused. */
function status_of(promise) {
	return promise.then(() => 0, (e) => e.generalStatusCode || e.message);
}

async function browse({Browser}) {
	const found = [];
	const b = new Browser(51687, "0.0.0.0", true, 500);

	b.on("New Device", (d) => found.push(d.productName));
	await pause(1300);
	b.stop();
	b.socket.close();
	expect("browse: " + found, found.length === 2);
}

async function read(c, Tag, name, wanted, ...more) {
	const tag = new Tag(name, ...more);

	await c.readTag(tag);
	expect(name + ": " + tag.value, wanted === undefined ||
	    String(tag.value) === String(wanted));
	return tag;
}

async function tags({Controller, Tag, TagGroup, Structure}) {
	const c = new Controller(true);

	c.rpi = 50;
	await c.connect(PLC, 0);
	expect("symbols", c.tagList.length === 9);
	const speed = await read(c, Tag, "Speed", 1500);
	const level = await read(c, Tag, "Level", 2.5);
	const count = await read(c, Tag, "Count", -7);
	await read(c, Tag, "Small", -100);
	await read(c, Tag, "Run", true);
	await read(c, Tag, "Total", undefined);
	await read(c, Tag, "Step", 3, "Main");
	await read(c, Tag, "Recipe[3]", 9);
	await c.writeTag(speed, 1600);
	await c.writeTag(level, -0.75);
	await c.writeTag(count, 1234);
	const bit = await read(c, Tag, "Speed.3", false);
	await c.writeTag(bit, true);
	await read(c, Tag, "Speed", 1608);
	const recipe = await read(c, Tag, "Recipe", undefined, null, null, 0,
	    1, 250);
	expect("fragments", recipe.value[249] === 62001);
	recipe.value = recipe.value.map((v) => v + 1);
	await c.writeTag(recipe, null, 250);
	const motor = new Structure("Motor", c.state.tagList);
	await c.readTag(motor);
	expect("structure", motor.value.Starts === 17);
	const group = new TagGroup();
	for (const name of ["Speed", "Level", "Count", "Missing"])
		group.add(new Tag(name));
	await c.readTagGroup(group).catch(() => {});
	expect("missing", await status_of(c.readTag(new Tag("Nothing"))) === 4);
	await c.disconnect();
}

async function attributes({Controller}) {
	const c = new Controller(false);

	await c.connect(PLC, 0, false);
	await c.readControllerProps();
	expect("serial", c.properties.serial_number === 0xC0FFEE);
	for (const [k, i, a] of [[1, 1, 7], [1, 1, 6], [0xF5, 1, 6],
	    [0xF6, 1, 3]])
		await c.getAttributeSingle(k, i, a);
	expect("attribute", await status_of(
	    c.getAttributeSingle(1, 1, 99)) === 0x14);
	await c.readWallClock();
	await c.writeWallClock(new Date(2026, 2, 14, 9, 27, 0, 0));
	expect("read-only", await status_of(
	    c.setAttributeSingle(1, 1, 7, Buffer.from([1, 65]))) === 0x0E);
	c.destroy(new Error("done"));
	const module = new Controller(false);
	module.on("error", () => {});
	await module.connect(PLC, 3, false);
	await module.readControllerProps();
	expect("slot", module.properties.serial_number === 0x0BADF00D);
	await module.disconnect();
	const nowhere = new Controller(false);
	nowhere.timeout_sp = 500;
	await nowhere.connect(PLC, 9, false);
	await nowhere.readControllerProps().catch(() => {});
	await nowhere.disconnect();
}

async function scanner({IO: {Scanner}, Controller}) {
	const s = new Scanner(2222, "0.0.0.0");
	const want = (assembly) => ({configInstance: {assembly, size: 0},
		outputInstance: {assembly: 150, size: 2},
		inputInstance: {assembly: 100, size: 4}});
	const c = s.addConnection(want(151), 50, IO);

	c.addInputInt(0, "count");
	c.addOutputInt(0, "lamp");
	await pause(600);
	c.setValue("lamp", 0x0105);
	await pause(600);
	expect("input", c.getValue("count") > 5);
	await c.tcpController.disconnect();
	c.run = false;
	s.addConnection(want(99), 50, IO);      /* which is refused */
	await pause(200);
	const direct = new Controller(false);
	await direct.connect(IO, 0, false);
	await direct.getAttributeSingle(4, 100, 3);
	await direct.setAttributeSingle(4, 150, 3, Buffer.from([7, 0]));
	await direct.disconnect();
}

async function panel({Controller, Tag, TagGroup}) {
	const c = new Controller();
	const group = new TagGroup();

	await c.connect(PLC, 0);
	const speed = await read(c, Tag, "Speed", undefined);
	for (let round = 0; round < 3; round++) {
		await c.writeTag(speed, 1000 + round);
		await read(c, Tag, "Speed", 1000 + round);
	}
	for (const name of ["Speed", "Level", "Count"])
		group.add(new Tag(name));
	await c.readTagGroup(group);
	group.forEach((tag) => { tag.value = 5; });
	await c.writeTagGroup(group);
	c.destroy();
	await pause(200);
}

function pccc_session(Pccc, routing) {
	const conn = new Pccc({silent: true});
	const items = {n0: "N7:0", n1: "N7:1,3", f: "F8:1", bit: "B3:0/2",
		none: "N9:0"};
	const call = (fn) => new Promise((done) => fn(done));

	return (async () => {
		const e = await call((done) => conn.initiateConnection({
			host: PLC, port: 44818, ...(routing && {routing})},
		done));

		expect("pccc: " + e, e === undefined);
		conn.setTranslationCB((name) => items[name]);
		conn.addItems(["n0", "n1", "f", "bit"]);
		const values = await call((done) => conn.readAllItems(
		    (bad, v) => done({bad, v})));
		expect("pccc values", !values.bad && values.v.n0 === 11);
		for (const [name, value] of [["n0", 99], ["n1", [7, 8, 9]],
		    ["f", 3.25], ["bit", true]])
			await call((done) => conn.writeItems(name, value,
			    done));
		await call((done) => conn.writeItems("n0", 11, done));
		conn.addItems("none");
		const more = await call((done) => conn.readAllItems(
		    (bad, v) => done({bad, v})));
		expect("pccc refused", more.bad);
		await call((done) => conn.dropConnection(done));
	})();
}

async function pccc(Pccc) {
	await pccc_session(Pccc);
	await pccc_session(Pccc, [0x01, 0x00, 0x01, 0x00]);
}

async function main() {
	switch (what) {
	case "panel":
		await panel(require("ethernet-ip"));
		break;
	case "pccc":
		await pccc(require("nodepccc"));
		break;
	default:
		await {browse, tags, attributes, scanner}[what](
		    require("st-ethernet-ip"));
	}
	process.exit(failed ? 1 : 0);
}

main().catch((e) => {
	console.error("eip_client:", e);
	process.exit(1);
});
