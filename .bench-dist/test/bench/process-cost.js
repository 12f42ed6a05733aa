import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
/** Linux counts a process's time in ticks, a hundred a second nearly everywhere. */
const TICK_MS = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** Time that all threads of a process have spent on a processor, in milliseconds; 0 where there is none. */
export function cpuMs(pid) {
    // `utime + stime`. The name before them may hold blanks and brackets: count behind it.
    const stat = text(pid, 'stat');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}
/** Resident memory in MB; 0 where there is no process. */
export function rssMb(pid) {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text(pid, 'status'))?.[1] ?? 0) / 1_000;
}
function text(pid, name) {
    if (pid === undefined)
        return '';
    try {
        return readFileSync(`/proc/${pid}/${name}`, 'utf8');
    }
    catch {
        return '';
    }
}
//# sourceMappingURL=process-cost.js.map