import { key } from "./doc";
import { whole } from "./formats";

/** Counts what the program makes anew when the number is raised: `make rotate-…` does that (ops/rotate.ts). @default 1 */
export const generation = (description: string) => key(whole(1, 1_000_000).default(1), {
  description,
  allowed: "a whole number, never less than before",
  example: "2",
});
