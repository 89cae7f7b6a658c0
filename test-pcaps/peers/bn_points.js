/*
 * bn_points: what the BACnet devices of the recordings consist of.
 *
 * Device 1 is an air handler with a point of each data type, and a router to
 * network 100 with one controller on it; device 2 is a room controller with
 * many points.
 */
"use strict";

const b = require("@bacnet-js/client");

const {ObjectType: O, PropertyIdentifier: P, ApplicationTag: T} = b;

const real = (value) => [{type: T.REAL, value}];
const uint = (value) => [{type: T.UNSIGNED_INTEGER, value}];
const text = (value, encoding) => [{type: T.CHARACTER_STRING, value, encoding}];
const enumerated = (value) => [{type: T.ENUMERATED, value}];
const flag = (value) => [{type: T.BOOLEAN, value}];
const bits = (n, ...on) => [{type: T.BIT_STRING,
	value: new b.GenericBitString(n, on)}];
const oid = (type, instance) => ({type: T.OBJECTIDENTIFIER,
	value: {type, instance}});
/* The stack takes dates and times apart in the zone of the process. */
const date = (value) => [{type: T.DATE, value}];
const time = (value) => [{type: T.TIME, value}];

const DAY = new Date(2026, 2, 14, 9, 26, 53, 580);

/* Each object: its type, instance, name and what else it has. */
function object(type, instance, name, properties) {
	return {type, instance, properties: new Map([
		[P.OBJECT_IDENTIFIER, [oid(type, instance)]],
		[P.OBJECT_NAME, text(name)],
		[P.OBJECT_TYPE, enumerated(type)],
		...properties])};
}

function analog(type, instance, name, value, more = []) {
	return object(type, instance, name, [
		[P.PRESENT_VALUE, real(value)],
		[P.STATUS_FLAGS, bits(4)],
		[P.EVENT_STATE, enumerated(b.EventState.NORMAL)],
		[P.OUT_OF_SERVICE, flag(false)],
		[P.UNITS, enumerated(b.EngineeringUnits.DEGREES_CELSIUS)],
		...more]);
}

function simple(type, instance, name, value, more = []) {
	return object(type, instance, name, [
		[P.PRESENT_VALUE, value], [P.STATUS_FLAGS, bits(4)], ...more]);
}

function commandable(normal) {
	return [[P.PRIORITY_ARRAY,
		Array.from({length: 16}, () => ({type: T.NULL, value: null}))],
	       [P.RELINQUISH_DEFAULT, normal]];
}

function device(instance, d, objects) {
	const all = [object(O.DEVICE, instance, d.name, [
		[P.SYSTEM_STATUS, enumerated(b.DeviceStatus.OPERATIONAL)],
		[P.VENDOR_NAME, text(d.vendor)],
		[P.VENDOR_IDENTIFIER, uint(d.vendorId)],
		[P.MODEL_NAME, text(d.model)],
		[P.FIRMWARE_REVISION, text(d.firmware)],
		[P.APPLICATION_SOFTWARE_VERSION, text(d.software)],
		[P.LOCATION, text(d.location)],
		[P.DESCRIPTION, text(d.description)],
		[P.SERIAL_NUMBER, text(d.serial)],
		[P.PROTOCOL_VERSION, uint(1)],
		[P.PROTOCOL_REVISION, uint(22)],
		[P.PROTOCOL_SERVICES_SUPPORTED, bits(40, 12, 14, 15, 26, 34)],
		[P.PROTOCOL_OBJECT_TYPES_SUPPORTED, bits(60, 0, 1, 2, 8)],
		[P.MAX_APDU_LENGTH_ACCEPTED, uint(1476)],
		[P.SEGMENTATION_SUPPORTED, enumerated(0)],
		[P.APDU_TIMEOUT, uint(3000)],
		[P.NUMBER_OF_APDU_RETRIES, uint(3)],
		[P.DATABASE_REVISION, uint(d.revision)],
		[P.LAST_RESTART_REASON, enumerated(b.RestartReason.WARMSTART)],
		[P.LOCAL_DATE, date(DAY)],
		[P.LOCAL_TIME, time(DAY)],
		[P.DEVICE_ADDRESS_BINDING, d.bindings],
	]), ...objects];

	all[0].properties.set(P.OBJECT_LIST,
	    all.map((o) => oid(o.type, o.instance)));
	return {instance, vendorId: d.vendorId,
		objects: new Map(all.map((o) => [o.type + ":" + o.instance,
			o.properties]))};
}

const handler = device(1001, {
	name: "AHU-1", vendor: "Example Controls", vendorId: 555,
	model: "AH-2000", firmware: "3.2.1", software: "ahu-7",
	location: "Roof, plant room 2", description: "Air handler, north wing",
	serial: "AH2-00417", revision: 12,
	/* A neighbour that nobody will see: network 0, address 10.20.1.77. */
	bindings: [oid(O.DEVICE, 1077), ...uint(0), {type: T.OCTET_STRING,
		value: [10, 20, 1, 77, 0xBA, 0xC0]}],
}, [
	analog(O.ANALOG_INPUT, 0, "Supply air temperature", 18.25),
	analog(O.ANALOG_INPUT, 1, "Return air temperature", 21.5),
	analog(O.ANALOG_OUTPUT, 0, "Heating valve", 40,
	    commandable(real(0))),
	analog(O.ANALOG_VALUE, 0, "Setpoint", 20, commandable(real(20))),
	simple(O.BINARY_INPUT, 0, "Filter guard", enumerated(0)),
	simple(O.BINARY_OUTPUT, 0, "Supply fan", enumerated(1),
	    commandable(enumerated(0))),
	simple(O.MULTI_STATE_VALUE, 0, "Mode", uint(3),
	    [[P.NUMBER_OF_STATES, uint(4)],
	     [P.STATE_TEXT, ["off", "day", "night", "hot"]
		.flatMap((s) => text(s))]]),
	simple(O.CHARACTERSTRING_VALUE, 0, "Notice",
	    text("Lüftung 1. Stock", b.CharacterStringEncoding.UCS_2)),
	simple(O.CHARACTERSTRING_VALUE, 1, "Label",
	    text("Zuluft Süd", b.CharacterStringEncoding.ISO_8859_1)),
	simple(O.INTEGER_VALUE, 0, "Offset",
	    [{type: T.SIGNED_INTEGER, value: -1234}]),
	simple(O.POSITIVE_INTEGER_VALUE, 0, "Hours", uint(70000)),
	simple(O.LARGE_ANALOG_VALUE, 0, "Energy",
	    [{type: T.DOUBLE, value: 123456.789}]),
	simple(O.OCTETSTRING_VALUE, 0, "Token",
	    [{type: T.OCTET_STRING, value: [0xDE, 0xAD, 0x01]}]),
	simple(O.BITSTRING_VALUE, 0, "Dampers", bits(11, 0, 3, 10)),
	simple(O.DATE_VALUE, 0, "Serviced", date(DAY)),
	simple(O.TIME_VALUE, 0, "Start", time(DAY)),
	object(O.FILE, 0, "Settings", [
		[P.FILE_TYPE, text("text")], [P.FILE_SIZE, uint(300)]]),
	object(O.TREND_LOG, 0, "Trend", [[P.RECORD_COUNT, uint(3)]]),
	object(O.NOTIFICATION_CLASS, 1, "Alarms", [
		[P.NOTIFICATION_CLASS, uint(1)]]),
]);

const room = device(1002, {
	name: "ROOM-12", vendor: "Example Controls", vendorId: 555,
	model: "RC-10", firmware: "1.0.9", software: "room-2",
	location: "Room 12", description: "Room controller",
	serial: "RC1-10233", revision: 3, bindings: [],
}, Array.from({length: 200}, (_, n) =>
	analog(O.ANALOG_VALUE, n, "Value " + n, n / 4)));

/* Behind device 1: network 100, address 5. */
const child = device(10005, {
	name: "FCU-5", vendor: "Example Drives", vendorId: 666,
	model: "FC-1", firmware: "0.8", software: "fcu-1",
	location: "Room 5", description: "Fan coil unit",
	serial: "FC1-00005", revision: 1, bindings: [],
}, [analog(O.ANALOG_INPUT, 0, "Room temperature", 22.75)]);

module.exports = {handler, room, child, DAY};
