/*
 * eip_data: what the EtherNet/IP targets of the recordings consist of:
 * objects, tags with their templates, data files; and how CIP is written.
 */
"use strict";

const IO_ROUNDS = 30;
const PART = 480;               /* octets of a tag in one reply */

function le(value, size) {
	const b = Buffer.alloc(size);

	b.writeUIntLE(value, 0, size);
	return b;
}

function join(...parts) {
	return Buffer.concat(parts.map((p) => Buffer.from(p)));
}

function cip(service, status, extended, ...body) {
	return join([service | 0x80, 0, status, extended.length],
	    ...extended.map((x) => le(x, 2)), ...body);
}

const LOGICAL = {0x20: "class_id", 0x24: "instance", 0x28: "element",
	0x2C: "point", 0x30: "attribute"};

/* A padded path; of segments of a kind the last one counts. */
function parse_path(p) {
	const path = {symbol: ""};
	let i = 0;

	while (i + 1 < p.length) {
		const kind = LOGICAL[p[i] & 0xFC], wide = p[i] & 3;

		if (p[i] === 0x91) {
			path.symbol += (path.symbol && ".") +
			    p.subarray(i + 2, i + 2 + p[i + 1]);
			i += 2 + p[i + 1] + p[i + 1] % 2;
		} else if (p[i] === 0x34) {
			i += 10;                        /* electronic key */
		} else if (kind) {
			const n = [1, 2, 4][wide];

			path[kind] = p.readUIntLE(i + (wide ? 2 : 1), n);
			i += wide ? 2 + n : 2;
		} else {
			i += 2;
		}
	}
	return path;
}

function short_text(s) {
	return join([s.length], Buffer.from(s));
}

/* Attributes 1 to 7 of the Identity object. */
function identity(d) {
	return join(le(d.vendor, 2), le(d.type, 2), le(d.code, 2), d.revision,
	    le(d.status, 2), le(d.serial, 4), short_text(d.name));
}

/* Attributes by class and number; Get_Attributes_All for the Identity. */
function objects(id, attributes) {
	return (m) => {
		const {class_id, instance, attribute} = m.path;
		const key = [class_id, instance, attribute].join(".");

		if (class_id === 1 && m.service === 1)
			return cip(1, 0, [], id);
		if (!(key in attributes))
			return cip(m.service, m.service === 0x0E ||
			    m.service === 0x10 ? 0x14 : 0x08, []);
		if (m.service === 0x0E)
			return cip(m.service, 0, [], attributes[key]);
		if (m.service === 0x10) {
			if (class_id === 1)
				return cip(m.service, 0x0E, []);
			attributes[key] = Buffer.from(m.data);
			return cip(m.service, 0, []);
		}
		return cip(m.service, 0x08, []);
	};
}

/* Tags: the type's code, its size, and the octets. */
const SINT = 0xC2, INT = 0xC3, DINT = 0xC4, LINT = 0xC5, REAL = 0xCA,
    BOOL = 0xC1, STRUCT = 0x2A0;

function numbers(size, list) {
	return join(...list.map((n) => le(n >>> 0 & (size === 4 ?
	    0xFFFFFFFF : (1 << 8 * size) - 1) >>> 0, size)));
}

function reals(...list) {
	const b = Buffer.alloc(4 * list.length);

	list.forEach((r, i) => b.writeFloatLE(r, 4 * i));
	return b;
}

/* A template: members as [info, type, offset, name]. */
const MOTOR = {id: 0x321, handle: 0x1A2B, size: 12, name: "MotorType",
	members: [[0, DINT, 0, "Speed"], [0, REAL, 4, "Temperature"],
	    [0, INT, 8, "Starts"]]};

function definition(t) {
	return join(...t.members.map(([info, type, offset]) =>
	    join(le(info, 2), le(type, 2), le(offset, 4))),
	    Buffer.from(t.name + ";n\0"),
	    ...t.members.map((m) => Buffer.from(m[3] + "\0")));
}

function template(m) {
	const body = definition(MOTOR);
	const words = Math.ceil((body.length + 20) / 4);

	if (m.path.instance !== MOTOR.id)
		return cip(m.service, 0x05, []);
	if (m.service === 3)
		return cip(3, 0, [], le(4, 2), le(4, 2), le(0, 2), le(words, 4),
		    le(5, 2), le(0, 2), le(MOTOR.size, 4), le(2, 2), le(0, 2),
		    le(MOTOR.members.length, 2), le(1, 2), le(0, 2),
		    le(MOTOR.handle, 2));
	return cip(m.service, 0, [], join(body, Buffer.alloc(8)).subarray(0,
	    4 * words - 16));
}

function make_tags() {
	const tag = (type, size, bytes) => ({type, size, bytes});

	return new Map([
		["Speed", tag(DINT, 4, numbers(4, [1500]))],
		["Level", tag(REAL, 4, reals(2.5))],
		["Run", tag(BOOL, 1, Buffer.from([1]))],
		["Count", tag(INT, 2, numbers(2, [-7]))],
		["Small", tag(SINT, 1, numbers(1, [-100]))],
		["Total", tag(LINT, 8, Buffer.from("0102030405060708", "hex"))],
		["Recipe", tag(DINT, 4, numbers(4,
		    Array.from({length: 250}, (_, i) => i * i)))],
		["Motor", {...tag(STRUCT, MOTOR.size, join(numbers(4, [1450]),
		    reals(61.5), numbers(2, [17]), [0, 0])),
		handle: MOTOR.handle}],
		["Program:Main.Step", tag(DINT, 4, numbers(4, [3]))],
	]);
}

/* Names of symbols: what the Symbol object lists, in two parts. */
const SYMBOLS = [[1, "Speed", DINT], [2, "Level", REAL], [3, "Run", BOOL],
	[4, "Count", INT], [7, "Small", SINT], [9, "Total", LINT],
	[12, "Recipe", DINT | 0x2000], [15, "Motor", 0x8000 | MOTOR.id],
	[20, "Program:Main", 0x1068]];
const IN_MAIN = [[1, "Step", DINT]];

function symbols(m) {
	const all = m.path.symbol === "Program:Main" ? IN_MAIN : SYMBOLS;
	const rest = all.filter((s) => s[0] >= m.path.instance);
	const some = rest.slice(0, 6);

	return cip(m.service, some.length < rest.length ? 6 : 0, [],
	    ...some.map(([n, name, type]) => join(le(n, 4),
		le(name.length, 2), Buffer.from(name), le(type, 2))));
}

function type_of(t) {
	return t.handle ? join(le(t.type, 2), le(t.handle, 2)) : le(t.type, 2);
}

function read_tag(m, t, at, fragmented) {
	const offset = at + (fragmented ? m.data.readUInt32LE(2) : 0);
	const end = Math.min(at + m.data.readUInt16LE(0) * t.size,
	    t.bytes.length);
	const part = t.bytes.subarray(offset, Math.min(end, offset + PART));

	return cip(m.service, offset + part.length < end ? 6 : 0, [],
	    type_of(t), part);
}

function write_tag(m, t, at, fragmented) {
	const head = t.handle ? 4 : 2;
	const offset = at + (fragmented ? m.data.readUInt32LE(head + 2) : 0);

	if (m.data.readUInt16LE(0) !== t.type)
		return cip(m.service, 0xFF, [0x2107]);
	m.data.subarray(head + (fragmented ? 6 : 2)).copy(t.bytes, offset);
	return cip(m.service, 0, []);
}

function modify(m, t, at) {
	const n = m.data.readUInt16LE(0);

	for (let i = 0; i < n; i++)
		t.bytes[at + i] = (t.bytes[at + i] | m.data[2 + i]) &
		    m.data[2 + n + i];
	return cip(m.service, 0, []);
}

const TAG_SERVICES = {0x4C: (m, t, at) => read_tag(m, t, at, false),
	0x52: (m, t, at) => read_tag(m, t, at, true),
	0x4D: (m, t, at) => write_tag(m, t, at, false),
	0x53: (m, t, at) => write_tag(m, t, at, true), 0x4E: modify};

function serve_tag(tags, m) {
	const t = tags.get(m.path.symbol);
	const at = t && (m.path.element || 0) * t.size;

	if (!t)
		return cip(m.service, 0x04, [0]);
	if (at >= t.bytes.length)
		return cip(m.service, 0xFF, [0x2105]);
	return TAG_SERVICES[m.service] ? TAG_SERVICES[m.service](m, t, at) :
	    cip(m.service, 0x08, []);
}

/* Data files of PCCC, by number: the type's code and the octets. */
function make_files() {
	return {3: {type: 0x85, bytes: numbers(2, [5, 0x0101])},
		7: {type: 0x89, bytes: numbers(2, [11, 22, 33, 44, 55])},
		8: {type: 0x8A, bytes: reals(1.5, -2.25, 100)}};
}

function field(d, at) {
	return d[at] === 255 ? [d.readUInt16LE(at + 1), 3] : [d[at], 1];
}

/* Typed logical read and write with three addresses, and masked write. */
function logical(files, fnc, d) {
	const size = d[0];
	const [file, a] = field(d, 1);
	const type = d[1 + a];
	const [element, b] = field(d, 2 + a);
	const [, c] = field(d, 2 + a + b);
	const f = files[file], rest = d.subarray(2 + a + b + c);
	const at = f && element * (f.type === 0x8A ? 4 : 2);

	if (!f || f.type !== type || at + size > f.bytes.length)
		return [0x10, Buffer.alloc(0)];
	if (fnc === 0xA2)
		return [0, f.bytes.subarray(at, at + size)];
	if (fnc === 0xAA) {
		rest.copy(f.bytes, at, 0, size);
	} else {
		const mask = rest.readUInt16LE(0);

		f.bytes.writeUInt16LE((f.bytes.readUInt16LE(at) & ~mask) |
		    (rest.readUInt16LE(2) & mask), at);
	}
	return [0, Buffer.alloc(0)];
}

function pccc(files, m) {
	const requestor = m.data.subarray(0, m.data[0]);
	const [cmd, , t0, t1, fnc] = m.data.subarray(m.data[0]);
	const known = cmd === 0x0F && [0xA2, 0xAA, 0xAB].includes(fnc);
	const [sts, bytes] = known ? logical(files, fnc,
	    m.data.subarray(m.data[0] + 5)) : [0x10, []];

	return cip(m.service, 0, [], requestor, [cmd | 0x40, sts, t0, t1],
	    bytes);
}

function controller() {
	const id = identity({vendor: 1, type: 14, code: 164, revision: [33, 11],
		status: 0x3060, serial: 0x00C0FFEE,
		name: "Example-L81E target"});
	const tags = make_tags(), files = make_files();
	const plain = objects(id, {
		"1.1.1": le(1, 2), "1.1.6": le(0x00C0FFEE, 4),
		"1.1.7": short_text("Example-L81E target"),
		"139.1.5": join(...[2026, 3, 14, 9, 26, 53, 580000]
		    .map((n) => le(n, 4))),
		"245.1.6": join(le(5, 2), Buffer.from("plc-7\0")),
		"246.1.3": Buffer.from("02420a140201", "hex"),
	});

	return {identity: id, serve(m) {
		switch (m.path.class_id) {
		case 0x6B:
			return symbols(m);
		case 0x6C:
			return template(m);
		case 0x67:
			return pccc(files, m);
		case undefined:
			return serve_tag(tags, m);
		default:
			return plain(m);
		}
	}};
}

function drive() {
	const id = identity({vendor: 1, type: 2, code: 55, revision: [2, 4],
		status: 0x0030, serial: 0x0BADF00D, name: "Example slot module"});

	return {identity: id, serve: objects(id, {})};
}

/* Assemblies 100 (in), 150 (out), 151 (configuration). */
const input = Buffer.from([0, 0, 0x11, 0x22]);

function input_of(count) {
	return join([count & 255, count >> 8], input.subarray(2));
}

function adapter() {
	const id = identity({vendor: 283, type: 12, code: 7, revision: [1, 3],
		status: 0x0060, serial: 0x00001234, name: "Example adapter"});

	return {identity: id, serve: objects(id, {
		"1.1.7": short_text("Example adapter"),
		"4.100.3": input, "4.150.3": Buffer.alloc(2),
		"245.1.6": join(le(5, 2), Buffer.from("io-12\0"))})};
}

module.exports = {IO_ROUNDS, le, join, cip, parse_path, controller, drive,
	adapter, input, input_of};
