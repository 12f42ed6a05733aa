import { describe, expect, test } from '@jest/globals';
import { readConfig, sectionOf } from '../../src/asterisk/config-files.js';
import { inFolder } from '../flows/temp-folder.js';
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
    'more.conf': '[general](+,template)\n',
    'parts/1.conf': '[one]\n#include "more.conf"\n',
    'parts/2.conf': '[two](!)\n',
};
describe('Asterisk’s configuration files', () => {
    test('are read with what they include, in order and without comments', () => inFolder(FILES, async (folder) => {
        const { lines, inclusions } = await readConfig(folder, 'extensions.conf');
        const own = ({ file, line, text }) => `${file.slice(folder.length + 1)}:${line} ${text}`;
        expect(lines.map(own)).toEqual([
            ...[
                'extensions.conf:2 [general]',
                'extensions.conf:6 a = b\\;c',
                'more.conf:1 [general](+,template)',
            ],
            ...['parts/1.conf:1 [one]', 'more.conf:1 [general](+,template)', 'parts/2.conf:1 [two](!)'],
            'extensions.conf:10 #exec /bin/true',
        ]);
        const included = inclusions.map(({ target, isTry, unread }) => [
            ...[target.slice(folder.length + 1), isTry, unread === undefined],
        ]);
        expect(included).toEqual([
            ['more.conf', false, true],
            ['gone.conf', true, false],
            ['more.conf', false, true],
            ['parts/1.conf', false, true],
            ['parts/2.conf', false, true],
        ]);
        expect(lines.map(sectionOf).filter(Boolean)).toEqual([
            { name: 'general', options: '' },
            { name: 'general', options: '+,template' },
            { name: 'one', options: '' },
            { name: 'general', options: '+,template' },
            { name: 'two', options: '!' },
        ]);
    }));
    test('that include each other end', () => inFolder({ 'a.conf': '#include "a.conf"\n' }, async (folder) => {
        expect((await readConfig(folder, 'a.conf')).lines).toHaveLength(1);
    }));
    test('that are not there are an error', () => inFolder({}, async (folder) => {
        await expect(readConfig(folder, 'a.conf')).rejects.toMatchObject({ code: 'ENOENT' });
    }));
});
//# sourceMappingURL=config-files.test.js.map