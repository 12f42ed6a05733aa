/** The systems that are compared. */
export declare const COMPARED: readonly ['dialplan', 'ari_client', 'fastagi', 'doorman', 'doorman_before'];
/**
 * The parts of a call's latency: the dialplan by hand with one passage through `Stasis()` that decides nothing, the
 * same beside an open manager connection, and Doorman with different state for each call.
 */
export declare const FLOORS: readonly ['passage', 'passage_ami', 'doorman_own'];
/** All systems, in the order of their turns. */
export declare const SYSTEMS: readonly ["dialplan", "ari_client", "fastagi", "doorman", "doorman_before", "passage", "passage_ami", "doorman_own"];
export type ComparedName = (typeof COMPARED)[number];
type FloorName = (typeof FLOORS)[number];
export type SystemName = ComparedName | FloorName;
export declare const TITLES: Readonly<Record<SystemName, string>>;
/** The address by which the PBX knows each system's trunk. */
export declare const trunkAddress: (system: SystemName) => string;
export declare const trunkName: (system: SystemName) => string;
export declare const entryContext: (system: SystemName) => string;
export {};
