import { generationsOf, handedOver, outOfTurn, renderFaults } from "../../config";
import { schema } from "../../config/schema";

const first = { passwordGeneration: 1, mediaKeyGeneration: 1, "backups.keyGeneration": 1, deployerKeyGeneration: 1 };

test("every key whose name ends in Generation is compared, and every existing machine", () => {
  expect(generationsOf({}, ["edge", "api-0"])).toEqual({ ...first, "machineGenerations.edge": 1, "machineGenerations.api-0": 1 });
  const named = JSON.stringify(Object.keys(schema.shape).concat(Object.keys(schema.shape.backups.unwrap().shape))).match(/\w*generations?\b/gi)!;
  expect([...new Set(Object.keys(generationsOf({}, ["edge"])).map((key) => key.replace("backups.", "").replace(".edge", "")))].sort()).toEqual(named.sort());
  const given = schema.partial().parse({ passwordGeneration: 3, backups: { keyGeneration: 2 }, machineGenerations: { edge: 4, "api-7": 2 } });
  expect(generationsOf(given, ["edge"])).toEqual({ ...first, passwordGeneration: 3, "backups.keyGeneration": 2, "machineGenerations.edge": 4 });
});

test("one lower than in use is reported with the consequence, and the command that raises it", () => {
  const inUse = { ...first, deployerKeyGeneration: 3, "backups.keyGeneration": 2, "machineGenerations.api-0": 2 };
  const text = renderFaults("production", outOfTurn("production", inUse, { ...first, deployerKeyGeneration: 2, "machineGenerations.api-0": 1 }));
  expect(text).toBe(`the configuration of stack production has 3 faults; nothing was changed

  backups.keyGeneration = 1: is lower than 2, which is in use: it would bring back no former key but make a new one
    allowed: a whole number, never less than before
    to fix: pulumi config set --stack production --path backups.keyGeneration 2

  deployerKeyGeneration = 2: is lower than 3, which is in use: no machine lets in a former key, so the program would reach none of them
    allowed: a whole number, never less than before, and at most one more
    to fix: pulumi config set --stack production deployerKeyGeneration 3

  machineGenerations.api-0 = 1: is lower than 2, which is in use: it would delete the machine and create another
    allowed: whole numbers, never less than before, by machine: edge, data, monitor, api-0, worker-0, …
    to fix: pulumi config set --stack production --path machineGenerations.api-0 2`);
});

test("one that skips a number is reported if only the next is valid, with the command that sets that", () => {
  const text = renderFaults("production", outOfTurn("production", { ...first, deployerKeyGeneration: 4 }, { ...first, deployerKeyGeneration: 6, passwordGeneration: 3 }));
  expect(text).toBe(`the configuration of stack production has 2 faults; nothing was changed

  passwordGeneration = 3: leaves out 2: the application logs in to PostgreSQL as two roles in turn, so the password in use might end before every container has the new one
    allowed: a whole number, never less than before, and at most one more
    to fix: pulumi config set --stack production passwordGeneration 2

  deployerKeyGeneration = 6: leaves out 5: machines let in no key but the one in use and the next, so the program would reach none of them
    allowed: a whole number, never less than before, and at most one more
    to fix: pulumi config set --stack production deployerKeyGeneration 5`);
});

test("one that stays or is raised by one is valid, and so is that of an added or removed machine", () => {
  const inUse = { ...first, passwordGeneration: 2, "machineGenerations.api-1": 2 };
  expect(outOfTurn("production", inUse, { ...inUse, passwordGeneration: 3, deployerKeyGeneration: 2 })).toEqual([]);
  expect(outOfTurn("production", inUse, { ...first, passwordGeneration: 2, "machineGenerations.api-2": 1 })).toEqual([]);
  expect(outOfTurn("production", inUse, { ...inUse, mediaKeyGeneration: 9, "backups.keyGeneration": 9, "machineGenerations.api-1": 9 })).toEqual([]);
});

test("the deployer key and the passwords must not skip a number", () => {
  expect(handedOver({ ...first, deployerKeyGeneration: 5, "machineGenerations.api-1": 2 })).toEqual({ passwordGeneration: 1, deployerKeyGeneration: 5 });
});
