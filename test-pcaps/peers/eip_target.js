/*
 * eip_target: a small EtherNet/IP target, for recordings of real clients.
 *
 *   eip_target.js plc|io ADDRESS
 *
 * npm has clients (st-ethernet-ip, ethernet-ip, nodepccc) and no target; this
 * one is ours, and answers what they ask: a controller with tags and data
 * files, with a second module in slot 3, or an adapter with assemblies that
 * speaks class 1 I/O.  What is read and written is in eip_data.js.
 */
"use strict";

const net = require("net");
const dgram = require("dgram");
const data = require("./eip_data.js");
const {le, join, cip, parse_path} = data;

const [which, address] = process.argv.slice(2);
const PORT = 44818, IO_PORT = 2222;
const modules = which === "plc" ? {0: data.controller(), 3: data.drive()} :
    {0: data.adapter()};
const open = new Map();         /* connections, by the id that o2t uses */
let last_session = 0x00A10000, last_conn = 0x80FE0000;
const io = dgram.createSocket("udp4");

/* Connections. */
function connection_reply(c) {
	return join(le(c.o2t, 4), le(c.t2o, 4), c.serials, le(c.rpi_o2t, 4),
	    le(c.rpi_t2o, 4), [0, 0]);
}

function begin_io(c, to) {
	let count = 0;

	if (c.transport !== 1)
		return;
	c.timer = setInterval(() => {
		count++;
		if (count > data.IO_ROUNDS)
			return clearInterval(c.timer);
		return io.send(join(le(2, 2), le(0x8002, 2), le(8, 2),
		    le(c.t2o, 4), le(count, 4), le(0xB1, 2),
		    le(2 + data.input.length, 2), le(count, 2),
		    data.input_of(count)), IO_PORT, to);
	}, c.rpi_t2o / 1000);
}

function forward_open(m, from) {
	const large = m.service === 0x5B;
	const d = m.data, size = large ? 4 : 2;
	const at = large ? 38 : 34;
	const c = {o2t: ++last_conn, t2o: d.readUInt32LE(6),
		serials: d.subarray(10, 18), rpi_o2t: d.readUInt32LE(22),
		rpi_t2o: d.readUInt32LE(26 + size), transport: d[at] & 15,
		path: parse_path(d.subarray(at + 2))};

	/* a second connection with these serials */
	for (const other of open.values())
		if (other.serials.equals(c.serials))
			return cip(m.service, 1, [0x0100], c.serials, [0, 0]);
	if (c.path.instance === 99)             /* nothing is there */
		return cip(m.service, 1, [0x0315], c.serials, [0, 0]);
	open.set(c.o2t, c);
	begin_io(c, from);
	return cip(m.service, 0, [], connection_reply(c));
}

function forward_close(m) {
	const serials = m.data.subarray(2, 10);

	for (const [id, c] of open)
		if (c.serials.equals(serials)) {
			clearInterval(c.timer);
			open.delete(id);
			return cip(m.service, 0, [], serials, [0, 0]);
		}
	return cip(m.service, 1, [0x0107], serials, [0, 0]);
}

/* What a route leads to; the request in it goes on from there. */
function unconnected_send(m, from) {
	const size = m.data.readUInt16LE(2);
	const inner = m.data.subarray(4, 4 + size);
	const route = m.data.subarray(4 + size + size % 2 + 2);
	const module = modules[route[1]];

	if (route[0] !== 1 || !module)
		return cip(m.service, 1, [0x0312], [route.length / 2]);
	return answer(inner, module, from);
}

function several(m, module, from) {
	const n = m.data.readUInt16LE(0);
	const replies = [];
	let at = 2 + 2 * n, failed = 0;

	for (let i = 0; i < n; i++) {
		const begin = m.data.readUInt16LE(2 + 2 * i);
		const end = i + 1 < n ? m.data.readUInt16LE(4 + 2 * i) :
		    m.data.length;

		replies.push(answer(m.data.subarray(begin, end), module,
		    from));
		if (replies[i][2] !== 0)
			failed = 0x1E;
	}
	const offsets = replies.map((r) => {
		const here = at;

		at += r.length;
		return le(here, 2);
	});
	return cip(m.service, failed, [], le(n, 2), ...offsets, ...replies);
}

function answer(message, module, from) {
	const words = message[1];
	const m = {service: message[0], path: parse_path(
		message.subarray(2, 2 + 2 * words)),
	data: message.subarray(2 + 2 * words)};

	if (m.path.class_id === 6 && m.service === 0x52)
		return unconnected_send(m, from);
	if (m.path.class_id === 6 && (m.service === 0x54 ||
	    m.service === 0x5B))
		return forward_open(m, from);
	if (m.path.class_id === 6 && m.service === 0x4E)
		return forward_close(m);
	if (m.service === 0x0A)
		return several(m, module, from);
	return module.serve(m);
}

/* Encapsulation. */
function message(command, session, status, context, ...body) {
	const b = join(...body);

	return join(le(command, 2), le(b.length, 2), le(session, 4),
	    le(status, 4), context, le(0, 4), b);
}

function items(timeout, address_item, type, body) {
	return join(le(0, 4), le(timeout, 2), le(2, 2), address_item,
	    le(type, 2), le(body.length, 2), body);
}

function list_identity() {
	const id = modules[0].identity;
	const item = join(le(1, 2), [0, 2], [PORT >> 8, PORT & 255],
	    address.split(".").map(Number), Buffer.alloc(8), id, [3]);

	return join(le(1, 2), le(0x0C, 2), le(item.length, 2), item);
}

function list_services() {
	const item = join(le(1, 2), le(0x0120, 2),
	    Buffer.from("Communications\0\0"));

	return join(le(1, 2), le(0x0100, 2), le(item.length, 2), item);
}

function lists(h) {
	const body = {0x04: list_services, 0x63: list_identity,
		0x64: () => le(0, 2)}[h.command];

	return body && message(h.command, 0, 0, h.context, body());
}

function rr_data(h, from) {
	const size = h.body.readUInt16LE(14);
	const reply = answer(h.body.subarray(16, 16 + size), modules[0], from);

	return message(h.command, h.session, 0, h.context,
	    items(0, join(le(0, 2), le(0, 2)), 0xB2, reply));
}

function unit_data(h, from) {
	const c = open.get(h.body.readUInt32LE(12));
	const size = h.body.readUInt16LE(18);

	if (!c)
		return null;
	const reply = answer(h.body.subarray(22, 20 + size), modules[0], from);

	return message(h.command, h.session, 0, h.context, items(0,
	    join(le(0xA1, 2), le(4, 2), le(c.t2o, 4)), 0xB1,
	    join(h.body.subarray(20, 22), reply)));
}

function on_tcp(h, from) {
	switch (h.command) {
	case 0x65:
		return message(h.command, ++last_session, 0, h.context,
		    h.body);
	case 0x6F:
		return rr_data(h, from);
	case 0x70:
		return unit_data(h, from);
	case 0x66:
		return null;
	default:
		return lists(h) || message(h.command, h.session, 1, h.context);
	}
}

function header(b) {
	return {command: b.readUInt16LE(0), session: b.readUInt32LE(4),
		context: b.subarray(12, 20), body: b.subarray(24)};
}

net.createServer((socket) => {
	let have = Buffer.alloc(0);

	socket.setNoDelay(true);
	socket.on("error", () => socket.destroy());
	socket.on("data", (more) => {
		have = Buffer.concat([have, more]);
		while (have.length >= 24 &&
		    have.length >= 24 + have.readUInt16LE(2)) {
			const end = 24 + have.readUInt16LE(2);
			const reply = on_tcp(header(have.subarray(0, end)),
			    socket.remoteAddress);

			have = have.subarray(end);
			if (reply)
				socket.write(reply);
		}
	});
}).listen(PORT, address);

const udp = dgram.createSocket("udp4");
udp.on("message", (b, from) => {
	const reply = lists(header(b));

	if (reply)
		udp.send(reply, from.port, from.address);
});
udp.bind(PORT);
io.bind(IO_PORT, address, () => console.log("ready"));
