import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { projectFolder } from '../flows/project-folder.js'

const text = readFileSync(projectFolder('SECURITY.md'), 'utf8')
const named = [...text.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map((match) => match[1] ?? '')

describe('SECURITY', () => {
  test('names only tests that there are', () => {
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((file) => !existsSync(projectFolder(file)))).toEqual([])
  })

  test('names a test for every promise', () => {
    const promises = text.split('\n').filter((line) => line.startsWith('| **'))
    expect(promises.length).toBeGreaterThan(5)
    expect(promises.filter((line) => !line.includes('`test/'))).toEqual([])
  })
})
