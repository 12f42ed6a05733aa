/** The systems that are compared. */
export const COMPARED = ['dialplan', 'ari_client', 'fastagi', 'doorman', 'doorman_before'];
/**
 * The parts of a call's latency: the dialplan by hand with one passage through `Stasis()` that decides nothing, the
 * same beside an open manager connection, and Doorman with different state for each call.
 */
export const FLOORS = ['passage', 'passage_ami', 'doorman_own'];
/** All systems, in the order of their turns. */
export const SYSTEMS = [...COMPARED, ...FLOORS];
export const TITLES = {
    dialplan: 'dialplan by hand',
    ari_client: 'plain ari-client',
    fastagi: 'FastAGI (ding-dong)',
    doorman: 'Doorman',
    doorman_before: 'Doorman, commit c592c16',
    passage: 'go on only',
    passage_ami: 'go on only, beside a manager connection',
    doorman_own: 'Doorman, different state for each call',
};
/** The address by which the PBX knows each system's trunk. */
export const trunkAddress = (system) => `127.0.0.${11 + SYSTEMS.indexOf(system)}`;
export const trunkName = (system) => `trunk-${system.replace('_', '-')}`;
export const entryContext = (system) => `from-${trunkName(system)}`;
//# sourceMappingURL=systems.js.map