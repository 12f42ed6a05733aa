import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ConfigOption, sectionsNamed } from '../asterisk/config.js'
import { GENERATED_CONTEXTS, type GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import { dialplanFor } from '../call/passed-facts.js'
import { compile, ROUTING_FILE } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { applicationsOf, readSettings, type Settings } from '../settings/index.js'
import { type Entry, entriesFor, existingEntries } from './entries.js'
import { stateOf } from './files.js'
import { type Findings, type Identity, includesDialplan, SERVICE, userNamed } from './inspect.js'
import { NO_PLAN, type Plan, planSetup } from './plan.js'
import type { Places } from './settings-file.js'
import { startingFlows } from './starting-flows.js'

/** What is to be done, and what it was made of. */
export interface Prepared {
  readonly plan: Plan
  readonly places: Places
  readonly entries: readonly Entry[]
  readonly dialplan: GeneratedDialplan
  /** Whether routing.yaml is the first one, which sends every call on as before. */
  readonly isFirst: boolean
  /** What must be mended first, a line each; then nothing is to be done. */
  readonly faults: readonly string[]
}

/** The context `doorman`. */
const [ENTRY_CONTEXT] = GENERATED_CONTEXTS
const SECRET_BYTES = 24

/** The settings that are there already, which stay; a secret that the service may not read is no problem here. */
function existingSettings(file: string): Settings {
  const optional = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'] as const
  return readSettings({ env: {}, file: existsSync(file) ? file : undefined, optional })
}

/** Where all goes: `doorman` and `data` by the command line, unless the settings name others. */
function placesOf(doorman: string, data: string, settings: Settings): Places {
  const { DOORMAN_FLOWS: flows, DOORMAN_DATA: givenData } = settings
  return {
    doorman,
    // The defaults are for a command that is run in a folder of one's own.
    flows: flows === 'flows' ? join(doorman, 'flows') : flows,
    data: givenData === 'data' ? data : givenData,
    settingsFile: join(doorman, 'settings.env'),
    adminSecretFile: join(doorman, 'ami-admin-secret'),
  }
}

/** Plans the setup of an Asterisk. @throws SettingsError, FlowFilesError of what is there already */
export async function prepare(
  findings: Findings,
  folders: { readonly doorman: string; readonly data: string },
  self: Identity,
): Promise<Prepared> {
  const settings = existingSettings(join(folders.doorman, 'settings.env'))
  const places = placesOf(folders.doorman, folders.data, settings)
  const entries = entriesFor(findings)
  const starting = existsSync(join(places.flows, ROUTING_FILE)) ? undefined : startingFlows(findings, entries)
  const dialplan = await dialplanOf(settings, places.flows, starting)
  const input = { findings, places, entries, stateOf, dialplan, self, startingFlows: starting }
  const service = userNamed(SERVICE)
  const secret = () => randomBytes(SECRET_BYTES).toString('hex')
  const plan = findings.faults.length > 0 ? NO_PLAN : planSetup({ ...input, service, secret })
  const faults = [
    ...findings.faults,
    ...foreignContexts(findings, entries),
    ...(starting === undefined ? [] : loops(findings, entries)),
  ]
  return { plan, places, entries, dialplan, isFirst: starting !== undefined, faults }
}

/** The contexts for the flow files that are there, or that will be. */
async function dialplanOf(
  settings: Settings,
  flows: string,
  starting: string | undefined,
): Promise<GeneratedDialplan> {
  const folder = starting === undefined ? flows : mkdtempSync(join(tmpdir(), 'doorman-setup-'))
  try {
    if (starting !== undefined) writeFileSync(join(folder, ROUTING_FILE), starting)
    const compiled = await compile(folder)
    if (!compiled.ok) throw new FlowFilesError(compiled.problems)
    return dialplanFor(applicationsOf(settings), compiled.revision)
  } finally {
    if (starting !== undefined) rmSync(folder, { recursive: true })
  }
}

/** Contexts of these names that the admin has written: Asterisk would put both together. */
function foreignContexts({ configs }: Findings, entries: readonly Entry[]): string[] {
  const names = [...GENERATED_CONTEXTS, ...entries.map(({ name }) => name)]
  return names.flatMap((name) =>
    sectionsNamed(configs['extensions.conf'], name).map(
      ({ file, line }) => `${file}:${line}: the context [${name}] is Doorman's. Remove or rename it.`,
    ),
  )
}

/** Also GotoIf, GosubIf and Dial(Local/…@context). */
const JUMP = /\b(Goto|Gosub|Dial)/

/** Lines of the admin's that send calls to one of these contexts, as `file:line: [context]`. */
function linesTo({ configs }: Findings, contexts: readonly string[], from: (context: string) => boolean) {
  const sections = configs['extensions.conf'].sections.filter(({ name }) => from(name))
  const leads = ({ key, value }: ConfigOption) =>
    contexts.some((context) =>
      key === 'include' ? value === context : JUMP.test(value) && value.split(/[(),?:@/]/).includes(context),
    )
  return sections.flatMap(({ name, options }) =>
    options.filter(leads).map(({ file, line }) => `${file}:${line}: [${name}]`),
  )
}

/** Where calls go on as before, and come back from there, as the admin has sent them to Doorman by hand. */
function loops(findings: Findings, entries: readonly Entry[]): string[] {
  const contexts = new Set(entries.map(({ before }) => before))
  // The set grows while it is gone through.
  for (const context of contexts)
    for (const { options } of sectionsNamed(findings.configs['extensions.conf'], context))
      for (const { key, value } of options) if (key === 'include') contexts.add(value.split(',')[0] ?? '')
  const lines = linesTo(findings, [ENTRY_CONTEXT], (context) => contexts.has(context))
  return lines.map((line) => `${line} sends calls to Doorman already. Remove this line.`)
}

/** Why this user cannot make the changes of a plan; undefined if it can. */
export function unwritable({ folders, changes }: Plan, self: Identity): string | undefined {
  const canWrite = (path: string): boolean => {
    if (!existsSync(path)) return canWrite(dirname(path))
    try {
      accessSync(path, constants.W_OK)
      return true
    } catch {
      return false
    }
  }
  const isOwn = ({ uid, gid }: Identity) => self.uid === 0 || (uid === self.uid && gid === self.gid)
  const all = [
    ...folders.filter(({ path }) => !existsSync(path)),
    ...changes.map(({ path, after }) => ({ path, uid: after.uid, gid: after.gid })),
  ]
  const first = all.find(({ path, ...owner }) => !canWrite(dirname(path)) || !isOwn(owner))
  return first === undefined ? undefined : `Only root can write ${first.path}. Run this command as root.`
}

/** What leads to a context that an undo removes: calls would have nowhere to go. */
export function stillConnected(findings: Findings): readonly string[] {
  const entries = existingEntries(findings)
  const trunks = findings.endpoints.flatMap(({ name, context, where }) => {
    const entry = entries.find((one) => one.name === context)
    return entry === undefined
      ? []
      : [`${where ?? 'PJSIP'}: [${name}] has context = ${context}. Set it back to ${entry.before}.`]
  })
  // What the admin has included by hand stays.
  const contexts = [
    ...(includesDialplan(findings) ? [] : [ENTRY_CONTEXT]),
    ...entries.map(({ name }) => name),
  ]
  const lines = linesTo(findings, contexts, () => true)
  return [...trunks, ...lines.map((line) => `${line} sends calls to Doorman. Remove this line.`)]
}
