import { type AsteriskConfig, type ConfigSection, optionOf } from '../asterisk/config.js'
import type { Console } from './console.js'

/** A PJSIP endpoint. */
export interface Endpoint {
  readonly name: string
  /** Where its calls enter the dialplan. */
  readonly context: string
  /** A provider or another PBX, as far as can be told: by its address, by our login there, or by a fixed contact. */
  readonly isTrunk: boolean
  /** `pjsip.conf:12`; undefined for one that is in no file. */
  readonly where?: string
}

/** PJSIP's own default. */
export const DEFAULT_CONTEXT = 'default'

/** The endpoints of pjsip.conf and pjsip_wizard.conf, in their order. */
export function endpointsIn(pjsip: AsteriskConfig, wizard: AsteriskConfig): readonly Endpoint[] {
  const has = (section: ConfigSection, key: string) => optionOf(section, key) !== undefined
  const endpoint = (section: ConfigSection, contextKey: string, isTrunk: boolean): Endpoint => ({
    ...{ name: section.name, context: optionOf(section, contextKey) ?? DEFAULT_CONTEXT, isTrunk },
    where: `${section.file}:${section.line}`,
  })
  const identified = ofType(pjsip, 'identify').map((section) => optionOf(section, 'endpoint'))
  const fixed = ofType(pjsip, 'aor').filter((aor) => has(aor, 'contact'))
  const plain = ofType(pjsip, 'endpoint').map((section) => {
    const aors = optionOf(section, 'aors')
      ?.split(',')
      .map((name) => name.trim())
    const isTrunk =
      identified.includes(section.name) ||
      has(section, 'outbound_auth') ||
      fixed.some(({ name }) => aors?.includes(name))
    return endpoint(section, 'context', isTrunk)
  })
  const wizards = ofType(wizard, 'wizard').map((section) =>
    endpoint(section, 'endpoint/context', has(section, 'remote_hosts')),
  )
  return [...plain, ...wizards]
}

function ofType({ sections }: AsteriskConfig, type: string): readonly ConfigSection[] {
  return sections.filter((section) => !section.isTemplate && optionOf(section, 'type') === type)
}

/** Each is a command of its own, so the number is limited. */
const MOST_ASKED = 50

/** Those of a database, which no file has. */
export async function otherEndpoints(
  console: Console,
  known: readonly Endpoint[],
): Promise<readonly Endpoint[]> {
  const list = (await console.command('pjsip show endpoints')) ?? ''
  const names = [...list.matchAll(/^ *Endpoint: +([^\s/<]+)/gm)].map(([, name = '']) => name)
  const others = names.filter((name) => !known.some((endpoint) => endpoint.name === name))
  return Array.fromAsync(others.slice(0, MOST_ASKED), async (name) => {
    const shown = (await console.command(`pjsip show endpoint ${name}`)) ?? ''
    const context = /^ *context +: (\S+)/m.exec(shown)?.[1] ?? DEFAULT_CONTEXT
    return { name, context, isTrunk: /^ *(Identify|OutAuth):/m.test(shown) }
  })
}
