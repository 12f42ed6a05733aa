/** The file was not touched; the message says why. */
export declare class DialplanFileError extends Error {
}
/**
 * Writes the generated contexts whole or not at all. An existing file keeps its mode and owner; a new one is readable
 * for all, as Asterisk must read it and no secret is in it. One that has the same text already is not touched.
 *
 * @throws DialplanFileError
 */
export declare function writeDialplanFile(file: string, text: string): Promise<'written' | 'unchanged'>;
