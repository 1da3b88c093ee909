import { randomUUID } from "node:crypto";
import { entriesIn } from "./entry";
import { ApiError, conflict, notFound, unprocessable } from "./errors";
import { change, type CloudState, type Entry } from "./state";

/** The project of everything that is in no other one. */
export function defaultProject(state: CloudState): Entry {
  const projects = entriesIn(state, "projects");
  const found = Object.values(projects).find((project) => project.isDefault);
  if (found) return found;
  const now = new Date().toISOString();
  const id = randomUUID();
  return (projects[id] = {
    id, name: "local", description: "", purpose: "Web Application", environment: "", isDefault: true, resources: [],
    createdAt: now, updatedAt: now,
  });
}

export type ProjectRequest = { name: string; description: string; purpose: string; environment: string; isDefault: boolean };

export function createProject(request: ProjectRequest, resources: string[]): Promise<Entry> {
  return change((state) => {
    defaultProject(state);
    checkName(state, undefined, request.name);
    const now = new Date().toISOString();
    const project: Entry = { ...request, id: randomUUID(), resources: [], createdAt: now, updatedAt: now };
    entriesIn(state, "projects")[project.id] = project;
    if (request.isDefault) makeDefault(state, project);
    assign(state, project, resources);
    return project;
  });
}

/** Resources that leave a project move to the default one. Without `resources` they stay as they are. */
export function updateProject(id: string, request: Partial<ProjectRequest>, resources: string[] | undefined): Promise<Entry> {
  return change((state) => {
    const project = projectIn(state, id);
    if (request.name !== undefined) checkName(state, id, request.name);
    if (project.isDefault && request.isDefault === false) throw unprocessable("there must be a default project");
    Object.assign(project, request, { updatedAt: new Date().toISOString() });
    if (request.isDefault) makeDefault(state, project);
    if (resources !== undefined) {
      assign(state, defaultProject(state), project.resources.filter((urn: string) => !resources.includes(urn)));
      assign(state, project, resources);
    }
    return project;
  });
}

/** Adds resources to a project and removes others, keeping the rest. */
export function moveResources(id: string, moves: { add: string[]; remove: string[] }): Promise<Entry> {
  return change((state) => {
    const project = projectIn(state, id);
    const held = moves.remove.filter((urn) => project.resources.includes(urn));
    assign(state, defaultProject(state), held);
    assign(state, project, moves.add);
    return project;
  });
}

/** @throws 412 for the default project */
export function deleteProject(id: string): Promise<void> {
  return change((state) => {
    const project = entriesIn(state, "projects")[id];
    if (!project) return;
    if (project.isDefault) throw new ApiError(412, "cannot delete the default project");
    assign(state, defaultProject(state), project.resources);
    delete entriesIn(state, "projects")[id];
  });
}

function projectIn(state: CloudState, id: string): Entry {
  const project = entriesIn(state, "projects")[id];
  if (!project) throw notFound("project", id);
  return project;
}

function checkName(state: CloudState, id: string | undefined, name: string): void {
  const taken = Object.values(entriesIn(state, "projects")).some((other) => other.id !== id && other.name === name);
  if (taken) throw conflict(`a project with the name "${name}" exists already`);
}

function makeDefault(state: CloudState, project: Entry): void {
  for (const other of Object.values(entriesIn(state, "projects"))) other.isDefault = other === project;
}

/** A resource is in one project at a time. */
function assign(state: CloudState, project: Entry, urns: string[]): void {
  const wrong = urns.find((urn) => !/^do:[a-z]+:.+$/.test(urn));
  if (wrong !== undefined) throw unprocessable(`"${wrong}" is not a resource's URN`);
  for (const other of Object.values(entriesIn(state, "projects"))) {
    if (other !== project) other.resources = other.resources.filter((urn: string) => !urns.includes(urn));
  }
  project.resources = [...new Set([...project.resources, ...urns])];
}
