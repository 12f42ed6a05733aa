import { describe, expect, test } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { cellText, scanLine } from '../../src/routing/csv.js'
import { readNumberTable } from '../../src/routing/number-file.js'
import { hasNumber, rowOf } from '../../src/routing/number-table.js'
import { tableOf } from './support/make.js'

describe('a file of numbers', () => {
  test('may hold numbers and nothing else', () => {
    const { table, problems } = tableOf('+15551234567\n5557654321\n')
    expect(problems).toEqual([])
    expect(table.size).toBe(2)
    expect(table.columns).toEqual(['number'])
    expect(hasNumber(table, '+15551234567')).toBe(true)
    expect(hasNumber(table, '+15557654321')).toBe(true)
    expect(hasNumber(table, '+15550000000')).toBe(false)
    expect(rowOf(table, '+15551234567')).toEqual({ number: '+15551234567' })
    expect(rowOf(table, '+15550000000')).toBeUndefined()
  })

  test('brings its columns along, in quotes or not', () => {
    const { table, problems } = tableOf(
      'phone,name,tier\n5551234567,"Smith, ""Ann""",gold\n+15557654321, Bob ,\n+15550000001\n',
    )
    expect(problems).toEqual([])
    expect(table.file).toBe('vips.csv')
    expect(table.columns).toEqual(['number', 'phone', 'name', 'tier'])
    expect(rowOf(table, '+15551234567')).toEqual({
      number: '+15551234567',
      phone: '5551234567',
      name: 'Smith, "Ann"',
      tier: 'gold',
    })
    expect(rowOf(table, '+15557654321')).toEqual({
      number: '+15557654321',
      phone: '+15557654321',
      name: 'Bob',
      tier: '',
    })
    expect(rowOf(table, '+15550000001')).toMatchObject({ name: '', tier: '' })
  })

  test('may have its column called number anywhere', () => {
    const { table, problems } = tableOf('name,number\n"Lee, Ann",5551234567\n')
    expect(problems).toEqual([])
    expect(rowOf(table, '+15551234567')).toEqual({ name: 'Lee, Ann', number: '+15551234567' })
  })

  test('may come from Windows: byte order mark, CRLF, blank lines, comments', () => {
    const { table, problems } = tableOf(
      '\ufeffnumber,name\r\n\r\n# our best\r\n  \r\n+15551234567,Ann\r\n+15557654321,"Bob"\r\n',
    )
    expect(problems).toEqual([])
    expect(table.size).toBe(2)
    expect(rowOf(table, '+15551234567')).toEqual({ number: '+15551234567', name: 'Ann' })
    expect(rowOf(table, '+15557654321')).toEqual({ number: '+15557654321', name: 'Bob' })
  })

  test('keeps the first of duplicates, however they are written', () => {
    const { table } = tableOf(
      'number,name\n+15551234567,first\n(555) 123-4567,second\n1001,third\n1001,fourth\n',
    )
    expect(table.size).toBe(2)
    expect(rowOf(table, '+15551234567')?.name).toBe('first')
    expect(rowOf(table, '1001')?.name).toBe('third')
  })

  test('matches what is not E.164 literally', () => {
    const { table } = tableOf('1001\n*72\n5551234567\n', null)
    expect(['1001', '*72', '5551234567'].every((number) => hasNumber(table, number))).toBe(true)
    expect(hasNumber(table, '+15551234567')).toBe(false)
  })

  test('does not mix up a column with what every object has', () => {
    const { table } = tableOf('number,__proto__,constructor\n+15551234567,a,b\n')
    expect(Object.entries(rowOf(table, '+15551234567') ?? {})).toEqual([
      ['number', '+15551234567'],
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(hasNumber(table, 'constructor')).toBe(false)
  })

  test.each([
    ['number,name\n+15551234567,Ann\n,Bob\n', 3, 1, 'missing'],
    ['number,name\nalice,Ann\n', 2, 1, '"alice" is not a number'],
    ['number,name\nanonymous,Ann\n', 2, 1, 'not a number'],
    ['name,number\nÄnn,nobody\n', 2, 5, 'not a number'],
    ['number,name\n+15551234567,Ann,gold\n', 2, 18, 'quotes'],
    ['+15551234567,Ann\n+15557654321,Bob\n', 1, 14, 'header row'],
    ['+15551234567\n+15557654321,Bob\n', 2, 14, 'header row'],
    ['number,name\n+15551234567,"Ann\n', 2, 14, 'not closed'],
    ['number,name\n+15551234567,"Ann" Lee\n', 2, 20, 'after a closing quote'],
    ['number,name\n+15551234567,A"nn\n', 2, 15, 'inside a cell'],
    ['number,name,name\n', 1, 13, 'twice'],
    ['number,,tier\n', 1, 8, 'no name'],
    ['number;name\n+15551234567;Ann\n', 2, 1, 'commas'],
  ])('reports what is wrong in %j at line %d, column %d', (text, line, column, word) => {
    const { problems } = tableOf(text)
    expect(problems).toEqual([{ line, column, message: expect.stringContaining(word) }])
  })

  test('keeps the good lines beside a bad one', () => {
    const { table, problems } = tableOf('number,name\nnobody,x\n+15551234567,Ann\n')
    expect(problems).toHaveLength(1)
    expect(rowOf(table, '+15551234567')?.name).toBe('Ann')
  })

  test('reports a file in a wrong format without a report for every line', () => {
    const { problems } = tableOf(`number\n${'nonsense\n'.repeat(5_000)}`)
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)?.message).toContain('too many problems')
  })

  test('may be empty or end without a line end', () => {
    expect(tableOf('').table.size).toBe(0)
    expect(tableOf('number,name\n').problems).toEqual([])
    expect(rowOf(tableOf('number,name\n+15551234567,Ann').table, '+15551234567')?.name).toBe('Ann')
  })

  test('finds each of ten thousand numbers, and no other', () => {
    const numbers = Array.from({ length: 10_000 }, (_, at) => `+1555${String(at * 7).padStart(7, '0')}`)
    const rows = numbers.map((number, at) => `${number},Caller ${at},gold`)
    const { table } = tableOf(`number,name,tier\n${rows.join('\n')}\n`)
    expect(table.size).toBe(10_000)
    expect(numbers.map((number) => rowOf(table, number)?.name)).toEqual(
      numbers.map((_, at) => `Caller ${at}`),
    )
    expect(numbers.filter((number) => hasNumber(table, `${number.slice(0, -1)}`))).toEqual([])
  })

  test('lies in shared memory, so that another thread gets it without a copy', () => {
    const { table } = tableOf('number,name\n+15551234567,Ann\n1001,Bob\n')
    for (const { buffer } of [table.content, table.keys, table.lineStarts])
      expect(buffer).toBeInstanceOf(SharedArrayBuffer)
    const clone = structuredClone(table)
    expect(['+15551234567', '1001'].map((number) => rowOf(clone, number)?.name)).toEqual(['Ann', 'Bob'])
    expect(readNumberTable('again.csv', table.content, 'US').table.content.buffer).toBe(table.content.buffer)
  })

  test('says of any bytes what is wrong with them, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { table } = readNumberTable('any.csv', Buffer.from(bytes), 'US')
        expect(rowOf(table, '+15551234567')).toBeUndefined()
      }),
    )
  })

  test('has as many cells in a line as the CSV library sees, and the same text in each', () => {
    const line = fc
      .array(fc.constantFrom('a', '"', ',', ' ', '"b"', '""', 'é'), { maxLength: 8 })
      .map((all) => all.join(''))
    fc.assert(
      fc.property(line, (text) => {
        const bytes = Buffer.from(`x${text}`)
        const scanned = scanLine(bytes, 0, bytes.length)
        if (scanned.some(({ fault }) => fault !== undefined)) return
        const [cells = []] = parse(bytes, { trim: true })
        expect(scanned.map((cell) => cellText(bytes, cell))).toEqual(cells)
      }),
      { numRuns: 1_000 },
    )
  })
})
