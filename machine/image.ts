/** What the name of a container image says of where it comes from. */
import { portOf } from "./url";

/** The registry, with its port if one is named: the first part of the name, if that has a dot or a port; otherwise Docker Hub. */
export function registryOf(image: string): string {
  const [first, ...rest] = image.split("/");
  return rest.length > 0 && /[.:]/.test(first) ? first : "docker.io";
}

/** The port that its registry answers on. */
export const registryPort = (image: string): number => portOf(`https://${registryOf(image)}`);
