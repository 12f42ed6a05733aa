import { Memory } from '../lib/cache.js'

/** What is read of a call besides its headers. */
export type ChannelKey = Exclude<keyof ChannelText, 'headers'>

/** Where in a row of values each one stands; undefined for what is not in it. */
export interface Places extends Readonly<Record<ChannelKey, number | undefined>> {
  readonly headers: readonly HeaderPlaces[]
  /** The list of all names. */
  readonly allNames: number | undefined
}

/** Those of one header's name as it is asked for, in full or compact. */
export interface HeaderPlaces {
  readonly name: string
  /** Whether a message has one of them at most. */
  readonly isOnce: boolean
  readonly first: readonly number[]
  /** The list of the names that begin so. */
  readonly names: number | undefined
}

/** The texts of one read. A missing part is an empty text. */
export interface ChannelText {
  readonly sipCallId: string
  readonly dialled: string
  readonly stateHead: string
  /** Id of the revision that decided this call on an earlier visit; empty on the first. */
  readonly revision: string
  readonly verifications: string
  readonly attestation: string
  readonly verifyResult: string
  /** For each name that was asked for. */
  readonly headers: readonly HeaderText[]
}

export interface HeaderText {
  readonly name: string
  /** The first values; empty texts where there is none, or where Asterisk could not hand it over. */
  readonly first: readonly string[]
  /** Whether the message may have more of them than were read. */
  readonly mayHaveMore: boolean
  /** Whether the header is there, be it empty; undefined where nobody told. */
  readonly isThere: boolean | undefined
}

/** The values of a row, by their places → what was read. */
export function channelText(places: Places, found: readonly string[]): ChannelText {
  const { allNames } = places
  const listed = allNames === undefined ? undefined : listedIn(valueAt(allNames, found), places)
  return {
    sipCallId: valueAt(places.sipCallId, found),
    dialled: valueAt(places.dialled, found),
    stateHead: valueAt(places.stateHead, found),
    revision: valueAt(places.revision, found),
    verifications: valueAt(places.verifications, found),
    attestation: valueAt(places.attestation, found),
    verifyResult: valueAt(places.verifyResult, found),
    headers: places.headers.map((place, at) => headerText(place, found, listed?.[at])),
  }
}

function valueAt(place: number | undefined, found: readonly string[]): string {
  return place === undefined ? '' : (found[place] ?? '')
}

function headerText(place: HeaderPlaces, found: readonly string[], listed: Listed | undefined): HeaderText {
  const first = place.first.map((at) => valueAt(at, found))
  const { name } = place
  if (listed !== undefined) return { name, first, mayHaveMore: listed.mayHaveMore, isThere: listed.isThere }
  const isThere = place.names === undefined ? undefined : isIn(valueAt(place.names, found), name)
  return { name, first, mayHaveMore: !place.isOnce && first.at(-1) !== '', isThere }
}

function isIn(names: string, name: string): boolean {
  return names.toLowerCase().split(',').includes(name)
}

/** What the list of all names says of one of them. */
type Listed = Pick<HeaderText, 'mayHaveMore' | 'isThere'>

/** The calls of one trunk have the same names, as a rule: what their list says is worked out once. */
const lists = new WeakMap<Places, Memory<readonly Listed[]>>()
const MOST_LISTS = 100

/** @returns of each header of the places, in their order. */
function listedIn(names: string, places: Places): readonly Listed[] {
  const memory = lists.get(places) ?? new Memory<readonly Listed[]>(MOST_LISTS)
  lists.set(places, memory)
  return memory.get(names) ?? memory.keep(names, readList(names, places))
}

function readList(names: string, { headers }: Places): readonly Listed[] {
  // A list without any name is one that Asterisk could not make: every INVITE has a From.
  if (names === '') return headers.map(({ isOnce }) => ({ mayHaveMore: !isOnce, isThere: undefined }))
  const all = names.toLowerCase().split(',')
  return headers.map(({ name, isOnce }) => {
    const count = all.filter((one) => one === name).length
    return { mayHaveMore: !isOnce && count > 1, isThere: count > 0 }
  })
}
