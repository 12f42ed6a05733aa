import { expect, test } from '@jest/globals'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'

const SECRET = 'geheim'

const PLAIN = { user: 'u', password: SECRET, database: 'crm', tls: undefined }

test.each([
  [`postgres://u:${SECRET}@db/crm`, { engine: 'postgres', host: 'db', port: 5432, ...PLAIN }],
  [`postgresql://u:${SECRET}@[::1]:5433/crm`, { engine: 'postgres', host: '::1', port: 5433, ...PLAIN }],
  [`mysql://u:${SECRET}@10.0.0.9/crm`, { engine: 'mysql', host: '10.0.0.9', port: 3306, ...PLAIN }],
  ['mariadb://u:a%40%2F%23@db/crm', { engine: 'mysql', password: 'a@/#' }],
  [
    'redis://db',
    { engine: 'redis', host: 'db', port: 6379, ...PLAIN, user: '', password: '', database: '0' },
  ],
  [`redis://:${SECRET}@db:6380/3`, { port: 6380, user: '', password: SECRET, database: '3' }],
  ['rediss://db', { tls: { verify: true, ca: undefined } }],
  ['rediss://db?sslmode=require', { tls: { verify: false, ca: undefined } }],
  [`postgres://u:${SECRET}@db/crm?sslmode=require`, { tls: { verify: false, ca: undefined } }],
  [
    `mysql://u:${SECRET}@db/crm?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem`,
    { tls: { verify: true, ca: '/etc/ssl/ca.pem' } },
  ],
])('%s is a database', (text, expected) => {
  expect(parseDatabaseUrl(text)).toMatchObject(expected)
})

test.each([
  [SECRET, 'is no address of a database'],
  [`oracle://u:${SECRET}@db/crm`, 'is no address of a database'],
  [`postgres://u:${SECRET}/x@db/crm`, 'write %40 for @, %2F for /, %23 for #'],
  [`redis://:${SECRET}#1@db`, 'is no address of a database'],
  [`redis://db/0#${SECRET}`, 'write it as %23'],
  [`mysql://u:${SECRET}%@db/crm`, 'write it as %25'],
  [`postgres://:${SECRET}@db/crm`, 'names no user'],
  [`mariadb://u:${SECRET}@db`, 'names no database'],
  [`redis://:${SECRET}@db/crm`, 'names a Redis database that is no number'],
  [`postgres://u:${SECRET}@db/crm?sslmod=require`, 'did you mean "sslmode"?'],
  [`postgres://u:${SECRET}@db/crm?sslmode=yes`, 'none of disable, require, verify-full'],
  [`postgres://u:${SECRET}@db/crm?sslmode=require&sslrootcert=ca.pem`, 'only with sslmode=verify-full'],
  [`mysql://u:${SECRET}@10.0.0.9/crm?sslmode=verify-full`, 'give the name that is in the certificate'],
])('%s is refused without being repeated', (text, message) => {
  expect(() => parseDatabaseUrl(text)).toThrow(message)
  expect(() => parseDatabaseUrl(text)).not.toThrow(SECRET)
})
