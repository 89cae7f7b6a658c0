/*
 * bn_device: BACnet/IP devices made of @bacnet-js/client, for recordings.
 *
 *   bn_device.js handler|room ADDRESS BROADCAST
 *
 * The stack decodes requests and encodes replies; what the points are is in
 * bn_points.js.  What the stack has encoders for and no function, this file
 * puts together from those: complex acknowledgements, segments, the address
 * of the controller behind the router, the broadcast tables' forwarding.
 */
"use strict";

const b = require("@bacnet-js/client");
const lib = "@bacnet-js/client/dist/lib/";
const apdu = require(lib + "apdu");
const npdu = require(lib + "npdu");
const asn1 = require(lib + "asn1");
const services = require(lib + "services");
const points = require("./bn_points.js");

const {ObjectType: O, PropertyIdentifier: P, ApplicationTag: T,
	ConfirmedServiceChoice: C, ErrorClass: EC, ErrorCode: EE} = b;

const ROUTED = {net: 100, adr: [5]};
const WINDOW = 4, SEGMENT = 400;
const WRITABLE = [P.PRESENT_VALUE, P.DESCRIPTION, P.OUT_OF_SERVICE];
const ALARM = {type: O.ANALOG_INPUT, instance: 1};

const [which, address, broadcast] = process.argv.slice(2);
const own = points[which];
const stack = new b.default({broadcastAddress: broadcast});
const foreign = [];             /* addresses that registered */
const watchers = [];            /* subscriptions */
let content = Buffer.from("fan=on\nvalve=40\n".repeat(20)).subarray(0, 300);
let sending = null;             /* the segmented reply under way */

/* Which device is meant: the stack forgets the destination it has read. */
const read_npdu = stack._handleNpdu.bind(stack);
stack._handleNpdu = (buffer, offset, length, header) => {
	const {destination} = npdu.decode(buffer, offset);

	if (destination && destination.net === ROUTED.net)
		header.routed = ROUTED;
	read_npdu(buffer, offset, length, header);
};

function target(m) {
	return m.header.routed ? points.child : own;
}

/* Whatever device is there: the answer names it. */
function real_id(id, dev) {
	return id.type === O.DEVICE && id.instance === 4194303 ?
	    {type: id.type, instance: dev.instance} : id;
}

function key(id, dev) {
	return id.type + ":" + real_id(id, dev).instance;
}

/* One message to the sender, from the device that it asked. */
function answer(m, fill, control = 0) {
	const to = m.header.sender;
	const buffer = stack._getApduBuffer();

	npdu.encode(buffer, control, to, m.header.routed, 255);
	fill(buffer);
	stack.sendBvlc({...to, forwardedFrom: null}, buffer);
}

function complex(m, fill) {
	answer(m, (buffer) => {
		apdu.encodeComplexAck(buffer, b.PduType.COMPLEX_ACK, m.service,
		    m.invokeId);
		fill(buffer);
	});
}

function simple(m) {
	answer(m, (buffer) => apdu.encodeSimpleAck(buffer,
	    b.PduType.SIMPLE_ACK, m.service, m.invokeId));
}

function refuse(m, error_class, error_code) {
	answer(m, (buffer) => {
		apdu.encodeError(buffer, b.PduType.ERROR, m.service,
		    m.invokeId);
		services.ErrorService.encode(buffer, error_class, error_code);
	});
}

/* Segments: one, then windows, each after its acknowledgement. */
function send_segments(from, to) {
	const {m, data} = sending;
	const last = Math.ceil(data.length / SEGMENT) - 1;

	for (let n = from; n <= to && n <= last; n++)
		answer(m, (buffer) => {
			const part = data.subarray(n * SEGMENT,
			    (n + 1) * SEGMENT);

			apdu.encodeComplexAck(buffer, b.PduType.COMPLEX_ACK |
			    b.PduConReqBit.SEGMENTED_MESSAGE | (n < last ?
			    b.PduConReqBit.MORE_FOLLOWS : 0), m.service,
			    m.invokeId, n, WINDOW);
			part.copy(buffer.buffer, buffer.offset);
			buffer.offset += part.length;
		});
}

/* The stack would take an acknowledgement for a segment. */
const read_segment = stack._processSegment.bind(stack);
stack._processSegment = (m, ...rest) => {
	if (m.originalInvokeId === undefined)
		return read_segment(m, ...rest);
	if (sending && sending.m.invokeId === m.originalInvokeId)
		send_segments(m.sequencenumber + 1,
		    m.sequencenumber + m.actualWindowSize);
	return undefined;
};

function acknowledge(m, fill) {
	const data = {buffer: Buffer.alloc(8192), offset: 0};

	fill(data);
	if (data.offset <= 1200)
		return complex(m, fill);
	sending = {m, data: data.buffer.subarray(0, data.offset)};
	return send_segments(0, 0);
}

/* A property's values, or the error instead. */
function look_up(dev, id, property) {
	const o = dev.objects.get(key(id, dev));
	const all = o && o.get(property.id);
	const {index} = property;

	if (!all)
		return {error: o ? [EC.PROPERTY, EE.UNKNOWN_PROPERTY] :
		    [EC.OBJECT, EE.UNKNOWN_OBJECT]};
	if (index === b.ASN1_ARRAY_ALL)
		return {values: all};
	if (index === 0)
		return {values: [{type: T.UNSIGNED_INTEGER,
			value: all.length}]};
	return index <= all.length ? {values: [all[index - 1]]} :
	    {error: [EC.PROPERTY, EE.INVALID_ARRAY_INDEX]};
}

stack.on("readProperty", (m) => {
	const {objectId, property} = m.payload;
	const dev = target(m);
	const found = look_up(dev, objectId, property);

	if (found.error)
		return refuse(m, ...found.error);
	return acknowledge(m, (buffer) =>
	    services.ReadProperty.encodeAcknowledge(buffer,
		real_id(objectId, dev), property.id, property.index,
		found.values));
});

function results(dev, spec) {
	const o = dev.objects.get(key(spec.objectId, dev));
	const asked = spec.properties.flatMap((p) =>
	    p.id === P.ALL && o ? [...o.keys()].map((id) =>
		({id, index: b.ASN1_ARRAY_ALL})) : [p]);

	return {objectId: real_id(spec.objectId, dev), values: asked.map((p) => {
		const found = look_up(dev, spec.objectId, p);

		return {property: p, value: found.values || [{value: {
			type: "BacnetError", errorClass: found.error[0],
			errorCode: found.error[1]}}]};
	})};
}

stack.on("readPropertyMultiple", (m) => {
	const dev = target(m);

	acknowledge(m, (buffer) =>
	    services.ReadPropertyMultiple.encodeAcknowledge(buffer,
		m.payload.properties.map((spec) => results(dev, spec))));
});

/* What a commandable point is: its highest command, or its default. */
function settle(o) {
	const set = o.get(P.PRIORITY_ARRAY).find((v) => v.type !== T.NULL);

	o.set(P.PRESENT_VALUE, set ? [set] : o.get(P.RELINQUISH_DEFAULT));
}

function write(dev, id, value) {
	const o = dev.objects.get(key(id, dev));

	if (!o)
		return [EC.OBJECT, EE.UNKNOWN_OBJECT];
	if (!o.has(value.property.id))
		return [EC.PROPERTY, EE.UNKNOWN_PROPERTY];
	if (!WRITABLE.includes(value.property.id))
		return [EC.PROPERTY, EE.WRITE_ACCESS_DENIED];
	if (o.has(P.PRIORITY_ARRAY) &&
	    value.property.id === P.PRESENT_VALUE) {
		o.get(P.PRIORITY_ARRAY)[(value.priority || 16) - 1] =
		    value.value[0];
		settle(o);
	} else {
		o.set(value.property.id, value.value);
	}
	return null;
}

stack.on("writeProperty", (m) => {
	const {objectId, value} = m.payload;
	const error = write(target(m), objectId, value);

	if (error)
		return refuse(m, ...error);
	simple(m);
	return tell_watchers(objectId);
});

stack.on("writePropertyMultiple", (m) => {
	const {objectId, values} = m.payload;

	for (const value of values)
		write(target(m), objectId, value);
	simple(m);
	tell_watchers(objectId);
});

/* Who is there, for the device or its child: to all, or to one for another. */
function i_am(dev, routed, to = null) {
	const buffer = stack._getApduBuffer(to);

	npdu.encode(buffer, 0, null, routed, 255);
	apdu.encodeUnconfirmedServiceRequest(buffer,
	    b.PduType.UNCONFIRMED_REQUEST, b.UnconfirmedServiceChoice.I_AM);
	services.IAm.encode(buffer, dev.instance, 1476,
	    b.Segmentation.SEGMENTED_BOTH, dev.vendorId);
	stack.sendBvlc(to, buffer);
}

function tell_all(dev, routed) {
	i_am(dev, routed);
	for (const to of foreign)
		i_am(dev, routed, {address: to, forwardedFrom: address});
}

function i_am_router() {
	const buffer = stack._getApduBuffer();

	npdu.encode(buffer, b.NpduControlBit.NETWORK_LAYER_MESSAGE, null, null,
	    255, b.NetworkLayerMessageType.I_AM_ROUTER_TO_NETWORK, 0);
	asn1.encodeUnsigned(buffer, ROUTED.net, 2);
	stack.sendBvlc(null, buffer);
}

function in_limits(m, instance) {
	const {lowLimit, highLimit} = m.payload;

	return lowLimit === undefined ||
	    (instance >= lowLimit && instance <= highLimit);
}

stack.on("whoIs", (m) => {
	const {DISTRIBUTE_BROADCAST_TO_NETWORK} = b.BvlcResultPurpose;

	if (m.header.func === DISTRIBUTE_BROADCAST_TO_NETWORK)
		stack.whoIs({forwardedFrom: m.header.sender.address},
		    m.payload);
	if (in_limits(m, own.instance))
		tell_all(own, null);
	if (which === "handler" && in_limits(m, points.child.instance)) {
		i_am_router();
		tell_all(points.child, ROUTED);
	}
});

/* A BBMD's part: what others say by broadcast, to those that registered. */
stack.on("iAm", (m) => {
	const {deviceId, vendorId} = m.payload;

	for (const to of foreign)
		i_am({instance: deviceId, vendorId}, null, {address: to,
			forwardedFrom: m.header.sender.address});
});

stack.on("registerForeignDevice", (m) => {
	const to = m.header.sender;

	if (which !== "handler")
		return stack.resultResponse(to,
		    b.BvlcResultFormat.REGISTER_FOREIGN_DEVICE_NAK);
	foreign.push(to.address);
	return stack.resultResponse(to,
	    b.BvlcResultFormat.SUCCESSFUL_COMPLETION);
});

stack.on("whoHas", (m) => {
	const {objectId, objectName} = m.payload;

	for (const [name, o] of own.objects) {
		const id = o.get(P.OBJECT_IDENTIFIER)[0].value;
		const called = o.get(P.OBJECT_NAME)[0].value;

		if (objectName ? called === objectName :
		    name === key(objectId, own))
			stack.iHaveResponse(null, {type: O.DEVICE,
				instance: own.instance}, id, called);
	}
});

/* Changes of value. */
function notify(w) {
	const o = own.objects.get(key(w.id, own));
	const values = w.properties.map((id) =>
	    ({property: {id}, value: o.get(id)}));

	if (!w.confirmed)
		stack.unconfirmedCOVNotification(w.to, w.process, own.instance,
		    w.id, w.lifetime, values);
	else
		stack.confirmedCOVNotification(w.to, w.id, w.process,
		    own.instance, w.lifetime, values).catch(() => {});
}

function tell_watchers(id) {
	for (const w of watchers)
		if (key(w.id, own) === key(id, own))
			notify(w);
}

function subscribe(m, properties) {
	const p = m.payload;
	const same = watchers.findIndex((w) =>
	    w.process === p.subscriberProcessId &&
	    key(w.id, own) === key(p.monitoredObjectId, own));

	if (!own.objects.has(key(p.monitoredObjectId, own)))
		return refuse(m, EC.OBJECT, EE.UNKNOWN_OBJECT);
	if (same >= 0)
		watchers.splice(same, 1);
	simple(m);
	if (p.cancellationRequest)
		return undefined;
	const w = {to: m.header.sender, process: p.subscriberProcessId,
		id: p.monitoredObjectId, lifetime: p.lifetime, properties,
		confirmed: p.issueConfirmedNotifications};
	watchers.push(w);
	return notify(w);
}

stack.on("subscribeCov", (m) =>
    subscribe(m, [P.PRESENT_VALUE, P.STATUS_FLAGS]));
stack.on("subscribeProperty", (m) =>
    subscribe(m, [m.payload.monitoredProperty.id]));

/* Files, logs. */
stack.on("atomicReadFile", (m) => {
	const {position, count} = m.payload;
	const part = content.subarray(position, position + count);

	if (position > content.length)
		return refuse(m, EC.SERVICES, EE.INVALID_FILE_START_POSITION);
	return complex(m, (buffer) =>
	    services.AtomicReadFile.encodeAcknowledge(buffer, true,
		position + part.length >= content.length, position, 1, [part],
		[part.length]));
});

stack.on("atomicWriteFile", (m) => {
	const {position, blocks, isStream} = m.payload;
	const data = Buffer.from(blocks[0]);

	content = Buffer.concat([content.subarray(0, position), data,
		content.subarray(position + data.length)]);
	complex(m, (buffer) => services.AtomicWriteFile.encodeAcknowledge(
	    buffer, isStream, position));
});

stack.on("readRange", (m) => {
	const records = {buffer: Buffer.alloc(256), offset: 0};

	for (let n = 0; n < 3; n++) {
		const when = new Date(points.DAY.getTime() + n * 60000);

		asn1.encodeOpeningTag(records, 0);
		asn1.encodeApplicationDate(records, when);
		asn1.encodeApplicationTime(records, when);
		asn1.encodeClosingTag(records, 0);
		asn1.encodeOpeningTag(records, 1);
		asn1.encodeContextReal(records, 2, 18 + n / 2);
		asn1.encodeClosingTag(records, 1);
	}
	complex(m, (buffer) => services.ReadRange.encodeAcknowledge(buffer,
	    m.payload.objectId, m.payload.property.id, b.ASN1_ARRAY_ALL,
	    {bitsUsed: 3, value: [3]}, 3,
	    records.buffer.subarray(0, records.offset)));
});

/* Alarms. */
const AT = {type: b.TimeStamp.DATETIME, value: points.DAY};
const NEVER = {type: b.TimeStamp.SEQUENCE_NUMBER, value: 0};

stack.on("getEventInformation", (m) => complex(m, (buffer) =>
    services.GetEventInformation.encodeAcknowledge(buffer, [{
	objectId: ALARM, eventState: b.EventState.HIGH_LIMIT,
	acknowledgedTransitions: {bitsUsed: 3, value: [6]},
	eventTimeStamps: [AT, NEVER, NEVER], notifyType: b.NotifyType.ALARM,
	eventEnable: {bitsUsed: 3, value: [7]}, eventPriorities: [80, 90, 200],
    }], false)));

stack.on("getAlarmSummary", (m) => complex(m, (buffer) => {
	asn1.encodeApplicationObjectId(buffer, ALARM.type, ALARM.instance);
	asn1.encodeApplicationEnumerated(buffer, b.EventState.HIGH_LIMIT);
	asn1.encodeApplicationBitstring(buffer, {bitsUsed: 3, value: [6]});
}));

stack.on("getEnrollmentSummary", (m) => complex(m, (buffer) =>
    services.GetEnrollmentSummary.encodeAcknowledge(buffer, [{
	objectId: ALARM, eventType: b.EventType.OUT_OF_RANGE,
	eventState: b.EventState.HIGH_LIMIT, priority: 80,
	notificationClass: 1}])));

function alarm(to_state, value) {
	return {processId: 7, initiatingObjectId: {type: O.DEVICE,
		instance: own.instance}, eventObjectId: ALARM, timeStamp: AT,
		notificationClass: 1, priority: 80,
		eventType: b.EventType.OUT_OF_RANGE,
		messageText: "Return air " + value,
		notifyType: b.NotifyType.ALARM, ackRequired: true,
		fromState: b.EventState.NORMAL, toState: to_state,
		outOfRangeExceedingValue: value,
		outOfRangeStatusFlags: {bitsUsed: 4, value: [1]},
		outOfRangeDeadband: 0.5, outOfRangeExceededLimit: 28};
}

/* The alarm goes off when somebody writes the value that does it. */
stack.on("privateTransfer", (m) => {
	const to = {address: m.header.sender.address};

	if (m.service === C.CONFIRMED_PRIVATE_TRANSFER)
		complex(m, (buffer) => {
			asn1.encodeContextUnsigned(buffer, 0,
			    m.payload.vendorId);
			asn1.encodeContextUnsigned(buffer, 1,
			    m.payload.serviceNumber);
		});
	if (m.payload.serviceNumber !== 9)
		return;
	stack.unconfirmedEventNotification(to,
	    alarm(b.EventState.HIGH_LIMIT, 31.5));
	stack.confirmedEventNotification(to,
	    alarm(b.EventState.HIGH_LIMIT, 32.25)).catch(() => {});
});

/* The rest succeeds, or does not, by what is asked. */
const PASSWORD = "open-7";

function guarded(m) {
	if (m.payload.password === PASSWORD)
		return simple(m);
	return refuse(m, EC.SECURITY, EE.PASSWORD_FAILURE);
}

stack.on("reinitializeDevice", guarded);
stack.on("deviceCommunicationControl", guarded);
stack.on("alarmAcknowledge", simple);
stack.on("addListElement", simple);
stack.on("removeListElement", simple);
stack.on("deleteObject", (m) => refuse(m, EC.OBJECT,
    EE.OBJECT_DELETION_NOT_PERMITTED));
stack.on("createObject", (m) => complex(m, (buffer) =>
    services.CreateObject.encodeAcknowledge(buffer, m.payload.objectId)));
stack.on("timeSync", () => {});
stack.on("timeSyncUTC", () => {});

stack.on("error", (e) => {
	console.error("bn_device:", e.message);
	process.exit(1);
});
stack.on("listening", () => console.log("ready"));
