import { existsSync } from 'node:fs';
import { removeRun } from './setup.js';
export default async function teardown() {
    const folder = process.env.DOORMAN_TEST_RUN;
    if (folder !== undefined && existsSync(folder))
        await removeRun(folder);
}
//# sourceMappingURL=teardown.js.map