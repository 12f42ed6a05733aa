import type { Command } from 'commander'
import type Holidays from 'date-holidays'
import { installRemedy } from '../databases/access.js'
import { formatDate, parseDate } from '../hours/wall-clock.js'
import { nearest } from '../lib/text.js'
import { print, Refusal } from './command.js'

export function addHolidays(program: Command): void {
  program
    .command('holidays')
    .argument('<region>', 'country, or country and state: DE, DE-BE, US-NY')
    .argument('<year>', 'as 2027')
    .description('print the public holidays of a region as CSV, for { file: holidays.csv } under "closed"')
    .action(async (region: string, year: string) => print(await holidaysCsv(region, year)))
}

const SOURCE = '# by date-holidays; its data is from Wikipedia, CC BY-SA 3.0'
const LONGEST_DAYS = 30

/** @throws Refusal for an unknown region, with the nearest or all that there are */
export async function holidaysCsv(written: string, year: string): Promise<string> {
  if (!/^(19|20|21)\d\d$/.test(year))
    throw new Refusal('usage', `"${year}" is no year; write it as: doorman holidays ${written} 2027`)
  const region = regionOf(await library(), written)
  const days = region.holidays(Number(year)).flatMap(({ type, date, start, end, name }) => {
    const first = parseDate(date.slice(0, 10)) ?? Number.NaN
    const length = Math.min(LONGEST_DAYS, Math.ceil((end.getTime() - start.getTime()) / 86_400_000))
    const all = Array.from({ length }, (_, after) => formatDate(first + after))
    return type === 'public' ? all.map((day) => `${day},${quoted(name)}`) : []
  })
  if (days.length === 0)
    throw new Refusal('usage', `date-holidays knows no public holidays of ${region.name} in ${year}.`)
  const heading = [`# Public holidays of ${region.name} in ${year}`, SOURCE]
  return [...heading, 'date,why', ...days].join('\n')
}

/** It is large, and an optional peer dependency. */
async function library(): Promise<typeof Holidays> {
  try {
    return (await import('date-holidays')).default
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const remedy = installRemedy('date-holidays')
    throw new Refusal('not_installed', `The list of holidays is in the package date-holidays: ${remedy}.`)
  }
}

/** By codes or by names: `DE-BE`, `de-be`, `Germany-Berlin`. */
function regionOf(Library: typeof Holidays, written: string) {
  const all = new Library()
  const codes: string[] = []
  const names: string[] = []
  for (const part of written.split('-')) {
    const [country = '', state = ''] = codes
    const known: Readonly<Record<string, string>> =
      [all.getCountries('en'), all.getStates(country, 'en'), all.getRegions(country, state, 'en')][
        codes.length
      ] ?? {}
    const found = Object.entries(known).find((one) =>
      one.some((text) => text.toLowerCase() === part.toLowerCase()),
    )
    if (found === undefined) throw new Refusal('usage', unknownPart(part, names.at(-1), known))
    codes.push(found[0])
    names.push(found[1])
  }
  const region = new Library(codes.join('.'))
  return {
    name: `${codes.join('-')} (${names.join(', ')})`,
    holidays: (year: number) => region.getHolidays(year),
  }
}

/** Names the one that was meant, else all that there are. */
function unknownPart(
  part: string,
  parent: string | undefined,
  known: Readonly<Record<string, string>>,
): string {
  const entries = Object.entries(known)
  if (entries.length === 0) return `${parent} has no parts here; leave out "-${part}".`
  const names = entries.map(([, name]) => name)
  const begins = (name: string) => part.length > 2 && name.toLowerCase().startsWith(part.toLowerCase())
  const meant = names.find(begins) ?? (part.length > 3 ? nearest(part, names) : undefined)
  const near = entries.find(([, name]) => name === meant)
  const what = parent === undefined ? `There is no country "${part}"` : `${parent} has no "${part}"`
  if (near !== undefined) return `${what}; did you mean ${near[0]} (${near[1]})?`
  if (parent === undefined) return `${what}; write its code in ISO 3166, as DE or US-NY.`
  return `${what}; known are ${entries.map(([code, name]) => `${code} (${name})`).join(', ')}.`
}

function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
