import type { SipUserAgent } from '../../src/testcall/user-agent.js';
import type { Asterisk } from '../support/asterisk.js';
import { type RawInvite } from '../support/calls.js';
import type { RunningDoorman } from '../support/doorman.js';
/** What a PBX and its Doorman are after some hostile messages. */
export declare const UNHARMED: {
    /** Channels that are still there though their time is over, in Asterisk's own words. */
    stuck: string;
    /** SIP status of a good call that came next; its flow alone answers so. */
    goodCall: number | undefined;
    goodFlow: string;
    asteriskIsSame: boolean;
    doormanIsAlive: boolean;
    /** Names of files that a payload made. */
    traces: readonly string[];
    /** What was no JSON object on a line of Doorman's log, and lines that tell of a defect. */
    brokenLines: readonly string[];
};
/** Two callers, at the addresses of a trusted trunk and of an untrusted one, and a look at what they did. */
export declare class HostileSuite {
    #private;
    readonly asterisk: Asterisk;
    readonly doorman: RunningDoorman;
    readonly mark: string;
    readonly trusted: SipUserAgent;
    readonly untrusted: SipUserAgent;
    private constructor();
    static open(asterisk: Asterisk, doorman: RunningDoorman, mark: string): Promise<HostileSuite>;
    close(): void;
    /** Places a call from the trusted trunk; the SIP status, and the name of the flow by its record. */
    call(invite: RawInvite): Promise<{
        readonly status: number | undefined;
        readonly flow: string;
    }>;
    aftermath(): Promise<typeof UNHARMED>;
}
/**
 * Every file or folder whose name holds the mark: what a payload made, if one ever worked. `deep` are folders of our
 * own, `flat` those of the machine, into which a name with `../` may lead.
 */
export declare function tracesOf(mark: string, { deep, flat }: Readonly<Record<'deep' | 'flat', readonly string[]>>): readonly string[];
/** Every message of RFC 4475, byte for byte. */
export declare function tortureMessages(): readonly Buffer[];
