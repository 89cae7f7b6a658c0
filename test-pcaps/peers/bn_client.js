/*
 * bn_client: BACnet/IP clients for recordings, each of another stack.
 *
 *   bn_client.js WHAT BROADCAST
 *
 * node-bacnet:
 *   discovery  who is there, identities, object lists, what does not exist
 *   values     a point of each data type, arrays, a reply in segments
 *   control    commands by priority, relinquished, refused, several at once
 *   manage     restart, silence, clocks, objects, lists, files, logs
 * bacstack:
 *   panel      reads and a write now and then, a subscription
 * @bacnet-js/client:
 *   alarms     changes of value, events, acknowledgement, summaries
 *   foreign    registers as a foreign device, looks around through the BBMD;
 *              a reply in segments
 *
 * Exit code 0: every exchange went as expected.
 */
"use strict";

const [what, broadcast] = process.argv.slice(2);
const AHU = "10.20.1.1", ROOM = "10.20.1.2";
const device = {address: AHU}, room = {address: ROOM};
const child = {address: AHU, net: 100, adr: [5]};
const PASSWORD = "open-7";
let failed = false;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/* What a call gives: its value, or the text of its error. */
function asking(stack, promises) {
	const text = (e) => String(e.message || e);

	return (name, ...args) => promises ?
	    stack[name](...args).then((value) => value || "ok", text) :
	    new Promise((done) => {
		stack[name](...args, (e, value) =>
		    done(e ? text(e) : value || "ok"));
	});
}

/* It is answered; or refused, with this number or word in the text. */
function expect(label, got, refusal) {
	const refused = typeof got === "string" && got !== "ok";

	if (refusal === undefined ? refused :
	    !(refused && new RegExp("\\b" + refusal + "\\b").test(got))) {
		console.error("bn_client: %s: %s", label, got);
		failed = true;
	}
}

async function discovery(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P} = n.enum;
	const names = [P.OBJECT_NAME, P.VENDOR_NAME, P.VENDOR_IDENTIFIER,
		P.MODEL_NAME, P.FIRMWARE_REVISION,
		P.APPLICATION_SOFTWARE_VERSION, P.LOCATION, P.DESCRIPTION,
		P.SERIAL_NUMBER, P.PROTOCOL_REVISION, P.DATABASE_REVISION,
		P.SYSTEM_STATUS, P.PROFILE_NAME];
	const spec = (instance) => [{objectId: {type: O.DEVICE, instance},
		properties: names.map((id) => ({id}))}];
	const self = {type: O.DEVICE, instance: 1001};

	n.stack.whoIs();
	await pause(300);
	n.stack.whoIs({lowLimit: 1002, highLimit: 1002});
	n.stack.whoIs({net: 0xFFFF}, {});
	await pause(300);
	expect("ahu", await ask("readPropertyMultiple", device, spec(1001), {}));
	expect("room", await ask("readPropertyMultiple", room, spec(1002), {}));
	expect("child", await ask("readPropertyMultiple", child, spec(10005),
	    {}));
	expect("all", await ask("readPropertyMultiple", device, [{
		objectId: {type: O.DEVICE, instance: 4194303},
		properties: [{id: P.ALL}]}], {}));
	for (const id of [P.MODEL_NAME, P.SERIAL_NUMBER,
	    P.DEVICE_ADDRESS_BINDING, P.PROTOCOL_SERVICES_SUPPORTED])
		expect("single", await ask("readProperty", device, self, id,
		    {}));
	for (const arrayIndex of [0, 1, 2])
		expect("list", await ask("readProperty", device, self,
		    P.OBJECT_LIST, {arrayIndex}));
	expect("index", await ask("readProperty", device, self, P.OBJECT_LIST,
	    {arrayIndex: 99}), 42);
	expect("object", await ask("readProperty", device,
	    {type: O.ANALOG_INPUT, instance: 77}, P.PRESENT_VALUE, {}),
	    31);
	expect("property", await ask("readProperty", device, self,
	    P.PRESENT_VALUE, {}), 32);
	expect("routed", await ask("readProperty", child,
	    {type: O.ANALOG_INPUT, instance: 0}, P.PRESENT_VALUE, {}));
}

/* What needs a reply of several segments. */
function points_of({ObjectType: O, PropertyIdentifier: P}, length) {
	return Array.from({length}, (_, instance) => ({
		objectId: {type: O.ANALOG_VALUE, instance}, properties: [
		    {id: P.PRESENT_VALUE}, {id: P.OBJECT_NAME}]}));
}

async function values(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P} = n.enum;
	const each = [[O.ANALOG_INPUT, 0], [O.ANALOG_INPUT, 1],
		[O.ANALOG_OUTPUT, 0], [O.BINARY_INPUT, 0],
		[O.BINARY_OUTPUT, 0], [O.MULTI_STATE_VALUE, 0],
		[O.CHARACTERSTRING_VALUE, 0], [O.CHARACTERSTRING_VALUE, 1],
		[O.INTEGER_VALUE, 0], [O.POSITIVE_INTEGER_VALUE, 0],
		[O.LARGE_ANALOG_VALUE, 0], [O.OCTETSTRING_VALUE, 0],
		[O.BITSTRING_VALUE, 0], [O.DATE_VALUE, 0], [O.TIME_VALUE, 0]];

	for (const [type, instance] of each)
		expect("value " + type, await ask("readProperty", device,
		    {type, instance}, P.PRESENT_VALUE, {}));
	expect("many", await ask("readPropertyMultiple", device,
	    each.slice(0, 6).map(([type, instance]) => ({
		objectId: {type, instance}, properties: [
		    {id: P.PRESENT_VALUE}, {id: P.STATUS_FLAGS},
		    {id: P.OUT_OF_SERVICE}]})), {}));
	expect("states", await ask("readProperty", device,
	    {type: O.MULTI_STATE_VALUE, instance: 0}, P.STATE_TEXT, {}));
	expect("state", await ask("readProperty", device,
	    {type: O.MULTI_STATE_VALUE, instance: 0}, P.STATE_TEXT,
	    {arrayIndex: 3}));
	expect("priorities", await ask("readProperty", device,
	    {type: O.ANALOG_OUTPUT, instance: 0}, P.PRIORITY_ARRAY, {}));
	expect("long", await ask("readProperty", room,
	    {type: O.DEVICE, instance: 1002}, P.OBJECT_LIST, {}));
	/* the stack acknowledges segments by broadcast, and then gives up */
	expect("segments", await ask("readPropertyMultiple", room,
	    points_of(n.enum, 50), {}), "ERR_TIMEOUT");
}

async function control(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P, ApplicationTag: T} =
	    n.enum;
	const valve = {type: O.ANALOG_OUTPUT, instance: 0};
	const fan = {type: O.BINARY_OUTPUT, instance: 0};
	const put = (id, property, type, value, options) => ask(
	    "writeProperty", device, id, property, [{type, value}], options);

	expect("valve", await put(valve, P.PRESENT_VALUE, T.REAL, 62.5,
	    {priority: 8}));
	expect("valve", await put(valve, P.PRESENT_VALUE, T.REAL, 10,
	    {priority: 5}));
	expect("read", await ask("readProperty", device, valve,
	    P.PRIORITY_ARRAY, {}));
	expect("release", await put(valve, P.PRESENT_VALUE, T.NULL, null,
	    {priority: 5}));
	expect("release", await put(valve, P.PRESENT_VALUE, T.NULL, null,
	    {priority: 8}));
	expect("fan", await put(fan, P.PRESENT_VALUE, T.ENUMERATED, 0,
	    {priority: 1}));
	expect("fan", await put(fan, P.PRESENT_VALUE, T.ENUMERATED, 1, {}));
	expect("mode", await put({type: O.MULTI_STATE_VALUE, instance: 0},
	    P.PRESENT_VALUE, T.UNSIGNED_INTEGER, 4, {}));
	expect("notice", await put({type: O.CHARACTERSTRING_VALUE,
		instance: 0}, P.PRESENT_VALUE, T.CHARACTER_STRING, "Wartung ü",
	    {}));
	expect("out of service", await put({type: O.ANALOG_INPUT, instance: 0},
	    P.OUT_OF_SERVICE, T.BOOLEAN, true, {}));
	expect("several", await ask("writePropertyMultiple", device, [{
		objectId: {type: O.ANALOG_VALUE, instance: 0}, values: [
		    {property: {id: P.PRESENT_VALUE,
			index: n.enum.ASN1_ARRAY_ALL},
		     value: [{type: T.REAL, value: 21.5}], priority: 10}]}],
	    {}));
	expect("release", await put({type: O.ANALOG_VALUE, instance: 0},
	    P.PRESENT_VALUE, T.NULL, null, {priority: 10}));
	expect("name", await put(valve, P.OBJECT_NAME, T.CHARACTER_STRING,
	    "Other", {}), 40);
	expect("nowhere", await put({type: O.ANALOG_VALUE, instance: 5},
	    P.PRESENT_VALUE, T.REAL, 1, {}), 31);
	expect("routed", await ask("writeProperty", child,
	    {type: O.ANALOG_INPUT, instance: 0}, P.OUT_OF_SERVICE,
	    [{type: T.BOOLEAN, value: true}], {}));
}

async function alarms(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P, ApplicationTag: T,
		TimeStamp, EventState} = n.enum;
	const point = {type: O.ANALOG_INPUT, instance: 1};
	const setpoint = {type: O.ANALOG_VALUE, instance: 0};
	const at = {type: TimeStamp.DATETIME,
		value: new Date(2026, 2, 14, 9, 26, 53, 580)};
	const write = (value) => ask("writeProperty", device, setpoint,
	    P.PRESENT_VALUE, [{type: T.REAL, value}], {});
	const answer = (m) => n.stack.simpleAckResponse(m.header.sender,
	    m.service, m.invokeId);
	let seen = 0;

	n.stack.on("covNotify", (m) => { seen++; answer(m); });
	n.stack.on("covNotifyUnconfirmed", () => { seen++; });
	n.stack.on("eventNotify", (m) => {
		seen++;
		if (m.header.confirmedService)
			answer(m);
	});
	expect("subscribe", await ask("subscribeCov", device, setpoint, 3,
	    false, false, 300, {}));
	expect("subscribe", await ask("subscribeCov", device, setpoint, 4,
	    false, true, 0, {}));
	expect("property", await ask("subscribeProperty", device, point,
	    {id: P.PRESENT_VALUE, index: n.enum.ASN1_ARRAY_ALL}, 5, false,
	    false, {}));
	await pause(200);
	expect("write", await write(22.5));
	await pause(200);
	expect("cancel", await ask("subscribeCov", device, setpoint, 4, true,
	    false, 0, {}));
	expect("write", await write(23));
	expect("unknown", await ask("subscribeCov", device,
	    {type: O.ANALOG_INPUT, instance: 9}, 6, false, false, 60, {}),
	    31);
	/* private service 9 lets the alarms of the device go off */
	expect("private", await ask("confirmedPrivateTransfer", device, 555, 9,
	    [0x21, 0x07], {}));
	await pause(200);
	expect("events", await ask("getEventInformation", device,
	    {type: O.ANALOG_INPUT, instance: 0}, {}));
	expect("alarms", await ask("getAlarmSummary", device, {}));
	expect("enrolled", await ask("getEnrollmentSummary", device, 0, {}));
	expect("acknowledge", await ask("acknowledgeAlarm", device, point,
	    EventState.HIGH_LIMIT, "Operator", at, at, {}));
	if (seen !== 8)
		expect("notifications", "saw " + seen);
}

async function manage(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P, ApplicationTag: T,
		EnableDisable: E, ReinitializedState: R} = n.enum;
	const index = n.enum.ASN1_ARRAY_ALL;
	const when = new Date(2026, 2, 14, 12, 0, 0, 0);
	const file = {type: O.FILE, instance: 0};
	const list = [{type: T.OBJECTIDENTIFIER,
		value: {type: O.ANALOG_INPUT, instance: 0}}];

	n.stack.timeSync(device, when);
	n.stack.timeSyncUTC(device, when);
	n.stack.unconfirmedPrivateTransfer(device, 555, 3, [0x21, 0x2A]);
	expect("silence", await ask("deviceCommunicationControl", device, 5,
	    E.DISABLE_INITIATION, {password: PASSWORD}));
	expect("speech", await ask("deviceCommunicationControl", device, 0,
	    E.ENABLE, {password: PASSWORD}));
	expect("password", await ask("deviceCommunicationControl", device, 0,
	    E.DISABLE, {password: "guess"}), 26);
	expect("restart", await ask("reinitializeDevice", device, R.WARMSTART,
	    {password: PASSWORD}));
	expect("password", await ask("reinitializeDevice", device, R.COLDSTART,
	    {}), 26);
	expect("create", await ask("createObject", device,
	    {type: O.ANALOG_VALUE, instance: 9}, [{property:
		{id: P.OBJECT_NAME, index}, priority: 0,
		value: [{type: T.CHARACTER_STRING, value: "New"}]}], {}));
	expect("delete", await ask("deleteObject", device,
	    {type: O.ANALOG_VALUE, instance: 0}, {}), 23);
	expect("add", await ask("addListElement", device,
	    {type: O.GROUP, instance: 1}, {id: P.LIST_OF_GROUP_MEMBERS, index},
	    list, {}));
	expect("remove", await ask("removeListElement", device,
	    {type: O.GROUP, instance: 1}, {id: P.LIST_OF_GROUP_MEMBERS, index},
	    list, {}));
	for (const start of [0, 200])
		expect("read", await ask("readFile", device, file, start, 200,
		    {}));
	expect("beyond", await ask("readFile", device, file, 5000, 200, {}),
	    11);
	expect("write", await ask("writeFile", device, file, 16,
	    [[...Buffer.from("valve=75")]], {}));
	expect("log", await ask("readRange", device,
	    {type: O.TREND_LOG, instance: 0}, 1, 3, {}));
}

async function panel(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P, ApplicationTags: T} =
	    n.enum;

	n.stack.whoIs({lowLimit: 1000, highLimit: 1001});
	await pause(300);
	expect("subscribe", await ask("subscribeCOV", AHU,
	    {type: O.ANALOG_VALUE, instance: 0}, 11, false, false, 120, {}));
	for (let round = 0; round < 4; round++) {
		expect("read", await ask("readProperty", AHU,
		    {type: O.ANALOG_INPUT, instance: 0}, P.PRESENT_VALUE, {}));
		expect("several", await ask("readPropertyMultiple", AHU,
		    [{objectId: {type: O.ANALOG_INPUT, instance: 1},
		      properties: [{id: P.PRESENT_VALUE},
			  {id: P.STATUS_FLAGS}]}], {}));
		expect("write", await ask("writeProperty", AHU,
		    {type: O.ANALOG_VALUE, instance: 0}, P.PRESENT_VALUE,
		    [{type: T.REAL, value: 19 + round / 2}], {priority: 12}));
		await pause(100);
	}
	n.stack.timeSync(AHU, new Date(2026, 2, 14, 12, 0, 0, 0));
}

/* Who-Has: the stack has the encoder alone. */
function who_has(n, name) {
	const lib = "@bacnet-js/client/dist/lib/";
	const buffer = n.stack._getApduBuffer();

	require(lib + "npdu").encode(buffer, 0);
	require(lib + "apdu").encodeUnconfirmedServiceRequest(buffer,
	    n.enum.PduType.UNCONFIRMED_REQUEST,
	    n.enum.UnconfirmedServiceChoice.WHO_HAS);
	require(lib + "services").WhoHas.encode(buffer, -1, -1,
	    {type: n.enum.ObjectType.FILE, instance: 0}, name);
	n.stack.sendBvlc(null, buffer);
}

async function foreign(n, ask) {
	const {ObjectType: O, PropertyIdentifier: P, ApplicationTag: T} =
	    n.enum;
	const bbmd = {address: AHU + ":47808"};

	expect("register", await ask("registerForeignDevice", bbmd, 60));
	n.stack.whoIsThroughBBMD(bbmd);
	await pause(500);
	expect("register", await ask("registerForeignDevice",
	    {address: ROOM + ":47808"}, 60), 48);
	who_has(n, "Heating valve");
	who_has(n, "");
	await pause(300);
	expect("segments", await ask("readPropertyMultiple", room,
	    points_of(n.enum, 90)));
	expect("write", await ask("writeProperty", device,
	    {type: O.ANALOG_OUTPUT, instance: 0}, P.PRESENT_VALUE,
	    [{type: T.REAL, value: 55}], {priority: 8}));
}

const OLD = "bacstack", NODE = "node-bacnet", TS = "@bacnet-js/client";
const JOBS = {discovery: [NODE, discovery], values: [NODE, values],
	control: [NODE, control], manage: [NODE, manage],
	panel: [OLD, panel], alarms: [TS, alarms], foreign: [TS, foreign]};

async function main() {
	const [name, run] = JOBS[what];
	const library = require(name);
	const Stack = library.default || library;
	const stack = new Stack({broadcastAddress: broadcast});

	await pause(200);               /* it has no word for being ready */
	await run({stack, enum: library.enum || library},
	    asking(stack, name === TS));
	await pause(200);
	stack.close();
	process.exit(failed ? 1 : 0);
}

main();
