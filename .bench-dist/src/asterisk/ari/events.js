const text = (value) => (typeof value === 'string' ? value : '');
/** Asterisk leaves the backslashes of a quoted display name in (RFC 3261 §25.1, quoted-pair). */
const unescaped = (name) => name.replace(/\\(.)/g, '$1');
/** Asterisk's time of an event in milliseconds. */
export function timeOf({ timestamp }) {
    const at = Date.parse(text(timestamp));
    return Number.isNaN(at) ? undefined : at;
}
/** The call of a StasisStart event; undefined where it names no channel. */
export function arrivalOf(event) {
    const { channel, args } = event;
    if (channel === undefined || text(channel.id) === '')
        return undefined;
    return arrival(channel, Array.isArray(args) ? args.map(text).join(',') : '', timeOf(event));
}
/** The call that waits on a channel in `Stasis()` or `StasisBroadcast()`; undefined where it has left meanwhile. */
export function waitingCallOf(channel) {
    const application = text(channel.dialplan?.app_name);
    if (application !== '' && !application.startsWith('Stasis'))
        return undefined;
    const [, ...args] = text(channel.dialplan?.app_data).split(',');
    // StasisBroadcast(timeout,applications,arguments)
    return arrival(channel, args.slice(application === 'StasisBroadcast' ? 1 : 0).join(','), undefined);
}
function arrival(channel, args, at) {
    return {
        channelId: text(channel.id),
        channel: text(channel.name),
        sipCallId: text(channel.protocol_id),
        callerId: { number: text(channel.caller?.number), name: unescaped(text(channel.caller?.name)) },
        extension: text(channel.dialplan?.exten),
        args,
        at,
        isUndescribed: false,
    };
}
/** A channel that Asterisk cannot describe. */
export function undescribedCall(channelId) {
    return { ...arrival({ id: channelId }, '', undefined), isUndescribed: true };
}
//# sourceMappingURL=events.js.map