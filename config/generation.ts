import * as z from "zod";
import { type Doc, key } from "./doc";
import { whole, type Fix } from "./formats";

const count = whole(1, 1_000_000);

/**
 * A number that makes the program create something anew when it is raised, as `make rotate-…` does (ops/rotate.ts). @default 1
 * @param wrong.lowered what a lower number than the one in use would do
 * @param wrong.skipped what one above the next would do. @default no harm
 */
export const generation = (description: string, wrong: Required<Pick<Doc, "lowered">> & Pick<Doc, "skipped">) => key(count.default(1), {
  description,
  ...wrong,
  allowed: `a whole number, never less than before${wrong.skipped === undefined ? "" : ", and at most one more"}`,
  example: "2",
});

/** The same for machines, by name, as `make renew HOST=…` does (ops/renew.ts). A machine that no longer exists may stay in it. @default all 1 */
export const generationOfEach = (description: string, lowered: string) => key(z.record(z.string(), count).superRefine((counts, context) => {
  for (const name of Object.keys(counts)) {
    if (/^(edge|data|monitor|(api|worker)-(0|[1-9]\d*))$/.test(name)) continue;
    context.addIssue({ code: "custom", path: [name], message: "is not a machine", params: { remedy: "remove" } satisfies Fix });
  }
}).default({}), {
  description,
  lowered,
  allowed: "whole numbers, never less than before, by machine: edge, data, monitor, api-0, worker-0, …",
  example: "2",
  entry: "api-0",
});
