import { type AsteriskInstall, systemAsterisk } from '../support/install.js'
import { asteriskRoot } from '../support/roots.js'

/** What the admin may do where no Asterisk can be had here. */
export const WAYS = `Other ways to see Doorman with an Asterisk:
  - the distribution's packages, where it has them:  apt-get install asterisk sip-tester
    (the demo then runs them as a private instance, and never touches a PBX of this machine)
  - in containers:  docker compose -f docker/compose.yaml up
  - beside a PBX elsewhere:  DOORMAN_ARI_URL=http://pbx.example:8088 npx doorman run  (README, "Beside your own PBX")`

/**
 * The machine's own Asterisk where there is one, else one out of a Debian root that is fetched once. SIPp comes
 * from the same place, or from the root where the machine has none.
 *
 * @throws one Error that says what failed and which ways there are
 */
export async function findAsterisk(
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<AsteriskInstall> {
  const installed = await usableSystem(say)
  if (installed !== undefined && installed.sipp.length > 0) return installed
  try {
    const root = await asteriskRoot('forky', say, signal)
    return installed === undefined ? root : { ...installed, sipp: root.sipp }
  } catch (error) {
    const what = installed === undefined ? 'No Asterisk can be had here' : 'No SIPp can be had here'
    throw new Error(`${what}: ${error instanceof Error ? error.message : error}\n${WAYS}`)
  }
}

/** An `asterisk` on the PATH that does not even tell its version is none. */
async function usableSystem(say: (line: string) => void): Promise<AsteriskInstall | undefined> {
  try {
    return await systemAsterisk()
  } catch (error) {
    say(`The installed Asterisk is passed over: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}
