/** What flow authors import: types only, so that a flow carries nothing of Doorman in its bundle. */
export type {
  Conversation,
  ConversationHeaders,
  ConversationLog,
  LogLevel,
} from './conversation/conversation.js'
export type { MutableState, MutableStateValue, State, StateValue } from './conversation/state.js'
export type { CallerRow } from './routing/number-table.js'
