import { type FileUser } from '../lib/file-access.js';
import { type Check } from './check.js';
/** The secret of every sample in asterisk-conf. */
export declare const SAMPLE_SECRET = "CHANGE-ME";
export declare const SECTIONS: Check;
/** The file of the generated contexts, as Asterisk sees it at its next start. */
export declare const DIALPLAN_FILE: Check;
export declare const PASSWORD_FILES: Check;
/**
 * Whom the program runs as that listens at a TCP port of this machine; undefined where that cannot be seen.
 * proc(5): each line of /proc/net/tcp has the local address, the state (0A: listening) and the user.
 */
export declare function userListeningAt(port: number): Promise<FileUser | undefined>;
