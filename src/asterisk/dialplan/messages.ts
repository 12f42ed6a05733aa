/**
 * Messages from the dialplan: a subroutine tells Doorman something, and the call goes on behind its Gosub.
 *
 *     Gosub(doorman-override,s,1(office,closed,1800)) ▶ doorman-message ─ Stasis ─▶ Doorman
 *                                  Return, DOORMAN_RESULT=ok ◀ doorman-message,ok ◀┘
 */
import type { DialplanLocation } from '../pbx.js'
import { offerLines, RESTORE_TIME_LIMIT, TIME_LIMIT } from './offer.js'
import type { Context, Line } from './steps.js'

/** What `DOORMAN_RESULT` says if Doorman answered; `unavailable` if it did not. */
export type MessageResult = 'ok' | 'refused'

/** A message as it was sent; `values` are clean, and empty where the Gosub has none. */
export interface Message {
  readonly kind: string
  readonly values: readonly string[]
}

const CONTEXT = 'doorman-message'
const UNAVAILABLE = 'unavailable,1'
/** What the kind and values are joined with; no value has it. */
const JOINT = '#'
const LEAD = `message${JOINT}`
const VALUE = /^[A-Za-z0-9_.+-]{0,64}$/

/** The channel variable that holds the message while Doorman is asked. */
export const MESSAGE_VARIABLE = 'DOORMAN_MESSAGE'
export const MESSAGE_CONTEXTS = [CONTEXT, 'doorman-override', 'doorman-remember'] as const

/** Where Doorman continues a channel that brought a message. */
export function resultLocation(result: MessageResult): DialplanLocation {
  return { context: CONTEXT, extension: result, priority: 1 }
}

/** The arguments of `Stasis()`: undefined for those of a call, and no kind for a message that is not clean. */
export function parseMessage(args: string): Message | undefined {
  if (!args.startsWith(LEAD)) return undefined
  const [kind = '', ...values] = args.slice(LEAD.length).split(JOINT)
  return [kind, ...values].every((value) => VALUE.test(value)) ? { kind, values } : { kind: '', values: [] }
}

export function messageContexts(applications: readonly string[]): readonly Context[] {
  return [
    {
      name: CONTEXT,
      why: [
        'The subroutines below tell Doorman something and return; DOORMAN_RESULT then is ok, refused, or unavailable',
        'where Doorman does not answer. They take letters, digits and ._+- alone.',
      ],
      extensions: [
        {
          pattern: 's',
          lines: [
            { run: `MSet(${TIME_LIMIT})` },
            ...ifClean('DOORMAN_ARGUMENTS', 'refused,1'),
            { run: `Set(${MESSAGE_VARIABLE}=${LEAD}\${DOORMAN_ARGUMENTS})` },
            ...offerLines({
              ...{ applications, label: 'message', args: `\${${MESSAGE_VARIABLE}}`, otherwise: UNAVAILABLE },
            }),
          ],
        },
        {
          pattern: '_[a-z].',
          why: ['The result comes back in the extension.'],
          lines: [
            { run: 'Set(DOORMAN_RESULT=${EXTEN})' },
            { run: `Set(${MESSAGE_VARIABLE}=)` },
            { run: RESTORE_TIME_LIMIT },
            { run: 'Return()' },
          ],
        },
        { pattern: 'T', lines: [{ run: `Goto(${UNAVAILABLE})` }] },
      ],
    },
    subroutine(
      'doorman-override',
      'An override of hours, for feature codes:  Gosub(doorman-override,s,1(office,closed,1800))  until 18:00.',
      send('override', '${ARG1}', '${ARG2}', '${ARG3}'),
    ),
    subroutine(
      'doorman-remember',
      "A value for the caller's next call:  Set(DOORMAN_REMEMBER_agent=1007)  Gosub(doorman-remember,s,1(agent))",
      [
        // Nothing is refused, too.
        { run: 'Set(DOORMAN_ARGUMENTS=)' },
        ...ifClean('ARG1', `${CONTEXT},s,1`),
        // Doorman's own come first: a value with a JOINT in it cannot take their place.
        ...send(
          'remember',
          '${DOORMAN_CALLER}',
          '${DOORMAN_REMEMBERS}',
          '${ARG1}',
          '${DOORMAN_REMEMBER_${ARG1}}',
        ),
      ],
    ),
  ]
}

function subroutine(name: (typeof MESSAGE_CONTEXTS)[number], why: string, lines: readonly Line[]): Context {
  return { name, why: [why], extensions: [{ pattern: 's', lines }] }
}

/** The values may hold a caller's text: `doorman-message` refuses what is not clean. */
function send(...parts: readonly string[]): readonly Line[] {
  return [{ run: `Set(DOORMAN_ARGUMENTS=${parts.join(JOINT)})` }, { run: `Goto(${CONTEXT},s,1)` }]
}

/** Goes elsewhere unless a variable has nothing that Asterisk could parse. */
function ifClean(variable: string, elsewhere: string): readonly Line[] {
  return [
    { run: `GotoIf($[\${FIELDQTY(${variable},\\x29)} = 1]?:${elsewhere})` },
    { run: `GotoIf(\${REGEX("^[0-9A-Za-z+*#._-]+$" \${${variable}})}?:${elsewhere})` },
  ]
}
