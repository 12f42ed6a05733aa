import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isFalse, optionOf, readConfig, sectionsNamed } from '../asterisk/config.js'
import { readSettings } from '../settings/index.js'
import { blockOf, stateOf } from './changes.js'
import {
  amiServer,
  DEFAULT_CONTEXT,
  type Findings,
  general,
  httpServer,
  localAddress,
  OWN_FILES,
} from './inspect.js'

export interface User {
  readonly name: string
  readonly secret: string
}

/** Whom Asterisk knows for Doorman: in ARI, and in AMI for `doorman run` and for root at the command line. */
export type Users = Readonly<Record<'ari' | 'ami' | 'admin', User>>

const SECRET_BYTES = 24

/** The users that an earlier run has made keep their secrets. */
export function usersFor(findings: Findings): Users {
  const earlier = (file: string) => {
    const text = stateOf(join(findings.folder, file))?.content ?? ''
    return [...text.matchAll(/^(?:password|secret) = (\w+)/gm)].map(([, secret]) => secret)
  }
  const [ari] = earlier(OWN_FILES.ari)
  const [ami, admin] = earlier(OWN_FILES.manager)
  const user = (name: string, secret = randomBytes(SECRET_BYTES).toString('hex')) => ({ name, secret })
  return {
    ari: user(freeName(findings, 'ari.conf', 'doorman'), ari),
    ami: user(freeName(findings, 'manager.conf', 'doorman'), ami),
    admin: user(freeName(findings, 'manager.conf', 'doorman-admin'), admin),
  }
}

/** `doorman`, or `doorman-2` where the admin has that: a second user of a name is fatal in ari.conf (22.10). */
function freeName({ configs }: Findings, file: 'ari.conf' | 'manager.conf', wanted: string): string {
  let name = wanted
  for (let at = 2; sectionsNamed(configs[file], name).length > 0; at++) name = `${wanted}-${at}`
  return name
}

export function ariFile({ name, secret }: User): string {
  return [
    '; Written by "doorman setup". Doorman receives and continues calls over ARI.',
    ...[`[${name}]`, 'type = user'],
    ...['; Continuing a call is a POST.', 'read_only = no', `password = ${secret}`, ''],
  ].join('\n')
}

export function managerFile(findings: Findings, { ami, admin }: Users): string {
  // A server that listens on one address gets our connection from that address.
  const local = localAddress(amiServer(findings))
  const mask = local.includes(':') ? '/128' : '/255.255.255.255'
  const once = optionOf(general(findings.configs['manager.conf']), 'allowmultiplelogin')
  const common = [
    '; Only this machine, whatever bindaddr is; the second deny is for IPv6.',
    ...['deny = 0.0.0.0/0.0.0.0', 'deny = ::/0', 'permit = 127.0.0.1/255.255.255.255'],
    ...(local === '127.0.0.1' ? [] : [`permit = ${local}${mask}`]),
    // "doorman doctor" logs in beside "doorman run".
    ...(isFalse(once) ? ['allowmultiplelogin = yes'] : []),
    ...['read =', 'displayconnects = no'],
  ]
  return [
    '; Written by "doorman setup".',
    `[${ami.name}]`,
    '; For "doorman run": Setvar and Getvar. The class also permits Redirect,',
    '; Hangup, Bridge, Park and BlindTransfer: keep the secret like a password.',
    ...[`secret = ${ami.secret}`, ...common, 'write = call', ''],
    `[${admin.name}]`,
    '; For root at the command line: Reload, ShowDialPlan and GetConfig. "doorman',
    '; run" never uses it.',
    ...[`secret = ${admin.secret}`, ...common, 'write = config', ''],
  ].join('\n')
}

export const SETTINGS_FILE = 'settings.env'

export interface Folders {
  readonly doorman: string
  readonly data: string
}

/** @throws SettingsError of what is there already */
export function placesIn({ doorman, data }: Folders) {
  const settingsFile = join(doorman, SETTINGS_FILE)
  const settings = readSettings({
    env: {},
    file: existsSync(settingsFile) ? settingsFile : undefined,
    // All are written anew; an undo may have removed the file of one.
    optional: ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET', 'DOORMAN_AMI_ADMIN_SECRET'],
  })
  const { DOORMAN_FLOWS: flows, DOORMAN_DATA: ownData, DOORMAN_GREETINGS: greetings } = settings
  const places = {
    /** `/etc/doorman`: settings, flow files, and what setup remembers. */
    doorman,
    settingsFile,
    adminSecretFile: join(doorman, 'ami-admin-secret'),
    // The defaults are for a command that is run in a folder of one's own.
    flows: flows === 'flows' ? join(doorman, 'flows') : flows,
    data: ownData === 'data' ? data : ownData,
    // Not below the data, where Asterisk may not go.
    greetings: greetings === 'greetings' ? `${data}-greetings` : greetings,
  }
  return { settings, places }
}

/** Where all that is not Asterisk's goes. */
export type Places = ReturnType<typeof placesIn>['places']

const HEADING = `# Settings of Doorman, NAME=value; "doorman setup" wrote the first ones. There
# are passwords among them: do not make this file readable for others.
`

/** The settings that lead to this Asterisk. */
export function settingsFor(findings: Findings, places: Places, { ari, ami, admin }: Users) {
  const http = httpServer(findings)
  const manager = amiServer(findings)
  const host = localAddress(http)
  return {
    DOORMAN_FLOWS: places.flows,
    DOORMAN_DATA: places.data,
    DOORMAN_GREETINGS: places.greetings,
    DOORMAN_ARI_URL: `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`,
    DOORMAN_ARI_USERNAME: ari.name,
    DOORMAN_ARI_PASSWORD: ari.secret,
    DOORMAN_AMI_HOST: localAddress(manager),
    DOORMAN_AMI_PORT: String(manager.port),
    DOORMAN_AMI_USERNAME: ami.name,
    DOORMAN_AMI_SECRET: ami.secret,
    DOORMAN_AMI_ADMIN_USERNAME: admin.name,
    DOORMAN_AMI_ADMIN_SECRET_FILE: places.adminSecretFile,
  }
}

/** The settings file with these: each in place of the line that it had for this setting, else at its end. */
export function withSettings(before: string | undefined, settings: Readonly<Record<string, string>>): string {
  let text = before ?? HEADING
  for (const [name, value] of Object.entries(settings)) {
    // A secret may stand in a file of its own, which NAME_FILE names; both together are refused.
    const line = new RegExp(`^[ \\t]*(export[ \\t]+)?${name.replace(/_FILE$/, '')}(_FILE)?[ \\t]*=.*$`, 'm')
    const gap = text === '' || text.endsWith('\n') ? '' : '\n'
    text = line.test(text) ? text.replace(line, () => `${name}=${value}`) : `${text}${gap}${name}=${value}\n`
  }
  return text
}

/** The first routing.yaml: it names the trunks, trusts none, and sends each call on as it went before. */
export function startingFlows({ endpoints }: Findings, entries: readonly Entry[]): string {
  const trunks = endpoints.filter(({ isTrunk }) => isTrunk)
  const before = trunks.map((trunk) => ({ ...trunk, context: contextBefore(entries, trunk.context) }))
  const [first, ...others] = entries
  const flowOf = (entry: Entry) => (entry === first ? 'as_before' : `as_before_${entries.indexOf(entry) + 1}`)
  const rules = others.map((entry) => {
    const names = before.filter(({ context }) => context === entry.before).map(({ name }) => quoted(name))
    return [
      `  - name: As before from ${entry.before}`,
      `    when: { trunk: [${names.join(', ')}] }`,
      `    goto: ${flowOf(entry)}`,
    ]
  })
  return [
    '# Where calls go. "doorman check" says whether this file is right, "doorman',
    '# explain" what would become of a call. Keep telephone numbers in quotes.',
    '',
    '# default_country: US   # how to read national numbers such as 5551234567',
    '',
    '# What each trunk is trusted for; nothing, unless it is listed. Anybody can',
    '# write anything into a SIP header: trust a trunk only for what its provider',
    '# checks, as in  trust: [caller_number, P-Asserted-Identity]',
    ...(before.length === 0 ? ['trunks: {} # no trunk was found'] : ['trunks:']),
    ...before.map(({ name, context }) => `  ${quoted(name)}: { trust: [] } # context ${context}`),
    '',
    '# Every name that a rule may lead to, and its dialplan context; "dialled"',
    '# keeps the number that was dialled.',
    'flows:',
    ...entries.map((entry) => `  ${flowOf(entry)}: { context: ${entry.before}, extension: dialled }`),
    '',
    '# The first rule that matches wins. A rule, for a flow "sales" listed above:',
    '#  - name: Sales',
    '#    when: { callee: "+15557654321" }',
    '#    goto: sales',
    ...(rules.length === 0 ? ['rules: []'] : ['rules:', ...rules.flat()]),
    '',
    '# Every other call, and every call for which something fails.',
    'otherwise: as_before',
    '',
  ].join('\n')
}

/** Names of endpoints are free text, in YAML as well. */
function quoted(name: string): string {
  const isPlain = /^[A-Za-z][\w-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|[yn])$/i.test(name)
  return isPlain ? name : JSON.stringify(name)
}

/**
 * A context that leads to Doorman, for trunks whose calls come in on `before`. A trunk gets it in place of `before`: a
 * line in that context would compete with the patterns that are there, and calls that go on there would come back.
 */
export interface Entry {
  readonly name: string
  readonly before: string
}

const ENTRY = 'from-doorman-trunk'
const FROM_PSTN = 'from-pstn'

/** What `Set(DOORMAN_FALLBACK=…)` may name. */
const CLEAN = /^[0-9A-Za-z+*#._-]+$/

/** The entries for the contexts of all trunks; those that are there already stay as they are. */
export function entriesFor(findings: Findings): readonly Entry[] {
  const entries = [...existingEntries(findings)]
  const contexts = findings.endpoints.filter(({ isTrunk }) => isTrunk).map(({ context }) => context)
  const isKnown = (context: string) =>
    entries.some(({ name, before }) => name === context || before === context)
  const add = (before: string) => {
    const isFirst = entries.every(({ name }) => name !== ENTRY)
    if (!isKnown(before)) entries.push({ name: isFirst ? ENTRY : `${ENTRY}-${before}`, before })
  }
  for (const context of contexts.filter((context) => CLEAN.test(context))) add(context)
  if (entries.length === 0) add(findings.isFreePbx ? FROM_PSTN : DEFAULT_CONTEXT)
  return entries
}

/** Where the calls of a context went before a trunk was pointed at Doorman. */
export function contextBefore(entries: readonly Entry[], context: string): string {
  return entries.find(({ name }) => name === context)?.before ?? context
}

/** The entries in the block of extensions.conf. */
export function existingEntries({ targets }: Pick<Findings, 'targets'>): readonly Entry[] {
  const block = blockOf(targets['extensions.conf'].state?.content ?? '')
  const { sections } = readConfig('block', { read: () => block, matching: () => [] })
  return sections.flatMap(({ name, options }) => {
    const [before] = options.flatMap(({ value }) => /Set\(DOORMAN_FALLBACK=([^,]+),/.exec(value)?.[1] ?? [])
    return before === undefined ? [] : [{ name, before }]
  })
}

/** Numbers, names, and calls without either; nothing of the caller's text is in a destination. */
const PATTERNS = ['_[+*#0-9]!', '_[A-Za-z].', 's']

/** The dialplan of an entry. */
export function entryLines({ name, before }: Entry): readonly string[] {
  return [
    `; Without Doorman its calls go on in [${before}].`,
    `[${name}]`,
    ...PATTERNS.flatMap((pattern) => [
      `exten => ${pattern},1,Set(DOORMAN_FALLBACK=${before},dialled,1)`,
      ' same => n,Goto(doorman,,1)',
    ]),
  ]
}
