import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { isFalse, optionOf, sectionsNamed } from '../asterisk/config.js'
import { stateOf } from './files.js'
import { amiServer, type Findings, general, localAddress, OWN_FILES } from './inspect.js'

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
