import { type AsteriskConfig } from './asterisk-config.js';
/** A PJSIP endpoint. */
export interface Endpoint {
    readonly name: string;
    /** Where its calls enter the dialplan. */
    readonly context: string;
    /** A provider or another PBX, as far as can be told: by its address, by our login there, or by a fixed contact. */
    readonly isTrunk: boolean;
    /** `pjsip.conf:12`; undefined for one that is in no file. */
    readonly where?: string;
}
/** The endpoints of pjsip.conf and pjsip_wizard.conf, in their order. */
export declare function endpointsIn(pjsip: AsteriskConfig, wizard: AsteriskConfig): readonly Endpoint[];
/** The names in the answer to `pjsip show endpoints`. */
export declare function endpointNames(answer: string): readonly string[];
/** The endpoint in the answer to `pjsip show endpoint NAME`. */
export declare function endpointShown(name: string, answer: string): Endpoint;
