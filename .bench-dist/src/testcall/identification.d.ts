import { type AriAccess } from '../asterisk/ari/http.js';
/** A PJSIP endpoint, and by which addresses it is identified. */
export interface Identified {
    readonly endpoint: string;
    /** `127.0.0.2/255.255.255.255`; undefined where no identify section has the endpoint's name. */
    readonly matches: readonly string[] | undefined;
}
/** What ARI says of PJSIP's endpoints; empty where it says nothing. */
export declare function readIdentified(access: AriAccess): Promise<readonly Identified[]>;
/**
 * What to do so that PJSIP identifies a caller at this address as a trunk.
 * @param trunks those of the flow files, which are named first
 */
export declare function howToBeIdentified(address: string, endpoints: readonly Identified[], trunks: readonly string[]): readonly string[];
