export const ok = (says) => ({ verdict: 'ok', says, remedy: null });
export const info = (says, remedy = null) => ({
    verdict: 'info',
    says,
    remedy,
});
export const warning = (says, remedy) => ({ verdict: 'warning', says, remedy });
export const fault = (says, remedy) => ({ verdict: 'fault', says, remedy });
/** A check that is skipped where a part that it needs is not there; another check says so. */
export function checkWith(needed, name, remedy, run) {
    const isThere = (subject) => needed.every((part) => subject[part] !== undefined && !(subject[part] instanceof Error));
    return { name, remedy, run: async (subject) => (isThere(subject) ? run(subject) : []) };
}
/** `a, b and 3 more` */
export function listed(names, most = 6) {
    if (names.length <= most)
        return names.join(', ');
    return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
/** Ends with one full stop. */
export function sentence(text) {
    return `${text.trim().replace(/[.:]+$/, '')}.`;
}
//# sourceMappingURL=check.js.map