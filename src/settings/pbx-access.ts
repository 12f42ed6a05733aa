import type { AmiAccess } from '../asterisk/ami/manager-connection.js'
import type { AriAccess } from '../asterisk/ari/check.js'
import type { Settings } from './index.js'

/** The PBX's REST interface, as the settings have it. */
export function ariAccess(settings: Settings): AriAccess {
  return {
    url: settings.DOORMAN_ARI_URL,
    username: settings.DOORMAN_ARI_USERNAME,
    password: settings.DOORMAN_ARI_PASSWORD,
  }
}

/** Doorman's own user of the manager interface. */
export function amiAccess(settings: Settings): AmiAccess {
  return managerAccess(settings, settings.DOORMAN_AMI_USERNAME, settings.DOORMAN_AMI_SECRET)
}

/** The user who may reload the dialplan and see the configuration; off unless an admin gave its secret. */
export function adminAccess(settings: Settings): AmiAccess | undefined {
  const { DOORMAN_AMI_ADMIN_USERNAME: username, DOORMAN_AMI_ADMIN_SECRET: secret } = settings
  return secret === undefined ? undefined : managerAccess(settings, username, secret)
}

function managerAccess(settings: Settings, username: string, secret: string): AmiAccess {
  return { host: settings.DOORMAN_AMI_HOST, port: settings.DOORMAN_AMI_PORT, username, secret }
}
