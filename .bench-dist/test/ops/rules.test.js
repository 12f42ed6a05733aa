import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/history/decision-record.js';
import { projectFolder } from '../flows/project-folder.js';
import { runToEnd } from '../support/child.js';
import { promtool } from '../support/roots.js';
import { ALERTS_FILE, alerts, dashboard, QUERIES } from './queries.js';
const FETCH_MS = 5 * 60_000;
let command;
beforeAll(async () => {
    command = await promtool((line) => void process.stderr.write(`${line}\n`));
}, FETCH_MS);
const folder = mkdtempSync(join(tmpdir(), 'doorman-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...args) => runToEnd([...command, ...args], 20_000);
describe('the alerts', () => {
    test('are accepted by promtool', async () => {
        const { code, output } = await run('check', 'rules', ALERTS_FILE);
        expect(output).toContain(`${alerts.length} rules found`);
        expect(code).toBe(0);
    });
    test('fire when they should, and not before', async () => {
        const { code, output } = await run('test', 'rules', projectFolder('test/ops/alerts-test.yaml'));
        expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
    });
    test.each(alerts.map(({ alert, annotations }) => [alert, annotations]))('%s says what is wrong and what to do', (_alert, { summary, description }) => {
        expect(summary).toMatch(/Doorman/);
        expect(description).toMatch(/`|DOORMAN_|doorman_/);
    });
});
describe('the dashboard', () => {
    test('has queries that are valid PromQL', async () => {
        const rules = QUERIES.map(({ expr }, at) => ({ record: `query:${at}`, expr }));
        const file = join(folder, 'queries.yaml');
        writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
        const { code, output } = await run('check', 'rules', file);
        expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
    });
    test('asks the data source that is chosen', () => {
        expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
        const shown = dashboard.panels.filter(({ type }) => type !== 'row');
        expect(shown.length).toBeGreaterThan(15);
        for (const { title, datasource, targets } of shown) {
            const chosen = { type: 'prometheus', uid: '$' + '{datasource}' };
            expect([title, datasource]).toEqual([title, chosen]);
            expect(targets).toEqual(targets?.map((target) => ({ ...target, datasource: chosen })));
        }
    });
    test('has panels that do not overlap', () => {
        const taken = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`));
        expect(new Set(taken).size).toBe(taken.length);
        expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    });
});
test('every outcome that a query selects is one', () => {
    const selected = QUERIES.flatMap(({ expr }) => [...expr.matchAll(/outcome=~"([^"]+)"/g)]);
    expect(selected.length).toBeGreaterThan(1);
    for (const pattern of selected.flatMap(([, patterns = '']) => patterns.split('|')))
        expect(Object.keys(OUTCOMES)).toContainEqual(expect.stringMatching(`^(?:${pattern})$`));
});
//# sourceMappingURL=rules.test.js.map