import { types } from 'node:util';
/**
 * Freezes plain objects and lists all the way down, and what is in Maps and Sets. Those themselves and instances
 * of classes can't be frozen; their types offer no way to change them.
 */
export function deepFreeze(value) {
    if (typeof value !== 'object' || value === null || Object.isFrozen(value))
        return value;
    if (types.isMap(value) || types.isSet(value))
        for (const inner of value.values())
            deepFreeze(inner);
    const prototype = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null)
        return value;
    Object.freeze(value);
    for (const inner of Object.values(value))
        deepFreeze(inner);
    return value;
}
//# sourceMappingURL=deep-freeze.js.map