/** Where a running Doorman accepts commands, and the token for them. */
export interface ControlAddress {
    readonly url: string;
    readonly token: string;
    readonly pid: number;
    /** The flows folder, as an absolute path. */
    readonly flows: string;
}
/** Writes the address to the data folder, for commands of the same user on the same machine. */
export declare function writeAddress(dataFolder: string, address: ControlAddress): Promise<void>;
/** Removes the address, unless another instance has written its own since. */
export declare function removeAddress(dataFolder: string, pid: number): Promise<void>;
/** The address of the instance that uses this data folder; undefined if none runs or this user may not read it. */
export declare function readAddress(dataFolder: string): Promise<ControlAddress | undefined>;
/** Whether there may be an address that this user is not allowed to read. */
export declare function isAddressHidden(dataFolder: string): Promise<boolean>;
