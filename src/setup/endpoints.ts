import { type AsteriskConfig, type ConfigSection, optionOf } from '../asterisk/config.js'

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
const DEFAULT_CONTEXT = 'default'

const namesIn = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').flatMap((name) => name.trim() || [])

/** The endpoints of pjsip.conf and pjsip_wizard.conf, in their order. */
export function endpointsIn(pjsip: AsteriskConfig, wizard: AsteriskConfig): readonly Endpoint[] {
  const ofType = (type: string) =>
    pjsip.sections.filter((section) => !section.isTemplate && optionOf(section, 'type') === type)
  const identified = new Set(ofType('identify').flatMap((section) => optionOf(section, 'endpoint') ?? []))
  const aors = ofType('aor')
  const hasContact = (name: string) =>
    aors.some((aor) => aor.name === name && optionOf(aor, 'contact') !== undefined)
  const plain = ofType('endpoint').map((section) => {
    const isTrunk =
      identified.has(section.name) ||
      optionOf(section, 'outbound_auth') !== undefined ||
      namesIn(optionOf(section, 'aors')).some(hasContact)
    return endpoint(section, optionOf(section, 'context'), isTrunk)
  })
  const wizards = wizard.sections.filter(
    (section) => !section.isTemplate && optionOf(section, 'type') === 'wizard',
  )
  return [
    ...plain,
    ...wizards.map((section) =>
      endpoint(
        section,
        optionOf(section, 'endpoint/context'),
        optionOf(section, 'remote_hosts') !== undefined,
      ),
    ),
  ]
}

function endpoint(
  { name, file, line }: ConfigSection,
  context: string | undefined,
  isTrunk: boolean,
): Endpoint {
  return { name, context: context ?? DEFAULT_CONTEXT, isTrunk, where: `${file}:${line}` }
}

/** The names in the answer to `pjsip show endpoints`. */
export function endpointNames(answer: string): readonly string[] {
  return [...answer.matchAll(/^ *Endpoint: +([^\s/<]+)/gm)].map(([, name = '']) => name)
}

/** The endpoint in the answer to `pjsip show endpoint NAME`. */
export function endpointShown(name: string, answer: string): Endpoint {
  const context = /^ *context +: (\S+)/m.exec(answer)?.[1] ?? DEFAULT_CONTEXT
  return { name, context, isTrunk: /^ *(Identify|OutAuth):/m.test(answer) }
}
