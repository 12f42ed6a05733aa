/** Asterisk's command line, for what it can be asked and told as root before it knows Doorman's users. */
export interface Console {
    /** As `asterisk -V` says it, without the name; undefined where there is no such program. */
    version(): Promise<string | undefined>;
    /** What a command printed; undefined where no Asterisk runs. */
    command(command: string): Promise<string | undefined>;
}
export declare const DEFAULT_FOLDER = "/etc/asterisk";
/** The console of the Asterisk whose configuration is in this folder. */
export declare function asteriskConsole(folder: string): Console;
