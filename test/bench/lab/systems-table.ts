/** The systems that are compared, in the order of their turns. */
export const SYSTEMS = ['dialplan', 'ari_client', 'fastagi', 'doorman'] as const

/**
 * What the budget of a call is made of. What Asterisk takes for the way out to a program and back, whatever the program
 * does: the dialplan by hand, and in it one passage through `Stasis()` that decides nothing; the second time while a
 * manager connection stands. And Doorman where every caller's call is left with a state of its own.
 */
export const FLOORS = ['passage', 'passage_ami', 'doorman_own'] as const

export type FloorName = (typeof FLOORS)[number]
export type SystemName = (typeof SYSTEMS)[number] | FloorName

export const ALL = [...SYSTEMS, ...FLOORS] as const

/** The address by which the PBX knows each one's trunk. */

export const TRUNK_ADDRESS: Readonly<Record<SystemName, string>> = {
  dialplan: '127.0.0.11',
  ari_client: '127.0.0.12',
  fastagi: '127.0.0.13',
  doorman: '127.0.0.14',
  passage: '127.0.0.15',
  passage_ami: '127.0.0.16',
  doorman_own: '127.0.0.17',
}

export const trunkName = (system: SystemName): string => `trunk-${system.replace('_', '-')}`
export const entryContext = (system: SystemName): string => `from-${trunkName(system)}`

export function isFloor(name: SystemName): name is FloorName {
  return (FLOORS as readonly string[]).includes(name)
}

export function isSystemName(name: string): name is SystemName {
  return (ALL as readonly string[]).includes(name)
}
