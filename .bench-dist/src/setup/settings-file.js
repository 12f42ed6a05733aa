const HEADING = `# Settings of Doorman, NAME=value; "doorman setup" wrote the first ones. Passwords
# are among them: do not make this file readable for others.
`;
/** The settings file with these lines: each in place of the one that it had for this setting, else at its end. */
export function withSettings(before, lines) {
    const missing = lines.filter(({ name }) => before === undefined || !lineOf(name).test(before));
    const kept = lines.reduce((text, { name, value }) => text.replace(lineOf(name), () => `${name}=${value}`), before ?? HEADING);
    const gap = kept === '' || kept.endsWith('\n') ? '' : '\n';
    return kept + gap + missing.map(({ name, value }) => `${name}=${value}\n`).join('');
}
/** A secret may stand in a file of its own, which NAME_FILE names; both together are refused. */
function lineOf(name) {
    return new RegExp(`^${name.replace(/_FILE$/, '')}(_FILE)?=.*$`, 'm');
}
//# sourceMappingURL=settings-file.js.map