/** The Stasis applications of all instances at one PBX. */
export interface Applications {
    /** In the order in which an Asterisk without StasisBroadcast tries them. */
    readonly names: readonly string[];
    /** Where any application whose name begins so is an instance, too: those that join later need no new dialplan. */
    readonly pattern?: string;
}
/** The regular expression by which StasisBroadcast chooses. It has no comma, which would end the argument. */
export declare function applicationsPattern({ names, pattern }: Applications): string;
