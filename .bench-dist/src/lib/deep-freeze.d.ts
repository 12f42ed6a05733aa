/**
 * Freezes plain objects and lists all the way down, and what is in Maps and Sets. Those themselves and instances
 * of classes can't be frozen; their types offer no way to change them.
 */
export declare function deepFreeze<T>(value: T): T;
