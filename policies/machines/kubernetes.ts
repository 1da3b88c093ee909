import type { KubernetesClusterArgs } from "@pulumi/digitalocean/kubernetesCluster";
import { isWorld, people, widerThan } from "../network/addresses";
import { ruleFor, type Rule } from "../rule";

const cluster = "digitalocean:index/kubernetesCluster:KubernetesCluster";

export const kubernetesRules: Rule[] = [
  ruleFor<KubernetesClusterArgs>(cluster, {
    name: "kubernetes-upgrades",
    chapter: "Machines",
    severity: "medium",
    demands: "A Kubernetes cluster upgrades automatically, in a maintenance window, and adds new nodes before it removes old ones.",
    wrong: "The cluster stays on a release with known vulnerabilities, or DigitalOcean chooses the time of the upgrade.",
    fix: "set autoUpgrade and surgeUpgrade to true, and maintenancePolicy.",
    answers: ["DIG-0005", "DIG-0008", "kubernetes-kubernetes-autoupgrade-minor", "kubernetes-kubernetes-surge-upgrade"],
    *check({ autoUpgrade, surgeUpgrade, maintenancePolicy }) {
      if (!autoUpgrade) yield "autoUpgrade is off";
      if (surgeUpgrade === false) yield "surgeUpgrade is off";
      if (!maintenancePolicy) yield "it has no maintenance window";
    },
  }),
  ruleFor<KubernetesClusterArgs>(cluster, {
    name: "kubernetes-control-plane",
    chapter: "Machines",
    severity: "high",
    demands: "The control plane of a Kubernetes cluster is highly available and reachable from named addresses only, in ranges no wider than /16 (IPv4) or /32 (IPv6).",
    wrong: "The loss of one machine takes the control plane down, or the whole internet can try credentials.",
    fix: "set ha: true, and controlPlaneFirewall with the operators' addresses.",
    answers: ["kubernetes-kubernetes-ha-enabled"],
    *check({ ha, controlPlaneFirewall }) {
      if (!ha) yield "ha is off";
      if (!controlPlaneFirewall?.enabled) yield "its control plane has no firewall";
      else if (isWorld(controlPlaneFirewall.allowedAddresses)) yield "its control plane's firewall lets everyone in";
      else for (const text of widerThan(people, controlPlaneFirewall.allowedAddresses)) yield `its control plane's firewall lets in ${text}, which is too wide`;
    },
  }),
];
