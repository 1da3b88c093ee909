/** The dashboards of a stack that is configured as production is by default, and how often the local one reads its figures. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as YAML from "yaml";
import { projectDir } from "../local/paths";
import { dashboards } from "../machine/monitoring/dashboards";

export const boards = dashboards({ rules: { patience: (seconds) => seconds, objectivePercent: 99.5, pool: { min: 2, max: 10 } } });

const { config } = YAML.parse(readFileSync(join(projectDir, "Pulumi.local.yaml"), "utf8")) as { config: { "ringo-infra:monitoring": { scrapeSeconds: number } } };
export const { scrapeSeconds } = config["ringo-infra:monitoring"];
