import type { Finding } from '../../src/doctor/check.js';
import { type Ending, type Env } from '../cli/command.js';
import type { Asterisk } from '../support/asterisk.js';
/** The second user of manager.conf, switched on as the file says: without the ; that begins each of its lines. */
export declare function adminConf(): string;
/** The settings that go with it. */
export declare const ADMIN_SETTINGS: {
    readonly DOORMAN_AMI_ADMIN_SECRET: "a-secret-of-the-story";
};
/** How often Asterisk was made to reload its dialplan since it started. */
export declare function reloads(asterisk: Asterisk): number;
/** Runs `doorman …` to its end with the flow files of the example, in a process that has this environment alone. */
export declare function doorman(args: readonly string[], env: Env): Promise<Ending>;
export declare function doctor(env: Env): Promise<{
    exit: number | null;
    findings: readonly Finding[];
}>;
