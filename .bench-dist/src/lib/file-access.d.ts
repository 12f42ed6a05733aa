/** A user of this machine, by its numbers. */
export interface FileUser {
    readonly uid: number;
    readonly groups: readonly number[];
}
/** Any user who neither owns a file nor is in its group. */
export declare const OTHERS: FileUser;
/**
 * What keeps a user from reading a file: the folder on the way to it that the user may not enter, or the file itself;
 * undefined if nothing does. Access control lists are not looked at.
 *
 * @throws Error where this process itself may not look at it.
 */
export declare function obstacle(file: string, user: FileUser): Promise<string | undefined>;
