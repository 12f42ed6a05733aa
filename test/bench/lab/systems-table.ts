/** The systems that are compared, in the order of their turns, and the address by which the PBX knows each one's trunk. */
export const SYSTEMS = ['dialplan', 'ari_client', 'fastagi', 'doorman'] as const
export type SystemName = (typeof SYSTEMS)[number]

export const TRUNK_ADDRESS: Readonly<Record<SystemName, string>> = {
  dialplan: '127.0.0.11',
  ari_client: '127.0.0.12',
  fastagi: '127.0.0.13',
  doorman: '127.0.0.14',
}

export const trunkName = (system: SystemName): string => `trunk-${system.replace('_', '-')}`
export const entryContext = (system: SystemName): string => `from-${trunkName(system)}`

export function isSystemName(name: string): name is SystemName {
  return (SYSTEMS as readonly string[]).includes(name)
}
