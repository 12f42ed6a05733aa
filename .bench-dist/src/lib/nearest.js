import { closest, distance } from 'fastest-levenshtein';
/** The known name that `name` is probably a slip of, if one is near enough to be worth naming. */
export function nearest(name, known) {
    const candidates = [...known];
    if (candidates.length === 0)
        return undefined;
    const lower = name.toLowerCase();
    const best = closest(lower, candidates.map((candidate) => candidate.toLowerCase()));
    if (distance(lower, best) > Math.max(2, Math.floor(name.length / 3)))
        return undefined;
    return candidates.find((candidate) => candidate.toLowerCase() === best);
}
/** The end of a message about an unknown name: `; did you mean "goto"?`, else what names there are. */
export function suggestion(name, known) {
    const candidates = [...known];
    const near = nearest(name, candidates);
    if (near !== undefined)
        return `; did you mean "${near}"?`;
    if (candidates.length === 0 || candidates.length > 12)
        return '';
    return `; known here: ${candidates.join(', ')}`;
}
//# sourceMappingURL=nearest.js.map