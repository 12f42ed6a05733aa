/** A port that was free a moment ago. Picked at random, so that parallel labs rarely meet. */
export declare function freePort(protocol: 'tcp' | 'udp', address?: string): Promise<number>;
