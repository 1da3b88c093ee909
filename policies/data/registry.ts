import type { ContainerRegistryDockerCredentialsArgs } from "@pulumi/digitalocean/containerRegistryDockerCredentials";
import { ruleFor } from "../rule";

const yearInSeconds = 365 * 24 * 60 * 60;

export const registryCredentials = ruleFor<ContainerRegistryDockerCredentialsArgs>("digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials", {
  name: "registry-credentials-bound",
  chapter: "Data",
  severity: "high",
  demands: "Credentials of a container registry read, and end within a year.",
  wrong: "Whoever takes them from a machine puts another image in the place of ours, or reads every image for as long as DigitalOcean keeps them: 50 years, where nothing is said.",
  mend: "leave write out, and set expirySeconds to 31536000 or less; who pushes images brings a token of its own.",
  answers: [],
  *check({ write, expirySeconds }) {
    if (write) yield "they may write";
    if (!(Number(expirySeconds) <= yearInSeconds)) yield "they hold for longer than a year";
  },
});
