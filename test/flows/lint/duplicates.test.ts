import { describe, expect, test } from '@jest/globals'
import { routing, warningLines } from '../temp-folder.js'

describe('a number that stands twice', () => {
  test('among the VIPs, in whatever form', async () => {
    const files = routing(
      'default_country: US',
      'vip: { numbers: ["+15551234567", "+15550000001", (555) 123-4567] }',
    )
    expect(await warningLines(files)).toEqual([
      'routing.yaml:2:50: "(555) 123-4567" stands here already as "+15551234567"; take one of them out',
    ])
  })

  test('in two branches counts for the first', async () => {
    const files = routing(
      'branches:',
      '  North: { numbers: ["+15551234567"] }',
      '  South: { numbers: "+15551234567" }',
    )
    expect(await warningLines(files)).toEqual([
      'routing.yaml:3:21: "+15551234567" belongs to the branch "North" already, which comes first, so it never counts here',
    ])
  })

  test('in rules may be meant: their other conditions differ', async () => {
    const files = routing(
      'rules:',
      '  - { when: { callee: "+15551234567", branch: North }, goto: main }',
      '  - { when: { callee: "+15551234567" }, goto: other_flow }',
      'branches: { North: { default: true } }',
    )
    expect((await warningLines(files)).filter((line) => line.includes('already'))).toEqual([])
  })

  test('in a file, with both lines', async () => {
    const files = {
      ...routing('default_country: US', 'vip: { files: [vips.csv] }'),
      'vips.csv':
        'number,name\n+15551234567,Ada\n5550000001,Bob\n"(555) 123-4567",Ada\n555 000 0001,Bob\n1001,x\n 1001,y\n',
    }
    expect(await warningLines(files)).toEqual([
      'vips.csv:4:2: "(555) 123-4567" stands on line 2 already, and only that line counts',
      'vips.csv:5:1: "555 000 0001" stands on line 3 already, and only that line counts',
      'vips.csv:7:2: "1001" stands on line 6 already, and only that line counts',
    ])
  })

  test('in a file that has it a thousand times is told twenty times', async () => {
    const files = { ...routing('vip: { files: [vips.csv] }'), 'vips.csv': '+15551234567\n'.repeat(1_001) }
    const lines = await warningLines(files)
    expect(lines).toHaveLength(21)
    expect(lines).toContain('vips.csv:21:1: 980 more numbers stand in this file twice')
  })
})
