import { load, type Volume } from "../../cloud/state";
import {
  attachVolume, createVolume, deleteVolume, detachVolume, resizeVolume, tagVolume,
} from "../../cloud/volume";
import { Properties, ResourceModel, UNKNOWN } from "../resource";
import { among, autoName, checks, pick, present, rule, setInputs } from "../rules";
import { named, regionCheck, tagsCheck } from "./common";

const filesystems = ["ext4", "xfs"];

const outputsOf = (volume: Volume, inputs: Properties): Properties => ({
  ...pick(inputs, "initialFilesystemType", "initialFilesystemLabel"),
  ...pick(volume, "name", "region", "size", "filesystemType", "filesystemLabel", "tags"),
  ...present(pick(volume, "description")),
  volumeUrn: `do:volume:${volume.id}`,
  dropletIds: volume.dropletId === undefined ? [] : [volume.dropletId],
});

export const volume: ResourceModel = {
  ...named,
  normalize: (inputs, olds, urn) => (inputs.name === undefined ? lowered(autoName("name", inputs, olds, urn)) : inputs),
  check: checks(
    regionCheck,
    tagsCheck,
    among("initialFilesystemType", filesystems),
    among("filesystemType", filesystems),
    rule("name", (name) => /^[a-z][a-z0-9-]{0,63}$/.test(name), "must begin with a lowercase letter and contain only lowercase letters, digits and dashes, at most 64"),
    rule("size", (size) => size >= 1 && size <= 16384, "must be from 1 to 16384 GiB"),
    rule("initialFilesystemLabel", (label) => label.length <= 12, "may have at most 12 characters"),
    rule("snapshotId", () => false, "the local cloud has no snapshots"),
    (inputs) => (inputs.filesystemType !== undefined && inputs.initialFilesystemType !== undefined
      ? [{ property: "filesystemType", reason: "conflicts with initialFilesystemType" }] : []),
  ),
  plan: ({ initialFilesystemType, filesystemType, initialFilesystemLabel }) => ({
    filesystemType: initialFilesystemType ?? filesystemType ?? "", filesystemLabel: initialFilesystemLabel ?? "",
  }),
  same: setInputs("tags"),
  refuses: (olds, news) => (news.size !== UNKNOWN && news.size < olds.size ? "volumes `size` can only be expanded and not shrunk" : undefined),
  async create(inputs) {
    const made = await createVolume({
      name: inputs.name, region: inputs.region, size: inputs.size, description: inputs.description ?? "", tags: inputs.tags ?? [],
      filesystemType: inputs.initialFilesystemType ?? inputs.filesystemType ?? "",
      filesystemLabel: inputs.initialFilesystemLabel ?? "",
    });
    return { id: made.id, outputs: outputsOf(made, inputs) };
  },
  async read(id, state) {
    const found = load().volumes[id];
    if (!found) return undefined;
    const outputs = outputsOf(found, state);
    const names = ["name", "region", "size", "description", "tags", "initialFilesystemType", "initialFilesystemLabel"];
    return { inputs: pick(outputs, ...names), outputs };
  },
  async update(id, olds, news) {
    if (news.size !== olds.size) await resizeVolume(id, news.size);
    await tagVolume(id, news.tags ?? []);
    return outputsOf(load().volumes[id]!, news);
  },
  delete: (id) => deleteVolume(id),
};

const lowered = (inputs: Properties): Properties => ({ ...inputs, name: inputs.name.toLowerCase() });

export const volumeAttachment: ResourceModel = {
  async create({ dropletId, volumeId }) {
    await attachVolume(volumeId, dropletId);
    return { id: `${dropletId}-${volumeId}-${Date.now()}`, outputs: { dropletId, volumeId } };
  },
  async read(_id, state) {
    const attached = load().volumes[state.volumeId]?.dropletId === state.dropletId && state.dropletId !== undefined;
    const binding = pick(state, "dropletId", "volumeId");
    return attached ? { inputs: binding, outputs: binding } : undefined;
  },
  delete: (_id, state) => detachVolume(state.volumeId, state.dropletId),
};
