/**
 * Reads a share such as `1%`, `0.5 %` or `0.01` into a number from 0 to 1. A plain `1` is refused: it could mean one
 * percent or all.
 * @throws RangeError whose message says how to write it.
 */
export function parseShare(text) {
    const [, number = '', percent] = /^(\d{1,3}(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
    const isPlain = number === '0' || number.includes('.');
    const share = percent === '%' ? Number(number) / 100 : Number(number);
    if (number === '' || (percent === '' && !isPlain) || share > 1) {
        throw new RangeError(`"${text}" is no share of calls; write it as 1% or 0.01.`);
    }
    return share;
}
/** `1.25%` */
export function formatShare(share) {
    return `${Math.round(share * 10_000) / 100}%`;
}
//# sourceMappingURL=share.js.map