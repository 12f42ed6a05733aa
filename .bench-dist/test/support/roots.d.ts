import { type AsteriskInstall } from './install.js';
/** Debian suites by the Asterisk they hold: forky 22.10, bullseye 16.28. */
export declare const RELEASES: readonly ['forky', 'bullseye'];
export type Release = (typeof RELEASES)[number];
/**
 * A Debian root with Asterisk, kept in `<lab>/roots/<release>` and built where it is missing (about 15 s
 * and 300 MB). Nothing of the machine is touched, apart from installing mmdebstrap where it is missing.
 *
 * @param say gets a line of progress every few seconds while it is being built
 * @throws one Error that says what failed and which ways there are
 */
export declare function asteriskRoot(release: Release, say: (line: string) => void): Promise<AsteriskInstall>;
/** The command line of Prometheus' promtool, out of a root that is built where it is missing, like Asterisk's. */
export declare function promtool(say: (line: string) => void): Promise<readonly string[]>;
