/**
 * How a call really left Doorman: the closed list that is also the only set of labels in logs and metrics.
 * - `routed`: it went on to the flow that was decided, with its state.
 * - `routed_without_state`: the same, but AMI could not set (all of) the variables.
 * - `fallback_unread`: the channel could not be read, so nothing could be decided; it went to `otherwise`.
 * - `fallback_function`: the flow function that a rule runs failed; it went to `otherwise`.
 * - `fallback_place`: its flow's place is not in the dialplan or cannot be handed over; it went to the fallback.
 * - `fallback_error`: Doorman itself failed; it went to the fallback.
 * - `fallback_stopping`: Doorman was told to leave at once; it went to the fallback.
 * - `taken_out`: the dialplan's time limit took it to the fallback before Doorman was done.
 * - `hung_up`: the caller hung up first.
 * - `unconfirmed`: Asterisk did not say that the call left. If it did not, its time limit takes it out.
 */
export const OUTCOMES = [
  'routed',
  'routed_without_state',
  'fallback_unread',
  'fallback_function',
  'fallback_place',
  'fallback_error',
  'fallback_stopping',
  'taken_out',
  'hung_up',
  'unconfirmed',
] as const

export type Outcome = (typeof OUTCOMES)[number]
