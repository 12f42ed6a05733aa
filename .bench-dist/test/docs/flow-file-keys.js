/** Longer lists of values are told by the description. */
const MOST_VALUES = 8;
/** The keys of flow files as Markdown: a section for each map of keys, with a table of its keys. */
export function flowFileKeys(schema) {
    const condition = schema.definitions?.condition ?? {};
    return [...sections('routing.yaml', schema), ...sections('when', condition)].join('\n');
}
function sections(title, schema) {
    const keys = Object.entries(schema.properties ?? {});
    if (keys.length === 0)
        return [];
    const rows = keys.map(([key, value]) => {
        const needed = schema.required?.includes(key) ? ' (required)' : '';
        return `| \`${key}\`${needed} | ${[...new Set(kinds(value))].join(', ')} | ${cell(value.description ?? '')} |`;
    });
    const own = [`### \`${title}\``, '', '| key | value | meaning |', '| --- | --- | --- |', ...rows, ''];
    return [...own, ...keys.flatMap(([key, value]) => mapsIn(key, value))];
}
/** The maps of keys that a value may be, may hold by name, or may list. */
function mapsIn(title, value) {
    if (isReference(value))
        return [];
    if (value.properties !== undefined)
        return sections(title, value);
    const { additionalProperties: named, items, anyOf = [] } = value;
    return [
        ...(typeof named === 'object' ? mapsIn(`${title}: <name>`, named) : []),
        ...(items === undefined ? [] : mapsIn(`${title}: [ ]`, items)),
        ...anyOf.flatMap((one) => mapsIn(title, one)),
    ];
}
/** `{ file: numbers.csv }`: one required key. */
function isReference({ properties = {}, required = [] }) {
    return Object.keys(properties).length === 1 && required.length === 1;
}
function kinds(value) {
    const { type, anyOf, allOf, $ref, items } = value;
    if ($ref !== undefined)
        return [$ref.endsWith('condition') ? 'condition' : 'value'];
    if (value.enum !== undefined && value.enum.length <= MOST_VALUES)
        return value.enum.map((one) => `\`${one}\``);
    if (anyOf ?? allOf)
        return (anyOf ?? allOf ?? []).flatMap(kinds);
    if (type === 'array')
        return [items?.enum ? 'list of these' : `list of ${kinds(items ?? {}).join(' or ')}`];
    if (isReference(value))
        return Object.keys(value.properties ?? {}).map((key) => `\`{ ${key}: … }\``);
    if (value.properties !== undefined)
        return ['map'];
    if (type === 'object')
        return ['map by name'];
    return [type === 'string' ? 'text' : type === 'boolean' ? '`true` or `false`' : (type ?? 'value')];
}
function cell(text) {
    return text.replaceAll('|', '\\|');
}
//# sourceMappingURL=flow-file-keys.js.map