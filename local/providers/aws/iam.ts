import { randomBytes } from "node:crypto";
import { account, change, type Account, type Group, type User } from "../../aws/account";
import { addKey, enforce, removeKey } from "../../aws/s3";
import { Properties, ResourceModel } from "../resource";
import { autoName, checks, pick, rule, setInputs } from "../rules";
import { missing, policyCheck, sameJson, uniqueId } from "./common";

const nameCheck = (longest: number) => rule("name", (name) => /^[A-Za-z0-9+=,.@_-]+$/.test(name) && name.length <= longest,
  `must have 1 to ${longest} letters, digits and +=,.@_-`);
const pathCheck = rule("path", (path) => /^\/(.*\/)?$/.test(path), "must begin and end with /");
const taken = (what: string, name: string): Error => new Error(`EntityAlreadyExists: ${what} with name ${name} already exists`);

const groupOutputs = (name: string, group: Group): Properties => ({ name, ...pick(group, "arn", "uniqueId", "path") });

export const group: ResourceModel = {
  normalize: (inputs, olds, urn) => ({ path: "/", ...autoName("name", inputs, olds, urn) }),
  check: checks(nameCheck(128), pathCheck),
  async create({ name, path }) {
    return { id: name, outputs: groupOutputs(name, change((state) => {
      if (state.groups[name]) throw taken("Group", name);
      return (state.groups[name] = { arn: `arn:aws:iam::${state.id}:group${path}${name}`, uniqueId: uniqueId("AGPA"), path, policies: {} });
    })) };
  },
  async read(id) {
    const found = account().groups[id];
    if (!found) return undefined;
    const outputs = groupOutputs(id, found);
    return { inputs: pick(outputs, "name", "path"), outputs };
  },
  // The official provider renames in place; here the resource is replaced, since a rename would have to move the members.
  replaceOn: ["name", "path"],
  async delete(id) {
    change((state) => {
      const first = (what: string): never => { throw new Error(`DeleteConflict: cannot delete entity, must ${what} first`); };
      if (Object.values(state.users).some(({ groups }) => groups.includes(id))) first("remove users from group");
      if (Object.keys(state.groups[id]?.policies ?? {}).length > 0) first("delete policies");
      delete state.groups[id];
    });
  },
};

const policyOf = (state: Account, id: string): string | undefined => {
  const [groupName, name] = id.split(":");
  return state.groups[groupName!]?.policies[name!];
};

async function putPolicy({ group: groupName, name, policy }: Properties): Promise<void> {
  change((state) => {
    if (!state.groups[groupName]) throw missing("group", groupName);
    state.groups[groupName].policies[name] = policy;
  });
  await enforce();
}

export const groupPolicy: ResourceModel = {
  normalize: (inputs, olds, urn) => autoName("name", inputs, olds, urn),
  check: checks(policyCheck("policy", "identity"), rule("namePrefix", () => false, "the local account accepts only full names")),
  same: (property, olds, news) => property === "policy" && sameJson(olds.policy, news.policy),
  async create(inputs) {
    await putPolicy(inputs);
    return { id: `${inputs.group}:${inputs.name}`, outputs: { namePrefix: "" } };
  },
  async read(id) {
    const policy = policyOf(account(), id);
    const [groupName, name] = id.split(":");
    return policy === undefined ? undefined : { inputs: { group: groupName, name, policy }, outputs: { group: groupName, name, namePrefix: "", policy } };
  },
  async update(_id, _olds, news) {
    await putPolicy(news);
    return { namePrefix: "" };
  },
  async delete(id) {
    const [groupName, name] = id.split(":");
    change((state) => delete state.groups[groupName!]?.policies[name!]);
    await enforce();
  },
};

const userOutputs = (name: string, user: User): Properties => ({ name, ...pick(user, "arn", "uniqueId", "path", "tags"), tagsAll: user.tags });

export const user: ResourceModel = {
  normalize: (inputs, olds, urn) => ({ path: "/", forceDestroy: false, ...autoName("name", inputs, olds, urn) }),
  check: checks(nameCheck(64), pathCheck, rule("permissionsBoundary", () => false, "the local account has no permissions boundaries")),
  async create({ name, path, tags }) {
    return { id: name, outputs: userOutputs(name, change((state) => {
      if (state.users[name]) throw taken("User", name);
      return (state.users[name] = {
        arn: `arn:aws:iam::${state.id}:user${path}${name}`, uniqueId: uniqueId("AIDA"), path, tags: tags ?? {}, groups: [], accessKeys: {},
      });
    })) };
  },
  async read(id, state) {
    const found = account().users[id];
    if (!found) return undefined;
    const outputs = { ...userOutputs(id, found), ...pick(state, "forceDestroy") };
    return { inputs: pick(outputs, "name", "path", "tags", "forceDestroy"), outputs };
  },
  replaceOn: ["name", "path"],
  async update(id, _olds, { tags }) {
    return userOutputs(id, change((state) => {
      state.users[id]!.tags = tags ?? {};
      return state.users[id]!;
    }));
  },
  async delete(id, state) {
    const keys = Object.keys(account().users[id]?.accessKeys ?? {});
    if (keys.length > 0 && !state.forceDestroy) throw new Error("DeleteConflict: cannot delete entity, must delete access keys first");
    for (const accessKeyId of keys) await removeKey(accessKeyId);
    change((all) => delete all.users[id]);
    await enforce();
  },
};

function setGroups(name: string, edit: (groups: string[]) => string[]): Promise<void> {
  change((state) => {
    const found = state.users[name];
    if (!found) throw missing("user", name);
    found.groups = edit(found.groups);
    for (const each of found.groups) if (!state.groups[each]) throw missing("group", each);
  });
  return enforce();
}

export const userGroupMembership: ResourceModel = {
  same: setInputs("groups"),
  async create({ user: name, groups }) {
    await setGroups(name, (before) => [...new Set([...before, ...groups])]);
    return { id: `${name}/${groups.join("/")}`, outputs: {} };
  },
  async read(id, state) {
    const [name, ...named] = state.user === undefined ? id.split("/") : [state.user, ...state.groups];
    const found = account().users[name];
    const groups = named.filter((each: string) => found?.groups.includes(each));
    return found ? { inputs: { user: name, groups }, outputs: { user: name, groups } } : undefined;
  },
  async update(_id, olds, news) {
    await setGroups(news.user, (before) => [...new Set([...before.filter((each) => !olds.groups.includes(each)), ...news.groups])]);
    return {};
  },
  async delete(_id, state) {
    if (account().users[state.user]) await setGroups(state.user, (before) => before.filter((each) => !state.groups.includes(each)));
  },
};

/** A key pair for signing requests. The secret is in the program's state and in S3, and cannot be read again. */
export const accessKey: ResourceModel = {
  normalize: (inputs) => ({ status: "Active", ...inputs }),
  check: checks(
    rule("status", (status) => ["Active", "Inactive"].includes(status), "must be Active or Inactive"),
    rule("pgpKey", () => false, "the local account returns secrets only to the program"),
  ),
  async create({ user: name, status }) {
    const id = uniqueId("AKIA");
    const secret = randomBytes(30).toString("base64").slice(0, 40);
    const createDate = new Date().toISOString();
    change((state) => {
      const found = state.users[name];
      if (!found) throw missing("user", name);
      if (Object.keys(found.accessKeys).length >= 2) throw new Error("LimitExceeded: cannot exceed quota for AccessKeysPerUser: 2");
      found.accessKeys[id] = { active: status === "Active", createdAt: createDate };
    });
    try {
      await addKey(id, secret);
      await enforce();
    } catch (error) {
      change((state) => delete state.users[name]?.accessKeys[id]);
      throw error;
    }
    return { id, outputs: { secret, createDate, encryptedSecret: "", encryptedSesSmtpPasswordV4: "", keyFingerprint: "", sesSmtpPasswordV4: "" } };
  },
  async read(id, state) {
    const [name, found] = Object.entries(account().users).flatMap(([each, { accessKeys }]) => (accessKeys[id] ? [[each, accessKeys[id]] as const] : []))[0] ?? [];
    if (name === undefined || found === undefined) return undefined;
    const inputs = { user: name, status: found.active ? "Active" : "Inactive" };
    return { inputs, outputs: { ...state, ...inputs, createDate: found.createdAt } };
  },
  async update(id, olds, { user: name, status }) {
    change((state) => (state.users[name]!.accessKeys[id]!.active = status === "Active"));
    await enforce();
    return olds;
  },
  async delete(id, { user: name }) {
    await removeKey(id);
    change((state) => delete state.users[name]?.accessKeys[id]);
    await enforce();
  },
};
