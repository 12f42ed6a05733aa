import { safeLine } from './safe-text.js';
/**
 * Puts rows into aligned columns. Where a row would be longer than `width`, the widest columns behind the first `whole`
 * ones are cut. Rows that come later keep to the columns of those before.
 */
export class Columns {
    width;
    whole;
    #widest = [];
    constructor(width = Number.POSITIVE_INFINITY, whole = 0) {
        this.width = width;
        this.whole = whole;
    }
    lines(rows) {
        const safe = rows.map((row) => row.map(safeLine));
        for (const row of safe)
            for (const [at, cell] of row.entries())
                this.#widest[at] = Math.max(this.#widest[at] ?? 0, cell.length);
        const widths = this.#fitting();
        return safe.map((row) => row
            .map((cell, at) => cut(cell, widths[at] ?? 0).padEnd(widths[at] ?? 0))
            .join(GAP)
            .trimEnd());
    }
    #fitting() {
        const whole = this.#widest.slice(0, this.whole);
        const widths = this.#widest.slice(this.whole);
        let excess = this.#widest.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - this.width;
        for (; excess > 0; excess--)
            widths[widths.indexOf(Math.max(...widths))] = Math.max(...widths) - 1;
        return [...whole, ...widths];
    }
}
const GAP = '  ';
function cut(cell, width) {
    return cell.length <= width ? cell : `${cell.slice(0, Math.max(0, width - 1))}…`;
}
/** Breaks lines at spaces that are longer than `width`. What follows is indented like the line's last column. */
export function wrap(text, width) {
    return text
        .split('\n')
        .flatMap((line) => wrapLine(line, width, lastColumn(line, width)))
        .join('\n');
}
function lastColumn(line, width) {
    return /^(.*\s{2,}| *)(?=\S)/.exec(line.slice(0, width / 2))?.[0].length ?? 0;
}
/** The same for one line, with what follows indented by so many spaces. */
export function wrapLine(line, width, indent) {
    const lines = [];
    let rest = line;
    while (rest.length > width) {
        const end = rest.lastIndexOf(' ', width);
        // A word that is longer stays whole.
        if (end <= indent)
            break;
        lines.push(rest.slice(0, end).trimEnd());
        rest = ' '.repeat(indent) + rest.slice(end).trimStart();
    }
    return [...lines, rest];
}
//# sourceMappingURL=columns.js.map