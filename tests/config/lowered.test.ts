import { generationsOf, lowered, renderFaults } from "../../config";
import { schema } from "../../config/schema";

const first = { passwordGeneration: 1, mediaKeyGeneration: 1, "backups.keyGeneration": 1, deployerKeyGeneration: 1 };

test("each key that is called a generation is counted, and each machine that there is", () => {
  expect(generationsOf({}, ["edge", "api-0"])).toEqual({ ...first, "machineGenerations.edge": 1, "machineGenerations.api-0": 1 });
  const named = JSON.stringify(Object.keys(schema.shape).concat(Object.keys(schema.shape.backups.unwrap().shape))).match(/\w*generations?\b/gi)!;
  expect([...new Set(Object.keys(generationsOf({}, ["edge"])).map((key) => key.replace("backups.", "").replace(".edge", "")))].sort()).toEqual(named.sort());
  const given = schema.partial().parse({ passwordGeneration: 3, backups: { keyGeneration: 2 }, machineGenerations: { edge: 4, "api-7": 2 } });
  expect(generationsOf(given, ["edge"])).toEqual({ ...first, passwordGeneration: 3, "backups.keyGeneration": 2, "machineGenerations.edge": 4 });
});

test("one that is lower than in force is told with what that would do, and the command that raises it", () => {
  const inForce = { ...first, deployerKeyGeneration: 3, "backups.keyGeneration": 2, "machineGenerations.api-0": 2 };
  const text = renderFaults("production", lowered("production", inForce, { ...first, deployerKeyGeneration: 2, "machineGenerations.api-0": 1 }));
  expect(text).toBe(`the configuration of stack production has 3 faults; nothing was changed

  backups.keyGeneration = 1: is lower than 2, which is in force: it would bring back no former key but make a new one
    allowed: a whole number, never less than before
    to mend: pulumi config set --stack production --path backups.keyGeneration 2

  deployerKeyGeneration = 2: is lower than 3, which is in force: no machine lets in a former key, so the program would reach none of them
    allowed: a whole number, never less than before
    to mend: pulumi config set --stack production deployerKeyGeneration 3

  machineGenerations.api-0 = 1: is lower than 2, which is in force: it would delete the machine and create another
    allowed: whole numbers, never less than before, by machine: edge, data, monitor, api-0, worker-0, …
    to mend: pulumi config set --stack production --path machineGenerations.api-0 2`);
});

test("one that stays, or is raised, is not lower, nor is that of a machine that goes or comes", () => {
  const inForce = { ...first, passwordGeneration: 2, "machineGenerations.api-1": 2 };
  expect(lowered("production", inForce, { ...inForce, passwordGeneration: 3 })).toEqual([]);
  expect(lowered("production", inForce, { ...first, passwordGeneration: 2, "machineGenerations.api-2": 1 })).toEqual([]);
});
