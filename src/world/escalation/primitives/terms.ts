/** What many rows say. */
import { ANYTHING, type Need } from './primitive.ts';

export const GOOD_PRACTICES = 'Kubernetes: RBAC good practices';
export const WRITE = 'create|update|patch';
export const CHANGE = 'update|patch';
export const REMOVE = 'delete|deletecollection';
/** The answer holds the objects. So does that to a patch and to `deletecollection`, even as a dry run, which changes nothing. */
export const READ = 'get|list|watch|patch|deletecollection';
export const RBAC = 'rbac.authorization.k8s.io';
export const ADMISSION = 'admissionregistration.k8s.io';
export const CERTIFICATES = 'certificates.k8s.io';
export const IMPERSONATION = 'authentication.k8s.io';
export const CONTROLLERS =
  'apps/deployments|apps/daemonsets|apps/statefulsets|apps/replicasets|replicationcontrollers|batch/jobs|batch/cronjobs';
export const WEBHOOKS = `${ADMISSION}/mutatingwebhookconfigurations|${ADMISSION}/validatingwebhookconfigurations`;
export const KUBELET_SIGNERS = '=kubernetes.io/kube-apiserver-client-kubelet|kubernetes.io/*';
export const CLIENT_SIGNERS = '=kubernetes.io/kube-apiserver-client|kubernetes.io/*';

/** Constrained impersonation: in one of its modes to be somebody, and in the same mode to do something as that one. */
export function actingAs(mode: string, whom: string, named: Need['named'] = 'any'): readonly Need[] {
  return [
    { verbs: `impersonate:${mode}`, on: `${IMPERSONATION}/${whom}`, named },
    { verbs: `impersonate-on:${mode}:`, on: ANYTHING },
  ];
}
