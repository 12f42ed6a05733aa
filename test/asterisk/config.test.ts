import { describe, expect, test } from '@jest/globals'
import { configFolder, readConfig, sectionsNamed } from '../../src/asterisk/config.js'
import { inFolder } from '../flows/temp-folder.js'

const FILES = {
  'extensions.conf': `
[general] ; the first
;-- a comment
[hidden]
--;
a = b\\;c ; d
#include "more.conf"
#tryinclude <gone.conf>
#include parts/*.conf
#exec /bin/true
`,
  'more.conf': '[general](+)\nb => 2\n',
  'parts/1.conf': '[one](template)\n[general]\n',
  'parts/2.conf': '[two](+)\n#include "lost.conf"\n',
  'parts/.3.conf': '[three]\n',
}

describe('Asterisk’s configuration', () => {
  test('is read with what it includes, in order and without comments', () =>
    inFolder(FILES, async (folder) => {
      const config = readConfig('extensions.conf', configFolder(folder))
      const places = config.sections.map(({ name, file, line }) => `${file}:${line} ${name}`)
      expect(places).toEqual(['extensions.conf:2 general', 'parts/1.conf:1 one', 'parts/1.conf:2 general'])
      const options = sectionsNamed(config, 'general')[0]?.options.map(({ key, value }) => `${key}=${value}`)
      expect(options).toEqual(['a=b;c', 'b=2'])
      expect(config.includes.map(({ name, isTry, line }) => [name, isTry, line])).toEqual([
        ['more.conf', false, 7],
        ['gone.conf', true, 8],
        ['parts/*.conf', false, 9],
        ['lost.conf', false, 2],
      ])
      expect(config.faults).toEqual([
        'parts/2.conf:1: [two](+) has no plain [two] before it.',
        'parts/2.conf:2: #include "lost.conf": there is no such file that can be read.',
      ])
    }))

  test('ends where files include each other, and may be missing', () =>
    inFolder({ 'a.conf': '[a]\n#include "a.conf"\n' }, async (folder) => {
      const source = configFolder(folder)
      expect(readConfig('a.conf', source).sections.length).toBeGreaterThan(0)
      expect(readConfig('b.conf', source)).toMatchObject({ sections: [], includes: [], faults: [] })
      expect(readConfig('b.conf', configFolder(`${folder}/nowhere`)).faults).toEqual([])
    }))

  test('that cannot be read is an error', () =>
    inFolder({ 'a.conf/b': '' }, async (folder) => {
      expect(() => readConfig('a.conf', configFolder(folder))).toThrow(/EISDIR/)
    }))
})
