import type { Log } from '../../lib/log.js';
import { type DialplanLocation, type Variable } from '../pbx.js';
import { type AmiAccess } from './session.js';
/**
 * AMI, over which variables are set where they cannot be shared. It connects on demand and closes when idle; while AMI
 * cannot be reached, work is refused at once, and Doorman goes on trying: asterisk-manager would queue the actions and
 * send them later, when the call is gone.
 */
export declare class Ami {
    #private;
    constructor(access: AmiAccess, log: Log);
    /** Whether it could be reached when it was last tried. */
    get isUp(): boolean;
    /** Connects, and from then on watches that it can. Returns at once. */
    start(): void;
    /** Looks at once whether it can be reached: Asterisk may be gone. */
    probe(): void;
    stop(): void;
    /** Sets variables on a channel, in order. @throws PbxError, or RangeError for what AMI cannot carry. */
    setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void>;
    /** Which of these the running dialplan lacks. @throws PbxError where Asterisk cannot tell. */
    missingLocations<L extends DialplanLocation>(locations: readonly L[], timeoutMs: number): Promise<readonly L[]>;
}
