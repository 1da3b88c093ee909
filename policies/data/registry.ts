import type { ContainerRegistryDockerCredentialsArgs } from "@pulumi/digitalocean/containerRegistryDockerCredentials";
import { ruleFor } from "../rule";

const yearInSeconds = 365 * 24 * 60 * 60;

export const registryCredentials = ruleFor<ContainerRegistryDockerCredentialsArgs>("digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials", {
  name: "registry-credentials-bound",
  chapter: "Data",
  severity: "high",
  demands: "Credentials for a container registry are read-only and expire within a year.",
  wrong: "Stolen from a machine, they can replace our image, or read every image until they expire: by default after 50 years.",
  fix: "remove write, and set expirySeconds to 31536000 or less; push images with a separate token.",
  answers: [],
  *check({ write, expirySeconds }) {
    if (write) yield "they may write";
    if (!(Number(expirySeconds) <= yearInSeconds)) yield "they are valid for more than a year";
  },
});
