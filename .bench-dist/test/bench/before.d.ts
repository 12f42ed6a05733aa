/**
 * Builds Doorman as of commit c592c16 in the lab's folder, once.
 * @returns its command line, on the Node that runs the bench
 * @throws Error that names the git command to run where this clone lacks the commit
 */
export declare function doormanBefore(say: (line: string) => void): readonly string[];
