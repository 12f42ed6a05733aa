import { join } from 'node:path'
import { isFalse, optionOf, sectionsNamed } from '../asterisk/config.js'
import { type FileState, textOf } from './files.js'
import { amiServer, type Findings, general, localAddress, OWN_FILES } from './inspect.js'

export interface User {
  readonly name: string
  readonly secret: string
}

/** Whom Asterisk knows for Doorman: in ARI, and in AMI for `doorman run` and for root at the command line. */
export interface Users {
  readonly ari: User
  readonly ami: User
  readonly admin: User
}

/** The users that an earlier run has made keep their secrets. */
export function usersFor(
  findings: Findings,
  stateOf: (path: string) => FileState | undefined,
  fresh: () => string,
): Users {
  const earlier = (file: string) => {
    const state = stateOf(join(findings.folder, file))
    const secrets = textOf(state?.content ?? Buffer.of()).matchAll(/^(?:password|secret) = (\w+)/gm)
    return [...secrets].map(([, secret]) => secret)
  }
  const [ari] = earlier(OWN_FILES.ari)
  const [ami, admin] = earlier(OWN_FILES.manager)
  return {
    ari: { name: freeName(findings, 'ari.conf', 'doorman'), secret: ari ?? fresh() },
    ami: { name: freeName(findings, 'manager.conf', 'doorman'), secret: ami ?? fresh() },
    admin: { name: freeName(findings, 'manager.conf', 'doorman-admin'), secret: admin ?? fresh() },
  }
}

/** `doorman`, or `doorman-2` where the admin has that: a second user of a name is fatal in ari.conf (22.10). */
function freeName({ configs }: Findings, file: 'ari.conf' | 'manager.conf', wanted: string): string {
  const isTaken = (name: string) => sectionsNamed(configs[file], name).length > 0
  for (let at = 1; ; at++) {
    const name = at === 1 ? wanted : `${wanted}-${at}`
    if (!isTaken(name)) return name
  }
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
