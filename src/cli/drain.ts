import { askVersion } from '../asterisk/ari/connection.js'
import { DRAINED } from '../asterisk/ari/device-states.js'
import { type AriAccess, AriHttp } from '../asterisk/ari/http.js'
import { counted } from '../lib/units.js'
import { ariAccess } from '../settings/index.js'
import { type DoormanCommand, printResult, Refusal } from './command.js'

const ANSWER_MS = 3_000

export function addDrain(program: DoormanCommand): void {
  program
    .command('drain')
    .description("refuse a SIP proxy's new calls, so that other PBXs get them; calls that are here go on")
    .option('--end', 'take new calls again')
    .takes('json')
    .does('ari', async (settings, options: { readonly end?: true; readonly json?: true }) => {
      const isDrained = options.end !== true
      const channels = await setDrained(ariAccess(settings), isDrained)
      const text = isDrained
        ? `The PBX refuses a proxy's new calls; it has ${counted(channels, 'channel')}.`
        : "The PBX takes a proxy's new calls again."
      const next = isDrained
        ? 'doorman drain  says how many channels are left;  doorman drain --end'
        : undefined
      printResult(options, { drained: isDrained, channels }, text, next)
    })
}

/**
 * Asterisk keeps the state, also while Doorman or Asterisk itself is upgraded.
 * @returns how many channels there are
 */
async function setDrained(access: AriAccess, isDrained: boolean): Promise<number> {
  const http = new AriHttp(access)
  try {
    await askVersion(http, access.url)
    const path = `deviceStates/${encodeURIComponent(DRAINED)}`
    const query = { deviceState: isDrained ? 'INUSE' : 'NOT_INUSE' }
    const { status } = await http.send({ method: 'PUT', path, query }, ANSWER_MS)
    if (status >= 300)
      throw new Error(`ARI answered ${status} to PUT ${path}; load res_ari_device_states.so.`)
    const { body } = await http.send({ method: 'GET', path: 'channels' }, ANSWER_MS)
    return (body as readonly unknown[]).length
  } catch (error) {
    throw new Refusal('ari_unreachable', (error as Error).message)
  } finally {
    http.stop()
  }
}
