import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { routingJsonSchema } from '../../src/flows/schema.js';
import { projectFolder } from './project-folder.js';
/** Every schema of a key that an admin can write, with the path to it. */
function keysOf(schema, path) {
    if (typeof schema !== 'object' || schema === null)
        return [];
    return Object.entries(schema).flatMap(([name, inner]) => {
        const below = keysOf(inner, `${path}/${name}`);
        const keys = name === 'properties' ? Object.entries(inner) : [];
        return [...keys.map(([key, value]) => [`${path}/${key}`, value]), ...below];
    });
}
describe('the JSON Schema of routing.yaml', () => {
    test('stands beside the example as the code makes it', async () => {
        const committed = await readFile(projectFolder('flows', 'routing.schema.json'), 'utf8');
        expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(routingJsonSchema())));
    });
    test('explains every key for the hover of an editor', () => {
        const keys = keysOf(routingJsonSchema(), '');
        expect(keys.length).toBeGreaterThan(25);
        expect(keys.filter(([, key]) => typeof key.description !== 'string').map(([path]) => path)).toEqual([]);
    });
    test('refuses unknown keys and asks a rule for goto or run', () => {
        const schema = JSON.parse(JSON.stringify(routingJsonSchema()));
        expect(schema).toMatchObject({
            $schema: 'http://json-schema.org/draft-07/schema#',
            additionalProperties: false,
        });
        expect(schema.properties.rules.items.oneOf).toEqual([{ required: ['goto'] }, { required: ['run'] }]);
        expect(schema.definitions.condition.additionalProperties).toBe(false);
    });
    test('is named in the first line of the example', async () => {
        const text = await readFile(projectFolder('flows', 'routing.yaml'), 'utf8');
        expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./routing.schema.json');
    });
});
//# sourceMappingURL=json-schema.test.js.map