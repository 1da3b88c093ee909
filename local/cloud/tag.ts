import { changeNetwork } from "./fabric";
import type { CloudState } from "./state";

/** Tags something: creates missing tags, as DigitalOcean does; each once, ignoring case. */
export function useTags(state: CloudState, tags: string[]): string[] {
  const known = (state.entries.tags ??= {});
  const names = tags.map((tag) => Object.keys(known).find((name) => name.toLowerCase() === tag.toLowerCase()) ?? tag);
  for (const name of names) known[name] ??= { id: name };
  return [...new Set(names)];
}

/** Creates a tag, unless it exists. */
export const createTag = (name: string): Promise<string> => changeNetwork((state) => useTags(state, [name])[0]!);

/** Removes a tag from everything that has it, then the tag itself. */
export function deleteTag(name: string): Promise<void> {
  return changeNetwork((state) => {
    const without = (tags: string[]): string[] => tags.filter((tag) => tag !== name);
    for (const holder of [...Object.values(state.droplets), ...Object.values(state.volumes)]) holder.tags = without(holder.tags);
    for (const firewall of Object.values(state.firewalls)) {
      firewall.tags = without(firewall.tags);
      for (const rule of [...firewall.inbound, ...firewall.outbound]) rule.tags = without(rule.tags);
    }
    delete state.entries.tags?.[name];
  });
}
