import * as pulumi from "@pulumi/pulumi";
import { secrets } from "../config/secrets";
import { stack } from "../config/stack";

/** What the rules need to know of the stack that they judge. */
export interface Settings {
  /** Name of the stack; empty where the engine does not say. */
  stack: string;
  /** Values may be unknown: nothing is made. */
  preview: boolean;
  /** Nobody would miss what is in the stack. */
  throwaway: boolean;
  allowedRegions: string[];
  /** Every secret of the configuration, in plain text. Never printed. */
  secrets: string[];
}

/** A secret shorter than this is no use as a search text: it would be found everywhere. */
const shortest = 8;

const shape = stack.pick({ throwaway: true, allowedRegions: true });

/** The settings as the engine passes them to the pack: the program refuses a faulty configuration itself. */
export function readSettings(): Settings {
  const config = Object.entries(pulumi.runtime.allConfig());
  const raw = Object.fromEntries(config.map(([key, value]) => [key.slice(key.indexOf(":") + 1), value as string]));
  const given = Object.fromEntries(Object.keys(shape.shape).filter((key) => key in raw).map((key) => [key, parsed(raw[key])]));
  return {
    stack: process.env.PULUMI_NODEJS_STACK ?? "",
    preview: pulumi.runtime.isDryRun(),
    ...shape.parse(given),
    secrets: Object.keys(secrets.shape).flatMap((key) => (key in raw ? texts(parsed(raw[key])) : [])).filter((text) => text.length >= shortest),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** All texts in a value: a secret may be a map. */
const texts = (value: unknown): string[] =>
  (typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [String(value)]);
