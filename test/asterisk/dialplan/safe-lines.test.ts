import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { PassedFacts } from '../../../src/asterisk/dialplan/arguments.js'
import { generateDialplan } from '../../../src/asterisk/dialplan/generate.js'
import { repositoryFolder } from '../../support/lab-folder.js'
import { unsafeSteps } from './safe-lines.js'

/**
 * Variables of the generated dialplan that hold generated text and numbers alone. Those that its own lines set are
 * checked to get nothing else; the others come from Doorman: CONV_STATE is base64url, DOORMAN_DECIDED hexadecimal.
 */
const OWN_VARIABLES =
  /^(CONV_STATE|DOORMAN_(DECIDED|LIMIT|LOST|VISITS|RECENT|SINCE|TIME_LIMIT|COUNT|AT|PREFIX|PREFIXES|TO|PRIORITY|EXTENSION|INSTANCE|MESSAGE|RESULT|GREETING|GREETING_STATUS|PLAY|SET_1))$/
const GENERATED = {
  variables: OWN_VARIABLES,
  encoded: /^DOORMAN_(PASSED|HEADER)_\d+$/,
  contexts: ['doorman-go', 'doorman-message'],
}

const NOTHING: PassedFacts = {
  ...{ headers: [], repeatable: [], attestation: false, listAlways: false, listsAll: false, prefixes: [] },
}
const names = (count: number) => Array.from({ length: count }, (_, index) => `x-header-${index}`)
const PASSED: readonly (readonly [string, PassedFacts])[] = [
  ['no headers', NOTHING],
  ['one header', { ...NOTHING, headers: ['from'] }],
  [
    'headers that may come again',
    { ...NOTHING, headers: ['from', 'x-vip'], repeatable: ['x-vip'], prefixes: ['X-Vip'] },
  ],
  ['attestation', { ...NOTHING, headers: ['from'], attestation: true }],
  [
    'headers whose presence is asked for',
    { ...NOTHING, headers: ['x-note'], repeatable: ['x-note'], listAlways: true, prefixes: ['X-Note'] },
  ],
  ['too many headers to name', { ...NOTHING, listAlways: true, prefixes: names(60) }],
  [
    'all headers, for a code flow',
    { ...NOTHING, headers: ['from'], listAlways: true, listsAll: true, prefixes: [...'ABCDX'] },
  ],
]
const APPLICATIONS = [
  ['one instance', ['doorman']],
  ['several instances', ['doorman-a', 'doorman-b']],
] as const
const FALLBACKS = [
  ['a context', { context: 'support', extension: 's', priority: 1 }],
  ['the dialled number', { context: 'from-pstn', extension: 'dialled', priority: 1 }],
  ['a priority', { context: 'support', extension: '100', priority: 3 }],
] as const
const COMBINATIONS = APPLICATIONS.flatMap(([which, applications]) =>
  PASSED.flatMap(([what, passed]) =>
    FALLBACKS.map(([where, fallback]) => [which, what, where, { applications, passed, fallback }] as const),
  ),
)

describe('the generated dialplan gives no parser a caller’s text', () => {
  test.each(COMBINATIONS)('for %s, with %s, and a fallback that is %s', (_which, _what, _where, options) => {
    const { text } = generateDialplan({ ...options, fallbackFlow: 'support' })
    expect(text).toContain('Stasis(')
    expect(unsafeSteps(text, GENERATED)).toEqual([])
  })
})

/** Lines of earlier generators, by what a caller could do with them. */
const BROKEN = [
  [
    'passes for a clean number',
    'GotoIf(${LEN(${FILTER(\\x01-\\x22\\x24-\\x29,${EXTEN})})}?doorman-fallback,s,1)',
  ],
  ['sets variables', 'MSet(DOORMAN_DIALLED=${EXTEN},DOORMAN_TIME_LIMIT=${TIMEOUT(absolute)})'],
  ['forges the number', 'Stasis(doorman,68d60e0b,${URIENCODE(${DOORMAN_DIALLED})},.)'],
  ['forges a header', 'Stasis(doorman,68d60e0b,${URIENCODE(${PJSIP_HEADER(read,from,1)})}&x,.)'],
  ['forges the names of headers', 'Stasis(doorman,68d60e0b,${URIENCODE(${PJSIP_HEADERS()})},.)'],
  ['shifts the arguments', 'Stasis(doorman,${PJSIP_HEADER(read,x-vip,1)})'],
  [
    'chooses the location',
    'GotoIf($["${DOORMAN_DIALLED}" = ""]?doorman-fallback,s,1:doorman,${DOORMAN_DIALLED},1)',
  ],
  ['chooses the extension', 'Goto(doorman,${EXTEN},1)'],
  ['breaks an expression', 'GotoIf($["${CUT(DOORMAN_HEADERS,\\,,${DOORMAN_AT})}" = ""]?next)'],
  ['names a header', 'Set(X=${PJSIP_HEADER(read,${CUT(DOORMAN_HEADERS,\\,,1)},1)})'],
  ['names the fallback', 'GotoIf(${DIALPLAN_EXISTS(${DOORMAN_FALLBACK})}?${DOORMAN_FALLBACK})'],
  ['runs an application', 'ExecIf($[1]?Set(DOORMAN_TO=${EXTEN}))'],
  ['names a variable', 'Set(DOORMAN_${EXTEN}=1)'],
  ['writes to a function', 'Set(CALLERID(name)=${PJSIP_HEADER(read,x-name,1)})'],
  ['gets into what counts as our own', 'Set(DOORMAN_TO=${EXTEN})'],
  [
    'gets out behind the first parenthesis',
    'Set(X=${CUT(DOORMAN_DIALLED,\\,,1)}${URIENCODE(${SHIFT(H,\\,)})})',
  ],
] as const

describe('the check refuses a line by which a caller', () => {
  test.each(BROKEN)('%s', (_what, run) => {
    expect(unsafeSteps(`[doorman]\nexten => _X!,1,${run}`, GENERATED)).not.toEqual([])
  })

  test('gets to the line behind a proof by way of a label', () => {
    const lines = [
      '[doorman]',
      'exten => s,1,GotoIf($[${FIELDQTY(EXTEN,\\x29)} = 1]?:no)',
      ' same => n(in),Set(X=${LEN(${EXTEN})})',
    ]
    expect(unsafeSteps(lines.join('\n'), GENERATED)).not.toEqual([])
    expect(unsafeSteps(lines.join('\n').replace('(in)', ''), GENERATED)).toEqual([])
  })
})

/** What an admin's dialplan finds on a call, and may use anywhere: cleaned, or made by Doorman. */
const ON_THE_CALL = {
  variables: /^(CONV_[A-Za-z0-9_]+|DOORMAN_(FLOW|RULE|REVISION|VIP|BRANCH|CALLER|CALLEE|GREETING|RESULT))$/,
  contexts: [],
}

describe('dialplan that admins are shown gives no parser a caller’s text', () => {
  const root = repositoryFolder()
  const files = globSync(['asterisk-conf/*.conf', '*.md', 'docs/**/*.md', 'docker/**/*.conf'], { cwd: root })

  test.each(files.filter((file) => file !== 'CHANGELOG.md').sort())('in %s', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const shown = file.endsWith('.md')
      ? [...text.matchAll(/```\w*\n(.*?)```/gs)].map(([, code]) => code).join('\n')
      : text
    const own = file.includes('extensions_doorman') ? GENERATED : ON_THE_CALL
    expect(unsafeSteps(shown, own)).toEqual([])
  })

  test('which is found in the samples and in the README', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'asterisk-conf/extensions.conf']))
  })
})
