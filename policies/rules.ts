/** Every rule of the pack, in the order of the checklist. */
import { celeryRules } from "./application/celery";
import { django } from "./application/django";
import { judgedType } from "./application/judged-type";
import { region } from "./application/region";
import { tags } from "./application/tags";
import { bucketAccessRules } from "./data/bucket-access";
import { bucketPartRules } from "./data/bucket-parts";
import { bucketSettingRules } from "./data/bucket-settings";
import { guestRules } from "./data/guests";
import { kms } from "./data/kms";
import { managedDatabaseRules } from "./data/managed-database";
import { rdsRules } from "./data/rds";
import { registryCredentials } from "./data/registry";
import { secretKept } from "./data/secret";
import { spacesRules } from "./data/spaces";
import { statefulProtected } from "./data/stateful";
import { storedSecret } from "./data/stored-secret";
import { trail } from "./data/trail";
import { waf } from "./edge/waf";
import { permissionRules } from "./identity/permissions";
import { trustRules } from "./identity/trust";
import { userRules } from "./identity/users";
import { commandSecret } from "./machines/command-secret";
import { commandState } from "./machines/command-state";
import { commandHostKey, connection, providerTls } from "./machines/connection";
import { container } from "./machines/container";
import { dropletRules } from "./machines/droplet";
import { kubernetesRules } from "./machines/kubernetes";
import { userData } from "./machines/user-data";
import { appInside } from "./network/app";
import { dropletCoverage } from "./network/coverage";
import { dnsRules } from "./network/dns";
import { firewallRules } from "./network/firewall";
import { firewallOwnTags } from "./network/firewall-own";
import { loadBalancerRules } from "./network/load-balancer";
import { vpcPeering } from "./network/peering";
import { privateNetwork } from "./network/private-network";
import { publicAddressRules } from "./network/public-address";
import { securityGroup } from "./network/security-group";
import type { Rule } from "./rule";

const named: Rule[] = [
  ...firewallRules, firewallOwnTags, ...dropletCoverage, ...publicAddressRules, privateNetwork, vpcPeering, ...loadBalancerRules, appInside, securityGroup, ...dnsRules,
  ...dropletRules, connection, commandHostKey, commandSecret, commandState, providerTls, userData, container, ...kubernetesRules,
  waf,
  ...bucketSettingRules, ...bucketAccessRules, ...bucketPartRules, ...guestRules, kms, ...spacesRules, registryCredentials, ...managedDatabaseRules, ...rdsRules, secretKept, storedSecret, trail, statefulProtected,
  ...permissionRules, ...trustRules, ...userRules,
  ...celeryRules, django, tags, region,
];

export const rules: Rule[] = [...named, judgedType(named)];
