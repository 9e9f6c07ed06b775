/** Numbers from 0 to 1 that depend on nothing but the seed (mulberry32). */
export declare const seeded: (seed: number) => (() => number);
//# sourceMappingURL=seeded.d.ts.map