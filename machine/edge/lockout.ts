import { quote } from "../shell";
import type { Step } from "../state";

/**
 * Refuses firewall rules that would lock out the deployer, before any of them is written. The cloud's firewall can be corrected without
 * a connection to the machine; the machine's own cannot.
 */
export function deployerAdmitted(cidrs: string[]): Step {
  const asked = `from=\${SSH_CONNECTION%% *}
test -z "$from" || python3 -c 'import ipaddress, sys
address = ipaddress.ip_address(sys.argv[1])
sys.exit(not any(address in ipaddress.ip_network(network, False) for network in sys.argv[2:]))' "$from" ${cidrs.map(quote).join(" ")} || {
  echo "this update comes from $from, which sshAllowedCidrs does not contain: nobody could connect from there any more"
  echo "to fix: pulumi config set --path 'sshAllowedCidrs[${cidrs.length}]' $from/${"$"}(case $from in *:*) echo 128 ;; *) echo 32 ;; esac)"
  exit 1
}`;
  return { name: "who updates this machine may still connect", when: "before-packages", unless: asked, command: asked };
}
