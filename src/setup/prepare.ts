import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ConfigOption, sectionsNamed } from '../asterisk/config.js'
import { GENERATED_CONTEXTS } from '../asterisk/dialplan/generate.js'
import { dialplanFor } from '../call/passed-facts.js'
import { compile, ROUTING_FILE } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { inTemporaryFolder } from '../revisions/revision-files.js'
import { applicationsOf } from '../settings/index.js'
import { contextBefore, type Entry, entriesFor, existingEntries } from './entries.js'
import { type Findings, includesDialplan, SELF } from './inspect.js'
import { type Folders, placesIn, startingFlows } from './own-files.js'
import { type Plan, planSetup } from './plan.js'

/** What is to be done, and what it was made of. */
export type Prepared = Readonly<Awaited<ReturnType<typeof prepare>>>

/** The context `doorman`. */
const [ENTRY_CONTEXT] = GENERATED_CONTEXTS

/**
 * Plans the setup of an Asterisk. Settings and flow files that are there already stay.
 * @param folders where all goes, unless the settings name others
 * @throws SettingsError, FlowFilesError of what is there already
 */
export async function prepare(findings: Findings, folders: Folders) {
  const { settings, places } = placesIn(folders)
  const entries = entriesFor(findings)
  const starting = existsSync(join(places.flows, ROUTING_FILE)) ? undefined : startingFlows(findings, entries)
  const compiled = await (starting === undefined
    ? compile(places.flows)
    : inTemporaryFolder(new Map([[ROUTING_FILE, starting]]), compile))
  if (!compiled.ok) throw new FlowFilesError(compiled.problems)
  const { revision } = compiled
  const dialplan = dialplanFor(applicationsOf(settings), revision)
  const faults = [
    ...findings.faults,
    ...foreignContexts(findings, entries),
    ...(starting === undefined ? [] : loops(findings, entries)),
  ]
  const plan: Plan =
    faults.length > 0
      ? { folders: [], changes: [] }
      : planSetup({ findings, places, entries, dialplan, startingFlows: starting })
  return {
    ...{ plan, places, entries, revision, dialplan },
    /** Whether routing.yaml is the first one, which sends every call on as before. */
    isFirst: starting !== undefined,
    /** What must be mended first, a line each; then nothing is to be done. */
    faults,
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

/** Why this user cannot make the changes of a plan; nothing if it can. */
export function unwritable({ folders, changes }: Plan): readonly string[] {
  const canWrite = (path: string): boolean => {
    if (!existsSync(path)) return canWrite(dirname(path))
    try {
      accessSync(path, constants.W_OK)
      return true
    } catch {
      return false
    }
  }
  const isOwn = ({ uid, gid }: typeof SELF) => SELF.uid === 0 || (uid === SELF.uid && gid === SELF.gid)
  const all = [
    ...folders.filter(({ path }) => !existsSync(path)),
    ...changes.map(({ path, after }) => ({ ...after, path })),
  ]
  const first = all.find((one) => !canWrite(dirname(one.path)) || !isOwn(one))
  return first === undefined ? [] : [`Only root can write ${first.path}. Run this command as root.`]
}

/** What leads to a context that an undo removes: calls would have nowhere to go. */
export function stillConnected(findings: Findings): readonly string[] {
  const entries = existingEntries(findings)
  const trunks = findings.endpoints
    .filter(({ context }) => entries.some((entry) => entry.name === context))
    .map(({ name, context, where = 'PJSIP' }) => {
      const before = contextBefore(entries, context)
      return `${where}: [${name}] has context = ${context}. Set it back to ${before}.`
    })
  // What the admin has included by hand stays.
  const contexts = [
    ...(includesDialplan(findings) ? [] : [ENTRY_CONTEXT]),
    ...entries.map(({ name }) => name),
  ]
  const lines = linesTo(findings, contexts, () => true)
  return [...trunks, ...lines.map((line) => `${line} sends calls to Doorman. Remove this line.`)]
}
