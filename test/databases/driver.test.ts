import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Databases } from '../../src/databases/databases.js'
import { driver } from '../../src/databases/drivers.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { projectFolder } from '../flows/project-folder.js'

test('a driver that is not installed is an error that names the command to install it', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
  const error = await driver(() => Promise.reject(missing), 'pg').catch((thrown: unknown) => thrown)
  expect((error as Error).message).toContain('npm install pg')
})

test('a database that is not set, or of another kind, is an error that names its setting', () => {
  const databases = new Databases(new Map([['crm', parseDatabaseUrl('redis://cache')]]))
  expect(() => databases.sql('crn')).toThrow('DOORMAN_DATABASE_CRN is not set; did you mean "crm"?')
  expect(() => databases.sql('crm')).toThrow('DOORMAN_DATABASE_CRM is a Redis')
})

test('no driver is loaded but by the first query: there are only types of them, and imports inside of functions', () => {
  const files = readdirSync(projectFolder('src'), { recursive: true, encoding: 'utf8' })
  const imports = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(projectFolder('src', file), 'utf8').split('\n'))
    .filter((line) => /['"](pg|mysql2(\/promise)?|ioredis)['"]/.test(line) && /\bimport\b/.test(line))
  expect(imports.length).toBeGreaterThan(5)
  expect(imports.filter((line) => !/^import type |\(\) => import\(/.test(line))).toEqual([])
})
