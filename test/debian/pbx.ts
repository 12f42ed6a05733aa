import { join } from 'node:path'
import { modulesConf } from '../support/asterisk-modules.js'
import { freePort } from '../support/free-ports.js'
import type { AsteriskInstall } from '../support/install.js'
import { labFolder } from '../support/lab-folder.js'
import { asteriskRoot, type HOSTS, haveProgram, hostRoot } from '../support/roots.js'
import { Machine } from './machine.js'
import { folder, say } from './packages.js'

/** Where the root of another Debian release, which has Asterisk, is on the machine. */
const ASTERISK_ROOT = '/srv/asterisk'

export interface Pbx {
  readonly ports: { readonly sip: number; readonly http: number; readonly ami: number }
}

/** Each flow says on which call, and by which rule, it was entered. */
export const flow = (context: string) => `
[${context}]
exten => s,1,Log(NOTICE,REACHED \${CHANNEL(pjsip,call-id)} \${CONTEXT} \${DOORMAN_RULE})
 same => n,Log(NOTICE,GREETED \${CHANNEL(pjsip,call-id)} \${DOORMAN_GREETING_STATUS})
 same => n,Answer()
 same => n,Wait(0.1)
 same => n,Hangup()
`

/**
 * Boots a machine that is a PBX and knows nothing of Doorman: Asterisk as a service, and a trunk whose calls go to a
 * desk. The packages are in `/srv/packages`.
 * @param grown what the files of Asterisk have besides, by their names
 */
export async function bootPbx(
  host: (typeof HOSTS)[number],
  grown: Readonly<Record<string, string>> = {},
): Promise<{ readonly machine: Machine; readonly pbx: Pbx }> {
  await haveProgram('systemd-nspawn', say)
  const install = await asteriskRoot('forky', say)
  const asterisk = join(labFolder(), 'roots/forky')
  const folders = { [ASTERISK_ROOT]: asterisk, '/srv/packages': folder }
  const machine = await Machine.boot(await hostRoot(host, say), folders)
  return { machine, pbx: await installPbx(machine, asterisk, install, grown) }
}

async function installPbx(
  machine: Machine,
  root: string,
  install: AsteriskInstall,
  grown: Readonly<Record<string, string>>,
): Promise<Pbx> {
  const inMachine = (path: string) => path.replaceAll(root, ASTERISK_ROOT)
  const ports = { sip: await freePort('udp'), http: await freePort('tcp'), ami: await freePort('tcp') }
  const directories = { astmoddir: inMachine(install.modules), astdatadir: inMachine(install.data) }
  const files: Readonly<Record<string, string>> = {
    'asterisk.conf': `[directories]\n${Object.entries(directories)
      .map(([name, path]) => `${name} => ${path}\n`)
      .join('')}[options]\nnocolor = yes\n`,
    'modules.conf': modulesConf(install.modules),
    'logger.conf':
      '[general]\nlogger_queue_limit = 200000\n[logfiles]\nmessages.log = notice,warning,error\n',
    'rtp.conf': '[general]\nrtpstart = 30000\nrtpend = 32766\n',
    'http.conf': `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${ports.http}\n`,
    'ari.conf': '[general]\nenabled = yes\n',
    'manager.conf': `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = ${ports.ami}\n`,
    'pjsip.conf': `[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:${ports.sip}
[carrier-a]\ntype = endpoint\ncontext = from-carrier\nallow = ulaw
[carrier-a]\ntype = identify\nendpoint = carrier-a\nmatch = 127.0.0.2\n`,
    'extensions.conf': `[from-carrier]\nexten => _X.,1,Goto(desk,s,1)\n${flow('desk')}${flow('sales')}`,
  }
  await machine.must(
    'useradd --system --user-group --home-dir /var/lib/asterisk --create-home asterisk && ' +
      'install -d -o asterisk -g asterisk /run/asterisk /var/log/asterisk /var/spool/asterisk',
  )
  for (const name of new Set([...Object.keys(files), ...Object.keys(grown)]))
    machine.write(`/etc/asterisk/${name}`, `${files[name] ?? ''}${grown[name] ?? ''}`, 0o640)
  await machine.must('chown -R root:asterisk /etc/asterisk')
  machine.write(
    '/usr/sbin/asterisk',
    `#!/bin/sh\nexec ${install.command.map(inMachine).join(' ')} "$@"\n`,
    0o755,
  )
  machine.write(
    '/etc/systemd/system/asterisk.service',
    '[Service]\nExecStart=/usr/sbin/asterisk -f -U asterisk -G asterisk\n',
  )
  await machine.must('systemctl daemon-reload && systemctl start asterisk')
  await machine.must(
    'for i in $(seq 100); do asterisk -rx "core waitfullybooted" && exit; sleep 0.1; done; exit 1',
  )
  return { ports }
}

export interface Reached {
  readonly context: string
  /** Empty for a call that the trunk's own context sent there. */
  readonly rule: string
}

/** Where each call went, by its Call-ID, as the PBX wrote it in its log. */
export function reached(machine: Machine): ReadonlyMap<string, Reached> {
  const lines = machine.read('/var/log/asterisk/messages.log').matchAll(/REACHED (\S+) (\S+) ?(.*)$/gm)
  return new Map([...lines].map(([, callId = '', context = '', rule = '']) => [callId, { context, rule }]))
}
