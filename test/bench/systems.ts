/** The systems that are compared. */
export const COMPARED = ['dialplan', 'ari_client', 'fastagi', 'doorman', 'doorman_before'] as const

/**
 * The parts of a call's latency: the dialplan by hand with one passage through `Stasis()` that decides nothing, the
 * same beside an open manager connection, and Doorman with different state for each call.
 */
export const FLOORS = ['passage', 'passage_ami', 'doorman_own'] as const

/** All systems, in the order of their turns. */
export const SYSTEMS = [...COMPARED, ...FLOORS] as const

export type ComparedName = (typeof COMPARED)[number]
type FloorName = (typeof FLOORS)[number]
export type SystemName = ComparedName | FloorName

export const TITLES: Readonly<Record<SystemName, string>> = {
  dialplan: 'dialplan by hand',
  ari_client: 'plain ari-client',
  fastagi: 'FastAGI (ding-dong)',
  doorman: 'Doorman',
  doorman_before: 'Doorman, commit c592c16',
  passage: 'go on only',
  passage_ami: 'go on only, beside a manager connection',
  doorman_own: 'Doorman, different state for each call',
}

/** The address by which the PBX knows each system's trunk. */
export const trunkAddress = (system: SystemName): string => `127.0.0.${11 + SYSTEMS.indexOf(system)}`
export const trunkName = (system: SystemName): string => `trunk-${system.replace('_', '-')}`
export const entryContext = (system: SystemName): string => `from-${trunkName(system)}`
