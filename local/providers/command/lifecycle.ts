import { randomBytes } from "node:crypto";
import { equal } from "../diff";
import { Context, Properties, ResourceModel, UNKNOWN } from "../resource";
import { remembered } from "../rules";
import type { Captured } from "./output";

/** Runs one command line with a resource's inputs; `previous` are variables with the output of the previous command. */
export type Run = (command: string, inputs: Properties, previous: Record<string, string>, context: Context) => Promise<Captured>;

/** The id of a new resource: the name and eight random hexadecimal digits, or the digits alone. */
export const newId = (name = ""): string => `${name}${randomBytes(4).toString("hex")}`;

function previousOutput(inputs: Properties, { stdout, stderr }: Properties): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return { ...(stdout ? { PULUMI_COMMAND_STDOUT: stdout } : {}), ...(stderr ? { PULUMI_COMMAND_STDERR: stderr } : {}) };
}

/** Whether the official plugin considers the old output outdated: an input has changed, or is not known yet. */
function changed({ stdout: _, stderr: __, ...olds }: Properties, news: Properties): boolean {
  return Object.values(news).includes(UNKNOWN) || Object.keys(olds).some((key) => !equal(olds[key], news[key]));
}

/**
 * When the commands of a Command run: `create` at first; `update`, or `create` again if there is none, when any input
 * changes; `delete` at the end. `triggers` replace, by the schema.
 */
export function commandModel(run: Run): ResourceModel {
  return {
    plan: (news, olds) => (olds && changed(olds, news) ? { stdout: UNKNOWN, stderr: UNKNOWN } : {}),
    async create(inputs, context) {
      const outputs = inputs.create === undefined ? { stdout: "", stderr: "" } : await run(inputs.create, inputs, {}, context);
      return { id: newId(context.urn.split("::").at(-1)), outputs: { ...outputs } };
    },
    read: async (_, state) => remembered(state),
    async update(_, olds, news, context) {
      const command: string | undefined = news.update ?? news.create;
      if (command === undefined) return { stdout: olds.stdout, stderr: olds.stderr };
      return { ...(await run(command, news, previousOutput(news, olds), context)) };
    },
    async delete(_, state, context) {
      if (state.delete !== undefined) await run(state.delete, state, previousOutput(state, state), context);
    },
  };
}
