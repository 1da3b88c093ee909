import { PolicyPack } from "@pulumi/policy";
import { compile } from "./compile";
import { exemptions } from "./exemptions";
import { levelsOf } from "./levels";
import { rules } from "./rules";
import { readSettings } from "./settings";

const settings = readSettings();

new PolicyPack("ringo", {
  displayName: "Ringo security checklist",
  policies: compile(rules, { settings, exemptions, today: new Date() }),
}, levelsOf(settings.stack));
