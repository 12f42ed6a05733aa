import type { Known } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { sentence } from './words.js'

/** Without one of these calls go wrong; each with what it is for. */
export const NEEDED_MODULES: Readonly<Record<string, string>> = {
  'pbx_config.so': 'reads the dialplan',
  'app_stasis.so': 'hands calls to Doorman',
  'res_stasis.so': 'hands calls to Doorman',
  'res_http_websocket.so': 'carries the events of ARI',
  'res_ari.so': 'is ARI',
  'res_ari_applications.so': 'filters the events that Doorman hears',
  'res_ari_asterisk.so': 'tells the version',
  'res_ari_channels.so': 'reads calls and sends them on',
  'res_ari_events.so': 'tells Doorman of calls',
  'app_verbose.so': 'Log(), in the generated contexts',
  'func_channel.so': 'CHANNEL(), in the read of a call',
  'func_dialplan.so': 'DIALPLAN_EXISTS(), in the hand-over',
  'func_logic.so': 'IF(), in the generated contexts',
  'func_math.so': 'MATH(), in the generated contexts',
  'func_strings.so': 'EVAL(), FILTER(), LEN() and ARRAY(), in the read of a call and in the entry',
  'func_timeout.so': 'TIMEOUT(), the time limit of the entry',
  'func_uri.so': 'URIENCODE(), in the read of a call',
  'res_pjsip_header_funcs.so': 'PJSIP_HEADER(), the SIP headers',
}
const STIR_SHAKEN = 'res_stir_shaken.so'

export function judgeModules(
  modules: Known<ReadonlySet<string>>,
  needsAttestation: boolean,
): readonly Finding[] {
  if ('unknown' in modules) {
    const remedy = 'Check that res_ari_asterisk.so is loaded:  asterisk -rx "module show like res_ari"'
    return [warning('modules', `They could not be listed: ${sentence(modules.unknown)}`, remedy)]
  }
  const needed = {
    ...NEEDED_MODULES,
    ...(needsAttestation ? { [STIR_SHAKEN]: 'a rule asks for the attestation' } : {}),
  }
  const missing = Object.entries(needed).filter(([name]) => !modules.value.has(name))
  if (missing.length === 0)
    return [ok('modules', `All ${Object.keys(needed).length} that Doorman needs are running.`)]
  return missing.map(([name, what]) => fault('modules', `${name} is not running (${what}).`, loading(name)))
}

function loading(name: string): string {
  return (
    `asterisk -rx "module load ${name}", and load = ${name} in modules.conf (no noload for it). If the file is ` +
    "missing, install the distribution's asterisk-modules, or choose it in menuselect."
  )
}
