import { amiServer, type Findings, httpServer, localAddress } from './inspect.js'
import type { Users } from './users.js'

/** Where all that is not Asterisk's goes. */
export interface Places {
  /** `/etc/doorman`: settings, flow files, and what setup remembers. */
  readonly doorman: string
  /** `DOORMAN_FLOWS` */
  readonly flows: string
  /** `DOORMAN_DATA` */
  readonly data: string
  /** `DOORMAN_GREETINGS`; not below the data, where Asterisk may not go. */
  readonly greetings: string
  readonly settingsFile: string
  readonly adminSecretFile: string
}

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
    const line = new RegExp(`^${name.replace(/_FILE$/, '')}(_FILE)?=.*$`, 'm')
    const gap = text === '' || text.endsWith('\n') ? '' : '\n'
    text = line.test(text) ? text.replace(line, () => `${name}=${value}`) : `${text}${gap}${name}=${value}\n`
  }
  return text
}
