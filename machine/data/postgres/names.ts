/**
 * Refuses other names than those that a cluster has: a new database beside the old one would be empty, and one with
 * another owner would keep its tables with the former one.
 */
import type { Step } from "../../state";

/** A role's name and the database it owns. */
export interface Owner {
  /** Lower-case letters, digits and `_`. */
  name: string;
  /** Created if missing; owned by the role, and nobody else may connect. */
  database: string;
}

/** A query that returns a line for each refusal. The current login role does not matter: a database belongs to the role `name`. */
function refusals(all: Owner[]): string {
  const array = (words: string[]) => `ARRAY[${words.map((word) => `'${word}'`).join(", ")}]::text[]`;
  return `WITH declared AS (SELECT * FROM unnest(${array(all.map(({ database }) => database))}, ${array(all.map(({ name }) => name))}) AS d (database, owner)),
  found AS (SELECT datname::text AS database, pg_get_userbyid(datdba)::text AS owner FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres')
SELECT format('this cluster has the database %1$I and none called %2$I: take databaseName back, or rename it (ALTER DATABASE %1$I RENAME TO %2$I)', f.database, d.database) AS refusal
  FROM found f, declared d WHERE f.database NOT IN (SELECT database FROM declared) AND d.database NOT IN (SELECT database FROM found)
UNION ALL
SELECT format('the database %1$I belongs to %2$I, not to %3$I: take databaseUser back, or rename him (ALTER ROLE %2$I RENAME TO %3$I)', f.database, f.owner, d.owner)
  FROM found f JOIN declared d USING (database) WHERE f.owner <> d.owner`;
}

/** Aborts a script before its next statement. */
export const refuseOthers = (all: Owner[]): string => `DO $$ DECLARE refused text; BEGIN
FOR refused IN ${refusals(all)}
LOOP RAISE EXCEPTION '%', refused; END LOOP; END $$;
`;

/**
 * Run against a running server, before anything is written that would lock out the application or the exporter. If it does not answer,
 * as on a new machine, the check runs when its roles are created. `psql` is the command to use.
 */
export function othersRefused(all: Owner[], psql: string): Step {
  const asked = `refused=$(${psql} 2> /dev/null <<'SQL'
${refusals(all)}
SQL
) || refused=
test -z "$refused" || { echo "$refused"; exit 1; }`;
  return { name: "PostgreSQL has what is declared", when: "before-packages", unless: asked, command: asked };
}
