/** A policy document of AWS, as the rules read it. */
export interface Statement {
  effect: "Allow" | "Deny";
  actions: string[];
  notActions: string[];
  resources: string[];
  notResources: string[];
  /** `*`, or `<kind>:<who>`: `AWS:arn:…`, `Service:logging.s3.amazonaws.com`. */
  principals: string[];
  notPrincipals: string[];
  condition: Record<string, Record<string, string | string[]>>;
}

const list = (value: unknown): string[] => (value === undefined ? [] : [value].flat().map(String));

const kinds = ["AWS", "Federated", "Service", "CanonicalUser"];
const kindOf = (name: string): string => kinds.find((kind) => kind.toLowerCase() === name.toLowerCase()) ?? name;

const principals = (value: unknown): string[] =>
  (typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value).flatMap(([kind, who]) => list(who).map((each) => `${kindOf(kind)}:${each}`)) : list(value));

/** What an object has under a name, however its letters are written: a reader that looks past a key looks past what it allows. */
const field = (object: any, name: string): any => Object.entries(object ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

/** Every right, to everyone: what a text counts as that cannot be read, or in two ways, until AWS refuses it. */
const everything = { Statement: { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" } };

/** The statements of a document, as text or as an object. None where it has none: AWS refuses that itself. */
export function policyDocument(document: unknown): Statement[] {
  const parsed = typeof document === "string" && document !== "" ? parse(document) : document;
  const statements = field(isAmbiguous(parsed) ? everything : parsed, "Statement");
  if (statements === undefined || statements === null) return [];
  return [statements].flat().map((statement: any) => ({
    effect: field(statement, "Effect") === "Deny" ? "Deny" : "Allow", // AWS takes no third; until it says so this counts as the worse of the two
    actions: list(field(statement, "Action")),
    notActions: list(field(statement, "NotAction")),
    resources: list(field(statement, "Resource")),
    notResources: list(field(statement, "NotResource")),
    principals: principals(field(statement, "Principal")),
    notPrincipals: principals(field(statement, "NotPrincipal")),
    condition: field(statement, "Condition") ?? {},
  }));
}

const objectsIn = (value: unknown): object[] => (typeof value === "object" && value !== null ? [value, ...Object.values(value).flatMap(objectsIn)] : []);
const namesIn = (value: unknown): string[][] => objectsIn(value).filter((each) => !Array.isArray(each)).map(Object.keys);

/** Whether something is there twice under names that differ in case alone. */
const isAmbiguous = (value: unknown): boolean => namesIn(value).some((names) => new Set(names.map((name) => name.toLowerCase())).size < names.length);

/** How many names a text of JSON has: of those that are the same, the parser keeps the last. */
const namesWritten = (text: string): number => [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;

function parse(text: string): unknown {
  try {
    const parsed = JSON.parse(text) as unknown;
    return namesWritten(text) === namesIn(parsed).flat().length ? parsed : everything;
  } catch {
    return everything;
  }
}

/** Whether a pattern of AWS (`*` any text, `?` one character, case aside) covers a word. */
export const covers = (pattern: string, word: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".")}$`, "i").test(word);

/** Whether a statement is about an action. */
export const mentions = ({ actions, notActions }: Statement, action: string): boolean =>
  actions.some((pattern) => covers(pattern, action)) || (notActions.length > 0 && !notActions.some((pattern) => covers(pattern, action)));

/** Whether a document denies an action altogether: on everything, and whatever the circumstances. */
export const denies = (document: Statement[], action: string): boolean =>
  document.some((statement) => statement.effect === "Deny" && statement.resources.includes("*") && Object.keys(statement.condition).length === 0 && mentions(statement, action));

/** Whether a document allows an action on something, and does not deny it altogether. */
export const allows = (document: Statement[], action: string): boolean =>
  document.some((statement) => statement.effect === "Allow" && mentions(statement, action)) && !denies(document, action);

/** Values that a condition gives a key, by this operator and no other. AWS does not care how a key's letters are written. */
export const valuesOf = ({ condition }: Statement, operator: string, key: string): string[] =>
  Object.entries(condition[operator] ?? {}).filter(([given]) => given.toLowerCase() === key.toLowerCase()).flatMap(([, values]) => [values].flat().map(String));
