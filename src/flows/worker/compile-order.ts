import type { MessagePort } from 'node:worker_threads'
import type { Block, Chunk } from './parcel.js'

/** What a compile thread is given when it is started. */
export interface CompileOrder {
  readonly folder: string
  /** Where the parcel is to be put, as a row of `ParcelMessage`s. */
  readonly port: MessagePort
}

/** The blocks first, then every chunk. */
export type ParcelMessage =
  | { readonly kind: 'blocks'; readonly blocks: readonly Block[] }
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
