/** chan_pjsip names a channel `PJSIP/<endpoint>-<eight hex digits>`; an endpoint may have dashes of its own. */
const PJSIP_CHANNEL = /^PJSIP\/(.+)-[0-9a-f]{8}$/;
/**
 * The PJSIP endpoint that a channel belongs to, by its name; undefined on a channel that is not PJSIP. The name is
 * there without asking: `CHANNEL(endpoint)` says the same, but is a turn of the call's SIP thread (as on 16 and 22).
 */
export function trunkOf(channel) {
    return PJSIP_CHANNEL.exec(channel)?.[1];
}
//# sourceMappingURL=trunk-name.js.map