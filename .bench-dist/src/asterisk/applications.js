/** The regular expression by which StasisBroadcast chooses. It has no comma, which would end the argument. */
export function applicationsPattern({ names, pattern }) {
    const all = [...names, ...(pattern === undefined ? [] : [`${pattern}[A-Za-z0-9_-]*`])];
    return all.length === 1 ? `^${all[0]}$` : `^(${all.join('|')})$`;
}
//# sourceMappingURL=applications.js.map