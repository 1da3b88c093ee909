import type { Fragment } from "../state";

/** Finds setuid and setgid programs where packages install programs; not in containers' images. */
const found = "find /usr -xdev -type f -perm /6000";

/**
 * No setuid and no setgid programs. Only root logs in, and services switch users before they start: these
 * programs would only help an intruder in a service. dpkg is told, so an upgrade does not bring them back.
 */
export const noSetuid: Fragment = {
  steps: [{
    name: "no setuid programs",
    unless: `test -z "$(${found} -print -quit)"`,
    command: `${found} -printf '%u %g %m %p\\n' | while read -r user group mode path; do
  dpkg-statoverride --list "$path" > /dev/null && dpkg-statoverride --remove "$path"
  dpkg-statoverride --update --add "$user" "$group" "0\${mode#?}" "$path"
done`,
  }],
};
