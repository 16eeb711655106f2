/** Which policy engines guard admission, as far as their workloads show: what they forbid is not known. */
import type { AdmissionPolicyBinding } from '../objects.ts';
import type { Workload } from '../workload/workloads.ts';

/** By the image of their controllers, whatever registry it comes from. */
const images: Readonly<Record<string, RegExp>> = {
  Gatekeeper: /(^|\/)openpolicyagent\/gatekeeper(:|@|$)/,
  Kubewarden: /(^|\/)kubewarden\/(policy-server|kubewarden-controller)(:|@|$)/,
  Kyverno: /(^|\/)kyverno\/kyverno(:|@|$)/,
};

/** Labels that their manifests and charts set on the pods. */
const labels: Readonly<Record<string, readonly [key: string, value: string]>> = {
  Gatekeeper: ['gatekeeper.sh/system', 'yes'],
  Kubewarden: ['app.kubernetes.io/part-of', 'kubewarden'],
  Kyverno: ['app.kubernetes.io/part-of', 'kyverno'],
};

/** Their names, sorted. @param bindings of ValidatingAdmissionPolicies */
export function policyEnginesOf(
  workloads: ReadonlyMap<string, Workload>,
  bindings: ReadonlyMap<string, AdmissionPolicyBinding>,
): readonly string[] {
  const found = new Set<string>(bindings.size === 0 ? [] : ['ValidatingAdmissionPolicy']);
  for (const workload of workloads.values()) for (const name of enginesIn(workload)) found.add(name);
  return [...found].sort();
}

const known = new WeakMap<Workload, readonly string[]>();

function enginesIn(workload: Workload): readonly string[] {
  let engines = known.get(workload);
  if (engines === undefined) {
    engines = workload.variants.flatMap(({ pod, labels: own }) => [
      ...Object.entries(labels).flatMap(([name, [key, value]]) => (own[key] === value ? name : [])),
      ...Object.entries(images).flatMap(([name, pattern]) =>
        pod.containers.some(({ image = '' }) => pattern.test(image)) ? name : [],
      ),
    ]);
    known.set(workload, engines);
  }
  return engines;
}
