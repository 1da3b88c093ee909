import { findEntry } from "../../cloud/entry";
import { createProject, deleteProject, moveResources, updateProject, type ProjectRequest } from "../../cloud/project";
import type { Entry } from "../../cloud/state";
import { Properties, ResourceModel } from "../resource";
import { checks, pick, rule, setInputs } from "../rules";
import { named } from "./common";

const owner = { ownerId: 1, ownerUuid: "00000000-0000-4000-8000-000000000001" };

const outputsOf = (project: Entry): Properties => ({
  ...pick(project, "name", "description", "purpose", "environment", "isDefault", "resources", "createdAt", "updatedAt"), ...owner,
});

const requestOf = (inputs: Properties): ProjectRequest => ({
  name: inputs.name, description: inputs.description ?? "", purpose: inputs.purpose ?? "Web Application",
  environment: capitalized(inputs.environment ?? ""), isDefault: inputs.isDefault ?? false,
});

/** The API writes environments with a capital. */
const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();

export const project: ResourceModel = {
  ...named,
  check: checks(
    rule("name", (name) => name.length >= 1 && name.length <= 175, "must have from 1 to 175 characters"),
    rule("description", (text) => text.length <= 255, "may have at most 255 characters"),
    rule("purpose", (text) => text.length <= 255, "may have at most 255 characters"),
    rule("environment", (text) => ["development", "staging", "production"].includes(text.toLowerCase()),
      "must be one of development, staging, production"),
  ),
  same: (property, olds, news) =>
    setInputs("resources")(property, olds, news) ||
    (property === "environment" && typeof news.environment === "string" && olds.environment?.toLowerCase() === news.environment.toLowerCase()),
  async create(inputs) {
    const made = await createProject(requestOf(inputs), inputs.resources ?? []);
    return { id: made.id, outputs: outputsOf(made) };
  },
  async read(id) {
    const found = findEntry("projects", id);
    return found && {
      inputs: pick(found, "name", "description", "purpose", "environment", "isDefault", "resources"), outputs: outputsOf(found),
    };
  },
  update: async (id, _olds, news) => outputsOf(await updateProject(id, requestOf(news), news.resources)),
  delete: (id) => deleteProject(id),
};

export const projectResources: ResourceModel = {
  same: setInputs("resources"),
  async create({ project: id, resources }) {
    await moveResources(id, { add: resources, remove: [] });
    return { id, outputs: { project: id, resources } };
  },
  async read(id, state) {
    const found = findEntry("projects", id);
    if (!found) return undefined;
    const held: string[] = found.resources;
    const resources = state.resources === undefined ? held : state.resources.filter((urn: string) => held.includes(urn));
    return { inputs: { project: id, resources }, outputs: { project: id, resources } };
  },
  async update(id, olds, { resources }) {
    const remove = (olds.resources as string[]).filter((urn) => !resources.includes(urn));
    await moveResources(id, { add: resources, remove });
    return { project: id, resources };
  },
  async delete(id, state) {
    if (findEntry("projects", id)) await moveResources(id, { add: [], remove: state.resources });
  },
};
