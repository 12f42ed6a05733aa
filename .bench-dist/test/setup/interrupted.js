/** Applies or undoes a setup in a process of its own, which kills itself after so many steps. */
import { applyPlan, applyUndo, realSteps } from '../../src/setup/apply.js';
function dying(most) {
    let made = 0;
    const step = (make) => async (...args) => {
        if (made === most)
            process.kill(process.pid, 'SIGKILL');
        await make(...args);
        made += 1;
    };
    return {
        makeFolder: step(realSteps.makeFolder),
        write: step(realSteps.write),
        removeFile: step(realSteps.removeFile),
        removeFolder: step(realSteps.removeFolder),
    };
}
process.once('message', async ({ doorman, self, work, steps }) => {
    if ('plan' in work)
        await applyPlan(work.plan, doorman, self, dying(steps));
    else
        await applyUndo(work.undo, work.manifest, doorman, dying(steps));
    process.exit(0);
});
//# sourceMappingURL=interrupted.js.map